// Package ninjs writes an article of a story as a ninjs 3.1 document (IPTC, News in JSON), and reads such documents
// back. One document has all that readers may see of one article, so that a newsroom that lost everything can have its
// stories again from any mirror, and others can take them over without knowing Coranto.
//
// What ninjs has a word for stands under that word; what it has none for stands as JSON in a second body (BodyType).
// SPEC.md, "An article as ninjs", says it in full. The package knows no site and no network: where files stand, and what
// the article looks like as HTML, it is told.
//
//	d, err := ninjs.Of(story, "fa", refs)       // what readers may see of it
//	b, err := ninjs.Encode(d, extra)            // fa/story/2026/11/22/border/ninjs.json
//	d, err = ninjs.Decode(b)                    // the same Document
//	d, err = ninjs.Join(english, persian)       // the story in both languages
package ninjs

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"

	"coranto/internal/news"
)

const (
	// Profile is the profile of the documents written here. A change that an older program could misread gets another.
	Profile = "coranto-1"
	// BodyType is the content type of the body that says what ninjs has no word for.
	BodyType = "application/vnd.coranto.article+json"
	// MediaType is the type of a document in an edition. ninjs has none of its own.
	MediaType = "application/json"
	// FileName is the last part of a document's path: it stands beside the article's page.
	FileName = "ninjs.json"
	// MaxSize is the largest document that is written or read, in bytes.
	MaxSize = 64 << 20
)

//go:embed ninjs.go encode.go shown.go
var code embed.FS

// A Document is what one ninjs.json says, or what several of one story do (Join).
type Document struct {
	// Story has one article, and of its sources and claims those that the article's words lean on. Figures name their
	// media by MediaID.
	Story news.Story
	// Media are the media that the article shows, in the order in which it first shows them. Their ID is MediaID.
	Media []news.Media
	// Paths says where in the edition each rendition stands, by its SHA-256 in hex.
	Paths map[string]string
}

// Extra is what a document tells programs that don't know Coranto. Decode does not read it.
type Extra struct {
	// Publisher is the newsroom's name.
	Publisher string
	// Base is the URL that paths of the edition are relative to, with a "/" at its end; empty when nobody knows it.
	Base string
	// HTML is the article's text.
	HTML string
}

// URI returns the name of an article, the same on every mirror, for ever: urn:coranto:STORY:LANG, percent-encoded.
func URI(story, lang string) string {
	return "urn:coranto:" + url.PathEscape(story) + ":" + url.PathEscape(lang)
}

// storyURI returns the name of a story in whatever language: urn:coranto:STORY.
func storyURI(story string) string { return "urn:coranto:" + url.PathEscape(story) }

// mediaURI returns the name of a media by its MediaID.
func mediaURI(id string) string { return mediaPrefix + id }

const mediaPrefix = "urn:coranto:media:"

// MediaID returns the ID by which documents name a media: the hex SHA-256 of its name and its renditions' names and
// hashes, in order. The media's own ID is the hash of the file that was handed in. It is never published: whoever has
// that file, from a phone that was seized, could look for it. MediaID of what Decode returns is its ID.
func MediaID(m news.Media) string {
	h := sha256.New()
	fmt.Fprintf(h, "coranto media\n%s\n", m.Name)
	for _, r := range m.Renditions {
		fmt.Fprintf(h, "%s %s\n", r.SHA256, r.Name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Fingerprint returns the code that shapes documents: when it differs, they may.
func Fingerprint() (string, error) {
	h := sha256.New()
	for _, name := range []string{"ninjs.go", "encode.go", "shown.go"} {
		b, err := code.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Address returns the folder in which the story stands within each language's: story/2026/11/22/border.
func (d Document) Address() string { return address(d.Story.Address) }

// article returns the one article of a document of one.
func (d Document) article() (news.Article, error) {
	if len(d.Story.Articles) != 1 {
		return news.Article{}, fmt.Errorf("story %q: a document of %d articles, want 1", d.Story.ID, len(d.Story.Articles))
	}
	return d.Story.Articles[0], nil
}

// lead returns the ID of the media above the text, or "".
func lead(r news.Revision) string {
	if r.Lead == nil {
		return ""
	}
	return r.Lead.Media
}

// figureOf returns the first figure of a revision that shows a media.
func figureOf(r news.Revision, id string) (f news.Figure) {
	for f := range r.Figures() {
		if f.Media == id {
			return f
		}
	}
	return f
}

// mediaOf returns the media with an ID.
func mediaOf(all []news.Media, id string) (news.Media, bool) {
	i := slices.IndexFunc(all, func(m news.Media) bool { return m.ID == id })
	if i < 0 {
		return news.Media{}, false
	}
	return all[i], true
}
