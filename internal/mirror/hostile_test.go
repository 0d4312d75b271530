package mirror_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// Each kind of hostile mirror, at each kind of file, beside a good one and alone. Beside it the pull ends whole; alone it
// changes nothing that a reader could meet.
func TestHostileSources(t *testing.T) {
	r := first(t, 6)
	old := at(t, lab.Good(serveDir(t, copyOf(t, r.public()))))
	r.put(2, "corrected")
	r.put(99, noise(60<<10))
	r.publish()
	good := serveDir(t, r.public())
	for _, where := range []struct {
		name  string
		match lab.Match
	}{
		{"objects", lab.Objects},
		{"latest", lab.Path("/latest")},
		{"trust", lab.Below("/trust/")},
		{"log", lab.Below("/log/")},
		{"everything", lab.Everything},
	} {
		for _, m := range []lab.Mirror{
			lab.Blocked(),
			lab.Altered(good, where.match),
			lab.Truncated(good, where.match),
			lab.Padded(good, where.match),
			lab.Swapped(good, where.match, "/index.html"),
			lab.Forging(good, where.match, []byte("forged")),
			lab.Forging(good, where.match, nil),
			lab.Endless(good, where.match),
			lab.Dripping(good, where.match, 20*time.Millisecond),
			lab.Stalling(good, where.match),
			lab.Redirecting(good, where.match, "/index.html"),
			lab.Withholding(good, where.match),
			lab.LyingHeaders(good, where.match),
		} {
			t.Run(m.Name+" "+where.name, func(t *testing.T) {
				t.Parallel()
				bad := at(t, m)
				bad.Limits = reader.Limits{Headers: 200 * time.Millisecond, Window: 200 * time.Millisecond, Pace: 100, Total: 5 * time.Second}
				k := (&newsroom{Publisher: r.Publisher, t: t, dir: r.dir, now: r.now}).keeper(old)
				k.pulls(1)
				k.opt.Sources = []reader.Source{bad}
				res, err := k.pull()
				// Headers count for nothing; and an edition that proves by the trust that was known is the newsroom's,
				// though its mirror withholds the newest trust.
				harmless := m.Name == "mislabelling" || where.name == "trust"
				switch {
				case err == nil && harmless:
					k.verify(2)
				case err == nil:
					t.Fatalf("alone it was believed: %+v", res)
				default:
					k.holds(1)
					if !errors.Is(err, reader.ErrNoMirror) && !errors.As(err, new(*edition.InvalidError)) {
						t.Errorf("got %v", err)
					}
				}
				k.opt.Sources = []reader.Source{bad, at(t, lab.Good(good))}
				k.pulls(2)
			})
		}
	}
}

// A mirror that is not the newsroom's, under the newsroom's masthead.
func TestAnotherNewsroomsEdition(t *testing.T) {
	r, other := first(t, 2), first(t, 2)
	k := r.keeper(other.good())
	_, err := k.pull()
	var lie *edition.InvalidError
	if !errors.As(err, &lie) {
		t.Errorf("got %v, want an InvalidError", err)
	}
	if files, _ := os.ReadDir(k.dir); len(files) != 1 {
		t.Errorf("it wrote %v", files)
	}
	theirs := other.keeper(other.good())
	theirs.pulls(1)
	theirs.opt.Masthead, theirs.opt.Sources = r.masthead(), []reader.Source{r.good()}
	if _, err := theirs.pull(); !errors.As(err, &lie) {
		t.Errorf("another newsroom's mirror was taken over: %v", err)
	}
	theirs.opt.Masthead = other.masthead()
	theirs.verify(1)
}

// A source that copies `latest` before the objects, the only one that has the new edition: the old one stands until the
// objects come.
func TestLatestBeforeObjects(t *testing.T) {
	r := first(t, 5)
	early := copyOf(t, r.public())
	k := r.keeper(r.good())
	k.pulls(1)
	r.put(2, "corrected")
	r.publish()
	for _, f := range []string{edition.LatestPath, edition.CheckpointPath, edition.TimestampPath} {
		must(t, os.Remove(filepath.Join(early, f)))
		must(t, os.Link(filepath.Join(r.public(), f), filepath.Join(early, f)))
	}
	must(t, os.CopyFS(filepath.Join(early, "log/tile2"), os.DirFS(filepath.Join(r.public(), "log/tile"))))
	must(t, os.RemoveAll(filepath.Join(early, "log/tile")))
	must(t, os.Rename(filepath.Join(early, "log/tile2"), filepath.Join(early, "log/tile")))
	k.opt.Sources = []reader.Source{at(t, lab.Good(serveDir(t, early)))}
	_, err := k.pull()
	if !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("got %v, want ErrNoMirror", err)
	}
	k.verify(1)
	k.opt.Sources = append(k.opt.Sources, r.good())
	k.pulls(2)
}

// Two heads that don't extend each other: the one that was accepted stays, and the evidence is kept.
func TestFork(t *testing.T) {
	r := first(t, 5)
	r.put(2, "one history")
	r.publish()
	k := r.keeper(r.good())
	k.pulls(2)
	forked := r.another() // edition 2 of another history
	k.opt.Sources = []reader.Source{at(t, lab.Good(serveDir(t, forked)))}
	res, err := k.pull()
	if len(res.Forks) != 1 || err == nil {
		t.Errorf("got %+v, %v", res, err)
	}
	k.verify(2)
	evidence, err := filepath.Glob(filepath.Join(k.dir, ".coranto/*/fork-*"))
	must(t, err)
	if len(evidence) != 1 {
		t.Fatalf("%d files of evidence", len(evidence))
	}
	b, err := os.ReadFile(evidence[0])
	if err != nil || !strings.HasPrefix(string(b), "coranto evidence 1\n") {
		t.Errorf("got %q, %v", b, err)
	}
	k.opt.Sources = append(k.opt.Sources, r.good())
	k.pulls(2)
	r.put(3, "later")
	r.publish()
	k.pulls(3)
}

// A server that knows no ranges is taken from all the same.
func TestNoRanges(t *testing.T) {
	r := first(t, 3)
	r.put(50, noise(900<<10))
	r.publish()
	good := serveDir(t, r.public())
	k := r.keeper(at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Header.Del("Range")
		good.ServeHTTP(w, req)
	}))))
	k.pulls(2)
	folder, err := reader.Folder(r.public())
	must(t, err)
	defer folder.Close()
	r.keeper(folder).pulls(2)
}

func TestLocked(t *testing.T) {
	r := first(t, 2)
	good := serveDir(t, r.public())
	inside := make(chan bool)
	var once atomic.Bool
	k := r.keeper(at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if once.CompareAndSwap(false, true) {
			inside <- true
			<-inside
		}
		good.ServeHTTP(w, req)
	}))))
	ended := make(chan error)
	go func() {
		_, err := k.pull()
		ended <- err
	}()
	<-inside
	if _, err := k.pull(); !errors.Is(err, mirror.ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	inside <- true
	must(t, <-ended)
	k.verify(1)
}

func TestOccupied(t *testing.T) {
	r := first(t, 2)
	k := r.keeper(r.good())
	note := filepath.Join(k.dir, "letters.txt")
	must(t, os.WriteFile(note, []byte("mine"), 0o600))
	if _, err := k.pull(); !errors.Is(err, mirror.ErrOccupied) {
		t.Errorf("got %v, want ErrOccupied", err)
	}
	if files, _ := os.ReadDir(k.dir); len(files) != 2 {
		t.Errorf("it wrote %v", files)
	}
}
