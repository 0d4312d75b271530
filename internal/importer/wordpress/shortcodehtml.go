package wordpress

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
)

// A speller replaces the shortcodes of one post, and gathers its footnotes.
type speller struct {
	clean *importer.Cleaner
	page  page
	// foot are the footnotes, in HTML.
	foot []string
	// depth counts the shortcodes around.
	depth int
}

// programs replaces the shortcodes of program text, whose line breaks, brackets and tags must stay what they are.
func (s *speller) programs(text string) string {
	is := func(name string) bool {
		return slices.Contains([]string{"code", "sourcecode", "source", "cc", "crayon", "highlight"}, name)
	}
	return expand(text, is, func(c shortcode) (string, bool) {
		if !is(c.name) || !c.encloses {
			return "", false
		}
		return "<pre><code>" + html.EscapeString(html.UnescapeString(strings.Trim(c.inside, "\r\n"))) + "</code></pre>", true
	})
}

// all replaces the shortcodes of a text.
func (s *speller) all(text string) string { return expand(text, s.encloses, s.spell) }

// encloses says whether a shortcode may have an end, and something in between.
func (s *speller) encloses(name string) bool {
	return s.depth < maxOpen && (slices.Contains(enclosing(), name) || isFootnote(name) || isProvider(name))
}

func enclosing() []string {
	return []string{"caption", "wp_caption", "audio", "video", "embed", "pullquote", "dropcap", "drop_cap", "gallery", "playlist"}
}

// inside returns what stands in a shortcode, its own shortcodes replaced.
func (s *speller) inside(c shortcode) string {
	s.depth++
	defer func() { s.depth-- }()
	return s.all(c.inside)
}

// spell returns HTML for a shortcode, and false where its brackets stay as text.
func (s *speller) spell(c shortcode) (string, bool) {
	switch {
	case c.closing:
		return "", slices.Contains(enclosing(), c.name) || builds(c.name)
	case isFootnote(c.name) && c.encloses:
		s.foot = append(s.foot, s.inside(c))
		return "<sup>" + strconv.Itoa(len(s.foot)) + "</sup>", true
	case isProvider(c.name):
		return s.provided(c)
	case builds(c.name):
		return s.built(c), true
	}
	switch c.name {
	case "caption", "wp_caption":
		return s.caption(c), true
	case "gallery":
		return s.gallery(c), true
	case "playlist":
		return s.playlist(c), true
	case "audio", "video":
		return s.recording(c)
	case "embed":
		return embedHTML(first(append(append([]string{strings.TrimSpace(plainText(c.inside))}, c.bare...), c.value("url", "src"))...), ""), true
	case "pullquote":
		return `<aside class="pullquote">` + s.inside(c) + "</aside>", true
	case "dropcap", "drop_cap":
		return s.inside(c), c.encloses
	case "contact-form-7", "contact-form", "gravityform", "wpforms", "ninja_form", "ninja_forms", "mc4wp_form", "formidable", "newsletter_form", "archives", "sitemap", "wp_sitemap_page":
		s.clean.Note("left out the shortcode [%s]: it is of the site, not of its text", c.name)
		return "", true
	}
	s.unknown(c)
	return "", false
}

// unknown names a shortcode that stays as text, where it can't be mere words in brackets.
func (s *speller) unknown(c shortcode) {
	if len(c.set) > 0 || strings.Contains(c.name, "_") {
		s.clean.Note("kept the shortcode [%s] as text: it is not known", c.name)
	}
}

// caption returns a picture with its words, which stand after it or in an attribute.
func (s *speller) caption(c shortcode) string {
	inside := s.inside(c)
	picture, words := cutPicture(inside)
	if v := c.set["caption"]; v != "" {
		words = v
	}
	if strings.TrimSpace(words) == "" {
		return "<figure>" + picture + "</figure>"
	}
	return "<figure>" + picture + "<figcaption>" + words + "</figcaption></figure>"
}

// cutPicture cuts HTML after its first picture and the link around it.
func cutPicture(s string) (picture, after string) {
	i := strings.Index(s, "<img")
	if i < 0 {
		return s, ""
	}
	i += tagLength(s[i:])
	rest := s[i:]
	if trimmed := strings.TrimLeft(rest, " \t\r\n"); strings.HasPrefix(trimmed, "</a>") {
		i += len(rest) - len(trimmed) + len("</a>")
	}
	return s[:i], s[i:]
}

// gallery returns the pictures that a gallery names, or those that were uploaded to the post.
func (s *speller) gallery(c shortcode) string {
	named := numbers(c.value("ids", "include"))
	if len(named) == 0 {
		post := s.page.id
		if n := numbers(c.set["id"]); len(n) == 1 {
			post = n[0]
		}
		out := numbers(c.set["exclude"])
		named = slices.DeleteFunc(slices.Clone(s.page.lib.attached(post)), func(n int64) bool {
			a, ok := s.page.lib.attachment(n)
			return slices.Contains(out, n) || !ok || !slices.Contains(pictureEndings(), ending(a.URL))
		})
	}
	if len(named) == 0 {
		s.clean.Note("left out a gallery without pictures")
	}
	return s.media(named)
}

// playlist returns the sounds or films that a playlist names, or those that were uploaded to the post.
func (s *speller) playlist(c shortcode) string {
	named := numbers(c.value("ids", "include"))
	endings := soundEndings()
	if c.set["type"] == "video" {
		endings = videoEndings()
	}
	for _, n := range s.page.lib.attached(s.page.id) {
		if a, ok := s.page.lib.attachment(n); ok && c.set["ids"] == "" && slices.Contains(endings, ending(a.URL)) {
			named = append(named, n)
		}
	}
	if len(named) == 0 {
		s.clean.Note("left out a playlist with nothing in it")
	}
	return s.media(named)
}

// media returns media files by their IDs.
func (s *speller) media(named []int64) string {
	var b strings.Builder
	for _, n := range named {
		b.WriteString(s.page.media(s.clean, n))
	}
	return b.String()
}

// recording returns a film or a sound.
func (s *speller) recording(c shortcode) (string, bool) {
	at := first(append([]string{c.set["src"]}, c.bare...)...)
	for _, e := range append(videoEndings(), soundEndings()...) {
		at = first(c.set[strings.TrimPrefix(e, ".")], at)
	}
	if n := numbers(c.set["id"]); !isAddress(at) && len(n) == 1 {
		return s.page.media(s.clean, n[0]), true
	}
	at, _, _ = strings.Cut(first(at, strings.TrimSpace(plainText(c.inside))), "|") // [audio http://…|options]
	if at == "" {
		s.unknown(c)
		return "", false
	}
	return "<figure><" + c.name + ` src="` + html.EscapeString(at) + `" title="` + html.EscapeString(c.set["title"]) + `"></` + c.name + "></figure>", true
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// isFootnote says whether a shortcode is one of those by which plug-ins write footnotes.
func isFootnote(name string) bool {
	return slices.Contains([]string{"footnote", "fn", "ref", "efn_note", "mfn"}, name)
}

// providers maps the shortcodes that show something of another site to where it stands there, by its ID.
func providers() map[string]string {
	return map[string]string{
		"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/", "dailymotion": "https://www.dailymotion.com/video/",
		"wpvideo": "https://videopress.com/v/", "videopress": "https://videopress.com/v/", "tweet": "https://twitter.com/i/status/",
		"twitter": "", "soundcloud": "", "instagram": "", "facebook": "", "ted": "", "slideshare": "", "scribd": "", "gist": "https://gist.github.com/",
		"tiktok": "", "telegram": "", "flickr": "", "googlemaps": "", "spotify": "", "iframe": "", "archiveorg": "https://archive.org/details/",
	}
}

func isProvider(name string) bool {
	_, ok := providers()[name]
	return ok
}

// provided returns what stands on another site as an embed.
func (s *speller) provided(c shortcode) (string, bool) {
	candidates := append([]string{c.value("url", "src", "link", "href")}, c.bare...)
	candidates = append(candidates, strings.TrimSpace(plainText(c.inside)), c.set["id"])
	at := first(candidates...)
	switch base := providers()[c.name]; {
	case strings.HasPrefix(at, "//"):
		at = "https:" + at
	case !isAddress(at) && base != "" && at != "" && !strings.ContainsAny(at, " <>\"'/"):
		at = base + at
	}
	if !isAddress(at) {
		s.unknown(c)
		return "", false
	}
	return embedHTML(at, ""), true
}

// builds says whether a shortcode is one of those by which the common page builders lay out a page: they stand around text.
func builds(name string) bool { return hasPrefix(name, "vc_", "et_pb_", "fusion_", "av_") }

// built returns what a page builder's shortcode shows by itself.
func (s *speller) built(c shortcode) string {
	prefix, _, _ := strings.Cut(c.name, "_")
	s.clean.Note("took the text out of a page builder's shortcodes, [%s_…]", prefix)
	switch n := numbers(c.value("image", "images")); {
	case c.name == "vc_single_image" || c.name == "vc_gallery" || c.name == "vc_images_carousel":
		return s.media(n)
	case c.name == "et_pb_image" && isAddress(c.set["src"]):
		return figureHTML(attachment{URL: c.set["src"], Alt: c.set["alt"]})
	case c.name == "vc_video" && isAddress(c.set["link"]):
		return embedHTML(c.set["link"], "")
	case c.name == "vc_custom_heading":
		return "<h2>" + html.EscapeString(c.set["text"]) + "</h2>"
	}
	return ""
}
