package reader_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	return map[string]reader.Keep{"memory": reader.Memory(1000), "dir": reader.Dir(root, 1000)}
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
