package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/importer/web"
	"coranto/internal/news"
	"coranto/internal/store"
)

// Files are fetched a few at a time, and fewer are made into media at once: each may have MaxMedia bytes, and a picture
// takes many times that while it is drawn.
const (
	fetchedAtOnce = 4
	madeAtOnce    = 2
)

// files gets the files of one import.
type files struct {
	st     Memory
	opener Opener // nil where the source has no files of its own
	keeper Keeper // nil where it has none made already
	web    Fetcher
	// rehearsal makes no media; later holds the hashes of the files that it left where they are.
	rehearsal bool
	later     map[edition.Hash]bool
	// tell is told of each file.
	tell   func(ref string)
	making chan struct{}

	mu sync.Mutex // guards failed
	// failed are the URLs, by hash, that could not be had: thousands of posts may show one.
	failed map[edition.Hash]had
}

// maxFailed is the number of URLs that are remembered for having failed, so that they take a bounded part of the memory.
const maxFailed = 200_000

func newFiles(st Memory, src Source, opt Options) *files {
	f := &files{st: st, web: opt.Web, rehearsal: opt.Rehearsal, later: make(map[edition.Hash]bool),
		failed: make(map[edition.Hash]had), making: make(chan struct{}, madeAtOnce)}
	f.opener, _ = src.(Opener)
	f.keeper, _ = src.(Keeper)
	return f
}

// had is what became of a file: a media, or why there is none.
type had struct {
	media string
	// later says that a rehearsal left the file where it is.
	later bool
	// why the file could not be had; with unfit, why it is not published although it was had.
	why   error
	unfit bool
}

// count counts a file that stands by itself.
func (h had) count(t *Tally) {
	switch {
	case h.unfit:
		t.Left++
	case h.why != nil:
		t.Missing++
	default:
		t.Taken++
	}
}

// get returns what became of some files: URLs that were fetched before, what the source has itself, and else the web.
func (f *files) get(ctx context.Context, refs map[string]bool) (map[string]had, error) {
	var urls []string
	for ref := range refs {
		if isURL(ref) {
			urls = append(urls, ref)
		}
	}
	fetched, err := f.st.Fetched(ctx, urls)
	if err != nil {
		return nil, err
	}
	got := make(map[string]had, len(refs))
	var mu sync.Mutex // guards got
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(fetchedAtOnce)
	for ref := range refs {
		if id, ok := fetched[ref]; ok {
			mu.Lock()
			got[ref] = had{media: id}
			mu.Unlock()
			continue
		}
		g.Go(func() error {
			h, err := f.once(ctx, ref)
			mu.Lock()
			defer mu.Unlock()
			got[ref] = h
			return err
		})
	}
	return got, g.Wait()
}

// isURL says whether a file is named by a URL, and not by its path within the source.
func isURL(ref string) bool {
	return strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://")
}

// once is one, but for a URL that has failed in this import already.
func (f *files) once(ctx context.Context, ref string) (had, error) {
	sum := edition.Sum([]byte(ref))
	f.mu.Lock()
	h, ok := f.failed[sum]
	f.mu.Unlock()
	if ok {
		return h, nil
	}
	h, err := f.one(ctx, ref)
	if err == nil && h.why != nil && isURL(ref) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.failed) < maxFailed {
			f.failed[sum] = h
		}
	}
	return h, err
}

// one gets one file. Only what must end the import is an error.
func (f *files) one(ctx context.Context, ref string) (had, error) {
	name, file, err := f.open(ctx, ref)
	if ctx.Err() != nil {
		return had{}, ctx.Err()
	}
	if errors.Is(err, errLater) {
		return had{later: true}, nil
	}
	if err != nil {
		return had{why: withoutName(err), unfit: errors.Is(err, errUnfit)}, nil
	}
	h, err := f.media(ctx, web.FileName(name, file), file)
	if err == nil && h.media != "" && isURL(ref) {
		err = f.st.PutFetched(ctx, ref, h.media)
	}
	return h, err
}

// withoutName returns an error without the name of the file, which the report tells beside it: so entries of the same
// reason have the same words.
func withoutName(err error) error {
	if cause := errors.Unwrap(err); cause != nil && strings.HasPrefix(err.Error(), "fetch ") {
		return cause
	}
	return err
}

// errLater is returned for a file of the web that a rehearsal leaves there, errUnfit for one that nobody need fetch.
var (
	errLater = errors.New("a rehearsal fetches nothing")
	errUnfit = errors.New("a document: documents are not published, and links to them stay")
)

// open reads a file from the source itself, or else from the web.
func (f *files) open(ctx context.Context, ref string) (name string, file []byte, err error) {
	if f.opener != nil {
		name, file, err = f.opener.Open(ctx, ref)
		if !errors.Is(err, fs.ErrNotExist) {
			return name, file, err
		}
	}
	switch {
	case !isURL(ref):
		return "", nil, errors.New("the source does not have the file")
	case document(ref):
		return "", nil, errUnfit
	case f.rehearsal && f.web != nil:
		return "", nil, errLater
	case f.web == nil:
		return "", nil, errors.New("files of the web are not fetched")
	}
	f.tell(ref)
	return f.web.Fetch(ctx, ref)
}

// document says whether a URL's ending says that it is none of what is published, so that nobody need fetch it.
func document(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))
	return slices.Contains([]string{"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "zip", "rar", "csv"}, ending)
}

// media makes a media of a file, unless the store has it.
func (f *files) media(ctx context.Context, name string, file []byte) (had, error) {
	id := MediaID(file)
	switch m, err := f.st.Media(ctx, id); {
	case err == nil && !AsItCame(m):
		return had{media: id}, nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return had{}, err
	}
	if f.rehearsal {
		if err := Publishable(name, file); err != nil {
			return had{why: err, unfit: true}, nil
		}
		return had{later: true}, nil
	}
	f.making <- struct{}{}
	defer func() { <-f.making }()
	m, renditions, err := made(name, file)
	if err != nil {
		return had{why: err, unfit: true}, nil
	}
	return had{media: id}, f.st.PutMedia(ctx, m, renditions)
}

// made is NewMedia for a file from anywhere. A file that has what decodes it panic is refused like any other that can't be
// read: else it would end each import at the same place.
func made(name string, file []byte) (m news.Media, renditions map[string][]byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%q breaks what reads it: %v", name, v)
		}
	}()
	return NewMedia(name, file, news.Focus{})
}

// keep puts the media that the source has made already and that the articles of some items show by their ID, and refuses
// keep puts a media as the source has it; bad is why it can't.
func (f *files) keep(ctx context.Context, id string) (bad, err error) {
	old, err := f.st.Media(ctx, id)
	there := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	m, renditions, err := f.keeper.Kept(ctx, id)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && there: // it is the newsroom's own already
		return nil, nil
	case err != nil:
		return fmt.Errorf("media %.12s: %w", id, err), nil
	case there && old.Focus == m.Focus && old.Placeholder == m.Placeholder && hasAll(old, m):
		return nil, nil
	}
	if err := m.Validate(); err != nil {
		return err, nil
	}
	for _, r := range m.Renditions {
		if err := CheckRendition(r, renditions[r.Name]); err != nil {
			return fmt.Errorf("media %s: %w", m.Name, err), nil
		}
	}
	return nil, f.st.PutMedia(ctx, m, renditions)
}

// hasAll says whether a media has all that another shows. A newsroom keeps more renditions than it publishes.
func hasAll(old, m news.Media) bool {
	return !slices.ContainsFunc(m.Renditions, func(r news.Rendition) bool { return !slices.Contains(old.Renditions, r) })
}
