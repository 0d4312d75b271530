package reader_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// local starts a server over a reader and returns its address.
func local(t *testing.T, p *press, r *reader.Reader) string {
	t.Helper()
	return running(t, r).URL()
}

// running starts a server over a reader.
func running(t *testing.T, r *reader.Reader, set ...func(*reader.Server)) *reader.Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s, err := reader.NewServer(r, l, rand.NewChaCha8([32]byte{9}))
	must(t, err)
	for _, f := range set {
		f(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return s
}

// ask sends a request and returns the answer and its body.
func ask(t *testing.T, method, address string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, nil)
	must(t, err)
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(body)
}

func TestServerShowsPages(t *testing.T) {
	p := newPress(t, 1)
	s := p.publish(map[string]string{
		"index.html":            story("languages"),
		"fa/index.html":         `<!doctype html><html lang=fa dir=rtl><title>x<body></title><body class="a > b">front`,
		"media/story/x.jpg":     strings.Repeat("picture", 10_000),
		"media/story/x.vtt":     "WEBVTT",
		"media/story/x.svg":     `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"en/story/no/body.html": "<p>plain",
		"en/skips.html":         "<body>\n<a class=skip href=#a>one</a>\n<a class=\"skip\" href=#b>two</a>\n<a href=#c>three</a>",
		"en/skip.html":          "<body><a class=skip href=#a><b>one</b></a>",
	}).source("a<b>.example")
	p.now = p.now.Add(3 * time.Minute)
	r := p.open(reader.Options{}, s)
	refresh(t, r)
	home := local(t, p, r)
	for _, test := range []struct {
		path   string
		status int
		kind   string
		want   []string
	}{
		{"", 200, "text/html; charset=utf-8", []string{"languages", "coranto-bar good", "FRESH", "3 minutes old", "from <bdi>a&lt;b&gt;.example</bdi>"}},
		{"fa/", 200, "text/html; charset=utf-8", []string{`<body class="a > b"><link rel="stylesheet" href="/`, `lang="fa" dir="rtl"`}},
		{"fa/index.html", 200, "text/html; charset=utf-8", []string{"نگه‌داشته در این دستگاه", "</aside>front"}},
		{"en/story/no/body.html", 200, "text/html; charset=utf-8", []string{"coranto-bar"}},
		{"en/skips.html", 200, "text/html; charset=utf-8", []string{"two</a><link rel=\"stylesheet\" href=\"/", "</aside>\n<a href=#c>"}},
		{"en/skip.html", 200, "text/html; charset=utf-8", []string{"</aside><a class=skip href=#a>"}},
		{"media/story/x.jpg", 200, "image/jpeg", []string{"picture"}},
		{"media/story/x.vtt", 200, "text/vtt; charset=utf-8", []string{"WEBVTT"}},
		{"media/story/x.svg", 200, "image/svg+xml", []string{"<svg"}},
		{".coranto/bar.css", 200, "text/css; charset=utf-8", []string{".coranto-bar"}},
		{"none.html", 404, "text/html; charset=utf-8", []string{"proved"}},
		{"latest", 404, "text/html; charset=utf-8", []string{"proved"}},
	} {
		resp, body := ask(t, "GET", home+test.path)
		if resp.StatusCode != test.status || resp.Header.Get("Content-Type") != test.kind {
			t.Errorf("%q: got %d %s", test.path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		for _, want := range test.want {
			if !strings.Contains(body, want) {
				t.Errorf("%q: got no %q in %.300q", test.path, want, body)
			}
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := resp.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%q: got %s %q, want %q", test.path, name, got, want)
			}
		}
		if resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%q: got %v", test.path, resp.Header)
		}
	}
	if resp, body := ask(t, "GET", home+"media/story/x.jpg", "Range", "bytes=7-13"); resp.StatusCode != 206 || body != "picture" {
		t.Errorf("range: got %d %q", resp.StatusCode, body)
	}
	if resp, body := ask(t, "HEAD", home); resp.StatusCode != 200 || body != "" {
		t.Errorf("HEAD: got %d %q", resp.StatusCode, body)
	}
}

// Whoever is not the user's own page learns nothing, not even that something is there.
func TestServerHides(t *testing.T) {
	p := newPress(t, 1)
	r := p.open(reader.Options{}, p.publish(front()).source("a"))
	refresh(t, r)
	home, err := url.Parse(local(t, p, r))
	must(t, err)
	root := "http://" + home.Host
	_, port, _ := net.SplitHostPort(home.Host)
	wrong := strings.Repeat("0", 32)
	for _, test := range []struct {
		name, method, address string
		header                []string
	}{
		{"no prefix", "GET", root + "/", nil},
		{"a page without prefix", "GET", root + "/fa/index.html", nil},
		{"wrong prefix", "GET", root + "/" + wrong + "/", nil},
		{"half the prefix", "GET", home.String()[:len(home.String())-10] + "/", nil},
		{"another host", "GET", home.String(), []string{"Host", "attacker.example"}},
		{"localhost", "GET", home.String(), []string{"Host", "localhost:" + port}},
		{"no port", "GET", home.String(), []string{"Host", "127.0.0.1"}},
		{"another site", "GET", home.String(), []string{"Sec-Fetch-Site", "cross-site"}},
		{"the same site, another origin", "GET", home.String(), []string{"Sec-Fetch-Site", "same-site"}},
		{"post", "POST", home.String(), nil},
		{"options", "OPTIONS", home.String(), []string{"Origin", "http://attacker.example"}},
		{"the bar's style from elsewhere", "GET", home.String() + ".coranto/bar.css", []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		resp, body := ask(t, test.method, test.address, test.header...)
		resp.Header.Del("Date")
		if resp.StatusCode != 404 || body != "" || len(resp.Header) != 1 || resp.Header.Get("Content-Length") != "0" {
			t.Errorf("%s: got %d %q %v, want an empty 404", test.name, resp.StatusCode, body, resp.Header)
		}
	}
	for _, site := range []string{"none", "same-origin"} {
		if resp, _ := ask(t, "GET", home.String(), "Sec-Fetch-Site", site); resp.StatusCode != 200 {
			t.Errorf("Sec-Fetch-Site %s: got %d, want 200", site, resp.StatusCode)
		}
	}
}

func TestServerWithoutMirrors(t *testing.T) {
	p := newPress(t, 1)
	keep := reader.Memory(1 << 20)
	first := p.open(reader.Options{Keep: keep}, p.publish(front()).source("a"))
	refresh(t, first)
	get(t, first, "fa/", "front")
	p.now = p.now.Add(5 * 24 * time.Hour)
	home := local(t, p, p.open(reader.Options{Keep: keep}, files{}.source("dead")))
	resp, body := ask(t, "GET", home+"fa/")
	if resp.StatusCode != 200 || !strings.Contains(body, "coranto-bar warn") || !strings.Contains(body, "AGED</b>, 5 days old") {
		t.Errorf("a page that was kept: got %d %.400q", resp.StatusCode, body)
	}
	if resp, body := ask(t, "GET", home+"en/story/2026/11/22/s7/index.html"); resp.StatusCode != 503 {
		t.Errorf("a page that was never fetched: got %d %q", resp.StatusCode, body)
	}
}

// Two servers have two secrets.
func TestServerSecret(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	rnd := rand.NewChaCha8([32]byte{1})
	a, err := reader.NewServer(nil, l, rnd)
	must(t, err)
	b, err := reader.NewServer(nil, l, rnd)
	must(t, err)
	if a.URL() == b.URL() || len(a.URL()) != len("http://"+l.Addr().String()+"/")+33 {
		t.Errorf("got %s and %s", a.URL(), b.URL())
	}
	if _, err := reader.NewServer(nil, l, strings.NewReader("short")); err == nil {
		t.Error("without randomness: got a server")
	}
}

// The bar says each state in words.
func TestBar(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		after time.Duration
		want  []string
	}{
		{30 * time.Second, []string{"coranto-bar good", "<b>FRESH</b>, seconds old", "the newsroom’s word alone"}},
		{time.Minute, []string{"<b>FRESH</b>, 1 minute old"}},
		{26 * time.Hour, []string{"<b>FRESH</b>, 1 day old"}},
		{3 * day, []string{"coranto-bar warn", "<b>AGED</b>, 3 days old", "There may be a newer one"}},
		{40 * day, []string{"coranto-bar warn", "<b>STALE TRUST</b>, 40 days old · <b>UNCONFIRMED</b>", "may have been replaced"}},
		{-day, []string{"coranto-bar warn", "<b>CLOCK WRONG</b> ·", "no age can be told"}},
	} {
		p := newPress(t, 1)
		r := p.open(reader.Options{Now: func() time.Time { return epoch.Add(test.after) }}, p.publish(front()).source("a"))
		refresh(t, r)
		_, body := ask(t, "GET", local(t, p, r))
		for _, want := range append(test.want, "The Lantern", "edition 1", "22 November 2026, 12:00\u00a0UTC") {
			if !strings.Contains(body, want) {
				t.Errorf("%v: got no %q in %.900q", test.after, want, body)
			}
		}
	}
}

// While it is open it looks for newer editions by itself.
func TestServerRefreshes(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	p.now = p.now.Add(time.Hour)
	second := p.publish(map[string]string{"index.html": story("corrected")})
	changing := &switching{first: first.source("a"), then: second.source("a"), asked: make(chan bool, 100)}
	r := p.open(reader.Options{}, changing)
	refresh(t, r)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s, err := reader.NewServer(r, l, rand.NewChaCha8([32]byte{9}))
	must(t, err)
	s.Every = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	changing.switched.Store(true)
	<-changing.asked
	<-changing.asked // by a second refresh: the first is done
	if got := r.Verdict().Edition; got != 2 {
		t.Errorf("got edition %d, want 2", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

// switching is a source that becomes another, and tells when that is asked for its latest edition.
type switching struct {
	first, then reader.Source
	switched    atomic.Bool
	asked       chan bool
}

func (s *switching) Name() string { return "a" }

func (s *switching) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	if s.switched.Load() {
		if path == edition.LatestPath && len(s.asked) < cap(s.asked) {
			s.asked <- true
		}
		return s.then.Fetch(ctx, path, max)
	}
	return s.first.Fetch(ctx, path, max)
}
