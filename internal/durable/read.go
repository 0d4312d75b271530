package durable

import (
	"fmt"
	"io"
	"io/fs"
)

// ReadFile returns the bytes of a file, and refuses more than max of them: it never takes memory for more.
func ReadFile(fsys fs.FS, name string, max int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(b)) > max {
		return nil, fmt.Errorf("%s is over the limit of %d bytes", name, max)
	}
	return b, err
}
