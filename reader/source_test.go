package reader_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coranto/reader"
)

func httpSource(t *testing.T, h http.Handler) *reader.HTTPSource {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := reader.HTTP(nil, server.URL+"/sub/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Limits = reader.Limits{Headers: 200 * time.Millisecond, Window: 100 * time.Millisecond, Pace: 100, Total: 5 * time.Second}
	return s
}

// What a mirror learns is what every reader says.
func TestHTTPSaysNothingOfItself(t *testing.T) {
	var got *http.Request
	s := httpSource(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		w.Write([]byte("body"))
	}))
	for range 2 {
		b, err := s.Fetch(t.Context(), "fa/index.html", 100)
		if err != nil || string(b) != "body" {
			t.Fatalf("got %q, %v", b, err)
		}
	}
	if got.Method != "GET" || got.URL.Path != "/sub/fa/index.html" {
		t.Errorf("got %s %s, want GET /sub/fa/index.html", got.Method, got.URL.Path)
	}
	want := http.Header{"User-Agent": {"Mozilla/5.0"}, "Accept-Encoding": {"identity"}}
	for name, v := range got.Header {
		if len(want[name]) == 0 || v[0] != want[name][0] {
			t.Errorf("header %s: %q was sent", name, v)
		}
	}
}

func TestHTTPRefuses(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for block := make([]byte, 4096); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	var redirected bool
	tests := []struct {
		name  string
		serve http.HandlerFunc
		want  error // nil: any error
	}{
		{"absent", http.NotFound, fs.ErrNotExist},
		{"gone", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(410) }, fs.ErrNotExist},
		{"forbidden", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, nil},
		{"no content", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }, nil},
		{"partial content", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(206); w.Write([]byte("x")) }, nil},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			redirected = redirected || r.URL.Path == "/elsewhere"
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, nil},
		{"packed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write([]byte("x"))
		}, nil},
		{"longer than it may be, and says so", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write(make([]byte, 1000))
		}, reader.ErrTooLong},
		{"endless", endless, reader.ErrTooLong},
		{"shorter than it says", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "50")
			w.Write([]byte("x"))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, nil},
		{"huge headers", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, nil},
		{"no answer", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, reader.ErrSlow},
		{"headers and no body", func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, reader.ErrSlow},
		{"drip by drip", func(w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(10 * time.Millisecond); ; {
				select {
				case <-tick.C:
					w.Write([]byte("x"))
					http.NewResponseController(w).Flush()
				case <-r.Context().Done():
					tick.Stop()
					return
				}
			}
		}, reader.ErrSlow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := httpSource(t, test.serve)
			b, err := s.Fetch(t.Context(), "x", 100)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %.20q, %v, want %v", b, err, test.want)
			}
		})
	}
	if redirected {
		t.Error("a redirect was followed")
	}
}

// A slow file that keeps its pace is let through up to the time for one file, and no further.
func TestHTTPTotal(t *testing.T) {
	s := httpSource(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-tick.C:
				w.Write(make([]byte, 50))
				http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				tick.Stop()
				return
			}
		}
	}))
	s.Limits = reader.Limits{Headers: time.Minute, Window: time.Minute, Pace: 1, Total: 500 * time.Millisecond}
	if _, err := s.Fetch(t.Context(), "x", 1<<20); !errors.Is(err, reader.ErrSlow) {
		t.Errorf("got %v, want ErrSlow: no other limit than the total was near", err)
	}
}

func TestHTTPAddress(t *testing.T) {
	for address, name := range map[string]string{
		"http://127.0.0.1:4711/":   "127.0.0.1:4711",
		"https://example.org/news": "example.org/news",
		"ftp://example.org/":       "",
		"http:///x":                "",
		"http://me:pw@example.org": "",
		"https://example.org/?q=1": "",
		"https://example.org/#top": "",
		"example.org":              "",
		"http://exa mple.org/":     "",
	} {
		s, err := reader.HTTP(nil, address)
		switch {
		case err != nil && name != "":
			t.Errorf("%s: %v", address, err)
		case err == nil && s.Name() != name:
			t.Errorf("%s: got name %q, want %q", address, s.Name(), name)
		}
	}
}

func TestFolder(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(outside, []byte("secret"), 0o600))
	must(os.MkdirAll(filepath.Join(dir, "o/ab"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "o/ab/file"), bytes.Repeat([]byte("x"), 100), 0o644))
	must(os.Symlink(outside, filepath.Join(dir, "link-out")))
	must(os.Symlink("o/ab/file", filepath.Join(dir, "link-in")))
	must(os.Symlink("o", filepath.Join(dir, "folder-link")))
	s, err := reader.Folder(dir)
	must(err)
	defer s.Close()
	for path, want := range map[string]error{
		"o/ab/file":           nil,
		"o/ab/none":           fs.ErrNotExist,
		"o/ab":                errors.ErrUnsupported, // stands for any error
		"link-out":            errors.ErrUnsupported,
		"link-in":             errors.ErrUnsupported,
		"folder-link/ab/file": errors.ErrUnsupported,
		"../secret":           fs.ErrInvalid,
		"/etc/passwd":         fs.ErrInvalid,
		"o/../o/ab/file":      fs.ErrInvalid,
	} {
		b, err := s.Fetch(t.Context(), path, 100)
		switch {
		case want == nil && (err != nil || len(b) != 100):
			t.Errorf("%s: got %d bytes, %v", path, len(b), err)
		case want != nil && err == nil:
			t.Errorf("%s: got %q", path, b)
		case want != nil && want != errors.ErrUnsupported && !errors.Is(err, want):
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	if _, err := s.Fetch(t.Context(), "o/ab/file", 99); !errors.Is(err, reader.ErrTooLong) {
		t.Errorf("a file over the limit: got %v, want ErrTooLong", err)
	}
}
