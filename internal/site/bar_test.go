package site_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
)

// TestBar follows a bar from its beginning to its end: it stands on the front and on the pages of the days that it
// reaches back to, leaves the archive alone, and goes by itself.
func TestBar(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(22, 12, 0)
	var first []news.Story
	for i := range 60 {
		first = append(first, plainStory(i))
	}
	n.put(first...)
	n.publish()

	flood := plainStory(59) // of the 20th, 8:00
	a := &flood.Articles[0]
	a.Updated, a.Breaking = n.now, n.now.Add(3*time.Hour)
	a.Revision.Headline = "The dam <breaks>"
	n.put(flood)
	bar := []string{"breaking en ", "day en 2026-11-18", "day en 2026-11-19", "day en 2026-11-20", "feeds en", "front en ", "en/archive/page/3.html"}
	for _, id := range []string{"51", "52", "53", "54", "55", "56", "57", "58", "59"} {
		bar = append(bar, `story "plain-`+id+`"`)
	}
	wantUnits(t, "news that breaks", n.publish(), bar...)
	n.check("news that breaks")
	n.wantBar("en/index.html", "story/2026/11/20/plain-59/index.html")
	n.wantBar("en/story/2026/11/18/plain-51/index.html", "../../20/plain-59/index.html")
	n.wantBar("en/story/2026/11/17/plain-50/index.html", "")
	n.wantBar("en/story/2026/11/20/plain-59/index.html", "") // not of itself
	n.wantBar("fa/index.html", "")
	want := []edition.Breaking{{Until: at(22, 15, 0), Path: "en/story/2026/11/20/plain-59/index.html", Headline: "The dam <breaks>"}}
	f := n.files["en/breaking.txt"]
	if got, err := edition.ParseBreaking(f.Body); err != nil || !slices.Equal(got, want) || f.MediaType != "text/plain" {
		t.Errorf("for readers: got %v, %v, %s, want %v", got, err, f.MediaType, want)
	}

	n.now = n.now.Add(2 * time.Hour)
	wantUnits(t, "nothing", n.publish())
	n.now = n.now.Add(time.Hour)
	n.publish()
	n.check("the end of breaking news")
	n.wantBar("en/index.html", "")
	n.wantBar("en/story/2026/11/18/plain-51/index.html", "")
	if f, ok := n.files["en/breaking.txt"]; ok {
		t.Errorf("for readers: got %q", f.Body)
	}
}

// Readers are told of the newest alone, however much is breaking.
func TestManyBars(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(22, 12, 0)
	var all []news.Story
	for i := range 12 {
		s := plainStory(i)
		s.Articles[0].Updated, s.Articles[0].Breaking = n.now, n.now.Add(time.Hour)
		all = append(all, s)
	}
	n.put(all...)
	n.publish()
	n.check("twelve at once")
	got, err := edition.ParseBreaking(n.files["en/breaking.txt"].Body)
	if err != nil || len(got) != edition.MaxBreaking || !strings.HasSuffix(got[0].Path, "/plain-11/index.html") {
		t.Errorf("got %v, %v", got, err)
	}
}

// wantBar wants a page to have a bar with a link, or none where that is empty.
func (n *newsroom) wantBar(path, href string) {
	n.t.Helper()
	body := string(n.files[path].Body)
	switch _, bar, found := strings.Cut(body, `<aside class="breaking" aria-label="Breaking">`); {
	case body == "":
		n.t.Errorf("%s is missing", path)
	case found != (href != ""):
		n.t.Errorf("%s: has a bar: %t", path, found)
	case found && !strings.HasPrefix(bar, "\n<p><strong>Breaking</strong> <a href=\""+href+"\">The dam &lt;breaks&gt;</a></p>\n</aside>"):
		n.t.Errorf("%s: got %.200s", path, bar)
	}
}
