package sqlite

import (
	"cmp"
	"errors"
	"slices"

	"coranto/internal/news"
	"coranto/internal/store"
)

// The ledger of outings: what came out, when.

// An outing is a row of that table, of an article that is known.
type outing struct {
	number     int
	time       int64
	supplement int
}

func scanOuting(r row) (o outing, err error) {
	err = r.Scan(&o.number, &o.time, &o.supplement)
	return o, err
}

// outings returns the outings of an article, oldest first.
func (t *settling) outings(a ArticleID) ([]outing, error) {
	return all(t.ctx, t.w, scanOuting, "SELECT number, time, supplement FROM outing WHERE story = ? AND lang = ? ORDER BY number",
		a.Story, a.Lang)
}

// takeBack removes the outings that are later than the settling's time, as when that is before the last one's.
func (t *settling) takeBack() error {
	langs, err := all(t.ctx, t.w, value[string], "SELECT lang FROM list WHERE topic = '' ORDER BY lang")
	if err != nil {
		return err
	}
	for _, lang := range langs {
		late, err := all(t.ctx, t.w, value[string], "SELECT DISTINCT story FROM outing WHERE lang = ? AND time > ?", lang, t.asOf)
		if err != nil {
			return err
		}
		for _, story := range late {
			a := ArticleID{Story: story, Lang: lang}
			t.outed[a] = true
			if err := t.removeOutings(a, t.asOf); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeOutings removes the outings of an article that are later than a time.
func (t *settling) removeOutings(a ArticleID, after int64) error {
	rows, err := t.outings(a)
	if err != nil {
		return err
	}
	for _, o := range rows {
		if o.time <= after {
			continue
		}
		if err := t.noteOuting(a.Lang, o); err != nil {
			return err
		}
		for _, table := range []string{"outing", "outing_reference"} {
			if err := t.w.exec(t.ctx, "DELETE FROM "+table+" WHERE story = ? AND lang = ? AND number = ?", a.Story, a.Lang, o.number); err != nil {
				return err
			}
		}
	}
	return nil
}

// A debut is an article that comes out now, with a first outing or another.
type debut struct {
	ArticleID
	number    int
	published int64
	first     bool
}

// comeOut brings the ledger up to date for the articles that were noted. It is done at the end, because the order of
// publication decides who is in which supplement.
func (t *settling) comeOut() error {
	var debuts []debut
	for a := range t.outed {
		d, ok, err := t.reconcile(a)
		if err != nil {
			return err
		}
		if ok {
			debuts = append(debuts, d)
		}
	}
	slices.SortFunc(debuts, func(a, b debut) int {
		return cmp.Or(cmp.Compare(a.Lang, b.Lang), cmp.Compare(a.published, b.published), cmp.Compare(a.Story, b.Story))
	})
	for _, d := range debuts {
		if err := t.debut(d); err != nil {
			return err
		}
	}
	return nil
}

// reconcile compares the outings of an article with what is public of it, and returns what has to come out. What is no
// longer public, or stands, has no outings, nor has what was withdrawn in between, even if no edition was ever without it.
func (t *settling) reconcile(a ArticleID) (d debut, comesOut bool, err error) {
	rows, err := t.outings(a)
	if err != nil {
		return d, false, err
	}
	d, err = one(t.ctx, t.w, func(r row) (debut, error) {
		d := debut{ArticleID: a}
		return d, r.Scan(&d.number, &d.published)
	}, "SELECT number, published FROM public WHERE story = ? AND lang = ? AND standing = 0", a.Story, a.Lang)
	public := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return d, false, err
	}
	if len(rows) == 0 {
		d.first = true
		return d, public, nil
	}
	last := rows[len(rows)-1].number
	if public {
		if last == d.number {
			return d, false, nil
		}
		d.first, err = one(t.ctx, t.w, value[bool], `SELECT EXISTS (SELECT 1 FROM revision
			WHERE story = ? AND lang = ? AND number > ? AND number < ? AND status = 'withdrawn')`, a.Story, a.Lang, last, d.number)
		if err != nil {
			return d, false, err
		}
	}
	if !public || d.first {
		err = t.removeOutings(a, never)
	} else {
		err = t.noteProtected(a, d.number, rows)
	}
	return d, public, err
}

// debut writes the outing of an article.
func (t *settling) debut(d debut) error {
	o := outing{number: d.number, time: t.asOf}
	if d.first && d.published < t.asOf-int64(store.OlderStory.Seconds()) {
		var err error
		if o.supplement, err = t.supplement(d.Lang); err != nil {
			return err
		}
	}
	if err := t.noteOuting(d.Lang, o); err != nil {
		return err
	}
	if err := t.w.exec(t.ctx, "INSERT INTO outing (story, lang, number, time, supplement, first) VALUES (?, ?, ?, ?, ?, ?)",
		d.Story, d.Lang, o.number, o.time, o.supplement, d.first); err != nil {
		return err
	}
	return t.w.exec(t.ctx, `INSERT INTO outing_reference (target, story, lang, number)
		SELECT target, story, lang, ? FROM reference WHERE story = ? AND lang = ?`, o.number, d.Story, d.Lang)
}

// supplement returns the number of the supplement that an older story goes into.
func (t *settling) supplement(lang string) (int, error) {
	last, err := one(t.ctx, t.w, value[int], "SELECT coalesce(max(supplement), 0) FROM outing WHERE lang = ?", lang)
	if err != nil || last == 0 {
		return 1, err
	}
	full, err := one(t.ctx, t.w, value[bool], `SELECT count(*) >= ? FROM outing WHERE lang = ? AND supplement = ?`,
		store.PerSupplement, lang, last)
	if full {
		last++
	}
	return last, err
}

// noteOuting notes the periods that an outing is in.
func (t *settling) noteOuting(lang string, o outing) error {
	for _, p := range o.periods() {
		if err := t.notePeriod(lang, p); err != nil {
			return err
		}
	}
	return nil
}

// noteWords notes that of an article's outings with some numbers the words are the same and what is around them is not.
func (t *settling) noteWords(a ArticleID, some func(number int) bool) error {
	rows, err := t.outings(a)
	if err != nil {
		return err
	}
	for _, o := range rows {
		if !some(o.number) {
			continue
		}
		if err := t.noteOuting(a.Lang, o); err != nil {
			return err
		}
		t.packs[a.Lang].reworded[store.Outing{Story: a.Story, Number: o.number}] = true
	}
	return nil
}

// noteStory is noteWords for all that came out of a story.
func (t *settling) noteStory(id string) error {
	langs, err := all(t.ctx, t.w, value[string], "SELECT DISTINCT lang FROM outing WHERE story = ?", id)
	if err != nil {
		return err
	}
	for _, lang := range langs {
		if err := t.noteWords(ArticleID{Story: id, Lang: lang}, func(int) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// noteTarget is noteWords for all that came out and refers to something; of one story alone, or of all with "".
func (t *settling) noteTarget(target, story string) error {
	type referring struct {
		ArticleID
		number int
	}
	found, err := all(t.ctx, t.w, func(r row) (v referring, err error) {
		err = r.Scan(&v.Story, &v.Lang, &v.number)
		return v, err
	}, "SELECT story, lang, number FROM outing_reference WHERE target = ? AND (? = '' OR story = ?)", target, story, story)
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := t.noteWords(f.ArticleID, func(number int) bool { return number == f.number }); err != nil {
			return err
		}
	}
	return nil
}

// shownMedia returns the media that a story's public articles show, or that they showed at the last Settle: of what is
// public the newest revision is known, and of what was the one that came out.
func (t *settling) shownMedia(id string, was bool) (map[string]bool, error) {
	query := `SELECT r.target FROM public p JOIN reference r USING (story, lang)
		WHERE p.story = ? AND r.target >= 'media:' AND r.target < 'media;'`
	if was {
		query = `SELECT r.target FROM public p JOIN outing_reference r USING (story, lang, number)
			WHERE p.story = ? AND r.target >= 'media:' AND r.target < 'media;'`
	}
	targets, err := all(t.ctx, t.w, value[string], query, id)
	shown := map[string]bool{}
	for _, target := range targets {
		shown[target] = true
	}
	if err == nil && was {
		err = t.addStanding(shown, id)
	}
	return shown, err
}

// addStanding adds the media that a story's pages showed that stand: they never came out.
func (t *settling) addStanding(shown map[string]bool, id string) error {
	stood, err := all(t.ctx, t.w, value[string], `SELECT r.content FROM public p JOIN revision r USING (story, lang, number)
		WHERE p.story = ? AND p.standing = 1`, id)
	for _, content := range stood {
		var r news.Revision
		if err := decode(content, &r); err != nil {
			return err
		}
		for media := range r.Media() {
			shown[toMedia+media] = true
		}
	}
	return err
}

// noteMedia notes what came out of a story with media that its public articles no longer show, or show again.
func (t *settling) noteMedia(id string, before map[string]bool) error {
	now, err := t.shownMedia(id, false)
	if err != nil {
		return err
	}
	for target := range union(before, now) {
		if before[target] == now[target] {
			continue
		}
		if err := t.noteTarget(target, id); err != nil {
			return err
		}
	}
	return nil
}

// noteProtected notes the outings that name somebody whom the article's newest revision protects.
func (t *settling) noteProtected(a ArticleID, newest int, rows []outing) error {
	protected, err := protectedIn(t.ctx, t.w, a, newest)
	if err != nil || len(protected) == 0 {
		return err
	}
	exposed := map[int]bool{}
	for _, o := range rows {
		r, err := readRevision(t.ctx, t.w, a, o.number)
		if err != nil {
			return err
		}
		exposed[o.number] = slices.ContainsFunc(r.Bylines, func(b news.Byline) bool { return !b.Protected && protected[b.Name] })
	}
	return t.noteWords(a, func(number int) bool { return exposed[number] })
}
