package wordpress

import (
	"bytes"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A post is an item of an export as it stands there: of whatever type, its words not cleaned.
type post struct {
	id, parent       int64
	kind, status     string // wp:post_type and wp:status
	title, slug      string
	link, guid       string
	creator          string
	content, excerpt string
	pubDate          string
	date, dateGMT    string
	password, file   string // file is wp:attachment_url
	sticky           bool
	order            int
	terms            []term
	meta             []pair
	comments         []comment
	// rendered says that the site has made HTML of the blocks and shortcodes in content already.
	rendered bool
	// mended says how many bytes were no text and had to be replaced.
	mended int
	// guessed says that the item may be none (piece).
	guessed bool
}

// A term is a category, a tag or another word of a taxonomy (domain) that a post stands under.
type term struct{ domain, slug, name string }

// A pair is a field that a plug-in or WordPress itself keeps with a post.
type pair struct{ key, value string }

// A comment is one as it stands in an export, without the addresses of who wrote it: those are never read.
type comment struct {
	id, parent                 int64
	name, text, kind, approved string
	date, dateGMT              string
}

// value returns the first value of a key, or "".
func (p *post) value(key string) string {
	for _, m := range p.meta {
		if m.key == key {
			return m.value
		}
	}
	return ""
}

// The limits of an item, far above what real ones have.
const (
	maxTerms    = 20000
	maxMeta     = 100000
	maxComments = 200000
)

// namespaces maps the prefixes that an export declares to those that all exports of WordPress use.
type namespaces map[string]string

// newNamespaces reads the declarations of a file's first tag. Without any, prefixes mean what they mean everywhere.
func newNamespaces(root []byte) namespaces {
	ns := namespaces{}
	x := &xmlReader{text: root, ns: ns, end: func([]element) error { return nil }}
	_ = x.startTag() // what is wrong with it declares nothing
	return x.ns
}

// declared returns the namespaces with the one that an attribute declares, if it does.
func (ns namespaces) declared(a attribute) namespaces {
	prefix, ok := strings.CutPrefix(a.name, "xmlns:")
	known := knownSpace(a.value)
	if !ok || known == "" || ns[prefix] == known {
		return ns
	}
	with := maps.Clone(ns)
	with[prefix] = known
	return with
}

// knownSpace returns the prefix that exports use for a namespace, in all their versions; "" for another one.
func knownSpace(uri string) string {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimPrefix(uri, "http://"), "https://"), "wordpress.org/export/")
	switch {
	case ok && strings.HasSuffix(rest, "/excerpt/"):
		return "excerpt"
	case ok:
		return "wp"
	case strings.HasSuffix(uri, "purl.org/rss/1.0/modules/content/"):
		return "content"
	case strings.HasSuffix(uri, "purl.org/dc/elements/1.1/"):
		return "dc"
	}
	return ""
}

// name returns an element's name with the prefix that all exports use: wp:post_id.
func (ns namespaces) name(tag []byte) string {
	n := bytes.IndexByte(tag, ':')
	if n < 0 {
		return string(tag)
	}
	prefix, ok := ns[string(tag[:n])]
	if !ok || prefix == string(tag[:n]) {
		return string(tag)
	}
	return prefix + string(tag[n:])
}

// readPost reads an item.
func readPost(text []byte, ns namespaces) (*post, error) {
	p := &post{}
	text, p.mended = mend(text)
	var m pair
	var c comment
	err := walkXML(text, ns, func(path []element) error {
		e := path[len(path)-1]
		switch {
		case len(path) == 2 && e.name == "wp:postmeta":
			if kept(m.key) {
				p.meta = append(p.meta, m)
			}
			m = pair{}
		case len(path) == 2 && e.name == "wp:comment":
			p.comments = append(p.comments, c)
			c = comment{}
		case len(path) == 2:
			p.field(e)
		case len(path) == 3 && path[1].name == "wp:postmeta":
			m.field(e)
		case len(path) == 3 && path[1].name == "wp:comment":
			c.field(e)
		}
		if len(p.terms) > maxTerms || len(p.meta) > maxMeta || len(p.comments) > maxComments {
			return fmt.Errorf("more than %d terms, %d fields or %d comments", maxTerms, maxMeta, maxComments)
		}
		return nil
	})
	return p, err
}

// field takes an element right in an item.
func (p *post) field(e element) {
	s := string(e.text)
	switch e.name {
	case "title":
		p.title = s
	case "link":
		p.link = strings.TrimSpace(s)
	case "guid":
		p.guid = strings.TrimSpace(s)
	case "pubDate":
		p.pubDate = strings.TrimSpace(s)
	case "dc:creator":
		p.creator = s
	case "content:encoded":
		p.content = s
	case "excerpt:encoded":
		p.excerpt = s
	case "wp:post_id":
		p.id = number(s)
	case "wp:post_parent":
		p.parent = number(s)
	case "wp:menu_order":
		p.order = int(number(s))
	case "wp:post_type":
		p.kind = strings.TrimSpace(s)
	case "wp:status":
		p.status = strings.TrimSpace(s)
	case "wp:post_name":
		p.slug = strings.TrimSpace(s)
	case "wp:post_date":
		p.date = strings.TrimSpace(s)
	case "wp:post_date_gmt":
		p.dateGMT = strings.TrimSpace(s)
	case "wp:post_password":
		p.password = s
	case "wp:is_sticky":
		p.sticky = number(s) != 0
	case "wp:attachment_url":
		p.file = strings.TrimSpace(s)
	case "category":
		p.terms = append(p.terms, term{domain: e.attr("domain"), slug: e.attr("nicename"), name: s})
	}
}

// field takes an element of a field of a plug-in.
func (m *pair) field(e element) {
	switch e.name {
	case "wp:meta_key":
		m.key = string(e.text)
	case "wp:meta_value":
		if kept(m.key) {
			m.value = string(e.text)
		}
	}
}

// field takes an element of a comment. Those of its writer's addresses, of mail and of the network, are passed over.
func (c *comment) field(e element) {
	s := string(e.text)
	switch e.name {
	case "wp:comment_id":
		c.id = number(s)
	case "wp:comment_parent":
		c.parent = number(s)
	case "wp:comment_author":
		c.name = s
	case "wp:comment_content":
		c.text = s
	case "wp:comment_type":
		c.kind = strings.TrimSpace(s)
	case "wp:comment_approved":
		c.approved = strings.TrimSpace(s)
	case "wp:comment_date":
		c.date = strings.TrimSpace(s)
	case "wp:comment_date_gmt":
		c.dateGMT = strings.TrimSpace(s)
	}
}

// attr returns an attribute of an element, or "".
func (e element) attr(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// number reads a whole number that is not negative; 0 for anything else.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// mend returns XML without the characters that XML does not allow, as real exports have them: control characters, and
// bytes that are no UTF-8. Each becomes U+FFFD, or nothing where it is a control character. It says how many there were.
func mend(text []byte) ([]byte, int) {
	if clean(text) {
		return text, 0
	}
	out := make([]byte, 0, len(text))
	n := 0
	for len(text) > 0 {
		c, size := utf8.DecodeRune(text)
		switch {
		case c == utf8.RuneError && size == 1:
			out = append(out, "\uFFFD"...)
			n++
		case !allowed(c):
			n++
		default:
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return out, n
}

// clean says whether a text needs no mending.
func clean(text []byte) bool {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c < ' ' && !allowed(rune(c)) {
				return false
			}
			i++
			continue
		}
		c, size := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && size == 1 || !allowed(c) {
			return false
		}
		i += size
	}
	return true
}

// allowed says whether XML 1.0 allows a character (section 2.2).
func allowed(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || ' ' <= c && c != 0xFFFE && c != 0xFFFF
}
