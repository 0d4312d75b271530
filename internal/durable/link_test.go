package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coranto/internal/durable"
)

func TestLink(t *testing.T) {
	root := open(t)
	write := func(name, data string) {
		t.Helper()
		if err := durable.WriteFile(root, name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	write("o/1", "one")
	write("o/2", "two")
	for _, step := range []struct{ from, want string }{
		{"o/1", "one"}, // a new name in a new folder
		{"o/1", "one"}, // the same again
		{"o/2", "two"}, // another file in its place
	} {
		if err := durable.Link(root, step.from, "en/story/index.html"); err != nil {
			t.Fatal(err)
		}
		if got := read(t, root, "en/story/index.html"); got != step.want {
			t.Errorf("link to %s: got %q, want %q", step.from, got, step.want)
		}
	}
	from, _ := root.Stat("o/2")
	to, _ := root.Stat("en/story/index.html")
	if !os.SameFile(from, to) {
		t.Error("got a copy where a link was possible")
	}
	if got, want := files(t, root), []string{"en/story/index.html", "o/1", "o/2"}; !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}

	// The next version of the page must not reach through the link.
	write("en/story/index.html", "three")
	if got := read(t, root, "o/2"); got != "two" {
		t.Errorf("an object behind a page: got %q, want it untouched", got)
	}
}

func TestLinkErrors(t *testing.T) {
	root := open(t)
	if err := durable.WriteFile(root, "o/1", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := durable.Link(root, "o/missing", "new/x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got %v, want fs.ErrNotExist", err)
	}
	if _, err := root.Stat("new"); err == nil {
		t.Error("a folder was made for nothing")
	}
	for _, names := range [][2]string{{"o/1", "../x"}, {"../x", "x"}, {"o", "x"}, {"o/1", "o"}, {"o/1", "o/1/x"}} {
		if err := durable.Link(root, names[0], names[1]); err == nil {
			t.Errorf("Link(%q, %q): got no error", names[0], names[1])
		}
	}
	if got := files(t, root); !slices.Equal(got, []string{"o/1"}) {
		t.Errorf("files: got %q, want the one written", got)
	}
}

// A name that crosses to another file system gets a copy.
func TestLinkAcrossFileSystems(t *testing.T) {
	const shm = "/dev/shm"
	other, err := os.MkdirTemp(shm, "durable")
	if err != nil {
		t.Skipf("no second file system: %v", err)
	}
	defer os.RemoveAll(other)
	at, err := filepath.Rel("/", other)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot("/")
	if err != nil {
		t.Skip(err)
	}
	defer root.Close()
	from, err := filepath.Rel("/", filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := filepath.ToSlash(from), filepath.ToSlash(at)+"/d/x"
	for _, want := range []string{"one", "two"} {
		if err := durable.WriteFile(root, from, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if err := durable.Link(root, from, to); err != nil {
			t.Fatal(err)
		}
		if got := read(t, root, to); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if es, _ := os.ReadDir(filepath.Join(other, "d")); len(es) != 1 {
		t.Errorf("got %v, want the copy alone", es)
	}
}
