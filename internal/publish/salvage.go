package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

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
	batch []store.Rebuilt
	ours  []news.Story // newer words of the store's own, to be put on top of what the edition has
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
	return s.write(ctx)
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

// story takes over one story. One that can't be read is noted, and keeps no other from coming back.
func (s *salvage) story(ctx context.Context, paths []string) error {
	theirs, err := s.read(ctx, paths)
	if err == nil {
		err = s.media(ctx, theirs)
	}
	if err != nil {
		s.out.Unread = append(s.out.Unread, fmt.Sprintf("%s: %v", paths[0], err))
		return ctx.Err()
	}
	ours, err := s.p.Store.Story(ctx, theirs.Story.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil {
		if err := s.compare(ctx, ours, &theirs); err != nil {
			return err
		}
	}
	for _, source := range theirs.Story.Sources {
		if source.Kind == news.Anonymous && source.Identity == "" {
			s.out.Anonymous++
		}
	}
	r := store.Rebuilt{Story: theirs.Story, Pages: map[store.List]int{}}
	for l, n := range s.pages[theirs.Story.Address] {
		if slices.ContainsFunc(theirs.Story.Articles, func(a news.Article) bool { return a.Lang == l.Lang }) {
			r.Pages[l] = n
		}
	}
	if s.batch = append(s.batch, r); len(s.batch) < batchSize {
		return nil
	}
	return s.write(ctx)
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
			return d, err
		}
		docs = append(docs, d)
	}
	return ninjs.Join(docs...)
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
			if bytes[r.Name], err = s.body(ctx, d.Paths[r.SHA256]); err != nil {
				return err
			}
		}
		if err := s.p.Store.PutMedia(ctx, m, bytes); err != nil {
			return err
		}
		s.out.Media++
	}
	return nil
}

// compare sets the edition's words of a story against the store's own, and says what becomes of each article.
func (s *salvage) compare(ctx context.Context, ours news.Story, theirs *ninjs.Document) error {
	shown, err := s.snap.Story(ctx, ours.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	media := map[string]news.Media{}
	for _, a := range ours.Articles {
		for f := range a.Revision.Figures() {
			if media[f.Media], err = s.p.Store.Media(ctx, f.Media); err != nil {
				return err
			}
		}
	}
	for i, t := range theirs.Story.Articles {
		o, ok := articleIn(ours, t.Lang)
		if !ok || sameWords(ours, media, *theirs, t.Lang) {
			continue
		}
		was, _ := articleIn(shown, t.Lang)
		if o.Number < t.Number && o.Number == was.Number {
			continue // what readers had at the time of the backup, and something newer since
		}
		theirs.Story.Articles[i].Number = s.disagree(ours, o, t)
	}
	theirs.Story = joined(ours, theirs.Story)
	return nil
}

// disagree notes an article of which the store has words that readers have not seen, and returns the number to write the
// edition's words under. The newer of both become its newest revision, the edition's where neither say so: a draft is
// never put in the place of what readers have.
func (s *salvage) disagree(ours news.Story, o, t news.Article) (number int) {
	c := Conflict{Story: ours.ID, Lang: o.Lang, Ours: o.Number, Theirs: t.Number, Newest: "ours"}
	number = t.Number
	switch newer := o.Status != news.Draft && changed(o).After(changed(t)); {
	case o.Number > t.Number: // the edition's are an earlier revision of the store's
	case newer:
		again := ours
		again.Articles = []news.Article{o}
		s.ours = append(s.ours, again)
		number = max(number, o.Number+1)
	default:
		c.Newest = "theirs"
		number = max(number, o.Number+1)
	}
	s.out.Kept = append(s.out.Kept, c)
	return number
}

// changed is when an article was last changed, by its own word.
func changed(a news.Article) time.Time {
	if a.Updated.After(a.Published) {
		return a.Updated
	}
	return a.Published
}

func articleIn(st news.Story, tag string) (news.Article, bool) {
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == tag })
	if i < 0 {
		return news.Article{}, false
	}
	return st.Articles[i], true
}

// sameWords says whether readers would see the same of an article in the store and in the edition, links to other
// stories and the revision's number aside.
func sameWords(ours news.Story, media map[string]news.Media, theirs ninjs.Document, tag string) bool {
	refs := ninjs.Refs{
		Media: media, Linked: func(string) bool { return false },
		Path: func(_ news.Media, r news.Rendition) string { return r.SHA256 },
	}
	a, errA := ninjs.Of(ours, tag, refs)
	refs.Media = map[string]news.Media{}
	for _, m := range theirs.Media {
		refs.Media[m.ID] = m
	}
	b, errB := ninjs.Of(theirs.Story, tag, refs)
	if errA != nil || errB != nil {
		return false
	}
	x, y := a.Story.Articles[0], b.Story.Articles[0]
	x.Number, y.Number = 0, 0
	return reflect.DeepEqual(x, y)
}

// joined returns the edition's story with what only the store knows of its sources: who the anonymous ones are, and
// those that no public article leans on.
func joined(ours, theirs news.Story) news.Story {
	sources, claims := slices.Clone(ours.Sources), slices.Clone(ours.Claims)
	for _, t := range theirs.Sources {
		i := slices.IndexFunc(sources, func(o news.Source) bool { return o.ID == t.ID })
		if i < 0 {
			sources = append(sources, t)
			continue
		}
		o := &sources[i]
		if o.Kind != t.Kind {
			*o = t
			continue
		}
		o.Name, o.Reason = merged(o.Name, t.Name), merged(o.Reason, t.Reason)
	}
	for _, t := range theirs.Claims {
		if i := slices.IndexFunc(claims, func(o news.Claim) bool { return o.ID == t.ID }); i >= 0 {
			claims[i] = t
		} else {
			claims = append(claims, t)
		}
	}
	theirs.Sources, theirs.Claims = sources, claims
	return theirs
}

func merged(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	m := maps.Clone(a)
	if m == nil {
		m = map[string]string{}
	}
	maps.Copy(m, b)
	return m
}

// write writes the stories that wait: all at once, or, where one of them is refused, each by itself.
func (s *salvage) write(ctx context.Context) error {
	batch, ours := s.batch, s.ours
	s.batch, s.ours = nil, nil
	if err := s.rebuild(ctx, batch...); err != nil {
		for _, r := range batch {
			if err := s.rebuild(ctx, r); err != nil {
				s.out.Unread = append(s.out.Unread, err.Error())
			}
		}
	}
	if err := ctx.Err(); err != nil || len(ours) == 0 {
		return err
	}
	_, err := s.p.Store.PutMany(ctx, ours)
	return err
}

func (s *salvage) rebuild(ctx context.Context, stories ...store.Rebuilt) error {
	results, err := s.p.Store.Rebuild(ctx, stories)
	for _, r := range results {
		s.out.ArticlesNew += len(r.New)
		s.out.ArticlesNewer += len(r.Changed)
		s.out.ArticlesSame += len(r.Left)
	}
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
