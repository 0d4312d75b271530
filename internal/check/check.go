// Package check finds what an editor should look at before a story goes out: a picture without words, a claim that
// nobody is named for, a link that leads nowhere. It says where, by file and line where the newsroom knows them, and
// what to do. It changes nothing, and it asks nobody but the store.
//
// It sees shapes, not truth: that a paragraph has a word of attribution in it, not that the attribution is right. Where
// it can't tell without guessing, as in a language whose words of attribution it doesn't know, it is silent.
//
//	c := check.Checker{Store: st, Languages: tags, Catalogue: catalogue, Fatal: check.DefaultFatal(), Now: now, Read: read}
//	problems, err := c.Story(ctx, "border")
package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A Code names a kind of problem. Codes are part of what scripts and configurations read.
type Code string

// The kinds of problems.
const (
	Alt       Code = "alt"       // a figure without words for who can't see it
	Caption   Code = "caption"   // a figure without a caption
	Credit    Code = "credit"    // a figure that doesn't say who made it
	Source    Code = "source"    // a story that names no source
	Reason    Code = "reason"    // an anonymous source without the reason why it isn't named
	Evidence  Code = "evidence"  // a claim with nothing kept to stand by it
	Wording   Code = "wording"   // an unverified or disputed claim that reads as a fact
	Breaking  Code = "breaking"  // breaking news whose time is over
	Link      Code = "link"      // a link within the site, or a related story, that readers can't follow
	Origin    Code = "origin"    // a translation that doesn't say what it was made from
	Lang      Code = "lang"      // words in another script without their language
	Heading   Code = "heading"   // headings that skip a level
	Word      Code = "word"      // a word too long for a phone
	Catalogue Code = "catalogue" // a language without interface words, or that the site doesn't have
	Subtitles Code = "subtitles" // a video or sound without subtitles or transcript
	Width     Code = "width"     // a picture that is too narrow
	Missing   Code = "missing"   // a figure whose file an import could not have
)

// Codes returns all kinds of problems, in the order of the constants.
func Codes() []Code {
	return []Code{Alt, Caption, Credit, Source, Reason, Evidence, Wording, Breaking, Link, Origin, Lang, Heading, Word, Catalogue, Subtitles, Width, Missing}
}

// DefaultFatal returns the kinds that keep a story from being published where the newsroom says nothing else: what
// shuts readers out.
func DefaultFatal() []Code { return []Code{Alt} }

// A Problem is something that an editor should look at.
type Problem struct {
	Code Code `json:"code"`
	// Fatal says that publish refuses it.
	Fatal bool   `json:"fatal"`
	Story string `json:"story"`
	// Lang is the article's; empty where the story as a whole is meant.
	Lang string `json:"lang,omitempty"`
	// File is the source's file, as the import named it, and Line the line in it as it stands now, from 1. File is empty
	// and Line is 0 where nobody knows.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// Place returns where the problem is, for people: stories/border/en.md:12, or the story and its language.
func (p Problem) Place() string {
	switch {
	case p.File != "" && p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	case p.File != "":
		return p.File
	case p.Lang != "":
		return "story " + p.Story + ", " + p.Lang
	}
	return "story " + p.Story
}

// Store is what a Checker reads.
type Store interface {
	// Story returns a story with the newest revision of each of its articles, whatever their status, or store.ErrNotFound.
	Story(ctx context.Context, id string) (news.Story, error)
	// Media returns a media by its ID, or store.ErrNotFound.
	Media(ctx context.Context, id string) (news.Media, error)
	// Find returns the ID of the story with a slug in its address, or store.ErrNotFound.
	Find(ctx context.Context, slug string) (string, error)
}

// A Checker looks at stories as they would be published. It never changes, and several goroutines may use it if they
// may its Store and Read.
type Checker struct {
	Store Store
	// Languages are the canonical tags of the site's languages, and Catalogue the words of the interface; nil leaves out
	// what they are asked for.
	Languages []string
	Catalogue *lang.Catalogue
	// BaseURL is where the site stands, as https://news.example/: links below it are links within the site. Has says whether
	// the site has a file that is no story's at a path, as fa/topic/courts/index.html. Without either they are not looked at.
	BaseURL string
	Has     func(ctx context.Context, path string) (bool, error)
	// Fatal are the kinds that publish refuses.
	Fatal []Code
	Now   time.Time
	// Read returns the text of a source's file (news.Article.File), to find lines in; nil finds none. An error of it
	// leaves the line unknown.
	Read func(file string) ([]byte, error)
}

// Story returns the problems of a story's articles, but for those that were withdrawn: sorted by file, line and code.
// An error is the store's.
func (c *Checker) Story(ctx context.Context, id string) ([]Problem, error) {
	return c.look(ctx, id, func(news.Article) bool { return true })
}

// Public returns the problems of those of a story's articles that are public at Now, as publish has them.
func (c *Checker) Public(ctx context.Context, id string) ([]Problem, error) {
	return c.look(ctx, id, func(a news.Article) bool { return a.Public(c.Now) })
}

func (c *Checker) look(ctx context.Context, id string, which func(news.Article) bool) ([]Problem, error) {
	st, err := c.Store.Story(ctx, id)
	if err != nil {
		return nil, err
	}
	st.Articles = slices.DeleteFunc(slices.Clone(st.Articles), func(a news.Article) bool { return a.Status == news.Withdrawn })
	l := &look{ctx: ctx, Checker: c, story: st, texts: map[string]string{}}
	shown := slices.DeleteFunc(slices.Clone(st.Articles), func(a news.Article) bool { return !which(a) })
	if len(shown) == 0 {
		return nil, nil
	}
	l.voices(shown)
	for _, a := range shown {
		if err := l.article(a); err != nil {
			return nil, fmt.Errorf("check story %q: %w", id, err)
		}
	}
	slices.SortStableFunc(l.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Lang, b.Lang), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code))
	})
	return slices.CompactFunc(l.found, func(a, b Problem) bool { return a == b }), nil
}

// A look is one story under examination.
type look struct {
	*Checker
	ctx   context.Context
	story news.Story
	// texts are the sources' files that were read, by name.
	texts map[string]string
	found []Problem
}

// place is a file and the words that stand on the line that is meant: the first of them that is found has the say.
type place struct {
	lang, file string
	words      []string
}

func (l *look) add(at place, code Code, hint, format string, args ...any) {
	l.found = append(l.found, Problem{
		Code: code, Fatal: slices.Contains(l.Fatal, code), Story: l.story.ID, Lang: at.lang,
		File: at.file, Line: l.line(at), Text: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// telling is the length in bytes from which words are not found on a line by chance alone.
const telling = 4

// line returns the line of a place in the source as it stands now, or 0.
func (l *look) line(at place) int {
	if at.file == "" || l.Read == nil {
		return 0
	}
	text, ok := l.texts[at.file]
	if !ok {
		if b, err := l.Read(at.file); err == nil {
			text = string(b)
		}
		l.texts[at.file] = text
	}
	for _, w := range at.words {
		if before, _, ok := strings.Cut(text, w); ok && len(w) >= telling {
			return 1 + strings.Count(before, "\n")
		}
	}
	return 0
}

// article checks one article.
func (l *look) article(a news.Article) error {
	at := place{lang: a.Lang, file: a.File}
	l.language(at, a)
	l.origin(at, a)
	if !a.Breaking.IsZero() && !a.Breaking.After(l.Now) {
		l.add(at.of("breaking:"), Breaking, "take out breaking, or set a new end if it broke again",
			"breaking news until %s, which is over", a.Breaking.UTC().Format(time.RFC3339))
	}
	l.headings(at, a)
	l.prose(at, a)
	l.claims(at, a)
	for f := range a.Revision.Figures() {
		if err := l.figure(at, f); err != nil {
			return err
		}
	}
	return l.links(at, a)
}

// of returns the place in the same file where some words stand.
func (at place) of(words ...string) place {
	at.words = words
	return at
}

// language says what readers of the article's language would miss.
func (l *look) language(at place, a news.Article) {
	if l.Languages != nil && !slices.Contains(l.Languages, a.Lang) {
		l.add(at, Catalogue, "add it to languages in coranto.toml", "the site has no pages in %s: nobody sees the article", a.Lang)
		return
	}
	if l.Catalogue == nil {
		return
	}
	if _, tag := l.Catalogue.Language(a.Lang).Word("corrections"); !sameBase(tag, a.Lang) {
		l.add(at, Catalogue, "the page's own words stand there in another language", "the interface has no words in %s", a.Lang)
	}
}

func sameBase(a, b string) bool {
	x, _, _ := strings.Cut(a, "-")
	y, _, _ := strings.Cut(b, "-")
	return x == y
}

// origin says which of several articles don't say what they were made from: all but one are taken for translations.
func (l *look) origin(at place, a news.Article) {
	if o := a.Revision.Origin; o != nil {
		if !slices.ContainsFunc(l.story.Articles, func(b news.Article) bool { return b.Lang == o.Lang }) {
			l.add(at.of("translated_from:"), Origin, "name the language of an article of this story",
				"is a translation from %s, in which the story has no article", o.Lang)
		}
		return
	}
	if original := l.original(); original != "" && original != a.Lang {
		l.add(at.of("headline:"), Origin, fmt.Sprintf("translated_from: {lang: %s, number: 1}, if it is a translation", original),
			"does not say what it was translated from")
	}
}

// original returns the language of the article that the others are taken to be translations of: the one that most of
// them name, or else the earliest of those that name none.
func (l *look) original() string {
	named := map[string]int{}
	for _, a := range l.story.Articles {
		if o := a.Revision.Origin; o != nil {
			named[o.Lang]++
		}
	}
	var best *news.Article
	for i, a := range l.story.Articles {
		if a.Revision.Origin != nil {
			continue
		}
		if best == nil || named[a.Lang] > named[best.Lang] || named[a.Lang] == named[best.Lang] && a.Published.Before(best.Published) {
			best = &l.story.Articles[i]
		}
	}
	if best == nil {
		return ""
	}
	return best.Lang
}
