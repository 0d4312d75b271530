package site

import (
	"cmp"
	"context"
	"slices"
	"time"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// choice renders the page that leads to the fronts of all languages. It is in the site's first language.
func (s *Site) choice() (File, error) {
	p := listPage{page: s.newListing(s.langs[0], choicePath, s.cfg.Name)}
	p.Alternates = p.alternates(s.langs, frontPath)
	return s.file("choice", choicePath, p)
}

// What a front shows: a lead, seconds beside each other under it, the rest of the newest in brief, and a river of a few
// stories for each of a few topics. With no topic to fill the river, all of the newest stand in brief.
const (
	seconds     = 4
	briefs      = 9
	riverTopics = 9
	riverItems  = 4
	maxTopics   = 60 // that the front links to or looks at: a newsroom that came from a blog may have a thousand
)

// frontPage is what templates/front.html shows.
type frontPage struct {
	listPage
	// Day is that of the newest story, as a newspaper has its own under its name; nil where there is none.
	Day     *stamp
	Lead    *item
	Seconds []item
	River   []section
}

// A section is a topic on a front.
type section struct {
	Href, Name, Slug string
	Items            []item
}

// front renders a language's front.
func (s *Site) front(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	of := store.List{Lang: l.Tag()}
	newest, err := snap.Newest(ctx, of, store.FrontSize)
	if err != nil {
		return Output{}, err
	}
	topics, err := snap.Topics(ctx, l.Tag())
	if err != nil {
		return Output{}, err
	}
	p := frontPage{listPage: listPage{page: s.newListing(l, frontPath(l.Tag()), s.cfg.Name)}}
	p.Alternates = p.alternates(s.langs, frontPath)
	p.Feeds = p.feedLinks(of)
	p.Head += p.manifestLink()
	for _, t := range topics[:min(len(topics), maxTopics)] {
		p.Topics = append(p.Topics, link{Href: p.to(topicPath(l.Tag(), t.Slug)), Name: lang.Balanced(t.Name)})
	}
	shown := newest[:min(len(newest), 1+seconds+briefs)]
	if p.River, err = p.river(ctx, snap, topics, shown); err != nil {
		return Output{}, err
	}
	if len(p.River) == 0 {
		shown = newest
	}
	if len(newest) > 0 {
		p.Day = p.day(newest[0].Published)
	}
	p.lay(p.under(shown))
	if err := p.illustrate(ctx, snap, shown); err != nil {
		return Output{}, err
	}
	if p.Bar, err = p.bar(ctx, snap, time.Time{}, ""); err != nil {
		return Output{}, err
	}
	if p.Older, err = p.lastPage(ctx, snap, of); err != nil {
		return Output{}, err
	}
	return one(s.file("front", p.path, p))
}

// under are items that stand under a heading of their own.
func (p page) under(headlines []store.Headline) []item {
	items := p.items(headlines)
	for i := range items {
		items[i].Sub = true
	}
	return items
}

// lay gives the newest stories their places.
func (p *frontPage) lay(items []item) {
	if len(items) == 0 {
		return
	}
	p.Lead, items = &items[0], items[1:]
	n := min(len(items), seconds)
	p.Seconds, p.Items = items[:n], brief(items[n:])
}

// brief leaves items their headline and date alone.
func brief(items []item) []item {
	for i := range items {
		items[i].Standfirst, items[i].Kicker, items[i].Updated = "", "", nil
	}
	return items
}

// river returns the topics that the newest stories are about, those of the most of them first, each with its newest
// stories that the front does not show above.
func (p page) river(ctx context.Context, snap Snapshot, topics []news.Topic, above []store.Headline) ([]section, error) {
	shown, about := make(map[string]bool), make(map[string]int)
	for _, h := range above {
		shown[h.Story] = true
		st, err := snap.Story(ctx, h.Story)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == h.Lang })
		if i < 0 {
			continue
		}
		for _, t := range st.Articles[i].Revision.Topics {
			about[t.Slug]++
		}
	}
	topics = slices.Clone(topics)
	slices.SortStableFunc(topics, func(a, b news.Topic) int { return cmp.Compare(about[b.Slug], about[a.Slug]) })
	var river []section
	for _, t := range topics[:min(len(topics), maxTopics)] {
		of := store.List{Lang: p.lang.Tag(), Topic: t.Slug}
		newest, err := snap.Newest(ctx, of, len(above)+riverItems)
		if err != nil {
			return nil, err
		}
		newest = slices.DeleteFunc(newest, func(h store.Headline) bool { return shown[h.Story] })
		newest = newest[:min(len(newest), riverItems)]
		for _, h := range newest {
			shown[h.Story] = true
		}
		if len(newest) > 0 {
			items := p.under(newest)
			brief(items[1:])
			river = append(river, section{p.to(topicPath(of.Lang, t.Slug)), lang.Balanced(t.Name), t.Slug, items})
		}
		if len(river) == riverTopics {
			break
		}
	}
	return river, nil
}

// topic renders the front of a topic, a place or an author, or says that it has no public story.
func (s *Site) topic(ctx context.Context, snap Snapshot, l lang.Language, of store.List) (Output, error) {
	path := newestPath(of)
	name, ok, err := listName(ctx, snap, of)
	switch {
	case err != nil:
		return Output{}, err
	case !ok:
		return gone(path)
	}
	newest, err := snap.Newest(ctx, of, store.FrontSize)
	if err != nil {
		return Output{}, err
	}
	p := listPage{page: s.newListing(l, path, name), Heading: localized{Text: name}}
	if hasFeeds(of) {
		p.Feeds = p.feedLinks(of)
	}
	p.Items = p.items(newest)
	if of.Topic != "" { // Places and authors are too many to be made again for a bar.
		if p.Bar, err = p.bar(ctx, snap, time.Time{}, ""); err != nil {
			return Output{}, err
		}
	}
	if p.Older, err = p.lastPage(ctx, snap, of); err != nil {
		return Output{}, err
	}
	return one(s.file("list", path, p))
}

// lastPage returns the reference to the newest numbered page of a list that is not empty, or "".
func (p page) lastPage(ctx context.Context, snap Snapshot, of store.List) (string, error) {
	pages, err := snap.Pages(ctx, of)
	if err != nil {
		return "", err
	}
	n, err := neighbour(ctx, snap, of, pages+1, -1, pages)
	if err != nil || n == 0 {
		return "", err
	}
	return p.to(numberedPath(of, n)), nil
}

// listName returns the name of a list's topic, place or author, and whether that has a public story.
func listName(ctx context.Context, snap Snapshot, of store.List) (string, bool, error) {
	switch {
	case of.Place != "":
		places, err := snap.Places(ctx, of.Lang)
		i := slices.IndexFunc(places, func(p news.Place) bool { return p.Slug == of.Place })
		if err != nil || i < 0 {
			return "", false, err
		}
		return lang.Balanced(places[i].Name), true, nil
	case of.Author != "":
		authors, err := snap.Authors(ctx, of.Lang)
		i := slices.IndexFunc(authors, func(b news.Byline) bool { return b.Slug == of.Author })
		if err != nil || i < 0 {
			return "", false, err
		}
		return lang.Balanced(authors[i].Name), true, nil
	}
	topics, err := snap.Topics(ctx, of.Lang)
	i := slices.IndexFunc(topics, func(t news.Topic) bool { return t.Slug == of.Topic })
	if err != nil || i < 0 {
		return "", false, err
	}
	return lang.Balanced(topics[i].Name), true, nil
}
