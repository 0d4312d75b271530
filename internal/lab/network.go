package lab

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
)

// A Network is a small internet inside this process: hosts with names, real sockets and real certificates, and lines
// that lead to them through a censor. Nothing of it leaves this machine.
//
//	n, err := lab.NewNetwork(10)                              // ten times as fast as the day
//	address, err := n.Host("mirror.example", handler)         // https://mirror.example/
//	line := n.Line(lab.Access{RTT: 80 * time.Millisecond}, []lab.Rule{{Kind: lab.Freeze}}, 1)
//	source, err := reader.HTTP(line.Client(), address)
type Network struct {
	// Clock is the time of all that waits in the network.
	Clock Clock
	// NoTickets has hosts that are added from now on resume no TLS session.
	NoTickets bool

	authority *authority
	pages     map[string]*host // by port: where poisoned names lead

	mu      sync.Mutex // guards what follows
	hosts   map[string]*host
	servers []*http.Server
	served  sync.WaitGroup
}

// A host is a server of the network.
type host struct {
	name    string
	address string // of its socket on this machine
}

// NewNetwork returns a network without hosts, of which Close lets go.
func NewNetwork(clock Clock) (*Network, error) {
	a, err := newAuthority("Lab Root")
	if err != nil {
		return nil, err
	}
	n := &Network{Clock: clock, authority: a, hosts: map[string]*host{}, pages: map[string]*host{}}
	stranger, err := newAuthority("Ministry of Information")
	if err != nil {
		return nil, err
	}
	for port, by := range map[string]*authority{"443": stranger, "80": nil} {
		if n.pages[port], err = n.serve("blocked.invalid", BlockPage().Handler, by); err != nil {
			n.Close()
			return nil, err
		}
	}
	return n, nil
}

// Host starts an https server and returns its address.
func (n *Network) Host(name string, h http.Handler) (string, error) {
	return n.add("https", name, h, n.authority)
}

// PlainHost starts an http server and returns its address.
func (n *Network) PlainHost(name string, h http.Handler) (string, error) {
	return n.add("http", name, h, nil)
}

func (n *Network) add(scheme, name string, h http.Handler, by *authority) (string, error) {
	at, err := n.serve(name, h, by)
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[name] != nil {
		return "", errors.New("lab: there is a host " + name + " already")
	}
	n.hosts[name] = at
	return scheme + "://" + name + "/", nil
}

// serve starts a server on a socket of this machine, with a certificate by somebody, or without TLS by nobody.
func (n *Network) serve(name string, h http.Handler, by *authority) (*host, error) {
	var config *tls.Config
	if by != nil {
		cert, err := by.issue(name)
		if err != nil {
			return nil, err
		}
		config = &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}, SessionTicketsDisabled: n.NoTickets}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := &host{name: name, address: l.Addr().String()}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	server := &http.Server{Handler: h, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	n.mu.Lock()
	n.servers = append(n.servers, server)
	n.mu.Unlock()
	n.served.Go(func() { _ = server.Serve(l) }) // until Close
	return at, nil
}

// Close ends all servers and what they are sending. Lines are closed apart.
func (n *Network) Close() {
	n.mu.Lock()
	servers := n.servers
	n.mu.Unlock()
	for _, s := range servers {
		_ = s.Close() // nothing is written
	}
	n.served.Wait()
}

// roots are what the network's readers trust.
func (n *Network) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(n.authority.root)
	return pool
}

// find returns the host of a name.
func (n *Network) find(name string) (*host, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h, ok := n.hosts[strings.ToLower(name)]
	return h, ok
}
