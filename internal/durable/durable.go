// Package durable writes files so that a reader sees the old bytes or the new ones, never a part of them.
//
// A write goes to a temporary file in the same folder, which is then renamed. That holds against a crash of the
// program. Against a crash of the machine it holds only after Flush: one call for any number of files, which is what
// makes publishing thousands of objects cheap. The files that must not be lost on their own, as a key or the file that
// everything else hangs on, go through WriteSynced or WritePrivate.
//
//	for name, b := range objects {
//		err = errors.Join(err, durable.WriteNew(root, name, b))
//	}
//	err = errors.Join(err, durable.Flush(root))
//	err = errors.Join(err, durable.WriteSynced(root, "latest", latest))
//
// Names are io/fs paths below an os.Root, so nothing is ever written outside of it. Folders are made as needed.
package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strconv"
)

// TempPrefix begins the name of every temporary file. Who serves or lists a folder leaves such names out.
const TempPrefix = ".tmp-"

const (
	public  fs.FileMode = 0o644
	private fs.FileMode = 0o600
	folder  fs.FileMode = 0o755
	guarded fs.FileMode = 0o700
)

// WriteFile puts data at name, in place of what was there. After an error the old bytes stand as they did.
// The file is readable by all; it survives a power cut only after Flush.
func WriteFile(root *os.Root, name string, data []byte) error {
	return named(name, write(root, name, bytes.NewReader(data), public, false))
}

// WriteSynced is WriteFile, and the file is on the disk before it stands under its name and when WriteSynced returns.
func WriteSynced(root *os.Root, name string, data []byte) error {
	return named(name, write(root, name, bytes.NewReader(data), public, true))
}

// WritePrivate is WriteSynced for a file that its owner alone may read (mode 0600).
func WritePrivate(root *os.Root, name string, data []byte) error {
	return named(name, write(root, name, bytes.NewReader(data), private, true))
}

// WriteGuarded is WriteFile of what a reader yields, for a file that its owner alone may read (mode 0600). Folders that it
// makes are the owner's alone too (0700).
func WriteGuarded(root *os.Root, name string, r io.Reader) error {
	local, err := filepath.Localize(name)
	if err == nil {
		err = root.MkdirAll(filepath.Dir(local), guarded)
	}
	if err == nil {
		err = write(root, name, r, private, false)
	}
	return named(name, err)
}

// WriteNew puts data at a name that stands for its content, such as its hash: a regular file of the same size that is
// already there is left as it is, and one of another size, cut short by a failing disk, is replaced.
func WriteNew(root *os.Root, name string, data []byte) error {
	local, err := filepath.Localize(name)
	if err != nil {
		return named(name, err)
	}
	if fi, err := root.Lstat(local); err == nil && fi.Mode().IsRegular() && fi.Size() == int64(len(data)) {
		return nil
	}
	return WriteFile(root, name, data)
}

func named(name string, err error) error {
	if err != nil {
		return fmt.Errorf("write %q: %w", name, err)
	}
	return nil
}

// write copies r to a temporary file and renames it to name. When synced is set both steps reach the disk in order.
func write(root *os.Root, name string, r io.Reader, perm fs.FileMode, synced bool) (err error) {
	target, err := filepath.Localize(name)
	if err != nil {
		return err
	}
	temp := tempBeside(target)
	f, err := create(root, temp, perm)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			root.Remove(temp)
		}
	}()
	_, err = io.Copy(f, r)
	if err == nil {
		err = syncFile(f, synced)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = root.Rename(temp, target); err != nil || !synced {
		return err
	}
	return syncFolder(root, filepath.Dir(target))
}

// tempBeside returns a new name in the folder of target: a rename within one folder is atomic.
func tempBeside(target string) string {
	return filepath.Join(filepath.Dir(target), TempPrefix+strconv.FormatUint(rand.Uint64(), 36))
}

// create makes a file that must not exist, and its folders when they are missing.
func create(root *os.Root, local string, perm fs.FileMode) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := root.OpenFile(local, flags, perm)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := root.MkdirAll(filepath.Dir(local), folder); err != nil {
		return nil, err
	}
	return root.OpenFile(local, flags, perm)
}

// Sweep removes the temporary files that crashes left in dir and all folders below it, and returns how many.
// A file that is just being written looks the same, so call it only while holding the lock of all writers.
func Sweep(root *os.Root, dir string) (removed int, err error) {
	err = fs.WalkDir(root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !isTemp(name) || !d.Type().IsRegular() {
			return err
		}
		if err := root.Remove(filepath.FromSlash(name)); err != nil {
			return err
		}
		removed++
		return nil
	})
	if err != nil {
		return removed, fmt.Errorf("sweep %q: %w", dir, err)
	}
	return removed, nil
}

func isTemp(name string) bool {
	base := path.Base(name)
	return len(base) > len(TempPrefix) && base[:len(TempPrefix)] == TempPrefix
}
