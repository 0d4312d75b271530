package store

import (
	"context"
	"time"

	"coranto/edition"
	"coranto/internal/news"
)

// Recovery is the way back into a store that lost something, from an edition that was proved on a mirror. Publishing
// never uses it.
type Recovery interface {
	// Adopt makes an edition that came from elsewhere the last one, in one transaction. What it brings takes the place
	// of the store's memory of files, objects and log; files that only the store remembered count as removed by it, and
	// of deliveries only that to Adopted.Target is remembered. It returns ErrConflict and changes nothing unless the
	// edition is newer than the last one, or the same, and its log has every record that the store has of that log.
	Adopt(ctx context.Context, a Adopted) error
	// Rebuild writes stories as an edition shows them, in one transaction: with their addresses, the numbers of their
	// revisions and their places in the lists. Of an article that the store has, a higher number becomes its newest
	// revision; one that is not higher is left as it is, and so is an address that a story has. Of its outings, those of
	// revisions that the store has by then are remembered. The next Settle shows
	// them. Stories must be valid, numbers at least 1, and every figure's media already put.
	Rebuild(ctx context.Context, stories []Rebuilt) ([]RebuildResult, error)
	// CameOut returns the outings of a language that the store remembers.
	CameOut(ctx context.Context, lang string) (map[Outing]CameOut, error)
}

// An Adopted is an edition that the store did not seal itself, with all that belongs to it.
type Adopted struct {
	Head Head
	// Target is the name of the target that holds it whole.
	Target string
	// Files are all files of the edition; their Edition is not looked at.
	Files []File
	// Objects are all objects of it that the target holds, tree nodes, lists and manifest included.
	Objects []edition.Hash
	// Records are all records of the log of Head.Origin, the edition's own the last, and LogHashes all its stored hashes.
	Records, LogHashes []edition.Hash
}

// A Rebuilt is a story as an edition shows it.
type Rebuilt struct {
	Story news.Story
	// Pages are the numbered pages that its articles stand on, by list. An article without one, and one whose page has
	// no free place, gets the next place of the list, as a new one does.
	Pages map[List]int
	// Outings are when its articles came out, in any order.
	Outings []CameOut
}

// CameOut is an outing, as the store remembers it or as an edition's packs tell of it.
type CameOut struct {
	Lang   string
	Number int
	// Time is in whole seconds. Supplement is the number of the one that it is in, or 0.
	Time       time.Time
	Supplement int
}

// A RebuildResult says what Rebuild did with a story, by language tag.
type RebuildResult struct {
	// New are the articles that the store did not have, Changed those that got a newer revision, Left the others.
	New, Changed, Left []string
}
