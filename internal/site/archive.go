package site

import (
	"context"
	"slices"
	"time"

	"coranto/internal/lang"
	"coranto/internal/store"
)

// archivePage is what the archive's tables of months and of days show.
type archivePage struct {
	page
	Heading localized
	Crumbs  []link
	Groups  []group
}

// group is links under a heading, which has no text where the page's own says enough.
type group struct {
	ID    string
	Name  localized
	Links []link
}

// archive renders the months that have stories, newest first, and then the pages that stand. It is there even when there are
// none yet.
func (s *Site) archive(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	days, err := snap.Days(ctx, l.Tag(), "")
	if err != nil {
		return Output{}, err
	}
	word, _ := l.Word("archive")
	p := archivePage{page: s.newListing(l, archivePath(l.Tag()), word)}
	p.Heading = p.page.word("archive")
	last := ""
	for _, day := range slices.Backward(days) {
		month := day[:len("2006-01")]
		if month == last {
			continue
		}
		at, err := time.Parse("2006-01", month)
		if err != nil {
			return Output{}, err
		}
		if last == "" || month[:4] != last[:4] {
			p.Groups = append(p.Groups, group{Name: localized{Text: l.Year(at), Dir: l.Dir()}}) // numbers alone tell no direction
		}
		last = month
		g := &p.Groups[len(p.Groups)-1]
		g.Links = append(g.Links, link{Href: p.to(dayPath(l.Tag(), month)), Name: l.Month(at)})
	}
	if err := p.addPages(ctx, snap); err != nil {
		return Output{}, err
	}
	return one(s.file("archive", p.path, p))
}

// month renders the days of a month that have stories, or says that it has none.
func (s *Site) month(ctx context.Context, snap Snapshot, l lang.Language, month string) (Output, error) {
	path := dayPath(l.Tag(), month)
	days, err := snap.Days(ctx, l.Tag(), month)
	if err != nil {
		return Output{}, err
	}
	if len(days) == 0 {
		return gone(path)
	}
	at, err := time.Parse("2006-01", month)
	if err != nil {
		return Output{}, err
	}
	p := archivePage{page: s.newListing(l, path, l.Month(at)), Heading: localized{Text: l.Month(at)}, Groups: []group{{}}}
	p.Crumbs = []link{p.archiveCrumb()}
	for _, day := range slices.Backward(days) {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return Output{}, err
		}
		p.Groups[0].Links = append(p.Groups[0].Links, link{Href: p.to(dayPath(l.Tag(), day)), Name: l.Date(at)})
	}
	return one(s.file("archive", path, p))
}

// day renders a day's stories, or says that it has none.
func (s *Site) day(ctx context.Context, snap Snapshot, l lang.Language, day string) (Output, error) {
	path := dayPath(l.Tag(), day)
	headlines, err := snap.Day(ctx, l.Tag(), day)
	if err != nil {
		return Output{}, err
	}
	if len(headlines) == 0 {
		return gone(path)
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return Output{}, err
	}
	p := listPage{page: s.newListing(l, path, l.Date(at)), Heading: localized{Text: l.Date(at)}}
	p.Crumbs = []link{p.archiveCrumb(), {Href: p.to(dayPath(l.Tag(), day[:len("2006-01")])), Name: l.Month(at)}}
	p.Items = p.items(headlines)
	if p.Bar, err = p.bar(ctx, snap, at, ""); err != nil {
		return Output{}, err
	}
	return one(s.file("list", path, p))
}

// numbered renders a numbered page of a list, or says that nothing stands on it. Pages are numbered from the oldest,
// so that a new story touches only the last.
func (s *Site) numbered(ctx context.Context, snap Snapshot, l lang.Language, of store.List, number int) (Output, error) {
	path := numberedPath(of, number)
	headlines, err := snap.Page(ctx, of, number)
	if err != nil {
		return Output{}, err
	}
	if len(headlines) == 0 {
		return gone(path)
	}
	word, _ := l.Word("page")
	title := word + " " + l.Number(number)
	p := listPage{page: s.newListing(l, path, title)}
	p.Heading = p.word("page")
	p.Heading.Text = title
	p.Crumbs = []link{p.archiveCrumb()}
	if !of.All() {
		name, _, err := listName(ctx, snap, of)
		if err != nil {
			return Output{}, err
		}
		p.Crumbs = []link{{Href: p.to(newestPath(of)), Name: name}}
	}
	p.Items = p.items(headlines)
	pages, err := snap.Pages(ctx, of)
	if err != nil {
		return Output{}, err
	}
	if p.Older, err = p.turn(ctx, snap, of, number, -1, pages); err != nil {
		return Output{}, err
	}
	if p.Newer, err = p.turn(ctx, snap, of, number, 1, pages); err != nil {
		return Output{}, err
	}
	return one(s.file("list", path, p))
}

// turn returns the reference to the next page in a direction, or "".
func (p page) turn(ctx context.Context, snap Snapshot, of store.List, number, step, pages int) (string, error) {
	n, err := neighbour(ctx, snap, of, number, step, pages)
	if err != nil || n == 0 {
		return "", err
	}
	return p.to(numberedPath(of, n)), nil
}

func (p page) archiveCrumb() link {
	word := p.word("archive")
	return link{p.Archive(), word.Text, word.Lang, word.Dir}
}
