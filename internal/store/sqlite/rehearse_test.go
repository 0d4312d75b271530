package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

// What was rehearsed is seen by the rehearsal alone, and nothing of it is on the disk afterwards.
func TestRehearse(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, dir := create(t)
	put(t, s, story("kept"))
	r, err := s.Rehearse(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := story("zanzibarword")
	seen.Articles[0].Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: strings.Repeat("zanzibarword ", 20_000)}}}}
	for i := range 200 { // more than SQLite holds in memory
		seen.ID = fmt.Sprint("zanzibarword", i)
		if _, err := r.PutMany(ctx, []news.Story{seen}); err != nil {
			t.Fatal(err)
		}
	}
	bad := story("bad")
	bad.Articles[0].Revision.Lead = &news.Figure{Media: strings.Repeat("a", 64), Alt: "x"}
	if _, err := r.PutMany(ctx, []news.Story{story("beside"), bad}); err == nil {
		t.Error("a story was put whose media is not there")
	}
	for id, want := range map[string]error{"kept": nil, "zanzibarword7": nil, "beside": store.ErrNotFound} {
		if _, err := r.Story(ctx, id); !errors.Is(err, want) {
			t.Errorf("%s in the rehearsal: got %v, want %v", id, err, want)
		}
	}
	if _, err := s.Story(ctx, "zanzibarword7"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the store has what was rehearsed: %v", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	put(t, s, story("after"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, "zanzibarword"); len(found) > 0 {
		t.Errorf("left on the disk: %q", found)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "media")); err == nil && len(entries) > 0 {
		t.Errorf("renditions were left: %v", entries)
	}
	s = open(t, dir)
	for id, want := range map[string]error{"kept": nil, "after": nil, "zanzibarword7": store.ErrNotFound} {
		if _, err := s.Story(ctx, id); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", id, err, want)
		}
	}
}
