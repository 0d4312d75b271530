// Package feed brings the items of web feeds into a newsroom: RSS, Atom and JSON Feed, from files or by HTTP.
//
// Where a feed has only an excerpt of an article, the text is taken from the article's page. Pictures and recordings are
// named for Import to fetch. An item that is at fault is refused by itself. A JSON Feed item may name its story, which ties
// its translations:
//
//	{"id": "border-ru", "language": "ru", "_story": {"id": "border"}, "title": …, "content_html": …, "date_published": …}
//
// An import is repeated without harm: the same items change nothing.
//
//	report, err := feed.Import(ctx, st, []string{"en.json", "https://news.example/feed.xml"}, feed.Options{
//		Languages: []string{"en", "ru"}, Web: client})
package feed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
	"coranto/internal/importer/web"
	"coranto/internal/news"
)

// Options are what an import depends on besides its sources.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an item in another one is refused.
	Languages []string
	// Language is taken for items where neither they nor their feed name one; empty refuses them.
	Language string
	// Zone is what dates are taken for that name no time zone; nil is UTC.
	Zone *time.Location
	// Web fetches sources that are URLs, pages, pictures and recordings; nil refuses such sources, and leaves the rest where
	// it is.
	Web *web.Client
	// FullText says whether articles are taken from their pages.
	FullText FullText
	// Paging has feeds followed that come in pages, back to their beginning.
	Paging bool
	// Fetched are the bytes of sources that were read before, as by a Fetcher; the others are read.
	Fetched map[string][]byte
	// Pages remembers what was taken from pages before; it may be nil.
	Pages *Pages
	// Progress is told how far the import has come; it may be nil.
	Progress importer.Progress
}

func (o Options) dates() foreign.Dates { return foreign.Dates{Zone: o.Zone} }

// Import reads feeds, each a file's name or an http or https URL, and writes their items to the store. What is wrong
// with a source or an item stands in the report; an error is the store's or the context's, and the report then tells
// what was written before.
func Import(ctx context.Context, st importer.Memory, sources []string, opt Options) (importer.Report, error) {
	src, err := Open(ctx, sources, opt)
	if err != nil {
		return importer.Report{}, err
	}
	options := importer.Options{Languages: opt.Languages, Progress: opt.Progress}
	if opt.Web != nil {
		options.Web = opt.Web
	}
	return importer.Import(ctx, st, src, options)
}

// A feed is what all formats have in common.
type feed struct {
	// lang is the language of items that name none, home the address of the site that the feed is of.
	lang, home string
	// from is where the feed itself was fetched; nil for a file.
	from *url.URL
	// next is where the feed goes on, "" where it doesn't say; wordpress that it is WordPress's, which doesn't say.
	next      string
	wordpress bool
	items     []item
	notes     []string
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
	// whole says that the feed gave the text apart from a summary: it is all of it.
	whole bool
	// base is what references in the text are relative to, where that is not the feed's; pageLang is the language of the
	// item's page.
	base     *url.URL
	pageLang string
	// files are the pictures, recordings and other files that go with the item.
	files []file
	// published and updated are zero where the feed doesn't say, or not so that it can be read: dateFault tells then.
	published, updated time.Time
	dateFault          error
	// seen says that the item is a video: its text goes with a link to it.
	seen  bool
	notes []string
	// err is set where the item couldn't be read; nothing else then is, but its name.
	err error
}

// note keeps a note to the editor; none is empty.
func (it *item) note(n string) {
	if n != "" {
		it.notes = append(slices.Clip(it.notes), n)
	}
}

// A text is either HTML or plain.
type text struct {
	text string
	html bool
}

// parse reads a feed in any of the formats; its first character tells JSON from XML.
func parse(b []byte, dates foreign.Dates) (f *feed, err error) {
	b, notes, err := decode(b)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(page(b), export(b)); err != nil {
		return nil, err
	}
	switch begins := bytes.TrimLeft(b[:min(len(b), 1000)], " \t\r\n"); {
	case len(begins) == 0:
		err = errors.New("the file is empty")
	case begins[0] == '{':
		f, err = parseJSON(b, dates)
	case begins[0] == '<':
		f, err = parseXML(b, dates)
	default:
		err = errors.New("no feed: neither RSS, Atom nor JSON Feed")
	}
	if err == nil {
		f.notes = append(notes, f.notes...)
	}
	return f, err
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
	clean.Pictures = opt.Web != nil
	id := f.storyID(it, clean)
	if id == "" {
		return news.Story{}, nil, fmt.Errorf("has no id and no URL")
	}
	link := importer.Link(it.url, f.base(""))
	r, err := revision(it, clean, f.base(link))
	if err != nil {
		return news.Story{}, nil, err
	}
	if clean.Pictures {
		it.show(&r, clean, f.base(link))
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
	for _, tag := range []string{it.lang, f.lang, opt.Language, it.pageLang} {
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
