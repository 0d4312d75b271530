package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A safetyText is a safety page's text, and the language that it is in.
type safetyText struct {
	title string
	body  []news.Block
	tag   string
}

// safety returns the text of a language's safety page: the newsroom's own, or ours in the language, in a wider one, or
// in the one whose words stand in for it.
func (s *Site) safety(l lang.Language) safetyText {
	if own := s.standing(l.Tag(), safetySlug); own != nil {
		return safetyText{own.Title, own.Body, l.Tag()}
	}
	exit, words := s.byTag[l.Tag()].Word("quick_exit")
	for _, tag := range append(lang.Parents(l.Tag()), words, lang.Fallback) {
		if text, ok := s.ours[tag]; ok {
			return text.with(exit, s.cfg.ExitURL != "")
		}
	}
	panic("site: there is no safety page in " + lang.Fallback)
}

// The marks of our safety pages, safety/TAG.md, besides those of Markdown's headings, lists and code.
const (
	onlyWithExit = "? "     // begins a list item for sites that have a quick exit
	exitWord     = "{exit}" // stands for the words of the link that leads away
)

// with returns the text for a site whose quick exit is called so, or for one that has none.
func (t safetyText) with(exit string, has bool) safetyText {
	var body []news.Block
	for _, b := range t.body {
		var items [][]news.Block
		for _, item := range b.Items {
			first := item[0].Text[0].Text
			rest, only := strings.CutPrefix(first, onlyWithExit)
			if only && !has {
				continue
			}
			spans := append([]news.Span{{Text: strings.ReplaceAll(rest, exitWord, exit)}}, item[0].Text[1:]...)
			items = append(items, []news.Block{{Kind: news.Paragraph, Text: spans}})
		}
		b.Items = items
		body = append(body, b)
	}
	t.body = body
	return t
}

// safetyTexts reads our safety pages, by tag.
func safetyTexts(fsys fs.FS) (map[string]safetyText, error) {
	names, err := fs.Glob(fsys, "safety/*.md")
	if err != nil {
		return nil, err
	}
	all := make(map[string]safetyText, len(names))
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		tag := strings.TrimSuffix(path.Base(name), ".md")
		if all[tag], err = readSafety(tag, string(b)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// readSafety reads a title, headings, paragraphs of one line and lists.
func readSafety(tag, text string) (safetyText, error) {
	t := safetyText{tag: tag}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "":
		case "#":
			t.title = rest
		case "##":
			t.body = append(t.body, news.Block{Kind: news.Heading, Level: 2, Text: codeSpans(rest)})
		case "-":
			t.addItem(rest)
		case "?":
			t.addItem(line)
		default:
			t.body = append(t.body, news.Block{Kind: news.Paragraph, Text: codeSpans(line)})
		}
	}
	if t.title == "" || len(t.body) == 0 {
		return t, errors.New("want a line \"# Title\" and a text")
	}
	return t, nil
}

// addItem adds to the list that the text ends with, or begins one.
func (t *safetyText) addItem(line string) {
	if last := len(t.body) - 1; last < 0 || t.body[last].Kind != news.List {
		t.body = append(t.body, news.Block{Kind: news.List})
	}
	list := &t.body[len(t.body)-1]
	list.Items = append(list.Items, []news.Block{{Kind: news.Paragraph, Text: codeSpans(line)}})
}

// codeSpans parts a line at its backquotes: every other part is what a person types, the same in all languages.
func codeSpans(line string) []news.Span {
	var spans []news.Span
	for i, part := range strings.Split(line, "`") {
		switch {
		case i%2 == 1:
			spans = append(spans, news.Span{Text: part, Mark: news.Monospace, Lang: "en"})
		case part != "" || i == 0:
			spans = append(spans, news.Span{Text: part})
		}
	}
	return spans
}
