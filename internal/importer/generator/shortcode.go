package generator

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"

	"coranto/internal/importer"
)

// maxInside is how deep shortcodes may nest; deeper ones stay as text.
const maxInside = 20

// A tag is a shortcode's, or Liquid's, in a text: {{< name args >}}, {% name args %}.
type tag struct {
	// from and to are where it stands.
	from, to int
	name     string
	// args are those without a name, named the others.
	args  []string
	named map[string]string
	// rest is all that stands behind the name.
	rest string
	// ends says that it ends a pair, and end is the number of the tag that ends it; 0 where none does.
	ends bool
	end  int
	// literal is text that only looks like a tag.
	literal string
	// output says that it is an expression of Liquid, {{ … }}.
	output bool
}

// arg returns the first argument that is there of some, by name or, where a name is a digit, by place.
func (t tag) arg(names ...string) string {
	for _, n := range names {
		if len(n) == 1 && n[0] >= '0' && n[0] <= '9' {
			if i := int(n[0] - '0'); i < len(t.args) {
				return t.args[i]
			}
			continue
		}
		if v := t.named[n]; v != "" {
			return v
		}
	}
	return ""
}

// parse reads a tag's name and arguments: words, or words in quotation marks, perhaps behind a name and "=".
func (t *tag) parse(inside string) {
	inside = strings.TrimSpace(inside)
	if rest, ok := strings.CutPrefix(inside, "/"); ok {
		t.ends, inside = true, strings.TrimSpace(rest)
	}
	inside = strings.TrimSpace(strings.TrimSuffix(inside, "/"))
	t.name, t.rest, _ = strings.Cut(inside, " ")
	t.name = strings.TrimSpace(t.name)
	if i := strings.IndexAny(t.name, "\n\t"); i >= 0 {
		t.name, t.rest = t.name[:i], t.name[i:]+" "+t.rest
	}
	t.rest = strings.TrimSpace(t.rest)
	t.named = make(map[string]string)
	for rest := t.rest; ; {
		rest = strings.TrimLeft(rest, " \t\n,")
		if rest == "" {
			return
		}
		name := ""
		if i := strings.IndexAny(rest, "= \t\n\"'`"); i > 0 && rest[i] == '=' {
			name, rest = rest[:i], rest[i+1:]
		}
		value := ""
		value, rest = word(rest)
		if name != "" {
			t.named[strings.ToLower(name)] = value
		} else {
			t.args = append(t.args, value)
		}
	}
}

// word returns the first word of a text, which may stand in quotation marks, and what follows.
func word(s string) (value, rest string) {
	if s != "" && strings.ContainsRune("\"'`", rune(s[0])) {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], s[2+end:]
		}
		return s[1:], ""
	}
	if i := strings.IndexAny(s, " \t\n"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// pair ties tags to those that end them.
func pair(tags []tag, ends func(t tag) (name string, ok bool)) {
	open := make(map[string][]int)
	for i, t := range tags {
		name, ok := ends(t)
		if !ok {
			open[t.name] = append(open[t.name], i)
			continue
		}
		if n := len(open[name]); n > 0 {
			tags[open[name][n-1]].end = i
			open[name] = open[name][:n-1]
		}
	}
}

// shortcodes finds the shortcodes of a text.
func shortcodes(text string) (tags []tag) {
	for at := 0; ; {
		i := strings.Index(text[at:], "{{")
		if i < 0 || at+i+2 >= len(text) {
			break
		}
		from := at + i
		at = from + 2
		end := map[byte]string{'<': ">}}", '%': "%}}"}[text[at]]
		if end == "" {
			continue
		}
		n := strings.Index(text[at:], end)
		if n < 0 {
			break
		}
		t := tag{from: from, to: at + n + len(end)}
		inside := strings.TrimSpace(text[at+1 : at+n])
		at = t.to
		if code, ok := strings.CutPrefix(inside, "/*"); ok {
			t.literal = text[from:from+3] + strings.TrimSuffix(code, "*/") + end
		} else {
			t.parse(inside)
		}
		tags = append(tags, t)
	}
	pair(tags, func(t tag) (string, bool) { return t.name, t.ends })
	return tags
}

// expand implements maker: it carries out the shortcodes that every site of Hugo has.
func (h *hugo) expand(p *page, w *writer, text string) string {
	tags := shortcodes(text)
	var b strings.Builder
	h.between(&b, w, text, tags, 0, len(tags), 0, len(text), 0)
	return toPages(b.String(), func(name string) string { return h.find(w, name) })
}

// toFile finds a link of Markdown to a file of Markdown. It is read only.
var toFile = regexp.MustCompile(`\]\(<?([^()<>\s:#]+\.(?:md|markdown))(#[^()<>\s]*)?>?\)`)

// toPages leads links to files to where their pages stood, as far as find knows them: both generators can do so.
func toPages(text string, find func(name string) string) string {
	return toFile.ReplaceAllStringFunc(text, func(link string) string {
		m := toFile.FindStringSubmatch(link)
		name, err := url.PathUnescape(m[1])
		if address := find(name); err == nil && address != "" {
			return "](" + address + m[2] + ")"
		}
		return link
	})
}

// between writes the text from one place to another, in which the tags first to last stand.
func (h *hugo) between(b *strings.Builder, w *writer, text string, tags []tag, first, last, from, to, depth int) {
	for i := first; i < last; i++ {
		t := tags[i]
		b.WriteString(text[from:t.from])
		from = t.to
		inner := ""
		if t.end > i && t.end < last && depth < maxInside {
			var inside strings.Builder
			h.between(&inside, w, text, tags, i+1, t.end, t.to, tags[t.end].from, depth+1)
			inner = inside.String()
			if t.name == "highlight" || t.name == "comment" {
				inner = text[t.to:tags[t.end].from]
			}
			i, from = t.end, tags[t.end].to
		}
		b.WriteString(h.shortcode(w, t, inner, text[t.from:t.to]))
	}
	b.WriteString(text[from:to])
}

// shortcode returns what stands for a shortcode: HTML or Markdown.
func (h *hugo) shortcode(w *writer, t tag, inner, src string) string {
	if t.literal != "" {
		return plain(t.literal)
	}
	switch t.name {
	case "figure", "image", "img", "picture":
		return block(linked(t.arg("link"), figure(t.arg("src", "url", "0"), t.arg("alt", "caption", "title"), t.arg("caption", "title"), t.arg("attr"))))
	case "youtube", "vimeo", "tweet", "x", "twitter", "instagram", "gist":
		return block(elsewhere(t))
	case "ref", "relref":
		return h.ref(w, t.arg("path", "0"))
	case "highlight":
		return block("<pre>" + html.EscapeString(strings.Trim(inner, "\n")) + "</pre>")
	case "details":
		return block("<p>"+html.EscapeString(t.arg("summary"))+"</p>") + inner + "\n\n"
	case "comment":
		return ""
	case "param":
		key := strings.ToLower(t.arg("0"))
		return plain(firstText(w.matter.text(key), w.matter.text("params."+key), h.config.text("params."+key)))
	case "rawhtml", "raw-html", "html":
		return inner
	}
	return unknown(w, t, inner, src)
}

// unknown keeps the words of a tag that nobody knows: those between a pair, or else the tag as it stands.
func unknown(w *writer, t tag, inner, src string) string {
	if t.end > 0 {
		w.clean.Note("what %.100q does was not done: the words in it were kept", t.name)
		return inner
	}
	w.clean.Note("what %.200q does was not done: it was kept as text", src)
	return plain(src)
}

// ref returns the address of a page by its path, as ref and relref name it.
func (h *hugo) ref(w *writer, ref string) string {
	name, fragment, marked := strings.Cut(ref, "#")
	if name == "" {
		return "#" + fragment
	}
	address := h.find(w, name)
	switch {
	case address == "":
		w.clean.Note("the page %.200q that a link leads to is not in the folder", ref)
		return "#"
	case marked:
		return address + "#" + fragment
	}
	return address
}

// find returns the address of a page by its path, from the root or from a page; "" where there is none.
func (h *hugo) find(w *writer, name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	if before, tag, ok := cutLast(name, "."); ok && h.isLanguage(tag) {
		name = before
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(name, "/_index"), "/index"))
	names := []string{strings.Trim(name, "/")}
	if !strings.HasPrefix(name, "/") {
		key := strings.ToLower(h.keyOf(w.page))
		if w.bundle != "" {
			names = append([]string{path.Join(key, name)}, names...)
		}
		names = append([]string{path.Join(path.Dir(key), name)}, names...)
	}
	for _, n := range append(names, path.Base(name)) {
		found := ""
		for _, p := range h.byPath[n] {
			if p.address != "" && (found == "" || p.lang == w.lang) {
				found = p.address
			}
		}
		if found != "" {
			return found
		}
	}
	return ""
}

// elsewhere returns what leads to a film or a post of another site, by its shortcode.
func elsewhere(t tag) string {
	id := t.arg("id", "0")
	address := map[string]string{
		"youtube": "https://www.youtube.com/watch?v=" + id, "vimeo": "https://vimeo.com/" + id,
		"instagram": "https://www.instagram.com/p/" + id + "/",
		"gist":      "https://gist.github.com/" + id + "/" + t.arg("1"),
	}[t.name]
	if address == "" { // a post on X
		user := firstText(t.arg("user"), "i")
		if t.named["id"] == "" && len(t.args) > 1 {
			user, id = t.args[0], t.args[1]
		}
		address = "https://x.com/" + user + "/status/" + id
	}
	return frame(address, t.arg("title"))
}

// frame makes a frame of what another site has, which becomes a link.
func frame(address, title string) string {
	return fmt.Sprintf(`<iframe src="%s" title="%s"></iframe>`, html.EscapeString(address), html.EscapeString(title))
}

// figure makes a figure of a picture. Its caption may be Markdown.
func figure(src, alt, caption, credit string) string {
	if src == "" {
		return ""
	}
	src = strings.TrimSpace(src)
	if !strings.Contains(src, "%") { // names of files may have spaces
		src = strings.ReplaceAll(src, " ", "%20")
	}
	out := fmt.Sprintf(`<figure><img src="%s" alt="%s">`, html.EscapeString(src), html.EscapeString(importer.PlainHTML(alt)))
	words := html.EscapeString(caption)
	if strings.ContainsAny(caption, "*_`[]<&~\\/") { // most are words alone
		if md, err := importer.MarkdownHTML(caption, false); err == nil {
			words = strings.TrimSpace(strings.NewReplacer("<p>", "", "</p>", " ", "\n", " ").Replace(md))
		}
	}
	if credit != "" {
		words += ` <cite>` + html.EscapeString(credit) + `</cite>`
	}
	if words != "" {
		out += "<figcaption>" + words + "</figcaption>"
	}
	return out + "</figure>"
}

// linked puts a link around HTML, where there is an address.
func linked(address, inside string) string {
	if address == "" || inside == "" {
		return inside
	}
	return `<a href="` + html.EscapeString(address) + `">` + inside + "</a>"
}

// block sets HTML apart from the Markdown around it. An empty line would end it, but in program text.
func block(src string) string {
	switch {
	case src == "":
		return ""
	case !strings.HasPrefix(src, "<pre>"):
		src = "<div>" + strings.Join(strings.Fields(src), " ") + "</div>"
	}
	return "\n\n" + src + "\n\n"
}

// plain returns a text that Markdown takes for nothing else.
func plain(s string) string {
	s = html.EscapeString(s)
	return strings.NewReplacer("*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`", "~", `\~`, "|", `\|`).Replace(s)
}

// firstText returns the first text that is not empty.
func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
