package markdown

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	table "github.com/yuin/goldmark/extension/ast"
	render "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxNested is how deep lists and quotes, and separately marks and links, may nest.
const maxNested = 12

// A reader turns an article's Markdown into blocks.
type reader struct {
	*folder
	clean *importer.Cleaner
	src   []byte
	// first is the number of lines of the file before src.
	first int
	// held are the figures met within a paragraph: they follow it.
	held  []news.Block
	notes []*fault
	// err is the first fault; what is read after it counts for nothing.
	err error
}

// read returns the blocks of the Markdown.
func (r *reader) read() ([]news.Block, error) {
	doc, err := r.parse()
	if err != nil {
		return nil, err
	}
	body := r.blocks(doc, 0)
	return body, r.err
}

// parse returns the tree of the Markdown.
func (r *reader) parse() (ast.Node, error) {
	if line, err := importer.CheckMarkdown(r.src); err != nil {
		return nil, &fault{r.first + line, err}
	}
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify))
	return md.Parser().Parse(text.NewReader(r.src)), nil
}

// line returns the line of the file that a node begins on.
func (r *reader) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if at := n.Pos(); at >= 0 {
			return r.first + 1 + bytes.Count(r.src[:min(at, len(r.src))], []byte("\n"))
		}
	}
	return 0
}

// fail keeps the first fault.
func (r *reader) fail(n ast.Node, format string, args ...any) {
	if r.err == nil {
		r.err = faultf(r.line(n), format, args...)
	}
}

// note keeps what was left out.
func (r *reader) note(n ast.Node, format string, args ...any) {
	r.notes = append(r.notes, &fault{r.line(n), fmt.Errorf(format, args...)})
}

// blocks returns the blocks of a node's children.
func (r *reader) blocks(parent ast.Node, depth int) []news.Block {
	if depth > maxNested {
		r.fail(parent, "nested over %d deep", maxNested)
	}
	var out []news.Block
	for n := parent.FirstChild(); n != nil && r.err == nil; n = n.NextSibling() {
		out = append(out, r.block(n, depth)...)
		out = append(out, r.held...)
		r.held = nil
	}
	return out
}

// block returns the block of a node, or none where it shows nothing.
func (r *reader) block(n ast.Node, depth int) []news.Block {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		if spans := r.spans(n); spans != nil {
			return []news.Block{{Kind: news.Paragraph, Text: spans}}
		}
	case *ast.Heading: // the headline is level 1
		if spans := r.spans(n); spans != nil {
			return []news.Block{{Kind: news.Heading, Level: min(max(n.Level, 2), 4), Text: spans}}
		}
	case *ast.ThematicBreak:
		return []news.Block{{Kind: news.Rule}}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		if b, ok := r.clean.Code(string(n.Lines().Value(r.src))); ok {
			return []news.Block{b}
		}
	case *ast.Blockquote:
		return r.quote(n, depth)
	case *ast.List:
		return r.list(n, depth)
	case *table.Table:
		return r.table(n)
	case *ast.HTMLBlock:
		if n.HTMLBlockType != ast.HTMLBlockType2 { // a comment
			r.note(n, "left out HTML")
		}
	}
	return nil
}

// quote reads a quotation; its last paragraph says whose words they are where it begins with a dash. One paragraph that is
// quoted twice, >> so, is a pull quote.
func (r *reader) quote(n *ast.Blockquote, depth int) []news.Block {
	q := news.Block{Kind: news.Quote, Blocks: r.blocks(n, depth+1)}
	if inner, ok := n.FirstChild().(*ast.Blockquote); ok && n.ChildCount() == 1 && inner.ChildCount() == 1 && len(q.Blocks) == 1 {
		if words := q.Blocks[0].Blocks; len(words) == 1 && words[0].Kind == news.Paragraph {
			return []news.Block{{Kind: news.PullQuote, Text: words[0].Text}}
		}
	}
	if last := len(q.Blocks) - 1; last > 0 && q.Blocks[last].Kind == news.Paragraph {
		by := q.Blocks[last].Text
		for _, dash := range []string{"— ", "—", "– ", "-- ", "― "} {
			if words, ok := strings.CutPrefix(by[0].Text, dash); ok && words != "" {
				by[0].Text = words
				q.Blocks, q.Text = q.Blocks[:last], by
				break
			}
		}
	}
	if len(q.Blocks) == 0 {
		return nil
	}
	return []news.Block{q}
}

func (r *reader) list(n *ast.List, depth int) []news.Block {
	l := news.Block{Kind: news.List, Ordered: n.IsOrdered()}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if blocks := r.blocks(item, depth+1); len(blocks) > 0 {
			l.Items = append(l.Items, blocks)
		}
	}
	if len(l.Items) == 0 {
		return nil
	}
	return []news.Block{l}
}

// table reads a table, whose first row is always its header.
func (r *reader) table(n *table.Table) []news.Block {
	t := news.Block{Kind: news.Table, Header: true}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells [][]news.Span
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, r.spans(cell))
		}
		t.Rows = append(t.Rows, cells)
	}
	return []news.Block{t}
}

// spans returns the words of a node.
func (r *reader) spans(n ast.Node) []news.Span {
	line := r.clean.Inline()
	r.inline(&line, n, news.Span{}, 0)
	return line.Flush()
}

// inline adds the words of a node's children to a line, in the style as.
func (r *reader) inline(line *importer.Inline, parent ast.Node, as news.Span, depth int) {
	if depth > maxNested {
		r.fail(parent, "marks and links nested over %d deep", maxNested)
	}
	for n := parent.FirstChild(); n != nil && r.err == nil; n = n.NextSibling() {
		style := as
		switch n := n.(type) {
		case *ast.Text:
			r.words(line, n, as)
			continue
		case *ast.String:
			line.Text(string(n.Value), as)
			continue
		case *ast.RawHTML:
			if !bytes.HasPrefix(n.Segments.Value(r.src), []byte("<!--")) {
				r.note(n, "left out HTML")
			}
			continue
		case *ast.AutoLink:
			style.Link = importer.Link(string(n.URL(r.src)), nil)
			line.Text(string(n.Label(r.src)), style)
			continue
		case *ast.Image:
			r.image(n)
			continue
		case *ast.Link:
			if style = r.link(n, as); r.still(n, style.Link) {
				continue
			}
		case *ast.Emphasis:
			mark := news.Emphasis
			if n.Level == 2 {
				mark = news.Strong
			}
			style.Mark |= mark
		case *ast.CodeSpan:
			style.Mark |= news.Monospace
		case *table.Strikethrough:
			style.Mark |= news.Struck
		}
		r.inline(line, n, style, depth+1)
	}
}

// words adds a text node, and the line break after it.
func (r *reader) words(line *importer.Inline, n *ast.Text, as news.Span) {
	value := string(n.Value(r.src))
	if !n.IsRaw() {
		value = unescape(value)
	}
	line.Text(value, as)
	if n.HardLineBreak() {
		line.Break()
	} else if n.SoftLineBreak() {
		line.Text(" ", as)
	}
}

// unescape takes the backslashes and entities out of Markdown text. Goldmark does it while it writes HTML, so this
// lets it, and undoes the HTML.
func unescape(s string) string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	render.DefaultWriter.Write(w, []byte(s))
	w.Flush() // a strings.Builder takes all
	return html.UnescapeString(b.String())
}

// link returns the style of a link's words: a claim, a story or an address.
func (r *reader) link(n *ast.Link, as news.Span) news.Span {
	to := unescape(string(n.Destination))
	if r.alone() && (strings.HasPrefix(to, "claim:") || strings.HasPrefix(to, "story:")) {
		r.fail(n, "a page of the newsroom's own can't link to %.200q (hint: an address, as https://…)", to)
		return as
	}
	if id, ok := strings.CutPrefix(to, "claim:"); ok {
		if _, ok := r.y.Claims[id]; !ok {
			r.fail(n, "claim %q is not in %s", id, storyFile)
		}
		as.Claim = id
		return as
	}
	if id, ok := strings.CutPrefix(to, "story:"); ok {
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		as.Link = "story:" + r.clean.Line(id)
		return as
	}
	if as.Link = importer.Link(to, nil); as.Link == "" {
		r.note(n, "left out a link that leads nowhere: %.200q (hint: https://…, mailto:…, story:… or claim:…)", to)
	}
	return as
}

// image holds a figure of a file beside the article, or a link to a picture elsewhere.
func (r *reader) image(n *ast.Image) {
	alt := r.clean.Inline()
	r.inline(&alt, n, news.Span{}, 0)
	var words strings.Builder
	for _, s := range alt.Flush() {
		words.WriteString(s.Text)
	}
	to := unescape(string(n.Destination))
	if link := importer.Link(to, nil); link != "" {
		r.embed(n, link, words.String())
		return
	}
	if r.alone() {
		r.fail(n, "a page of the newsroom's own can't show the file %.200q", to)
		return
	}
	if plain, err := url.PathUnescape(to); err == nil {
		to = plain
	}
	fig, err := r.figure(to, words.String(), unescape(string(n.Title)), r.clean)
	if fatal := (storeError{}); errors.As(err, &fatal) {
		r.err = err
		return
	}
	if err != nil {
		r.fail(n, "%w", err)
		return
	}
	if fig.Alt == "" && !fig.Decorative {
		r.fail(n, "%q has no words for who can't see it (hint: ![what it shows](%s), or decorative: true in %s)", to, to, storyFile)
	}
	r.held = append(r.held, news.Block{Kind: news.Picture, Figure: fig})
}

// still holds what another site has: the link, and above it the picture of the folder that stands in for it. It says whether
// a link to elsewhere is nothing but a picture; the picture's caption then names what it leads to.
func (r *reader) still(n *ast.Link, link string) bool {
	img, ok := n.FirstChild().(*ast.Image)
	if !ok || n.ChildCount() != 1 || !strings.HasPrefix(link, "http") {
		return false
	}
	before := len(r.held)
	r.image(img)
	if r.err != nil || len(r.held) == before {
		return true
	}
	held := &r.held[before]
	if held.Kind == news.Embed { // the picture is elsewhere too: readers go to what it stands for
		held.URL = link
		return true
	}
	words := held.Figure.Caption
	if held.Figure.Caption = nil; words == nil && held.Figure.Alt != "" {
		words = []news.Span{{Text: held.Figure.Alt}}
	}
	r.held = append(r.held, news.Block{Kind: news.Embed, URL: link, Text: words})
	return true
}

// embed holds a link to a picture that is somewhere else.
func (r *reader) embed(n ast.Node, link, words string) {
	if strings.HasPrefix(link, "mailto:") || words == "" {
		r.note(n, "left out a picture from elsewhere without words: %.200q", link)
		return
	}
	r.held = append(r.held, news.Block{Kind: news.Embed, URL: link, Text: []news.Span{{Text: words}}})
}
