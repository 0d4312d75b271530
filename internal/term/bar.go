package term

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// How often progress is shown: on a terminal, and in a log.
const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 5 * time.Second
)

// A Bar is one piece of long work. Its methods may be called from several goroutines.
type Bar struct {
	t     *Term
	what  string
	total int // 0 when nobody knows

	// Guarded by t.mu.
	done         int
	began, shown time.Time
	ended        bool
	rated        bool
	from         int // what was done when it was first rated
}

// Progress begins to show work: what it is, and of how many parts; 0 says that nobody knows. Call Done at its end.
func (t *Term) Progress(what string, total int) *Bar {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := &Bar{t: t, what: Clean(what), total: total, began: t.now()}
	b.show(b.began)
	return b
}

// Add says that n more parts are done.
func (b *Bar) Add(n int) {
	b.t.mu.Lock()
	defer b.t.mu.Unlock()
	b.set(b.done + n)
}

// Set says how many parts are done.
func (b *Bar) Set(done int) {
	b.t.mu.Lock()
	defer b.t.mu.Unlock()
	b.set(done)
}

func (b *Bar) set(done int) {
	b.done = done
	every := lineEvery
	if b.t.tty {
		every = redrawEvery
	}
	if now := b.t.now(); now.Sub(b.shown) >= every && !b.ended {
		b.show(now)
	}
}

// show draws the bar's line, or prints it where nothing can be redrawn.
func (b *Bar) show(now time.Time) {
	b.shown = now
	switch {
	case b.t.quiet:
	case b.t.tty:
		b.t.draw(b)
	default:
		io.WriteString(b.t.w, b.line()+"\n")
	}
}

// Rate has the bar say too how many parts are done a second, not counting those that are done already.
func (b *Bar) Rate() {
	b.t.mu.Lock()
	defer b.t.mu.Unlock()
	if !b.rated {
		b.rated, b.from = true, b.done
	}
}

// Done ends the bar and leaves one line: how many parts were done in how long. A second Done does nothing.
func (b *Bar) Done() {
	b.t.mu.Lock()
	defer b.t.mu.Unlock()
	if b.ended {
		return
	}
	b.ended = true
	b.t.erase()
	if !b.t.quiet {
		took := b.t.now().Sub(b.began)
		fmt.Fprintf(b.t.w, "%s: %s in %s%s\n", b.what, count(b.done), span(took), b.rate(took))
	}
}

// line says what, how much and how long: "render: 1,200 of 3,690, 32 %, 0:12, 0:25 left".
func (b *Bar) line() string {
	took := b.shown.Sub(b.began)
	s := b.what + ": " + count(b.done)
	if b.total <= 0 {
		return s + ", " + span(took) + b.rate(took)
	}
	part := min(1, float64(b.done)/float64(b.total))
	s += fmt.Sprintf(" of %s, %d %%, %s", count(b.total), int(100*part), span(took))
	// A guess from the first moments would jump about.
	if part > 0 && part < 1 && took >= time.Second {
		s += ", " + span(time.Duration(float64(took)*(1-part)/part)) + " left"
	}
	return s + b.rate(took)
}

// rate says how many parts a second are done, once that says something.
func (b *Bar) rate(took time.Duration) string {
	did := b.done - b.from
	if !b.rated || took < time.Second || did < 10 {
		return ""
	}
	return ", " + count(int(float64(did)/took.Seconds())) + "/s"
}

// count writes a number with commas between the thousands.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span writes a duration as 0.3 s, 0:42 or 1:02:03.
func span(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
