package site_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"coranto/internal/site"
	"coranto/internal/store"
)

func specimenList(lang, topic string) store.List { return store.List{Lang: lang, Topic: topic} }

// TestFeeds reads the feeds with somebody else's program.
func TestFeeds(t *testing.T) {
	cfg := specimenConfig
	cfg.BaseURL = "https://news.example/a"
	files := renderAll(t, newSite(t, cfg), specimen())
	atom, rss, json := site.FeedPaths("ru")
	for _, p := range []string{atom, rss, json} {
		f, err := gofeed.NewParser().Parse(bytes.NewReader(files[p].Body))
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		if f.Title != cfg.Name || f.Link != "https://news.example/a/ru/index.html" || len(f.Items) != 1 {
			t.Errorf("%s: title %q, link %q, %d items", p, f.Title, f.Link, len(f.Items))
		}
		if p != atom && f.Language != "ru" { // gofeed does not look for Atom's xml:lang.
			t.Errorf("%s: language %q", p, f.Language)
		}
		item := f.Items[0]
		if item.GUID != "urn:coranto:border%2F1:ru" || item.Link != "https://news.example/a/ru/story/2026/11/20/border/index.html" ||
			item.Title != "Пограничники оттеснили мигрантов" || item.Description != "Десятки людей застряли под Самарой." {
			t.Errorf("%s: %+v", p, item)
		}
		if !item.PublishedParsed.Equal(at(20, 16, 30)) || len(item.Authors) != 2 && p != rss {
			t.Errorf("%s: published %v, authors %v", p, item.PublishedParsed, item.Authors)
		}
		for _, part := range []string{`src="https://news.example/a/media/story/2026/11/20/border/`, "Guards pushed back <strong>dozens</strong> of people"} {
			if !strings.Contains(item.Content, part) {
				t.Errorf("%s: the content lacks %s", p, part)
			}
		}
	}
}

// TestFeedTime makes sure that a feed is as old as its newest item, and an empty one as old as can be.
func TestFeedTime(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	for lang, want := range map[string]time.Time{"en": at(21, 9, 0), "fa": at(20, 18, 0), "sw": time.Unix(0, 0)} {
		atom, _, _ := site.FeedPaths(lang)
		f, err := gofeed.NewParser().Parse(bytes.NewReader(files[atom].Body))
		if err != nil {
			t.Fatal(err)
		}
		if f.UpdatedParsed == nil || !f.UpdatedParsed.Equal(want) {
			t.Errorf("%s: %v, want %v", lang, f.UpdatedParsed, want)
		}
	}
}
