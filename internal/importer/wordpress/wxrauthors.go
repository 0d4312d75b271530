package wordpress

import (
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// bylines names who made a post: the authors that Co-Authors Plus has of it, in its order, or else its one author.
func (x *Export) bylines(p *post, clean *importer.Cleaner) []news.Byline {
	var names []string
	for _, t := range p.terms {
		if t.domain == "author" {
			names = append(names, x.site.author(strings.TrimPrefix(t.slug, "cap-"), t.name))
		}
	}
	if names == nil && p.creator != "" {
		names = []string{x.site.author(p.creator, p.creator)}
	}
	var bylines []news.Byline
	for _, name := range names {
		b := news.Byline{Name: clean.Line(importer.PlainHTML(name))}
		if isMail(b.Name) {
			clean.Note("an author who is known by an address of mail alone was left out")
			continue
		}
		if b.Slug = importer.TopicSlug(b.Name); b.Name == "" || slices.Contains(bylines, b) || len(bylines) == maxBylines {
			continue
		}
		bylines = append(bylines, b)
	}
	return bylines
}

// author returns the name of an author by what posts call them: a guest's, a user's, or else what they are called by.
func (s *site) author(login, otherwise string) string {
	for _, name := range []string{s.guests["cap-"+login], s.authors[login], s.authors[otherwise]} {
		if name != "" {
			return name
		}
	}
	return otherwise
}

// guest returns the name of a guest of Co-Authors Plus.
func (p *post) guest() string {
	if name := p.value(fieldGuest); name != "" {
		return name
	}
	return p.title
}

// isMail says whether a name is an address of mail, which is nobody's name and must not be published.
func isMail(name string) bool {
	before, after, ok := strings.Cut(name, "@")
	return ok && before != "" && strings.Contains(after, ".") && !strings.Contains(name, " ")
}
