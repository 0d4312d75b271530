package ninjs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"coranto/edition"
	"coranto/internal/news"
)

// ErrForeign is returned by Decode for a document that was not written by Encode, or by one that knows more.
var ErrForeign = errors.New("not a document of the profile " + Profile)

// Decode reads what Encode wrote. What it returns is valid (news.Story.Validate, news.Media.Validate), has one article,
// which is published, and the media of all its figures. Whatever is not wholly understood is an error.
func Decode(b []byte) (Document, error) {
	d, err := decode(b)
	if err != nil {
		return Document{}, fmt.Errorf("ninjs: %w", err)
	}
	return d, nil
}

func decode(b []byte) (Document, error) {
	if len(b) > MaxSize {
		return Document{}, fmt.Errorf("%d bytes, the limit is %d", len(b), MaxSize)
	}
	if !utf8.Valid(b) {
		return Document{}, errors.New("not valid UTF-8")
	}
	var it item
	if err := json.Unmarshal(b, &it); err != nil {
		return Document{}, err
	}
	if it.Profile != Profile {
		return Document{}, fmt.Errorf("profile %q: %w", it.Profile, ErrForeign)
	}
	own, err := it.rest()
	if err != nil {
		return Document{}, err
	}
	a, err := it.article(own)
	if err != nil {
		return Document{}, err
	}
	d := Document{
		Story: news.Story{Sources: own.Sources, Claims: own.Claims, Articles: []news.Article{a}},
		Paths: map[string]string{},
	}
	if d.Story.ID, err = it.story(); err != nil {
		return Document{}, err
	}
	if d.Story.Address, err = it.address(); err != nil {
		return Document{}, err
	}
	if err := d.take(it.Associations); err != nil {
		return Document{}, err
	}
	if err := d.look(own.Media); err != nil {
		return Document{}, err
	}
	return d, d.check()
}

// look gives the media their looks.
func (d *Document) look(all []looks) error {
	for _, l := range all {
		i := slices.IndexFunc(d.Media, func(m news.Media) bool { return m.ID == l.ID })
		if i < 0 {
			return fmt.Errorf("body: media %q is not one of the article's", l.ID)
		}
		d.Media[i].Focus, d.Media[i].Placeholder = l.Focus, l.Placeholder
	}
	return nil
}

// rest reads the body that says what ninjs has no word for. There is one, and nothing in it may be unknown.
func (it item) rest() (own rest, err error) {
	var found []text
	for _, b := range it.Bodies {
		if b.ContentType == BodyType {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		return own, fmt.Errorf("%d bodies of the type %s, want 1: %w", len(found), BodyType, ErrForeign)
	}
	dec := json.NewDecoder(strings.NewReader(found[0].Value))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&own); err != nil {
		return own, fmt.Errorf("body: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return own, errors.New("body: something stands after it")
	}
	for _, s := range own.Sources {
		if s.Identity != "" {
			return own, fmt.Errorf("source %q: an identity is never published", s.ID)
		}
	}
	return own, nil
}

// article returns the article of a document.
func (it item) article(own rest) (a news.Article, err error) {
	if it.PubStatus != "usable" {
		return a, fmt.Errorf("pubStatus %q, want usable", it.PubStatus)
	}
	a = news.Article{Lang: it.Language, Status: news.Published, Breaking: own.Breaking, Revision: news.Revision{
		Headline: value(it.Headlines, roleMain), Kicker: value(it.Headlines, roleKicker),
		Standfirst: value(it.Descriptions, roleStandfirst), Dateline: it.Located,
		Lead: own.Lead, Body: own.Blocks, Corrections: own.Corrections, Standing: own.Standing,
	}}
	if a.Number, err = number(it.Version); err != nil {
		return a, fmt.Errorf("version %q: %w", it.Version, err)
	}
	if a.Published, err = parseTime(it.FirstCreated); err != nil {
		return a, fmt.Errorf("firstCreated: %w", err)
	}
	if it.VersionCreated != "" {
		if a.Updated, err = parseTime(it.VersionCreated); err != nil {
			return a, fmt.Errorf("versionCreated: %w", err)
		}
	}
	for _, p := range it.People {
		a.Revision.Bylines = append(a.Revision.Bylines, news.Byline{Name: p.Name, Role: p.Rel, Slug: p.Literal})
	}
	for _, s := range it.Subjects {
		a.Revision.Topics = append(a.Revision.Topics, news.Topic{Slug: s.Literal, Name: s.Name})
	}
	for _, p := range it.Places {
		a.Revision.Places = append(a.Revision.Places, news.Place{Slug: p.Literal, Name: p.Name})
	}
	return a, nil
}

// value returns the text with a role, or "".
func value(texts []text, role string) string {
	for _, t := range texts {
		if t.Role == role {
			return t.Value
		}
	}
	return ""
}

// number reads a revision's number in its only form.
func number(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && strconv.Itoa(n) != s {
		err = errors.New("not the plain form of a number")
	}
	return n, err
}

// parseTime reads a time in its only form, as 2026-11-22T16:00:00Z.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err == nil && t.UTC().Format(time.RFC3339) != s {
		err = fmt.Errorf("%q is not a time in UTC and whole seconds", s)
	}
	return t.UTC(), err
}

// story returns the ID of the story, which the URI tells.
func (it item) story() (string, error) {
	escaped, _ := strings.CutPrefix(strings.TrimSuffix(it.URI, ":"+url.PathEscape(it.Language)), "urn:coranto:")
	id, err := url.PathUnescape(escaped)
	if err != nil || URI(id, it.Language) != it.URI {
		return "", fmt.Errorf("uri %q is not that of an article in %q", it.URI, it.Language)
	}
	return id, nil
}

// address returns where the story stands.
func (it item) address() (news.Address, error) {
	for _, alt := range it.AltIDs {
		if alt.Role != roleAddress {
			continue
		}
		// story/2026/11/22/border
		parts := strings.Split(alt.Value, "/")
		if len(parts) != 5 {
			return news.Address{}, fmt.Errorf("address %q: want one as story/2026/11/22/border", alt.Value)
		}
		a := news.Address{Day: strings.Join(parts[1:4], "-"), Slug: parts[4]}
		if address(a) != alt.Value {
			return news.Address{}, fmt.Errorf("address %q: want one as story/2026/11/22/border", alt.Value)
		}
		return a, nil
	}
	return news.Address{}, errors.New("has no address")
}

// take reads the associations: the original of a translation, related stories, and media.
func (d *Document) take(items []item) error {
	a := &d.Story.Articles[0]
	for _, it := range items {
		switch it.Rel {
		case relOriginal:
		case relRelated:
			if it.URI != storyURI(it.Name) {
				return fmt.Errorf("uri %q is not that of the related story %q", it.URI, it.Name)
			}
			a.Revision.Related = append(a.Revision.Related, it.Name)
			continue
		default:
			if err := d.takeMedia(it); err != nil {
				return fmt.Errorf("media %q: %w", it.Name, err)
			}
			continue
		}
		n, err := number(it.Version)
		if err != nil || a.Revision.Origin != nil || it.URI != URI(d.Story.ID, it.Language) {
			return fmt.Errorf("original %q in version %q is not one of the story", it.URI, it.Version)
		}
		a.Revision.Origin = &news.Origin{Lang: it.Language, Number: n}
	}
	return nil
}

func (d *Document) takeMedia(it item) error {
	if len(it.AltIDs) != len(it.Renditions) {
		return fmt.Errorf("%d hashes of %d renditions", len(it.AltIDs), len(it.Renditions))
	}
	m := news.Media{Name: it.Name}
	for i, r := range it.Renditions {
		sum, path := it.AltIDs[i].Value, r.Title
		if it.AltIDs[i].Role != roleSHA256+r.Name {
			return fmt.Errorf("rendition %q has no hash", r.Name)
		}
		if err := edition.CheckPath(path); err != nil {
			return fmt.Errorf("rendition %q: %w", r.Name, err)
		}
		d.Paths[sum] = path
		m.Renditions = append(m.Renditions, news.Rendition{
			Name: r.Name, MediaType: r.ContentType, Width: r.Width, Height: r.Height, SHA256: sum, Size: r.Size,
		})
	}
	m.ID = MediaID(m)
	if it.URI != mediaURI(m.ID) {
		return fmt.Errorf("uri %q is not that of its renditions", it.URI)
	}
	if _, known := mediaOf(d.Media, m.ID); known {
		return errors.New("is there twice")
	}
	d.Media = append(d.Media, m)
	return m.Validate()
}

// check says whether a document is whole in itself.
func (d Document) check() error {
	if err := d.Story.Validate(); err != nil {
		return err
	}
	for _, a := range d.Story.Articles {
		if a.Number < 1 {
			return fmt.Errorf("article %s: revision number %d, want 1 or more", a.Lang, a.Number)
		}
		for id := range a.Revision.Media() {
			if _, ok := mediaOf(d.Media, id); !ok {
				return fmt.Errorf("article %s: media %s is missing", a.Lang, id)
			}
		}
	}
	return nil
}
