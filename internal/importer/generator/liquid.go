package generator

import (
	"html"
	"path"
	"regexp"
	"strings"
)

// What kramdown writes for itself, and no reader saw: lists of attributes, and the place of a table of contents; and the
// tags that end what has no tags in it. All are read only.
var (
	contents   = regexp.MustCompile(`(?m)^[*-] [^\n]*\n\{:\s*toc[^}]*\}[ \t]*$`)
	attributes = regexp.MustCompile(`\{::?\s*(?:[.#][\w-]|[\w-]+=|toc|options|/?comment|/?nomarkdown)[^{}\n]*\}`)
	verbatim   = regexp.MustCompile(`\{%-?\s*end(raw|comment)\b`)
)

// liquid finds the tags and expressions of Liquid in a text.
func liquid(text string) (tags []tag) {
	ends := verbatim.FindAllStringSubmatchIndex(text, -1)
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '{')
		if i < 0 || at+i+1 >= len(text) {
			break
		}
		from := at + i
		at = from + 1
		end := map[byte]string{'%': "%}", '{': "}}"}[text[at]]
		if end == "" {
			continue
		}
		n := strings.Index(text[at+1:], end)
		if n < 0 {
			break
		}
		t := tag{from: from, to: at + 1 + n + 2, output: end == "}}"}
		inside := strings.TrimSuffix(strings.TrimPrefix(text[at+1:at+1+n], "-"), "-")
		at = t.to
		if t.output {
			t.rest = strings.TrimSpace(inside)
		} else {
			t.parse(inside)
			if t.name == "raw" || t.name == "comment" { // nothing in it is a tag
				for len(ends) > 0 && (ends[0][0] < at || text[ends[0][2]:ends[0][3]] != t.name) {
					ends = ends[1:]
				}
				if len(ends) > 0 {
					at = ends[0][0]
				}
			}
		}
		tags = append(tags, t)
	}
	pair(tags, func(t tag) (string, bool) {
		name, ok := strings.CutPrefix(t.name, "end")
		return name, ok && !t.output
	})
	return tags
}

// expand implements maker: it carries out the tags of Liquid that stand in texts most, and takes out what is kramdown's own.
func (j *jekyll) expand(p *page, w *writer, text string) string {
	tags := liquid(text)
	var b strings.Builder
	j.between(&b, w, text, tags, 0, len(tags), 0, len(text), 0)
	out := contents.ReplaceAllString(b.String(), "")
	return toPages(attributes.ReplaceAllString(out, ""), func(name string) string {
		if p := j.byFile[path.Join(path.Dir(w.file), name)]; p != nil {
			return p.address
		}
		return ""
	})
}

// between writes the text from one place to another, in which the tags first to last stand.
func (j *jekyll) between(b *strings.Builder, w *writer, text string, tags []tag, first, last, from, to, depth int) {
	for i := first; i < last; i++ {
		t := tags[i]
		b.WriteString(text[from:t.from])
		from = t.to
		inner := ""
		if t.end > i && t.end < last && depth < maxInside {
			inner = text[t.to:tags[t.end].from]
			if t.name != "highlight" && t.name != "raw" && t.name != "comment" {
				var inside strings.Builder
				j.between(&inside, w, text, tags, i+1, t.end, t.to, tags[t.end].from, depth+1)
				inner = inside.String()
			}
			i, from = t.end, tags[t.end].to
		}
		b.WriteString(j.carried(w, t, inner, text[t.from:t.to]))
	}
	b.WriteString(text[from:to])
}

// carried returns what stands for a tag or an expression: HTML or Markdown.
func (j *jekyll) carried(w *writer, t tag, inner, src string) string {
	if t.output {
		return j.expression(w, t.rest, src)
	}
	switch t.name {
	case "highlight":
		return block("<pre>" + html.EscapeString(strings.Trim(inner, "\n")) + "</pre>")
	case "raw":
		return inner
	case "comment", "assign", "toc":
		return ""
	case "post_url":
		return j.post(w, strings.Trim(t.rest, `"' `))
	case "link":
		return j.link(w, strings.Trim(t.rest, `"' `))
	case "include", "include_relative", "include_cached":
		return j.include(w, t, src)
	case "youtube", "vimeo", "twitter", "tweet", "gist", "instagram":
		return block(elsewhere(t))
	}
	return unknown(w, t, inner, src)
}

// include returns what stands for an include whose name says what it shows: a picture, a film.
func (j *jekyll) include(w *writer, t tag, src string) string {
	name := strings.ToLower(t.arg("0"))
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(name, word) {
				return true
			}
		}
		return false
	}
	picture := t.arg("image_path", "src", "url", "image", "file", "path", "img")
	switch id := t.arg("id", "video", "url"); {
	case has("youtube") || t.arg("provider") == "youtube":
		return block(frame("https://www.youtube.com/watch?v="+id, t.arg("title", "caption")))
	case has("vimeo") || t.arg("provider") == "vimeo":
		return block(frame("https://vimeo.com/"+id, t.arg("title", "caption")))
	case picture != "" && has("figure", "image", "img", "picture", "photo"):
		if !strings.Contains(picture, "://") {
			picture = j.base + "/" + strings.TrimPrefix(strings.TrimPrefix(picture, j.base), "/")
		}
		return block(figure(picture, t.arg("alt", "caption", "title"), t.arg("caption", "title"), t.arg("credit", "attribution")))
	}
	return unknown(w, t, "", src)
}

// post returns the address of a post by the name of its file.
func (j *jekyll) post(w *writer, name string) string {
	if p := j.byName[strings.TrimPrefix(name, "/")]; p != nil && p.address != "" {
		return p.address
	}
	w.clean.Note("the post %.200q that a link leads to is not in the folder", name)
	return "#"
}

// link returns the address of a page by its file, or of a file as it is.
func (j *jekyll) link(w *writer, name string) string {
	name = strings.TrimPrefix(name, "/")
	if p := j.byFile[name]; p != nil && p.address != "" {
		return p.address
	}
	if j.there[name] {
		return j.base + "/" + name
	}
	w.clean.Note("the file %.200q that a link leads to is not in the folder", name)
	return "#"
}

// expression returns what an expression of Liquid stands for: an address, or a word of the page or of the site.
func (j *jekyll) expression(w *writer, inside, src string) string {
	value, filter, _ := strings.Cut(inside, "|")
	value, filter = strings.TrimSpace(value), strings.TrimSpace(filter)
	text, known := "", true
	key := strings.ToLower(value)
	switch {
	case len(value) > 1 && strings.ContainsRune(`"'`, rune(value[0])) && value[len(value)-1] == value[0]:
		text = value[1 : len(value)-1]
	case key == "site.baseurl":
		text = j.base
	case key == "site.url":
		text = strings.TrimSuffix(j.site, j.base)
	case strings.HasPrefix(key, "page."):
		text = w.matter.text(key[len("page."):])
		known = text != ""
	case strings.HasPrefix(key, "site."):
		text = j.config.text(key[len("site."):])
		known = text != ""
	default:
		known = false
	}
	for f := range strings.SplitSeq(filter, "|") {
		switch name, argument, _ := strings.Cut(strings.TrimSpace(f), ":"); name {
		case "", "escape", "xml_escape", "strip", "escape_once":
		case "relative_url":
			text = j.base + "/" + strings.TrimPrefix(text, "/")
		case "absolute_url":
			text = j.site + "/" + strings.TrimPrefix(text, "/")
		case "prepend":
			before := j.expression(w, strings.TrimSpace(argument), "")
			known = known && before != ""
			text = before + text
		case "append":
			text += strings.Trim(strings.TrimSpace(argument), `"'`)
		default:
			known = false
		}
	}
	if known {
		return text
	}
	if src != "" {
		w.clean.Note("what %.200q says was not worked out: it was kept as text", src)
		return plain(src)
	}
	return ""
}
