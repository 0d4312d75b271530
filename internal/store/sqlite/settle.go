package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Settle implements store.Store.
//
// It compares what was public (the tables public, listing, list and day) with what now is, for the stories that were
// touched or fell due and those that refer to them, and for no others: its cost does not grow with the archive.
func (s *Store) Settle(ctx context.Context, asOf time.Time) error {
	err := s.update(ctx, func(w *session) error {
		last, err := readSettled(ctx, w)
		if err != nil {
			return err
		}
		t := newSettling(ctx, w, asOf.Unix())
		if err := t.stories(last); err != nil {
			return err
		}
		if err := t.arrive(); err != nil {
			return err
		}
		if last.ever && asOf.Before(last.asOf) {
			if err := t.takeBack(); err != nil {
				return err
			}
		}
		if err := t.takeOver(); err != nil {
			return err
		}
		if err := t.comeOut(); err != nil {
			return err
		}
		return t.finish(last, asOf)
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}

// settled is the row of that table; its zero stands for a store that never was.
type settled struct {
	ever      bool
	seq       int64
	asOf      time.Time
	stories   int
	takedowns int64
}

func readSettled(ctx context.Context, s *session) (settled, error) {
	v, err := one(ctx, s, func(r row) (v settled, err error) {
		var asOf string
		if err := r.Scan(&v.seq, &asOf, &v.stories, &v.takedowns); err != nil {
			return v, err
		}
		v.ever = true
		v.asOf, err = parseTime(asOf)
		return v, err
	}, "SELECT seq, as_of, stories, takedowns FROM settled")
	if errors.Is(err, store.ErrNotFound) {
		return settled{}, nil
	}
	return v, err
}

// A settling is one Settle in its transaction. It notes each list, page and day as it was before the first change to
// it, and at the end compares.
type settling struct {
	ctx  context.Context
	w    *session
	asOf int64

	changed map[string]string // by story the language that alone differs, or empty
	shown   int               // by how many the number of public stories grew
	lists   map[store.List]*list
	pages   map[page]int // the number of headlines that stood there
	days    map[day]*count
	arrived map[store.List]map[string]arrival // by story
	moved   map[string]bool                   // stories that are public in other languages than before
	retold  map[string]bool                   // stories with another headline
	// breaking are the bars that differ, by language and the first day of stories that carry them; corrected are the
	// languages whose record of corrections does.
	breaking  map[day]bool
	corrected map[string]bool

	oldPaths map[oldPath]bool    // those that differ
	outed    map[ArticleID]bool  // articles whose outings may lack one, or have one too many
	packs    map[string]*packing // by language
	repacked bool                // a pack differs
}

type page struct {
	store.List
	number int
}

type day struct{ lang, day string }

type count struct{ before, now int }

// A list is a row of that table, and what Settle must know of the list.
type list struct {
	name, oldName string
	places        int
	articles      count
	newest        []position
	reworded      map[string]bool // stories of which the list's headlines or feeds say something else
}

// A position is what orders a list.
type position struct {
	published int64
	story     string
}

// An arrival is an article that is new to a list.
type arrival struct {
	position
	name string // of the topic
}

func newSettling(ctx context.Context, w *session, asOf int64) *settling {
	return &settling{
		ctx: ctx, w: w, asOf: asOf,
		changed: map[string]string{}, lists: map[store.List]*list{}, pages: map[page]int{}, days: map[day]*count{},
		arrived: map[store.List]map[string]arrival{}, moved: map[string]bool{}, retold: map[string]bool{},
		breaking: map[day]bool{}, corrected: map[string]bool{},
		oldPaths: map[oldPath]bool{}, outed: map[ArticleID]bool{}, packs: map[string]*packing{},
	}
}

// touchedStory is a row of the table touched.
type touchedStory struct {
	id    string
	whole bool
}

func scanTouched(r row) (v touchedStory, err error) {
	err = r.Scan(&v.id, &v.whole)
	return v, err
}

// stories looks at each story that may have changed, in the order of their IDs, since of two that wish for one slug
// the first has it. Then it looks again, as at ones that changed in whole, at those that show something of them.
func (t *settling) stories(last settled) error {
	from, to := int64(math.MinInt64), t.asOf
	if last.ever {
		from = last.asOf.Unix()
	}
	work, err := all(t.ctx, t.w, scanTouched, `SELECT story, max(whole) FROM (
		SELECT story, whole FROM touched
		UNION ALL SELECT story, 0 FROM article WHERE status = 'published' AND published > ? AND published <= ?
		UNION ALL SELECT story, 0 FROM article WHERE status = 'published' AND breaking > ? AND breaking <= ?)
		GROUP BY story ORDER BY story`, min(from, to), max(from, to), min(from, to), max(from, to))
	if err != nil {
		return err
	}
	for _, s := range work {
		if s.whole {
			if err := t.noteStory(s.id); err != nil {
				return err
			}
		}
		if err := t.story(s.id, s.whole); err != nil {
			return fmt.Errorf("story %q: %w", s.id, err)
		}
	}
	if err := t.referring(); err != nil || len(work) == 0 {
		return err
	}
	return t.w.exec(t.ctx, "DELETE FROM touched")
}

// referring looks at the stories that link to one which came or went, and at those that call one related which did, or
// has another headline.
func (t *settling) referring() error {
	targets := map[string]bool{}
	for id := range t.moved {
		targets[toStory+id], targets[toRelated+id] = true, true
	}
	for id := range t.retold {
		targets[toRelated+id] = true
	}
	for _, target := range sorted(targets) {
		if id, _ := linked(target); t.moved[id] {
			if err := t.noteTarget(target, ""); err != nil {
				return err
			}
		}
		stories, err := all(t.ctx, t.w, value[string], "SELECT DISTINCT story FROM reference WHERE target = ?", target)
		if err != nil {
			return err
		}
		for _, id := range stories {
			if err := t.story(id, true); err != nil {
				return fmt.Errorf("story %q: %w", id, err)
			}
		}
	}
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// A version is the public state of an article: which revision, and what lists show of it.
type version struct {
	number             int
	published, updated int64
	kicker, headline   string
	standfirst         string
	breaking           int64 // until when it is breaking news; never when it is none now
	standing           bool  // it is a page that stands, not news
	// The others are of what is public now, where the revision is another.
	lists       map[string]string // names by key, but for the language's own
	corrections []news.Correction
}

// sameHeadline says whether lists show the same of both.
func (v version) sameHeadline(o version) bool {
	return v.published == o.published && v.updated == o.updated &&
		v.kicker == o.kicker && v.headline == o.headline && v.standfirst == o.standfirst
}

// langVersion is a version with its language, as a query returns it.
type langVersion struct {
	lang string
	version
}

// story compares what was public of a story with what now is. whole says that all of it changed.
func (t *settling) story(id string, whole bool) error {
	before, err := t.before(id)
	if err != nil {
		return err
	}
	now, err := t.now(id, before)
	if err != nil {
		return err
	}
	if err := t.oldAddresses(id, before, now); err != nil {
		return err
	}
	var media map[string]bool
	if len(before) > 0 {
		if media, err = t.shownMedia(id, true); err != nil {
			return err
		}
	}
	if !whole && len(before) > 0 {
		if whole, err = t.otherVoices(id); err != nil {
			return err
		}
		if whole {
			if err := t.noteStory(id); err != nil {
				return err
			}
		}
	}
	differs := whole && len(before)+len(now) > 0
	alone, others := "", whole // a language that differs, and whether pages in others do
	for _, lang := range sorted(union(before, now)) {
		old, was := before[lang]
		cur, is := now[lang]
		if was != is {
			t.moved[id], others = true, true
		}
		if was && is && old.number == cur.number {
			if err := t.announce(id, lang, old, was, cur, is, true); err != nil {
				return err
			}
			if !whole {
				continue
			}
		}
		others = others || differs
		differs, alone = true, lang
		if err := t.article(id, lang, old, was, cur, is); err != nil {
			return fmt.Errorf("article %s: %w", lang, err)
		}
	}
	if !differs {
		return nil
	}
	if earlier, again := t.changed[id]; others || again && earlier != alone {
		alone = ""
	}
	t.changed[id] = alone
	if len(before) > 0 {
		if err := t.noteMedia(id, media); err != nil {
			return err
		}
	}
	return t.show(id, len(before) > 0, len(now) > 0, now)
}

// otherVoices says whether the sources or claims of a public story are others than readers were shown.
func (t *settling) otherVoices(id string) (bool, error) {
	return one(t.ctx, t.w, value[bool], `SELECT s.open_sources <> h.sources OR s.claims <> h.claims
		FROM shown h JOIN story s ON s.id = h.story WHERE h.story = ?`, id)
}

func union[V any](a, b map[string]V) map[string]V {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

// before returns what was public of a story at the last Settle.
func (t *settling) before(id string) (map[string]version, error) {
	m := map[string]version{}
	rows := each(t.ctx, t.w, func(r row) (v langVersion, err error) {
		err = r.Scan(&v.lang, &v.number, &v.published, &v.updated, &v.kicker, &v.headline, &v.standfirst, &v.breaking, &v.standing)
		return v, err
	}, `SELECT lang, number, published, updated, kicker, headline, standfirst, coalesce(breaking, ?), standing
		FROM public WHERE story = ?`, never, id)
	for v, err := range rows {
		if err != nil {
			return nil, err
		}
		m[v.lang] = v.version
	}
	return m, nil
}

// now returns what is public of a story. A revision that was so before is taken from there, without reading its words.
func (t *settling) now(id string, before map[string]version) (map[string]version, error) {
	current, err := all(t.ctx, t.w, func(r row) (v langVersion, err error) {
		err = r.Scan(&v.lang, &v.number, &v.breaking)
		return v, err
	}, `SELECT lang, number, iif(breaking > ?, breaking, ?) FROM article
		WHERE story = ? AND status = 'published' AND published <= ?`, t.asOf, never, id, t.asOf)
	if err != nil {
		return nil, err
	}
	m := map[string]version{}
	for _, c := range current {
		v, ok := before[c.lang]
		if !ok || v.number != c.number {
			if v, err = t.readVersion(id, c.lang, c.number); err != nil {
				return nil, err
			}
		}
		v.breaking = c.breaking
		m[c.lang] = v
	}
	return m, nil
}

func (t *settling) readVersion(id, lang string, number int) (version, error) {
	r, err := one(t.ctx, t.w, scanRevision, "SELECT "+revisionColumns+` FROM revision r
		WHERE r.story = ? AND r.lang = ? AND r.number = ?`, id, lang, number)
	if err != nil {
		return version{}, err
	}
	var words struct {
		Kicker, Headline, Standfirst string
		Topics                       []news.Topic
		Places                       []news.Place
		Bylines                      []news.Byline
		Corrections                  []news.Correction
		Standing                     bool
	}
	err = decode(r.content, &words)
	return version{
		number: number, published: r.published, updated: r.updated,
		kicker: words.Kicker, headline: words.Headline, standfirst: words.Standfirst,
		lists: listsOf(words.Topics, words.Places, words.Bylines), corrections: words.Corrections,
		standing: words.Standing,
	}, err
}

// show writes a story's row of what is public.
func (t *settling) show(id string, was, is bool, now map[string]version) error {
	if !is {
		if was {
			t.shown--
		}
		return t.w.exec(t.ctx, "DELETE FROM shown WHERE story = ?", id)
	}
	if !was {
		t.shown++
		if err := t.address(id, now); err != nil {
			return err
		}
	}
	return t.w.exec(t.ctx, `INSERT INTO shown (story, day, slug, sources, claims)
		SELECT id, day, slug, open_sources, claims FROM story WHERE id = ?
		ON CONFLICT DO UPDATE SET sources = excluded.sources, claims = excluded.claims`, id)
}

// address gives a story its place on the site, unless it has one.
func (t *settling) address(id string, now map[string]version) error {
	story, err := one(t.ctx, t.w, func(r row) (a news.Story, err error) {
		err = r.Scan(&a.Slug, &a.Address.Slug)
		return a, err
	}, "SELECT wish, coalesce(slug, '') FROM story WHERE id = ?", id)
	if err != nil || story.Address.Slug != "" {
		return err
	}
	slug, err := freeSlug(t.ctx, t.w, story.Slug, id)
	if err != nil {
		return err
	}
	first := int64(math.MaxInt64)
	for _, v := range now {
		first = min(first, v.published)
	}
	return t.w.exec(t.ctx, "UPDATE story SET day = ?, slug = ? WHERE id = ?", dayOf(first), slug, id)
}

// article brings one language of a story up to date.
func (t *settling) article(id, lang string, old version, was bool, cur version, is bool) error {
	same := was && is && old.sameHeadline(cur)
	if was && is && !same {
		t.retold[id] = true
	}
	if wasNews, isNews := was && !old.standing, is && !cur.standing; !same || wasNews != isNews {
		if err := t.countDays(lang, old, wasNews, cur, isNews); err != nil {
			return err
		}
	}
	if err := t.place(id, lang, old, was, cur, is, same); err != nil {
		return err
	}
	if was && is && old.number == cur.number {
		return nil
	}
	t.outed[ArticleID{Story: id, Lang: lang}] = true
	if err := t.correct(id, lang, was, cur, is, same); err != nil {
		return err
	}
	if err := t.publish(id, lang, cur, is); err != nil {
		return err
	}
	return t.announce(id, lang, old, was, cur, is, same)
}

// publish writes an article's row of what is public.
func (t *settling) publish(id, lang string, cur version, is bool) error {
	if !is {
		return t.w.exec(t.ctx, "DELETE FROM public WHERE story = ? AND lang = ?", id, lang)
	}
	return t.w.exec(t.ctx, `INSERT OR REPLACE INTO public (story, lang, number, published, updated, kicker, headline, standfirst, breaking, standing)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, lang, cur.number, cur.published, cur.updated, cur.kicker, cur.headline, cur.standfirst,
		orNull(cur.breaking), cur.standing)
}

// countDays notes the days that an article was and is listed on.
func (t *settling) countDays(lang string, old version, was bool, cur version, is bool) error {
	if was {
		c, err := t.day(lang, dayOf(old.published))
		if err != nil {
			return err
		}
		c.now--
	}
	if is {
		c, err := t.day(lang, dayOf(cur.published))
		if err != nil {
			return err
		}
		c.now++
	}
	return nil
}

// day returns the count of a day, which is thereby noted as changed.
func (t *settling) day(lang, name string) (*count, error) {
	k := day{lang, name}
	if c, ok := t.days[k]; ok {
		return c, nil
	}
	n, err := one(t.ctx, t.w, value[int], "SELECT articles FROM day WHERE lang = ? AND day = ?", lang, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	t.days[k] = &count{n, n}
	return t.days[k], nil
}
