package site

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// A feed holds what a language's three feeds say, each in its own format: the newest articles, whole.
type feed struct {
	page
	// ID names the feed, whatever host it is fetched from.
	ID      string
	Tagline string
	// Updated is the time of the newest change among the entries, never that of rendering.
	Updated time.Time
	Entries []entry
}

// An entry is one article.
type entry struct {
	// ID is urn:coranto:STORY:LANG, with both percent-encoded: the same on every mirror, for ever.
	ID, Story                    string
	Link, Title, Summary, Origin string
	Authors, Topics              []string
	Content                      string // HTML
	Published, Updated           time.Time
}

// feedLinks are the language's feeds, for a page's head and foot.
func (p page) feedLinks() []feedLink {
	atom, rss, json := FeedPaths(p.lang.Tag())
	return []feedLink{
		{"application/atom+xml", "Atom", p.to(atom)},
		{"application/rss+xml", "RSS", p.to(rss)},
		{"application/feed+json", "JSON Feed", p.to(json)},
	}
}

// feeds renders a language's feeds.
func (s *Site) feeds(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	atom, rss, json := FeedPaths(l.Tag())
	// All three stand in one folder, so what is relative to one of them is to the others.
	f := feed{page: s.newPage(l, atom, s.cfg.Name), ID: urn("feed", s.cfg.Name, l.Tag()), Updated: time.Unix(0, 0)}
	if t := f.page.Tagline(); t != nil {
		f.Tagline = t.Text
	}
	newest, err := snap.Newest(ctx, store.List{Lang: l.Tag()}, store.FrontSize)
	if err != nil {
		return Output{}, err
	}
	for _, h := range newest {
		e, err := f.entry(ctx, snap, h)
		if err != nil {
			return Output{}, err
		}
		f.Entries = append(f.Entries, e)
		if e.Updated.After(f.Updated) {
			f.Updated = e.Updated
		}
	}
	var out Output
	for _, format := range []struct {
		path, mediaType string
		encode          func(feed, string) ([]byte, error)
	}{
		{atom, "application/atom+xml", encodeAtom},
		{rss, "application/rss+xml", encodeRSS},
		{json, "application/feed+json", encodeJSONFeed},
	} {
		body, err := format.encode(f, format.path)
		if err != nil {
			return Output{}, err
		}
		out.Files = append(out.Files, File{Path: format.path, MediaType: format.mediaType, Body: body})
	}
	return out, nil
}

// entry reads an article and renders its text for where the feed stands.
func (f feed) entry(ctx context.Context, snap Snapshot, h store.Headline) (entry, error) {
	st, err := snap.Story(ctx, h.Story)
	if err != nil {
		return entry{}, err
	}
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == h.Lang })
	if i < 0 {
		return entry{}, fmt.Errorf("story %q has no article in %s, but a list names it", h.Story, h.Lang)
	}
	a := st.Articles[i]
	r, err := gather(ctx, snap, []news.Article{a})
	if err != nil {
		return entry{}, err
	}
	rev := a.Revision
	e := entry{
		ID: ninjs.URI(st.ID, a.Lang), Story: st.ID, Link: f.ref(StoryPath(a.Lang, st.Address)),
		Title: lang.Balanced(rev.Headline), Summary: lang.Balanced(rev.Standfirst), Content: f.content(st.Address, rev, r),
		Published: a.Published.UTC(), Updated: a.Updated.UTC(),
	}
	if a.Updated.IsZero() {
		e.Updated = e.Published
	}
	if rev.Origin != nil {
		e.Origin = rev.Origin.Lang
	}
	for _, b := range named(rev.Bylines) {
		e.Authors = append(e.Authors, b.Name)
	}
	for _, t := range rev.Topics {
		e.Topics = append(e.Topics, t.Name)
	}
	return e, nil
}

// urn names a thing of the newsroom by some parts, whatever host it is on.
func urn(parts ...string) string {
	id := "urn:coranto"
	for _, p := range parts {
		id += ":" + url.PathEscape(p)
	}
	return id
}
