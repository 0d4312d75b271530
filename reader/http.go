package reader

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits say how long a source may keep a reader waiting.
type Limits struct {
	// Connect is the time to reach a mirror at all; 0 is as long as Headers.
	Connect time.Duration
	// Headers is the time until a mirror begins to answer: connection, TLS and headers; longer while its connection keeps
	// up the pace.
	Headers time.Duration
	// Stall is how long a connection that has brought something may be silent before another is tried; 0 is for ever.
	// On a slow line with several requests under way it is longer, up to Headers: each waits for the others.
	Stall time.Duration
	// Window and Pace: once it answers, all files under way together must bring Pace bytes in every Window, each its
	// share, or end.
	Window time.Duration
	Pace   int64
	// Total is the time for one file.
	Total time.Duration
}

// DefaultLimits let a line of a few kilobytes a second through, over Tor or a satellite, and give up in seconds on a
// mirror that sends a byte a second.
func DefaultLimits() Limits {
	return Limits{
		Connect: 3 * time.Second, Headers: 15 * time.Second, Stall: 3 * time.Second,
		Window: 5 * time.Second, Pace: 5 * 256, Total: 2 * time.Minute,
	}
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
	route  *route
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
	s := &HTTPSource{Limits: DefaultLimits(), base: *u}
	s.route = newRoute(client.Transport, s)
	return s, nil
}

// NewClient returns a client for sources: it asks a proxy where the environment names one (Tor, say), never unpacks
// what a server packed, and takes small headers only.
func NewClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext, // a source's Limits are shorter
		TLSHandshakeTimeout:    20 * time.Second,
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
	s.route.closeIdle()
	return nil
}

// Fetch gets a file.
func (s *HTTPSource) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	if !fs.ValidPath(path) {
		return nil, &fs.PathError{Op: "fetch", Path: path, Err: fs.ErrInvalid}
	}
	b, err := s.get(ctx, path, 0, max, max)
	if err != nil {
		return nil, err
	}
	return b, nil
}
