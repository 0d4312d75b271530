package publish_test

import (
	"crypto/rand"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// rotate replaces the key of a role, as coranto keys rotate does where the root's key is here.
func (r *room) rotate(t *testing.T, role string) {
	t.Helper()
	p, err := r.Keys.ProposeRotation(role, rand.Reader, r.now)
	if err == nil {
		p, err = r.Keys.SignHere(p)
	}
	if err == nil {
		_, err = r.Keys.Accept(p, r.now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A reader who was away through three new roots and a new log follows all of it at once.
func TestReaderAwayThroughRootsAndANewLog(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	first, keep := r.Keys.Masthead(r.Name, r.Languages, nil), reader.Memory(1<<20)
	if v := r.follow(t, keep, first); v.Edition != 1 || v.Fresh != edition.Fresh {
		t.Fatalf("got %+v", v)
	}
	for i, role := range []string{"root", "timestamp", "root"} {
		r.rotate(t, role)
		r.put(t, story(10+i, "Meanwhile", "en"))
		r.publish(t)
		if i == 1 {
			r.replaceLog(t)
			r.publish(t)
		}
	}
	if v := r.follow(t, keep, first); v.Edition != 5 || v.Fresh != edition.Fresh || v.Unconfirmed {
		t.Errorf("got %+v, want edition 5, fresh", v)
	}
}

// A reader who was away for more than a year, in which all that was signed expired, is told so, and is fresh again once
// the newsroom has renewed it.
func TestReaderAwayAYear(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	first, keep := r.Keys.Masthead(r.Name, r.Languages, nil), reader.Memory(1<<20)
	r.follow(t, keep, first)
	r.put(t, story(10, "The last before the silence", "en"))
	r.publish(t)
	r.now = r.now.Add(400 * 24 * time.Hour)
	if v := r.follow(t, keep, first); v.Edition != 2 || v.Fresh != edition.StaleTrust || !v.Unconfirmed {
		t.Errorf("before the newsroom is back: got %+v, want edition 2, unconfirmed", v)
	}
	r.put(t, story(11, "Back again", "en"))
	r.publish(t)
	if v := r.follow(t, keep, first); v.Edition != 3 || v.Fresh != edition.Fresh || v.Unconfirmed {
		t.Errorf("got %+v, want edition 3, fresh", v)
	}
	if v := r.follow(t, reader.Memory(1<<20), first); v.Edition != 3 || v.Fresh != edition.Fresh {
		t.Errorf("a new reader with the old masthead: got %+v", v)
	}
}
