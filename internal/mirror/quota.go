package mirror

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"coranto/edition"
)

// measure counts what differs from what is here, and refuses an edition that does not fit. While it is brought the old
// edition stands as well, since readers must get one or the other whole.
func (p *pull) measure(ctx context.Context, old, next edition.Tree) error {
	p.files = 0
	var needs int64
	counted := map[edition.Hash]bool{}
	err := each(changes(ctx, old, next), func(c edition.Change) error {
		if c.New == nil {
			return nil
		}
		p.files++
		if p.opt.Quota > 0 {
			needs += p.pageNeeds(ctx, c.Path, *c.New) + p.objectNeeds(ctx, *c.New, counted)
		}
		return nil
	})
	if err != nil || p.opt.Quota <= 0 {
		return err
	}
	used, err := p.used(ctx, needs)
	if err == nil && used+needs > p.opt.Quota {
		if err = p.makeRoom(ctx, next, counted); err == nil {
			used, err = p.opt.Used(ctx)
		}
	}
	if err == nil && used+needs > p.opt.Quota {
		return first(p.takeBack(ctx), &QuotaError{Quota: p.opt.Quota, Needs: used + needs})
	}
	if err != nil {
		return err
	}
	p.rec.used = used + needs
	return p.save()
}

// smallFiles is more than the log's files, the trust's and the heads take that an edition brings.
const smallFiles = 256 << 10

// used returns how many bytes the mirror takes, at most. That follows from what it took at the last look at all files and
// what it was brought since; all are looked at again where that could be too much, and after each sweep.
func (p *pull) used(ctx context.Context, needs int64) (int64, error) {
	most := p.rec.used + int64(len(p.fresh))*edition.MaxNode + smallFiles
	if p.rec.used > 0 && !p.opt.Recheck && most+needs <= p.opt.Quota {
		return most, nil
	}
	return p.opt.Used(ctx)
}

// pageNeeds returns how many bytes a file's plain page will take more than what stands there; one that has the bytes of
// a single object shares them.
func (p *pull) pageNeeds(ctx context.Context, path string, e edition.Entry) int64 {
	if !e.Gzip && e.Size <= edition.MaxObject {
		return 0
	}
	there, _ := p.opt.To.Get(ctx, path, edition.MaxPlain)
	return max(0, e.Plain-int64(len(there)))
}

// objectNeeds returns how many bytes a file's objects will take that are neither here nor counted. A large file is
// counted whole: its list, which says what it shares, is not here yet.
func (p *pull) objectNeeds(ctx context.Context, e edition.Entry, counted map[edition.Hash]bool) int64 {
	if e.Size == 0 {
		return 0
	}
	key := e.List
	if e.Inline() {
		key = e.Objects[0]
	}
	if counted[key] {
		return 0
	}
	counted[key] = true
	if e.Inline() && p.has(ctx, want{hash: key, size: e.Size}) {
		return 0
	}
	if e.Loose {
		return 2*e.Size + e.ListSize()
	}
	return e.Size + e.ListSize()
}

// makeRoom removes what is retired before its time, but for what the edition that stands or the new one has.
func (p *pull) makeRoom(ctx context.Context, next edition.Tree, has map[edition.Hash]bool) error {
	since, err := p.loadRetired()
	if err != nil || len(since) == 0 || p.rec.pages.IsZero() {
		return err
	}
	standing, err := p.tree(ctx, p.rec.pages)
	if err != nil {
		return damaged(err)
	}
	reached, err := p.reached(ctx, p.rec.pages, standing)
	if err != nil {
		return err
	}
	err = each(next.Nodes(ctx), func(h edition.Hash) error {
		has[h] = true
		return nil
	})
	if err != nil {
		return damaged(err)
	}
	for h := range since {
		if reached[h] || has[h] {
			continue
		}
		if err := p.opt.To.Delete(ctx, edition.ObjectPath(h)); err != nil {
			return err
		}
		p.count(func(r *Result) { r.Removed++ })
		delete(since, h)
	}
	return p.saveRetired(since)
}

// takeBack removes the nodes that were fetched of an edition that does not fit.
func (p *pull) takeBack(ctx context.Context) error {
	for _, h := range p.fresh {
		if err := p.opt.To.Delete(ctx, edition.ObjectPath(h)); err != nil {
			return err
		}
	}
	p.result.ObjectsNew -= len(p.fresh)
	p.fresh = nil
	return nil
}

// FolderUse returns the number of bytes that the files of a mirror in a folder take. What shares the bytes of an object
// is not counted twice, where the system tells.
func FolderUse(root *os.Root) func(context.Context) (int64, error) {
	return func(ctx context.Context) (n int64, err error) {
		err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() {
				return first(err, ctx.Err())
			}
			info, err := d.Info()
			if err == nil && (strings.HasPrefix(name, "o/") || !shared(info)) {
				n += info.Size()
			}
			return err
		})
		return n, err
	}
}
