package durable

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Flush waits until all that was written to the file system of root, by anybody, is on its disk. It returns an error
// when a write before it could not be carried out and nobody was told of that yet.
func Flush(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("flush %q: %w", root.Name(), err)
	}
	return nil
}

// syncFile syncs a file that must not wait for Flush.
func syncFile(f *os.File, now bool) error {
	if !now {
		return nil
	}
	return f.Sync()
}
