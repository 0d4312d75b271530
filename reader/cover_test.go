package reader

import (
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
)

// An index of a newsroom that published on many days: what came out in a period is in its pack, and in those of the longer ones.
func index(sizes map[string]int64) (x edition.PackIndex) {
	for period, coded := range sizes {
		x.Packs = append(x.Packs, edition.Pack{Period: period, Coded: coded, Articles: fewStories})
	}
	slices.SortFunc(x.Packs, func(a, b edition.Pack) int { return strings.Compare(a.Period, b.Period) })
	return x
}

func TestCover(t *testing.T) {
	x := index(map[string]int64{
		"2026-09": 900_000, "2026-10": 800_000,
		"2026-10-30": 30_000, "2026-10-31": 30_000, "2026-11-01": 30_000, "2026-11-20": 30_000, "2026-11-21": 5_500, "2026-11-22": 20_000,
		"2026-11-21T20": 3_000, "2026-11-21T23": 3_000, "2026-11-22T06": 3_000, "2026-11-22T07": 10_000, "2026-11-22T09": 9_000,
		"s1": 100_000, "s2": 100_000, "s9": 100_000, "s10": 5_000,
	})
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02T15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct{ name, since, held, want string }{
		{"away for minutes", "2026-11-22T09:30", "", "2026-11-22T09"},
		{"away for an hour or two", "2026-11-22T08:00", "", "2026-11-22T09"},
		{"what was held is taken again where it grew", "2026-11-22T07:10", "2026-11-22T07", "2026-11-22T07 2026-11-22T09"},
		{"a day is less than its hours", "2026-11-22T00:00", "", "2026-11-22"},
		{"hours that are held cost nothing", "2026-11-22T00:00", "2026-11-22T06 2026-11-22T07", "2026-11-22T06 2026-11-22T07 2026-11-22T09"},
		{"since last night", "2026-11-21T22:00", "", "2026-11-21T23 2026-11-22"},
		{"nothing came out at night", "2026-11-22T01:00", "2026-11-22", "2026-11-22"},
		{"some days", "2026-11-01T12:00", "", "2026-11-01 2026-11-20 2026-11-21 2026-11-22"},
		{"days of the month before", "2026-10-31T12:00", "", "2026-10-31 2026-11-01 2026-11-20 2026-11-21 2026-11-22"},
		{"a month that has no days any more", "2026-09-15T12:00", "2026-10", "2026-09 2026-10 2026-11-01 2026-11-20 2026-11-21 2026-11-22"},
		{"longer than the newest", "2026-11-23T00:00", "", "s10"},
	} {
		got := ""
		for _, p := range cover(x, at(tt.since), func(p edition.Pack) bool { return slices.Contains(strings.Fields(tt.held), p.Period) }) {
			got += " " + p.Period
		}
		if got = strings.TrimSpace(got); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}
