package importer

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"

	"coranto/internal/store"
)

// The lists of a report, as the store keeps their entries (store.Finding.Kind).
const (
	ListProblems = "problems"
	ListMissing  = "missing"
	ListLeft     = "left"
	ListNotes    = "notes"
)

// tallies are the counts of an import, which are kept with its run so that one that goes on counts on.
type tallies struct {
	Kinds map[string]Tally `json:"kinds"`
	// Total has the counts of the report alone.
	Total Report `json:"total"`
}

func newTallies() tallies { return tallies{Kinds: make(map[string]Tally)} }

// parseTallies reads what encode wrote.
func parseTallies(state string) (t tallies, err error) {
	t = newTallies()
	err = json.Unmarshal([]byte(state), &t)
	return t, err
}

func (t tallies) encode() (string, error) {
	b, err := json.Marshal(t)
	return string(b), err
}

// clone returns a copy that can be counted on apart.
func (t tallies) clone() tallies {
	t.Kinds = maps.Clone(t.Kinds)
	return t
}

// count changes the tally of a kind.
func (t tallies) count(kind string, change func(*Tally)) {
	k := t.Kinds[kind]
	change(&k)
	t.Kinds[kind] = k
}

// met is the number of things met so far, of all kinds, and of those that the source has.
func (t tallies) met() (met, has int) {
	for _, k := range t.Kinds {
		met += k.Met()
		has += max(k.Has, k.Met())
	}
	return met, has
}

// report returns the report of an import, with the entries of its lists.
func (t tallies) report(findings iter.Seq2[store.Finding, error]) (Report, error) {
	r := t.Total
	r.Kinds = t.Kinds
	r.Problems, r.Notes = []Problem{}, []Problem{}
	r.Unlisted = make(map[string]int)
	listed := make(map[string]int)
	for f, err := range findings {
		if err != nil {
			return r, err
		}
		if listed[f.Kind]++; listed[f.Kind] > MaxListed {
			r.Unlisted[f.Kind]++
			continue
		}
		place := Place{f.File, f.Item}
		switch f.Kind {
		case ListProblems:
			r.Problems = append(r.Problems, Problem{place, f.Reason})
		case ListLeft:
			r.Left = append(r.Left, Problem{place, f.Reason})
		case ListNotes:
			r.Notes = append(r.Notes, Problem{place, f.Reason})
		case ListMissing:
			r.Missing = append(r.Missing, Absent{place, f.Media, f.Reason})
		}
	}
	return r, nil
}

// resume returns the counts of an import that was stopped, and the mark where it goes on; new counts where none was.
func resume(ctx context.Context, st Memory, source string) (tallies, string, error) {
	run, err := st.Run(ctx, source)
	if errors.Is(err, store.ErrNotFound) {
		return newTallies(), "", nil
	}
	if err != nil {
		return tallies{}, "", err
	}
	t, err := parseTallies(run.State)
	return t, run.Mark, err
}
