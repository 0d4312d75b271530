package reader

import (
	"fmt"
	"html"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/lang"
)

// An articleWriter makes HTML of an article of a pack. Everything that the article says is escaped.
type articleWriter struct {
	b strings.Builder
	t tongue
	a edition.Article
	// story returns the address of a story's page here, or "" when it is not in the paper; file that of a file of the edition.
	story func(id string) string
	file  func(path string) string
	// kept are the paths of files that are here: they are shown, and others are a link.
	kept map[string]bool
	// claims are the IDs of the claims in the order in which the text makes them.
	claims []string
	level  int // of the last heading
}

// take returns what was written since the last take.
func (w *articleWriter) take() template.HTML {
	s := w.b.String()
	w.b.Reset()
	return template.HTML(s) // all parts are escaped
}

func (w *articleWriter) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

// text writes text. A word that is too long for browsers may break in between.
func (w *articleWriter) text(s string) {
	between := ""
	for piece := range lang.LongWords(s) {
		w.b.WriteString(between + html.EscapeString(piece))
		between = "<wbr>"
	}
}

func (w *articleWriter) element(name string, t edition.Text) {
	w.raw("<%s>", name)
	w.spans(t)
	w.raw("</%s>\n", name)
}

func (w *articleWriter) blocks(blocks []edition.Block) {
	for _, b := range blocks {
		w.block(b)
	}
}

func (w *articleWriter) block(b edition.Block) {
	switch b.Kind {
	case "paragraph":
		w.element("p", b.Text)
	case "heading":
		w.level = min(max(b.Level, 2), max(w.level, 1)+1, 4)
		w.element(fmt.Sprintf("h%d", w.level), b.Text)
	case "pullquote":
		w.raw(`<p class="pull">`)
		w.spans(b.Text)
		w.raw("</p>\n")
	case "quote":
		w.raw("<figure><blockquote>\n")
		w.blocks(b.Blocks)
		w.raw("</blockquote>\n")
		if len(b.Text) > 0 {
			w.element("figcaption", b.Text)
		}
		w.raw("</figure>\n")
	case "list":
		name := map[bool]string{false: "ul", true: "ol"}[b.Ordered]
		w.raw("<%s>\n", name)
		for _, item := range b.Items {
			w.raw("<li>")
			w.blocks(item)
			w.raw("</li>\n")
		}
		w.raw("</%s>\n", name)
	case "table":
		w.table(b)
	case "figure":
		w.figure(b.Figure)
	case "embed":
		w.raw(`<p class="embed">`)
		if len(b.Text) == 0 {
			b.Text = edition.Text{{Text: b.URL}}
		}
		w.link(b.URL, func() { w.spans(b.Text) })
		w.raw("</p>\n")
	case "code":
		w.raw(`<pre dir="ltr" tabindex="0"><code>`)
		for _, s := range b.Text {
			w.text(s.Text)
		}
		w.raw("</code></pre>\n")
	case "rule":
		w.raw("<hr>\n")
	}
}

func (w *articleWriter) table(b edition.Block) {
	w.raw("<table>\n")
	if len(b.Text) > 0 {
		w.element("caption", b.Text)
	}
	for i, row := range b.Rows {
		w.raw("<tr>")
		for _, text := range row {
			cell := map[bool]string{false: "td", true: `th scope="col"`}[b.Header && i == 0 && len(text) > 0] // an empty corner heads nothing
			w.raw("<%s>", cell)
			w.spans(text)
			w.raw("</%s>", cell[:2])
		}
		w.raw("</tr>\n")
	}
	w.raw("</table>\n")
}

// figure writes what a figure says, and what it shows where that is here; otherwise a link: nothing is fetched by itself.
func (w *articleWriter) figure(f *edition.Figure) {
	if f == nil {
		return
	}
	w.raw("<figure>")
	w.media(f)
	if len(f.Caption) > 0 || f.Credit != "" || f.Rights != "" {
		w.raw("<figcaption>")
		w.spans(f.Caption)
		first := len(f.Caption) == 0
		for _, words := range []string{f.Credit, f.Rights} {
			if words == "" {
				continue
			}
			if !first {
				w.raw(" · ")
			}
			w.raw("<bdi>")
			w.text(words)
			w.raw("</bdi>")
			first = false
		}
		w.raw("</figcaption>")
	}
	w.raw("</figure>\n")
	if len(f.Transcript) > 0 {
		word, _ := w.t.Word("transcript")
		w.raw("<details><summary>")
		w.text(word)
		w.raw("</summary>\n")
		w.blocks(f.Transcript)
		w.raw("</details>\n")
	}
}

func (w *articleWriter) media(f *edition.Figure) {
	if f.Missing {
		w.missing(f)
		return
	}
	i := slices.IndexFunc(w.a.Media, func(m edition.Media) bool { return m.ID == f.Media })
	if i < 0 || len(w.a.Media[i].Renditions) == 0 {
		return
	}
	r := w.a.Media[i].Renditions[0]
	if w.kept[r.Path] {
		w.raw(`<img src="%s" alt="%s" width="%d" height="%d">`, html.EscapeString(w.file(r.Path)), html.EscapeString(f.Alt), r.Width, r.Height)
		return
	}
	if f.Alt != "" {
		w.raw("<p>")
		w.text(f.Alt)
		w.raw("</p>")
	}
	w.raw(`<p class="ask"><a href="%s">`, html.EscapeString(w.file(r.Path)))
	w.text(w.t.W("ask_mirror"))
	w.raw(` (%s)</a></p>`, html.EscapeString(w.t.Size(r.Size)))
}

// missing writes that the newsroom does not have what a figure shows, and what that is as far as words say it.
func (w *articleWriter) missing(f *edition.Figure) {
	word, _ := w.t.Word("missing_figure")
	w.raw(`<p class="missing">`)
	w.text(word)
	if f.Alt != "" {
		w.raw("<br>")
		w.text(f.Alt)
	}
	w.raw("</p>")
}

// marks are the elements that set text apart, by the bits of a span's Mark.
var marks = []string{"strong", "em", "code", "s", "sup", "sub"}

const markBreak = 64

func (w *articleWriter) spans(t edition.Text) {
	for _, s := range t {
		w.span(s)
	}
}

func (w *articleWriter) span(s edition.Span) {
	var close []string
	open := func(name, attributes string) {
		w.raw("<%s%s>", name, attributes)
		close = append(close, name)
	}
	if s.Claim != "" {
		open("span", fmt.Sprintf(` id="words-%s"`, html.EscapeString(s.Claim)))
	}
	if s.Lang != "" {
		open("span", fmt.Sprintf(` lang="%s" dir="auto"`, html.EscapeString(s.Lang)))
	}
	for i, name := range marks {
		if s.Mark&(1<<i) != 0 {
			open(name, "")
		}
	}
	w.link(s.Link, func() { w.text(s.Text) })
	for _, name := range slices.Backward(close) {
		w.raw("</%s>", name)
	}
	if s.Claim != "" {
		w.claim(s.Claim)
	}
	if s.Mark&markBreak != 0 {
		w.raw("<br>\n")
	}
}

// claim writes the mark of a claim, once after its words.
func (w *articleWriter) claim(id string) {
	i := slices.Index(w.claims, id)
	if i < 0 {
		w.claims = append(w.claims, id)
		i = len(w.claims) - 1
	}
	w.raw(`<sup class="mark"><a href="#claim-%s">%s</a></sup>`, html.EscapeString(id), html.EscapeString(w.t.N(uint64(i+1))))
}

// link writes text as a link where it may be one.
func (w *articleWriter) link(to string, text func()) {
	href, rel := "", ""
	if id, ok := strings.CutPrefix(to, "story:"); ok {
		href = w.story(id)
	} else if u, err := url.Parse(to); err == nil && slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
		href, rel = u.String(), ` rel="noreferrer noopener"`
	}
	if href == "" {
		text()
		return
	}
	w.raw(`<a href="%s"%s>`, html.EscapeString(href), rel)
	text()
	w.raw("</a>")
}

// A paperClaim is a line of the panel that says who says so.
type paperClaim struct {
	ID, Number, Name, Kind, Check, Class, Reason string
	Evidence                                     []edition.Kept
}

// panel returns who says what the text claims, in its order.
func (w *articleWriter) panel() (all []paperClaim) {
	for i, id := range w.claims {
		c := paperClaim{ID: id, Number: w.t.N(uint64(i + 1)), Kind: "own", Class: "unverified"}
		j := slices.IndexFunc(w.a.Claims, func(c edition.Claim) bool { return c.ID == id })
		if j < 0 {
			continue
		}
		c.Class, c.Evidence = w.a.Claims[j].Check, w.a.Claims[j].Evidence
		for _, s := range w.a.Sources {
			if s.ID == w.a.Claims[j].Source {
				c.Kind = s.Kind
				c.Name, _ = lang.Pick(s.Name, w.t.Tag())
				c.Reason, _ = lang.Pick(s.Reason, w.t.Tag())
			}
		}
		c.Kind, _ = w.t.Word("kind_" + c.Kind)
		c.Check, _ = w.t.Word("check_" + c.Class)
		all = append(all, c)
	}
	return all
}
