package wordpress

import (
	"encoding/json"
	"strconv"
	"strings"

	"coranto/internal/importer"
)

// A row is one thing as the API writes it: a post, a media file, a term, a user, a comment.
type row struct {
	ID       int64    `json:"id"`
	Date     string   `json:"date"`
	DateGMT  string   `json:"date_gmt"`
	Slug     string   `json:"slug"`
	Status   string   `json:"status"`
	Type     string   `json:"type"`
	Link     string   `json:"link"`
	GUID     rendered `json:"guid"`
	Title    rendered `json:"title"`
	Content  rendered `json:"content"`
	Excerpt  rendered `json:"excerpt"`
	Caption  rendered `json:"caption"`
	Password string   `json:"password"`
	Author   int64    `json:"author"`
	Featured int64    `json:"featured_media"`
	Sticky   bool     `json:"sticky"`
	Parent   int64    `json:"parent"`
	// Post is what a comment stands under, or a media file was uploaded to.
	Post       int64  `json:"post"`
	AuthorName string `json:"author_name"`
	SourceURL  string `json:"source_url"`
	Alt        string `json:"alt_text"`
	Name       string `json:"name"`
	Taxonomy   string `json:"taxonomy"`
	Meta       meta   `json:"meta"`
	// Lang and Translations are Polylang's, Locale and Others those of WPML.
	Lang         string     `json:"lang"`
	Translations translated `json:"translations"`
	Locale       string     `json:"wpml_current_locale"`
	Others       []row      `json:"wpml_translations"`
	Embedded     struct {
		Author []row `json:"author"`
	} `json:"_embedded"`
	// tagged are the IDs of its terms, by the name of the field.
	tagged map[string]ids
}

// UnmarshalJSON reads a row, and keeps the lists of numbers in it: terms, by fields that each site names itself.
func (r *row) UnmarshalJSON(b []byte) error {
	type plain row
	err := json.Unmarshal(b, (*plain)(r))
	var all map[string]json.RawMessage
	if json.Unmarshal(b, &all) != nil {
		return err
	}
	r.tagged = make(map[string]ids)
	for name, v := range all {
		if s := string(v); len(s) > 2 && s[0] == '[' && strings.Trim(s, "[]0123456789, ") == "" {
			r.tagged[name] = numbers(s)
		}
	}
	return err
}

// rendered is a text in HTML, and as its author wrote it where the login may see that, which may be nothing: the site
// shows even that as something, as "Private:".
type rendered struct {
	Rendered  string  `json:"rendered"`
	Raw       *string `json:"raw"`
	Protected bool    `json:"protected"`
}

// translated are the IDs of translations by their language.
type translated map[string]int64

// UnmarshalJSON reads translations; an empty list of PHP is none.
func (t *translated) UnmarshalJSON(b []byte) error {
	var m map[string]int64
	if json.Unmarshal(b, &m) == nil {
		*t = m
	}
	return nil
}

// meta are the fields of a post that say something of its content.
type meta struct{ Footnotes string }

// UnmarshalJSON reads the fields; an empty list of PHP is none.
func (m *meta) UnmarshalJSON(b []byte) error {
	var fields struct {
		Footnotes string `json:"footnotes"`
	}
	if json.Unmarshal(b, &fields) == nil {
		m.Footnotes = fields.Footnotes
	}
	return nil
}

// text returns a text as its author wrote it, or else as the site shows it.
func (t rendered) text() string {
	if t.Raw != nil {
		return *t.Raw
	}
	return t.Rendered
}

// written returns the excerpt that somebody wrote; "" where the site made one of the text.
func (r row) written() string {
	if r.Content.Raw != nil {
		return r.Excerpt.text()
	}
	words := strings.TrimSpace(importer.PlainHTML(r.Excerpt.Rendered))
	if strings.HasSuffix(words, "[…]") || strings.HasSuffix(words, "[...]") || strings.Contains(r.Excerpt.Rendered, "more-link") {
		return ""
	}
	return r.Excerpt.Rendered
}

// post makes of a row what an export has of it. kind is its type.
func (s *Site) post(r row, kind string) *post {
	p := &post{
		id: r.ID, parent: r.Parent, kind: kind, status: r.Status, title: r.Title.text(), slug: r.Slug, link: r.Link,
		guid: r.GUID.text(), content: r.Content.text(), excerpt: r.written(), rendered: r.Content.Raw == nil,
		date: spaced(r.Date), dateGMT: spaced(r.DateGMT), sticky: r.Sticky, password: r.Password,
	}
	if r.Content.Protected && p.password == "" {
		p.password = "protected"
	}
	s.nameAuthor(p, r)
	fields := map[string]string{fieldFootnotes: r.Meta.Footnotes, fieldLanguage: r.Locale}
	if r.Featured > 0 {
		fields[fieldPicture] = strconv.FormatInt(r.Featured, 10)
	}
	if len(r.Others) > 0 {
		first := r.ID
		for _, o := range r.Others {
			first = min(first, o.ID)
		}
		fields[fieldGroup] = strconv.FormatInt(first, 10)
	}
	for _, key := range []string{fieldFootnotes, fieldLanguage, fieldPicture, fieldGroup} {
		if fields[key] != "" {
			p.meta = append(p.meta, pair{key, fields[key]})
		}
	}
	s.tag(p, r)
	return p
}

// tag gives a post its terms, its language among them and what its translations have in common.
func (s *Site) tag(p *post, r row) {
	if r.Lang != "" {
		p.terms = append(p.terms, term{domain: "language", slug: r.Lang})
	}
	if len(r.Translations) > 1 {
		first := r.ID
		for _, n := range r.Translations {
			first = min(first, n)
		}
		p.terms = append(p.terms, term{domain: "post_translations", slug: strconv.FormatInt(first, 10)})
	}
	for _, field := range sorted(s.taxonomies) {
		for _, n := range r.tagged[field] {
			if t, ok := s.terms[n]; ok {
				p.terms = append(p.terms, t)
			}
		}
	}
}

// nameAuthor says who wrote a post, by a number; the site's users say whose that is, or the post itself.
func (s *Site) nameAuthor(p *post, r row) {
	id := strconv.FormatInt(r.Author, 10)
	if len(r.Embedded.Author) > 0 && r.Embedded.Author[0].Name != "" {
		s.x.site.authors[id] = r.Embedded.Author[0].Name
	}
	if s.x.site.authors[id] != "" {
		p.creator = id
	}
}

// file makes of a row of the media library what an export has of it.
func (s *Site) file(r row) *post {
	p := &post{id: r.ID, parent: r.Post, kind: "attachment", status: "inherit", title: r.Title.text(), link: r.Link,
		guid: r.GUID.text(), excerpt: r.Caption.text(), file: r.SourceURL}
	if r.Alt != "" {
		p.meta = append(p.meta, pair{fieldAlt, r.Alt})
	}
	return p
}

// comment makes of a row what an export has of a comment.
func (r row) comment() comment {
	c := comment{id: r.ID, parent: r.Parent, name: r.AuthorName, text: r.Content.text(), kind: r.Type, date: spaced(r.Date), dateGMT: spaced(r.DateGMT)}
	switch r.Status {
	case "approved":
		c.approved = "1"
	case "spam", "trash":
		c.approved = r.Status
	}
	return c
}

// spaced returns a time of the API as exports write it.
func spaced(t string) string { return strings.Replace(t, "T", " ", 1) }
