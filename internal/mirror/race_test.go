package mirror_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/news"
	"coranto/reader"
)

// apart returns the newsroom with a clock of its own, for who runs beside it.
func (r *newsroom) apart() *newsroom {
	return &newsroom{Publisher: r.Publisher, t: r.t, dir: r.dir, now: r.now}
}

// withdraw takes a story back, of which nothing is to be left.
func (r *newsroom) withdraw(i int) {
	r.t.Helper()
	must(r.t, r.Store.Withdraw(r.t.Context(), fmt.Sprintf("story-%d", i), true))
}

// at the n-th request something happens before it is answered.
func atRequest(n int, h http.Handler, do func()) http.Handler {
	var mu sync.Mutex // guards left, and holds the others back while it happens
	left := n
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		if left--; left == 0 {
			do()
		}
		mu.Unlock()
		h.ServeHTTP(w, req)
	})
}

// The newsroom takes a story back and purges it from the folder that is being pulled from, between any two requests. The
// pull ends with the old edition or the new one, whole; the next one with the new one, and nothing of the story.
func TestPurgeDuringPull(t *testing.T) {
	t.Parallel()
	requests := []int{1, 2, 5, 13, 21, 34}
	if testing.Short() {
		requests = []int{1, 8, 21}
	}
	for _, n := range requests {
		r, purged := first(t, 3), false
		source := at(t, lab.Good(atRequest(n, serveDir(t, r.public()), func() {
			purged = true
			r.withdraw(2)
			r.publish()
		})))
		source.Limits = reader.Limits{Headers: time.Minute, Window: time.Minute, Pace: 1, Total: time.Minute} // publishing takes its time
		k := r.apart().keeper(source)
		r.put(2, "zanzibar")
		r.publish()
		if _, err := k.pull(); err != nil {
			t.Errorf("purged at request %d: %v", n, err)
		}
		k.holds(2, 3)
		if !purged {
			t.Fatalf("there was no request %d", n)
		}
		k.pulls(3)
		if found := k.names("zanzibar"); len(found) > 0 {
			t.Errorf("purged at request %d: still in %s", n, found)
		}
	}
}

// While the newsroom publishes, corrects, takes back and purges, a mirror pulls from the same folder again and again. It
// holds a whole edition at any time, and never goes back.
func TestPullsWhilePublishing(t *testing.T) {
	t.Parallel()
	r := first(t, 4)
	k := r.apart().keeper(r.good())
	k.pulls(1)
	const editions = 12
	published := make(chan error, 1)
	go func() {
		published <- func() error {
			for i := range editions {
				var err error
				if i%3 == 2 {
					err = r.Store.Withdraw(t.Context(), fmt.Sprintf("story-%d", i/3), i%2 == 0)
				} else {
					_, err = r.Store.PutMany(t.Context(), []news.Story{oneOf(10+i%2, fmt.Sprintf("version %d", i))})
				}
				if err == nil {
					_, err = r.Publish(t.Context())
				}
				if err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	held, pulls := uint64(1), 0
	for done := false; !done; pulls++ {
		select {
		case err := <-published:
			must(t, err)
			done = true
		default:
		}
		res, err := k.pull()
		if err != nil && !errors.Is(err, reader.ErrNoMirror) && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("pull %d: %v", pulls, err)
		}
		if err == nil && res.Edition < held {
			t.Fatalf("it held edition %d and went back to %d", held, res.Edition)
		}
		held = max(held, res.Edition)
		k.holds(held)
	}
	k.pulls(editions + 1)
	t.Logf("%d pulls", pulls)
}

// A mirror that copies `latest` first and the rest after it, while it is pulled from: the old edition stands until the
// new one is there.
func TestPullFromACopyInTheMaking(t *testing.T) {
	if testing.Short() {
		t.Skip("many pulls")
	}
	t.Parallel()
	r := first(t, 4)
	dir := copyOf(t, r.public())
	k := r.keeper(at(t, lab.Good(serveDir(t, dir))))
	k.pulls(1)
	r.put(2, "corrected")
	r.put(77, "and a new one")
	r.publish()
	var changed []string
	must(t, filepath.WalkDir(r.public(), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ = filepath.Rel(r.public(), name)
		if !slices.Equal(read(t, r.public(), name), read(t, dir, name)) {
			changed = append(changed, name)
		}
		return nil
	}))
	slices.SortFunc(changed, func(a, b string) int { // what names the rest, first
		first := func(s string) bool { return s == edition.LatestPath || strings.HasPrefix(s, "log/") }
		if first(a) != first(b) {
			return map[bool]int{true: -1, false: 1}[first(a)]
		}
		return strings.Compare(b, a)
	})
	held := uint64(1)
	for i, name := range changed {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), read(t, r.public(), name), 0o644))
		if i%8 > 0 && i < len(changed)-1 {
			continue
		}
		res, err := k.pull()
		if err != nil && !errors.Is(err, reader.ErrNoMirror) && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("after %d of %d files: %v", i, len(changed), err)
		}
		if err == nil {
			held = res.Edition
		}
		k.holds(held)
	}
	k.verify(2)
}

func read(t *testing.T, dir, name string) []byte {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return b
}

// A mirror that has done a takedown does not bring the story back from one that has not, even when it has forgotten
// everything but what stands there.
func TestStaleSourceBringsNothingBack(t *testing.T) {
	t.Parallel()
	r := first(t, 3)
	r.put(2, "zanzibar")
	r.publish()
	stale := at(t, lab.Good(serveDir(t, copyOf(t, r.public()))))
	k := r.keeper(stale)
	k.pulls(2)
	r.withdraw(2)
	r.publish()
	k.opt.Sources = []reader.Source{stale, r.good()}
	k.pulls(3)
	k.opt.Sources = []reader.Source{stale}
	for _, forget := range []bool{false, true} {
		if forget {
			must(t, os.RemoveAll(filepath.Join(k.dir, ".coranto")))
			must(t, os.Mkdir(filepath.Join(k.dir, ".coranto"), 0o700))
			state, err := os.OpenRoot(filepath.Join(k.dir, ".coranto"))
			must(t, err)
			t.Cleanup(func() { state.Close() })
			k.opt.State = state
		}
		for _, recheck := range []bool{false, true} {
			k.opt.Recheck = recheck
			res, err := k.pull()
			if err != nil || res.Edition != 3 || res.Sources[0].State != reader.Old {
				t.Errorf("forgotten %v, recheck %v: got %+v, %v", forget, recheck, res, err)
			}
			k.verify(3)
			if found := k.names("zanzibar"); len(found) > 0 {
				t.Fatalf("it is back in %s", found)
			}
		}
	}
}
