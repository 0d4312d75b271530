package sqlite_test

import (
	"slices"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store/sqlite"
)

// The file that an article came from is kept beside it: it makes no revision, and no snapshot shows it.
func TestFileOfArticle(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, _ := create(t)
	put := func(file string) {
		t.Helper()
		a := news.Article{Lang: "en", Status: news.Published, Published: time.Unix(1e9, 0).UTC(), Revision: news.Revision{Headline: "H"}, File: file}
		if _, err := s.Put(ctx, news.Story{ID: "a", Articles: []news.Article{a}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(ctx, time.Unix(2e9, 0)); err != nil {
			t.Fatal(err)
		}
	}
	put("stories/a/en.md")
	put("moved/a/en.md")
	put("") // an import that knows none
	got, err := s.Story(ctx, "a")
	if err != nil || got.Articles[0].File != "moved/a/en.md" || got.Articles[0].Number != 1 {
		t.Errorf("got %q, revision %d, %v", got.Articles[0].File, got.Articles[0].Number, err)
	}
	snap, err := s.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if shown, err := snap.Story(ctx, "a"); err != nil || shown.Articles[0].File != "" {
		t.Errorf("readers are told of %q, %v", shown.Articles[0].File, err)
	}
}

// A copy shows drafts under their own number; the store that it was made of does not.
func TestCopyReleasesDrafts(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s, _ := create(t)
	at := time.Unix(1e9, 0).UTC()
	for id, a := range map[string]news.Article{
		"out":   {Status: news.Published, Published: at},
		"later": {Status: news.Published, Published: at.Add(time.Hour)},
		"draft": {Status: news.Draft},
	} {
		a.Lang, a.Revision.Headline = "en", id
		if _, err := s.Put(ctx, news.Story{ID: id, Articles: []news.Article{a}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CopyTo(ctx, dir); err != nil {
		t.Fatal(err)
	}
	if err := s.CopyTo(ctx, dir); err == nil {
		t.Error("a copy took the place of a store")
	}
	c, err := sqlite.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	released, err := c.ReleaseDrafts(ctx, at)
	if err != nil || !slices.Equal(released, []sqlite.ArticleID{{Story: "draft", Lang: "en"}}) {
		t.Fatalf("released %v, %v", released, err)
	}
	last, err := c.LastPlanned(ctx)
	if err != nil || !last.Equal(at.Add(time.Hour)) {
		t.Errorf("the last is planned at %s, %v", last, err)
	}
	for _, st := range []struct {
		*sqlite.Store
		want int
	}{{c, 3}, {s, 2}} {
		if err := st.Settle(ctx, last); err != nil {
			t.Fatal(err)
		}
		snap, err := st.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n, _, err := snap.Counts(ctx); n != st.want || err != nil {
			t.Errorf("%d stories are public, %v; want %d", n, err, st.want)
		}
		snap.Close()
	}
	var ids []string
	for id, err := range s.IDs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if !slices.Equal(ids, []string{"draft", "later", "out"}) {
		t.Errorf("IDs: %v", ids)
	}
	if got, err := c.Story(ctx, "draft"); err != nil || got.Articles[0].Number != 1 || !got.Articles[0].Published.Equal(at) {
		t.Errorf("the draft became %+v, %v", got.Articles, err)
	}
}
