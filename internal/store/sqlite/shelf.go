package sqlite

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"coranto/internal/durable"
	"coranto/internal/store"
)

// A shelf holds the bytes of renditions by their SHA-256 in hex, which its callers have checked to be that. Its methods may
// be called at the same time, but for sweep.
type shelf interface {
	// size returns the number of a rendition's bytes, if the shelf has it.
	size(sum string) (int64, bool)
	// put adds a rendition, which is safe after the next flush. It leaves one alone that is there.
	put(sum string, b []byte) error
	flush() error
	// open opens a rendition, or returns store.ErrNotFound.
	open(sum string) (io.ReadCloser, error)
	// sweep removes the renditions that are not named.
	sweep(named map[string]bool) error
	io.Closer
}

// A folder is the shelf media of a newsroom's folder.
type folder struct{ root *os.Root }

const mediaFolder = "media"

// renditionPath returns where a rendition's bytes stand in the newsroom's folder.
func renditionPath(sum string) string { return mediaFolder + "/" + sum[:2] + "/" + sum }

func (f folder) size(sum string) (int64, bool) {
	info, err := f.root.Stat(filepath.FromSlash(renditionPath(sum)))
	if err != nil {
		return 0, false
	}
	return info.Size(), true
}

func (f folder) put(sum string, b []byte) error {
	return durable.WriteNew(f.root, renditionPath(sum), b)
}

func (f folder) flush() error { return durable.Flush(f.root) }

func (f folder) open(sum string) (io.ReadCloser, error) {
	file, err := f.root.Open(filepath.FromSlash(renditionPath(sum)))
	if errors.Is(err, fs.ErrNotExist) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f folder) sweep(named map[string]bool) error {
	err := fs.WalkDir(f.root.FS(), mediaFolder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || named[path.Base(name)] {
			return err
		}
		return f.root.Remove(filepath.FromSlash(name))
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.flush()
}

func (f folder) Close() error { return f.root.Close() }

// An overlay is a folder that is only read, and what was added to it in memory.
type overlay struct {
	folder

	mu    sync.RWMutex // guards added
	added map[string][]byte
}

func (o *overlay) get(sum string) ([]byte, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	b, ok := o.added[sum]
	return b, ok
}

func (o *overlay) size(sum string) (int64, bool) {
	if b, ok := o.get(sum); ok {
		return int64(len(b)), true
	}
	return o.folder.size(sum)
}

func (o *overlay) put(sum string, b []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.added[sum] = b
	return nil
}

func (o *overlay) flush() error { return nil }

func (o *overlay) open(sum string) (io.ReadCloser, error) {
	if b, ok := o.get(sum); ok {
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return o.folder.open(sum)
}

// sweep leaves the folder alone: it is the store's that this is a copy of.
func (o *overlay) sweep(named map[string]bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for sum := range o.added {
		if !named[sum] {
			delete(o.added, sum)
		}
	}
	return nil
}
