package site

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A StandingPage is one of the newsroom's own in a language, as about or contact. It stands at LANG/SLUG.html, and the
// foot of every page leads to it: from other languages too, where they have none of their own.
type StandingPage struct {
	// Slug is 1 to 40 characters of a to z, 0 to 9 and "-", and not index. The page safety takes the place of ours.
	Slug string
	// Lang is one of the site's languages.
	Lang string
	// Title is at most 100 characters.
	Title string
	// Body has no figures and no links to stories: nothing in it depends on what is published.
	Body []news.Block
}

// safetySlug is the page that tells readers what reading may cost them. Every language has one.
const safetySlug = "safety"

// maxTitle is the length of a standing page's title in characters: every page's foot has it.
const maxTitle = 100

var standingSlug = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

func (c Config) checkStanding() error {
	seen := make(map[string]bool)
	for _, p := range c.Standing {
		name := p.Slug + "." + p.Lang
		switch {
		case !standingSlug.MatchString(p.Slug) || p.Slug == "index":
			return fmt.Errorf("page %q: want a name of a to z, 0 to 9 and -, and not index", p.Slug)
		case !slices.Contains(c.Languages, p.Lang):
			return fmt.Errorf("page %s: %q is not a language of the site", name, p.Lang)
		case seen[name]:
			return fmt.Errorf("page %s is there twice", name)
		case strings.TrimSpace(p.Title) == "" || len([]rune(p.Title)) > maxTitle:
			return fmt.Errorf("page %s: want a title of 1 to %d characters", name, maxTitle)
		}
		if err := checkAlone(p.Body); err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
		seen[name] = true
	}
	return nil
}

// checkAlone refuses a text that depends on what is published.
func checkAlone(body []news.Block) (err error) {
	walk(body, func(*news.Figure) {
		err = errors.New("a picture, video or sound in it")
	}, func(s news.Span) {
		if strings.HasPrefix(s.Link, storyLink) {
			err = errors.New("a link to a story in it")
		}
	})
	return err
}

// checkExit refuses an exit that would not open, or would say on the way where it is followed from.
func (c Config) checkExit() error {
	if c.ExitURL == "" {
		return nil
	}
	u, err := url.Parse(c.ExitURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(c.ExitURL) > 500 {
		return fmt.Errorf("exit URL %q: want one as https://weather.example/", c.ExitURL)
	}
	return nil
}

func standingPath(tag, slug string) string { return tag + "/" + slug + ".html" }

// standing returns a page in a language, or nil.
func (s *Site) standing(tag, slug string) *StandingPage {
	for i, p := range s.cfg.Standing {
		if p.Lang == tag && p.Slug == slug {
			return &s.cfg.Standing[i]
		}
	}
	return nil
}

// slugs returns the standing pages that there are in some language: about, contact and safety first.
func (s *Site) slugs() []string {
	all := []string{safetySlug}
	for _, p := range s.cfg.Standing {
		all = append(all, p.Slug)
	}
	first := []string{safetySlug, "contact", "about"}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(slices.Index(first, b)-slices.Index(first, a), cmp.Compare(a, b))
	})
	return slices.Compact(all)
}

// footLinks returns what the foot of a language's pages leads to, with paths for references.
func (s *Site) footLinks(l lang.Language) []link {
	var links []link
	for _, slug := range s.slugs() {
		if slug == safetySlug {
			safety := s.safety(l)
			links = append(links, wordLink(l, "corrections", correctionsPath(l.Tag())))
			links = append(links, textLink(l, safety.title, safety.tag, standingPath(l.Tag(), slug)))
		} else if p := s.standing(l.Tag(), slug); p != nil {
			links = append(links, link{Href: standingPath(l.Tag(), slug), Name: p.Title})
		} else {
			links = append(links, s.elsewhere(l, slug))
		}
	}
	return links
}

// elsewhere leads to a page that a language has none of, in the first language that has it, and says in which.
func (s *Site) elsewhere(l lang.Language, slug string) link {
	for _, other := range s.langs {
		p := s.standing(other.Tag(), slug)
		if p == nil {
			continue
		}
		path := standingPath(other.Tag(), slug)
		if word, tag := l.Word(slug); slug == "about" || slug == "contact" {
			return textLink(l, word+" ("+other.Name()+")", tag, path)
		}
		return link{Href: path, Name: p.Title, Lang: other.Tag(), Dir: other.Dir()}
	}
	panic("site: no language has the page " + slug)
}

// wordLink is a link by a word of the interface.
func wordLink(l lang.Language, key, href string) link {
	word, tag := l.Word(key)
	return textLink(l, word, tag, href)
}

// textLink is a link by a text, marked where that is in another language than the page.
func textLink(l lang.Language, text, tag, href string) link {
	to := link{Href: href, Name: text}
	if base(tag) != base(l.Tag()) {
		to.Lang, to.Dir = tag, lang.Dir(tag)
	}
	return to
}

// furnish adds to a page what all pages of its language have besides the news.
func (p *page) furnish() {
	for _, l := range p.site.foot[p.lang.Tag()] {
		l.Href = p.to(l.Href)
		p.FooterLinks = append(p.FooterLinks, l)
	}
	p.Exit, p.Notice = p.exit(), p.risks()
}

// exit returns the link that leads away at once, or "".
func (p page) exit() template.HTML {
	if p.site.cfg.ExitURL == "" {
		return ""
	}
	label, _ := p.Plain("quick_exit")
	var b strings.Builder
	element(&b, "nav", "class", "out", "aria-label", label)
	element(&b, "a", "class", "exit", "rel", "noreferrer noopener", "href", p.site.cfg.ExitURL)
	return template.HTML(b.String()) + p.mustW("quick_exit") + "</a></nav>\n"
}

// mustW is W for words that the interface is known to have.
func (p page) mustW(key string) template.HTML {
	word, err := p.W(key)
	if err != nil {
		panic(err)
	}
	return word
}

// standingPage is what templates/standing.html shows.
type standingPage struct {
	page
	// In and Way are the language and direction of the text, where it is not in the page's language.
	In, Way string
	Heading string
	Body    template.HTML
	Risks   []risk
}

// standingPages renders a language's standing pages.
func (s *Site) standingPages(l lang.Language) (Output, error) {
	var out Output
	for _, slug := range s.slugs() {
		own := s.standing(l.Tag(), slug)
		if own == nil && slug != safetySlug {
			continue
		}
		f, err := s.standingFile(l, slug, own)
		if err != nil {
			return Output{}, err
		}
		out.Files = append(out.Files, f)
	}
	return out, nil
}

// standingFile renders a standing page. own is nil for a safety page that the newsroom has not written.
func (s *Site) standingFile(l lang.Language, slug string, own *StandingPage) (File, error) {
	text := s.safety(l)
	if own != nil {
		text = safetyText{title: own.Title, body: own.Body, tag: l.Tag()}
	}
	p := standingPage{page: s.newPage(l, standingPath(l.Tag(), slug), text.title), Heading: text.title}
	if text.tag != l.Tag() {
		p.In, p.Way = text.tag, lang.Dir(text.tag)
	}
	var langs []lang.Language
	for _, other := range s.langs {
		if slug == safetySlug || s.standing(other.Tag(), slug) != nil {
			langs = append(langs, other)
		}
	}
	p.Alternates = p.alternates(langs, func(tag string) string { return standingPath(tag, slug) })
	p.Body = p.prose(text.body, 1)
	if slug == safetySlug {
		p.Risks = p.riskSections()
	}
	return s.file("standing", p.path, p)
}

// prose renders a text that depends on nothing but itself, under a heading of some level.
func (p page) prose(body []news.Block, level int) template.HTML {
	w := writer{page: p, href: p.to, level: level}
	w.blocks(body)
	return w.take()
}
