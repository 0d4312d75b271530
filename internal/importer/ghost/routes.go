package ghost

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"coranto/internal/importer"
)

// maxRoutes is the size of a file of routes in bytes.
const maxRoutes = 256 << 10

// A route is a collection of Ghost's routes: which posts stand in it, and where.
type route struct {
	Permalink string `yaml:"permalink"`
	Filter    string `yaml:"filter"`
}

// readRoutes reads the site's routes, where they lie beside the export or in the content folder. Without any, all posts
// stand below their slug.
func (s *Source) readRoutes() error {
	s.routes = []route{{Permalink: "/{slug}/"}}
	for _, name := range []string{"routes.yaml", "settings/routes.yaml"} {
		b, name, err := s.content(name, maxRoutes)
		if err != nil {
			continue // not there
		}
		var doc struct {
			Collections yaml.Node `yaml:"collections"`
		}
		if err := yaml.Unmarshal(b, &doc); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var routes []route
		for i := 1; i < len(doc.Collections.Content); i += 2 { // in their order: a post stands in the first that it fits
			var r route
			if err := doc.Collections.Content[i].Decode(&r); err != nil {
				return fmt.Errorf("%s: line %d: %w", name, doc.Collections.Content[i].Line, err)
			}
			routes = append(routes, r)
		}
		if len(routes) > 0 {
			s.routes = routes
		}
		return nil
	}
	return nil
}

// addressesOf returns where a post stands, and where it may stand as well because nobody can say whether a filter fits it.
func (s *Source) addressesOf(x *index, h head) (out []string) {
	if strings.HasPrefix(h.URL, s.site+"/") { // the API says it
		return []string{importer.Link(h.URL, nil)}
	}
	if h.Slug == "" {
		return nil
	}
	routes := s.routes
	if h.kind() == "page" {
		routes = []route{{Permalink: "/{slug}/"}}
	}
	for _, r := range routes {
		fits, certain := r.fits(x, h)
		if !fits && certain {
			continue
		}
		if within, ok := s.permalink(r.Permalink, x, h); ok {
			if address := importer.Link(s.site+"/"+strings.TrimPrefix(within, "/"), nil); address != "" {
				out = append(out, address)
			}
		}
		if fits && certain {
			break
		}
	}
	return out
}

// permalink fills in a pattern as /{year}/{slug}/, and returns false where it has a word that is not known.
func (s *Source) permalink(pattern string, x *index, h head) (string, bool) {
	at := h.PublishedAt.Time
	if s.opt.Zone != nil {
		at = at.In(s.opt.Zone)
	}
	tag, author := "all", "all" // what Ghost puts where there is none
	if tags := x.tagsOf(h); len(tags) > 0 && !tags[0].internal() {
		tag = tags[0].Slug
	}
	if authors := x.authorsOf(h); len(authors) > 0 {
		author = authors[0].Slug
	}
	out := strings.NewReplacer("{slug}", strings.Trim(h.Slug, "/"), "{id}", string(h.ID), "{uuid}", h.UUID,
		"{year}", at.Format("2006"), "{month}", at.Format("01"), "{day}", at.Format("02"),
		"{primary_tag}", tag, "{primary_author}", author, "{author}", author).Replace(pattern)
	return out, !strings.ContainsAny(out, "{}")
}

// fits says whether a post fits a collection's filter, and whether that is certain: of Ghost's language of filters only what
// asks for tags, authors and what is featured is known, parted by "+" for and, "," for or.
func (r route) fits(x *index, h head) (fits, certain bool) {
	if r.Filter == "" {
		return true, true
	}
	if strings.ContainsAny(r.Filter, "()[]<>~") {
		return false, false
	}
	certain = true
	for either := range strings.SplitSeq(r.Filter, ",") {
		all := true
		for term := range strings.SplitSeq(either, "+") {
			is, known := x.term(strings.TrimSpace(term), h)
			certain = certain && known
			all = all && is
		}
		fits = fits || all
	}
	return fits, certain
}

// term says whether a post fits one term of a filter, as tag:news or tag:-news, and whether that is known.
func (x *index) term(term string, h head) (is, known bool) {
	key, value, _ := strings.Cut(term, ":")
	value, not := strings.CutPrefix(value, "-")
	value = strings.Trim(value, `'"`)
	var has []string
	switch tags, authors := x.tagsOf(h), x.authorsOf(h); key {
	case "tag", "tags", "tag.slug", "tags.slug":
		for _, t := range tags {
			has = append(has, t.Slug)
		}
	case "primary_tag":
		if len(tags) > 0 && !tags[0].internal() {
			has = append(has, tags[0].Slug)
		}
	case "author", "authors":
		for _, a := range authors {
			has = append(has, a.Slug)
		}
	case "primary_author":
		if len(authors) > 0 {
			has = append(has, authors[0].Slug)
		}
	case "featured":
		has = append(has, fmt.Sprint(bool(h.Featured)))
	case "visibility":
		has = append(has, cmp.Or(h.Visibility, "public"))
	default:
		return false, false
	}
	return slices.Contains(has, value) != not, true
}

// authorsOf returns a post's authors in their order.
func (x *index) authorsOf(h head) []user {
	users := slices.Clone(h.Authors)
	for _, r := range x.written[h.ID] {
		if u, ok := x.users[r.Author]; ok {
			users = append(users, u)
		}
	}
	if u, ok := x.users[h.AuthorID]; ok && len(users) == 0 {
		users = append(users, u)
	}
	return users
}
