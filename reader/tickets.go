package reader

import (
	"crypto/tls"
	"errors"
	"sync"
)

// tickets holds the newest ticket that a mirror gave to resume a connection with, in memory alone.
type tickets struct {
	mu     sync.Mutex // guards what follows
	server string
	ticket *tls.ClientSessionState
}

// Get and Put make it a tls.ClientSessionCache.
func (k *tickets) Get(server string) (*tls.ClientSessionState, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ticket, k.ticket != nil && k.server == server
}

func (k *tickets) Put(server string, ticket *tls.ClientSessionState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.server, k.ticket = server, ticket
}

// has says whether there is a ticket.
func (k *tickets) has() bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ticket != nil
}

// errNotResumed ends a handshake that was to be resumed.
var errNotResumed = errors.New("the mirror does not resume its TLS session")

// use makes connections keep tickets. Where there is one they are to be resumed, and then do without the key share that
// no quantum computer breaks, which takes 2.3 kB of the 15 that a freeze may leave: the keys of a resumed connection come
// from those of the first as well, and that had it (RFC 8446, 7.1: the PSK goes in before the key exchange). A connection
// that the mirror does not resume would have neither, and is not made.
func (k *tickets) use(c *tls.Config) (resumes bool) {
	c.ClientSessionCache = k
	if !k.has() || c.VerifyConnection != nil || c.CurvePreferences != nil {
		return false
	}
	c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256}
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if !s.DidResume {
			return errNotResumed
		}
		return nil
	}
	return true
}
