package mirror_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/internal/lab"
	"coranto/reader"
)

// A source that lied about objects is remembered: later pulls ask it nothing while another is left. After a month it is
// forgiven, and alone it is asked at any time.
func TestLiarsAreRemembered(t *testing.T) {
	t.Parallel()
	r := first(t, 5)
	good := serveDir(t, r.public())
	requests := &counting{h: good}
	var honest atomic.Bool
	lying := lab.Altered(good, lab.Objects)
	liar := at(t, lab.Mirror{Name: "liar", Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if honest.Load() {
			requests.ServeHTTP(w, req)
			return
		}
		lying.Handler.ServeHTTP(w, req)
	})})
	k := r.keeper(liar, at(t, lab.Good(good)))
	if res := k.pulls(1); res.Sources[0].State != reader.Lied {
		t.Fatalf("got %+v", res.Sources)
	}
	if b, err := os.ReadFile(filepath.Join(k.dir, ".coranto/shunned")); err != nil || !strings.Contains(string(b), liar.Name()) {
		t.Errorf("got %q, %v", b, err)
	}

	pull := func(edition uint64) (objects int, state reader.State) {
		requests.reset()
		res := k.pulls(edition)
		for _, path := range requests.paths {
			if strings.HasPrefix(path, "/o/") {
				objects++
			}
		}
		return objects, res.Sources[0].State
	}
	honest.Store(true)
	r.put(2, "corrected")
	r.publish()
	if n, state := pull(2); n > 0 || state != reader.Shunned {
		t.Errorf("it was asked for %d objects, and is %q", n, state)
	}
	r.put(2, "corrected again")
	r.publish()
	k.opt.Sources = k.opt.Sources[:1]
	if n, _ := pull(3); n == 0 {
		t.Error("alone it was not asked")
	}
	k.opt.Sources = []reader.Source{liar, at(t, lab.Blocked())}
	r.now = r.now.Add(31 * 24 * time.Hour)
	r.put(2, "and again")
	r.publish()
	if n, state := pull(4); n == 0 || state != reader.Good {
		t.Errorf("after a month it was asked for %d objects, and is %q", n, state)
	}
}

// What the list of liars is damaged to is left out.
func TestDamagedListOfLiars(t *testing.T) {
	t.Parallel()
	r := first(t, 1)
	for _, damage := range []string{"x", "2026-11-22T16:00:00Z", "2026-11-22T16:00:00Z \"a\"", "2026-11-22T16:00:00Z \"a\" b\n", strings.Repeat("x", 2<<20)} {
		k := r.keeper(r.good())
		must(t, os.WriteFile(filepath.Join(k.dir, ".coranto/shunned"), []byte(damage), 0o600))
		k.pulls(1)
	}
}
