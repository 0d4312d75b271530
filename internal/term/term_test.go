package term_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/internal/term"
)

// A clock that only moves when told to.
type clock struct{ t time.Time }

func (c *clock) now() time.Time                  { return c.t }
func (c *clock) pass(d time.Duration)            { c.t = c.t.Add(d) }
func noEnv(string) string                        { return "" }
func erased(lines ...string) string              { return "\r\x1b[K" + strings.Join(lines, "\r\x1b[K") }
func piped(w *bytes.Buffer, c *clock) *term.Term { return term.New(w, false, c.now, noEnv) }

// work is the same work for every kind of writer.
func work(t *term.Term, c *clock) {
	bar := t.Progress("render", 3690)
	for range 30 {
		c.pass(time.Second)
		bar.Add(100)
	}
	bar.Set(3690)
	c.pass(7 * time.Second)
	bar.Done()
	bar.Done()
	bar.Add(1)
}

func TestPipeGetsFewLines(t *testing.T) {
	var w bytes.Buffer
	c := &clock{}
	work(piped(&w, c), c)
	want := `render: 0 of 3,690, 0 %, 0.0 s
render: 500 of 3,690, 13 %, 5.0 s, 0:32 left
render: 1,000 of 3,690, 27 %, 0:10, 0:27 left
render: 1,500 of 3,690, 40 %, 0:15, 0:22 left
render: 2,000 of 3,690, 54 %, 0:20, 0:17 left
render: 2,500 of 3,690, 67 %, 0:25, 0:12 left
render: 3,000 of 3,690, 81 %, 0:30, 6.9 s left
render: 3,690 in 0:37
`
	if got := w.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	c := &clock{}
	b := piped(&w, c).Progress("import", 0)
	b.Set(1000) // before it went on
	b.Rate()
	c.pass(10 * time.Second)
	b.Set(3500)
	b.Rate()
	b.Done()
	want := "import: 0, 0.0 s\nimport: 3,500, 0:10, 250/s\nimport: 3,500 in 0:10, 250/s\n"
	if got := w.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTerminalGetsOneLine(t *testing.T) {
	var w bytes.Buffer
	c := &clock{}
	work(term.NewTerminal(&w, false, true, c.now, 80), c)
	got := w.String()
	if n := strings.Count(got, "\n"); n != 1 {
		t.Errorf("lines: got %d, want 1", n)
	}
	if n := strings.Count(got, "\r\x1b[K"); n != 32 {
		t.Errorf("redrawn %d times, want 32: at the start, at each second, at the end", n)
	}
	if !strings.HasSuffix(got, "\r\x1b[Krender: 3,690 in 0:37\n") {
		t.Errorf("end: got %q", got[len(got)-40:])
	}
}

func TestQuiet(t *testing.T) {
	var w bytes.Buffer
	c := &clock{}
	work(term.New(&w, true, c.now, noEnv), c)
	work(term.NewTerminal(&w, true, true, c.now, 80), c)
	if got := w.String(); got != "" {
		t.Errorf("got %q, want silence", got)
	}
	fmt.Fprintln(term.New(&w, true, c.now, noEnv), "coranto: an error")
	if got := w.String(); got != "coranto: an error\n" {
		t.Errorf("got %q, want the message: only progress is silent", got)
	}
}

func TestMessagesStandAboveTheBar(t *testing.T) {
	var w bytes.Buffer
	c := &clock{}
	tm := term.NewTerminal(&w, false, false, c.now, 80)
	bar := tm.Progress("fetch", 0)
	fmt.Fprintln(tm, "one mirror lies")
	bar.Done()
	fmt.Fprintln(tm, "end")
	want := erased("fetch: 0, 0.0 s", "one mirror lies\n", "fetch: 0, 0.0 s", "fetch: 0 in 0.0 s\nend\n")
	if got := w.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedrawIsBounded(t *testing.T) {
	var w bytes.Buffer
	c := &clock{}
	bar := term.NewTerminal(&w, false, false, c.now, 80).Progress("hash", 1000)
	for range 1000 {
		c.pass(time.Millisecond)
		bar.Add(1)
	}
	if n := strings.Count(w.String(), "\r"); n != 11 {
		t.Errorf("redrawn %d times in a second, want 11", n)
	}
}

func TestLineFitsTheTerminal(t *testing.T) {
	for _, cells := range []int{0, 1, 2, 5, 12, 40, 200} {
		var w bytes.Buffer
		c := &clock{}
		term.NewTerminal(&w, false, false, c.now, cells).Progress("翻訳 render 翻訳", 1_000_000)
		line := strings.TrimPrefix(w.String(), "\r\x1b[K")
		if got := term.Width(line); got > max(0, cells-1) {
			t.Errorf("%d cells: the line %q takes %d", cells, line, got)
		}
	}
}

func TestConcurrentBars(t *testing.T) {
	var w bytes.Buffer
	tm := term.NewTerminal(&w, false, false, time.Now, 80)
	bar := tm.Progress("all", 800)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				bar.Add(1)
				fmt.Fprintln(tm, "x")
			}
		})
	}
	wg.Wait()
	bar.Done()
	if got := w.String(); strings.Count(got, "x\n") != 800 || !strings.Contains(got, "all: 800 in ") {
		t.Error("parts or messages were lost")
	}
}

func TestFileIsNoTerminal(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tm := term.New(f, false, time.Now, noEnv)
	if tm.Terminal() || tm.Paint(term.Bad, "x") != "x" {
		t.Error("a file was taken for a terminal")
	}
}

func TestPaint(t *testing.T) {
	var w bytes.Buffer
	colored, colorless := term.NewTerminal(&w, false, true, time.Now, 80), term.NewTerminal(&w, false, false, time.Now, 80)
	if got, want := colored.Paint(term.Good, "ok\x1b[2J"), "\x1b[32mok\\x1b[2J\x1b[0m"; got != want {
		t.Errorf("with colours: got %q, want %q", got, want)
	}
	if got := colorless.Paint(term.Good, "ok"); got != "ok" {
		t.Errorf("without: got %q, want the words alone", got)
	}
}
