package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// A bench is a store under test with the calls that tests make, which fail the test when the store returns an error.
type bench struct {
	store.Store
	t    *testing.T
	open func(t *testing.T) store.Store
}

// noon is the time that the tests count from.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func hours(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

// article returns a published article of one paragraph.
func article(lang, headline string, published time.Time, topics ...string) news.Article {
	a := news.Article{Lang: lang, Status: news.Published, Published: published, Revision: news.Revision{
		Headline: headline, Body: body("Text of " + headline)}}
	for _, slug := range topics {
		a.Revision.Topics = append(a.Revision.Topics, news.Topic{Slug: slug, Name: strings.ToUpper(slug)})
	}
	return a
}

func body(text string) []news.Block {
	return []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: text}}}}
}

func story(id string, articles ...news.Article) news.Story {
	return news.Story{ID: id, Articles: articles}
}

// series returns n English stories s00, s01, …, an hour apart from noon on.
func series(n int) []news.Story {
	stories := make([]news.Story, n)
	for i := range stories {
		id := fmt.Sprintf("s%02d", i)
		stories[i] = story(id, article("en", "Headline of "+id, hours(i)))
	}
	return stories
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) want(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("got error %v, want %v", err, want)
	}
}

func (b *bench) put(stories ...news.Story) {
	b.t.Helper()
	_, err := b.PutMany(b.t.Context(), stories)
	b.must(err)
}

func (b *bench) settle(asOf time.Time) {
	b.t.Helper()
	b.must(b.Settle(b.t.Context(), asOf))
}

// snapshot opens a snapshot that is closed with the test.
func (b *bench) snapshot() *view {
	b.t.Helper()
	s, err := b.Snapshot(b.t.Context())
	b.must(err)
	b.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.t.Error(err)
		}
	})
	return &view{Snapshot: s, t: b.t}
}

// changes settles and returns what changed by it.
func (b *bench) changes(asOf time.Time) []store.Change {
	b.t.Helper()
	before := b.snapshot().Seq()
	b.settle(asOf)
	return b.snapshot().changes(before)
}

// A view is a snapshot with the calls that tests make.
type view struct {
	store.Snapshot
	t *testing.T
}

func (v *view) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// changes returns what changed after a position, without the positions, sorted by kind and content.
func (v *view) changes(after int64) []store.Change {
	v.t.Helper()
	var all []store.Change
	last := after
	for c, err := range v.Changes(v.t.Context(), after) {
		v.must(err)
		if c.Seq <= last || c.Seq > v.Seq() {
			v.t.Errorf("got change %d after %d, want it above and up to %d", c.Seq, last, v.Seq())
		}
		last = c.Seq
		c.Seq = 0
		all = append(all, c)
	}
	return sortedChanges(all)
}

func sortedChanges(cs []store.Change) []store.Change {
	slices.SortFunc(cs, func(a, b store.Change) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return cs
}

func (v *view) newest(l store.List, n int) []store.Headline {
	v.t.Helper()
	hs, err := v.Newest(v.t.Context(), l, n)
	v.must(err)
	return hs
}

func (v *view) page(l store.List, n int) []store.Headline {
	v.t.Helper()
	hs, err := v.Page(v.t.Context(), l, n)
	v.must(err)
	return hs
}

func (v *view) pages(l store.List) int {
	v.t.Helper()
	n, err := v.Pages(v.t.Context(), l)
	v.must(err)
	return n
}

func (v *view) story(id string) news.Story {
	v.t.Helper()
	s, err := v.Story(v.t.Context(), id)
	v.must(err)
	return s
}

// ids returns the stories of headlines, in their order.
func ids(hs []store.Headline) []string {
	var out []string
	for _, h := range hs {
		out = append(out, h.Story)
	}
	return out
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want)
	at := 0
	for at < min(len(g), len(w)) && g[at] == w[at] {
		at++
	}
	at = max(0, at-200) // a whole newsroom is too much to look through
	t.Errorf("%s, from character %d on:\n got %.800s\nwant %.800s", what, at, g[at:], w[at:])
}

// The changes that tests expect, by what they are about.

func storyChange(id string, a news.Address) store.Change {
	return store.Change{Kind: store.StoryChanged, Story: id, Address: a}
}

// articleChange is of a story of which the article in one language alone differs.
func articleChange(id, lang string, a news.Address) store.Change {
	return store.Change{Kind: store.StoryChanged, Story: id, Address: a, List: store.List{Lang: lang}}
}

func placeChange(lang, topic string, page int, first bool) store.Change {
	return store.Change{Kind: store.PlaceChanged, List: store.List{Lang: lang, Topic: topic}, Page: page, First: first}
}

func newestChange(lang, topic string) store.Change {
	return store.Change{Kind: store.NewestChanged, List: store.List{Lang: lang, Topic: topic}}
}

func dayChange(lang, day string, first bool) store.Change {
	return store.Change{Kind: store.DayChanged, List: store.List{Lang: lang}, Day: day, First: first}
}

// expect fails the test unless the changes are the wanted ones, but for those of packs.
func expect(t *testing.T, got []store.Change, want ...store.Change) {
	t.Helper()
	got = slices.DeleteFunc(slices.Clone(got), isPack)
	if len(got) == 0 {
		got = nil
	}
	equal(t, "changes", got, sortedChanges(want))
}

// expectPacks fails the test unless the packs of a language that changed are the wanted ones: periods, with a "!" where
// the pack came into being or went.
func expectPacks(t *testing.T, what string, got []store.Change, lang string, want ...string) {
	t.Helper()
	var periods []string
	for _, c := range got {
		if !isPack(c) || c.List.Lang != lang {
			continue
		}
		if c.First {
			c.Period += "!"
		}
		periods = append(periods, c.Period)
	}
	slices.Sort(periods)
	slices.Sort(want)
	equal(t, what+": packs that changed", periods, want)
}

func isPack(c store.Change) bool { return c.Kind == store.PackChanged }
