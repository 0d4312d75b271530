package news

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The limits of a story, in bytes where they are of text. They are far above what newsrooms write, and low enough
// that a source gone wild can't fill the store with one story.
const (
	maxID        = 200
	maxSlug      = 80
	maxURL       = 4096
	maxLine      = 2000  // headline, name, credit and other single lines
	maxPassage   = 20000 // standfirst, alternative text, correction
	maxBody      = 4 << 20
	maxListed    = 1000 // articles, bylines, topics, sources, claims, renditions …
	maxDepth     = 16
	maxRendition = 128 << 20
	maxPixels    = 1 << 16
	maxHolder    = 200 // a placeholder
	maxComment   = 1 << 16
	// partCost is what a block, span, item or cell counts towards maxBody besides its text, so that a body of
	// nothing but empty parts is bounded too.
	partCost = 16
)

// Validate returns the first fault of a story, or nil. The error says where it is: "article fa: body block 3: …".
// A valid story keeps every rule that the comments of this package state; text is UTF-8 in NFC without control
// characters; claims refer to sources of this story, and spans to claims of this story.
func (s Story) Validate() error {
	if err := checkLine("id", s.ID, maxID); err != nil {
		return err
	}
	if s.ID == "" || s.ID != strings.TrimSpace(s.ID) {
		return fmt.Errorf("id %q is empty or begins or ends with a space", s.ID)
	}
	if err := checkLine("slug", s.Slug, maxLine); err != nil {
		return err
	}
	if s.Address != (Address{}) {
		if err := s.Address.validate(); err != nil {
			return fmt.Errorf("address: %w", err)
		}
	}
	claims, err := s.checkVoices()
	if err != nil {
		return err
	}
	return s.checkArticles(claims)
}

func (a Address) validate() error {
	if day, err := time.Parse(time.DateOnly, a.Day); err != nil || day.Format(time.DateOnly) != a.Day {
		return fmt.Errorf("day %q is not written as 2026-11-22", a.Day)
	}
	return checkSlug("slug", a.Slug)
}

// checkVoices checks the sources and claims, and returns the IDs of the claims.
func (s Story) checkVoices() (map[string]bool, error) {
	sources := map[string]bool{}
	if len(s.Sources) > maxListed || len(s.Claims) > maxListed {
		return nil, fmt.Errorf("more than %d sources or claims", maxListed)
	}
	for _, src := range s.Sources {
		if sources[src.ID] {
			return nil, fmt.Errorf("source %q is there twice", src.ID)
		}
		sources[src.ID] = true
		if err := src.validate(); err != nil {
			return nil, fmt.Errorf("source %q: %w", src.ID, err)
		}
	}
	claims := map[string]bool{}
	for _, c := range s.Claims {
		if claims[c.ID] {
			return nil, fmt.Errorf("claim %q is there twice", c.ID)
		}
		claims[c.ID] = true
		if err := c.validate(sources); err != nil {
			return nil, fmt.Errorf("claim %q: %w", c.ID, err)
		}
	}
	return claims, nil
}

func (s Source) validate() error {
	if err := checkSlug("id", s.ID); err != nil {
		return err
	}
	switch s.Kind {
	case Witness, Official, Document, Agency, Social, Own:
		if s.Identity != "" || len(s.Reason) > 0 {
			return errors.New("only an anonymous source has a reason or an identity")
		}
		if len(s.Name) == 0 && s.Kind != Own {
			return errors.New("has no name")
		}
	case Anonymous:
		if len(s.Name) > 0 {
			return errors.New("an anonymous source has no name")
		}
	default:
		return fmt.Errorf("kind %q is unknown", s.Kind)
	}
	return errors.Join(checkByLang("name", s.Name), checkByLang("reason", s.Reason),
		checkLine("identity", s.Identity, maxPassage))
}

// checkByLang checks words by language tag, where "" stands for any other language.
func checkByLang(what string, words map[string]string) error {
	if len(words) > maxListed {
		return fmt.Errorf("%s: in more than %d languages", what, maxListed)
	}
	for tag, text := range words {
		if tag != "" {
			if err := checkLang(tag); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
		if err := checkLine(what, text, maxLine); err != nil {
			return err
		}
	}
	return nil
}

func (c Claim) validate(sources map[string]bool) error {
	if err := checkSlug("id", c.ID); err != nil {
		return err
	}
	if !sources[c.Source] {
		return fmt.Errorf("source %q is not one of the story's", c.Source)
	}
	switch c.Check {
	case Confirmed, Attributed, Disputed, Unverified:
	default:
		return fmt.Errorf("check %q is unknown", c.Check)
	}
	if len(c.Evidence) > maxListed {
		return fmt.Errorf("more than %d pieces of evidence", maxListed)
	}
	for i, e := range c.Evidence {
		if err := e.validate(); err != nil {
			return fmt.Errorf("evidence %d: %w", i+1, err)
		}
	}
	return nil
}

func (e Evidence) validate() error {
	for _, u := range []string{e.URL, e.Archived} {
		if u != "" {
			if err := checkURL(u, "http", "https"); err != nil {
				return err
			}
		}
	}
	if e.SHA256 != "" && !isSHA256(e.SHA256) {
		return fmt.Errorf("%q is no SHA-256 in lower-case hex", e.SHA256)
	}
	return checkTime("retrieved", e.Retrieved)
}

func (s Story) checkArticles(claims map[string]bool) error {
	if len(s.Articles) == 0 || len(s.Articles) > maxListed {
		return fmt.Errorf("%d articles, want 1 to %d", len(s.Articles), maxListed)
	}
	for i, a := range s.Articles {
		if i > 0 && s.Articles[i-1].Lang >= a.Lang {
			return fmt.Errorf("article %s: articles are one a language, sorted by tag", a.Lang)
		}
		if err := a.validate(claims); err != nil {
			return fmt.Errorf("article %s: %w", a.Lang, err)
		}
	}
	return nil
}

func (a Article) validate(claims map[string]bool) error {
	if err := checkLang(a.Lang); err != nil {
		return err
	}
	switch a.Status {
	case Draft:
	case Published, Withdrawn:
		if a.Published.IsZero() {
			return errors.New("has no time of publication")
		}
	default:
		return fmt.Errorf("status %q is unknown", a.Status)
	}
	if a.Number < 0 {
		return fmt.Errorf("revision number %d is negative", a.Number)
	}
	if err := checkTime("published", a.Published); err != nil {
		return err
	}
	if err := checkTime("updated", a.Updated); err != nil {
		return err
	}
	if err := a.CheckBreaking(); err != nil {
		return err
	}
	if o := a.Revision.Origin; o != nil && o.Lang == a.Lang {
		return errors.New("is its own origin")
	}
	return a.Revision.validate(claims)
}

// CheckBreaking says whether Breaking is zero, or a time that the article's other times allow. A page that stands is no
// breaking news.
func (a Article) CheckBreaking() error {
	if a.Breaking.IsZero() {
		return nil
	}
	if a.Revision.Standing {
		return errors.New("is breaking news, but stands")
	}
	broke := a.Published
	if a.Updated.After(broke) {
		broke = a.Updated
	}
	switch {
	case a.Published.IsZero():
		return errors.New("is breaking, but has no time of publication")
	case !a.Breaking.After(a.Published):
		return errors.New("breaking ends before the article is published")
	case a.Breaking.Sub(broke) > MaxBreaking:
		return fmt.Errorf("breaking ends later than %d hours after the article was published or updated", int(MaxBreaking.Hours()))
	}
	return checkTime("breaking", a.Breaking)
}

func (r Revision) validate(claims map[string]bool) error {
	if strings.TrimSpace(r.Headline) == "" {
		return errors.New("has no headline")
	}
	if max(len(r.Bylines), len(r.Topics), len(r.Places), len(r.Related), len(r.Corrections)) > maxListed {
		return fmt.Errorf("more than %d bylines, topics, places, related stories or corrections", maxListed)
	}
	for _, check := range []func() error{
		func() error { return checkLine("kicker", r.Kicker, maxLine) },
		func() error { return checkLine("headline", r.Headline, maxLine) },
		func() error { return checkLine("standfirst", r.Standfirst, maxPassage) },
		func() error { return checkLine("dateline", r.Dateline, maxLine) },
		r.checkBylines, r.checkTopics, r.checkPlaces, r.checkRelated, r.checkCorrections, r.checkOrigin,
		func() error { return checkBody(r, claims) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r Revision) checkBylines() error {
	for i, b := range r.Bylines {
		if b.Name == "" {
			return fmt.Errorf("byline %d has no name", i+1)
		}
		if err := errors.Join(checkLine("name", b.Name, maxLine), checkLine("role", b.Role, maxLine)); err != nil {
			return fmt.Errorf("byline %d: %w", i+1, err)
		}
		if b.Slug == "" {
			continue
		}
		if b.Protected {
			return fmt.Errorf("byline %d is protected, but has a page of its own", i+1)
		}
		if slices.ContainsFunc(r.Bylines[:i], func(c Byline) bool { return c.Slug == b.Slug }) {
			return fmt.Errorf("byline %q is there twice", b.Slug)
		}
		if err := checkSlug("byline", b.Slug); err != nil {
			return err
		}
	}
	return nil
}

func (r Revision) checkTopics() error {
	for i, t := range r.Topics {
		if slices.ContainsFunc(r.Topics[:i], func(u Topic) bool { return u.Slug == t.Slug }) {
			return fmt.Errorf("topic %q is there twice", t.Slug)
		}
		if err := checkNamed("topic", t.Slug, t.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r Revision) checkPlaces() error {
	for i, p := range r.Places {
		if slices.ContainsFunc(r.Places[:i], func(q Place) bool { return q.Slug == p.Slug }) {
			return fmt.Errorf("place %q is there twice", p.Slug)
		}
		if err := checkNamed("place", p.Slug, p.Name); err != nil {
			return err
		}
	}
	return nil
}

// checkNamed checks the slug of a page and what it is called.
func checkNamed(what, slug, name string) error {
	if err := checkSlug(what, slug); err != nil {
		return err
	}
	if strings.TrimSpace(name) == "" {
		return fmt.Errorf("%s %q has no name", what, slug)
	}
	if err := checkLine("name", name, maxLine); err != nil {
		return fmt.Errorf("%s %q: %w", what, slug, err)
	}
	return nil
}

func (r Revision) checkRelated() error {
	for i, id := range r.Related {
		if slices.Contains(r.Related[:i], id) {
			return fmt.Errorf("related story %q is there twice", id)
		}
		if err := checkLine("related", id, maxID); err != nil {
			return err
		}
		if id == "" || id != strings.TrimSpace(id) {
			return fmt.Errorf("related story %q is empty or begins or ends with a space", id)
		}
	}
	return nil
}

func (r Revision) checkCorrections() error {
	for i, c := range r.Corrections {
		if c.Time.IsZero() || c.Text == "" {
			return fmt.Errorf("correction %d has no time or no text", i+1)
		}
		if i > 0 && c.Time.Before(r.Corrections[i-1].Time) {
			return fmt.Errorf("correction %d is older than the one before it", i+1)
		}
		if slices.ContainsFunc(r.Corrections[:i], c.Same) {
			return fmt.Errorf("correction %d is there twice", i+1)
		}
		if err := errors.Join(checkTime("time", c.Time), checkLine("text", c.Text, maxPassage)); err != nil {
			return fmt.Errorf("correction %d: %w", i+1, err)
		}
	}
	return nil
}

func (r Revision) checkOrigin() error {
	if r.Origin != nil {
		if r.Origin.Number < 0 {
			return fmt.Errorf("origin: revision number %d is negative", r.Origin.Number)
		}
		if err := checkLang(r.Origin.Lang); err != nil {
			return fmt.Errorf("origin: %w", err)
		}
	}
	if r.SourceURL != "" {
		if err := checkURL(r.SourceURL, "http", "https"); err != nil {
			return fmt.Errorf("source_url: %w", err)
		}
	}
	return nil
}

// Validate returns the first fault of a comment, or nil.
func (c Comment) Validate() error {
	if c.ID == "" || strings.TrimSpace(c.ID) != c.ID {
		return fmt.Errorf("comment id %q is empty or begins or ends with a space", c.ID)
	}
	if c.Parent == c.ID {
		return fmt.Errorf("comment %q answers itself", c.ID)
	}
	if strings.TrimSpace(c.Text) == "" {
		return fmt.Errorf("comment %q has no text", c.ID)
	}
	if err := cmp.Or(checkLine("id", c.ID, maxID), checkLine("parent", c.Parent, maxID), checkLang(c.Lang),
		checkLine("name", c.Name, maxLine), checkTime("time", c.Time), checkText("text", c.Text, maxComment, "\n\t")); err != nil {
		return fmt.Errorf("comment %q: %w", c.ID, err)
	}
	return nil
}

// Validate returns the first fault of a media, or nil.
func (m Media) Validate() error {
	if !isSHA256(m.ID) {
		return fmt.Errorf("media id %q is no SHA-256 in lower-case hex", m.ID)
	}
	if err := checkFileName(m.Name); err != nil {
		return fmt.Errorf("media %.8s: %w", m.ID, err)
	}
	if len(m.Renditions) == 0 || len(m.Renditions) > maxListed {
		return fmt.Errorf("media %.8s: %d renditions, want 1 to %d", m.ID, len(m.Renditions), maxListed)
	}
	for i, r := range m.Renditions {
		if slices.ContainsFunc(m.Renditions[:i], func(q Rendition) bool { return q.Name == r.Name }) {
			return fmt.Errorf("media %.8s: rendition %q is there twice", m.ID, r.Name)
		}
		if err := r.validate(); err != nil {
			return fmt.Errorf("media %.8s: rendition %q: %w", m.ID, r.Name, err)
		}
	}
	if err := m.checkShown(); err != nil {
		return fmt.Errorf("media %.8s: %w", m.ID, err)
	}
	return nil
}

// checkShown checks what a page needs to know of a picture besides its renditions.
func (m Media) checkShown() error {
	if f := m.Focus; f != (Focus{}) && (f.X < 1 || f.X > 100 || f.Y < 1 || f.Y > 100) {
		return fmt.Errorf("focus %d, %d is not in percent, 1 to 100", f.X, f.Y)
	}
	rest, ok := strings.CutPrefix(m.Placeholder, "data:image/")
	odd := func(c rune) bool { return !strings.ContainsRune(holderRunes, c) }
	if m.Placeholder != "" && (!ok || len(m.Placeholder) > maxHolder || strings.ContainsFunc(rest, odd)) {
		return fmt.Errorf("placeholder %.40q is not the data URL of a picture of at most %d bytes", m.Placeholder, maxHolder)
	}
	return nil
}

// holderRunes are those of a data URL in base64: none that could end a place in a style or an attribute.
const holderRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=;,-."

func (r Rendition) validate() error {
	if err := checkFileName(r.Name); err != nil {
		return err
	}
	if top, sub, ok := strings.Cut(r.MediaType, "/"); !ok || top == "" || sub == "" || len(r.MediaType) > 64 {
		return fmt.Errorf("media type %q is not valid", r.MediaType)
	}
	if r.Width < 0 || r.Height < 0 || r.Width > maxPixels || r.Height > maxPixels {
		return fmt.Errorf("%d by %d pixels is out of range", r.Width, r.Height)
	}
	if !isSHA256(r.SHA256) {
		return fmt.Errorf("%q is no SHA-256 in lower-case hex", r.SHA256)
	}
	if r.Size < 1 || r.Size > maxRendition {
		return fmt.Errorf("size %d, want 1 to %d bytes", r.Size, maxRendition)
	}
	return nil
}
