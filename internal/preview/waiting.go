package preview

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// Waiting is an article that readers don't see yet.
type Waiting struct {
	Story, Lang string
	Draft       bool // otherwise it is embargoed
}

// says tells editors what keeps an article back.
func (w Waiting) says(a news.Article) string {
	if w.Draft {
		return "Draft: it comes out once it is no longer marked as one"
	}
	return "Embargoed: it comes out at " + a.Published.UTC().Format("2006-01-02 15:04") + " UTC"
}

// A heldBack article is what pages say of one that waits.
type heldBack struct {
	Headline, Path, Says string
	address              news.Address
}

// mostHeldBack is how many articles of a language pages tell of.
const mostHeldBack = 100

// heldBack returns what to say of the articles of a language that wait.
func (r *Room) heldBack(ctx context.Context, tag string) ([]heldBack, error) {
	r.mu.Lock()
	all, ok := r.waiting[tag]
	r.mu.Unlock()
	if ok {
		return all, nil
	}
	for _, w := range r.Waiting {
		if w.Lang != tag || len(all) == mostHeldBack {
			continue
		}
		st, err := r.Snap.Story(ctx, w.Story)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, a := range st.Articles {
			if a.Lang == tag {
				all = append(all, heldBack{a.Revision.Headline, site.StoryPath(tag, st.Address), w.says(a), st.Address})
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = map[string][]heldBack{}
	}
	r.waiting[tag] = all
	return all, nil
}

// marks returns a style that outlines what leads to an article of a language that waits. An outline takes no room: the
// page is laid out as it will be published.
func (r *Room) marks(ctx context.Context, tag string) (string, error) {
	all, err := r.heldBack(ctx, tag)
	var b strings.Builder
	for _, n := range all { // days and slugs have no character that means something in a style
		fmt.Fprintf(&b, "main a[href$=\"story/%s/%s/index.html\"]:not([hreflang]) { outline: 2px dashed #b7791f; outline-offset: 2px }\n",
			strings.ReplaceAll(n.address.Day, "-", "/"), n.address.Slug)
	}
	return b.String(), err
}
