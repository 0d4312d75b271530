package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

func lock(root *os.Root, local string) (func() error, error) {
	f, err := root.OpenFile(local, os.O_RDWR|os.O_CREATE, private)
	if err != nil {
		return nil, err
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		err = ErrLocked
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f.Close, nil
}
