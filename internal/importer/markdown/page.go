package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// MaxPage is the size of a page of the newsroom's own in bytes.
const MaxPage = 256 << 10

// A Page is Markdown that stands by itself: about, contact, or what a risk notice says at length.
type Page struct {
	// Title is the heading of level 1 that the text begins with; empty where it begins otherwise.
	Title string
	// Body has no figures and leads to no stories or claims.
	Body []news.Block
}

// ReadPage reads a page in a language, a canonical tag. It is stricter than an import: what an import would leave out and
// note is an error here, since somebody wrote the page for this place. An error begins with name and the line.
func ReadPage(name, lang string, b []byte) (Page, error) {
	p, err := readPage(lang, b)
	if err != nil {
		return Page{}, fmt.Errorf("%s: %w", lineOf(name, err), err)
	}
	return p, nil
}

func readPage(lang string, b []byte) (Page, error) {
	if len(b) > MaxPage {
		return Page{}, faultf(0, "%d bytes are over the limit of %d", len(b), MaxPage)
	}
	if n := validLen(b); n < len(b) {
		return Page{}, faultf(1+bytes.Count(b[:n], []byte("\n")), "not UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	r := &reader{folder: &folder{}, clean: importer.NewCleaner(lang), src: b}
	doc, err := r.parse()
	if err != nil {
		return Page{}, err
	}
	var p Page
	if h, ok := doc.FirstChild().(*ast.Heading); ok && h.Level == 1 {
		p.Title = r.plain(h)
		doc.RemoveChild(doc, h)
	}
	p.Body = r.blocks(doc, 0)
	switch {
	case r.err != nil:
		return Page{}, r.err
	case len(r.notes) > 0:
		return Page{}, r.notes[0]
	case len(r.clean.Notes()) > 0:
		return Page{}, faultf(0, "%s", r.clean.Notes()[0])
	}
	return p, nil
}

// plain returns the words of a node without their marks.
func (r *reader) plain(n ast.Node) string {
	var words strings.Builder
	for _, s := range r.spans(n) {
		words.WriteString(s.Text)
	}
	return words.String()
}

// alone says whether the text is no article's.
func (r *reader) alone() bool { return r.run == nil }
