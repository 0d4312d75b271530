package site_test

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/site"
	"coranto/internal/store"
)

// A rebuilt snapshot is one whose stories and media were lost, and made again from the documents of its site.
type rebuilt struct {
	site.Snapshot
	stories map[string]news.Story
	media   map[string]news.Media
	paths   map[string]string // by rendition and path
}

func (r rebuilt) Story(_ context.Context, id string) (news.Story, error) {
	if s, ok := r.stories[id]; ok {
		return s, nil
	}
	return news.Story{}, store.ErrNotFound
}

// ArticleAt returns the revision that the documents have, whatever number is asked for.
func (r rebuilt) ArticleAt(ctx context.Context, id, lang string, _ int) (news.Story, error) {
	s, err := r.Story(ctx, id)
	s.Articles = slices.DeleteFunc(slices.Clone(s.Articles), func(a news.Article) bool { return a.Lang != lang })
	return s, err
}

func (r rebuilt) Media(_ context.Context, id string) (news.Media, error) {
	if m, ok := r.media[id]; ok {
		return m, nil
	}
	return news.Media{}, store.ErrNotFound
}

// documents returns the documents among files by their paths.
func documents(t *testing.T, files map[string]site.File) map[string]ninjs.Document {
	t.Helper()
	docs := map[string]ninjs.Document{}
	for p, f := range files {
		if !strings.HasSuffix(p, "/"+ninjs.FileName) {
			continue
		}
		d, err := ninjs.Decode(f.Body)
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		if want := site.DocumentPath(d.Story.Articles[0].Lang, d.Story.Address); p != want || f.MediaType != "application/json" {
			t.Errorf("%s: a %s that belongs at %s", p, f.MediaType, want)
		}
		docs[p] = d
	}
	return docs
}

// rebuild makes a snapshot from the documents among files, and lists as the lost one has them.
func rebuild(t *testing.T, lost site.Snapshot, files map[string]site.File) rebuilt {
	t.Helper()
	stories := map[string][]ninjs.Document{}
	for _, d := range documents(t, files) {
		stories[d.Story.ID] = append(stories[d.Story.ID], d)
	}
	r := rebuilt{lost, map[string]news.Story{}, map[string]news.Media{}, map[string]string{}}
	for id, docs := range stories {
		d, err := ninjs.Join(docs...)
		if err != nil {
			t.Fatal(err)
		}
		r.stories[id] = d.Story
		for _, m := range d.Media {
			r.media[m.ID] = m
		}
		for sum, path := range d.Paths {
			r.paths[sum+" "+path] = path // a picture may stand in several stories
		}
	}
	return r
}

// checkRebuilt makes sure that a newsroom rebuilt from its documents publishes the same site, to the byte.
func checkRebuilt(t *testing.T, s *site.Site, snap site.Snapshot) {
	t.Helper()
	want := renderAll(t, s, snap)
	r := rebuild(t, snap, want)
	got := renderAll(t, s, r)
	for _, p := range slices.Sorted(maps.Keys(want)) {
		switch f, ok := got[p]; {
		case !ok:
			t.Errorf("%s is lost", p)
		case !bytes.Equal(f.Body, want[p].Body):
			t.Errorf("%s is not what it was:\n%s", p, difference(f.Body, want[p].Body))
		case f.Rendition != "" && r.paths[f.Rendition+" "+p] != p:
			t.Errorf("%s: no document says that it stands there", p)
		}
		if t.Failed() {
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestRebuiltSpecimen(t *testing.T) {
	based := specimenConfig
	based.BaseURL = "https://news.example/a"
	for _, cfg := range []site.Config{specimenConfig, based} {
		checkRebuilt(t, newSite(t, cfg), specimen())
	}
}

// TestRebuiltNewsroom rebuilds what an editor who does anything has in a real store.
func TestRebuiltNewsroom(t *testing.T) {
	n := newNewsroom(t)
	e := &editor{rand: rand.New(rand.NewPCG(3, 7)), media: []string{n.media("one"), n.media("two")}, stories: map[string]news.Story{}}
	for range 60 {
		n.put(e.write(n.now))
	}
	for range 60 {
		n.now = n.now.Add(time.Duration(e.rand.IntN(30)) * time.Hour)
		n.put(e.edit(n.now))
	}
	snap := n.settle()
	defer snap.Close()
	checkRebuilt(t, n.site, snap)
}

// TestRebuiltCorpus rebuilds real news in thirty languages.
func TestRebuiltCorpus(t *testing.T) {
	snap, tags := corpus(t)
	s := newSite(t, site.Config{Name: "N", Languages: tags})
	slices.SortFunc(snap.stories, func(a, b news.Story) int { return strings.Compare(a.ID, b.ID) })
	for _, st := range snap.stories[:min(len(snap.stories), 20)] {
		out, err := s.Render(t.Context(), snap, site.Unit{Kind: site.Story, Story: st.ID})
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]site.File{}
		for _, f := range out.Files {
			files[f.Path] = f
		}
		again, err := s.Render(t.Context(), rebuild(t, snap, files), site.Unit{Kind: site.Story, Story: st.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range again.Files {
			if !bytes.Equal(f.Body, files[f.Path].Body) {
				t.Errorf("%s is not what it was:\n%s", f.Path, difference(f.Body, files[f.Path].Body))
			}
		}
		if len(again.Files) != len(out.Files) || len(out.Files) != 2*len(st.Articles) {
			t.Errorf("%s: %d files of %d articles, then %d", st.ID, len(out.Files), len(st.Articles), len(again.Files))
		}
	}
}

// TestDocumentIsLinked makes sure that each article's page leads to its document, and no other page to any.
func TestDocumentIsLinked(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	docs := documents(t, files)
	for p, doc := range pages(t, files) {
		links := 0
		for n := range elements(doc) {
			if n.Data == "link" && attr(n, "type") == ninjs.MediaType {
				links++
				if to := strings.TrimSuffix(p, "index.html") + attr(n, "href"); docs[to].Story.ID == "" {
					t.Errorf("%s leads to %s, which is no document", p, to)
				}
			}
		}
		if want := strings.Contains(p, "/story/"); want != (links == 1) {
			t.Errorf("%s: %d links to a document", p, links)
		}
	}
}

// TestDocumentShowsNoMoreThanThePage looks for what stands in the store and on no page.
func TestDocumentShowsNoMoreThanThePage(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	en := string(files["en/story/2026/11/20/border/"+ninjs.FileName].Body)
	for what, secret := range map[string]string{
		"the hash of a file that was handed in":  hexOf("a"),
		"a protected byline":                     "PROTECTED-NAME",
		"an identity":                            "SECRET-IDENTITY",
		"a claim that the article does not make": "unused",
		"a source's name in another language":    "Телеграм-канал Mash",
		"a link to a story that is not public":   "nowhere",
	} {
		if strings.Contains(en, secret) {
			t.Errorf("the document tells %s: %s", what, secret)
		}
	}
	for _, shown := range []string{"story:second", "Mash, Telegram channel", "He fears for his post.", hexOf("3"), "A. Reporter"} {
		if !strings.Contains(en, shown) {
			t.Errorf("the document does not tell %q", shown)
		}
	}
}
