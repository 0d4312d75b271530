package reader_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// watched is a source that remembers which files it was asked for.
type watched struct {
	reader.Source
	mu    *sync.Mutex
	asked map[string]int
}

func watch(s reader.Source) watched { return watched{s, &sync.Mutex{}, map[string]int{}} }

func (w watched) Live() bool { return true }

func (w watched) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	w.mu.Lock()
	w.asked[path]++
	w.mu.Unlock()
	return w.Source.Fetch(ctx, path, max)
}

// TestFlippedBits flips bits in every file that a reader fetches, one at a time. What it shows is the truth or nothing,
// and the mirror is known for what it is.
func TestFlippedBits(t *testing.T) {
	p := newPress(t, 1)
	honest := p.publish(front())
	w := watch(honest.source("a"))
	r := p.open(reader.Options{}, w)
	refresh(t, r)
	want := get(t, r, wanted, "front").Body
	step := 11
	if testing.Short() {
		step = 97
	}
	n := 0
	for path := range w.asked {
		for i := 0; i < len(honest[path]); i += step {
			n++
			forged := maps.Clone(honest)
			forged[path] = bytes.Clone(honest[path])
			forged[path][i] ^= 1 << (i % 8)
			r := p.open(reader.Options{}, forged.source("a"))
			_, err := r.Refresh(t.Context())
			page, getErr := r.Get(t.Context(), wanted)
			if getErr == nil && !bytes.Equal(page.Body, want) {
				t.Fatalf("%s, byte %d: believed %.100q", path, i, page.Body)
			}
			var invalid *edition.InvalidError
			if getErr == nil || !errors.As(errors.Join(err, getErr), &invalid) {
				t.Errorf("%s, byte %d: got %v, %v, want an *edition.InvalidError", path, i, err, getErr)
			}
			if got := r.Mirrors()[0].State; got != reader.Lied && got != reader.Endless {
				t.Errorf("%s, byte %d: the mirror is %s", path, i, got)
			}
		}
	}
	t.Logf("%d bits in %d files", n, len(w.asked))
}

// A fork is two histories under one key. The reader stays with the one that it knows, drops the mirror of the other and
// keeps the evidence.
func TestFork(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	q := p.fork()
	p.now, q.now = p.now.Add(time.Hour), p.now.Add(time.Hour)
	ours := p.publish(map[string]string{wanted: story(truth)})
	theirs := q.publish(map[string]string{wanted: story("another history")})
	q.now = q.now.Add(time.Hour)
	longer := q.publish(map[string]string{wanted: story("another history, longer")})
	p.now = q.now
	for name, other := range map[string]files{"of one size": theirs, "longer": longer} {
		t.Run(name, func(t *testing.T) {
			keep := reader.Memory(1 << 20)
			refresh(t, p.open(reader.Options{Keep: keep}, ours.source("ours")))
			s := other.source("theirs")
			r := p.open(reader.Options{Keep: keep}, ours.source("ours"), s)
			rep := refresh(t, r)
			if rep.Verdict.Edition != 2 || len(rep.Forks) != 1 {
				t.Errorf("got edition %d and %d forks", rep.Verdict.Edition, len(rep.Forks))
			}
			if got := state(t, r, s); got.State != reader.Forked {
				t.Errorf("got %+v", got)
			}
			get(t, r, wanted, truth)
		})
	}
	t.Run("of a smaller head, at first contact", func(t *testing.T) {
		s := ours.source("ours")
		r := p.open(reader.Options{}, s, longer.source("theirs"))
		if rep := refresh(t, r); len(rep.Forks) != 1 || rep.Verdict.Edition != 3 {
			t.Errorf("got edition %d and %d forks", rep.Verdict.Edition, len(rep.Forks))
		}
		if got := state(t, r, s); got.State != reader.Forked {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("leaves evidence", func(t *testing.T) {
		dir, err := os.OpenRoot(t.TempDir())
		must(t, err)
		defer dir.Close()
		refresh(t, p.open(reader.Options{Keep: reader.Dir(dir, 1<<20)}, ours.source("ours")))
		refresh(t, p.open(reader.Options{Keep: reader.Dir(dir, 1<<20)}, longer.source("theirs")))
		names, err := readNames(dir)
		must(t, err)
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "/fork-") }) {
			t.Errorf("got %q, want evidence among them", names)
		}
	})
}

func readNames(dir *os.Root) (names []string, err error) {
	top, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer top.Close()
	folders, err := top.ReadDir(-1)
	for _, d := range folders {
		f, openErr := dir.Open(d.Name())
		if openErr != nil {
			return nil, openErr
		}
		files, readErr := f.Readdirnames(-1)
		err = errors.Join(err, readErr, f.Close())
		for _, name := range files {
			names = append(names, d.Name()+"/"+name)
		}
	}
	return names, err
}

// A newer head must come with a log that shows that it extends the one before.
func TestForgedTiles(t *testing.T) {
	p := newPress(t, 1)
	for range 3 {
		p.add(front())
	}
	first := p.renew()
	p.now = p.now.Add(time.Hour)
	for range 3 {
		p.add(map[string]string{wanted: story(truth)})
	}
	second := p.renew()
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, first.source("a")))
	forged := maps.Clone(second)
	for path, b := range second {
		if strings.HasPrefix(path, "log/tile/0/") {
			forged[path] = bytes.Clone(b)
			forged[path][5] ^= 1
		}
	}
	s := forged.source("forged")
	r := p.open(reader.Options{Keep: keep}, s)
	if rep := refresh(t, r); rep.Verdict.Edition != 3 {
		t.Errorf("got edition %d, want 3", rep.Verdict.Edition)
	}
	if got := state(t, r, s); got.State != reader.Lied {
		t.Errorf("got %+v", got)
	}
	if rep := refresh(t, p.open(reader.Options{Keep: keep}, s, second.source("honest"))); rep.Verdict.Edition != 6 {
		t.Errorf("with an honest mirror beside it: got edition %d, want 6", rep.Verdict.Edition)
	}
}

// The log's key leaks, and a reader follows the thief. When the newsroom's new policy reaches the reader it comes back,
// and keeps what the thief had signed.
func TestStolenLogKey(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief, last := p.fork(), p.fork()
	thief.now = thief.now.Add(time.Hour)
	thief.add(map[string]string{wanted: story("stolen")})
	thief.add(map[string]string{wanted: story("stolen again")})
	stolen := thief.sign()
	dir, err := os.OpenRoot(t.TempDir())
	must(t, err)
	defer dir.Close()
	keep := reader.Dir(dir, 1<<20)
	p.now = thief.now.Add(time.Hour)
	if rep := refresh(t, p.open(reader.Options{Keep: keep}, stolen.source("thief"))); rep.Verdict.Edition != 3 {
		t.Fatalf("got edition %d: the thief is not followed", rep.Verdict.Edition)
	}
	p.edition = 5 // above whatever the thief has published
	p.replaceLog(last)
	healed := p.publish(map[string]string{wanted: story(truth)})
	s := stolen.source("thief")
	r := p.open(reader.Options{Keep: keep}, s, healed.source("a"))
	if rep := refresh(t, r); rep.Verdict.Edition != 6 || !rep.New {
		t.Errorf("got %+v", rep)
	}
	get(t, r, wanted, truth)
	if got := state(t, r, s); got.State != reader.Old {
		t.Errorf("got %+v", got)
	}
	names, err := readNames(dir)
	must(t, err)
	if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "/revoked-") }) {
		t.Errorf("got %q, want evidence among them", names)
	}
	// The thief's mirror alone takes the reader nowhere any more.
	r = p.open(reader.Options{Keep: keep}, s)
	if rep := refresh(t, r); rep.Verdict.Edition != 6 {
		t.Errorf("got edition %d", rep.Verdict.Edition)
	}
}

// The new policy may come without an edition: what the thief signed is shown no more.
func TestTakenBack(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief, last := p.fork(), p.fork()
	thief.now = thief.now.Add(time.Hour)
	thief.add(map[string]string{wanted: story("stolen")})
	stolen := thief.sign()
	keep := reader.Memory(1 << 20)
	p.now = thief.now.Add(time.Hour)
	r := p.open(reader.Options{Keep: keep}, stolen.source("thief"))
	refresh(t, r)
	get(t, r, wanted, "stolen")
	p.replaceLog(last)
	trustOnly := maps.Clone(p.files)
	trustOnly[edition.LatestPath] = []byte("not there yet")
	r = p.open(reader.Options{Keep: keep}, trustOnly.source("a"))
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("got %v, want ErrNoMirror", err)
	}
	if page, err := r.Get(t.Context(), wanted); !errors.Is(err, reader.ErrNoEdition) {
		t.Errorf("got %.100q, %v, want ErrNoEdition", page.Body, err)
	}
}

// After a takedown nothing that was taken back is held.
func TestTakedown(t *testing.T) {
	p := newPress(t, 1)
	keep := reader.Memory(1 << 20)
	r := p.open(reader.Options{Keep: keep}, p.publish(front()).source("a"))
	refresh(t, r)
	gone := get(t, r, wanted, "front").Entry.Objects[0]
	if _, err := keep.Get(edition.ObjectPath(gone)); err != nil {
		t.Fatal(err)
	}
	p.now = p.now.Add(time.Hour)
	p.purges++
	r = p.open(reader.Options{Keep: keep}, p.publish(map[string]string{wanted: ""}).source("a"))
	refresh(t, r)
	if _, err := keep.Get(edition.ObjectPath(gone)); err == nil {
		t.Error("the page that was taken back is still held")
	}
	if _, err := r.Get(t.Context(), wanted); !errors.Is(err, reader.ErrAbsent) {
		t.Errorf("got %v, want ErrAbsent", err)
	}
}

// A mirror that lied is remembered: it is asked only when the others are not enough, and after a month as any other.
func TestMemoryOfLies(t *testing.T) {
	p, _, second := twoEditions(t)
	forged := maps.Clone(second)
	forged[edition.LatestPath] = []byte("forged")
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, forged.source("liar"), second.source("good")))

	w := watch(second.source("liar")) // mended in the meantime
	r := p.open(reader.Options{Keep: keep}, w, second.source("good"))
	refresh(t, r)
	if got := state(t, r, w); got.State != reader.Shunned || len(w.asked) > 0 || !strings.Contains(got.Detail, "latest") {
		t.Errorf("got %+v, asked %v; want it shunned", got, w.asked)
	}
	r = p.open(reader.Options{Keep: keep}, w, files{}.source("dead"))
	if rep := refresh(t, r); rep.Offline || state(t, r, w).State != reader.Good {
		t.Errorf("as the last that is left: got %+v", rep)
	}
	p.now = p.now.Add(31 * 24 * time.Hour)
	w = watch(second.source("liar"))
	refresh(t, p.open(reader.Options{Keep: keep}, w, second.source("good")))
	if len(w.asked) == 0 {
		t.Error("after a month it is still shunned")
	}
}

// Within a session a liar is not asked again, however often the reader refreshes.
func TestLiarIsDropped(t *testing.T) {
	p, _, second := twoEditions(t)
	forged := maps.Clone(second)
	forged[edition.LatestPath] = []byte("forged")
	w := watch(forged.source("liar"))
	r := p.open(reader.Options{}, w, second.source("good"))
	for range 3 {
		refresh(t, r)
		get(t, r, wanted, truth)
	}
	if w.asked[edition.LatestPath] != 1 {
		t.Errorf("asked %v", w.asked)
	}
}

// When a network answers for all mirrors, as a hotel's log-in page does, they are asked again once it is gone.
func TestLogInPage(t *testing.T) {
	p, _, second := twoEditions(t)
	page := files{edition.LatestPath: []byte("<html>Welcome to our hotel</html>")}
	s := &switching{first: page.source("a"), then: second.source("a"), asked: make(chan bool, 100)}
	r := p.open(reader.Options{}, s, files{}.source("dead"))
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Fatalf("got %v, want ErrNoMirror", err)
	}
	s.switched.Store(true)
	if rep := refresh(t, r); rep.Offline || rep.Verdict.Edition != 2 {
		t.Errorf("got %+v", rep)
	}
	get(t, r, wanted, truth)
}

// An edition tells of further mirrors; they are signed, so the reader takes them up.
func TestMirrorsOfTheEdition(t *testing.T) {
	p := newPress(t, 1)
	p.mirrors = []string{"http://127.0.0.1:9/news/"}
	published := p.publish(front())
	r, err := reader.Open(p.masthead(), reader.Options{
		Sources: []reader.Source{published.source("a")}, Now: func() time.Time { return p.now },
	})
	must(t, err)
	defer r.Close()
	refresh(t, r)
	if got := r.Mirrors(); len(got) != 2 || got[1].Mirror != "127.0.0.1:9/news" || got[1].State != reader.Unasked {
		t.Errorf("got %+v", got)
	}
}

// Four of five mirrors are dead in four different ways, and nobody waits for them: their time-outs are an hour, and the
// test would not come to its end.
func TestDeadMirrorsDelayNobody(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	var sources []reader.Source
	for _, m := range []lab.Mirror{
		lab.Blocked(), lab.Endless(good, lab.Objects), lab.Stalling(good, lab.Below("/trust/")),
		lab.Stalling(good, lab.Objects), lab.Good(good),
	} {
		src := serve(t, m)
		src.Limits = reader.Limits{Headers: time.Hour, Window: time.Hour, Total: time.Hour}
		sources = append(sources, src)
	}
	r := p.open(reader.Options{Hedge: 50 * time.Millisecond, Grace: 100 * time.Millisecond}, sources...)
	refresh(t, r)
	get(t, r, wanted, truth)
}

// Many pages at once, while the reader refreshes.
func TestConcurrent(t *testing.T) {
	p, _, second := twoEditions(t)
	r := p.open(reader.Options{}, second.source("a"), second.source("b"))
	refresh(t, r)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			page, err := r.Get(t.Context(), fmt.Sprintf("en/story/2026/11/22/s%d/index.html", i))
			if err != nil || !strings.Contains(string(page.Body), fmt.Sprint("story ", i, "<")) {
				t.Errorf("got %.60q, %v", page.Body, err)
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			if _, err := r.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
			r.Verdict()
			r.Mirrors()
		})
	}
	wg.Wait()
}

// A call that is called off ends, and blames nobody.
func TestCalledOff(t *testing.T) {
	p, _, second := twoEditions(t)
	s := serve(t, lab.Stalling(mirror.Handler(second.dir(t)), lab.Objects))
	r := p.open(reader.Options{}, s)
	refresh(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Get(ctx, wanted); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
	if got := state(t, r, s); got.State != reader.Good {
		t.Errorf("got %+v", got)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := r.Refresh(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// A disk that is full costs what is kept, and nothing else.
func TestKeepThatFails(t *testing.T) {
	p, _, second := twoEditions(t)
	r := p.open(reader.Options{Keep: fullKeep{}}, second.source("a"))
	refresh(t, r)
	get(t, r, wanted, truth)
}

type fullKeep struct{}

func (fullKeep) Get(string) ([]byte, error) { return nil, io.ErrUnexpectedEOF }
func (fullKeep) Put(string, []byte) error   { return io.ErrShortWrite }
func (fullKeep) Remove(string) error        { return io.ErrShortWrite }
func (fullKeep) DropObjects() error         { return io.ErrShortWrite }
func (fullKeep) Clear() error               { return io.ErrShortWrite }

func (fullKeep) Usage() (reader.Usage, error) { return reader.Usage{}, io.ErrShortWrite }
