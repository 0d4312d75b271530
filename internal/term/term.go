// Package term shows a person how long work goes: on a terminal as one line that is redrawn, in a pipe or a log as a
// few plain lines, and not at all when quiet. It also prints plain tables and keeps foreign text from steering the
// terminal.
//
// It never decides what a command's result is: results are the caller's, on another writer.
//
//	t := term.New(os.Stderr, quiet, time.Now, os.Getenv)
//	bar := t.Progress("render", len(pages))
//	for _, p := range pages {
//		render(p)
//		bar.Add(1)
//	}
//	bar.Done()
package term

import (
	"io"
	"os"
	"sync"
	"time"

	xterm "golang.org/x/term"
)

// A Term writes to a terminal, or to what stands in its place. Its methods may be called from several goroutines.
type Term struct {
	quiet bool
	color bool
	tty   bool
	now   func() time.Time
	width func() int // of the terminal in cells, as it is now

	mu    sync.Mutex // guards w, drawn and all its bars
	w     io.Writer
	drawn *Bar // the bar whose line stands on the terminal, or nil
}

// New returns a Term that writes to w, as a rule standard error. Quiet silences progress, and nothing else. Now is the
// clock, and getenv reads the environment: NO_COLOR, when it is not empty, and TERM=dumb are obeyed.
func New(w io.Writer, quiet bool, now func() time.Time, getenv func(string) string) *Term {
	t := &Term{w: w, quiet: quiet, now: now}
	f, ok := w.(*os.File)
	if !ok || !xterm.IsTerminal(int(f.Fd())) || getenv("TERM") == "dumb" {
		return t
	}
	t.tty = true
	t.color = getenv("NO_COLOR") == ""
	t.width = func() int {
		cells, _, err := xterm.GetSize(int(f.Fd()))
		if err != nil || cells < 1 {
			return 80
		}
		return cells
	}
	return t
}

// Terminal says whether a person is watching: whether lines are redrawn.
func (t *Term) Terminal() bool { return t.tty }

// Write writes messages, whole lines, above the line of progress.
func (t *Term) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	bar := t.drawn
	t.erase()
	n, err := t.w.Write(p)
	if bar != nil {
		t.draw(bar)
	}
	return n, err
}

// erase takes the line of progress off the terminal.
func (t *Term) erase() {
	if t.drawn != nil {
		io.WriteString(t.w, "\r\x1b[K")
		t.drawn = nil
	}
}

// draw puts a bar's line on the terminal, in place of the one that is there. The last cell stays free: some terminals
// begin a new line when it is filled.
func (t *Term) draw(b *Bar) {
	line := cut(b.line(), t.width()-1)
	io.WriteString(t.w, "\r\x1b[K"+line)
	t.drawn = b
}
