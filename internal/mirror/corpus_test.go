package mirror_test

import (
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"coranto/edition"
	"coranto/internal/mirror"
	targetfs "coranto/internal/target/fs"
	"coranto/reader"
)

// TestPublishedCorpus pulls what a newsroom has published of the corpus of real news, over a line that breaks one
// connection in three: it ends whole, with a tenth more bytes at most. CORANTO_PUBLISHED names the folder, as the
// newsroom's public/.
func TestPublishedCorpus(t *testing.T) {
	public := os.Getenv("CORANTO_PUBLISHED")
	if public == "" {
		t.Skip("CORANTO_PUBLISHED names no published folder of a large newsroom")
	}
	b, err := os.ReadFile(filepath.Join(public, edition.MastheadPath))
	must(t, err)
	m, err := edition.ParseMasthead(b)
	must(t, err)
	pull := func(breaks bool) (mirror.Result, int64) {
		var sent atomic.Int64
		server := httptest.NewUnstartedServer(serveDir(t, public))
		server.Listener = &breakingListener{Listener: server.Listener, breaks: breaks, sent: &sent}
		server.Config.SetKeepAlivesEnabled(false) // so that there are as many connections as can be
		server.Start()
		defer server.Close()
		src, err := reader.HTTP(nil, server.URL)
		must(t, err)
		dir := scratch(t)
		to, err := targetfs.Open("mirror", dir)
		must(t, err)
		defer to.Close()
		state, err := os.OpenRoot(scratch(t))
		must(t, err)
		defer state.Close()
		res, err := mirror.Pull(t.Context(), mirror.Options{Masthead: m, Sources: []reader.Source{src}, To: to, State: state})
		must(t, err)
		folder, err := reader.Folder(dir)
		must(t, err)
		defer folder.Close()
		a, err := reader.Verify(t.Context(), folder, m, reader.VerifyOptions{})
		if err != nil || !a.Authentic || !a.Whole || len(a.Problems) > 0 {
			t.Fatalf("%+v, %v", a, err)
		}
		return res, sent.Load()
	}
	whole, once := pull(false)
	broken, again := pull(true)
	t.Logf("%d objects: %d bytes (%d of files), over the line that breaks %d (%d)", whole.ObjectsNew, once, whole.Bytes, again, broken.Bytes)
	if again > once+once/10 {
		t.Errorf("%d bytes, without breaks %d", again, once)
	}
}

// A breakingListener breaks one connection in three after some bytes.
type breakingListener struct {
	net.Listener
	breaks bool
	n      int
	sent   *atomic.Int64
}

func (l *breakingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.n++
	left := 1 << 60
	if l.breaks && l.n%3 == 0 {
		left = (l.n * 7919) % (6 << 10) // most files are as small
	}
	return &breakingConn{Conn: c, left: left, sent: l.sent}, nil
}

type breakingConn struct {
	net.Conn
	left int
	sent *atomic.Int64
}

var errBroken = errors.New("the line broke")

// Write sends what is left of the connection's life.
func (c *breakingConn) Write(b []byte) (int, error) {
	if len(b) <= c.left {
		c.left -= len(b)
		c.sent.Add(int64(len(b)))
		return c.Conn.Write(b)
	}
	n, _ := c.Conn.Write(b[:c.left])
	c.sent.Add(int64(n))
	c.left = 0
	c.Close()
	return n, errBroken
}

// ReadFrom keeps the bytes from going round Write.
func (c *breakingConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(onlyWriter{c}, r) }

type onlyWriter struct{ io.Writer }
