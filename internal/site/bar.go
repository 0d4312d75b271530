package site

import (
	"context"
	"html/template"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// maxBreaking is how many pieces of breaking news a page tells of: the newest.
const maxBreaking = 3

// bar returns the bar of breaking news for a page of a language, "" where it has none. A page of one day, or the page of
// an article published on it, has only bars that reach back to then (news.BarFrom): so a bar comes and goes without
// the archive's being made again. on is the zero time for fronts, which have all bars. A story is not told of itself.
func (p page) bar(ctx context.Context, snap Snapshot, on time.Time, story string) (template.HTML, error) {
	if !on.IsZero() && on.Before(news.BarFrom(snap.AsOf())) {
		return "", nil // No bar that still stands reaches so far back.
	}
	all, err := snap.Breaking(ctx, p.Lang())
	if err != nil {
		return "", err
	}
	var links []link
	for _, b := range all {
		if (on.IsZero() || !on.Before(news.BarFrom(b.Until))) && b.Story != story && len(links) < maxBreaking {
			links = append(links, link{Href: p.to(StoryPath(b.Lang, b.Address)), Name: lang.Balanced(b.Headline.Headline)})
		}
	}
	return p.barOf(links), nil
}

func (p page) barOf(links []link) template.HTML {
	if len(links) == 0 {
		return ""
	}
	label, _ := p.Plain("breaking")
	var b strings.Builder
	element(&b, "aside", "class", "breaking", "aria-label", label)
	for _, l := range links {
		b.WriteString("\n<p><strong>" + string(p.mustW("breaking")) + "</strong> ")
		element(&b, "a", "href", l.Href)
		b.WriteString(template.HTMLEscapeString(l.Name) + "</a></p>")
	}
	b.WriteString("\n</aside>\n")
	return template.HTML(b.String())
}

// breaking renders what is breaking news in a language for readers, which lay it over pages of any age, or says that
// nothing is.
func (s *Site) breaking(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	all, err := snap.Breaking(ctx, l.Tag())
	if err != nil {
		return Output{}, err
	}
	path := edition.BreakingPath(l.Tag())
	if len(all) == 0 {
		return gone(path)
	}
	var news []edition.Breaking
	for _, b := range all[:min(len(all), edition.MaxBreaking)] {
		news = append(news, edition.Breaking{Until: b.Until, Path: StoryPath(b.Lang, b.Address), Headline: lang.Balanced(b.Headline.Headline)})
	}
	body, err := edition.MarshalBreaking(news)
	return one(File{Path: path, MediaType: "text/plain", Body: body}, err)
}

// touchBar adds the units that have a bar of a language: what readers make theirs of, its front, its topics', and the
// stories and the pages of the days from the first that the bar reaches back to.
func (s *Site) touchBar(ctx context.Context, snap Snapshot, c store.Change, add func(Unit)) error {
	of := store.List{Lang: c.List.Lang}
	add(Unit{Kind: Breaking, List: of})
	add(Unit{Kind: Front, List: of})
	topics, err := snap.Topics(ctx, of.Lang)
	if err != nil {
		return err
	}
	for _, t := range topics {
		add(Unit{Kind: Topic, List: store.List{Lang: of.Lang, Topic: t.Slug}})
	}
	first, err := time.Parse(time.DateOnly, c.Day)
	if err != nil {
		return err
	}
	for at := first; !at.After(snap.AsOf()); at = at.AddDate(0, 0, 1) {
		if err := touchDay(ctx, snap, of, at.Format(time.DateOnly), add); err != nil {
			return err
		}
	}
	return nil
}

// touchDay adds the page of a day and those of its stories in a language.
func touchDay(ctx context.Context, snap Snapshot, of store.List, day string, add func(Unit)) error {
	headlines, err := snap.Day(ctx, of.Lang, day)
	if err != nil || len(headlines) == 0 {
		return err
	}
	add(Unit{Kind: Day, List: of, Day: day})
	for _, h := range headlines {
		add(Unit{Kind: Story, Story: h.Story, Address: h.Address, List: of})
	}
	return nil
}
