package ninjs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/internal/news"
)

// WholeProfile is the profile of the documents of an export of everything: what no reader may see is in them. They are
// never published. A change that an older program could misread gets another.
const WholeProfile = "coranto-everything-1"

// A Whole is a story with all that a newsroom knows of it besides its articles, which have a document for each revision.
type Whole struct {
	// Story has no articles.
	Story news.Story `json:"story"`
	// Articles are how many revisions each has, by language.
	Articles map[string]int `json:"articles"`
	Comments []news.Comment `json:"comments,omitempty"`
	// Stood are the addresses on the web at which articles stood before, by address, as lantern.example/2014/05/border.
	Stood map[string]string `json:"stood,omitempty"`
}

// A WholeArticle is one revision of an article with the state that it came with. Its media have documents of their own.
type WholeArticle struct {
	Article news.Article `json:"article"`
	// File is where the newsroom's own source of it stands (news.Article.File).
	File string `json:"file,omitempty"`
}

// StoryPath returns the folder of a story in an export, which its ID gives without telling it.
func StoryPath(id string) string {
	sum := sha256.Sum256([]byte(id))
	name := hex.EncodeToString(sum[:16])
	return "stories/" + name[:2] + "/" + name
}

// WholeFile and MediaFile are the documents of a story and of a media in their folders.
const (
	WholeFile = "story.json"
	MediaFile = "media.json"
)

// ArticlePath returns the document of a revision of an article within its story's folder.
func ArticlePath(lang string, number int) string { return lang + "." + strconv.Itoa(number) + ".json" }

// MediaPath returns the folder of a media in an export, in which its renditions stand by their names.
func MediaPath(id string) string { return "media/" + id[:2] + "/" + id }

// EncodeWhole returns the document of a story.
func EncodeWhole(w Whole, extra Extra) ([]byte, error) {
	it := wholeItem(storyURI(w.Story.ID), "composite")
	it.InfoSources = publisherOf(extra)
	for _, lang := range slices.Sorted(maps.Keys(w.Articles)) {
		it.Associations = append(it.Associations, item{
			Name: lang, Rel: "article", URI: URI(w.Story.ID, lang), Type: "text", Language: lang, Version: strconv.Itoa(w.Articles[lang]),
		})
	}
	return it.whole(w)
}

// EncodeArticle returns the document of a revision of an article: a story with that article alone, and the media that it
// shows. In the words of ninjs stands what readers may see; all of it is in the body.
func EncodeArticle(st news.Story, media []news.Media, extra Extra) ([]byte, error) {
	if len(st.Articles) != 1 {
		return nil, fmt.Errorf("story %q: a document of %d articles, want 1", st.ID, len(st.Articles))
	}
	a := st.Articles[0]
	open := st.ForReaders()
	r := open.Articles[0].Revision
	it := wholeItem(URI(st.ID, a.Lang), "text")
	it.Version, it.Language, it.PubStatus = strconv.Itoa(a.Number), a.Lang, "withheld"
	switch a.Status {
	case news.Published:
		it.PubStatus = "usable"
	case news.Withdrawn:
		it.PubStatus = "canceled"
	}
	it.FirstCreated, it.VersionCreated = timeOf(a.Published), timeOf(a.Updated)
	it.Headlines, it.Located = []text{{Role: roleMain, Value: r.Headline}}, r.Dateline
	if r.Kicker != "" {
		it.Headlines = append(it.Headlines, text{Role: roleKicker, Value: r.Kicker})
	}
	if r.Standfirst != "" {
		it.Descriptions = []text{{Role: roleStandfirst, Value: r.Standfirst}}
	}
	it.InfoSources = publisherOf(extra)
	it.Bodies = []text{{roleMain, "text/html", extra.HTML}}
	it.credit(r)
	d := Document{Story: open, Media: media, Paths: map[string]string{}}
	for _, m := range media {
		for _, r := range m.Renditions {
			d.Paths[r.SHA256] = path.Join(MediaPath(m.ID), r.Name)
		}
	}
	it.Associations = associations(d, r, extra)
	return it.whole(WholeArticle{a, a.File})
}

// EncodeMedia returns the document of a media.
func EncodeMedia(m news.Media, extra Extra) ([]byte, error) {
	it := association(Document{Paths: map[string]string{}}, news.Revision{}, m, Extra{})
	it.Name, it.Rel = "", ""
	for i, r := range m.Renditions {
		it.Renditions[i].Title = path.Join(MediaPath(m.ID), r.Name)
	}
	w := wholeItem(it.URI, it.Type)
	w.Headlines = []text{{Role: roleMain, Value: m.Name}}
	w.AltIDs, w.Renditions, w.InfoSources = it.AltIDs, it.Renditions, publisherOf(extra)
	return w.whole(m)
}

func wholeItem(uri, kind string) item {
	return item{
		Standard: &standard{"ninjs", "3.1", "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"},
		URI:      uri, Type: kind, Representation: "full", Profile: WholeProfile,
	}
}

func publisherOf(extra Extra) []party {
	if extra.Publisher == "" {
		return nil
	}
	return []party{{extra.Publisher, rolePublisher}}
}

func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// whole returns the document with a value as its own body.
func (it item) whole(v any) ([]byte, error) {
	own, err := marshal(v)
	if err != nil {
		return nil, err
	}
	it.Bodies = append(it.Bodies, text{"everything", BodyType, string(own)})
	b, err := marshal(it)
	if err == nil && len(b) >= MaxSize {
		err = fmt.Errorf("%s: a document of %d bytes, the limit is %d", it.URI, len(b), MaxSize)
	}
	return append(b, '\n'), err
}

// DecodeWhole reads what EncodeWhole wrote.
func DecodeWhole(b []byte) (w Whole, err error) {
	it, err := decodeOwn(b, &w)
	if err == nil && it.URI != storyURI(w.Story.ID) {
		err = fmt.Errorf("uri %q is not that of story %q", it.URI, w.Story.ID)
	}
	if err == nil && len(w.Story.Articles) > 0 {
		err = errors.New("the story has articles of its own")
	}
	if err == nil && (len(w.Articles) == 0 || len(w.Articles) > maxLanguages) {
		err = fmt.Errorf("%d articles, want 1 to %d", len(w.Articles), maxLanguages)
	}
	for lang, n := range w.Articles {
		if err == nil && (n < 1 || n > maxRevisions || !wellFormed(lang)) {
			err = fmt.Errorf("%d revisions in %q", n, lang)
		}
	}
	return w, err
}

// The limits of a story in an export.
const (
	maxLanguages = 1000
	maxRevisions = 1 << 20
)

// wellFormed says whether a tag is of the characters that tags are made of: it becomes part of a file's name.
func wellFormed(tag string) bool {
	return tag != "" && len(tag) < 64 && !strings.ContainsFunc(tag, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-')
	})
}

// DecodeArticle reads what EncodeArticle wrote, of a story's revision by its language and number.
func DecodeArticle(b []byte, story, lang string, number int) (w WholeArticle, err error) {
	it, err := decodeOwn(b, &w)
	if err == nil && (it.URI != URI(story, lang) || w.Article.Lang != lang || w.Article.Number != number) {
		err = fmt.Errorf("%q is not revision %d of story %q in %s", it.URI, number, story, lang)
	}
	return w, err
}

// DecodeMedia reads what EncodeMedia wrote, of a media by its ID. What it returns is valid.
func DecodeMedia(b []byte, id string) (m news.Media, err error) {
	it, err := decodeOwn(b, &m)
	if err == nil && (it.URI != mediaURI(id) || m.ID != id) {
		err = fmt.Errorf("%q is not media %q", it.URI, id)
	}
	if err == nil {
		err = m.Validate()
	}
	return m, err
}

// decodeOwn reads the body that is our own of a document of an export. Nothing in it may be unknown.
func decodeOwn(b []byte, v any) (it item, err error) {
	if len(b) > MaxSize {
		return it, fmt.Errorf("%d bytes, the limit is %d", len(b), MaxSize)
	}
	if err := json.Unmarshal(b, &it); err != nil {
		return it, err
	}
	if it.Profile != WholeProfile {
		return it, fmt.Errorf("profile %q: %w", it.Profile, ErrForeign)
	}
	i := slices.IndexFunc(it.Bodies, func(t text) bool { return t.ContentType == BodyType })
	if i < 0 {
		return it, fmt.Errorf("no body of the type %s: %w", BodyType, ErrForeign)
	}
	dec := json.NewDecoder(strings.NewReader(it.Bodies[i].Value))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return it, fmt.Errorf("body: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return it, errors.New("body: something stands after it")
	}
	return it, nil
}
