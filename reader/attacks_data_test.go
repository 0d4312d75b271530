package reader_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// Attacks on what is fetched.

func attackRollback(t *testing.T) {
	p, first, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	old := first.good(t)
	r := p.open(reader.Options{Keep: keep}, old)
	believesTruth(t, r, 2)
	if got := state(t, r, old); got.State != reader.Old {
		t.Errorf("got %+v", got)
	}
	// The newest edition under older trust, and the trust alone gone back: no better.
	mixed := second.with(first, edition.TimestampPath)
	s := mixed.good(t)
	r = p.open(reader.Options{Keep: keep}, s)
	believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Old {
		t.Errorf("with older trust: got %+v", got)
	}
}

func attackMixAndMatch(t *testing.T) {
	p, first, second := twoEditions(t)
	for name, test := range map[string]struct {
		f    files
		want reader.State
	}{
		"the new head over the old objects": {first.with(second, edition.LatestPath, edition.CheckpointPath, edition.TimestampPath), reader.Incomplete},
		"the old manifest under the new head": {second.with(files{
			edition.LatestPath: edition.MakeLatest(manifestOf(t, p, first), 1, nil, second[edition.CheckpointPath]),
		}), reader.Lied},
	} {
		s := test.f.good(t)
		r := p.open(reader.Options{}, s)
		_, err := r.Refresh(t.Context())
		page, getErr := r.Get(t.Context(), wanted)
		if getErr == nil && !strings.Contains(string(page.Body), truth) {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); getErr == nil || got.State != test.want {
			t.Errorf("%s: got %+v, %v, %v", name, got, err, getErr)
		}
		believesTruth(t, p.open(reader.Options{Grace: 3 * time.Second}, test.f.good(t), second.good(t)), 2)
	}
	// Old files of the trust, well signed, under the names of new ones.
	w := newRealm(t)
	w.next()
	honest := w.issue(map[string]string{wanted: story(truth)})
	for _, path := range []func(int64) string{edition.SnapshotPath, edition.TargetsPath} {
		s := honest.with(files{path(2): honest[path(1)]}).good(t)
		r := w.read(reader.Options{}, s)
		believesNothing(t, r)
		if got := state(t, r, s); got.State != reader.Lied {
			t.Errorf("%s: got %+v", path(2), got)
		}
	}
	believesTruth(t, w.read(reader.Options{}, honest.good(t)), 1)
}

// manifestOf returns the manifest of a mirror's newest edition.
func manifestOf(t *testing.T, p *press, f files) []byte {
	t.Helper()
	h, err := p.keys.Policy().OpenLatest(f[edition.LatestPath])
	must(t, err)
	return h.ManifestBytes
}

// with returns the files with those at some paths, or all, taken from others.
func (f files) with(other files, paths ...string) files {
	out := files{}
	for path, b := range f {
		out[path] = b
	}
	if len(paths) == 0 {
		for path := range other {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		out[path] = other[path]
	}
	return out
}

func attackArbitraryPage(t *testing.T) {
	p, _, second := twoEditions(t)
	object := contentOf(t, p, second)
	for _, forged := range [][]byte{[]byte("forged"), []byte(story("forged")), {}} {
		s := serve(t, lab.Forging(mirror.Handler(second.dir(t)), lab.Path(object), forged))
		r := p.open(reader.Options{}, s)
		refresh(t, r)
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("believed %.100q", page.Body)
		}
		if got := state(t, r, s); got.State != reader.Lied && got.State != reader.Endless {
			t.Errorf("got %+v", got)
		}
	}
}

func attackWrongPage(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	r := p.open(reader.Options{}, second.good(t))
	refresh(t, r)
	another := get(t, r, "en/story/2026/11/22/s7/index.html", "story 7").Entry.Objects[0]
	s := serve(t, lab.Swapped(good, lab.Path(contentOf(t, p, second)), "/"+edition.ObjectPath(another)))
	r = p.open(reader.Options{}, s)
	refresh(t, r)
	if page, err := r.Get(t.Context(), wanted); err == nil {
		t.Errorf("believed %.100q", page.Body)
	}
	if got := state(t, r, s); got.State != reader.Lied && got.State != reader.Endless {
		t.Errorf("got %+v", got)
	}
}

func attackEndless(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	for name, match := range map[string]lab.Match{
		"latest": lab.Path("/latest"), "trust": lab.Below("/trust/"), "roots": lab.Path("/trust/2.root.json"), "objects": lab.Objects,
	} {
		s := serve(t, lab.Endless(good, match))
		r := p.open(reader.Options{}, s)
		_, _ = r.Refresh(t.Context())
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); got.State != reader.Endless || got.Bytes > 2<<20 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// byteASecond are limits that a mirror which sends a byte a second breaks at once.
var byteASecond = reader.Limits{Headers: time.Hour, Window: 100 * time.Millisecond, Pace: 16, Total: time.Hour}

func attackSlow(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	for name, match := range map[string]lab.Match{
		"latest": lab.Path("/latest"), "trust": lab.Below("/trust/"), "objects": lab.Objects,
	} {
		s := serve(t, lab.Dripping(good, match, time.Second))
		s.Limits = byteASecond
		r := p.open(reader.Options{}, s)
		_, _ = r.Refresh(t.Context())
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); got.State != reader.Slow {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// The slow mirrors may take an hour; the test would not come to its end if the healthy one waited for them.
func attackSlowBesideGood(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	hour := reader.Limits{Headers: time.Hour, Window: time.Hour, Total: time.Hour}
	var sources []reader.Source
	for _, match := range []lab.Match{lab.Everything, lab.Below("/trust/"), lab.Objects} {
		s := serve(t, lab.Dripping(good, match, time.Second))
		s.Limits = hour
		sources = append(sources, s)
	}
	healthy := serve(t, lab.Good(good))
	healthy.Limits = hour
	r := p.open(reader.Options{Grace: 50 * time.Millisecond}, append(sources, healthy)...)
	believesTruth(t, r, 2)
}

func attackWithholding(t *testing.T) {
	p, first, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	r := p.open(reader.Options{Keep: keep}, first.good(t))
	refresh(t, r)
	get(t, r, wanted, "front")
	var none []reader.Source
	for _, m := range []lab.Mirror{lab.Blocked(), lab.Withholding(mirror.Handler(second.dir(t)), lab.Everything), lab.Frozen(mirror.Handler(first.dir(t)))} {
		none = append(none, serve(t, m))
	}
	// Kept from the new edition, it goes on with the old one and says how old that is.
	p.now = p.now.Add(49 * time.Hour)
	r = p.open(reader.Options{Keep: keep}, none...)
	if rep := refresh(t, r); rep.Verdict.Fresh != edition.Aged || rep.Verdict.Edition != 1 {
		t.Errorf("got %+v", rep.Verdict)
	}
	get(t, r, wanted, "front")
	believesTruth(t, p.open(reader.Options{Keep: keep, Grace: 2 * time.Second}, append(none, second.good(t))...), 2)
}

// A mirror that copies `latest` before the objects offers an edition that it does not have.
func attackHasty(t *testing.T) {
	p, first, second := twoEditions(t)
	old, new := mirror.Handler(first.dir(t)), mirror.Handler(second.dir(t))
	hasty := func() *reader.HTTPSource {
		return serve(t, lab.Hasty(old, new, func(r *http.Request) bool { return !lab.Objects(r) }))
	}
	s := hasty()
	r := p.open(reader.Options{}, s)
	refresh(t, r)
	if page, err := r.Get(t.Context(), wanted); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("got %.100q, %v, want ErrNoMirror", page.Body, err)
	}
	if got := state(t, r, s); got.State != reader.Incomplete {
		t.Errorf("got %+v", got)
	}
	believesTruth(t, p.open(reader.Options{}, hasty(), second.good(t)), 2)
}
