package site

import (
	"context"

	"coranto/internal/lang"
)

// Topics is the unit of the page that leads to all topics, places and authors of a language: List.Lang.
const Topics Kind = "topics"

func topicsPath(tag string) string { return tag + "/topics/index.html" }

// Index leads to all topics, places and authors of the page's language.
func (p page) Index() string { return p.to(topicsPath(p.lang.Tag())) }

// topics renders the page from which a reader finds every topic, place and author that has a public story. It stands even
// when there are none, since every page leads to it; it leads on to the archive then.
func (s *Site) topics(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	tag := l.Tag()
	topics, err := snap.Topics(ctx, tag)
	if err != nil {
		return Output{}, err
	}
	places, err := snap.Places(ctx, tag)
	if err != nil {
		return Output{}, err
	}
	authors, err := snap.Authors(ctx, tag)
	if err != nil {
		return Output{}, err
	}
	word, _ := l.Word("topics")
	p := archivePage{page: s.newListing(l, topicsPath(tag), word)}
	p.Heading = p.word("topics")
	p.Alternates = p.alternates(s.langs, topicsPath)
	var all, where, who group
	for _, t := range topics {
		all.Links = append(all.Links, link{Href: p.to(topicPath(tag, t.Slug)), Name: lang.Balanced(t.Name)})
	}
	for _, at := range places {
		where.Links = append(where.Links, link{Href: p.to(placePath(tag, at.Slug)), Name: lang.Balanced(at.Name)})
	}
	for _, b := range authors {
		who.Links = append(who.Links, link{Href: p.to(authorPath(tag, b.Slug)), Name: lang.Balanced(b.Name)})
	}
	where.ID, where.Name = "places", p.word("places")
	who.ID, who.Name = "authors", p.word("authors")
	for _, g := range []group{all, where, who} {
		if len(g.Links) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	if len(p.Groups) == 0 {
		p.Groups = []group{{Links: []link{p.archiveCrumb()}}}
	}
	return one(s.file("archive", p.path, p))
}
