package reader_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// told returns an article of a pack that says some words.
func told(id string, number int, words string) edition.Article {
	return edition.Article{
		ID: id, Address: "story/2026/11/22/" + id, Number: number, Origin: &edition.Origin{Lang: "fa", Number: 1}, Headline: "Headline of " + id, Published: epoch,
		Blocks: []edition.Block{
			{Kind: "paragraph", Text: edition.Text{{Text: words + " <script>", Claim: "c1"}}},
			{Kind: "paragraph", Text: edition.Text{{Text: "more", Link: "story:other"}, {Text: "out", Link: "https://example.com/"}, {Text: "bad", Link: "javascript:alert(1)"}}},
		},
		Sources: []edition.Voice{{ID: "s1", Kind: "witness", Name: map[string]string{"en": "A witness"}}},
		Claims:  []edition.Claim{{ID: "c1", Source: "s1", Check: "unverified"}},
	}
}

// shell is the page that packs are shown in.
const shell = `<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>Safety</title></head><body><header>The Lantern</header><main id="text"><h1>Safety</h1></main><footer>foot</footer></body></html>`

// A paper is the packs of a language, by period.
type paper map[string][]edition.Article

// pages returns a language's packs, with their index, as pages of an edition; those of periods that are named are primed.
func (p paper) pages(t testing.TB, lang string, primed ...string) map[string]string {
	t.Helper()
	seedText := []byte(strings.Repeat("guards push migrants back at a closed border ", 20))
	coded, seed, err := edition.CodeSeed(seedText)
	must(t, err)
	pages := map[string]string{edition.SeedPath(lang): string(coded), lang + "/safety.html": shell}
	x := edition.PackIndex{Language: lang, Seed: &edition.PackSeed{Size: int64(len(seedText)), Hash: edition.Sum(seedText)}}
	for _, period := range slices.Sorted(maps.Keys(p)) {
		text, err := edition.AppendPackHead(nil, lang, period)
		must(t, err)
		for _, a := range p[period] {
			text, err = edition.AppendArticle(text, a)
			must(t, err)
		}
		with := seed
		if !slices.Contains(primed, period) {
			with = nil
		}
		coded, err := edition.CodePack(text, with)
		must(t, err)
		pages[edition.PackPath(lang, period)], pages[edition.PackTextPath(lang, period)] = string(coded), string(text)
		x.Packs = append(x.Packs, edition.Pack{
			Period: period, Articles: len(p[period]), Size: int64(len(text)), Hash: edition.Sum(text), Coded: int64(len(coded)),
		})
	}
	index, err := x.Encode()
	must(t, err)
	pages[edition.PackIndexPath(lang)] = string(index)
	return pages
}

// A spied source notes what is asked of it: what a mirror sees.
type spied struct {
	reader.Source
	mu   sync.Mutex
	seen []string
	down bool
}

func (s *spied) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down {
		return nil, errors.New("no such host")
	}
	b, err := s.Source.Fetch(ctx, path, max)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, fmt.Sprintf("%s %d", path, len(b)))
	return b, err
}

// asked returns what was asked since the last time.
func (s *spied) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

var today = paper{
	"2026-11-22":    {told("border", 1, "first words"), told("other", 1, "another story")},
	"2026-11-22T10": {told("border", 1, "first words")},
	"2026-11-22T11": {told("other", 1, "another story")},
}

func TestTakePaper(t *testing.T) {
	p := newPress(t, 1)
	at := &spied{Source: p.publish(today.pages(t, "en", "2026-11-22")).source("a")}
	keep := reader.Memory(reader.DefaultKeepLimit)
	r := p.open(reader.Options{Keep: keep}, at)
	refresh(t, r)
	got, err := r.TakePaper(t.Context(), "en", 24*time.Hour, false)
	must(t, err)
	if len(got.Articles) != 2 || !slices.Equal(got.Packs, []string{"2026-11-22"}) {
		t.Errorf("got %d articles of %v", len(got.Articles), got.Packs)
	}
	if a, ok := got.Find("story/2026/11/22/border"); !ok || a.Blocks[0].Text[0].Text != "first words <script>" {
		t.Errorf("got %+v", a)
	}

	// Later there is a correction, and a story is gone from the sealed packs.
	p.now = p.now.Add(5 * time.Hour)
	later := paper{
		"2026-11-22": {told("border", 2, "corrected")}, "2026-11-22T10": {told("border", 1, "first words")},
		"2026-11-22T16": {told("border", 2, "corrected")},
	}
	at.Source = p.publish(later.pages(t, "en")).source("a")
	refresh(t, r)
	at.asked()
	got, err = r.TakePaper(t.Context(), "en", time.Hour, false)
	must(t, err)
	if a, _ := got.Find("story/2026/11/22/border"); len(got.Articles) != 1 || a.Number != 2 {
		t.Errorf("got %+v", got.Articles)
	}

	// The next reader of the same keep has it without a mirror.
	at.down = true
	again := p.open(reader.Options{Keep: keep}, at)
	got, err = again.TakePaper(t.Context(), "en", time.Hour, false)
	if err != nil || len(got.Articles) != 1 {
		t.Errorf("offline: %+v, %v", got, err)
	}
}

// A pack that is not what the index says is the newsroom's own mistake, and not shown.
func TestPackOfAnotherHash(t *testing.T) {
	p := newPress(t, 1)
	pages, other := today.pages(t, "en"), paper{"2026-11-22": {told("border", 1, "f1rst words"), told("other", 1, "another story")}}
	pages[edition.PackPath("en", "2026-11-22")] = other.pages(t, "en")[edition.PackPath("en", "2026-11-22")]
	r := p.open(reader.Options{}, p.publish(pages).source("a"))
	refresh(t, r)
	var invalid *edition.InvalidError
	if _, err := r.TakePaper(t.Context(), "en", 24*time.Hour, false); !errors.As(err, &invalid) {
		t.Errorf("got %v", err)
	}
	if _, err := r.PackText(t.Context(), "en", "2026-11-21"); !errors.Is(err, reader.ErrAbsent) {
		t.Errorf("a day without a pack: %v", err)
	}
}

// What a mirror sees does not depend on what is read.
func TestPaperTellsNothing(t *testing.T) {
	p := newPress(t, 1)
	pages := today.pages(t, "en", "2026-11-22")
	maps.Copy(pages, map[string]string{"en/story/2026/11/22/border/index.html": story("x"), "index.html": story("y")})
	files := p.publish(pages)
	var sights [][]string
	for _, read := range []string{"border", "other", "nothing"} {
		at := &spied{Source: files.source("a")}
		r := p.open(reader.Options{}, at)
		refresh(t, r)
		s := running(t, r, func(s *reader.Server) { s.Papers, s.Since = []string{"en"}, 24*time.Hour })
		home := follow(t, s.URL())
		if !strings.Contains(home, "Headline of border") || !strings.Contains(home, "Headline of other") {
			t.Fatalf("the paper: %s", home)
		}
		at.asked()
		for range 3 {
			page := follow(t, s.URL()+"en/story/2026/11/22/"+read+"/")
			if read != "nothing" && (!strings.Contains(page, "Headline of "+read) || strings.Contains(page, "<script>") ||
				strings.Contains(page, "javascript:") || !strings.Contains(page, "A witness") || !strings.Contains(page, "<footer>foot") || !strings.Contains(page, "<bdi>فارسی</bdi>")) {
				t.Errorf("%s: %s", read, page)
			}
		}
		if asked := at.asked(); len(asked) > 0 {
			t.Errorf("reading %s asks for %v", read, asked)
		}
		fresh := &spied{Source: files.source("a")}
		again := p.open(reader.Options{}, fresh)
		refresh(t, again)
		_, err := again.TakePaper(t.Context(), "en", 24*time.Hour, false)
		must(t, err)
		sights = append(sights, fresh.asked())
	}
	for _, s := range sights[1:] {
		if !slices.Equal(s, sights[0]) {
			t.Errorf("a mirror sees\n%s\nof one reader, and of another\n%s", strings.Join(sights[0], "\n"), strings.Join(s, "\n"))
		}
	}
}

// A page that is not in the paper is fetched when the user says so, and not before.
func TestPaperAsksFirst(t *testing.T) {
	p := newPress(t, 1)
	pages := today.pages(t, "en")
	pages["en/topic/war/index.html"] = story("a topic")
	at := &spied{Source: p.publish(pages).source("a")}
	r := p.open(reader.Options{}, at)
	refresh(t, r)
	s := running(t, r, func(s *reader.Server) { s.Papers, s.Since = []string{"en"}, 24*time.Hour })
	follow(t, s.URL())
	at.asked()
	page := follow(t, s.URL()+"en/topic/war/")
	if strings.Contains(page, "<h1>a topic") || !strings.Contains(page, "ask=1") || len(at.asked()) > 0 {
		t.Errorf("fetched unasked: %s", page)
	}
	if page := follow(t, s.URL()+"en/safety.html"); !strings.Contains(page, "<h1>Safety") {
		t.Errorf("the shell, which is kept: %s", page)
	}
	if page := follow(t, s.URL()+"en/topic/war/?ask=1"); !strings.Contains(page, "<h1>a topic") {
		t.Errorf("asked for, and got %s", page)
	}
}

// Pictures that stand beside packs are shown without asking for them; one that is not what the edition has is not taken, and of
// one that the newsroom does not have itself no mirror is asked.
func TestPaperPictures(t *testing.T) {
	p := newPress(t, 1)
	a := told("border", 1, "first words")
	for i, name := range []string{"fence.jpg", "gate.jpg"} {
		a.Media = append(a.Media, edition.Media{ID: i + 1, Name: name, Renditions: []edition.Rendition{
			{Path: "media/story/2026/11/22/border/" + name, Type: "image/jpeg", Width: 64, Height: 36, Size: 9},
		}})
		a.Blocks = append(a.Blocks, edition.Block{Kind: "figure", Figure: &edition.Figure{Media: i + 1, Alt: "See " + name}})
	}
	a.Blocks = append(a.Blocks, edition.Block{Kind: "paragraph", Text: edition.Text{{Text: strings.Repeat("ب", 1500)}}})
	fence, gate := a.Media[0].Renditions[0].Path, a.Media[1].Renditions[0].Path
	file, err := edition.CodePictures([]edition.Picture{{Path: fence, Body: []byte("a picture")}, {Path: gate, Body: []byte("a forgery")}})
	must(t, err)
	a.Lead = &edition.Figure{Missing: true, Alt: "A <road>", Caption: edition.Text{{Text: "The road"}}}
	pages := paper{"2026-11-22": {a}, "2026-11-22T10": {a}}.pages(t, "en")
	x, err := edition.ParsePackIndex([]byte(pages[edition.PackIndexPath("en")]))
	must(t, err)
	x.Packs[0].Pictures = int64(len(file))
	index, err := x.Encode()
	must(t, err)
	maps.Copy(pages, map[string]string{
		edition.PackIndexPath("en"): string(index), edition.PicturesPath("en", x.Packs[0].Period): string(file), fence: "a picture", gate: "the truth",
	})
	at := &spied{Source: p.publish(pages).source("a")}
	r := p.open(reader.Options{}, at)
	refresh(t, r)
	s := running(t, r, func(s *reader.Server) { s.Papers, s.Since, s.Pictures = []string{"en"}, 24*time.Hour, true })
	follow(t, s.URL())
	at.asked()
	page := follow(t, s.URL()+"en/story/2026/11/22/border/")
	if !strings.Contains(page, `alt="See fence.jpg" width="64" height="36"`) || strings.Contains(page, `alt="See gate.jpg"`) || !strings.Contains(page, "Ask a mirror") {
		t.Errorf("got %s", page)
	}
	if want := `<figure><p class="missing">The newsroom does not have this picture or recording.<br>A &lt;road&gt;</p><figcaption>`; !strings.Contains(page, want) {
		t.Errorf("no %s in %s", want, page)
	}
	if want := strings.Repeat("ب", 1000) + "<wbr>" + strings.Repeat("ب", 500); !strings.Contains(page, want) {
		t.Error("a word that browsers stand still at is not broken")
	}
	if got := follow(t, s.URL()+fence); got != "a picture" || len(at.asked()) > 0 {
		t.Errorf("the picture: %q", got)
	}
}

// follow gets a page as a browser does, where a redirect leads.
func follow(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	must(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(b)
}
