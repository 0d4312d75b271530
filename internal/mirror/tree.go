package mirror

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
)

// tree returns the tree of a manifest that stands here, read from here alone.
func (p *pull) tree(ctx context.Context, manifest edition.Hash) (*edition.Tree, error) {
	b, err := p.opt.To.Get(ctx, edition.ObjectPath(manifest), edition.MaxManifest)
	if err != nil {
		return nil, err
	}
	if edition.Sum(b) != manifest {
		return nil, errors.New("the manifest of an earlier edition is damaged")
	}
	m, err := edition.ParseManifest(b)
	if err != nil {
		return nil, err
	}
	return p.treeOf(m), nil
}

func (p *pull) treeOf(m edition.Manifest) *edition.Tree {
	return &edition.Tree{Root: m.Root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		return p.opt.To.Get(ctx, edition.ObjectPath(h), edition.MaxNode)
	}}
}

// nodes brings all nodes of a tree here, level by level.
func (p *pull) nodes(ctx context.Context, root edition.Hash) error {
	seen := map[edition.Hash]bool{root: true}
	for level := []edition.Hash{root}; len(level) > 0; {
		var mu sync.Mutex // guards below
		var below []edition.Hash
		g, ctx := p.group(ctx)
		for _, h := range level {
			g.Go(func() error {
				b, err := p.object(ctx, want{hash: h, size: edition.MaxNode, open: true})
				if err != nil {
					return err
				}
				children, err := edition.Children(b)
				mu.Lock()
				defer mu.Unlock()
				below = append(below, children...)
				p.progress("tree", len(seen), 0)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		level = slices.DeleteFunc(below, func(h edition.Hash) bool {
			known := seen[h]
			seen[h] = true
			return known
		})
	}
	return nil
}

// group returns a group of as many workers as there may be.
func (p *pull) group(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.opt.Workers)
	return g, ctx
}

// A change is a path whose entry differs between two trees; a nil entry is none.
type change struct {
	path     string
	old, new *edition.Entry
}

// changes yields the paths at which a tree differs from an older one, in the order of their keys; without an older one
// all of its paths. It ends after the first error.
func changes(ctx context.Context, old, new *edition.Tree) iter.Seq2[change, error] {
	return func(yield func(change, error) bool) {
		if old != nil && new != nil && old.Root == new.Root {
			return
		}
		before, stopBefore := leaves(ctx, old)
		defer stopBefore()
		after, stopAfter := leaves(ctx, new)
		defer stopAfter()
		a, b := before(), after()
		for a.ok || b.ok {
			if err := errors.Join(a.err, b.err); err != nil {
				yield(change{}, err)
				return
			}
			var c change
			takeOld, takeNew := !b.ok || a.ok && a.key <= b.key, !a.ok || b.ok && b.key <= a.key
			if takeOld {
				c.path, c.old = a.leaf.Path, &a.leaf.Entry
				a = before()
			}
			if takeNew {
				c.path, c.new = b.leaf.Path, &b.leaf.Entry
				b = after()
			}
			if (c.old == nil || c.new == nil || !same(*c.old, *c.new)) && !yield(c, nil) {
				return
			}
		}
	}
}

// A pulled is one leaf of a tree, or, when ok is false, its end.
type pulled struct {
	leaf edition.Leaf
	key  string
	err  error
	ok   bool
}

// leaves returns a function that gives a tree's leaves one by one, and one that ends it.
func leaves(ctx context.Context, t *edition.Tree) (next func() *pulled, stop func()) {
	if t == nil {
		return func() *pulled { return &pulled{} }, func() {}
	}
	pull, stop := iter.Pull2(t.Range(ctx, "", ""))
	return func() *pulled {
		leaf, err, ok := pull()
		return &pulled{leaf, edition.Key(leaf.Path), err, ok}
	}, stop
}

func same(a, b edition.Entry) bool {
	return a.MediaType == b.MediaType && a.Gzip == b.Gzip && a.Size == b.Size && a.Plain == b.Plain && a.List == b.List &&
		slices.Equal(a.Objects, b.Objects) && slices.Equal(a.Pieces, b.Pieces)
}

// wantsOf returns the objects of an entry that names them itself.
func wantsOf(e edition.Entry) []want {
	const each = edition.MaxObject / edition.PieceSize
	wants := make([]want, len(e.Objects))
	for i, h := range e.Objects {
		wants[i] = want{hash: h, size: e.ObjectSize(i)}
		if len(e.Pieces) > 0 {
			wants[i].pieces = e.Pieces[i*each : min(len(e.Pieces), (i+1)*each)]
		}
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
func (p *pull) content(ctx context.Context, old, new *edition.Tree) error {
	if err := p.lists(ctx, old, new); err != nil {
		return err
	}
	total, done := p.files, 0
	seen := map[edition.Hash]bool{}
	g, ctx := p.group(ctx)
	err := each(changes(ctx, old, new), func(c change) error {
		if c.new == nil {
			return nil
		}
		e, err := p.withList(ctx, *c.new)
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
func (p *pull) lists(ctx context.Context, old, new *edition.Tree) error {
	seen := map[edition.Hash]bool{}
	g, ctx := p.group(ctx)
	err := each(changes(ctx, old, new), func(c change) error {
		if c.new == nil || c.new.Inline() || seen[c.new.List] {
			return nil
		}
		seen[c.new.List] = true
		w := want{hash: c.new.List, size: c.new.ListSize()}
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
