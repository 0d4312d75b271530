package reader

import (
	"maps"
	"slices"
	"strings"
	"time"

	"coranto/edition"
)

// A packState is what a reader remembers of a language's packs: from when on it takes them, and which it holds, by the
// hashes of their texts. The zero packState is that of a reader which never took any.
type packState struct {
	from time.Time
	held map[string]edition.Hash
}

// since returns from when on packs are wanted: from when they were taken first, but no longer ago than MaxPaper before the
// newest, and no later than so long before it.
func (s packState) since(newest time.Time, atLeast time.Duration) time.Time {
	since := newest.Add(-min(atLeast, MaxPaper))
	if s.from.IsZero() || s.from.After(since) {
		return since
	}
	if first := newest.Add(-MaxPaper); s.from.Before(first) {
		return first
	}
	return s.from
}

// statePacks is the name of the state of a language's packs: a line with the time, and one for each pack, all without white
// space.
const statePacks = "packs-"

func (s state) packs(lang string) packState {
	p := packState{held: map[string]edition.Hash{}}
	for i, line := range s.lines(statePacks + lang) {
		if i == 0 {
			p.from, _ = time.Parse(time.RFC3339, line) // damaged: as if it were the first time
			continue
		}
		period, digits, _ := strings.Cut(line, "=")
		if h, err := edition.ParseHash(digits); err == nil {
			p.held[period] = h
		}
	}
	return p
}

func (s state) putPacks(lang string, p packState) {
	lines := []string{p.from.UTC().Format(time.RFC3339)}
	for _, period := range slices.Sorted(maps.Keys(p.held)) {
		lines = append(lines, period+"="+p.held[period].String())
	}
	s.putLines(statePacks+lang, lines)
}
