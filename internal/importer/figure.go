package importer

import (
	"cmp"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// maxPicture is the width in pixels of a picture that is worth fetching: the largest rendition is smaller.
const maxPicture = 2560

// image reads a picture, unless it is an emoji, which is its text, or a counter of one pixel.
func (w *walk) image(n *html.Node) {
	alt := w.clean.Line(attr(n, "alt"))
	ref := w.pictureRef(n)
	switch {
	case pixel(attr(n, "width")) || pixel(attr(n, "height")):
	case alt != "" && len([]rune(alt)) <= 8 && !strings.ContainsFunc(alt, wordRune):
		w.line.Text(alt, w.as)
	case ref == "":
		w.clean.Note("left out a picture without an address of its own: %q", alt)
	case !w.clean.Pictures:
		w.hold(ref, alt)
	default:
		w.holdFigure(news.Figure{Missing: ref, Alt: w.altOf(n, alt)})
	}
}

// pixel says whether a width or height is that of a counter.
func pixel(size string) bool { return size == "0" || size == "1" || size == "1px" }

// pictureRef returns where the best file of a picture stands, or "".
func (w *walk) pictureRef(n *html.Node) string {
	if !w.clean.Pictures {
		return cmp.Or(webLink(attr(n, "src"), w.base), webLink(attr(n, "data-src"), w.base))
	}
	for _, key := range fileAttrs()[:fullSizes] {
		if ref := w.fileRef(attr(n, key)); ref != "" {
			return ref
		}
	}
	if isPicture(w.as.Link) { // a thumbnail that leads to the picture itself
		return w.as.Link
	}
	sets := []string{attr(n, "srcset"), attr(n, "data-srcset")}
	for s := range siblings(n) {
		sets = append(sets, attr(s, "srcset"), attr(s, "data-srcset"))
	}
	for _, set := range sets {
		if ref := w.fileRef(largest(set)); ref != "" {
			return ref
		}
	}
	for _, key := range append([]string{"src", "data-src"}, fileAttrs()[fullSizes:]...) {
		if ref := w.fileRef(attr(n, key)); ref != "" {
			return ref
		}
	}
	return ""
}

// fullSizes is how many of fileAttrs name the file that the picture was made from.
const fullSizes = 4

// fileAttrs lists the attributes in which galleries and lazy loaders name a picture's file.
func fileAttrs() []string {
	return []string{"data-full-url", "data-orig-file", "data-large-file", "data-large_image", "data-lazy-src", "data-original"}
}

// siblings yields the sources that stand before an image in its picture, but those of formats that are not read here.
func siblings(n *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if n.Parent == nil || n.Parent.DataAtom != atom.Picture {
			return
		}
		for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
			if t := attr(c, "type"); c.DataAtom == atom.Source && t != "image/avif" && t != "image/svg+xml" && !yield(c) {
				return
			}
		}
	}
}

// largest returns the widest file of a srcset that is not wider than is of use: with none such, the narrowest.
func largest(srcset string) string {
	best, bestWidth := "", 0.0
	for candidate := range strings.SplitSeq(srcset, ", ") {
		fields := strings.Fields(strings.TrimSuffix(strings.TrimSpace(candidate), ","))
		if len(fields) == 0 || len(fields) > 2 {
			continue
		}
		width := 1.0
		if len(fields) == 2 {
			size := fields[1]
			w, err := strconv.ParseFloat(size[:len(size)-1], 64)
			if err != nil || size[len(size)-1] != 'w' && size[len(size)-1] != 'x' {
				continue
			}
			width = w
		}
		fits, bestFits := width <= maxPicture, bestWidth <= maxPicture
		if best == "" || fits && (!bestFits || width > bestWidth) || !fits && !bestFits && width < bestWidth {
			best, bestWidth = fields[0], width
		}
	}
	return best
}

// isPicture says whether a link leads to a picture of a kind that is published here.
func isPicture(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" &&
		slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif", ".webp"}, strings.ToLower(path.Ext(u.Path)))
}

// fileRef returns a reference as news.Figure names a missing file, or "": an absolute URL, or where nobody says what it
// is relative to, the path within the source.
func (w *walk) fileRef(ref string) string {
	if link := webLink(ref, w.base); link != "" || w.base != nil {
		return link
	}
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return ""
	}
	name := path.Clean(strings.TrimLeft(u.Path, "/"))
	if clean, dropped := CleanText(name); !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\n\t") ||
		clean != name || dropped != nil || len(name) > maxURL {
		return ""
	}
	return name
}

// altOf returns what tells those who can't see a picture what it shows: its alternative text, or a title that is more
// than the name of a file.
func (w *walk) altOf(n *html.Node, alt string) string {
	title := w.clean.Line(attr(n, "title"))
	if alt == "" && strings.Contains(title, " ") {
		alt = title
	}
	if role := attr(n, "role"); alt == "" && role != "presentation" && role != "none" {
		w.clean.unnamed++
	}
	return alt
}

func wordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// recording reads a video or a sound.
func (w *walk) recording(n *html.Node) {
	ref := ""
	for _, s := range append([]*html.Node{n}, children(n, atom.Source)...) {
		for _, key := range []string{"src", "data-src"} {
			if r := w.fileRef(attr(s, key)); r != "" && (ref == "" || !isRecording(ref) && isRecording(r)) {
				ref = r
			}
		}
	}
	switch {
	case ref == "":
		w.clean.Note("left out what has no address: <%s>", n.Data)
		return
	case !w.clean.Pictures:
		w.embed(n)
		return
	}
	for _, t := range children(n, atom.Track) {
		w.clean.Note("left out the subtitles of %s in %q: %s", ref, attr(t, "srclang"), w.fileRef(attr(t, "src")))
	}
	w.holdFigure(news.Figure{Missing: ref, Alt: w.clean.Line(cmp.Or(attr(n, "aria-label"), attr(n, "title"), fileName(ref)))})
}

// fileName returns the name of the file that a reference leads to, for people.
func fileName(ref string) string {
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		ref = cmp.Or(strings.Trim(u.Path, "/"), u.Host)
	}
	return path.Base(ref)
}

// isRecording says whether a reference has the ending of a video or sound that is published here.
func isRecording(ref string) bool {
	if u, err := url.Parse(ref); err == nil {
		ref = u.Path
	}
	return slices.Contains([]string{".mp4", ".m4a", ".webm", ".mp3", ".ogg"}, strings.ToLower(path.Ext(ref)))
}

// embed holds a frame, a video or a sound as a link.
func (w *walk) embed(n *html.Node) {
	link := ""
	for _, ref := range []string{attr(n, "src"), attr(n, "data-src"), attr(n, "data"), attr(child(n, atom.Source), "src")} {
		if link == "" {
			link = webLink(ref, w.base)
		}
	}
	if link == "" {
		w.clean.Note("left out what has no address: <%s>", n.Data)
		return
	}
	w.hold(link, w.clean.Line(attr(n, "title")))
}

// hold keeps an embed until the paragraph ends. The same one twice running is one with a stand-in for slow browsers.
func (w *walk) hold(link, text string) {
	if n := len(w.held); n > 0 && w.held[n-1].URL == link {
		return
	}
	if text == "" {
		text = w.clean.Line(linkName(link))
	}
	w.held = append(w.held, news.Block{Kind: news.Embed, URL: link, Text: []news.Span{{Text: text, Lang: w.as.Lang}}})
}

// holdFigure keeps a figure until the paragraph ends; the same one twice running once.
func (w *walk) holdFigure(f news.Figure) {
	if n := len(w.held); n > 0 && w.held[n-1].Kind == news.Picture && w.held[n-1].Figure.Missing == f.Missing {
		return
	}
	if link := w.as.Link; link != "" && link != f.Missing && !isPicture(link) {
		if u, err := url.Parse(link); err == nil && w.base != nil && u.Host == w.base.Host {
			w.clean.unled++ // mostly the page that shows nothing but the picture
		} else {
			w.clean.Note("%s no longer leads to %s", f.Missing, link)
		}
	}
	f.Decorative = f.Alt == ""
	w.held = append(w.held, news.Block{Kind: news.Picture, Figure: &f})
}

// isFigure says whether an element is what WordPress used for a figure before HTML had one.
func isFigure(n *html.Node) bool { return hasClass(n, "wp-caption") || hasClass(n, "gallery-item") }

// hasClass says whether one of an element's classes is name.
func hasClass(n *html.Node, name string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), name)
}

// captionOf returns the caption of a figure, or nil.
func captionOf(n *html.Node) *html.Node {
	if c := child(n, atom.Figcaption); c != nil {
		return c
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if hasClass(c, "wp-caption-text") {
			return c
		}
	}
	return nil
}

// figure reads what a figure shows, with its caption; that names an embed better than any alternative text. A caption of
// several pictures follows them.
func (w *walk) figure(n *html.Node) {
	var caption []news.Span
	credit := ""
	if c := captionOf(n); c != nil {
		n.RemoveChild(c)
		if w.clean.Pictures {
			credit = w.marked(c)
		}
		caption = w.flat(w.inside(c))
	}
	w.flush()
	blocks := w.inside(n)
	of := func(kind news.BlockKind) int {
		return slices.IndexFunc(blocks, func(b news.Block) bool { return b.Kind == kind })
	}
	picture := of(news.Picture)
	switch {
	case picture >= 0 && picture == len(blocks)-1 && blocks[picture].Figure.Caption == nil:
		w.clean.captioned(blocks[picture].Figure, caption, credit)
		caption, credit = nil, ""
	case picture < 0 && caption != nil && of(news.Embed) >= 0:
		blocks[of(news.Embed)].Text, caption = w.clean.unlinked(caption), nil
	case len(blocks) == 1 && blocks[0].Kind == news.Table && blocks[0].Text == nil:
		blocks[0].Text, caption = caption, nil
	}
	w.blocks = append(append(w.blocks, blocks...), paragraph(caption)...)
	if credit != "" {
		w.blocks = append(w.blocks, paragraph([]news.Span{{Text: credit}})...)
	}
}

// unlinked takes the links off spans that stand in a link themselves.
func (c *Cleaner) unlinked(spans []news.Span) []news.Span {
	line := c.Inline()
	for _, s := range spans {
		s.Link = ""
		if line.Text(s.Text, s); s.Mark&news.Break != 0 {
			line.Break()
		}
	}
	return line.Flush()
}

// onlyFigures says whether lists of blocks have nothing but figures in them, and one at least.
func onlyFigures(lists ...[]news.Block) bool {
	blocks := slices.Concat(lists...)
	return len(blocks) > 0 && !slices.ContainsFunc(blocks, func(b news.Block) bool { return b.Kind != news.Picture })
}

// figuresIn returns the figures among blocks, however deep they stand.
func figuresIn(blocks []news.Block) (figures []news.Block) {
	for _, b := range blocks {
		if b.Kind == news.Picture {
			figures = append(figures, b)
		}
		figures = append(figures, figuresIn(b.Blocks)...)
		for _, item := range b.Items {
			figures = append(figures, figuresIn(item)...)
		}
	}
	return figures
}
