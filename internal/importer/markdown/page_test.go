package markdown_test

import (
	"strings"
	"testing"

	"coranto/internal/importer/markdown"
	"coranto/internal/news"
)

func TestReadPage(t *testing.T) {
	p, err := markdown.ReadPage("about.en.md", "en", []byte("\n# About *us* &amp; you\r\n\r\nWe write.\n\n## Money\n\n- [Ours](https://news.example/)\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != "About us & you" || len(p.Body) != 3 || p.Body[1].Kind != news.Heading || p.Body[1].Level != 2 {
		t.Errorf("got %+v", p)
	}
	if p, err = markdown.ReadPage("notice", "en", []byte("No title.")); err != nil || p.Title != "" || len(p.Body) != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
	if p, err = markdown.ReadPage("empty", "en", nil); err != nil || p.Title != "" || p.Body != nil {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestReadPageRefuses wants the file and the line of what is wrong.
func TestReadPageRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"# A\n\nSee [it](story:border).":        "a.md:3: a page of the newsroom's own can't link to \"story:border\"",
		"# A\n\nSee [it](claim:border).":        "a.md:3: a page of the newsroom's own can't link to \"claim:border\"",
		"# A\n\n![A road](road.jpg)":            "a.md:3: a page of the newsroom's own can't show the file",
		"# A\n\ntext\n\n<div>x</div>":           "a.md:5: left out HTML",
		"# A\n\n[x](javascript:alert(1))":       "a.md:3: left out a link that leads nowhere",
		"# A\n\nb\xff":                          "a.md:3: not UTF-8",
		"# A\n\n" + strings.Repeat(">", 500):    "a.md:3: nested too deep",
		strings.Repeat("a", markdown.MaxPage+1): "a.md: 262145 bytes are over the limit",
	} {
		if _, err := markdown.ReadPage("a.md", "en", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %s…", text, err, want)
		}
	}
}

// FuzzReadPage wants blocks that an article may have, or an error.
func FuzzReadPage(f *testing.F) {
	f.Add([]byte("# A\n\n* b **c** `d`\n\n> e\n>\n> — f\n\n| g |\n|---|\n| h |\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := markdown.ReadPage("a.md", "en", b)
		if err != nil {
			return
		}
		s := news.Story{ID: "a", Articles: []news.Article{{Lang: "en", Status: news.Draft,
			Revision: news.Revision{Headline: "H", Body: p.Body}}}}
		if err := s.Validate(); err != nil && !strings.Contains(err.Error(), "over the limit") {
			t.Errorf("%q: %v", b, err)
		}
	})
}
