package reader

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
)

// A Page is one file of the edition, proved.
type Page struct {
	// Path is the file's path in the edition, with index.html where a folder was asked for.
	Path string
	// MediaType is the type that the edition gives it, without parameters: text is always UTF-8.
	MediaType string
	// Body is the file, its encoding undone.
	Body []byte
	// Entry is what the tree says of it, Edition the edition that it was proved to belong to.
	Entry   edition.Entry
	Edition uint64
	// Mirror is the mirror that most of it came from; empty when all of it was kept.
	Mirror string
	// MetadataBytes and ContentBytes are what was fetched for this page alone.
	MetadataBytes, ContentBytes int64
}

// maxParallel is the number of a file's objects that are fetched at once.
const maxParallel = 4

// Get returns a page of the newest edition that was accepted. A path that is empty or ends in "/" stands for its
// index.html. The error is ErrAbsent when the edition proves not to have it, ErrNoMirror when no mirror could give what
// is missing, ErrNoEdition before the first edition, or an *edition.InvalidError when the edition itself is broken.
func (r *Reader) Get(ctx context.Context, path string) (Page, error) {
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	head, ok := r.Head()
	if !ok {
		return Page{}, ErrNoEdition
	}
	v := &visit{r: r, from: map[string]int{}}
	p, err := v.page(ctx, head, path)
	if err != nil {
		return Page{}, fmt.Errorf("get %q: %w", path, err)
	}
	return p, nil
}

// A visit fetches one page and counts what that took.
type visit struct {
	r     *Reader
	tally tally

	mu   sync.Mutex     // guards from
	from map[string]int // bytes of content by mirror
}

func (v *visit) page(ctx context.Context, head edition.Head, path string) (Page, error) {
	e, found, err := v.tree(head).Lookup(ctx, path)
	if err != nil {
		return Page{}, err
	}
	if !found {
		return Page{}, ErrAbsent
	}
	stored, err := v.stored(ctx, e)
	if err != nil {
		return Page{}, err
	}
	body, err := e.Decode(stored)
	if err != nil {
		return Page{}, &edition.InvalidError{What: path, Err: err}
	}
	t := v.tally.sum()
	return Page{
		Path: path, MediaType: e.MediaType, Body: body, Entry: e, Edition: head.Manifest.Edition, Mirror: v.mirror(),
		MetadataBytes: t.Metadata, ContentBytes: t.Content,
	}, nil
}

// tree returns the tree of an edition.
func (v *visit) tree(head edition.Head) edition.Tree {
	return edition.Tree{Root: head.Manifest.Root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		return v.proof(ctx, h, edition.MaxNode)
	}}
}

// stored returns a file's stored bytes.
func (v *visit) stored(ctx context.Context, e edition.Entry) ([]byte, error) {
	if !e.Inline() {
		list, err := v.proof(ctx, e.List, e.ListSize())
		if err != nil {
			return nil, err
		}
		if e, err = e.WithList(list); err != nil {
			return nil, err
		}
	}
	parts := make([][]byte, len(e.Objects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxParallel)
	for i := range e.Objects {
		g.Go(func() (err error) {
			parts[i], err = v.content(ctx, largeOf(e, i))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return bytes.Join(parts, nil), nil
}

// proof returns an object that proves: a node or a list.
func (v *visit) proof(ctx context.Context, h edition.Hash, max int64) ([]byte, error) {
	b, _, err := v.r.object(ctx, h, max, func(n int) { v.count(metadata(n)) })
	return b, err
}

// content returns an object of the page itself.
func (v *visit) content(ctx context.Context, o large) ([]byte, error) {
	b, from, err := v.r.kept(o.hash, func(n int) { v.count(content(n)) }, func() ([]byte, *mirror, error) { return v.r.large(ctx, o) })
	if from != "" {
		v.mu.Lock()
		v.from[from] += len(b)
		v.mu.Unlock()
	}
	return b, err
}

func (v *visit) count(t Traffic) {
	v.tally.add(t)
	v.r.total.add(t)
}

// mirror returns the mirror that most of the page came from.
func (v *visit) mirror() (name string) {
	most := 0
	for m, n := range v.from {
		if n > most || n == most && m < name {
			name, most = m, n
		}
	}
	return name
}

// Probe asks every mirror that may be asked for what a page is made of, and believes none: those that give something
// else are dropped, as if they had been met in reading. It says which mirrors are worth keeping before they are needed.
// The page must have been fetched before, so that its path through the tree is known.
func (r *Reader) Probe(ctx context.Context, p Page) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, m := range r.live() {
		wg.Go(func() {
			r.blameIn(ctx, m, r.probe(ctx, m, p.Entry))
		})
	}
}

// probe fetches a file's objects from one mirror, up to the first that is wrong.
func (r *Reader) probe(ctx context.Context, m *mirror, e edition.Entry) error {
	hashes := e.Objects
	if !e.Inline() {
		hashes = []edition.Hash{e.List}
	}
	for _, h := range hashes {
		b, err := r.objectFrom(ctx, m, h, max(e.ListSize(), e.ObjectSize(0)))
		if err != nil {
			return err
		}
		r.total.add(content(len(b)))
	}
	return nil
}
