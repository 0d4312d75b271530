package importer

import (
	"context"

	"coranto/internal/news"
	"coranto/internal/store"
)

// relink leads the links of some items to the stories that stood at their addresses. Survey has noted those already, so
// a link leads to a story that comes later too.
func (im *importing) relink(ctx context.Context, entries []*entry) error {
	links := make(map[string]string) // to addresses
	for _, e := range entries {
		e.eachRevision(func(r *news.Revision) {
			r.Relink(func(link string) string {
				if _, ok := links[link]; !ok {
					links[link] = Address(link)
				}
				return link
			})
		})
	}
	var addresses []string
	for _, address := range links {
		if address != "" {
			addresses = append(addresses, address)
		}
	}
	if len(addresses) == 0 {
		return nil
	}
	moved, err := im.st.MovedTo(ctx, addresses)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if to, ok := im.gone[address]; ok {
			moved[address] = to
		}
	}
	if len(moved) == 0 {
		return nil
	}
	for _, e := range entries {
		e.eachRevision(func(r *news.Revision) { r.Relink(toStories(links, moved)) })
	}
	return nil
}

// toStories returns what leads a link to its story, and leaves others as they are.
func toStories(links map[string]string, moved map[string]store.ArticleID) func(string) string {
	return func(link string) string {
		if to, ok := moved[links[link]]; ok {
			return "story:" + to.Story
		}
		return link
	}
}

// eachRevision hands over the item's revisions, earlier ones too, to be changed in place.
func (e *entry) eachRevision(change func(*news.Revision)) {
	if e.Story == nil {
		return
	}
	for _, s := range append(e.Before[:len(e.Before):len(e.Before)], *e.Story) {
		for i := range s.Articles {
			change(&s.Articles[i].Revision)
		}
	}
}
