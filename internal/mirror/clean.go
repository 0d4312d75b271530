package mirror

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// clean takes away what is no longer part of the edition that the mirror now holds. Stopped, the next pull does it.
func (p *pull) clean(ctx context.Context, held *edition.Tree, h *heads) error {
	if p.rec.clean == p.head.ManifestHash && !p.opt.Recheck {
		return p.expire(ctx)
	}
	if err := p.cleanPages(ctx, held); err != nil {
		return err
	}
	if err := p.cleanLog(ctx, h); err != nil {
		return err
	}
	err := p.remove(ctx, "trust/", func(name string) bool {
		_, ours := h.trust[name]
		return !ours
	})
	if err != nil {
		return err
	}
	if err := p.retire(ctx, held); err != nil {
		return err
	}
	p.dropParts()
	if s, ok := p.opt.To.(interface{ Sweep() error }); ok {
		if err := s.Sweep(); err != nil {
			return err
		}
	}
	p.rec.clean, p.rec.epoch = p.head.ManifestHash, p.head.Manifest.Epoch
	return p.save()
}

// cleanPages removes the pages of editions before, and of those that were begun.
func (p *pull) cleanPages(ctx context.Context, held *edition.Tree) error {
	for _, h := range p.rec.begun {
		gone, err := p.gone(ctx, h, held)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.opt.Log.Warn("pages of an edition that is damaged here may be left", "error", err)
		}
		for _, path := range gone {
			if err := first(p.opt.To.Delete(ctx, path), p.opt.To.Delete(ctx, path+edition.TwinSuffix)); err != nil {
				return err
			}
			p.count(func(r *Result) { r.Removed++ })
		}
	}
	p.rec.begun = nil
	return p.save()
}

// gone returns the paths that an edition has whose tree stands here, and the one that is held has not; with an error as
// many as could be read.
func (p *pull) gone(ctx context.Context, manifest edition.Hash, held *edition.Tree) (paths []string, err error) {
	if manifest == p.head.ManifestHash {
		return nil, nil
	}
	old, err := p.tree(ctx, manifest)
	if err != nil {
		return nil, err
	}
	err = each(changes(ctx, old, held), func(c change) error {
		if c.new == nil {
			paths = append(paths, c.path)
		}
		return nil
	})
	return paths, err
}

// cleanLog removes what the log does not have, as the files of one that it replaced, and partial files beside full ones.
func (p *pull) cleanLog(ctx context.Context, h *heads) error {
	return p.remove(ctx, "log/tile/", func(name string) bool {
		if _, ours := h.tiles[name]; ours {
			return false
		}
		t, ok := edition.ParseTilePath(name)
		if !ok || t.W == edition.TileWidth {
			return true
		}
		full := tlog.Tile{H: t.H, L: t.L, N: t.N, W: edition.TileWidth}
		if _, there := h.tiles[edition.TilePath(full)]; there {
			return true
		}
		b, err := p.opt.To.Get(ctx, name, edition.MaxLatest)
		return err != nil || h.log.CheckFile(name, b) != nil
	})
}

// remove removes the names below a prefix that are not wanted.
func (p *pull) remove(ctx context.Context, prefix string, unwanted func(name string) bool) error {
	var names []string
	err := each(p.opt.To.List(ctx, prefix), func(name string) error {
		if unwanted(name) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := p.opt.To.Delete(ctx, name); err != nil {
			return err
		}
		p.count(func(r *Result) { r.Removed++ })
	}
	return nil
}

// retire removes the objects that nothing leads to: those that are retired for longer than Options.Retain, or all of
// them when the newsroom has taken something back, or when nobody knows what they are.
func (p *pull) retire(ctx context.Context, held *edition.Tree) error {
	since, err := p.loadRetired()
	if err != nil {
		return err
	}
	reached, err := p.reached(ctx, held)
	if err != nil {
		return err
	}
	purge := p.rec.clean.IsZero() || p.head.Manifest.Epoch > p.rec.epoch || p.opt.Retain <= 0
	now, still := p.opt.Now(), retired{}
	err = p.remove(ctx, "o/", func(name string) bool {
		h, ok := edition.ParseObjectPath(name)
		if !ok || reached[h] {
			return false
		}
		at, known := since[h]
		if !known || at.After(now) {
			at = now
		}
		if purge || now.Sub(at) >= p.opt.Retain {
			return true
		}
		still[h] = at
		return false
	})
	if err != nil {
		return err
	}
	return p.saveRetired(still)
}

// reached returns every object that the edition consists of.
func (p *pull) reached(ctx context.Context, held *edition.Tree) (map[edition.Hash]bool, error) {
	reached := map[edition.Hash]bool{p.head.ManifestHash: true}
	err := each(held.Nodes(ctx), func(h edition.Hash) error {
		reached[h] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return reached, each(held.Range(ctx, "", ""), func(l edition.Leaf) error {
		if !l.Entry.Inline() {
			reached[l.Entry.List] = true
		}
		e, err := p.withList(ctx, l.Entry)
		for _, h := range e.Objects {
			reached[h] = true
		}
		return err
	})
}

// expire removes the retired objects whose time is over.
func (p *pull) expire(ctx context.Context) error {
	since, err := p.loadRetired()
	if err != nil || len(since) == 0 {
		return err
	}
	var due []edition.Hash
	for h, at := range since {
		if p.opt.Now().Sub(at) >= p.opt.Retain {
			due = append(due, h)
		}
	}
	return p.drop(ctx, since, due)
}

// drop removes retired objects.
func (p *pull) drop(ctx context.Context, since retired, due []edition.Hash) error {
	if len(due) == 0 {
		return nil
	}
	slices.SortFunc(due, func(a, b edition.Hash) int { return strings.Compare(a.String(), b.String()) })
	for _, h := range due {
		if err := p.opt.To.Delete(ctx, edition.ObjectPath(h)); err != nil {
			return err
		}
		p.count(func(r *Result) { r.Removed++ })
		delete(since, h)
	}
	return p.saveRetired(since)
}

// DefaultRetain is how long a mirror keeps objects that are no longer part of the edition, unless told otherwise.
const DefaultRetain = 24 * time.Hour
