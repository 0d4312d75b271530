// Package feed brings the items of web feeds into a newsroom: RSS, Atom and JSON Feed, from files or by HTTP.
//
// It takes the text and leaves pictures and attachments where they are, as links; nothing that a feed names is fetched.
// An item that is at fault is refused by itself. A JSON Feed item may name its story, which ties its translations:
//
//	{"id": "border-ru", "language": "ru", "_story": {"id": "border"}, "title": …, "content_html": …, "date_published": …}
//
// An import is repeated without harm: the same items change nothing.
//
//	report, err := feed.Import(ctx, st, []string{"en.json", "https://news.example/feed.xml"}, feed.Options{
//		Languages: []string{"en", "ru"}, Client: http.DefaultClient})
package feed

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// Options are what an import depends on besides its sources.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an item in another one is refused.
	Languages []string
	// Language is taken for items where neither they nor their feed name one; empty refuses them.
	Language string
	// Client fetches sources that are URLs; nil refuses them.
	Client *http.Client
	// Fetched are the bytes of sources that were read before, as by a Fetcher; the others are read.
	Fetched map[string][]byte
	// Progress is told of each source; it may be nil.
	Progress importer.Progress
}

// Import reads feeds, each a file's name or an http or https URL, and writes their items to the store. What is wrong
// with a source or an item stands in the report; an error is the store's or the context's, and the report then tells
// what was written before.
func Import(ctx context.Context, st importer.Store, sources []string, opt Options) (importer.Report, error) {
	w := importer.NewWriter(st)
	for i, source := range sources {
		opt.Progress.Tell(i, len(sources), source)
		if err := importSource(ctx, w, source, opt); err != nil {
			return w.Close(ctx, err)
		}
	}
	opt.Progress.Tell(len(sources), len(sources), "")
	return w.Close(ctx, nil)
}

// read returns a source's bytes.
func (o Options) read(ctx context.Context, source string) ([]byte, error) {
	if b, ok := o.Fetched[source]; ok {
		return b, nil
	}
	return read(ctx, source, o.Client)
}

// importSource hands a source's items to the writer. Only what must end the import is returned as an error.
func importSource(ctx context.Context, w *importer.Writer, source string, opt Options) error {
	file := importer.Place{File: source}
	b, err := opt.read(ctx, source)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		w.Refuse(file, err)
		return nil
	}
	f, err := parse(b)
	if err != nil {
		w.Refuse(file, err)
		return nil
	}
	for _, n := range f.notes {
		w.Note(file, n)
	}
	for _, p := range f.broken {
		w.Refuse(importer.Place{File: fmt.Sprintf("%s:%d", source, p.line)}, p.err)
	}
	if isURL(source) {
		f.from, _ = url.Parse(source) // it was fetched, so it parses
	}
	for _, it := range f.items {
		if err := ctx.Err(); err != nil {
			return err
		}
		place := importer.Place{File: source, Item: it.name}
		s, notes, err := f.story(it, opt)
		if err != nil {
			w.Refuse(place, err)
			continue
		}
		for _, n := range append(it.notes, notes...) {
			w.Note(place, n)
		}
		if err := w.Add(ctx, s, func(string) importer.Place { return place }); err != nil {
			return err
		}
	}
	return nil
}

// A feed is what all formats have in common.
type feed struct {
	// lang is the language of items that name none, home the address of the site that the feed is of.
	lang, home string
	// from is where the feed itself was fetched; nil for a file.
	from  *url.URL
	items []item
	notes []string
	// broken are the parts of the file that could not be read at all.
	broken []brokenItem
}

// An item is one article as its feed says it, nothing cleaned yet.
type item struct {
	// name is what the report calls it.
	name string
	// story names the story; id and url are what an item has otherwise.
	story, id, url string
	lang           string
	title, summary text
	body           text
	tags, authors  []string
	// published and updated are zero where the feed doesn't say, or not so that it can be read: dateFault tells then.
	published, updated time.Time
	dateFault          error
	// seen says that the item is a video: its text goes with a link to it.
	seen  bool
	notes []string
	// err is set where the item couldn't be read; nothing else then is, but its name.
	err error
}

// A text is either HTML or plain.
type text struct {
	text string
	html bool
}

// parse reads a feed in any of the formats; its first character tells JSON from XML.
func parse(b []byte) (*feed, error) {
	b, err := decode(b)
	if err != nil {
		return nil, err
	}
	if err := page(b); err != nil {
		return nil, err
	}
	switch {
	case len(b) == 0:
		return nil, fmt.Errorf("the file is empty")
	case b[0] == '{':
		return parseJSON(b)
	case b[0] == '<':
		return parseXML(b)
	}
	return nil, fmt.Errorf("no feed: neither RSS, Atom nor JSON Feed")
}

// story makes a story with one article of an item.
func (f *feed) story(it item, opt Options) (news.Story, []string, error) {
	if it.err != nil {
		return news.Story{}, nil, it.err
	}
	lang, err := f.language(it, opt)
	if err != nil {
		return news.Story{}, nil, err
	}
	published, updated, err := it.times()
	if err != nil {
		return news.Story{}, nil, err
	}
	clean := importer.NewCleaner(lang)
	id := f.storyID(it, clean)
	if id == "" {
		return news.Story{}, nil, fmt.Errorf("has no id and no URL")
	}
	link := importer.Link(it.url, f.base(""))
	r, err := revision(it, clean, f.base(link))
	if err != nil {
		return news.Story{}, nil, err
	}
	if !strings.HasPrefix(link, "mailto:") {
		r.SourceURL = link
	}
	a := news.Article{Lang: lang, Status: news.Published, Published: published, Updated: updated, Revision: r}
	s := news.Story{ID: id, Articles: []news.Article{a}}
	if it.story == "" {
		s.Slug = importer.Slug(link) // a story that is named has translations, each with a URL of its own
	}
	return s, clean.Notes(), nil
}

// language returns the item's language: its own, its feed's or the one to take otherwise.
func (f *feed) language(it item, opt Options) (string, error) {
	for _, tag := range []string{it.lang, f.lang, opt.Language} {
		if tag = strings.TrimSpace(tag); tag != "" {
			return importer.AllowedLanguage(tag, opt.Languages)
		}
	}
	return "", fmt.Errorf("neither the item nor its feed names a language (hint: say which with --language)")
}

// base returns what an item's references are relative to: its own address, its site's, or where the feed came from.
func (f *feed) base(link string) *url.URL {
	for _, s := range []string{link, f.home} {
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			return u
		}
	}
	return f.from
}
