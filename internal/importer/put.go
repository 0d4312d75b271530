package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"coranto/internal/news"
	"coranto/internal/store"
)

// KindComment is the Item.Kind under which comments count.
const KindComment = "comment"

// put writes the batch, and counts what became of it: both in one transaction.
func (w *writing) put(ctx context.Context, entries []*entry) error {
	for _, e := range entries {
		w.add(e)
	}
	if last := entries[len(entries)-1]; last.Mark != "" {
		w.mark = last.Mark
	}
	w.batch.Run = store.Run{Source: w.source, Mark: w.mark}
	w.batch.State = func(r store.BatchResult) (string, error) {
		for _, e := range entries {
			w.count(e, r.Stories)
		}
		return w.tallies.encode()
	}
	_, err := w.st.PutBatch(ctx, w.batch)
	return err
}

// add puts what is good of an item into the batch.
func (w *writing) add(e *entry) {
	if e.Story == nil {
		return
	}
	e.from = len(w.batch.Stories)
	w.batch.Stories = append(append(w.batch.Stories, e.Before...), *e.Story)
	e.to = len(w.batch.Stories)
	if len(e.Comments) > 0 {
		w.batch.Comments[e.Story.ID] = append(w.batch.Comments[e.Story.ID], e.Comments...)
	}
	if !e.Kill {
		for _, a := range e.Story.Articles {
			w.batch.Taken[store.ArticleID{Story: e.Story.ID, Lang: a.Lang}] = e.At.String()
		}
	}
}

// count counts what became of an item that was neither refused nor left out.
func (w *writing) count(e *entry, results []store.PutResult) {
	switch {
	case e.Err != nil || e.Left != "":
	case e.Story != nil:
		w.countStory(e, results[e.from:e.to])
	case e.File != "":
		w.tallies.count(e.Kind, e.file.count)
	default:
		n := e.things()
		w.tallies.count(e.Kind, func(t *Tally) { t.Taken += n })
	}
}

// countStory counts each article once: earlier states of it change no count.
func (w *writing) countStory(e *entry, results []store.PutResult) {
	for _, a := range e.Story.Articles {
		is := func(some func(store.PutResult) []string) bool {
			return slices.ContainsFunc(results, func(r store.PutResult) bool { return slices.Contains(some(r), a.Lang) })
		}
		count := func(t *Tally) { t.Unchanged++ }
		switch {
		case is(func(r store.PutResult) []string { return r.New }):
			count = func(t *Tally) { t.New++ }
			w.tallies.Total.New++
		case is(func(r store.PutResult) []string { return r.Changed }):
			count = func(t *Tally) { t.Changed++ }
			w.tallies.Total.Changed++
		default:
			w.tallies.Total.Unchanged++
		}
		w.tallies.Total.Total++
		w.tallies.count(e.Kind, func(t *Tally) { t.Taken++; count(t) })
	}
	w.comments(e, func(t *Tally, n int) { t.Taken += n })
}

// later returns those of a story's earlier states, oldest first, that follow the last one which the store has as its
// newest: none where the store has the story's own state already, or none of them.
func later(old news.Story, before []news.Story, now news.Story) []news.Story {
	if within(old, now) {
		return nil
	}
	for i := len(before) - 1; i >= 0; i-- {
		if within(old, before[i]) {
			return before[i+1:]
		}
	}
	return nil
}

// within says whether a story has the articles of another just so.
func within(old, s news.Story) bool {
	return !slices.ContainsFunc(s.Articles, func(a news.Article) bool {
		return !slices.ContainsFunc(old.Articles, func(b news.Article) bool { return sameArticle(a, b) })
	})
}

// sameArticle says whether two articles are in the same state with the same words.
func sameArticle(a, b news.Article) bool {
	if a.Lang != b.Lang || a.Status != b.Status || !a.Published.Equal(b.Published) || !a.Updated.Equal(b.Updated) || !a.Breaking.Equal(b.Breaking) {
		return false
	}
	one, err := json.Marshal(a.Revision)
	other, otherErr := json.Marshal(b.Revision)
	return err == nil && otherErr == nil && bytes.Equal(one, other)
}
