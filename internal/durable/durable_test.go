package durable_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"coranto/internal/durable"
)

func open(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func read(t *testing.T, root *os.Root, name string) string {
	t.Helper()
	b, err := root.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// files returns the names of all files below root, temporary ones included.
func files(t *testing.T, root *os.Root) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var writers = []struct {
	name  string
	write func(*os.Root, string, []byte) error
	perm  fs.FileMode
}{
	{"WriteFile", durable.WriteFile, 0o644},
	{"WriteSynced", durable.WriteSynced, 0o644},
	{"WritePrivate", durable.WritePrivate, 0o600},
	{"WriteNew", durable.WriteNew, 0o644},
}

func TestWriteReplaces(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			root := open(t)
			for _, want := range []string{"old", "newer", "", "again"} {
				if err := w.write(root, "a/b/c", []byte(want)); err != nil {
					t.Fatal(err)
				}
				if got := read(t, root, "a/b/c"); got != want {
					t.Fatalf("got %q, want %q", got, want)
				}
			}
			if err := durable.Flush(root); err != nil {
				t.Fatal(err)
			}
			if got := files(t, root); !slices.Equal(got, []string{"a/b/c"}) {
				t.Errorf("files: got %q, want the one written", got)
			}
			if fi, _ := root.Stat("a/b/c"); fi.Mode().Perm()&^w.perm != 0 {
				t.Errorf("mode: got %v, want at most %v", fi.Mode().Perm(), w.perm)
			}
		})
	}
}

func TestWriteRefusesNames(t *testing.T) {
	names := []string{"", "/etc/x", "../x", "a/../../x", "a//b", "./a", "a/"}
	for _, w := range writers {
		for _, name := range names {
			root := open(t)
			if err := w.write(root, name, []byte("x")); err == nil {
				t.Errorf("%s(%q): got no error", w.name, name)
			}
			if got := files(t, root); len(got) > 0 {
				t.Errorf("%s(%q): left %q", w.name, name, got)
			}
		}
	}
}

// A symlink that somebody put into the folder must not lead a write outside.
func TestWriteStaysInside(t *testing.T) {
	root, outside := open(t), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root.Name(), "out")); err != nil {
		t.Skip(err)
	}
	if err := durable.WriteFile(root, "out/x", []byte("x")); err == nil {
		t.Error("got no error for a file behind a symlink")
	}
	if es, _ := os.ReadDir(outside); len(es) > 0 {
		t.Errorf("wrote %v outside of the root", es)
	}
}

// A folder can't be replaced by a file, so the rename fails after the bytes are written.
func TestFailedRenameLeavesNothing(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			root := open(t)
			if err := durable.WriteFile(root, "x/kept", []byte("old")); err != nil {
				t.Fatal(err)
			}
			err := w.write(root, "x", []byte("new"))
			if err == nil || !strings.Contains(err.Error(), `"x"`) {
				t.Errorf("error: got %v, want one that names x", err)
			}
			if got := files(t, root); !slices.Equal(got, []string{"x/kept"}) {
				t.Errorf("files: got %q, want the old one alone", got)
			}
			if got := read(t, root, "x/kept"); got != "old" {
				t.Errorf("got %q, want the old bytes", got)
			}
		})
	}
}

func TestWriteNewLeavesWhatIsThere(t *testing.T) {
	root := open(t)
	if err := durable.WriteNew(root, "o/x", []byte("same")); err != nil {
		t.Fatal(err)
	}
	before, _ := root.Stat("o/x")
	if err := durable.WriteNew(root, "o/x", []byte("same")); err != nil {
		t.Fatal(err)
	}
	if after, _ := root.Stat("o/x"); !os.SameFile(before, after) {
		t.Error("a file of the same size was written again")
	}
	root.WriteFile("o/x", []byte("cut"), 0o644)
	if err := durable.WriteNew(root, "o/x", []byte("same")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, root, "o/x"); got != "same" {
		t.Errorf("a file cut short: got %q, want it replaced", got)
	}
}

// Writers of one name at the same time leave one of their texts, whole, and nothing else.
func TestConcurrentWriters(t *testing.T) {
	root := open(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			data := bytes.Repeat([]byte{byte('a' + i)}, 10_000)
			for range 20 {
				if err := durable.WriteFile(root, "d/x", data); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 200 {
			if b, err := root.ReadFile("d/x"); err == nil && (len(b) != 10_000 || bytes.Count(b, b[:1]) != len(b)) {
				t.Error("read a mixture")
			}
		}
	})
	wg.Wait()
	if got := files(t, root); !slices.Equal(got, []string{"d/x"}) {
		t.Errorf("files: got %q, want the one written", got)
	}
}

func TestSweep(t *testing.T) {
	root := open(t)
	for _, name := range []string{"a/.tmp-1abc", "a/b/.tmp-2", ".tmp-3", "a/.tmp-", "a/kept", "a/x.tmp-4"} {
		root.MkdirAll(filepath.Dir(name), 0o755)
		root.WriteFile(name, nil, 0o644)
	}
	root.Mkdir("a/.tmp-folder", 0o755)
	n, err := durable.Sweep(root, "a")
	if n != 2 || err != nil {
		t.Errorf("got %d, %v, want 2 removed", n, err)
	}
	if got, want := files(t, root), []string{".tmp-3", "a/.tmp-", "a/kept", "a/x.tmp-4"}; !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}
	if _, err := durable.Sweep(root, "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is missing: got %v, want fs.ErrNotExist", err)
	}
}

func BenchmarkWriteNew(b *testing.B) {
	root, err := os.OpenRoot(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	data := make([]byte, 6000)
	name := []byte("o/ab/0000000000")
	for i := range b.N {
		for j, n := len(name)-1, i; n > 0; j, n = j-1, n/10 {
			name[j] = byte('0' + n%10)
		}
		if err := durable.WriteNew(root, string(name), data); err != nil {
			b.Fatal(err)
		}
	}
}
