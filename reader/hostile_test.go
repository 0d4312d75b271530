package reader_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// The pages of the hostile tests: what the reader may show and what it must never show.
const (
	truth  = "corrected"
	wanted = "fa/index.html"
)

// twoEditions publishes an edition and its correction.
func twoEditions(t *testing.T) (p *press, first, second files) {
	p = newPress(t, 1)
	first = p.publish(front())
	p.now = p.now.Add(time.Hour)
	second = p.publish(map[string]string{wanted: story(truth)})
	return p, first, second
}

// TestHostileMirrors lets a reader meet each kind of mirror twice: alone, when it must show nothing that is not true,
// and beside a good one, when it must show the truth and say what it met.
func TestHostileMirrors(t *testing.T) {
	p, first, second := twoEditions(t)
	other := newPress(t, 2)
	foreign := other.publish(map[string]string{wanted: story("forged")})
	root := second.dir(t)
	good := mirror.Handler(root)
	object := contentOf(t, p, second)
	everything := []lab.Match{lab.Everything}
	metadata := []lab.Match{lab.Path("/latest"), lab.Below("/trust/"), lab.Objects}
	for _, test := range []struct {
		name  string
		make  func(lab.Match) lab.Mirror
		match []lab.Match
		want  []reader.State // what it may end as
		alone bool           // what it serves is enough for an honest page, however old
	}{
		{"blocked", func(lab.Match) lab.Mirror { return lab.Blocked() }, everything, []reader.State{reader.Blocked}, false},
		{"altering", func(m lab.Match) lab.Mirror { return lab.Altered(good, m) }, metadata, []reader.State{reader.Lied}, false},
		{"altering a page", func(m lab.Match) lab.Mirror { return lab.Altered(good, m) }, []lab.Match{lab.Path(object)}, []reader.State{reader.Lied}, false},
		{"truncating", func(m lab.Match) lab.Mirror { return lab.Truncated(good, m) }, metadata, []reader.State{reader.Lied}, false},
		{"padding", func(m lab.Match) lab.Mirror { return lab.Padded(good, m) }, metadata, []reader.State{reader.Lied, reader.Endless}, false},
		{"swapping a page", func(m lab.Match) lab.Mirror { return lab.Swapped(good, m, "/latest") }, []lab.Match{lab.Objects}, []reader.State{reader.Lied, reader.Endless}, false},
		{"swapping latest", func(m lab.Match) lab.Mirror { return lab.Swapped(good, m, "/log/checkpoint") }, []lab.Match{lab.Path("/latest")}, []reader.State{reader.Lied}, false},
		{"swapping trust", func(m lab.Match) lab.Mirror { return lab.Swapped(good, m, "/trust/1.root.json") }, []lab.Match{lab.Path("/trust/timestamp.json")}, []reader.State{reader.Lied}, false},
		{"forging", func(m lab.Match) lab.Mirror { return lab.Forging(good, m, []byte("forged")) }, metadata, []reader.State{reader.Lied}, false},
		{"a clone under other keys", func(lab.Match) lab.Mirror { return lab.Good(mirror.Handler(foreign.dir(t))) }, everything, []reader.State{reader.Lied}, false},
		{"endless", func(m lab.Match) lab.Mirror { return lab.Endless(good, m) }, append(metadata, lab.Everything), []reader.State{reader.Endless}, false},
		{"dripping", func(m lab.Match) lab.Mirror { return lab.Dripping(good, m, 20*time.Millisecond) }, append(metadata, lab.Everything), []reader.State{reader.Slow}, false},
		{"stalling", func(m lab.Match) lab.Mirror { return lab.Stalling(good, m) }, metadata, []reader.State{reader.Slow}, false},
		{"redirecting", func(m lab.Match) lab.Mirror { return lab.Redirecting(good, m, "/index.html") }, metadata, []reader.State{reader.Blocked}, false},
		{"withholding", func(m lab.Match) lab.Mirror { return lab.Withholding(good, m) }, metadata, []reader.State{reader.Incomplete}, false},
		{"frozen", func(lab.Match) lab.Mirror { return lab.Frozen(mirror.Handler(first.dir(t))) }, everything, []reader.State{reader.Old}, true},
		{"mislabelling", func(m lab.Match) lab.Mirror { return lab.LyingHeaders(good, m) }, everything, []reader.State{reader.Good}, true},
	} {
		for _, match := range test.match {
			t.Run(test.name+" alone", func(t *testing.T) {
				t.Parallel()
				s := serve(t, test.make(match))
				r := p.open(reader.Options{}, s)
				_, err := r.Refresh(t.Context())
				page, getErr := r.Get(t.Context(), wanted)
				switch shown := string(page.Body); {
				case shown != "" && !strings.Contains(shown, truth) && !strings.Contains(shown, "front"):
					t.Errorf("believed a lie: %.200q", shown)
				case test.alone && shown == "":
					t.Errorf("got %v, %v", err, getErr)
				case !test.alone && shown != "":
					t.Errorf("got a page from it; was it asked to do anything?")
				}
			})
			t.Run(test.name+" beside a good one", func(t *testing.T) {
				t.Parallel()
				var met atomic.Bool
				bad := serve(t, test.make(func(r *http.Request) bool {
					if match(r) {
						met.Store(true)
						return true
					}
					return false
				}))
				honest := serve(t, lab.Good(good))
				r := p.open(reader.Options{Grace: 3 * time.Second}, bad, honest)
				rep := refresh(t, r)
				if v := rep.Verdict; v.Edition != 2 || v.Fresh != edition.Fresh {
					t.Errorf("got verdict %+v", v)
				}
				page := get(t, r, wanted, truth)
				r.Probe(t.Context(), page)
				want := test.want
				if lazy(match) && !met.Load() {
					want = []reader.State{reader.Good} // the good one was asked first, and this one for nothing that it does wrong
				}
				if got := state(t, r, bad); !slices.Contains(want, got.State) {
					t.Errorf("got %+v, want %v", got, want)
				}
				if got := state(t, r, honest); got.State != reader.Good {
					t.Errorf("the good one: got %+v", got)
				}
			})
		}
	}
}

// lazy says whether a reader may have no need to ask a second mirror for what matches: the trust.
func lazy(m lab.Match) bool {
	return !m(httptest.NewRequest("GET", "/latest", nil)) && m(httptest.NewRequest("GET", "/trust/timestamp.json", nil))
}

// contentOf returns where the object of the wanted page stands, as a request names it.
func contentOf(t *testing.T, p *press, f files) string {
	t.Helper()
	r := p.open(reader.Options{}, f.source("a"))
	refresh(t, r)
	return "/" + edition.ObjectPath(get(t, r, wanted, truth).Entry.Objects[0])
}
