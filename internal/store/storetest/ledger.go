package storetest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// A ledger is the model's of outings: it works out every pack anew from all that ever came out.
type ledger struct {
	// revisions are all that were put, by story and language, oldest first.
	revisions map[[2]string][]news.Article
	outings   []outing
}

type outing struct {
	store.Outing
	lang       string
	time       time.Time
	published  time.Time
	first      bool
	supplement int
}

func newLedger() ledger { return ledger{revisions: map[[2]string][]news.Article{}} }

func (l *ledger) revise(id string, a news.Article) {
	k := [2]string{id, a.Lang}
	l.revisions[k] = append(l.revisions[k], a)
}

// settle brings the ledger up to what is public at a time.
func (l *ledger) settle(public map[string]news.Story, asOf time.Time) {
	var debuts []outing
	l.outings = slices.DeleteFunc(l.outings, func(o outing) bool {
		return o.time.After(asOf) || !slices.Contains(tags(public[o.Story]), o.lang)
	})
	for id, s := range public {
		for _, a := range s.Articles {
			last := 0
			for _, o := range l.outings {
				if o.Story == id && o.lang == a.Lang {
					last = max(last, o.Number)
				}
			}
			if last == a.Number {
				continue
			}
			if last > 0 && l.withdrawn(id, a.Lang, last, a.Number) {
				l.outings = slices.DeleteFunc(l.outings, func(o outing) bool { return o.Story == id && o.lang == a.Lang })
				last = 0
			}
			debuts = append(debuts, outing{store.Outing{Story: id, Number: a.Number}, a.Lang, asOf, a.Published, last == 0, 0})
		}
	}
	slices.SortFunc(debuts, func(a, b outing) int {
		return cmp.Or(a.published.Compare(b.published), cmp.Compare(a.Story, b.Story))
	})
	for _, o := range debuts {
		if o.first && o.published.Before(asOf.Add(-48*time.Hour)) {
			o.supplement = l.supplement(o.lang)
		}
		l.outings = append(l.outings, o)
	}
}

func (l *ledger) withdrawn(id, lang string, after, before int) bool {
	return slices.ContainsFunc(l.revisions[[2]string{id, lang}], func(a news.Article) bool {
		return a.Number > after && a.Number < before && a.Status == news.Withdrawn
	})
}

func (l *ledger) supplement(lang string) int {
	last, n := 1, 0
	for _, o := range l.outings {
		if o.lang == lang && o.supplement >= last {
			if o.supplement > last {
				last, n = o.supplement, 0
			}
			n++
		}
	}
	if n >= store.PerSupplement {
		last++
	}
	return last
}

// packs works out all packs of a language, and its seed.
func (l *ledger) packs(lang string, public map[string]news.Story) map[string][]packed {
	var newest time.Time
	held := map[string][]outing{}
	slices.SortStableFunc(l.outings, func(a, b outing) int {
		return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.Story, b.Story), cmp.Compare(a.Number, b.Number))
	})
	for _, o := range l.outings {
		if o.lang != lang {
			continue
		}
		if o.first && len(held[store.SeedPeriod]) < store.SeedArticles {
			held[store.SeedPeriod] = append(held[store.SeedPeriod], o)
		}
		periods := []string{fmt.Sprint("s", o.supplement)}
		if o.supplement == 0 {
			newest = o.time
			periods = []string{o.time.Format("2006-01-02T15"), o.time.Format("2006-01-02"), o.time.Format("2006-01")}
		}
		for _, p := range periods {
			same := func(e outing) bool { return e.Story == o.Story }
			held[p] = append(slices.DeleteFunc(held[p], same), o)
		}
	}
	if len(held[store.SeedPeriod]) < store.SeedArticles {
		delete(held, store.SeedPeriod)
	}
	m := map[string][]packed{}
	for p, outings := range held {
		if !thereIs(p, newest) {
			continue
		}
		for _, o := range outings {
			m[p] = append(m[p], packed{o.Outing, l.articleAt(public[o.Story], lang, o.Number)})
		}
	}
	return m
}

// thereIs says whether there is a pack of a period: the table in SPEC.md, section 20.
func thereIs(p string, newest time.Time) bool {
	day := newest.Truncate(24 * time.Hour)
	month := time.Date(newest.Year(), newest.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch len(p) {
	case len("2026-11-22T15"):
		return p[:10] == day.Format("2006-01-02") || p[:10] == day.Add(-time.Hour).Format("2006-01-02")
	case len("2026-11-22"):
		return p[:7] == month.Format("2006-01") || p[:7] == month.Add(-time.Hour).Format("2006-01")
	case len("2026-11"):
		return p != month.Format("2006-01")
	}
	return true
}

// articleAt returns a revision of a public story with what stands around it now.
func (l *ledger) articleAt(public news.Story, lang string, number int) news.Story {
	all := l.revisions[[2]string{public.ID, lang}]
	i := slices.IndexFunc(all, func(a news.Article) bool { return a.Number == number })
	a := all[i]
	newest := all[len(all)-1].Revision.Bylines
	a.Revision.Bylines = slices.DeleteFunc(slices.Clone(a.Revision.Bylines), func(b news.Byline) bool {
		return slices.ContainsFunc(newest, func(n news.Byline) bool { return n.Protected && n.Name == b.Name })
	})
	public.Articles = []news.Article{a}
	return public.ForReaders()
}

// packs notes the packs of a language that differ.
func (d *difference) packs(lang string, moved map[string]bool) {
	old, now := d.before.Packs[lang], d.after.Packs[lang]
	periods := map[string]bool{}
	for _, m := range []map[string][]packed{old, now} {
		for p := range m {
			periods[p] = true
		}
	}
	for p := range periods {
		around := slices.ContainsFunc(now[p], func(a packed) bool { return refersTo(a.Story.Articles[0].Revision, moved) })
		if !around && reflect.DeepEqual(old[p], now[p]) {
			continue
		}
		d.changes = append(d.changes, store.Change{Kind: store.PackChanged, List: store.List{Lang: lang}, Period: p,
			First: (len(old[p]) == 0) != (len(now[p]) == 0)})
	}
}

// refersTo says whether a revision links to one of some stories or calls it related.
func refersTo(r news.Revision, stories map[string]bool) bool {
	for s := range r.Spans() {
		if s.Link != "" && stories[s.Link[len("story:"):]] {
			return true
		}
	}
	return slices.ContainsFunc(r.Related, func(id string) bool { return stories[id] })
}
