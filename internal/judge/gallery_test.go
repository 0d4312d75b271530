package judge_test

import (
	"context"
	"crypto/rand"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"coranto/internal/preview"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
)

// showGallery starts a preview of a newsroom that has nothing yet, and returns the base of its addresses: its page of all
// components shows every part of a page in every state all the same.
func showGallery(t *testing.T) string {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if err := st.Settle(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	cfg := site.Config{Name: "The Lantern", Languages: []string{"en", "fa"}}
	pages, err := site.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	open := func(ctx context.Context) (*preview.Room, error) {
		snap, err := st.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return &preview.Room{Config: cfg, Site: pages, Snap: snap, Open: st.OpenRendition, Now: now, Close: snap.Close}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := preview.NewServer(t.Context(), l, rand.Reader, open, func() string { return "" }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	runUntilEnd(t, s.Run)
	return s.URL()
}

// runUntilEnd runs a server until the test ends.
func runUntilEnd(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A galleryPage is the page of all components in a language and a scheme, or one of the pages that it shows.
type galleryPage struct {
	path string
	screen
}

var frame = regexp.MustCompile(`<iframe [^>]*src="/[0-9a-f]{32}/([^"]+)"`)

// galleryPages returns the pages of a gallery: from the left in light and from the right in dark, and the other way round.
func galleryPages(t *testing.T, base string) (all []galleryPage) {
	t.Helper()
	for i, tag := range []string{"en", "fa", "ar", "ru"} {
		on := screens[i]
		own := "_components?lang=" + tag + "&scheme=" + on.scheme
		shown := frame.FindAllStringSubmatch(string(fetch(t, base+own)), -1)
		if len(shown) < 20 {
			t.Fatalf("%s shows only %d pages", own, len(shown))
		}
		all = append(all, galleryPage{own, on})
		for _, m := range shown {
			all = append(all, galleryPage{html.UnescapeString(m[1]), on})
		}
	}
	return all
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", address, res.StatusCode, err)
	}
	return b
}

// judgeGallery has axe-core look at the pages of the gallery.
func judgeGallery(t *testing.T, browser context.Context, script string) {
	tab := openTab(t, browser)
	if err := chromedp.Do(tab, bring(script)); err != nil {
		t.Fatal(err)
	}
	base := showGallery(t)
	for _, p := range galleryPages(t, base) {
		judge(t, tab, base, p.path, []screen{p.screen})
	}
}

// keepGallery writes the pages of the gallery into a folder, and returns their files.
func keepGallery(t *testing.T) (files []string) {
	t.Helper()
	base := showGallery(t)
	var paths []string
	for _, p := range galleryPages(t, base) {
		paths = append(paths, p.path)
	}
	return keep(t, base, paths)
}

// keep writes pages of a server into a folder, and returns their files.
func keep(t *testing.T, base string, paths []string) (files []string) {
	t.Helper()
	dir := t.TempDir()
	for i, p := range paths {
		name := filepath.Join(dir, strconv.Itoa(i)+"-"+strings.NewReplacer("/", "-", "?", "-", "&", "-").Replace(strings.TrimSuffix(p, ".html"))+".html")
		if err := os.WriteFile(name, fetch(t, base+p), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return files
}
