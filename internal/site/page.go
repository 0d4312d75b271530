package site

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
)

// A File is one file of the site.
type File struct {
	// Path is where it stands: one that edition.CheckPath takes.
	Path string
	// MediaType has no parameters: text is UTF-8.
	MediaType string
	// Body holds the file's bytes. It is nil for a rendition.
	Body []byte
	// Coded says that Body is the text of a pack or a seed, and that what is published is not these bytes but what
	// edition.CodePack or edition.CodeSeed makes of them.
	Coded bool
	// Loose says that its pieces are published as objects too (edition.Entry).
	Loose bool
	// Rendition is the lower-case hex SHA-256 of the rendition whose bytes the file has; the store opens it
	// (OpenRendition). It is empty for all other files.
	Rendition string
}

// A page holds what every page has, and is what its template is given. The fields and methods with capitals are for
// the templates.
type page struct {
	site *Site
	lang lang.Language
	path string
	// sheet is the style sheet that it has besides the one of all pages.
	sheet sheet
	// rules are what it alone adds to its style.
	rules string

	Title, Description string
	// Alternates are the same page in all its languages, this one among them.
	Alternates []alternate
	// Document leads to the same as ninjs; empty where the page is not an article's.
	Document string
	Feeds    []feedLink

	// Head are more elements of the head, for machines.
	Head template.HTML
	// Exit stands before all else that is seen, Bar under it, and Notice under the banner. Each is empty where the page
	// has none, and brings its own element.
	Exit, Bar, Notice template.HTML
	// FooterLinks lead to the newsroom's own pages, in their order.
	FooterLinks []link
}

// An alternate is the same page in a language. Href leads people to it, ref machines.
type alternate struct {
	Lang, Dir, Name, Href, ref string
}

type feedLink struct {
	Type, Title, Href string
}

// A link leads to another page of the site. Lang and Dir are set where its name is not in the page's language.
type link struct {
	Href, Name, Lang, Dir string
}

// A localized text is shown with its own language and direction; both are empty where nobody knows them.
type localized struct {
	Text, Lang, Dir string
}

// A stamp is a time for machines and for people.
type stamp struct {
	Machine, Human string
}

func (s *Site) newPage(l lang.Language, path, title string) page {
	if title != s.cfg.Name {
		title = isolated(title) + " · " + s.cfg.Name
	}
	p := page{site: s, lang: l, path: path, sheet: prose, Title: title}
	p.Head = p.headLinks()
	p.furnish()
	return p
}

// newListing is newPage for a front, a list or an archive.
func (s *Site) newListing(l lang.Language, path, title string) page {
	p := s.newPage(l, path, title)
	p.sheet = listing
	return p
}

// isolated returns a text that can't turn round what stands after it: one with bidi embeddings or overrides is balanced
// and put between the marks of an isolate (UAX 9, section 2.4).
func isolated(text string) string {
	text = lang.Balanced(text)
	if strings.ContainsAny(text, "\u202A\u202B\u202D\u202E\u2066\u2067\u2068") {
		return "\u2068" + text + "\u2069"
	}
	return text
}

// file runs a template on a page, or on a struct that embeds one.
func (s *Site) file(name, path string, data dresser) (File, error) {
	if err := edition.CheckPath(path); err != nil {
		return File{}, err
	}
	body, _, err := s.dressed(name, path, data)
	return File{Path: path, MediaType: "text/html", Body: body}, err
}

// A dresser is a page, or what embeds one.
type dresser interface {
	look() look
	extra() string
}

// dressed runs a template on a page and leaves it only the rules that it needs. It returns the policy of those.
func (s *Site) dressed(name, path string, data dresser) (body []byte, policy string, err error) {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return nil, "", fmt.Errorf("page %s: %w", path, err)
	}
	body, policy = data.look().fit(b.Bytes(), data.extra())
	return body, policy, nil
}

func (p page) to(path string) string { return relative(p.path, path) }

func (p page) Lang() string        { return p.lang.Tag() }
func (p page) Dir() string         { return p.lang.Dir() }
func (p page) Name() string        { return p.site.cfg.Name }
func (p page) Style() template.CSS { return template.CSS(p.look().all(p.rules)) }
func (p page) Policy() string      { return policyMark }
func (p page) Choice() string      { return p.to(choicePath) }
func (p page) Front() string       { return p.to(frontPath(p.lang.Tag())) }
func (p page) Archive() string     { return p.to(archivePath(p.lang.Tag())) }

func (p page) look() look    { return p.site.looks[lookKey{p.lang.Tag(), p.sheet}] }
func (p page) extra() string { return p.rules }

// Languages leads to where the page links to itself in other languages, or else to the choice of a language.
func (p page) Languages() string {
	if len(p.Others()) > 0 {
		return "#languages"
	}
	return p.Choice()
}

// Many says whether the site has more than one language.
func (p page) Many() bool { return len(p.site.langs) > 1 }

// Others are the alternates in other languages.
func (p page) Others() []alternate {
	return slices.DeleteFunc(slices.Clone(p.Alternates), func(a alternate) bool { return a.Lang == p.lang.Tag() })
}

// Without are the site's languages that the page is not in. Each leads to its front.
func (p page) Without() []alternate {
	return slices.DeleteFunc(p.alternates(p.site.langs, frontPath), func(a alternate) bool {
		return slices.ContainsFunc(p.Alternates, func(b alternate) bool { return a.Lang == b.Lang })
	})
}

// LanguageList returns a list of links to alternates, each by its language's own name, which is in the language that the
// link leads to: hreflang would say that again on every line. Machines read it in the head.
func (p page) LanguageList(all []alternate) template.HTML {
	var b strings.Builder
	b.WriteString("<ul class=\"links\">\n")
	for _, a := range all {
		b.WriteString("<li>")
		element(&b, "a", "lang", a.Lang, "dir", a.Dir, "href", a.Href)
		b.WriteString(template.HTMLEscapeString(a.Name) + "</a>\n")
	}
	b.WriteString("</ul>\n")
	return template.HTML(b.String())
}

// element writes a start tag with attributes, which are names and values in turn.
func element(b *strings.Builder, name string, attributes ...string) {
	b.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		b.WriteString(" " + attributes[i] + `="` + template.HTMLEscapeString(attributes[i+1]) + `"`)
	}
	b.WriteByte('>')
}

// Tagline returns the newsroom's tagline for the page's language, or nil.
func (p page) Tagline() *localized { return p.localize(p.site.cfg.Tagline) }

// W returns a word of the interface, marked with its language where that is not the page's.
func (p page) W(key string) (template.HTML, error) {
	if _, err := p.Plain(key); err != nil {
		return "", err
	}
	word := p.word(key)
	escaped := template.HTMLEscapeString(word.Text)
	if word.Lang != "" {
		escaped = fmt.Sprintf(`<span lang="%s" dir="%s">%s</span>`, word.Lang, word.Dir, escaped)
	}
	return template.HTML(escaped), nil
}

// Plain returns a word of the interface for an attribute, which can't be marked.
func (p page) Plain(key string) (string, error) {
	word, _ := p.lang.Word(key)
	if word == "" {
		return "", fmt.Errorf("the interface has no word %q", key)
	}
	return word, nil
}

// word returns a word of the interface as a text of its own.
func (p page) word(key string) localized {
	word, tag := p.lang.Word(key)
	if base(tag) == base(p.lang.Tag()) {
		return localized{Text: word}
	}
	return localized{word, tag, lang.Dir(tag)}
}

func base(tag string) string {
	b, _, _ := strings.Cut(tag, "-")
	return b
}

// localize picks the text for the page's language from texts by tag (lang.Pick), or returns nil when there is none.
func (p page) localize(texts map[string]string) *localized {
	text, tag := lang.Pick(texts, p.lang.Tag())
	if text == "" {
		return nil
	}
	return p.marked(text, tag)
}

// marked marks a text with its language where that is known and not the page's.
func (p page) marked(text, tag string) *localized {
	text = lang.Balanced(text)
	if tag == "" || tag == p.lang.Tag() {
		return &localized{Text: text}
	}
	return &localized{Text: text, Lang: tag, Dir: lang.Dir(tag)}
}

// day and minute stamp a time; both are nil for the zero time.
func (p page) day(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	return &stamp{t.UTC().Format(time.RFC3339), p.lang.Date(t)}
}

func (p page) minute(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	return &stamp{t.UTC().Format(time.RFC3339), p.lang.DateTime(t)}
}

// alternates are the languages of a page that stands under path(tag) in each of them.
func (p page) alternates(langs []lang.Language, path func(tag string) string) []alternate {
	all := make([]alternate, len(langs))
	for i, l := range langs {
		all[i] = alternate{l.Tag(), l.Dir(), l.Name(), p.to(path(l.Tag())), p.ref(path(l.Tag()))}
	}
	return all
}

// Host returns the host of an external URL, for people to see where a link leads.
func (p page) Host(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
