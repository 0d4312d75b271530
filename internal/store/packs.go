package store

import (
	"context"
	"time"

	"coranto/edition"
	"coranto/internal/news"
)

// Packs are the text of many articles in one file: SPEC.md, section 20, says what each holds. The store keeps the ledger
// that they are made of: every outing of every article. An article comes out when it is public for the first time, and
// again with each revision that readers get to see. One that is no longer public, or that stands (news.Revision), has no
// outings any more, so that none of its revisions is in any pack; when it is public news again it comes out for the first
// time.

const (
	// PerSupplement is the number of articles that a supplement has before the next one begins.
	PerSupplement = edition.SupplementSize
	// MaxSupplements is the number of supplements that a language has: an index has room for them and for the months of
	// decades. Older stories beyond are in no pack.
	MaxSupplements = 2048
	// OlderStory is how long before its first outing an article says that it was published, at least, to be an older
	// story, which is in a supplement.
	OlderStory = 48 * time.Hour
	// SeedArticles is the number of articles that a language's seed is made of: those that came out first.
	SeedArticles = 64
	// SeedPeriod stands for a language's seed where a change names the period of a pack.
	SeedPeriod = "seed"
)

// A Pack is a period in which articles of a language came out: an hour as 2026-11-22T15, a day as 2026-11-22, a month as
// 2026-11, or a supplement as s1.
type Pack struct {
	Period   string
	Articles int
}

// An Outing is an article's coming out: the revision that did.
type Outing struct {
	Story  string
	Number int
}

// PackReader is what a snapshot tells of packs.
type PackReader interface {
	// Packs returns the packs that there are of a language, sorted by the name of the period.
	Packs(ctx context.Context, lang string) ([]Pack, error)
	// Pack returns the articles of a pack, each as the last revision that came out in the period, in the order of outings,
	// then of the story's ID. There are none when there is no such pack.
	Pack(ctx context.Context, lang, period string) ([]Outing, error)
	// Seed returns the first SeedArticles articles that came out in a language and are public, each as the revision of its
	// first outing, in the order of those, then of the story's ID. There are none before there are as many.
	Seed(ctx context.Context, lang string) ([]Outing, error)
	// ArticleAt returns a public story with one article alone, as a revision of it that came out, or ErrNotFound. The
	// story's sources and claims are those of now: of the revision's words, those that made a claim which the story no
	// longer has make none. As Snapshot.Story it leaves out what must never leave the store, and the bylines that the
	// article's newest revision protects.
	ArticleAt(ctx context.Context, id, lang string, number int) (news.Story, error)
}
