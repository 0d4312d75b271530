package reader

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// routed returns a source at an address of its own, of a client with a proxy or without.
func routed(t *testing.T, proxy func(*http.Request) (*url.URL, error)) *HTTPSource {
	t.Helper()
	s, err := HTTP(&http.Client{Transport: &http.Transport{Proxy: proxy}}, "https://mirror.example/")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Tickets are kept in a freeze alone, never through a proxy, and not beyond the next look for an edition.
func TestTickets(t *testing.T) {
	tor := func(*http.Request) (*url.URL, error) { return url.Parse("socks5://127.0.0.1:9050") }
	direct := func(*http.Request) (*url.URL, error) { return nil, nil }
	for _, test := range []struct {
		name  string
		proxy func(*http.Request) (*url.URL, error)
		keeps bool
	}{{"no proxy", nil, true}, {"not for this host", direct, true}, {"a proxy", tor, false}} {
		r := routed(t, test.proxy).route
		if r.tickets != nil {
			t.Errorf("%s: tickets without a freeze", test.name)
		}
		r.slice(10_000)
		if (r.tickets != nil) != test.keeps {
			t.Errorf("%s: tickets: %v", test.name, r.tickets != nil)
		}
		if !test.keeps {
			continue
		}
		r.tickets.Put("mirror.example", &tls.ClientSessionState{})
		if r.renew(); r.tickets.has() {
			t.Errorf("%s: a ticket outlives a look for an edition", test.name)
		}
	}
}

// What a connection carried before it fell silent is what the next may carry, unless that was too much for a freeze.
func TestFreezeIsMeasured(t *testing.T) {
	for _, test := range []struct {
		carried int64
		frozen  bool
		budget  int64
	}{{0, false, 0}, {15_000, true, 15_000 - margin}, {3000, true, minBudget}, {maxFreeze, true, maxFreeze - margin}, {maxFreeze + 1, false, 0}} {
		r := routed(t, nil).route
		if r.freeze(test.carried); r.inParts() != test.frozen || r.budget != test.budget {
			t.Errorf("%d: frozen %v, budget %d", test.carried, r.inParts(), r.budget)
		}
	}
}

// One mirror that feigns a freeze slows no other down; two that meet one warn the others.
func TestFreezeIsTold(t *testing.T) {
	p := newPulse(time.Second)
	var routes []*route
	for range 3 {
		r := routed(t, nil).route
		r.pulse.Store(p)
		r.lasting.conns[busy()] = true
		routes = append(routes, r)
	}
	for i, want := range []bool{false, true} {
		routes[i].freeze(15_000)
		if routes[2].take(); routes[2].inParts() != want {
			t.Errorf("%d frozen: the third is in parts: %v", i+1, !want)
		}
	}
	p.thawed()
	if p.hint() != 0 {
		t.Error("told after it is over")
	}
}

// busy returns a connection that has carried as much as a freeze lets through.
func busy() *meteredConn {
	c := &meteredConn{}
	c.n.Store(15_000)
	return c
}
