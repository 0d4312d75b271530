package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Withdraw implements store.Takedowns.
func (s *Store) Withdraw(ctx context.Context, id string, erase bool) error {
	err := s.update(ctx, func(w *session) error {
		story, err := readStory(ctx, w, id)
		if err != nil {
			return err
		}
		langs, err := withdrawArticles(ctx, w, story)
		if err != nil {
			return err
		}
		n, err := takeDown(ctx, w)
		if err != nil {
			return err
		}
		if err := addMarks(ctx, w, id, n); err != nil {
			return err
		}
		if err := w.exec(ctx, "UPDATE correction SET kept = 0 WHERE story = ?", id); err != nil {
			return err
		}
		return noteWithdrawn(ctx, w, id, withdrawn{n, langs, erase})
	})
	if err != nil {
		return fmt.Errorf("withdraw story %q: %w", id, err)
	}
	return nil
}

// takeDown counts that something was withdrawn, and returns the count.
func takeDown(ctx context.Context, w *session) (int64, error) {
	if err := w.exec(ctx, "UPDATE takedown SET count = count + 1 WHERE one = 1"); err != nil {
		return 0, err
	}
	return countTakedowns(ctx, w)
}

func countTakedowns(ctx context.Context, s *session) (int64, error) {
	return one(ctx, s, value[int64], "SELECT count FROM takedown WHERE one = 1")
}

// withdrawArticles gives the articles of a story a revision that is withdrawn, and returns their languages.
func withdrawArticles(ctx context.Context, w *session, story news.Story) (langs []string, err error) {
	for _, a := range story.Articles {
		if a.Status == news.Withdrawn {
			continue
		}
		if err := restate(ctx, w, story.ID, a, news.Withdrawn); err != nil {
			return nil, err
		}
		langs = append(langs, a.Lang)
	}
	return langs, touch(ctx, w, story.ID)
}

// restate writes an article's newest revision again with another status.
func restate(ctx context.Context, w *session, id string, a news.Article, to news.Status) error {
	a.Status = to
	now, err := newRevision(a, a.Number+1)
	if err != nil {
		return err
	}
	p := put{ctx: ctx, w: w, story: news.Story{ID: id}}
	return p.write(now)
}

func touch(ctx context.Context, w *session, id string) error {
	return w.exec(ctx, "INSERT INTO touched (story, whole) VALUES (?, 0) ON CONFLICT DO NOTHING", id)
}

// withdrawn is a row of that table.
type withdrawn struct {
	takedown int64
	langs    []string
	erase    bool
}

func readWithdrawn(ctx context.Context, s *session, id string) (withdrawn, error) {
	return one(ctx, s, func(r row) (v withdrawn, err error) {
		var langs string
		if err := r.Scan(&v.takedown, &langs, &v.erase); err != nil {
			return v, err
		}
		v.langs, err = decodeList[string](langs)
		return v, err
	}, "SELECT takedown, langs, erase FROM withdrawn WHERE story = ?", id)
}

// noteWithdrawn writes a story's row, or adds to it where the story was withdrawn before.
func noteWithdrawn(ctx context.Context, w *session, id string, now withdrawn) error {
	old, err := readWithdrawn(ctx, w, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	now.langs, now.erase = append(now.langs, old.langs...), now.erase || old.erase
	langs, err := encodeList(now.langs)
	if err != nil {
		return err
	}
	return w.exec(ctx, "INSERT OR REPLACE INTO withdrawn (story, takedown, langs, erase) VALUES (?, ?, ?, ?)",
		id, now.takedown, langs, now.erase)
}

// Restore implements store.Takedowns.
func (s *Store) Restore(ctx context.Context, name string) error {
	err := s.update(ctx, func(w *session) error {
		m, err := readMarks(ctx, w)
		if err != nil {
			return err
		}
		takedown, err := m.find(name)
		if err != nil {
			return err
		}
		stories, err := all(ctx, w, value[string], "SELECT story FROM withdrawn WHERE takedown = ?", takedown)
		if err != nil {
			return err
		}
		for _, id := range stories {
			if err := restore(ctx, w, id); err != nil {
				return err
			}
		}
		return w.exec(ctx, "DELETE FROM mark WHERE takedown = ?", takedown)
	})
	if err != nil {
		return fmt.Errorf("restore %q: %w", name, err)
	}
	return nil
}

// restore gives the articles that Withdraw withdrew the states that they had before.
func restore(ctx context.Context, w *session, id string) error {
	row, err := readWithdrawn(ctx, w, id)
	if err != nil {
		return err
	}
	story, err := readStory(ctx, w, id)
	if err != nil {
		return err
	}
	for _, a := range story.Articles {
		if !slices.Contains(row.langs, a.Lang) {
			continue
		}
		status, err := one(ctx, w, value[news.Status], `SELECT status FROM revision
			WHERE story = ? AND lang = ? AND status <> 'withdrawn' ORDER BY number DESC LIMIT 1`, id, a.Lang)
		if err != nil {
			return err
		}
		if err := restate(ctx, w, id, a, status); err != nil {
			return err
		}
	}
	if err := touch(ctx, w, id); err != nil {
		return err
	}
	return w.exec(ctx, "DELETE FROM withdrawn WHERE story = ?", id)
}

// Find implements store.Takedowns.
func (s *Store) Find(ctx context.Context, slug string) (string, error) {
	id, err := inOneRead(ctx, s, func(r *session) (string, error) {
		return one(ctx, r, value[string], "SELECT id FROM story WHERE slug = ?", slug)
	})
	if err != nil {
		return "", fmt.Errorf("story at %q: %w", slug, err)
	}
	return id, nil
}

// Ties implements store.Takedowns.
func (s *Store) Ties(ctx context.Context, id string) (store.Ties, error) {
	ties, err := inOneRead(ctx, s, func(r *session) (t store.Ties, err error) {
		if _, err := one(ctx, r, value[string], "SELECT id FROM story WHERE id = ?", id); err != nil {
			return t, err
		}
		if t.Linking, err = othersWith(ctx, r, id, toStory+id, toRelated+id); err != nil {
			return t, err
		}
		if t.Naming, err = naming(ctx, r, id); err != nil {
			return t, err
		}
		media, err := all(ctx, r, value[string], `SELECT DISTINCT target FROM reference
			WHERE story = ? AND target >= 'media:' AND target < 'media;' ORDER BY target`, id)
		for _, target := range media {
			m, err := readMedia(ctx, r, target[len(toMedia):])
			if err != nil {
				return t, err
			}
			others, err := othersWith(ctx, r, id, target, target)
			if err != nil {
				return t, err
			}
			t.Media = append(t.Media, store.TiedMedia{ID: m.ID, Name: m.Name, Others: others})
		}
		return t, err
	})
	if err != nil {
		return store.Ties{}, fmt.Errorf("ties of story %q: %w", id, err)
	}
	return ties, nil
}

// othersWith returns the stories but one that refer to either of two targets.
func othersWith(ctx context.Context, s *session, but, target, or string) ([]string, error) {
	return all(ctx, s, value[string], "SELECT DISTINCT story FROM reference WHERE target IN (?, ?) AND story <> ? ORDER BY story",
		target, or, but)
}

// naming returns the stories but one whose newest words have its address in them, or one that it had before.
func naming(ctx context.Context, s *session, id string) ([]string, error) {
	wanted, err := everyName(ctx, s, id)
	if err != nil {
		return nil, err
	}
	wanted = wanted[1:] // but the ID, which may be a common word
	day, slug, err := addressOf(ctx, s, id)
	if err != nil {
		return nil, err
	}
	moved, err := all(ctx, s, value[string], "SELECT address FROM moved WHERE story = ? AND instr(address, '/') > 0", id)
	if err != nil {
		return nil, err
	}
	for _, address := range moved { // by themselves, or as a link writes them
		wanted = append(wanted, address, (&url.URL{Path: address}).EscapedPath())
	}
	if slug != "" {
		wanted = append(wanted, "/story/"+strings.ReplaceAll(day, "-", "/")+"/"+slug+"/")
	}
	found := map[string]bool{}
	for _, w := range wanted {
		text, err := encode(w)
		if err != nil {
			return nil, err
		}
		ids, err := all(ctx, s, value[string], `SELECT a.story FROM article a JOIN revision r USING (story, lang, number)
			WHERE a.story <> ? AND instr(r.content, ?) > 0`, id, strings.Trim(text, `"`))
		if err != nil {
			return nil, err
		}
		for _, other := range ids {
			found[other] = true
		}
	}
	return sorted(found), nil
}

func addressOf(ctx context.Context, s *session, id string) (day, slug string, err error) {
	_, err = one(ctx, s, func(r row) (bool, error) { return true, r.Scan(&day, &slug) },
		"SELECT coalesce(day, ''), coalesce(slug, '') FROM story WHERE id = ?", id)
	return day, slug, err
}
