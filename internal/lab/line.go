package lab

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"coranto/reader"
)

// Access is how good a reader's own line is. The zero Access is as good as this machine.
type Access struct {
	// RTT is the time to a host and back.
	RTT time.Duration
	// Down and Up are bits a second, for all connections together; 0 is no limit.
	Down, Up int64
	// Loss is the share of segments that are lost, and come later.
	Loss float64
}

// Counts are what went over a line.
type Counts struct {
	// Up and Down are bytes of TCP payload: what the reader sent, and what reached it.
	Up, Down int64
	// Connections that were begun, and those of them that were frozen.
	Connections, Frozen int
}

// A Line is one reader's way into a Network, with a censor on it.
type Line struct {
	n      *Network
	access Access
	censor censor
	began  time.Time
	flows  sync.WaitGroup
	closed chan struct{}

	mu     sync.Mutex // guards what follows
	rnd    *rand.Rand
	counts Counts
	opened map[string][]time.Duration // by host, when a connection was begun
	known  map[string]bool            // names that were asked for
	free   [2]time.Time               // by direction, when what is on the way has passed
	ended  bool
}

// Line opens a line under some rules. Chance is of the seed.
func (n *Network) Line(a Access, rules []Rule, seed uint64) *Line {
	return &Line{
		n: n, access: a, censor: rules, began: time.Now(), closed: make(chan struct{}),
		rnd: rand.New(rand.NewPCG(seed, 0)), opened: map[string][]time.Duration{}, known: map[string]bool{},
	}
}

// Close drops all connections.
func (l *Line) Close() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	close(l.closed)
	l.flows.Wait()
}

// Counts returns what went over the line so far.
func (l *Line) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Elapsed returns the lab's time since the line was opened.
func (l *Line) Elapsed() time.Duration { return l.n.Clock.Lab(time.Since(l.began)) }

// Client returns a reader's client whose connections go over this line, and which trusts the network's certificates.
func (l *Line) Client() *http.Client {
	c := reader.NewClient()
	t := c.Transport.(*http.Transport)
	t.Proxy = nil
	t.DialContext = l.DialContext
	t.TLSClientConfig = &tls.Config{RootCAs: l.n.roots()}
	t.TLSHandshakeTimeout = l.n.Clock.Real(t.TLSHandshakeTimeout)
	t.IdleConnTimeout = l.n.Clock.Real(t.IdleConnTimeout)
	return c
}

// Options are a reader's own on this line: those of every reader, in the lab's time.
func (l *Line) Options() reader.Options {
	real := l.n.Clock.Real
	lim := reader.DefaultLimits()
	for _, d := range []*time.Duration{&lim.Connect, &lim.Headers, &lim.Stall, &lim.Window, &lim.Total} {
		*d = real(*d)
	}
	return reader.Options{Client: l.Client(), Limits: lim, Grace: real(reader.DefaultGrace), Hedge: real(reader.DefaultHedge)}
}

// DialContext connects to a host of the network, as far as the censor lets it. It waits until ctx ends where packets
// are lost.
func (l *Line) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	to, err := l.resolve(ctx, name, port)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	number, lost, rejected := l.begin(name)
	if lost {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
	if err := l.sleep(ctx, l.access.RTT); err != nil {
		return nil, err
	}
	if rejected {
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return l.connect(ctx, name, number, to)
}

// resolve returns the host that a name leads to: the one that has it, or where the censor wants it to lead.
func (l *Line) resolve(ctx context.Context, name, port string) (*host, error) {
	l.mu.Lock()
	asked := l.known[name]
	l.known[name] = true
	l.mu.Unlock()
	if !asked {
		if err := l.sleep(ctx, l.access.RTT); err != nil {
			return nil, err
		}
	}
	at, ok := l.n.find(name)
	rule, poisoned := l.censor.find(name, 0, l.Elapsed(), DNSWrong, DNSNone, DNSPage)
	switch {
	case poisoned && rule.Kind == DNSWrong:
		return l.n.pages["443"], nil // whoever it is: not one who speaks for the name
	case poisoned && rule.Kind == DNSPage && l.n.pages[port] != nil:
		return l.n.pages[port], nil
	case poisoned || !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return at, nil
}

// begin counts a connection to a host, and says what becomes of its first packet.
func (l *Line) begin(name string) (number int, lost, rejected bool) {
	at := l.Elapsed()
	l.mu.Lock()
	defer l.mu.Unlock()
	opened := l.opened[name]
	number = len(opened)
	_, dropped := l.censor.find(name, number, at, Drop)
	_, rejected = l.censor.find(name, number, at, Reject)
	lost = dropped || l.censor.crowded(name, opened, at)
	l.counts.Connections++
	l.opened[name] = append(opened, at)
	return number, lost, rejected
}

// connect makes the two connections that the censor stands between.
func (l *Line) connect(ctx context.Context, name string, number int, to *host) (net.Conn, error) {
	var d net.Dialer
	far, err := d.DialContext(ctx, "tcp", to.address)
	if err != nil {
		return nil, err
	}
	readers, near, err := socketPair()
	if err != nil {
		far.Close()
		return nil, err
	}
	f := &flow{l: l, host: name, number: number, near: near, far: far.(*net.TCPConn), done: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended { // a client may dial on when nobody waits any more
		f.close(false)
		readers.Close()
		return nil, net.ErrClosed
	}
	l.flows.Go(f.run)
	return readers, nil
}

// socketPair returns two ends of a TCP connection on this machine.
func socketPair() (a, b *net.TCPConn, err error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = net.DialTCP("tcp", nil, l.Addr().(*net.TCPAddr)); err != nil {
		return nil, nil, err
	}
	if b, err = l.AcceptTCP(); err == nil && b.RemoteAddr().String() != a.LocalAddr().String() {
		b.Close()
		err = fmt.Errorf("lab: somebody else connected to %s", l.Addr())
	}
	if err != nil {
		a.Close()
	}
	return a, b, err
}

// sleep waits for a time of the lab's.
func (l *Line) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(l.n.Clock.Real(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A direction is one of the two ways of a line.
type direction int

const (
	up   direction = 0
	down direction = 1
)

// pass reserves the line for n bytes, behind those that are on it, and returns when they are through.
func (l *Line) pass(d direction, n int) time.Time {
	rate := l.access.Down
	if d == up {
		rate = l.access.Up
	}
	now := time.Now()
	if rate == 0 {
		return now
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free[d].Before(now) {
		l.free[d] = now
	}
	l.free[d] = l.free[d].Add(l.n.Clock.Real(transmission(n, rate)))
	return l.free[d]
}

// transmission is how long n bytes take at a rate of bits a second.
func transmission(n int, rate int64) time.Duration {
	return time.Duration(n) * 8 * time.Second / time.Duration(rate)
}

// lost throws the dice for one segment.
func (l *Line) lost() bool {
	if l.access.Loss == 0 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rnd.Float64() < l.access.Loss
}

// count adds to the line's counts.
func (l *Line) count(d direction, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d == up {
		l.counts.Up += int64(n)
	} else {
		l.counts.Down += int64(n)
	}
}

// froze counts a connection that was frozen.
func (l *Line) froze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Frozen++
}
