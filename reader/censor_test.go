package reader_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// labSpeed is the clock of the tests that go through a censor.
const labSpeed lab.Clock = 10

// through opens a reader with a masthead and some mirrors' addresses alone, on a line of its own.
func through(t *testing.T, p *press, f files, mirrors int, tickets bool, rules []lab.Rule) (*reader.Reader, *lab.Line) {
	t.Helper()
	n, err := lab.NewNetwork(labSpeed)
	must(t, err)
	t.Cleanup(n.Close)
	n.NoTickets = !tickets
	h := mirror.Handler(f.dir(t))
	m := p.masthead()
	for i := range mirrors {
		address, err := n.Host(lab.Host(i), h)
		must(t, err)
		m.Mirrors = append(m.Mirrors, address)
	}
	l := n.Line(lab.Access{RTT: 60 * time.Millisecond, Down: 8_000_000}, rules, 1)
	t.Cleanup(l.Close)
	opt := l.Options()
	opt.Now = func() time.Time { return p.now }
	r, err := reader.Open(m, opt)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r, l
}

// Where every connection is frozen after 15,000 bytes, all of a paper comes through, in small parts over fresh
// connections, files that are larger than that included. What that takes beside a healthy line is printed.
func TestFreeze(t *testing.T) {
	t.Parallel()
	p := newPress(t, 1)
	large := make([]byte, 110_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(large)
	pages := map[string]string{"fa/index.html": story("front"), "media/large.jpg": string(large)}
	f := p.publish(pages)
	for _, test := range []struct {
		name    string
		mirrors int
		tickets bool
	}{
		{"one mirror that resumes TLS", 1, true},
		{"one that does not", 1, false},
		{"five that resume TLS", 5, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			read := func(rules []lab.Rule) (lab.Counts, []reader.MirrorReport) {
				r, l := through(t, p, f, test.mirrors, test.tickets, rules)
				refresh(t, r)
				for _, path := range slices.Sorted(maps.Keys(pages)) {
					if page, err := r.Get(t.Context(), path); err != nil || string(page.Body) != pages[path] {
						t.Fatalf("%s: got %d bytes, %v", path, len(page.Body), err)
					}
				}
				return l.Counts(), r.Mirrors()
			}
			healthy, _ := read(nil)
			frozen, mirrors := read([]lab.Rule{{Kind: lab.Freeze}})
			t.Logf("healthy %+v, frozen %+v: %.2f times the bytes", healthy, frozen,
				float64(frozen.Up+frozen.Down)/float64(healthy.Up+healthy.Down))
			if !slices.ContainsFunc(mirrors, func(m reader.MirrorReport) bool { return m.InParts }) {
				t.Error("it does not say that files come in parts")
			}
		})
	}
}

// A mirror can't know a reader again: TLS is resumed in a freeze alone, and not across two looks for an edition. What is
// sent is the same from every reader.
func TestWhatAMirrorSees(t *testing.T) {
	t.Parallel()
	p := newPress(t, 1)
	large := make([]byte, 60_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(large)
	f := p.publish(map[string]string{"media/large.jpg": string(large)})
	good := mirror.Handler(f.dir(t))
	for _, rules := range [][]lab.Rule{nil, {{Kind: lab.Freeze}}} {
		t.Run(fmt.Sprint(len(rules)), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var first, resumed []string // paths of requests: of a look's first, and on resumed connections
			clock := lab.Clock(1)       // on a fast one a busy machine looks like a freeze
			if rules != nil {
				clock = labSpeed
			}
			n, err := lab.NewNetwork(clock)
			must(t, err)
			t.Cleanup(n.Close)
			m := p.masthead()
			address, err := n.Host(lab.Host(0), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				if r.TLS.DidResume {
					resumed = append(resumed, r.URL.Path)
				} else if r.URL.Path == "/latest" {
					first = append(first, r.URL.Path)
				}
				mu.Unlock()
				for name := range r.Header {
					if !slices.Contains([]string{"User-Agent", "Accept-Encoding", "Range"}, name) || name == "Range" && rules == nil {
						t.Errorf("%s: %s: %s", r.URL.Path, name, r.Header.Get(name))
					}
				}
				good.ServeHTTP(w, r)
			}))
			must(t, err)
			m.Mirrors = []string{address}
			l := n.Line(lab.Access{RTT: 60 * time.Millisecond}, rules, 1)
			t.Cleanup(l.Close)
			opt := l.Options()
			opt.Now = func() time.Time { return p.now }
			r, err := reader.Open(m, opt)
			must(t, err)
			t.Cleanup(func() { r.Close() })
			refresh(t, r)
			if _, err := r.Get(t.Context(), "media/large.jpg"); err != nil {
				t.Fatal(err)
			}
			refresh(t, r)
			mu.Lock()
			defer mu.Unlock()
			if (len(resumed) > 0) != (rules != nil) || len(first) != 2 {
				t.Errorf("resumed for %v; %d looks of a stranger's", resumed, len(first))
			}
		})
	}
}

// In a freeze a liar among mirrors that bring a file together costs time, and is found.
func TestFreezeWithALiar(t *testing.T) {
	t.Parallel()
	p := newPress(t, 1)
	large := make([]byte, 110_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(large)
	f := p.publish(map[string]string{"media/large.jpg": string(large)})
	good := mirror.Handler(f.dir(t))
	object := "/" + edition.ObjectPath(edition.Sum(large))
	n, err := lab.NewNetwork(labSpeed)
	must(t, err)
	t.Cleanup(n.Close)
	m := p.masthead()
	for i, h := range []http.Handler{lab.AlteredBit(good, lab.Path(object), 8*50_000).Handler, good} {
		address, err := n.Host(lab.Host(i), h)
		must(t, err)
		m.Mirrors = append(m.Mirrors, address)
	}
	l := n.Line(lab.Access{RTT: 60 * time.Millisecond}, []lab.Rule{{Kind: lab.Freeze}}, 1)
	t.Cleanup(l.Close)
	opt := l.Options()
	opt.Now = func() time.Time { return p.now }
	r, err := reader.Open(m, opt)
	must(t, err)
	t.Cleanup(func() { r.Close() })
	refresh(t, r)
	if page, err := r.Get(t.Context(), "media/large.jpg"); err != nil || string(page.Body) != string(large) {
		t.Errorf("got %d bytes, %v", len(page.Body), err)
	}
}

// labRoom makes two editions with a day's paper of some 50 kB, and a clone of them under another key.
func labRoom(t *testing.T) lab.Room {
	t.Helper()
	p, _, _ := twoEditions(t)
	rnd := rand.New(rand.NewPCG(1, 1))
	day := paper{}
	for i := range 40 {
		var text strings.Builder
		for range 120 {
			fmt.Fprintf(&text, "%016x ", rnd.Uint64())
		}
		day["2026-11-22"] = append(day["2026-11-22"], told(fmt.Sprintf("s%02d", i), 1, text.String()))
	}
	day["2026-11-22T11"] = day["2026-11-22"][30:]
	more := day.pages(t, "fa", "2026-11-22")
	const first = "fa/story/2026/11/22/s00/index.html"
	more[wanted], more[first] = story("front"), story("story")
	print := func(edition uint64, f files) lab.Print {
		pages := maps.Clone(p.pages)
		return lab.Print{Edition: edition, Handler: mirror.Handler(f.dir(t)), Page: func(path string) ([]byte, bool) {
			text, ok := pages[path]
			return []byte(text), ok
		}}
	}
	old := print(3, p.publish(more))
	newest := print(4, p.publish(map[string]string{wanted: story(truth)}))
	q := newPress(t, 2)
	for range 4 {
		q.publish(more)
	}
	return lab.Room{
		Masthead: p.masthead(), Old: old, New: newest, Front: wanted, Story: first, Language: "fa",
		Clone: mirror.Handler(q.publish(map[string]string{wanted: story("forged")}).dir(t)),
		Now:   func() time.Time { return p.now }, Clock: labSpeed,
	}
}

// Wherever one live path exists every reader gets through, and nobody is ever fooled. What that takes is printed.
func TestScenarios(t *testing.T) {
	t.Parallel()
	room := labRoom(t)
	quick := []string{
		"healthy", "poisoned-dns", "dropped", "reset-name", "four-dead", "freeze-one", "throttled", "seized", "dripping", "stale", "cloned", "dying",
		"freeze-crowded", "freeze-seized", "liars-only",
	}
	for _, s := range lab.Scenarios() {
		if !slices.Contains(quick, s.Name) {
			continue // coranto lab tries them all
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			sum, err := lab.Run(t.Context(), room, s, 1, 1, nil)
			must(t, err)
			t.Logf("%+v", sum)
			if sum.Fooled != 0 || sum.Live && sum.Newest != 1 || !sum.Live && sum.Newest != 0 {
				t.Errorf("newest %v, fooled %v", sum.Newest, sum.Fooled)
			}
		})
	}
}

// A reader keeps the names of good mirrors in the order of how quick they were, and asks them in that order next time.
func TestOrderIsRemembered(t *testing.T) {
	p := newPress(t, 1)
	f := p.publish(front())
	keep := reader.Memory(1 << 20)
	var mu sync.Mutex
	var asked []string
	source := func(name string, wait time.Duration) reader.Source {
		return asking{f.source(name), func() {
			mu.Lock()
			asked = append(asked, name)
			mu.Unlock()
			time.Sleep(wait)
		}}
	}
	open := func(t *testing.T) {
		r := p.open(reader.Options{Keep: keep, Hedge: time.Hour},
			source("a place on a disk", 0), source("slow.example", 30*time.Millisecond), source("quick.example", 0))
		refresh(t, r)
	}
	synctest.Test(t, func(t *testing.T) {
		open(t)
		asked = nil
		open(t)
	})
	if len(asked) == 0 || asked[0] != "quick.example" {
		t.Errorf("asked %v", asked)
	}
}

// asking tells of every fetch.
type asking struct {
	reader.Source
	told func()
}

func (a asking) Live() bool { return true }

func (a asking) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	a.told()
	return a.Source.Fetch(ctx, path, max)
}
