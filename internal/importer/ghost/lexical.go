package ghost

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
)

// maxNested is how deep the nodes of a body may nest.
const maxNested = 100

// The bits of a text's format in Lexical; that of an underline (8) and of a highlight (128) have no mark here.
const (
	isBold = 1 << iota
	isItalic
	isStruck
	isUnderlined
	isCode
	isSubscript
	isSuperscript
)

// lexical makes HTML of a body in Lexical's JSON.
func (w *writing) lexical(src string) (string, error) {
	var doc struct {
		Root node `json:"root"`
	}
	if err := json.Unmarshal([]byte(src), &doc); err != nil {
		return "", fmt.Errorf("its Lexical can't be read: %w", err)
	}
	if doc.Root == nil {
		return "", fmt.Errorf("its Lexical has no root")
	}
	var b strings.Builder
	if err := w.children(&b, doc.Root, 0); err != nil {
		return "", err
	}
	return b.String(), nil
}

// children writes the children of a node.
func (w *writing) children(b *strings.Builder, n node, depth int) error {
	if depth > maxNested {
		return fmt.Errorf("its Lexical is nested over %d deep", maxNested)
	}
	for _, c := range n.nodes("children") {
		if err := w.lexicalNode(b, c, depth); err != nil {
			return err
		}
	}
	return nil
}

// lexicalNode writes one node.
func (w *writing) lexicalNode(b *strings.Builder, n node, depth int) error {
	around := func(element, attrs string) error {
		b.WriteString("<" + element + attrs + ">")
		err := w.children(b, n, depth+1)
		b.WriteString("</" + element + ">")
		return err
	}
	switch kind := n.text("type"); kind {
	case "text", "extended-text", "tk", "code-highlight":
		b.WriteString(marked(n.text("text"), n.number("format")))
	case "linebreak":
		b.WriteString("<br>")
	case "tab":
		b.WriteString(" ")
	case "zwnj": // holds a place in the editor
	case "paragraph":
		return around("p", "")
	case "heading", "extended-heading":
		return around(level(n.text("tag")), "")
	case "quote", "extended-quote", "aside":
		return around("blockquote", "")
	case "list":
		return w.list(b, n, depth)
	case "listitem":
		return around("li", "")
	case "link", "autolink", "at-link":
		return around("a", ` href="`+html.EscapeString(n.text("url"))+`"`)
	case "at-link-search": // what somebody typed to find a link
	case "code":
		return around("pre", "")
	default:
		if n["children"] == nil {
			b.WriteString(w.card(kind, n))
			return nil
		}
		w.clean.Note("a node of the kind %.60q is not known: its words were kept", kind)
		return around("div", "")
	}
	return nil
}

// list writes a list. An item that is nothing but a list belongs to the item before it, as editors show it.
func (w *writing) list(b *strings.Builder, n node, depth int) error {
	element := "ul"
	if n.text("listType") == "number" || n.text("tag") == "ol" {
		element = "ol"
	}
	b.WriteString("<" + element + ">")
	for i, item := range n.nodes("children") {
		inside := item.nodes("children")
		switch nested := len(inside) == 1 && inside[0].text("type") == "list"; {
		case item.text("type") != "listitem":
			if err := w.lexicalNode(b, item, depth+1); err != nil {
				return err
			}
			continue
		case i == 0:
			b.WriteString("<li>")
		case !nested:
			b.WriteString("</li><li>")
		}
		if err := w.children(b, item, depth+1); err != nil {
			return err
		}
	}
	b.WriteString("</li></" + element + ">")
	return nil
}

// marked makes HTML of a text with its marks.
func marked(text string, format int) string {
	out := html.EscapeString(text)
	for _, m := range []struct {
		bit     int
		element string
	}{{isCode, "code"}, {isSuperscript, "sup"}, {isSubscript, "sub"}, {isStruck, "s"}, {isItalic, "em"}, {isBold, "strong"}} {
		if format&m.bit != 0 {
			out = "<" + m.element + ">" + out + "</" + m.element + ">"
		}
	}
	return out
}

// level returns the element of a heading.
func level(tag string) string {
	if len(tag) == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6' {
		return tag
	}
	return "h2"
}
