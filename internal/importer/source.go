package importer

import (
	"context"
	"iter"
	"time"

	"coranto/internal/news"
)

// A Source is something to import: an export, a live site, a feed, a folder. The subfolders of this package make them, and
// Import brings in what they hold: it fetches their media, leads their links to the stories that they meant, writes some
// hundred items at a time, remembers how far it came, and keeps the report.
type Source interface {
	// Identity names the source as it is now, so that an import that was stopped goes on where it was: another version of
	// it, as of another size or time, has another. Empty begins anew each time.
	Identity() string
	// Survey goes through the source without bringing anything in: it says what the source has, and where its articles
	// stand on the web. An error means that the source can't be read at all, and ends the import before it began.
	Survey(ctx context.Context, s *Survey) error
	// Items yields what the source has, in the same order each time, after the item of a mark; "" is the beginning. What
	// is wrong with an item stands in the item. An error ends the import: what was read before it stays.
	Items(ctx context.Context, after string) iter.Seq2[Item, error]
}

// An Opener is a Source that has files of its own, as a folder of pictures. Import asks it before it asks the web.
type Opener interface {
	// Open returns the file that a figure's Missing or an item's File names, at most MaxMedia bytes, and its name. It
	// returns an error that is fs.ErrNotExist where the source does not have it.
	// It may be called from several goroutines, while Items is at work.
	Open(ctx context.Context, ref string) (name string, file []byte, err error)
}

// A Keeper is a Source whose media stand ready as a newsroom publishes them. Figures name them by Media, not Missing: Import
// puts what the store lacks as it is, once CheckRendition has nothing against it, and refuses the articles that show the rest.
type Keeper interface {
	// Kept returns the media that figures name by an ID, and the bytes of its renditions by their names. It returns an error
	// that is fs.ErrNotExist where the source does not have it.
	Kept(ctx context.Context, id string) (m news.Media, renditions map[string][]byte, err error)
}

// An Item is one thing that a source has, by its own count: a post, a picture, a category.
type Item struct {
	// At is where it stands in the source.
	At Place
	// Kind is what the source calls it: post, page, attachment, comment, author, category. The report counts by it.
	Kind string
	// Count is how many things of the kind the item stands for; 0 is 1. A story that comes whole is one for each article.
	Count int
	// Mark is where to go on once the item was brought in: what Items is handed when the import is resumed.
	Mark string

	// Of these at most one is set; none says that the item is counted as taken, because what it says came in with others.

	// Story is a story with the articles that the item brings. The figures of its articles name their files by
	// Figure.Missing, until Import has fetched them; links stand as the source has them, absolute. An article that is
	// refused is refused with all that belongs to it.
	Story *news.Story
	// Before are earlier states of Story, oldest first: its revisions. Where the store has nothing of the story, Import puts
	// them before it in the same transaction; where it has, those alone that follow the last one that is the store's newest,
	// and none when no one is. They change no count.
	Before []news.Story
	// Kill says that the source takes Story back, which it names by its ID and the languages of its articles. Import
	// withdraws what the store has of these, in its own words, and leaves the item out where it has nothing.
	Kill bool
	// Made is when the source made this version of Story, or took it back; zero when it does not say. An item is left out where
	// the store has an article that was updated after that: sources send old versions again.
	Made time.Time
	// File is a media file that stands by itself, by the name that figures use for it too.
	File string
	// Err says why the item is refused, Left why it is left out although nothing is wrong with it.
	Err  error
	Left string

	// Comments are what readers wrote under the story: kept, never published. They count under KindComment, and are taken,
	// left out or refused as the item is: a source yields items only for comments that it leaves out by themselves.
	Comments []news.Comment
	// Notes say what of the item was changed or left out, and change no count.
	Notes []string
}

// A Survey is what a source says that it has, and where its articles stand on the web.
type Survey struct {
	// Has counts what the source says that it has, by Item.Kind.
	Has map[string]int
	// Moved is called with each address on the web that leads to an article: absolute URLs of http or https, as many
	// as there are. It keeps nothing in memory.
	Moved func(ctx context.Context, url, story, lang string) error
}
