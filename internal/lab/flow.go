package lab

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// A flow is one connection that the censor stands in the middle of.
type flow struct {
	l         *Line
	host      string
	number    int          // of the host's connections, from 0
	near, far *net.TCPConn // to the reader, to the host

	end  sync.Once
	done chan struct{}

	mu     sync.Mutex // guards what follows
	passed int64      // bytes of payload, both ways
	frozen bool
	free   time.Time // when what is throttled has passed
}

// segment is the size of the largest piece that is delayed, lost or counted as one.
const segment = 1400

// queued is the number of segments on the way in one direction: what a sender may be ahead of its reader.
const queued = 12

// A delivery is a segment on its way.
type delivery struct {
	b      []byte
	arrive time.Time
	err    error // instead of b: the sender's end
}

// run passes bytes until either side ends, or the line.
func (f *flow) run() {
	defer f.close(false)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		select {
		case <-f.done:
		case <-f.l.closed:
			f.close(false)
		}
	})
	for d, way := range [...]struct{ from, to *net.TCPConn }{up: {f.near, f.far}, down: {f.far, f.near}} {
		queue := make(chan delivery, queued)
		wg.Go(func() { f.receive(direction(d), way.from, queue) })
		wg.Go(func() { f.deliver(direction(d), way.to, queue) })
	}
}

// close ends both connections; with a reset, so that the other side sees one.
func (f *flow) close(reset bool) {
	f.end.Do(func() {
		close(f.done)
		for _, c := range [...]*net.TCPConn{f.near, f.far} {
			if reset {
				_ = c.SetLinger(0) // if that fails it is an end: broken off all the same
			}
			c.Close()
		}
	})
}

// receive takes what one side sends. What the reader sends is taken even when it goes nowhere: a frozen connection
// looks alive to it, and its end must be seen.
func (f *flow) receive(d direction, from *net.TCPConn, queue chan<- delivery) {
	defer close(queue)
	delay := f.l.n.Clock.Real(f.l.access.RTT / 2)
	var hello []byte
	for named, buf := d == down, make([]byte, segment); ; {
		n, err := from.Read(buf)
		b := bytes.Clone(buf[:n])
		if d == up {
			f.l.count(up, n)
		}
		if !named && err == nil {
			hello = append(hello, b...)
			var name string
			if name, named = serverName(hello); !named {
				continue
			}
			if _, ok := f.l.censor.find(name, f.number, f.l.Elapsed(), ResetName); ok {
				f.close(true)
				return
			}
			b = hello
		}
		for n := range (len(b) + segment - 1) / segment {
			if !f.queue(queue, delivery{b: b[n*segment : min(len(b), (n+1)*segment)], arrive: time.Now().Add(delay)}) {
				return
			}
		}
		if err != nil {
			f.queue(queue, delivery{err: err, arrive: time.Now().Add(delay)})
			return
		}
	}
}

func (f *flow) queue(queue chan<- delivery, s delivery) bool {
	select {
	case queue <- s:
		return true
	case <-f.done:
		return false
	}
}

// deliver gives the other side what has arrived, when it is time, as far as the censor lets it.
func (f *flow) deliver(d direction, to *net.TCPConn, queue <-chan delivery) {
	for s := range queue {
		if !f.until(s.arrive) {
			return
		}
		if s.err != nil {
			f.ended(d, to, s.err)
			return
		}
		if !f.until(f.held(d, len(s.b))) || !f.until(f.l.pass(d, len(s.b))) {
			return
		}
		b, frozen := f.admit(s.b)
		if d == down {
			f.l.count(down, len(b))
		}
		if _, err := to.Write(b); err != nil {
			f.close(false)
			return
		}
		if frozen && d == down {
			<-f.done // the host has more, and nobody takes it
			return
		}
	}
}

// held returns until when a segment is held up by a throttle, or because it was lost. Others pass meanwhile.
func (f *flow) held(d direction, n int) time.Time {
	at := time.Now()
	if f.l.lost() {
		at = at.Add(f.l.n.Clock.Real(max(200*time.Millisecond, 2*f.l.access.RTT)))
	}
	r, ok := f.l.censor.find(f.host, f.number, f.l.Elapsed(), Throttle)
	if !ok || d == up {
		return at
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.free.After(at) {
		at = f.free
	}
	f.free = at.Add(f.l.n.Clock.Real(transmission(n, r.Rate)))
	return f.free
}

// admit returns as much of a segment as the censor lets through, and whether it lets nothing through any more.
func (f *flow) admit(b []byte) (through []byte, frozen bool) {
	limit, limited := f.l.censor.limit(f.host, f.number, f.l.Elapsed())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.frozen {
		return nil, true
	}
	if limited && f.passed+int64(len(b)) > limit {
		b = b[:max(0, limit-f.passed)]
		f.frozen = true
		f.l.froze()
	}
	f.passed += int64(len(b))
	return b, f.frozen
}

// ended passes on that one side has ended: by a reset, or in order. A reader that ends is gone.
func (f *flow) ended(d direction, to *net.TCPConn, err error) {
	f.mu.Lock()
	frozen := f.frozen
	f.mu.Unlock()
	switch {
	case d == up || errors.Is(err, syscall.ECONNRESET):
		f.close(errors.Is(err, syscall.ECONNRESET) && !frozen)
	case errors.Is(err, io.EOF) && !frozen:
		_ = to.CloseWrite() // the reader ends next
	}
}

// until waits for a time, and returns false when the flow ends before.
func (f *flow) until(at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return true
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-f.done:
		return false
	}
}
