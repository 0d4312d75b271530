package sqlite

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"coranto/internal/store"
)

// finish compares each list, page and day that was noted with what it has become, appends what differs to the change
// log, and notes the time.
func (t *settling) finish(last settled, asOf time.Time) error {
	newest, err := t.finishLists()
	if err != nil {
		return err
	}
	for _, id := range sorted(t.changed) {
		if err := t.log(store.Change{Kind: store.StoryChanged, Story: id, List: store.List{Lang: t.changed[id]}}); err != nil {
			return err
		}
	}
	if err := t.finishPages(); err != nil {
		return err
	}
	for _, l := range slices.SortedFunc(maps.Keys(newest), byList) {
		if err := t.log(store.Change{Kind: store.NewestChanged, List: l}); err != nil {
			return err
		}
	}
	if err := errors.Join(t.finishDays(), t.finishBreaking(), t.finishPacks(), t.finishOldPaths()); err != nil {
		return err
	}
	takedowns, err := countTakedowns(t.ctx, t.w)
	if err != nil || last.ever && last.asOf.Equal(asOf) && len(t.changed) == 0 && len(t.breaking) == 0 && !t.repacked && len(t.oldPaths) == 0 && last.takedowns == takedowns {
		return err
	}
	// The newest entries of the change log may have been erased.
	return t.w.exec(t.ctx, `INSERT OR REPLACE INTO settled (one, seq, as_of, stories, takedowns)
		VALUES (1, max(?, (SELECT coalesce(max(seq), 0) FROM change)), ?, ?, ?)`,
		last.seq, formatTime(asOf), last.stories+t.shown, takedowns)
}

// log appends to the change log. The address is not part of it: a story's never changes.
func (t *settling) log(c store.Change) error {
	return t.w.exec(t.ctx, "INSERT INTO change (kind, story, lang, topic, page, day, first) VALUES (?, ?, ?, ?, ?, ?, ?)",
		string(c.Kind), c.Story, c.List.Lang, keyOf(c.List), c.Page, c.Day, c.First)
}

func byList(a, b store.List) int {
	return cmp.Or(cmp.Compare(a.Lang, b.Lang), cmp.Compare(keyOf(a), keyOf(b)))
}

// finishLists writes the rows of the lists that changed, and returns those whose newest headlines differ.
func (t *settling) finishLists() (map[store.List]bool, error) {
	newest := map[store.List]bool{}
	for l, s := range t.lists {
		now, err := t.newest(l)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(now, s.newest) || slices.ContainsFunc(now, func(p position) bool { return s.reworded[p.story] }) {
			newest[l] = true
		}
		if err := t.nameList(l, s, now); err != nil {
			return nil, err
		}
		named := s.name != s.oldName
		if l.Topic != "" && (named || (s.articles.before == 0) != (s.articles.now == 0)) {
			newest[store.List{Lang: l.Lang}] = true // a language's front names its topics
		}
		if named && s.articles.before > 0 { // and each page of a list its name
			newest[l] = true
			if err := t.allPages(l, s); err != nil {
				return nil, err
			}
		}
		if err := t.w.exec(t.ctx, "INSERT OR REPLACE INTO list (lang, topic, name, places, articles) VALUES (?, ?, ?, ?, ?)",
			l.Lang, keyOf(l), s.name, s.places, s.articles.now); err != nil {
			return nil, err
		}
	}
	return newest, nil
}

// nameList gives a topic, place or author the name that its newest article calls it; without one the last name stays.
func (t *settling) nameList(l store.List, s *list, newest []position) (err error) {
	if l.All() || len(newest) == 0 {
		return nil
	}
	s.name, err = one(t.ctx, t.w, value[string], "SELECT name FROM listing WHERE story = ? AND lang = ? AND topic = ?",
		newest[0].story, l.Lang, keyOf(l))
	return err
}

// allPages notes every page of a list as changed. Those that were not noted before have the same headlines as ever.
func (t *settling) allPages(l store.List, s *list) error {
	for n := 1; n <= pageOf(s.places); n++ {
		if err := t.page(l, n, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *settling) finishPages() error {
	for _, k := range slices.SortedFunc(maps.Keys(t.pages), func(a, b page) int {
		return cmp.Or(byList(a.List, b.List), cmp.Compare(a.number, b.number))
	}) {
		now, err := t.countPage(k)
		if err != nil {
			return err
		}
		c := store.Change{Kind: store.PlaceChanged, List: k.List, Page: k.number, First: (t.pages[k] == 0) != (now == 0)}
		if err := t.log(c); err != nil {
			return err
		}
	}
	return nil
}

func (t *settling) finishDays() error {
	for _, k := range slices.SortedFunc(maps.Keys(t.days), byDay) {
		c := t.days[k]
		var err error
		if c.now == 0 {
			err = t.w.exec(t.ctx, "DELETE FROM day WHERE lang = ? AND day = ?", k.lang, k.day)
		} else {
			err = t.w.exec(t.ctx, "INSERT OR REPLACE INTO day (lang, day, articles) VALUES (?, ?, ?)", k.lang, k.day, c.now)
		}
		if err != nil {
			return err
		}
		if err := t.log(store.Change{Kind: store.DayChanged, List: store.List{Lang: k.lang}, Day: k.day,
			First: (c.before == 0) != (c.now == 0)}); err != nil {
			return err
		}
	}
	return nil
}
