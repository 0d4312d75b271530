package cosign_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/cosign"
	"coranto/internal/keys"
	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/internal/target/fs"
	"coranto/internal/witness"
	"coranto/reader"
)

// A pair is a newsroom and its release co-signer.
type pair struct {
	*publish.Publisher
	dir, there string
	now        time.Time
	// approve judges; what it was shown is in seen.
	approve func(cosign.Change) error
	seen    []cosign.Change
	// alter changes what the co-signer fetches.
	alter func(path string, b []byte) []byte
	gone  string // a path that it does not find
	site  *httptest.Server
	key   string
}

// Name and Fetch make it the co-signer's source.
func (p *pair) Name() string { return "public" }

func (p *pair) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	if path == p.gone {
		return nil, target.ErrNotExist
	}
	b, err := p.Targets[0].Get(ctx, path, max)
	if err == nil && p.alter != nil {
		b = p.alter(path, bytes.Clone(b))
	}
	return b, err
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{dir: t.TempDir(), there: t.TempDir(), now: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)}
	p.approve = func(cosign.Change) error { return nil }
	here, there := must[*os.Root](t)(os.OpenRoot(p.dir)), must[*os.Root](t)(os.OpenRoot(p.there))
	k := must[*keys.Keys](t)(keys.Create(here, "The Lantern", rand.Reader, p.now))
	st := must[*sqlite.Store](t)(sqlite.Create(t.Context(), p.dir))
	public := must[*fs.Target](t)(fs.Open("public", filepath.Join(p.dir, "public")))
	t.Cleanup(func() { st.Close(); public.Close(); here.Close(); there.Close() })
	p.Publisher = &publish.Publisher{
		Store: st, Keys: k, Targets: []target.Target{public}, Name: "The Lantern", Languages: []string{"en"},
		Site:         must[*site.Site](t)(site.New(site.Config{Name: "The Lantern", Languages: []string{"en"}})),
		Now:          func() time.Time { return p.now },
		KeepEvidence: func(e edition.Evidence) (string, error) { return witness.KeepEvidence(here, e) },
	}
	vkey := must[string](t)(witness.Create(there, "the-lantern/release", rand.Reader))
	w := must[*witness.Witness](t)(witness.Open(there, p.Now, slog.New(slog.DiscardHandler)))
	must[string](t)(w.Follow(k.Policy().Log))
	c := &cosign.Checker{Source: p, Dir: there, Now: p.Now, Approve: func(_ context.Context, c cosign.Change) error {
		p.seen = append(p.seen, c)
		return p.approve(c)
	}}
	w.Check = c.Check
	p.site = httptest.NewServer(w.Handler())
	t.Cleanup(p.site.Close)
	if err := k.SetCosigner(vkey, p.site.URL, p.now); err != nil {
		t.Fatal(err)
	}
	p.key = vkey
	p.Cosigner = p.client(k)
	return p
}

func (p *pair) client(k *keys.Keys) *witness.Client {
	return &witness.Client{Name: "release", Key: p.key, Log: k.Policy().Log, URL: p.site.URL, Patience: time.Minute, Now: p.Now}
}

func (p *pair) put(t *testing.T, id string) {
	t.Helper()
	s := news.Story{ID: id, Articles: []news.Article{{
		Lang: "en", Status: news.Published, Published: p.now,
		Revision: news.Revision{Headline: id, Body: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: strings.Repeat("Text of "+id+". ", 50)}}}}},
	}}}
	if _, err := p.Store.PutMany(t.Context(), []news.Story{s}); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) publish(t *testing.T) error {
	t.Helper()
	p.now = p.now.Add(time.Minute)
	_, err := p.Publish(t.Context())
	return err
}

// latest returns the edition that readers have, 0 for none, by the newsroom's own policy.
func (p *pair) latest(t *testing.T) uint64 {
	t.Helper()
	b, err := p.Targets[0].Get(t.Context(), edition.LatestPath, edition.MaxLatest)
	if errors.Is(err, target.ErrNotExist) {
		return 0
	}
	h := must[edition.Head](t)(p.Keys.Policy().OpenLatest(b))
	return h.Manifest.Edition
}

func TestRelease(t *testing.T) {
	p := newPair(t)
	p.put(t, "first")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	if len(p.seen) != 1 || p.seen[0].Before != nil || len(p.seen[0].Coming) != int(p.seen[0].After.Files) {
		t.Errorf("it was shown %+v", p.seen)
	}
	if err := p.publish(t); err != nil { // a heartbeat
		t.Fatal(err)
	}
	if len(p.seen) != 1 {
		t.Error("it was asked about a heartbeat")
	}
	p.put(t, "second")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	c := p.seen[1]
	if c.Before.Edition != 1 || c.After.Edition != 2 || len(c.Changing) == 0 || len(c.Going) > 0 ||
		!slices.ContainsFunc(c.Coming, func(s string) bool { return strings.Contains(s, "/second/") }) {
		t.Errorf("it was shown %+v", c)
	}
	p.verify(t, 2)
}

// verify checks every byte of the newsroom's own target.
func (p *pair) verify(t *testing.T, n uint64) {
	t.Helper()
	src := must[*reader.FolderSource](t)(reader.Folder(filepath.Join(p.dir, "public")))
	defer src.Close()
	a := must[reader.Audit](t)(reader.Verify(t.Context(), src, p.Keys.Masthead(p.Publisher.Name, p.Languages, nil), reader.VerifyOptions{Now: p.Now}))
	if !a.Authentic || !a.Whole || a.Edition != n {
		t.Errorf("got %+v, want edition %d whole", a, n)
	}
}

// What is refused does not come out, and readers keep what they have; the next edition may.
func TestRefusedRelease(t *testing.T) {
	p := newPair(t)
	p.put(t, "first")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	p.approve = func(cosign.Change) error { return errors.New("who wrote this?") }
	p.put(t, "slander")
	for range 2 {
		var unsigned *publish.UnsignedError
		if err := p.publish(t); !errors.As(err, &unsigned) || !unsigned.Cosigner || !strings.Contains(err.Error(), "who wrote this?") {
			t.Fatalf("got %v, want an UnsignedError", err)
		}
		if got := p.latest(t); got != 1 {
			t.Fatalf("readers have edition %d", got)
		}
		p.verify(t, 1) // nothing of the other is left where a mirror would have to explain it
	}
	p.approve = func(cosign.Change) error { return nil }
	p.put(t, "third")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	if last := p.seen[len(p.seen)-1]; p.latest(t) != 3 || last.Before.Edition != 1 || last.After.Edition != 3 {
		t.Errorf("readers have edition %d", p.latest(t))
	}
	p.site.Close()
	p.put(t, "fourth")
	if err := p.publish(t); err == nil || p.latest(t) != 3 {
		t.Errorf("without an answer: %v, and readers have %d", err, p.latest(t))
	}
}

// Nobody is even asked about an edition that a reader would not find whole.
func TestBrokenReleaseIsNotShown(t *testing.T) {
	p := newPair(t)
	p.put(t, "first")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	p.put(t, "second")
	var mu sync.Mutex // files are fetched at the same time
	fresh := map[string]bool{}
	p.alter = func(path string, b []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		fresh[path] = true
		return b
	}
	p.approve = func(cosign.Change) error { return errors.New("not yet") }
	if err := p.publish(t); err == nil {
		t.Fatal("it came out")
	}
	p.approve = func(cosign.Change) error { return nil }
	shown := len(p.seen)
	if len(fresh) < 10 {
		t.Fatalf("it looked at %d files only", len(fresh))
	}
	for path := range fresh {
		if path == edition.CheckpointPath {
			continue
		}
		for name, harm := range map[string]func([]byte) []byte{
			"altered": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"cut":     func(b []byte) []byte { return b[:len(b)-1] },
		} {
			p.alter = func(got string, b []byte) []byte {
				if got == path && len(b) > 0 {
					return harm(b)
				}
				return b
			}
			if err := p.publish(t); err == nil {
				t.Fatalf("%s %s: it came out", path, name)
			}
		}
	}
	if len(p.seen) != shown {
		t.Error("somebody was asked about a broken edition")
	}
	p.alter = nil
	if err := p.publish(t); err != nil || p.latest(t) != 2 {
		t.Errorf("whole again: %v", err)
	}
}

// After a takedown that it did not sign the tree before may be gone: then everything is shown as new.
func TestTreeBeforeIsGone(t *testing.T) {
	p := newPair(t)
	p.put(t, "first")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	p.put(t, "second")
	root := p.seen[0].After.Root
	p.gone = edition.ObjectPath(root)
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	if c := p.seen[1]; !c.Blind || c.Before.Edition != 1 || len(c.Coming) != int(c.After.Files) {
		t.Errorf("it was shown %+v", c)
	}
}

// A copy of the newsroom, in a thief's hands, gets nothing signed, and the proof of the attempt stays.
func TestCosignerRefusesAFork(t *testing.T) {
	p := newPair(t)
	p.put(t, "first")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(p.dir)); err != nil {
		t.Fatal(err)
	}
	p.put(t, "second")
	if err := p.publish(t); err != nil {
		t.Fatal(err)
	}
	thief := *p.Publisher
	root := must[*os.Root](t)(os.OpenRoot(dir))
	defer root.Close()
	st := must[*sqlite.Store](t)(sqlite.Open(t.Context(), dir))
	defer st.Close()
	public := must[*fs.Target](t)(fs.Open("public", filepath.Join(dir, "public")))
	defer public.Close()
	k := must[*keys.Keys](t)(keys.Open(root))
	thief.Store, thief.Keys, thief.Targets = st, k, []target.Target{public}
	client := p.client(k)
	thief.Cosigner = deaf{client} // it does not tell the thief what it holds
	p2 := &pair{Publisher: &thief, now: p.now}
	p2.put(t, "lies")
	seen := len(p.seen)
	var fork *publish.ForkError
	if _, err := thief.Publish(t.Context()); !errors.As(err, &fork) {
		t.Errorf("got %v, want a ForkError", err)
	}
	names := must[[]string](t)(filepath.Glob(filepath.Join(p.there, "evidence", "*")))
	if len(names) != 1 || len(p.seen) != seen {
		t.Fatalf("%d files of evidence; it was asked %d times", len(names), len(p.seen)-seen)
	}
	must[edition.Evidence](t)(edition.ParseEvidence(must[[]byte](t)(os.ReadFile(names[0]))))
}

// deaf does not tell what it holds, as other makers' witnesses don't.
type deaf struct{ publish.Witness }

func (deaf) Held(context.Context) ([]byte, error) { return nil, errors.New("not told") }

func TestCheckForward(t *testing.T) {
	for name, spoil := range map[string]func(*edition.Manifest){
		"a number skipped": func(m *edition.Manifest) { m.Edition++ },
		"the same number":  func(m *edition.Manifest) { m.Edition-- },
		"older":            func(m *edition.Manifest) { m.Time = m.Time.Add(-48 * time.Hour) },
		"ahead":            func(m *edition.Manifest) { m.Time = m.Time.Add(time.Hour) },
		"epoch far ahead":  func(m *edition.Manifest) { m.Epoch = 1 << 60 },
		"more files":       func(m *edition.Manifest) { m.Files++ },
		"fewer bytes":      func(m *edition.Manifest) { m.Bytes-- },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			p.put(t, "first")
			if err := p.publish(t); err != nil {
				t.Fatal(err)
			}
			p.put(t, "second")
			honest := p.Store
			p.Store = &spoiler{Store: honest, p: p, spoil: spoil}
			if err := p.publish(t); err == nil {
				t.Error("what was not sealed came out")
			}
			p.Store = honest
			var unsigned *publish.UnsignedError
			if err := p.publish(t); !errors.As(err, &unsigned) || len(p.seen) != 1 {
				t.Errorf("got %v; shown %d times", err, len(p.seen))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	paths := func(n int) []string { return make([]string, n) }
	before := edition.Manifest{Files: 1000, Languages: []string{"en"}, Mirrors: []string{"https://a/"}}
	for name, c := range map[string]struct {
		change func(*cosign.Change)
		ok     bool
	}{
		"a day's news":   {func(c *cosign.Change) { c.Coming, c.Changing = paths(900), paths(300) }, true},
		"too many go":    {func(c *cosign.Change) { c.Going = paths(21) }, false},
		"few go":         {func(c *cosign.Change) { c.Going = paths(20) }, true},
		"too many alter": {func(c *cosign.Change) { c.Changing = paths(301) }, false},
		"languages":      {func(c *cosign.Change) { c.After.Languages = []string{"en", "fa"} }, false},
		"mirrors":        {func(c *cosign.Change) { c.After.Mirrors = []string{"https://thief/"} }, false},
		"the first":      {func(c *cosign.Change) { c.Before = nil }, false},
		"nothing before": {func(c *cosign.Change) { c.Blind = true }, false},
	} {
		b := before
		change := cosign.Change{Before: &b, After: before}
		c.change(&change)
		if err := cosign.DefaultLimits().Approve(t.Context(), change); (err == nil) != c.ok {
			t.Errorf("%s: got %v", name, err)
		}
		if err := (cosign.Limits{Going: 100, Changing: 100, Anew: true, Identity: true}).Approve(t.Context(), change); err != nil {
			t.Errorf("%s, without limits: got %v", name, err)
		}
	}
}

// A person answers once, even if who asked has gone away meanwhile; a no is told, and may be asked again.
func TestPerson(t *testing.T) {
	asked, answers := make(chan uint64), make(chan error)
	life, end := context.WithCancel(t.Context())
	p := &cosign.Person{Life: life, Ask: func(ctx context.Context, c cosign.Change) error {
		asked <- c.After.Edition
		select {
		case err := <-answers:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	change := func(n uint64) cosign.Change {
		return cosign.Change{After: edition.Manifest{Edition: n}, Head: edition.Checkpoint{Hash: [32]byte{byte(n)}}}
	}
	gone, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- p.Approve(gone, change(1)) }()
	<-asked
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	answers <- nil
	for range 2 {
		if err := p.Approve(t.Context(), change(1)); err != nil {
			t.Errorf("a yes: got %v", err)
		}
	}
	for range 2 {
		go func() { left <- p.Approve(t.Context(), change(2)) }()
		if got := <-asked; got != 2 {
			t.Errorf("asked about %d", got)
		}
		answers <- fmt.Errorf("no")
		if err := <-left; err == nil {
			t.Error("a no was a yes")
		}
	}
	go func() { left <- p.Approve(t.Context(), change(3)) }()
	<-asked
	end()
	if err := <-left; err == nil {
		t.Error("the end was a yes")
	}
	p.Wait()
}
