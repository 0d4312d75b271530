package site_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/site"
)

// blocks are the elements that begin a paragraph of the bidirectional algorithm; dir and bdi isolate within one.
var blockNames = strings.Fields("html head title body header footer main nav section article aside div p h1 h2 h3 h4 ul ol li " +
	"table caption tr td th figure figcaption blockquote pre summary details dl dt dd hr br")

// lines calls f with the text of every line of a page that stands by itself: between the borders of blocks, outside
// isolates and in each of them.
func lines(n *html.Node, f func(string)) {
	var line strings.Builder
	var walk func(n *html.Node)
	end := func() {
		f(line.String())
		line.Reset()
	}
	walk = func(n *html.Node) {
		switch {
		case n.Data == "script" || n.Data == "style":
			return
		case n.Type == html.TextNode:
			line.WriteString(n.Data)
			return
		case n.Type == html.ElementNode && isolates(n):
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				lines(c, f)
			}
			return
		}
		block := n.Type == html.ElementNode && slices.Contains(blockNames, n.Data)
		if block {
			end()
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if block {
			end()
		}
	}
	walk(n)
	end()
}

func isolates(n *html.Node) bool {
	return n.Data == "bdi" || attr(n, "dir") != "" && !slices.Contains(blockNames, n.Data)
}

// TestMarksAreBalanced gives everything that a story says of itself marks of direction that end nothing, or are never
// ended. No line of any page may have them still.
func TestMarksAreBalanced(t *testing.T) {
	const wild = "\u2069\u202C wild \u202E\u2067"
	m := specimen()
	for i := range m.stories[0].Articles {
		r := &m.stories[0].Articles[i].Revision
		r.Kicker += wild
		r.Headline += wild
		r.Standfirst += wild
		r.Dateline += wild
		r.Bylines = []news.Byline{{Name: "N" + wild, Role: "R" + wild}}
		r.Topics = []news.Topic{{Slug: "migration", Name: "Topic" + wild}}
		r.Corrections = []news.Correction{{Time: at(21, 9, 0), Text: "C" + wild}}
		r.Body = append(r.Body, paragraph("P"+wild), news.Block{Kind: news.Paragraph, Text: []news.Span{
			{Text: "a\u2067"}, {Text: "b", Mark: news.Strong}, {Text: "\u2069\u2069c" + wild},
		}})
		if r.Lead != nil {
			lead := *r.Lead
			lead.Credit += wild
			r.Lead = &lead
		}
	}
	found := 0
	for p, doc := range pages(t, renderAll(t, newSite(t, specimenConfig), m)) {
		lines(doc, func(line string) {
			if lang.Balanced(line) != line {
				t.Errorf("%s: a line with marks left open: %+q", p, line)
			}
			found += strings.Count(line, "wild")
		})
	}
	if found < 60 {
		t.Errorf("%d wild texts on the pages, want more", found)
	}
}

// TestNamesAreIsolated makes sure that a name from elsewhere, in a script that runs the other way and with marks at its
// borders, stands in an isolate or in a line of its own on the pages of every language that runs from the right.
func TestNamesAreIsolated(t *testing.T) {
	const name = "(ZZ 3.1) +7!"
	for tag := range strings.FieldsSeq("ar ckb fa fa-AF ps ug ur he") {
		s := plainStory(1)
		s.Articles[0].Lang = tag
		s.Articles[0].Revision = news.Revision{
			Headline: "ا", Dateline: name, Bylines: []news.Byline{{Name: name, Role: name}, {Name: name}},
			Topics: []news.Topic{{Slug: "t", Name: name}, {Slug: "u", Name: name}},
			Lead:   &news.Figure{Media: hexOf("a"), Alt: "ا", Caption: words("ا"), Credit: name},
			Body:   []news.Block{paragraph("ا")},
		}
		s.Sources = []news.Source{{ID: "s", Kind: news.Social, Name: map[string]string{"": name}}}
		m := memory{stories: []news.Story{s}, media: specimenMedia}
		cfg := site.Config{Name: name, Tagline: map[string]string{"": name}, Languages: []string{tag, "en", "ru"}}
		for p, doc := range pages(t, renderAll(t, newSite(t, cfg), m)) {
			if !strings.HasPrefix(p, tag+"/") && !strings.Contains(p, "/"+tag+"/") {
				continue
			}
			for n := range doc.Descendants() {
				if n.Type == html.TextNode && strings.Contains(n.Data, "ZZ") && n.Parent.Data != "title" && n.Parent.Data != "script" && !alone(n) {
					t.Errorf("%s: %q stands among other words", p, n.Data)
				}
			}
		}
	}
}

// alone says whether a text stands in an isolate, or is all that its block has.
func alone(n *html.Node) bool {
	at := n
	for at = n.Parent; !slices.Contains(blockNames, at.Data); at = at.Parent {
		if isolates(at) {
			return true
		}
	}
	var all strings.Builder
	for d := range at.Descendants() {
		if d.Type == html.TextNode {
			all.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(all.String()) == strings.TrimSpace(n.Data)
}

// TestSwitcher makes sure that a story leads to its translations, and says of the other languages that it isn't in them.
func TestSwitcher(t *testing.T) {
	doc, _ := page(t, specimenConfig, specimen().stories[0], borderEN)
	got := map[string]string{}
	for n := range elements(doc) {
		if n.Data == "a" && attr(n, "lang") != "" {
			got[attr(n, "lang")] = attr(n, "href")
		}
	}
	up := strings.Repeat("../", strings.Count(borderEN, "/"))
	want := map[string]string{
		"ru": up + "ru/story/2026/11/20/border/index.html", "fa": up + "fa/story/2026/11/20/border/index.html", "sw": up + "sw/index.html",
	}
	for tag, path := range want {
		if !strings.HasSuffix(path, strings.TrimLeft(got[tag], "./")) || got[tag] == "" {
			t.Errorf("%s: leads to %q, want %q", tag, got[tag], path)
		}
	}
	if len(got) != len(want) || !strings.Contains(textOf(doc), "This story is not in these languages") {
		t.Errorf("got links to %v, and no word of the language that the story is not in", got)
	}
}
