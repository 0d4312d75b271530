package reader_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// keeps are the Keeps that must behave alike, for 1,000 bytes of objects.
func keeps(t *testing.T) map[string]reader.Keep {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return map[string]reader.Keep{"memory": reader.Memory(1000), "dir": reader.Dir(root, 1000), "sealed": sealed(t, t.TempDir(), 3*sealedSize)}
}

const passphrase = "correct horse battery"

// sealedSize is about what 1,000 bytes take in an encrypted keep: a third of its limit.
const sealedSize = 4700

// sealed opens an encrypted keep in a folder.
func sealed(t testing.TB, dir string, limit int64) *reader.SealedKeep {
	t.Helper()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	k, _, err := reader.Sealed(root, limit, passphrase, 4)
	must(t, err)
	return k
}

func objectOf(c byte, n int) (string, []byte) {
	b := bytes.Repeat([]byte{c}, n)
	return edition.ObjectPath(edition.Sum(b)), b
}

func TestKeep(t *testing.T) {
	for name, k := range keeps(t) {
		t.Run(name, func(t *testing.T) {
			if _, err := k.Get("state"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a name that was never put: got %v, want fs.ErrNotExist", err)
			}
			for _, want := range []string{"one", "two"} {
				if err := k.Put("state", []byte(want)); err != nil {
					t.Fatal(err)
				}
				if got, err := k.Get("state"); err != nil || string(got) != want {
					t.Errorf("got %q, %v, want %q", got, err, want)
				}
			}
			object, b := objectOf('a', 10)
			if err := k.Put(object, b); err != nil {
				t.Fatal(err)
			}
			if err := k.DropObjects(); err != nil {
				t.Fatal(err)
			}
			if _, err := k.Get(object); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a dropped object: got %v, want fs.ErrNotExist", err)
			}
			if _, err := k.Get("state"); err != nil {
				t.Errorf("state went with the objects: %v", err)
			}
			for range 2 {
				if err := k.Remove("state"); err != nil {
					t.Errorf("remove: %v", err)
				}
			}
			if _, err := k.Get("state"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a removed name: got %v, want fs.ErrNotExist", err)
			}
		})
	}
}

func TestKeepLetsTheOldestGo(t *testing.T) {
	for name, k := range keeps(t) {
		t.Run(name, func(t *testing.T) {
			k.Put("state", make([]byte, 5000)) // state doesn't count
			for c := byte('a'); c <= 'z'; c++ {
				object, b := objectOf(c, 300)
				if err := k.Put(object, b); err != nil {
					t.Fatal(err)
				}
			}
			held := 0
			for c := byte('a'); c <= 'z'; c++ {
				object, _ := objectOf(c, 300)
				if _, err := k.Get(object); err == nil {
					held++
				}
			}
			if held == 0 || held > 3 {
				t.Errorf("got %d objects of 300 bytes, want 1 to 3 within 1000", held)
			}
			if u, err := k.Usage(); err != nil || u.Objects != held || u.Bytes == 0 || u.Bytes > u.Limit {
				t.Errorf("got %+v, %v, want %d objects within the limit", u, err, held)
			}
			if _, err := k.Get("state"); err != nil {
				t.Errorf("state gave way to objects: %v", err)
			}
		})
	}
}

// The oldest by their time on the disk go first, and a Keep that is opened again counts what is there.
func TestDirKeepEvictsByAge(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for i, c := range []byte("abc") {
		object, b := objectOf(c, 300)
		if err := reader.Dir(root, 1000).Put(object, b); err != nil {
			t.Fatal(err)
		}
		then := time.Unix(int64(1000-i), 0) // c is the oldest
		if err := os.Chtimes(filepath.Join(dir, object), then, then); err != nil {
			t.Fatal(err)
		}
	}
	object, b := objectOf('d', 300)
	if err := reader.Dir(root, 1000).Put(object, b); err != nil {
		t.Fatal(err)
	}
	for c, want := range map[byte]bool{'a': true, 'b': true, 'c': false, 'd': true} {
		object, _ := objectOf(c, 300)
		if _, err := root.Stat(object); (err == nil) != want {
			t.Errorf("object %c: got %v, want it kept: %v", c, err, want)
		}
	}
}

func TestDirKeepStaysInside(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	k := reader.Dir(root, 1000)
	if err := k.Put("../state", []byte("x")); err == nil {
		t.Error("put outside of the folder: got no error")
	}
}

// What was used last stays, whichever came first; what is larger than the limit is not kept at all.
func TestKeepLetsTheUnusedGo(t *testing.T) {
	for name, k := range keeps(t) {
		t.Run(name, func(t *testing.T) {
			first, b := objectOf('a', 300)
			must(t, k.Put(first, b))
			for c := byte('b'); c <= 'z'; c++ {
				object, b := objectOf(c, 300)
				must(t, k.Put(object, b))
				if _, err := k.Get(first); err != nil {
					t.Fatalf("after %c: what is used all the time: got %v", c, err)
				}
				if u, err := k.Usage(); err != nil || u.Bytes > u.Limit {
					t.Fatalf("after %c: got %+v, %v", c, u, err)
				}
			}
			large, b := objectOf('L', 100_000)
			must(t, k.Put(large, b))
			if _, err := k.Get(large); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an object over the limit: got %v", err)
			}
			if _, err := k.Get(first); err != nil {
				t.Errorf("it drove out what was there: %v", err)
			}
		})
	}
}

func TestKeepClear(t *testing.T) {
	for name, k := range keeps(t) {
		t.Run(name, func(t *testing.T) {
			object, b := objectOf('a', 10)
			const state = "0123456789abcdef/trust"
			must(t, k.Put(object, b))
			must(t, k.Put(state, b))
			must(t, k.Clear())
			for _, name := range []string{object, state} {
				if _, err := k.Get(name); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: got %v, want fs.ErrNotExist", name, err)
				}
			}
			if u, err := k.Usage(); err != nil || u.Objects != 0 || u.Bytes != 0 {
				t.Errorf("got %+v, %v, want nothing", u, err)
			}
		})
	}
}

// A folder that was given may hold what is none of the reader's.
func TestDirKeepClearsItsOwn(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	for _, name := range []string{"letter.txt", "photos/me.jpg", "0123456789abcdef.txt", "0123456789abcdeX/y"} {
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	k := reader.Dir(root, 1000)
	object, b := objectOf('a', 10)
	must(t, k.Put(object, b))
	must(t, k.Put("0123456789abcdef/trust", b))
	must(t, k.Clear())
	if got, want := tree(t, dir), "0123456789abcdeX/y 0123456789abcdef.txt letter.txt photos/me.jpg"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Nobody else may look into what is kept, even in a folder that all can.
func TestDirKeepIsPrivate(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	k := reader.Dir(root, 1000)
	object, b := objectOf('a', 10)
	must(t, k.Put(object, b))
	must(t, k.Put("0123456789abcdef/trust", b))
	for _, name := range []string{"o", "0123456789abcdef"} {
		if fi, err := os.Stat(filepath.Join(dir, name)); err != nil || fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: got %v, %v", name, fi.Mode(), err)
		}
	}
}

// tree returns the names of all files in a folder.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ = filepath.Rel(dir, name)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	must(t, err)
	return strings.Join(names, " ")
}

// An object that a failing disk cut short is put again, and counted once.
func TestDirKeepMendsWhatWasCut(t *testing.T) {
	keep, dir := dirKeep(t)
	object, b := objectOf('a', 300)
	must(t, keep.Put(object, b))
	must(t, os.WriteFile(filepath.Join(dir, object), b[:100], 0o600))
	must(t, keep.Put(object, b))
	if got, err := keep.Get(object); err != nil || !bytes.Equal(got, b) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if u, err := keep.Usage(); err != nil || u.Objects != 1 || u.Bytes != 300 {
		t.Errorf("got %+v, %v", u, err)
	}
}
