package site

import (
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Theme is what a newsroom lays over our looks, file by file: theme.css, which follows our style sheets in every page,
// and templates in the place of ours, by our names for them, as story.html. What a file leaves out stays ours. It may be
// nil.
//
// A theme can't let in what the policy of the pages keeps out: nothing of another site, and no script.
type Theme map[string]string

// ThemeCSS is the name of a theme's style sheet.
const ThemeCSS = "theme.css"

// MaxTheme is how many bytes the files of a theme have together at most.
const MaxTheme = 256 << 10

// ThemeFiles returns the names that the files of a theme may have.
func ThemeFiles() []string {
	names := []string{ThemeCSS}
	entries, err := fs.ReadDir(assets, "templates")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// hasTemplates says whether pages are made from templates that aren't ours.
func (t Theme) hasTemplates() bool {
	for name := range t {
		if name != ThemeCSS {
			return true
		}
	}
	return false
}

// check says what is wrong with a theme's files, but for its templates.
func (t Theme) check() error {
	size := 0
	for name, content := range t {
		if !slices.Contains(ThemeFiles(), name) {
			return fmt.Errorf("theme/%s is no part of a theme: it may have %s", name, strings.Join(ThemeFiles(), ", "))
		}
		size += len(content)
	}
	if size > MaxTheme {
		return fmt.Errorf("theme/ has %d bytes: want at most %d", size, MaxTheme)
	}
	return checkCSS(t[ThemeCSS])
}

// checkCSS says where a style sheet would end the element that it stands in, ask another host for something, or leave
// a brace open, which would swallow what follows.
func checkCSS(css string) error {
	plain := cssComment.ReplaceAllStringFunc(css, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
	open, opened := 0, 0
	for i, line := range strings.Split(plain, "\n") {
		at := func(what string) error { return fmt.Errorf("theme/%s:%d: %s", ThemeCSS, i+1, what) }
		lower := strings.ToLower(line)
		switch {
		case strings.Contains(line, "<"):
			return at("a style sheet in a page can't have a <")
		case strings.Contains(lower, "@import"), strings.Contains(lower, "url("):
			return at("a page fetches nothing for its looks: @import and url() are not allowed")
		}
		for _, c := range line {
			switch c {
			case '{':
				open++
				opened = i + 1
			case '}':
				open--
			}
			if open < 0 {
				return at("a } closes nothing")
			}
		}
	}
	if open > 0 {
		return fmt.Errorf("theme/%s:%d: this { is never closed", ThemeCSS, opened)
	}
	return nil
}

// templates returns our templates with the theme's laid over them. An error names the theme's file and line.
func (t Theme) templates() (*template.Template, error) {
	all, err := template.ParseFS(assets, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if name == ThemeCSS {
			continue
		}
		if _, err := all.New("theme/" + name).Parse(t[name]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// try runs the templates on made-up pages, so that an error in a theme shows before anything is published, and makes sure
// that each page still has its policy.
func (s *Site) try() error {
	if len(s.cfg.Theme) == 0 {
		return nil
	}
	trials := s.trials()
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		body, policy, err := s.dressed(name, frontPath(s.langs[0].Tag()), trials[name])
		if err != nil {
			return fmt.Errorf("theme: %w", err)
		}
		head, _, _ := strings.Cut(html.UnescapeString(string(body)), "<body")
		want := `<meta http-equiv="Content-Security-Policy" content="` + policy + `">`
		if !strings.Contains(head, want) {
			return fmt.Errorf(`theme: the template %q has no head with our Content-Security-Policy: begin it with {{template "top" .}}`, name)
		}
	}
	return nil
}

// trials are pages that have all that a page can have, by the names of their templates.
func (s *Site) trials() map[string]dresser {
	l := s.langs[0]
	path, to := frontPath(l.Tag()), link{Href: "x.html", Name: "X", Lang: "en", Dir: "ltr"}
	p, list := s.newPage(l, path, "X"), s.newListing(l, path, "X")
	when := p.minute(time.Unix(0, 0))
	items := []item{{page: &list, Href: "x.html", Kicker: "X", Headline: "X", Standfirst: "X", Published: when, Updated: when, Picture: "X"}}
	words := localized{"X", "en", "ltr"}
	lp := listPage{page: list, Heading: words, Crumbs: []link{to}, Items: items, Newer: "x.html", Older: "x.html", Topics: []link{to}}
	alternates := []alternate{{"en", "ltr", "English", "x.html", ""}}
	return map[string]dresser{
		"choice":      lp,
		"front":       frontPage{lp, when, &items[0], items, []section{{"x.html", "X", "x", items}}},
		"list":        lp,
		"archive":     archivePage{list, words, []link{to}, []group{{"x", words, []link{to}}}},
		"standing":    standingPage{page: p, In: "en", Way: "ltr", Heading: "X", Body: "X"},
		"corrections": correctionsPage{list, words, []correctionItem{{correction{when, "X"}, "x.html", "X"}}},
		"story": storyPage{
			page: p, Kicker: "X", Headline: "X", Standfirst: "X", Bylines: []byline{{"X", "X", "x.html"}}, Dateline: "X",
			Published: when, Updated: when, Origin: &origin{alternates[0], true}, Lead: "X", Body: "X",
			Corrections: []correction{{when, "X"}}, Related: []link{to}, Topics: []link{to}, Places: []link{to},
			Claims: []claim{{ID: "x", Number: "1", Name: &words, Reason: &words, Kind: "kind_own", Check: "check_unverified",
				Evidence: []evidence{{"https://x.example/", "https://x.example/", "x", when}}}},
		},
	}
}
