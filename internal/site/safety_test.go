package site_test

import (
	"strings"
	"testing"

	"coranto/internal/lang"
	"coranto/internal/site"
)

// TestSafetyPages wants our safety page in every language that the interface has words in, each with all that the English
// one says: five headings, and a list item that only sites with a quick exit have.
func TestSafetyPages(t *testing.T) {
	catalogue, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	for exit, items := range map[string]int{"": 11, "https://weather.example/": 12} {
		cfg := site.Config{Name: "N", Languages: catalogue.Tags(), ExitURL: exit}
		files := renderAll(t, newSite(t, cfg), memory{})
		for _, tag := range catalogue.Tags() {
			_, text, _ := strings.Cut(string(files[tag+"/safety.html"].Body), `<main id="text">`)
			text, _, _ = strings.Cut(text, "</div>\n</div>")
			if strings.HasPrefix(text, "\n<div lang=") {
				t.Errorf("%s: the page is in another language", tag)
			}
			if got, headings := strings.Count(text, "<li>"), strings.Count(text, "<h2>"); got != items || headings != 5 {
				t.Errorf("%s: %d items and %d headings, want %d and 5", tag, got, headings, items)
			}
			if !strings.Contains(text, `<bdi lang="en" dir="ltr"><code>coranto read masthead.json</code></bdi>`) {
				t.Errorf("%s: does not say how to prove a page", tag)
			}
			if strings.ContainsAny(text, "{}`") || strings.Contains(text, "<li>? ") {
				t.Errorf("%s: a mark is left", tag)
			}
		}
	}
}
