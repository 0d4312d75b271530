package storetest

import (
	"math/rand/v2"

	"coranto/internal/news"
	"coranto/internal/store"
)

// content is all that a snapshot tells, so that two can be compared.
type content struct {
	Stories   map[string]news.Story
	Order     []string
	Languages []string
	Topics    map[string][]news.Topic
	Lists     map[store.List]listContent
	Days      map[string]map[string][]store.Headline // by language and day
	Counts    [2]int
}

type listContent struct {
	Newest []store.Headline // FrontSize of them
	Pages  [][]store.Headline
}

// read reads all of a snapshot, of the lists those of the languages and topics named.
func read(v *view, languages, topics []string) content {
	v.t.Helper()
	ctx := v.t.Context()
	c := content{Stories: map[string]news.Story{}, Topics: map[string][]news.Topic{}, Lists: map[store.List]listContent{},
		Days: map[string]map[string][]store.Headline{}}
	for id, err := range v.Stories(ctx) {
		v.must(err)
		c.Order = append(c.Order, id)
		c.Stories[id] = v.story(id)
	}
	var err error
	c.Languages, err = v.Languages(ctx)
	v.must(err)
	for _, lang := range languages {
		c.Topics[lang], err = v.Topics(ctx, lang)
		v.must(err)
		for _, topic := range append([]string{""}, topics...) {
			l := store.List{Lang: lang, Topic: topic}
			c.Lists[l] = v.list(l)
		}
		c.Days[lang] = v.days(lang)
	}
	c.Counts[0], c.Counts[1], err = v.Counts(ctx)
	v.must(err)
	return c
}

func (v *view) list(l store.List) listContent {
	v.t.Helper()
	c := listContent{Newest: v.newest(l, store.FrontSize)}
	for n := 1; n <= v.pages(l); n++ {
		c.Pages = append(c.Pages, v.page(l, n))
	}
	return c
}

func (v *view) days(lang string) map[string][]store.Headline {
	v.t.Helper()
	days, err := v.Days(v.t.Context(), lang, "")
	v.must(err)
	m := map[string][]store.Headline{}
	for _, day := range days {
		m[day], err = v.Day(v.t.Context(), lang, day)
		v.must(err)
	}
	return m
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
