package sample

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
)

// An overlay shows the files of base, but those that top has too as they are in top. Each folder and file of top must
// be in base.
type overlay struct{ top, base fs.FS }

// Open implements fs.FS.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.base.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if info.IsDir() {
		return &folder{File: f, o: o, name: name}, nil
	}
	over, err := o.top.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	f.Close()
	return over, err
}

// A folder is an open folder of an overlay.
type folder struct {
	fs.File // of the base
	o       overlay
	name    string
	rest    []fs.DirEntry
	listed  bool
}

// ReadDir implements fs.ReadDirFile.
func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.listed {
		entries, err := fs.ReadDir(d.o.base, d.name)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			if info, err := fs.Stat(d.o.top, path.Join(d.name, e.Name())); err == nil {
				entries[i] = fs.FileInfoToDirEntry(info)
			}
		}
		d.rest, d.listed = entries, true
	}
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	entries := slices.Clone(d.rest[:n])
	d.rest = d.rest[n:]
	return entries, nil
}
