package mirror

import (
	"bytes"
	"context"
	"fmt"

	"coranto/edition"
)

// pages puts the plain pages, and their twins, that a tree's files have and an older one's have not. It removes none.
func (p *pull) pages(ctx context.Context, old, new edition.Tree) error {
	done := 0
	g, ctx := p.group(ctx)
	err := each(changes(ctx, old, new), func(c edition.Change) error {
		if c.New == nil {
			return nil
		}
		g.Go(func() error {
			if err := p.page(ctx, c.Path, *c.New); err != nil {
				return fmt.Errorf("page %s: %w", c.Path, err)
			}
			return nil
		})
		done++
		p.progress("pages", done, p.files)
		return ctx.Err()
	})
	return first(g.Wait(), err)
}

// page puts one file as a browser is to have it: its encoding undone, and beside it the gzip twin when there is one.
func (p *pull) page(ctx context.Context, path string, e edition.Entry) error {
	e, err := p.withList(ctx, e)
	if err != nil {
		return err
	}
	p.count(func(r *Result) { r.Pages++ })
	if !e.Gzip {
		if err := p.link(ctx, path, e); err != nil {
			return err
		}
		return p.opt.To.Delete(ctx, path+edition.TwinSuffix) // of an earlier edition, which had one
	}
	stored, err := p.stored(ctx, e)
	if err != nil {
		return err
	}
	plain, err := e.Decode(stored)
	if err != nil {
		return &edition.InvalidError{What: path, Err: err}
	}
	if err := p.link(ctx, path+edition.TwinSuffix, e); err != nil {
		return err
	}
	return p.put(ctx, path, plain)
}

// link gives a name a file's stored bytes: those of its object, where it is one, or else a copy.
func (p *pull) link(ctx context.Context, name string, e edition.Entry) error {
	if len(e.Objects) == 1 {
		return p.opt.To.Link(ctx, name, edition.ObjectPath(e.Objects[0]))
	}
	stored, err := p.stored(ctx, e)
	if err != nil {
		return err
	}
	return p.put(ctx, name, stored)
}

// stored returns a file's stored bytes from its objects here.
func (p *pull) stored(ctx context.Context, e edition.Entry) ([]byte, error) {
	stored := make([]byte, 0, e.Size)
	for i, h := range e.Objects {
		b, err := p.opt.To.Get(ctx, edition.ObjectPath(h), e.ObjectSize(i))
		if err != nil {
			return nil, err
		}
		stored = append(stored, b...)
	}
	return stored, nil
}

// put writes a file unless it stands here already as it should be.
func (p *pull) put(ctx context.Context, name string, b []byte) error {
	if got, err := p.opt.To.Get(ctx, name, int64(len(b))); err == nil && bytes.Equal(got, b) {
		return nil
	}
	return p.opt.To.Put(ctx, name, b)
}
