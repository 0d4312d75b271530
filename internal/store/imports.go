package store

import (
	"context"
	"iter"

	"coranto/internal/news"
)

// Imports is what a store keeps for imports: how far one came that was stopped, what it found, which files were fetched,
// what readers wrote under stories, and where articles stood on the web before. No snapshot shows any of it but where they stood.
type Imports interface {
	// PutBatch writes a part of an import in one transaction: its stories as PutMany does, and all else of the batch.
	PutBatch(ctx context.Context, b Batch) (BatchResult, error)
	// Run returns how far an import came that was stopped, by its source, or ErrNotFound.
	Run(ctx context.Context, source string) (Run, error)
	// Findings yields what an import has found so far, in the order of the batches.
	Findings(ctx context.Context, source string) iter.Seq2[Finding, error]
	// Taken returns which of some articles an import has taken already, and where in its source each stood.
	Taken(ctx context.Context, source string, articles []ArticleID) (map[ArticleID]string, error)
	// Comments returns what readers of another system wrote under a story, oldest first, then by ID. None is no error.
	Comments(ctx context.Context, story string) ([]news.Comment, error)
	// EndRun forgets an import: its run, its findings, and what it has taken. The stories stay.
	EndRun(ctx context.Context, source string) error

	// PutFetched notes that the file at a URL was fetched, and is a media of the store.
	PutFetched(ctx context.Context, url, media string) error
	// Fetched returns the media of some URLs, as far as they were fetched and are still there.
	Fetched(ctx context.Context, urls []string) (map[string]string, error)

	// PutMoved notes where articles stood; an address that is known leads to its newest article. The next Settle shows it.
	// Addresses of stories that were withdrawn are passed over.
	PutMoved(ctx context.Context, moved []Moved) error
	// MovedTo returns the articles that stood at some addresses, by address.
	MovedTo(ctx context.Context, addresses []string) (map[string]ArticleID, error)
}

// An ArticleID names an article.
type ArticleID struct{ Story, Lang string }

// Moved is an address on the web at which an article stood, in the one form that package importer gives it: without a
// scheme, as lantern.example/2014/05/border.
type Moved struct {
	Address string
	ArticleID
}

// A Batch is a part of an import.
type Batch struct {
	Stories []news.Story
	// Comments are what readers wrote under stories of the batch, or of the store, by story ID. PutBatch replaces those of
	// the same IDs. They must be valid (news.Comment.Validate).
	Comments map[string][]news.Comment
	// Run is how far the import has come with the batch. One without a Source is not kept, nor what follows.
	Run Run
	// State returns what to keep as Run.State, now that it is known what became of the stories: it is called within the
	// transaction, and must not use the store. Nil keeps what Run says.
	State func(BatchResult) (string, error)
	// Findings are what it found, in order, Taken where in the source each article of the batch stood.
	Findings []Finding
	Taken    map[ArticleID]string
}

// A BatchResult says what PutBatch did.
type BatchResult struct {
	// Stories are in the order of the batch's.
	Stories []PutResult
}

// A Run is how far an import has come.
type Run struct {
	// Source names what is imported, Mark where to go on in it.
	Source, Mark string
	// State is what the import itself wants to know when it goes on.
	State string
}

// A Finding is one entry of an import's report. Kind is its list; the others are words of package importer.
type Finding struct {
	Kind, File, Item, Media, Reason string
}
