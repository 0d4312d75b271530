package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
)

func testEmpty(t *testing.T, b *bench) {
	ctx := t.Context()
	_, err := b.Story(ctx, "none")
	b.want(err, store.ErrNotFound)
	_, err = b.Revisions(ctx, "none", "en")
	b.want(err, store.ErrNotFound)
	_, err = b.Media(ctx, strings.Repeat("0", 64))
	b.want(err, store.ErrNotFound)
	for _, sum := range []string{strings.Repeat("0", 64), "", "../../store.db"} {
		_, err = b.OpenRendition(ctx, sum)
		b.want(err, store.ErrNotFound)
	}

	for range 2 { // before and after settling nothing
		v := b.snapshot()
		equal(t, "position", v.Seq(), 0)
		equal(t, "changes", v.changes(0), nil)
		equal(t, "content", read(v, []string{"en"}, nil), newModel([]string{"en"}, nil).settle(noon, nil))
		b.settle(noon)
	}
	equal(t, "as of", b.snapshot().AsOf(), noon)
}

// rich returns a story that uses all that a store must give back.
func rich(b *bench) news.Story {
	m := b.putMedia("border.jpg", "the picture")
	at := hours(1)
	en, fa := article("en", "A border", noon, "world", "migration"), article("fa", "مرز می\u200cگذرد", noon)
	en.Updated = at
	en.Revision.Kicker, en.Revision.Standfirst, en.Revision.Dateline = "Border", "What <b>happened</b> & why", "Samara"
	en.Revision.Lead = &news.Figure{Media: m.ID, Alt: "A road", Credit: "Own"}
	en.Revision.Bylines = []news.Byline{{Name: "A. B.", Role: "reporter"}}
	en.Revision.Corrections = []news.Correction{{Time: at, Text: "It was August."}}
	en.Revision.SourceURL = "https://example.org/1"
	en.Revision.Body[0].Text[0].Claim = "c1"
	fa.Revision.Origin = &news.Origin{Lang: "en", Number: 1}
	s := story("border", en, fa)
	s.Slug = "the border"
	s.Sources = []news.Source{{ID: "s1", Kind: news.Official, Name: map[string]string{"": "An official"}}}
	s.Claims = []news.Claim{{ID: "c1", Source: "s1", Check: news.Attributed, Evidence: []news.Evidence{
		{URL: "https://example.org/v", Retrieved: at}}}}
	return s
}

// numbered returns a story as the store gives it back: with the numbers of its articles' revisions.
func numbered(s news.Story, numbers ...int) news.Story {
	s.Articles = append([]news.Article{}, s.Articles...)
	for i := range s.Articles {
		s.Articles[i].Number = numbers[i]
	}
	return s
}

func testPutAndRead(t *testing.T, b *bench) {
	s := rich(b)
	result, err := b.Put(t.Context(), s)
	b.must(err)
	equal(t, "result", result, store.PutResult{New: []string{"en", "fa"}})
	got, err := b.Story(t.Context(), s.ID)
	b.must(err)
	equal(t, "story", got, numbered(s, 1, 1))

	b.settle(noon)
	want := numbered(s, 1, 1)
	want.Address = news.Address{Day: "2026-11-22", Slug: "the-border"}
	if got, err = b.Story(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	equal(t, "settled story", got, want)
	want.Slug = ""
	equal(t, "public story", b.snapshot().story(s.ID), want)
	equal(t, "headline", b.snapshot().newest(store.List{Lang: "en", Topic: "migration"}, 9), []store.Headline{{
		Story: s.ID, Address: want.Address, Lang: "en", Kicker: "Border", Headline: "A border",
		Standfirst: "What <b>happened</b> & why", Published: noon, Updated: hours(1)}})
}

func testPutSameAgain(t *testing.T, b *bench) {
	s := rich(b)
	b.put(s)
	b.settle(noon)
	seq := b.snapshot().Seq()
	for _, again := range []news.Story{s, story(s.ID, s.Articles[1])} { // nothing said of sources is no change
		result, err := b.Put(t.Context(), again)
		b.must(err)
		equal(t, "new and changed", len(result.New)+len(result.Changed), 0)
		equal(t, "unchanged", len(result.Unchanged), len(again.Articles))
	}
	b.settle(noon)
	equal(t, "position", b.snapshot().Seq(), seq)
	for _, empty := range [][]news.Block{nil, {}} {
		a := article("en", "No text", noon)
		a.Revision.Body = empty
		b.put(story("empty", a))
	}
	revisions, err := b.Revisions(t.Context(), "empty", "en")
	b.must(err)
	equal(t, "revisions of a body that is nil or empty", len(revisions), 1)
}

func testPutMerges(t *testing.T, b *bench) {
	b.put(story("s", article("en", "One", noon), article("fa", "یک", noon)))
	withdrawn := article("fa", "یک", noon)
	withdrawn.Status = news.Withdrawn
	for _, step := range []struct {
		article news.Article
		want    store.PutResult
	}{
		{article("ru", "Раз", noon), store.PutResult{New: []string{"ru"}}},
		{article("en", "One, corrected", noon), store.PutResult{Changed: []string{"en"}}},
		{article("en", "One, corrected", noon), store.PutResult{Unchanged: []string{"en"}}},
		{withdrawn, store.PutResult{Changed: []string{"fa"}}},
		{article("ru", "Раз", hours(1)), store.PutResult{Changed: []string{"ru"}}},
	} {
		got, err := b.Put(t.Context(), story("s", step.article))
		b.must(err)
		equal(t, "result", got, step.want)
	}
	got, err := b.Story(t.Context(), "s")
	b.must(err)
	equal(t, "story", got, numbered(story("s", article("en", "One, corrected", noon), withdrawn,
		article("ru", "Раз", hours(1))), 2, 2, 2))
	revisions, err := b.Revisions(t.Context(), "s", "en")
	b.must(err)
	equal(t, "revisions", revisions, []news.Revision{article("en", "One", noon).Revision, article("en", "One, corrected", noon).Revision})
	_, err = b.Revisions(t.Context(), "s", "uk")
	b.want(err, store.ErrNotFound)
}

func testPutRefuses(t *testing.T, b *bench) {
	if _, err := b.Put(t.Context(), story("s")); err == nil {
		t.Error("got no error for a story without articles")
	}
	a := article("en", "One", noon)
	a.Revision.Lead = &news.Figure{Media: strings.Repeat("0", 64), Decorative: true}
	_, err := b.Put(t.Context(), story("s", a))
	b.want(err, store.ErrNotFound)
	_, err = b.Story(t.Context(), "s")
	b.want(err, store.ErrNotFound)

	s := rich(b)
	b.put(s)
	without := story(s.ID, article("fa", "دو", noon))
	without.Claims = []news.Claim{}
	if _, err := b.Put(t.Context(), without); err == nil {
		t.Error("got no error for taking away a claim that an article makes")
	}
	got, err := b.Story(t.Context(), s.ID)
	b.must(err)
	equal(t, "story after a refused put", got, numbered(s, 1, 1))
}

func testPutManyAllOrNone(t *testing.T, b *bench) {
	bad := article("en", "Two", noon)
	bad.Revision.Lead = &news.Figure{Media: strings.Repeat("0", 64), Decorative: true}
	if _, err := b.PutMany(t.Context(), []news.Story{story("a", article("en", "One", noon)), story("b", bad)}); err == nil {
		t.Fatal("got no error")
	}
	_, err := b.Story(t.Context(), "a")
	b.want(err, store.ErrNotFound)

	results, err := b.PutMany(t.Context(), []news.Story{
		story("b", article("en", "Two", noon)), story("a", article("en", "One", noon)), story("b", article("en", "Three", noon))})
	b.must(err)
	equal(t, "results", results, []store.PutResult{{New: []string{"en"}}, {New: []string{"en"}}, {Changed: []string{"en"}}})
	results, err = b.PutMany(t.Context(), nil)
	b.must(err)
	equal(t, "results of nothing", len(results), 0)
}

func testUnicodeIDs(t *testing.T, b *bench) {
	names := []string{"مرز", "می\u200cخواهم", "میخواهم", "Граница 1", "https://example.org/?p=1&q=%20", "a'b\"c%_", "İstanbul"}
	for _, id := range names {
		b.put(story(id, article("fa", "عنوان "+id, noon)))
	}
	b.settle(noon)
	v := b.snapshot()
	for _, id := range names {
		equal(t, "headline", v.story(id).Articles[0].Revision.Headline, "عنوان "+id)
	}
	equal(t, "stories", len(v.newest(store.List{Lang: "fa"}, 99)), len(names))
}

func testSecrets(t *testing.T, b *bench) {
	a := article("en", "One", noon)
	a.Revision.Bylines = []news.Byline{{Name: "Open"}, {Name: "Hidden", Protected: true}}
	a.Revision.Lead = &news.Figure{Missing: "pictures/hidden.jpg", Alt: "A road"}
	s := story("s", a)
	s.Sources = []news.Source{{ID: "x", Kind: news.Anonymous, Identity: "N. N."}}
	b.put(s)
	b.settle(noon)
	got, err := b.Story(t.Context(), "s")
	b.must(err)
	equal(t, "identity in the store", got.Sources[0].Identity, "N. N.")
	equal(t, "bylines in the store", len(got.Articles[0].Revision.Bylines), 2)
	equal(t, "missing file in the store", got.Articles[0].Revision.Lead.Missing, "pictures/hidden.jpg")
	public := b.snapshot().story("s")
	equal(t, "identity for readers", public.Sources[0].Identity, "")
	equal(t, "missing file for readers", public.Articles[0].Revision.Lead.Missing, news.Nameless)
	equal(t, "bylines for readers", public.Articles[0].Revision.Bylines, []news.Byline{{Name: "Open"}})
}

// media returns a media with one rendition for each text, and their bytes.
func media(name string, texts ...string) (news.Media, map[string][]byte) {
	sum := sha256.Sum256([]byte(name))
	m := news.Media{ID: hex.EncodeToString(sum[:]), Name: name}
	renditions := map[string][]byte{}
	for i, text := range texts {
		r := news.Rendition{Name: fmt.Sprintf("%d.jpg", 320*(i+1)), MediaType: "image/jpeg", Width: 320 * (i + 1), Height: 240,
			SHA256: edition.Sum([]byte(text)).String(), Size: int64(len(text))}
		m.Renditions = append(m.Renditions, r)
		renditions[r.Name] = []byte(text)
	}
	return m, renditions
}

func (b *bench) putMedia(name string, texts ...string) news.Media {
	b.t.Helper()
	m, renditions := media(name, texts...)
	b.must(b.PutMedia(b.t.Context(), m, renditions))
	return m
}

func testMedia(t *testing.T, b *bench) {
	m, renditions := media("a.jpg", "small", "large")
	for range 2 {
		b.must(b.PutMedia(t.Context(), m, renditions))
	}
	got, err := b.Media(t.Context(), m.ID)
	b.must(err)
	equal(t, "media", got, m)
	v := b.snapshot()
	got, err = v.Media(t.Context(), m.ID)
	b.must(err)
	equal(t, "media in a snapshot", got, m)
	for _, r := range m.Renditions {
		for _, open := range []func() (io.ReadCloser, error){
			func() (io.ReadCloser, error) { return b.OpenRendition(t.Context(), r.SHA256) },
			func() (io.ReadCloser, error) { return v.OpenRendition(t.Context(), r.SHA256) },
		} {
			f, err := open()
			b.must(err)
			text, err := io.ReadAll(f)
			b.must(err)
			b.must(f.Close())
			equal(t, "rendition", string(text), string(renditions[r.Name]))
		}
	}
	again := m
	again.Name = "b.jpg" // the first name stays
	b.must(b.PutMedia(t.Context(), again, nil))
	got, err = b.Media(t.Context(), m.ID)
	b.must(err)
	equal(t, "media after it was put by another name", got, m)
}

func testMediaRefuses(t *testing.T, b *bench) {
	m, good := media("a.jpg", "small")
	for name, renditions := range map[string]map[string][]byte{
		"missing": nil, "other bytes": {"320.jpg": []byte("SMALL")}, "longer": {"320.jpg": []byte("smaller")},
		"one too many": {"320.jpg": good["320.jpg"], "x.jpg": []byte("x")},
	} {
		if err := b.PutMedia(t.Context(), m, renditions); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	_, err := b.Media(t.Context(), m.ID)
	b.want(err, store.ErrNotFound)
	m.ID = "x"
	if err := b.PutMedia(t.Context(), m, good); err == nil {
		t.Error("got no error for a media that is not valid")
	}
}

func testMediaReplaced(t *testing.T, b *bench) {
	m := b.putMedia("a.jpg", "small")
	a := article("en", "One", noon)
	a.Revision.Lead = &news.Figure{Media: m.ID, Decorative: true}
	b.put(story("s", a), story("other", article("en", "Two", hours(-1))))
	b.settle(noon)
	b.putMedia("a.jpg", "small")
	expect(t, b.changes(noon))
	b.putMedia("a.jpg", "better")
	address := news.Address{Day: "2026-11-22", Slug: "s"}
	expect(t, b.changes(noon), storyChange("s", address), newestChange("en", ""))
	expect(t, b.changes(noon))

	b.put(story("s", article("fa", "یک", noon)))
	best := b.putMedia("a.jpg", "best") // after the story was put: the English words changed no less
	expect(t, b.changes(noon), storyChange("s", address), newestChange("en", ""),
		newestChange("fa", ""), placeChange("fa", "", 1, true), dayChange("fa", "2026-11-22", true))
	got, err := b.Media(t.Context(), m.ID)
	b.must(err)
	equal(t, "media", got, best)
}

func testConcurrentWriters(t *testing.T, b *bench) {
	const writers, each = 4, 8
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("w%d-%d", w, i)
				if _, err := b.Put(t.Context(), story(id, article("en", id, hours(i)))); err != nil {
					t.Error(err)
				}
				if _, err := b.Put(t.Context(), story("shared", article([]string{"en", "fa", "ru", "uk"}[w], id, noon))); err != nil {
					t.Error(err)
				}
				if err := b.Settle(t.Context(), noon.Add(time.Duration(i)*time.Minute)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.settle(hours(each))
	v := b.snapshot()
	stories, articles, err := v.Counts(t.Context())
	b.must(err)
	equal(t, "stories", stories, writers*each+1)
	equal(t, "articles", articles, writers*each+writers)
}
