package cli_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"coranto/internal/cli"
	"coranto/internal/durable"
	"coranto/internal/sample"
)

// What a crash, a failing disk and a full one leave behind, tried at the calls that write. CORANTO_CRASH=full tries every
// one of them; otherwise some, spread over the run, so that the tests stay quick.

// A specimen is a newsroom that is about to publish. Its copies are what is broken.
type specimen struct {
	dir string
	// last is the edition that it has published; next is the one that it is about to.
	last, next uint64
	page       string            // a page that the next edition alters
	pages      map[uint64]string // its text, by edition
	public     map[string]string // all that readers see, by name: the hashes of files
	all        map[string]string // the same of the whole folder
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
	base := scratch(t)
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

// strike publishes from a copy of the newsroom under a fault.
func (s *specimen) strike(t testing.TB, f fault) (dir string, got trace, stderr string) {
	t.Helper()
	dir = s.copy(t)
	cmd := exec.Command("coranto", "-C", dir, "publish", "-q")
	errors, err := os.Create(dir + ".stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer errors.Close()
	cmd.Stderr = errors
	if got, err = f.run(cmd, dir); err != nil {
		t.Fatalf("%s: %v", f.what(), err)
	}
	b, err := os.ReadFile(dir + ".stderr")
	if err != nil {
		t.Fatal(err)
	}
	return dir, got, string(b)
}

// A checkup is what fsck --json prints.
type checkup struct {
	Edition, Sealed uint64
	Whole           bool
	Problems        []any
	Unfinished      []any
}

func fsck(t testing.TB, dir string) checkup {
	t.Helper()
	code, stdout, stderr := command("-C", dir, "fsck", "-q", "--json")
	var c checkup
	if err := json.Unmarshal([]byte(stdout), &c); err != nil || code != 0 {
		t.Fatalf("fsck: exit %d: %s%s", code, stdout, stderr)
	}
	return c
}

// recovers checks what a broken run left: readers have the old edition or the new one, whole, and the next run makes it
// the new one. It returns what fsck said.
func (s *specimen) recovers(t testing.TB, dir string) checkup {
	t.Helper()
	c := fsck(t, dir)
	if !c.Whole || c.Edition != s.last && c.Edition != s.next {
		t.Errorf("fsck found %+v, want edition %d or %d whole", c, s.last, s.next)
	}
	if c.Edition > 0 {
		if got := s.read(t, dir); got != s.pages[c.Edition] {
			t.Errorf("a reader got another %s than edition %d has: %.200q", s.page, c.Edition, got)
		}
	}
	must(t, "-C", dir, "publish", "-q")
	s.finished(t, dir)
	return c
}

// finished checks that the new edition is out, with nothing left over.
func (s *specimen) finished(t testing.TB, dir string) {
	t.Helper()
	var audit struct {
		Authentic, Whole bool
		Fresh            string
		Edition          uint64
		Problems         []any
	}
	out := must(t, "verify", filepath.Join(dir, "public"), "-q", "--json")
	if err := json.Unmarshal([]byte(out), &audit); err != nil || !audit.Authentic || !audit.Whole ||
		audit.Fresh != "FRESH" || audit.Edition != s.next || len(audit.Problems) > 0 {
		t.Errorf("verify: %s, %v", out, err)
	}
	if got := s.read(t, dir); got != s.pages[s.next] {
		t.Errorf("a reader got another %s than edition %d has", s.page, s.next)
	}
}

// full says that every call is to be tried, not only some.
func full() bool { return os.Getenv("CORANTO_CRASH") == "full" }

// points returns the numbers of some of so many calls: one at random out of each of as many equal parts.
func points(calls, some int) []int {
	some = min(some, calls)
	rnd := rand.New(rand.NewPCG(uint64(calls), uint64(some)))
	at := make([]int, some)
	for i := range at {
		from, to := i*calls/some, (i+1)*calls/some
		at[i] = 1 + from + rnd.IntN(to-from)
	}
	return at
}

// tracing skips a test where programs may not be traced.
func tracing(t *testing.T) {
	t.Helper()
	if _, err := (fault{}).run(exec.Command("coranto", "help"), "/nowhere"); err != nil {
		t.Skipf("this test traces coranto with ptrace, which is not allowed here: %v", err)
	}
}

const every = 1 << 30

// TestCrash kills publish at its calls that write.
func TestCrash(t *testing.T) {
	tracing(t)
	for _, test := range []struct {
		name       string
		make       func(testing.TB) *specimen
		some, many int // calls to try, and to try in full
	}{
		{"a correction", correctedRoom, 12, every},
		{"the first edition", freshRoom, 3, 40},
		{"the first edition of one story", tinyRoom, 9, every},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := test.make(t)
			s.each(t, test.some, test.many, fault{}, s.crash)
			s.each(t, test.some/3, min(test.many, 60), fault{half: true}, s.crash)
			s.unharmed(t)
		})
	}
}

func (s *specimen) crash(t testing.TB, f fault) {
	dir, got, stderr := s.strike(t, f)
	defer os.RemoveAll(dir)
	if got.hit != "" && got.exit != -1 {
		t.Errorf("at %s: exit %d: %s", got.hit, got.exit, stderr)
	}
	s.recovers(t, dir)
	if t.Failed() {
		t.Logf("it was %s", got.hit)
	}
}

// each strikes at the calls of one run, at some or at many, two at a time.
func (s *specimen) each(t *testing.T, some, many int, f fault, try func(testing.TB, fault)) {
	dir, whole, stderr := s.strike(t, fault{})
	if whole.exit != 0 {
		t.Fatalf("without a fault: exit %d: %s", whole.exit, stderr)
	}
	os.RemoveAll(dir)
	if full() {
		some = many
	}
	at := points(len(whole.calls), some)
	t.Logf("%s: %d of %d calls", f.what(), len(at), len(whole.calls))
	t.Run(f.what(), func(t *testing.T) {
		for _, n := range at {
			f.at = n
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				try(t, f)
			})
		}
	})
}

// unharmed checks that no run wrote into a file that it should have put another in the place of.
func (s *specimen) unharmed(t testing.TB) {
	t.Helper()
	if got := hashes(t, s.dir); !maps.Equal(got, s.all) {
		t.Error("a run wrote into a file in place: its link in another folder has changed too")
	}
}

// TestFailingDisk lets one call fail, or all from one on.
func TestFailingDisk(t *testing.T) {
	tracing(t)
	s := correctedRoom(t)
	s.each(t, 8, every, fault{err: syscall.EIO}, s.fail)
	s.each(t, 4, 60, fault{err: syscall.EIO, on: true}, s.fail)
	s.each(t, 4, 60, fault{err: syscall.ENOSPC}, s.fail)
	s.each(t, 8, every, fault{err: syscall.ENOSPC, on: true}, s.fail)
	s.unharmed(t)
}

func (s *specimen) fail(t testing.TB, f fault) {
	dir, got, stderr := s.strike(t, f)
	defer os.RemoveAll(dir)
	defer func() {
		if t.Failed() {
			t.Logf("it was %s: exit %d: %s", got.hit, got.exit, stderr)
		}
	}()
	switch got.exit {
	case 0: // it got around it, or it struck only what is done for the next run's sake
		s.finished(t, dir)
		return
	case 1:
		if !strings.HasPrefix(stderr, "coranto: ") || strings.Contains(stderr, "goroutine ") {
			t.Errorf("it said %q", stderr)
		}
	default:
		t.Errorf("exit %d, want 1", got.exit)
	}
	after := hashes(t, filepath.Join(dir, "public"))
	if c := s.recovers(t, dir); c.Sealed == s.last && !maps.Equal(after, s.public) {
		t.Error("readers see a change although nothing was sealed")
	}
}
