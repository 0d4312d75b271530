package publish

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// compare sets the edition's words of a story against the store's own, and says what becomes of each article. It
// returns those of the store's own that go on top of the edition's.
func (s *salvage) compare(ctx context.Context, ours news.Story, theirs *ninjs.Document) (again []news.Article, err error) {
	shown, err := s.snap.Story(ctx, ours.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	media := map[string]news.Media{}
	for _, a := range ours.Articles {
		for id := range a.Revision.Media() {
			if media[id], err = s.p.Store.Media(ctx, id); err != nil {
				return nil, err
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
		number, onTop := s.disagree(ours.ID, o, t)
		theirs.Story.Articles[i].Number = number
		if onTop {
			o.Number = number + 1
			again = append(again, o)
		}
	}
	theirs.Story = joined(ours, theirs.Story)
	return again, nil
}

// disagree notes an article of which the store has words that readers have not seen. It returns the number to write the
// edition's words under, and whether the store's own go on top of them. The newer of both become the newest revision,
// the edition's where neither say so. A draft is never put in the place of what readers have, and what was withdrawn here
// stays so.
func (s *salvage) disagree(story string, o, t news.Article) (number int, onTop bool) {
	c := Conflict{Story: story, Lang: o.Lang, Ours: o.Number, Theirs: t.Number, Newest: "ours"}
	number = t.Number
	if o.Number <= t.Number { // otherwise the edition's are an earlier revision of the store's
		number = max(number, o.Number+1)
		onTop = o.Status == news.Withdrawn || o.Status == news.Published && changed(o).After(changed(t))
		if !onTop {
			c.Newest = "theirs"
		}
	}
	s.out.Kept = append(s.out.Kept, c)
	return number, onTop
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

// missing returns the articles of some in languages that others don't have.
func missing(some, others []news.Article) []news.Article {
	return slices.DeleteFunc(slices.Clone(some), func(a news.Article) bool {
		_, ok := articleIn(news.Story{Articles: others}, a.Lang)
		return ok
	})
}
