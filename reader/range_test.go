package reader_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/reader"
)

// ranger serves one file of 100 bytes, with ranges.
func ranger() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/f" {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(strings.Repeat("0123456789", 10)))
	})
}

func answering(status int, header, value, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(header, value)
		w.WriteHeader(status)
		w.Write([]byte(body))
	})
}

func TestFetchRange(t *testing.T) {
	broken := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("0123456789"))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	everything := lab.Everything
	for _, test := range []struct {
		name           string
		h              http.Handler
		path           string
		from, to, size int64
		want           string
		state          reader.State // of the error; "" for none
		is             error
	}{
		{"whole", ranger(), "f", 0, 100, 100, strings.Repeat("0123456789", 10), "", nil},
		{"part", ranger(), "f", 5, 12, 100, "5678901", "", nil},
		{"from the beginning", ranger(), "f", 0, 3, 100, "012", "", nil},
		{"the end of a file of unknown size", ranger(), "f", 95, 200, 200, "56789", "", nil},
		{"beyond the end", ranger(), "f", 100, 200, 200, "", reader.Lied, nil},
		{"longer than it may be", ranger(), "f", 0, 50, 50, "", reader.Endless, reader.ErrTooLong},
		{"endless", lab.Endless(ranger(), everything).Handler, "f", 0, 100, 100, "", reader.Endless, reader.ErrTooLong},
		{"missing", ranger(), "g", 5, 12, 100, "", reader.Incomplete, fs.ErrNotExist},
		{"no ranges", lab.Padded(ranger(), everything).Handler, "f", 5, 12, 100, "", reader.Blocked, reader.ErrNoRange},
		{"another range", answering(206, "Content-Range", "bytes 6-12/100", "6789012"), "f", 5, 12, 100, "", reader.Blocked, reader.ErrNoRange},
		{"no range said", answering(206, "X", "", "5678901"), "f", 5, 12, 100, "", reader.Blocked, reader.ErrNoRange},
		{"packed", answering(200, "Content-Encoding", "gzip", "x"), "f", 0, 100, 100, "", reader.Blocked, nil},
		{"broken off", broken, "f", 0, 100, 100, "0123456789", reader.Blocked, nil},
		{"stalling", lab.Stalling(ranger(), everything).Handler, "f", 0, 100, 100, "", reader.Slow, reader.ErrSlow},
		{"dripping", lab.Dripping(ranger(), everything, 50*time.Millisecond).Handler, "f", 0, 100, 100, "*", reader.Slow, reader.ErrSlow},
		{"outside", ranger(), "../f", 0, 100, 100, "", reader.Blocked, fs.ErrInvalid},
		{"backwards", ranger(), "f", 12, 5, 100, "", reader.Blocked, fs.ErrInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s reader.Ranger = serve(t, lab.Good(test.h))
			b, err := s.FetchRange(t.Context(), test.path, test.from, test.to, test.size)
			if string(b) != test.want && (test.want != "*" || !bytes.HasPrefix(b, []byte("xxx"))) {
				t.Errorf("got %q, want %q", b, test.want)
			}
			if test.state == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || reader.StateOf(err) != test.state || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("got %v, want %v", err, test.state)
			}
		})
	}
}

// Trust gives what the newest head rests on.
func TestTrustOfTheReader(t *testing.T) {
	p := newPress(t, 1)
	f := p.publish(front())
	r := p.open(reader.Options{}, f.source("good"))
	if trust := r.Trust(); trust.Policy().Log != "" {
		t.Error("there is a policy before the first refresh")
	}
	if _, err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	trust := r.Trust()
	for name, b := range trust.Files() {
		if !bytes.Equal(b, f[name]) {
			t.Errorf("%s is not what the mirror has", name)
		}
	}
	if len(trust.Files()[edition.TimestampPath]) == 0 || !reader.Lied.Dropped() || reader.Slow.Dropped() {
		t.Error("the trust has no timestamp, or the states are mixed up")
	}
}
