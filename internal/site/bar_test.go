package site_test

import (
	"strings"
	"testing"
	"time"

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
	bar := []string{"day en 2026-11-18", "day en 2026-11-19", "day en 2026-11-20", "feeds en", "front en ", "en/archive/page/3.html"}
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

	n.now = n.now.Add(2 * time.Hour)
	wantUnits(t, "nothing", n.publish())
	n.now = n.now.Add(time.Hour)
	n.publish()
	n.check("the end of breaking news")
	n.wantBar("en/index.html", "")
	n.wantBar("en/story/2026/11/18/plain-51/index.html", "")
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
