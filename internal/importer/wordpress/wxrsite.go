package wordpress

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"

	"coranto/internal/importer"
)

// A site is what an export says of the site itself. It is written by the survey, and only read afterwards.
type site struct {
	// export says that there was a file of an export at all.
	export bool
	// home is the site's address, based that it is the one that WordPress itself gives; lang is its language as it says it.
	home  *url.URL
	based bool
	lang  string
	// authors are names by login, guests by the slug that Co-Authors Plus gives them.
	authors, guests map[string]string
	// langs are Polylang's languages by their slug: their locale.
	langs map[string]string
	// heads holds where an author or a term stands first: the parts of an export repeat them.
	heads map[string]int64
	// kinds are the post types met, tags the languages.
	kinds map[string]bool
	tags  []string
	// zone is the time zone of times without one; ahead counts the posts that were so far ahead of UTC.
	zone     *time.Location
	zoneNote string
	ahead    map[time.Duration]int
}

func newSite(opt ExportOptions) *site {
	return &site{
		authors: make(map[string]string), guests: make(map[string]string), langs: make(map[string]string),
		heads: make(map[string]int64), kinds: make(map[string]bool), ahead: make(map[time.Duration]int), zone: opt.Zone,
	}
}

// A head is an element of an export that stands before its items: what it says of the site, an author, a term.
type head struct {
	// kind is what the report counts it by; "" for a word about the site. name is what it is called, slug what posts call it.
	kind, name, slug string
	// key is an element's name, text its text, of a word about the site.
	key, text string
	// taxonomy is a term's, locale that of a language of Polylang.
	taxonomy, locale string
	err              error
}

// readHead reads an element that is no item.
func readHead(p piece, ns namespaces) head {
	text, _ := mend(p.text)
	h := head{kind: headKind(p.name)}
	fields := make(map[string]string)
	err := walkXML(text, ns, func(path []element) error {
		e := path[len(path)-1]
		switch len(path) {
		case 1:
			h.key, h.text = e.name, strings.TrimSpace(string(e.text))
		case 2:
			fields[e.name] = strings.TrimSpace(string(e.text))
		}
		return nil
	})
	if err != nil {
		return head{kind: h.kind, err: err}
	}
	h.kind = headKind(h.key)
	switch h.kind {
	case "author":
		h.slug, h.name = fields["wp:author_login"], fields["wp:author_display_name"]
		if h.name == "" {
			h.name = strings.TrimSpace(fields["wp:author_first_name"] + " " + fields["wp:author_last_name"])
		}
	case "category":
		h.slug, h.name = fields["wp:category_nicename"], fields["wp:cat_name"]
	case "tag":
		h.slug, h.name = fields["wp:tag_slug"], fields["wp:tag_name"]
	case "term":
		h.taxonomy, h.slug, h.name = fields["wp:term_taxonomy"], fields["wp:term_slug"], fields["wp:term_name"]
		h.locale = serialized(fields["wp:term_description"], "locale")
	}
	h.name = html.UnescapeString(h.name)
	return h
}

// headKind returns what the report counts an element by that is no item; "" where it does not.
func headKind(name string) string {
	switch name {
	case "wp:author":
		return "author"
	case "wp:category":
		return "category"
	case "wp:tag":
		return "tag"
	case "wp:term":
		return "term"
	}
	return ""
}

// serialized returns the text of a key in what PHP writes of an array: s:6:"locale";s:5:"fa_IR";
func serialized(php, key string) string {
	_, rest, ok := strings.Cut(php, `"`+key+`";s:`)
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, `"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// maxHeads is how many authors and terms are remembered, to count those once that the parts of an export repeat.
const maxHeads = 500_000

// meet remembers where a head stands, and says whether it is the first of its name there.
func (s *site) meet(h head, at spot) bool {
	if _, ok := s.heads[h.id()]; !ok && len(s.heads) < maxHeads {
		s.heads[h.id()] = at.position()
	}
	return s.first(h, at)
}

// first says whether a head is the first of its name: the one that is counted.
func (s *site) first(h head, at spot) bool {
	p, ok := s.heads[h.id()]
	return !ok || p == at.position()
}

// id is the same for a head that stands in several parts.
func (h head) id() string { return h.kind + "\x00" + h.taxonomy + "\x00" + h.slug }

// note takes what an element says that is no item. Posts of two sites have the same IDs, so the parts of an export must be
// of one.
func (s *site) note(h head) error {
	switch {
	case h.err != nil:
	case h.kind == "author" && s.authors[h.slug] == "":
		s.authors[h.slug] = h.name
	case h.kind == "term" && h.taxonomy == "language":
		s.langs[h.slug] = h.locale
	case h.key == "language" && s.lang == "":
		s.lang = h.text
	case h.key == "wp:base_blog_url" || h.key == "link" && s.home == nil:
		u, err := url.Parse(importer.Link(h.text, nil))
		if err != nil || u.Host == "" {
			break
		}
		if s.based && storyID(u, 0) != storyID(s.home, 0) {
			return fmt.Errorf("the files are of two sites, %s and %s (hint: import one after the other)", s.home, u)
		}
		s.home, s.based = u, h.key != "link"
	}
	return nil
}

// tag returns the number of a language.
func (s *site) tag(lang string) int32 {
	i := slices.Index(s.tags, lang)
	if i < 0 {
		i = len(s.tags)
		s.tags = append(s.tags, lang)
	}
	return int32(i)
}

// kind returns what the report counts a post type by: its name, unless it is none or there are too many.
func (s *site) kind(postType string) string {
	const most = 200
	switch {
	case postType == "":
		return "post"
	case s.kinds[postType]:
		return postType
	case len(s.kinds) >= most || len(postType) > 40 || strings.Trim(postType, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		return "other"
	}
	return postType
}
