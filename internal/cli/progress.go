package cli

import (
	"os"
	"sync"
	"time"

	"coranto/internal/term"
)

// term returns the terminal that progress and tables go to.
func (e *env) term() *term.Term { return term.New(e.stderr, e.quiet, time.Now, os.Getenv) }

// A bar shows one piece of work after another, each as a line of its own.
type bar struct {
	term *term.Term
	// work is what the bar was made for.
	work string
	mu   sync.Mutex // guards what follows
	step string
	bar  *term.Bar
}

// bar returns a bar whose steps are called what, unless they are named.
func (e *env) bar(what string) *bar { return &bar{term: e.term(), work: what, step: what} }

// of says how far the work has come.
func (b *bar) of(done, total int) { b.ofStep("", done, total) }

// ofStep says how far a step has come; a step with another name than the one before ends that.
func (b *bar) ofStep(step string, done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar == nil || step != "" && step != b.step {
		if b.bar != nil {
			b.bar.Done()
		}
		if step != "" {
			b.step = step
		}
		b.bar = b.term.Progress(b.step, total)
	}
	b.bar.Set(done)
}

// done ends the bar.
func (b *bar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		b.bar.Done()
		b.bar = nil
	}
}

// tell takes an import's progress. Nobody knows how many addresses its survey finds.
func (b *bar) tell(done, total int, _ string) {
	if total == 0 {
		b.ofStep("survey", done, 0)
	} else {
		b.ofStep(b.work, done, total)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		b.bar.Rate()
	}
}
