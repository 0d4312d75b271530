package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/site"
	"coranto/internal/store"
)

// A salvage brings the stories of an edition back into the store.
type salvage struct {
	*inventory
	out   *Recovered
	snap  store.Snapshot // what the store showed before
	pages map[news.Address]map[store.List]int
	// outings are what came out, by story.
	outings map[string][]store.CameOut
	// known are those that the store remembers of the language whose packs are read.
	known map[store.Outing]store.CameOut
	// ids are the stories that came back, by address.
	ids   map[news.Address]string
	batch []store.Rebuilt // what the edition has of a story, and perhaps on top of it newer words of the store's own
}

// batchSize is the number of stories that are written at once.
const batchSize = 100

func (s *salvage) run(ctx context.Context) (err error) {
	if s.snap, err = s.p.Store.Snapshot(ctx); err != nil {
		return err
	}
	defer s.snap.Close()
	if err := s.places(ctx); err != nil {
		return err
	}
	if err := s.readOutings(ctx); err != nil {
		return err
	}
	if err := s.takenBack(ctx); err != nil {
		return err
	}
	for i := 0; i < len(s.files); {
		paths := s.documents(i)
		if len(paths) == 0 {
			i++
			continue
		}
		s.p.Progress("stories", i, len(s.files))
		i += len(paths)
		if err := s.story(ctx, paths); err != nil {
			return err
		}
	}
	if err := s.write(ctx); err != nil {
		return err
	}
	return s.oldAddresses(ctx)
}

// oldAddresses reads from the stubs of the edition where its articles stood before, as far as the store does not know it.
func (s *salvage) oldAddresses(ctx context.Context) error {
	var moved []store.Moved
	for _, f := range s.files {
		if f.Entry.MediaType != "text/html" || !s.p.Site.MayBeStub(f.Path) {
			continue
		}
		page, err := s.body(ctx, f.Path)
		if err != nil {
			return err
		}
		at, tag, to, ok := s.p.Site.ReadStub(f.Path, page)
		if id := s.ids[to]; ok && id != "" {
			moved = append(moved, store.Moved{Address: at, ArticleID: store.ArticleID{Story: id, Lang: tag}})
		}
	}
	addresses := make([]string, len(moved))
	for i, m := range moved {
		addresses[i] = m.Address
	}
	known, err := s.p.Store.MovedTo(ctx, addresses)
	if err != nil {
		return err
	}
	moved = slices.DeleteFunc(moved, func(m store.Moved) bool { _, ok := known[m.Address]; return ok })
	return s.p.Store.PutMoved(ctx, moved)
}

// places reads from the numbered pages of the edition which stories stand on them.
func (s *salvage) places(ctx context.Context) error {
	s.pages = map[news.Address]map[store.List]int{}
	for _, f := range s.files {
		if !strings.Contains(f.Path, "/archive/") {
			continue
		}
		if _, _, _, ok := site.Listed(f.Path, nil); !ok {
			continue
		}
		page, err := s.body(ctx, f.Path)
		if err != nil {
			return err
		}
		l, number, stories, _ := site.Listed(f.Path, page)
		for _, a := range stories {
			if s.pages[a] == nil {
				s.pages[a] = map[store.List]int{}
			}
			s.pages[a][l] = number
		}
	}
	return nil
}

// documents returns the paths of the documents of one story, from a file on: its languages are neighbours in the tree.
func (s *salvage) documents(from int) []string {
	var paths []string
	prefix := ""
	for _, f := range s.files[from:] {
		key, _, _ := strings.Cut(edition.Key(f.Path), "\x00")
		if !strings.HasPrefix(key, "story/") || !strings.HasSuffix(key, "/"+ninjs.FileName) || prefix != "" && key != prefix {
			break
		}
		prefix = key
		paths = append(paths, f.Path)
	}
	return paths
}

// An unreadableError says that a story is in the edition, but not in a form that this program can take over. That is no
// reason to stop, as anything else is that goes wrong: it would be the same again.
type unreadableError struct{ err error }

func (e *unreadableError) Error() string { return e.err.Error() }

// story takes over one story. One that can't be understood is noted, and keeps no other from coming back.
func (s *salvage) story(ctx context.Context, paths []string) error {
	theirs, again, err := s.meet(ctx, paths)
	var unreadable *unreadableError
	if errors.As(err, &unreadable) {
		s.out.Unread = append(s.out.Unread, fmt.Sprintf("%s: %v", paths[0], unreadable.err))
		return nil
	}
	if errors.Is(err, errErased) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, source := range theirs.Story.Sources {
		if source.Kind == news.Anonymous && source.Identity == "" {
			s.out.Anonymous++
		}
	}
	s.ids[theirs.Story.Address] = theirs.Story.ID
	r := store.Rebuilt{Story: theirs.Story, Pages: map[store.List]int{}, Outings: s.outings[theirs.Story.ID]}
	for l, n := range s.pages[theirs.Story.Address] {
		if slices.ContainsFunc(theirs.Story.Articles, func(a news.Article) bool { return a.Lang == l.Lang }) {
			r.Pages[l] = n
		}
	}
	s.batch = append(s.batch, r)
	if len(again) > 0 {
		r.Story.Articles, r.Pages, r.Outings = again, nil, nil
		s.batch = append(s.batch, r)
	}
	if len(s.batch) < batchSize {
		return nil
	}
	return s.write(ctx)
}

// meet reads a story with its media, and sets it against the store's own. It returns those articles of the store's own
// that go on top of the edition's.
func (s *salvage) meet(ctx context.Context, paths []string) (theirs ninjs.Document, again []news.Article, err error) {
	if theirs, err = s.read(ctx, paths); err != nil {
		return theirs, nil, err
	}
	if err := s.media(ctx, theirs); err != nil {
		return theirs, nil, err
	}
	ours, err := s.p.Store.Story(ctx, theirs.Story.ID)
	if errors.Is(err, store.ErrNotFound) {
		return theirs, nil, s.erased(ctx, theirs.Story)
	}
	if err == nil {
		again, err = s.compare(ctx, ours, &theirs)
	}
	if err != nil {
		return theirs, nil, err
	}
	both := theirs.Story
	both.Articles = slices.Concat(both.Articles, missing(ours.Articles, both.Articles))
	slices.SortFunc(both.Articles, func(a, b news.Article) int { return strings.Compare(a.Lang, b.Lang) })
	if err := both.Validate(); err != nil {
		return theirs, nil, &unreadableError{fmt.Errorf("together with what the store has of it: %w", err)}
	}
	return theirs, again, nil
}

// errErased says that a story which readers have was withdrawn here, and nothing of it is left: so it stays.
var errErased = errors.New("was withdrawn here and erased")

// erased returns errErased for a story that the store does not have because it was told to forget it.
func (s *salvage) erased(ctx context.Context, theirs news.Story) error {
	name, err := s.p.Store.Withdrawn(ctx, theirs.ID)
	if err != nil || name == "" {
		return err
	}
	for _, a := range theirs.Articles {
		s.out.Kept = append(s.out.Kept, Conflict{Story: theirs.ID, Lang: a.Lang, Theirs: a.Number, Newest: "ours"})
	}
	return errErased
}

func (s *salvage) read(ctx context.Context, paths []string) (ninjs.Document, error) {
	var docs []ninjs.Document
	for _, path := range paths {
		b, err := s.body(ctx, path)
		if err != nil {
			return ninjs.Document{}, err
		}
		d, err := ninjs.Decode(b)
		if err == nil && !besidePage(path, d.Story) {
			err = errors.New("stands at another story's address")
		}
		if err != nil {
			return d, &unreadableError{err}
		}
		docs = append(docs, d)
	}
	d, err := ninjs.Join(docs...)
	if err != nil {
		err = &unreadableError{err}
	}
	return d, err
}

// besidePage says whether a document stands beside the page of the article that it is of.
func besidePage(path string, st news.Story) bool {
	page := site.StoryPath(st.Articles[0].Lang, st.Address)
	return path == strings.TrimSuffix(page, "index.html")+ninjs.FileName
}

// media brings the renditions of a story's media back, by the hashes that the edition has proved.
func (s *salvage) media(ctx context.Context, d ninjs.Document) error {
	for _, m := range d.Media {
		_, err := s.p.Store.Media(ctx, m.ID)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		bytes := map[string][]byte{}
		for _, r := range m.Renditions {
			b, err := s.body(ctx, d.Paths[r.SHA256])
			if errors.Is(err, store.ErrNotFound) || err == nil && edition.Sum(b).String() != r.SHA256 {
				return &unreadableError{fmt.Errorf("the edition has not the bytes of %s %s", m.Name, r.Name)}
			}
			if err != nil {
				return err
			}
			bytes[r.Name] = b
		}
		if err := s.p.Store.PutMedia(ctx, m, bytes); err != nil {
			return err
		}
		s.out.Media++
	}
	return nil
}

// write writes the stories that wait.
func (s *salvage) write(ctx context.Context) error {
	results, err := s.p.Store.Rebuild(ctx, s.batch)
	for i, r := range results {
		if i > 0 && s.batch[i].Story.ID == s.batch[i-1].Story.ID {
			continue // the store's own words, on top of the edition's
		}
		s.out.ArticlesNew += len(r.New)
		s.out.ArticlesNewer += len(r.Changed)
		s.out.ArticlesSame += len(r.Left)
	}
	s.batch = nil
	return err
}

// takenBack withdraws in the store what an earlier edition showed and this one does not: it was taken back since, and
// the next publish must not bring it out again.
func (s *salvage) takenBack(ctx context.Context) error {
	var gone []string
	err := all(s.p.Store.Files(ctx, "story/"), func(f store.File) error {
		if _, still := s.byPath[f.Path]; !still && strings.HasSuffix(f.Path, "/index.html") {
			gone = append(gone, f.Path)
		}
		return nil
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	was := map[string]bool{}
	for _, path := range gone {
		if tag, _, _ := strings.Cut(path, "/"); slices.Contains(s.head.Manifest.Languages, tag) {
			was[path] = true
		}
	}
	return all(s.snap.Stories(ctx), func(id string) error { return s.withdraw(ctx, id, was) })
}

// withdraw withdraws the articles of a story whose pages are among some.
func (s *salvage) withdraw(ctx context.Context, id string, gone map[string]bool) error {
	story, err := s.p.Store.Story(ctx, id)
	if err != nil {
		return err
	}
	var articles []news.Article
	left := 0 // those that readers may still see
	for _, a := range story.Articles {
		if a.Status != news.Withdrawn {
			left++
		}
		if a.Status == news.Published && gone[site.StoryPath(a.Lang, story.Address)] {
			a.Status = news.Withdrawn
			articles = append(articles, a)
			s.out.Withdrawn = append(s.out.Withdrawn, fmt.Sprintf("%s in %s", id, a.Lang))
		}
	}
	if len(articles) == 0 {
		return nil
	}
	if len(articles) == left { // what remembers that an import may not bring it back is lost too
		return s.p.Store.Withdraw(ctx, id, false)
	}
	story.Articles = articles
	_, err = s.p.Store.Put(ctx, story)
	return err
}
