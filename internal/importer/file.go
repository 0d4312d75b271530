package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"coranto/internal/durable"
)

// ReadFile returns a regular file of a folder that somebody else may have made, of at most max bytes. No part of its path
// may be a symbolic link: that would let a folder from somewhere else publish any file of this machine. An error is
// fs.ErrNotExist where there is no such file.
func ReadFile(fsys fs.FS, name string, max int64) ([]byte, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("%q is not a file in the folder", name)
	}
	for p := name; p != "."; p = path.Dir(p) {
		info, err := fs.Lstat(fsys, p)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		if err != nil {
			return nil, err
		}
		if p == name && !info.Mode().IsRegular() || p != name && !info.IsDir() {
			return nil, fmt.Errorf("%q is not a regular file (symbolic links are not followed)", name)
		}
	}
	return durable.ReadFile(fsys, name, max)
}
