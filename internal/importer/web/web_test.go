package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coranto/internal/importer/web"
)

// serve starts a server, and a client whose user typed its address; waits holds what the client waited between tries.
func serve(t *testing.T, answer http.HandlerFunc) (c *web.Client, address string, waits *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	waits = new([]time.Duration)
	c = client(t, web.Options{Named: []string{server.URL}, Patience: time.Hour, Sleep: func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}})
	return c, server.URL, waits
}

func client(t *testing.T, opt web.Options) *web.Client {
	t.Helper()
	if opt.Proxy == nil {
		opt.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	c := web.NewClient(opt)
	t.Cleanup(c.Close)
	return c
}

func TestGet(t *testing.T) {
	t.Parallel()
	var got http.Header
	c, address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: "you"})
			http.Redirect(w, r, "/there?x=1#part", http.StatusFound)
			return
		}
		got = r.Header
		fmt.Fprint(w, "words")
	})
	a, err := c.Get(t.Context(), address+"/#top", 5)
	if err != nil || string(a.Body) != "words" || a.URL.String() != address+"/there?x=1" || a.Status != 200 {
		t.Fatalf("got %+v, %v", a, err)
	}
	want := http.Header{"User-Agent": {"coranto"}, "Accept-Encoding": {"gzip"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the server was sent %v, want %v", got, want)
	}
}

// TestHostile has servers do what they may not.
func TestHostile(t *testing.T) {
	t.Parallel()
	var inside atomic.Bool
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Store(true) }))
	defer private.Close()
	port := private.URL[strings.LastIndexByte(private.URL, ':'):]
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address, http.StatusFound) }
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"a redirect to a loopback address", to(private.URL), "127.0.0.1 is not a public address"},
		{"by name", to("http://localhost" + port), "not a public address"},
		{"as a number", to("http://2130706433" + port), ""},
		{"mapped", to("http://[::ffff:127.0.0.1]" + port), "127.0.0.1, which is not a public address"},
		{"everywhere", to("http://0.0.0.0" + port), "0.0.0.0 is not a public address"},
		{"to what clouds tell machines", to("http://169.254.169.254/latest/meta-data/"), "169.254.169.254 is not a public address"},
		{"to a file", to("file:///etc/passwd"), `only http and https are fetched, and not "file"`},
		{"to nowhere", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) }, "redirect to nowhere"},
		{"a loop", to("/"), "redirect: over 5 redirects"},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, "larger than the limit of 1000000 bytes"},
		{"said to be large", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000001")
			w.WriteHeader(http.StatusOK)
		}, "larger than the limit of 1000000 bytes"},
		{"a bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb(t, 8<<20))
		}, "larger than the limit of 1000000 bytes"},
		{"packed as we can't", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			w.Write([]byte("x"))
		}, `packed in a way that was not asked for: "br"`},
		{"headers without end", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, "exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, address, _ := serve(t, c.answer)
			a, err := client.Get(t.Context(), address, 1_000_000)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %d bytes, %v; want an error that has %q", len(a.Body), err, c.want)
			}
		})
	}
	t.Cleanup(func() {
		if inside.Load() {
			t.Error("a private server was reached")
		}
	})
}

// bomb returns some bytes that unpack to n.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(make([]byte, n))
	z.Close()
	return b.Bytes()
}

func TestNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		fmt.Fprint(w, password)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct {
		name, typed, get, want string
		private                bool
	}{
		{"typed", server.URL, server.URL, "", false},
		{"with a path", server.URL + "/feed.xml", server.URL + "/other", "", false},
		{"as a host", host, server.URL, "", false},
		{"with a password", server.URL, "http://me:secret@" + host, "secret", false},
		{"not typed", "", server.URL, "", true},
		{"another port", "http://127.0.0.1:1", server.URL, "", true},
		{"another name", strings.Replace(server.URL, "127.0.0.1", "localhost", 1), server.URL, "", true},
	} {
		a, err := client(t, web.Options{Named: []string{c.typed}}).Get(t.Context(), c.get, 100)
		private := (*web.PrivateError)(nil)
		if errors.As(err, &private) != c.private || !c.private && err != nil || string(a.Body) != c.want {
			t.Errorf("%s: got %q, %v", c.name, a.Body, err)
		}
	}
}

// TestProxy has a proxy asked for public names, and for nothing whose host says that it is private.
func TestProxy(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.String()) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, web.Options{Named: []string{"http://192.168.7.7:8000"}, Proxy: http.ProxyURL(at)})
	public := []string{"http://news.example/a", "http://1.1.1.1/b", "http://192.168.7.7:8000/c", "http://[2606:4700::1]/d", "http://xn--e1afmkfd.xn--p1ai/e"}
	for _, address := range append(public, "http://127.0.0.1/", "http://[::1]/", "http://127.1/", "http://0x7f.1/", "http://2130706433/",
		"http://1.2.0x7f000001/", "http://localhost/", "http://a.localhost./", "http://router/", "http://printer.local/", proxy.URL) {
		_, err := c.Get(t.Context(), address, 100)
		private := (*web.PrivateError)(nil)
		if errors.As(err, &private) == slices.Contains(public, address) || !errors.As(err, &private) && err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if !slices.Equal(asked, public) {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

// TestElsewhere has a password stay with the host that it is for.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	var got []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
	}))
	t.Cleanup(other.Close)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got = append(got, r.Header.Get("Authorization")); r.URL.Path == "/" {
			http.Redirect(w, r, "/here", http.StatusMovedPermanently)
			return
		}
		http.Redirect(w, r, other.URL, http.StatusMovedPermanently)
	}))
	t.Cleanup(first.Close)
	c := client(t, web.Options{Named: []string{first.URL, other.URL}})
	if _, err := c.Do(t.Context(), web.Request{URL: first.URL + "/", Header: http.Header{"Authorization": {"mine"}}, Limit: 1}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"mine", "mine", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	t.Cleanup(server.Close)
	c := client(t, web.Options{Named: []string{server.URL}, Sleep: func(context.Context, time.Duration) error {
		t.Error("tried again after a wrong certificate")
		return nil
	}})
	if _, err := c.Get(t.Context(), server.URL, 1); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: %v", err)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	after := func(status int, header string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", "Mon, 23 Nov 2026 10:00:00 GMT")
			w.Header().Set("Retry-After", header)
			w.WriteHeader(status)
		}
	}
	s := time.Second
	for _, c := range []struct {
		name  string
		first http.HandlerFunc
		want  []time.Duration
		err   string
	}{
		{"busy", after(503, ""), []time.Duration{s, 4 * s}, "503 Service Unavailable"},
		{"too many", after(429, "7"), []time.Duration{7 * s, 7 * s}, "429 Too Many Requests"},
		{"at a time", after(429, "Mon, 23 Nov 2026 10:00:30 GMT"), []time.Duration{30 * s, 30 * s}, "429"},
		{"for long", after(429, "3600"), nil, "asks to come again in 1h0m0s"},
		{"never", after(503, "-5"), []time.Duration{s, 4 * s}, "503"},
		{"gone", after(404, ""), nil, "404 Not Found"},
		{"hung up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []time.Duration{s, 4 * s}, "EOF"},
		{"cut short", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "cut")
		}, []time.Duration{s, 4 * s}, "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, address, waits := serve(t, c.first)
			if _, err := client.Get(t.Context(), address, 100); err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want an error that has %q", err, c.err)
			}
			if !slices.Equal(*waits, c.want) {
				t.Errorf("waited %v, want %v", *waits, c.want)
			}
		})
	}
	var n atomic.Int32
	c, address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	if _, err := c.Get(t.Context(), address, 100); err != nil {
		t.Errorf("after two tries: %v", err)
	}
}

// TestSlow has servers say nothing, or drip.
func TestSlow(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"silent": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"dripping": func(w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(5 * time.Millisecond); r.Context().Err() == nil; <-tick.C {
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
			}
		},
	} {
		server := httptest.NewServer(answer)
		t.Cleanup(server.Close)
		c := client(t, web.Options{Named: []string{server.URL}, Patience: 100 * time.Millisecond})
		if _, err := c.Get(t.Context(), server.URL, 1<<20); err == nil || !strings.Contains(err.Error(), "too slow") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestDead has a host asked no more that never answered.
func TestDead(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	c, address, waits := serve(t, func(http.ResponseWriter, *http.Request) { n.Add(1); panic(http.ErrAbortHandler) })
	var err error
	for range 5 {
		_, err = c.Get(t.Context(), address, 100)
	}
	if err == nil || !strings.Contains(err.Error(), "asked no more") || n.Load() != 9 || len(*waits) != 6 {
		t.Errorf("asked %d times, waited %v: %v", n.Load(), *waits, err)
	}
}

// TestPolite counts the requests that a host has to bear at once.
func TestPolite(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	var once sync.Once
	full := make(chan struct{}) // the first wait for each other
	c, address, _ := serve(t, func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 4 {
			once.Do(func() { close(full) })
		}
		<-full
	})
	done := make(chan error)
	for range 20 {
		go func() {
			_, err := c.Get(t.Context(), address, 100)
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() > 4 {
		t.Errorf("%d requests at once", most.Load())
	}
}

func TestConditional(t *testing.T) {
	t.Parallel()
	c, address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) })
	a, err := c.Do(t.Context(), web.Request{URL: address, Header: http.Header{"If-None-Match": {`"1"`}}, Limit: 1})
	if err != nil || a.Status != http.StatusNotModified {
		t.Errorf("got %+v, %v", a, err)
	}
	status := (*web.StatusError)(nil)
	if _, err := c.Get(t.Context(), address, 1); !errors.As(err, &status) || status.Status != http.StatusNotModified {
		t.Errorf("without a condition: %v", err)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1A\n"
	c, address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/gone") {
			fmt.Fprint(w, "<!DOCTYPE html><title>Sorry</title>")
			return
		}
		fmt.Fprint(w, png)
	})
	for path, want := range map[string]string{
		"/2014/05/border.png": "border.png", "/border.JPG?w=300": "border.png", "/border": "border.png", "/": "file.png",
		"/the.border": "the.border.png", "/%D0%B3%D1%80%D0%B0%D0%BD%D1%8C.png": "грань.png",
	} {
		name, file, err := c.Fetch(t.Context(), address+path)
		if err != nil || name != want || string(file) != png {
			t.Errorf("%s: got %q, %v, want %q", path, name, err, want)
		}
	}
	if _, _, err := c.Fetch(t.Context(), address+"/gone.png"); err == nil || !strings.Contains(err.Error(), "a web page") {
		t.Errorf("a page in the place of a picture: %v", err)
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"} {
		if !web.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for private", s)
		}
	}
	for _, s := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1",
		"198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1",
		"2002:7f00:1::", "2002:c0a8:101::", "2001:0:1::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1",
	} {
		if web.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is taken for public", s)
		}
	}
	if web.Public(netip.Addr{}) {
		t.Error("no address is taken for public")
	}
}
