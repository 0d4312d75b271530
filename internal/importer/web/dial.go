package web

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A guard decides which addresses are reached. It looks at each one at the moment of the connection, after the name was
// looked up, so that a name which changes its address between two looks gains nothing.
type guard struct {
	mu sync.Mutex // guards named
	// named are the hosts with their ports that the user typed. Public is set once one was reached on a public address: it
	// may not lead to a private one afterwards, for the name may be somebody else's.
	named map[string]*namedHost
}

type namedHost struct{ public bool }

func newGuard(named []string) *guard {
	g := &guard{named: make(map[string]*namedHost)}
	for _, n := range named {
		if !strings.Contains(n, "://") {
			n = "http://" + n
		}
		u, err := url.Parse(n)
		if err != nil || u.Hostname() == "" {
			continue
		}
		g.named[hostPort(u)] = &namedHost{}
		if u.Port() == "" && u.Scheme == "http" { // which leads to https at most sites
			u.Scheme = "https"
			g.named[hostPort(u)] = &namedHost{}
		}
	}
	return g
}

// hostPort returns a URL's host and port, as a dialer is asked for them.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// names says whether the user typed the host of an address.
func (g *guard) names(u *url.URL) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.named[hostPort(u)] != nil
}

// dial connects to a host and port.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	named := net.JoinHostPort(strings.ToLower(host), port)
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, real string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(real)
		if err != nil {
			return err
		}
		if !Public(at.Addr()) && !g.mayBePrivate(named) {
			return &PrivateError{Host: host, Addr: at.Addr().Unmap()}
		}
		return nil
	}}
	conn, err := d.DialContext(ctx, network, address)
	if err == nil {
		g.reached(named, conn.RemoteAddr())
	}
	return conn, err
}

func (g *guard) mayBePrivate(named string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.named[named]
	return n != nil && !n.public
}

// reached remembers that a host which the user typed is a public one.
func (g *guard) reached(named string, at net.Addr) {
	tcp, ok := at.(*net.TCPAddr)
	if !ok || !Public(tcp.AddrPort().Addr()) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := g.named[named]; n != nil {
		n.public = true
	}
}

// written refuses an address whose host is written out as one that is not public, as a proxy would be asked for it. Hosts
// that end in a number are addresses to many a resolver: 127.1 and 0x7F000001 are localhost.
func (g *guard) written(u *url.URL) error {
	if g.names(u) {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		if Public(a) {
			return nil
		}
		return &PrivateError{Host: host, Addr: a}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, err := strconv.ParseUint(strings.TrimPrefix(last, "0x"), 16, 64)
	switch {
	case err == nil && (last[0] >= '0' && last[0] <= '9'), !strings.Contains(host, "."):
	case last == "localhost", last == "local", last == "internal", last == "lan", last == "arpa":
	default:
		return nil
	}
	return &PrivateError{Host: host}
}
