package publish_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/scantest"
	"coranto/internal/store"
	"coranto/reader"
)

// picture puts a picture of its own bytes.
func (r *room) picture(t testing.TB, name, text string) *news.Figure {
	t.Helper()
	b := bytes.Repeat([]byte(text), 8<<10/len(text))
	h := edition.Sum(b).String()
	m := news.Media{ID: h, Name: name + ".jpg", Renditions: []news.Rendition{
		{Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: h, Size: int64(len(b))},
	}}
	if err := r.Store.PutMedia(t.Context(), m, map[string][]byte{"640.jpg": b}); err != nil {
		t.Fatal(err)
	}
	return &news.Figure{Media: h, Alt: "A picture", Decorative: false}
}

// scandal is what no target may hold after the takedown of the story that these tests withdraw.
var scandal = []string{"story-2", "Scandal", "zanzibar", "nightjar", "own-picture", "corrected once", "kilwa"}

// withScandal publishes three editions on two targets. Of one story, which is corrected and then translated, nothing may
// be left later; others share a topic and a picture with it, and link to it.
func withScandal(t *testing.T) *room {
	t.Helper()
	r := newRoom(t)
	r.Targets = append(r.Targets, r.target(t, "stick"))
	shared := r.picture(t, "shared", "shared picture")
	s := story(2, "Scandal", "en")
	s.Articles[0].Revision.Lead = r.picture(t, "own-picture", "nightjar")
	s.Articles[0].Revision.Body = append(s.Articles[0].Revision.Body, news.Block{Kind: news.Picture, Figure: shared})
	s.Articles[0].Revision.Topics = append(s.Articles[0].Revision.Topics, news.Topic{Slug: "kilwa", Name: "kilwa"})
	other := story(3, "Other", languages...)
	other.Articles[0].Revision.Lead = shared
	other.Articles[0].Revision.Body[0].Text[0].Link = "story:story-2"
	r.put(t, append(stories(2), s, other)...)
	r.publish(t)
	s.Articles[0].Revision.Body[0].Text[0].Text = "corrected once"
	r.put(t, s)
	r.publish(t)
	s.Articles[0].Revision.Body[0].Text[0].Text = "zanzibar"
	s.Articles = append(s.Articles, story(2, "Scandal", "fa", "ru").Articles...)
	r.put(t, s)
	r.publish(t)
	return r
}

func (r *room) withdraw(t testing.TB, id string, erase bool) {
	t.Helper()
	if err := r.Store.Withdraw(t.Context(), id, erase); err != nil {
		t.Fatal(err)
	}
}

// objects returns the objects of a target.
func (r *room) objects(t testing.TB, name string) map[edition.Hash][]byte {
	t.Helper()
	return scantest.Objects(t, filepath.Join(r.dir, name))
}

// clean checks that a target holds no trace of the scandal, nor of any object that went with it.
func (r *room) clean(t *testing.T, name string, before map[edition.Hash][]byte) {
	t.Helper()
	dir := filepath.Join(r.dir, name)
	if found := scantest.Find(t, dir, scandal...); len(found) > 0 {
		t.Errorf("%s: still there: %q", name, found)
	}
	gone := scantest.Gone(before, r.objects(t, name))
	if len(gone) < 3*20 {
		t.Fatalf("%s: only %d hashes went", name, len(gone)/3)
	}
	if found := scantest.Find(t, dir, gone...); len(found) > 0 {
		t.Errorf("%s: objects that went are still named: %q", name, found)
	}
	r.whole(t, name)
}

// whole checks a whole target.
func (r *room) whole(t testing.TB, name string) reader.Audit {
	t.Helper()
	src, err := reader.Folder(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	a, err := reader.Verify(t.Context(), src, r.Keys.Masthead(r.Name, r.Languages, nil), reader.VerifyOptions{Now: r.Now})
	if err != nil || !a.Authentic || !a.Whole || len(a.Problems) > 0 {
		t.Fatalf("verify %s: %+v, %v", name, a, err)
	}
	return a
}

// TestTakedown withdraws a story, and looks for it in every byte of every target.
func TestTakedown(t *testing.T) {
	for _, erase := range []bool{false, true} {
		t.Run(fmt.Sprintf("erase %v", erase), func(t *testing.T) {
			t.Parallel()
			r := withScandal(t)
			before := map[string]map[edition.Hash][]byte{"public": r.objects(t, "public"), "stick": r.objects(t, "stick")}
			for name := range before {
				if found := scantest.Find(t, filepath.Join(r.dir, name), scandal...); len(found) < 20 {
					t.Fatalf("%s: the scandal was never there: %q", name, found)
				}
				foreign := filepath.Join(r.dir, name, "somebodys.txt")
				if err := os.WriteFile(foreign, []byte("somebody else's"), 0o600); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if _, err := os.Stat(foreign); err != nil {
						t.Errorf("what is not the newsroom's own went: %v", err)
					}
				}()
				leftBehind(t, filepath.Join(r.dir, name))
			}
			r.withdraw(t, "story-2", erase)
			res := r.publish(t)
			if res.Epoch != 1 || res.Edition != 4 || len(res.Unpurged) > 0 || (res.Erased == 1) != erase {
				t.Errorf("got %+v", res)
			}
			for name := range before {
				if err := os.Rename(filepath.Join(r.dir, name, "somebodys.txt"), filepath.Join(r.dir, "somebodys.txt")); err != nil {
					t.Fatal(err)
				}
				r.clean(t, name, before[name])
				if err := os.Rename(filepath.Join(r.dir, "somebodys.txt"), filepath.Join(r.dir, name, "somebodys.txt")); err != nil {
					t.Fatal(err)
				}
			}
			if res := r.publish(t); res.Epoch != 1 || res.Edition != 4 || res.PagesRendered > 0 {
				t.Errorf("the next run: %+v", res)
			}
			if !erase {
				return
			}
			if err := r.Store.Close(); err != nil {
				t.Fatal(err)
			}
			if found := scantest.Find(t, r.dir, scandal...); len(found) > 0 {
				t.Errorf("the newsroom's folder still has %q", found)
			}
		})
	}
}

// leftBehind leaves in a target what a crash or a file browser leaves: a temporary file, an empty folder, thumbnails.
func leftBehind(t *testing.T, dir string) {
	t.Helper()
	story := filepath.Join(dir, "media/story/2026/11/01/story-2")
	if err := errors.Join(
		os.WriteFile(filepath.Join(story, ".tmp-123"), []byte("zanzibar"), 0o600),
		os.WriteFile(filepath.Join(story, ".DS_Store"), []byte("nightjar"), 0o600),
		os.WriteFile(filepath.Join(dir, "o", ".tmp-77"), []byte("zanzibar"), 0o600),
		os.MkdirAll(filepath.Join(dir, "de/story/2026/11/01/story-2"), 0o700),
	); err != nil {
		t.Fatal(err)
	}
}

// TestPurgeIsOwed withdraws a story while a target is away, and then brings back another stick that is older still: each
// is purged when it can be reached, although later editions have come out.
func TestPurgeIsOwed(t *testing.T) {
	r := withScandal(t)
	stick, older := filepath.Join(r.dir, "stick"), filepath.Join(r.dir, "older")
	if err := os.CopyFS(older, os.DirFS(stick)); err != nil {
		t.Fatal(err)
	}
	before := r.objects(t, "stick")
	away := r.Targets[1]
	r.Targets[1] = deaf{away}
	r.withdraw(t, "story-2", true)
	if res := r.publish(t); !slices.Equal(res.Unpurged, []string{"stick"}) || res.Late["stick"] == "" {
		t.Errorf("got %+v, want the stick to owe a purge", res)
	}
	r.put(t, story(4, "Later", "en"))
	if res := r.publish(t); !slices.Equal(res.Unpurged, []string{"stick"}) || res.Epoch != 1 {
		t.Errorf("got %+v, want the stick to owe a purge", res)
	}
	r.Targets[1] = away
	if res := r.publish(t); len(res.Unpurged) > 0 || len(res.Late) > 0 {
		t.Errorf("got %+v", res)
	}
	r.clean(t, "stick", before)
	r.clean(t, "public", before)

	if err := errors.Join(os.RemoveAll(stick), os.Rename(older, stick)); err != nil {
		t.Fatal(err)
	}
	r.Targets[1] = r.target(t, "stick")
	r.publish(t)
	r.clean(t, "stick", before)
}

// TestComesBack restores a story that was withdrawn, and brings one back that was erased: what was purged of them is
// written again, on every target.
func TestComesBack(t *testing.T) {
	for _, erase := range []bool{false, true} {
		t.Run(fmt.Sprintf("erase %v", erase), func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			r.Targets = append(r.Targets, r.target(t, "stick"))
			r.put(t, stories(3)...)
			r.publish(t)
			before := r.objects(t, "stick")
			r.withdraw(t, "story-1", erase)
			r.publish(t)
			if _, err := r.Store.PutMany(t.Context(), stories(3)); !errors.Is(err, store.ErrWithdrawn) {
				t.Fatalf("got %v, want %v", err, store.ErrWithdrawn)
			}
			if err := r.Store.Restore(t.Context(), "story-1"); err != nil {
				t.Fatal(err)
			}
			r.put(t, stories(3)...)
			if res := r.publish(t); res.Epoch != 1 || res.Stories != 3 {
				t.Errorf("got %+v", res)
			}
			for _, name := range []string{"public", "stick"} {
				r.whole(t, name)
				back := 0
				for h := range r.objects(t, name) {
					if before[h] != nil {
						back++
					}
				}
				if back < 10 {
					t.Errorf("%s: %d objects of the first edition are there", name, back)
				}
			}
		})
	}
}

// TestPurgeNeedsItsMemory damages the store's memory of the edition: nothing is swept by what is not known whole.
func TestPurgeNeedsItsMemory(t *testing.T) {
	r := withScandal(t)
	stick := r.Targets[1]
	r.Targets[1] = deaf{stick}
	r.withdraw(t, "story-2", false)
	r.publish(t)
	before := r.objects(t, "stick")
	r.Targets[1] = stick
	whole := r.Store
	r.Store = forgetful{whole}
	if res := r.publish(t); !strings.Contains(res.Late["stick"], "purge") {
		t.Errorf("got %+v", res)
	}
	if after := r.objects(t, "stick"); len(after) < len(before) {
		t.Errorf("%d objects of %d are left", len(after), len(before))
	}
	r.Store = whole
	r.publish(t)
	r.clean(t, "stick", before)
}

// forgetful is a store that has lost the memory of one file.
type forgetful struct{ store.Store }

func (s forgetful) Files(ctx context.Context, prefix string) iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		for f, err := range s.Store.Files(ctx, prefix) {
			if f.Path != "index.html" && !yield(f, err) {
				return
			}
		}
	}
}
