// Package news holds what a newsroom writes: stories, their articles, what they claim and who says so.
//
// It is plain data and Validate. It knows no database, no HTML, no edition: importers make it, the store keeps it,
// the site shows it.
//
//	story := news.Story{ID: "border", Articles: []news.Article{{Lang: "en", Status: news.Published, …}}}
//	if err := story.Validate(); err != nil { … }
package news

import "time"

// A Story is one piece of news, whatever its language.
type Story struct {
	// ID names the story for ever, within its newsroom: 1 to 200 bytes of printable UTF-8, as its source names it.
	ID string `json:"id"`
	// Address is where the story stands on the site. It is empty until the story first comes out, and never changes
	// afterwards: the store gives it.
	Address Address `json:"address,omitzero"`
	// Slug is the wish of the source for the last part of the address; empty lets the store make one of the ID.
	Slug string `json:"slug,omitempty"`
	// Sources are the people and papers that the story quotes. Nil means that the importer has nothing to say of them.
	Sources []Source `json:"sources,omitempty"`
	// Claims tie what the story says to who says it. Nil means that the importer has nothing to say of them.
	Claims []Claim `json:"claims,omitempty"`
	// Articles are the story in its languages, one each, sorted by language tag.
	Articles []Article `json:"articles"`
}

// An Address is a story's place on the site, the same for all its languages: story/2026/11/22/slug.
type Address struct {
	// Day is the UTC day on which the story was first published, as 2026-11-22.
	Day string `json:"day"`
	// Slug is 1 to 80 characters of a to z, 0 to 9 and "-", unique in the newsroom.
	Slug string `json:"slug"`
}

// An Article is a story in one language: the state that may change, and its newest revision.
type Article struct {
	// Lang is the canonical BCP 47 tag of the text.
	Lang   string `json:"lang"`
	Status Status `json:"status"`
	// Published is when the article first came out, or will: a time in the future is an embargo. UTC, whole seconds.
	Published time.Time `json:"published"`
	// Updated is the time of the last material change; zero when there was none. Only the article's source sets it:
	// other words alone don't.
	Updated time.Time `json:"updated,omitzero"`
	// Breaking is until when the article is breaking news; zero when it is none, as one that stands is. It is after
	// Published, and at most MaxBreaking after that, or after Updated where the news broke again.
	Breaking time.Time `json:"breaking,omitzero"`
	// Number counts the revisions from 1. The store gives it.
	Number   int      `json:"number"`
	Revision Revision `json:"revision"`
	// File is where the newsroom's own source of the article stands, for its editors' eyes alone: a path as the import was
	// given it, with slashes. Empty where there is none or nobody knows. It never leaves the store.
	File string `json:"-"`
}

// Status says how far an article has come.
type Status string

const (
	// Draft is never shown.
	Draft Status = "draft"
	// Published is shown from Article.Published on.
	Published Status = "published"
	// Withdrawn was shown and is no more.
	Withdrawn Status = "withdrawn"
)

// Public says whether the article is shown to readers at a time.
func (a Article) Public(asOf time.Time) bool {
	return a.Status == Published && !a.Published.After(asOf)
}

// MaxBreaking is the longest that news is breaking before somebody must say again that it is.
const MaxBreaking = 48 * time.Hour

// BreakingAt says whether the article is breaking news that readers are shown at a time.
func (a Article) BreakingAt(asOf time.Time) bool {
	return a.Public(asOf) && a.Breaking.After(asOf)
}

// BarFrom returns the beginning of the first UTC day whose stories carry, on their own pages, the bar of breaking news
// that ends at a time: two days before the news can have broken. The day hangs on the end alone, so that no page has
// to be made again while the bar stands.
func BarFrom(until time.Time) time.Time {
	return until.Add(-MaxBreaking - 48*time.Hour).UTC().Truncate(24 * time.Hour)
}

// A Revision is one immutable version of an article.
type Revision struct {
	Kicker     string `json:"kicker,omitempty"`
	Headline   string `json:"headline"`
	Standfirst string `json:"standfirst,omitempty"`
	// Dateline is the place that the report comes from.
	Dateline string   `json:"dateline,omitempty"`
	Bylines  []Byline `json:"bylines,omitempty"`
	Topics   []Topic  `json:"topics,omitempty"`
	// Places are where the news happens; Dateline is where it was written.
	Places []Place `json:"places,omitempty"`
	// Lead is the picture, video or sound above the text.
	Lead *Figure `json:"lead,omitempty"`
	Body []Block `json:"body"`
	// Related are the IDs of stories to read next, in the order to show them. Readers see those that are public.
	Related []string `json:"related,omitempty"`
	// Corrections are the article's public record, oldest first: it only grows.
	Corrections []Correction `json:"corrections,omitempty"`
	// Origin is set when this text was translated from another article of the story.
	Origin *Origin `json:"origin,omitempty"`
	// Standing says that the article is no news of a day but a page that stands, as one that explains who somebody is. It has
	// an address like any other, and is in no list but that of such pages, in no feed, archive of days or pack. Its topics,
	// places and authors say what it is about and who made it, and lead nowhere.
	Standing bool `json:"standing,omitempty"`
	// SourceURL is where the article stood before it was imported; empty when it began here.
	SourceURL string `json:"source_url,omitempty"`
}

// A Byline is somebody who made the article. A protected one never leaves the store.
type Byline struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
	// Slug names the page of all that they made: 1 to 80 characters of a to z, 0 to 9 and "-". Empty, as it is for a
	// protected byline, gives them none.
	Slug      string `json:"slug,omitempty"`
	Protected bool   `json:"protected,omitempty"`
}

// A Topic is a subject with a page of its own in each language.
type Topic struct {
	// Slug is 1 to 80 characters of a to z, 0 to 9 and "-".
	Slug string `json:"slug"`
	// Name is the word for it in the article's language.
	Name string `json:"name"`
}

// A Place is somewhere in the world, with a page of its own in each language.
type Place struct {
	// Slug is 1 to 80 characters of a to z, 0 to 9 and "-".
	Slug string `json:"slug"`
	// Name is what it is called in the article's language.
	Name string `json:"name"`
}

// Origin names the revision that a translation was made from.
type Origin struct {
	Lang   string `json:"lang"`
	Number int    `json:"number"`
}

// A Correction says publicly what was wrong and is now right.
type Correction struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// Same says whether two corrections are one.
func (c Correction) Same(o Correction) bool { return c.Time.Equal(o.Time) && c.Text == o.Text }

// SourceKind says what kind of voice a source is.
type SourceKind string

// The kinds of sources.
const (
	Witness   SourceKind = "witness"
	Official  SourceKind = "official"
	Document  SourceKind = "document"
	Agency    SourceKind = "agency"
	Social    SourceKind = "social"
	Own       SourceKind = "own"
	Anonymous SourceKind = "anonymous"
)

// A Source is who or what says something in a story.
type Source struct {
	// ID is unique within the story: a to z, 0 to 9 and "-".
	ID   string     `json:"id"`
	Kind SourceKind `json:"kind"`
	// Name is by language tag, "" for any other language. It is empty for an anonymous source.
	Name map[string]string `json:"name,omitempty"`
	// Reason says, by language tag, why the source is not named.
	Reason map[string]string `json:"reason,omitempty"`
	// Identity is who an anonymous source is. It never leaves the store.
	Identity string `json:"identity,omitempty"`
}

// Check says how far a claim was verified.
type Check string

// How a claim was checked.
const (
	Confirmed  Check = "confirmed"
	Attributed Check = "attributed"
	Disputed   Check = "disputed"
	Unverified Check = "unverified"
)

// A Claim is something that a story says on somebody's word.
type Claim struct {
	// ID is unique within the story: a to z, 0 to 9 and "-". Spans of the text refer to it.
	ID       string     `json:"id"`
	Source   string     `json:"source"`
	Check    Check      `json:"check"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is what a newsroom keeps to stand by a claim.
type Evidence struct {
	URL       string    `json:"url,omitempty"`
	Archived  string    `json:"archived,omitempty"`
	SHA256    string    `json:"sha256,omitempty"`
	Retrieved time.Time `json:"retrieved,omitzero"`
}

// A Comment is what a reader wrote under an article in the system that it came from. It is kept for the newsroom and never
// published: whoever wrote it did not know where it would stand. Addresses of mail and of the network are not kept.
type Comment struct {
	// ID names the comment for ever within its story, Parent the one that it answers, which may be gone: 1 to 200 bytes.
	ID     string `json:"id"`
	Parent string `json:"parent,omitempty"`
	// Lang is the language of the article that it stands under.
	Lang string `json:"lang"`
	// Name is what its writer is called there; Time, when it was written, is in UTC and whole seconds, zero for unknown.
	Name string    `json:"name,omitempty"`
	Time time.Time `json:"time,omitzero"`
	// Approved says that readers of the other system saw it.
	Approved bool `json:"approved,omitempty"`
	// Text is plain text, in which line breaks and tabs stand: at most 65,536 bytes.
	Text string `json:"text"`
}
