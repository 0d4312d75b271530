package cli_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What a crash, a failing disk and a full one leave behind, tried at the calls that write. CORANTO_CRASH=full tries every
// one of them; otherwise some, spread over the run, so that the tests stay quick.

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
