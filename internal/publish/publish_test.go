package publish_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/internal/target/fs"
	"coranto/reader"
)

var languages = []string{"en", "fa", "ru"}

// a room is a newsroom for tests, with a clock of its own.
type room struct {
	*publish.Publisher
	dir string
	now time.Time
}

func newRoom(t testing.TB) *room {
	t.Helper()
	return newRoomOf(t, languages, lantern)
}

// lantern makes the pages of most newsrooms of the tests: a Site never changes.
var lantern = sync.OnceValues(func() (*site.Site, error) {
	return site.New(site.Config{Name: "The Lantern", Languages: languages, OldSites: oldSites})
})

var oldSites = []string{"lantern.example", "older.example"}

// newRoomIn makes a newsroom with other languages than the usual.
func newRoomIn(t testing.TB, languages []string) *room {
	t.Helper()
	return newRoomOf(t, languages, func() (*site.Site, error) {
		return site.New(site.Config{Name: "The Lantern", Languages: languages})
	})
}

func newRoomOf(t testing.TB, languages []string, pages func() (*site.Site, error)) *room {
	t.Helper()
	r := &room{dir: t.TempDir(), now: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)}
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	k, err := keys.Create(root, "The Lantern", rand.Reader, r.now)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Create(t.Context(), r.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	r.Publisher = &publish.Publisher{
		Store: st, Site: s, Keys: k, Targets: []target.Target{r.target(t, "public")},
		Name: "The Lantern", Languages: languages, Now: func() time.Time { return r.now },
	}
	return r
}

func (r *room) target(t testing.TB, name string) target.Target {
	t.Helper()
	tg, err := fs.Open(name, filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return tg
}

func story(i int, headline string, langs ...string) news.Story {
	s := news.Story{ID: fmt.Sprintf("story-%d", i)}
	for _, l := range langs {
		s.Articles = append(s.Articles, news.Article{
			Lang: l, Status: news.Published, Published: time.Date(2026, 11, 1, 0, i, 0, 0, time.UTC),
			Revision: news.Revision{
				Headline: headline + " " + l,
				Topics:   []news.Topic{{Slug: "rivers", Name: "Rivers"}},
				Body:     []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Text of " + headline}}}},
			},
		})
	}
	return s
}

func (r *room) put(t testing.TB, stories ...news.Story) {
	t.Helper()
	if _, err := r.Store.PutMany(t.Context(), stories); err != nil {
		t.Fatal(err)
	}
}

func (r *room) publish(t testing.TB) publish.Result {
	t.Helper()
	r.now = r.now.Add(time.Minute)
	res, err := r.Publish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// verify checks a whole target and wants nothing wrong with it.
func (r *room) verify(t testing.TB, name string) reader.Audit {
	t.Helper()
	src, err := reader.Folder(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	a, err := reader.Verify(t.Context(), live{src}, r.Keys.Masthead(r.Name, r.Languages, nil),
		reader.VerifyOptions{Now: func() time.Time { return r.now }})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Authentic || !a.Whole || a.Fresh != edition.Fresh || len(a.Problems) > 0 {
		t.Fatalf("verify %s: %+v", name, a)
	}
	return a
}

// live is a folder that stands for a mirror asked over a network, which alone can be fresh.
type live struct{ *reader.FolderSource }

func (live) Live() bool { return true }

func stories(n int) []news.Story {
	out := make([]news.Story, n)
	for i := range out {
		out[i] = story(i, fmt.Sprintf("Headline %d", i), languages...)
	}
	return out
}

func TestPublishMakesACompleteMirror(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(50)...)
	res := r.publish(t)
	if res.Edition != 1 || res.Stories != 50 || res.Articles != 150 || res.PagesRendered < 150 || res.ObjectsNew < 150 {
		t.Errorf("got %+v", res)
	}
	if a := r.verify(t, "public"); a.Edition != 1 {
		t.Errorf("got %+v", a)
	}
}

func TestNothingNewRenewsOnlyTheHead(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	first := r.publish(t)
	before := r.verify(t, "public")
	r.now = r.now.Add(time.Hour)
	again := r.publish(t)
	if again.Edition != 1 || again.Root != first.Root || again.PagesRendered != 0 || again.ObjectsNew != 0 || again.TreeNodesNew != 0 {
		t.Errorf("got %+v", again)
	}
	if after := r.verify(t, "public"); !after.AsOf.After(before.AsOf) {
		t.Errorf("as of %v, before %v: the head was not renewed", after.AsOf, before.AsOf)
	}
	r.put(t, stories(3)...)
	if res := r.publish(t); res.PagesRendered != 0 || res.Edition != 1 {
		t.Errorf("putting the same again: got %+v", res)
	}
}

func TestACorrectionCostsTheSameInAnyArchive(t *testing.T) {
	for _, n := range []int{60, 600} {
		r := newRoom(t)
		r.put(t, stories(n)...)
		r.publish(t)
		s := story(5, "Headline 5", "fa")
		s.Articles[0].Revision.Body[0].Text[0].Text = "A corrected text"
		r.put(t, s)
		res := r.publish(t)
		r.verify(t, "public")
		if res.Edition != 2 || res.TreeNodesNew > 20 || res.BytesNew > 64<<10 || res.PagesRendered > 1 {
			t.Errorf("%d stories: %+v", n, res)
		}
	}
}

// TestRemovedStoryIsGone looks for the name of a withdrawn story in all names that are published.
func TestRemovedStoryIsGone(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(5)...)
	r.publish(t)
	s := story(2, "Headline 2", languages...)
	for i := range s.Articles {
		s.Articles[i].Status = news.Withdrawn
	}
	r.put(t, s)
	r.publish(t)
	r.verify(t, "public")
	err := filepath.WalkDir(r.dir, func(name string, _ os.DirEntry, err error) error {
		if strings.Contains(name, "story-2") {
			t.Errorf("%s is still there", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestChangedNewsroom changes what the pages depend on besides the stories: fronts come and go, and names are shown.
func TestChangedNewsroom(t *testing.T) {
	r := newRoom(t)
	r.put(t, story(1, "Flood", "en", "ru"), story(2, "Only Russian", "ru"))
	r.publish(t)
	for i, c := range []struct {
		name            string
		languages       []string
		exist, notExist string
	}{
		{"The Lantern", []string{"en", "fa", "ru", "de"}, "de/index.html", "de/story"},
		{"The Lantern", []string{"en", "fa"}, "fa/index.html", "ru/index.html"},
		{"The Torch", []string{"fa", "en"}, "en/index.html", "de/index.html"},
		{"The Torch", []string{"en", "fa", "ru"}, "ru/story/2026/11/01/story-2/index.html", "de/index.html"},
	} {
		s, err := site.New(site.Config{Name: c.name, Languages: c.languages})
		if err != nil {
			t.Fatal(err)
		}
		r.Site, r.Name, r.Languages = s, c.name, c.languages
		if res := r.publish(t); res.Edition != uint64(i+2) {
			t.Errorf("%q in %v: got edition %d, want %d", c.name, c.languages, res.Edition, i+2)
		}
		r.verify(t, "public")
		if _, err := os.Stat(filepath.Join(r.dir, "public", c.exist)); err != nil {
			t.Errorf("%q in %v: %v", c.name, c.languages, err)
		}
		if _, err := os.Stat(filepath.Join(r.dir, "public", c.notExist)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q in %v: %s is there still: %v", c.name, c.languages, c.notExist, err)
		}
		if front, err := os.ReadFile(filepath.Join(r.dir, "public/en/index.html")); err != nil || !bytes.Contains(front, []byte(c.name)) {
			t.Errorf("%q in %v: the front does not show the name: %v", c.name, c.languages, err)
		}
		if res := r.publish(t); res.PagesRendered != 0 {
			t.Errorf("%q in %v: a second publish rendered %d pages", c.name, c.languages, res.PagesRendered)
		}
	}
}

func TestSecondTargetIsBroughtUp(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	r.publish(t)
	r.put(t, story(9, "New", "en"))
	r.publish(t)
	r.Targets = append(r.Targets, r.target(t, "stick"))
	if res := r.publish(t); len(res.Late) > 0 {
		t.Fatalf("got %+v", res)
	}
	r.verify(t, "stick")
}

// TestSwappedTargetIsBroughtUp puts an empty folder, and then an older edition, where a target was.
func TestSwappedTargetIsBroughtUp(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	r.Targets = append(r.Targets, r.target(t, "stick"))
	r.publish(t)
	stick, older := filepath.Join(r.dir, "stick"), filepath.Join(r.dir, "older")
	if err := os.CopyFS(older, os.DirFS(stick)); err != nil {
		t.Fatal(err)
	}
	r.put(t, story(9, "New", "en"), story(1, "Corrected", "en"))
	r.publish(t)

	if err := os.RemoveAll(stick); err != nil {
		t.Fatal(err)
	}
	r.Targets[1] = r.target(t, "stick")
	r.publish(t)
	r.verify(t, "stick")

	if err := errors.Join(os.RemoveAll(stick), os.Rename(older, stick)); err != nil {
		t.Fatal(err)
	}
	r.Targets[1] = r.target(t, "stick")
	r.publish(t)
	r.verify(t, "stick")
}

// deaf is a target that takes nothing.
type deaf struct{ target.Target }

var errDeaf = errors.New("no route to it")

func (deaf) Put(context.Context, string, []byte) error { return errDeaf }

func TestLateTargetDoesNotStopTheFirst(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	stick := r.target(t, "stick")
	r.Targets = append(r.Targets, deaf{stick})
	if res := r.publish(t); res.Late["stick"] == "" {
		t.Errorf("got %+v, want the stick to be late", res)
	}
	r.verify(t, "public")
	r.Targets[1] = stick
	if res := r.publish(t); len(res.Late) > 0 {
		t.Errorf("got %+v", res)
	}
	r.verify(t, "stick")
}

func TestPublishRefusesToFork(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	copied := filepath.Join(t.TempDir(), "store")
	if err := os.CopyFS(copied, os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	r.put(t, story(7, "Later", "en"))
	r.publish(t)

	old, err := sqlite.Open(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	r.Store = old
	var fork *publish.ForkError
	if _, err := r.Publish(t.Context()); !errors.As(err, &fork) || fork.Theirs != 2 {
		t.Errorf("a restored newsroom: got %v, want a ForkError", err)
	}
	if _, err := old.PutMany(t.Context(), []news.Story{story(8, "Other", "en")}); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(r.dir, "aside"), os.DirFS(filepath.Join(copied, "public"))); err != nil {
		t.Fatal(err)
	}
	aside := r.Targets
	r.Targets = []target.Target{r.target(t, "aside")}
	if _, err := r.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Targets = aside
	if _, err := r.Publish(t.Context()); !errors.As(err, &fork) {
		t.Errorf("a fork of the same size: got %v, want a ForkError", err)
	}
}

func TestLostTargetIsNamed(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	if err := os.RemoveAll(filepath.Join(r.dir, "public")); err != nil {
		t.Fatal(err)
	}
	r.Targets[0] = r.target(t, "public")
	r.put(t, story(3, "Third", "en"))
	if _, err := r.Publish(t.Context()); !errors.Is(err, publish.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
	r.Again = true
	r.publish(t)
	if a := r.verify(t, "public"); a.Edition != 2 {
		t.Errorf("got edition %d", a.Edition)
	}
}

// TestAgainMends takes files away from a target, and wants them back without a new edition.
func TestAgainMends(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(40)...)
	first := r.publish(t)
	r.put(t, story(3, "Corrected", "en"))
	second := r.publish(t)
	n := 0
	err := filepath.WalkDir(filepath.Join(r.dir, "public"), func(name string, d os.DirEntry, err error) error {
		if n++; err == nil && !d.IsDir() && n%3 == 0 && filepath.Base(name) != edition.LatestPath {
			err = os.Remove(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	head, err := r.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	manifest := edition.ObjectPath(edition.ManifestHash(head.Manifest)) // the one object that no page and no node leads to
	if err := os.Remove(filepath.Join(r.dir, "public", manifest)); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	r.Again = true
	res := r.publish(t)
	if res.Edition != 2 || res.Root != second.Root || res.Root == first.Root {
		t.Errorf("got %+v, want edition 2 as it was", res)
	}
	r.verify(t, "public")
}

func TestSecondPublisherLosesCleanly(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(2)...)
	r.publish(t)
	r.put(t, story(3, "Third", "en"))
	rival := *r.Publisher
	rivalStore := &slowSeal{Store: r.Store, before: func() { r.publish(t) }}
	rival.Store = rivalStore
	if _, err := rival.Publish(t.Context()); !errors.Is(err, store.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	if a := r.verify(t, "public"); a.Edition != 2 {
		t.Errorf("got edition %d, want the winner's", a.Edition)
	}
}

// slowSeal lets somebody else publish just before it seals.
type slowSeal struct {
	store.Store
	before func()
}

func (s *slowSeal) Seal(ctx context.Context, e store.Edition) error {
	s.before()
	return s.Store.Seal(ctx, e)
}

func TestLargeFilesAndTypes(t *testing.T) {
	r := newRoom(t)
	video := make([]byte, 2<<20+777)
	if _, err := rand.Read(video); err != nil {
		t.Fatal(err)
	}
	h := edition.Sum(video).String()
	m := news.Media{ID: h, Name: "clip.mp4", Renditions: []news.Rendition{
		{Name: "clip.mp4", MediaType: "video/mp4", SHA256: h, Size: int64(len(video))},
	}}
	if err := r.Store.PutMedia(t.Context(), m, map[string][]byte{"clip.mp4": video}); err != nil {
		t.Fatal(err)
	}
	s := story(1, "Video", "en")
	s.Articles[0].Revision.Lead = &news.Figure{Media: h, Alt: "A road"}
	r.put(t, s)
	r.publish(t)
	r.verify(t, "public")
	found, err := filepath.Glob(filepath.Join(r.dir, "public/media/story/2026/11/01/story-1/*.mp4"))
	if err != nil || len(found) != 1 {
		t.Fatalf("got %q, %v", found, err)
	}
	if got, err := os.ReadFile(found[0]); err != nil || !slices.Equal(got, video) {
		t.Errorf("the published video differs: %d bytes, %v", len(got), err)
	}
}

func TestFsck(t *testing.T) {
	r := newRoom(t)
	r.put(t, stories(3)...)
	check := func() publish.Checkup {
		t.Helper()
		src, err := reader.Folder(filepath.Join(r.dir, "public"))
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		c, err := r.Fsck(t.Context(), src, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := check(); !c.Whole || c.Edition != 0 {
		t.Errorf("before the first edition: %+v", c)
	}
	r.publish(t)
	if c := check(); !c.Whole || c.Edition != 1 || len(c.Unfinished) > 0 {
		t.Errorf("after the first edition: %+v", c)
	}
	page := filepath.Join(r.dir, "public/en/index.html")
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	if c := check(); !c.Whole || len(c.Unfinished) != 1 {
		t.Errorf("without a plain page: %+v", c)
	}
	objects, err := filepath.Glob(filepath.Join(r.dir, "public/o/*/*"))
	if err != nil || len(objects) == 0 {
		t.Fatal(objects, err)
	}
	for _, o := range objects {
		if err := os.Truncate(o, 1); err != nil {
			t.Fatal(err)
		}
	}
	if c := check(); c.Whole || len(c.Problems) == 0 {
		t.Errorf("with objects cut short: %+v", c)
	}
}

// TestOrderOfImportDoesNotMatter puts the same articles, some on either side of midnight, in two orders.
func TestOrderOfImportDoesNotMatter(t *testing.T) {
	var parts []news.Story
	for i := range 30 {
		for j, l := range languages {
			s := story(i, fmt.Sprintf("Headline %d", i), l)
			s.Articles[0].Published = s.Articles[0].Published.Add(time.Duration(j*i) * time.Hour)
			parts = append(parts, s)
		}
	}
	published := func(parts []news.Story) map[string]edition.Hash {
		r := newRoom(t)
		for _, s := range parts {
			r.put(t, s)
		}
		r.publish(t)
		files := map[string]edition.Hash{}
		for f, err := range r.Store.Files(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			files[f.Path] = f.Plain
		}
		delete(files, edition.MastheadPath) // it carries the newsroom's own keys
		return files
	}
	one := published(parts)
	slices.Reverse(parts)
	two := published(parts)
	if len(one) < 90 || len(one) != len(two) {
		t.Fatalf("%d files in one order, %d in the other", len(one), len(two))
	}
	for path, h := range one {
		if two[path] != h {
			t.Errorf("%s differs by the order of import", path)
		}
	}
}

// TestNoProtectedWordIsPublished looks for what must never leave the store in every byte that was published.
func TestNoProtectedWordIsPublished(t *testing.T) {
	r := newRoom(t)
	s := story(1, "Headline", languages...)
	s.Sources = []news.Source{{ID: "who", Kind: news.Anonymous, Reason: map[string]string{"": "fears for her work"}, Identity: "Vera Verborgen"}}
	s.Claims = []news.Claim{{ID: "what", Source: "who", Check: news.Attributed}}
	for i := range s.Articles {
		s.Articles[i].Revision.Bylines = []news.Byline{{Name: "Nele Verborgen", Protected: true}, {Name: "Open Byline"}}
		s.Articles[i].Revision.Body[0].Text[0].Claim = "what"
	}
	draft := story(2, "Verborgen draft", "en")
	draft.Articles[0].Status = news.Draft
	embargoed := story(3, "Verborgen until later", "en")
	embargoed.Articles[0].Published = r.now.Add(time.Hour)
	r.put(t, s, draft, embargoed)
	r.publish(t)
	open := 0
	err := filepath.WalkDir(filepath.Join(r.dir, "public"), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
			if b, err = io.ReadAll(z); err != nil {
				return err
			}
		}
		if bytes.Contains(bytes.ToLower(b), []byte("verborgen")) || strings.Contains(strings.ToLower(name), "verborgen") {
			t.Errorf("%s tells what must not leave the store", name)
		}
		if bytes.Contains(b, []byte("Open Byline")) {
			open++
		}
		return nil
	})
	if err != nil || open == 0 {
		t.Fatalf("the open byline stands in %d files, %v", open, err)
	}
	r.now = r.now.Add(2 * time.Hour)
	r.publish(t)
	if _, err := os.Stat(filepath.Join(r.dir, "public/en/story/2026/11/22/story-3/index.html")); err != nil {
		t.Errorf("the embargo has passed: %v", err)
	}
}
