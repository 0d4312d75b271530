package sqlite_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// A copy in which everything is out shows drafts and embargoed stories under their own number and time, and breaking news
// as it is now; the store that it was made of does not.
func TestCopyReleases(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, dir := create(t)
	at := time.Unix(1e9, 0).UTC()
	for id, a := range map[string]news.Article{
		"out":   {Status: news.Published, Published: at, Breaking: at.Add(time.Hour)},
		"later": {Status: news.Published, Published: at.Add(time.Hour)},
		"draft": {Status: news.Draft},
		"dated": {Status: news.Draft, Published: at.Add(2 * time.Hour)},
	} {
		a.Lang, a.Revision.Headline = "en", id
		if _, err := s.Put(ctx, news.Story{ID: id, Articles: []news.Article{a}}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := sqlite.OpenCopy(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	released, err := c.Release(ctx, at)
	if err != nil || !slices.Equal(released, []sqlite.Released{{sqlite.ArticleID{Story: "dated", Lang: "en"}, true}, {sqlite.ArticleID{Story: "draft", Lang: "en"}, true}, {sqlite.ArticleID{Story: "later", Lang: "en"}, false}}) {
		t.Fatalf("released %v, %v", released, err)
	}
	for _, st := range []struct {
		*sqlite.Store
		want string
	}{
		{c, "dated 2001-09-09T03:46:40Z, later 2001-09-09T02:46:40Z, draft 2001-09-09T01:46:40Z, out 2001-09-09T01:46:40Z"},
		{s, "out 2001-09-09T01:46:40Z"},
	} {
		if got := shown(t, st.Store, at); got != st.want {
			t.Errorf("readers are shown %s, want %s", got, st.want)
		}
	}
	if got, err := c.Story(ctx, "draft"); err != nil || got.Articles[0].Number != 1 || !got.Articles[0].Published.Equal(at) {
		t.Errorf("the draft became %+v, %v", got.Articles, err)
	}
}

// shown settles a store and returns what its newest list has, and checks that one story is breaking news.
func shown(t *testing.T, s *sqlite.Store, at time.Time) string {
	t.Helper()
	if err := s.Settle(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if bar, err := snap.Breaking(t.Context(), "en"); err != nil || len(bar) != 1 {
		t.Errorf("breaking news is %v, %v", bar, err)
	}
	headlines, err := snap.Newest(t.Context(), store.List{Lang: "en"}, 9)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, h := range headlines {
		all = append(all, h.Story+" "+h.Published.Format(time.RFC3339))
	}
	return strings.Join(all, ", ")
}

// contents returns the SHA-256 and the time of each file in a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		info, infoErr := d.Info()
		if err = errors.Join(err, infoErr); err == nil {
			m[filepath.Base(name)] = fmt.Sprintf("%x %s", sha256.Sum256(b), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// strand puts copies of a store's files, as a crash leaves them, into a folder of their own.
func strand(t *testing.T, dir string, names ...string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// However a store was left, a copy of it has all of it, and not one byte of its folder is another for that: not even where
// a crash left words in the log, and the database is of an older version.
func TestCopyLeavesFolderAlone(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, dir := create(t)
	a := news.Article{Lang: "en", Status: news.Draft, Revision: news.Revision{Headline: "Unsaid"}}
	if _, err := s.Put(ctx, news.Story{ID: "draft", Articles: []news.Article{a}}); err != nil {
		t.Fatal(err)
	}
	crashed := strand(t, dir, "store.db", "store.db-wal", "store.db-shm")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(contents(t, dir))); !slices.Equal(names, []string{"store.db"}) {
		t.Fatalf("a closed store is %v", names)
	}
	old := strand(t, dir, "store.db")
	raw(t, old, undo5+undo4+undo3+"PRAGMA user_version = 2")
	for name, dir := range map[string]string{"closed": dir, "crashed": crashed, "old": old} {
		before := contents(t, dir)
		c, err := sqlite.OpenCopy(ctx, dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := c.Story(ctx, "draft"); err != nil || got.Articles[0].Revision.Headline != "Unsaid" {
			t.Errorf("%s: the copy has %+v, %v", name, got, err)
		}
		during := contents(t, dir)
		if _, err := c.Release(ctx, time.Unix(1e9, 0)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := errors.Join(c.Settle(ctx, time.Unix(2e9, 0)), c.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for when, got := range map[string]map[string]string{"while it is open": during, "afterwards": contents(t, dir)} {
			if !maps.Equal(before, got) {
				t.Errorf("%s: %s the folder has %v, want %v", name, when, got, before)
			}
		}
	}
}

// A copy can be made while somebody writes, and has what was written before. What is written to it stays in memory, and
// what is written to the store later is not in it.
func TestCopyOfOpenStore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, dir := create(t)
	put := func(to *sqlite.Store, id string) {
		t.Helper()
		a := news.Article{Lang: "en", Status: news.Published, Published: time.Unix(1e9, 0), Revision: news.Revision{Headline: id}}
		if _, err := to.Put(ctx, news.Story{ID: id, Articles: []news.Article{a}}); err != nil {
			t.Fatal(err)
		}
	}
	put(s, "before")
	c, err := sqlite.OpenCopy(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	put(s, "after")
	put(c, "only-shown")
	for _, st := range []struct {
		*sqlite.Store
		want []string
	}{{s, []string{"after", "before"}}, {c, []string{"before", "only-shown"}}} {
		var ids []string
		for id, err := range st.IDs(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		if !slices.Equal(ids, st.want) {
			t.Errorf("stories %v, want %v", ids, st.want)
		}
	}
}

// Pictures that a copy is given are there, and not in the folder; those of the folder are there too, and no erasing in the
// copy takes them away.
func TestCopyKeepsPicturesInMemory(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, dir := create(t)
	kept, drawn := picture("kept"), picture("drawn")
	if err := s.PutMedia(ctx, kept.Media, kept.files); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	c, err := sqlite.OpenCopy(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.PutMedia(ctx, drawn.Media, drawn.files); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Erase(ctx); err != nil {
		t.Fatal(err)
	}
	for _, p := range []drawing{kept, drawn} {
		if got, err := p.read(ctx, c); err != nil || !bytes.Equal(got, p.files["1.jpg"]) {
			t.Errorf("%s: %q, %v", p.Name, got, err)
		}
	}
	if after := contents(t, dir); !maps.Equal(before, after) {
		t.Errorf("the folder has %v, want %v", after, before)
	}
}

// A drawing is a media with its bytes.
type drawing struct {
	news.Media
	files map[string][]byte
}

func picture(name string) drawing {
	b := []byte("the bytes of " + name)
	sum := fmt.Sprintf("%x", sha256.Sum256(b))
	r := news.Rendition{Name: "1.jpg", MediaType: "image/jpeg", Width: 1, Height: 1, SHA256: sum, Size: int64(len(b))}
	return drawing{news.Media{ID: sum, Name: name + ".jpg", Renditions: []news.Rendition{r}}, map[string][]byte{"1.jpg": b}}
}

func (d drawing) read(ctx context.Context, s *sqlite.Store) ([]byte, error) {
	r, err := s.OpenRendition(ctx, d.Renditions[0].SHA256)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// There is nothing to copy where there is no store.
func TestCopyOfNothing(t *testing.T) {
	t.Parallel()
	if _, err := sqlite.OpenCopy(t.Context(), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, sqlite.DatabaseName), []byte("no database, but bytes of somebody else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.OpenCopy(t.Context(), dir); err == nil {
		t.Error("a file that is no database was copied")
	}
}
