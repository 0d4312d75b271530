package feed

import (
	"cmp"
	"fmt"
	"html"
	"mime"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxFiles is the number of files that are kept of an item.
const maxFiles = 50

// A file is a picture, a recording or another file that an item names besides its text.
type file struct {
	url  string
	kind fileKind
	// alt, caption and credit are plain text, or "".
	alt, caption, credit string
	// width is that of a picture in pixels, size in bytes; 0 where nothing says.
	width, size int
	// standIn says that the picture stands for something else, as the thumbnail of a video.
	standIn bool
}

type fileKind int

const (
	other fileKind = iota
	picture
	recording
)

func (f file) isPicture() bool   { return f.kind == picture }
func (f file) isRecording() bool { return f.kind == recording }

// kindOf returns the kind of a file by its media type, which may be missing, by what Media RSS calls it, or by its name.
func kindOf(mediaType, medium, address string) fileKind {
	if mediaType == "" && medium == "" {
		if u, err := url.Parse(address); err == nil {
			mediaType = mime.TypeByExtension(strings.ToLower(path.Ext(u.Path)))
		}
	}
	switch {
	case strings.HasPrefix(mediaType, "image/"), medium == "image":
		return picture
	case strings.HasPrefix(mediaType, "audio/"), strings.HasPrefix(mediaType, "video/"):
		return recording
	}
	return other
}

// add keeps a file, once.
func (it *item) add(f file) {
	if f.url = strings.TrimSpace(f.url); f.url == "" || len(it.files) == maxFiles {
		return
	}
	i := slices.IndexFunc(it.files, func(g file) bool { return f.kind == g.kind && same(f.url, g.url) })
	if i < 0 {
		it.files = append(it.files, f)
		return
	}
	old := it.files[i]
	if f.width <= old.width { // the wider one is kept, with all that is said of either
		f.url, f.width, f.size = old.url, old.width, old.size
	}
	f.alt, f.caption, f.credit = cmp.Or(old.alt, f.alt), cmp.Or(old.caption, f.caption), cmp.Or(old.credit, f.credit)
	f.standIn = f.standIn && old.standIn
	it.files[i] = f
}

// sized finds the size that WordPress puts into the name of a smaller picture. It is read only.
var sized = regexp.MustCompile(`-(\d+x\d+|scaled)(\.[A-Za-z]+)$`)

// same says whether two addresses are of one picture, perhaps in two sizes.
func same(a, b string) bool {
	plain := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		return u.Host + sized.ReplaceAllString(u.Path, "$2")
	}
	return a == b || plain(a) == plain(b)
}

// media takes what the item says of pictures, videos and sounds. A video's description is its text (Media RSS, as YouTube
// writes it), with a link to where it is seen.
func (it *item) media(x *gofeed.Item) {
	for _, e := range x.Enclosures {
		size, _ := strconv.Atoi(e.Length) // many say nothing, or 0
		it.add(file{url: e.URL, kind: kindOf(e.Type, "", e.URL), size: size})
	}
	media := x.Extensions["media"]
	for _, c := range media["content"] {
		it.add(content(c, media))
	}
	for _, g := range media["group"] {
		if it.group(g, media); strings.TrimSpace(it.body.text) == "" && len(g.Children["description"]) > 0 {
			it.seen, it.body = true, text{g.Children["description"][0].Value, false}
		}
	}
	if len(it.files) == 0 {
		for _, t := range media["thumbnail"] {
			it.add(file{url: t.Attrs["url"], kind: picture, credit: wordOf(media, "credit"), standIn: true})
		}
	}
}

// group takes the one of several forms of a thing that is best: a picture in its largest size, or a recording.
func (it *item) group(g ext.Extension, media map[string][]ext.Extension) {
	var best file
	for _, c := range g.Children["content"] {
		if f := content(c, g.Children, media); f.kind != other && (best.url == "" || f.width > best.width) {
			best = f
		}
	}
	if thumbs := g.Children["thumbnail"]; best.url == "" && len(thumbs) > 0 {
		best = file{url: thumbs[0].Attrs["url"], kind: picture, standIn: true}
	}
	it.add(best)
}

// content reads a media:content; what it does not say of itself, the elements around it do.
func content(c ext.Extension, around ...map[string][]ext.Extension) file {
	width, _ := strconv.Atoi(c.Attrs["width"])
	size, _ := strconv.Atoi(c.Attrs["fileSize"])
	f := file{url: c.Attrs["url"], kind: kindOf(c.Attrs["type"], c.Attrs["medium"], c.Attrs["url"]), width: width, size: size}
	f.credit = wordOf(c.Children, "credit")
	f.caption = cmp.Or(wordOf(c.Children, "description"), wordOf(c.Children, "title"))
	for _, all := range around {
		f.credit = cmp.Or(f.credit, wordOf(all, "credit"))
	}
	return f
}

// wordOf returns the text of the first element of a name.
func wordOf(all map[string][]ext.Extension, name string) string {
	if len(all[name]) == 0 {
		return ""
	}
	return importer.PlainHTML(all[name][0].Value)
}

// leaveOut notes the files that the item names and that stay where they are, unless the text leads to them anyway.
func (it *item) leaveOut() {
	for _, f := range it.files {
		what := "attachment"
		if f.kind == picture {
			what = "picture"
		}
		if !strings.Contains(html.UnescapeString(it.body.text), f.url) {
			it.note(fmt.Sprintf("%s not taken: %.300s", what, f.url))
		}
	}
}

// show puts an item's files where readers meet them: the first picture or recording above the text, unless the text shows
// it, the others below. Files of other kinds, and recordings that are too large, become links.
func (it item) show(r *news.Revision, clean *importer.Cleaner, base *url.URL) {
	for _, f := range it.files {
		ref := importer.Link(f.url, base)
		if !strings.HasPrefix(ref, "http") {
			continue
		}
		shown := shows(r, ref)
		switch {
		case shown != nil:
			f.tell(shown, clean)
		case f.kind == other, f.size > importer.MaxMedia:
			if !leads(r.Body, ref) {
				r.Body = append(r.Body, leadTo(ref, clean.Line(cmp.Or(f.caption, fileName(ref)))))
			}
		case f.standIn && r.Lead == nil && anyPicture(r.Body): // the text has better ones
		default:
			it.place(r, f.figure(ref, r.Headline, clean))
		}
	}
}

// place puts a figure above the text where there is none, and otherwise below.
func (it item) place(r *news.Revision, f *news.Figure) {
	if r.Lead == nil {
		r.Lead = f
		return
	}
	r.Body = append(r.Body, news.Block{Kind: news.Picture, Figure: f})
}

// figure makes a figure of a file.
func (f file) figure(ref, headline string, clean *importer.Cleaner) *news.Figure {
	fig := &news.Figure{Missing: ref, Alt: clean.Line(f.alt)}
	if f.kind == recording && fig.Alt == "" {
		fig.Alt = headline
	}
	f.tell(fig, clean)
	if fig.Decorative = fig.Alt == ""; fig.Decorative {
		clean.Note("%s has no alternative text, and is shown as decorative", ref)
	}
	return fig
}

// tell gives a figure the words that it lacks.
func (f file) tell(fig *news.Figure, clean *importer.Cleaner) {
	if caption := clean.Line(f.caption); caption != "" && fig.Caption == nil {
		fig.Caption = []news.Span{{Text: caption}}
	}
	fig.Credit = cmp.Or(fig.Credit, clean.Line(f.credit))
}

// shows returns the figure of an article that shows a file already, or nil.
func shows(r *news.Revision, ref string) *news.Figure {
	if r.Lead != nil && same(r.Lead.Missing, ref) {
		return r.Lead
	}
	var found *news.Figure
	each(r.Body, func(b news.Block) {
		if b.Figure != nil && found == nil && same(b.Figure.Missing, ref) {
			found = b.Figure
		}
	})
	return found
}

func anyPicture(body []news.Block) (found bool) {
	each(body, func(b news.Block) { found = found || b.Figure != nil })
	return found
}

// leads says whether a text has a link to an address.
func leads(body []news.Block, ref string) (found bool) {
	each(body, func(b news.Block) {
		found = found || b.URL == ref || slices.ContainsFunc(b.Text, func(s news.Span) bool { return s.Link == ref })
	})
	return found
}

// each calls do for all blocks, however deep they stand.
func each(blocks []news.Block, do func(news.Block)) {
	for _, b := range blocks {
		do(b)
		each(b.Blocks, do)
		for _, item := range b.Items {
			each(item, do)
		}
	}
}

// fileName returns the name of the file that an address leads to, for people.
func fileName(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	return cmp.Or(path.Base(strings.Trim(u.Path, "/")), u.Host)
}
