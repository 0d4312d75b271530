package reader

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	tuf "github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
)

// A Report says what a Refresh came to.
type Report struct {
	// Mirrors are all mirrors and what the reader met there so far.
	Mirrors []MirrorReport
	// Verdict is what holds after the refresh.
	Verdict edition.Verdict
	// New says that a newer edition than before was accepted.
	New bool
	// Offline says that no mirror gave a valid edition, and the reader goes on with what it has.
	Offline bool
	// Forks is evidence against the newsroom's log key; it is in the Keep too.
	Forks []*edition.ForkError
}

// Refresh asks the mirrors for their newest edition and accepts the newest that verifies and extends what was accepted
// before. It asks one, and the next as soon as that has answered, failed, or brings less than the line could. It returns
// some time (Options.Grace) after the first good answer, or when all have answered. With no good answer it is no error if
// the reader has an edition to go on with; otherwise the error is ErrNoMirror.
func (r *Reader) Refresh(ctx context.Context) (Report, error) {
	r.refreshing.Lock()
	defer r.refreshing.Unlock()
	r.forgive()
	r.renew()
	d := r.newRound()
	d.ask(ctx, func(m *mirror) bool { return !m.shunned })
	if len(d.offers) == 0 && ctx.Err() == nil {
		d.ask(ctx, func(m *mirror) bool { return m.shunned })
	}
	if ctx.Err() != nil {
		return Report{Mirrors: r.Mirrors(), Verdict: r.Verdict()}, ctx.Err()
	}
	isNew := d.settle(ctx)
	r.offline = len(d.offers) == 0
	r.remember()
	rep := Report{Mirrors: r.Mirrors(), Verdict: r.Verdict(), New: isNew, Offline: r.offline, Forks: d.forks}
	if _, has := r.Head(); !has {
		return rep, errors.Join(append([]error{ErrNoMirror}, d.errs...)...)
	}
	return rep, nil
}

// forgive lets mirrors that were dropped be asked again, last, when the refresh before found no mirror at all: where a
// network answers for everybody, as a hotel's log-in page does, it is not the mirrors that lie. r.refreshing is held.
func (r *Reader) forgive() {
	if !r.offline {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.mirrors {
		if m.state.dropped() {
			m.state, m.shunned, m.before = "", true, m.detail
		}
	}
}

// renew has every source forget what its mirror could know the reader again by.
func (r *Reader) renew() {
	r.mu.Lock()
	ms := slices.Clone(r.mirrors)
	r.mu.Unlock()
	for _, m := range ms {
		if h, ok := m.source.(*HTTPSource); ok {
			h.route.renew()
		}
	}
}

// remember keeps the order of the mirrors that are good now, for the next reader to begin with.
func (r *Reader) remember() {
	var names []string
	for _, m := range r.live() {
		if r.isGood(m) {
			names = append(names, m.source.Name())
		}
	}
	if len(names) > 0 {
		r.state.keepOrder(names)
	}
}

func (r *Reader) isGood(m *mirror) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return m.state == Good && !m.shunned
}

// An offer is what a mirror sent as `latest`, and what is made of it.
type offer struct {
	m   *mirror
	raw []byte
	// claim is the size of the log that it claims. It decides who is asked first, and nothing else.
	claim int64
	// head is what it proves under the newest trust, err why it doesn't.
	head edition.Head
	err  error
	// asked: the trust is being refreshed, or was, through this mirror; answered: it was, with trustErr.
	asked, answered bool
	trustErr        error
}

// A round is one Refresh. One goroutine runs it; others fetch for it.
type round struct {
	r    *Reader
	kept edition.Head // the head that was accepted before
	errs []error      // what mirrors did

	trust      edition.Trust // the newest known
	generation int           // counts how often trust was replaced
	trusted    int64         // the size of the largest head through whose mirror it was refreshed; -1 for none
	refreshes  int           // of the trust, under way

	offers []*offer
	forks  []*edition.ForkError
	live   time.Time // the newest as-of time that a mirror gave over a network
}

func (r *Reader) newRound() *round {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &round{r: r, kept: r.head, trust: r.trust, trusted: -1}
}

// An answer is what a mirror sent as `latest`.
type answer struct {
	m    *mirror
	b    []byte
	took time.Duration
	err  error
}

func (r *Reader) latest(ctx context.Context, m *mirror) answer {
	start := time.Now()
	b, err := r.fetch(ctx, m, edition.LatestPath, edition.MaxLatest)
	return answer{m, b, time.Since(start), err}
}

// take takes a mirror's answer in.
func (d *round) take(ctx context.Context, a answer) {
	d.r.mu.Lock()
	a.m.took = a.took
	d.r.mu.Unlock()
	if a.err != nil && ctx.Err() != nil {
		return // called off
	}
	if a.err != nil {
		d.blame(a.m, fmt.Errorf("fetch %q: %w", edition.LatestPath, a.err))
		return
	}
	o := &offer{m: a.m, raw: a.b, claim: claimedSize(a.b)}
	o.head, o.err = d.trust.Policy().OpenLatest(o.raw)
	d.offers = append(d.offers, o)
}

// claimedSize returns the size in the checkpoint of an unverified `latest`; 0 when there is none.
func claimedSize(latest []byte) int64 {
	_, checkpoint, _ := strings.Cut(string(latest), "\n\n")
	if f := strings.SplitN(checkpoint, "\n", 3); len(f) == 3 {
		if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return 0
}

// nextForTrust returns the offer through whose mirror the trust is to be refreshed: one that does not open, the largest
// claim first, or the newest head when the trust may be older than it; nil when there is no need.
func (d *round) nextForTrust() (next *offer) {
	for _, o := range d.offers {
		if o.err != nil && !o.asked && !d.withdrawn(o) && (next == nil || o.claim > next.claim) {
			next = o
		}
	}
	if next != nil {
		return next
	}
	most := max(d.trusted, d.kept.Size-1)
	for _, o := range d.offers {
		if o.err == nil && !o.asked && o.head.Size > most {
			next, most = o, o.head.Size
		}
	}
	return next
}

// settled says whether a good offer is there and the trust as new as can be had: further mirrors get a grace alone.
func (d *round) settled() bool {
	good := slices.ContainsFunc(d.offers, func(o *offer) bool { return o.err == nil })
	return good && (d.trusted >= 0 || d.refreshes == 0)
}

// A renewal is the trust as one mirror has it.
type renewal struct {
	o     *offer
	trust edition.Trust
	from  int // the generation of the trust that it began with
	err   error
}

// renewTrust refreshes the trust of n through its mirror.
func (r *Reader) renewTrust(ctx context.Context, n renewal) renewal {
	n.err = n.trust.Refresh(ctx, func(ctx context.Context, path string, max int64) ([]byte, error) {
		b, err := r.fetch(ctx, n.o.m, path, max)
		r.total.add(metadata(len(b)))
		return b, err
	})
	return n
}

// takeTrust takes in the trust as a mirror has it, and judges all offers again.
func (d *round) takeTrust(ctx context.Context, n renewal) {
	d.refreshes--
	n.o.answered, n.o.trustErr = true, n.err
	if n.err != nil {
		return
	}
	d.adopt(ctx, n)
	policy := d.trust.Policy()
	for _, o := range d.offers {
		o.head, o.err = policy.OpenLatest(o.raw)
	}
	if n.o.err == nil {
		d.trusted = max(d.trusted, n.o.head.Size)
	}
}

// adopt makes a trust the newest known, unless another came in the meantime and this one is older.
func (d *round) adopt(ctx context.Context, n renewal) {
	next := n.trust
	if n.from != d.generation {
		files := n.trust.Files()
		next = d.trust
		err := next.Refresh(ctx, func(_ context.Context, path string, max int64) ([]byte, error) {
			if b, ok := files[path]; ok && int64(len(b)) <= max {
				return b, nil
			}
			return nil, fs.ErrNotExist
		})
		if err != nil {
			return
		}
	}
	d.trust = next
	d.generation++
}

// conclude says of every mirror what its answer, or the lack of one, makes of it, and leaves the offers that are good.
func (d *round) conclude(pending map[*mirror]time.Time) {
	for m, asked := range pending {
		if time.Since(asked) >= d.r.opt.Grace {
			d.r.note(m, Slow, "did not answer while others did")
		}
	}
	d.offers = slices.DeleteFunc(d.offers, func(o *offer) bool {
		n := int64(len(o.raw))
		switch {
		case o.err == nil:
			d.r.total.add(Traffic{Metadata: n})
		case d.withdrawn(o):
			d.behind(o)
		case !o.answered:
			d.r.note(o.m, Slow, "its trust did not come while others' did")
		case o.trustErr == nil:
			d.r.total.add(Traffic{Refused: n})
			d.blame(o.m, o.err)
		}
		if o.trustErr != nil {
			d.blameTrust(o)
		}
		return o.err != nil
	})
}

// behind notes a mirror whose offer the policy has taken back, and says why where there is nothing else to go on with:
// between a new policy and the first edition under it, every honest mirror is one.
func (d *round) behind(o *offer) {
	why := errors.New("has no edition yet from the log with which the newsroom has replaced this one; ask again later")
	if floor := (*edition.FloorError)(nil); errors.As(o.err, &floor) {
		why = floor
	}
	d.errs = append(d.errs, fmt.Errorf("%s: %w", o.m.source.Name(), why))
	d.r.note(o.m, Old, why.Error())
}

// withdrawn says whether an offer that doesn't open is one that the policy has taken back: below a floor, or of a log
// that was replaced. Newer trust would not help it.
func (d *round) withdrawn(o *offer) bool {
	var floor *edition.FloorError
	if errors.As(o.err, &floor) {
		return true
	}
	_, checkpoint, _ := strings.Cut(string(o.raw), "\n\n")
	origin, _, _ := strings.Cut(checkpoint, "\n")
	return slices.ContainsFunc(d.trust.Policy().After, func(c edition.Checkpoint) bool { return c.Origin == origin })
}

// blameTrust notes what is wrong with a mirror's trust. Trust that is merely older is what a mirror has that was left
// behind.
func (d *round) blameTrust(o *offer) {
	var older *tuf.ErrBadVersionNumber
	if errors.As(o.trustErr, &older) {
		d.r.note(o.m, Old, o.trustErr.Error())
		return
	}
	d.blame(o.m, o.trustErr)
}

func (d *round) blame(m *mirror, err error) {
	d.errs = append(d.errs, fmt.Errorf("%s: %w", m.source.Name(), err))
	d.r.blame(m, err)
}
