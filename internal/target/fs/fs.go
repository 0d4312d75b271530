// Package fs is a target in a folder: the newsroom's own public/, a USB stick, the root of a web server.
package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"coranto/internal/durable"
)

// Target is a folder. It implements target.Target.
type Target struct {
	name string
	root *os.Root
}

// Open opens a folder as a target, and makes it when it is not there. Close it.
func Open(name, dir string) (*Target, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Target{name: name, root: root}, nil
}

// Close lets go of the folder.
func (t *Target) Close() error { return t.root.Close() }

// Name returns the name that Open was given.
func (t *Target) Name() string { return t.name }

// Put writes a file whole: to a temporary name first, then renamed. It reaches the disk with Flush.
func (t *Target) Put(ctx context.Context, name string, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return durable.WriteFile(t.root, name, b)
}

// Link makes a hard link, or a copy where the file system has none.
func (t *Target) Link(ctx context.Context, name, from string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return durable.Link(t.root, from, name)
}

// Get reads a regular file of at most max bytes. A symbolic link is refused: a target never makes one.
func (t *Target) Get(ctx context.Context, name string, max int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := t.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	return durable.ReadFile(t.root.FS(), name, max)
}

// List walks the folder. Temporary files, which only a crash leaves behind, are not listed.
func (t *Target) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		start := strings.TrimSuffix(prefix, "/")
		if start == "" {
			start = "."
		}
		err := fs.WalkDir(t.root.FS(), start, func(name string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.IsDir() || strings.HasPrefix(d.Name(), durable.TempPrefix):
				return nil
			case !yield(name, nil):
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", err)
		}
	}
}

// Delete removes a file and the folders that it leaves empty.
func (t *Target) Delete(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if t.root.Remove(dir) != nil {
			break // not empty, or gone
		}
	}
	return nil
}

// Flush waits until the file system has everything on its disk.
func (t *Target) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return durable.Flush(t.root)
}

// Sweep removes what a crash left half written, and the folders without a file: their names may tell of what was
// taken away. Call it only while no publisher writes.
func (t *Target) Sweep() error {
	if _, err := durable.Sweep(t.root, "."); err != nil {
		return err
	}
	var folders []string
	err := fs.WalkDir(t.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." {
			if strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			folders = append(folders, name)
		}
		return err
	})
	for _, name := range slices.Backward(folders) { // what is inside of a folder comes after it
		_ = t.root.Remove(name) // one that is not empty stays
	}
	return err
}
