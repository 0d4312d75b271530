package sqlite

import (
	"cmp"
	"slices"

	"coranto/internal/news"
)

// The public record of corrections: what readers were shown of it stays.

func scanCorrection(r row) (c news.Correction, err error) {
	var at int64
	err = r.Scan(&at, &c.Text)
	c.Time = unix(at)
	return c, err
}

// keepCorrections returns the corrections of an article that the store has, and with them those that readers were shown
// and that it lacks.
func (p *put) keepCorrections(a news.Article) ([]news.Correction, error) {
	kept, err := all(p.ctx, p.w, scanCorrection,
		"SELECT time, text FROM correction WHERE story = ? AND lang = ? AND kept = 1 ORDER BY time, text", p.story.ID, a.Lang)
	if err != nil {
		return nil, err
	}
	given := a.Revision.Corrections
	missing := slices.DeleteFunc(kept, func(c news.Correction) bool { return slices.ContainsFunc(given, c.Same) })
	if len(missing) == 0 {
		return given, nil
	}
	merged := append(slices.Clone(given), missing...)
	slices.SortStableFunc(merged, func(b, c news.Correction) int { return b.Time.Compare(c.Time) })
	return merged, nil
}

// correct brings the record of an article up to date. same says that its headline is as it was.
func (t *settling) correct(id, lang string, was bool, cur version, is, same bool) error {
	var before, now []news.Correction
	var err error
	if was {
		before, err = all(t.ctx, t.w, scanCorrection,
			"SELECT time, text FROM correction WHERE story = ? AND lang = ? AND public = 1 ORDER BY time, text", id, lang)
		if err != nil {
			return err
		}
	}
	if is {
		now = slices.SortedFunc(slices.Values(cur.corrections), func(b, c news.Correction) int {
			return cmp.Or(b.Time.Compare(c.Time), cmp.Compare(b.Text, c.Text))
		})
	}
	differ := !slices.EqualFunc(before, now, news.Correction.Same)
	if differ || !same && len(now) > 0 {
		t.corrected[lang] = true
	}
	if !differ {
		return nil
	}
	if len(before) > 0 {
		for _, query := range []string{
			"DELETE FROM correction WHERE story = ? AND lang = ? AND kept = 0",
			"UPDATE correction SET public = 0 WHERE story = ? AND lang = ?",
		} {
			if err := t.w.exec(t.ctx, query, id, lang); err != nil {
				return err
			}
		}
	}
	for _, c := range now {
		if err := t.w.exec(t.ctx, `INSERT OR REPLACE INTO correction (story, lang, time, text, public, kept)
			VALUES (?, ?, ?, ?, 1, 1)`, id, lang, c.Time.Unix(), c.Text); err != nil {
			return err
		}
	}
	return nil
}
