package feed

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"

	"coranto/internal/importer/foreign"
)

// markupPattern finds what is HTML and no plain text. It is read only.
var markupPattern = regexp.MustCompile(`</?[a-zA-Z][^<]*>|&#?[a-zA-Z0-9]+;`)

// parseXML reads RSS (0.9 to 2.0, RDF) or Atom (0.3, 1.0).
func parseXML(b []byte, dates foreign.Dates) (*feed, error) {
	m, err := mend(b)
	if err != nil {
		return nil, fmt.Errorf("not RSS or Atom: %w", err)
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	in, err := parser.Parse(bytes.NewReader(m.xml))
	if err != nil {
		return nil, fmt.Errorf("not RSS or Atom: %w", err)
	}
	f := &feed{lang: cmp.Or(in.Language, m.lang), home: in.Link, broken: m.broken}
	f.pages(in)
	original, _ := in.OriginalFeed().(*atom.Feed)
	for i, x := range in.Items {
		it := xmlItem(x, i, dates)
		if it.lang == "" && len(m.langs) == len(in.Items) {
			it.lang = m.langs[i]
		}
		if original != nil && strings.TrimSpace(x.Content) != "" {
			it.body.html = isMarkup(it.body.text, original.Entries[i].Content.Type)
		}
		f.items = append(f.items, it)
	}
	return f, nil
}

// xmlItem reads the i-th item, counted from 0.
func xmlItem(x *gofeed.Item, i int, dates foreign.Dates) item {
	it := item{name: fmt.Sprintf("item %d", i+1), id: x.GUID, url: x.Link, tags: plainAll(x.Categories)}
	for _, name := range []string{x.GUID, x.Link} {
		if name != "" {
			it.name = name
			break
		}
	}
	if own := extension(x.Extensions, "feedburner", "origLink"); isURL(own) { // the link is FeedBurner's own
		it.url = own
	}
	it.title = text{x.Title, true}
	it.body, it.summary = markup(x.Content), markup(x.Description)
	if it.whole = strings.TrimSpace(x.Content) != ""; !it.whole {
		it.body, it.summary = it.summary, text{}
	}
	if dc := x.DublinCoreExt; dc != nil && len(dc.Language) > 0 {
		it.lang = dc.Language[0]
	}
	for _, a := range x.Authors {
		it.authors = append(it.authors, a.Name)
	}
	it.authors = plainAll(it.authors)
	it.media(x)
	it.published, it.dateFault = it.date(x.Published, dates)
	it.updated, _ = it.date(x.Updated, dates)
	if t := extension(x.Extensions, "dcterms", "modified"); it.updated.IsZero() && t != "" {
		it.updated, _ = it.date(t, dates)
	}
	return it
}

// plainAll takes the markup out of words: much software escapes them twice.
func plainAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = text{w, true}.plain()
	}
	return out
}

// pages takes what a feed says of where it goes on (RFC 5005).
func (f *feed) pages(in *gofeed.Feed) {
	f.wordpress = strings.Contains(in.Generator, "wordpress.org/?v=")
	if original, ok := in.OriginalFeed().(*atom.Feed); ok {
		for _, l := range original.Links {
			f.link(l.Rel, l.Href)
		}
	}
	for _, l := range in.Extensions["atom"]["link"] {
		f.link(l.Attrs["rel"], l.Attrs["href"])
	}
}

// link takes a link of a feed, if it says where the feed goes on.
func (f *feed) link(rel, href string) {
	if rel == "next" || rel == "prev-archive" && f.next == "" {
		f.next = href
	}
}

// extension returns the text of an element of another namespace, or "".
func extension(all ext.Extensions, prefix, name string) string {
	if found := all[prefix][name]; len(found) > 0 {
		return strings.TrimSpace(found[0].Value)
	}
	return ""
}

// markup takes a text for HTML where it looks like it: RSS doesn't say which it is.
func markup(s string) text { return text{s, isMarkup(s, "")} }

// isMarkup says whether a text of a declared type is HTML.
func isMarkup(s, declared string) bool {
	switch declared = strings.ToLower(declared); {
	case strings.Contains(declared, "html"):
		return true
	case strings.HasPrefix(declared, "text"):
		return false
	}
	return markupPattern.MatchString(s)
}
