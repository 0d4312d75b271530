package publish

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"coranto/edition"
	"coranto/internal/store"
	"coranto/internal/target"
)

// A purge is how a takedown reaches the targets. The edition that covers it is one with a higher purge epoch, and a
// target that was last brought an older edition is then cleared of all that the newest does not lead to: it is marked
// and swept, so that nothing depends on knowing what there was. That a target still owes it needs no note of its own:
// its last delivery is older than store.Head.Purge. So a crash, a stick in a drawer or a host that is down only put it off.

// A reach is what an edition leads to: its objects, and the names of its plain pages and their twins.
type reach struct {
	objects map[edition.Hash]struct{}
	names   map[string]struct{}
}

// reached returns what an edition leads to, by its files in the order of their keys and its manifest. It refuses files
// that don't give the edition's tree: what is not known whole must not be swept.
func (p *Publisher) reached(ctx context.Context, files iter.Seq2[store.File, error], root, manifest edition.Hash) (reach, error) {
	r := reach{objects: map[edition.Hash]struct{}{manifest: {}}, names: map[string]struct{}{}}
	leaves := func(yield func(edition.Leaf, error) bool) {
		for f, err := range files {
			if err == nil {
				err = p.reachFile(ctx, r, f)
			}
			if !yield(edition.Leaf{Path: f.Path, Entry: f.Entry}, err) || err != nil {
				return
			}
		}
	}
	built, err := edition.Build(leaves, func(h edition.Hash, _ []byte) error {
		r.objects[h] = struct{}{}
		return nil
	})
	if err == nil && built != root {
		err = fmt.Errorf("the files of the edition give the tree %s, not %s", built, root)
	}
	return r, err
}

func (p *Publisher) reachFile(ctx context.Context, r reach, f store.File) error {
	r.names[f.Path] = struct{}{}
	if f.Entry.Gzip {
		r.names[f.Path+edition.TwinSuffix] = struct{}{}
		r.objects[f.Plain] = struct{}{} // what the plain page is a link to
	}
	e, err := p.withList(ctx, f.Entry)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	if !f.Entry.Inline() {
		r.objects[f.Entry.List] = struct{}{}
	}
	for h := range e.Held() {
		r.objects[h] = struct{}{}
	}
	return nil
}

// purges says whether the edition that is being made covers a takedown that the last one did not.
func (r *run) purges() bool { return r.snap.Takedowns() > r.last.Takedowns }

// clear takes away from a target what is no longer part of the edition: all of it where a purge is owed, and otherwise
// the pages that went since.
func (p *Publisher) clear(ctx context.Context, t target.Target, head store.Head, had uint64) error {
	if had >= head.Purge {
		return p.removePages(ctx, t, had)
	}
	r, err := p.reached(ctx, p.Store.Files(ctx, ""), head.Root, edition.ManifestHash(head.Manifest))
	if err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	if err := p.sweepPages(ctx, t, r); err != nil {
		return fmt.Errorf("purge pages: %w", err)
	}
	err = sweep(ctx, t, "o/", func(name string) bool {
		h, ok := edition.ParseObjectPath(name)
		_, kept := r.objects[h]
		return ok && kept
	})
	if err != nil {
		return fmt.Errorf("purge objects: %w", err)
	}
	if s, ok := t.(interface{ Sweep() error }); ok {
		return s.Sweep() // what a run that was stopped left half written
	}
	return nil
}

// sweepPages removes the plain pages and twins of other editions: what stands in a folder, or under the name of a file
// at the top, that any edition ever had. The rest of a target may be somebody else's, as a host's own files.
func (p *Publisher) sweepPages(ctx context.Context, t target.Target, r reach) error {
	folders, err := p.Store.Folders(ctx)
	if err != nil {
		return err
	}
	kept := func(name string) bool { _, ok := r.names[name]; return ok }
	for _, name := range folders {
		err = errors.Join(err, sweep(ctx, t, name+"/", kept))
		if !strings.Contains(name, ".") { // as no file's name does
			continue
		}
		for _, file := range []string{name, name + edition.TwinSuffix} {
			if !kept(file) {
				err = errors.Join(err, t.Delete(ctx, file))
			}
		}
	}
	return err
}

// sweep removes the names that begin with a prefix but those that are kept. It goes on past one that can't be removed.
func sweep(ctx context.Context, t target.Target, prefix string, kept func(name string) bool) error {
	var names []string
	err := all(t.List(ctx, prefix), func(name string) error {
		if !kept(name) {
			names = append(names, name)
		}
		return nil
	})
	for _, name := range names {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = errors.Join(err, t.Delete(ctx, name))
	}
	return err
}

// unpurged returns those of the late targets that may still hold what was taken back.
func (p *Publisher) unpurged(ctx context.Context, late map[string]string, head store.Head) ([]string, error) {
	var out []string
	for _, t := range p.Targets {
		if late[t.Name()] == "" {
			continue
		}
		had, err := p.Store.Delivered(ctx, t.Name())
		if err != nil {
			return nil, err
		}
		if had < head.Purge {
			out = append(out, t.Name())
		}
	}
	return out, nil
}

// ErrNotErased is returned, with the Result, when the edition is out and the store could not be rid of what was to be
// erased. The next run tries again.
var ErrNotErased = errors.New("the newsroom's store still holds what was to be erased")

// finish ends a run whose edition is out: it says which targets owe a purge, and removes from the store what was to be
// erased.
func (p *Publisher) finish(ctx context.Context, r *run) error {
	var err error
	if r.result.Unpurged, err = p.unpurged(ctx, r.result.Late, r.last); err != nil {
		return err
	}
	if r.result.Erased, err = p.Store.Erase(ctx); err != nil {
		return fmt.Errorf("edition %d is out, but %w: %w", r.last.Number, ErrNotErased, err)
	}
	return nil
}
