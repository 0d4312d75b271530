package importer

import (
	"iter"
	"maps"
	"slices"

	"coranto/internal/store"
)

// A Report says what became of the articles that an import met: New + Changed + Unchanged + Refused = Total. Whatever else
// was refused, as a comment, counts as refused too, and in the total.
type Report struct {
	Total     int `json:"total"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	// Problems has one entry for each refused article. A file that can't be read at all counts as one, with no Item.
	Problems []Problem `json:"problems"`
	// Notes tell what was left out of articles that were taken, and change no count.
	Notes []Problem `json:"notes"`

	// What follows is told by Import alone.

	// Kinds reconciles what the source says that it has with what came in, by Item.Kind.
	Kinds map[string]Tally `json:"kinds,omitempty"`
	// Missing are the files that could not be had, Left what was left out although nothing is wrong with it.
	Missing []Absent  `json:"missing,omitempty"`
	Left    []Problem `json:"left,omitempty"`
	// Unlisted counts, by list, the entries beyond the first MaxListed of it: problems, missing, left, notes.
	Unlisted map[string]int `json:"unlisted,omitempty"`
	// ToFetch is the number of files that a rehearsal left where they are, for the import itself to fetch.
	ToFetch int `json:"to_fetch,omitempty"`
	// Rehearsal says that nothing was written, Resumed that an import which was stopped went on: the report is of both.
	Rehearsal bool `json:"dry_run,omitempty"`
	Resumed   bool `json:"resumed,omitempty"`
}

// MaxListed is the number of entries in each list of a Report; Options.Findings is told of all.
const MaxListed = 10_000

// A Tally says what became of all things of a kind. It adds up when Has is Taken + Missing + Left + Refused.
type Tally struct {
	// Has is how many the source says that it has.
	Has int `json:"has"`
	// Taken came in: New, Changed and Unchanged among them; the others came in with something else, as a category does with
	// its posts.
	Taken     int `json:"taken"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	// Missing are files that stand by themselves and could not be had, Left what was left out, Refused what is wrong.
	Missing int `json:"missing"`
	Left    int `json:"left"`
	Refused int `json:"refused"`
}

// Met is how many things of the kind the import met.
func (t Tally) Met() int { return t.Taken + t.Missing + t.Left + t.Refused }

// AddsUp says whether the import met as many things of the kind as the source says that it has.
func (t Tally) AddsUp() bool { return t.Has == t.Met() }

// AddsUp says whether each kind adds up.
func (r Report) AddsUp() bool {
	for _, t := range r.Kinds {
		if !t.AddsUp() {
			return false
		}
	}
	return true
}

// Whole says whether all came in that should: nothing was refused, no file is missing, and all kinds add up.
func (r Report) Whole() bool {
	return r.Refused == 0 && len(r.Missing) == 0 && r.AddsUp()
}

// KindNames returns the kinds of the report: those with most things first.
func (r Report) KindNames() []string {
	names := slices.Sorted(maps.Keys(r.Kinds))
	slices.SortStableFunc(names, func(a, b string) int {
		return max(r.Kinds[b].Has, r.Kinds[b].Met()) - max(r.Kinds[a].Has, r.Kinds[a].Met())
	})
	return names
}

// Findings yields the entries of the report's lists.
func (r Report) Findings() iter.Seq2[store.Finding, error] {
	return func(yield func(store.Finding, error) bool) {
		for _, list := range []struct {
			name    string
			entries []Problem
		}{{ListProblems, r.Problems}, {ListLeft, r.Left}, {ListNotes, r.Notes}} {
			for _, p := range list.entries {
				if !yield(store.Finding{Kind: list.name, File: p.File, Item: p.Item, Reason: p.Reason}, nil) {
					return
				}
			}
		}
		for _, m := range r.Missing {
			if !yield(store.Finding{Kind: ListMissing, File: m.File, Item: m.Item, Media: m.Media, Reason: m.Reason}, nil) {
				return
			}
		}
	}
}

// A Problem is something that an editor should look at.
type Problem struct {
	Place
	Reason string `json:"reason"`
}

// An Absent is a file that could not be had.
type Absent struct {
	// Place is that of the item that shows it.
	Place
	// Media is the file's name or URL, as the source has it.
	Media  string `json:"media"`
	Reason string `json:"reason"`
}

// String returns the file for people: file, item: URL: reason.
func (a Absent) String() string { return a.Place.String() + ": " + a.Media + ": " + a.Reason }

// A Place is where in the source something stands.
type Place struct {
	// File is the file or URL, with the line where it is known: border/fa.md:12.
	File string `json:"file"`
	// Item is what the source calls the article; empty where the file is one, or is unreadable.
	Item string `json:"item"`
}

// String returns the place for people: file, item.
func (p Place) String() string {
	if p.Item == "" {
		return p.File
	}
	return p.File + ", " + p.Item
}

// String returns the problem for people: file, item: reason.
func (p Problem) String() string { return p.Place.String() + ": " + p.Reason }
