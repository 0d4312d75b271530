package store

import (
	"context"
	"iter"

	"coranto/internal/news"
)

// Holdings are all that a newsroom has, public or not: what an export of everything is made of. Its methods may be called
// inside the loops over its iterators.
type Holdings interface {
	// IDs yields the IDs of all stories, whatever their status, sorted.
	IDs(ctx context.Context) iter.Seq2[string, error]
	// History yields all revisions of an article in the state that each came with, oldest first. Of an article that the
	// store does not have there is none.
	History(ctx context.Context, id, lang string) iter.Seq2[news.Article, error]
	// Stood returns where the articles of a story stood before they were imported, sorted by address.
	Stood(ctx context.Context, id string) ([]Moved, error)
}
