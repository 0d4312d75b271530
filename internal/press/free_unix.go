//go:build linux || darwin

package press

import "golang.org/x/sys/unix"

// Free returns the room on the disk of a folder in bytes, as far as this user may have it; -1 where nobody can tell.
func Free(dir string) int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
