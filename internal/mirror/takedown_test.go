package mirror_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/lab"
)

// another signs another edition in the place of the last one, in a copy of what is public, as only who has the
// newsroom's keys can.
func (r *newsroom) another() (dir string) {
	r.t.Helper()
	dir = copyOf(r.t, r.public())
	head := r.openHead(dir)
	head.Manifest.Epoch++
	manifest := head.Manifest.Marshal()
	l := r.readLog(dir, head)
	must(r.t, os.Remove(filepath.Join(dir, edition.ObjectPath(head.ManifestHash))))
	l.records[head.Size-1] = edition.ManifestHash(manifest)
	grown, err := editionlog.Append(r.t.Context(), l, head.Size-1, edition.ManifestHash(manifest))
	must(r.t, err)
	files, err := editionlog.Tiles(r.t.Context(), grown.Over(l), l, 0, grown.Size)
	must(r.t, err)
	note, err := editionlog.Sign(grown.Checkpoint(head.Origin), r.Keys.LogSigner(), r.Keys.Cosigner(r.now))
	must(r.t, err)
	files[edition.CheckpointPath] = note
	files[edition.LatestPath], err = editionlog.Latest(r.t.Context(), grown.Over(l), grown.Size, manifest, note)
	must(r.t, err)
	files[edition.ObjectPath(edition.ManifestHash(manifest))] = manifest
	for name, b := range files {
		must(r.t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(r.t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	return dir
}

func (r *newsroom) openHead(dir string) edition.Head {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, edition.LatestPath))
	must(r.t, err)
	head, err := r.Keys.Policy().OpenLatest(b)
	must(r.t, err)
	return head
}

// A memoryLog is a log in memory.
type memoryLog struct{ hashes, records []edition.Hash }

func (l *memoryLog) LogHashes(_ context.Context, indexes []int64) (out []edition.Hash, _ error) {
	for _, x := range indexes {
		out = append(out, l.hashes[x])
	}
	return out, nil
}

func (l *memoryLog) Records(_ context.Context, from, to int64) ([]edition.Hash, error) {
	return l.records[from:to], nil
}

// readLog reads the log of a mirror, and the hashes of all but its last record.
func (r *newsroom) readLog(dir string, head edition.Head) *memoryLog {
	r.t.Helper()
	log, err := edition.ReadLog(r.t.Context(), head.Checkpoint, func(_ context.Context, path string, _ int64) ([]byte, error) {
		return os.ReadFile(filepath.Join(dir, path))
	})
	must(r.t, err)
	l := &memoryLog{records: log.Records}
	for i, record := range log.Records[:head.Size-1] {
		added, err := tlog.StoredHashes(int64(i), record[:], tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, _ error) {
			for _, x := range indexes {
				out = append(out, tlog.Hash(l.hashes[x]))
			}
			return out, nil
		}))
		must(r.t, err)
		for _, h := range added {
			l.hashes = append(l.hashes, edition.Hash(h))
		}
	}
	return l
}

// names returns the files of a mirror, its memory among them, whose names or bytes have a word, packed or not.
func (k *keeper) names(word string) (found []string) {
	k.r.t.Helper()
	err := filepath.WalkDir(k.dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		b := []byte(name)
		if !d.IsDir() {
			if b, err = os.ReadFile(name); err != nil {
				return err
			}
			if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
				if b, err = io.ReadAll(z); err != nil {
					return err
				}
			}
		}
		if bytes.Contains(b, []byte(word)) || strings.Contains(name, word) {
			found = append(found, name)
		}
		return nil
	})
	must(k.r.t, err)
	return found
}

// A takedown leaves nothing of a story: no page, picture, object, name or hash; of an older version of it neither, which
// was retained until then.
func TestTakedown(t *testing.T) {
	r := first(t, 5)
	r.put(2, "zanzibar")
	r.publish()
	k := r.keeper(r.good())
	k.pulls(2)
	r.put(2, "zanzibar and more")
	r.publish()
	k.pulls(3)
	before := objects(t, k.dir)
	r.withdraw(2)
	r.publish()
	if len(k.names("zanzibar")) < 4 {
		t.Fatal("the story was never there")
	}
	k.pulls(4)
	for _, word := range []string{"zanzibar", "headline-2", "Headline 2", "story-2"} {
		if found := k.names(word); len(found) > 0 {
			t.Errorf("%q is still in %s", word, found)
		}
	}
	gone := 0
	after := objects(t, k.dir)
	for h := range before {
		if !after[h] {
			gone++
			if found := k.names(h); len(found) > 0 {
				t.Errorf("object %s is still named in %s", h, found)
			}
		}
	}
	if gone < 10 {
		t.Errorf("%d objects went", gone)
	}
}

// objects returns the names of a mirror's objects.
func objects(t testing.TB, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "o/*/*"))
	must(t, err)
	found := map[string]bool{}
	for _, f := range files {
		found[filepath.Base(f)] = true
	}
	return found
}

// What is no longer part of the edition stays for readers of the one before, until its time is over.
func TestRetention(t *testing.T) {
	r := first(t, 5)
	k := r.keeper(r.good())
	k.pulls(1)
	old := objects(t, k.dir)
	r.put(2, "corrected")
	r.publish()
	if res := k.pulls(2); res.Removed > 0 {
		t.Errorf("%d files were removed at once", res.Removed)
	}
	k.opt.Recheck = true
	k.pulls(2)
	k.opt.Recheck = false
	all := objects(t, k.dir)
	for h := range old {
		if !all[h] {
			t.Errorf("object %s is gone", h)
		}
	}
	r.now = r.now.Add(30 * time.Minute)
	r.put(2, "corrected again")
	r.publish()
	k.pulls(3)
	r.now = r.now.Add(40 * time.Minute)
	r.publish() // a heartbeat alone
	res := k.pulls(3)
	if res.Removed < 5 {
		t.Errorf("%d files were removed when their time was over", res.Removed)
	}
	r.now = r.now.Add(40 * time.Minute)
	r.publish()
	if res := k.pulls(3); res.Removed < 5 {
		t.Errorf("%d files were removed when their time was over", res.Removed)
	}
	fresh := r.keeper(r.good())
	fresh.pulls(3)
	if got, want := objects(t, k.dir), objects(t, fresh.dir); len(got) != len(want) {
		t.Errorf("%d objects stayed, the edition has %d", len(got), len(want))
	}
}

// The clock goes back and what is retired comes back: nothing that is part of the edition goes.
func TestRetiredObjectsComeBack(t *testing.T) {
	r := first(t, 5)
	k := r.keeper(r.good())
	k.pulls(1)
	for i := range 4 {
		r.put(2, []string{"one", "two"}[i%2])
		r.publish()
		r.now = r.now.Add([]time.Duration{25, -10, 50, 0}[i] * time.Minute)
		k.pulls(uint64(i + 2))
	}
}

// The newsroom takes an edition down, and its objects with it, while it is being pulled: the pull goes on with the next.
func TestTakedownDuringPull(t *testing.T) {
	r := first(t, 12)
	r.put(2, "zanzibar")
	r.publish()
	before := copyOf(t, r.public())
	r.withdraw(2)
	r.publish()
	old, next := serveDir(t, before), serveDir(t, r.public())
	for _, at0 := range []int64{0, 1, 3, 8, 20} {
		var asked atomic.Int64
		k := r.keeper(at(t, lab.Good(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if asked.Add(1) > 8+at0 {
				next.ServeHTTP(w, req)
				return
			}
			old.ServeHTTP(w, req)
		}))))
		k.pulls(3)
		if found := k.names("zanzibar"); len(found) > 0 {
			t.Errorf("after %d: still in %s", at0, found)
		}
	}
}

// A purge that is stopped anywhere is finished by the next pull, even one that finds nothing new.
func TestPurgeStopped(t *testing.T) {
	r := first(t, 5)
	r.put(2, "zanzibar")
	r.publish()
	before := copyOf(t, r.public())
	r.withdraw(2)
	r.publish()
	after := r.good()
	for n := 0; ; n += 1 + n/4 {
		k := r.keeper(at(t, lab.Good(serveDir(t, before))))
		k.pulls(2)
		k.opt.Sources[0] = after
		f := &failing{Target: k.to, left: n}
		k.opt.To = f
		_, err := k.pull()
		k.holds(2, 3)
		k.opt.To = k.to
		k.pulls(3)
		if found := k.names("zanzibar"); len(found) > 0 {
			t.Fatalf("stopped after %d writes: still in %s", n, found)
		}
		if err == nil {
			t.Logf("%d writes", f.done)
			return
		}
		if !errors.Is(err, errStopped) {
			t.Fatalf("stopped after %d writes: %v", n, err)
		}
	}
}
