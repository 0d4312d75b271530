// Package web fetches what imports read from the network.
//
// What an import reads names further addresses, and whoever wrote it may be hostile: an address may stand for a machine of
// the newsroom's own network, lead from one place to the next without end, or answer with more than fits. So a Client reaches
// public addresses of http and https alone, but for the ones that its user typed; it follows few redirects; and every answer
// has a limit in bytes and in time. It has no cookies, sends no Referer, and tells servers nothing but its name.
//
// The package knows no news and no store.
//
//	client := web.NewClient(web.Options{Named: []string{"https://news.example/feed.xml"}})
//	defer client.Close()
//	answer, err := client.Get(ctx, "https://news.example/feed.xml", 64<<20)
package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The limits of a Client.
const (
	// maxRedirects is how often a server may send us on.
	maxRedirects = 5
	// maxTries is how often an address is asked when it does not answer, or says that it is busy.
	maxTries = 3
	// maxWait is how long we wait when a server says how long it is busy; for longer, the user comes again.
	maxWait = time.Minute
	// perHost is how many requests one host has to bear at once.
	perHost = 4
	// maxDead is after how many addresses in a row that it did not answer a host is asked no more: each costs half a minute,
	// and an archive has thousands of pictures on a host that is gone.
	maxDead = 3
	// patience is how long a server may take for its headers, and for each piece that follows.
	patience, piece = time.Minute, 64 << 10
)

// Options are what a Client depends on. The zero Options are right for most.
type Options struct {
	// Named are the addresses, URLs or hosts with or without a port, that the user typed. They may stand on a private
	// network, as a CMS on localhost does; what they redirect to or link to elsewhere may not.
	Named []string
	// MaxFile is the size of a file that Fetch takes, in bytes; zero is 64 MiB.
	MaxFile int64
	// Patience is how long a server may take for its headers, and for each 64 KiB that follow; zero is a minute.
	Patience time.Duration
	// Proxy says which proxy is asked for a request; nil is the one that the environment names, as HTTPS_PROXY. A proxy
	// looks names up by itself, so behind one only the addresses that are written out can be checked.
	Proxy func(*http.Request) (*url.URL, error)
	// Sleep waits between tries, until its context ends at the latest; nil waits.
	Sleep func(context.Context, time.Duration) error
}

// A Client fetches over http and https. It may be used by many goroutines.
type Client struct {
	opt    Options
	guard  *guard
	direct *http.Transport
	behind *http.Transport // asks a proxy

	mu    sync.Mutex // guards hosts
	hosts map[string]*host
}

// A host is what a Client knows of one host and port.
type host struct {
	slots chan struct{}
	mu    sync.Mutex // guards dead
	dead  int        // addresses in a row that it did not answer
}

// NewClient returns a Client; Close it.
func NewClient(opt Options) *Client {
	if opt.MaxFile == 0 {
		opt.MaxFile = 64 << 20
	}
	if opt.Patience == 0 {
		opt.Patience = patience
	}
	if opt.Proxy == nil {
		opt.Proxy = http.ProxyFromEnvironment
	}
	if opt.Sleep == nil {
		opt.Sleep = sleep
	}
	c := &Client{opt: opt, guard: newGuard(opt.Named), hosts: make(map[string]*host)}
	c.direct = newTransport()
	c.direct.DialContext = c.guard.dial
	c.behind = newTransport()
	c.behind.Proxy = opt.Proxy
	return c
}

func newTransport() *http.Transport {
	return &http.Transport{
		TLSHandshakeTimeout:    20 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    perHost,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
}

// Close drops the connections that are idle.
func (c *Client) Close() {
	c.direct.CloseIdleConnections()
	c.behind.CloseIdleConnections()
}

// A Request is what to fetch.
type Request struct {
	// URL is an absolute address of http or https. A password in it is sent only where the user typed the address.
	URL string
	// Header is sent as it is to the host of the URL; Authorization never goes to another one.
	Header http.Header
	// Limit is how many bytes the answer may have, unpacked.
	Limit int64
}

// An Answer is what a server sent.
type Answer struct {
	// URL is where the answer came from in the end, without a password.
	URL *url.URL
	// Status is 200, or 304 when the request was conditional.
	Status int
	Header http.Header
	// Body is unpacked and whole.
	Body []byte
}

// Get fetches an address of at most limit bytes.
func (c *Client) Get(ctx context.Context, address string, limit int64) (Answer, error) {
	return c.Do(ctx, Request{URL: address, Limit: limit})
}

// Do fetches what a request asks for. It follows redirects, and tries again when the network fails or the server is busy.
// An answer of any other status than 200, and 304 to a conditional request, is an error that is a *StatusError; one over
// the limit is ErrTooLarge; an address that may not be reached is a *PrivateError.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	u, err := parse(r.URL)
	if err != nil {
		return Answer{}, fmt.Errorf("fetch %.300q: %w", r.URL, err)
	}
	if !c.guard.names(u) {
		u.User = nil
	}
	for try := 1; ; try++ {
		a, err := c.follow(ctx, u, r)
		if err == nil {
			return a, nil
		}
		wait, again := retry(err, try)
		if !again || ctx.Err() != nil {
			return Answer{}, fmt.Errorf("fetch %.300q: %w", u.Redacted(), plainly(ctx, err))
		}
		if err := c.opt.Sleep(ctx, wait); err != nil {
			return Answer{}, fmt.Errorf("fetch %.300q: %w", u.Redacted(), err)
		}
	}
}

// parse returns an address as it is asked for.
func parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, errors.New("no web address")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, fetchable(u)
}

// fetchable says why an address can't be asked for.
func fetchable(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("only http and https are fetched, and not %q", u.Scheme)
	}
	if u.Hostname() == "" {
		return errors.New("the address names no host")
	}
	return nil
}

// follow asks an address, and where it leads.
func (c *Client) follow(ctx context.Context, u *url.URL, r Request) (Answer, error) {
	header := r.Header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	if u.User != nil {
		password, _ := u.User.Password()
		request := http.Request{Header: header}
		request.SetBasicAuth(u.User.Username(), password)
	}
	header.Set("User-Agent", "coranto")
	header.Del("Referer")
	for range maxRedirects + 1 {
		a, next, err := c.ask(ctx, u, header, r.Limit)
		if err != nil || next == nil {
			return a, err
		}
		if next.Host != u.Host {
			header.Del("Authorization")
		}
		u = next
	}
	return Answer{}, fmt.Errorf("%w: over %d redirects", errRedirect, maxRedirects)
}

// redirect returns where an answer leads; nil where nowhere.
func redirect(from *url.URL, response *http.Response) (*url.URL, error) {
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := from.Parse(response.Header.Get("Location"))
	if err != nil || response.Header.Get("Location") == "" {
		return nil, fmt.Errorf("%w to nowhere", errRedirect)
	}
	to.User, to.Fragment, to.RawFragment = nil, "", ""
	if from.Scheme == "https" && to.Scheme != "https" {
		return nil, fmt.Errorf("%w from https to %s", errRedirect, to.Scheme)
	}
	if err := fetchable(to); err != nil {
		return nil, fmt.Errorf("%w: %w", errRedirect, err)
	}
	return to, nil
}

// ask sends one request, within the time and the number of them that its host is given.
func (c *Client) ask(ctx context.Context, u *url.URL, header http.Header, limit int64) (a Answer, next *url.URL, err error) {
	h := c.host(u.Host)
	if err := h.enter(ctx); err != nil {
		return a, nil, err
	}
	defer func() { h.leave(ctx, err) }()
	watch, watched := newWatch(ctx, c.opt.Patience)
	defer watch.stop()
	plain := *u
	plain.User = nil
	request := (&http.Request{Method: http.MethodGet, URL: &plain, Host: u.Host, Header: header.Clone()}).WithContext(watched)
	response, err := c.roundTrip(request)
	if err != nil {
		return a, nil, cause(watched, err)
	}
	defer response.Body.Close()
	if next, err = redirect(u, response); next != nil || err != nil {
		return a, next, err
	}
	a = Answer{URL: &plain, Status: response.StatusCode, Header: response.Header}
	a.Body, err = watch.read(response, limit)
	return a, nil, cause(watched, err)
}

// roundTrip sends a request directly or to a proxy. A proxy is not on the way to what the guard would refuse by its name.
func (c *Client) roundTrip(r *http.Request) (*http.Response, error) {
	proxy, err := c.opt.Proxy(r)
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return c.direct.RoundTrip(r)
	}
	if err := c.guard.written(r.URL); err != nil {
		return nil, err
	}
	return c.behind.RoundTrip(r)
}

func (c *Client) host(name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.hosts[name]
	if !ok {
		h = &host{slots: make(chan struct{}, perHost)}
		c.hosts[name] = h
	}
	return h
}

// enter waits until the host has room for one more request.
func (h *host) enter(ctx context.Context) error {
	h.mu.Lock()
	dead := h.dead >= maxDead*maxTries
	h.mu.Unlock()
	if dead {
		return errDead
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave gives the room back, and remembers whether the host answered.
func (h *host) leave(ctx context.Context, err error) {
	<-h.slots
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil || answered(err):
		h.dead = 0
	case ctx.Err() == nil:
		h.dead++
	}
}

// sleep waits for a while, or until a context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
