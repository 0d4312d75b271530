package site

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"time"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// shortFeed is the number of entries in a feed of a topic or of an author. There may be thousands of these, and each
// article stands whole in all of its own.
const shortFeed = 10

// A feed holds what a list's three feeds say, each in its own format: the newest articles, whole.
type feed struct {
	page
	// Title is the newsroom's name, with that of the topic or the author before it; Home is the path of the list's front.
	Title, Home string
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

// feedPaths returns where a list's feeds stand: beside its front.
func feedPaths(l store.List) (atom, rss, json string) {
	dir := path.Dir(newestPath(l))
	return dir + "/feed.atom", dir + "/feed.rss", dir + "/feed.json"
}

// hasFeeds says whether a list has feeds: a place has none.
func hasFeeds(l store.List) bool { return l.Place == "" }

// feedLinks are a list's feeds, for a page's head and foot.
func (p page) feedLinks(of store.List) []feedLink {
	atom, rss, json := feedPaths(of)
	return []feedLink{
		{"application/atom+xml", "Atom", p.to(atom)},
		{"application/rss+xml", "RSS", p.to(rss)},
		{"application/feed+json", "JSON Feed", p.to(json)},
	}
}

// newFeed returns a list's feed without entries. It is not ok when the list's topic or author has no public story.
func (s *Site) newFeed(ctx context.Context, snap Snapshot, l lang.Language, of store.List) (f feed, ok bool, err error) {
	atom, _, _ := feedPaths(of)
	// All three stand in one folder, so what is relative to one of them is to the others.
	f = feed{page: s.newPage(l, atom, s.cfg.Name), Home: newestPath(of), Updated: time.Unix(0, 0)}
	f.Title, f.ID = s.cfg.Name, urn("feed", s.cfg.Name, l.Tag())
	if t := f.page.Tagline(); t != nil {
		f.Tagline = t.Text
	}
	if of.All() {
		return f, true, nil
	}
	name, ok, err := listName(ctx, snap, of)
	f.Title = isolated(name) + " · " + s.cfg.Name
	if of.Topic != "" {
		f.ID = urn("feed", s.cfg.Name, l.Tag(), "topic", of.Topic)
	} else {
		f.ID = urn("feed", s.cfg.Name, l.Tag(), "author", of.Author)
	}
	return f, ok, err
}

// feeds renders a list's feeds, or says that it has none.
func (s *Site) feeds(ctx context.Context, snap Snapshot, l lang.Language, of store.List) (Output, error) {
	atom, rss, json := feedPaths(of)
	f, ok, err := s.newFeed(ctx, snap, l, of)
	if err != nil || !ok {
		return Output{Gone: []string{atom, rss, json}}, err
	}
	size := store.FrontSize
	if !of.All() {
		size = shortFeed
	}
	newest, err := snap.Newest(ctx, of, size)
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
	r, err := f.site.gather(ctx, snap, []news.Article{a})
	if err != nil {
		return entry{}, err
	}
	rev := a.Revision
	e := entry{
		ID: ninjs.URI(st.ID, a.Lang), Story: st.ID, Link: f.ref(StoryPath(a.Lang, st.Address)),
		Title: lang.Balanced(rev.Headline), Summary: lang.Balanced(rev.Standfirst), Content: f.content(st.Address, rev, r),
		Published: a.Published.UTC(), Updated: modified(a),
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

// modified returns when an article last changed in a way that readers should know of: its last update, its last
// correction, or else its publication.
func modified(a news.Article) time.Time {
	last := a.Published
	if a.Updated.After(last) {
		last = a.Updated
	}
	for _, c := range a.Revision.Corrections {
		if c.Time.After(last) {
			last = c.Time
		}
	}
	return last.UTC()
}

// urn names a thing of the newsroom by some parts, whatever host it is on.
func urn(parts ...string) string {
	id := "urn:coranto"
	for _, p := range parts {
		id += ":" + url.PathEscape(p)
	}
	return id
}
