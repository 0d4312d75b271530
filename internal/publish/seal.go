package publish

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/store"
)

// A run is the state of one Publish. The mutex guards what rendering writes from several goroutines.
type run struct {
	*Publisher
	last    store.Head
	unasked map[string]error // the targets that could not be asked for their heads
	now     time.Time
	snap    store.Snapshot
	result  Result
	refused *RefusedError // the edition was refused, and the last one stands

	mu      sync.Mutex
	files   []store.File              // what this edition writes and removes
	fresh   []edition.Hash            // the objects that it brings
	putting map[edition.Hash]struct{} // the same as a set
	before  map[string]edition.Entry  // what the last edition said of files that are written again or removed
}

// putObject puts an object on the newsroom's own target unless an edition has brought it before. What a crash left
// under its name is written again: only what was sealed is known to have reached the disk.
func (r *run) putObject(ctx context.Context, b []byte) (h edition.Hash, isNew bool, err error) {
	h = edition.Sum(b)
	r.mu.Lock()
	_, known := r.putting[h]
	r.mu.Unlock()
	if known {
		return h, false, nil
	}
	if known, err = r.Store.HasObject(ctx, h); known && !r.Again || err != nil {
		return h, false, err
	}
	if err := r.Targets[0].Put(ctx, edition.ObjectPath(h), b); err != nil {
		return h, false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.putting[h]; twice {
		return h, false, nil // another goroutine put the same bytes
	}
	r.putting[h] = struct{}{}
	if known {
		return h, false, nil // put again, and no news to the store
	}
	r.fresh = append(r.fresh, h)
	r.result.BytesNew += int64(len(b))
	return h, true, nil
}

// seal makes the edition's tree, manifest and log entry and seals it, or returns errUnchanged.
func (r *run) seal(ctx context.Context) error {
	r.result.ObjectsNew = len(r.fresh)
	root, err := r.tree(ctx)
	if err != nil {
		return fmt.Errorf("make the tree: %w", err)
	}
	fingerprint, origin := r.Site.Fingerprint(), r.Keys.LogSigner().Name()
	var logSize int64 // 0 when the log was replaced: this edition begins the new one
	if r.last.Origin == origin {
		logSize = r.last.LogSize
	}
	if logSize > 0 && len(r.files) == 0 && r.snap.Seq() == r.last.Seq && fingerprint == r.last.Fingerprint && !r.purges() {
		return errUnchanged
	}
	m, err := r.manifest(ctx, root)
	if err != nil {
		return err
	}
	record, _, err := r.putObject(ctx, m.Marshal())
	if err != nil {
		return err
	}
	if err := r.Targets[0].Flush(ctx); err != nil {
		return err
	}
	if err := r.readBack(ctx, root); err != nil {
		return fmt.Errorf("what was written does not read back, so it is not signed: %w", err)
	}
	grown, err := editionlog.Append(ctx, r.Store, logSize, record)
	if err != nil {
		return err
	}
	head := store.Head{
		Number: m.Edition, Seq: r.snap.Seq(), Fingerprint: fingerprint, Root: root, Manifest: m.Marshal(),
		Origin: origin, LogSize: grown.Size, LogHash: edition.Hash(grown.Root), Sealed: r.now,
		Takedowns: r.snap.Takedowns(), Purge: r.last.Purge,
	}
	e := store.Edition{Files: r.files, Objects: r.fresh, LogStart: grown.Start, LogHashes: grown.Hashes}
	if r.purges() {
		head.Purge = head.Number
		reach, err := r.reached(ctx, r.editionFiles(ctx), root, record)
		if err != nil {
			return err
		}
		e.Reached = reach.objects
	}
	e.Head = head
	if err := r.Store.Seal(ctx, e); err != nil {
		return err
	}
	r.last = head
	r.tell(m)
	return nil
}

// tree builds the edition's tree, or brings the last one's up to date.
func (r *run) tree(ctx context.Context) (edition.Hash, error) {
	put := func(_ edition.Hash, b []byte) error {
		_, isNew, err := r.putObject(ctx, b)
		if isNew {
			r.result.TreeNodesNew++
		}
		return err
	}
	if r.last.Number == 0 || r.Again {
		return edition.Build(r.leaves(ctx), put)
	}
	edits := make([]edition.Edit, 0, len(r.files))
	for _, f := range r.files {
		edits = append(edits, edition.Edit{Leaf: edition.Leaf{Path: f.Path, Entry: f.Entry}, Remove: f.Removed})
	}
	return r.treeAt(r.last.Root).Update(ctx, edits, put)
}

// leaves yields what the tree says of the files of the edition.
func (r *run) leaves(ctx context.Context) iter.Seq2[edition.Leaf, error] {
	return func(yield func(edition.Leaf, error) bool) {
		for f, err := range r.editionFiles(ctx) {
			if !yield(edition.Leaf{Path: f.Path, Entry: f.Entry}, err) {
				return
			}
		}
	}
}

// editionFiles yields all files of the edition in the order of their keys: those that it wrote among those that stay.
func (r *run) editionFiles(ctx context.Context) iter.Seq2[store.File, error] {
	byKey := func(a, b store.File) int { return strings.Compare(edition.Key(a.Path), edition.Key(b.Path)) }
	slices.SortFunc(r.files, byKey)
	return func(yield func(store.File, error) bool) {
		wrote := r.files
		emit := func(f store.File) bool { return f.Removed || yield(f, nil) }
		for f, err := range r.Store.Files(ctx, "") {
			if err != nil {
				yield(store.File{}, err)
				return
			}
			for len(wrote) > 0 && byKey(wrote[0], f) < 0 {
				if !emit(wrote[0]) {
					return
				}
				wrote = wrote[1:]
			}
			if len(wrote) > 0 && wrote[0].Path == f.Path {
				continue // replaced or removed
			}
			if !emit(f) {
				return
			}
		}
		for _, f := range wrote {
			if !emit(f) {
				return
			}
		}
	}
}

// treeAt returns a tree on the newsroom's own target.
func (p *Publisher) treeAt(root edition.Hash) edition.Tree {
	return edition.Tree{Root: root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		return p.Targets[0].Get(ctx, edition.ObjectPath(h), edition.MaxNode)
	}}
}

// manifest counts on from the last edition's.
func (r *run) manifest(ctx context.Context, root edition.Hash) (edition.Manifest, error) {
	m := edition.Manifest{Edition: 1}
	if r.last.Number > 0 {
		var err error
		if m, err = edition.ParseManifest(r.last.Manifest); err != nil {
			return m, err
		}
		m.Edition++
	}
	if r.purges() {
		m.Epoch++
	}
	m.Time, m.Root, m.Languages, m.Mirrors = r.now, root, r.Languages, r.Mirrors
	for _, f := range r.files {
		if old, ok := r.before[f.Path]; ok {
			m.Files--
			m.Bytes -= uint64(old.Size)
		}
		if !f.Removed {
			m.Files++
			m.Bytes += uint64(f.Entry.Size)
		}
	}
	stories, articles, err := r.snap.Counts(ctx)
	if err != nil {
		return m, err
	}
	m.Stories, m.Articles = uint64(stories), uint64(articles)
	_, err = io.ReadFull(r.Rand, m.Nonce[:])
	return m, err
}

// readBack reads what the edition brings from the target with the reader's own code: every file that it wrote is
// found in the tree, every file that it removed is proved absent, and every new object has its hash.
func (r *run) readBack(ctx context.Context, root edition.Hash) error {
	tree := r.treeAt(root)
	for i, f := range r.files {
		r.Progress("read back", i, len(r.files))
		e, found, err := tree.Lookup(ctx, f.Path)
		if err != nil {
			return err
		}
		if found == f.Removed || found && !sameEntry(e, f.Entry) {
			return fmt.Errorf("%s is not in the tree as it was written", f.Path)
		}
	}
	for _, h := range r.fresh {
		b, err := r.Targets[0].Get(ctx, edition.ObjectPath(h), edition.MaxObject)
		if err != nil {
			return err
		}
		if edition.Sum(b) != h {
			return fmt.Errorf("object %s has other bytes", h)
		}
	}
	return nil
}

func sameEntry(a, b edition.Entry) bool {
	x, errX := a.MarshalBinary()
	y, errY := b.MarshalBinary()
	return errX == nil && errY == nil && string(x) == string(y)
}
