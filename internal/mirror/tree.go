package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
)

// tree returns the tree of a manifest that stands here, read from here alone.
func (p *pull) tree(ctx context.Context, manifest edition.Hash) (edition.Tree, error) {
	b, err := p.opt.To.Get(ctx, edition.ObjectPath(manifest), edition.MaxManifest)
	if err != nil {
		return edition.Tree{}, err
	}
	if edition.Sum(b) != manifest {
		return edition.Tree{}, errors.New("the manifest of an earlier edition is damaged")
	}
	m, err := edition.ParseManifest(b)
	if err != nil {
		return edition.Tree{}, err
	}
	return p.treeOf(m), nil
}

func (p *pull) treeOf(m edition.Manifest) edition.Tree {
	return edition.Tree{Root: m.Root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		return p.opt.To.Get(ctx, edition.ObjectPath(h), edition.MaxNode)
	}}
}

// ErrDamaged is returned, wrapped, when what stands here of an edition can't be read whole, and looking at everything did
// not make it good.
var ErrDamaged = errors.New("damaged here")

// damaged wraps what a tree that is read from here yields for an error.
func damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// nodes brings the nodes of a tree here that an older one has not, level by level.
func (p *pull) nodes(ctx context.Context, old, next edition.Tree) error {
	bring := func(level []edition.Hash) error {
		g, ctx := p.group(ctx)
		for _, h := range level {
			g.Go(func() error {
				_, err := p.object(ctx, want{hash: h, size: edition.MaxNode, open: true})
				return err
			})
		}
		return g.Wait()
	}
	done := 0
	if err := bring([]edition.Hash{next.Root}); err != nil {
		return err
	}
	for level, err := range next.NodesNotIn(ctx, old) {
		if err != nil {
			return damaged(err)
		}
		if err := bring(level); err != nil {
			return err
		}
		done += len(level)
		p.progress("tree", done, 0)
	}
	return nil
}

// group returns a group of as many workers as there may be.
func (p *pull) group(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.opt.Workers)
	return g, ctx
}

// changes yields the paths at which a tree differs from an older one, or all of its paths where that is
// the zero Tree. Both stand here.
func changes(ctx context.Context, old, next edition.Tree) iter.Seq2[edition.Change, error] {
	return func(yield func(edition.Change, error) bool) {
		for c, err := range edition.Diff(ctx, old, next) {
			if err != nil {
				err = damaged(err)
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// wantsOf returns the objects of an entry that names them itself, the pieces of a loose one among them.
func wantsOf(e edition.Entry) (wants []want) {
	const each = edition.MaxObject / edition.PieceSize
	for h, size := range e.Held() {
		w := want{hash: h, size: size}
		if i := len(wants); i < len(e.Objects) && len(e.Pieces) > 0 {
			w.pieces = e.Pieces[i*each : min(len(e.Pieces), (i+1)*each)]
		}
		wants = append(wants, w)
	}
	return wants
}

// withList returns an entry that names its objects itself, by its list, which stands here.
func (p *pull) withList(ctx context.Context, e edition.Entry) (edition.Entry, error) {
	if e.Inline() {
		return e, nil
	}
	list, err := p.opt.To.Get(ctx, edition.ObjectPath(e.List), e.ListSize())
	if err != nil {
		return e, err
	}
	if e, err = e.WithList(list); err != nil {
		err = &edition.InvalidError{What: "list", Err: err}
	}
	return e, err
}

// content brings all objects here that the new tree's files have and the old one's have not.
func (p *pull) content(ctx context.Context, old, new edition.Tree) error {
	if err := p.lists(ctx, old, new); err != nil {
		return err
	}
	total, done := p.files, 0
	seen := map[edition.Hash]bool{}
	g, ctx := p.group(ctx)
	err := each(changes(ctx, old, new), func(c edition.Change) error {
		if c.New == nil {
			return nil
		}
		e, err := p.withList(ctx, *c.New)
		if err != nil {
			return err
		}
		for _, w := range wantsOf(e) {
			if seen[w.hash] {
				continue
			}
			seen[w.hash] = true
			g.Go(func() error {
				_, err := p.object(ctx, w)
				return err
			})
		}
		done++
		p.progress("files", done, total)
		return ctx.Err()
	})
	return first(g.Wait(), err)
}

// lists brings the lists of large files here.
func (p *pull) lists(ctx context.Context, old, new edition.Tree) error {
	seen := map[edition.Hash]bool{}
	g, ctx := p.group(ctx)
	err := each(changes(ctx, old, new), func(c edition.Change) error {
		if c.New == nil || c.New.Inline() || seen[c.New.List] {
			return nil
		}
		seen[c.New.List] = true
		w := want{hash: c.New.List, size: c.New.ListSize()}
		g.Go(func() error {
			_, err := p.object(ctx, w)
			return err
		})
		return ctx.Err()
	})
	return first(g.Wait(), err)
}

// each calls f for what a sequence yields, up to the first error.
func each[T any](seq iter.Seq2[T, error], f func(T) error) error {
	for v, err := range seq {
		if err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

// first returns the first of its errors that is one. The workers' comes first: the others follow from it.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
