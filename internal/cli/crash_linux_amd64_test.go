package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"coranto/internal/scantest"
)

// What a crash, a failing disk and a full one leave behind, tried at the calls that write. CORANTO_CRASH=full tries every
// one of them; otherwise some, spread over the run, so that the tests stay quick.

// strike publishes from a copy of the newsroom under a fault.
func (s *specimen) strike(t testing.TB, f fault) (dir string, got trace, stderr string) {
	t.Helper()
	dir = s.copy(t)
	got, stderr = f.publish(t, dir)
	return dir, got, stderr
}

// publish publishes the newsroom in a folder under a fault.
func (f fault) publish(t testing.TB, dir string) (got trace, stderr string) {
	t.Helper()
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
	return got, string(b)
}

// A checkup is what fsck --json prints.
type checkup struct {
	Edition, Sealed uint64
	Whole           bool
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
	if found := scantest.Find(t, dir, s.gone...); len(found) > 0 {
		t.Errorf("what was withdrawn is still there: %q", found)
	}
	if names := litter(t, dir); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
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
		audit.Fresh != "AGE UNKNOWN" || audit.Edition != s.next || len(audit.Problems) > 0 {
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
		{"a takedown", withdrawnRoom, 12, every},
		{"the first edition", freshRoom, 2, 40},
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

func (s *specimen) crash(t testing.TB, f fault) checkup {
	dir, got, stderr := s.strike(t, f)
	defer os.RemoveAll(dir)
	defer func() {
		if t.Failed() {
			t.Logf("it was %s", got.hit)
		}
	}()
	if n := len(got.calls); got.hit != "" && (got.exit != -1 || n < f.at || n > f.at+8) { // other threads go on for a moment
		t.Errorf("at call %d, %s: exit %d after %d calls: %s", f.at, got.hit, got.exit, n, stderr)
	}
	return s.recovers(t, dir)
}

// each strikes at the calls of one run, at some or at many, two at a time.
func (s *specimen) each(t *testing.T, some, many int, f fault, try func(testing.TB, fault) checkup) {
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
	var mu sync.Mutex
	found := map[checkup]int{}
	t.Run(f.what(), func(t *testing.T) {
		for _, n := range at {
			f := f
			f.at = n
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				c := try(t, f)
				mu.Lock()
				defer mu.Unlock()
				found[checkup{Edition: c.Edition, Sealed: c.Sealed}]++
			})
		}
	})
	for c, n := range found {
		t.Logf("%d times edition %d was out and %d sealed", n, c.Edition, c.Sealed)
	}
	if len(at) > 8 && len(found) < 2 {
		t.Error("every call left the same behind")
	}
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

func (s *specimen) fail(t testing.TB, f fault) checkup {
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
		return checkup{Edition: s.next, Sealed: s.next}
	case 1:
		if !strings.HasPrefix(stderr, "coranto: ") || strings.Contains(stderr, "goroutine ") {
			t.Errorf("it said %q", stderr)
		}
	default:
		t.Errorf("exit %d, want 1", got.exit)
	}
	after := hashes(t, filepath.Join(dir, "public"))
	c := s.recovers(t, dir)
	if c.Sealed == s.last && !maps.Equal(after, s.public) {
		t.Error("readers see a change although nothing was sealed")
	}
	return c
}

// TestFullDisk publishes on a disk that is really full, with more room each time until there is enough.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("this test needs to mount a small disk: %v", err)
	}
	defer syscall.Unmount(disk, 0)
	s := correctedRoomIn(t, disk)
	step := int64(96 << 10)
	if full() {
		step = 12 << 10
	}
	tried := 0
	for room := int64(0); ; room += step {
		dir := s.copy(t)
		filler := fill(t, disk, room)
		var stderr bytes.Buffer
		cmd := exec.Command("coranto", "-C", dir, "publish", "-q")
		cmd.Stderr = &stderr
		err := cmd.Run()
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			s.finished(t, dir)
			break
		}
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.HasPrefix(stderr.String(), "coranto: ") {
			t.Errorf("with room for %d bytes: exit %d: %s", room, code, stderr.String())
		}
		after := hashes(t, filepath.Join(dir, "public"))
		if c := s.recovers(t, dir); c.Sealed == s.last && !maps.Equal(after, s.public) {
			t.Errorf("with room for %d bytes: readers see a change although nothing was sealed", room)
		}
		tried++
		os.RemoveAll(dir)
	}
	t.Logf("it failed %d times", tried)
	if tried < 2 {
		t.Error("the disk was never full")
	}
	s.unharmed(t)
}

// fill fills a disk up but for some room, and returns the name of the file that does it.
func fill(t testing.TB, disk string, room int64) string {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(disk, &st); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, max(1, int64(st.Bavail)*st.Bsize-room)); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestCrashOnCorpus kills publish on real news: mostly of one correction after the other in one newsroom, which so
// lives through all of it, and a few times of its large first edition. Otherwise than in full it takes every third language:
// the whole corpus in one newsroom is TestCorpus's.
func TestCrashOnCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	tracing(t)
	feeds, err := filepath.Glob(filepath.Join(corpus(t), "*.json"))
	if err != nil || len(feeds) == 0 {
		t.Fatal(feeds, err)
	}
	base := scratch(t)
	s := &specimen{dir: filepath.Join(base, "room")}
	first, corrections := 10, 190
	if !full() {
		first, corrections = 1, 10
		feeds = third(feeds)
	}
	tags := make([]string, len(feeds))
	for i, f := range feeds {
		tags[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	must(t, "init", s.dir, "--name", "Corpus", "--languages", strings.Join(tags, ","))
	must(t, append([]string{"-C", s.dir, "import", "feed", "-q"}, feeds...)...)
	rnd := rand.New(rand.NewPCG(7, 8))

	whole, got, stderr := s.strike(t, fault{})
	if got.exit != 0 {
		t.Fatalf("exit %d: %s", got.exit, stderr)
	}
	for range first {
		dir, got, stderr := s.strike(t, fault{at: 1 + rnd.IntN(len(got.calls))})
		survives(t, dir, 0, got, stderr)
		os.RemoveAll(dir)
	}
	calls := 0
	for i := range corrections {
		feed := oneItem(t, feeds[rnd.IntN(len(feeds))], rnd.IntN(100), i, base)
		must(t, "-C", whole, "import", "feed", feed, "-q")
		if i == 0 {
			got, stderr := fault{}.publish(t, whole)
			if calls = len(got.calls); got.exit != 0 {
				t.Fatalf("exit %d: %s", got.exit, stderr)
			}
			continue
		}
		got, stderr := fault{at: 1 + rnd.IntN(calls)}.publish(t, whole)
		survives(t, whole, uint64(i+1), got, stderr)
	}
	must(t, "verify", filepath.Join(whole, "public"), "-q")
	t.Logf("%d calls in the first edition, about %d in a correction", len(got.calls), calls)
}

// third returns every third name.
func third(names []string) (some []string) {
	for i := 0; i < len(names); i += 3 {
		some = append(some, names[i])
	}
	return some
}

// survives checks that a newsroom holds one of two editions whole, and that it publishes the next.
func survives(t testing.TB, dir string, last uint64, got trace, stderr string) {
	t.Helper()
	if got.exit != -1 && got.hit != "" {
		t.Errorf("at %s: exit %d: %s", got.hit, got.exit, stderr)
	}
	if c := fsck(t, dir); c.Edition != last && c.Edition != last+1 {
		t.Errorf("killed at %s: fsck found %+v, want edition %d or the next", got.hit, c, last)
	}
	var out published
	if err := json.Unmarshal([]byte(must(t, "-C", dir, "publish", "-q", "--json")), &out); err != nil || out.Edition != int(last)+1 {
		t.Errorf("killed at %s: the next publish brought edition %d, want %d: %v", got.hit, out.Edition, last+1, err)
	}
}

// oneItem writes a feed with one item of another, corrected.
func oneItem(t testing.TB, feed string, n, round int, dir string) string {
	t.Helper()
	b, err := os.ReadFile(feed)
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	item := f["items"].([]any)[n].(map[string]any)
	item["content_text"] = fmt.Sprint(item["content_text"], "\n\nCorrected ", round)
	f["items"] = []any{item}
	if b, err = json.Marshal(f); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "item.json")
	writeFile(t, name, string(b))
	return name
}
