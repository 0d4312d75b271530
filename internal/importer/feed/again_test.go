package feed_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/importer/feed"
)

// A fetcher brings what has changed, once it is in the store, and nothing else: from servers that know what changed,
// from those that don't, and from files.
func TestFetcher(t *testing.T) {
	body, status := "one", http.StatusOK
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("If-None-Match")+"|"+r.Header.Get("If-Modified-Since"))
		if strings.HasPrefix(r.URL.Path, "/knows") {
			w.Header().Set("ETag", `"`+body+`"`)
			w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
			if r.Header.Get("If-None-Match") == `"`+body+`"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "feed.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	for _, source := range []string{server.URL + "/knows", server.URL + "/forgets", file} {
		t.Run(filepath.Base(source), func(t *testing.T) {
			body, status = "one", http.StatusOK
			write("one")
			asked = nil
			f := &feed.Fetcher{Web: client(t, server.URL)}
			fetch := func(step, want string) func() {
				t.Helper()
				got, took, err := f.Fetch(t.Context(), []string{source})
				if err != nil || string(got[source]) != want {
					t.Errorf("%s: got %q, %v, want %q", step, got[source], err, want)
				}
				return took
			}
			fetch("at first", "one")
			fetch("when it was not taken", "one")()
			fetch("when it was taken", "")
			body = "two"
			write("two")
			fetch("when it changed", "two")()
			fetch("when that was taken", "")
			if strings.Contains(source, "knows") && !slices.Contains(asked, `"two"|Sun, 22 Nov 2026 12:00:00 GMT`) {
				t.Errorf("it asked with %q", asked)
			}
			status = http.StatusInternalServerError
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			body = "three"
			if got, _, err := f.Fetch(t.Context(), []string{source}); err == nil || len(got) > 0 {
				t.Errorf("when it can't be read: got %q, %v", got, err)
			}
		})
	}
}

// A source that can't be read does not keep the others back.
func TestFetcherGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed.json")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &feed.Fetcher{}
	got, _, err := f.Fetch(t.Context(), []string{"https://news.example/", file})
	if err == nil || !strings.Contains(err.Error(), "news.example") || string(got[file]) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
}
