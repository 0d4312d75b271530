package preview_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"coranto/internal/lang"
	"coranto/internal/preview"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
)

// serve starts a preview of a newsroom without a story. What open returns after the first time is up to next.
func serve(t *testing.T, next func() error, tags ...string) *preview.Server {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if err := st.Settle(t.Context(), time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	cfg := site.Config{Name: "The Lantern", Languages: tags}
	pages, err := site.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	first := true
	open := func(ctx context.Context) (*preview.Room, error) {
		if !first {
			if err := next(); err != nil {
				return nil, err
			}
		}
		first = false
		snap, err := st.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return &preview.Room{Config: cfg, Site: pages, Snap: snap, Open: st.OpenRendition, Now: time.Unix(1e9, 0), Close: snap.Close}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := preview.NewServer(t.Context(), l, rand.Reader, open, func() string { return "" }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// get asks for an address, and returns the status, the headers and the body.
func get(t *testing.T, url string, change func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

// Whoever was not told the address, or is a website in the same browser, meets an empty 404.
func TestAdmits(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "en")
	root := regexp.MustCompile(`/[0-9a-f]{32}/$`).ReplaceAllString(s.URL(), "/")
	for _, c := range []struct {
		name, url string
		change    func(*http.Request)
		ok        bool
	}{
		{"the address", s.URL(), nil, true},
		{"a page", s.URL() + "en/index.html", nil, true},
		{"without the secret", root, nil, false},
		{"another secret", root + strings.Repeat("0", 32) + "/", nil, false},
		{"another name for this machine", s.URL(), func(r *http.Request) { r.Host = "localhost" + r.Host[strings.Index(r.Host, ":"):] }, false},
		{"a name that was pointed here", s.URL(), func(r *http.Request) { r.Host = "evil.example" }, false},
		{"another site", s.URL(), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, false},
		{"a link on the page", s.URL(), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, true},
		{"writing", s.URL(), func(r *http.Request) { r.Method = http.MethodPost }, false},
	} {
		status, _, body := get(t, c.url, c.change)
		if ok := status == http.StatusOK; ok != c.ok || !ok && body != "" {
			t.Errorf("%s: status %d, %.60q", c.name, status, body)
		}
	}
	if status, _, body := get(t, s.URL()+"en/nothing.html", nil); status != http.StatusNotFound || body == "" {
		t.Errorf("a page that is not there: status %d, %q", status, body)
	}
}

// A page has the panel, a policy that lets its script run and no other, and the policy of the site no more.
func TestPage(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "fa", "en")
	_, header, body := get(t, s.URL()+"fa/index.html", nil)
	nonce := regexp.MustCompile(`<script nonce="([0-9a-f]{32})">`).FindStringSubmatch(body)
	if nonce == nil || !strings.Contains(header.Get("Content-Security-Policy"), "script-src 'nonce-"+nonce[1]+"'") {
		t.Errorf("policy %q for %q", header.Get("Content-Security-Policy"), nonce)
	}
	if strings.Contains(body, `http-equiv="Content-Security-Policy"`) || !strings.Contains(body, `<aside id="coranto-preview" lang="en" dir="ltr"`) {
		t.Error("the site's policy stands, or there is no panel")
	}
}

// Pages that are open are told of a change; when what changed can't be shown, they show the last and say so.
func TestReopen(t *testing.T) {
	t.Parallel()
	wrong := errors.New("coranto.toml:3: there is no setting")
	s := serve(t, func() error { return wrong }, "en")
	res, err := http.Get(s.URL() + ".coranto/changes")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s.Reopen(t.Context())
	if b, err := io.ReadAll(res.Body); !bytes.Contains(b, []byte("data: changed")) || err != nil {
		t.Errorf("told %q, %v", b, err)
	}
	if _, _, body := get(t, s.URL()+"en/index.html", nil); !strings.Contains(body, wrong.Error()) {
		t.Error("nothing says why the page is old")
	}
	wrong = nil
	s.Reopen(t.Context())
	if _, _, body := get(t, s.URL()+"en/index.html", nil); strings.Contains(body, "This is how it was") {
		t.Error("the fault stays after it was mended")
	}
}

// Every exhibit of the page of components is there, whatever the language, in both schemes, without a policy that would keep
// its changed style out, and so are its pictures.
func TestComponents(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "en", "fa")
	catalogue, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	frames := regexp.MustCompile(`<iframe [^>]*src="/[0-9a-f]{32}/([^"]+)"`)
	if n := len(catalogue.Tags()); strings.Count(second(get(t, s.URL()+"_components", nil)), "<option>") < n {
		t.Errorf("there are not the %d languages of the interface to choose from", n)
	}
	for i, tag := range []string{"en", "fa", "zh", "ka"} {
		scheme := []string{"light", "dark"}[i%2]
		_, _, body := get(t, s.URL()+"_components?scheme="+scheme+"&lang="+tag, nil)
		shown := frames.FindAllStringSubmatch(body, -1)
		if len(shown) != 21 {
			t.Fatalf("%s: %d exhibits: %.200s", tag, len(shown), body)
		}
		for _, frame := range shown {
			status, _, page := get(t, s.URL()+frame[1], nil)
			if status != http.StatusOK || !strings.Contains(page, "color-scheme:"+scheme) || strings.Contains(page, "prefers-color-scheme") {
				t.Errorf("%s: status %d, %.100q", frame[1], status, page)
			}
		}
	}
	_, _, story := get(t, s.URL()+frames.FindAllStringSubmatch(second(get(t, s.URL()+"_components?lang=fa", nil)), -1)[1][1], nil)
	for _, part := range []string{"<figure>", "<table>", "<blockquote>", "<video", "<audio", `id="corrections"`, "<details>", "claim-6", "<track", "<h4", "<s>", "<pre", "url(data:image/gif"} {
		if !strings.Contains(story, part) {
			t.Errorf("the story shows no %s", part)
		}
	}
	picture := regexp.MustCompile(`src="(?:\.\./)*(media/[^"]+)"`).FindStringSubmatch(story)
	if picture == nil {
		t.Fatal("no picture")
	}
	if status, _, jpg := get(t, s.URL()+"_components/fa/light/full/"+picture[1], nil); status != http.StatusOK || !strings.HasPrefix(jpg, "\xff\xd8") {
		t.Errorf("%s: status %d", picture[1], status)
	}
	for _, wrong := range []string{"_components?lang=tlh", "_components?scheme=sepia", "_components/en/light/full/nothing.html", "_components/en/light/nothing/index.html", "_components/x"} {
		if status, _, _ := get(t, s.URL()+wrong, nil); status != http.StatusNotFound {
			t.Errorf("%s: status %d", wrong, status)
		}
	}
}

func second(_ int, _ http.Header, body string) string { return body }
