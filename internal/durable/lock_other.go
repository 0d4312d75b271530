//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package durable

import (
	"errors"
	"io/fs"
	"os"
)

func lock(root *os.Root, local string) (func() error, error) {
	f, err := root.OpenFile(local, os.O_RDWR|os.O_CREATE|os.O_EXCL, private)
	if errors.Is(err, fs.ErrExist) {
		err = ErrLocked
	}
	if err != nil {
		return nil, err
	}
	return func() error { return errors.Join(f.Close(), root.Remove(local)) }, nil
}
