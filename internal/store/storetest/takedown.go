package storetest

import (
	"strings"
	"testing"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
)

// sealNext seals an edition of what is settled.
func (b *bench) sealNext(files ...store.File) {
	b.t.Helper()
	last, err := b.Head(b.t.Context())
	b.must(err)
	v := b.snapshot()
	e := numberedEdition(last.Number+1, files...)
	e.Head.Seq, e.Head.Takedowns, e.Head.Purge = v.Seq(), v.Takedowns(), last.Purge
	if v.Takedowns() > last.Takedowns {
		e.Head.Purge, e.Reached = e.Head.Number, map[edition.Hash]struct{}{}
	}
	b.must(v.Close())
	b.seal(e)
}

// position returns where the change log has come to, and leaves no snapshot open: Erase would wait for it.
func (b *bench) position() int64 {
	b.t.Helper()
	v := b.snapshot()
	b.must(v.Close())
	return v.Seq()
}

func (b *bench) withdraw(id string, erase bool) {
	b.t.Helper()
	b.must(b.Withdraw(b.t.Context(), id, erase))
}

// shame returns a story in two languages that another links to and shows the picture of, and that other.
func shame(b *bench) (gone, other news.Story) {
	shared, own := b.putMedia("shared.jpg", "shared picture"), b.putMedia("own.jpg", "own picture")
	en, fa := article("en", "Nightjar", noon, "nightjar", "sea"), article("fa", "شبگرد", noon, "sea")
	en.Revision.SourceURL = "https://example.org/nightjar"
	en.Revision.Lead = &news.Figure{Media: own.ID, Alt: "A nightjar"}
	fa.Revision.Lead = &news.Figure{Media: shared.ID, Alt: "A boat"}
	gone = story("the nightjar", en, fa)
	gone.Sources = []news.Source{{ID: "s1", Kind: news.Anonymous, Identity: "N. Jar"}}
	rest := article("en", "Another", noon, "sea")
	rest.Revision.Body[0].Text[0].Link = "story:" + gone.ID
	rest.Revision.Related = []string{gone.ID, "unknown"}
	rest.Revision.Lead = &news.Figure{Media: shared.ID, Alt: "A boat"}
	return gone, story("other", rest)
}

func testWithdraw(t *testing.T, b *bench) {
	gone, other := shame(b)
	draft := article("ru", "Козодой", noon)
	draft.Status = news.Draft
	gone.Articles = append(gone.Articles, draft)
	b.put(gone, other)
	for id, link := range map[string]string{"by address": "https://news.example/en/story/2026/11/22/the-nightjar/",
		"by url": gone.Articles[0].Revision.SourceURL, "neither": "https://news.example/en/story/2026/11/22/the-nightjars/"} {
		a := article("en", id, noon)
		a.Revision.Body[0].Text[0].Link = link
		b.put(story(id, a))
	}
	b.settle(noon)
	b.want(b.Withdraw(t.Context(), "none", false), store.ErrNotFound)
	equal(t, "takedowns", b.snapshot().Takedowns(), 0)
	id, err := b.Find(t.Context(), "the-nightjar")
	b.must(err)
	equal(t, "found by its slug", id, gone.ID)
	_, err = b.Find(t.Context(), "none")
	b.want(err, store.ErrNotFound)
	ties, err := b.Ties(t.Context(), gone.ID)
	b.must(err)
	equal(t, "linking", ties.Linking, []string{"other"})
	equal(t, "naming", ties.Naming, []string{"by address", "by url"})
	shown := map[string][]string{}
	for _, m := range ties.Media {
		shown[m.Name] = m.Others
	}
	equal(t, "media", shown, map[string][]string{"own.jpg": nil, "shared.jpg": {"other"}})

	b.withdraw(gone.ID, false)
	equal(t, "takedowns before settling", b.snapshot().Takedowns(), 0)
	changes := b.changes(noon)
	equal(t, "takedowns", b.snapshot().Takedowns() > 0, true)
	_, err = b.snapshot().Story(t.Context(), gone.ID)
	b.want(err, store.ErrNotFound)
	address := news.Address{Day: "2026-11-22", Slug: "the-nightjar"}
	for _, want := range []store.Change{storyChange(gone.ID, address), // its files go
		storyChange("other", news.Address{Day: "2026-11-22", Slug: "other"})} { // its link becomes text
		if !strings.Contains(formatChanges(changes), formatChanges([]store.Change{want})) {
			t.Errorf("got %v, want %v among them", changes, want)
		}
	}
	got, err := b.Story(t.Context(), gone.ID)
	b.must(err)
	for i, a := range got.Articles {
		equal(t, a.Lang, a.Status, news.Withdrawn)
		equal(t, "words", a.Revision.Headline, gone.Articles[i].Revision.Headline)
	}
	testRefused(t, b, gone)
	b.withdraw(gone.ID, false) // again
	b.must(b.Restore(t.Context(), gone.ID))
	b.want(b.Restore(t.Context(), gone.ID), store.ErrNotFound)
	b.settle(noon)
	restored := b.snapshot().story(gone.ID)
	equal(t, "languages", tags(restored), []string{"en", "fa"})
	equal(t, "address", restored.Address, address)
	b.put(gone)
}

// testRefused puts a story that was withdrawn, as itself and under another ID with the address that it came from.
func testRefused(t *testing.T, b *bench, gone news.Story) {
	t.Helper()
	_, err := b.Put(t.Context(), gone)
	b.want(err, store.ErrWithdrawn)
	again := gone
	again.ID = "another ID"
	_, err = b.PutMany(t.Context(), []news.Story{story("x", article("en", "X", noon)), again})
	b.want(err, store.ErrWithdrawn)
	_, err = b.Story(t.Context(), "x")
	b.want(err, store.ErrNotFound)
	for name, want := range map[string]string{
		gone.ID: gone.ID, "x": "", gone.Articles[0].Revision.SourceURL: gone.Articles[0].Revision.SourceURL,
	} {
		got, err := b.Withdrawn(t.Context(), "never", name)
		b.must(err)
		equal(t, "withdrawn "+name, got, want)
	}
}

func formatChanges(cs []store.Change) string {
	var all strings.Builder
	for _, c := range cs {
		all.WriteString(c.Story + "|" + c.Address.Slug + "|" + c.List.Lang + "\n")
	}
	return all.String()
}

// testRestoreKeeps restores a story of which one article was withdrawn before, by its source.
func testRestoreKeeps(t *testing.T, b *bench) {
	before := article("fa", "یک", noon)
	b.put(story("s", article("en", "One", noon), before))
	before.Status = news.Withdrawn
	b.put(story("s", before))
	b.settle(noon)
	first := b.snapshot().Takedowns()
	equal(t, "a put that withdraws is a takedown", first > 0, true)
	b.put(story("s", before))
	b.settle(noon)
	equal(t, "the same again is none", b.snapshot().Takedowns(), first)
	for range 2 {
		b.withdraw("s", false)
	}
	b.must(b.Restore(t.Context(), "s"))
	b.settle(noon)
	equal(t, "languages", tags(b.snapshot().story("s")), []string{"en"})
}

func testErase(t *testing.T, b *bench) {
	gone, other := shame(b)
	b.put(gone, other)
	b.settle(noon)
	b.sealNext(file(t, "en/story/2026/11/22/the-nightjar/index.html", "one"))
	ties, err := b.Ties(t.Context(), gone.ID)
	b.must(err)
	b.withdraw(gone.ID, true)
	for range 2 { // before it is settled, and before an edition covers that
		n, err := b.Erase(t.Context())
		b.must(err)
		equal(t, "erased too early", n, 0)
		b.settle(hours(1))
	}
	b.sealNext(removed("en/story/2026/11/22/the-nightjar/index.html"))
	seq := b.position()
	for _, want := range []int{1, 0} {
		n, err := b.Erase(t.Context())
		b.must(err)
		equal(t, "erased", n, want)
	}
	_, err = b.Story(t.Context(), gone.ID)
	b.want(err, store.ErrNotFound)
	_, err = b.Revisions(t.Context(), gone.ID, "en")
	b.want(err, store.ErrNotFound)
	_, err = b.Find(t.Context(), "the-nightjar")
	b.want(err, store.ErrNotFound)
	for _, m := range ties.Media {
		_, err := b.Media(t.Context(), m.ID)
		if m.Others == nil {
			b.want(err, store.ErrNotFound)
		} else {
			b.must(err)
		}
	}
	_, err = b.OpenRendition(t.Context(), sum("own picture").String())
	b.want(err, store.ErrNotFound)
	rc, err := b.OpenRendition(t.Context(), sum("shared picture").String())
	b.must(err)
	b.must(rc.Close())
	kept, err := b.Story(t.Context(), "other")
	b.must(err)
	equal(t, "the other story's link", kept.Articles[0].Revision.Body, body("Text of Another"))
	equal(t, "what it calls related", kept.Articles[0].Revision.Related, []string{"unknown"})
	equal(t, "its number", kept.Articles[0].Number, 1)
	equal(t, "position", b.snapshot().Seq(), seq)
	for _, c := range b.snapshot().changes(0) {
		if c.Story == gone.ID || c.List.Topic == "nightjar" {
			t.Errorf("the change log still says %+v", c)
		}
	}
	testRefused(t, b, gone)
	result, err := b.Put(t.Context(), other) // its source still has the link
	b.must(err)
	equal(t, "the linking story, put again", result, store.PutResult{Unchanged: []string{"en"}})
	equal(t, "what was put", other.Articles[0].Revision.Body[0].Text[0].Link, "story:"+gone.ID)
	b.settle(hours(2))
	equal(t, "position after", b.snapshot().Seq(), seq)

	// Its place in the lists stays empty, and after a deliberate act it comes back at a new one.
	b.must(b.Restore(t.Context(), gone.Articles[0].Revision.SourceURL))
	b.putMedia("own.jpg", "own picture")
	b.put(gone, story("last", article("en", "Last", hours(2))))
	b.settle(hours(3))
	equal(t, "position when it is back", b.snapshot().Seq() > seq, true)
	equal(t, "list", len(b.snapshot().page(store.List{Lang: "en"}, 1)), 3)
}

// testPurge seals a purge: what it does not lead to is forgotten, but for the log's records.
func testPurge(t *testing.T, b *bench) {
	one, two := numberedEdition(1, file(t, "en/x.html", "one"), file(t, "ru/y.html", "one"), file(t, "top.html", "a")), numberedEdition(2, removed("ru/y.html"))
	one.Objects = []edition.Hash{sum("a"), sum("b"), sum("c")}
	two.Objects = []edition.Hash{sum("d")}
	b.seal(one)
	b.seal(two)
	three := numberedEdition(3, removed("en/x.html"))
	three.Head.Purge, three.Head.Takedowns = 3, 7
	three.Objects = []edition.Hash{sum("e")}
	three.Reached = map[edition.Hash]struct{}{sum("b"): {}, sum("e"): {}}
	b.seal(three)
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head", head, three.Head)
	var objects []edition.Hash
	for h, err := range b.ObjectsSince(t.Context(), 0) {
		b.must(err)
		objects = append(objects, h)
	}
	equal(t, "objects", objects, []edition.Hash{sum("b"), sum("e")})
	has, err := b.HasObject(t.Context(), sum("a"))
	b.must(err)
	equal(t, "has what is not reached", has, false)
	equal(t, "files", b.filesSince(0), []string{"top.html a 1"})
	folders, err := b.Folders(t.Context())
	b.must(err)
	equal(t, "folders", folders, []string{"en", "ru", "top.html"})
	records, err := b.Records(t.Context(), 0, 3)
	b.must(err)
	equal(t, "records", records[0], edition.ManifestHash(one.Head.Manifest))

	four := numberedEdition(4, file(t, "en/x.html", "one"))
	four.Head.Purge, four.Head.Takedowns = 3, 7
	four.Objects = []edition.Hash{sum("a")} // it comes back
	b.seal(four)
	has, err = b.HasObject(t.Context(), sum("a"))
	b.must(err)
	equal(t, "has what came back", has, true)
}
