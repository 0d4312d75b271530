package importer

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// The limits of HTML. The parser itself refuses elements nested over 512 deep.
const (
	// MaxHTML is the size of one article's HTML in bytes.
	MaxHTML = 8 << 20
	// maxNested is how deep quotes and lists may nest; deeper ones lose their frame and keep their text.
	maxNested = 8
)

// HTML reads an article's HTML into blocks. References are resolved against base, which may be nil. Nothing is
// fetched: frames become links, and so do pictures, videos and sounds, unless the Cleaner takes Pictures. An error means
// that the HTML is too large or nested too deep to be read at all.
func (c *Cleaner) HTML(src string, base *url.URL) ([]news.Block, error) {
	if len(src) > MaxHTML {
		return nil, fmt.Errorf("%d bytes of HTML are over the limit of %d", len(src), MaxHTML)
	}
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(policy().Sanitize(src)), body)
	if err != nil {
		return nil, fmt.Errorf("the HTML can't be read: %w", err)
	}
	w := &walk{clean: c, base: base, line: c.Inline()}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return w.inside(body), nil
}

// A walk reads a tree of HTML nodes in order.
type walk struct {
	clean *Cleaner
	base  *url.URL
	// as holds the marks, link and language that are in force.
	as news.Span
	// line is the paragraph being read, blocks those that are finished.
	line   Inline
	blocks []news.Block
	// held are the embeds and figures met within the paragraph: they follow it, so that a picture doesn't cut a sentence in two.
	held []news.Block
	// nested counts the quotes, lists and tables around.
	nested int
}

// inside returns the blocks of a node's children.
func (w *walk) inside(n *html.Node) []news.Block { return w.apart(func() { w.children(n) }) }

// apart returns the blocks that read makes, apart from what is being read around it.
func (w *walk) apart(read func()) []news.Block {
	line, blocks, held := w.line, w.blocks, w.held
	w.line, w.blocks, w.held = w.clean.Inline(), nil, nil
	read()
	w.flush()
	apart := w.blocks
	w.line, w.blocks, w.held = line, blocks, held
	return apart
}

func (w *walk) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

// flush ends the paragraph, and puts what it held after it.
func (w *walk) flush() {
	if spans := w.line.Flush(); spans != nil {
		w.blocks = append(w.blocks, news.Block{Kind: news.Paragraph, Text: spans})
	}
	w.blocks = append(w.blocks, w.held...)
	w.held = nil
}

// add ends the paragraph and puts a block after it.
func (w *walk) add(b news.Block) {
	w.flush()
	w.blocks = append(w.blocks, b)
}

// node reads one node in the style that it sets.
func (w *walk) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.line.Text(n.Data, w.as)
		return
	case n.Type != html.ElementNode || n.Namespace != "":
		return
	case slices.Contains(droppedAtoms(), n.DataAtom):
		if n.DataAtom == atom.Form {
			w.clean.Note("left out a form")
		}
		return
	}
	as := w.as
	w.as.Mark |= markOf(n.DataAtom)
	if tag, err := Language(attr(n, "lang")); err == nil {
		w.as.Lang = tag
		if tag == w.clean.lang {
			w.as.Lang = ""
		}
	}
	w.element(n)
	w.as = as
}

// element reads an element by what it means.
func (w *walk) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		if !w.line.Break() {
			w.flush()
		}
	case atom.Hr:
		w.add(news.Block{Kind: news.Rule})
	case atom.A:
		if link := Link(attr(n, "href"), w.base); link != "" {
			w.as.Link = link
		}
		w.children(n)
	case atom.Q:
		w.around(n, "“", "”")
	case atom.Bdi, atom.Bdo, atom.Span:
		w.directed(n)
	case atom.Img:
		w.image(n)
	case atom.Video, atom.Audio:
		w.recording(n)
	case atom.Iframe, atom.Embed, atom.Object:
		w.embed(n)
	case atom.Source, atom.Track, atom.Figcaption: // their parents read them
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.heading(n)
	case atom.Blockquote:
		if isPullQuote(n) {
			w.pullQuote(n)
			return
		}
		w.quote(n)
	case atom.Ul, atom.Ol:
		w.list(n)
	case atom.Table:
		w.table(n)
	case atom.Pre:
		if b, ok := w.clean.Code(rawText(n)); ok {
			w.add(b)
		}
	case atom.Figure:
		if isPullQuote(n) {
			w.pullQuote(n)
			return
		}
		w.figure(n)
	case atom.Div, atom.Dl, atom.Aside:
		switch {
		case isPullQuote(n):
			w.pullQuote(n)
		case w.clean.Pictures && isFigure(n):
			w.figure(n)
		default:
			w.other(n)
		}
	default:
		w.other(n)
	}
}

// other reads an element of which only the text counts, and whether it parts paragraphs.
func (w *walk) other(n *html.Node) {
	parts := n.DataAtom == atom.Li || slices.Contains(blockAtoms(), n.DataAtom)
	if parts {
		w.flush()
	}
	w.children(n)
	if parts {
		w.flush()
	}
}

// around puts text on both sides of an element's own.
func (w *walk) around(n *html.Node, before, after string) {
	w.line.Text(before, w.as)
	w.children(n)
	w.line.Text(after, w.as)
}

// directed reads an element that sets a direction. The characters of Unicode that do the same go into the text (UAX 9,
// section 2.4), as our blocks have no other way to say it.
func (w *walk) directed(n *html.Node) {
	const pop = "\u2069" // PDI
	switch dir := strings.ToLower(attr(n, "dir")); {
	case n.FirstChild == nil:
	case n.DataAtom == atom.Bdo && dir == "rtl":
		w.around(n, "\u2067\u202E", "\u202C"+pop)
	case n.DataAtom == atom.Bdo && dir == "ltr":
		w.around(n, "\u2066\u202D", "\u202C"+pop)
	case dir == "rtl":
		w.around(n, "\u2067", pop)
	case dir == "ltr":
		w.around(n, "\u2066", pop)
	case n.DataAtom == atom.Bdi || dir == "auto":
		w.around(n, "\u2068", pop)
	default:
		w.children(n)
	}
}

// heading makes each paragraph inside a heading one; the article's own headline is level 1.
func (w *walk) heading(n *html.Node) {
	level := min(max(int(n.Data[1]-'0'), 2), 4)
	w.flush()
	for _, b := range w.inside(n) {
		if b.Kind == news.Paragraph {
			b.Kind, b.Level = news.Heading, level
		}
		w.blocks = append(w.blocks, b)
	}
}

// isPullQuote says whether an element sets words of the text apart, by the classes that WordPress and many others use.
func isPullQuote(n *html.Node) bool {
	return hasClass(n, "wp-block-pullquote") || hasClass(n, "pullquote")
}

// pullQuote reads words of the text that are set apart, and who said them, as lines. Figures among them follow.
func (w *walk) pullQuote(n *html.Node) {
	w.flush()
	if words := w.flat(w.inside(n)); words != nil {
		w.blocks = append(w.blocks, news.Block{Kind: news.PullQuote, Text: words})
	}
	w.flush()
}

// quote reads a quotation; a cite or footer right inside it says whose words they are.
func (w *walk) quote(n *html.Node) {
	var by []news.Span
	for _, a := range []atom.Atom{atom.Footer, atom.Cite} {
		if c := child(n, a); c != nil && by == nil {
			n.RemoveChild(c)
			by = w.flat(w.inside(c))
		}
	}
	w.flush()
	w.nested++
	inside := w.inside(n)
	w.nested--
	if len(inside) == 0 || w.nested >= maxNested {
		w.blocks = append(append(w.blocks, inside...), paragraph(by)...)
		return
	}
	w.blocks = append(w.blocks, news.Block{Kind: news.Quote, Blocks: inside, Text: by})
}

// list reads a list. What stands in it outside of any item joins the item before.
func (w *walk) list(n *html.Node) {
	w.flush()
	var items [][]news.Block
	w.nested++
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		blocks := w.apart(func() { w.node(c) })
		last := len(items) - 1
		switch {
		case len(blocks) == 0:
		case c.DataAtom != atom.Li && last >= 0:
			items[last] = append(items[last], blocks...)
		default:
			items = append(items, blocks)
		}
	}
	w.nested--
	switch {
	case len(items) == 0:
	case w.nested >= maxNested || onlyFigures(items...): // a gallery
		w.blocks = append(w.blocks, slices.Concat(items...)...)
	default:
		w.blocks = append(w.blocks, news.Block{Kind: news.List, Ordered: n.DataAtom == atom.Ol, Items: items})
	}
}

// attr returns an attribute of a node, or "" where it or the node is missing.
func attr(n *html.Node, key string) string {
	if n != nil {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val
			}
		}
	}
	return ""
}

// child returns the first child of a kind, or nil.
func child(n *html.Node, a atom.Atom) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == a {
			return c
		}
	}
	return nil
}

// children returns the children of a kind.
func children(n *html.Node, a atom.Atom) (of []*html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == a {
			of = append(of, c)
		}
	}
	return of
}

// rawText returns a node's text as it stands, with its line breaks.
func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode:
			b.WriteString(d.Data)
		case d.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// count reads a number of 1 to limit from an attribute; 1 when it is none.
func count(s string, limit int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, limit)
}
