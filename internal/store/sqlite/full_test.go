package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// TestFull fills the disk, as far as SQLite can tell, in the middle of a write: nothing of it is there afterwards, and
// when there is room again the store goes on.
func TestFull(t *testing.T) {
	s, err := Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limit := func(pages int) {
		w := <-s.write
		defer func() { s.write <- w }()
		if _, err := w.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	var stories []news.Story
	for i := range 20 {
		stories = append(stories, news.Story{ID: fmt.Sprint(i), Articles: []news.Article{{Lang: "en", Status: news.Published,
			Published: time.Unix(0, 0).UTC(), Revision: news.Revision{Headline: "x", Standfirst: strings.Repeat("x", 9000)}}}})
	}
	limit(60)
	if _, err := s.PutMany(t.Context(), stories); err == nil {
		t.Fatal("got no error on a full disk")
	}
	if _, err := s.Story(t.Context(), "0"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want %v", err, store.ErrNotFound)
	}
	limit(1 << 30)
	if _, err := s.PutMany(t.Context(), stories); err != nil {
		t.Error(err)
	}
}

func FuzzSlugs(f *testing.F) {
	f.Add("A Border, closed!", "border")
	f.Add("", "مرز")
	f.Add(strings.Repeat("long-", 40), "x")
	f.Fuzz(func(t *testing.T, wish, id string) {
		seen := map[string]bool{}
		for _, slug := range slugs(wish, id) {
			if slug == "" || len(slug) > maxSlug || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || slug[0] == '-' {
				t.Errorf("wish %q, id %q: got slug %q", wish, id, slug)
			}
			if seen[slug] {
				t.Errorf("wish %q, id %q: got slug %q twice", wish, id, slug)
			}
			seen[slug] = true
		}
	})
}
