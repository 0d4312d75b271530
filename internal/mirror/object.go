package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"coranto/edition"
	"coranto/reader"
)

// run is how much of an object is asked for at once: what a killed pull loses of it at most.
const run = 32 * edition.PieceSize

// progress is what a source must bring before a broken line, so that its tries are counted anew.
const progress = 1 << 10

// A want is an object that is to be fetched.
type want struct {
	hash edition.Hash
	// size is the object's size, or, when open is set, the most that it may have.
	size int64
	open bool
	// pieces are the hashes of the object's pieces; none where it has none or nobody has said yet.
	pieces []edition.Hash
}

func (w want) path() string { return edition.ObjectPath(w.hash) }

// A download is as much of an object as has come: first what its pieces prove, then what one source sent after that.
type download struct {
	want
	got    []byte
	proved int // bytes
	from   *source
}

// add takes in what a source sent next. A piece that does not prove is an *edition.InvalidError, and nothing of what is
// not proved stays.
func (d *download) add(b []byte) error {
	d.got = append(d.got, b...)
	for d.proved < len(d.got) && len(d.pieces) > 0 {
		end := min(int64(d.proved+edition.PieceSize), d.size)
		if end > int64(len(d.got)) {
			break
		}
		i := d.proved / edition.PieceSize
		if i >= len(d.pieces) || edition.Sum(d.got[d.proved:end]) != d.pieces[i] {
			d.got = d.got[:d.proved]
			return &edition.InvalidError{What: d.path(), Err: fmt.Errorf("piece %d has another hash", i)}
		}
		d.proved = int(end)
	}
	return nil
}

// use makes s the source of what comes next: what another source sent and nothing has proved is let go of.
func (d *download) use(s *source) {
	if d.from != s {
		d.got, d.from = d.got[:d.proved], s
	}
}

// done says whether the object is whole. When it has come to its end and is not what its name says, the error is an
// *edition.InvalidError.
func (d *download) done() (bool, error) {
	n := int64(len(d.got))
	if n == 0 || !d.open && n < d.size {
		return false, nil
	}
	if edition.Sum(d.got) == d.hash {
		return true, nil
	}
	if n < d.size {
		return false, nil
	}
	d.got = d.got[:0]
	d.proved = 0
	return false, &edition.InvalidError{What: d.path(), Err: errors.New("the bytes have another hash")}
}

// has says whether an object stands here, undamaged.
func (p *pull) has(ctx context.Context, w want) bool {
	b, err := p.opt.To.Get(ctx, w.path(), w.size)
	return err == nil && edition.Sum(b) == w.hash
}

// object returns an object, from here or from a source, and puts it where it belongs.
func (p *pull) object(ctx context.Context, w want) ([]byte, error) {
	if b, err := p.opt.To.Get(ctx, w.path(), w.size); err == nil && edition.Sum(b) == w.hash {
		return b, nil
	}
	d := p.resume(w)
	err := p.complete(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := p.opt.To.Put(ctx, w.path(), d.got); err != nil {
		return nil, err
	}
	p.forget(w)
	p.count(func(r *Result) {
		r.ObjectsNew++
		if w.open {
			p.fresh = append(p.fresh, w.hash)
		}
	})
	return d.got, nil
}

// complete fetches what is missing of an object, from one source after another until it is whole. The error wraps
// reader.ErrNoMirror when no source has it.
func (p *pull) complete(ctx context.Context, d *download) error {
	tried := map[*source]int{}
	errs := []error{reader.ErrNoMirror}
	for {
		if whole, err := d.done(); whole || err != nil && d.from == nil {
			return err
		} else if err != nil {
			p.blame(d.from, err, tried)
			errs = append(errs, err)
			d.use(nil)
		}
		s := p.choose(d, tried)
		if s == nil {
			return errors.Join(errs...)
		}
		had, proved := len(d.got), d.proved
		err := p.more(ctx, s, d)
		if len(d.got)-had >= progress {
			tried[s] = 0
		}
		if d.proved > proved {
			p.remember(d)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.blame(s, err, tried)
			errs = append(errs[:min(len(errs), 8)], fmt.Errorf("%s: %w", s.Name(), err))
			if err := p.rest(ctx, s, err, tried); err != nil {
				return err
			}
		}
	}
}

// choose returns the source to ask next: the same one while its line merely breaks, since what it sent is then not
// lost; nil when none is left.
func (p *pull) choose(d *download, tried map[*source]int) *source {
	if s := d.from; s != nil && tried[s] < restAfter && !s.dropped() && len(d.got) > d.proved {
		return s
	}
	live := slices.DeleteFunc(p.sources.live(), func(s *source) bool { return tried[s] >= tries })
	if len(live) == 0 {
		return nil
	}
	return slices.MinFunc(live, func(a, b *source) int { return cmp.Or(a.behind()-b.behind(), tried[a]-tried[b]) })
}

// blame notes what a source did, and whether it is to be asked for this object again.
func (p *pull) blame(s *source, err error, tried map[*source]int) {
	tried[s]++
	if !broken(err) || unreachable(err) {
		tried[s] += tries / 3
	}
	if state := reader.StateOf(err); state.Dropped() || state == reader.Incomplete {
		tried[s] = tries
	}
	s.blame(err)
}

// rest pauses before a line that broke is tried again, unless another source can be asked meanwhile.
func (p *pull) rest(ctx context.Context, s *source, err error, tried map[*source]int) error {
	if !broken(err) {
		return nil
	}
	for _, other := range p.sources.live() {
		if other != s && tried[other] < tried[s] && other.behind() <= s.behind() {
			return nil
		}
	}
	return s.wait(ctx, tried[s]-1)
}

// more asks a source for the next run of an object, or for all of it where it gives whole files alone.
func (p *pull) more(ctx context.Context, s *source, d *download) error {
	if !s.ranges() {
		return p.all(ctx, s, d)
	}
	d.use(s)
	from := int64(len(d.got))
	to := min(d.size, from+run)
	b, err := s.part(ctx, d.path(), from, to, d.size)
	if errors.Is(err, reader.ErrNoRange) {
		s.wholeOnly()
		return nil
	}
	if err := d.add(b); err != nil {
		return err
	}
	if err == nil && int64(len(b)) < to-from {
		return d.short()
	}
	return err
}

// all asks a source for a whole object. What came of it before stays when this brings less that is proved.
func (p *pull) all(ctx context.Context, s *source, d *download) error {
	b, err := s.part(ctx, d.path(), 0, d.size, d.size)
	if err == nil && int64(len(b)) < d.size && !d.open {
		err = d.short()
	}
	again := &download{want: d.want, from: s}
	if lie := again.add(b); lie != nil {
		err = lie
	}
	if err == nil || again.proved > d.proved {
		d.got, d.proved, d.from = again.got, again.proved, s
	}
	if whole, _ := d.done(); err == nil && d.open && !whole {
		return d.short()
	}
	return err
}

// short is what an object is that ends too early: a lie, unless its size was not known and it is whole.
func (d *download) short() error {
	if whole, _ := d.done(); whole {
		return nil
	}
	d.got = d.got[:d.proved]
	return &edition.InvalidError{What: d.path(), Err: errors.New("ends before it is whole")}
}
