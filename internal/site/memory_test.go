package site_test

import (
	"cmp"
	"context"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// memory is a snapshot of some stories, all public, for tests that need no store: places in the lists are in the order
// of publication. It finds everything by looking through all of them.
type memory struct {
	stories []news.Story
	media   map[string]news.Media
}

var _ site.Snapshot = memory{}

func (m memory) Story(_ context.Context, id string) (news.Story, error) {
	for _, s := range m.stories {
		if s.ID == id {
			return s, nil
		}
	}
	return news.Story{}, store.ErrNotFound
}

func (m memory) Stories(context.Context) iter.Seq2[string, error] {
	byAddress := slices.SortedFunc(slices.Values(m.stories), func(a, b news.Story) int {
		return cmp.Or(cmp.Compare(a.Address.Day, b.Address.Day), cmp.Compare(a.Address.Slug, b.Address.Slug))
	})
	return func(yield func(string, error) bool) {
		for _, s := range byAddress {
			if !yield(s.ID, nil) {
				return
			}
		}
	}
}

// list returns a list's headlines, oldest first.
func (m memory) list(l store.List) []store.Headline {
	var all []store.Headline
	for _, s := range m.stories {
		for _, a := range s.Articles {
			r := a.Revision
			in := slices.ContainsFunc(r.Topics, func(t news.Topic) bool { return t.Slug == l.Topic })
			here := slices.ContainsFunc(r.Places, func(p news.Place) bool { return p.Slug == l.Place })
			by := slices.ContainsFunc(r.Bylines, func(b news.Byline) bool { return b.Slug == l.Author })
			if a.Lang != l.Lang || l.Topic != "" && !in || l.Place != "" && !here || l.Author != "" && !by || r.Standing != l.Standing {
				continue
			}
			all = append(all, store.Headline{
				Story: s.ID, Address: s.Address, Lang: a.Lang, Kicker: r.Kicker, Headline: r.Headline,
				Standfirst: r.Standfirst, Published: a.Published, Updated: a.Updated,
			})
		}
	}
	slices.SortFunc(all, func(a, b store.Headline) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(b.Story, a.Story))
	})
	return all
}

func newestFirst(h []store.Headline) []store.Headline {
	h = slices.Clone(h)
	slices.Reverse(h)
	return h
}

func (m memory) Newest(_ context.Context, l store.List, n int) ([]store.Headline, error) {
	h := newestFirst(m.list(l))
	return h[:min(n, len(h))], nil
}

func (m memory) Page(_ context.Context, l store.List, number int) ([]store.Headline, error) {
	h := m.list(l)
	from := min((number-1)*store.PerPage, len(h))
	return newestFirst(h[from:min(from+store.PerPage, len(h))]), nil
}

func (m memory) Pages(_ context.Context, l store.List) (int, error) {
	return (len(m.list(l)) + store.PerPage - 1) / store.PerPage, nil
}

func (m memory) Day(_ context.Context, lang, day string) ([]store.Headline, error) {
	return newestFirst(slices.DeleteFunc(m.list(store.List{Lang: lang}), func(h store.Headline) bool {
		return h.Published.UTC().Format(time.DateOnly) != day
	})), nil
}

func (m memory) Days(_ context.Context, lang, prefix string) ([]string, error) {
	var days []string
	for _, h := range m.list(store.List{Lang: lang}) {
		if day := h.Published.UTC().Format(time.DateOnly); strings.HasPrefix(day, prefix) {
			days = append(days, day)
		}
	}
	return slices.Compact(days), nil
}

func (m memory) Topics(_ context.Context, lang string) ([]news.Topic, error) {
	names := map[string]string{}
	var topics []news.Topic
	for _, h := range newestFirst(m.list(store.List{Lang: lang})) {
		s, _ := m.Story(context.Background(), h.Story)
		for _, a := range s.Articles {
			for _, t := range a.Revision.Topics {
				if _, known := names[t.Slug]; a.Lang == lang && !known {
					names[t.Slug] = t.Name
					topics = append(topics, t)
				}
			}
		}
	}
	slices.SortFunc(topics, func(a, b news.Topic) int { return cmp.Compare(a.Slug, b.Slug) })
	return topics, nil
}

func (m memory) OldPaths(context.Context) iter.Seq2[string, error] {
	return func(func(string, error) bool) {}
}

func (m memory) OldAddressesAt(context.Context, string) ([]store.OldAddress, error) { return nil, nil }

func (m memory) AsOf() time.Time { return at(22, 12, 0) }

func (m memory) Breaking(_ context.Context, lang string) ([]store.Breaking, error) {
	var all []store.Breaking
	for _, h := range newestFirst(m.list(store.List{Lang: lang})) {
		s, _ := m.Story(context.Background(), h.Story)
		for _, a := range s.Articles {
			if a.Lang == lang && a.BreakingAt(m.AsOf()) {
				all = append(all, store.Breaking{Headline: h, Until: a.Breaking})
			}
		}
	}
	return all, nil
}

func (m memory) Corrections(_ context.Context, lang string, n int) ([]store.Correction, error) {
	var all []store.Correction
	for _, h := range m.list(store.List{Lang: lang}) {
		s, _ := m.Story(context.Background(), h.Story)
		for _, a := range s.Articles {
			for _, c := range a.Revision.Corrections {
				if a.Lang == lang {
					all = append(all, store.Correction{Headline: h, Time: c.Time, Text: c.Text})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b store.Correction) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.Story, b.Story), cmp.Compare(a.Text, b.Text))
	})
	return all[:min(n, len(all))], nil
}

func (m memory) Places(_ context.Context, lang string) ([]news.Place, error) {
	places := map[string]news.Place{}
	for _, s := range m.stories {
		for _, a := range s.Articles {
			for _, p := range a.Revision.Places {
				if a.Lang == lang {
					places[p.Slug] = p
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(places), func(a, b news.Place) int { return cmp.Compare(a.Slug, b.Slug) }), nil
}

func (m memory) Authors(_ context.Context, lang string) ([]news.Byline, error) {
	authors := map[string]news.Byline{}
	for _, s := range m.stories {
		for _, a := range s.Articles {
			for _, b := range a.Revision.Bylines {
				if a.Lang == lang && b.Slug != "" && !b.Protected {
					authors[b.Slug] = news.Byline{Slug: b.Slug, Name: b.Name}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(authors), func(a, b news.Byline) int { return cmp.Compare(a.Slug, b.Slug) }), nil
}

func (m memory) Media(_ context.Context, id string) (news.Media, error) {
	if media, ok := m.media[id]; ok {
		return media, nil
	}
	return news.Media{}, store.ErrNotFound
}

// OpenRendition opens a rendition of the size that its media says.
func (m memory) OpenRendition(_ context.Context, sum string) (io.ReadCloser, error) {
	for _, media := range m.media {
		for _, r := range media.Renditions {
			if r.SHA256 == sum {
				return io.NopCloser(strings.NewReader(strings.Repeat("x", int(r.Size)))), nil
			}
		}
	}
	return nil, store.ErrNotFound
}

// All articles came out at once, in one hour.
const cameOut = "2026-11-22T12"

func (m memory) Packs(ctx context.Context, lang string) ([]store.Pack, error) {
	all, err := m.Pack(ctx, lang, cameOut)
	if len(all) == 0 {
		return nil, err
	}
	return []store.Pack{{Period: cameOut[:len("2026-11-22")], Articles: len(all)}, {Period: cameOut, Articles: len(all)}}, err
}

func (m memory) Pack(_ context.Context, lang, _ string) ([]store.Outing, error) {
	var all []store.Outing
	for _, s := range m.stories {
		for _, a := range s.Articles {
			if a.Lang == lang {
				all = append(all, store.Outing{Story: s.ID, Number: a.Number})
			}
		}
	}
	slices.SortFunc(all, func(a, b store.Outing) int { return cmp.Compare(a.Story, b.Story) })
	return all, nil
}

func (m memory) Seed(context.Context, string) ([]store.Outing, error) { return nil, nil }

func (m memory) ArticleAt(ctx context.Context, id, lang string, _ int) (news.Story, error) {
	s, err := m.Story(ctx, id)
	s.Articles = slices.DeleteFunc(slices.Clone(s.Articles), func(a news.Article) bool { return a.Lang != lang })
	return s, err
}
