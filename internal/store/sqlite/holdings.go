package sqlite

import (
	"context"
	"iter"

	"coranto/internal/news"
	"coranto/internal/store"
)

// IDs implements store.Holdings.
func (s *Store) IDs(ctx context.Context) iter.Seq2[string, error] {
	return streamed(ctx, s, value[string], "SELECT id FROM story ORDER BY id")
}

// History implements store.Holdings.
func (s *Store) History(ctx context.Context, id, lang string) iter.Seq2[news.Article, error] {
	return func(yield func(news.Article, error) bool) {
		for r, err := range streamed(ctx, s, scanRevision, "SELECT "+revisionColumns+` FROM revision r
			WHERE r.story = ? AND r.lang = ? ORDER BY r.number`, id, lang) {
			var a news.Article
			if err == nil {
				a, err = r.article()
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// Stood implements store.Holdings.
func (s *Store) Stood(ctx context.Context, id string) ([]store.Moved, error) {
	return inOneRead(ctx, s, func(r *session) ([]store.Moved, error) {
		return all(ctx, r, func(r row) (m store.Moved, err error) {
			err = r.Scan(&m.Address, &m.Story, &m.Lang)
			return m, err
		}, "SELECT address, story, lang FROM moved WHERE story = ? ORDER BY address", id)
	})
}
