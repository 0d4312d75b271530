package reader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"coranto/edition"
)

// A tally adds up traffic from several goroutines.
type tally struct {
	mu sync.Mutex
	t  Traffic
}

func (t *tally) add(d Traffic) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.t.Metadata += d.Metadata
	t.t.Content += d.Content
	t.t.Refused += d.Refused
}

func (t *tally) sum() Traffic {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.t
}

// Traffic of n bytes of one kind.
func metadata(n int) Traffic { return Traffic{Metadata: int64(n)} }
func content(n int) Traffic  { return Traffic{Content: int64(n)} }
func refused(n int) Traffic  { return Traffic{Refused: int64(n)} }

// object returns an object of at most max bytes, from the keep or from a mirror, and the mirror's name. Whatever it
// returns has the right hash. fetched is told how many bytes came over the network.
func (r *Reader) object(ctx context.Context, h edition.Hash, max int64, fetched func(int)) ([]byte, string, error) {
	return r.kept(h, fetched, func() ([]byte, *mirror, error) { return r.whole(ctx, h, max) })
}

// kept returns an object from the keep, or has it fetched and keeps it.
func (r *Reader) kept(h edition.Hash, fetched func(int), fetch func() ([]byte, *mirror, error)) ([]byte, string, error) {
	if b, ok := keptObject(r.opt.Keep, h); ok {
		return b, "", nil
	}
	b, m, err := fetch()
	if err != nil {
		return nil, "", err
	}
	fetched(len(b))
	if err := r.opt.Keep.Put(edition.ObjectPath(h), b); err != nil {
		r.opt.Log.Warn("keep", "error", err)
	}
	return b, m.source.Name(), nil
}

// whole fetches an object from one mirror.
func (r *Reader) whole(ctx context.Context, h edition.Hash, max int64) ([]byte, *mirror, error) {
	return race(ctx, r.pulse, r.spread(r.live()), func(ctx context.Context, m *mirror) ([]byte, error) {
		b, err := r.objectFrom(ctx, m, h, max)
		r.blameIn(ctx, m, err)
		return b, err
	})
}

// objectFrom asks one mirror for an object and checks it.
func (r *Reader) objectFrom(ctx context.Context, m *mirror, h edition.Hash, max int64) ([]byte, error) {
	path := edition.ObjectPath(h)
	b, err := r.fetch(ctx, m, path, max)
	if err != nil {
		return nil, fmt.Errorf("fetch %q: %w", path, err)
	}
	if edition.Sum(b) != h {
		r.total.add(refused(len(b)))
		return nil, &edition.InvalidError{What: path, Err: errors.New("the bytes have another hash")}
	}
	return b, nil
}

// spread puts mirrors that are fully busy behind the next that is as good, where connections are frozen: elsewhere one
// connection serves all requests.
func (r *Reader) spread(ms []*mirror) []*mirror {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(ms) && ms[n].rank() == ms[0].rank() && ms[n].inParts() {
		n++
	}
	slices.SortStableFunc(ms[:n], func(a, b *mirror) int { return cmp.Compare(a.asked/maxParallel, b.asked/maxParallel) })
	return ms
}

// race asks mirrors for the same thing, one after another: the next as soon as one fails, or when too little comes
// (hedge). It returns the first success and whose it was, and the others are called off. When all fail the error is
// ErrNoMirror and wraps theirs; when one finds a freeze it is errFrozen.
func race[T any](ctx context.Context, p *pulse, ms []*mirror, ask func(context.Context, *mirror) (T, error)) (T, *mirror, error) {
	type result struct {
		v   T
		m   *mirror
		err error
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx, g := withGauge(ctx)
	results := make(chan result, len(ms))
	running := 0
	begin := func() {
		if len(ms) == 0 {
			return
		}
		m := ms[0]
		ms = ms[1:]
		running++
		wg.Go(func() {
			v, err := ask(ctx, m)
			results <- result{v, m, err}
		})
	}
	var none T
	errs := []error{ErrNoMirror}
	hedge := newHedge(p, g, fileBeats)
	hedge.poor = len(ms) > 0 && ms[0].inParts()
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for begin(); running > 0; {
		select {
		case res := <-results:
			if res.err == nil {
				return res.v, res.m, nil
			}
			if errors.Is(res.err, errFrozen) {
				return none, res.m, res.err // the others would be frozen too
			}
			running--
			errs = append(errs, fmt.Errorf("%s: %w", res.m.source.Name(), res.err))
			begin()
		case <-tick.C:
			if hedge.beat() {
				begin()
			}
		case <-ctx.Done():
			return none, nil, ctx.Err()
		}
	}
	return none, nil, errors.Join(errs...)
}
