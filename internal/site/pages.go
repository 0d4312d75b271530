package site

import (
	"cmp"
	"context"
	"slices"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// Pages that stand (news.Revision.Standing) are stories like others, but in no list, feed or pack. Readers find them by
// links, and at the end of the archive of their language.

// PagesThatStand returns the pages of a language that stand, the oldest first, then by story ID.
func PagesThatStand(ctx context.Context, snap Snapshot, tag string) ([]store.Headline, error) {
	of := store.List{Lang: tag, Standing: true}
	pages, err := snap.Pages(ctx, of)
	if err != nil {
		return nil, err
	}
	var all []store.Headline
	for n := range pages {
		headlines, err := snap.Page(ctx, of, n+1)
		if err != nil {
			return nil, err
		}
		all = append(all, headlines...)
	}
	slices.SortFunc(all, func(a, b store.Headline) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.Story, b.Story))
	})
	return all, nil
}

// addPages adds the pages of the archive's language that stand, if there are any.
func (p *archivePage) addPages(ctx context.Context, snap Snapshot) error {
	pages, err := PagesThatStand(ctx, snap, p.Lang())
	if err != nil || len(pages) == 0 {
		return err
	}
	g := group{ID: "pages", Name: p.word("pages")}
	for _, h := range pages {
		g.Links = append(g.Links, link{Href: p.to(StoryPath(h.Lang, h.Address)), Name: lang.Balanced(h.Headline)})
	}
	p.Groups = append(p.Groups, g)
	return nil
}

// touchPages adds the units that lead to the pages of a language that stand.
func (s *Site) touchPages(c store.Change, add func(Unit)) {
	if c.Kind != store.PlaceChanged {
		return
	}
	of := store.List{Lang: c.List.Lang}
	add(Unit{Kind: Archive, List: of})
	if s.cfg.BaseURL == "" {
		return
	}
	add(Unit{Kind: Sitemap, List: of, Day: mapOfPages})
	if c.First {
		add(Unit{Kind: Sitemaps, List: of})
	}
}

// unlisted returns the words of a page that stands without what leads to lists, since it is in none.
func unlisted(r news.Revision) news.Revision {
	if !r.Standing {
		return r
	}
	r.Topics, r.Places, r.Bylines = nil, nil, slices.Clone(r.Bylines)
	for i := range r.Bylines {
		r.Bylines[i].Slug = ""
	}
	return r
}
