package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"coranto/internal/store"
)

// PutBatch implements store.Imports.
func (s *Store) PutBatch(ctx context.Context, b store.Batch) (store.BatchResult, error) {
	if err := validate(b.Stories); err != nil {
		return store.BatchResult{}, err
	}
	var result store.BatchResult
	err := s.update(ctx, func(w *session) (err error) {
		if result.Stories, err = putAll(ctx, w, b.Stories); err != nil {
			return err
		}
		if err := putComments(ctx, w, b.Comments); err != nil || b.Run.Source == "" {
			return err
		}
		if b.State != nil {
			if b.Run.State, err = b.State(result); err != nil {
				return err
			}
		}
		return putRun(ctx, w, b)
	})
	if err != nil {
		return store.BatchResult{}, err
	}
	if s.batches.Add(1)%batchesBetween == 0 && s.of == nil {
		return result, s.Checkpoint(ctx)
	}
	return result, nil
}

// batchesBetween is the number of batches after which the write-ahead log is folded back: an import of gigabytes would
// otherwise stand on the disk twice.
const batchesBetween = 50

// putRun notes how far an import has come, and what it found and took since.
func putRun(ctx context.Context, w *session, b store.Batch) error {
	err := w.exec(ctx, "INSERT OR REPLACE INTO run (source, mark, state) VALUES (?, ?, ?)", b.Run.Source, b.Run.Mark, b.Run.State)
	if err != nil {
		return err
	}
	for _, f := range b.Findings {
		if err := w.exec(ctx, "INSERT INTO finding (source, kind, file, item, media, reason) VALUES (?, ?, ?, ?, ?, ?)",
			b.Run.Source, f.Kind, f.File, f.Item, f.Media, f.Reason); err != nil {
			return err
		}
	}
	for a, place := range b.Taken {
		if err := w.exec(ctx, "INSERT OR REPLACE INTO taken (source, story, lang, place) VALUES (?, ?, ?, ?)",
			b.Run.Source, a.Story, a.Lang, place); err != nil {
			return err
		}
	}
	return nil
}

// Run implements store.Imports.
func (s *Store) Run(ctx context.Context, source string) (store.Run, error) {
	run, err := inOneRead(ctx, s, func(r *session) (store.Run, error) {
		return one(ctx, r, func(r row) (run store.Run, err error) {
			err = r.Scan(&run.Source, &run.Mark, &run.State)
			return run, err
		}, "SELECT source, mark, state FROM run WHERE source = ?", source)
	})
	if err != nil {
		return run, fmt.Errorf("import of %q: %w", source, err)
	}
	return run, nil
}

// Findings implements store.Imports.
func (s *Store) Findings(ctx context.Context, source string) iter.Seq2[store.Finding, error] {
	return func(yield func(store.Finding, error) bool) {
		var after int64
		chunked(func() ([]store.Finding, error) {
			return inOneRead(ctx, s, func(r *session) ([]store.Finding, error) {
				return all(ctx, r, func(r row) (f store.Finding, err error) {
					err = r.Scan(&after, &f.Kind, &f.File, &f.Item, &f.Media, &f.Reason)
					return f, err
				}, `SELECT position, kind, file, item, media, reason FROM finding
					WHERE source = ? AND position > ? ORDER BY position LIMIT ?`, source, after, chunkSize)
			})
		})(yield)
	}
}

// Taken implements store.Imports.
func (s *Store) Taken(ctx context.Context, source string, articles []store.ArticleID) (map[store.ArticleID]string, error) {
	return lookUp(ctx, s, articles, value[string], func(a store.ArticleID) (string, []any) {
		return "SELECT place FROM taken WHERE source = ? AND story = ? AND lang = ?", []any{source, a.Story, a.Lang}
	})
}

// lookUp returns the row that a query finds for each of some keys, as far as there is one.
func lookUp[K comparable, V any](ctx context.Context, s *Store, keys []K, scan func(row) (V, error), query func(K) (string, []any)) (map[K]V, error) {
	found := make(map[K]V)
	_, err := inOneRead(ctx, s, func(r *session) (struct{}, error) {
		for _, k := range keys {
			text, args := query(k)
			v, err := one(ctx, r, scan, text, args...)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return struct{}{}, err
			}
			found[k] = v
		}
		return struct{}{}, nil
	})
	return found, err
}

// EndRun implements store.Imports.
func (s *Store) EndRun(ctx context.Context, source string) error {
	for _, query := range []string{
		"DELETE FROM run WHERE source = ?1 AND ?2 > 0", // first: what a run that is not there has found is nobody's
		"DELETE FROM finding WHERE position IN (SELECT position FROM finding WHERE source = ? LIMIT ?)",
		"DELETE FROM taken WHERE (source, story, lang) IN (SELECT source, story, lang FROM taken WHERE source = ? LIMIT ?)",
	} {
		for left := int64(1); left > 0; {
			err := s.update(ctx, func(w *session) (err error) {
				if err = w.exec(ctx, query, source, forgottenAtOnce); err == nil {
					left, err = one(ctx, w, value[int64], "SELECT changes()")
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("end the import of %q: %w", source, err)
			}
		}
	}
	return nil
}

// forgottenAtOnce is the number of rows that go in one transaction: an import of gigabytes leaves a million, and SQLite would
// hold them all in memory.
const forgottenAtOnce = 5000

// PutFetched implements store.Imports.
func (s *Store) PutFetched(ctx context.Context, url, media string) error {
	err := s.update(ctx, func(w *session) error {
		return w.exec(ctx, "INSERT OR REPLACE INTO fetched (url, media) VALUES (?, ?)", url, media)
	})
	if err != nil {
		return fmt.Errorf("note that %q was fetched: %w", url, err)
	}
	return nil
}

// Fetched implements store.Imports.
func (s *Store) Fetched(ctx context.Context, urls []string) (map[string]string, error) {
	return lookUp(ctx, s, urls, value[string], func(url string) (string, []any) {
		return "SELECT media FROM fetched WHERE url = ?", []any{url}
	})
}

// MovedTo implements store.Imports.
func (s *Store) MovedTo(ctx context.Context, addresses []string) (map[string]store.ArticleID, error) {
	return lookUp(ctx, s, addresses, scanArticleID, func(address string) (string, []any) {
		return movedTo, []any{address}
	})
}
