package mirror_test

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"coranto/reader"
)

// A line carries connections to a server, and drops one in three at any place: after 1 byte to 512 kB of what comes back,
// each order of size as often as the others. It counts what goes over it, both ways.
type line struct {
	server string
	breaks bool

	mu    sync.Mutex // guards what follows
	rng   *rand.Rand
	taken int

	bytes   atomic.Int64 // both ways
	dropped atomic.Int64 // connections
}

// over returns a source that reaches a handler over a line. Each request takes a connection of its own, so that there
// are as many to drop as can be.
func over(t *testing.T, h http.Handler, breaks bool) (*reader.HTTPSource, *line) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	t.Cleanup(server.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := &line{server: strings.TrimPrefix(server.URL, "http://"), breaks: breaks, rng: rand.New(rand.NewPCG(3, 1))}
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.serve(ln)
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	src, err := reader.HTTP(nil, "http://"+ln.Addr().String())
	must(t, err)
	t.Cleanup(func() { src.Close() })
	return src, l
}

// serve carries connections until the listener is closed, and returns when all have ended.
func (l *line) serve(ln net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		all.Go(func() { l.carry(c, l.life()) })
	}
}

// life is how many bytes may come back over the next connection.
func (l *line) life() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken++
	if !l.breaks || l.taken%3 != 0 {
		return 1 << 60
	}
	return 1 + l.rng.Int64N(1<<l.rng.IntN(20))
}

func (l *line) carry(client net.Conn, life int64) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var up sync.WaitGroup
	up.Go(func() {
		n, _ := io.Copy(server, client) // ends when the client hangs up, or the line does
		l.bytes.Add(n)
	})
	n, err := io.CopyN(client, server, life)
	l.bytes.Add(n)
	if err == nil {
		l.dropped.Add(1)
	}
	client.Close()
	server.Close()
	up.Wait()
}

// What goes over a line that drops one connection in three is at most a tenth more than over one that doesn't.
func costsATenth(t *testing.T, h http.Handler, pull func(src reader.Source)) {
	t.Helper()
	src, sound := over(t, h, false)
	pull(src)
	src, broken := over(t, h, true)
	pull(src)
	once, again := sound.bytes.Load(), broken.bytes.Load()
	t.Logf("%d bytes over %d connections; %d over %d of which %d were dropped: %.3f times as many",
		once, sound.taken, again, broken.taken, broken.dropped.Load(), float64(again)/float64(once))
	if broken.dropped.Load() < int64(broken.taken/10) {
		t.Errorf("the line dropped %d connections of %d", broken.dropped.Load(), broken.taken)
	}
	if again > once+once/10 {
		t.Errorf("%d bytes, without breaks %d", again, once)
	}
}

// A line that drops one connection in three costs no more than a tenth more bytes, and the mirror is whole.
func TestBreakingLine(t *testing.T) {
	t.Parallel()
	r := first(t, 20)
	r.put(50, noise(900<<10))
	r.publish()
	costsATenth(t, serveDir(t, r.public()), func(src reader.Source) { r.keeper(src).pulls(2) })
}
