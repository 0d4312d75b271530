package publish_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/publish"
	"coranto/internal/store/sqlite"
	"coranto/reader"
)

// replaceLog begins a new log after the last edition, as coranto keys revoke log does.
func (r *room) replaceLog(t *testing.T) {
	t.Helper()
	head, err := r.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := edition.Checkpoint{Origin: head.Origin, Size: head.LogSize, Hash: tlog.Hash(head.LogHash)}
	if _, err := r.Keys.ReplaceLog(last, head.Number, rand.Reader, r.now); err != nil {
		t.Fatal(err)
	}
}

// copied returns a copy of a room as it stands on the disk: a backup's, or a thief's.
func (r *room) copied(t *testing.T, targets ...string) *room {
	t.Helper()
	if err := r.Store.(*sqlite.Store).Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.reopen(t, targets...)
}

// follow brings a reader with its keep up to a room's target, and returns what it has then.
func (r *room) follow(t *testing.T, keep reader.Keep, m edition.Masthead) edition.Verdict {
	t.Helper()
	src, err := reader.Folder(filepath.Join(r.dir, "public"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	rd, err := reader.Open(m, reader.Options{
		Keep: keep, Sources: []reader.Source{live{src}}, Only: true, Grace: time.Millisecond, Now: func() time.Time { return r.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer rd.Close()
	rep, err := rd.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rep.Verdict
}

// A new log begins with the next edition, whether anything has changed or not, and whatever each target had.
func TestNewLog(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	r.publish(t)
	late := r.target(t, "late")
	r.Targets = append(r.Targets, r.target(t, "stick"), late)
	r.publish(t)
	r.put(t, story(1, "Corrected", "en"))
	r.publish(t)
	r.Targets[2] = deaf{late}
	r.put(t, story(7, "More", "en"))
	r.publish(t)
	keep, first := reader.Memory(1<<20), r.Keys.Masthead(r.Name, r.Languages, nil)
	r.follow(t, keep, first)

	r.replaceLog(t)
	res := r.publish(t)
	if res.Edition != 4 || res.PagesRendered != 0 {
		t.Errorf("got %+v, want edition 4 with nothing rendered", res)
	}
	head, err := r.Store.Head(t.Context())
	if err != nil || head.LogSize != 1 || head.Origin != r.Keys.Policy().Origin() {
		t.Errorf("got %+v, %v", head, err)
	}
	if v := r.follow(t, keep, first); v.Edition != 4 || v.Fresh != edition.Fresh {
		t.Errorf("a reader who was there: got %+v", v)
	}
	r.Targets[2] = late
	if res := r.publish(t); res.Edition != 4 || len(res.Late) > 0 {
		t.Errorf("nothing new: got %+v", res)
	}
	r.put(t, story(8, "On and on", "en"))
	if res := r.publish(t); res.Edition != 5 {
		t.Errorf("got %+v, want edition 5", res)
	}
	for _, name := range []string{"public", "stick", "late"} {
		if a := r.verify(t, name); a.Edition != 5 {
			t.Errorf("%s: got edition %d", name, a.Edition)
		}
		if _, err := os.Stat(filepath.Join(r.dir, name, "log/tile/entries/000.p/3")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s still has a tile of the old log", name)
		}
	}
	if v := r.follow(t, keep, first); v.Edition != 5 {
		t.Errorf("a reader who was there: got %+v", v)
	}
	// A second time.
	r.replaceLog(t)
	r.publish(t)
	if v := r.follow(t, keep, first); v.Edition != 6 || len(r.Keys.Policy().After) != 2 {
		t.Errorf("the second new log: got %+v", v)
	}
}

// A thief with a copy of everything publishes more editions than the newsroom. Readers who followed come back, and
// keep what the thief had signed.
func TestThiefIsLeftBehind(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	first := r.Keys.Masthead(r.Name, r.Languages, nil)
	thief := r.copied(t, "public")
	for i := range 3 {
		thief.put(t, story(20+i, "Lies", "en"))
		thief.publish(t)
	}
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	keep := reader.Dir(dir, 1<<20)
	if v := thief.follow(t, keep, first); v.Edition != 4 {
		t.Fatalf("got %+v: the thief is not followed", v)
	}
	r.now = thief.now.Add(time.Hour)
	r.replaceLog(t)
	// The thief has the timestamp's key too, and has signed more of them than the newsroom.
	for _, role := range []string{"timestamp", "snapshot", "targets"} {
		r.rotate(t, role)
	}
	r.publish(t)
	if v := r.follow(t, keep, first); v.Edition != 2 || v.Fresh != edition.Fresh {
		t.Errorf("got %+v, want the newsroom's edition 2", v)
	}
	revoked := 0
	err = filepath.WalkDir(dir.Name(), func(name string, _ os.DirEntry, err error) error {
		if strings.Contains(filepath.Base(name), "revoked-") {
			revoked++
		}
		return err
	})
	if err != nil || revoked == 0 {
		t.Errorf("no evidence was kept: %v", err)
	}
	thief.publish(t)
	if v := thief.follow(t, keep, first); v.Edition != 2 {
		t.Errorf("the thief is followed again: %+v", v)
	}
}

// A new log's first edition is finished by the next run, whatever stops the one that begins it.
func TestNewLogFaults(t *testing.T) {
	template := newRoomIn(t, []string{"en"})
	template.Targets = append(template.Targets, template.target(t, "stick"))
	template.put(t, story(1, "First", "en"))
	template.publish(t)
	first := template.Keys.Masthead(template.Name, template.Languages, nil)
	keep := func(r *room) reader.Keep {
		k := reader.Memory(1 << 20)
		r.follow(t, k, first)
		return k
	}
	template.replaceLog(t)
	if err := template.Store.(*sqlite.Store).Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := &breaker{}
	if _, err := template.reopen(t, "public", "stick").breakAt(t.Context(), count); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= count.calls; at += 3 {
		t.Run(fmt.Sprintf("call %d", at), func(t *testing.T) {
			r := template.reopen(t, "public", "stick")
			kept := keep(r)
			b := &breaker{at: at, done: at%2 == 0}
			if _, err := r.breakAt(t.Context(), b); err != nil && !errors.Is(err, errFault) {
				t.Errorf("%s broke: %v", b.hit, err)
			}
			r.publish(t)
			for _, name := range []string{"public", "stick"} {
				if a := r.verify(t, name); a.Edition != 2 {
					t.Errorf("%s broke: %s has edition %d", b.hit, name, a.Edition)
				}
			}
			if v := r.follow(t, kept, first); v.Edition != 2 {
				t.Errorf("%s broke: the reader has %+v", b.hit, v)
			}
		})
	}
}

// A newsroom brought back from before its log was replaced doesn't know the new one, nor the keys that its targets'
// trust names, and must not put the old ones in their place.
func TestBackupFromBeforeTheNewLog(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	backup := r.copied(t)
	backup.Targets = r.Targets
	r.replaceLog(t)
	r.publish(t)
	var fork *publish.ForkError
	if _, err := backup.Publish(t.Context()); !errors.As(err, &fork) {
		t.Errorf("got %v, want a ForkError", err)
	}
	r.verify(t, "public")
}
