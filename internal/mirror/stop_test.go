package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// A pull that stops at any of its writes leaves the old edition or the new one, whole, and the next one goes on, to that
// edition or to a later one in which pages are as they were before.
func TestStoppedAtAnyWrite(t *testing.T) {
	r := first(t, 3)
	one := at(t, lab.Good(serveDir(t, copyOf(t, r.public()))))
	r.put(1, "corrected")
	r.put(2, "")
	r.put(50, "new")
	r.publish()
	two := at(t, lab.Good(serveDir(t, copyOf(t, r.public()))))
	r.put(1, "story 1")
	r.put(50, "")
	r.publish()
	three := r.good()
	for n := 0; ; n += 1 + n/5 {
		k := r.keeper(one)
		k.pulls(1)
		f := &failing{Target: k.to, left: n}
		k.opt.To, k.opt.Sources = f, []reader.Source{two}
		_, err := k.pull()
		k.holds(1, 2)
		if err == nil {
			t.Logf("%d writes", f.done)
			return
		}
		if !errors.Is(err, errStopped) {
			t.Fatalf("stopped after %d writes: %v", n, err)
		}
		k.opt.To = k.to
		if n%2 == 0 {
			k.pulls(2)
		}
		k.opt.Sources[0] = three
		k.pulls(3)
	}
}

// A first pull that is interrupted at any request leaves nothing that a reader could take for an edition, and what it
// fetched is not fetched again.
func TestInterruptedAtAnyFetch(t *testing.T) {
	r := first(t, 6)
	c := &counting{h: serveDir(t, r.public())}
	for n := int64(1); ; n += 1 + n/5 {
		c.reset()
		var asked atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		k := r.keeper(at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if asked.Add(1) == n {
				cancel()
			}
			c.ServeHTTP(w, req)
		}))))
		k.opt.Workers = 2
		_, err := mirror.Pull(ctx, k.opt)
		cancel()
		if err == nil {
			return
		}
		if _, err := os.Stat(filepath.Join(k.dir, edition.LatestPath)); err == nil {
			t.Fatalf("interrupted at request %d: there is an edition", n)
		}
		k.pulls(1)
		// Asked for twice: the small heads, and of the objects those that were under way, one a worker.
		twice := slices.DeleteFunc(c.twice(), func(path string) bool { return !strings.HasPrefix(path, "/o/") })
		if len(twice) > k.opt.Workers {
			t.Errorf("interrupted at request %d: fetched twice %v", n, twice)
		}
	}
}

// Of a large object nothing that was proved is fetched again, by another pull, from another source.
func TestResumesALargeObject(t *testing.T) {
	r := first(t, 1)
	r.put(50, noise(1900<<10)) // packs to half of it
	r.publish()
	good := serveDir(t, r.public())
	c := &counting{h: good}
	// It gives the first half of all that is large, then nothing more.
	half := at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if lab.Objects(req) && req.Header.Get("Range") != "" && req.Header.Get("Range")[:8] != "bytes=0-" {
			http.NotFound(w, req)
			return
		}
		c.ServeHTTP(w, req)
	})))
	k := r.keeper(half)
	k.opt.Workers = 1
	if _, err := k.pull(); !errors.Is(err, reader.ErrNoMirror) {
		t.Fatalf("got %v, want ErrNoMirror", err)
	}
	left, err := filepath.Glob(filepath.Join(k.dir, ".coranto/part/*"))
	must(t, err)
	if len(left) == 0 {
		t.Fatal("no pieces were kept")
	}
	first := c.bytes
	k.opt.Sources[0] = at(t, lab.Good(c))
	k.pulls(2)
	whole := &counting{h: good}
	r.keeper(at(t, lab.Good(whole))).pulls(2)
	if c.bytes > whole.bytes+64<<10 {
		t.Errorf("%d and then %d bytes, at once %d", first, c.bytes-first, whole.bytes)
	}
	if left, _ = filepath.Glob(filepath.Join(k.dir, ".coranto/part/*")); len(left) > 0 {
		t.Errorf("pieces are left: %v", left)
	}
}

// Kept pieces that were damaged on the disk are not built upon.
func TestDamagedPieces(t *testing.T) {
	r := first(t, 1)
	r.put(50, noise(1900<<10))
	r.publish()
	good := serveDir(t, r.public())
	k := r.keeper(at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if lab.Objects(req) && len(req.Header.Get("Range")) > 8 && req.Header.Get("Range")[:8] != "bytes=0-" {
			http.NotFound(w, req)
			return
		}
		good.ServeHTTP(w, req)
	}))))
	_, err := k.pull()
	if err == nil {
		t.Fatal("it did not stop")
	}
	left, _ := filepath.Glob(filepath.Join(k.dir, ".coranto/part/*"))
	for _, f := range left {
		b, err := os.ReadFile(f)
		must(t, err)
		b[len(b)/2] ^= 1
		must(t, os.WriteFile(f, b, 0o644))
	}
	k.opt.Sources[0] = r.good()
	k.pulls(2)
}

// Several sources share the work, and each of two that lack a half gives the other.
func TestSeveralSources(t *testing.T) {
	r := first(t, 30)
	good := serveDir(t, r.public())
	half := func(odd bool) (*counting, reader.Source) {
		c := &counting{h: good}
		lacks := func(req *http.Request) bool {
			return lab.Objects(req) && (req.URL.Path[len(req.URL.Path)-1]%2 == 1) == odd
		}
		return c, at(t, lab.Withholding(c, lacks))
	}
	a, one := half(true)
	b, two := half(false)
	res := r.keeper(one, two).pulls(1)
	if a.bytes == 0 || b.bytes == 0 || len(res.Sources) != 2 || res.Sources[0].Bytes == 0 || res.Sources[1].Bytes == 0 {
		t.Errorf("%d and %d bytes: %+v", a.bytes, b.bytes, res)
	}
	c, d := &counting{h: good}, &counting{h: good}
	r.keeper(at(t, lab.Good(c)), at(t, lab.Good(d))).pulls(1)
	if c.bytes*4 < d.bytes || d.bytes*4 < c.bytes {
		t.Errorf("one gave %d bytes, the other %d", c.bytes, d.bytes)
	}
}

func TestQuota(t *testing.T) {
	r := first(t, 5)
	k := r.keeper(r.good())
	root, err := os.OpenRoot(k.dir)
	must(t, err)
	defer root.Close()
	k.opt.Used = mirror.FolderUse(root)
	k.opt.Quota = 50 << 10
	_, err = k.pull()
	var quota *mirror.QuotaError
	if !errors.As(err, &quota) || quota.Needs < 100<<10 {
		t.Fatalf("got %v, want a QuotaError", err)
	}
	if n := len(objects(t, k.dir)); n > 0 {
		t.Errorf("it wrote %d objects", n)
	}
	k.opt.Quota = quota.Needs + 16<<10 // what it said, and a little for the heads
	k.pulls(1)
	used, err := k.opt.Used(t.Context())
	must(t, err)
	if used > k.opt.Quota || used < quota.Needs/2 {
		t.Errorf("it takes %d, and said %d", used, quota.Needs)
	}
	// Older objects go before their time when there is no room for the new beside what stands.
	k.opt.Quota = quota.Needs * 2 // the packs of the day come on top
	for i := range 8 {
		r.put(5, noise(60<<10))
		r.publish()
		k.pulls(uint64(i + 2))
		if used, err = k.opt.Used(t.Context()); err != nil || used > k.opt.Quota+16<<10 {
			t.Fatalf("it takes %d of %d, %v", used, k.opt.Quota, err)
		}
	}
}

// While there is room enough, what the mirror takes is not counted anew with each pull.
func TestQuotaIsCountedSeldom(t *testing.T) {
	t.Parallel()
	r := first(t, 3)
	k := r.keeper(r.good())
	root, err := os.OpenRoot(k.dir)
	must(t, err)
	defer root.Close()
	counts, use := 0, mirror.FolderUse(root)
	k.opt.Used = func(ctx context.Context) (int64, error) {
		counts++
		return use(ctx)
	}
	k.opt.Quota = 100 << 20
	for i := range 8 {
		k.pulls(uint64(i + 1))
		r.put(1, fmt.Sprintf("corrected %d times", i))
		r.publish()
	}
	if counts > 3 {
		t.Errorf("all files were looked at %d times", counts)
	}
	used, err := use(t.Context())
	must(t, err)
	k.opt.Quota = used + 100<<10
	r.put(1, noise(200<<10))
	r.publish()
	if _, err := k.pull(); !errors.As(err, new(*mirror.QuotaError)) {
		t.Errorf("got %v, want a QuotaError", err)
	}
}

// What was damaged, or is gone, is made good by a pull that looks at everything.
func TestRecheck(t *testing.T) {
	r := first(t, 5)
	k := r.keeper(r.good())
	k.pulls(1)
	n := 0
	for name := range objects(t, k.dir) {
		f := filepath.Join(k.dir, "o", name[:2], name)
		if n++; n%3 == 0 {
			must(t, os.Remove(f))
		} else if n%3 == 1 {
			b, err := os.ReadFile(f)
			must(t, err)
			b[len(b)/2] ^= 1
			must(t, os.WriteFile(f, b, 0o644)) // and the pages that share its bytes
		}
	}
	must(t, os.RemoveAll(filepath.Join(k.dir, "fa")))
	must(t, os.WriteFile(filepath.Join(k.dir, "en/index.html"), []byte("forged"), 0o644))
	must(t, os.WriteFile(filepath.Join(k.dir, "log/tile/0/000.p/1"), []byte("forged"), 0o644))
	k.opt.Recheck = true
	if res := k.pulls(1); res.ObjectsNew < n/2 || res.New {
		t.Errorf("got %+v", res)
	}
}

// A part of the tree that is damaged and was not looked at is met by the sweep at the latest, and then made good.
func TestDamageIsMet(t *testing.T) {
	t.Parallel()
	r := first(t, 60)
	k := r.keeper(r.good())
	k.pulls(1)
	damaged := 0
	for _, name := range slices.Sorted(maps.Keys(objects(t, k.dir))) {
		f := filepath.Join(k.dir, "o", name[:2], name)
		b, err := os.ReadFile(f)
		must(t, err)
		if len(b) > 2 && b[0] == 1 && b[1] == 0 && damaged < 3 { // a leaf of the tree
			damaged++
			b[len(b)/2] ^= 1
			must(t, os.Remove(f)) // and not what shares its bytes
			must(t, os.WriteFile(f, b, 0o644))
		}
	}
	if damaged < 3 || len(k.audit().Problems) == 0 {
		t.Fatalf("only %d nodes are damaged", damaged)
	}
	for i := range 4 { // over more time than they are retained
		r.put(2, fmt.Sprintf("corrected %d times", i))
		r.publish()
		if _, err := k.pull(); err != nil {
			t.Errorf("pull %d: %v", i, err)
		}
		r.now = r.now.Add(50 * time.Minute)
	}
	k.pulls(5)
}

// A folder that somebody copied, or whose memory was lost, is taken over, and put in order.
func TestAdoptsACopy(t *testing.T) {
	r := first(t, 5)
	for _, lost := range []func(k *keeper){
		func(k *keeper) { must(t, k.state.RemoveAll("mirror")) },
		func(k *keeper) {
			must(t, os.WriteFile(filepath.Join(k.dir, ".coranto/mirror"), []byte("damaged"), 0o600))
		},
		func(k *keeper) {
			must(t, os.WriteFile(filepath.Join(k.dir, ".coranto/retired"), []byte("damaged"), 0o600))
		},
	} {
		k := r.keeper(r.good())
		k.pulls(r.publish().Edition)
		lost(k)
		r.put(2, "")
		res := r.publish()
		k.pulls(res.Edition)
		r.put(2, "again")
		k.pulls(r.publish().Edition)
	}
}

// Pulls come again and again, not at the same time everywhere, and end with the context.
func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var at []time.Duration
		start := time.Now()
		jitter := []int64{0, 119, 60}
		mirror.Repeat(ctx, 10*time.Minute, func(n int64) int64 {
			if n != int64(2*time.Minute)+1 {
				t.Errorf("jitter of %d", n)
			}
			return jitter[len(at)-1] * int64(time.Second)
		}, func(context.Context) {
			if at = append(at, time.Since(start)); len(at) == 3 {
				cancel()
			}
		})
		want := []time.Duration{0, 9 * time.Minute, 9*time.Minute + 10*time.Minute + 59*time.Second}
		if len(at) != 3 || at[1] != want[1] || at[2] != want[2] {
			t.Errorf("got %v, want %v", at, want)
		}
	})
}
