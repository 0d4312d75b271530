package wordpress

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// A page is what is known of a post besides its text.
type page struct {
	id int64
	// base is the post's own address, which references are relative to; nil where it is not known.
	base *url.URL
	lib  library
	// footnotes is the field in which the block editor keeps them: JSON.
	footnotes string
	// rendered says that the site has already made HTML of the blocks and shortcodes.
	rendered bool

	// credits says, by a file's address, who made the pictures that were met: content sets it.
	credits map[string]string
}

// content makes blocks of what a post says: of the block editor's or the classic editor's text, shortcodes and all. Its
// pictures, films and sounds are figures whose Missing says where their files stand. What was left out, or kept as mere
// text, the Cleaner notes.
func content(clean *importer.Cleaner, p page, text string) ([]news.Block, error) {
	p.credits = map[string]string{}
	if len(text) <= importer.MaxHTML { // the Cleaner says so of a larger one
		text = p.markup(clean, text)
	}
	clean.Pictures = true
	body, err := clean.HTML(text, p.base)
	if err != nil {
		return nil, err
	}
	p.finish(clean, body)
	return body, nil
}

// markup makes plain HTML of a post's text.
func (p page) markup(clean *importer.Cleaner, text string) string {
	if !p.rendered {
		s := &speller{clean: clean, page: p}
		text = s.programs(text)
		if hasBlocks(text) {
			r := &renderer{clean: clean, page: p}
			r.parts(parseBlocks(text))
			text = r.out.String()
		} else {
			text = paragraphs(strings.ReplaceAll(text, "<!--nextpage-->", "<hr>"))
		}
		text = unescape(s.all(text)) + footnotesHTML(s.foot)
	} else {
		text = withoutFilled(clean, text)
	}
	return p.originals(text)
}

// originals has each picture that says its ID show the file that it was made from, with the words that the site's media
// library keeps for it.
func (p page) originals(text string) string {
	if !strings.Contains(text, "wp-image-") && !strings.Contains(text, "wp-att-") {
		return text
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		n := tagLength(text[i:])
		out.WriteString(p.original(text[i : i+n]))
		text = text[i+n:]
	}
}

// original returns a tag as originals wants it. A link to a page that shows nothing but the picture goes.
func (p page) original(tag string) string {
	if strings.HasPrefix(tag, "<a ") && strings.Contains(tag, "wp-att-") && !strings.Contains(tag, "/uploads/") {
		return "<a>"
	}
	i := strings.Index(tag, "wp-image-")
	if i < 0 || !strings.HasPrefix(tag, "<img") {
		return tag
	}
	a, ok := p.lib.attachment(leadingNumber(tag[i+len("wp-image-"):]))
	if !ok || !slices.Contains(pictureEndings(), ending(a.URL)) {
		return tag
	}
	p.met(a)
	added := ` data-full-url="` + html.EscapeString(a.URL) + `"`
	if !strings.Contains(tag, "alt=") || strings.Contains(tag, `alt=""`) {
		added += ` alt="` + html.EscapeString(a.Alt) + `"`
	}
	return "<img" + added + tag[len("<img"):]
}

// leadingNumber returns the number that a text begins with; 0 for none.
func leadingNumber(s string) int64 {
	end := strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(s)
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// media returns a media file of the site as HTML.
func (p page) media(clean *importer.Cleaner, n int64) string {
	a, ok := p.lib.attachment(n)
	if !ok {
		clean.Note("left out the media file %d: the source does not have it", n)
		return ""
	}
	p.met(a)
	return figureHTML(a)
}

// met remembers who made a picture.
func (p page) met(a attachment) {
	if a.Credit != "" && p.credits != nil {
		p.credits[importer.Link(a.URL, p.base)] = a.Credit
	}
}

// footnotes makes HTML of the block editor's footnotes. Those that can't be read are none.
func footnotes(field string) string {
	var notes []struct {
		Content string `json:"content"`
	}
	if len(field) > importer.MaxHTML || json.Unmarshal([]byte(field), &notes) != nil {
		return ""
	}
	texts := make([]string, len(notes))
	for i, n := range notes {
		texts[i] = n.Content
	}
	return footnotesHTML(texts)
}

// footnotesHTML returns footnotes, each of them HTML, as a list after a rule.
func footnotesHTML(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return "<hr><ol><li>" + strings.Join(notes, "</li><li>") + "</li></ol>"
}
