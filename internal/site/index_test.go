package site_test

import (
	"slices"
	"strings"
	"testing"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/site"
)

// TestIndex makes sure that every topic, place and author can be found, and nobody who is protected.
func TestIndex(t *testing.T) {
	m := specimen()
	for i := range m.stories[0].Articles {
		r := &m.stories[0].Articles[i].Revision
		r.Places = []news.Place{{Slug: "samara", Name: "Samara & around"}}
		r.Bylines = []news.Byline{{Name: "A. Reporter", Slug: "reporter"}, {Name: "PROTECTED-NAME", Slug: "hidden", Protected: true}}
	}
	files := renderAll(t, newSite(t, specimenConfig), m)
	body := string(files["en/topics/index.html"].Body)
	for _, want := range []string{`href="../topic/migration/index.html">Migration<`, `href="../place/samara/index.html">Samara &amp; around<`,
		`href="../author/reporter/index.html">A. Reporter<`, `id="places"`, `id="authors"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in the index", want)
		}
	}
	if strings.Contains(body, "PROTECTED") || strings.Contains(body, "hidden") {
		t.Error("the index has a protected byline")
	}
	if !strings.Contains(string(files["en/index.html"].Body), `href="topics/index.html"`) {
		t.Error("the front does not lead to the index")
	}
	// A language without topics leads on.
	if body := string(files["sw/topics/index.html"].Body); !strings.Contains(body, `<li><a href="../archive/index.html"`) {
		t.Error("an index of nothing leads nowhere")
	}
}

// wordless are languages that the interface has no words in, with a headline in each.
var wordless = map[string]string{
	"am": "ከተማው በጎርፍ ተጥለቀለቀ", "my": "မြစ်ရေကြီးနေသည်", "vi": "Sông vỡ bờ", "hi": "नदी किनारे तोड़ गई", "km": "ទន្លេជន់លិច",
	"th": "แม่น้ำล้นตลิ่ง", "he": "הנהר עלה על גדותיו", "sd": "درياهه ڪنارن کان ٻاهر", "dv": "ކޯރު ފުނިޖެހިއްޖެ", "yi": "דער טייַך איז אַריבער",
}

// TestWordless publishes in ten languages that have no words. Whatever the interface says there is in the newsroom's
// first language that has some, and says so; what the newsroom says is in the page's own.
func TestWordless(t *testing.T) {
	cfg := site.Config{Name: "N", Languages: []string{"am", "fa", "en", "my", "vi", "hi", "km", "th", "he", "sd", "dv", "yi"}}
	story := news.Story{ID: "s", Address: news.Address{Day: "2026-11-20", Slug: "s"}}
	for tag, headline := range wordless {
		story.Articles = append(story.Articles, news.Article{Lang: tag, Status: news.Published, Published: at(20, 14, 7), Updated: at(21, 9, 0),
			Number: 1, Revision: news.Revision{Headline: headline, Body: []news.Block{paragraph(headline)},
				Corrections: []news.Correction{{Time: at(21, 9, 0), Text: headline}}}})
	}
	catalogue, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	fa := catalogue.Language("fa")
	docs := pages(t, renderAll(t, newSite(t, cfg), memory{stories: []news.Story{story}}))
	for tag := range wordless {
		own := catalogue.Language(tag)
		for _, name := range []string{"/index.html", "/story/2026/11/20/s/index.html", "/archive/index.html", "/topics/index.html", "/corrections/index.html"} {
			doc, met := docs[tag+name], 0
			for n := range elements(doc) {
				if n.Data == "html" && (attr(n, "lang") != tag || attr(n, "dir") != lang.Dir(tag)) {
					t.Errorf("%s%s is in %q", tag, name, attr(n, "lang"))
				}
				if n.Data == "time" && !slices.Contains([]string{own.Date(at(20, 14, 7)), own.DateTime(at(20, 14, 7)), own.Date(at(21, 9, 0)), own.DateTime(at(21, 9, 0))}, textOf(n)) {
					t.Errorf("%s%s: the time %q", tag, name, textOf(n))
				}
				for _, key := range []string{"latest", "archive", "topics", "languages", "published", "updated", "corrections", "skip"} {
					if word, _ := fa.Word(key); n.FirstChild != nil && n.FirstChild.Data == word && n.Data != "title" {
						met++
						if attr(n, "lang") != "fa" || attr(n, "dir") != "rtl" {
							t.Errorf("%s%s: %q in <%s> is not marked as Persian", tag, name, word, n.Data)
						}
					}
				}
			}
			if met < 4 {
				t.Errorf("%s%s: only %d words of the interface", tag, name, met)
			}
		}
	}
}
