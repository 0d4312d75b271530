package sqlite_test

import (
	"testing"
	"time"

	"coranto/internal/news"
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
