package lab_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"coranto/internal/lab"
)

// good serves "a good file" at /o/file, "another" at /other, and nothing else.
var good = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/o/file":
		w.Write([]byte("a good file"))
	case "/other":
		w.Write([]byte("another"))
	default:
		http.NotFound(w, r)
	}
})

// get fetches a file, at most 1,000 bytes of it, for at most 200 ms.
func get(t *testing.T, m lab.Mirror, path string) (status int, body string, err error) {
	t.Helper()
	server := httptest.NewServer(m.Handler)
	defer server.Close()
	client := &http.Client{
		Timeout:       200 * time.Millisecond,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Get(server.URL + path)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	return resp.StatusCode, string(b), err
}

// Each mirror does to what matches what it says, and leaves the rest alone.
func TestMirrors(t *testing.T) {
	for _, test := range []struct {
		m      lab.Mirror
		status int
		body   string
	}{
		{lab.Good(good), 200, "a good file"},
		{lab.Frozen(good), 200, "a good file"},
		{lab.Altered(good, lab.Objects), 200, "a gooe file"},
		{lab.AlteredBit(good, lab.Objects, 0), 200, "` good file"},
		{lab.AlteredBit(good, lab.Objects, 1000), 200, "a good file"},
		{lab.Truncated(good, lab.Path("/o/file")), 200, "a goo"},
		{lab.Padded(good, lab.Below("/o/")), 200, "a good file\nmore\n"},
		{lab.Swapped(good, lab.Objects, "/other"), 200, "another"},
		{lab.Forging(good, lab.Objects, []byte("forged")), 200, "forged"},
		{lab.Redirecting(good, lab.Objects, "/other"), 302, "<a href=\"/other\">Found</a>.\n\n"},
		{lab.Withholding(good, lab.Objects), 404, "404 page not found\n"},
		{lab.LyingHeaders(good, lab.Objects), 200, "a good file"},
		{lab.LyingDates(good, lab.Objects, time.Unix(0, 0)), 200, "a good file"},
		{lab.Hasty(good, http.NotFoundHandler(), lab.Objects), 404, "404 page not found\n"},
		{lab.Making(good, lab.Objects, func(path string) []byte { return []byte(path) }), 200, "/o/file"},
		{lab.Making(good, lab.Objects, func(string) []byte { return nil }), 404, "404 page not found\n"},
	} {
		status, body, err := get(t, test.m, "/o/file")
		if err != nil || status != test.status || body != test.body {
			t.Errorf("%s: got %d %q, %v, want %d %q", test.m.Name, status, body, err, test.status, test.body)
		}
		if _, body, err := get(t, test.m, "/other"); err != nil || body != "another" {
			t.Errorf("%s: what doesn't match: got %q, %v", test.m.Name, body, err)
		}
		if test.m.Name == "" || test.m.Does == "" {
			t.Errorf("%+v has no words", test.m)
		}
	}
}

func TestBlocked(t *testing.T) {
	if _, _, err := get(t, lab.Blocked(), "/other"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
}

func TestEndless(t *testing.T) {
	_, body, err := get(t, lab.Endless(good, lab.Objects), "/o/file")
	if err != nil || len(body) != 1000 {
		t.Errorf("got %d bytes, %v, want as many as are read", len(body), err)
	}
}

func TestSlow(t *testing.T) {
	for _, m := range []lab.Mirror{lab.Dripping(good, lab.Objects, time.Millisecond), lab.Stalling(good, lab.Objects)} {
		var timeout interface{ Timeout() bool }
		_, body, err := get(t, m, "/o/file")
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%s: got %q, %v, want it to go on until the client gives up", m.Name, body, err)
		}
		if m.Name == "dripping" && !bytes.Contains([]byte(body), []byte("xx")) {
			t.Errorf("%s: got %q", m.Name, body)
		}
	}
}

// A header's time is the mirror's own.
func TestLyingDates(t *testing.T) {
	server := httptest.NewServer(lab.LyingDates(good, lab.Objects, time.Unix(86400, 0)).Handler)
	defer server.Close()
	resp, err := http.Get(server.URL + "/o/file")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for _, name := range []string{"Date", "Last-Modified"} {
		if got := resp.Header.Get(name); got != "Fri, 02 Jan 1970 00:00:00 GMT" {
			t.Errorf("%s: %s", name, got)
		}
	}
}
