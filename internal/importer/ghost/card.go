package ghost

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	markup "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/importer"
)

// A node is an object of Lexical, or the payload of a card of Mobiledoc.
type node map[string]any

// text returns a string of the node, or "".
func (n node) text(key string) string {
	s, _ := n[key].(string)
	return s
}

// number returns a number of the node, or 0: of Lexical's formats some are words.
func (n node) number(key string) int {
	f, _ := n[key].(float64)
	return int(f)
}

// nodes returns the objects of a list of the node.
func (n node) nodes(key string) (out []node) {
	list, _ := n[key].([]any)
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

// node returns an object of the node, or nil.
func (n node) node(key string) node {
	o, _ := n[key].(map[string]any)
	return o
}

// card makes HTML of a card: what in a post is no running text. Lexical and Mobiledoc have the same ones. A card that is
// not known keeps the words that it has; a note says what became of one that readers see otherwise than before.
func (w *writing) card(name string, n node) string { return whole(w.rendered(name, n)) }

// rendered makes HTML of a card, in which its writer may have left elements open.
func (w *writing) rendered(name string, n node) string {
	if hidden(n) {
		w.clean.Note("left out a card (%s) that not every reader of the site saw", name)
		return ""
	}
	switch name {
	case "hr", "horizontalrule":
		return "<hr>"
	case "image":
		return figure(linked(n.text("href"), picture(n.text("src"), n.text("alt"), n.text("title"))), n.text("caption"))
	case "gallery":
		return w.gallery(n)
	case "video":
		return figure(recording("video", n.text("src"), cmp.Or(n.text("title"), n.text("fileName"))), n.text("caption"))
	case "audio":
		return figure(recording("audio", n.text("src"), n.text("title")), n.text("caption"))
	case "html":
		return "<div>" + n.text("html") + "</div>"
	case "markdown", "card-markdown":
		return w.markdown(n.text("markdown"))
	case "code", "codeblock":
		return "<pre>" + html.EscapeString(n.text("code")) + "</pre>" + paragraph(n.text("caption"))
	case "embed", "bookmark":
		return embed(n)
	case "file":
		return w.file(n)
	}
	return w.words(name, n)
}

// words makes HTML of a card that is words in a frame.
func (w *writing) words(name string, n node) string {
	switch name {
	case "callout":
		return paragraph(strings.TrimSpace(html.EscapeString(n.text("calloutEmoji")) + " " + n.text("calloutText")))
	case "toggle":
		return heading("h3", n.text("heading")) + "<div>" + n.text("content") + "</div>"
	case "button":
		return button(n.text("buttonText"), n.text("buttonUrl"))
	case "product":
		return figure(picture(n.text("productImageSrc"), "", ""), "") + heading("h3", n.text("productTitle")) +
			"<div>" + n.text("productDescription") + "</div>" + button(n.text("productButton"), n.text("productUrl"))
	case "header":
		return figure(picture(n.text("backgroundImageSrc"), "", ""), "") + heading("h2", n.text("header")) +
			paragraph(n.text("subheader")) + button(n.text("buttonText"), n.text("buttonUrl"))
	case "call-to-action":
		return figure(picture(n.text("imageUrl"), "", ""), "") + "<div>" + n.text("textValue") + "</div>" +
			button(n.text("buttonText"), n.text("buttonUrl"))
	case "before-after":
		return w.before(n)
	case "paywall":
		w.clean.Note("what follows the paywall was for members where the post was")
		return ""
	case "email", "email-cta":
		w.clean.Note("left out a card (%s) that only stood in mails", name)
		return ""
	case "signup", "transistor", "collection", "nft":
		w.clean.Note("left out a card (%s) that does something in Ghost alone", name)
		return ""
	}
	w.clean.Note("a card of the kind %.60q is not known: its words were kept", name)
	return w.unknown(n, 0)
}

// hidden says whether readers who are no members did not see a card.
func hidden(n node) bool {
	v := n.node("visibility")
	if v == nil {
		return false
	}
	if web := v.node("web"); web != nil {
		return web["nonMember"] == false
	}
	return v["showOnWeb"] == false
}

// unknown returns the words of a node that nobody knows: of its strings those that are no addresses or settings.
func (w *writing) unknown(n node, depth int) string {
	if depth > maxNested {
		return ""
	}
	var b strings.Builder
	for _, key := range []string{"title", "heading", "header", "subheader", "text", "content", "html", "description", "caption"} {
		b.WriteString(paragraph(n.text(key)))
	}
	for _, key := range []string{"children", "items"} {
		for _, c := range n.nodes(key) {
			b.WriteString(w.unknown(c, depth+1))
		}
	}
	return b.String()
}

// gallery makes a figure of each picture, and the caption of them all.
func (w *writing) gallery(n node) string {
	var b strings.Builder
	for _, i := range n.nodes("images") {
		b.WriteString(figure(linked(i.text("href"), picture(i.text("src"), i.text("alt"), i.text("title"))), i.text("caption")))
	}
	return b.String() + paragraph(n.text("caption"))
}

// before makes two pictures of one that readers could slide.
func (w *writing) before(n node) string {
	var b strings.Builder
	for _, key := range []string{"beforeImage", "afterImage"} {
		i := n.node(key)
		b.WriteString(figure(picture(i.text("src"), i.text("alt"), ""), ""))
	}
	return b.String() + paragraph(n.text("caption"))
}

// markdown makes HTML of a card of Markdown. What can't be read keeps its words.
func (w *writing) markdown(src string) string {
	out, err := importer.MarkdownHTML(src, true)
	if err != nil {
		w.clean.Note("Markdown in it was kept as it is: %s", err)
		return "<pre>" + html.EscapeString(src) + "</pre>"
	}
	return "<div>" + out + "</div>"
}

// file makes a link of a file to download, which stays where it is.
func (w *writing) file(n node) string {
	title := cmp.Or(n.text("fileTitle"), n.text("fileName"), "file")
	w.clean.Note("the file %.200q was not taken: the link leads to where it was", cmp.Or(n.text("fileName"), title))
	return `<p><a href="` + html.EscapeString(n.text("src")) + `">` + html.EscapeString(title) + "</a></p>" +
		paragraph(html.EscapeString(n.text("fileCaption")))
}

// embed makes a frame of what another site has, which becomes a link.
func embed(n node) string {
	address := n.text("url")
	if address == "" {
		return n.text("html")
	}
	title := cmp.Or(n.node("metadata").text("title"), n.text("title"))
	return fmt.Sprintf(`<iframe src="%s" title="%s"></iframe>`, html.EscapeString(address), html.EscapeString(title)) + paragraph(n.text("caption"))
}

// whole ends the elements of HTML that are left open, so that a card does not change what follows it. What can't be read
// comes back as it is: the Cleaner says so of the whole text.
func whole(src string) string {
	if !strings.Contains(src, "<") {
		return src
	}
	body := &markup.Node{Type: markup.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := markup.ParseFragment(strings.NewReader(src), body)
	if err != nil {
		return src
	}
	var b strings.Builder
	for _, n := range nodes {
		if err := markup.Render(&b, n); err != nil {
			return src
		}
	}
	return b.String()
}

// picture makes an image; none where it has no address.
func picture(src, alt, title string) string {
	if src == "" {
		return ""
	}
	return fmt.Sprintf(`<img src="%s" alt="%s" title="%s">`, html.EscapeString(original(src)), html.EscapeString(alt), html.EscapeString(title))
}

// original returns the address of a picture without the size that Ghost put into it: images/size/w600/….
func original(src string) string {
	before, after, ok := strings.Cut(src, "/content/images/size/")
	if !ok {
		return src
	}
	if _, rest, ok := strings.Cut(after, "/"); ok {
		return before + "/content/images/" + rest
	}
	return src
}

// recording makes a video or a sound; none where it has no address.
func recording(element, src, title string) string {
	if src == "" {
		return ""
	}
	return fmt.Sprintf(`<%s src="%s" title="%s"></%[1]s>`, element, html.EscapeString(src), html.EscapeString(title))
}

// figure makes a figure with a caption of HTML; none where it shows nothing.
func figure(inside, caption string) string {
	if inside == "" {
		return paragraph(caption)
	}
	if caption != "" {
		inside += "<figcaption>" + caption + "</figcaption>"
	}
	return "<figure>" + inside + "</figure>"
}

// linked puts a link around HTML, where there is an address.
func linked(address, inside string) string {
	if address == "" || inside == "" {
		return inside
	}
	return `<a href="` + html.EscapeString(address) + `">` + inside + "</a>"
}

// button makes a paragraph that is a link.
func button(words, address string) string {
	if words == "" || address == "" {
		return ""
	}
	return `<p><a href="` + html.EscapeString(address) + `">` + html.EscapeString(words) + "</a></p>"
}

// paragraph makes a paragraph of HTML, unless there is none.
func paragraph(src string) string {
	if src == "" {
		return ""
	}
	return "<p>" + src + "</p>"
}

// heading makes a heading of HTML, unless there is none.
func heading(element, src string) string {
	if src == "" {
		return ""
	}
	return "<" + element + ">" + src + "</" + element + ">"
}
