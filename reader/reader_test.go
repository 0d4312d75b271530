package reader_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// refresh refreshes and fails the test on an error.
func refresh(t *testing.T, r *reader.Reader) reader.Report {
	t.Helper()
	rep, err := r.Refresh(t.Context())
	if err != nil {
		t.Fatalf("refresh: %v\n%+v", err, rep.Mirrors)
	}
	return rep
}

// get gets a page and fails the test on an error, or when it has other words.
func get(t *testing.T, r *reader.Reader, path, words string) reader.Page {
	t.Helper()
	p, err := r.Get(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(p.Body), words) {
		t.Fatalf("get %q: got %.100q, want %q in it", path, p.Body, words)
	}
	return p
}

// state returns what the reader makes of a mirror.
func state(t *testing.T, r *reader.Reader, s reader.Source) reader.MirrorReport {
	t.Helper()
	for _, m := range r.Mirrors() {
		if m.Mirror == s.Name() {
			return m
		}
	}
	t.Fatalf("mirror %s is not known", s.Name())
	return reader.MirrorReport{}
}

// A reader that has a masthead and nothing else gets a page, and its verdict, within 24 kB of metadata.
func TestFirstContact(t *testing.T) {
	p := newPress(t, 1)
	for range 40 {
		p.add(front())
	}
	s := p.publish(map[string]string{"media/story/x.jpg": strings.Repeat("picture", 100_000)}).good(t)
	r := p.open(reader.Options{}, s)
	rep := refresh(t, r)
	if v := rep.Verdict; !v.Authentic || !v.Whole || v.Fresh != edition.Fresh || v.Edition != 41 || v.Unconfirmed {
		t.Errorf("got verdict %+v", v)
	}
	if !rep.New || rep.Offline {
		t.Errorf("got report %+v", rep)
	}
	page := get(t, r, "fa/", "front")
	if page.Path != "fa/index.html" || page.MediaType != "text/html" || page.Mirror != s.Name() || page.Edition != 41 {
		t.Errorf("got page %+v", page)
	}
	traffic := r.Traffic()
	if traffic.Metadata > 24<<10 || traffic.Metadata == 0 || traffic.Content != page.ContentBytes || traffic.Refused != 0 {
		t.Errorf("got traffic %+v, want at most 24 kB of metadata", traffic)
	}
	t.Logf("traffic %+v, page: metadata %d, content %d", traffic, page.MetadataBytes, page.ContentBytes)
	if got := state(t, r, s); got.State != reader.Good || got.Edition != 41 || got.Bytes != traffic.Metadata+traffic.Content {
		t.Errorf("got mirror %+v", got)
	}
	// A file of several objects, with a list.
	if page := get(t, r, "media/story/x.jpg", "picture"); len(page.Body) != 700_000 || page.MediaType != "image/jpeg" {
		t.Errorf("got %d bytes of %s", len(page.Body), page.MediaType)
	}
}

func TestGetErrors(t *testing.T) {
	p := newPress(t, 1)
	files := p.publish(front())
	r := p.open(reader.Options{}, files.source("a"))
	if _, err := r.Get(t.Context(), "fa/index.html"); !errors.Is(err, reader.ErrNoEdition) {
		t.Errorf("before the first edition: got %v", err)
	}
	if v := r.Verdict(); v != (edition.Verdict{}) {
		t.Errorf("before the first edition: got %+v", v)
	}
	refresh(t, r)
	for _, path := range []string{"none.html", "en/story/", "../x", "/etc/passwd", "fa//index.html", "latest", "o/"} {
		if _, err := r.Get(t.Context(), path); !errors.Is(err, reader.ErrAbsent) {
			t.Errorf("get %q: got %v, want ErrAbsent", path, err)
		}
	}
}

func TestNoMirror(t *testing.T) {
	p := newPress(t, 1)
	r := p.open(reader.Options{}, files{}.source("empty"))
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("got %v, want ErrNoMirror", err)
	}
	if got := r.Mirrors()[0]; got.State != reader.Incomplete {
		t.Errorf("got %+v", got)
	}
	if _, err := p.open(reader.Options{}).Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("without mirrors: got %v, want ErrNoMirror", err)
	}
}

func TestNewestOfSeveral(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	p.now = p.now.Add(time.Hour)
	second := p.publish(map[string]string{"fa/index.html": story("corrected")})
	a, b, c := first.good(t), second.good(t), second.good(t)
	r := p.open(reader.Options{}, a, b, c)
	rep := refresh(t, r)
	if rep.Verdict.Edition != 2 {
		t.Fatalf("got edition %d, want 2", rep.Verdict.Edition)
	}
	for s, want := range map[reader.Source]reader.State{a: reader.Old, b: reader.Good, c: reader.Good} {
		if got := state(t, r, s); got.State != want {
			t.Errorf("mirror: got %+v, want %s", got, want)
		}
	}
	get(t, r, "fa/index.html", "corrected")
}

// Once it has seen an edition, a reader goes back for nobody, and says how old what it has is.
func TestNeverBack(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	p.now = p.now.Add(time.Hour)
	second := p.publish(map[string]string{"fa/index.html": story("corrected")})
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, second.source("new")))
	old := first.source("old")
	r := p.open(reader.Options{Keep: keep}, old)
	p.now = p.now.Add(72 * time.Hour)
	rep := refresh(t, r)
	if rep.Verdict.Edition != 2 || rep.Verdict.Fresh != edition.Aged || rep.Verdict.Age != 72*time.Hour || rep.New {
		t.Errorf("got %+v", rep)
	}
	if got := state(t, r, old); got.State != reader.Old {
		t.Errorf("got %+v, want old", got)
	}
}

// What was fetched stays readable without any mirror; what wasn't is told apart from what does not exist.
func TestOffline(t *testing.T) {
	dir, err := os.OpenRoot(t.TempDir())
	must(t, err)
	defer dir.Close()
	p := newPress(t, 1)
	online := p.open(reader.Options{Keep: reader.Dir(dir, 1<<20)}, p.publish(front()).source("a"))
	refresh(t, online)
	get(t, online, "fa/index.html", "front")

	p.now = p.now.Add(3 * time.Hour)
	r := p.open(reader.Options{Keep: reader.Dir(dir, 1<<20)}, files{}.source("dead"))
	page := get(t, r, "fa/index.html", "front")
	if page.Mirror != "" || page.ContentBytes != 0 || page.MetadataBytes != 0 {
		t.Errorf("got page %+v, want it from the keep", page)
	}
	rep := refresh(t, r)
	if !rep.Offline || rep.New || rep.Verdict.Age != 3*time.Hour || !rep.Verdict.Authentic {
		t.Errorf("got report %+v", rep)
	}
	if _, err := r.Get(t.Context(), "en/story/2026/11/22/s7/index.html"); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("a page that was never fetched: got %v, want ErrNoMirror", err)
	}
}

// A keep that was damaged is mended, not believed.
func TestDamagedKeep(t *testing.T) {
	dir, err := os.OpenRoot(t.TempDir())
	must(t, err)
	defer dir.Close()
	keep := reader.Dir(dir, 1<<20)
	p := newPress(t, 1)
	s := p.publish(front()).source("a")
	r := p.open(reader.Options{Keep: keep}, s)
	refresh(t, r)
	get(t, r, "fa/index.html", "front")
	must(t, fs.WalkDir(dir.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := dir.ReadFile(name)
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 1
		return dir.WriteFile(name, b, 0o600)
	}))
	r = p.open(reader.Options{Keep: keep}, s)
	if _, ok := r.Head(); ok {
		t.Error("a damaged head was taken")
	}
	refresh(t, r)
	get(t, r, "fa/index.html", "front")
	r = p.open(reader.Options{Keep: keep}, files{}.source("dead"))
	get(t, r, "fa/index.html", "front")
}

func TestFreshness(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		name  string
		after time.Duration
		want  edition.Freshness
		age   time.Duration
	}{
		{"now", 0, edition.Fresh, 0},
		{"two days", 2 * day, edition.Fresh, 2 * day},
		{"three days", 3 * day, edition.Aged, 3 * day},
		{"a slow clock", -5 * time.Minute, edition.Fresh, 0},
		{"five years back", -5 * 365 * day, edition.ClockWrong, 0},
		{"forty days", 40 * day, edition.StaleTrust, 40 * day},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPress(t, 1)
			s := p.publish(front()).source("a")
			r := p.open(reader.Options{Now: func() time.Time { return epoch.Add(test.after) }}, s)
			v := refresh(t, r).Verdict
			if v.Fresh != test.want || v.Age != test.age || !v.Authentic || !v.Whole {
				t.Errorf("got %+v, want %s at %v", v, test.want, test.age)
			}
			if want := test.want == edition.StaleTrust; v.Unconfirmed != want {
				t.Errorf("got unconfirmed %v, want %v", v.Unconfirmed, want)
			}
			get(t, r, "fa/index.html", "front") // authentic content is never hidden
		})
	}
}

// An edition that was accepted in time stays confirmed when the trust expires; one that is first seen afterwards is not,
// until newer trust comes, and that is remembered.
func TestUnconfirmed(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	p.now = p.now.Add(time.Minute)
	keep := reader.Memory(1 << 20)
	at := epoch
	open := func(s reader.Source) *reader.Reader {
		return p.open(reader.Options{Keep: keep, Now: func() time.Time { return at }}, s)
	}
	if refresh(t, open(first.source("a"))).Verdict.Unconfirmed {
		t.Fatal("a fresh edition is unconfirmed")
	}
	at = epoch.Add(40 * 24 * time.Hour)
	if v := refresh(t, open(first.source("a"))).Verdict; v.Unconfirmed || v.Fresh != edition.StaleTrust {
		t.Errorf("accepted in time: got %+v", v)
	}
	p.add(map[string]string{"fa/index.html": story("later")})
	second := p.sign()
	for range 2 {
		if v := refresh(t, open(second.source("a"))).Verdict; !v.Unconfirmed || v.Edition != 2 {
			t.Errorf("first seen under expired trust: got %+v", v)
		}
	}
	p.now = at
	third := p.renew()
	for range 2 {
		if v := refresh(t, open(third.source("a"))).Verdict; v.Unconfirmed || v.Fresh != edition.Fresh {
			t.Errorf("after the trust was renewed: got %+v", v)
		}
	}
}
