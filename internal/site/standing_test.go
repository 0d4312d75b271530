package site_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/site"
)

// furnished is the specimen's newsroom with words of its own.
func furnished() site.Config {
	c := specimenConfig
	c.ExitURL = "https://weather.example/?a=1&b=2"
	c.Standing = []site.StandingPage{
		{Slug: "money", Lang: "ru", Title: "Деньги", Body: []news.Block{paragraph("Наши.")}},
		{Slug: "about", Lang: "en", Title: "About <us>", Body: []news.Block{paragraph("We write.")}},
		{Slug: "safety", Lang: "fa", Title: "خواندن", Body: []news.Block{paragraph("نوشتهٔ خود ما")}},
	}
	c.Risks = []site.RiskNotice{
		{Place: "sylvania", Lang: "ru", Name: "Сильвания", Short: "За репост могут оштрафовать."},
		{Place: "freedonia", Lang: "en", Name: "Freedonia", Short: "Sharing may be <punished>.", Long: []news.Block{paragraph("Since 2024.")}},
		{Place: "freedonia", Lang: "ru", Name: "Фридония", Short: "За репост могут наказать."},
	}
	return c
}

func TestStanding(t *testing.T) {
	files := renderAll(t, newSite(t, furnished()), specimen())
	for path, wants := range map[string][]string{
		"en/about.html":  {"<h1>About &lt;us&gt;</h1>", "<p>We write.</p>", `<title>About &lt;us&gt; · Perevodov &amp; Sons</title>`},
		"ru/money.html":  {"Наши.", `<aside class="risk" aria-label="Риски для читателей">`},
		"fa/safety.html": {"نوشتهٔ خود ما", `<section id="risk-freedonia" lang="en" dir="ltr">`},
		"en/safety.html": {"Reading safely", "The link “Leave quickly” at the top", `<section id="risk-freedonia">`, "<p>Since 2024.</p>"},
		"sw/safety.html": {`<div lang="en" dir="ltr">`, "Reading safely"},
		borderEN: {
			`<a class="exit" rel="noreferrer noopener" href="https://weather.example/?a=1&amp;b=2">Leave quickly</a>`,
			"<p><a href=\"../../../../../safety.html#risk-freedonia\">Freedonia</a>: Sharing may be &lt;punished&gt;.</p>\n</aside>",
			`<a href="../../../../../about.html">About &lt;us&gt;</a>`,
			`<a href="../../../../../../ru/money.html" lang="ru" dir="ltr">Деньги</a>`,
			`<a href="../../../../../corrections/index.html">Corrections</a>`,
		},
		"ru/index.html":             {"Сильвания", "Фридония", `<a href="../en/about.html">О нас (English)</a>`},
		"en/corrections/index.html": {"An earlier version said hundreds.", `<a href="../story/2026/11/20/border/index.html">Guards push migrants back`},
		"fa/corrections/index.html": {"هنوز اصلاحیه‌ای نیست."},
	} {
		for _, want := range wants {
			if body := string(files[path].Body); !strings.Contains(body, want) {
				t.Errorf("%s has no %q:\n%.3000s", path, want, body[strings.Index(body, "<body>")+1:])
			}
		}
	}
	if body := string(files[borderEN].Body); strings.Contains(body, "Сильвания") {
		t.Error("a page shows a notice that is in neither its own nor the first language")
	}
	if _, ok := files["fa/about.html"]; ok {
		t.Error("a page that nobody wrote")
	}
	plain := renderAll(t, newSite(t, specimenConfig), specimen())
	for _, word := range []string{`class="exit"`, `class="risk"`, "Leave quickly"} {
		if strings.Contains(string(plain["en/safety.html"].Body), word) {
			t.Errorf("a newsroom without words of its own has %q", word)
		}
	}
}

func TestStandingRefuses(t *testing.T) {
	page := func(change func(*site.StandingPage)) func(*site.Config) {
		return func(c *site.Config) { c.Standing = slices.Clone(c.Standing); change(&c.Standing[0]) }
	}
	risk := func(change func(*site.RiskNotice)) func(*site.Config) {
		return func(c *site.Config) { c.Risks = slices.Clone(c.Risks); change(&c.Risks[0]) }
	}
	all := map[string]func(*site.Config){
		"exit URL":       func(c *site.Config) { c.ExitURL = "javascript:alert(1)" },
		"https":          func(c *site.Config) { c.ExitURL = "http://weather.example/" },
		"there twice":    func(c *site.Config) { c.Standing = append(c.Standing, c.Standing[0]) },
		"is there twice": func(c *site.Config) { c.Risks = append(c.Risks, c.Risks[0]) },
		`page "index"`:   page(func(p *site.StandingPage) { p.Slug = "index" }),
		`page "../a"`:    page(func(p *site.StandingPage) { p.Slug = "../a" }),
		`"de" is not`:    page(func(p *site.StandingPage) { p.Lang = "de" }),
		"want a title":   page(func(p *site.StandingPage) { p.Title = " " }),
		"a link to a story": page(func(p *site.StandingPage) {
			p.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "a", Link: "story:b"}}}}
		}),
		"a picture":          page(func(p *site.StandingPage) { p.Body = []news.Block{{Kind: news.Picture, Figure: &news.Figure{}}} }),
		"want one line of 1": risk(func(r *site.RiskNotice) { r.Name = "a\nb" }),
		"short: 201":         risk(func(r *site.RiskNotice) { r.Short = strings.Repeat("я", 201) }),
		`place "A"`:          risk(func(r *site.RiskNotice) { r.Place = "A" }),
		`"ka" is not a lang`: risk(func(r *site.RiskNotice) { r.Lang = "ka" }),
	}
	for _, want := range slices.Sorted(maps.Keys(all)) {
		c := furnished()
		all[want](&c)
		if _, err := site.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want one with %q", err, want)
		}
	}
}
