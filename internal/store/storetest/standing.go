package storetest

import (
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

// about returns a story that stands in English.
func about() news.Story {
	s := story("about", article("en", "About us", noon, "war"))
	s.Articles[0].Revision.Standing = true
	return s
}

// testStanding makes a page that stands of news, and news of it again.
func testStanding(t *testing.T, b *bench) {
	b.put(about(), story("s", article("en", "S", noon)))
	b.settle(noon)
	stand := store.List{Lang: "en", Standing: true}
	address := news.Address{Day: today, Slug: "about"}
	v := b.snapshot()
	equal(t, "pages that stand", ids(v.page(stand, 1)), []string{"about"})
	equal(t, "news", ids(v.newest(english, 9)), []string{"s"})
	equal(t, "news of the topic", len(v.newest(store.List{Lang: "en", Topic: "war"}, 9)), 0)
	equal(t, "news of the day", ids(v.days("en")[today]), []string{"s"})
	equal(t, "address", v.address("about"), address)
	stories, articles, err := v.Counts(t.Context())
	b.must(err)
	equal(t, "counts", [2]int{stories, articles}, [2]int{2, 2})
	for period, articles := range v.packs("en") {
		if len(articles) != 1 || articles[0].Outing.Story != "s" {
			t.Errorf("pack %s: got %d articles, want s alone", period, len(articles))
		}
	}

	s := about()
	s.Articles[0].Revision.Body = body("Other words")
	b.put(s)
	expect(t, b.changes(noon), articleChange("about", "en", address), store.Change{Kind: store.NewestChanged, List: stand})

	s.Articles[0].Revision.Standing = false
	b.put(s)
	cameIn := b.changes(hours(1))
	expect(t, cameIn, articleChange("about", "en", address), store.Change{Kind: store.NewestChanged, List: stand},
		store.Change{Kind: store.PlaceChanged, List: stand, Page: 1, First: true}, newestChange("en", ""), newestChange("en", "war"),
		placeChange("en", "", 1, false), placeChange("en", "war", 1, true), dayChange("en", today, false))
	expectPacks(t, "came in", cameIn, "en", "2026-11-22", "2026-11-22T13!")

	b.put(about())
	wentOut := b.changes(hours(2))
	equal(t, "pages that stand again", ids(b.snapshot().page(stand, 1)), []string{"about"})
	equal(t, "news of the topic", len(b.snapshot().newest(store.List{Lang: "en", Topic: "war"}, 9)), 0)
	expectPacks(t, "went out", wentOut, "en", "2026-11-22", "2026-11-22T13!")
}

// testStandingMedia has a page that stands show the picture that the news of its story in another language showed.
func testStandingMedia(t *testing.T, b *bench) {
	m, renditions := media("border", "one")
	b.must(b.PutMedia(t.Context(), m, renditions))
	s := story("s", article("en", "S", noon), article("fa", "س", noon))
	for i := range s.Articles {
		s.Articles[i].Revision.Lead = &news.Figure{Media: m.ID, Alt: "A border"}
	}
	s.Articles[1].Revision.Standing = true
	b.put(s)
	b.settle(noon)
	s.Articles[0].Revision.Lead = nil
	b.put(s)
	expectPacks(t, "the page still shows it", b.changes(hours(2)), "en", "2026-11-22", "2026-11-22T14!")
	s.Articles[1].Revision.Lead = nil
	b.put(s)
	expectPacks(t, "nothing shows it", b.changes(hours(2)), "en", "2026-11-22T12")
}
