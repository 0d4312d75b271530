package judge_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"coranto/internal/mirror"
)

// maxPicture is what a picture of a page may cost on the line.
const maxPicture = 10_000

// watchPage notes how much moves on a page after it was first shown.
const watchPage = `window.shifts = []; new PerformanceObserver(l => { for (const e of l.getEntries())
	shifts.push(e.value.toFixed(4) + ' ' + e.sources.map(s => s.node?.outerHTML?.slice(0, 80)).join(' | ')) }).observe({type: 'layout-shift', buffered: true})`

// painted tells what is to be seen of a page once it is there and painted, and nothing before.
const painted = `document.readyState !== 'loading' && performance.getEntriesByName('first-contentful-paint').length ? {
	At: location.pathname, Headline: document.querySelector('h1').getBoundingClientRect().height > 0,
	Text: document.querySelector('main').innerText,
	Asked: performance.getEntriesByType('resource').filter(e => e.responseEnd > 0).map(e => e.name)} : {}`

// unroll goes down the page so that whatever waits to be seen is asked for, and tells what all of it cost.
const unroll = `(async () => {
	for (let y = 0; y < document.documentElement.scrollHeight; y += 300) { scrollTo(0, y); await new Promise(requestAnimationFrame) }
	await Promise.all([...document.images].map(i => i.decode().catch(() => {})));
	return performance.getEntriesByType('resource').map(e => ({Name: e.name, Size: e.encodedBodySize, Kind: e.initiatorType}));
})()`

// TestLine reads a page of each kind on a line of 50 kB a second and 400 ms. The first text is painted while every other answer is
// still held back, so that it needs the first alone; then, with the pictures there, nothing has moved, and each was small.
func TestLine(t *testing.T) {
	r := sampleRoom(t)
	root, err := os.OpenRoot(r.public)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	gate := make(chan chan struct{}, 1)
	held := make(chan struct{})
	gate <- held
	whole := mirror.Handler(root)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !strings.HasSuffix(q.URL.Path, ".html") {
			now := <-gate
			gate <- now
			select {
			case <-now:
			case <-q.Context().Done():
				return
			}
		}
		whole.ServeHTTP(w, q)
	}))
	defer s.Close()
	tab := openBrowser(t)
	if err := chromedp.Do(tab, screens[0].show(), bring(watchPage), slow()); err != nil {
		t.Fatal(err)
	}
	pictures := 0
	read := func(p string) (moved []string) {
		first, err := chromedp.Run(tab, goTo(s.URL+"/"+p))
		if err != nil {
			close(held)
			t.Fatalf("%s: %v", p, err)
		}
		if first.At != "/"+p || !first.Headline || first.Text == "" || len(first.Asked) > 0 {
			t.Errorf("%s: first painted was a headline: %v, %d characters of text, at %s, after answers of %q", p, first.Headline, len(first.Text), first.At, first.Asked)
		}
		close(held) // let the pictures come
		costs, err := chromedp.Run(tab, chromedp.Evaluate[[]cost](unroll, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range costs {
			if pictures++; c.Kind == "img" && c.Size > maxPicture {
				t.Errorf("%s: %s costs %d bytes, want at most %d", p, c.Name, c.Size, maxPicture)
			}
			if c.Kind == "video" || c.Kind == "audio" || c.Kind == "track" {
				t.Errorf("%s: %s is fetched before anybody plays it", p, c.Name)
			}
		}
		if moved, err = chromedp.Run(tab, chromedp.Evaluate[[]string]("window.shifts")); err != nil {
			t.Fatal(err)
		}
		<-gate
		held = make(chan struct{})
		gate <- held
		return moved
	}
	for _, p := range r.pair() {
		// The specimen's words are English in Persian too: a frame that is painted while such a line is still coming in moves
		// its beginning. What moves by itself does so whenever the page is read.
		if first := read(p); len(first) > 0 {
			if again := read(p); len(again) > 0 {
				t.Errorf("%s: what was shown moves: %q, and again: %q", p, first, again)
			}
		}
	}
	close(held)
	if pictures == 0 {
		t.Error("no page asked for a picture")
	}
}

// A look is what is to be seen of a page at a moment; a cost is what one answer took.
type (
	look struct {
		At, Text string
		Headline bool
		Asked    []string
	}
	cost struct {
		Name, Kind string
		Size       int
	}
)

// slow puts a tab behind the line, where nothing is known from pages before.
func slow() chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: 400, DownloadThroughput: 50_000, UploadThroughput: 50_000}}})
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
		return none, err
	}
}

// goTo opens a page without waiting for what it asks for, and tells what is first painted.
func goTo(address string) chromedp.Action[look] {
	return func(ctx context.Context, tab *chromedp.Target) (look, error) {
		if _, err := cdp.Call(ctx, tab, page.Navigate, page.NavigateParams{URL: address}); err != nil {
			return look{}, err
		}
		if _, err := cdp.Call(ctx, tab, page.BringToFront, cdp.Empty{}); err != nil {
			return look{}, err
		}
		for range 600 {
			got, err := chromedp.Evaluate[look](painted)(ctx, tab)
			if err != nil || got.Text != "" {
				return got, err
			}
			time.Sleep(50 * time.Millisecond)
		}
		return look{}, errors.New("no text was painted in half a minute")
	}
}
