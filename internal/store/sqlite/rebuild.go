package sqlite

import (
	"context"
	"errors"
	"fmt"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Rebuild implements store.Recovery.
func (s *Store) Rebuild(ctx context.Context, stories []store.Rebuilt) ([]store.RebuildResult, error) {
	for _, r := range stories {
		if err := checkRebuilt(r); err != nil {
			return nil, fmt.Errorf("rebuild story %q: %w", r.Story.ID, err)
		}
	}
	results := make([]store.RebuildResult, len(stories))
	err := s.update(ctx, func(w *session) error {
		for i, r := range stories {
			d := rebuilding{put: put{ctx: ctx, w: w, story: r.Story}, pages: r.Pages, outings: r.Outings}
			if err := d.run(); err != nil {
				return fmt.Errorf("rebuild story %q: %w", r.Story.ID, err)
			}
			results[i] = store.RebuildResult{New: d.result.New, Changed: d.result.Changed, Left: d.result.Unchanged}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func checkRebuilt(r store.Rebuilt) error {
	if err := r.Story.Validate(); err != nil {
		return err
	}
	for _, a := range r.Story.Articles {
		if a.Number < 1 {
			return fmt.Errorf("article %s: revision number %d, want at least 1", a.Lang, a.Number)
		}
	}
	for l, n := range r.Pages {
		if n < 1 || n > maxRebuiltPage {
			return fmt.Errorf("page %d of list %v is out of range", n, l)
		}
	}
	for _, o := range r.Outings {
		if o.Supplement < 0 || o.Time.Unix() == never {
			return fmt.Errorf("an outing at %v in supplement %d", o.Time, o.Supplement)
		}
	}
	return nil
}

// maxRebuiltPage is far more than a list ever has, and leaves the places of the pages above it countable.
const maxRebuiltPage = 1 << 24

// A rebuilding writes one story in a transaction.
type rebuilding struct {
	put
	pages   map[store.List]int
	outings []store.CameOut
}

func (d *rebuilding) run() error {
	known, err := d.putStory()
	if err != nil {
		return err
	}
	for _, a := range d.story.Articles {
		if err := d.article(a); err != nil {
			return fmt.Errorf("article %s: %w", a.Lang, err)
		}
	}
	if known {
		if err := d.checkMerged(); err != nil {
			return err
		}
	}
	if err := d.address(); err != nil {
		return err
	}
	for l, n := range d.pages {
		if err := d.place(l, n); err != nil {
			return err
		}
	}
	for _, o := range d.outings {
		if err := d.cameOut(o); err != nil {
			return err
		}
	}
	if known && !d.voices && len(d.result.New)+len(d.result.Changed) == 0 {
		return nil
	}
	return d.w.exec(d.ctx, "INSERT INTO touched (story, whole) VALUES (?, 1) ON CONFLICT DO UPDATE SET whole = 1", d.story.ID)
}

// article writes a revision under its own number, unless the store has that or a higher one.
func (d *rebuilding) article(a news.Article) error {
	if err := d.checkMedia(a.Revision); err != nil {
		return err
	}
	old, err := one(d.ctx, d.w, value[int], "SELECT number FROM article WHERE story = ? AND lang = ?", d.story.ID, a.Lang)
	isNew := errors.Is(err, store.ErrNotFound)
	switch {
	case err != nil && !isNew:
		return err
	case old >= a.Number:
		d.result.Unchanged = append(d.result.Unchanged, a.Lang)
		return nil
	case isNew:
		d.result.New = append(d.result.New, a.Lang)
	default:
		d.result.Changed = append(d.result.Changed, a.Lang)
	}
	now, err := newRevision(a, a.Number)
	if err != nil {
		return err
	}
	if err := d.write(now); err != nil {
		return err
	}
	return d.writeReferences(a, a.Number)
}

// address gives the story the address that it had, unless it has one, or another story has that.
func (d *rebuilding) address() error {
	if d.story.Address == (news.Address{}) {
		return nil
	}
	return d.w.exec(d.ctx, `UPDATE story SET day = ?, slug = ? WHERE id = ? AND slug IS NULL
		AND NOT EXISTS (SELECT 1 FROM story WHERE slug = ?)`,
		d.story.Address.Day, d.story.Address.Slug, d.story.ID, d.story.Address.Slug)
}

// place keeps a place for an article on the page of a list that it stood on; Settle then finds it there. Within a page
// the places don't show.
func (d *rebuilding) place(l store.List, number int) error {
	first, last := places(number)
	free, err := one(d.ctx, d.w, value[int], `SELECT coalesce(max(place) + 1, ?) FROM listing
		WHERE lang = ? AND topic = ? AND place BETWEEN ? AND ?`, first, l.Lang, keyOf(l), first, last)
	if err != nil || free > last {
		return err
	}
	err = d.w.exec(d.ctx, `INSERT INTO listing (story, lang, topic, name, place, published) VALUES (?, ?, ?, '', ?, NULL)
		ON CONFLICT (story, lang, topic) DO NOTHING`, d.story.ID, l.Lang, keyOf(l), free)
	if err != nil {
		return err
	}
	return d.w.exec(d.ctx, `INSERT INTO list (lang, topic, name, places, articles)
		VALUES (?, ?, '', (SELECT max(place) FROM listing WHERE lang = ? AND topic = ?), 0)
		ON CONFLICT DO UPDATE SET places = max(places, excluded.places)`, l.Lang, keyOf(l), l.Lang, keyOf(l))
}

// CameOut implements store.Recovery.
func (s *Store) CameOut(ctx context.Context, lang string) (map[store.Outing]store.CameOut, error) {
	type entry struct {
		store.Outing
		store.CameOut
	}
	outings := map[store.Outing]store.CameOut{}
	_, err := inOneRead(ctx, s, func(r *session) (struct{}, error) {
		rows, err := all(ctx, r, func(r row) (e entry, err error) {
			var at int64
			err = r.Scan(&e.Story, &e.Outing.Number, &at, &e.Supplement)
			e.Lang, e.CameOut.Number, e.Time = lang, e.Outing.Number, unix(at)
			return e, err
		}, "SELECT story, number, time, supplement FROM outing WHERE lang = ?", lang)
		for _, e := range rows {
			outings[e.Outing] = e.CameOut
		}
		return struct{}{}, err
	})
	return outings, err
}

// cameOut remembers an outing of a revision that the store has. The next Settle works the packs of the language out, and
// forgets what came out of articles that are not public.
func (d *rebuilding) cameOut(o store.CameOut) error {
	a := ArticleID{Story: d.story.ID, Lang: o.Lang}
	r, err := readRevision(d.ctx, d.w, a, o.Number)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	same, err := one(d.ctx, d.w, value[bool], `SELECT EXISTS (SELECT 1 FROM outing
		WHERE story = ? AND lang = ? AND number = ? AND time = ? AND supplement = ?)`, a.Story, a.Lang, o.Number, o.Time.Unix(), o.Supplement)
	if same || err != nil {
		return err
	}
	if err := d.w.exec(d.ctx, `INSERT INTO outing (story, lang, number, time, supplement, first) VALUES (?, ?, ?, ?, ?, 0)
		ON CONFLICT DO UPDATE SET time = excluded.time, supplement = excluded.supplement`,
		a.Story, a.Lang, o.Number, o.Time.Unix(), o.Supplement); err != nil {
		return err
	}
	for target := range references(r) {
		if err := d.w.exec(d.ctx, `INSERT INTO outing_reference (target, story, lang, number) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, target, a.Story, a.Lang, o.Number); err != nil {
			return err
		}
	}
	if err := d.w.exec(d.ctx, `UPDATE outing SET first = number = (SELECT min(number) FROM outing WHERE story = ?1 AND lang = ?2)
		WHERE story = ?1 AND lang = ?2`, a.Story, a.Lang); err != nil {
		return err
	}
	return d.w.exec(d.ctx, "INSERT INTO repack (lang) VALUES (?) ON CONFLICT DO NOTHING", a.Lang)
}
