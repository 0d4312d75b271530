package site

import (
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// content renders an article's text for where no page is around it, a feed or a ninjs document: the lead, the body and
// the corrections under it, without the marks of claims.
func (p page) content(addr news.Address, rev news.Revision, r refs) string {
	w := writer{page: p, addr: addr, refs: r, href: p.ref, level: 1}
	if rev.Lead != nil {
		w.figure(rev.Lead)
	}
	w.blocks(rev.Body)
	if len(rev.Corrections) > 0 {
		w.raw("<h2>")
		w.word("corrections")
		w.raw("</h2>\n<ul>\n")
		for _, c := range rev.Corrections {
			w.raw("<li>%s: ", p.lang.Date(c.Time))
			w.text(lang.Balanced(c.Text))
			w.raw("</li>\n")
		}
		w.raw("</ul>\n")
	}
	return string(w.take())
}

// ref returns the reference to a path of the site: absolute where it is known on which host that stands.
func (p page) ref(path string) string {
	if p.site.cfg.BaseURL != "" {
		return p.site.cfg.BaseURL + path
	}
	return p.to(path)
}

// document renders an article as ninjs, for other newsrooms and for a newsroom that lost its store. It shows what the
// article's page does: both are made of the same refs, at the same times.
func (s *Site) document(st news.Story, a news.Article, r refs) (File, error) {
	d, err := s.ninjs(st, a, r)
	if err != nil {
		return File{}, err
	}
	path := DocumentPath(a.Lang, st.Address)
	p := s.newPage(s.byTag[a.Lang], path, a.Revision.Headline)
	body, err := ninjs.Encode(d, ninjs.Extra{
		Publisher: s.cfg.Name, Base: s.cfg.BaseURL, HTML: p.content(st.Address, a.Revision, r),
	})
	return File{Path: path, MediaType: ninjs.MediaType, Body: body}, err
}

// ninjs returns what readers may see of an article, as data.
func (s *Site) ninjs(st news.Story, a news.Article, r refs) (ninjs.Document, error) {
	return ninjs.Of(st, a.Lang, ninjs.Refs{
		Media: r.media,
		Path:  func(m news.Media, to news.Rendition) string { return mediaPath(st.Address, m, to) },
		Linked: func(id string) bool {
			return len(s.languages(r.stories[id].Articles)) > 0
		},
	})
}
