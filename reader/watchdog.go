package reader

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// errStalled is ErrSlow of a connection that has brought something and then fell silent: another one may do better.
var errStalled = fmt.Errorf("%w: its connection fell silent", ErrSlow)

// A watchdog cancels a request that keeps the reader waiting. What counts is what its connection brings, for others may
// be answered on that first.
type watchdog struct {
	lim    Limits
	pulse  *pulse
	gauge  *gauge
	cancel context.CancelCauseFunc

	mu      sync.Mutex // guards what follows
	headers *time.Timer
	window  *time.Timer
	silence *time.Timer
	conn    *meteredConn // nil while there is none, or none of ours
	asked   time.Time    // when the request was given to a proven connection, or to a fresh one in a freeze
	last    time.Time    // of bytes of the file
	n       int64        // bytes of the file
	seen    int64        // what had come when this window began
	stopped bool
}

// A watchdogKey is where a request's context has its watchdog, for the connection that is opened for it.
type watchdogKey struct{}

// watch begins to watch; stop must be called.
func watch(cancel context.CancelCauseFunc, lim Limits, p *pulse, g *gauge) *watchdog {
	w := &watchdog{lim: lim, pulse: p, gauge: g, cancel: cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	p.begin()
	w.headers = time.AfterFunc(lim.Headers, w.late)
	return w
}

// on is told which connection the request is on, or is waiting for.
func (w *watchdog) on(c *meteredConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = c
}

// fresh is told that the request waits for a connection of its own, as all do in a freeze.
func (w *watchdog) fresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = time.Now()
}

// proven is told that the connection has brought an answer before: from now on it may not be silent for long.
func (w *watchdog) proven() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped && w.silence == nil && w.lim.Stall > 0 {
		if w.asked.IsZero() {
			w.asked = time.Now()
		}
		w.silence = time.AfterFunc(w.lim.Stall/hearings, w.listen)
	}
}

// begun is told that the headers have come: from now on it is the pace that counts too.
func (w *watchdog) begun() {
	w.mu.Lock()
	if !w.asked.IsZero() {
		w.pulse.answered(time.Since(w.asked))
	}
	w.mu.Unlock()
	w.proven()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.headers.Stop()
	if !w.stopped && w.window == nil {
		w.seen = w.bytes()
		w.window = time.AfterFunc(w.lim.Window, w.check)
	}
}

// came is told of bytes of the file.
func (w *watchdog) came(n int) {
	w.gauge.add(n)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n += int64(n)
	if n > 0 {
		w.last = time.Now()
	}
}

// bytes is what came so far. w.mu is held.
func (w *watchdog) bytes() int64 {
	if w.conn != nil {
		return w.conn.n.Load()
	}
	return w.n
}

// silent is for how long nothing came. w.mu is held.
func (w *watchdog) silent() time.Duration {
	last := w.last
	if w.conn != nil {
		last = w.conn.heard()
	}
	if w.asked.After(last) {
		last = w.asked
	}
	return time.Since(last)
}

// hearings is how often in the longest silence a connection is listened to.
const hearings = 8

// patience is how long silence may last: less for a connection that has carried as much as freezes let through. w.mu is
// held.
func (w *watchdog) patience() time.Duration {
	stall := w.lim.Stall
	if n := w.bytes(); w.conn != nil && n >= likelyFrom && n <= likelyTo {
		stall /= 4
	}
	return min(max(stall, w.pulse.gap()), w.lim.Headers)
}

// listen runs now and then, and ends a silence that has lasted too long.
func (w *watchdog) listen() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	if w.silent() >= w.patience() {
		w.cancel(errStalled)
		return
	}
	w.silence.Reset(w.lim.Stall / hearings)
}

// late runs when the headers are late. They may be as long as their connection keeps up the pace: on a slow line there is
// much before them.
func (w *watchdog) late() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped || w.window != nil:
	case w.bytes()/max(int64(w.lim.Headers/w.lim.Window), 1) < w.lim.Pace/w.pulse.share():
		w.cancel(ErrSlow)
	default:
		w.seen = w.bytes()
		w.window = time.AfterFunc(w.lim.Window, w.check)
	}
}

// quiet says whether a proven connection has been silent for longer than an answer takes on this line.
func (w *watchdog) quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.silence != nil && w.silent() > w.pulse.gap()
}

// check runs at the end of every window.
func (w *watchdog) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.bytes()
	switch {
	case w.stopped:
	case n-w.seen < w.lim.Pace/w.pulse.share():
		w.cancel(ErrSlow)
	default:
		w.seen = n
		w.window.Reset(w.lim.Window)
	}
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.pulse.end()
	for _, t := range []*time.Timer{w.headers, w.window, w.silence} {
		if t != nil {
			t.Stop()
		}
	}
}

// counted tells a watchdog of the bytes that come.
type counted struct {
	r io.Reader
	w *watchdog
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.w.came(n)
	return n, err
}
