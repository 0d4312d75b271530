package publish_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/publish"
	"coranto/internal/scantest"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/reader"
)

var errFault = errors.New("it broke")

// A breaker lets one call of all that go through it fail: the call is not carried out, or it is and nobody is told.
type breaker struct {
	at   int
	done bool // carried out all the same

	mu    sync.Mutex // guards the others
	calls int
	kinds map[string]int // the first call of each kind: what it does, and in which folder
	hit   string
}

func (b *breaker) do(what string, f func() error) error {
	b.mu.Lock()
	b.calls++
	if kind, _, _ := strings.Cut(what, "/"); b.kinds[kind] == 0 && b.kinds != nil {
		b.kinds[kind] = b.calls
	}
	strikes := b.calls == b.at
	if strikes {
		b.hit = what
	}
	b.mu.Unlock()
	if !strikes {
		return f()
	}
	if b.done {
		_ = f() // whatever came of it, an error is what the caller hears
	}
	return errFault
}

// A brokenTarget is a target whose calls go through a breaker.
type brokenTarget struct {
	target.Target
	*breaker
}

func (t brokenTarget) Put(ctx context.Context, name string, b []byte) error {
	return t.do("put "+name, func() error { return t.Target.Put(ctx, name, b) })
}

func (t brokenTarget) Link(ctx context.Context, name, from string) error {
	return t.do("link "+name, func() error { return t.Target.Link(ctx, name, from) })
}

func (t brokenTarget) Get(ctx context.Context, name string, max int64) (b []byte, err error) {
	err = t.do("get "+name, func() error {
		b, err = t.Target.Get(ctx, name, max)
		return err
	})
	return b, err
}

func (t brokenTarget) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	if err := t.do("list "+prefix, func() error { return nil }); err != nil {
		return func(yield func(string, error) bool) { yield("", err) }
	}
	return t.Target.List(ctx, prefix)
}

func (t brokenTarget) Delete(ctx context.Context, name string) error {
	return t.do("delete "+name, func() error { return t.Target.Delete(ctx, name) })
}

func (t brokenTarget) Flush(ctx context.Context) error {
	return t.do("flush", func() error { return t.Target.Flush(ctx) })
}

// A brokenStore is a store whose writes go through a breaker.
type brokenStore struct {
	store.Store
	*breaker
}

func (s brokenStore) Settle(ctx context.Context, asOf time.Time) error {
	return s.do("settle", func() error { return s.Store.Settle(ctx, asOf) })
}

func (s brokenStore) Seal(ctx context.Context, e store.Edition) error {
	return s.do("seal", func() error { return s.Store.Seal(ctx, e) })
}

func (s brokenStore) Erase(ctx context.Context) (n int, err error) {
	err = s.do("erase", func() error {
		n, err = s.Store.Erase(ctx)
		return err
	})
	return n, err
}

func (s brokenStore) SetDelivered(ctx context.Context, target string, n uint64) error {
	return s.do("set delivered", func() error { return s.Store.SetDelivered(ctx, target, n) })
}

// scratch returns a folder in memory where there is one: each run flushes, and others may write to the disk.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "coranto-fault-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// reopen opens the newsroom in a copy of a room's folder. Its pages are made by the same Site, which never changes.
func (r *room) reopen(t testing.TB, targets ...string) *room {
	t.Helper()
	c := &room{dir: scratch(t), now: r.now.Add(time.Minute)}
	if err := os.CopyFS(c.dir, os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	k, err := keys.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Open(t.Context(), c.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	c.Publisher = &publish.Publisher{
		Store: st, Site: r.Site, Keys: k, Name: r.Name, Languages: r.Languages, Now: func() time.Time { return c.now },
	}
	for _, name := range targets {
		c.Targets = append(c.Targets, c.target(t, name))
	}
	return c
}

// restored returns the newsroom as a backup of its folder brings it back, with what an other target has got since.
func (r *room) restored(t testing.TB, other string) *room {
	t.Helper()
	stick := r.target(t, other)
	r.Targets = append(r.Targets, stick)
	r.publish(t)
	if err := r.Store.(*sqlite.Store).Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := r.reopen(t, "public")
	c.Targets = append(c.Targets, stick)
	r.put(t, story(7, "Later", "en"))
	r.publish(t)
	c.put(t, story(8, "Other", "en"))
	return c
}

// TestUnreadableHeadIsLeftAlone restores a newsroom from a backup while the target that knows better can't be asked.
func TestUnreadableHeadIsLeftAlone(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	c := r.restored(t, "stick")
	stick := c.Targets[1]
	before := r.seen(t, "stick")
	c.Targets[1] = brokenTarget{stick, &breaker{at: 1}} // its first call asks for its head
	res, err := c.Publish(t.Context())
	if err != nil || res.Late["stick"] == "" {
		t.Errorf("got %+v, %v, want the stick to be late", res, err)
	}
	if after := r.seen(t, "stick"); !maps.Equal(after, before) {
		t.Error("the stick's newer edition was overwritten by a fork")
	}
}

// TestUnreadableOwnHead tells a disk that fails from an edition that is lost.
func TestUnreadableOwnHead(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	if _, err := r.breakAt(t.Context(), &breaker{at: 1}); !errors.Is(err, errFault) || errors.Is(err, publish.ErrLost) {
		t.Errorf("got %v, want the fault alone", err)
	}
}

// breakAt publishes with a breaker in every target and in the store's writes, and takes it out again.
func (r *room) breakAt(ctx context.Context, b *breaker) (publish.Result, error) {
	p := *r.Publisher
	p.Store = brokenStore{r.Store, b}
	p.Targets = nil
	for _, t := range r.Targets {
		p.Targets = append(p.Targets, brokenTarget{t, b})
	}
	return p.Publish(ctx)
}

// TestFaults lets each call to the targets and each write to the store fail, one at a time. Every target holds the old
// edition or the new one, and the next run brings the new one to all of them, and takes away what was withdrawn. CORANTO_CRASH=full tries every call, otherwise
// it is some of them, and in short tests one of each kind.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name    string
		last    int // editions that were published before
		targets []string
	}{
		{"first edition", 0, []string{"public"}},
		{"correction and takedown", 1, []string{"public"}},
		{"correction and takedown for two targets", 1, []string{"public", "stick"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := newRoomIn(t, []string{"en", "fa"})
			for _, name := range test.targets[1:] {
				template.Targets = append(template.Targets, template.target(t, name))
			}
			template.put(t, story(1, "First", "en"), story(2, "Second", "en"))
			if test.last > 0 {
				template.publish(t)
				corrected := story(1, "First", "en")
				corrected.Articles[0].Revision.Body[0].Text[0].Text = "A corrected text"
				corrected.Articles = append(corrected.Articles, story(1, "First", "fa").Articles...)
				template.put(t, corrected)
				if err := template.Store.Withdraw(t.Context(), "story-2", true); err != nil {
					t.Fatal(err)
				}
			}
			if err := template.Store.Close(); err != nil {
				t.Fatal(err)
			}
			count := &breaker{kinds: map[string]int{}}
			if _, err := template.reopen(t, test.targets...).breakAt(t.Context(), count); err != nil {
				t.Fatal(err)
			}
			for at, done := range count.points() {
				t.Run(fmt.Sprintf("call %d, done %v", at, done), func(t *testing.T) {
					t.Parallel()
					template.reopen(t, test.targets...).fault(t, &breaker{at: at, done: done}, uint64(test.last))
				})
			}
		})
	}
}

// points returns the calls to strike, of those that were counted, and whether they are carried out.
func (b *breaker) points() iter.Seq2[int, bool] {
	return func(yield func(int, bool) bool) {
		if testing.Short() {
			for _, at := range b.kinds {
				if !yield(at, at%2 == 0) {
					return
				}
			}
			return
		}
		step := 7
		if os.Getenv("CORANTO_CRASH") == "full" {
			step = 1
		}
		for at := 1; at <= b.calls; at += step {
			if !yield(at, false) || !yield(at, true) {
				return
			}
		}
	}
}

func (r *room) fault(t *testing.T, b *breaker, last uint64) {
	before := r.seen(t, r.Targets[0].Name())
	res, err := r.breakAt(t.Context(), b)
	switch {
	case b.hit == "":
		t.Error("nothing broke")
	case err != nil && !errors.Is(err, errFault):
		t.Errorf("%s broke: got %v, want the fault", b.hit, err)
	}
	head, headErr := r.Store.Head(t.Context())
	if headErr != nil {
		t.Fatal(headErr)
	}
	if head.Number == last && !maps.Equal(r.seen(t, r.Targets[0].Name()), before) {
		t.Errorf("%s broke: readers see a change although nothing was sealed", b.hit)
	}
	for i, tg := range r.Targets {
		_, late := res.Late[tg.Name()]
		finished := i == 0 && err == nil || i > 0 && err == nil && !late
		r.holds(t, tg.Name(), last, finished)
	}
	r.publish(t)
	for _, tg := range r.Targets {
		if a := r.verify(t, tg.Name()); a.Edition != last+1 {
			t.Errorf("%s broke: the next run brought edition %d to %s", b.hit, a.Edition, tg.Name())
		}
	}
	if last > 0 {
		if err := r.Store.Close(); err != nil {
			t.Fatal(err)
		}
		if found := scantest.Find(t, r.dir, "story-2", "Second"); len(found) > 0 {
			t.Errorf("%s broke: what was withdrawn is still there: %q", b.hit, found)
		}
	}
	if t.Failed() {
		t.Logf("it was %s", b.hit)
	}
}

// holds checks that a target holds the last edition or the next, whole for who reads it with proof, and that it is the
// next when its run has finished.
func (r *room) holds(t *testing.T, name string, last uint64, finished bool) {
	t.Helper()
	src, err := reader.Folder(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := src.Fetch(t.Context(), edition.LatestPath, edition.MaxLatest); errors.Is(err, fs.ErrNotExist) && last == 0 && !finished {
		return // nothing has come out yet
	}
	a, err := reader.Verify(t.Context(), src, r.Keys.Masthead(r.Name, r.Languages, nil),
		reader.VerifyOptions{Now: func() time.Time { return r.now }})
	if err != nil {
		t.Fatal(err)
	}
	if a.Edition != last && a.Edition != last+1 || finished && a.Edition != last+1 {
		t.Errorf("%s holds edition %d, its run finished: %v", name, a.Edition, finished)
	}
	for _, p := range a.Problems {
		if proved := !p.Stray && edition.CheckPath(strings.TrimSuffix(p.File, edition.TwinSuffix)) != nil &&
			p.File != edition.CheckpointPath; proved || finished {
			t.Errorf("%s, edition %d: %+v", name, a.Edition, p)
		}
	}
}

// seen returns what a target shows to readers: its files but for objects, which only their names lead to.
func (r *room) seen(t *testing.T, name string) map[string]string {
	t.Helper()
	out := map[string]string{}
	dir := os.DirFS(filepath.Join(r.dir, name))
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "o/") {
			return err
		}
		b, err := fs.ReadFile(dir, name)
		out[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
