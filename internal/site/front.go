package site

import (
	"context"
	"slices"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// choice renders the page that leads to the fronts of all languages. It is in the site's first language.
func (s *Site) choice() (File, error) {
	p := listPage{page: s.newPage(s.langs[0], choicePath, s.cfg.Name)}
	p.Alternates = p.alternates(s.langs, frontPath)
	return s.file("choice", choicePath, p)
}

// front renders a language's front: its newest stories and its topics.
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
	p := listPage{page: s.newPage(l, frontPath(l.Tag()), s.cfg.Name), Sub: true}
	p.Alternates = p.alternates(s.langs, frontPath)
	p.Feeds = p.feedLinks()
	p.Items = p.items(newest)
	for _, t := range topics {
		p.Topics = append(p.Topics, link{Href: p.to(topicPath(l.Tag(), t.Slug)), Name: t.Name})
	}
	if p.Older, err = p.lastPage(ctx, snap, of); err != nil {
		return Output{}, err
	}
	return one(s.file("front", p.path, p))
}

// topic renders a topic's front, or says that the topic has no public story.
func (s *Site) topic(ctx context.Context, snap Snapshot, l lang.Language, of store.List) (Output, error) {
	path := topicPath(of.Lang, of.Topic)
	name, ok, err := topicName(ctx, snap, of)
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
	p := listPage{page: s.newPage(l, path, name), Heading: localized{Text: name}}
	p.Items = p.items(newest)
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

// topicName returns the name of a list's topic, and whether the topic has a public story.
func topicName(ctx context.Context, snap Snapshot, of store.List) (string, bool, error) {
	topics, err := snap.Topics(ctx, of.Lang)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(topics, func(t news.Topic) bool { return t.Slug == of.Topic })
	if i < 0 {
		return "", false, nil
	}
	return topics[i].Name, true, nil
}
