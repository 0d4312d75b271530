package importer

import (
	"context"
	"iter"

	"coranto/internal/news"
)

// The limits of a batch: items, and the bytes that their texts roughly take in memory. A file to fetch counts as several
// items, so that who waits for files sees the import move, and a stop loses little.
const (
	fileWeight    = 6
	maxBatchBytes = 8 << 20
)

// A batch is a part of an import that is written in one transaction.
type batch struct {
	items []Item
	// stories are the IDs of the batch's stories.
	stories map[string]bool
	weight  int
	bytes   int
}

func newBatch() *batch { return &batch{stories: make(map[string]bool)} }

// gather makes batches of items and sends them, until the source ends or fails. What it read before it failed is sent.
func gather(ctx context.Context, items iter.Seq2[Item, error], to chan<- *batch) error {
	b := newBatch()
	send := func() bool {
		if len(b.items) == 0 {
			return true
		}
		select {
		case to <- b:
			b = newBatch()
			return true
		case <-ctx.Done():
			return false
		}
	}
	for it, err := range items {
		if err != nil {
			send()
			return err
		}
		if ctx.Err() != nil || b.parts(it) && !send() {
			return ctx.Err()
		}
		b.add(it)
		if b.full() && !send() {
			return ctx.Err()
		}
	}
	if !send() || ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

// parts says whether an item must wait for the batch to be written: it asks what the store has of a story that is in it.
func (b *batch) parts(it Item) bool {
	return it.Story != nil && b.stories[it.Story.ID] && asksStore(it)
}

// asksStore says whether what becomes of an item depends on what the store has of its story.
func asksStore(it Item) bool {
	return it.Kill || len(it.Before) > 0 || !it.Made.IsZero() || it.Story.Sources != nil || it.Story.Claims != nil
}

func (b *batch) add(it Item) {
	b.items = append(b.items, it)
	b.weight++
	if it.File != "" {
		b.weight += fileWeight
	}
	if it.Story == nil {
		return
	}
	b.stories[it.Story.ID] = true
	for _, s := range append(it.Before[:len(it.Before):len(it.Before)], *it.Story) {
		for i := range s.Articles {
			r := &s.Articles[i].Revision
			b.bytes += weigh(r)
			r.EachFigure(func(f *news.Figure) {
				if f.Missing != "" {
					b.weight += fileWeight
				}
			})
		}
	}
}

func (b *batch) full() bool { return b.weight >= batchSize || b.bytes >= maxBatchBytes }

// weigh returns roughly how many bytes the text of a revision takes in memory.
func weigh(r *news.Revision) int {
	n := len(r.Headline) + len(r.Standfirst)
	for s := range r.Spans() {
		n += len(s.Text) + len(s.Link) + 80
	}
	return n
}
