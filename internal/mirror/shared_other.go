//go:build !unix

package mirror

import "io/fs"

// shared says whether a file has other names, which this system does not tell.
func shared(fs.FileInfo) bool { return false }
