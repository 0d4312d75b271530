package site

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// Output is what rendering a unit gives.
type Output struct {
	// Files are all files of the unit.
	Files []File
	// Gone are paths of the unit that the site does not have, or no longer.
	Gone []string
	// Kept are paths of the unit that are as they were, and were not rendered.
	Kept []string
	// Owned is a prefix of tree keys (edition.Key) that belongs to the unit alone, or empty: what is published under
	// it and not among Files and Kept is gone.
	Owned string
	// Listing is what a PackIndex has in place of files.
	Listing *Listing
}

// storyPage is what templates/story.html shows.
type storyPage struct {
	page
	Kicker, Headline, Standfirst string
	Bylines                      []byline
	Comma, Dateline              string
	Published, Updated           *stamp
	Origin                       *origin
	Lead, Body                   template.HTML
	Corrections                  []correction
	Claims                       []claim
	Related, Topics, Places      []link
}

// byline is who wrote. Href leads to all that they wrote, where they have a page.
type byline struct {
	Name, Role, Href string
}

// origin is what a translation was made from. Href is empty where that is not public.
type origin struct {
	alternate
	Stale bool
}

type correction struct {
	Time *stamp
	Text string
}

// claim is an entry of the panel that says who says so.
type claim struct {
	ID, Number   string
	Name, Reason *localized
	Kind, Check  string // keys of words
	Evidence     []evidence
}

// Class names the check for the style sheet.
func (c claim) Class() string { return strings.TrimPrefix(c.Check, "check_") }

type evidence struct {
	URL, Archived, SHA256 string
	Retrieved             *stamp
}

// story renders a story's pages and documents, in all its languages unless the unit names the one that differs, and
// names its media.
func (s *Site) story(ctx context.Context, snap Snapshot, u Unit) (Output, error) {
	st, err := snap.Story(ctx, u.Story)
	if errors.Is(err, store.ErrNotFound) {
		if u.Address == (news.Address{}) {
			return Output{}, nil
		}
		return Output{Owned: storyDir(u.Address)}, nil
	}
	if err != nil {
		return Output{}, err
	}
	out := Output{Owned: storyDir(st.Address)}
	st.Articles = slices.DeleteFunc(slices.Clone(st.Articles), func(a news.Article) bool {
		_, ok := s.byTag[a.Lang]
		return !ok
	})
	r, err := s.gather(ctx, snap, st.Articles)
	if err != nil {
		return Output{}, err
	}
	langs := s.languages(st.Articles)
	for _, a := range st.Articles {
		if !shows(a, u.List.Lang) {
			out.Kept = append(out.Kept, StoryPath(a.Lang, st.Address), DocumentPath(a.Lang, st.Address))
			continue
		}
		f, err := s.article(ctx, snap, st, a, langs, r)
		if err != nil {
			return Output{}, err
		}
		document, err := s.document(st, a, r)
		if err != nil {
			return Output{}, err
		}
		out.Files = append(out.Files, f, document)
	}
	media, err := mediaFiles(st.Address, r)
	out.Files = append(out.Files, media...)
	return out, err
}

// shows says whether an article's page shows something of the article in a language: its own does, and those of its
// translations, which say when it has been corrected since. Every page shows something of an unnamed one.
func shows(a news.Article, tag string) bool {
	return tag == "" || a.Lang == tag || a.Revision.Origin != nil && a.Revision.Origin.Lang == tag
}

// languages returns the languages of some articles, in the order in which the site offers them.
func (s *Site) languages(articles []news.Article) []lang.Language {
	var langs []lang.Language
	for _, l := range s.langs {
		if slices.ContainsFunc(articles, func(a news.Article) bool { return a.Lang == l.Tag() }) {
			langs = append(langs, l)
		}
	}
	return langs
}

// mediaFiles names the files of all renditions that the articles show.
func mediaFiles(addr news.Address, r refs) ([]File, error) {
	var files []File
	for _, id := range r.order {
		for _, rendition := range r.media[id].Renditions {
			f := File{
				Path:      mediaPath(addr, r.media[id], rendition),
				MediaType: rendition.MediaType,
				Rendition: rendition.SHA256,
			}
			if err := edition.CheckPath(f.Path); err != nil {
				return nil, err
			}
			// The same file under the same name twice is one.
			if !slices.ContainsFunc(files, func(g File) bool { return g.Path == f.Path }) {
				files = append(files, f)
			}
		}
	}
	return files, nil
}

// article renders the page of a story in one language.
func (s *Site) article(ctx context.Context, snap Snapshot, st news.Story, a news.Article, langs []lang.Language, r refs) (File, error) {
	l, rev := s.byTag[a.Lang], unlisted(balanced(a.Revision))
	path := StoryPath(a.Lang, st.Address)
	p := storyPage{
		page:   s.newPage(l, path, rev.Headline),
		Kicker: rev.Kicker, Headline: rev.Headline, Standfirst: rev.Standfirst,
		Comma: l.Comma(), Dateline: rev.Dateline,
	}
	p.Bylines = p.bylines(rev.Bylines)
	p.Description = rev.Standfirst
	var err error
	if !rev.Standing { // a bar touches the pages of days
		if p.Bar, err = p.bar(ctx, snap, a.Published, st.ID); err != nil {
			return File{}, err
		}
	}
	p.Published, p.Updated = p.minute(a.Published), p.minute(a.Updated)
	p.Alternates = p.alternates(langs, func(tag string) string { return StoryPath(tag, st.Address) })
	p.Document = p.to(DocumentPath(a.Lang, st.Address))
	p.Origin = p.origin(st, rev.Origin)
	a.Revision = rev
	data, err := p.storyHead(st, a, r)
	if err != nil {
		return File{}, err
	}
	p.Head += data
	w := writer{page: p.page, addr: st.Address, refs: r, href: p.to, claims: &claims{}, level: 1}
	if rev.Lead != nil {
		w.figure(rev.Lead)
		p.Lead = w.take()
	}
	w.blocks(rev.Body)
	p.Body, p.rules = w.take(), w.rules
	for _, c := range rev.Corrections {
		p.Corrections = append(p.Corrections, correction{p.day(c.Time), c.Text})
	}
	for i, id := range w.claims.ids {
		p.Claims = append(p.Claims, p.claim(st, id, i+1))
	}
	for _, t := range rev.Topics {
		p.Topics = append(p.Topics, link{Href: p.to(topicPath(a.Lang, t.Slug)), Name: t.Name})
	}
	for _, at := range rev.Places {
		p.Places = append(p.Places, link{Href: p.to(placePath(a.Lang, at.Slug)), Name: at.Name})
	}
	p.Related = p.related(rev.Related, r)
	return s.file("story", path, p)
}

// bylines are those that readers may see.
func (p page) bylines(all []news.Byline) (shown []byline) {
	for _, b := range named(all) {
		line := byline{Name: b.Name, Role: b.Role}
		if b.Slug != "" {
			line.Href = p.to(authorPath(p.lang.Tag(), b.Slug))
		}
		shown = append(shown, line)
	}
	return shown
}

// named returns the bylines that readers may see.
func named(bylines []news.Byline) []news.Byline {
	return slices.DeleteFunc(slices.Clone(bylines), func(b news.Byline) bool { return b.Protected })
}

// origin says what a translation was made from, and whether that was changed since; nil for an original.
func (p page) origin(st news.Story, o *news.Origin) *origin {
	if o == nil {
		return nil
	}
	from := &origin{alternate: alternate{Lang: o.Lang, Dir: lang.Dir(o.Lang), Name: o.Lang}}
	if l, ok := p.site.byTag[o.Lang]; ok {
		from.Name = l.Name()
	}
	for _, a := range st.Articles {
		if a.Lang == o.Lang {
			from.Href = p.to(StoryPath(o.Lang, st.Address))
			from.Stale = a.Number > o.Number
		}
	}
	return from
}

// claim makes the panel's entry of a claim. A source's Identity is never read here.
func (p page) claim(st news.Story, id string, number int) claim {
	c := claim{ID: id, Number: p.lang.Number(number), Kind: "kind_own", Check: "check_unverified"}
	i := slices.IndexFunc(st.Claims, func(c news.Claim) bool { return c.ID == id })
	if i < 0 {
		return c
	}
	said := st.Claims[i]
	c.Check = "check_" + string(said.Check)
	if i := slices.IndexFunc(st.Sources, func(s news.Source) bool { return s.ID == said.Source }); i >= 0 {
		source := st.Sources[i]
		c.Kind = "kind_" + string(source.Kind)
		c.Reason = p.localize(source.Reason)
		if source.Kind != news.Anonymous {
			c.Name = p.localize(source.Name)
		}
	}
	for _, e := range said.Evidence {
		c.Evidence = append(c.Evidence, evidence{external(e.URL), external(e.Archived), e.SHA256, p.day(e.Retrieved)})
	}
	return c
}
