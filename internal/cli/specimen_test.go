package cli_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/cli"
	"coranto/internal/durable"
	"coranto/internal/sample"
	"coranto/internal/store/sqlite"
)

// A specimen is a newsroom that is about to publish. Its copies are what is broken.
type specimen struct {
	dir string
	// last is the edition that it has published; next is the one that it is about to.
	last, next uint64
	page       string            // a page that the next edition alters
	pages      map[uint64]string // its text, by edition
	public     map[string]string // all that readers see, by name: the hashes of files
	all        map[string]string // the same of the whole folder
	gone       []string          // what is nowhere in the folder once the next edition is out
}

// command runs the command line inside of this process.
func command(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = cli.Main(args, &out, &err)
	return code, out.String(), err.String()
}

// must runs a command that has to succeed, and returns its output.
func must(t testing.TB, args ...string) string {
	t.Helper()
	code, stdout, stderr := command(args...)
	if code != 0 {
		t.Fatalf("coranto %s: exit %d: %s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// scratch returns a folder in memory where there is one: a disk that others write to makes each flush slow, and a kill
// is no power cut.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "coranto-crash-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// freshRoom makes a newsroom with the sample stories, which has published nothing yet.
func freshRoom(t testing.TB) *specimen {
	t.Helper()
	base := scratch(t)
	stories := filepath.Join(base, "stories")
	copyFS(t, stories, sample.Stories())
	s := newSpecimen(t, base, sampleTags(t, stories), "markdown", stories)
	s.learn(t)
	return s
}

// correctedRoom makes a newsroom that has published the sample stories and has their correction.
func correctedRoom(t testing.TB) *specimen {
	t.Helper()
	return correctedRoomIn(t, scratch(t))
}

func correctedRoomIn(t testing.TB, base string) *specimen {
	t.Helper()
	stories := filepath.Join(base, "stories")
	copyFS(t, stories, sample.Stories())
	s := newSpecimen(t, base, sampleTags(t, stories), "markdown", stories)
	must(t, "-C", s.dir, "publish", "-q")
	copyFS(t, stories, sample.Corrected())
	must(t, "-C", s.dir, "import", "markdown", stories, "-q")
	s.last, s.next = 1, 2
	s.learn(t)
	return s
}

// withdrawnRoom makes a newsroom that has published some stories, and is to take one of them back and to erase it.
func withdrawnRoom(t testing.TB) *specimen {
	t.Helper()
	base := scratch(t)
	stories := filepath.Join(base, "stories")
	copyFS(t, stories, sample.Stories())
	for _, name := range []string{"closed-hearing", "radio-licence", "river-return", "samara-border", "spring-flood", "two-language-school"} {
		if err := os.RemoveAll(filepath.Join(stories, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := newSpecimen(t, base, sampleTags(t, stories), "markdown", stories)
	must(t, "-C", s.dir, "publish", "-q")
	st, err := sqlite.Open(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(st.Withdraw(t.Context(), "bread-prices", true), st.Close()); err != nil {
		t.Fatal(err)
	}
	s.last, s.next, s.gone = 1, 2, []string{"bread-prices", "bread-", "flour", "price of bread"}
	s.learn(t)
	return s
}

// tinyRoom makes a newsroom with one story, which has published nothing yet.
func tinyRoom(t testing.TB) *specimen {
	t.Helper()
	base := scratch(t)
	feed := filepath.Join(base, "feed.json")
	writeFile(t, feed, `{"version":"https://jsonfeed.org/version/1.1","title":"One","language":"en","items":[{"id":"1",`+
		`"title":"A river","content_text":"It rises.","date_published":"2026-11-22T12:00:00Z"}]}`)
	s := newSpecimen(t, base, "en", "feed", feed)
	s.learn(t)
	return s
}

// newSpecimen makes a newsroom and imports into it.
func newSpecimen(t testing.TB, base, languages, kind, from string) *specimen {
	t.Helper()
	s := &specimen{dir: filepath.Join(base, "room"), next: 1, page: "en/index.html", pages: map[uint64]string{}}
	must(t, "init", s.dir, "--name", "Lantern", "--languages", languages)
	must(t, "-C", s.dir, "import", kind, from, "-q")
	return s
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// learn remembers what the newsroom looks like, and what the page says in its editions.
func (s *specimen) learn(t testing.TB) {
	t.Helper()
	if s.last > 0 {
		s.pages[s.last] = s.read(t, s.dir)
	}
	s.public, s.all = hashes(t, filepath.Join(s.dir, "public")), hashes(t, s.dir)
	done := s.copy(t)
	must(t, "-C", done, "publish", "-q")
	s.pages[s.next] = s.read(t, done)
	if s.pages[s.last] == s.pages[s.next] {
		t.Fatalf("%s is the same in editions %d and %d", s.page, s.last, s.next)
	}
	os.RemoveAll(done)
}

// read reads the page as a reader who has the masthead and this one mirror.
func (s *specimen) read(t testing.TB, dir string) string {
	t.Helper()
	public := filepath.Join(dir, "public")
	return must(t, "read", filepath.Join(public, "masthead.json"), "--mirror", public, "--leave-no-trace", "--get", s.page)
}

func copyFS(t testing.TB, dir string, from fs.FS) {
	t.Helper()
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		b, err := fs.ReadFile(from, name)
		if err == nil {
			err = os.WriteFile(to, b, 0o644)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sampleTags returns the languages of a folder of stories, comma-separated.
func sampleTags(t testing.TB, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	tags := map[string]bool{}
	for _, f := range files {
		tags[strings.TrimSuffix(filepath.Base(f), ".md")] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(tags)), ",")
}

// hashes returns the SHA-256 of each file in a folder, by its name. Objects, which nothing but their name leads to, and
// the temporary files of a crash are left out.
func hashes(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == dir:
			return nil
		case err != nil:
			return err
		case rel == "o":
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), durable.TempPrefix):
			return nil
		}
		b, err := os.ReadFile(name)
		out[rel] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// copy copies the newsroom. Files are linked, since coranto puts new ones in the place of old and writes into none; but
// for the store and the lock, which it does write into.
func (s *specimen) copy(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(s.dir), "copy-")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(s.dir, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.dir, name)
		to := filepath.Join(dir, rel)
		switch {
		case err != nil || rel == ".":
			return err
		case d.IsDir():
			return os.Mkdir(to, 0o755)
		case !strings.HasPrefix(rel, "store.db") && rel != "lock":
			return os.Link(name, to)
		}
		b, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// litter returns the temporary files in a folder.
func litter(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), durable.TempPrefix) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
