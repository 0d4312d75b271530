package ninjs

import (
	"fmt"
	"html"
	"strings"

	"coranto/internal/news"
)

// HTML returns the text of a revision as plain HTML, for programs that know no more: elements without classes or styles.
// media says where the first file of a media stands; a figure without one is its words alone. Links to stories are their URIs.
func HTML(r news.Revision, media func(id string) string) string {
	w := &htmlWriter{media: media}
	if r.Lead != nil {
		w.figure(*r.Lead)
	}
	w.blocks(r.Body)
	return w.String()
}

type htmlWriter struct {
	strings.Builder
	media func(id string) string
}

func (w *htmlWriter) blocks(bs []news.Block) {
	for _, b := range bs {
		w.block(b)
	}
}

func (w *htmlWriter) block(b news.Block) {
	switch b.Kind {
	case news.Paragraph:
		w.element("p", b.Text)
	case news.Heading:
		w.element(fmt.Sprint("h", b.Level), b.Text)
	case news.PullQuote:
		w.WriteString("<aside>")
		w.element("p", b.Text)
		w.WriteString("</aside>\n")
	case news.Code:
		w.WriteString("<pre><code>")
		w.spans(b.Text)
		w.WriteString("</code></pre>\n")
	case news.Rule:
		w.WriteString("<hr>\n")
	case news.Embed:
		fmt.Fprintf(w, `<p><a href="%s">`, html.EscapeString(b.URL))
		w.spans(b.Text)
		w.WriteString("</a></p>\n")
	case news.Picture:
		w.figure(*b.Figure)
	case news.Quote:
		w.quote(b)
	case news.List:
		w.list(b)
	case news.Table:
		w.table(b)
	}
}

func (w *htmlWriter) quote(b news.Block) {
	w.WriteString("<blockquote>\n")
	w.blocks(b.Blocks)
	if len(b.Text) > 0 {
		w.element("footer", b.Text)
	}
	w.WriteString("</blockquote>\n")
}

func (w *htmlWriter) list(b news.Block) {
	name := "ul"
	if b.Ordered {
		name = "ol"
	}
	fmt.Fprintf(w, "<%s>\n", name)
	for _, item := range b.Items {
		w.WriteString("<li>")
		w.blocks(item)
		w.WriteString("</li>\n")
	}
	fmt.Fprintf(w, "</%s>\n", name)
}

func (w *htmlWriter) table(b news.Block) {
	w.WriteString("<table>\n")
	if len(b.Text) > 0 {
		w.element("caption", b.Text)
	}
	for i, row := range b.Rows {
		cell := "td"
		if i == 0 && b.Header {
			cell = "th"
		}
		w.WriteString("<tr>")
		for _, spans := range row {
			w.element(cell, spans)
		}
		w.WriteString("</tr>\n")
	}
	w.WriteString("</table>\n")
}

// figure writes a picture as one, and anything else as a link: its file may be a video or a sound.
func (w *htmlWriter) figure(f news.Figure) {
	w.WriteString("<figure>")
	if src := w.media(f.Media); f.Media != "" && src != "" {
		fmt.Fprintf(w, `<img src="%s" alt="%s">`, html.EscapeString(src), html.EscapeString(f.Alt))
	} else if f.Alt != "" {
		fmt.Fprintf(w, "<p>[%s]</p>", html.EscapeString(f.Alt))
	}
	w.WriteString("<figcaption>")
	w.spans(f.Caption)
	for _, s := range []string{f.Credit, f.Rights} {
		if s != "" {
			fmt.Fprintf(w, " <small>%s</small>", html.EscapeString(s))
		}
	}
	w.WriteString("</figcaption>")
	w.blocks(f.Transcript)
	w.WriteString("</figure>\n")
}

func (w *htmlWriter) element(name string, spans []news.Span) {
	fmt.Fprintf(w, "<%s>", name)
	w.spans(spans)
	fmt.Fprintf(w, "</%s>\n", name)
}

func (w *htmlWriter) spans(spans []news.Span) {
	for _, s := range spans {
		w.span(s)
	}
}

// marks are the elements of the marks that have one, the outermost first.
func marks() []struct {
	mark news.Mark
	name string
} {
	return []struct {
		mark news.Mark
		name string
	}{{news.Strong, "strong"}, {news.Emphasis, "em"}, {news.Monospace, "code"}, {news.Struck, "s"},
		{news.Superscript, "sup"}, {news.Subscript, "sub"}}
}

func (w *htmlWriter) span(s news.Span) {
	var ends []string
	open := func(tag, name string) {
		w.WriteString("<" + tag + ">")
		ends = append(ends, "</"+name+">")
	}
	if id, ok := strings.CutPrefix(s.Link, "story:"); ok {
		open(`a href="`+html.EscapeString(storyURI(id))+`"`, "a")
	} else if s.Link != "" {
		open(`a href="`+html.EscapeString(s.Link)+`"`, "a")
	}
	if s.Lang != "" {
		open(`span lang="`+html.EscapeString(s.Lang)+`"`, "span")
	}
	for _, m := range marks() {
		if s.Mark&m.mark != 0 {
			open(m.name, m.name)
		}
	}
	w.WriteString(html.EscapeString(s.Text))
	for i := len(ends) - 1; i >= 0; i-- {
		w.WriteString(ends[i])
	}
	if s.Mark&news.Break != 0 {
		w.WriteString("<br>")
	}
}
