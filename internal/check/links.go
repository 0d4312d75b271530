package check

import (
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// links says which links within the site and which related stories readers can't follow.
func (l *look) links(at place, a news.Article) error {
	for s := range a.Revision.Spans() {
		if err := l.link(at, a, s.Link, s.Text); err != nil {
			return err
		}
	}
	for _, b := range a.Revision.Body {
		if b.Kind == news.Embed {
			if err := l.link(at, a, b.URL, b.URL); err != nil {
				return err
			}
		}
	}
	for _, id := range a.Revision.Related {
		why, err := l.unreachable(a, id, a.Lang)
		if err != nil {
			return err
		}
		if why != "" {
			l.add(at.of(id, "related:"), Link, "readers are not shown it", "names story %q as related, %s", id, why)
		}
	}
	return nil
}

// link says whether readers can follow a link that stands under some words, where it stays within the site.
func (l *look) link(at place, a news.Article, to, words string) error {
	if id, ok := strings.CutPrefix(to, "story:"); ok {
		why, err := l.unreachable(a, id, a.Lang)
		if err == nil && why != "" {
			l.add(at.of("story:"+id, words), Link, "readers see the words without a link", "links to story %q, %s", id, why)
		}
		return err
	}
	inside, ok := l.within(to)
	if !ok {
		return nil
	}
	why, err := l.missing(a, inside)
	if err == nil && why != "" {
		l.add(at.of(to, words), Link, "link a story as story:ID, which follows it wherever it stands", "links to %s, %s", to, why)
	}
	return err
}

// within returns the path of the site's file that an address leads to, of a folder the index in it, and whether the address
// is the site's own.
func (l *look) within(address string) (string, bool) {
	base, err := url.Parse(l.BaseURL)
	if err != nil || base.Host == "" {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Host, base.Host) {
		return "", false
	}
	inside, ok := strings.CutPrefix("/"+strings.TrimPrefix(u.Path, "/"), strings.TrimSuffix(base.Path, "/")+"/")
	if inside == "" || strings.HasSuffix(inside, "/") || path.Ext(inside) == "" {
		inside = path.Join(inside, "index.html")
	}
	return inside, ok
}

// missing says why readers of an article find nothing at a path of the site; "" where they do, or nobody knows.
func (l *look) missing(a news.Article, inside string) (string, error) {
	// fa/story/2026/11/22/border/index.html; the files of a story's pictures are nobody's to link to.
	if at := strings.Split(inside, "/"); len(at) == 7 && at[1] == "story" {
		id, err := l.Store.Find(l.ctx, at[5])
		if errors.Is(err, store.ErrNotFound) {
			return "where the newsroom has no story", nil
		}
		if err != nil {
			return "", err
		}
		to, err := l.Store.Story(l.ctx, id)
		if err == nil && to.Address.Day != strings.Join(at[2:5], "-") {
			return "which is not where story \"" + id + "\" stands", nil
		}
		return l.unreachable(a, id, at[0])
	}
	if l.Has == nil {
		return "", nil
	}
	if ok, err := l.Has(l.ctx, inside); ok || err != nil {
		return "", err
	}
	return "where the site has no page", nil
}

// unreachable says why readers of an article can't go on to a story in a language once both should be out; "" where they
// can.
func (l *look) unreachable(a news.Article, id, lang string) (string, error) {
	to, err := l.Store.Story(l.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return "which the newsroom does not have", nil
	}
	if err != nil {
		return "", err
	}
	when := l.Now
	if a.Published.After(when) {
		when = a.Published
	}
	public := slices.DeleteFunc(slices.Clone(to.Articles), func(b news.Article) bool { return !b.Public(when) })
	switch {
	case len(public) == 0:
		return "which is not public", nil
	case !slices.ContainsFunc(public, func(b news.Article) bool { return b.Lang == lang }):
		return "which is not public in " + lang, nil
	}
	return "", nil
}
