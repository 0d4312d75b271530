// Package importer brings into a newsroom what it has in another system. Import does so with a Source: the subfolders make
// those, one each kind. The package also holds what they share: the cleaning of text, the reading of HTML and plain text into
// blocks, the making of media, and the report.
//
// It knows no source itself, and opens no connection: files of the web come by a Fetcher.
//
//	report, err := importer.Import(ctx, st, src, importer.Options{Languages: []string{"en", "fa"}, Web: client})
//
// A source cleans what it reads:
//
//	clean := importer.NewCleaner("fa")
//	body, err := clean.HTML(content, base)
//
// A Writer is for the kinds that read their own files and write to the store themselves.
package importer

import (
	"context"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Store is what an import needs of a newsroom's store. Package store says more of each method.
type Store interface {
	// PutMany writes stories in one transaction: all of them, or none and an error. Putting the same again changes nothing.
	PutMany(ctx context.Context, stories []news.Story) ([]store.PutResult, error)
	// Story returns a story with the newest revision of each of its articles, or store.ErrNotFound.
	Story(ctx context.Context, id string) (news.Story, error)
	// PutMedia writes a media and the bytes of its renditions by name. It must come before the stories that show it.
	PutMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error
	// Media returns a media by its ID, or store.ErrNotFound.
	Media(ctx context.Context, id string) (news.Media, error)
	// Withdrawn returns the first of some IDs and addresses of stories under which one was withdrawn; "" when none was.
	Withdrawn(ctx context.Context, names ...string) (string, error)
}

// A Memory is a Store that remembers imports, as Import needs it: what it fetched, how far it came.
type Memory interface {
	Store
	store.Imports
}

// Progress is told how far an import has come: done of total, and what is being read. It may be nil.
type Progress func(done, total int, what string)

// Tell calls p, unless it is nil.
func (p Progress) Tell(done, total int, what string) {
	if p != nil {
		p(done, total, what)
	}
}
