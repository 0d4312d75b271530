package wordpress

import (
	"html"
	"slices"
	"strings"
)

// paragraphs makes HTML of a text from before the block editor, in which blank lines part paragraphs and line breaks
// break lines, wherever no element of HTML does so. A line that is nothing but an address is what stands there. It does
// what WordPress does when it shows such a text (wpautop, by its documentation), and takes linear time.
func paragraphs(text string) string {
	c := classic{edge: true}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	c.out.Grow(len(text) + len(text)/16)
	for text != "" {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			i = len(text)
		}
		tag := ""
		rest := text[i:]
		if rest != "" {
			n := tagLength(rest)
			tag, rest = rest[:n], rest[n:]
		}
		if tag == "<" { // no tag: it stays in its words
			c.words.WriteString(text[:i] + "&lt;")
			text = rest
			continue
		}
		c.words.WriteString(text[:i])
		if strings.HasPrefix(tag, "<!--") { // <!--more--> among them
			text = rest
			continue
		}
		c.flush(tag == "" || parts(tag))
		c.out.WriteString(strings.ReplaceAll(tag, "\n", " "))
		text = c.raw(tag, rest)
		c.edge = parts(tag)
	}
	c.flush(true)
	return c.out.String()
}

// A classic is a text of the classic editor being read.
type classic struct {
	out strings.Builder
	// words are those since the last tag.
	words strings.Builder
	// edge says that a paragraph would begin here: an element that parts them, or nothing, came before.
	edge bool
}

// flush writes the words up to a tag, or up to the end. edge says that no paragraph goes on behind it.
func (c *classic) flush(edge bool) {
	lines := strings.Split(c.words.String(), "\n")
	c.words.Reset()
	broken, wrote := 0, !c.edge
	part := func() {
		switch {
		case !wrote:
		case broken > 1:
			c.out.WriteString("<p>")
		case broken == 1:
			c.out.WriteString("<br>")
		}
		broken = 0
	}
	for i, line := range lines {
		if i > 0 {
			broken++
		}
		if strings.TrimSpace(line) == "" {
			if broken == 0 {
				c.out.WriteString(line)
			}
			continue
		}
		part()
		alone := (i > 0 || c.edge) && (i < len(lines)-1 || edge)
		if at, ok := bareAddress(html.UnescapeString(line)); ok && alone {
			c.out.WriteString(embedHTML(at, ""))
			wrote = false
			continue
		}
		c.out.WriteString(line)
		wrote = true
	}
	if !edge {
		part()
	}
}

// raw writes what stands in an element whose line breaks mean something else, and returns what follows it.
func (c *classic) raw(tag, rest string) string {
	name, closes := tagName(tag)
	if closes || !slices.Contains([]string{"pre", "script", "style", "textarea", "svg"}, name) {
		return rest
	}
	end := max(strings.Index(rest, "</"+name), strings.Index(rest, "</"+strings.ToUpper(name)))
	if end < 0 {
		end = len(rest)
	}
	c.out.WriteString(rest[:end])
	return rest[end:]
}

// parts says whether a tag begins or ends an element that parts paragraphs, or breaks a line.
func parts(tag string) bool {
	name, _ := tagName(tag)
	return name == "" || slices.Contains(partingTags(), name)
}

func partingTags() []string {
	return []string{
		"address", "article", "aside", "audio", "blockquote", "br", "caption", "center", "col", "colgroup", "dd", "details", "dir",
		"div", "dl", "dt", "embed", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
		"header", "hgroup", "hr", "iframe", "legend", "li", "main", "menu", "nav", "noscript", "object", "ol", "optgroup", "option",
		"p", "param", "pre", "script", "section", "select", "source", "style", "summary", "svg", "table", "tbody", "td", "textarea", "tfoot",
		"th", "thead", "tr", "track", "ul", "video",
	}
}
