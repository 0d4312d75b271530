package storetest

import (
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// What a story carries besides its words: places, authors, related stories, corrections, the bar of breaking news,
// subtitles and the focus of its pictures.

func testPlacesAndAuthors(t *testing.T, b *bench) {
	a := article("en", "A", noon, "place", "author") // topics of such names are lists of their own
	a.Revision.Places = []news.Place{{Slug: "minsk", Name: "Minsk"}}
	a.Revision.Bylines = []news.Byline{{Name: "Ann", Slug: "ann"}, {Name: "N. N.", Protected: true}, {Name: "No Page"}}
	b.put(story("a", a), story("b", article("en", "B", hours(1))))
	b.settle(hours(9))
	v := b.snapshot()
	place, author := store.List{Lang: "en", Place: "minsk"}, store.List{Lang: "en", Author: "ann"}
	equal(t, "at the place", ids(v.page(place, 1)), []string{"a"})
	equal(t, "by the author", ids(v.newest(author, 9)), []string{"a"})
	places, err := v.Places(t.Context(), "en")
	b.must(err)
	equal(t, "places", places, []news.Place{{Slug: "minsk", Name: "Minsk"}})
	authors, err := v.Authors(t.Context(), "en")
	b.must(err)
	equal(t, "authors", authors, []news.Byline{{Slug: "ann", Name: "Ann"}})
	topics, err := v.Topics(t.Context(), "en")
	b.must(err)
	equal(t, "number of topics", len(topics), 2)

	a.Revision.Bylines = a.Revision.Bylines[1:]
	b.put(story("a", a))
	expect(t, b.changes(hours(9)), articleChange("a", "en", news.Address{Day: today, Slug: "a"}),
		store.Change{Kind: store.PlaceChanged, List: author, Page: 1, First: true},
		store.Change{Kind: store.NewestChanged, List: author}, store.Change{Kind: store.NewestChanged, List: place},
		newestChange("en", "place"), newestChange("en", "author"), newestChange("en", ""))
}

func barChange(lang, day string) store.Change {
	return store.Change{Kind: store.BreakingChanged, List: store.List{Lang: lang}, Day: day}
}

func testBreaking(t *testing.T, b *bench) {
	a := article("en", "Fire", hours(1))
	a.Breaking = hours(3)
	b.put(story("fire", a), story("calm", article("en", "Calm", noon)))
	b.settle(noon)
	bars := func() []store.Breaking {
		bars, err := b.snapshot().Breaking(t.Context(), "en")
		b.must(err)
		return bars
	}
	equal(t, "before it is out", len(bars()), 0)
	const first = "2026-11-18" // 96 hours before hours(3)
	expect(t, b.changes(hours(1)), storyChange("fire", news.Address{Day: today, Slug: "fire"}), barChange("en", first),
		placeChange("en", "", 1, false), newestChange("en", ""), dayChange("en", today, false))
	equal(t, "while it lasts", bars(), []store.Breaking{{Headline: b.snapshot().newest(english, 1)[0], Until: hours(3)}})
	expect(t, b.changes(hours(3).Add(-time.Second)))
	b.sealNow(1)
	b.due("while it lasts", hours(3), true)
	expect(t, b.changes(hours(3)), barChange("en", first))
	equal(t, "after it", len(bars()), 0)
	equal(t, "what the story says", b.snapshot().story("fire").Articles[0].Breaking, hours(3))
	expect(t, b.changes(hours(2)), barChange("en", first)) // back in time

	a.Breaking = hours(1 + 48)
	b.put(story("fire", a))
	expect(t, b.changes(hours(2)), articleChange("fire", "en", news.Address{Day: today, Slug: "fire"}),
		barChange("en", first), barChange("en", "2026-11-20"), newestChange("en", ""))
	a.Status = news.Withdrawn
	b.put(story("fire", a))
	expect(t, b.changes(hours(2)), storyChange("fire", news.Address{Day: today, Slug: "fire"}), barChange("en", "2026-11-20"),
		placeChange("en", "", 1, false), newestChange("en", ""), dayChange("en", today, false))
	equal(t, "withdrawn", len(bars()), 0)
}

func testCorrectionsStay(t *testing.T, b *bench) {
	wrong := []news.Correction{{Time: hours(1), Text: "It was August."}, {Time: hours(3), Text: "It was Ann."}}
	put := func(status news.Status, corrections ...news.Correction) store.PutResult {
		a := article("en", "A", noon)
		a.Status, a.Revision.Corrections = status, corrections
		result, err := b.Put(t.Context(), story("a", a))
		b.must(err)
		return result
	}
	record := func() (texts []string) {
		all, err := b.snapshot().Corrections(t.Context(), "en", 9)
		b.must(err)
		for _, c := range all {
			equal(t, "headline", c.Headline.Headline, "A")
			texts = append(texts, c.Text)
		}
		return texts
	}
	put(news.Published, news.Correction{Time: noon, Text: "Nobody saw this."})
	put(news.Published, wrong[1])
	b.settle(hours(9))
	equal(t, "record", record(), []string{"It was Ann."})
	equal(t, "what was put without it", put(news.Published), store.PutResult{Unchanged: []string{"en"}})
	put(news.Published, wrong[0])
	expect(t, b.changes(hours(9)), articleChange("a", "en", news.Address{Day: today, Slug: "a"}), newestChange("en", ""),
		store.Change{Kind: store.CorrectionsChanged, List: english})
	equal(t, "record with an older one", record(), []string{"It was Ann.", "It was August."})
	equal(t, "on the story", b.snapshot().story("a").Articles[0].Revision.Corrections, wrong)

	put(news.Draft)
	b.settle(hours(9))
	equal(t, "record of what is a draft", record(), nil)
	put(news.Published)
	b.settle(hours(9))
	equal(t, "record of what came back", record(), []string{"It was Ann.", "It was August."})

	b.withdraw("a", false)
	b.settle(hours(9))
	b.must(b.Restore(t.Context(), "a"))
	put(news.Published, wrong[0])
	b.settle(hours(9))
	equal(t, "record after a takedown", record(), []string{"It was August."})
}

func testRelated(t *testing.T, b *bench) {
	from := article("en", "From", hours(-1))
	from.Revision.Related = []string{"to", "none"}
	b.put(story("from", from))
	b.settle(noon)
	fromChange, newest := storyChange("from", news.Address{Day: today, Slug: "from"}), newestChange("en", "")
	toAddress := news.Address{Day: today, Slug: "to"}

	b.put(story("to", article("fa", "به", noon)))
	expect(t, b.changes(noon), fromChange, newest, storyChange("to", toAddress),
		newestChange("fa", ""), placeChange("fa", "", 1, true), dayChange("fa", today, true))
	a := article("fa", "به!", noon)
	b.put(story("to", a))
	expect(t, b.changes(noon), fromChange, newest, articleChange("to", "fa", toAddress),
		newestChange("fa", ""), placeChange("fa", "", 1, false), dayChange("fa", today, false))
	a.Revision.Body = body("other words")
	b.put(story("to", a))
	expect(t, b.changes(noon), articleChange("to", "fa", toAddress), newestChange("fa", ""))

	ties, err := b.Ties(t.Context(), "to")
	b.must(err)
	equal(t, "linking", ties.Linking, []string{"from"})
}

func testSubtitles(t *testing.T, b *bench) {
	film, words := b.putMedia("film.mp4", "moving pictures"), b.putMedia("film.vtt", "WEBVTT")
	a := article("en", "A", noon)
	a.Revision.Lead = &news.Figure{Media: film.ID, Alt: "A film", Subtitles: []news.Track{{Lang: "en", Media: words.ID}}}
	b.put(story("a", a))
	b.settle(noon)
	other, bytes := media("film.vtt", "WEBVTT, mended")
	b.must(b.PutMedia(t.Context(), other, bytes))
	change := storyChange("a", news.Address{Day: today, Slug: "a"})
	expect(t, b.changes(noon), change, newestChange("en", ""))

	film.Focus, film.Placeholder = news.Focus{X: 10, Y: 90}, "data:image/png;base64,AAAA"
	for range 2 {
		b.must(b.PutMedia(t.Context(), film, nil))
	}
	expect(t, b.changes(noon), change, newestChange("en", ""))
	got, err := b.snapshot().Media(t.Context(), film.ID)
	b.must(err)
	equal(t, "media", got, film)
	equal(t, "changes when the same is put", len(b.changes(noon)), 0)

	a.Revision.Lead.Subtitles[0].Media = words.ID[1:] + "0"
	_, err = b.Put(t.Context(), story("a", a))
	b.want(err, store.ErrNotFound)
}
