package reader

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"coranto/edition"
)

// State says what a reader made of a mirror.
type State string

// The states of a mirror. A mirror that is Endless, Lied or Forked is dropped: it is not asked again while the reader is
// open, unless there is no other, and for a month it is asked last. The others are asked again at the next Refresh.
const (
	// Unasked: nothing was asked of it yet.
	Unasked State = "not asked"
	// Good: it has the newest edition that the reader knows.
	Good State = "good"
	// Old: it has an edition that is authentic and not the newest.
	Old State = "old"
	// Incomplete: it lacks a file of an edition that it offers, or has none.
	Incomplete State = "incomplete"
	// Slow: it did not answer in time, or less than a trickle came.
	Slow State = "slow"
	// Blocked: it can't be reached, or breaks off, or answers with something else than files.
	Blocked State = "blocked"
	// Endless: it sent more than a file may have.
	Endless State = "endless"
	// Lied: what it sent is not what the newsroom signed.
	Lied State = "lied"
	// Forked: it offers an edition that the newsroom's key signed and that does not extend the one that was accepted.
	Forked State = "fork"
	// Shunned: it lied before this reader was opened, and the others were enough.
	Shunned State = "shunned"
)

// dropped says whether a mirror in this state is not asked any more.
func (s State) dropped() bool { return s == Endless || s == Lied || s == Forked }

// stateOf says what an error makes of the mirror that it came from.
func stateOf(err error) State {
	var invalid *edition.InvalidError
	var fork *edition.ForkError
	switch {
	case errors.As(err, &fork):
		return Forked
	case errors.As(err, &invalid):
		return Lied
	case errors.Is(err, ErrTooLong):
		return Endless
	case errors.Is(err, ErrSlow), errors.Is(err, context.DeadlineExceeded):
		return Slow
	case errors.Is(err, fs.ErrNotExist):
		return Incomplete
	}
	return Blocked
}

// A MirrorReport says what a reader met at one mirror.
type MirrorReport struct {
	Mirror string `json:"mirror"`
	State  State  `json:"state"`
	// Detail says why, for people; empty when all is well.
	Detail string `json:"detail,omitempty"`
	// Edition is the number of the edition that it offers; 0 when none verified.
	Edition uint64 `json:"edition,omitempty"`
	// Bytes is what it sent, Duration the time that it took for `latest`.
	Bytes    int64         `json:"bytes"`
	Duration time.Duration `json:"duration_ns"`
	// InParts says that connections to it are frozen after some kilobytes, so that files come in small parts.
	InParts bool `json:"in_parts,omitempty"`
}

// A mirror is a source and what the reader made of it. Reader.mu guards all but source.
type mirror struct {
	source  Source
	state   State
	detail  string
	edition uint64
	bytes   int64
	took    time.Duration
	pace    time.Duration // what a file took of late
	asked   int           // requests under way
	place   int           // in the order of the last time; -1 when it was not in it
	shunned bool          // it lied before this reader was opened
	before  string        // what it did then
}

// paced takes note of how long a file took, or took at least before it was called off. Reader.mu is held.
func (m *mirror) paced(took time.Duration, whole bool) {
	took = max(took, 1) // 0 is unknown
	if m.pace == 0 || !whole {
		m.pace = max(m.pace, took)
		return
	}
	m.pace += (took - m.pace) / 4
}

// known is 0 when it is known how long its files take, else 1. Reader.mu is held.
func (m *mirror) known() int {
	if m.pace > 0 {
		return 0
	}
	return 1
}

// inParts says whether its connections are frozen.
func (m *mirror) inParts() bool {
	h, ok := m.source.(*HTTPSource)
	return ok && h.route.inParts()
}

func (m *mirror) report() MirrorReport {
	rep := MirrorReport{
		Mirror: m.source.Name(), State: cmp.Or(m.state, Unasked), Detail: m.detail,
		Edition: m.edition, Bytes: m.bytes, Duration: m.took, InParts: m.inParts(),
	}
	if m.shunned && m.state == "" {
		rep.State, rep.Detail = Shunned, m.before
	}
	return rep
}

// rank orders mirrors: the lower, the sooner it is asked. One that nothing is known of may be as good as any.
func (m *mirror) rank() int {
	rank := slices.Index([]State{Good, Old, Incomplete, Slow, Blocked}, cmp.Or(m.state, Good))
	if m.shunned {
		rank += 100
	}
	return rank
}

// Mirrors returns what the reader met so far, mirror by mirror, in the order in which it came to know them.
func (r *Reader) Mirrors() []MirrorReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	reports := make([]MirrorReport, len(r.mirrors))
	for i, m := range r.mirrors {
		reports[i] = m.report()
	}
	return reports
}

// live returns the mirrors that may be asked, the best first.
func (r *Reader) live() []*mirror {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ms []*mirror
	for _, m := range r.mirrors {
		if !m.state.dropped() {
			ms = append(ms, m)
		}
	}
	slices.SortStableFunc(ms, func(a, b *mirror) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.known(), b.known()), cmp.Compare(a.pace, b.pace),
			cmp.Compare(uint(a.place), uint(b.place)))
	})
	explore(ms)
	return ms
}

// explore puts one mirror that nothing is known of behind the first, so that it is tried when that is slow.
func explore(ms []*mirror) {
	for i, m := range ms {
		if i > 1 && m.known() > 0 && m.rank() == ms[0].rank() {
			copy(ms[2:i+1], ms[1:i])
			ms[1] = m
			return
		}
	}
}

// blame notes what a mirror did wrong. A mirror that lied stays one, whatever it does next.
func (r *Reader) blame(m *mirror, err error) { r.note(m, stateOf(err), err.Error()) }

// blameIn blames a mirror for an error that came while ctx held: one that was called off is not to blame. A lie is one
// at any time.
func (r *Reader) blameIn(ctx context.Context, m *mirror, err error) {
	if errors.Is(err, errFrozen) || errors.Is(err, ErrNoRange) {
		return // it is not the mirror's doing, or no wrong
	}
	if err != nil && (ctx.Err() == nil || stateOf(err).dropped()) {
		r.blame(m, err)
	}
}

func (r *Reader) note(m *mirror, s State, detail string) {
	r.mu.Lock()
	known := m.state.dropped() || m.state == Old && s == Incomplete // an old mirror lacks what is new
	if !known {
		m.state, m.detail = s, detail
	}
	r.mu.Unlock()
	if known {
		return
	}
	if s != Good {
		r.opt.Log.Info("mirror", "mirror", m.source.Name(), "state", s, "detail", detail)
	}
	if s.dropped() {
		r.state.refuse(m.source.Name(), detail, r.opt.Now())
	}
}
