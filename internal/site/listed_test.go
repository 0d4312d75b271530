package site_test

import (
	"testing"

	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// Every numbered page of the site tells which stories stand on it, as the store knows them; no other page does.
func TestListed(t *testing.T) {
	for _, path := range []string{"en/index.html", "en/archive/index.html", "en/archive/page/x.html", "en/archive/page/01.html",
		"en/archive/page/1.htm", "en/archive/topic/rivers/0x1.html", "en/archive/2026/11/index.html", ""} {
		if _, _, _, ok := site.Listed(path, nil); ok {
			t.Errorf("%q: was taken for a numbered page", path)
		}
	}
	page := []byte(`<a href="../../story/2020/01/01/crumb/index.html">no</a>
<h2><a href="../../story/2026/11/22/border/index.html">yes</a></h2>
<h3><a href="../../../story/2026/11/21/a-2/index.html">yes</a></h3>
<h2><a href="https://news.example/story/2026/11/22/other/index.html">no</a></h2>`)
	l, number, stories, ok := site.Listed("fa/archive/topic/rivers/12.html", page)
	if want := (store.List{Lang: "fa", Topic: "rivers"}); !ok || l != want || number != 12 {
		t.Errorf("got %v, %d, %v", l, number, ok)
	}
	if len(stories) != 2 || stories[0] != (news.Address{Day: "2026-11-22", Slug: "border"}) || stories[1].Slug != "a-2" {
		t.Errorf("got %v", stories)
	}
	for path, want := range map[string]store.List{
		"fa/archive/place/samara/2.html":    {Lang: "fa", Place: "samara"},
		"fa/archive/author/a-writer/2.html": {Lang: "fa", Author: "a-writer"},
	} {
		if l, number, _, ok := site.Listed(path, page); !ok || l != want || number != 2 {
			t.Errorf("%s: got %v, %d, %v", path, l, number, ok)
		}
	}
	if l, number, _, ok = site.Listed("sr-Latn/archive/page/3.html", page); !ok || l != (store.List{Lang: "sr-Latn"}) || number != 3 {
		t.Errorf("got %v, %d, %v", l, number, ok)
	}
}
