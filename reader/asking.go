package reader

import (
	"context"
	"slices"
	"sync"
	"time"
)

// ask asks the mirrors that are wanted for their newest edition, and judges what they offer.
//
// An offer is judged under the newest trust known. One that doesn't open may be newer than the trust, so the trust is
// refreshed through its mirror before it is condemned. Where one mirror is slow at that, another is tried beside it: no
// mirror can hold up the others.
func (d *round) ask(ctx context.Context, wanted func(*mirror) bool) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := d.newAsking(ctx, &wg, slices.DeleteFunc(d.r.live(), func(m *mirror) bool { return !wanted(m) }))
	tick := time.NewTicker(d.r.opt.Hedge)
	defer tick.Stop()
	var grace <-chan time.Time
	for a.next(); len(a.pending) > 0 || d.refreshes > 0; {
		late := false
		select {
		case got := <-a.answers:
			delete(a.pending, got.m)
			d.take(ctx, got)
			a.answered(got)
		case n := <-a.renewals:
			d.takeTrust(ctx, n)
		case <-tick.C:
			late = true
			if a.hedge.beat() {
				a.next()
			}
		case <-grace:
			d.conclude(a.pending)
			return
		case <-ctx.Done():
			return
		}
		if o := d.nextForTrust(); o != nil && (d.refreshes == 0 || late) {
			a.renew(o)
		}
		if grace == nil && d.settled() {
			grace = time.After(d.grace(a.first))
		}
	}
	d.conclude(a.pending)
}

// grace is how long further mirrors have after a good answer: as long as the first took to answer, within bounds, for on
// a slow line the second is no quicker.
func (d *round) grace(first time.Duration) time.Duration {
	return min(max(d.r.opt.Grace, first), 4*d.r.opt.Grace)
}

// An asking is the part of a round in which mirrors are asked.
type asking struct {
	d        *round
	ctx      context.Context
	wg       *sync.WaitGroup
	hedge    *hedge
	waiting  []*mirror             // not asked yet
	pending  map[*mirror]time.Time // asked, and when
	answers  chan answer
	renewals chan renewal
	first    time.Duration // what the first answer took
}

func (d *round) newAsking(ctx context.Context, wg *sync.WaitGroup, ms []*mirror) *asking {
	ctx, g := withGauge(ctx)
	return &asking{
		d: d, ctx: ctx, wg: wg, hedge: newHedge(d.r.pulse, g, askBeats), waiting: ms, pending: map[*mirror]time.Time{},
		answers: make(chan answer, len(ms)), renewals: make(chan renewal, len(ms)),
	}
}

// next asks another mirror.
func (a *asking) next() {
	if len(a.waiting) == 0 {
		return
	}
	m := a.waiting[0]
	a.waiting = a.waiting[1:]
	a.pending[m] = time.Now()
	a.wg.Go(func() { a.answers <- a.d.r.latest(a.ctx, m) })
}

// answered asks the next mirror once one has answered; all of them, if that was quick: then the line carries them.
func (a *asking) answered(got answer) {
	if a.first == 0 && got.err == nil {
		a.first = got.took
	}
	a.next()
	for got.err == nil && got.took < quickBeats*a.d.r.opt.Hedge && len(a.waiting) > 0 {
		a.next()
	}
}

// quickBeats is how many beats a quick answer takes at most, the handshake included.
const quickBeats = 4

// renew refreshes the trust through an offer's mirror.
func (a *asking) renew(o *offer) {
	o.asked = true
	a.d.refreshes++
	n := renewal{o: o, trust: a.d.trust, from: a.d.generation}
	a.wg.Go(func() { a.renewals <- a.d.r.renewTrust(a.ctx, n) })
}
