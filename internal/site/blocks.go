package site

import (
	"fmt"
	"html"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A writer turns blocks into HTML. Text comes out as it went in, invisible marks included: only & < > " ' are escaped.
type writer struct {
	b    strings.Builder
	page page
	addr news.Address
	refs refs
	// href returns the reference to a path of the site from where the HTML will stand.
	href func(path string) string
	// claims numbers the claims in the order in which the text makes them. It is nil in feeds, which have no panel to
	// link to.
	claims *claims
	// level is that of the last heading, so that none is skipped.
	level int
	// rules are what the page's style has to say of what was written.
	rules string
}

// claims are the claims that a text makes, in order.
type claims struct {
	ids []string
}

// number returns a claim's number from 1, and whether it was not met before.
func (c *claims) number(id string) (n int, first bool) {
	if i := slices.Index(c.ids, id); i >= 0 {
		return i + 1, false
	}
	c.ids = append(c.ids, id)
	return len(c.ids), true
}

// take returns what was written since the last take.
func (w *writer) take() template.HTML {
	s := w.b.String()
	w.b.Reset()
	return template.HTML(s)
}

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

// text writes text. A word that is too long for browsers may break in between.
func (w *writer) text(s string) {
	between := ""
	for piece := range lang.LongWords(s) {
		w.b.WriteString(between + html.EscapeString(piece))
		between = "<wbr>"
	}
}

// attr writes an attribute with its value escaped.
func (w *writer) attr(name, value string) {
	w.b.WriteString(" " + name + `="` + html.EscapeString(value) + `"`)
}

func (w *writer) blocks(blocks []news.Block) {
	for _, b := range blocks {
		w.block(b)
	}
}

func (w *writer) block(b news.Block) {
	switch b.Kind {
	case news.Paragraph:
		w.element("p", b.Text)
	case news.Heading:
		w.heading(b)
	case news.Quote:
		w.quote(b)
	case news.PullQuote:
		w.raw(`<p class="pull">`)
		w.spans(b.Text)
		w.raw("</p>\n")
	case news.List:
		w.list(b)
	case news.Table:
		w.table(b)
	case news.Picture:
		w.figure(b.Figure)
	case news.Embed:
		w.embed(b)
	case news.Code:
		// What scrolls sideways has to be reached by a keyboard.
		w.raw(`<pre dir="ltr" tabindex="0"><code>`)
		for _, s := range b.Text {
			w.text(s.Text)
		}
		w.raw("</code></pre>\n")
	case news.Rule:
		w.raw("<hr>\n")
	}
}

func (w *writer) element(name string, spans []news.Span) {
	w.raw("<%s>", name)
	w.spans(spans)
	w.raw("</%s>\n", name)
}

// heading writes a heading at its level, or at the next below the last one where the text skips a level.
func (w *writer) heading(b news.Block) {
	w.level = min(max(b.Level, 2), max(w.level, 1)+1, 4)
	w.element(fmt.Sprintf("h%d", w.level), b.Text)
}

func (w *writer) quote(b news.Block) {
	if len(b.Text) > 0 {
		w.raw("<figure>")
	}
	w.raw("<blockquote>\n")
	w.blocks(b.Blocks)
	w.raw("</blockquote>\n")
	if len(b.Text) > 0 {
		w.element("figcaption", b.Text)
		w.raw("</figure>\n")
	}
}

func (w *writer) list(b news.Block) {
	name := "ul"
	if b.Ordered {
		name = "ol"
	}
	w.raw("<%s>\n", name)
	for _, item := range b.Items {
		w.raw("<li>")
		if tight(item) {
			w.spans(item[0].Text)
			item = item[1:]
		}
		w.blocks(item)
		w.raw("</li>\n")
	}
	w.raw("</%s>\n", name)
}

// tight says whether an item is one paragraph, perhaps with lists under it: it needs no paragraph of its own then.
func tight(item []news.Block) bool {
	if len(item) == 0 || item[0].Kind != news.Paragraph {
		return false
	}
	return !slices.ContainsFunc(item[1:], func(b news.Block) bool { return b.Kind != news.List })
}

func (w *writer) table(b news.Block) {
	w.raw("<table>\n")
	if len(b.Text) > 0 {
		w.element("caption", b.Text)
	}
	for i, row := range b.Rows {
		w.raw("<tr>")
		for _, spans := range row {
			cell, end := "<td>", "</td>"
			if i == 0 && b.Header && len(spans) > 0 { // an empty corner heads nothing
				cell, end = "<th>", "</th>"
			}
			w.raw("%s", cell)
			w.spans(spans)
			w.raw("%s", end)
		}
		w.raw("</tr>\n")
	}
	w.raw("</table>\n")
}

// embed writes a link to what another site has: nothing of it is ever loaded.
func (w *writer) embed(b news.Block) {
	w.raw("<p>")
	w.word("elsewhere")
	w.raw(": ")
	text := slices.Clone(b.Text) // The snapshot's blocks are not ours to change.
	if len(text) == 0 {
		text = []news.Span{{Text: b.URL}}
	}
	for i := range text {
		text[i].Link = b.URL
	}
	w.spans(text)
	if host := w.page.Host(b.URL); host != "" && len(b.Text) > 0 {
		w.raw(` (<bdi dir="ltr">`)
		w.text(host)
		w.raw("</bdi>)")
	}
	w.raw("</p>\n")
}

// spans writes a line of text. Spans with the same link stand in one link; the mark of a claim stands after the last
// of the words that make it.
func (w *writer) spans(spans []news.Span) {
	var line lang.Bidi
	for i := 0; i < len(spans); {
		first, end := spans[i], i+1
		for end < len(spans) && spans[end].Link == first.Link && spans[end].Claim == first.Claim {
			end++
		}
		href := w.link(first.Link)
		if href != "" {
			w.raw("<a")
			w.attr("href", href)
			w.raw(">")
		}
		for _, s := range spans[i:end] {
			w.span(s, &line)
		}
		if href != "" {
			w.raw("</a>")
		}
		if i = end; i == len(spans) || spans[i].Claim != first.Claim {
			w.mark(first.Claim)
		}
	}
	w.text(line.End())
}

// marks are the elements of the marks, outermost first.
var marks = []struct {
	mark news.Mark
	name string
}{
	{news.Strong, "strong"}, {news.Emphasis, "em"}, {news.Struck, "s"}, {news.Monospace, "code"},
	{news.Superscript, "sup"}, {news.Subscript, "sub"},
}

// span writes a piece of a line. Words of another language are isolated, and balanced by themselves.
func (w *writer) span(s news.Span, line *lang.Bidi) {
	text := lang.Balanced(s.Text)
	if s.Lang == "" {
		text = line.Take(s.Text)
	}
	if s.Lang != "" {
		w.raw("<bdi")
		w.attr("lang", s.Lang)
		w.attr("dir", lang.Dir(s.Lang))
		w.raw(">")
	}
	for _, m := range marks {
		if s.Mark&m.mark != 0 {
			w.raw("<%s>", m.name)
		}
	}
	w.text(text)
	for _, m := range slices.Backward(marks) {
		if s.Mark&m.mark != 0 {
			w.raw("</%s>", m.name)
		}
	}
	if s.Lang != "" {
		w.raw("</bdi>")
	}
	if s.Mark&news.Break != 0 {
		w.raw("<br>\n")
	}
}

// link returns the reference of a span's link, or "" for one that leads nowhere: a story that is not public in this
// language, or a scheme that a page must not have.
func (w *writer) link(to string) string {
	if id, ok := strings.CutPrefix(to, storyLink); ok {
		path, ok := w.refs.target(id, w.page.Lang())
		if !ok {
			return ""
		}
		return w.href(path)
	}
	return external(to)
}

// external returns a URL when it is one that a page may link to, or "".
func external(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host != "" {
			return to
		}
	case "mailto":
		return to
	}
	return ""
}

// mark writes the number of a claim, which leads to who says so.
func (w *writer) mark(id string) {
	if id == "" || w.claims == nil {
		return
	}
	n, first := w.claims.number(id)
	w.raw(`<sup class="mark"><a`)
	if first {
		w.attr("id", "words-"+id)
	}
	w.attr("href", "#claim-"+id)
	w.raw(">%s</a></sup>", w.page.lang.Number(n))
}
