package reader

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Limits say how long a source may keep a reader waiting.
type Limits struct {
	// Headers is the time until a mirror begins to answer: connection, TLS and headers.
	Headers time.Duration
	// Window and Pace: from then on, a file must bring Pace bytes in every Window, or end.
	Window time.Duration
	Pace   int64
	// Total is the time for one file.
	Total time.Duration
}

// DefaultLimits let a line of a few kilobytes a second through, over Tor or a satellite, and give up in seconds on a
// mirror that sends a byte a second.
func DefaultLimits() Limits {
	return Limits{Headers: 15 * time.Second, Window: 5 * time.Second, Pace: 5 * 256, Total: 2 * time.Minute}
}

// userAgent is what every reader says of itself: nothing.
const userAgent = "Mozilla/5.0"

// A StatusError is an answer that is no file: another HTTP status than 200.
type StatusError struct{ Code int }

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("answered %d %s", e.Code, http.StatusText(e.Code))
}

// Is makes 404 and 410 the same as fs.ErrNotExist.
func (e *StatusError) Is(target error) bool {
	return target == fs.ErrNotExist && (e.Code == http.StatusNotFound || e.Code == http.StatusGone)
}

// An HTTPSource is a mirror on the web. It asks with GET alone, follows no redirect, keeps no cookie, and says nothing
// of the reader but what every reader says.
type HTTPSource struct {
	// Limits may be changed before the first Fetch.
	Limits Limits
	base   url.URL
	client http.Client
}

// HTTP returns the source at a URL, of which the paths of the edition are below. A nil client gets NewClient's; of
// another one its transport is used and nothing else.
func HTTP(client *http.Client, base string) (*HTTPSource, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("mirror %q: %w", base, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("mirror %q: not an http or https address of a host and a folder alone", base)
	}
	if client == nil {
		client = NewClient()
	}
	s := &HTTPSource{Limits: DefaultLimits(), base: *u, client: http.Client{Transport: client.Transport}}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s, nil
}

// NewClient returns a client for sources: it asks a proxy where the environment names one (Tor, say), never unpacks
// what a server packed, and takes small headers only.
func NewClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    4,
		MaxConnsPerHost:        16,
		MaxResponseHeaderBytes: 16 << 10,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}}
}

// Name returns the host, with the folder where there is one.
func (s *HTTPSource) Name() string { return s.base.Host + strings.TrimSuffix(s.base.Path, "/") }

// Live says that it is asked over a network.
func (s *HTTPSource) Live() bool { return true }

// Close drops the connections that are idle.
func (s *HTTPSource) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Fetch gets a file.
func (s *HTTPSource) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	if !fs.ValidPath(path) {
		return nil, &fs.PathError{Op: "fetch", Path: path, Err: fs.ErrInvalid}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := watch(cancel, s.Limits)
	defer w.stop()
	b, err := s.get(ctx, path, max, w)
	if err != nil && context.Cause(ctx) != nil {
		err = context.Cause(ctx)
	}
	return b, err
}

func (s *HTTPSource) get(ctx context.Context, path string, max int64, w *watchdog) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	w.begun()
	if resp.StatusCode != http.StatusOK {
		return nil, &StatusError{Code: resp.StatusCode}
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, fmt.Errorf("answered in encoding %.20q, which nobody asked for", e)
	}
	return readCapped(&counted{resp.Body, w}, resp.ContentLength, max)
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

// A watchdog cancels a fetch that keeps the reader waiting.
type watchdog struct {
	lim    Limits
	cancel context.CancelCauseFunc
	total  *time.Timer

	mu      sync.Mutex // guards what follows
	timer   *time.Timer
	n       int64 // bytes in this window
	body    bool  // the headers have come
	stopped bool
}

// watch begins to watch; stop must be called.
func watch(cancel context.CancelCauseFunc, lim Limits) *watchdog {
	w := &watchdog{lim: lim, cancel: cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total = time.AfterFunc(lim.Total, func() { cancel(ErrSlow) })
	w.timer = time.AfterFunc(lim.Headers, w.check)
	return w
}

// begun is told that the headers have come: from now on it is the pace that counts.
func (w *watchdog) begun() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.body = true
	w.timer.Reset(w.lim.Window)
}

func (w *watchdog) came(n int) {
	w.mu.Lock()
	w.n += int64(n)
	w.mu.Unlock()
}

// check runs at the end of every window.
func (w *watchdog) check() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
	case !w.body || w.n < w.lim.Pace:
		w.cancel(ErrSlow)
	default:
		w.n = 0
		w.timer.Reset(w.lim.Window)
	}
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.total.Stop()
	w.timer.Stop()
}
