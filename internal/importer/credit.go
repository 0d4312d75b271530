package importer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// maxCredit is the length in bytes of words that may be a credit.
const maxCredit = 200

// creditClasses are those by which systems and themes mark who made a picture.
func creditClasses() []string {
	return []string{"credit", "photo-credit", "image-credit", "media-credit", "wp-caption-credit", "wp-media-credit", "picture-credit", "photographer"}
}

// creditWords introduce a credit, in lower case.
func creditWords() []string {
	return []string{"photo", "photos", "photo credit", "photo by", "image", "image credit", "picture", "photograph", "credit", "foto", "fotos",
		"fotografía", "fotografia", "photographie", "crédit photo", "fotoğraf", "görsel", "şəkil", "foto de", "фото", "фотография", "снимка",
		"сурет", "сүрөт", "акс", "surat", "rasm", "عکس", "صورة", "تصوير"}
}

// marked takes who made a picture out of its caption, where markup says so: the class of an element, or a cite at its end.
func (w *walk) marked(caption *html.Node) string {
	var found *html.Node
	for n := range caption.Descendants() {
		if slices.ContainsFunc(creditClasses(), func(c string) bool { return hasClass(n, c) }) {
			found = n
			break
		}
	}
	if last := caption.LastChild; found == nil && last != nil && last.DataAtom == atom.Cite {
		found = last
	}
	if found == nil {
		return ""
	}
	credit := w.clean.Line(rawText(found))
	if credit == "" || len(credit) > maxCredit {
		return ""
	}
	found.Parent.RemoveChild(found)
	if _, name := cutCredit(credit); name != "" {
		return name
	}
	return strings.TrimPrefix(credit, "© ")
}

// captioned gives a figure its caption, and takes a credit off its end where there is none yet.
func (c *Cleaner) captioned(f *news.Figure, caption []news.Span, credit string) {
	if n := len(caption); credit == "" && n > 0 && caption[n-1].Link == "" && caption[n-1].Mark&news.Struck == 0 {
		if words, name := cutCredit(caption[n-1].Text); name != "" {
			credit, caption[n-1].Text = name, words
		}
	}
	line := c.Inline()
	for _, s := range caption {
		line.Text(s.Text, s)
		if s.Mark&news.Break != 0 {
			line.Break()
		}
	}
	f.Caption, f.Credit = line.Flush(), credit
}

// cutCredit takes a credit off the end of a caption. It must stand by itself: at the beginning, in brackets, or after the
// end of a sentence or a bar; "the photo: a forgery" is none.
func cutCredit(caption string) (words, name string) {
	before, after, ok := cutLast(caption, ":")
	if !ok {
		return caption, ""
	}
	name = strings.TrimSpace(after)
	word := ""
	for _, w := range creditWords() {
		if len(w) > len(word) && strings.HasSuffix(strings.ToLower(before), w) && len(strings.ToLower(before)) == len(before) {
			word = w
		}
	}
	before = strings.TrimRight(before[:len(before)-len(word)], " ")
	bare := strings.TrimRight(before, "([|/–— ")
	if word == "" || bare == before && bare != "" && !endsSentence(bare) {
		return caption, ""
	}
	name = strings.TrimRight(name, ")] ")
	if name == "" || len(name) > maxCredit || strings.ContainsAny(name, "!?;") {
		return caption, ""
	}
	return bare, name
}

// cutLast cuts a text around the last place of a separator.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func endsSentence(s string) bool {
	c, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?…»”\")؟。।", c)
}
