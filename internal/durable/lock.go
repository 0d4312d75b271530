package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrLocked is returned by Lock when another process, or another part of this one, holds the lock.
var ErrLocked = errors.New("locked by another process")

// Lock takes the lock that the file at name stands for, or returns ErrLocked at once. The operating system frees it when
// the process ends, however it ends. The file stays after unlock: removing it would let two holders in.
//
// On systems without file locks (Plan 9, Solaris, AIX, WebAssembly) the file's existence is the lock: unlock removes
// it, and after a crash a person must.
func Lock(root *os.Root, name string) (unlock func() error, err error) {
	local, err := filepath.Localize(name)
	if err == nil {
		unlock, err = lock(root, local)
	}
	if err != nil {
		return nil, fmt.Errorf("lock %q: %w", name, err)
	}
	return unlock, nil
}
