package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/store"
	"coranto/internal/target"
)

// A signed edition is what every target gets the same of: the head's bytes, signed once a run.
type signed struct {
	head               store.Head
	checkpoint, latest []byte
	trust              map[string][]byte
}

// deliverAll signs the last edition and brings it to every target. The first must take it; the others may be late.
func (p *Publisher) deliverAll(ctx context.Context, r *run) error {
	s, err := p.sign(ctx, r)
	if err != nil {
		return err
	}
	for i, t := range p.Targets {
		err := r.unasked[t.Name()]
		if err == nil {
			err = p.deliver(ctx, t, s)
		}
		if err == nil {
			continue
		}
		if i == 0 || ctx.Err() != nil {
			return fmt.Errorf("deliver edition %d to %q: %w", s.head.Number, t.Name(), err)
		}
		p.Log.Warn("a target is late", "target", t.Name(), "err", err)
		if r.result.Late == nil {
			r.result.Late = map[string]string{}
		}
		r.result.Late[t.Name()] = err.Error()
	}
	return nil
}

// sign signs the head of the last edition and proves `latest` with the reader's own code before anybody sees it.
func (p *Publisher) sign(ctx context.Context, r *run) (signed, error) {
	s := signed{head: r.last}
	var err error
	c := edition.Checkpoint{Origin: s.head.Origin, Size: s.head.LogSize, Hash: tlog.Hash(s.head.LogHash)}
	if s.checkpoint, err = p.signHead(ctx, r, c); err != nil {
		return s, err
	}
	if s.latest, err = editionlog.Latest(ctx, p.Store, c.Size, s.head.Manifest, s.checkpoint); err != nil {
		return s, err
	}
	if s.trust, err = p.Keys.Files(); err != nil {
		return s, err
	}
	h, err := p.Keys.Policy().OpenLatest(s.latest)
	if err == nil && h.Manifest.Root != s.head.Root {
		err = errors.New("it names another tree")
	}
	if err != nil {
		return s, fmt.Errorf("what was signed does not verify: %w", err)
	}
	return s, nil
}

// deliver brings a target from the edition that it has to the last one. It may be stopped anywhere and done again.
func (p *Publisher) deliver(ctx context.Context, t target.Target, s signed) error {
	had, err := p.had(ctx, t)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return p.copyObjects(ctx, t, had) },
		func() error { return p.putLog(ctx, t, s.head, had) },
		func() error { return p.putTrust(ctx, t, s.trust) },
		func() error { return p.linkPages(ctx, t, had) },
		func() error { return t.Flush(ctx) },
		func() error { return t.Put(ctx, edition.TimestampPath, s.trust[edition.TimestampPath]) },
		func() error { return t.Put(ctx, edition.CheckpointPath, s.checkpoint) },
		func() error { return t.Put(ctx, edition.LatestPath, s.latest) },
		func() error { return p.clear(ctx, t, s.head, had) },
		func() error { return p.removeTrust(ctx, t, s.trust) },
		func() error { return p.removeLog(ctx, t, s.head, had) },
		func() error { return t.Flush(ctx) },
		func() error { return p.Store.SetDelivered(ctx, t.Name(), s.head.Number) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// had returns the edition that a target is to be brought up from: the last that it was wholly brought to, or an older
// one where it holds no more than that. Sticks are wiped and swapped; one without a head gets everything.
func (p *Publisher) had(ctx context.Context, t target.Target) (uint64, error) {
	if p.Again {
		return 0, nil
	}
	b, err := t.Get(ctx, edition.LatestPath, edition.MaxLatest)
	if errors.Is(err, target.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	holds, err := p.Keys.Policy().OpenLatest(b)
	if err != nil {
		return 0, nil
	}
	delivered, err := p.Store.Delivered(ctx, t.Name())
	return min(delivered, holds.Manifest.Edition), err
}

// copyObjects brings a target the objects of the editions that it lacks. The first target has them already.
func (p *Publisher) copyObjects(ctx context.Context, t target.Target, had uint64) error {
	own := p.Targets[0]
	if t == own {
		return nil
	}
	return all(p.Store.ObjectsSince(ctx, had), func(h edition.Hash) error {
		b, err := own.Get(ctx, edition.ObjectPath(h), edition.MaxObject)
		if err != nil {
			return err
		}
		return t.Put(ctx, edition.ObjectPath(h), b)
	})
}

// putLog brings the tiles and bundles that the log has grown by.
func (p *Publisher) putLog(ctx context.Context, t target.Target, head store.Head, had uint64) error {
	missing := int64(head.Number - min(had, head.Number))
	files, err := editionlog.Tiles(ctx, p.Store, p.Store, max(0, head.LogSize-missing), head.LogSize)
	if err != nil {
		return err
	}
	return putAll(ctx, t, files)
}

// removeLog takes away the tiles of a log that was replaced from a target whose last edition was of it. The editions of
// a log are numbered without a gap, so the first one's number tells.
func (p *Publisher) removeLog(ctx context.Context, t target.Target, head store.Head, had uint64) error {
	if had > head.Number-uint64(head.LogSize) {
		return nil
	}
	files, err := editionlog.Tiles(ctx, p.Store, p.Store, 0, head.LogSize)
	if err != nil {
		return err
	}
	var old []string
	err = all(t.List(ctx, "log/tile/"), func(name string) error {
		if files[name] == nil {
			old = append(old, name)
		}
		return nil
	})
	for _, name := range old {
		err = errors.Join(err, t.Delete(ctx, name))
	}
	return err
}

// putTrust brings the files of the trust that are not there yet, but for the timestamp, which comes last.
func (p *Publisher) putTrust(ctx context.Context, t target.Target, trust map[string][]byte) error {
	missing := map[string][]byte{}
	for name, b := range trust {
		if name == edition.TimestampPath {
			continue
		}
		if got, err := t.Get(ctx, name, edition.MaxMetadata); err != nil || !bytes.Equal(got, b) {
			missing[name] = b
		}
	}
	return putAll(ctx, t, missing)
}

func putAll(ctx context.Context, t target.Target, files map[string][]byte) error {
	for name, b := range files {
		if err := t.Put(ctx, name, b); err != nil {
			return err
		}
	}
	return nil
}

// removeTrust takes away files of the trust that newer ones have replaced. Roots stay for ever.
func (p *Publisher) removeTrust(ctx context.Context, t target.Target, trust map[string][]byte) error {
	var old []string
	err := all(t.List(ctx, "trust/"), func(name string) error {
		if _, current := trust[name]; !current && !strings.HasSuffix(name, ".root.json") {
			old = append(old, name)
		}
		return nil
	})
	for _, name := range old {
		err = errors.Join(err, t.Delete(ctx, name))
	}
	return err
}

// linkPages gives the plain pages, and their twins, the bytes of their objects.
func (p *Publisher) linkPages(ctx context.Context, t target.Target, had uint64) error {
	return all(p.Store.FilesSince(ctx, had), func(f store.File) error {
		if f.Removed {
			return nil
		}
		if err := p.linkPage(ctx, t, f); err != nil {
			return fmt.Errorf("page %s: %w", f.Path, err)
		}
		return nil
	})
}

func (p *Publisher) linkPage(ctx context.Context, t target.Target, f store.File) error {
	e, err := p.withList(ctx, f.Entry)
	if err != nil {
		return err
	}
	if !e.Gzip {
		return p.linkStored(ctx, t, f.Path, e)
	}
	if err := p.linkStored(ctx, t, f.Path+edition.TwinSuffix, e); err != nil {
		return err
	}
	if e.Plain <= edition.MaxObject {
		return t.Link(ctx, f.Path, edition.ObjectPath(f.Plain))
	}
	stored, err := p.stored(ctx, e)
	if err != nil {
		return err
	}
	plain, err := e.Decode(stored)
	if err != nil {
		return err
	}
	return t.Put(ctx, f.Path, plain)
}

// linkStored links a name to the object that holds a file's stored bytes, or writes them where one does not.
func (p *Publisher) linkStored(ctx context.Context, t target.Target, name string, e edition.Entry) error {
	switch len(e.Objects) {
	case 0:
		return t.Put(ctx, name, nil)
	case 1:
		return t.Link(ctx, name, edition.ObjectPath(e.Objects[0]))
	}
	stored, err := p.stored(ctx, e)
	if err != nil {
		return err
	}
	return t.Put(ctx, name, stored)
}

// withList returns an entry that names its objects itself.
func (p *Publisher) withList(ctx context.Context, e edition.Entry) (edition.Entry, error) {
	if e.Inline() {
		return e, nil
	}
	list, err := p.Targets[0].Get(ctx, edition.ObjectPath(e.List), e.ListSize())
	if err != nil {
		return e, err
	}
	return e.WithList(list)
}

// stored reads a file's stored bytes from the newsroom's own target.
func (p *Publisher) stored(ctx context.Context, e edition.Entry) ([]byte, error) {
	stored := make([]byte, 0, e.Size)
	for i, h := range e.Objects {
		b, err := p.Targets[0].Get(ctx, edition.ObjectPath(h), e.ObjectSize(i))
		if err != nil {
			return nil, err
		}
		stored = append(stored, b...)
	}
	return stored, nil
}

// removePages takes away the plain pages that are no longer part of the edition.
func (p *Publisher) removePages(ctx context.Context, t target.Target, had uint64) error {
	return all(p.Store.FilesSince(ctx, had), func(f store.File) error {
		if !f.Removed {
			return nil
		}
		return errors.Join(t.Delete(ctx, f.Path), t.Delete(ctx, f.Path+edition.TwinSuffix))
	})
}
