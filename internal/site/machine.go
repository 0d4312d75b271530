package site

import (
	"context"
	"html/template"
	"strings"

	"golang.org/x/text/language"

	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// The kinds of units that are for machines alone, besides Feeds, and the fields of Unit that each uses.
const (
	Machine  Kind = "machine"  // what the site says of itself
	Sitemaps Kind = "sitemaps" // the index of a language's sitemaps: List.Lang
	Sitemap  Kind = "sitemap"  // the sitemap of a month: List.Lang, Day as 2026-11; or of the pages that stand
	Newsmap  Kind = "newsmap"  // the sitemap of a language's last two days: List.Lang
)

// touchMachines adds the units for machines that one change of a language of the site touches, but for its feeds.
func (s *Site) touchMachines(c store.Change, add func(Unit)) {
	language := store.List{Lang: c.List.Lang}
	switch {
	case c.Kind == store.NewestChanged && !c.List.All() && hasFeeds(c.List):
		add(Unit{Kind: Feeds, List: c.List})
	case c.Kind == store.DayChanged && s.cfg.BaseURL != "":
		add(Unit{Kind: Sitemap, List: language, Day: monthOf(c.Day)})
		if c.First {
			add(Unit{Kind: Sitemaps, List: language})
		}
	}
}

// touchAged adds the units that differ with the snapshot's time alone.
func (s *Site) touchAged(add func(Unit)) {
	if s.cfg.BaseURL != "" {
		for _, l := range s.langs {
			add(Unit{Kind: Newsmap, List: store.List{Lang: l.Tag()}})
		}
	}
}

// allMachines emits the units for machines of the whole site, but for the feeds of whole languages.
func (s *Site) allMachines(ctx context.Context, snap Snapshot, emit func(Unit) error) error {
	if err := emit(Unit{Kind: Machine}); err != nil {
		return err
	}
	for _, tag := range s.cfg.Languages {
		lists, err := listsOf(ctx, snap, tag)
		if err != nil {
			return err
		}
		for of := range lists {
			if !hasFeeds(of) {
				continue
			}
			if err := emit(Unit{Kind: Feeds, List: of}); err != nil {
				return err
			}
		}
		if err := s.allSitemaps(ctx, snap, store.List{Lang: tag}, emit); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) allSitemaps(ctx context.Context, snap Snapshot, l store.List, emit func(Unit) error) error {
	if s.cfg.BaseURL == "" {
		return nil
	}
	for _, kind := range []Kind{Sitemaps, Newsmap} {
		if err := emit(Unit{Kind: kind, List: l}); err != nil {
			return err
		}
	}
	if pages, err := snap.Pages(ctx, store.List{Lang: l.Lang, Standing: true}); err != nil {
		return err
	} else if pages > 0 {
		if err := emit(Unit{Kind: Sitemap, List: l, Day: mapOfPages}); err != nil {
			return err
		}
	}
	days, err := snap.Days(ctx, l.Lang, "")
	if err != nil {
		return err
	}
	for i, day := range days {
		if i == 0 || monthOf(day) != monthOf(days[i-1]) {
			if err := emit(Unit{Kind: Sitemap, List: l, Day: monthOf(day)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// headLinks returns what the head of every page tells machines: the site's icon, without which browsers ask for
// another, and where the page stands when that is known. Mirrors carry the same bytes, and search engines should not
// take them for other pages.
func (p page) headLinks() template.HTML {
	var b strings.Builder
	line(&b, "link", "rel", "icon", "type", iconType, "href", p.to(iconPath))
	if p.site.cfg.BaseURL != "" {
		line(&b, "link", "rel", "canonical", "href", p.ref(p.path))
	}
	return template.HTML(b.String())
}

// manifestLink returns what leads to the language's web manifest. Fronts alone have it: a story needs none.
func (p page) manifestLink() template.HTML {
	var b strings.Builder
	line(&b, "link", "rel", "manifest", "href", p.to(manifestPath(p.lang.Tag())))
	return template.HTML(b.String())
}

// AlternateLinks returns the elements that tell machines of the alternates and of the document. Each page of a set
// names the same, itself and that for readers of no named language among them, so that all are returned. Like
// LanguageList it stands on every page of a story, with every language of it, and a template takes ten times as long.
func (p page) AlternateLinks() template.HTML {
	if len(p.Alternates) == 0 {
		return ""
	}
	var b strings.Builder
	for _, a := range p.Alternates {
		line(&b, "link", "rel", "alternate", "hreflang", a.Lang, "href", a.ref)
	}
	line(&b, "link", "rel", "alternate", "hreflang", "x-default", "href", p.anyLanguage())
	if p.Document != "" {
		line(&b, "link", "rel", "alternate", "type", ninjs.MediaType, "href", p.Document)
	}
	return template.HTML(b.String())
}

// anyLanguage leads to the alternate for readers of none of the languages: of a front the choice of one, of any other
// page the first that the site offers. It hangs on nothing but which languages there are.
func (p page) anyLanguage() string {
	if p.path == choicePath || p.path == frontPath(p.lang.Tag()) {
		return p.ref(choicePath)
	}
	return p.Alternates[0].ref
}

// storyHead returns what a story's head tells machines besides: what others show of it where somebody shares it (Open
// Graph), and what search engines read (schema.org). What must be a whole address is left out where none is known.
func (p page) storyHead(st news.Story, a news.Article, r refs) (template.HTML, error) {
	rev := a.Revision
	var b strings.Builder
	meta := func(name, value string) { line(&b, "meta", "property", name, "content", value) }
	meta("og:type", "article")
	meta("og:title", rev.Headline)
	meta("og:site_name", p.Name())
	if l := openGraphLocale(a.Lang); l != "" {
		meta("og:locale", l)
	}
	if p.site.cfg.BaseURL != "" {
		meta("og:url", p.ref(p.path))
		if images := p.images(st.Address, rev.Lead, r); len(images) > 0 {
			meta("og:image", images[0])
			line(&b, "meta", "name", "twitter:card", "content", "summary_large_image")
		}
	}
	data, err := p.linkedData(st, a, r)
	return template.HTML(b.String()) + data, err
}

// openGraphLocale returns a language with the country that most of its readers live in, as fa_IR: Open Graph knows no
// other form. It is empty where there is no such country.
func openGraphLocale(tag string) string {
	t := language.Make(tag)
	region, confidence := t.Region()
	if confidence == language.No || !region.IsCountry() {
		return ""
	}
	return base(tag) + "_" + region.String()
}

// line writes an element that has no end tag, on a line of its own.
func line(b *strings.Builder, name string, attributes ...string) {
	element(b, name, attributes...)
	b.WriteByte('\n')
}
