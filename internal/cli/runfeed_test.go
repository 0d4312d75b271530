package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"coranto/internal/importer/importertest"
)

// A newsroom that runs by itself takes the articles of a feed from their pages, once, and asks for a picture that was
// missing until it has it.
func TestRunFeeds(t *testing.T) {
	t.Parallel()
	var pages, pictures atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			fmt.Fprintf(w, `{"version":"https://jsonfeed.org/version/1.1","language":"en","items":[{"id":"a:bridge","url":"http://%[1]s/bridge",
"title":"The bridge is closed","summary":"The ferry carries bread to the other bank …","image":"http://%[1]s/ferry.png","date_published":"2026-11-22T13:00:00Z"}]}`, r.Host)
		case "/bridge":
			pages.Add(1)
			fmt.Fprintf(w, "<!DOCTYPE html><title>The bridge is closed</title><nav>Menu</nav><article>%s</article>",
				strings.Repeat("<p>The ferry carries bread, letters and children to the other bank, until the bridge is mended.</p>", 9))
		case "/ferry.png":
			if pictures.Add(1) == 1 {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Write(importertest.Picture(1))
		}
	}))
	defer server.Close()
	s := tinyRoom(t)
	config, err := os.ReadFile(filepath.Join(s.dir, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), string(config)+fmt.Sprintf(`
[[import]]
name = "old"
kind = "feed"
sources = ["%s/feed"]
every = "1s"
`, server.URL))
	r := startRun(t, s.dir, nil, "--settle", "0s")
	next(t, r.lines, `msg=imported import=old new=(1)`)
	next(t, r.lines, `msg=published why=(changes) edition=2`)
	next(t, r.lines, `msg=imported import=old new=0 changed=(1)`)
	next(t, r.lines, `msg=published why=(changes) edition=3`)
	go r.readOn()
	r.stop(t)
	files, err := filepath.Glob(filepath.Join(s.dir, "public/en/story/2026/11/22/*/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(page); strings.Contains(text, "The bridge is closed") {
			if strings.Count(text, "until the bridge is mended") < 9 || !strings.Contains(text, "<img") || strings.Contains(text, "Menu") {
				t.Errorf("the page says %s", text)
			}
			if pages.Load() != 1 || pictures.Load() != 2 {
				t.Errorf("the page was asked for %d times, the picture %d times", pages.Load(), pictures.Load())
			}
			return
		}
	}
	t.Errorf("the story is not among %q", files)
}
