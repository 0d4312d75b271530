package reader

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
)

const (
	// newsGrace is how long a page waits for what is breaking news once it is there itself.
	newsGrace = 500 * time.Millisecond
	// newsAgain is how long what no mirror gave is not asked for again.
	newsAgain = 15 * time.Second
	// maxLaid is the number of stories that are laid over a page.
	maxLaid = 3
)

// knowsNow says whether what is said of now alone may be shown: only a FRESH verdict knows when that is (SPEC.md,
// "Breaking news").
func (r *Reader) knowsNow() bool {
	v := r.Verdict()
	return v.Fresh == edition.Fresh && !v.Unconfirmed
}

// still leaves out what is over.
func (r *Reader) still(head edition.Head, all []edition.Breaking) []edition.Breaking {
	now := r.now(head)
	return slices.DeleteFunc(slices.Clone(all), func(b edition.Breaking) bool { return !b.Until.After(now) })
}

// breaking gets a language's file of breaking news.
func (r *Reader) breaking(ctx context.Context, language string) ([]edition.Breaking, error) {
	p, err := r.Get(ctx, edition.BreakingPath(language))
	if errors.Is(err, ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return edition.ParseBreaking(p.Body)
}

// A wire remembers what an edition says is breaking news, by language, so that it is looked up once.
type wire struct {
	mu     sync.Mutex // guards what follows
	of     edition.Hash
	known  map[string][]edition.Breaking
	failed map[string]time.Time // when a language's was not to be had
}

// on returns what is breaking in a language still, and nothing when that can't be had before ctx ends.
func (w *wire) on(ctx context.Context, r *Reader, language string) []edition.Breaking {
	head, ok := r.Head()
	if !ok || !slices.Contains(head.Manifest.Languages, language) || !r.knowsNow() {
		return nil
	}
	if all, ok := w.get(head.ManifestHash, language, r.opt.Now()); ok {
		return r.still(head, all)
	}
	all, err := r.breaking(ctx, language)
	if err != nil {
		r.opt.Log.Info("breaking news", "language", language, "error", err)
	}
	w.put(head.ManifestHash, language, all, err, r.opt.Now())
	return r.still(head, all)
}

// get returns what is known, which is nothing for a while after it was not to be had.
func (w *wire) get(of edition.Hash, language string, now time.Time) (all []edition.Breaking, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of != of {
		return nil, false
	}
	if all, ok := w.known[language]; ok {
		return all, true
	}
	since, ok := w.failed[language]
	return nil, ok && now.Sub(since) < newsAgain && !now.Before(since)
}

func (w *wire) put(of edition.Hash, language string, all []edition.Breaking, err error, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of != of {
		w.of, w.known, w.failed = of, map[string][]edition.Breaking{}, map[string]time.Time{}
	}
	if err != nil {
		w.failed[language] = now
		return
	}
	w.known[language] = all
}

// laid returns what is laid over a page: what is breaking in the language of its path, but not the page's own story.
func (s *Server) laid(ctx context.Context, path string) []edition.Breaking {
	language, _, _ := strings.Cut(path, "/")
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	all := slices.DeleteFunc(s.wire.on(ctx, s.r, language), func(b edition.Breaking) bool { return b.Path == path })
	return all[:min(len(all), maxLaid)]
}

// layingOver begins to look up what is laid over a page, while the page itself is fetched. What it returns waits for
// that, no longer than newsGrace; it must be called.
func (s *Server) layingOver(ctx context.Context, path string) func() []edition.Breaking {
	if path != "" && !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, ".html") {
		return func() []edition.Breaking { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan []edition.Breaking, 1)
	go func() { found <- s.laid(ctx, path) }()
	return func() []edition.Breaking {
		defer cancel()
		defer time.AfterFunc(newsGrace, cancel).Stop()
		return <-found
	}
}

// What is laid over a page stands in a frame, which is asked for anew when something in it is over: so it ends on time,
// with no script, while the page stays.
var laidTemplate = template.Must(template.New("laid").Parse(`<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}" class="coranto-laid" data-lines="{{.Lines}}"><meta charset="utf-8"><meta http-equiv="refresh" content="{{.Every}}">
<title>{{.Breaking}}</title><link rel="stylesheet" href="{{.Style}}">
{{range .Stories}}<p><a target="_top" href="{{.Address}}"><b lang="{{$.Words}}">{{$.Breaking}}</b> <bdi>{{.Headline}}</bdi></a></p>
{{end}}</html>
`))

// A laidFrame is what stands in that frame.
type laidFrame struct {
	// Lang and Dir are the news', Words is the language of Breaking, the word for it.
	Lang, Dir, Words, Breaking, Style string
	Stories                           []laidStory
	Lines                             int // that the frame has room for
	Every                             int // seconds until it is asked for again
}

type laidStory struct{ Address, Headline string }

// laidFrame makes what stands in the frame over a page.
func (s *Server) laidFrame(a admitted) laidFrame {
	path := a.URL.Query().Get("page")
	language, _, _ := strings.Cut(path, "/")
	words := s.words.tongue(language)
	f := laidFrame{Lang: language, Dir: lang.Dir(language), Style: address(a.prefix, barPath), Every: frameEvery}
	f.Breaking, f.Words = words.Word("breaking")
	f.Lines, _ = strconv.Atoi(a.URL.Query().Get("lines")) // of our own page
	f.Lines = min(max(f.Lines, 1), maxLaid)
	ctx, cancel := context.WithTimeout(a.Context(), newsGrace)
	defer cancel()
	all := s.laid(ctx, path)
	for _, b := range all[:min(len(all), f.Lines)] {
		f.Stories = append(f.Stories, laidStory{address(a.prefix, b.Path), b.Headline})
		f.Every = min(f.Every, 1+int(b.Until.Sub(s.r.opt.Now())/time.Second))
	}
	return f
}
