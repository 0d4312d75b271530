//go:build unix

package durable

import (
	"errors"
	"os"
)

// syncFolder brings the names in a folder to the disk.
func syncFolder(root *os.Root, local string) error {
	f, err := root.Open(local)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
