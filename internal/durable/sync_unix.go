//go:build unix && !linux

package durable

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Flush waits until all that this package wrote below root is on its disk. There is no syncfs here, so each file is
// handed to the drive as it is written (see syncFile), and Flush does the names and the drive's own cache.
func Flush(root *os.Root) error {
	unix.Sync()
	if err := syncFolder(root, "."); err != nil {
		return fmt.Errorf("flush %q: %w", root.Name(), err)
	}
	return nil
}

// syncFile syncs every file. File.Sync empties the drive's cache on macOS, some milliseconds each time; fsync leaves
// that to Flush.
func syncFile(f *os.File, now bool) error {
	if now {
		return f.Sync()
	}
	return unix.Fsync(int(f.Fd()))
}
