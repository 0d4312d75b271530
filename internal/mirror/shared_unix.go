//go:build unix

package mirror

import (
	"io/fs"
	"syscall"
)

// shared says whether a file has other names.
func shared(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}
