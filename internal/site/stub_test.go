package site_test

import (
	"slices"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

func moved(address, story, lang string) store.Moved {
	return store.Moved{Address: address, ArticleID: store.ArticleID{Story: story, Lang: lang}}
}

// TestStub looks at the file at an old address, and at what it takes for there to be one.
func TestStub(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(28, 0, 0)
	first, second := plainStory(1), plainStory(2)
	first.Articles[0].Revision.Headline = `<b>"The" bridge</b> & more`
	n.put(first, second)
	n.moved(
		moved("lantern.example/2014/05/bridge", first.ID, "en"),
		moved("older.example/2014/05/bridge", second.ID, "en"), // the site that is named first has it
		moved("older.example/Bridge.html", second.ID, "en"),
		moved("another.example/other", first.ID, "en"),
		moved("lantern.example/en/bridge", first.ID, "en"),
		moved("lantern.example/Media/bridge", first.ID, "en"),
		moved("lantern.example/robots.txt", first.ID, "en"),
		moved("lantern.example/fa", first.ID, "en"),
		moved("lantern.example/nobody", "nobody", "en"),
		moved("lantern.example?p=1", first.ID, "en"),
		moved("lantern.example/مرز", first.ID, "en"),
	)
	n.publish()
	n.check("at first")
	var stubs []string
	for p := range n.files {
		top, _, _ := strings.Cut(p, "/")
		if strings.Contains(p, "/") && !slices.Contains([]string{"en", "ru", "fa", "media"}, top) || strings.HasPrefix(p, "Bridge") {
			stubs = append(stubs, p)
		}
	}
	slices.Sort(stubs)
	if want := []string{"2014/05/bridge/index.html", "Bridge.html"}; !slices.Equal(stubs, want) {
		t.Fatalf("got the stubs %q, want %q", stubs, want)
	}
	to := "../../../" + site.StoryPath("en", address(t, n, first.ID))
	want := `<!doctype html>
<html lang="en" dir="ltr">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url=` + to + `">
<title>&lt;b&gt;&#34;The&#34; bridge&lt;/b&gt; &amp; more · N</title>
<link rel="canonical" href="` + to + `">
<main data-from="lantern.example/2014/05/bridge"><h1><a href="` + to + `"><bdi>&lt;b&gt;&#34;The&#34; bridge&lt;/b&gt; &amp; more</bdi></a></h1></main>
`
	if got := string(n.files["2014/05/bridge/index.html"].Body); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	at, tag, led, ok := n.site.ReadStub("2014/05/bridge/index.html", n.files["2014/05/bridge/index.html"].Body)
	if !ok || at != "lantern.example/2014/05/bridge" || tag != "en" || led != address(t, n, first.ID) {
		t.Errorf("read back got %s, %s, %v, %v", at, tag, led, ok)
	}
	for _, p := range []string{"en/index.html", "index.html", site.StoryPath("en", led)} {
		if _, _, _, ok := n.site.ReadStub(p, n.files["2014/05/bridge/index.html"].Body); ok {
			t.Errorf("%s is taken for a stub", p)
		}
	}

	first.Articles[0].Status = news.Withdrawn
	n.put(first)
	units := n.publish()
	n.check("withdrawn")
	if !slices.Contains(units, site.Unit{Kind: site.Stub, Path: "2014/05/bridge/index.html"}) {
		t.Errorf("got the units %v, want the stub among them", units)
	}
	if got := string(n.files["2014/05/bridge/index.html"].Body); strings.Contains(got, "bridge</b>") || !strings.Contains(got, address(t, n, second.ID).Slug) {
		t.Errorf("after a takedown got %s, want what leads to the other story that stood there", got)
	}
}

func address(t *testing.T, n *newsroom, id string) news.Address {
	t.Helper()
	s, err := n.store.Story(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s.Address
}

func TestOldSites(t *testing.T) {
	if got, err := site.CheckOldSites([]string{"WWW.Lantern.example", "older.example:8080", "xn--80ak6aa.example"}); err != nil ||
		!slices.Equal(got, []string{"lantern.example", "older.example:8080", "xn--80ak6aa.example"}) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", "https://lantern.example", "lantern.example/", "a b", "x@lantern.example", "lantern.example?x", "192.0.2.1", "a.example,a.example"} {
		if got, err := site.CheckOldSites(strings.Split(bad, ",")); err == nil {
			t.Errorf("%q: got %q, want an error", bad, got)
		}
	}
	if _, err := site.New(site.Config{Name: "N", Languages: []string{"en"}, OldSites: []string{"www.lantern.example"}}); err == nil {
		t.Error("a host with www. passes")
	}
}
