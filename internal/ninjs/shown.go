package ninjs

import (
	"fmt"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// Refs are what an article refers to outside of itself.
type Refs struct {
	// Media are by ID.
	Media map[string]news.Media
	// Path returns where a rendition stands in the edition.
	Path func(m news.Media, r news.Rendition) string
	// Linked says whether a story that a link leads to is public, in whatever language.
	Linked func(id string) bool
}

// Of returns what readers may see of a story in a language. Besides what never leaves the store (news.Story.ForReaders)
// it leaves out what no page of the article shows: the wish for a slug, the address before an import, claims that the
// article does not make and the sources of those alone, names and reasons in other languages, and links to stories and
// related stories that are not public. It fails when the story has no article in the language, or a figure's media is
// unknown.
func Of(st news.Story, tag string, refs Refs) (Document, error) {
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == tag })
	if i < 0 {
		return Document{}, fmt.Errorf("story %q has no article in %s", st.ID, tag)
	}
	d := Document{Story: st.ForReaders(), Paths: map[string]string{}}
	a := d.Story.Articles[i]
	c := copier{refs: refs, doc: &d, claims: map[string]bool{}}
	if a.Revision.Lead != nil {
		a.Revision.Lead = c.figure(a.Revision.Lead)
	}
	a.Revision.Body = c.blocks(a.Revision.Body)
	a.Revision.Related = kept(a.Revision.Related, refs.Linked)
	a.Revision.SourceURL = ""
	if c.err != nil {
		return Document{}, fmt.Errorf("story %q in %s: %w", st.ID, tag, c.err)
	}
	d.Story.Slug, d.Story.Articles = "", []news.Article{a}
	d.Story.Claims = kept(st.Claims, func(claim news.Claim) bool { return c.claims[claim.ID] })
	d.Story.Sources = kept(d.Story.Sources, func(s news.Source) bool {
		return slices.ContainsFunc(d.Story.Claims, func(claim news.Claim) bool { return claim.Source == s.ID })
	})
	for i, s := range d.Story.Sources {
		d.Story.Sources[i].Name, d.Story.Sources[i].Reason = picked(s.Name, tag), picked(s.Reason, tag)
	}
	sortVoices(&d.Story)
	return d, nil
}

// sortVoices puts a story's sources and claims in the one order that documents have, by ID: nobody sees the order in
// which a newsroom wrote them.
func sortVoices(st *news.Story) {
	slices.SortFunc(st.Sources, func(a, b news.Source) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(st.Claims, func(a, b news.Claim) int { return strings.Compare(a.ID, b.ID) })
}

// kept returns the elements that a function says yes to, in a slice of their own; nil when there is none.
func kept[T any](all []T, keep func(T) bool) (some []T) {
	for _, v := range all {
		if keep(v) {
			some = append(some, v)
		}
	}
	return some
}

// picked returns of words by language those that a page in a language shows.
func picked(words map[string]string, tag string) map[string]string {
	if len(words) == 0 {
		return nil
	}
	text, of := lang.Pick(words, tag)
	return map[string]string{of: text}
}

// A copier copies the text of an article, so that nothing of the story that it was given is changed, and notes what the
// text leans on.
type copier struct {
	refs   Refs
	doc    *Document
	claims map[string]bool
	err    error
}

func (c *copier) blocks(bs []news.Block) []news.Block {
	bs = slices.Clone(bs)
	for i, b := range bs {
		b.Text, b.Blocks = c.spans(b.Text), c.blocks(b.Blocks)
		b.Items = slices.Clone(b.Items)
		for j := range b.Items {
			b.Items[j] = c.blocks(b.Items[j])
		}
		b.Rows = slices.Clone(b.Rows)
		for j := range b.Rows {
			b.Rows[j] = slices.Clone(b.Rows[j])
			for k := range b.Rows[j] {
				b.Rows[j][k] = c.spans(b.Rows[j][k])
			}
		}
		if b.Figure != nil {
			b.Figure = c.figure(b.Figure)
		}
		bs[i] = b
	}
	return bs
}

func (c *copier) spans(spans []news.Span) []news.Span {
	spans = slices.Clone(spans)
	for i, s := range spans {
		if s.Claim != "" {
			c.claims[s.Claim] = true
		}
		if id, ok := strings.CutPrefix(s.Link, "story:"); ok && !c.refs.Linked(id) {
			spans[i].Link = ""
		}
	}
	return spans
}

func (c *copier) figure(f *news.Figure) *news.Figure {
	g := *f
	if f.Missing == "" {
		g.Media = c.media(f.Media)
	}
	g.Caption, g.Transcript = c.spans(f.Caption), c.blocks(f.Transcript)
	g.Subtitles = slices.Clone(f.Subtitles)
	for i, t := range g.Subtitles {
		g.Subtitles[i].Media = c.media(t.Media)
	}
	return &g
}

// media notes a media, and returns the ID that documents have of it.
func (c *copier) media(id string) string {
	m, ok := c.refs.Media[id]
	if !ok {
		c.err = fmt.Errorf("media %s is unknown", id)
		return id
	}
	m.ID = MediaID(m)
	if _, known := mediaOf(c.doc.Media, m.ID); known {
		return m.ID
	}
	for _, r := range m.Renditions {
		c.doc.Paths[r.SHA256] = c.refs.Path(m, r)
	}
	c.doc.Media = append(c.doc.Media, m)
	return m.ID
}
