package reader

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// A route is how a source reaches its mirror: over lasting connections while they work; and where somebody freezes
// every connection after some kilobytes, over fresh ones, each of which carries less than that. It tries now and then
// whether the freeze is over.
type route struct {
	source *HTTPSource
	given  http.RoundTripper
	pulse  atomic.Pointer[pulse]

	mu      sync.Mutex // guards what follows
	lasting *lane
	frozen  bool
	budget  int64    // while frozen: what a connection may carry, both ways together
	cost    [2]int64 // what a fresh connection takes beyond its files: with a full handshake, and a resumed one
	tickets *tickets // of fresh connections; nil where they are none of ours to keep
	spare   []*lane  // fresh connections with room left
	probe   *lane    // tries whether the freeze is over; nil while it is in use, or none is open
	probing bool     // there is such a lane
	good    int      // requests since the freeze was met, or last tried
	wait    int      // requests until it is tried again
	doubts  int      // connections in a row that were silent while another mirror answered
	free    bool     // a connection has carried more than any freeze lets through
}

// What a route assumes until it has measured, and the bounds of what it believes. Freezes were seen from 15 to 20 kB.
const (
	maxFreeze   = 64 << 10 // a connection that carried more and fell silent was not frozen by a rule like that
	minBudget   = 6 << 10
	margin      = 200  // connections differ by so much
	fullCost    = 6000 // a handshake with certificates, a request, headers
	resumedCost = 2000 // the same, resumed
	askCost     = 600  // a request and headers on a connection that is there
	minRoom     = 2 << 10
	probeRoom   = 4 << 10 // of one request that tries whether it is over: what is lost when it isn't
	firstProbe  = 32
	rarestProbe = 256
)

// Where a connection falls silent between these, while another mirror answers, it is a freeze at first sight.
const (
	likelyFrom = 12 << 10
	likelyTo   = 24 << 10
)

func newRoute(given http.RoundTripper, s *HTTPSource) *route {
	r := &route{source: s, given: cmp.Or[http.RoundTripper](given, http.DefaultTransport)}
	r.pulse.Store(newPulse(DefaultHedge))
	r.lasting = r.newLane(lasting, nil)
	return r
}

// take returns the lane for the next request.
func (r *route) take() *lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	if hint := r.pulse.Load().hint(); hint > 0 && !r.frozen && !r.free && r.lasting.carried() > hint-minRoom {
		r.slice(hint) // before it happens here too
	}
	switch {
	case !r.frozen:
		return r.lasting
	case r.probe != nil:
		l := r.probe
		r.probe = nil
		return l
	case !r.probing && r.good >= r.wait:
		r.probing, r.good = true, 0
		l := r.newLane(probing, nil)
		l.room = probeRoom
		return l
	}
	if n := len(r.spare); n > 0 {
		l := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return l
	}
	l := r.newLane(small, r.tickets)
	l.room = r.fresh()
	return l
}

// fresh is how much of a file a fresh connection has room for. r.mu is held.
func (r *route) fresh() int64 {
	cost := cmp.Or(r.cost[0], fullCost)
	if r.tickets.has() {
		cost = cmp.Or(r.cost[1], resumedCost)
	}
	return max(r.budget-cost, minRoom)
}

// next is how much of a file the next fresh connection has room for.
func (r *route) next() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fresh()
}

// A trial is what came of one request on a lane.
type trial struct {
	lane    *lane
	conn    *meteredConn // nil when there was none, or it is not ours
	opened  bool         // for this request
	resumed bool         // its handshake
	body    int64        // bytes of the file
	err     error

	doubtful bool // it was called off, after its connection had been silent
}

// carried is what the connection carried so far, both ways.
func (t trial) carried() int64 {
	if t.conn == nil {
		return 0
	}
	return t.conn.n.Load()
}

// refused says whether a connection that was to be resumed could not be had: the mirror may have forgotten.
func (t trial) refused() bool { return t.lane.resumes && t.conn == nil }

// answered says whether the connection did what was asked of it, whatever the answer.
func (t trial) answered() bool {
	var status *StatusError
	return t.conn != nil && (t.err == nil || errors.As(t.err, &status))
}

// alive is what the connection had carried when it last brought something.
func (t trial) alive() int64 {
	if t.conn == nil {
		return 0
	}
	return t.conn.alive.Load()
}

// done takes a lane back and learns from what came of it.
func (r *route) done(t trial) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(t.err, errStalled) {
		r.stalled(t)
		return
	}
	switch t.lane.kind {
	case lasting:
		r.doubt(t)
	case small:
		r.small(t)
	case probing:
		switch {
		case !t.answered():
			r.probed(t, false)
		case t.carried() > max(4*r.budget, maxFreeze):
			r.probed(t, true)
		default:
			r.probe = t.lane // goes on
		}
	}
}

// stalled learns from a connection that fell silent: how much connections may carry. r.mu is held.
func (r *route) stalled(t trial) {
	t.lane.closeAll()
	if t.lane == r.lasting {
		r.lasting = r.newLane(lasting, nil)
	}
	switch t.lane.kind {
	case lasting:
		r.freeze(t.alive())
	case small:
		r.lower(t.alive())
	case probing:
		r.probed(t, false)
	}
}

// doubt learns from a request on a lasting connection. One that was silent while another mirror answered is not used for
// new requests; where that happens twice, connections are frozen. r.mu is held.
func (r *route) doubt(t trial) {
	carried := t.alive()
	switch {
	case t.err == nil && carried > maxFreeze:
		r.doubts, r.free = 0, true
	case t.doubtful && t.lane == r.lasting:
		r.lasting = r.newLane(lasting, nil)
		t.lane.closeIdle()
		if r.doubts++; r.doubts >= 2 || carried >= likelyFrom && carried <= likelyTo {
			r.freeze(carried)
		}
	}
}

// freeze takes note that connections carry no more than one did, unless that is too much for a freeze. r.mu is held.
func (r *route) freeze(carried int64) {
	if r.frozen || carried == 0 || carried > maxFreeze {
		return
	}
	r.slice(max(carried-margin, minBudget))
	r.pulse.Load().frozen(r.budget)
}

// slice has requests be small from now on. r.mu is held.
func (r *route) slice(budget int64) {
	r.frozen, r.budget = true, budget
	r.good, r.wait, r.doubts, r.free = 0, firstProbe, 0, false
	r.forget()
}

// lower takes note that a fresh connection was frozen after less than was thought. r.mu is held.
func (r *route) lower(carried int64) {
	r.budget = max(min(r.budget, carried)-margin, minBudget)
}

// small learns from a request on a fresh connection, and keeps that if it has room left. r.mu is held.
func (r *route) small(t trial) {
	if t.doubtful {
		r.lower(t.alive())
	}
	if !t.answered() {
		t.lane.closeAll()
		if t.refused() {
			r.tickets = &tickets{}
		}
		return
	}
	r.good++
	if t.opened {
		i := 0
		if t.resumed {
			i = 1
		}
		r.cost[i] = t.carried() - t.body
	}
	t.lane.room = (r.budget - t.carried() - askCost) * 63 / 64 // a part of it goes to the frames of TLS
	if t.lane.room < minRoom || !r.frozen {
		t.lane.closeAll()
		return
	}
	r.spare = append(r.spare, t.lane)
}

// probed ends a trial of whether the freeze is over. r.mu is held.
func (r *route) probed(t trial, over bool) {
	r.probing, r.probe, r.good = false, nil, 0
	if !over {
		t.lane.closeAll()
		r.wait = min(2*r.wait, rarestProbe)
		return
	}
	r.lasting.closeIdle()
	r.lasting, r.frozen, r.doubts, r.free = t.lane, false, 0, true
	r.lasting.kind, r.lasting.room = lasting, 0
	r.pulse.Load().thawed()
	r.forget()
}

// forget drops what a mirror could know the reader again by: the fresh connections, and the tickets that resume one.
// r.mu is held.
func (r *route) forget() {
	for _, l := range r.spare {
		l.closeAll()
	}
	r.spare, r.tickets = nil, nil
	t, ok := r.given.(*http.Transport)
	if !ok {
		return
	}
	if t.Proxy != nil {
		if via, err := t.Proxy(&http.Request{URL: &r.source.base}); via != nil || err != nil {
			return // a ticket would tie together what takes different ways
		}
	}
	r.tickets = &tickets{}
}

// renew forgets tickets: the next look for an edition is to be a stranger's.
func (r *route) renew() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
}

// inParts says whether connections are frozen.
func (r *route) inParts() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.frozen
}

func (r *route) closeIdle() {
	r.mu.Lock()
	lanes := append(slices.Clone(r.spare), r.lasting)
	r.mu.Unlock()
	for _, l := range lanes {
		l.closeIdle()
	}
}
