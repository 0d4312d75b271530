package reader

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
)

// errFrozen is returned when a file's connection was frozen, to who would rather have the rest from several mirrors.
var errFrozen = errors.New("its connections are frozen")

type gatherKey struct{}

// gathers says whether errFrozen is wanted.
func gathers(ctx context.Context) bool { return ctx.Value(gatherKey{}) != nil }

// large is an object of known size, and its pieces where it has any.
type large struct {
	hash   edition.Hash
	size   int64
	pieces []edition.Hash
	loose  bool // the pieces are objects too
}

// largeOf returns the i-th object of a file. A piece never spans two.
func largeOf(e edition.Entry, i int) large {
	const each = edition.MaxObject / edition.PieceSize
	o := large{hash: e.Objects[i], size: e.ObjectSize(i), loose: e.Loose}
	if len(e.Pieces) > 0 {
		o.pieces = e.Pieces[i*each : min(len(e.Pieces), (i+1)*each)]
	}
	return o
}

// piece returns where the i-th piece begins and ends.
func (o large) piece(i int) span {
	return span{i * edition.PieceSize, min((i+1)*edition.PieceSize, int(o.size))}
}

// large fetches an object: whole from one mirror, and where connections are frozen in runs from several.
func (r *Reader) large(ctx context.Context, o large) ([]byte, *mirror, error) {
	if len(o.pieces) == 0 {
		return r.whole(ctx, o.hash, o.size)
	}
	if ms := r.live(); len(ms) > 0 && !ms[0].inParts() {
		b, m, err := r.whole(context.WithValue(ctx, gatherKey{}, true), o.hash, o.size)
		if !errors.Is(err, errFrozen) {
			return b, m, err
		}
	}
	b, m, err := r.gather(ctx, o)
	if errors.Is(err, ErrNoMirror) {
		return r.whole(ctx, o.hash, o.size) // from a mirror that gives whole files alone
	}
	return b, m, err
}

// A gathering is an object that several mirrors bring together.
type gathering struct {
	r *Reader
	large
	path string
	buf  []byte
	held []bool // the pieces that were kept when a gathering before this one failed

	mu      sync.Mutex // guards brought
	brought []run
}

// A run is what one mirror brought at a time.
type run struct {
	span
	m *mirror
}

// gather fetches an object in runs that fresh connections have room for, and proves it piece by piece. When it fails, the
// pieces that came are kept, and the next gathering goes on from there.
func (r *Reader) gather(ctx context.Context, o large) ([]byte, *mirror, error) {
	g := &gathering{r: r, large: o, path: edition.ObjectPath(o.hash), buf: make([]byte, o.size), held: make([]bool, len(o.pieces))}
	g.resume()
	if err := g.all(ctx); err != nil {
		g.save()
		return nil, nil, err
	}
	g.forget()
	if edition.Sum(g.buf) != o.hash {
		return nil, nil, &edition.InvalidError{What: g.path, Err: errors.New("its pieces are not those of the object")}
	}
	return g.buf, g.most(), nil
}

// all fetches and proves what is not held.
func (g *gathering) all(ctx context.Context) error {
	if err := g.runs(ctx); err != nil && !g.loose {
		return err
	}
	for i := range g.pieces {
		if err := g.prove(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// resume takes the pieces that are kept.
func (g *gathering) resume() {
	for i, h := range g.pieces {
		s := g.piece(i)
		b, ok := keptObject(g.r.opt.Keep, h)
		g.held[i] = ok && copy(g.buf[s.from:s.to], b) == len(b) && len(b) == s.to-s.from
	}
}

// save keeps the pieces that came.
func (g *gathering) save() {
	for i, h := range g.pieces {
		s := g.piece(i)
		if g.held[i] || edition.Sum(g.buf[s.from:s.to]) != h {
			continue
		}
		if err := g.r.opt.Keep.Put(edition.ObjectPath(h), g.buf[s.from:s.to]); err != nil {
			g.r.opt.Log.Warn("keep", "error", err)
		}
	}
}

// forget lets go of the pieces that were kept: the object takes their place.
func (g *gathering) forget() {
	for i, h := range g.pieces {
		if !g.held[i] {
			continue
		}
		if err := g.r.opt.Keep.Remove(edition.ObjectPath(h)); err != nil {
			g.r.opt.Log.Warn("keep", "error", err)
		}
	}
}

// gaps returns what is not held.
func (g *gathering) gaps() (all []span) {
	for i := range g.pieces {
		switch s := g.piece(i); {
		case g.held[i]:
		case len(all) > 0 && all[len(all)-1].to == s.from:
			all[len(all)-1].to = s.to
		default:
			all = append(all, s)
		}
	}
	return all
}

// runs fetches what is not held in runs: the first alone, which may bring a ticket that makes room in the others.
func (g *gathering) runs(ctx context.Context) error {
	fetch := func(s span) error {
		b, m, err := g.run(ctx, s, nil)
		g.put(run{s, m}, b)
		return err
	}
	gaps := g.gaps()
	if len(gaps) == 0 {
		return nil
	}
	at := min(gaps[0].from+int(g.r.room()), gaps[0].to)
	if err := fetch(span{gaps[0].from, at}); err != nil {
		return err
	}
	gaps[0].from = at
	var group errgroup.Group
	group.SetLimit(maxParallel)
	step := int(g.r.room())
	for _, gap := range gaps {
		for from := gap.from; from < gap.to; from += step {
			s := span{from, min(from+step, gap.to)}
			group.Go(func() error { return fetch(s) })
		}
	}
	return group.Wait()
}

// room is how much a fresh connection has room for where connections are frozen.
func (r *Reader) room() int64 {
	for _, m := range r.live() {
		if h, ok := m.source.(*HTTPSource); ok && h.route.inParts() {
			return h.route.next() - slack
		}
	}
	return edition.PieceSize
}

// slack is how much less than there is room for a run takes, so that none needs a second connection for its last bytes.
const slack = 128

// run fetches some bytes from one mirror, which must have a hash where there is one.
func (g *gathering) run(ctx context.Context, s span, want *edition.Hash) ([]byte, *mirror, error) {
	return race(ctx, g.r.pulse, g.r.spread(g.r.live()), func(ctx context.Context, m *mirror) ([]byte, error) {
		b, err := g.part(ctx, m, s)
		if err == nil && (len(b) != s.to-s.from || want != nil && edition.Sum(b) != *want) {
			err = g.wrong(s)
		}
		g.r.blameIn(ctx, m, err)
		return b, err
	})
}

// part asks one mirror for a part.
func (g *gathering) part(ctx context.Context, m *mirror, s span) ([]byte, error) {
	source, ok := m.source.(Ranger)
	if !ok {
		return nil, ErrNoRange
	}
	return g.r.timed(ctx, m, func() ([]byte, error) {
		return source.FetchRange(ctx, g.path, int64(s.from), int64(s.to), g.size)
	})
}

// put puts what a mirror brought where it belongs.
func (g *gathering) put(from run, b []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	copy(g.buf[from.from:from.to], b)
	if len(b) > 0 {
		g.brought = append(g.brought, from)
	}
}

func (g *gathering) wrong(s span) error {
	g.r.total.add(refused(s.to - s.from))
	return &edition.InvalidError{What: g.path, Err: fmt.Errorf("the bytes from %d to %d have another hash", s.from, s.to)}
}

// prove checks a piece. One that is wrong is fetched anew, from one mirror alone; so is one that is missing, as an object
// of its own if it is one. A mirror that brought all of a wrong piece has lied.
func (g *gathering) prove(ctx context.Context, i int) error {
	s := g.piece(i)
	if edition.Sum(g.buf[s.from:s.to]) == g.pieces[i] {
		return nil
	}
	for _, from := range g.brought {
		if from.from <= s.from && s.to <= from.to {
			g.r.blame(from.m, g.wrong(s))
		}
	}
	b, m, err := g.run(ctx, s, &g.pieces[i])
	if err != nil && g.loose {
		b, m, err = g.r.whole(ctx, g.pieces[i], edition.PieceSize)
	}
	g.put(run{s, m}, b)
	return err
}

// most returns the mirror that brought most.
func (g *gathering) most() (m *mirror) {
	sum := map[*mirror]int{}
	for _, from := range g.brought {
		sum[from.m] += from.to - from.from
		if m == nil || sum[from.m] > sum[m] {
			m = from.m
		}
	}
	return m
}
