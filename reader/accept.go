package reader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// settle accepts the newest offer that extends what was accepted before, says of the others how they compare with it,
// and returns whether the edition is a new one.
func (d *round) settle(ctx context.Context) bool {
	slices.SortStableFunc(d.offers, func(a, b *offer) int {
		return cmp.Or(cmp.Compare(b.head.Size, a.head.Size), b.head.AsOf.Compare(a.head.AsOf))
	})
	var best *offer
	compared := map[tlog.Hash]error{}
	for _, o := range d.offers {
		d.r.offered(o)
		if best == nil {
			if d.extendsKept(ctx, o) {
				best = o
				d.asGood(o)
			}
			continue
		}
		if o.head.Hash == best.head.Hash {
			d.asGood(o)
			continue
		}
		err, known := compared[o.head.Hash]
		if !known {
			err = d.consistent(ctx, o.head.SignedCheckpoint, best)
			compared[o.head.Hash] = err
		}
		d.older(o, best.head, err)
	}
	if best == nil {
		d.r.trustAlone(d.trust)
		d.r.sighted(d.live)
		return false
	}
	isNew := d.r.accept(best, d.trust)
	d.r.sighted(d.live)
	return isNew
}

// asGood notes a mirror that offers the newest edition, unless its trust could not be had.
func (d *round) asGood(o *offer) {
	d.sight(o)
	if o.trustErr == nil {
		d.r.note(o.m, Good, "")
	}
}

// extendsKept says whether an offer is at least as new as the head that was accepted before, and extends it.
func (d *round) extendsKept(ctx context.Context, o *offer) bool {
	switch {
	case d.kept.Size == 0:
		return true
	case o.head.Origin != d.kept.Origin:
		return true // a new log, by the policy; its floors say from where on
	case o.head.Size < d.kept.Size:
		d.older(o, d.kept, d.precedesKept(ctx, o))
		return false
	}
	err := d.consistent(ctx, d.kept.SignedCheckpoint, o)
	if err == nil {
		return true
	}
	var fork *edition.ForkError
	if errors.As(err, &fork) {
		d.fork(o.m, fork)
	} else if ctx.Err() == nil {
		d.r.note(o.m, Incomplete, "does not show that its edition extends the one before")
		d.errs = append(d.errs, err)
	}
	return false
}

// precedesKept says whether the head that was accepted before extends an offer: nil, a *edition.ForkError, or another
// error when that can't be told. The tiles are those that were kept; a mirror that is behind has none of the larger log,
// but another one may.
func (d *round) precedesKept(ctx context.Context, o *offer) error {
	var fork *edition.ForkError
	err := edition.CheckConsistent(ctx, o.head.SignedCheckpoint, d.kept.SignedCheckpoint, d.r.state.tiles())
	for _, other := range d.offers {
		if err == nil || errors.As(err, &fork) || ctx.Err() != nil {
			break
		}
		err = edition.CheckConsistent(ctx, o.head.SignedCheckpoint, d.kept.SignedCheckpoint, d.r.tiles(other.m))
	}
	return err
}

// older notes a mirror whose edition is not the newest; err is what comparing the two heads came to.
func (d *round) older(o *offer, newest edition.Head, err error) {
	var fork *edition.ForkError
	if errors.As(err, &fork) {
		d.fork(o.m, fork)
		return
	}
	if err == nil {
		d.sight(o)
	}
	d.r.note(o.m, Old, fmt.Sprintf("offers edition %d; %d is the newest", o.head.Manifest.Edition, newest.Manifest.Edition))
}

// fork keeps the evidence of a fork and drops the mirror that offered the other head.
func (d *round) fork(m *mirror, fork *edition.ForkError) {
	if !slices.ContainsFunc(d.forks, func(f *edition.ForkError) bool { return f.Error() == fork.Error() }) {
		d.forks = append(d.forks, fork)
		d.r.state.evidence(fork)
	}
	d.blame(m, fork)
}

// consistent says whether a head that was accepted or verified is extended by an offer, by the log of any mirror that
// offers the same: nil, a *edition.ForkError, or another error when no mirror has the log.
func (d *round) consistent(ctx context.Context, smaller edition.SignedCheckpoint, o *offer) error {
	var ms []*mirror
	for _, other := range d.offers {
		if other.head.Hash == o.head.Hash && other.head.Size == o.head.Size {
			ms = append(ms, other.m)
		}
	}
	came, _, err := race(ctx, d.r.pulse, ms, func(ctx context.Context, m *mirror) (comparison, error) {
		tiles := &recorder{fetch: d.r.tiles(m), files: map[string][]byte{}}
		err := edition.CheckConsistent(ctx, smaller, o.head.SignedCheckpoint, tiles.get)
		var fork *edition.ForkError
		if errors.As(err, &fork) {
			return comparison{fork: fork}, nil
		}
		d.r.blameIn(ctx, m, err)
		return comparison{tiles: tiles.files}, err
	})
	switch {
	case err != nil:
		return err
	case came.fork != nil:
		return came.fork
	case smaller.Hash == d.kept.Hash && len(came.tiles) > 0:
		d.r.state.keepTiles(came.tiles)
	}
	return nil
}

// A comparison is what comparing two heads came to: a fork, or the tiles that prove that there is none.
type comparison struct {
	fork  *edition.ForkError
	tiles map[string][]byte
}

// A recorder holds on to what is fetched through it. Its mutex guards files.
type recorder struct {
	fetch edition.Fetch
	mu    sync.Mutex
	files map[string][]byte
}

func (r *recorder) get(ctx context.Context, path string, max int64) ([]byte, error) {
	b, err := r.fetch(ctx, path, max)
	if err == nil {
		r.mu.Lock()
		r.files[path] = b
		r.mu.Unlock()
	}
	return b, err
}

// tiles fetches the log's tiles from a mirror.
func (r *Reader) tiles(m *mirror) edition.Fetch {
	return func(ctx context.Context, path string, max int64) ([]byte, error) {
		b, err := r.fetch(ctx, m, path, max)
		r.total.add(metadata(len(b)))
		return b, err
	}
}

// offered notes the edition that a mirror offers.
func (r *Reader) offered(o *offer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o.m.edition = o.head.Manifest.Edition
}

// accept makes an offer the reader's head, with the trust that it was judged by, and returns whether it is a new
// edition. Another signature under the same edition is taken when it is newer.
func (r *Reader) accept(o *offer, trust edition.Trust) bool {
	stale := trust.Stale(r.now(o.head))
	r.mu.Lock()
	old := r.head
	same := old.ManifestHash == o.head.ManifestHash
	r.unconfirmed = stale && (!same || r.unconfirmed)
	unconfirmed := r.unconfirmed
	r.trust, r.from = trust, o.m.source.Name()
	newer := !same || o.head.AsOf.After(old.AsOf)
	if newer {
		r.head = o.head
	}
	revoked := old.Size > 0 && !stands(old, trust.Policy())
	if revoked {
		r.liveAsOf = time.Time{} // whoever gave that head said nothing of this one
	}
	r.mu.Unlock()

	if old.Size > 0 && o.head.Manifest.Epoch > old.Manifest.Epoch {
		if err := r.opt.Keep.DropObjects(); err != nil { // a takedown: nothing that was taken back is held any longer
			r.opt.Log.Warn("keep", "error", err)
		}
	}
	if revoked {
		r.state.revoked(old)
		r.state.unsighted()
	}
	r.state.put(stateTrust, trust.Export())
	if newer {
		r.state.put(stateLatest, o.raw)
	}
	r.state.remove(stateOldTrust)
	if unconfirmed {
		r.state.put(stateUnconfirmed, []byte(o.head.ManifestHash.String()))
	} else {
		r.state.remove(stateUnconfirmed)
	}
	r.addAddresses(o.head.Manifest.Mirrors)
	return !same
}

// trustAlone takes newer trust that came without any edition. Where it takes back the edition that was accepted, as
// signed by a thief, that is kept as evidence and shown no more.
func (r *Reader) trustAlone(trust edition.Trust) {
	r.mu.Lock()
	revoked := r.head.Size > 0 && !stands(r.head, trust.Policy())
	head, before := r.head, r.trust
	r.trust = trust
	if revoked {
		r.head, r.liveAsOf = edition.Head{}, time.Time{}
	}
	r.mu.Unlock()
	if trust.Policy().Log != "" {
		r.keepOldTrust(head, before, trust)
		r.state.put(stateTrust, trust.Export())
	}
	if revoked {
		r.opt.Log.Warn("edition taken back", "edition", head.Manifest.Edition)
		r.state.revoked(head)
		r.state.unsighted()
	}
}

// stands says whether a head that was accepted earlier is still the newsroom's under a newer policy: of its log and
// above the floors, or of a log that was replaced after the head was made. The edition floor of a new log says where that
// begins, and takes nothing back of what came before; a takedown does.
func stands(h edition.Head, p edition.Policy) bool {
	if h.Manifest.Epoch < p.EpochFloor {
		return false
	}
	if h.Origin == p.Origin() {
		_, err := p.OpenCheckpoint(h.Note)
		return err == nil && h.Manifest.Edition >= p.EditionFloor
	}
	last, ok := p.Predecessor(h.Origin)
	return ok && (h.Size < last.Size || h.Size == last.Size && h.Hash == last.Hash)
}
