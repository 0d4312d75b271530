package mirror

import (
	"context"
	"errors"
	"maps"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// clean takes away what is no longer part of the edition that the mirror now holds. Stopped, the next pull does it.
//
// What went with the last edition follows from the two trees, and is retired. Whether an object is still part of the
// edition elsewhere takes all of its leaves: so retired objects wait for a sweep, which comes seldom, but at once when
// the newsroom has taken something back.
func (p *pull) clean(ctx context.Context, held edition.Tree, h *heads) error {
	since, err := p.loadRetired()
	if err != nil {
		return err
	}
	sweep := p.opt.Recheck || p.purges()
	if isNew := p.rec.clean != p.head.ManifestHash; isNew || p.opt.Recheck {
		known, err := p.leave(ctx, held, since)
		if err != nil {
			return err
		}
		if err := p.cleanSmall(ctx, h); err != nil {
			return err
		}
		sweep = sweep || !known
	}
	if sweep || p.isDue(since) {
		if err := p.sweep(ctx, held, since); err != nil {
			return p.distrust(err)
		}
	}
	if err := p.saveRetired(since); err != nil {
		return err
	}
	p.rec.begun, p.rec.clean, p.rec.epoch = nil, p.head.ManifestHash, p.head.Manifest.Epoch
	return p.save()
}

// purges says whether what is no longer part of the edition is to go at once: since the newsroom has taken something
// back, since nothing is retained, or since nobody knows what stands here.
func (p *pull) purges() bool {
	isNew := p.rec.clean != p.head.ManifestHash
	return p.rec.clean.IsZero() || isNew && (p.head.Manifest.Epoch > p.rec.epoch || p.opt.Retain <= 0)
}

// distrust makes the next pull look at everything when what stands here turned out to be damaged.
func (p *pull) distrust(err error) error {
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	p.rec.objects, p.rec.clean = edition.Hash{}, edition.Hash{}
	return errors.Join(err, p.save())
}

// leave removes the pages of editions before and of those that were begun, and retires their objects, where the edition
// that is held has others. It says whether it knows all of them.
func (p *pull) leave(ctx context.Context, held edition.Tree, since retired) (known bool, err error) {
	known = true
	for _, h := range p.rec.begun {
		if h == p.head.ManifestHash {
			continue
		}
		gone, err := p.gone(ctx, h, held, since)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil {
			p.opt.Log.Warn("pages of an edition that is damaged here may be left", "error", err)
			known = false
		}
		for _, path := range gone {
			if err := first(p.opt.To.Delete(ctx, path), p.opt.To.Delete(ctx, path+edition.TwinSuffix)); err != nil {
				return false, err
			}
			p.count(func(r *Result) { r.Removed++ })
		}
	}
	return known, nil
}

// gone returns the paths that an edition has whose tree stands here, and the one that is held has not, and retires what
// only the former is known to have. With an error it is as much as could be read.
func (p *pull) gone(ctx context.Context, manifest edition.Hash, held edition.Tree, since retired) (paths []string, err error) {
	retire := func(h edition.Hash) {
		if _, known := since[h]; !known {
			since[h] = p.opt.Now()
		}
	}
	old, err := p.tree(ctx, manifest)
	if err != nil {
		return nil, err
	}
	retire(manifest)
	err = each(old.NodesNotIn(ctx, held), func(level []edition.Hash) error {
		for _, h := range level {
			retire(h)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(changes(ctx, old, held), func(c edition.Change) error {
		if c.Old == nil {
			return nil
		}
		if c.New == nil {
			paths = append(paths, c.Path)
		}
		if !c.Old.Inline() {
			retire(c.Old.List)
		}
		e, err := p.withList(ctx, *c.Old)
		for h := range e.Held() {
			retire(h)
		}
		return err
	})
	return paths, err
}

// cleanSmall removes small files that are not part of the log or the trust any more, and pieces of objects.
func (p *pull) cleanSmall(ctx context.Context, h *heads) error {
	if err := p.cleanLog(ctx, h); err != nil {
		return err
	}
	p.dropParts()
	return p.remove(ctx, "trust/", func(name string) bool {
		_, ours := h.trust[name]
		return !ours
	})
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

// isDue says whether retired objects wait whose time is over. A sweep then takes them all; the next one has time.
func (p *pull) isDue(since retired) bool {
	now := p.opt.Now()
	if pause := now.Sub(p.rec.swept); pause >= 0 && pause < p.opt.Retain/4 {
		return false
	}
	for _, at := range since {
		if now.Sub(at) >= p.opt.Retain {
			return true
		}
	}
	return false
}

// sweep looks at every object that stands here, and at all that the edition leads to. It removes what is retired for
// long enough, and all that the edition does not lead to where that is to go at once. It retires what nobody had noticed.
func (p *pull) sweep(ctx context.Context, held edition.Tree, since retired) error {
	reached, err := p.reached(ctx, p.head.ManifestHash, held)
	if err != nil {
		return err
	}
	purge, now := p.purges(), p.opt.Now()
	still := retired{}
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
	if s, ok := p.opt.To.(interface{ Sweep() error }); ok {
		if err := s.Sweep(); err != nil {
			return err
		}
	}
	clear(since)
	maps.Copy(since, still)
	p.rec.swept, p.rec.used = now, 0
	return nil
}

// reached returns every object that an edition consists of.
func (p *pull) reached(ctx context.Context, manifest edition.Hash, held edition.Tree) (map[edition.Hash]bool, error) {
	reached := map[edition.Hash]bool{manifest: true}
	err := each(held.Nodes(ctx), func(h edition.Hash) error {
		reached[h] = true
		return nil
	})
	if err == nil {
		err = each(held.Range(ctx, "", ""), func(l edition.Leaf) error {
			if !l.Entry.Inline() {
				reached[l.Entry.List] = true
			}
			e, err := p.withList(ctx, l.Entry)
			for h := range e.Held() {
				reached[h] = true
			}
			return err
		})
	}
	if err != nil {
		return nil, damaged(err)
	}
	return reached, nil
}

// DefaultRetain is how long a mirror keeps objects that are no longer part of the edition, unless told otherwise.
const DefaultRetain = 24 * time.Hour
