package mirror_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/edition"
	"coranto/internal/mirror"
)

var object = []byte("\x1f\x8b an object")

func objectPath() string { return edition.ObjectPath(edition.Sum(object)) }

// folder is a small mirror, with things beside it and in it that must not be served.
func folder(t testing.TB) *os.Root {
	t.Helper()
	top := t.TempDir()
	page := []byte("<!doctype html><p>" + strings.Repeat("news ", 2000))
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	zw.Write(page)
	zw.Close()
	files := map[string][]byte{
		"secret":                             []byte("secret"),
		"public/index.html":                  page,
		"public/index.html.gz":               packed.Bytes(),
		"public/fa/index.html":               page,
		"public/fa/feed.json":                []byte("{}"),
		"public/fa/feed.atom":                []byte("<feed/>"),
		"public/fa/manifest.webmanifest":     []byte("{}"),
		"public/media/story/a.vtt":           []byte("WEBVTT"),
		"public/media/story/a.xyz":           []byte("x"),
		"public/.tmp-1":                      []byte("half"),
		"public/.git/config":                 []byte("hidden"),
		"public/latest":                      []byte("latest"),
		"public/log/checkpoint":              []byte("checkpoint"),
		"public/log/tile/0/000":              []byte("tile"),
		"public/log/tile/0/001.p/3":          []byte("tile"),
		"public/trust/1.root.json":           []byte("{}"),
		"public/trust/timestamp.json":        []byte("{}"),
		"public/empty/nothing-here/file.txt": []byte("x"),
		"public/" + objectPath():             object,
	}
	for name, b := range files {
		p := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret", filepath.Join(top, "public/leak.txt")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(top, "public"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func ask(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://mirror.example/", nil)
	r.URL.Path = target // as it stands: no cleaning on the way
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHandler(t *testing.T) {
	h := mirror.Handler(folder(t))
	const forever, hour, minute, moment = "public, max-age=31536000, immutable", "public, max-age=3600",
		"public, max-age=60", "public, max-age=10"
	for _, test := range []struct {
		path        string
		status      int
		kind, cache string
	}{
		{"/", 200, "text/html; charset=utf-8", minute},
		{"/index.html", 200, "text/html; charset=utf-8", minute},
		{"/fa/", 200, "text/html; charset=utf-8", minute},
		{"/fa", 301, "", ""},
		{"/fa/feed.json", 200, "application/feed+json", minute},
		{"/fa/feed.atom", 200, "application/atom+xml", minute},
		{"/fa/manifest.webmanifest", 200, "application/manifest+json", minute},
		{"/media/story/a.vtt", 200, "text/vtt; charset=utf-8", minute},
		{"/media/story/a.xyz", 200, "application/octet-stream", minute},
		{"/" + objectPath(), 200, "application/octet-stream", forever},
		{"/log/tile/0/000", 200, "application/octet-stream", forever},
		{"/log/tile/0/001.p/3", 200, "application/octet-stream", hour},
		{"/log/checkpoint", 200, "application/octet-stream", moment},
		{"/latest", 200, "application/octet-stream", moment},
		{"/trust/1.root.json", 200, "application/json", forever},
		{"/trust/timestamp.json", 200, "application/json", moment},
		{"/none.html", 404, "text/plain; charset=utf-8", "no-store"},
		{"/empty/", 404, "text/plain; charset=utf-8", "no-store"},
		{"/empty/nothing-here/", 404, "text/plain; charset=utf-8", "no-store"},
		{"/.tmp-1", 404, "", ""},
		{"/.git/config", 404, "", ""},
		{"/leak.txt", 404, "", ""},
		{"/../secret", 404, "", ""},
		{"/fa/../../secret", 404, "", ""},
		{"/fa//index.html", 404, "", ""},
		{"//fa", 404, "", ""},
		{"/fa\\..\\secret", 404, "", ""},
		{"/a\x00b", 404, "", ""},
		{"", 404, "", ""},
	} {
		resp := ask(h, "GET", test.path)
		if resp.StatusCode != test.status {
			t.Errorf("%q: got %d, want %d", test.path, resp.StatusCode, test.status)
		}
		if got := resp.Header.Get("Content-Type"); test.kind != "" && got != test.kind {
			t.Errorf("%q: got type %q, want %q", test.path, got, test.kind)
		}
		if got := resp.Header.Get("Cache-Control"); test.cache != "" && got != test.cache {
			t.Errorf("%q: got Cache-Control %q, want %q", test.path, got, test.cache)
		}
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%q: got Access-Control-Allow-Origin %q", test.path, got)
		}
		if got := resp.Header.Get("X-Content-Type-Options"); got != "nosniff" && test.status != 301 {
			t.Errorf("%q: got X-Content-Type-Options %q", test.path, got)
		}
	}
	if got := ask(h, "GET", "/fa").Header.Get("Location"); got != "fa/" {
		t.Errorf("got Location %q, want fa/", got)
	}
}

func TestTwins(t *testing.T) {
	h := mirror.Handler(folder(t))
	for _, test := range []struct {
		path, accept, span string
		packed, vary       bool
	}{
		{"/", "gzip, br", "", true, true},
		{"/", "br;q=1, GZIP;q=0.5", "", true, true},
		{"/", "gzip; q=0", "", false, true},
		{"/", "gzip;q=0.000", "", false, true},
		{"/", "br", "", false, true},
		{"/", "", "", false, true},
		{"/", "gzip", "bytes=0-9", false, true},
		{"/fa/", "gzip", "", false, true}, // has no twin
		{"/" + objectPath(), "gzip", "", false, false},
	} {
		resp := ask(h, "GET", test.path, "Accept-Encoding", test.accept, "Range", test.span)
		body, _ := io.ReadAll(resp.Body)
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != test.packed {
			t.Errorf("%+v: got packed %v", test, got)
		}
		if got := resp.Header.Get("Vary") != ""; got != test.vary {
			t.Errorf("%+v: got Vary %q", test, resp.Header.Get("Vary"))
		}
		if resp.ContentLength != int64(len(body)) {
			t.Errorf("%+v: got Content-Length %d, body of %d", test, resp.ContentLength, len(body))
		}
		if test.packed && !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
			t.Errorf("%+v: the body is no gzip", test)
		}
	}
}

func TestRangesAndTags(t *testing.T) {
	h := mirror.Handler(folder(t))
	resp := ask(h, "GET", "/"+objectPath(), "Range", "bytes=3-4")
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 206 || string(body) != string(object[3:5]) {
		t.Errorf("got %d %q, want 206 %q", resp.StatusCode, body, object[3:5])
	}
	tag := resp.Header.Get("Etag")
	if want := `"` + edition.Sum(object).String() + `"`; tag != want {
		t.Errorf("got ETag %s, want %s", tag, want)
	}
	if resp := ask(h, "GET", "/"+objectPath(), "If-None-Match", tag); resp.StatusCode != 304 {
		t.Errorf("the same ETag: got %d, want 304", resp.StatusCode)
	}
	plain, packed := ask(h, "GET", "/"), ask(h, "GET", "/", "Accept-Encoding", "gzip")
	if plain.Header.Get("Etag") == packed.Header.Get("Etag") {
		t.Error("a page and its twin have one ETag")
	}
}

func TestMethods(t *testing.T) {
	h := mirror.Handler(folder(t))
	for method, want := range map[string]int{"HEAD": 200, "OPTIONS": 204, "POST": 405, "PUT": 405, "DELETE": 405} {
		resp := ask(h, method, "/")
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != want || len(body) > 0 {
			t.Errorf("%s: got %d and %d bytes, want %d and none", method, resp.StatusCode, len(body), want)
		}
	}
}

func TestServeStops(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mirror.Serve(ctx, l, mirror.Handler(folder(t))) }()
	resp, err := http.Get("http://" + l.Addr().String() + "/latest")
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); string(body) != "latest" {
		t.Errorf("got %q", body)
	}
	resp.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if _, err := http.Get("http://" + l.Addr().String() + "/latest"); err == nil {
		t.Error("it still answers")
	}
}

// BenchmarkServe compares a page from Handler, as it is and from its twin, with the standard library's file server.
func BenchmarkServe(b *testing.B) {
	root := folder(b)
	for _, bench := range []struct {
		name, accept string
		h            http.Handler
	}{
		{"Handler", "", mirror.Handler(root)},
		{"HandlerTwin", "gzip", mirror.Handler(root)},
		{"FileServer", "", http.FileServer(http.Dir(root.Name()))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			server := httptest.NewServer(bench.h)
			defer server.Close()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r, _ := http.NewRequest("GET", server.URL+"/", nil)
					r.Header.Set("Accept-Encoding", bench.accept)
					resp, err := http.DefaultClient.Do(r)
					if err != nil {
						b.Error(err)
						return
					}
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			})
		})
	}
}
