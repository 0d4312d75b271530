package sqlite

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// announce notes that an article came onto or left the bar of its language, or has another headline there. same says
// that its headline is as it was.
func (t *settling) announce(id, lang string, old version, was bool, cur version, is, same bool) error {
	before, now := int64(never), int64(never)
	if was {
		before = old.breaking
	}
	if is {
		now = cur.breaking
	}
	if before == now && (same || now == never) {
		return nil
	}
	for _, until := range []int64{before, now} {
		if until != never {
			t.breaking[day{lang, news.BarFrom(unix(until)).Format(time.DateOnly)}] = true
		}
	}
	if !is {
		return nil
	}
	return t.w.exec(t.ctx, "UPDATE public SET breaking = ? WHERE story = ? AND lang = ?", orNull(now), id, lang)
}

func (t *settling) finishBreaking() error {
	for _, k := range slices.SortedFunc(maps.Keys(t.breaking), byDay) {
		c := store.Change{Kind: store.BreakingChanged, List: store.List{Lang: k.lang}, Day: k.day}
		if err := t.log(c); err != nil {
			return err
		}
	}
	for _, lang := range sorted(t.corrected) {
		if err := t.log(store.Change{Kind: store.CorrectionsChanged, List: store.List{Lang: lang}}); err != nil {
			return err
		}
	}
	return nil
}

func byDay(a, b day) int { return cmp.Or(cmp.Compare(a.lang, b.lang), cmp.Compare(a.day, b.day)) }
