package markdown_test

import (
	"image/color"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"coranto/internal/news"
)

// example finds the examples of docs/markdown.md: a fence that names the file after its language, and what it holds.
var example = regexp.MustCompile("(?ms)^```(?:markdown|yaml) (\\S+)\n(.*?)^```$")

// TestDocs imports every example of docs/markdown.md, and wants nothing refused and nothing noted.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../../docs/markdown.md")
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for _, name := range []string{"spring-flood/flood.jpg", "spring-flood/ornament.png", "market/chart.png", "concert/roof.jpg"} {
		fsys[name] = &fstest.MapFile{Data: []byte(drawing(t, color.White))}
	}
	fsys["concert/finale.mp4"] = &fstest.MapFile{Data: []byte(film(t))}
	fsys["concert/finale.en.vtt"] = &fstest.MapFile{Data: []byte("WEBVTT\n")}
	given := len(fsys)
	articles := 0
	for _, m := range example.FindAllStringSubmatch(string(page), -1) {
		if fsys[m[1]] != nil {
			t.Errorf("%s stands twice on the page", m[1])
		}
		if strings.HasSuffix(m[1], ".md") {
			articles++
		}
		fsys[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	if fences := strings.Count(string(page), "\n```") / 2; len(fsys)-given != fences-2 {
		t.Errorf("%d examples in %d fences: all but the folder and the commands should name their file", len(fsys)-given, fences)
	}
	st := newsroom(t)
	r := run(t, st, fsys)
	for _, p := range append(r.Problems, r.Notes...) {
		t.Error(p)
	}
	if r.New != articles {
		t.Errorf("got %d new articles, want %d", r.New, articles)
	}
	if r := run(t, st, fsys); r.Unchanged != articles {
		t.Errorf("again: got %+v, want nothing changed", r)
	}
	for id, want := range map[string]news.Status{"election": news.Draft, "budget": news.Published, "market": news.Published} {
		if s, err := st.Story(t.Context(), id); err != nil || s.Articles[0].Status != want {
			t.Errorf("%s: got %v, %v, want %s", id, s.Articles, err, want)
		}
	}
	if s, err := st.Story(t.Context(), "about-the-desk"); err != nil || !s.Articles[0].Revision.Standing {
		t.Errorf("about-the-desk: got %+v, %v, want a page that stands", s, err)
	}
}
