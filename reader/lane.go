package reader

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A lane is a pool of connections of a route that are used alike, and given up together.
type lane struct {
	trip http.RoundTripper
	kind laneKind
	room int64 // of a small lane, what the next file may take
	// resumes: its connections are resumed, or not had.
	resumes bool

	mu    sync.Mutex // guards what follows
	conns map[*meteredConn]bool
	dead  bool
}

// A laneKind says what a lane is for.
type laneKind int

const (
	lasting laneKind = iota // as many requests at once as may be
	small                   // one request at a time, as long as there is room
	probing                 // one request at a time, to see whether the freeze is over
)

// newLane returns a lane without connections.
func (r *route) newLane(kind laneKind, tickets *tickets) *lane {
	l := &lane{trip: r.given, kind: kind, conns: map[*meteredConn]bool{}}
	t, ok := r.given.(*http.Transport)
	if !ok || t.DialTLSContext != nil {
		return l
	}
	t = t.Clone()
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, cmp.Or(r.source.Limits.Connect, r.source.Limits.Headers))
		defer cancel()
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return l.meter(ctx, c, r)
	}
	if tickets != nil {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{}
		}
		l.resumes = tickets.use(t.TLSClientConfig)
	}
	l.trip = t
	return l
}

// A meteredConn counts what goes over it, both ways.
type meteredConn struct {
	net.Conn
	lane  *lane
	route *route
	gauge *gauge // of who opened it; told of the handshake
	n     atomic.Int64
	last  atomic.Int64 // when it brought something, in nanoseconds
	alive atomic.Int64 // what had gone over it then
}

// heard returns when the connection brought something.
func (c *meteredConn) heard() time.Time { return time.Unix(0, c.last.Load()) }

// handshakeBytes is how much of a connection counts for who opened it: the server's part of a handshake.
const handshakeBytes = 6 << 10

// meter counts a connection as the lane's, and tells who is waiting for it.
func (l *lane) meter(ctx context.Context, c net.Conn, r *route) (net.Conn, error) {
	m := &meteredConn{Conn: c, lane: l, route: r, gauge: gaugeOf(ctx)}
	m.last.Store(time.Now().UnixNano())
	m.gauge.add(1)
	if w, ok := ctx.Value(watchdogKey{}).(*watchdog); ok {
		w.on(m)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		c.Close()
		return nil, errStalled
	}
	l.conns[m] = true
	return m, nil
}

func (c *meteredConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		now := time.Now()
		c.last.Store(now.UnixNano())
		c.route.pulse.Load().came(n, now)
	}
	carried := c.n.Add(int64(n))
	if n > 0 {
		c.alive.Store(carried)
	}
	if carried < handshakeBytes {
		c.gauge.add(n)
	}
	return n, err
}

func (c *meteredConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *meteredConn) Close() error {
	c.lane.mu.Lock()
	delete(c.lane.conns, c)
	c.lane.mu.Unlock()
	return c.Conn.Close()
}

// metered returns the counter below a connection that a request was given; nil when there is none.
func metered(c net.Conn) *meteredConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	m, _ := c.(*meteredConn)
	return m
}

// closeAll drops all connections, also those in use.
func (l *lane) closeAll() {
	l.mu.Lock()
	l.dead = true
	conns := l.conns
	l.conns = map[*meteredConn]bool{}
	l.mu.Unlock()
	for c := range conns {
		c.Conn.Close()
	}
}

// carried is what the busiest connection has carried.
func (l *lane) carried() (most int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		most = max(most, c.n.Load())
	}
	return most
}

func (l *lane) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// closeIdle drops the connections that nobody uses.
func (l *lane) closeIdle() {
	if t, ok := l.trip.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}
