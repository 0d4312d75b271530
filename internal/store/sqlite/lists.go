package sqlite

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// The numbered lists of a settling: who stands in them, at which place, and what they were before.

// A listed is an article's row in a list.
type listed struct {
	key, name string
	place     int
	public    bool
}

func scanListed(r row) (v listed, err error) {
	err = r.Scan(&v.key, &v.name, &v.place, &v.public)
	return v, err
}

// How the keys of the lists of places and authors begin, and the key of that of the pages that stand.
const (
	ofPlace  = "place/"
	ofAuthor = "author/"
	standing = "standing/"
)

// keyOf returns what stands for a list, within its language, in the column topic.
func keyOf(l store.List) string {
	switch {
	case l.Place != "":
		return ofPlace + l.Place
	case l.Author != "":
		return ofAuthor + l.Author
	case l.Standing:
		return standing
	}
	return l.Topic
}

// listOf returns the list of a language that a key stands for.
func listOf(lang, key string) store.List {
	l := store.List{Lang: lang}
	if slug, ok := strings.CutPrefix(key, ofPlace); ok {
		l.Place = slug
	} else if slug, ok := strings.CutPrefix(key, ofAuthor); ok {
		l.Author = slug
	} else if key == standing {
		l.Standing = true
	} else {
		l.Topic = key
	}
	return l
}

// listsOf returns the names, by key, of the lists that an article of such topics, places and bylines stands in, but for
// its language's own.
func listsOf(topics []news.Topic, places []news.Place, bylines []news.Byline) map[string]string {
	names := make(map[string]string, len(topics)+len(places)+len(bylines))
	for _, t := range topics {
		names[t.Slug] = t.Name
	}
	for _, p := range places {
		names[ofPlace+p.Slug] = p.Name
	}
	for _, b := range bylines {
		if b.Slug != "" && !b.Protected {
			names[ofAuthor+b.Slug] = b.Name
		}
	}
	return names
}

// place brings an article's rows in the lists that it stands in up to date. same says that its headline is as
// it was. Those that are new to a list wait in arrived, because their order decides their places.
func (t *settling) place(id, lang string, old version, was bool, cur version, is, same bool) error {
	rows, err := all(t.ctx, t.w, scanListed, `SELECT topic, name, place, published IS NOT NULL FROM listing
		WHERE story = ? AND lang = ?`, id, lang)
	if err != nil {
		return err
	}
	names := t.names(rows, old, was, cur, is)
	for _, l := range rows {
		name, stays := names[l.key]
		delete(names, l.key)
		if !stays && !l.public {
			continue
		}
		if !stays {
			name = l.name
		}
		now := listed{key: l.key, name: name, place: l.place, public: stays}
		if err := t.relist(position{cur.published, id}, lang, l, now, same); err != nil {
			return err
		}
	}
	for key, name := range names {
		l := listOf(lang, key)
		if t.arrived[l] == nil {
			t.arrived[l] = map[string]arrival{}
		}
		t.arrived[l][id] = arrival{position{cur.published, id}, name}
	}
	return nil
}

// names returns the names, by key, of the lists that an article now is in; "" is the language's own.
func (t *settling) names(rows []listed, old version, was bool, cur version, is bool) map[string]string {
	names := map[string]string{}
	if !is {
		return names
	}
	if was && old.number == cur.number {
		for _, l := range rows {
			if l.public {
				names[l.key] = l.name
			}
		}
		return names
	}
	if cur.standing {
		names[standing] = ""
		return names
	}
	names[""] = ""
	maps.Copy(names, cur.lists)
	return names
}

// relist changes an article's row in a list from one state to another. same says that its headline is as it was.
func (t *settling) relist(at position, lang string, from, to listed, same bool) error {
	l := listOf(lang, to.key)
	state, err := t.list(l)
	if err != nil {
		return err
	}
	state.reworded[at.story] = true
	if from == to && same {
		return nil
	}
	if from.public != to.public || !same {
		if err := t.page(l, pageOf(to.place), state); err != nil {
			return err
		}
	}
	if from.public {
		state.articles.now--
	}
	if to.public {
		state.articles.now++
	}
	return t.w.exec(t.ctx, "UPDATE listing SET published = iif(?, ?, NULL), name = ? WHERE story = ? AND lang = ? AND topic = ?",
		to.public, at.published, to.name, at.story, lang, to.key)
}

// pageOf returns the number of the page that a place is on; both count from 1.
func pageOf(place int) int { return (place-1)/store.PerPage + 1 }

// places returns the first and the last place of a page.
func places(page int) (first, last int) { return (page-1)*store.PerPage + 1, page * store.PerPage }

// list returns the state of a list, as it was before the first change to it.
func (t *settling) list(l store.List) (*list, error) {
	if s, ok := t.lists[l]; ok {
		return s, nil
	}
	s, err := one(t.ctx, t.w, func(r row) (*list, error) {
		s := &list{}
		err := r.Scan(&s.name, &s.places, &s.articles.before)
		return s, err
	}, "SELECT name, places, articles FROM list WHERE lang = ? AND topic = ?", l.Lang, keyOf(l))
	if errors.Is(err, store.ErrNotFound) {
		s, err = &list{}, nil
	}
	if err != nil {
		return nil, err
	}
	s.oldName, s.articles.now, s.reworded = s.name, s.articles.before, map[string]bool{}
	if s.newest, err = t.newest(l); err != nil {
		return nil, err
	}
	t.lists[l] = s
	return s, nil
}

func (t *settling) newest(l store.List) ([]position, error) {
	return all(t.ctx, t.w, func(r row) (p position, err error) {
		err = r.Scan(&p.published, &p.story)
		return p, err
	}, `SELECT published, story FROM listing WHERE lang = ? AND topic = ? AND published IS NOT NULL
		ORDER BY published DESC, story LIMIT ?`, l.Lang, keyOf(l), store.FrontSize)
}

// page notes that a page changes, before it does.
func (t *settling) page(l store.List, number int, state *list) (err error) {
	k := page{l, number}
	if _, ok := t.pages[k]; ok {
		return nil
	}
	first, _ := places(number)
	if first > state.places {
		t.pages[k] = 0
		return nil
	}
	t.pages[k], err = t.countPage(k)
	return err
}

func (t *settling) countPage(k page) (int, error) {
	first, last := places(k.number)
	return one(t.ctx, t.w, value[int], `SELECT count(published) FROM listing
		WHERE lang = ? AND topic = ? AND place BETWEEN ? AND ?`, k.Lang, keyOf(k.List), first, last)
}

// arrive gives the articles that are new to a list their places.
func (t *settling) arrive() error {
	for l, byStory := range t.arrived {
		state, err := t.list(l)
		if err != nil {
			return err
		}
		for _, a := range slices.SortedFunc(maps.Values(byStory), oldestFirst) {
			if err := t.page(l, pageOf(state.places+1), state); err != nil {
				return err
			}
			state.places++
			state.articles.now++
			if err := t.w.exec(t.ctx, `INSERT INTO listing (story, lang, topic, name, place, published)
				VALUES (?, ?, ?, ?, ?, ?)`, a.story, l.Lang, keyOf(l), a.name, state.places, a.published); err != nil {
				return err
			}
		}
	}
	return nil
}

func oldestFirst(a, b arrival) int {
	return cmp.Or(cmp.Compare(a.published, b.published), cmp.Compare(a.story, b.story))
}
