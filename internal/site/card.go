package site

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// illustrate gives the lead and the seconds of a front the pictures of their stories. They are the files that the
// stories' own pages show, so that who reads on has them already; the style sheet cuts them, 16x9 and 4x3, around what
// matters in them.
func (p *frontPage) illustrate(ctx context.Context, snap Snapshot, headlines []store.Headline) error {
	for i := range headlines[:min(len(headlines), 1+seconds)] {
		to, selector := p.Lead, ".lead img"
		if i > 0 {
			to, selector = &p.Seconds[i-1], fmt.Sprintf(".seconds article:nth-child(%d) img", i)
		}
		shown, focus, err := p.card(ctx, snap, headlines[i], i == 0)
		if err != nil {
			return err
		}
		to.Picture = shown
		if focus != (news.Focus{}) {
			p.rules += fmt.Sprintf("%s{object-position:%d%% %d%%}", selector, focus.X, focus.Y)
		}
	}
	return nil
}

// card returns the picture that leads a story, and what matters in it; nothing for a story that no picture leads.
func (p page) card(ctx context.Context, snap Snapshot, h store.Headline, first bool) (template.HTML, news.Focus, error) {
	st, err := snap.Story(ctx, h.Story)
	if err != nil {
		return "", news.Focus{}, err
	}
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == h.Lang })
	if i < 0 || st.Articles[i].Revision.Lead == nil {
		return "", news.Focus{}, nil
	}
	lead := st.Articles[i].Revision.Lead
	m, err := snap.Media(ctx, lead.Media)
	if err != nil {
		return "", news.Focus{}, fmt.Errorf("media %s: %w", lead.Media, err)
	}
	if len(m.Renditions) == 0 || !strings.HasPrefix(m.Renditions[0].MediaType, "image/") {
		return "", news.Focus{}, nil
	}
	m.Renditions = p.site.published(m.Renditions)
	w := writer{page: p, addr: st.Address, href: p.to}
	w.shown(lead, m, first)
	return w.take(), m.Focus, nil
}
