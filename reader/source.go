package reader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
)

// A Source is a place to fetch an edition's files from: a mirror, trusted by nobody. Its methods may be called from
// several goroutines.
type Source interface {
	// Name says which source it is, for people; two sources of one reader have two names.
	Name() string
	// Fetch returns the whole file at a slash-separated path, as edition names it, of at most max bytes. It reads no
	// more than that, and does not try again by itself. The error is fs.ErrNotExist when the source has no such file,
	// ErrTooLong when the file is longer, ErrSlow when it comes too slowly; anything else means that it can't be had.
	// What it returns is unverified.
	Fetch(ctx context.Context, path string, max int64) ([]byte, error)
}

// A Live source answers over a network at the time when it is asked. One that is not, a folder or a stick, is a set of
// files that somebody made up at leisure: it can show any age that fits a wrong clock, so it alone makes nothing FRESH.
// A Source that does not say so is not live.
type Live interface {
	// Live says whether it is.
	Live() bool
}

func isLive(s Source) bool {
	l, ok := s.(Live)
	return ok && l.Live()
}

// ErrTooLong is returned for a file that goes on after the size that it may have.
var ErrTooLong = errors.New("goes on after the size that it may have")

// ErrSlow is returned for a file that comes so slowly that waiting for it helps the one who slows it down.
var ErrSlow = errors.New("too slow")

// OpenSource returns the source at a place: an http or https URL, or a folder. A nil client gets NewClient's.
func OpenSource(client *http.Client, where string) (Source, error) {
	if strings.HasPrefix(where, "http://") || strings.HasPrefix(where, "https://") {
		return HTTP(client, where)
	}
	return Folder(where)
}

// A FolderSource is a mirror on a disk or a stick. It follows no symbolic links, inside the folder or out of it.
type FolderSource struct {
	name string
	root *os.Root
}

// Folder returns the source in a folder, which Close lets go of.
func Folder(dir string) (*FolderSource, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &FolderSource{name: dir, root: root}, nil
}

// Name returns the folder as it was given.
func (s *FolderSource) Name() string { return s.name }

// Close lets go of the folder.
func (s *FolderSource) Close() error { return s.root.Close() }

// Fetch reads a file.
func (s *FolderSource) Fetch(ctx context.Context, name string, max int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "fetch", Path: name, Err: fs.ErrInvalid}
	}
	want, err := s.plainFile(name)
	if err != nil {
		return nil, err
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	got, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(want, got) {
		return nil, fmt.Errorf("%s: changed while it was opened", name)
	}
	return readCapped(f, got.Size(), max)
}

// plainFile says what a file is, unless it or a folder on the way to it is a link or something else than a file.
func (s *FolderSource) plainFile(name string) (fs.FileInfo, error) {
	info, err := s.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a plain file", name)
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := s.root.Lstat(dir); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("%s: not a plain folder", dir)
		}
	}
	return info, nil
}

// readCapped reads r to its end. size is what somebody says of its length, -1 when nobody does: it is believed only as
// far as max.
func readCapped(r io.Reader, size, max int64) ([]byte, error) {
	if size > max {
		return nil, ErrTooLong
	}
	const block = 32 << 10 // what is allocated on somebody's word alone
	if size < 0 {
		size = block
	}
	buf := make([]byte, 0, min(size, max, block)+1)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > max:
			return nil, ErrTooLong
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		}
	}
}
