package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// pack returns the articles of a pack as "story number".
func (v *view) pack(lang, period string) (all []string) {
	v.t.Helper()
	outings, err := v.Pack(v.t.Context(), lang, period)
	v.must(err)
	return outed(outings)
}

func outed(outings []store.Outing) (all []string) {
	for _, o := range outings {
		all = append(all, fmt.Sprintf("%s %d", o.Story, o.Number))
	}
	return all
}

// periods returns the periods of a language's packs.
func (v *view) periods(lang string) (all []string) {
	v.t.Helper()
	packs, err := v.Packs(v.t.Context(), lang)
	v.must(err)
	for _, p := range packs {
		all = append(all, p.Period)
	}
	return all
}

// reword puts a story with one more word.
func (b *bench) reword(s news.Story) {
	b.t.Helper()
	a := &s.Articles[0].Revision
	a.Body = append(slices.Clone(a.Body), body("More.")...)
	b.put(s)
}

func testOutings(t *testing.T, b *bench) {
	s := story("s", article("en", "S", noon), article("fa", "س", hours(2)))
	b.put(s, story("a", article("en", "A", noon)))
	got := b.changes(noon)
	expectPacks(t, "first outing", got, "en", "2026-11-22!", "2026-11-22T12!")
	expectPacks(t, "under embargo", got, "fa", []string(nil)...)
	equal(t, "the hour", b.snapshot().pack("en", "2026-11-22T12"), []string{"a 1", "s 1"})

	expectPacks(t, "nothing new", b.changes(hours(2).Add(-1)), "en", []string(nil)...)
	got = b.changes(hours(2))
	expectPacks(t, "another language fell due", got, "en", []string(nil)...)
	expectPacks(t, "it fell due", got, "fa", "2026-11-22!", "2026-11-22T14!")

	b.reword(s)
	expectPacks(t, "a correction", b.changes(hours(3)), "en", "2026-11-22", "2026-11-22T15!")
	v := b.snapshot()
	equal(t, "the first hour", v.pack("en", "2026-11-22T12"), []string{"a 1", "s 1"})
	equal(t, "the hour of the correction", v.pack("en", "2026-11-22T15"), []string{"s 2"})
	equal(t, "the day", v.pack("en", today), []string{"a 1", "s 2"})
	equal(t, "no pack of this month yet", v.pack("en", "2026-11"), nil)
	old, err := v.ArticleAt(t.Context(), "s", "en", 1)
	b.must(err)
	equal(t, "words of the first revision", len(old.Articles[0].Revision.Body), 1)
	for _, never := range []struct {
		id, lang string
		number   int
	}{{"s", "en", 3}, {"s", "ru", 1}, {"other", "en", 1}} {
		_, err := v.ArticleAt(t.Context(), never.id, never.lang, never.number)
		b.want(err, store.ErrNotFound)
	}
	for _, bad := range []string{"", "s0", "s1", "sx", "2026-11-22T99", "2026", "../x"} {
		equal(t, "pack "+bad, v.pack("en", bad), nil)
	}
}

// testOutingsBackInTime settles at a time before the last one: what came out after it comes out again, at that time.
func testOutingsBackInTime(t *testing.T, b *bench) {
	s := story("s", article("en", "S", noon))
	b.put(s)
	b.settle(noon)
	want := read(b.snapshot(), []string{"en"}, nil).Packs
	b.put(story("later", article("en", "Later", hours(2))))
	b.settle(hours(2))
	expectPacks(t, "back", b.changes(noon), "en", "2026-11-22", "2026-11-22T14!")
	equal(t, "packs", read(b.snapshot(), []string{"en"}, nil).Packs, want)

	b.reword(s)
	b.settle(hours(50)) // two days later
	equal(t, "periods", b.snapshot().periods("en"), []string{"2026-11-22", "2026-11-24", "2026-11-24T14"})
	expectPacks(t, "back again", b.changes(noon.Add(time.Minute)), "en", "2026-11-22", "2026-11-22T12!", "2026-11-24!", "2026-11-24T14!")
	equal(t, "the correction", b.snapshot().pack("en", "2026-11-22T12"), []string{"s 2"})
}

// testPackPeriods goes over the ends of a day, a month and a year.
func testPackPeriods(t *testing.T, b *bench) {
	at := func(text string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", text)
		b.must(err)
		return v
	}
	for _, step := range []struct {
		time    string
		changed []string
		there   []string
	}{
		{"2026-11-30 23:59", []string{"2026-11-30!", "2026-11-30T23!"}, []string{"2026-11-30", "2026-11-30T23"}},
		{"2026-12-01 00:00", []string{"2026-11!", "2026-12-01!", "2026-12-01T00!"},
			[]string{"2026-11", "2026-11-30", "2026-11-30T23", "2026-12-01", "2026-12-01T00"}},
		{"2026-12-02 05:00", []string{"2026-11-30T23!", "2026-12-02!", "2026-12-02T05!"},
			[]string{"2026-11", "2026-11-30", "2026-12-01", "2026-12-01T00", "2026-12-02", "2026-12-02T05"}},
		{"2026-12-31 10:00", []string{"2026-12-01T00!", "2026-12-02T05!", "2026-12-31!", "2026-12-31T10!"},
			[]string{"2026-11", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-31", "2026-12-31T10"}},
		{"2027-01-01 10:00", []string{"2026-11-30!", "2026-12!", "2027-01-01!", "2027-01-01T10!"},
			[]string{"2026-11", "2026-12", "2026-12-01", "2026-12-02", "2026-12-31", "2026-12-31T10", "2027-01-01", "2027-01-01T10"}},
		{"2027-04-01 10:00", []string{"2026-12-01!", "2026-12-02!", "2026-12-31!", "2026-12-31T10!", "2027-01!", "2027-01-01!",
			"2027-01-01T10!", "2027-04-01!", "2027-04-01T10!"}, []string{"2026-11", "2026-12", "2027-01", "2027-04-01", "2027-04-01T10"}},
	} {
		b.put(story(step.time, article("en", "At "+step.time, at(step.time))))
		expectPacks(t, step.time, b.changes(at(step.time)), "en", step.changed...)
		equal(t, step.time, b.snapshot().periods("en"), step.there)
		expectPacks(t, "an hour on", b.changes(at(step.time).Add(time.Hour)), "en", []string(nil)...)
		b.settle(at(step.time))
	}
	equal(t, "a month", b.snapshot().pack("en", "2026-12"), []string{"2026-12-01 00:00 1", "2026-12-02 05:00 1", "2026-12-31 10:00 1"})

	gone := story("2027-04-01 10:00", article("en", "Gone", at("2027-04-01 10:00"))) // the newest goes: January is open again
	gone.Articles[0].Status = news.Withdrawn
	b.put(gone)
	b.settle(at("2027-04-02 10:00"))
	equal(t, "periods without the newest", b.snapshot().periods("en"),
		[]string{"2026-11", "2026-12", "2026-12-01", "2026-12-02", "2026-12-31", "2026-12-31T10", "2027-01-01", "2027-01-01T10"})
}

// testPackAround changes what stands around the words of a revision that a newer one has followed.
func testPackAround(t *testing.T, b *bench) {
	s := story("s", article("en", "S", noon))
	s.Sources = []news.Source{{ID: "a", Kind: news.Anonymous, Identity: "N. N.", Reason: map[string]string{"": "fear"}}}
	s.Claims = []news.Claim{{ID: "c", Source: "a", Check: news.Attributed}, {ID: "d", Source: "a", Check: news.Attributed}}
	s.Articles[0].Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{
		{Text: "see", Link: "story:to"}, {Text: "he says", Claim: "c"}, {Text: "she says", Claim: "d"}}}}
	s.Articles[0].Revision.Related = []string{"next"}
	b.put(s)
	b.settle(noon)
	s.Articles[0].Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "he says", Claim: "c"}}}}
	s.Articles[0].Revision.Related = nil
	b.put(s)
	b.settle(hours(24))
	first, second := []string{"2026-11-22", "2026-11-22T12"}, []string{"2026-11-23", "2026-11-23T12"}

	b.put(story("to", article("fa", "To", hours(24))))
	expectPacks(t, "a linked story came", b.changes(hours(24)), "en", first...)
	b.put(story("next", article("fa", "Next", hours(24))))
	expectPacks(t, "a related story came", b.changes(hours(24)), "en", first...)
	b.put(story("next", article("fa", "Another headline", hours(24))))
	expectPacks(t, "a related story has another headline", b.changes(hours(24)), "en", []string(nil)...)
	to := story("to", article("fa", "To", hours(24)))
	to.Articles[0].Status = news.Draft
	b.put(to)
	expectPacks(t, "the linked story went", b.changes(hours(24)), "en", first...)

	s.Sources[0].Identity = "M. M."
	b.put(s)
	expectPacks(t, "another identity", b.changes(hours(24)), "en", []string(nil)...)
	s.Sources[0].Reason = map[string]string{"": "law"}
	b.put(s)
	expectPacks(t, "another reason", b.changes(hours(24)), "en", append(first, second...)...)
	s.Claims = s.Claims[:1]
	b.put(s)
	expectPacks(t, "a claim went", b.changes(hours(24)), "en", append(first, second...)...)
	old, err := b.snapshot().ArticleAt(t.Context(), "s", "en", 1)
	b.must(err)
	equal(t, "claims", old.Claims, s.Claims)
	equal(t, "identity", old.Sources[0].Identity, "")
	equal(t, "words", old.Articles[0].Revision.Body[0].Text, []news.Span{
		{Text: "see", Link: "story:to"}, {Text: "he says", Claim: "c"}, {Text: "she says"}})
}

// testPackMedia replaces renditions, and takes a picture out of a story whose older revision shows it.
func testPackMedia(t *testing.T, b *bench) {
	m, renditions := media("border", "one")
	b.must(b.PutMedia(t.Context(), m, renditions))
	s := story("s", article("en", "S", noon), article("fa", "س", noon))
	s.Articles[0].Revision.Lead = &news.Figure{Media: m.ID, Alt: "A border"}
	b.put(s)
	b.settle(noon)
	s.Articles[0].Revision.Lead = nil
	b.put(s)
	got := b.changes(hours(24))
	expectPacks(t, "the picture went", got, "en", "2026-11-22", "2026-11-22T12", "2026-11-23!", "2026-11-23T12!")
	expectPacks(t, "the picture went", got, "fa", []string(nil)...)
	other, renditions := media("border", "two")
	other.ID = m.ID
	b.must(b.PutMedia(t.Context(), other, renditions))
	if got := b.changes(hours(24)); !slices.Contains(got, store.Change{Kind: store.PackChanged, List: english, Period: "2026-11-22"}) {
		t.Errorf("another rendition: got %v, want the pack of the day that shows it", got)
	}
	s.Articles[1].Revision.Lead = &news.Figure{Media: m.ID, Alt: "A border"}
	b.put(s)
	expectPacks(t, "another article shows it", b.changes(hours(24)), "en", "2026-11-22", "2026-11-22T12")
}

// testPackProtects protects an author later on: nor do the older revisions name them any more.
func testPackProtects(t *testing.T, b *bench) {
	s := story("s", article("en", "S", noon))
	s.Articles[0].Revision.Bylines = []news.Byline{{Name: "Ann"}, {Name: "Ben", Slug: "ben"}}
	b.put(s)
	b.settle(noon)
	s.Articles[0].Revision.Bylines = []news.Byline{{Name: "Ann"}, {Name: "Ben", Protected: true}}
	b.put(s)
	expectPacks(t, "protected", b.changes(hours(24)), "en", "2026-11-22", "2026-11-22T12", "2026-11-23!", "2026-11-23T12!")
	old, err := b.snapshot().ArticleAt(t.Context(), "s", "en", 1)
	b.must(err)
	equal(t, "bylines", old.Articles[0].Revision.Bylines, []news.Byline{{Name: "Ann"}})
	b.reword(s)
	expectPacks(t, "protected as before", b.changes(hours(25)), "en", "2026-11-23", "2026-11-23T13!",
		"2026-11-22", "2026-11-22T12")
}

// testPackGone takes stories back in every way: none of their revisions is in any pack, not even when they are public again.
func testPackGone(t *testing.T, b *bench) {
	for name, takeBack := range map[string]func(s news.Story){
		"withdraw": func(s news.Story) { b.must(b.Withdraw(t.Context(), s.ID, false)) },
		"erase":    func(s news.Story) { b.must(b.Withdraw(t.Context(), s.ID, true)) },
		"draft": func(s news.Story) {
			s.Articles = slices.Clone(s.Articles)
			s.Articles[0].Status = news.Draft
			b.put(s)
		},
		"embargo": func(s news.Story) {
			s.Articles = slices.Clone(s.Articles)
			s.Articles[0].Published = hours(99)
			b.put(s)
		},
	} {
		s := story(name, article("en", "S", noon))
		b.put(s)
		b.settle(noon)
		b.reword(s)
		b.settle(hours(24))
		takeBack(s)
		got := b.changes(hours(24))
		expectPacks(t, name, got, "en", "2026-11-22!", "2026-11-22T12!", "2026-11-23!", "2026-11-23T12!")
		_, err := b.snapshot().ArticleAt(t.Context(), name, "en", 1)
		b.want(err, store.ErrNotFound)
		if name == "withdraw" || name == "erase" {
			b.must(b.Restore(t.Context(), name))
		}
		b.reword(s)
		b.settle(hours(25))
		all, err := b.snapshot().Packs(t.Context(), "en")
		b.must(err)
		equal(t, name+": packs when it is public again", all, []store.Pack{{Period: "2026-11-23", Articles: 1}, {Period: "2026-11-23T13", Articles: 1}})
		s.Articles[0].Status = news.Withdrawn
		b.put(s)
		b.settle(noon)
	}
}

// testSupplements brings older stories in, in an order that says nothing.
func testSupplements(t *testing.T, b *bench) {
	var want []string
	var stories []news.Story
	for i := range store.PerSupplement + 3 {
		id := fmt.Sprintf("s%03d", i)
		stories = append(stories, story(id, article("en", "Old", hours(-1000-i))))
		want = append(want, id+" 1")
	}
	random(1).Shuffle(len(stories), func(i, j int) { stories[i], stories[j] = stories[j], stories[i] })
	b.put(stories...)
	b.put(story("new", article("en", "New", hours(-48))))
	expectPacks(t, "an import", b.changes(noon), "en", "s1!", "s2!", "2026-11-22!", "2026-11-22T12!", "seed!")
	equal(t, "first", b.snapshot().pack("en", "s1"), want[3:]) // the oldest have the highest numbers
	equal(t, "second", b.snapshot().pack("en", "s2"), want[:3])

	b.put(story("later", article("en", "Imported later", hours(-5000))))
	expectPacks(t, "one more", b.changes(hours(1)), "en", "s2")
	equal(t, "second", b.snapshot().pack("en", "s2"), append(want[:3:3], "later 1"))
	b.reword(story("s100", article("en", "Old", hours(-1100))))
	expectPacks(t, "a correction", b.changes(hours(1)), "en", "2026-11-22", "2026-11-22T13!")

	gone := story("s200", article("en", "Old", hours(-1200)))
	gone.Articles[0].Status = news.Withdrawn
	b.put(gone)
	expectPacks(t, "one goes", b.changes(hours(1)), "en", "s1")
	b.put(story("last", article("en", "Imported last", hours(-1))), story("old", article("en", "Imported last", hours(-99))))
	expectPacks(t, "its place stays empty", b.changes(hours(1)), "en", "s2", "2026-11-22", "2026-11-22T13")
}

func testSeed(t *testing.T, b *bench) {
	var stories []news.Story
	for i := range store.SeedArticles + 2 {
		stories = append(stories, story(fmt.Sprintf("s%02d", i), article("en", "Headline", hours(i))))
	}
	b.put(stories...)
	seed := func() []string {
		all, err := b.snapshot().Seed(t.Context(), "en")
		b.must(err)
		return outed(all)
	}
	has := func(cs []store.Change) bool {
		return slices.ContainsFunc(cs, func(c store.Change) bool { return c.Period == store.SeedPeriod })
	}
	for i := range store.SeedArticles - 1 {
		b.settle(hours(i))
	}
	equal(t, "before there are enough", len(seed()), 0)
	equal(t, "enough", has(b.changes(hours(store.SeedArticles-1))), true)
	want := seed()
	equal(t, "articles", len(want), store.SeedArticles)
	equal(t, "the first", want[0], "s00 1")
	equal(t, "one more article", has(b.changes(hours(store.SeedArticles))), false)
	b.reword(stories[3])
	equal(t, "a correction", has(b.changes(hours(store.SeedArticles))), false)
	equal(t, "the seed stays", seed(), want)
	s := stories[5]
	s.Sources = []news.Source{{ID: "a", Kind: news.Own}}
	b.put(s)
	equal(t, "a source", has(b.changes(hours(store.SeedArticles))), true)
	b.must(b.Withdraw(t.Context(), "s07", false))
	equal(t, "a withdrawal", has(b.changes(hours(store.SeedArticles))), true)
	equal(t, "the next takes its place", seed(), append(slices.Delete(slices.Clone(want), 7, 8), fmt.Sprintf("s%d 1", store.SeedArticles)))
}

// testRebuildOutings brings outings back: of revisions that came back too, and of articles that are public then.
func testRebuildOutings(t *testing.T, b *bench) {
	came := func(number int, at time.Time, supplement int) store.CameOut {
		return store.CameOut{Lang: "en", Number: number, Time: at, Supplement: supplement}
	}
	old, fresh, hidden := rebuilt("old", "Old", hours(-9000), 3, 1), rebuilt("fresh", "Fresh", noon, 2, 1), rebuilt("hidden", "Hidden", hours(99), 1, 1)
	old.Outings = []store.CameOut{came(2, hours(-99), 0), came(3, time.Unix(512, 0), 2)} // of revision 2 nothing came back
	fresh.Outings = []store.CameOut{came(2, hours(1), 0)}
	hidden.Outings = []store.CameOut{came(1, hours(1), 0)}
	_, err := b.Rebuild(t.Context(), []store.Rebuilt{old, fresh, hidden})
	b.must(err)
	expectPacks(t, "what came back", b.changes(hours(2)), "en", "2026-11-22!", "2026-11-22T13!", "s2!")
	v := b.snapshot()
	equal(t, "the day", v.pack("en", today), []string{"fresh 2"})
	equal(t, "the supplement", v.pack("en", "s2"), []string{"old 3"})
	outings, err := b.CameOut(t.Context(), "en")
	b.must(err)
	equal(t, "what the store remembers", outings, map[store.Outing]store.CameOut{
		{Story: "old", Number: 3}: came(3, time.Unix(512, 0).UTC(), 2), {Story: "fresh", Number: 2}: came(2, hours(1), 0)})

	_, err = b.Rebuild(t.Context(), []store.Rebuilt{fresh})
	b.must(err)
	expectPacks(t, "the same again", b.changes(hours(2)), "en", []string(nil)...)
	fresh.Outings[0].Supplement = -1
	if _, err := b.Rebuild(t.Context(), []store.Rebuilt{fresh}); err == nil {
		t.Error("a supplement below none: got no error")
	}
}
