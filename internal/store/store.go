// Package store says what a newsroom's store must do: keep stories and their revisions, tell what changed since, and
// remember the editions that were made of them. The stores themselves are its subfolders; storetest is the suite that
// each of them passes.
//
// Everything downstream works on "what changed since": the change log has a sequence that only grows, and each
// edition remembers the sequence that it covers.
package store

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"coranto/edition"
	"coranto/internal/news"
)

// ErrNotFound is returned for a story, media or edition that the store does not have.
var ErrNotFound = errors.New("not in the store")

// ErrConflict is returned by Seal when another publisher sealed an edition first. Nothing was changed.
var ErrConflict = errors.New("another edition was sealed in the meantime")

// PerPage is the number of articles on a numbered list page. It is part of the site's addresses.
const PerPage = 20

// A Store keeps one newsroom. Its methods may be called from several goroutines. Each write is one transaction: it
// happens whole, or not at all and returns an error.
type Store interface {
	// Put writes a story. Of its Articles, those with a new language are added, those whose words or state differ
	// from the store's get a new revision, the others are left as they are, and languages that are not named are left
	// alone. Sources and Claims are replaced unless nil. It appends to the change log only what changed.
	// Corrections that readers were shown stay: those that a given article lacks are added to it, in the order of their
	// times. Only Withdraw ends that.
	// The story must be valid (news.Story.Validate) and every figure's media already put.
	Put(ctx context.Context, s news.Story) (PutResult, error)
	// PutMany writes stories as Put does, in their order and in one transaction, which is many times faster: all of
	// them are written, or none. The results are in the same order.
	PutMany(ctx context.Context, stories []news.Story) ([]PutResult, error)
	// Story returns a story with the newest revision of each of its articles, whatever their status, or ErrNotFound.
	Story(ctx context.Context, id string) (news.Story, error)
	// Revisions returns all revisions of an article, oldest first.
	Revisions(ctx context.Context, id, lang string) ([]news.Revision, error)

	// PutMedia writes a media and the bytes of its renditions, by rendition name. Putting the same again changes nothing.
	// The name that a media was first put with stays. Other renditions than before, another focus or placeholder take
	// the place of the old, and the stories that show them enter the change log. Bytes that the store already has by their SHA-256 may be left out.
	PutMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error
	// Media returns a media by its ID, or ErrNotFound.
	Media(ctx context.Context, id string) (news.Media, error)
	// OpenRendition opens the bytes of a rendition by their SHA-256 in hex, or returns ErrNotFound. The last read returns
	// an error instead of io.EOF when the bytes are no longer those.
	OpenRendition(ctx context.Context, sha256 string) (io.ReadCloser, error)

	// Settle brings the store up to a time, before an edition is made of it: articles that have fallen due, and breaking
	// news that has come to its end, enter the change log, stories that come out for the first time get their address (its day is the earliest UTC day of
	// their public articles; of two that wish for one slug, the first by ID has it), and articles that are newly public get the
	// next place in the numbered lists of their language, topics, places and authors, in the order of their time of publication, then
	// story ID; one that stands (news.Revision) has its place in the list of those alone. A place is never given to another: what is no longer public leaves its place empty, and has the same
	// place when it is public again. Each revision that readers get to see comes out (PackReader) at that time, in its whole
	// second. Settling twice changes nothing. A time before the last one takes back what falls
	// due between them, and what came out.
	Settle(ctx context.Context, asOf time.Time) error
	// NextDue returns when the next edition is due: the zero time when that is now, because something was put since the
	// last Settle, or was settled or taken back and no edition covers it; otherwise the first time after the last Settle
	// at which an article falls due, or is no longer breaking news. It is not ok when nothing is to come.
	NextDue(ctx context.Context) (at time.Time, ok bool, err error)
	// Snapshot opens a view of the store as it stands now, which later writes don't change. Close it.
	Snapshot(ctx context.Context) (Snapshot, error)

	Takedowns
	Imports
	Editions
	Recovery
	Holdings
	io.Closer
}

// PutResult says what Put did, by language tag.
type PutResult struct {
	New, Changed, Unchanged []string
}

// Snapshot is a consistent view of what is public, as last settled: what was put since is not in it. It is what the
// site is a function of. Its methods may be called from several goroutines, and inside the loops over its iterators.
type Snapshot interface {
	// Seq is the position in the change log that this view covers.
	Seq() int64
	// AsOf is the time that the store was last settled at; zero when it never was.
	AsOf() time.Time
	// Takedowns is the number of times that something was withdrawn, as of the last Settle.
	Takedowns() int64
	// Changes yields what changed after a position, oldest first and each thing once, as settled.
	Changes(ctx context.Context, after int64) iter.Seq2[Change, error]
	// Story returns a story with its public articles alone and without what must never leave the store
	// (news.Story.ForReaders) nor its source's wish for a slug, or ErrNotFound when no article is public.
	Story(ctx context.Context, id string) (news.Story, error)
	// Stories yields the IDs of all stories with a public article, sorted by address.
	Stories(ctx context.Context) iter.Seq2[string, error]
	// Newest returns up to n headlines of a list, newest first, then by story ID.
	Newest(ctx context.Context, l List, n int) ([]Headline, error)
	// Page returns the headlines that stand on a numbered page of a list, newest first, then by story ID; pages count
	// from 1, the oldest. Empty places are left out.
	Page(ctx context.Context, l List, number int) ([]Headline, error)
	// Pages returns the number of numbered pages of a list: 0 when it never had an article.
	Pages(ctx context.Context, l List) (int, error)
	// Day returns the headlines of a language's news that were published on a UTC day (2026-11-22), newest first, then by
	// story ID.
	Day(ctx context.Context, lang, day string) ([]Headline, error)
	// Days returns the UTC days with public news of a language that begin with a prefix ("" or "2026-11"), oldest first.
	Days(ctx context.Context, lang, prefix string) ([]string, error)
	// Topics returns the topics of a language that have a public article, by slug. Of several names the newest article's counts.
	Topics(ctx context.Context, lang string) ([]news.Topic, error)
	// Places returns the places of a language that have a public article, as Topics does.
	Places(ctx context.Context, lang string) ([]news.Place, error)
	// Authors returns those who have a page of their own and a public article in a language, by slug: their slugs and
	// names alone. Of several names the newest article's counts.
	Authors(ctx context.Context, lang string) ([]news.Byline, error)
	// Breaking returns what is breaking news in a language, newest first, then by story ID.
	Breaking(ctx context.Context, lang string) ([]Breaking, error)
	// Corrections returns up to n corrections of public articles in a language, newest first, then by story ID and text.
	Corrections(ctx context.Context, lang string, n int) ([]Correction, error)
	// Languages returns the languages that have a public article, sorted by tag.
	Languages(ctx context.Context) ([]string, error)
	// Media returns a media by its ID, or ErrNotFound.
	Media(ctx context.Context, id string) (news.Media, error)
	// OpenRendition opens the bytes of a rendition by their SHA-256 in hex.
	OpenRendition(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// OldAddresses yields where the public articles stood before they were imported, sorted by address.
	OldAddresses(ctx context.Context) iter.Seq2[OldAddress, error]
	// OldPaths yields the paths that they have (OldPath), each once and sorted.
	OldPaths(ctx context.Context) iter.Seq2[string, error]
	// OldAddressesAt returns those of them that have a path (OldPath), sorted by address.
	OldAddressesAt(ctx context.Context, path string) ([]OldAddress, error)
	// Counts returns the number of stories and of articles that are public.
	Counts(ctx context.Context) (stories, articles int, err error)
	PackReader
	io.Closer
}

// A List is a numbered list of articles: the news of a language, that of one topic, one place or one author in it, or the
// language's pages that stand. At most one of Topic, Place, Author and Standing is set. An article that stands
// (news.Revision) is in the last alone, and that has no others.
type List struct {
	Lang     string
	Topic    string // a topic's slug (news.Topic)
	Place    string // a place's (news.Place)
	Author   string // that of a byline (news.Byline)
	Standing bool
}

// All says whether the list is that of all news in its language.
func (l List) All() bool { return l == List{Lang: l.Lang} }

// ChangeKind says what a Change is about.
type ChangeKind string

// The kinds of changes. Each names all that must be looked at again, so that nothing is worked out twice downstream.
const (
	// StoryChanged: any of the story's pages may differ; an article may have come or gone, or a story that it links to or
	// calls related, or such a related story has another headline, or a rendition that it shows is another. Fields: Story, Address; and List.Lang where one article alone differs,
	// which the pages in other languages show nothing of, but for those of its translations.
	StoryChanged ChangeKind = "story"
	// PlaceChanged: what stands on a numbered page of a list differs, or the name of its topic, place or author.
	// Fields: List, Page, First.
	PlaceChanged ChangeKind = "place"
	// NewestChanged: one of the newest FrontSize headlines of a list differs, came or went, or the words of such an
	// article do (feeds carry them). Of a topic, place or author, also when its name differs; of a language, also when its
	// topics or their names do. Fields: List.
	NewestChanged ChangeKind = "newest"
	// DayChanged: what was published on a day differs. Fields: List.Lang, Day, First.
	DayChanged ChangeKind = "day"
	// BreakingChanged: what is breaking news in a language differs, or its headlines do. Fields: List.Lang, Day: the first
	// whose stories carry, or carried, its bar on their own pages (news.BarFrom).
	BreakingChanged ChangeKind = "breaking"
	// CorrectionsChanged: the corrections of a language differ, or the headlines above them do. Fields: List.Lang.
	CorrectionsChanged ChangeKind = "corrections"
	// PackChanged: what a pack holds differs, or the language's seed does: other articles or revisions, or something else
	// around the words of one: its story's sources or claims, a story that it links to came or went, or a rendition is
	// another or no longer shown. Fields: List.Lang, Period (SeedPeriod for the seed), First.
	PackChanged ChangeKind = "pack"
	// OldPathChanged: an old address with a path (OldPath) came or went, leads to another article, or that article has
	// another headline. Fields: Path.
	OldPathChanged ChangeKind = "oldpath"
)

// FrontSize is the number of headlines on a front, a topic's front and in a feed.
const FrontSize = 30

// A Change is one entry of the change log.
type Change struct {
	Seq     int64
	Kind    ChangeKind
	Story   string
	Address news.Address
	List    List
	Page    int
	Day     string
	Period  string // of a pack
	Path    string // of an old address
	// First says that the page, the day or the pack came into being or went, so that the pages which link to it differ
	// too: it had no headlines and now has, or had and now has none.
	First bool
}

// A Headline is what a list shows of an article.
type Headline struct {
	Story      string
	Address    news.Address
	Lang       string
	Kicker     string
	Headline   string
	Standfirst string
	Published  time.Time
	Updated    time.Time
}

// Breaking is an article that is breaking news.
type Breaking struct {
	Headline
	Until time.Time
}

// A Correction is one of an article's, with the article's headline as it is now.
type Correction struct {
	Headline
	Time time.Time
	Text string
}

// Editions is the memory of what was published. All of it is made again from a mirror when it is lost, but for the
// stories themselves.
type Editions interface {
	// Head returns the last edition that was sealed; the zero Head when there was none.
	Head(ctx context.Context) (Head, error)
	// Seal makes an edition the last one, in one transaction with everything that belongs to it, if the last one is
	// still number e.Head.Number-1; otherwise it returns ErrConflict and changes nothing.
	Seal(ctx context.Context, e Edition) error
	// File returns a published file by its path, or ErrNotFound; one that was removed is not there.
	File(ctx context.Context, path string) (File, error)
	// Files yields the published files whose key (edition.Key) begins with a prefix, sorted by key; "" yields all.
	Files(ctx context.Context, prefix string) iter.Seq2[File, error]
	// FilesSince yields the files that editions after number n wrote or removed (Removed), sorted by key. Removals from
	// before the last purge are forgotten.
	FilesSince(ctx context.Context, n uint64) iter.Seq2[File, error]
	// ObjectsSince yields the objects that editions after number n brought, in the order they were brought.
	ObjectsSince(ctx context.Context, n uint64) iter.Seq2[edition.Hash, error]
	// Folders returns the first parts of all paths that editions ever had, sorted: their folders and the files beside these.
	Folders(ctx context.Context) ([]string, error)
	// HasObject says whether an edition brought an object, unless a purge since then has left it out.
	HasObject(ctx context.Context, h edition.Hash) (bool, error)
	// LogHashes returns the stored hashes of the edition log at indexes, as golang.org/x/mod/sumdb/tlog counts them.
	LogHashes(ctx context.Context, indexes []int64) ([]edition.Hash, error)
	// Records returns the log's records at indexes from to to-1: the hash of each edition's manifest
	// (edition.ManifestHash), which Seal took from Head.Manifest. It returns ErrNotFound when one is missing.
	Records(ctx context.Context, from, to int64) ([]edition.Hash, error)
	// Delivered returns the number of the last edition that was wholly delivered to a target; 0 when none was.
	Delivered(ctx context.Context, target string) (uint64, error)
	// SetDelivered notes that an edition was wholly delivered to a target.
	SetDelivered(ctx context.Context, target string, n uint64) error
}

// A Head is the state of the editions after one was sealed.
type Head struct {
	// Number counts editions from 1.
	Number uint64
	// Seq is the position in the change log that the edition covers.
	Seq int64
	// Fingerprint stands for all that the pages depend on besides the store: when it differs, everything is rendered again.
	Fingerprint string
	// Takedowns is how many the edition covers (Snapshot.Takedowns), and Purge the number of the last edition that was a
	// purge; 0 when none was. A target that has not wholly got that edition may still hold what was taken back.
	Takedowns int64
	Purge     uint64
	// Root is the tree's root, Manifest the edition's manifest as bytes.
	Root     edition.Hash
	Manifest []byte
	// Origin, LogSize and LogHash are the edition log's head.
	Origin  string
	LogSize int64
	LogHash edition.Hash
	Sealed  time.Time
}

// An Edition is what Seal writes.
type Edition struct {
	Head Head
	// Files are the files that this edition wrote or removed; the others stay as they are.
	Files []File
	// Objects are those that no earlier edition brought, tree nodes and manifest included.
	Objects []edition.Hash
	// LogHashes are the stored hashes that the log grew by, from the index of LogStart on: the one after the last that
	// the store has, or 0 when Head.Origin is a new one, whose log replaces the old.
	LogStart  int64
	LogHashes []edition.Hash
	// Reached are all objects that the edition leads to, when it is a purge (Head.Purge is its own number): Seal then
	// forgets all others, the files that were removed, and the roots and manifests of earlier editions. Their records stay.
	Reached map[edition.Hash]struct{}
}

// A File is one published file.
type File struct {
	Path string
	// Plain is the SHA-256 of the file's bytes before any encoding.
	Plain edition.Hash
	// Entry is what the tree says of it.
	Entry edition.Entry
	// Edition is the one that wrote it last: Seal sets it.
	Edition uint64
	// Removed says that this edition took the file away; Plain and Entry are then zero.
	Removed bool
}
