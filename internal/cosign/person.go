package cosign

import (
	"context"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// A Person approves of editions by being asked, one at a time. Who asked for the signature may go away meanwhile: the
// answer waits for the next who asks about the same head.
type Person struct {
	// Life ends the questions that are open.
	Life context.Context
	// Ask shows a change and returns nil when it is to be signed.
	Ask func(ctx context.Context, c Change) error

	desk     sync.Mutex // held while somebody is asked
	mu       sync.Mutex // guards open
	open     map[tlog.Hash]*question
	awaiting sync.WaitGroup
}

// A question is one that somebody was asked; answer is set when done is closed.
type question struct {
	done   chan struct{}
	answer error
}

// Approve asks, or waits for the answer to a question that was asked before. A yes is remembered; a no is told once, so
// that the same edition can be shown again.
func (p *Person) Approve(ctx context.Context, c Change) error {
	q := p.question(c)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-q.done:
	}
	if q.answer != nil {
		p.mu.Lock()
		delete(p.open, c.Head.Hash)
		p.mu.Unlock()
	}
	return q.answer
}

// question returns the open question about a head, or begins one.
func (p *Person) question(c Change) *question {
	p.mu.Lock()
	defer p.mu.Unlock()
	if q, ok := p.open[c.Head.Hash]; ok {
		return q
	}
	if p.open == nil {
		p.open = map[tlog.Hash]*question{}
	}
	q := &question{done: make(chan struct{})}
	p.open[c.Head.Hash] = q
	p.awaiting.Go(func() {
		p.desk.Lock()
		defer p.desk.Unlock()
		q.answer = p.Ask(p.Life, c)
		close(q.done)
	})
	return q
}

// Wait returns when nobody is being asked any more.
func (p *Person) Wait() { p.awaiting.Wait() }
