package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"coranto/internal/store"
)

// The table moved says where articles stood, as imports found it, whatever became of them. The table old_address is of
// those that are public, as last settled.

// PutMoved implements store.Imports.
func (s *Store) PutMoved(ctx context.Context, moved []store.Moved) error {
	return s.update(ctx, func(w *session) error {
		marks, err := readMarks(ctx, w)
		if err != nil {
			return err
		}
		for _, m := range moved {
			if err := putMoved(ctx, w, marks, m); err != nil {
				return fmt.Errorf("note the address %q: %w", m.Address, err)
			}
		}
		return nil
	})
}

// putMoved notes one address. An import tells of all of them each time, and most are known.
func putMoved(ctx context.Context, w *session, marks marks, m store.Moved) error {
	old, err := one(ctx, w, scanArticleID, movedTo, m.Address)
	if err == nil && old == m.ArticleID {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if withdrawn, err := marks.first([]string{m.Story}); err != nil || withdrawn != "" {
		return err
	}
	if err := w.exec(ctx, `INSERT INTO moved (address, story, lang) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET story = excluded.story, lang = excluded.lang`, m.Address, m.Story, m.Lang); err != nil {
		return err
	}
	// Those that the store does not have yet are touched when they come in.
	return w.exec(ctx, "INSERT INTO touched (story, whole) SELECT id, 0 FROM story WHERE id IN (?, ?) ON CONFLICT DO NOTHING",
		m.Story, old.Story)
}

// movedTo finds the article that stood at an address.
const movedTo = "SELECT story, lang FROM moved WHERE address = ?"

func scanArticleID(r row) (a store.ArticleID, err error) {
	err = r.Scan(&a.Story, &a.Lang)
	return a, err
}

// An oldAddress is a row of that table.
type oldAddress struct{ address, lang string }

func scanOldAddress(r row) (o oldAddress, err error) {
	err = r.Scan(&o.address, &o.lang)
	return o, err
}

// oldAddresses brings the table of that name up to date for a story, and notes the paths of which something differs.
func (t *settling) oldAddresses(id string, before, now map[string]version) error {
	was, err := t.readOld("SELECT address, lang FROM old_address WHERE story = ?", id)
	if err != nil {
		return err
	}
	is, err := t.readOld("SELECT address, lang FROM moved WHERE story = ?", id)
	if err != nil {
		return err
	}
	maps.DeleteFunc(is, func(_, lang string) bool { _, public := now[lang]; return !public })
	for address := range union(was, is) {
		lang, stays := is[address]
		old, stood := was[address]
		if stays == stood && old == lang {
			if before[lang].headline != now[lang].headline {
				t.noteOldPath(address, id)
			}
			continue
		}
		t.noteOldPath(address, id)
		if err := t.writeOld(address, id, lang, stays); err != nil {
			return err
		}
	}
	return nil
}

// readOld returns the languages of the addresses that a query finds for a story.
func (t *settling) readOld(query, id string) (map[string]string, error) {
	rows, err := all(t.ctx, t.w, scanOldAddress, query, id)
	m := make(map[string]string, len(rows))
	for _, o := range rows {
		m[o.address] = o.lang
	}
	return m, err
}

// writeOld writes the row of an address, or removes it unless another story has it by now.
func (t *settling) writeOld(address, id, lang string, stays bool) error {
	if !stays {
		return t.w.exec(t.ctx, "DELETE FROM old_address WHERE address = ? AND story = ?", address, id)
	}
	return t.w.exec(t.ctx, "INSERT OR REPLACE INTO old_address (address, path, story, lang) VALUES (?, ?, ?, ?)",
		address, store.OldPath(address), id, lang)
}

func (t *settling) noteOldPath(address, id string) {
	if path := store.OldPath(address); path != "" {
		t.oldPaths[oldPath{path, id}] = true
	}
}

// An oldPath is one of an address that a story had.
type oldPath struct{ path, story string }

func (t *settling) finishOldPaths() error {
	for _, p := range slices.SortedFunc(maps.Keys(t.oldPaths), byOldPath) {
		if err := t.log(store.Change{Kind: store.OldPathChanged, Story: p.story, Day: p.path}); err != nil {
			return err
		}
	}
	return nil
}

func byOldPath(a, b oldPath) int {
	return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.story, b.story))
}

// oldAddressColumns begin a query for store.OldAddresses.
const oldAddressColumns = "SELECT " + headlineColumns + `, o.address FROM old_address o
	CROSS JOIN public p ON p.story = o.story AND p.lang = o.lang CROSS JOIN shown s ON s.story = o.story `

func scanOld(r row) (o store.OldAddress, err error) {
	o.Headline, err = scanHeadline(extended{r, []any{&o.At}})
	return o, err
}

func (s *snapshot) OldAddresses(ctx context.Context) iter.Seq2[store.OldAddress, error] {
	return func(yield func(store.OldAddress, error) bool) {
		after := ""
		chunked(func() ([]store.OldAddress, error) {
			chunk, err := all(ctx, s.r, scanOld, oldAddressColumns+"WHERE o.address > ? ORDER BY o.address LIMIT ?", after, chunkSize)
			if len(chunk) > 0 {
				after = chunk[len(chunk)-1].At
			}
			return chunk, err
		})(yield)
	}
}

func (s *snapshot) OldPaths(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		after := ""
		chunked(func() ([]string, error) {
			chunk, err := all(ctx, s.r, value[string],
				"SELECT DISTINCT path FROM old_address WHERE path > ? AND path <> '' ORDER BY path LIMIT ?", after, chunkSize)
			if len(chunk) > 0 {
				after = chunk[len(chunk)-1]
			}
			return chunk, err
		})(yield)
	}
}

func (s *snapshot) OldAddressesAt(ctx context.Context, path string) ([]store.OldAddress, error) {
	if path == "" {
		return nil, nil
	}
	return all(ctx, s.r, scanOld, oldAddressColumns+"WHERE o.path = ? AND o.path <> '' ORDER BY o.address", path)
}
