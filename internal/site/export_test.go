package site

import (
	"context"

	"coranto/internal/store"
)

// PackUpTo returns the text of a pack of some articles that may have so many bytes, and how many articles it has room for.
func (s *Site) PackUpTo(ctx context.Context, snap Snapshot, tag string, outings []store.Outing, limit int) ([]byte, int, error) {
	p := packing{site: s, ctx: ctx, snap: snap, tag: tag, limit: limit}
	err := p.add(outings)
	return p.text, p.articles, err
}
