package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"coranto/internal/news"
)

// The table comment holds what readers wrote under stories in the system that these came from. It is for the newsroom's own
// eyes: no snapshot reads it, and the change log never speaks of it.

// putComments writes the comments of stories that the store has, in a transaction.
func putComments(ctx context.Context, w *session, comments map[string][]news.Comment) error {
	for story, of := range comments {
		if _, err := one(ctx, w, value[string], "SELECT id FROM story WHERE id = ?", story); err != nil {
			return fmt.Errorf("put comments of story %q: %w", story, err)
		}
		for _, c := range of {
			if err := putComment(ctx, w, story, c); err != nil {
				return fmt.Errorf("put comments of story %q: %w", story, err)
			}
		}
	}
	return nil
}

func putComment(ctx context.Context, w *session, story string, c news.Comment) error {
	if err := c.Validate(); err != nil {
		return err
	}
	content, err := encode(c)
	if err != nil {
		return err
	}
	return w.exec(ctx, `INSERT INTO comment (story, id, content) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET content = excluded.content WHERE content <> excluded.content`, story, c.ID, content)
}

// Comments implements store.Imports.
func (s *Store) Comments(ctx context.Context, story string) ([]news.Comment, error) {
	comments, err := inOneRead(ctx, s, func(r *session) ([]news.Comment, error) {
		return all(ctx, r, func(r row) (c news.Comment, err error) {
			var content string
			if err := r.Scan(&content); err != nil {
				return c, err
			}
			return c, decode(content, &c)
		}, "SELECT content FROM comment WHERE story = ?", story)
	})
	if err != nil {
		return nil, fmt.Errorf("comments of story %q: %w", story, err)
	}
	slices.SortFunc(comments, func(a, b news.Comment) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	return comments, nil
}
