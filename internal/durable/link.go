package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Link makes the file at from stand at to as well, in place of what was there: as a hard link, or, where the file
// system can't make one, as a copy. After an error the old bytes at to stand as they did.
//
// The two share their bytes, so neither may be written in place: replace them with WriteFile.
func Link(root *os.Root, from, to string) error {
	if err := link(root, from, to); err != nil {
		return fmt.Errorf("link %q to %q: %w", from, to, err)
	}
	return nil
}

func link(root *os.Root, from, to string) error {
	source, err := filepath.Localize(from)
	if err != nil {
		return err
	}
	target, err := filepath.Localize(to)
	if err != nil {
		return err
	}
	old, err := root.Lstat(source)
	if err != nil {
		return err
	}
	if !old.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	err = root.Link(source, target)
	if errors.Is(err, fs.ErrNotExist) {
		if err := root.MkdirAll(filepath.Dir(target), folder); err != nil {
			return err
		}
		err = root.Link(source, target)
	}
	if errors.Is(err, fs.ErrExist) {
		return relink(root, source, target, old)
	}
	if err != nil {
		return copyFile(root, source, to)
	}
	return nil
}

// relink replaces what stands at target.
func relink(root *os.Root, source, target string, old fs.FileInfo) error {
	// Renaming one link of a file to another does nothing at all and would leave the temporary name behind.
	if fi, err := root.Lstat(target); err == nil && os.SameFile(old, fi) {
		return nil
	}
	temp := tempBeside(target)
	if err := root.Link(source, temp); err != nil {
		return copyFile(root, source, filepath.ToSlash(target))
	}
	if err := root.Rename(temp, target); err != nil {
		root.Remove(temp)
		return err
	}
	return nil
}

// copyFile stands in for a link, whatever the reason that there is none: another file system, one without links (FAT,
// some network shares), or too many links already (65,000 on ext4). When the reason is a deeper one, the copy meets it too.
func copyFile(root *os.Root, source, to string) error {
	f, err := root.Open(source)
	if err != nil {
		return err
	}
	defer f.Close()
	return write(root, to, f, public, false)
}
