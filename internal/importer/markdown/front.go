package markdown

import (
	"bytes"
	"errors"
	"slices"
	"unicode/utf8"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// MaxArticle is the size of an article's file in bytes.
const MaxArticle = 2 << 20

// A front is an article's front matter.
type front struct {
	Kicker, Headline, Standfirst, Dateline string
	Published, Updated, Breaking           moment
	Draft, Standing                        bool
	Bylines                                []byline
	// Topics are slugs of story.yaml; all of them where the field is missing.
	Topics *[]string
	// Places are such slugs too, and so is what story.yaml says where Related is missing.
	Places, Related *[]string

	Lead        *leadYAML
	Corrections []struct {
		Time moment
		Text string
	}
	TranslatedFrom *struct {
		Lang   string
		Number int
	} `yaml:"translated_from"`
}

type leadYAML struct {
	File, Alt, Caption, Credit, Rights string
	Decorative                         bool
}

// split parts an article's file into its front matter and its Markdown, whose line breaks become "\n". Both keep the
// file's line numbers: the front matter's first line is empty, and first is the number of lines before the Markdown.
func split(b []byte) (matter, body []byte, first int, err error) {
	if n := validLen(b); n < len(b) {
		return nil, nil, 0, faultf(1+bytes.Count(b[:n], []byte("\n")), "not UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	open, rest, _ := bytes.Cut(b, []byte("\n"))
	if !isFence(open) {
		return nil, nil, 0, faultf(1, "does not begin with front matter: a line ---, headline: …, a line ---")
	}
	matter, body, ok := cutFence(rest)
	if !ok {
		return nil, nil, 0, faultf(1, "the front matter has no end: a line ---")
	}
	return append([]byte("\n"), matter...), body, 2 + bytes.Count(matter, []byte("\n")), nil
}

// isFence says whether a line is one that front matter stands between.
func isFence(line []byte) bool { return string(bytes.TrimRight(line, " \t")) == "---" }

// cutFence returns what stands before and after the first line that is a fence.
func cutFence(b []byte) (before, after []byte, ok bool) {
	for at := 0; at <= len(b); {
		line, _, more := bytes.Cut(b[at:], []byte("\n"))
		end := at + len(line)
		if isFence(line) {
			return b[:at], b[min(end+1, len(b)):], true
		}
		if !more {
			break
		}
		at = end + 1
	}
	return nil, nil, false
}

// validLen returns the number of bytes before the first that is no UTF-8.
func validLen(b []byte) int {
	n := 0
	for n < len(b) {
		c, size := utf8.DecodeRune(b[n:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// article makes an article's state of its front matter; its words are revision's.
func (f front) article(lang string) (news.Article, error) {
	a := news.Article{Lang: lang, Status: news.Published, Published: f.Published.Time, Updated: f.Updated.Time,
		Breaking: f.Breaking.Time, Revision: news.Revision{Standing: f.Standing}}
	if f.Draft {
		a.Status = news.Draft
	} else if a.Published.IsZero() {
		return a, errors.New("published is missing (hint: published: 2026-11-22T10:00:00Z, or draft: true)")
	}
	if err := a.CheckBreaking(); err != nil {
		return a, faultf(f.Breaking.line, "%w (hint: breaking says until when, as 2026-11-22T16:00:00Z)", err)
	}
	return a, nil
}

// revision makes an article's words of its front matter, but for the lead and the body.
func (f front) revision(y storyYAML, lang string, clean *importer.Cleaner) (news.Revision, error) {
	r := news.Revision{
		Kicker:     clean.Line(f.Kicker),
		Headline:   clean.Line(f.Headline),
		Standfirst: clean.Line(f.Standfirst),
		Dateline:   clean.Line(f.Dateline),
		Standing:   f.Standing,
	}
	for _, b := range f.Bylines {
		r.Bylines = append(r.Bylines, news.Byline{Name: clean.Line(b.Name), Role: clean.Line(b.Role), Slug: b.Slug,
			Protected: b.Protected})
	}
	for _, c := range f.Corrections {
		r.Corrections = append(r.Corrections, news.Correction{Time: c.Time.Time, Text: clean.Line(c.Text)})
	}
	if o := f.TranslatedFrom; o != nil {
		tag, err := importer.Language(o.Lang)
		if err != nil {
			return r, err
		}
		r.Origin = &news.Origin{Lang: tag, Number: o.Number}
	}
	related := y.Related
	if f.Related != nil {
		related = *f.Related
	}
	for _, id := range related {
		r.Related = append(r.Related, clean.Line(id))
	}
	topics, err := named("topic", f.Topics, y.topics, y.Topics, lang, clean)
	for _, t := range topics {
		r.Topics = append(r.Topics, news.Topic(t))
	}
	places, err2 := named("place", f.Places, y.places, y.Places, lang, clean)
	for _, p := range places {
		r.Places = append(r.Places, news.Place(p))
	}
	return r, errors.Join(err, err2)
}

// A page is a topic or a place, with its name in the article's language.
type page struct{ Slug, Name string }

// named names an article's topics or places in its language: those that it chose, or else all of story.yaml. One that
// has no name there is left out.
func named(what string, chosen *[]string, all []string, words map[string]byLang, lang string, clean *importer.Cleaner) ([]page, error) {
	slugs := all
	if chosen != nil {
		slugs = *chosen
	}
	var out []page
	for _, slug := range slugs {
		if !slices.Contains(all, slug) {
			return nil, faultf(0, "%s %q is not in %s", what, slug, storyFile)
		}
		name := clean.Line(words[slug].in(lang))
		if name == "" {
			clean.Note("left out the %s %q: %s gives it no name in %s", what, slug, storyFile, lang)
			continue
		}
		out = append(out, page{slug, name})
	}
	return out, nil
}
