package site_test

import (
	"strings"
	"testing"

	"coranto/internal/site"
)

// themed returns the files of the specimen with a theme.
func themed(t *testing.T, theme site.Theme) map[string]site.File {
	t.Helper()
	cfg := specimenConfig
	cfg.Theme = theme
	return renderAll(t, newSite(t, cfg), specimen())
}

func TestTheme(t *testing.T) {
	const css = ":root { --accent: #006644 } /* ours */"
	files := themed(t, site.Theme{
		site.ThemeCSS: css,
		"list.html":   `{{define "turn"}}<p class="ours">{{.Name}} & {{.Older}}</p>{{end}}`,
	})
	topic, story := string(files["en/topic/migration/index.html"].Body), string(files[borderEN].Body)
	if !strings.Contains(topic, `<p class="ours">`) {
		t.Error("the theme's template is not in use")
	}
	if !strings.Contains(topic, "<article>") || strings.Contains(story, `class="ours"`) {
		t.Error("what the theme leaves out is not ours")
	}
	if !strings.Contains(story, css+"</style>") {
		t.Error("the theme's style sheet does not come last, as it is")
	}
	plain, other := newSite(t, specimenConfig), specimenConfig
	other.Theme = site.Theme{site.ThemeCSS: css}
	if plain.Fingerprint() == newSite(t, other).Fingerprint() {
		t.Error("the fingerprint does not know of the theme")
	}
}

// TestThemeEscapes makes sure that a template of a theme can't let a story's words become markup.
func TestThemeEscapes(t *testing.T) {
	cfg := specimenConfig
	cfg.Name = `<script>alert(1)</script>`
	cfg.Theme = site.Theme{"base.html": `{{define "time"}}<a title={{.Human}} href="javascript:{{.Human}}">{{.Human}}</a>{{end}}` +
		`{{define "text"}}<b>{{.Text}}</b>{{end}}`}
	for p, f := range renderAll(t, newSite(t, cfg), specimen()) {
		if f.MediaType == "text/html" && strings.Contains(string(f.Body), "<script>") {
			t.Errorf("%s: markup came through", p)
		}
	}
}

func TestThemeErrors(t *testing.T) {
	for _, c := range []struct{ what, name, content, want string }{
		{"another file", "odd.html", "x", "theme/odd.html is no part of a theme"},
		{"a path", "../style.css", "x", "is no part of a theme"},
		{"a template that is not one", "story.html", "one\n{{define \"story\"}}\n{{if}}{{end}}{{end}}", "theme/story.html:3"},
		{"a field that is not there", "story.html", "{{define \"story\"}}{{template \"top\" .}}\n{{.Nope}}{{end}}", "theme/story.html:2"},
		{"markup that can't be escaped", "list.html", "{{define \"item\"}}\n<a href='{{end}}", "theme: "},
		{"a page without a policy", "story.html", `{{define "story"}}<!doctype html><title>{{.Title}}</title>{{end}}`, "Content-Security-Policy"},
		{"an element's end", site.ThemeCSS, "a { color: red }\n</style><script>", "theme.css:2"},
		{"an import", site.ThemeCSS, "@IMPORT 'x'", "theme.css:1"},
		{"a picture", site.ThemeCSS, "/*\n*/\nbody { background: url(https://evil.example/x) }", "theme.css:3"},
		{"an open brace", site.ThemeCSS, "a { color: red }\nb {", "theme.css:2: this { is never closed"},
		{"a closed one", site.ThemeCSS, "a { }\n}", "theme.css:2: a } closes nothing"},
		{"a large file", site.ThemeCSS, strings.Repeat(" ", site.MaxTheme+1), "want at most"},
	} {
		cfg := specimenConfig
		cfg.Theme = site.Theme{c.name: c.content}
		if _, err := site.New(cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.what, err, c.want)
		}
	}
}
