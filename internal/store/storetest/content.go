package storetest

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"coranto/internal/news"
	"coranto/internal/store"
)

// content is all that a snapshot tells, so that two can be compared.
type content struct {
	Stories   map[string]news.Story
	Order     []string
	Languages []string
	Topics    map[string][]news.Topic
	Places    map[string][]news.Place
	Authors   map[string][]news.Byline
	Lists     map[store.List]listContent
	Days      map[string]map[string][]store.Headline // by language and day
	Bars      map[string][]store.Breaking
	Record    map[string][]store.Correction
	Counts    [2]int
	Packs     map[string]map[string][]packed // by language and period, the seed among them
	Old       []store.OldAddress
	OldPaths  []string
}

// packed is an article in a pack.
type packed struct {
	store.Outing
	Story news.Story
}

// The place and the author that the tests look at the lists of.
const (
	somePlace  = "minsk"
	someAuthor = "ann"
)

// listsOf returns the lists of a language that the tests look at.
func listsOf(lang string, topics []string) []store.List {
	lists := []store.List{{Lang: lang}, {Lang: lang, Place: somePlace}, {Lang: lang, Author: someAuthor}, {Lang: lang, Standing: true}}
	for _, t := range topics {
		lists = append(lists, store.List{Lang: lang, Topic: t})
	}
	return lists
}

func newContent() content {
	return content{Stories: map[string]news.Story{}, Topics: map[string][]news.Topic{}, Places: map[string][]news.Place{},
		Authors: map[string][]news.Byline{}, Lists: map[store.List]listContent{}, Days: map[string]map[string][]store.Headline{},
		Bars: map[string][]store.Breaking{}, Record: map[string][]store.Correction{},
		Packs: map[string]map[string][]packed{}}
}

type listContent struct {
	Newest []store.Headline // FrontSize of them
	Pages  [][]store.Headline
}

// read reads all of a snapshot, of the lists those of the languages and topics named.
func read(v *view, languages, topics []string) content {
	v.t.Helper()
	ctx := v.t.Context()
	c := newContent()
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
		c.Places[lang], err = v.Places(ctx, lang)
		v.must(err)
		c.Authors[lang], err = v.Authors(ctx, lang)
		v.must(err)
		for _, l := range listsOf(lang, topics) {
			c.Lists[l] = v.list(l)
		}
		c.Bars[lang], err = v.Breaking(ctx, lang)
		v.must(err)
		c.Record[lang], err = v.Corrections(ctx, lang, 1000)
		v.must(err)
		c.Days[lang] = v.days(lang)
		c.Packs[lang] = v.packs(lang)
	}
	for o, err := range v.OldAddresses(ctx) {
		v.must(err)
		c.Old = append(c.Old, o)
		at, err := v.OldAddressesAt(ctx, store.OldPath(o.At))
		v.must(err)
		if store.OldPath(o.At) != "" && !slices.Contains(at, o) || !slices.IsSortedFunc(at, byAddress) {
			v.t.Errorf("%s is not among those at its path: %v", o.At, at)
		}
	}
	for p, err := range v.OldPaths(ctx) {
		v.must(err)
		c.OldPaths = append(c.OldPaths, p)
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

func byAddress(a, b store.OldAddress) int { return cmp.Compare(a.At, b.At) }

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// packs reads all packs of a language, and its seed.
func (v *view) packs(lang string) map[string][]packed {
	v.t.Helper()
	there, err := v.Packs(v.t.Context(), lang)
	v.must(err)
	m := map[string][]packed{}
	for _, p := range there {
		outings, err := v.Pack(v.t.Context(), lang, p.Period)
		v.must(err)
		if len(outings) != p.Articles || len(outings) == 0 {
			v.t.Errorf("pack %s of %s: got %d articles, want %d, at least one", p.Period, lang, len(outings), p.Articles)
		}
		m[p.Period] = v.articles(lang, outings)
	}
	seed, err := v.Seed(v.t.Context(), lang)
	v.must(err)
	if len(seed) > 0 {
		m[store.SeedPeriod] = v.articles(lang, seed)
	}
	return m
}

func (v *view) articles(lang string, outings []store.Outing) (all []packed) {
	v.t.Helper()
	for _, o := range outings {
		s, err := v.ArticleAt(v.t.Context(), o.Story, lang, o.Number)
		v.must(err)
		all = append(all, packed{o, s})
	}
	return all
}
