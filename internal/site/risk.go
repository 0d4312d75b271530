package site

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A RiskNotice tells readers in one place of the law, in a language, what they may face for sharing, liking,
// commenting, saving or writing. Nobody is asked where they are: each page shows all of its language.
type RiskNotice struct {
	// Place is 1 to 40 characters of a to z, 0 to 9 and "-", the same in all languages: safety.html#risk-PLACE.
	Place string
	// Lang is one of the site's languages.
	Lang string
	// Name is what the place is called, at most 100 characters.
	Name string
	// Short stands on every page: at most 200 characters.
	Short string
	// Long stands on the safety page. Like a standing page's, it has no figures and no links to stories.
	Long []news.Block
}

// MaxShort is the length of a risk notice's short text in characters.
const MaxShort = 200

// maxPlaces is how many places have risk notices. All of a language stand on each of its pages.
const maxPlaces = 20

// Check says what is wrong with the notice by itself.
func (r RiskNotice) Check() error {
	switch {
	case !standingSlug.MatchString(r.Place):
		return fmt.Errorf("place %q: want 1 to 40 of a to z, 0 to 9 and -", r.Place)
	case !isLine(r.Name, maxTitle):
		return fmt.Errorf("name: want one line of 1 to %d characters", maxTitle)
	case !isLine(r.Short, MaxShort):
		return fmt.Errorf("short: %d characters; want one line of 1 to %d", len([]rune(r.Short)), MaxShort)
	}
	return checkAlone(r.Long)
}

func (c Config) checkRisks() error {
	seen, places := make(map[string]bool), make(map[string]bool)
	for _, r := range c.Risks {
		name := r.Place + "." + r.Lang
		switch err := r.Check(); {
		case err != nil:
			return fmt.Errorf("risk notice %s: %w", name, err)
		case !slices.Contains(c.Languages, r.Lang):
			return fmt.Errorf("risk notice %s: %q is not a language of the site", name, r.Lang)
		case seen[name]:
			return fmt.Errorf("risk notice %s is there twice", name)
		}
		seen[name], places[r.Place] = true, true
	}
	if len(places) > maxPlaces {
		return fmt.Errorf("risk notices of %d places: want at most %d, for each page shows them all", len(places), maxPlaces)
	}
	return nil
}

// isLine says whether a text is one line of 1 to limit characters.
func isLine(s string, limit int) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsAny(s, "\n\r") && len([]rune(s)) <= limit
}

// risksIn returns the notices that a language's pages show, one a place and in the order of the configuration: its own, a
// wider language's, or else those of the site's first language. A warning in another language is better than none.
func (s *Site) risksIn(tag string) []RiskNotice {
	var out []RiskNotice
	var places []string
	for _, r := range s.cfg.Risks {
		if slices.Contains(places, r.Place) {
			continue
		}
		places = append(places, r.Place)
		for _, t := range append(lang.Parents(tag), s.cfg.Languages[0]) {
			i := slices.IndexFunc(s.cfg.Risks, func(n RiskNotice) bool { return n.Place == r.Place && n.Lang == t })
			if i >= 0 {
				out = append(out, s.cfg.Risks[i])
				break
			}
		}
	}
	return out
}

func riskID(place string) string { return "risk-" + place }

// risks returns the short notices, each of which leads to the long one; "" where the language has none.
func (p page) risks() template.HTML {
	notices := p.site.notices[p.lang.Tag()]
	if len(notices) == 0 {
		return ""
	}
	label, _ := p.Plain("risks")
	var b strings.Builder
	element(&b, "aside", "class", "risk", "aria-label", label)
	for _, r := range notices {
		b.WriteString("\n<p")
		if r.Lang != p.Lang() {
			fmt.Fprintf(&b, ` lang="%s" dir="%s"`, r.Lang, lang.Dir(r.Lang))
		}
		b.WriteByte('>')
		element(&b, "a", "href", p.to(standingPath(p.Lang(), safetySlug))+"#"+riskID(r.Place))
		b.WriteString(template.HTMLEscapeString(r.Name) + "</a>: " + template.HTMLEscapeString(r.Short) + "</p>")
	}
	b.WriteString("\n</aside>\n")
	return template.HTML(b.String())
}

// A risk is a notice on the safety page.
type risk struct {
	ID, Name, Short string
	Lang, Dir       string // set where it is not in the page's language
	Long            template.HTML
}

func (p page) riskSections() []risk {
	var out []risk
	for _, r := range p.site.notices[p.lang.Tag()] {
		section := risk{ID: riskID(r.Place), Name: r.Name, Short: r.Short, Long: p.prose(r.Long, 3)}
		if r.Lang != p.Lang() {
			section.Lang, section.Dir = r.Lang, lang.Dir(r.Lang)
		}
		out = append(out, section)
	}
	return out
}
