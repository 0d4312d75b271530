package importer_test

import (
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

func TestPlainHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ html, want string }{
		{"The river rises", "The river rises"},
		{"Title <em>With</em> <b>Mark<sup>up</sup></b>", "Title With Markup"},
		{"Q&amp;A &#8211; 3 &lt; 4", "Q&A – 3 < 4"},
		{"a<b and x<3", "a<b and x<3"},
		{"one<br>two<p>three", "one\ntwo\nthree"},
		{"safe<script>alert(1)</script>", "safe"},
		{"safe<style>p{}</style> text", "safe text"},
	} {
		if got := importer.PlainHTML(c.html); got != c.want {
			t.Errorf("PlainHTML(%q) = %q, want %q", c.html, got, c.want)
		}
	}
}

func TestHeadlineOf(t *testing.T) {
	t.Parallel()
	text := func(s string) news.Block {
		return news.Block{Kind: news.Paragraph, Text: []news.Span{{Text: s}}}
	}
	for _, c := range []struct {
		body []news.Block
		want string
	}{
		{nil, ""},
		{[]news.Block{text("The river rises. People flee.")}, "The river rises"},
		{[]news.Block{text("Who pays? Nobody.")}, "Who pays?"},
		{[]news.Block{{Kind: news.Quote, Blocks: []news.Block{text("We stay.")}}}, "We stay"},
		{[]news.Block{text(strings.Repeat("word ", 40))}, strings.TrimSpace(strings.Repeat("word ", 16)) + "…"},
	} {
		if got := importer.HeadlineOf(importer.Opening(c.body)); got != c.want {
			t.Errorf("headline of %v: got %q, want %q", c.body, got, c.want)
		}
	}
}
