package site_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// pack returns the articles of a pack that was published, and fails where its files don't agree.
func (n *newsroom) pack(lang, period string) []edition.Article {
	n.t.Helper()
	return packIn(n.t, n.files, lang, period)
}

func packIn(t *testing.T, files map[string]site.File, lang, period string) []edition.Article {
	t.Helper()
	f, ok := files[edition.PackTextPath(lang, period)]
	if !ok {
		return nil
	}
	p, err := edition.ParsePackText(f.Body)
	if err != nil || p.Language != lang || p.Period != period {
		t.Fatalf("%s: of %s, %s, %v", f.Path, p.Language, p.Period, err)
	}
	coded := files[edition.PackPath(lang, period)]
	if !coded.Coded || !bytes.Equal(coded.Body, f.Body) || coded.MediaType != edition.PackType || f.MediaType != edition.PackTextType {
		t.Errorf("%s: is not coded of the text", coded.Path)
	}
	return p.Articles
}

func revisions(articles []edition.Article) (all []string) {
	for _, a := range articles {
		all = append(all, fmt.Sprintf("%s %d", a.ID, a.Number))
	}
	return all
}

// TestPackOfSpecimen reads the pack of a story that has everything: it says what the page does, and no more.
func TestPackOfSpecimen(t *testing.T) {
	snap := specimen()
	for i := range snap.stories {
		for j := range snap.stories[i].Articles {
			snap.stories[i].Articles[j].Number = 2
		}
	}
	files := renderAll(t, newSite(t, specimenConfig), snap)
	for _, tag := range specimenConfig.Languages {
		for _, a := range packIn(t, files, tag, cameOut) {
			if files[tag+"/"+a.Address+"/index.html"].Body == nil {
				t.Errorf("%s: no page at %s", tag, a.Address)
			}
			for _, m := range a.Media {
				for _, r := range m.Renditions {
					if f, ok := files[r.Path]; !ok || f.MediaType != r.Type {
						t.Errorf("%s: no %s at %s", a.ID, r.Type, r.Path)
					}
				}
			}
		}
	}
	body := string(files[edition.PackTextPath("en", cameOut)].Body)
	for _, said := range []string{`"kicker":`, `"standfirst":`, `"bylines":`, `"topics":`, `"lead":`, `"corrections":`, `"sources":`, `"claims":`,
		`"media":`, `"origin":`, `"kind":"quote"`, `"kind":"table"`, `"kind":"list"`} {
		if !strings.Contains(body+string(files[edition.PackTextPath("fa", cameOut)].Body), said) {
			t.Errorf("no %s in the packs", said)
		}
	}
	for _, hour := range []string{cameOut, cameOut[:10]} {
		f := files[edition.PicturesPath("en", hour)]
		pictures, err := edition.ParsePictures(f.Body)
		if err != nil || len(pictures) == 0 || f.MediaType != edition.PicturesType || !f.Loose {
			t.Errorf("pictures of %s: %d, %v", hour, len(pictures), err)
		}
		for _, p := range pictures {
			if files[p.Path].Rendition == "" {
				t.Errorf("%s is no rendition of the site", p.Path)
			}
		}
	}
}

// TestPacksTouched names what each kind of edit touches.
func TestPacksTouched(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(22, 12, 0)
	stories := []news.Story{plainStory(1), plainStory(2), plainStory(3)}
	for i := range stories {
		stories[i].Articles[0].Published = n.now
	}
	n.put(stories...)
	n.publish()
	wantPacks(t, "nothing", n.publish())

	n.now = n.now.Add(time.Hour)
	stories[1].Articles[0].Revision.Body = []news.Block{paragraph("Corrected.")}
	n.put(stories[1])
	wantPacks(t, "a correction in the next hour", n.publish(), "pack en 2026-11-22", "pack en 2026-11-22T12", "pack en 2026-11-22T13", "packindex en ")
	n.check("a correction in the next hour")
	if got, want := revisions(n.pack("en", "2026-11-22T12")), []string{"plain-01 1", "plain-02 1", "plain-03 1"}; !slices.Equal(got, want) {
		t.Errorf("the first hour: %q, want %q", got, want)
	}
	if got, want := revisions(n.pack("en", "2026-11-22")), []string{"plain-01 1", "plain-03 1", "plain-02 2"}; !slices.Equal(got, want) {
		t.Errorf("the day: %q, want %q", got, want)
	}
	for path, loose := range map[string]bool{
		edition.PackPath("en", "2026-11-22T12"): false, edition.PackPath("en", "2026-11-22T13"): true,
		edition.PackPath("en", "2026-11-22"): true, edition.PackTextPath("en", "2026-11-22"): false,
	} {
		if n.files[path].Loose != loose {
			t.Errorf("%s: loose is %v, want %v", path, !loose, loose)
		}
	}

	old := plainStory(4)
	n.put(old)
	wantPacks(t, "an older story", n.publish(), "pack en s1", "packindex en ")

	n.now = at(23, 9, 0)
	late := plainStory(5)
	late.Articles[0].Published = n.now
	n.put(late)
	wantPacks(t, "a new day", n.publish(), "pack en 2026-11-22", "pack en 2026-11-22T13", "pack en 2026-11-23", "pack en 2026-11-23T09", "packindex en ")
	n.check("a new day")

	stories[0].Articles[0].Status = news.Withdrawn
	n.put(stories[0])
	wantPacks(t, "a withdrawal", n.publish(), "pack en 2026-11-22", "pack en 2026-11-22T12", "packindex en ")
	n.check("a withdrawal")
}

// TestOldRevisionInPack takes a picture and a claim out of a story: the pack of the day before keeps its words, and no
// longer leads to what is gone.
func TestOldRevisionInPack(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(22, 12, 0)
	s := plainStory(1)
	s.Sources = []news.Source{{ID: "a", Kind: news.Official, Name: map[string]string{"": "A minister"}}}
	s.Claims = []news.Claim{{ID: "c", Source: "a", Check: news.Attributed}}
	a := &s.Articles[0]
	a.Published = n.now
	a.Revision.Lead = &news.Figure{Media: n.media("border"), Alt: "A border"}
	a.Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "First words.", Claim: "c"}}}}
	n.put(s)
	n.publish()
	first := n.pack("en", "2026-11-22")[0]
	if len(first.Media) != 1 || len(first.Media[0].Renditions) != 1 || first.Lead.Media != 1 || first.Blocks[0].Text[0].Claim != "c" {
		t.Fatalf("got %+v", first)
	}
	if _, err := edition.ParsePictures(n.files[edition.PicturesPath("en", "2026-11-22")].Body); err != nil {
		t.Error(err)
	}

	n.now = at(23, 12, 0)
	a.Revision.Lead, a.Revision.Body = nil, []news.Block{paragraph("Second words.")}
	s.Claims = []news.Claim{}
	n.put(s)
	n.publish()
	n.check("without picture and claim")
	old := n.pack("en", "2026-11-22")[0]
	if len(old.Media) != 1 || old.Media[0].Renditions != nil || old.Lead.Alt != "A border" || len(old.Claims) != 0 ||
		old.Blocks[0].Text[0] != (edition.Span{Text: "First words."}) {
		t.Errorf("the day before: got %+v", old)
	}
	if _, there := n.files[edition.PicturesPath("en", "2026-11-22")]; there {
		t.Error("the picture is still in the pictures of the day before")
	}
}

// TestSeed publishes enough for a seed, and takes an article of it back.
func TestSeed(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(28, 23, 0)
	var stories []news.Story
	for i := range store.SeedArticles + 1 {
		stories = append(stories, plainStory(i+1))
	}
	n.put(stories[:store.SeedArticles-1]...)
	n.publish()
	if _, there := n.files[edition.SeedPath("en")]; there {
		t.Error("a seed of too few articles")
	}
	n.put(stories...)
	wantPacks(t, "enough articles", n.publish(), "pack en s1", "packindex en ", "seed en ")
	f := n.files[edition.SeedPath("en")]
	if lines := bytes.Count(f.Body, []byte("\n")); lines != store.SeedArticles || !f.Coded || f.MediaType != edition.PackType {
		t.Errorf("a seed of %d lines", lines)
	}
	stories[7].Articles[0].Status = news.Withdrawn
	n.put(stories[7])
	wantPacks(t, "a withdrawal", n.publish(), "pack en s1", "packindex en ", "seed en ")
	n.check("a withdrawal")
	if bytes.Contains(n.files[edition.SeedPath("en")].Body, []byte(`"`+stories[7].ID+`"`)) {
		t.Error("what was withdrawn is in the seed")
	}
}

// TestPackLimit leaves out what a pack has no room for, whole.
func TestPackLimit(t *testing.T) {
	s, snap := newSite(t, specimenConfig), specimen()
	outings, err := snap.Pack(t.Context(), "en", cameOut)
	if err != nil {
		t.Fatal(err)
	}
	whole, all, err := s.PackUpTo(t.Context(), snap, "en", outings, edition.MaxPackText)
	if err != nil || all != len(outings) || all < 2 {
		t.Fatalf("%d of %d articles, %v", all, len(outings), err)
	}
	text, some, err := s.PackUpTo(t.Context(), snap, "en", outings, len(whole)-1)
	if err != nil || some != all-1 || !bytes.HasPrefix(whole, text) || !bytes.HasSuffix(text, []byte("}\n")) {
		t.Errorf("%d articles in %d bytes, %v", some, len(text), err)
	}
}
