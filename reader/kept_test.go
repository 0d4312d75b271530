package reader_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"coranto/reader"
)

// dirKeep returns a Keep in a new folder.
func dirKeep(t *testing.T) (*reader.DirKeep, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return reader.Dir(root, 1<<20), dir
}

// The user may stop saving and begin again while the reader is open.
func TestSave(t *testing.T) {
	keep, dir := dirKeep(t)
	p := newPress(t, 1)
	r := p.open(reader.Options{Keep: keep}, p.publish(front()).source("a"))
	refresh(t, r)
	get(t, r, "fa/", "front")
	before := contents(t, dir)
	must(t, r.Save(false))
	must(t, r.Save(false))
	get(t, r, "fa/", "front")
	get(t, r, "en/story/2026/11/22/s7/index.html", "story 7")
	must(t, r.AddMirror("https://mirror.example/"))
	if got := contents(t, dir); got != before || r.Saving() {
		t.Error("something was saved")
	}
	if again := get(t, r, "en/story/2026/11/22/s7/index.html", "story 7"); again.Mirror != "" {
		t.Errorf("got it from %q, want it from memory", again.Mirror)
	}
	must(t, r.Save(true))
	saved := contents(t, dir)
	if !strings.Contains(saved, "https://mirror.example/") || !r.Saving() {
		t.Error("the state that came in the meantime was not saved")
	}
	if strings.Count(saved, "\no/") != strings.Count(before, "\no/") {
		t.Error("pages that were read while nothing was to be saved were saved after all")
	}
}

// After RemoveAll nothing is on the disk, nothing comes there any more, and reading goes on.
func TestRemoveAll(t *testing.T) {
	for _, saving := range []bool{true, false} {
		keep, dir := dirKeep(t)
		p := newPress(t, 1)
		r := p.open(reader.Options{Keep: keep}, p.publish(front()).source("a"))
		refresh(t, r)
		get(t, r, "fa/", "front")
		must(t, r.Save(saving))
		must(t, r.RemoveAll())
		if got := tree(t, dir); got != "" {
			t.Errorf("left: %s", got)
		}
		p.now = p.now.Add(60)
		get(t, r, "fa/", "front")
		refresh(t, r)
		if got := tree(t, dir); got != "" {
			t.Errorf("came back: %s", got)
		}
		if u, err := r.Usage(); err != nil || u.Place != "" || u.Objects == 0 || u.Limit != 1<<20 {
			t.Errorf("got %+v, %v, want it in memory", u, err)
		}
	}
}

// Mirrors that the user adds are asked, remembered, and forgotten.
func TestAddMirror(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	late := first.good(t)
	keep := reader.Memory(1 << 20)
	r := p.open(reader.Options{Keep: keep}, files{}.source("dead"))
	if _, err := r.Refresh(t.Context()); err == nil {
		t.Fatal("got an edition from nowhere")
	}
	for _, bad := range []string{"", "mirror.example", "ftp://mirror.example/", "https://user@mirror.example/", "https://mirror.example/?x", "javascript:alert(1)"} {
		if err := r.AddMirror(bad); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
	address := "http://" + late.Name() + "/"
	must(t, r.AddMirror(address))
	must(t, r.AddMirror(address))
	refresh(t, r)
	if got := r.AddedMirrors(); len(got) != 1 || got[late.Name()] != address {
		t.Errorf("got %v", got)
	}
	if got := len(r.Mirrors()); got != 2 {
		t.Errorf("got %d mirrors, want 2", got)
	}
	must(t, r.ForgetMirror(address))
	if err := r.ForgetMirror(address); err == nil {
		t.Error("forgotten twice: got no error")
	}
	if got := r.Mirrors(); len(got) != 1 || len(r.AddedMirrors()) != 0 {
		t.Errorf("got %v", got)
	}
}

// A mirror that was added is there when the reader is opened again.
func TestAddedMirrorIsKept(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	keep := reader.Memory(1 << 20)
	first, err := reader.Open(p.masthead(), reader.Options{Keep: keep})
	must(t, err)
	defer first.Close()
	must(t, first.AddMirror("https://mirror.example/a/"))
	again, err := reader.Open(p.masthead(), reader.Options{Keep: keep})
	must(t, err)
	defer again.Close()
	if got := again.Mirrors(); len(got) != 1 || got[0].Mirror != "mirror.example/a" {
		t.Errorf("got %v", got)
	}
}

// Proof of a fork can be listed and handed out, also by a reader that is opened later.
func TestEvidenceIsListed(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief := p.fork()
	honest := p.publish(map[string]string{"fa/index.html": story("true")})
	p.now = p.now.Add(60)
	forked := thief.publish(map[string]string{"fa/index.html": story("false")})
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, honest.source("a"), forked.source("b")))
	r := p.open(reader.Options{Keep: keep}, honest.source("a"))
	names := r.EvidenceNames()
	if len(names) != 1 || !strings.HasPrefix(names[0], "fork-") {
		t.Fatalf("got %q, want one fork", names)
	}
	if b, ok := r.Evidence(names[0]); !ok || len(b) == 0 {
		t.Errorf("got %d bytes, %v", len(b), ok)
	}
	if _, ok := r.Evidence("latest"); ok {
		t.Error("what is no evidence was handed out")
	}
}

// A takedown reaches what is kept on the disk also while nothing may be saved.
func TestTakedownWhileNotSaving(t *testing.T) {
	keep, dir := dirKeep(t)
	p := newPress(t, 1)
	changing := &switching{first: p.publish(front()).source("a"), asked: make(chan bool, 100)}
	r := p.open(reader.Options{Keep: keep}, changing)
	refresh(t, r)
	get(t, r, "fa/", "front")
	must(t, r.Save(false))
	get(t, r, "en/story/2026/11/22/s7/index.html", "story 7")
	p.purges++
	changing.then = p.publish(map[string]string{"en/story/2026/11/22/s7/index.html": ""}).source("a")
	changing.switched.Store(true)
	refresh(t, r)
	if got := tree(t, dir); strings.Contains(got, "o/") {
		t.Errorf("still on the disk: %s", got)
	}
	if _, err := r.Get(t.Context(), "en/story/2026/11/22/s7/index.html"); !errors.Is(err, reader.ErrAbsent) {
		t.Errorf("what was taken down: got %v", err)
	}
	if u, err := keep.Usage(); err != nil || u.Objects != 0 {
		t.Errorf("got %+v, %v", u, err)
	}
}
