package publish_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/reader"
)

// recover takes the edition of the room's first target over, as coranto recover does once it has pulled it.
func (r *room) recover(t *testing.T) publish.Recovered {
	t.Helper()
	if _, err := r.Keys.Follow(t.Context(), r.Targets[0].Get); err != nil {
		t.Fatal(err)
	}
	rec, err := r.Recover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Unread) > 0 {
		t.Errorf("could not be read: %q", rec.Unread)
	}
	return rec
}

// tree returns the root of the last edition's tree.
func (r *room) tree(t *testing.T) edition.Hash {
	t.Helper()
	head, err := r.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Root
}

// withdrawn returns a story taken back in all its languages.
func withdrawn(i int, headline string) news.Story {
	s := story(i, headline, languages...)
	for i := range s.Articles {
		s.Articles[i].Status = news.Withdrawn
	}
	return s
}

// missing returns a story whose picture is missing.
func missing(i int) news.Story {
	s := story(i, "Without its picture", "en")
	s.Articles[0].Revision.Lead = &news.Figure{Missing: "https://before.example/road.jpg", Alt: "A road"}
	return s
}

// A newsroom brought back from a backup has, after Recover, what readers have: stories that came out since, newer
// revisions, and not what was withdrawn. It goes on where the other ended, and renders nothing that differs.
func TestRecoverFromABackup(t *testing.T) {
	r := newRoom(t)
	r.Targets = append(r.Targets, r.target(t, "stick"))
	r.put(t, stories(25)...)
	r.put(t, missing(60))
	r.publish(t)
	draft := story(90, "Not yet", "en")
	draft.Articles[0].Status = news.Draft
	r.put(t, draft)
	backup := r.copied(t)
	backup.put(t, story(80, "Written after the backup came back", "en"))

	corrected := story(3, "Headline 3", "fa")
	corrected.Articles[0].Revision.Body[0].Text[0].Text = "A corrected text"
	r.put(t, corrected)
	r.publish(t)
	r.put(t, story(40, "Came out since", languages...), withdrawn(7, "Headline 7"))
	r.publish(t)
	first := r.Keys.Masthead(r.Name, r.Languages, nil)
	keep := reader.Memory(1 << 20)
	r.follow(t, keep, first)
	want := r.tree(t)

	backup.Targets, backup.now = r.Targets, r.now
	var fork *publish.ForkError
	if _, err := backup.Publish(t.Context()); !errors.As(err, &fork) {
		t.Fatalf("got %v, want a ForkError", err)
	}
	rec := backup.recover(t)
	if rec.Edition != 3 || rec.Before != 1 || rec.ArticlesNew != 3 || rec.ArticlesNewer != 1 || len(rec.Withdrawn) != 3 || len(rec.Kept) != 0 {
		t.Errorf("got %+v", rec)
	}
	if again := backup.recover(t); again.ArticlesNew+again.ArticlesNewer+len(again.Withdrawn) != 0 || again.Before != 3 {
		t.Errorf("again: got %+v", again)
	}
	only := story(80, "Written after the backup came back", "en")
	only.Articles[0].Status = news.Draft
	backup.put(t, only) // so that nothing is new
	res := backup.publish(t)
	if got := backup.tree(t); got != want || res.ObjectsNew > 1 || res.Edition != 4 {
		t.Errorf("the tree is another than before the loss: %+v", res)
	}
	backup.put(t, story(80, "Written after the backup came back", "en"))
	backup.publish(t)
	for _, name := range []string{"public", "stick"} {
		if a := r.verify(t, name); a.Edition != 5 {
			t.Errorf("%s: got edition %d", name, a.Edition)
		}
	}
	if v := r.follow(t, keep, first); v.Edition != 5 || v.Fresh != edition.Fresh {
		t.Errorf("a reader who had edition 3: got %+v", v)
	}
	if s, err := backup.Store.Story(t.Context(), "story-90"); err != nil || s.Articles[0].Status != news.Draft {
		t.Errorf("the draft: got %+v, %v", s, err)
	}
	if s, err := backup.Store.Story(t.Context(), "story-60"); err != nil || s.Articles[0].Revision.Lead.Missing != missing(60).Articles[0].Revision.Lead.Missing {
		t.Errorf("the story whose picture is missing, by the name that it had: got %+v, %v", s, err)
	}
	if s, err := backup.Store.Story(t.Context(), "story-7"); err != nil || s.Articles[0].Status != news.Withdrawn {
		t.Errorf("the withdrawn story: got %+v, %v", s, err)
	}
}

// A story that was withdrawn and erased before the backup does not come back by a recovery, even where it came out again
// since: that takes a person who lets it in.
func TestRecoverLeavesTheErasedErased(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	if err := r.Store.Withdraw(t.Context(), "story-1", true); err != nil {
		t.Fatal(err)
	}
	r.publish(t)
	backup := r.copied(t)
	if _, err := backup.Store.Story(t.Context(), "story-1"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("got %v, want it erased", err)
	}
	if err := r.Store.Restore(t.Context(), "story-1"); err != nil {
		t.Fatal(err)
	}
	r.put(t, story(1, "Out again", "en"))
	r.publish(t)
	backup.Targets, backup.now = r.Targets, r.now
	rec := backup.recover(t)
	if len(rec.Kept) != 1 || rec.Kept[0] != (publish.Conflict{Story: "story-1", Lang: "en", Theirs: 1, Newest: "ours"}) {
		t.Errorf("got %+v", rec.Kept)
	}
	backup.publish(t)
	if _, err := os.Stat(filepath.Join(r.dir, "public/en/story/2026/11/01/story-1")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the withdrawn story is out: %v", err)
	}
}

// Words that no reader has seen are never lost without a word: the newer ones are the article's, and the others stand
// among its revisions.
func TestRecoverConflicts(t *testing.T) {
	edit := func(text string, updated int) news.Story {
		s := story(1, text, "en")
		if updated > 0 {
			s.Articles[0].Updated = time.Date(2026, 11, 20, updated, 0, 0, 0, time.UTC)
		}
		return s
	}
	draft := edit("Unfinished", 0)
	draft.Articles[0].Status = news.Draft
	away := edit("First", 0)
	away.Articles[0].Status = news.Withdrawn
	for name, test := range map[string]struct {
		ours, theirs []news.Story
		newest       string
		headline     string
	}{
		"nothing here":              {nil, []news.Story{edit("Theirs", 1)}, "", "Theirs en"},
		"the same":                  {[]news.Story{edit("Theirs", 1)}, []news.Story{edit("Theirs", 1)}, "", "Theirs en"},
		"theirs is newer":           {[]news.Story{edit("Ours", 1)}, []news.Story{edit("Theirs", 2)}, "theirs", "Theirs en"},
		"ours is newer":             {[]news.Story{edit("Ours", 3)}, []news.Story{edit("Theirs", 2)}, "ours", "Ours en"},
		"ours is newer, later":      {[]news.Story{edit("Ours", 9)}, []news.Story{edit("A", 1), edit("Theirs", 2)}, "ours", "Ours en"},
		"neither says":              {[]news.Story{edit("Ours", 0)}, []news.Story{edit("Theirs", 0)}, "theirs", "Theirs en"},
		"ours is a draft":           {[]news.Story{draft}, []news.Story{edit("Theirs", 2)}, "theirs", "Theirs en"},
		"ours was withdrawn":        {[]news.Story{away}, []news.Story{edit("A", 1), edit("Theirs", 2)}, "ours", "First en"},
		"ours has a higher number":  {[]news.Story{edit("A", 1), edit("Ours", 2)}, []news.Story{edit("A", 1)}, "ours", "Ours en"},
		"ours was what readers had": {nil, []news.Story{edit("A", 1), edit("Theirs", 2)}, "", "Theirs en"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			r.put(t, story(1, "First", "en"))
			r.publish(t)
			backup := r.copied(t)
			for _, s := range test.theirs {
				r.put(t, s)
				r.publish(t)
			}
			backup.put(t, test.ours...)
			backup.Targets, backup.now = r.Targets, r.now
			rec := backup.recover(t)
			if len(rec.Kept) != min(len(test.newest), 1) || len(rec.Kept) == 1 && rec.Kept[0].Newest != test.newest {
				t.Errorf("got %+v", rec.Kept)
			}
			s, err := backup.Store.Story(t.Context(), "story-1")
			status := news.Published
			if test.newest == "ours" {
				status = test.ours[0].Articles[0].Status
			}
			if err != nil || s.Articles[0].Revision.Headline != test.headline || s.Articles[0].Status != status {
				t.Errorf("got %+v, %v", s.Articles, err)
			}
			revisions, err := backup.Store.Revisions(t.Context(), "story-1", "en")
			for _, want := range append(test.ours, test.theirs[len(test.theirs)-1]) {
				if !slices.ContainsFunc(revisions, func(r news.Revision) bool { return r.Headline == want.Articles[0].Revision.Headline }) {
					t.Errorf("the words %q are lost, %v", want.Articles[0].Revision.Headline, err)
				}
			}
			backup.publish(t)
			backup.now = backup.now.Add(time.Second)
			r.now = backup.now
			r.verify(t, "public")
		})
	}
}

// A brokenRecovery is a store whose writes in a recovery go through a breaker.
type brokenRecovery struct {
	store.Store
	*breaker
}

func (s brokenRecovery) Withdraw(ctx context.Context, id string, erase bool) error {
	return s.do("withdraw", func() error { return s.Store.Withdraw(ctx, id, erase) })
}

func (s brokenRecovery) Put(ctx context.Context, story news.Story) (r store.PutResult, err error) {
	err = s.do("put", func() error { r, err = s.Store.Put(ctx, story); return err })
	return r, err
}

func (s brokenRecovery) PutMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error {
	return s.do("put media", func() error { return s.Store.PutMedia(ctx, m, renditions) })
}

func (s brokenRecovery) Rebuild(ctx context.Context, stories []store.Rebuilt) (r []store.RebuildResult, err error) {
	err = s.do("rebuild", func() error { r, err = s.Store.Rebuild(ctx, stories); return err })
	return r, err
}

func (s brokenRecovery) Adopt(ctx context.Context, a store.Adopted) error {
	return s.do("adopt", func() error { return s.Store.Adopt(ctx, a) })
}

// Whatever call to the target or write to the store breaks a recovery, publishing refuses until one has come to its end,
// and then nothing is lost.
func TestRecoverFaults(t *testing.T) {
	r := newRoom(t)
	picture := []byte("the bytes of a picture")
	m := news.Media{ID: edition.Sum([]byte("as handed in")).String(), Name: "bridge.jpg", Renditions: []news.Rendition{{
		Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: edition.Sum(picture).String(), Size: int64(len(picture)),
	}}}
	r.put(t, story(1, "First", "en", "fa"), story(2, "Second", "en", "fa"))
	r.publish(t)
	backup := r.copied(t)
	backup.put(t, story(1, "Ours", "en"))
	ours := story(1, "Ours", "en")
	ours.Articles[0].Updated = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	backup.put(t, ours)
	if err := r.Store.PutMedia(t.Context(), m, map[string][]byte{"640.jpg": picture}); err != nil {
		t.Fatal(err)
	}
	shown := story(3, "Third", "en")
	shown.Articles[0].Revision.Lead = &news.Figure{Media: m.ID, Alt: "A bridge."}
	gone := story(2, "Second", "fa")
	gone.Articles[0].Status = news.Withdrawn
	r.put(t, story(1, "Theirs", "en"), gone, shown)
	r.publish(t)
	if err := os.RemoveAll(filepath.Join(backup.dir, "public")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(backup.dir, "public"), os.DirFS(filepath.Join(r.dir, "public"))); err != nil {
		t.Fatal(err)
	}
	if err := backup.Store.Close(); err != nil {
		t.Fatal(err)
	}
	breakAt := func(c *room, b *breaker) error {
		if _, err := c.Keys.Follow(t.Context(), c.Targets[0].Get); err != nil {
			t.Fatal(err)
		}
		p := *c.Publisher
		p.Store, p.Targets = brokenRecovery{c.Store, b}, []target.Target{brokenTarget{c.Targets[0], b}}
		_, err := p.Recover(t.Context())
		return err
	}
	count := &breaker{}
	if err := breakAt(backup.reopen(t, "public"), count); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= count.calls; at += 9 {
		b := &breaker{at: at, done: at%2 == 0}
		c := backup.reopen(t, "public")
		err := breakAt(c, b)
		var fork *publish.ForkError
		if _, pubErr := c.Publish(t.Context()); b.hit != "adopt" && err != nil && !errors.As(pubErr, &fork) {
			t.Errorf("%s broke: publish says %v", b.hit, pubErr)
		}
		c.recover(t)
		c.publish(t)
		c.verify(t, "public")
		for id, want := range map[string]string{"story-1": "Ours en", "story-2": "Second en", "story-3": "Third en"} {
			s, err := c.Store.Story(t.Context(), id)
			if err != nil || s.Articles[0].Revision.Headline != want {
				t.Errorf("%s broke: %s is %+v, %v", b.hit, id, s.Articles, err)
			}
			if id == "story-2" && s.Articles[1].Status != news.Withdrawn {
				t.Errorf("%s broke: what was withdrawn is out again", b.hit)
			}
		}
	}
}

// gone returns a new, empty newsroom with a copy of a target's files, and the trust that they have.
func (r *room) gone(t *testing.T, first edition.Masthead) *room {
	t.Helper()
	c := &room{dir: t.TempDir(), now: r.now.Add(time.Minute)}
	if err := os.CopyFS(filepath.Join(c.dir, "public"), os.DirFS(filepath.Join(r.dir, "public"))); err != nil {
		t.Fatal(err)
	}
	dir, err := os.OpenRoot(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	own := c.target(t, "public")
	k, err := keys.Adopt(t.Context(), dir, first.Root, own.Get)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Create(t.Context(), c.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := site.New(site.Config{Name: r.Name, Languages: languages, OldSites: oldSites[1:]})
	if err != nil {
		t.Fatal(err)
	}
	c.Publisher = &publish.Publisher{
		Store: st, Site: s, Keys: k, Targets: []target.Target{own},
		Name: r.Name, Languages: languages, Now: func() time.Time { return c.now },
	}
	return c
}

// A newsroom that is gone comes back from a mirror and two of three root keys: the stories at their addresses, the lists
// with their pages, under new keys and in a new log. Readers follow.
func TestRecoverANewsroomThatIsGone(t *testing.T) {
	r := newRoom(t)
	first := r.Keys.Masthead(r.Name, r.Languages, nil)
	held, p, err := r.Keys.ProposeSplit([]string{"Ann", "Ben", "Cem"}, 2, rand.Reader, r.now)
	if err == nil {
		p, err = r.Keys.SignHere(p)
	}
	if err == nil {
		_, err = r.Keys.Accept(p, r.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.put(t, stories(30)...)
	for path, i := range map[string]int{"2014/one": 1, "two.html": 2, "gone": 4} {
		err := r.Store.PutMoved(t.Context(), []store.Moved{{Address: "older.example/" + path,
			ArticleID: store.ArticleID{Story: fmt.Sprint("story-", i), Lang: "fa"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	r.publish(t)
	for i := range 15 { // older than what is there, so that a place tells of an edition, and not of a date
		s := story(100+i, fmt.Sprint("Old ", i), "en", "fa")
		for j := range s.Articles {
			s.Articles[j].Published = time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC)
		}
		s.Articles[0].Revision.Standing = i == 3
		r.put(t, s)
	}
	r.put(t, withdrawn(4, "Headline 4"), missing(60))
	r.publish(t)
	keep := reader.Memory(1 << 20)
	r.follow(t, keep, first)
	want := map[string]string{}
	for f, err := range r.Store.Files(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		want[f.Path] = f.Plain.String()
	}
	if want["2014/one/index.html"] == "" || want["two.html"] == "" || want["gone/index.html"] != "" {
		t.Error("the stubs are not those of the stories that are public")
	}

	c := r.gone(t, first)
	var lost *keys.LostError
	if err := c.Keys.Lost(); !errors.As(err, &lost) || len(lost.Roles) != 5 {
		t.Fatalf("got %v, want all five roles", err)
	}
	rec := c.recover(t)
	if rec.ArticlesNew != 29*3+15*2+1 || rec.Before != 0 || rec.Edition != 2 {
		t.Errorf("got %+v", rec)
	}
	head, err := c.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := edition.Checkpoint{Origin: head.Origin, Size: head.LogSize, Hash: tlog.Hash(head.LogHash)}
	if p, err = c.Keys.ProposeLost(last, head.Number, rand.Reader, c.now); err != nil {
		t.Fatal(err)
	}
	for _, h := range held[1:] {
		if p, err = p.Sign(h.Key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Keys.Accept(p, c.now); err != nil {
		t.Fatal(err)
	}
	res := c.publish(t)
	if res.Edition != 3 || c.Keys.Lost() != nil {
		t.Errorf("got %+v", res)
	}
	if v := c.follow(t, keep, first); v.Edition != 3 || v.Fresh != edition.Fresh {
		t.Errorf("a reader who was there: got %+v", v)
	}
	if v := c.follow(t, reader.Memory(1<<20), first); v.Edition != 3 || v.Fresh != edition.Fresh {
		t.Errorf("a new reader: got %+v", v)
	}
	c.verify(t, "public")
	for f, err := range c.Store.Files(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if want[f.Path] != f.Plain.String() && f.Path != edition.MastheadPath {
			t.Errorf("%s is another page than before", f.Path)
		}
		delete(want, f.Path)
	}
	for path := range want {
		t.Errorf("%s is lost", path)
	}
}

// What does not prove is not taken over, and leaves the store as it was.
func TestRecoverRefuses(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	r.publish(t)
	backup := r.copied(t)
	r.put(t, story(9, "More", "en"))
	r.publish(t)
	page, err := r.Store.File(t.Context(), "en/index.html")
	if err != nil {
		t.Fatal(err)
	}
	front := func(c *room) string { return filepath.Join(c.dir, "public", edition.ObjectPath(page.Entry.Objects[0])) }
	for name, damage := range map[string]func(t *testing.T, c *room){
		"a page's bytes": func(t *testing.T, c *room) {
			if err := os.WriteFile(front(c), []byte("other bytes"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"an object": func(t *testing.T, c *room) {
			if err := os.Remove(front(c)); err != nil {
				t.Fatal(err)
			}
		},
		"the log": func(t *testing.T, c *room) {
			name := filepath.Join(c.dir, "public", "log/tile/entries/000.p/2")
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b[5] ^= 1
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := backup.copied(t)
			if err := os.RemoveAll(filepath.Join(c.dir, "public")); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(filepath.Join(c.dir, "public"), os.DirFS(filepath.Join(r.dir, "public"))); err != nil {
				t.Fatal(err)
			}
			c.Targets = []target.Target{c.target(t, "public")}
			damage(t, c)
			if _, err := c.Keys.Follow(t.Context(), c.Targets[0].Get); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Recover(t.Context()); err == nil {
				t.Error("got no error")
			}
			if head, err := c.Store.Head(t.Context()); err != nil || head.Number != 1 {
				t.Errorf("got %+v, %v", head, err)
			}
		})
	}
	older := r.copied(t)
	backup.Targets = []target.Target{backup.target(t, "public")}
	older.Targets = backup.Targets
	if _, err := older.Recover(t.Context()); !errors.Is(err, store.ErrConflict) {
		t.Errorf("an older edition: got %v", err)
	}
}
