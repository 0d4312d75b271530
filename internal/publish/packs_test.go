package publish_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/scantest"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// plain returns a plain page of the newsroom's own target; nil when there is none.
func (r *room) plain(t testing.TB, path string) []byte {
	t.Helper()
	if _, err := r.Store.File(t.Context(), path); errors.Is(err, store.ErrNotFound) {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(r.dir, "public", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// packs reads all that the edition has of packs in a language, proves it against the index, and returns the articles of
// each period as "story number".
func (r *room) packs(t testing.TB, lang string) map[string][]string {
	t.Helper()
	x, err := edition.ParsePackIndex(r.plain(t, edition.PackIndexPath(lang)))
	if err != nil || x.Language != lang {
		t.Fatalf("index: of %q, %v", x.Language, err)
	}
	var seed *edition.Seed
	if x.Seed != nil {
		if seed, err = edition.DecodeSeed(r.plain(t, edition.SeedPath(lang)), x.Seed.Size); err != nil || edition.Sum(seed.Text()) != x.Seed.Hash {
			t.Fatalf("seed: %v", err)
		}
	}
	files := map[string]bool{}
	held := map[string][]string{}
	for _, p := range x.Packs {
		text := r.plain(t, edition.PackTextPath(lang, p.Period))
		coded := r.plain(t, edition.PackPath(lang, p.Period))
		again, err := edition.DecodePack(coded, seed, p.Size)
		if err != nil || !bytes.Equal(again, text) || edition.Sum(text) != p.Hash || int64(len(coded)) != p.Coded {
			t.Fatalf("pack %s: is not what the index says: %v", p.Period, err)
		}
		if c, err := edition.ParseCoding(coded); err != nil || c.Primed != (seed != nil) {
			t.Errorf("pack %s: primed is %v, %v", p.Period, c.Primed, err)
		}
		parsed, err := edition.ParsePackText(text)
		if err != nil || len(parsed.Articles) != p.Articles || parsed.Period != p.Period {
			t.Fatalf("pack %s: %d articles, %v", p.Period, len(parsed.Articles), err)
		}
		for _, a := range parsed.Articles {
			held[p.Period] = append(held[p.Period], fmt.Sprintf("%s %d", a.ID, a.Number))
		}
		pictures := r.plain(t, edition.PicturesPath(lang, p.Period))
		if int64(len(pictures)) != p.Pictures {
			t.Errorf("pack %s: pictures of %d bytes, the index says %d", p.Period, len(pictures), p.Pictures)
		}
		files[edition.PackTextPath(lang, p.Period)], files[edition.PackPath(lang, p.Period)] = true, true
		files[edition.PicturesPath(lang, p.Period)] = p.Pictures > 0
	}
	r.noOther(t, lang, files)
	return held
}

// noOther makes sure that the edition has no files of packs in a language but some.
func (r *room) noOther(t testing.TB, lang string, files map[string]bool) {
	t.Helper()
	for f, err := range r.Store.Files(t.Context(), "archive/pack/") {
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix([]byte(f.Path), []byte(lang+"/")) && !files[f.Path] {
			t.Errorf("%s is in no index", f.Path)
		}
	}
}

// fresh returns a story that comes out now.
func (r *room) fresh(i int, headline string, langs ...string) news.Story {
	s := story(i, headline, langs...)
	for i := range s.Articles {
		s.Articles[i].Published = r.now
	}
	return s
}

// TestPacks publishes day after day, and looks at all packs: what was published step by step is what comes out when all
// of it is made anew.
func TestPacks(t *testing.T) {
	r := newRoomIn(t, []string{"en", "fa"})
	r.put(t, stories(store.SeedArticles-2)...)
	r.publish(t)
	if held := r.packs(t, "en"); len(held) != 1 || len(held["s1"]) != store.SeedArticles-2 {
		t.Errorf("an archive: got %v", held)
	}
	first := r.fresh(100, "First", "en")
	first.Articles[0].Revision.Lead = r.picture(t, "lead", "picture")
	r.put(t, first)
	r.publish(t)
	r.now = r.now.Add(time.Hour)
	r.put(t, r.fresh(101, "Second", "en", "fa"))
	r.publish(t) // and now there are enough for a seed
	r.now = r.now.Add(24 * time.Hour)
	first.Articles[0].Revision.Headline = "First, corrected"
	r.put(t, first, r.fresh(102, "Third", "en"))
	r.publish(t)
	held := r.packs(t, "en")
	delete(held, "s1")
	want := map[string][]string{
		"2026-11-22T16": {"story-100 1"}, "2026-11-22T17": {"story-101 1"}, "2026-11-22": {"story-100 1", "story-101 1"},
		"2026-11-23T17": {"story-100 2", "story-102 1"}, "2026-11-23": {"story-100 2", "story-102 1"},
	}
	if fmt.Sprint(held) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", held, want)
	}
	if held := r.packs(t, "fa"); len(held) != 3 {
		t.Errorf("fa: got %v", held)
	}
	r.put(t, r.fresh(103, "Fourth", "en"))
	r.publish(t)
	r.changed(t, "en/archive/pack/2026-11-23.jsonl", "en/archive/pack/2026-11-23.pack", "en/archive/pack/2026-11-23T17.jsonl",
		"en/archive/pack/2026-11-23T17.pack", "en/packs.idx")
	r.packs(t, "en")

	before := r.tree(t)
	r.Again = true
	if r.publish(t); r.tree(t) != before {
		t.Error("made anew, the packs are others")
	}
	r.verify(t, "public")
}

// TestPacksAnyWay has a newsroom do anything, over the ends of days and months: whatever came before, the packs are those
// that come out when everything is made anew.
func TestPacksAnyWay(t *testing.T) {
	r := newRoomIn(t, []string{"en", "fa"})
	rnd := rand.New(rand.NewPCG(5, 6))
	r.put(t, stories(store.SeedArticles)...)
	r.publish(t)
	for round := range 12 {
		for range 1 + rnd.IntN(3) {
			s := r.fresh(rnd.IntN(2*store.SeedArticles), fmt.Sprint("Round ", round), [][]string{{"en"}, {"fa"}, {"en", "fa"}}[rnd.IntN(3)]...)
			for i := range s.Articles {
				a := &s.Articles[i]
				a.Status = []news.Status{news.Published, news.Published, news.Published, news.Withdrawn, news.Draft}[rnd.IntN(5)]
				a.Published = a.Published.Add(-time.Duration(rnd.IntN(4)*20) * time.Hour)
				a.Revision.Body[0].Text[0].Link = fmt.Sprint("story:story-", rnd.IntN(2*store.SeedArticles))
			}
			r.put(t, s)
		}
		r.publish(t)
		for _, lang := range r.Languages {
			r.packs(t, lang)
		}
		if round%4 == 3 {
			before := r.tree(t)
			r.Again = true
			if r.publish(t); r.tree(t) != before {
				t.Fatalf("round %d: made anew, the edition is another", round)
			}
			r.Again = false
		}
		r.now = r.now.Add(time.Duration(rnd.IntN(50)) * time.Hour)
	}
	r.verify(t, "public")
}

// changed makes sure that the last edition wrote some files of packs, and no other ones.
func (r *room) changed(t *testing.T, want ...string) {
	t.Helper()
	head, err := r.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for f, err := range r.Store.FilesSince(t.Context(), head.Number-1) {
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains([]byte(f.Path), []byte("pack")) {
			got = append(got, f.Path)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got the files %q, want %q", got, want)
	}
}

// TestLoosePacks makes sure that the newest hour and the two newest days can be had by their pieces, and no others.
func TestLoosePacks(t *testing.T) {
	r := newRoomIn(t, []string{"en"})
	for i := range 4 {
		s := r.fresh(i, fmt.Sprint("Story ", i), "en")
		s.Articles[0].Revision.Body[0].Text[0].Text = noise(i, 30_000)
		r.put(t, s)
		r.publish(t)
		r.now = r.now.Add(time.Duration(12+12*(i/2)) * time.Hour) // 22nd 16h, 23rd 4h, 23rd 16h, 24th 16h
	}
	for path, want := range map[string]bool{
		"2026-11-22": false, "2026-11-23": true, "2026-11-24": true, "2026-11-23T16": false, "2026-11-24T16": true,
	} {
		f, err := r.Store.File(t.Context(), edition.PackPath("en", path))
		if err != nil || f.Entry.Loose != want || f.Entry.Size <= edition.PieceSize || f.Entry.Gzip {
			t.Errorf("%s: got %+v, %v, want loose %v", path, f.Entry, err, want)
		}
		for _, piece := range f.Entry.Pieces {
			if has, err := r.Store.HasObject(t.Context(), piece); err != nil || want && !has {
				t.Errorf("%s: a piece is missing, %v", path, err)
			}
		}
	}
	r.verify(t, "public")
}

// noise returns letters that no codec makes short.
func noise(seed, n int) string {
	var b []byte
	for i := 0; len(b) < n; i++ {
		sum := edition.Sum(fmt.Append(nil, seed, i))
		b = append(b, sum.String()...)
	}
	return string(b[:n])
}

// TestTakedownOfSeed takes back a story that the seed has: all packs are coded anew, and nothing of it is left. That it is
// in no byte of any file, coded or not, is for the takedown tests of this package and of the commands.
func TestTakedownOfSeed(t *testing.T) {
	r := newRoomIn(t, []string{"en"})
	r.put(t, stories(store.SeedArticles+1)...)
	r.publish(t)
	r.put(t, r.fresh(200, "News", "en"))
	r.publish(t)
	before := r.plain(t, edition.SeedPath("en"))
	r.withdraw(t, "story-5", true)
	r.publish(t)
	if bytes.Equal(before, r.plain(t, edition.SeedPath("en"))) {
		t.Error("the seed is as it was")
	}
	for period, held := range r.packs(t, "en") {
		if slices.Contains(held, "story-5 1") {
			t.Errorf("pack %s still has the story", period)
		}
	}
	if found := scantest.Find(t, r.dir, "story-5\"", "Headline 5 "); len(found) > 0 {
		t.Errorf("still there: %q", found)
	}
}

// TestRecoveredPacks loses a newsroom: what comes back publishes the same packs, of all articles of which readers had the
// newest revision there.
func TestRecoveredPacks(t *testing.T) {
	r := newRoomIn(t, []string{"en", "fa"})
	r.put(t, stories(20)...)
	r.publish(t)
	for i := range 5 {
		r.put(t, r.fresh(100-i, fmt.Sprint("News ", i), "en", "fa"))
		r.publish(t)
		r.now = r.now.Add(time.Duration(7*i) * time.Hour)
	}
	want := r.packs(t, "en")
	var files []store.File
	for f, err := range r.Store.Files(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	lost := r.copied(t, "public")
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	lost.Store = st
	rec := lost.recover(t)
	if rec.ArticlesNew != 50 || len(rec.Unread) > 0 {
		t.Errorf("got %+v", rec)
	}
	res := lost.publish(t)
	if got := lost.packs(t, "en"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	for _, f := range files {
		if now, err := lost.Store.File(t.Context(), f.Path); err != nil || now.Plain != f.Plain {
			t.Errorf("%s is another, %v", f.Path, err)
		}
	}
	lost.put(t, r.fresh(500, "Goes on", "en"))
	if lost.publish(t); res.Edition != 7 || lost.verify(t, "public").Edition != 8 {
		t.Errorf("got edition %d", res.Edition)
	}
}
