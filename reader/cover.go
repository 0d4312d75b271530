package reader

import (
	"slices"
	"strings"
	"time"

	"coranto/edition"
)

// packCost is what asking for one more pack counts for in bytes: the way there and back, and the proof of it.
const packCost = 4 << 10

// fewStories is how many stories a newspaper has at least, where the newsroom has them: fewer are filled up with older ones.
const fewStories = 20

// cover returns the cheapest packs of an index that hold all that came out since a time, oldest first: months, days and
// hours, of which a longer one takes the place of the shorter ones in it. What is held costs nothing. Where that is few
// stories, the last supplement comes first: of a newsroom that has just begun here, all stories are older.
func cover(x edition.PackIndex, since time.Time, held func(edition.Pack) bool) []edition.Pack {
	c := coverage{kinds: map[edition.PeriodKind][]edition.Pack{}, held: held}
	for _, p := range x.Packs {
		kind, begins, err := edition.ParsePeriod(p.Period)
		if err == nil && kind == edition.Day && begins.After(c.newest) {
			c.newest = begins
		}
		if err == nil && kind != edition.Supplement && ends(kind, begins).After(since) {
			c.kinds[kind] = append(c.kinds[kind], p)
		}
	}
	var all []edition.Pack
	for _, month := range c.within(edition.Month, "") {
		packs, _ := c.best(edition.Month, month)
		all = append(all, packs...)
	}
	stories := 0
	for _, p := range all {
		stories += p.Articles
	}
	if older, ok := lastSupplement(x); ok && stories < fewStories {
		all = append([]edition.Pack{older}, all...)
	}
	return all
}

// lastSupplement returns the pack of the newest of the older stories.
func lastSupplement(x edition.PackIndex) (last edition.Pack, ok bool) {
	for _, p := range x.Packs { // s10 stands before s9
		if kind, _, err := edition.ParsePeriod(p.Period); err == nil && kind == edition.Supplement && len(p.Period) >= len(last.Period) {
			last, ok = p, true
		}
	}
	return last, ok
}

// ends returns when a period is over.
func ends(k edition.PeriodKind, begins time.Time) time.Time {
	switch k {
	case edition.Month:
		return begins.AddDate(0, 1, 0)
	case edition.Day:
		return begins.AddDate(0, 0, 1)
	}
	return begins.Add(time.Hour)
}

// A coverage is the packs that are worth taking, by kind.
type coverage struct {
	kinds  map[edition.PeriodKind][]edition.Pack
	held   func(edition.Pack) bool
	newest time.Time // the newest day
}

// within returns the names of the periods of a kind in another, sorted, that have a pack themselves or shorter ones.
func (c coverage) within(kind edition.PeriodKind, outer string) (names []string) {
	length := len(edition.PeriodName(kind, time.Time{}))
	for k, packs := range c.kinds {
		for _, p := range packs {
			if k >= kind && strings.HasPrefix(p.Period, outer) {
				names = append(names, p.Period[:length])
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// best returns the cheapest packs of a period, and what they cost: its own, or those of the shorter periods in it.
func (c coverage) best(kind edition.PeriodKind, period string) ([]edition.Pack, int64) {
	var parts []edition.Pack
	sum := int64(0)
	if kind != edition.Hour {
		for _, name := range c.within(kind+1, period) {
			packs, cost := c.best(kind+1, name)
			parts, sum = append(parts, packs...), sum+cost
		}
	}
	i := slices.IndexFunc(c.kinds[kind], func(p edition.Pack) bool { return p.Period == period })
	if i < 0 {
		return parts, sum
	}
	own := c.kinds[kind][i]
	cost := own.Coded + packCost
	if c.held(own) {
		cost = 0
	}
	if kind == edition.Hour || cost <= sum || !c.complete(kind, period) {
		return []edition.Pack{own}, cost
	}
	return parts, sum
}

// complete says whether the shorter periods in one have all that it has: the hours of the newest day and of the day before
// are listed, and the days of the newest month and of the month before.
func (c coverage) complete(kind edition.PeriodKind, period string) bool {
	before := c.newest.AddDate(0, 0, -1)
	if kind == edition.Month {
		before = time.Date(c.newest.Year(), c.newest.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	}
	return period == edition.PeriodName(kind, c.newest) || period == edition.PeriodName(kind, before)
}
