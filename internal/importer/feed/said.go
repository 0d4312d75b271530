package feed

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/importer"
)

// The limits of what a page says of itself.
const (
	maxLinkedData  = 1 << 20 // bytes of JSON-LD in one element
	maxLinkedDepth = 8
)

// What a page says of itself, by JSON-LD (schema.org), the Open Graph protocol and HTML. All of it may be missing.
type said struct {
	title, lang         string
	published           string
	authors             []string
	picture             file
	paid                bool
	canonical, graphURL string
}

// saidBy reads what a page says of itself.
func saidBy(doc *html.Node, at *url.URL) said {
	var s, og said
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Html:
			s.lang = cmp.Or(s.lang, attribute(n, "lang"))
		case atom.Title:
			if n.FirstChild != nil {
				s.title = cmp.Or(s.title, n.FirstChild.Data)
			}
		case atom.Meta:
			og.meta(strings.ToLower(cmp.Or(attribute(n, "property"), attribute(n, "name"))), strings.TrimSpace(attribute(n, "content")))
		case atom.Link:
			if strings.EqualFold(attribute(n, "rel"), "canonical") {
				s.canonical = cmp.Or(s.canonical, sameSite(attribute(n, "href"), at))
			}
		case atom.Script:
			if attribute(n, "type") == "application/ld+json" && n.FirstChild != nil && len(n.FirstChild.Data) <= maxLinkedData {
				var data any
				if json.Unmarshal([]byte(n.FirstChild.Data), &data) == nil {
					s.linked(data, 0)
				}
			}
		}
	}
	s.title = s.title + " " + og.title
	s.published = cmp.Or(s.published, og.published)
	if len(s.authors) == 0 {
		s.authors = og.authors
	}
	s.picture.url = cmp.Or(s.picture.url, og.picture.url)
	s.picture.alt = cmp.Or(s.picture.alt, og.picture.alt)
	s.picture.url = importer.Link(s.picture.url, at)
	s.picture.kind = picture
	s.canonical = cmp.Or(s.canonical, sameSite(og.graphURL, at))
	return s
}

// sameSite returns the address that a page says is its own, if it is on the host where it was found: no page speaks for
// another site.
func sameSite(ref string, at *url.URL) string {
	u, err := url.Parse(importer.Link(ref, at))
	if err != nil || strings.TrimPrefix(u.Host, "www.") != strings.TrimPrefix(at.Host, "www.") || u.Path == "" || u.Path == "/" {
		return ""
	}
	return u.String()
}

// meta takes one property of the Open Graph protocol and its kin.
func (s *said) meta(name, content string) {
	switch name {
	case "og:title":
		s.title = content
	case "og:image", "og:image:url":
		s.picture.url = cmp.Or(s.picture.url, content)
	case "og:image:alt":
		s.picture.alt = cmp.Or(s.picture.alt, content)
	case "og:url":
		s.graphURL = content
	case "article:published_time", "date", "dc.date":
		s.published = cmp.Or(s.published, content)
	case "author", "article:author":
		if content != "" && !strings.Contains(content, "://") {
			s.authors = append(s.authors, content)
		}
	}
}

// linked looks for an article in JSON-LD, and takes what it says.
func (s *said) linked(data any, depth int) {
	if depth > maxLinkedDepth {
		return
	}
	switch d := data.(type) {
	case []any:
		for _, e := range d {
			s.linked(e, depth+1)
		}
	case map[string]any:
		s.linked(d["@graph"], depth+1)
		kind := strings.Join(texts(d["@type"], "@id"), " ")
		if !strings.Contains(kind, "Article") && !strings.Contains(kind, "BlogPosting") && !strings.Contains(kind, "Reportage") {
			return
		}
		s.lang = cmp.Or(first(texts(d["inLanguage"], "alternateName")), s.lang)
		s.published = cmp.Or(s.published, first(texts(d["datePublished"], "@value")))
		s.title += " " + first(texts(d["headline"], "@value"))
		s.authors = append(s.authors, texts(d["author"], "name")...)
		s.picture.url = cmp.Or(s.picture.url, first(texts(d["image"], "url")))
		s.picture.caption = cmp.Or(s.picture.caption, first(texts(only(d["image"]), "caption")))
		s.picture.credit = cmp.Or(s.picture.credit, first(texts(only(d["image"]), "creditText")))
		free := d["isAccessibleForFree"]
		s.paid = s.paid || free == false || strings.EqualFold(first(texts(free, "@value")), "false")
	}
}

// only returns the objects of a value of JSON-LD: a text in the place of a picture is its address, and no caption.
func only(value any) any {
	if _, ok := value.(string); ok {
		return nil
	}
	if list, ok := value.([]any); ok && len(list) > 0 {
		return only(list[0])
	}
	return value
}

// texts returns the texts of a value of JSON-LD, which may be one or a list, or an object that has the text by a name.
func texts(value any, name string) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if _, list := e.([]any); !list {
				out = append(out, texts(e, name)...)
			}
		}
		return out
	case map[string]any:
		if t, ok := v[name].(string); ok {
			return []string{t}
		}
	}
	return nil
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return strings.TrimSpace(texts[0])
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
