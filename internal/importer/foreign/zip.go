package foreign

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// maxDirectory is the size of an archive's list of its files in bytes.
const maxDirectory = 32 << 20

// openZip lists an archive's files.
func openZip(file *os.File, size int64) (*Files, error) {
	budget := &budget{r: file, left: maxDirectory}
	z, err := zip.NewReader(budget, size)
	if err != nil {
		return nil, err
	}
	budget.listed = true
	f := &Files{close: file.Close}
	entries := make(map[string]*zip.File)
	packed := uint64(0)
	for _, e := range z.File {
		if strings.HasSuffix(e.Name, "/") {
			continue
		}
		err := fit(e)
		if err == nil && entries[e.Name] != nil {
			err = errors.New("there is another of the same name")
		}
		if err != nil {
			f.refuse(e.Name, err)
			continue
		}
		if hidden(e.Name) {
			continue
		}
		entries[e.Name] = e
		packed += e.CompressedSize64
		if err := f.add(File{e.Name, int64(min(e.UncompressedSize64, 1<<62))}); err != nil {
			return nil, err
		}
	}
	if packed > uint64(size) {
		return nil, errors.New("the archive says that it has more than it is long: it was made to do harm")
	}
	f.sort()
	f.open = func(name string) (io.ReadCloser, error) {
		r, err := entries[name].Open()
		if err != nil {
			return nil, err
		}
		return &bounded{r, func() int64 { return int64(entries[name].CompressedSize64) }, 0}, nil
	}
	return f, nil
}

// fit says why an archive's file is not opened.
func fit(e *zip.File) error {
	switch name := e.Name; {
	case !utf8.ValidString(name):
		return errors.New("its name is no UTF-8")
	case strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7F }):
		return errors.New("its name has control characters")
	case !fs.ValidPath(name) || strings.Contains(name, `\`) || len(name) > 1 && name[1] == ':':
		return errors.New("its name leads out of the archive")
	case e.Mode().Type() != 0:
		return errors.New("a link, and no file")
	case e.Flags&1 != 0:
		return errors.New("it is locked with a password")
	case e.Method != zip.Store && e.Method != zip.Deflate:
		return fmt.Errorf("it is packed in a way that is not known (%d)", e.Method)
	}
	return nil
}

// A budget ends reading after some bytes: an archive's list of its files is held in memory.
type budget struct {
	r    io.ReaderAt
	left int64
	// listed says that the list was read: what follows is unbounded here.
	listed bool
}

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if b.listed {
		return b.r.ReadAt(p, off)
	}
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, fmt.Errorf("the archive's list of files is over the limit of %d bytes", maxDirectory)
	}
	return b.r.ReadAt(p, off)
}
