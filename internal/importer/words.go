package importer

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// maxHeadline is the length, in characters, of a headline that is made of a text.
const maxHeadline = 80

// PlainHTML returns the text of HTML that stands where no markup belongs, as in a title. A "<" that begins no element of
// HTML stays: titles are not always HTML. What parts paragraphs becomes a line break.
func PlainHTML(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := false
	for {
		switch t := z.Next(); t {
		case html.ErrorToken:
			b.Write(z.Raw()) // a tag without an end is none
			return b.String()
		case html.TextToken:
			if text := z.Text(); !hidden {
				b.Write(text)
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			switch name, _ := z.TagName(); atom.Lookup(name) {
			case 0:
				b.WriteString(raw)
			case atom.Script, atom.Style:
				hidden = t == html.StartTagToken
			case atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4:
				b.WriteByte('\n')
			}
		}
	}
}

// Opening returns the words that a body begins with, paragraph by paragraph: a thousand characters and more.
func Opening(body []news.Block) string {
	const enough = 2000
	var b strings.Builder
	var read func(blocks []news.Block)
	read = func(blocks []news.Block) {
		for _, block := range blocks {
			for _, s := range block.Text {
				b.WriteString(s.Text)
				if s.Mark&news.Break != 0 {
					b.WriteByte(' ')
				}
			}
			if b.WriteByte(' '); b.Len() > enough {
				return
			}
			read(block.Blocks)
			for _, item := range block.Items {
				read(item)
			}
		}
	}
	read(body)
	return oneLine(b.String())
}

// HeadlineOf makes a headline of a text that has none: its first sentence, or as many words as there is room for.
func HeadlineOf(words string) string {
	var prev rune
	space, n := 0, 0
	for i, c := range words {
		if unicode.IsSpace(c) {
			if strings.ContainsRune(".!?…؟。।։", prev) {
				return strings.TrimRight(words[:i], ".。।։")
			}
			space = i
		}
		if n++; n > maxHeadline {
			if space == 0 {
				space = i
			}
			return words[:space] + "…"
		}
		prev = c
	}
	return strings.TrimRight(words, ".。।։")
}

// Excerpt says whether a summary is only the beginning of a text, perhaps with dots behind it.
func Excerpt(summary, text string) bool {
	for _, dots := range []string{"[…]", "[...]", "…", "..."} {
		summary = strings.TrimSpace(strings.TrimSuffix(summary, dots))
	}
	return strings.HasPrefix(text, summary)
}
