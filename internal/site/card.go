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
		c, err := p.card(ctx, snap, headlines[i], i == 0)
		if err != nil {
			return err
		}
		to.Picture = c.shown
		p.rules += c.rules
		if c.focus != (news.Focus{}) {
			p.rules += fmt.Sprintf("%s{object-position:%d%% %d%%}", selector, c.focus.X, c.focus.Y)
		}
	}
	return nil
}

// A card is the picture that leads a story, what the page's style says of it, and what matters in it.
type card struct {
	shown template.HTML
	rules string
	focus news.Focus
}

// card returns the card of a story; an empty one where no picture leads it.
func (p page) card(ctx context.Context, snap Snapshot, h store.Headline, first bool) (card, error) {
	st, err := snap.Story(ctx, h.Story)
	if err != nil {
		return card{}, err
	}
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == h.Lang })
	if i < 0 {
		return card{}, nil
	}
	lead := st.Articles[i].Revision.Lead
	if lead == nil || lead.Missing != "" {
		return card{}, nil
	}
	m, err := snap.Media(ctx, lead.Media)
	if err != nil {
		return card{}, fmt.Errorf("media %s: %w", lead.Media, err)
	}
	if len(m.Renditions) == 0 || !strings.HasPrefix(m.Renditions[0].MediaType, "image/") {
		return card{}, nil
	}
	m.Renditions = p.site.published(m.Renditions)
	w := writer{page: p, addr: st.Address, href: p.to}
	w.shown(lead, m, first)
	return card{w.take(), w.rules, m.Focus}, nil
}
