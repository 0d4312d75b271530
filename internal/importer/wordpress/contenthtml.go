package wordpress

import (
	"html"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// figureHTML returns an attachment as HTML of the editor's own kind.
func figureHTML(a attachment) string {
	at := html.EscapeString(a.URL)
	var b strings.Builder
	b.WriteString("<figure>")
	switch ending := ending(a.URL); {
	case slices.Contains(videoEndings(), ending):
		b.WriteString(`<video src="` + at + `" title="` + html.EscapeString(a.named()) + `"></video>`)
	case slices.Contains(soundEndings(), ending):
		b.WriteString(`<audio src="` + at + `" title="` + html.EscapeString(a.named()) + `"></audio>`)
	default:
		b.WriteString(`<img src="` + at + `" alt="` + html.EscapeString(a.Alt) + `" title="` + html.EscapeString(a.Title) + `"`)
		if a.ID != 0 {
			b.WriteString(` class="wp-image-` + strconv.FormatInt(a.ID, 10) + `"`)
		}
		b.WriteString(">")
	}
	if a.Caption != "" {
		b.WriteString("<figcaption>" + a.Caption + "</figcaption>")
	}
	b.WriteString("</figure>")
	return b.String()
}

// named returns what a recording is called.
func (a attachment) named() string {
	if a.Alt != "" {
		return a.Alt
	}
	return a.Title
}

// embedHTML returns what stands elsewhere on the web as HTML that becomes an embed: a link that is never loaded. A film or
// a sound by itself is one of the newsroom's own. caption is HTML, and may be empty.
func embedHTML(at, caption string) string {
	if !isAddress(at) {
		if at == "" && caption == "" {
			return ""
		}
		return "<p>" + html.EscapeString(at) + "</p>" + caption
	}
	tag := "iframe"
	switch ending := ending(at); {
	case slices.Contains(videoEndings(), ending):
		tag = "video"
	case slices.Contains(soundEndings(), ending):
		tag = "audio"
	}
	made := "<figure><" + tag + ` src="` + html.EscapeString(at) + `"></` + tag + ">"
	if caption != "" {
		made += "<figcaption>" + caption + "</figcaption>"
	}
	return made + "</figure>"
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// bareAddress returns the address that a line consists of.
func bareAddress(line string) (string, bool) {
	line = strings.TrimSpace(line)
	return line, isAddress(line) && !strings.ContainsAny(line, " \t\n\r<>\"[]") && len(line) > len("https://") && len(line) < 2000
}

// ending returns the ending of the file that an address leads to, in lower case: .jpg.
func ending(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(path.Ext(u.Path))
}

func videoEndings() []string {
	return []string{".mp4", ".m4v", ".webm", ".ogv", ".mov", ".wmv", ".flv"}
}

func soundEndings() []string {
	return []string{".mp3", ".m4a", ".ogg", ".oga", ".wav", ".wma", ".flac"}
}

func pictureEndings() []string { return []string{".jpg", ".jpeg", ".png", ".gif", ".webp"} }

// isMedia says whether an address leads to a picture, a film or a sound.
func isMedia(address string) bool {
	e := ending(address)
	return slices.Contains(pictureEndings(), e) || slices.Contains(videoEndings(), e) || slices.Contains(soundEndings(), e)
}

// plainText returns HTML without its tags.
func plainText(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return html.UnescapeString(b.String())
		}
		b.WriteString(s[:i])
		s = s[i+tagLength(s[i:]):]
	}
}

// tagLength returns the length of the tag or comment that a text begins with: 1 where it is a mere "<".
func tagLength(s string) int {
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end >= 0 {
			return end + len("-->")
		}
		return len(s)
	}
	if len(s) < 2 || !(s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z' || s[1] == '/' || s[1] == '!') {
		return 1
	}
	quote := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if s[i-1] == '=' || s[i-1] == ' ' {
				quote = c
			}
		case c == '>':
			return i + 1
		case c == '<':
			return i // a tag that never ended
		}
	}
	return 1
}

// tagName returns the name of a tag in lower case, and whether it ends an element; "" for a comment.
func tagName(tag string) (name string, closes bool) {
	tag, closes = strings.CutPrefix(strings.TrimPrefix(tag, "<"), "/")
	end := strings.IndexFunc(tag, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-')
	})
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(tag[:end]), closes
}

// cutCaption takes the caption out of a figure's HTML.
func cutCaption(s string) (before, caption string) {
	i := strings.Index(s, "<figcaption")
	if i < 0 {
		return s, ""
	}
	return s[:i], between(s[i:], "<figcaption", "</figcaption>")
}

// between returns what stands in the first element that begins with a tag.
func between(s, tag, end string) string {
	i := strings.Index(s, tag)
	if i < 0 {
		return ""
	}
	s = s[i:]
	s = s[tagLength(s):]
	if i = strings.Index(s, end); i < 0 {
		return ""
	}
	return s[:i]
}
