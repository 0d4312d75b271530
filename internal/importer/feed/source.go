package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"coranto/internal/importer"
	"coranto/internal/importer/web"
)

// What a report counts by.
const (
	// KindFeed is a feed, or a page of one.
	KindFeed = "feed"
	// KindItem is an item of a feed.
	KindItem = "item"
)

// maxFeedPages is how many pages of one feed are followed.
const maxFeedPages = 500

// ahead is how many items wait with their pages fetched for those before them.
const ahead = 4

// A Source is some feeds that were read, ready to be imported. It implements importer.Source.
type Source struct {
	opt      Options
	units    []unit // only Complete changes them
	identity string
}

// A unit is a feed, an item, or a piece of a feed that is broken.
type unit struct {
	at   importer.Place
	kind string
	// feed and item are set for an item that could be read.
	feed *feed
	item item
	// complete says that the item has the article of its page, if that was to be had.
	complete bool
	notes    []string
	err      error
}

// Open reads feeds, each a file's name or an http or https URL. One that can't be read is a thing that the source has, and
// is refused; an error is the context's.
func Open(ctx context.Context, sources []string, opt Options) (*Source, error) {
	s := &Source{opt: opt}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %s\n", opt.Languages, opt.Language, opt.FullText)
	for i, source := range sources {
		opt.Progress.Tell(i, len(sources), source)
		r := reading{Source: s, seen: make(map[string]bool)}
		for source != "" && ctx.Err() == nil {
			source = r.page(ctx, source)
		}
		fmt.Fprintf(sum, "%x\n", r.sums)
	}
	s.identity = "feed " + hex.EncodeToString(sum.Sum(nil))
	return s, ctx.Err()
}

// read returns a source's bytes.
func (o Options) read(ctx context.Context, source string) ([]byte, error) {
	if b, ok := o.Fetched[source]; ok {
		return b, nil
	}
	return read(ctx, source, o.Web)
}

// A reading is one feed with all its pages on its way into a Source.
type reading struct {
	*Source
	// seen are the items of the pages before: what comes out meanwhile shifts the others to the next page.
	seen  map[string]bool
	pages int
	size  int
	// first is the address of the first page.
	first string
	sums  []byte
}

// page reads a page of a feed, and returns where the next one is.
func (r *reading) page(ctx context.Context, source string) (next string) {
	at := importer.Place{File: source}
	b, err := r.opt.read(ctx, source)
	if r.pages > 0 && gone(err) {
		return "" // WordPress says so after the last page
	}
	if r.pages++; r.pages == 1 {
		r.first = source
	}
	sum := sha256.Sum256(b)
	r.sums = append(r.sums, sum[:]...)
	var f *feed
	if r.size += len(b); err == nil && r.size > MaxSize {
		err = fmt.Errorf("the pages of the feed are over the limit of %d bytes", MaxSize)
	}
	if err == nil {
		f, err = parse(b, r.opt.dates())
	}
	if err != nil {
		r.units = append(r.units, unit{at: at, kind: KindFeed, err: err})
		return ""
	}
	if isURL(source) {
		f.from, _ = url.Parse(source) // it was fetched, so it parses
	}
	next, note := r.next(f, source)
	if note != "" {
		f.notes = append(f.notes, note)
	}
	if !r.take(f, source) {
		return ""
	}
	return next
}

// gone says whether a server has no such page.
func gone(err error) bool {
	status := (*web.StatusError)(nil)
	return errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone)
}

// take keeps what a page of a feed has, and says whether any of it is new.
func (r *reading) take(f *feed, source string) (more bool) {
	r.units = append(r.units, unit{at: importer.Place{File: source}, kind: KindFeed, notes: f.notes})
	for _, p := range f.broken {
		r.units = append(r.units, unit{at: importer.Place{File: fmt.Sprintf("%s:%d", source, p.line)}, kind: KindItem, err: p.err})
	}
	here := make(map[string]bool)
	for _, it := range f.items {
		key := fmt.Sprintf("%q %q %q", it.story, it.id, it.url)
		if r.seen[key] {
			continue
		}
		here[key] = true
		r.units = append(r.units, unit{at: importer.Place{File: source, Item: it.name}, kind: KindItem, feed: f, item: it})
	}
	for key := range here {
		r.seen[key] = true
	}
	return len(here) > 0
}

// next returns where a feed goes on, if it is to be followed: where it says, or where WordPress has its next page.
func (r *reading) next(f *feed, source string) (next, note string) {
	if !r.opt.Paging || !isURL(source) {
		return "", ""
	}
	base, err := url.Parse(source)
	if err != nil {
		return "", ""
	}
	if next = importer.Link(f.next, base); next == "" && f.wordpress && len(f.items) > 0 {
		first, err := url.Parse(r.first)
		if err != nil {
			return "", ""
		}
		query := first.Query()
		query.Set("paged", strconv.Itoa(r.pages+1))
		first.RawQuery = query.Encode()
		next = first.String()
	}
	if !isURL(next) || next == source {
		return "", ""
	}
	if r.pages == maxFeedPages {
		return "", fmt.Sprintf("the feed goes on after %d pages: the rest was not read", maxFeedPages)
	}
	return next, ""
}

// Identity names the feeds as they were read.
func (s *Source) Identity() string { return s.identity }

// Survey counts feeds and items, and says where their articles stand.
func (s *Source) Survey(ctx context.Context, survey *importer.Survey) error {
	for _, u := range s.units {
		survey.Has[u.kind]++
		if u.feed == nil || u.item.err != nil || u.item.elsewhere() {
			continue
		}
		lang, err := u.feed.language(u.item, s.opt)
		id := u.feed.storyID(u.item, importer.NewCleaner(lang))
		if err != nil || id == "" {
			continue // it will be refused
		}
		for _, address := range []string{u.item.url, u.item.id} {
			link := importer.Link(address, u.feed.base(""))
			if !strings.HasPrefix(link, "http") || address == u.item.id && !isURL(address) {
				continue
			}
			if err := survey.Moved(ctx, link, id, lang); err != nil {
				return err
			}
		}
	}
	return nil
}

// elsewhere says whether an item only leads to something, as a film, that is not in its text: a link to it means that.
func (it item) elsewhere() bool {
	return it.seen || strings.TrimSpace(it.body.text+it.summary.text) == ""
}

// Items yields feeds and items. The pages of some items are fetched while the items before them are brought in.
func (s *Source) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		start, err := strconv.Atoi(after)
		if after != "" && (err != nil || start < 0 || start > len(s.units)) {
			yield(importer.Item{}, fmt.Errorf("no item of these feeds has the mark %q", after))
			return
		}
		inner, cancel := context.WithCancel(ctx)
		waiting := make(chan chan importer.Item, ahead-1)
		go func() {
			defer close(waiting)
			for i := start; i < len(s.units) && inner.Err() == nil; i++ {
				one := make(chan importer.Item, 1)
				waiting <- one
				go func() { one <- s.make(inner, i) }()
			}
		}()
		defer func() {
			cancel()
			for one := range waiting {
				<-one
			}
		}()
		for one := range waiting {
			item := <-one
			if ctx.Err() != nil {
				yield(importer.Item{}, ctx.Err())
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Complete fetches the pages that Items would fetch, so that it has no need of the network.
func (s *Source) Complete(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(ahead)
	for i := range s.units {
		g.Go(func() error {
			if u := &s.units[i]; u.feed != nil && u.item.err == nil && !u.complete {
				u.item, u.complete = s.opt.whole(ctx, u.feed, u.item), true
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// make makes the i-th item, counted from 0.
func (s *Source) make(ctx context.Context, i int) importer.Item {
	u := s.units[i]
	out := importer.Item{At: u.at, Kind: u.kind, Mark: strconv.Itoa(i + 1), Notes: u.notes, Err: u.err}
	if u.feed == nil {
		return out
	}
	it := u.item
	if it.err == nil && !u.complete {
		it = s.opt.whole(ctx, u.feed, it)
	}
	if s.opt.Web == nil {
		it.leaveOut()
	}
	story, notes, err := u.feed.story(it, s.opt)
	if err != nil {
		out.Err = err
		return out
	}
	out.Story, out.Notes = &story, append(it.notes, notes...)
	return out
}
