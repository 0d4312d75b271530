package importer

import (
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// policy lets through the elements that the walk knows how to read or to leave out, with the few attributes that it
// looks at, and no other. Elements whose text must go are let through too: bluemonday drops text by counting tags, and
// one stray end tag would cost the rest of the article; the walk drops them by the tree. It is made once: making it takes
// as long as reading a short article, and it never changes.
var policy = sync.OnceValue(newPolicy)

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for _, a := range allAtoms() {
		p.AllowElements(a.String())
		p.AllowNoAttrs().OnElements(a.String())
	}
	p.AllowAttrs("lang", "dir", "title").Globally()
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "data-src").OnElements("img", "iframe", "embed", "video", "audio", "source")
	p.AllowAttrs("srcset", "data-srcset", "type").OnElements("img", "source")
	p.AllowAttrs(fileAttrs()...).OnElements("img")
	p.AllowAttrs("src", "srclang").OnElements("track")
	p.AllowAttrs("data").OnElements("object")
	p.AllowAttrs("alt", "width", "height", "role").OnElements("img")
	p.AllowAttrs("aria-label").OnElements("video", "audio")
	p.AllowAttrs("class").OnElements("figure", "figcaption", "div", "dl", "dd", "p", "img", "span", "small", "cite", "blockquote", "aside")
	p.AllowAttrs("colspan").OnElements("td", "th")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	return p
}

// allAtoms lists every element that the walk does something with; of others only the text remains.
func allAtoms() []atom.Atom {
	return append(append([]atom.Atom{
		atom.A, atom.Br, atom.Hr, atom.Q, atom.Bdi, atom.Bdo, atom.Span,
		atom.Img, atom.Picture, atom.Iframe, atom.Embed, atom.Object, atom.Video, atom.Audio, atom.Source, atom.Track,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Cite, atom.Pre,
		atom.Ul, atom.Ol, atom.Li, atom.Figure, atom.Figcaption,
		atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th,
		atom.B, atom.Strong, atom.Small, atom.I, atom.Em, atom.S, atom.Del, atom.Strike, atom.Sup, atom.Sub,
		atom.Code, atom.Kbd, atom.Samp, atom.Tt,
	}, blockAtoms()...), droppedAtoms()...)
}

// blockAtoms lists the elements that part paragraphs and mean nothing else to us.
func blockAtoms() []atom.Atom {
	return []atom.Atom{
		atom.Address, atom.Article, atom.Aside, atom.Center, atom.Dd, atom.Details, atom.Dialog, atom.Div, atom.Dl, atom.Dt,
		atom.Fieldset, atom.Footer, atom.Header, atom.Hgroup, atom.Legend, atom.Main, atom.Nav, atom.P,
		atom.Section, atom.Summary,
	}
}

// droppedAtoms lists the elements that go with all that is in them.
func droppedAtoms() []atom.Atom {
	return []atom.Atom{
		atom.Script, atom.Style, atom.Form, atom.Button, atom.Select, atom.Textarea, atom.Datalist, atom.Svg, atom.Math,
		atom.Canvas, atom.Template, atom.Noscript, atom.Noembed, atom.Noframes, atom.Head, atom.Title, atom.Applet,
	}
}

// markOf returns the mark that an element puts on its text.
func markOf(a atom.Atom) news.Mark {
	switch a {
	case atom.B, atom.Strong, atom.Dt:
		return news.Strong
	case atom.I, atom.Em, atom.Cite:
		return news.Emphasis
	case atom.S, atom.Del, atom.Strike:
		return news.Struck
	case atom.Sup:
		return news.Superscript
	case atom.Sub:
		return news.Subscript
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		return news.Monospace
	}
	return 0
}
