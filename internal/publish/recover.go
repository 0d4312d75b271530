package publish

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/target"
)

// Recovered says what Recover brought back, and what it could not.
type Recovered struct {
	// Edition is the one that the newsroom goes on from, Before the last that the store knew until now; 0 for none.
	Edition uint64 `json:"edition"`
	Before  uint64 `json:"before"`
	// ArticlesNew came back into the store, ArticlesNewer got the revision that readers have, ArticlesSame were as new.
	ArticlesNew   int `json:"articles_new"`
	ArticlesNewer int `json:"articles_newer"`
	ArticlesSame  int `json:"articles_same"`
	// Media is the number of pictures, videos and sounds that came back.
	Media int `json:"media"`
	// Kept are articles of which the store had words that no reader has seen, beside other words in the edition.
	Kept []Conflict `json:"kept"`
	// Withdrawn are articles, as STORY in LANG, that an edition known to the store showed and the newest does not: they
	// were taken back since, and are withdrawn in the store too.
	Withdrawn []string `json:"withdrawn"`
	// Anonymous is the number of anonymous sources of whom nobody here knows any more who they are.
	Anonymous int `json:"anonymous"`
	// Unread are documents of the edition that could not be taken over, and why.
	Unread []string `json:"unread"`
}

// A Conflict is an article of which the store has another text than the edition.
type Conflict struct {
	Story string `json:"story"`
	Lang  string `json:"lang"`
	// Ours and Theirs are the numbers of the revisions in the store and in the edition. Ours is 0 where the store was told
	// to erase the story.
	Ours   int `json:"ours"`
	Theirs int `json:"theirs"`
	// Newest says whose text is the article's newest revision now: "ours", which the next publish brings out, or
	// "theirs". The other's text stands among its earlier revisions.
	Newest string `json:"newest"`
}

// Recover brings the store up to the edition that the newsroom's own target holds, which was fetched from a mirror or
// left by a newer state of this newsroom: first the stories, then, in one transaction, the memory of editions from which
// the next one is made. The keys must have followed the target's trust. Nothing of it is believed but what proves under
// that trust. Stopped anywhere, it is done again from the start; until its end publishing refuses as before.
//
// The error wraps store.ErrConflict when the target's edition is older than the store's last, and is a *ForkError when it
// is of another history.
func (p *Publisher) Recover(ctx context.Context) (Recovered, error) {
	p.defaults()
	out := Recovered{Kept: []Conflict{}, Withdrawn: []string{}, Unread: []string{}}
	last, err := p.Store.Head(ctx)
	if err != nil {
		return out, err
	}
	b, err := p.Targets[0].Get(ctx, edition.LatestPath, edition.MaxLatest)
	if err != nil {
		return out, err
	}
	head, err := p.Keys.Policy().OpenLatest(b)
	if err != nil {
		return out, err
	}
	out.Edition, out.Before = head.Manifest.Edition, last.Number
	if out.Edition < last.Number {
		return out, fmt.Errorf("edition %d is older than this newsroom's edition %d: %w", out.Edition, last.Number, store.ErrConflict)
	}
	inv := &inventory{p: p, head: head}
	if err := inv.take(ctx); err != nil {
		return out, fmt.Errorf("edition %d on %q: %w", out.Edition, p.Targets[0].Name(), err)
	}
	if err := inv.extends(last); err != nil {
		return out, err
	}
	s := &salvage{inventory: inv, out: &out, ids: map[news.Address]string{}}
	if err := s.run(ctx); err != nil {
		return out, err
	}
	return out, p.Store.Adopt(ctx, inv.adopted(last))
}

// An inventory is all that an edition on the newsroom's own target consists of, each byte of it proved.
type inventory struct {
	p       *Publisher
	head    edition.Head
	files   []store.File
	byPath  map[string]int
	objects map[edition.Hash]struct{}
	log     *edition.Log
}

// take reads the whole edition. The objects that plain pages are links to, which other mirrors need not have, are put
// where they are missing.
func (v *inventory) take(ctx context.Context) error {
	v.byPath, v.objects = map[string]int{}, map[edition.Hash]struct{}{v.head.ManifestHash: {}}
	if err := v.manifest(ctx); err != nil {
		return err
	}
	var err error
	if v.log, err = edition.ReadLog(ctx, v.head.Checkpoint, v.p.Targets[0].Get); err != nil {
		return err
	}
	tree := v.p.treeAt(v.head.Manifest.Root)
	if err := all(tree.Nodes(ctx), func(h edition.Hash) error { v.objects[h] = struct{}{}; return nil }); err != nil {
		return err
	}
	var leaves []edition.Leaf
	err = all(tree.Range(ctx, "", ""), func(l edition.Leaf) error { leaves = append(leaves, l); return nil })
	if err != nil {
		return err
	}
	if err := v.prove(ctx, leaves); err != nil {
		return err
	}
	return v.p.Targets[0].Flush(ctx)
}

// prove proves the files of all leaves.
func (v *inventory) prove(ctx context.Context, leaves []edition.Leaf) error {
	v.files = make([]store.File, len(leaves))
	objects := make([][]edition.Hash, len(leaves)) // of each
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range leaves {
		v.byPath[l.Path] = i
		v.p.Progress("prove", i, len(leaves))
		g.Go(func() (err error) {
			v.files[i], objects[i], err = v.file(ctx, l)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, hashes := range objects {
		for _, h := range hashes {
			v.objects[h] = struct{}{}
		}
	}
	return nil
}

// extends returns a *ForkError when the log is not the one that the store's last edition stands in.
func (v *inventory) extends(last store.Head) error {
	if last.Number == 0 || last.Origin != v.head.Origin {
		return nil
	}
	if n := last.LogSize; n <= int64(len(v.log.Records)) && v.log.Records[n-1] == edition.ManifestHash(last.Manifest) {
		return nil
	}
	return &ForkError{
		Where: fmt.Sprintf("target %q", v.p.Targets[0].Name()), Theirs: v.head.Manifest.Edition,
		Reason: fmt.Sprintf("which does not go on from edition %d of this newsroom", last.Number),
	}
}

// manifest puts the manifest's object unless it is there.
func (v *inventory) manifest(ctx context.Context) error {
	return v.putMissing(ctx, v.head.ManifestHash, v.head.ManifestBytes)
}

// putMissing puts an object unless it is there, undamaged.
func (v *inventory) putMissing(ctx context.Context, h edition.Hash, b []byte) error {
	own := v.p.Targets[0]
	got, err := own.Get(ctx, edition.ObjectPath(h), int64(len(b)))
	if err == nil && edition.Sum(got) == h {
		return nil
	}
	if err != nil && !errors.Is(err, target.ErrNotExist) {
		return err
	}
	return own.Put(ctx, edition.ObjectPath(h), b)
}

// file proves one file and returns it with its objects.
func (v *inventory) file(ctx context.Context, l edition.Leaf) (store.File, []edition.Hash, error) {
	f := store.File{Path: l.Path, Entry: l.Entry}
	fail := func(err error) (store.File, []edition.Hash, error) { return f, nil, fmt.Errorf("%s: %w", l.Path, err) }
	var objects []edition.Hash
	if !l.Entry.Inline() {
		objects = append(objects, l.Entry.List)
	}
	e, err := v.p.withList(ctx, l.Entry)
	if err != nil {
		return fail(err)
	}
	for h := range e.Held() {
		objects = append(objects, h)
	}
	plain, err := v.decode(ctx, e)
	if err != nil {
		return fail(err)
	}
	f.Plain = edition.Sum(plain)
	if e.Gzip && e.Plain <= edition.MaxObject {
		objects = append(objects, f.Plain)
		if err := v.putMissing(ctx, f.Plain, plain); err != nil {
			return fail(err)
		}
	}
	return f, objects, nil
}

// decode reads and proves a file's objects, and undoes the encoding. The entry names its objects itself.
func (v *inventory) decode(ctx context.Context, e edition.Entry) ([]byte, error) {
	stored := make([]byte, 0, e.Size)
	for i, h := range e.Objects {
		b, err := v.p.Targets[0].Get(ctx, edition.ObjectPath(h), e.ObjectSize(i))
		if err != nil {
			return nil, err
		}
		if edition.Sum(b) != h {
			return nil, &edition.InvalidError{What: edition.ObjectPath(h), Err: errors.New("the bytes have another hash")}
		}
		stored = append(stored, b...)
	}
	return e.Decode(stored)
}

// body returns the bytes of a file of the edition, or store.ErrNotFound.
func (v *inventory) body(ctx context.Context, path string) ([]byte, error) {
	i, ok := v.byPath[path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, store.ErrNotFound)
	}
	e, err := v.p.withList(ctx, v.files[i].Entry)
	if err != nil {
		return nil, err
	}
	return v.decode(ctx, e)
}

// adopted returns what the store is to remember. Of an edition that it has sealed itself, what it covers stays; of
// another one nobody knows, so everything is rendered once more, and what comes out the same stays as it is.
func (v *inventory) adopted(last store.Head) store.Adopted {
	m := v.head.Manifest
	a := store.Adopted{
		Head: store.Head{
			Number: m.Edition, Root: m.Root, Manifest: v.head.ManifestBytes, Origin: v.head.Origin,
			LogSize: v.head.Size, LogHash: edition.Hash(v.head.Hash), Sealed: m.Time,
		},
		Target: v.p.Targets[0].Name(), Files: v.files, Records: v.log.Records, LogHashes: storedHashes(v.log.Records),
	}
	a.Head.Takedowns = last.Takedowns
	a.Head.Purge = m.Edition // nobody knows what the other targets still hold
	if last.Number == m.Edition {
		a.Head.Seq, a.Head.Fingerprint = last.Seq, last.Fingerprint
	}
	for h := range v.objects {
		a.Objects = append(a.Objects, h)
	}
	return a
}

// storedHashes works out a log's hashes from its records, which were proved.
func storedHashes(records []edition.Hash) []edition.Hash {
	var hashes []edition.Hash
	below := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = tlog.Hash(hashes[x])
		}
		return out, nil
	})
	for i, r := range records {
		added, err := tlog.StoredHashesForRecordHash(int64(i), edition.RecordHash(r), below)
		if err != nil {
			panic("publish: " + err.Error()) // all hashes below are there
		}
		for _, h := range added {
			hashes = append(hashes, edition.Hash(h))
		}
	}
	return hashes
}
