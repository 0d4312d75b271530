package wordpress

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
)

// maxRefs is how many reusable blocks one post may bring in, and how deep they may refer to each other.
const maxRefs, maxRefDepth = 200, 8

// A renderer makes HTML of blocks. What it can't make is noted.
type renderer struct {
	clean *importer.Cleaner
	page  page
	out   strings.Builder
	// refs counts the reusable blocks that were brought in, depth those that are open.
	refs, depth int
}

// parts renders blocks and what stands between them.
func (r *renderer) parts(parts []segment) {
	for _, p := range parts {
		if p.block == nil {
			r.out.WriteString(p.html)
		} else {
			r.block(p.block)
		}
	}
}

// apart returns blocks as HTML by themselves.
func (r *renderer) apart(parts []segment) string {
	before := r.out
	r.out = strings.Builder{}
	r.parts(parts)
	made := r.out.String()
	r.out = before
	return made
}

// block renders one block by what it means.
func (r *renderer) block(b *block) {
	if b.bad {
		r.clean.Note("the settings of a block %q can't be read", b.name)
	}
	name := b.name
	if strings.HasPrefix(name, "core-embed/") {
		name = "embed"
	}
	switch name {
	case "block":
		r.reusable(int64(b.set.Ref))
	case "embed":
		r.embed(b)
	case "paragraph":
		r.paragraph(b)
	case "image", "gallery", "cover", "media-text":
		r.pictured(b)
	case "video", "audio":
		r.recorded(b)
	case "file":
		r.file(b)
	case "social-link":
		r.out.WriteString("<li>")
		r.link(b.set.URL, b.set.Service)
		r.out.WriteString("</li>")
	case "navigation-link", "home-link":
		r.clean.Note("left out the block %q: it is of the site, not of its text", name)
	case "nextpage":
		r.out.WriteString("<hr>")
	case "more", "spacer":
	case "footnotes":
		r.out.WriteString(footnotes(r.page.footnotes))
	case "pattern":
		r.clean.Note("left out the pattern %q: it is of the theme", b.set.Slug)
	case "verse":
		r.out.WriteString(verse(r.apart(b.parts)))
	default:
		r.other(b)
	}
}

// other renders a block that is HTML already, leaves one out that the site would have filled in, and names one that nobody
// here knows.
func (r *renderer) other(b *block) {
	switch {
	case slices.Contains(plainBlocks(), b.name):
		r.parts(b.parts)
	case slices.Contains(filledBlocks(), b.name) || hasPrefix(b.name, "post-", "query", "comment", "site-", "template-part"):
		r.clean.Note("left out the block %q: the site filled it in", b.name)
	default:
		inside := r.apart(b.parts)
		r.out.WriteString(inside)
		if strings.TrimSpace(plainText(inside)) == "" {
			r.clean.Note("left out the block %q, which is not known and has no text of its own", b.name)
		} else {
			r.clean.Note("kept the text of the block %q, which is not known", b.name)
		}
	}
}

// plainBlocks lists the blocks whose HTML says all.
func plainBlocks() []string {
	return []string{
		"heading", "list", "list-item", "quote", "pullquote", "table", "code", "separator", "columns", "column", "group", "row",
		"stack", "buttons", "button", "details", "html", "shortcode", "preformatted", "freeform", "classic", "missing", "text-columns", "subhead",
		"social-links", "accordion", "accordion-item", "accordion-heading", "accordion-panel", "math", "legacy-widget",
	}
}

// filledBlocks lists the blocks that have nothing of their own: the site filled them in when a page was asked for.
func filledBlocks() []string {
	return []string{
		"archives", "avatar", "breadcrumbs", "calendar", "categories", "latest-comments", "latest-posts", "loginout", "navigation",
		"navigation-submenu", "page-list", "page-list-item", "read-more", "rss", "search", "table-of-contents", "tag-cloud",
		"term-description", "terms-query", "term-template", "term-name", "term-count", "widget-area", "widget-group", "icon",
	}
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// reusable renders a block that stands elsewhere, and is shown in many posts.
func (r *renderer) reusable(ref int64) {
	if r.refs++; r.refs > maxRefs || r.depth >= maxRefDepth {
		r.clean.Note("left out the reusable block %d: too many, or it refers to itself", ref)
		return
	}
	text, ok := r.page.lib.block(ref)
	if !ok {
		r.clean.Note("left out the reusable block %d: the source does not have it", ref)
		return
	}
	r.depth++
	r.parts(parseBlocks(text))
	r.depth--
}

// embed renders what stands elsewhere on the web: a link to it, with its caption.
func (r *renderer) embed(b *block) {
	inside := r.apart(b.parts)
	before, words := cutCaption(inside)
	at := b.set.URL
	if at == "" {
		at = strings.TrimSpace(plainText(before))
	}
	r.out.WriteString(embedHTML(at, words))
}

// paragraph renders a paragraph. One that is nothing but an address is what stands there.
func (r *renderer) paragraph(b *block) {
	inside := r.apart(b.parts)
	if at, ok := bareAddress(plainParagraph(inside)); ok {
		inside = embedHTML(at, "")
	}
	r.out.WriteString(inside)
}

// plainParagraph returns what stands between the tags of a paragraph, or "".
func plainParagraph(s string) string {
	s = strings.TrimSpace(s)
	end := strings.IndexByte(s, '>')
	inner, ok := strings.CutSuffix(s, "</p>")
	if !ok || end < 0 || end >= len(inner) || !strings.HasPrefix(s, "<p") || strings.Contains(inner[end+1:], "<") {
		return ""
	}
	return html.UnescapeString(inner[end+1:])
}

// pictured renders a block with pictures, and those that its settings alone name.
func (r *renderer) pictured(b *block) {
	inside := r.apart(b.parts)
	named := slices.Clone(b.set.IDs)
	if b.set.ID != 0 {
		named = append(named, int64(b.set.ID))
	}
	switch {
	case strings.Contains(inside, "<img") || strings.Contains(inside, "<video"):
	case b.name == "cover" && b.set.URL != "" && b.set.Background == "video":
		r.out.WriteString(`<video src="` + html.EscapeString(b.set.URL) + `"></video>`)
	case b.name == "cover" && b.set.URL != "":
		r.out.WriteString(`<img src="` + html.EscapeString(b.set.URL) + `" alt="` + html.EscapeString(b.set.Alt) + `" class="wp-image-` + strconv.FormatInt(int64(b.set.ID), 10) + `">`)
	case b.name == "image" || b.name == "gallery":
		for _, n := range named {
			r.out.WriteString(r.page.media(r.clean, n))
		}
	}
	r.out.WriteString(inside)
}

// recorded renders a video or a sound.
func (r *renderer) recorded(b *block) {
	inside := r.apart(b.parts)
	if !strings.Contains(inside, "<"+b.name) && b.set.ID != 0 {
		r.out.WriteString(r.page.media(r.clean, int64(b.set.ID)))
	}
	r.out.WriteString(inside)
}

// file renders a file to be taken along. A picture or a recording is one; of anything else the link stays.
func (r *renderer) file(b *block) {
	inside := r.apart(b.parts)
	name := strings.TrimSpace(plainText(between(inside, "<a", "</a>")))
	a, ok := r.page.lib.attachment(int64(b.set.ID))
	if !ok {
		a = attachment{URL: b.set.Href}
	}
	if isMedia(a.URL) {
		a.Alt = name
		r.out.WriteString(figureHTML(a))
		return
	}
	if b.set.Href == "" { // its settings say nothing, and its HTML may
		r.out.WriteString(inside)
		return
	}
	r.link(b.set.Href, name)
}

// link renders a paragraph with a link.
func (r *renderer) link(to, name string) {
	if to == "" {
		return
	}
	if name == "" {
		name = to
	}
	r.out.WriteString(`<p><a href="` + html.EscapeString(to) + `">` + html.EscapeString(name) + `</a></p>`)
}

// verse makes paragraphs of a poem, whose line breaks count: it is no program text, and may run from right to left.
func verse(pre string) string {
	open, end := strings.IndexByte(pre, '>'), strings.LastIndex(pre, "</pre>")
	if open < 0 || end <= open {
		return pre
	}
	return "<p>" + strings.ReplaceAll(strings.ReplaceAll(pre[open+1:end], "\r", ""), "\n", "<br>") + "</p>"
}
