package reader

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A pulse is what goes on between a reader and all its mirrors at once. It tells a slow line, on which asking more
// mirrors makes everything slower, from a slow mirror.
type pulse struct {
	every time.Duration // a beat

	mu     sync.Mutex    // guards what follows
	active int64         // requests under way
	since  time.Time     // when this beat began
	n      int64         // bytes in this beat
	best   int64         // bytes in the best beat; fades
	freeze int64         // what connections carry before they are frozen: the least of all mirrors
	froze  int           // mirrors whose connections were frozen
	answer time.Duration // what an answer takes of late, on a connection that is there
}

// answered is told what an answer took.
func (p *pulse) answered(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer == 0 {
		p.answer = d
	}
	p.answer += (d - p.answer) / 4
}

// frozen is told what the connections of a mirror carry before they are frozen.
func (p *pulse) frozen(budget int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.froze++; p.freeze == 0 || budget < p.freeze {
		p.freeze = budget
	}
}

// thawed is told that a freeze is over.
func (p *pulse) thawed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.freeze, p.froze = 0, 0
}

// hint returns what connections to any mirror may carry; 0 when no freeze is known. One mirror alone is not believed: it
// could feign a freeze to slow the others down.
func (p *pulse) hint() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.froze < 2 {
		return 0
	}
	return p.freeze
}

func newPulse(every time.Duration) *pulse { return &pulse{every: every} }

// maxShare bounds what a slow line is allowed: more requests at once are no excuse.
const maxShare = 5

func (p *pulse) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active++
}

func (p *pulse) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
}

// share is among how many requests the line is shared, from 1 to maxShare.
func (p *pulse) share() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(p.active, 1), maxShare)
}

// answers is what an answer takes of late; 0 when nobody knows.
func (p *pulse) answers() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answer
}

// packet is what a line carries at a time.
const packet = 1500

// gap is how long a connection may be silent though nothing is wrong: a beat, twice as long as answers take of late, and
// as long as the line needs to carry four packets for each of the other requests.
func (p *pulse) gap() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	gap := max(p.every, 2*p.answer)
	if p.best > 0 {
		gap = max(gap, time.Duration(4*packet*max(p.active-1, 0)/p.best)*p.every)
	}
	return gap
}

// came is told of bytes that any connection brought.
func (p *pulse) came(n int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if beats := int64(now.Sub(p.since) / p.every); beats > 0 {
		p.best = max(p.best-p.best/16, p.n/beats)
		p.n, p.since = 0, now
	}
	p.n += int64(n)
}

// fair is how many bytes one of the requests under way should have brought in a beat, were it no slower than the line:
// an eighth of its share of the best beat, and never less than a trickle.
func (p *pulse) fair() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.best/(8*max(p.active, 1)), trickle)
}

// quickBeat is what a line that is not slow brings in a beat: 80 kbit/s, with beats of DefaultHedge.
const quickBeat = 3000

// quick says whether the line has shown that it is not slow.
func (p *pulse) quick() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.best, p.n) >= quickBeat
}

// A gauge adds up what came for one purpose, from whatever mirror. A nil gauge counts nothing.
type gauge struct{ n atomic.Int64 }

type gaugeKey struct{}

// withGauge has what is fetched under ctx counted.
func withGauge(ctx context.Context) (context.Context, *gauge) {
	g := &gauge{}
	return context.WithValue(ctx, gaugeKey{}, g), g
}

func gaugeOf(ctx context.Context) *gauge {
	g, _ := ctx.Value(gaugeKey{}).(*gauge)
	return g
}

func (g *gauge) add(n int) {
	if g != nil {
		g.n.Add(int64(n))
	}
}

// A hedge decides when to ask another mirror beside those that were asked: when too little comes; and now and then,
// however much comes, for that may be all that the line can bring, or all that a throttled mirror may. Where one more
// mirror brings more, it was the mirror, and the next is asked soon; where it doesn't, it is the line.
type hedge struct {
	pulse    *pulse
	gauge    *gauge
	beats    int   // since another was asked, or was to be
	quiet    int   // beats in a row that brought too little
	asked    int   // how often another was asked
	patience int   // in beats
	poor     bool  // what was asked brings little anyway: its connections are frozen
	seen     int64 // by the gauge, at the last beat
	base     int64 // by the gauge, when beats was 0
	rate     int64 // bytes a beat before the last was asked; 0 before that
}

// How many beats a mirror that brings something has before another is asked too: for its newest edition, when nobody
// knows what the line can bring; and for a file, which would be fetched twice.
const (
	askBeats  = 7
	fileBeats = 40
)

func newHedge(p *pulse, g *gauge, patience int) *hedge {
	return &hedge{pulse: p, gauge: g, patience: patience}
}

// beat is to be called every pulse.every. It returns whether to ask another mirror.
func (h *hedge) beat() bool {
	h.beats++
	n := h.gauge.n.Load()
	came := n - h.seen
	h.seen = n
	enough := int64(trickle)
	if !h.poor {
		enough = h.pulse.fair()
	}
	if h.quiet++; came >= enough {
		h.quiet = 0
	}
	if h.quiet < h.bearable(n == 0) && h.beats < h.patience {
		return false
	}
	rate := (n - h.base) / int64(h.beats)
	more := h.rate == 0 || rate > h.rate*3/2
	ask := h.quiet > 0 || more
	switch {
	case !ask:
		h.patience *= 2
	case h.rate > 0 && more:
		h.patience = quietBeats
	}
	if ask {
		h.asked++
		h.rate = rate
	}
	h.beats, h.quiet, h.base = 0, 0, n
	return ask
}

// quietBeats is how many beats may bring too little from mirrors that brought something before.
const quietBeats = 3

// bearable is how many beats may bring too little. On a line that has shown to be quick, no more than answers take; else
// one while nothing came yet, three when something did, and more with each mirror that was asked, for then it is rather
// the line.
func (h *hedge) bearable(nothing bool) int {
	if h.pulse.quick() {
		return max(1, int(2*h.pulse.answers()/h.pulse.every))
	}
	beats := 1 + h.asked
	if !nothing {
		beats += quietBeats - 1
	}
	return max(beats, int(h.pulse.gap()/h.pulse.every))
}

// trickle is the number of bytes in a beat below which nothing counts as coming: 256 a second, with beats of DefaultHedge.
const trickle = 77
