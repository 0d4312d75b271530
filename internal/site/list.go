package site

import (
	"context"
	"html/template"

	"coranto/internal/store"
)

// listPage is what templates/list.html shows: a topic, a numbered page or a day.
type listPage struct {
	page
	Heading localized
	Crumbs  []link
	Items   []item
	// Newer and Older lead to the neighbouring pages of a numbered list; empty where there is none.
	Newer, Older string
	Topics       []link
}

// item is an article in a list.
type item struct {
	*page
	// Sub says that it stands under a heading of its own.
	Sub                                bool
	Href, Kicker, Headline, Standfirst string
	Published, Updated                 *stamp
	// Picture is empty where the list shows none.
	Picture template.HTML
}

func (p page) items(headlines []store.Headline) []item {
	items := make([]item, len(headlines))
	for i, h := range headlines {
		h = balancedHeadline(h)
		items[i] = item{
			page:   &p,
			Href:   p.to(StoryPath(h.Lang, h.Address)),
			Kicker: h.Kicker, Headline: h.Headline, Standfirst: h.Standfirst,
			Published: p.day(h.Published), Updated: p.day(h.Updated),
		}
	}
	return items
}

// Render makes the files of a unit. It may be called from several goroutines.
func (s *Site) Render(ctx context.Context, snap Snapshot, u Unit) (Output, error) {
	switch u.Kind {
	case Story:
		return s.story(ctx, snap, u)
	case Machine:
		return s.machine()
	case Stub:
		return s.stub(ctx, snap, u.Path)
	case Choice:
		f, err := s.choice()
		return one(f, err)
	}
	l, ok := s.byTag[u.List.Lang]
	if !ok {
		return Output{}, nil
	}
	switch u.Kind {
	case Front:
		return s.front(ctx, snap, l)
	case Breaking:
		return s.breaking(ctx, snap, l)
	case Pack:
		return s.pack(ctx, snap, l.Tag(), u.Day)
	case Seed:
		return s.seed(ctx, snap, l.Tag())
	case PackIndex:
		return s.packIndex(ctx, snap, l.Tag())
	case Feeds:
		return s.feeds(ctx, snap, l, u.List)
	case Sitemaps:
		return s.sitemapIndex(ctx, snap, l)
	case Sitemap:
		if u.Day == mapOfPages {
			return s.sitemapOfPages(ctx, snap, l)
		}
		return s.sitemap(ctx, snap, l, u.Day)
	case Newsmap:
		return s.newsSitemap(ctx, snap, l)
	case Topic:
		return s.topic(ctx, snap, l, u.List)
	case Numbered:
		return s.numbered(ctx, snap, l, u.List, u.Page)
	case Standing:
		return s.standingPages(l)
	case Corrections:
		return s.corrections(ctx, snap, l)
	case Topics:
		return s.topics(ctx, snap, l)
	case Archive:
		return s.archive(ctx, snap, l)
	case Month:
		return s.month(ctx, snap, l, u.Day)
	case Day:
		return s.day(ctx, snap, l, u.Day)
	}
	panic("site: a unit of the unknown kind " + string(u.Kind))
}

// one makes the output of a unit of one file.
func one(f File, err error) (Output, error) {
	if err != nil {
		return Output{}, err
	}
	return Output{Files: []File{f}}, nil
}

func gone(path string) (Output, error) { return Output{Gone: []string{path}}, nil }
