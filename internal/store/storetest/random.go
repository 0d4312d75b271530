package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// testRandom puts random stories and comments, and settles at random times. After each Settle the snapshot must hold what the model
// says, and the change log must name all that differs from the snapshot before, and nothing else.
func testRandom(t *testing.T, b *bench) {
	puts := 700
	if testing.Short() {
		puts = 200
	}
	const seed = 20261122
	g := generator{random(seed), new(int)}
	m := newModel([]string{"en", "fa", "sr-Cyrl"}, []string{"sea", "war"})
	before := m.settle(noon, nil)
	hour := -100
	for n := range puts {
		s := g.story()
		want := m.put(s)
		got, err := b.Put(t.Context(), s)
		b.must(err)
		equal(t, fmt.Sprintf("put %d", n), got, want)
		if g.one(4) {
			c := comment(fmt.Sprint(g.IntN(4)), hours(g.IntN(3)), fmt.Sprint("Comment ", n))
			m.comment(s.ID, c)
			_, err := b.PutBatch(t.Context(), store.Batch{Comments: map[string][]news.Comment{s.ID: {c}}})
			b.must(err)
			equal(t, fmt.Sprintf("comments after put %d", n), b.comments(s.ID), m.commentsOf(s.ID))
		}
		if g.one(2) {
			to := g.moved()
			m.moved[to.Address] = to.ArticleID
			b.must(b.PutMoved(t.Context(), []store.Moved{to}))
		}
		if g.IntN(5) > 0 {
			continue
		}
		if hour += g.IntN(5) - 1; g.one(15) {
			hour += 24 * g.IntN(25) // over the end of a month now and then
		}
		*g.now = hour
		changes := b.changes(hours(hour))
		stored := read(b.snapshot(), m.languages, m.topics)
		after := m.settle(hours(hour), stored.Stories)
		equal(t, fmt.Sprintf("content after put %d", n), stored, after)
		d := difference{model: m, before: before, after: after}
		equal(t, fmt.Sprintf("changes after put %d", n), changes, d.run())
		checkSlugs(t, m)
		if t.Failed() {
			t.FailNow()
		}
		before = after
	}
}

// checkSlugs checks that no two stories stand at one slug.
func checkSlugs(t *testing.T, m *model) {
	t.Helper()
	taken := map[string]string{}
	for id, s := range m.stories {
		slug := s.Address.Slug
		if other, ok := taken[slug]; ok && slug != "" {
			t.Errorf("stories %q and %q both have the slug %q", id, other, slug)
		}
		taken[slug] = id
	}
}

// A generator makes stories at random, few enough of each thing that they meet, for an hour that hours takes.
type generator struct {
	*rand.Rand
	now *int
}

// one says yes one time in n.
func (g generator) one(n int) bool { return g.IntN(n) == 0 }

func (g generator) id() string { return fmt.Sprintf("داستان %d", g.IntN(60)) }

// moved says that an article, which may not be there, stood at one of a few addresses.
func (g generator) moved() store.Moved {
	at := []string{"lantern.example/2014/%d", "old.example/2014/%d", "lantern.example/2014/%d.html", "lantern.example?p=%d", "lantern.example/مرز/%d"}
	return store.Moved{Address: fmt.Sprintf(at[g.IntN(len(at))], g.IntN(9)),
		ArticleID: store.ArticleID{Story: g.id(), Lang: []string{"en", "fa"}[g.IntN(2)]}}
}

func (g generator) story() news.Story {
	s := news.Story{ID: g.id()}
	if g.one(3) {
		s.Slug = fmt.Sprint("wish ", g.IntN(20))
	}
	for _, lang := range []string{"en", "fa", "sr-Cyrl"} {
		if g.one(2) {
			s.Articles = append(s.Articles, g.article(lang))
		}
	}
	if len(s.Articles) == 0 {
		s.Articles = append(s.Articles, g.article("en"))
	}
	if g.one(8) {
		s.Sources = []news.Source{{ID: "a", Kind: news.Anonymous, Identity: fmt.Sprint("N. ", g.IntN(2))}, {ID: "o", Kind: news.Own}}
		s.Sources = s.Sources[g.IntN(2):]
	}
	return s
}

func (g generator) article(lang string) news.Article {
	a := article(lang, fmt.Sprint("Headline ", g.IntN(3)), hours(*g.now+10*g.IntN(30)-200))
	switch g.IntN(10) {
	case 0:
		a.Status = news.Draft
	case 1:
		a.Status = news.Withdrawn
	case 2:
		a.Updated = hours(g.IntN(3))
	case 3:
		a.Revision.Kicker, a.Revision.Standfirst = "Kicker", "Standfirst"
	}
	for _, slug := range []string{"war", "sea"} {
		if g.one(3) {
			name := strings.ToUpper(slug)
			if g.one(10) {
				name = strings.ToLower(slug)
			}
			a.Revision.Topics = append(a.Revision.Topics, news.Topic{Slug: slug, Name: name})
		}
	}
	if g.one(3) {
		a.Revision.Body[0].Text[0].Link = "story:" + g.id()
	}
	if g.one(4) {
		a.Breaking = a.Published.Add(time.Duration(1+g.IntN(48)) * time.Hour)
	}
	g.more(&a.Revision)
	if a.Breaking.IsZero() && g.one(6) {
		a.Revision.Standing = true
	}
	return a
}

// more adds what few articles have.
func (g generator) more(r *news.Revision) {
	name := "Name"
	if g.one(10) {
		name = "Other name"
	}
	if g.one(4) {
		r.Places = []news.Place{{Slug: somePlace, Name: name}}
	}
	if g.one(4) {
		r.Bylines = []news.Byline{{Slug: someAuthor, Name: name}, {Name: "N. N.", Protected: true}}
	}
	if g.one(4) {
		r.Related = []string{g.id()}
	}
	if g.one(6) {
		r.Lead = &news.Figure{Missing: fmt.Sprint("pictures/", g.IntN(2), ".jpg"), Alt: "A road"}
	}
	for n := range g.IntN(3) * g.IntN(2) {
		r.Corrections = append(r.Corrections, news.Correction{Time: hours(10*n + g.IntN(2)), Text: fmt.Sprint("It was ", g.IntN(2))})
	}
}
