package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

var (
	english = store.List{Lang: "en"}
	today   = "2026-11-22"
)

func (v *view) address(id string) news.Address {
	v.t.Helper()
	return v.story(id).Address
}

func testAddresses(t *testing.T, b *bench) {
	long := strings.Repeat("long ", 40)
	for id, test := range map[string]struct{ wish, want string }{
		"a":             {"A Border, closed!", "a-border-closed"},
		"ntrex:123":     {"", "ntrex-123"},
		"b":             {"--x--", "x"},
		"مرز":           {"", "story-e0486c11f6a9"},
		"Привет, World": {"", "world"},
		"c":             {"мир", "c"},
		"d":             {long, strings.TrimSuffix(strings.Repeat("long-", 16), "-")},
	} {
		s := story(id, article("en", "Headline", hours(30)), article("fa", "عنوان", hours(2)))
		s.Slug = test.wish
		b.put(s)
		b.settle(hours(2)) // the English one is not public yet
		if id == "مرز" {
			got := b.snapshot().address(id).Slug
			if len(got) != len(test.want) || !strings.HasPrefix(got, "story-") {
				t.Errorf("%s: got slug %q, want one like %q", id, got, test.want)
			}
			continue
		}
		equal(t, "address of "+id, b.snapshot().address(id), news.Address{Day: today, Slug: test.want})
	}
}

func testAddressStays(t *testing.T, b *bench) {
	s := story("s", article("en", "One", noon))
	b.put(s)
	b.settle(noon)
	want := news.Address{Day: today, Slug: "s"}

	s.Slug = "another"
	s.Articles[0].Published = hours(-48)
	b.put(s)
	b.settle(noon)
	equal(t, "address after another wish and day", b.snapshot().address("s"), want)

	s.Articles[0].Status = news.Withdrawn
	b.put(s)
	b.settle(noon)
	_, err := b.snapshot().Story(t.Context(), "s")
	b.want(err, store.ErrNotFound)
	s.Articles[0].Status = news.Published
	b.put(s)
	b.settle(noon)
	equal(t, "address when it is public again", b.snapshot().address("s"), want)
}

func testSlugCollisions(t *testing.T, b *bench) {
	wish := func(id, slug string) news.Story {
		s := story(id, article("en", "Headline", noon))
		s.Slug = slug
		return s
	}
	b.put(wish("c", "same"), wish("a", "Same"), wish("b", "same!"), wish("d", strings.Repeat("x", 80)), wish("e", strings.Repeat("x", 90)))
	b.settle(noon)
	v := b.snapshot()
	equal(t, "the first by ID", v.address("a").Slug, "same")
	for _, id := range []string{"b", "c"} {
		if got := v.address(id).Slug; !strings.HasPrefix(got, "same-") || len(got) != len("same-")+6 {
			t.Errorf("%s: got slug %q, want same- and six digits", id, got)
		}
	}
	if got := v.address("e").Slug; len(got) != 80 || got == v.address("d").Slug {
		t.Errorf("got slug %q, want another of 80 characters", got)
	}
}

func testEmbargo(t *testing.T, b *bench) {
	draft := article("en", "Draft", noon)
	draft.Status = news.Draft
	b.put(story("now", article("en", "Now", noon)), story("later", article("en", "Later", hours(1))), story("draft", draft))
	b.settle(noon)
	equal(t, "at noon", ids(b.snapshot().newest(english, 9)), []string{"now"})
	expect(t, b.changes(hours(1).Add(-1)))
	expect(t, b.changes(hours(1)), storyChange("later", news.Address{Day: today, Slug: "later"}),
		placeChange("en", "", 1, false), newestChange("en", ""), dayChange("en", today, false))
	equal(t, "at one", ids(b.snapshot().newest(english, 9)), []string{"later", "now"})
}

func testBackInTime(t *testing.T, b *bench) {
	b.put(series(5)...)
	b.settle(hours(2))
	want := read(b.snapshot(), []string{"en"}, nil)
	b.settle(hours(4))
	b.settle(hours(2))
	got := read(b.snapshot(), []string{"en"}, nil)
	equal(t, "stories", got.Order, want.Order)
	equal(t, "days", got.Days, want.Days)
	equal(t, "newest", ids(got.Lists[english].Newest), ids(want.Lists[english].Newest))
}

func testSettleTwice(t *testing.T, b *bench) {
	b.put(series(50)...)
	b.settle(hours(99))
	expect(t, b.changes(hours(99)))
	v := b.snapshot()
	b.settle(hours(100)) // only the time differs
	later := b.snapshot()
	equal(t, "position", later.Seq(), v.Seq())
	equal(t, "as of", later.AsOf(), hours(100))
}

func testNumbering(t *testing.T, b *bench) {
	stories := series(45)
	slices.Reverse(stories)
	b.put(stories[5:]...) // s39 to s00
	b.settle(hours(99))
	b.put(stories[:5]...)
	old := story("old", article("en", "Imported late", hours(-1000)))
	b.put(old)
	b.settle(hours(99))
	v := b.snapshot()
	equal(t, "pages", v.pages(english), 3)
	first := v.page(english, 1)
	equal(t, "newest of the first page", first[0].Story, "s19")
	equal(t, "oldest of the first page", first[len(first)-1].Story, "s00")
	equal(t, "last page", ids(v.page(english, 3)), []string{"s44", "s43", "s42", "s41", "s40", "old"})
	for _, beyond := range []int{-1, 0, 4, 1 << 40} {
		equal(t, "a page that is not there", len(v.page(english, beyond)), 0)
	}
}

func testHoles(t *testing.T, b *bench) {
	b.put(series(25)...)
	b.settle(hours(99))
	gone := series(25)[3]
	gone.Articles[0].Status = news.Withdrawn
	b.put(gone)
	address := news.Address{Day: today, Slug: "s03"}
	expect(t, b.changes(hours(99)), storyChange("s03", address), placeChange("en", "", 1, false),
		newestChange("en", ""), dayChange("en", today, false))
	v := b.snapshot()
	equal(t, "first page", len(v.page(english, 1)), 19)
	equal(t, "second page", ids(v.page(english, 2)), []string{"s24", "s23", "s22", "s21", "s20"})

	gone.Articles[0].Status = news.Published
	b.put(gone)
	b.settle(hours(99))
	equal(t, "first page, whole again", len(b.snapshot().page(english, 1)), 20)
	equal(t, "pages", b.snapshot().pages(english), 2)

	for _, s := range series(25)[20:] { // a page that empties goes, and comes back
		s.Articles[0].Status = news.Withdrawn
		b.put(s)
	}
	if got := b.changes(hours(99)); !slices.Contains(got, placeChange("en", "", 2, true)) {
		t.Errorf("got %v, want page 2 gone", got)
	}
	equal(t, "pages with an empty last one", b.snapshot().pages(english), 2)
	b.put(series(25)[22])
	if got := b.changes(hours(99)); !slices.Contains(got, placeChange("en", "", 2, true)) {
		t.Errorf("got %v, want page 2 back", got)
	}
}

// correct puts a story of the series again after a change, and returns what changed.
func (b *bench) correct(s news.Story, change func(*news.Article)) []store.Change {
	b.t.Helper()
	change(&s.Articles[0])
	b.put(s)
	return b.changes(hours(99))
}

func testBodyCorrection(t *testing.T, b *bench) {
	b.put(series(50)...)
	b.settle(hours(99))
	newBody := func(a *news.Article) { a.Revision.Body = body("Corrected") }
	expect(t, b.correct(series(50)[40], newBody),
		articleChange("s40", "en", news.Address{Day: "2026-11-24", Slug: "s40"}), newestChange("en", ""))
	expect(t, b.correct(series(50)[3], newBody), articleChange("s03", "en", news.Address{Day: today, Slug: "s03"}))
}

func testHeadlineCorrection(t *testing.T, b *bench) {
	for _, s := range series(50) {
		s.Articles[0].Revision.Topics = []news.Topic{{Slug: "war", Name: "War"}}
		s.Articles = append(s.Articles, article("fa", "عنوان", s.Articles[0].Published))
		b.put(s)
	}
	b.settle(hours(99))
	s := series(50)[40]
	s.Articles[0].Revision.Topics = []news.Topic{{Slug: "war", Name: "War"}}
	expect(t, b.correct(s, func(a *news.Article) { a.Revision.Headline = "Corrected" }),
		articleChange("s40", "en", news.Address{Day: "2026-11-24", Slug: "s40"}), dayChange("en", "2026-11-24", false),
		placeChange("en", "", 3, false), placeChange("en", "war", 3, false), newestChange("en", ""), newestChange("en", "war"))
	equal(t, "headline", b.snapshot().page(english, 3)[9-0].Headline, "Corrected")
}

func testOldCorrection(t *testing.T, b *bench) {
	b.put(series(50)...)
	b.settle(hours(99))
	expect(t, b.correct(series(50)[19], func(a *news.Article) { a.Updated = hours(60) }),
		articleChange("s19", "en", news.Address{Day: "2026-11-23", Slug: "s19"}), dayChange("en", "2026-11-23", false),
		placeChange("en", "", 1, false))
	expect(t, b.correct(series(50)[20], func(a *news.Article) { a.Revision.Kicker = "K" }), // the thirtieth newest
		articleChange("s20", "en", news.Address{Day: "2026-11-23", Slug: "s20"}), dayChange("en", "2026-11-23", false),
		placeChange("en", "", 2, false), newestChange("en", ""))
}

func testAnotherDay(t *testing.T, b *bench) {
	b.put(series(3)...)
	b.settle(hours(99))
	expect(t, b.correct(series(3)[0], func(a *news.Article) { a.Published = hours(-24) }),
		articleChange("s00", "en", news.Address{Day: today, Slug: "s00"}), placeChange("en", "", 1, false), newestChange("en", ""),
		dayChange("en", "2026-11-21", true), dayChange("en", today, false))
	days, err := b.snapshot().Days(t.Context(), "en", "2026-11")
	b.must(err)
	equal(t, "days", days, []string{"2026-11-21", today})
	for prefix, want := range map[string]int{"": 2, "2026-1": 2, "2026-12": 0, "2026-11-21": 1, "2025": 0} {
		days, err := b.snapshot().Days(t.Context(), "en", prefix)
		b.must(err)
		equal(t, "number of days of "+prefix, len(days), want)
	}
	if _, err := b.snapshot().Day(t.Context(), "en", "yesterday"); err == nil {
		t.Error("got no error for a day that is none")
	}
}

func testTopics(t *testing.T, b *bench) {
	war := store.List{Lang: "en", Topic: "war"}
	b.put(story("a", article("en", "A", noon, "war", "sea")), story("b", article("en", "B", hours(1), "war")),
		story("c", article("fa", "پ", noon, "war")))
	b.settle(hours(99))
	topics, err := b.snapshot().Topics(t.Context(), "en")
	b.must(err)
	equal(t, "topics", topics, []news.Topic{{Slug: "sea", Name: "SEA"}, {Slug: "war", Name: "WAR"}})
	equal(t, "list", ids(b.snapshot().newest(war, 9)), []string{"b", "a"})

	b.put(story("a", article("en", "A", noon, "war")))
	sea := store.List{Lang: "en", Topic: "sea"}
	expect(t, b.changes(hours(99)), articleChange("a", "en", news.Address{Day: today, Slug: "a"}), placeChange("en", "sea", 1, true),
		newestChange("en", "sea"), newestChange("en", "war"), newestChange("en", ""))
	v := b.snapshot()
	equal(t, "emptied list", len(v.newest(sea, 9)), 0)
	equal(t, "pages of a list that had an article", v.pages(sea), 1)
	equal(t, "pages of a list that never had", v.pages(store.List{Lang: "fa", Topic: "sea"}), 0)
	topics, err = v.Topics(t.Context(), "en")
	b.must(err)
	equal(t, "topics left", topics, []news.Topic{{Slug: "war", Name: "WAR"}})
	languages, err := v.Languages(t.Context())
	b.must(err)
	equal(t, "languages", languages, []string{"en", "fa"})
}

// testFrontTopics gives a topic to an article that is too old for the front: the front names the new topic.
func testFrontTopics(t *testing.T, b *bench) {
	b.put(series(50)...)
	b.settle(hours(99))
	address := news.Address{Day: today, Slug: "s03"}
	expect(t, b.correct(series(50)[3], func(a *news.Article) { a.Revision.Topics = []news.Topic{{Slug: "sea", Name: "Sea"}} }),
		articleChange("s03", "en", address), newestChange("en", ""), newestChange("en", "sea"), placeChange("en", "sea", 1, true))
	expect(t, b.correct(series(50)[3], func(a *news.Article) {}),
		articleChange("s03", "en", address), newestChange("en", ""), newestChange("en", "sea"), placeChange("en", "sea", 1, true))
}

func testTopicRenamed(t *testing.T, b *bench) {
	stories := series(45)
	for i := range stories {
		stories[i].Articles[0].Revision.Topics = []news.Topic{{Slug: "war", Name: "War"}}
	}
	b.put(stories...)
	b.settle(hours(99))
	rename := func(a *news.Article) { a.Revision.Topics = []news.Topic{{Slug: "war", Name: "The war"}} }
	expect(t, b.correct(stories[3], rename), articleChange("s03", "en", news.Address{Day: today, Slug: "s03"})) // not the newest
	expect(t, b.correct(stories[44], rename), articleChange("s44", "en", news.Address{Day: "2026-11-24", Slug: "s44"}),
		newestChange("en", ""), newestChange("en", "war"),
		placeChange("en", "war", 1, false), placeChange("en", "war", 2, false), placeChange("en", "war", 3, false))
	topics, err := b.snapshot().Topics(t.Context(), "en")
	b.must(err)
	equal(t, "topics", topics, []news.Topic{{Slug: "war", Name: "The war"}})
}

func testLinks(t *testing.T, b *bench) {
	from := article("en", "From", hours(-1))
	from.Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "see", Link: "story:to"}}}}
	b.put(story("from", from), story("bystander", article("en", "By", hours(-2))))
	b.settle(noon)
	fromChange := storyChange("from", news.Address{Day: today, Slug: "from"})
	toChange := storyChange("to", news.Address{Day: today, Slug: "to"})

	b.put(story("to", article("fa", "به", noon)))
	expect(t, b.changes(noon), fromChange, toChange, newestChange("en", ""),
		newestChange("fa", ""), placeChange("fa", "", 1, true), dayChange("fa", today, true))
	b.put(story("to", article("fa", "به!", noon))) // a correction is nothing to who links
	correction := articleChange("to", "fa", toChange.Address)
	expect(t, b.changes(noon), correction, newestChange("fa", ""), placeChange("fa", "", 1, false), dayChange("fa", today, false))
	gone := article("fa", "به!", noon)
	gone.Status = news.Withdrawn
	b.put(story("to", gone))
	expect(t, b.changes(noon), fromChange, toChange, newestChange("en", ""),
		newestChange("fa", ""), placeChange("fa", "", 1, true), dayChange("fa", today, true))
}

func testSources(t *testing.T, b *bench) {
	s := rich(b)
	b.put(s)
	b.settle(noon)
	s.Claims[0].Check = news.Disputed
	b.put(s)
	expect(t, b.changes(noon), storyChange(s.ID, news.Address{Day: today, Slug: "the-border"}),
		newestChange("en", ""), newestChange("en", "migration"), newestChange("en", "world"), newestChange("fa", ""))
	equal(t, "check", b.snapshot().story(s.ID).Claims[0].Check, news.Disputed)
	s.Sources, s.Claims = nil, nil
	s.Articles[0].Revision.Body[0].Text[0].Claim = ""
	b.put(s)
	b.settle(noon)
	equal(t, "sources after nothing was said of them", len(b.snapshot().story(s.ID).Sources), 1)
}

func testChangesOnce(t *testing.T, b *bench) {
	b.settle(noon)
	start := b.snapshot().Seq()
	for i := range 3 { // the page comes into being in the first round
		b.put(story("s", article("en", fmt.Sprint("Headline ", i), noon)))
		b.settle(noon)
	}
	expect(t, b.snapshot().changes(start), storyChange("s", news.Address{Day: today, Slug: "s"}),
		placeChange("en", "", 1, true), newestChange("en", ""), dayChange("en", today, true))
	equal(t, "changes after the last", len(b.snapshot().changes(b.snapshot().Seq())), 0)

	b.put(series(400)...) // more than any store reads at once
	b.settle(hours(999))
	v := b.snapshot()
	seen := 0
	for c, err := range v.Changes(t.Context(), 0) {
		b.must(err)
		if c.Kind == store.StoryChanged { // the snapshot can be used inside the loop
			v.story(c.Story)
			seen++
		}
	}
	equal(t, "stories that changed", seen, 401)
	for range v.Changes(t.Context(), 0) {
		break
	}
	equal(t, "newest after a loop that was left", len(v.newest(english, 5)), 5)
}

func testSettledOnly(t *testing.T, b *bench) {
	s := rich(b)
	b.put(s)
	b.settle(noon)
	want := read(b.snapshot(), []string{"en", "fa"}, []string{"world"})
	s.Articles[0].Revision.Headline = "Corrected"
	s.Claims[0].Check = news.Disputed
	b.put(s)
	equal(t, "content before the next Settle", read(b.snapshot(), []string{"en", "fa"}, []string{"world"}), want)
	b.settle(noon)
	equal(t, "headline after it", b.snapshot().story(s.ID).Articles[0].Revision.Headline, "Corrected")
}

func testIsolation(t *testing.T, b *bench) {
	b.put(series(300)...)
	b.settle(hours(400))
	v := b.snapshot()
	want := read(v, []string{"en"}, []string{"war"})
	n := 0
	for id, err := range v.Stories(t.Context()) {
		b.must(err)
		if n++; n%100 == 0 { // written while it is being read
			b.put(story(id, article("en", "Corrected", noon, "war")), story("new "+id, article("en", "New", noon)))
			b.settle(hours(500))
		}
	}
	equal(t, "stories", n, 300)
	equal(t, "content", read(v, []string{"en"}, []string{"war"}), want)
	equal(t, "as of", v.AsOf(), hours(400))
	stories, articles, err := v.Counts(t.Context())
	b.must(err)
	equal(t, "counts", [2]int{stories, articles}, [2]int{300, 300})
	equal(t, "stories in a newer snapshot", len(read(b.snapshot(), []string{"en"}, nil).Order), 303)
}

func testParallelReads(t *testing.T, b *bench) {
	b.put(series(60)...)
	b.settle(hours(99))
	v := b.snapshot()
	want := read(v, []string{"en"}, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { equal(t, "content", read(v, []string{"en"}, nil), want) })
	}
	wg.Go(func() {
		for i := range 10 {
			if _, err := b.Put(t.Context(), story("w", article("en", fmt.Sprint("W ", i), noon))); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

// testAnyOrder puts the same stories in three orders and groupings, and settles once.
func testAnyOrder(t *testing.T, b *bench) {
	var articles []news.Story // one for each article, as feeds bring them
	for i, s := range series(30) {
		s.Slug = fmt.Sprint("wish ", i/3)
		for _, lang := range []string{"en", "fa", "ru"} {
			one := s
			one.Articles = []news.Article{article(lang, lang+s.ID, hours(i/4), "t"+fmt.Sprint(i%3))}
			articles = append(articles, one)
		}
	}
	var want content
	for i, seed := range []uint64{1, 2, 3} {
		other := &bench{t: t, Store: b.open(t), open: b.open}
		random(seed).Shuffle(len(articles), func(i, j int) { articles[i], articles[j] = articles[j], articles[i] })
		for group := range slices.Chunk(articles, i*7+1) {
			other.put(group...)
		}
		other.settle(hours(99))
		got := read(other.snapshot(), []string{"en", "fa", "ru"}, []string{"t0", "t1", "t2"})
		if i == 0 {
			want = got
		}
		equal(t, "content", got, want)
	}
}
