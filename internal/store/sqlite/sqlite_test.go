package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
	"coranto/internal/store/storetest"
)

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func create(t testing.TB) (*sqlite.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Create(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s, _ := create(t)
		return s
	})
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func story(id string) news.Story {
	return news.Story{ID: id, Articles: []news.Article{{Lang: "en", Status: news.Published, Published: noon,
		Revision: news.Revision{Headline: "Headline of " + id}}}}
}

func headlines(t *testing.T, s *sqlite.Store) int {
	t.Helper()
	v, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	hs, err := v.Newest(t.Context(), store.List{Lang: "en"}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(hs)
}

func TestCreateAndOpen(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	if _, err := sqlite.Open(ctx, dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open where nothing is: got %v, want %v", err, fs.ErrNotExist)
	}
	// An interrupted Create leaves an empty file: no store yet, and the next Create makes it one.
	if err := os.WriteFile(filepath.Join(dir, sqlite.DatabaseName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(ctx, dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open what was never finished: got %v, want %v", err, fs.ErrNotExist)
	}
	s, err := sqlite.Create(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := sqlite.Create(ctx, dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("create twice: got %v, want %v", err, fs.ErrExist)
	}
	if _, err := sqlite.Create(ctx, filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("create in no folder: got %v, want %v", err, fs.ErrNotExist)
	}
}

// TestFolderNames opens stores in folders whose names mean something in a URI.
func TestFolderNames(t *testing.T) {
	for _, name := range []string{"a b", "100%", "q?mode=ro", "hash#", "خبر", "a&b=c"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		s, err := sqlite.Create(t.Context(), dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := s.Put(t.Context(), story("s")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
		if fi, err := os.Stat(filepath.Join(dir, sqlite.DatabaseName)); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want a database that only its owner reads", name, fi, err)
		}
	}
}

// raw changes a database behind the store's back.
func raw(t *testing.T, dir, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	s, dir := create(t)
	s.Close()
	raw(t, dir, "PRAGMA user_version = 99")
	if _, err := sqlite.Open(t.Context(), dir); !errors.Is(err, sqlite.ErrNewer) {
		t.Errorf("a newer schema: got %v, want %v", err, sqlite.ErrNewer)
	}
	raw(t, dir, "PRAGMA user_version = 1; PRAGMA application_id = 7")
	for _, open := range []func(context.Context, string) (*sqlite.Store, error){sqlite.Open, sqlite.Create} {
		if _, err := open(t.Context(), dir); err == nil {
			t.Error("another program's database: got no error")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, sqlite.DatabaseName), bytes.Repeat([]byte("no database"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), dir); err == nil {
		t.Error("a file that is no database: got no error")
	}
}

func TestClose(t *testing.T) {
	s, dir := create(t)
	if _, err := s.Put(t.Context(), story("s")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Put(t.Context(), story("s")); err == nil {
		t.Error("put into a closed store: got no error")
	}
	if _, err := s.Story(t.Context(), "s"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("read a closed store: got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*-wal")); len(left) > 0 {
		t.Errorf("got %v after Close, want no write-ahead log", left)
	}
}

func TestCanceled(t *testing.T) {
	s, _ := create(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, story("s")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, err := s.Story(t.Context(), "s"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want %v", err, store.ErrNotFound)
	}
	if _, err := s.Put(t.Context(), story("s")); err != nil {
		t.Errorf("after a canceled one: %v", err)
	}
}

// copyDatabase copies the database and its write-ahead log as a crash at that moment would leave them, the log cut to
// a length.
func copyDatabase(t *testing.T, from string, cut int64) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{sqlite.DatabaseName, sqlite.DatabaseName + "-wal"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if name != sqlite.DatabaseName {
			b = b[:min(cut, int64(len(b)))]
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCrash opens what a crash would leave after each of several editions, and at lengths of the log in between: every
// edition that was sealed is there, and of one that was not, nothing is.
func TestCrash(t *testing.T) {
	s, dir := create(t)
	log := filepath.Join(dir, sqlite.DatabaseName+"-wal")
	sealed := []int64{0} // the log's length when edition n was sealed
	for n := 1; n <= 4; n++ {
		if _, err := s.Put(t.Context(), story(fmt.Sprint("s", n))); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		e := store.Edition{Head: store.Head{Number: uint64(n)}, Files: []store.File{{Path: fmt.Sprintf("en/%d.html", n),
			Entry: edition.Entry{MediaType: "text/html"}}}}
		if err := s.Seal(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		fi, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, fi.Size())
	}
	for n := 1; n < len(sealed); n++ {
		for part := range int64(6) {
			cut := sealed[n-1] + (sealed[n]-sealed[n-1])*part/5
			want := uint64(n - 1)
			if part == 5 {
				want = uint64(n)
			}
			checkCrash(t, copyDatabase(t, dir, cut), want)
		}
	}
}

func checkCrash(t *testing.T, dir string, want uint64) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir)
	if errors.Is(err, fs.ErrNotExist) && want == 0 { // not even the schema had reached the disk
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head, err := s.Head(t.Context())
	if err != nil || head.Number != want {
		t.Errorf("got edition %d, %v, want %d", head.Number, err, want)
	}
	files := uint64(0)
	for _, err := range s.Files(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		files++
	}
	if files != want {
		t.Errorf("got %d files, want %d", files, want)
	}
	if got := headlines(t, s); got != int(want) && got != int(want)+1 {
		t.Errorf("got %d headlines, want %d or one more", got, want)
	}
	if _, err := s.Put(t.Context(), story("after")); err != nil {
		t.Error(err)
	}
}

// TestTwoProcesses opens one store twice, as two processes do.
func TestTwoProcesses(t *testing.T) {
	a, dir := create(t)
	b := open(t, dir)
	var wg sync.WaitGroup
	for i, s := range []*sqlite.Store{a, b} {
		wg.Go(func() {
			for n := range 20 {
				if _, err := s.Put(t.Context(), story(fmt.Sprintf("p%d-%d", i, n))); err != nil {
					t.Error(err)
				}
				if err := s.Settle(t.Context(), noon); err != nil {
					t.Error(err)
				}
				if err := s.Checkpoint(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := headlines(t, b); got != 40 {
		t.Errorf("got %d headlines, want 40", got)
	}
	results := make(chan error, 2)
	for _, s := range []*sqlite.Store{a, b} {
		go func() { results <- s.Seal(t.Context(), store.Edition{Head: store.Head{Number: 1}}) }()
	}
	first, second := <-results, <-results
	if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), store.ErrConflict) {
		t.Errorf("got %v and %v, want one %v", first, second, store.ErrConflict)
	}
}

func TestCheckpointWithReader(t *testing.T) {
	s, _ := create(t)
	v, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if _, err := s.Put(t.Context(), story("s")); err != nil {
		t.Fatal(err)
	}
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDamagedRendition(t *testing.T) {
	s, dir := create(t)
	sum := edition.Sum([]byte("picture")).String()
	m := news.Media{ID: sum, Name: "a.jpg", Renditions: []news.Rendition{{Name: "a.jpg", MediaType: "image/jpeg", SHA256: sum, Size: 7}}}
	renditions := map[string][]byte{"a.jpg": []byte("picture")}
	if err := s.PutMedia(t.Context(), m, renditions); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "media", sum[:2], sum)
	if err := os.WriteFile(name, []byte("picturE"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := s.OpenRendition(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err == nil {
		t.Errorf("got %q and no error", b)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := s.PutMedia(t.Context(), m, nil); err == nil {
		t.Error("put without the bytes that are lost: got no error")
	}
	if err := s.PutMedia(t.Context(), m, renditions); err != nil {
		t.Error(err)
	}
	again, err := s.OpenRendition(t.Context(), sum)
	if err != nil {
		t.Fatalf("after it was put again: %v", err)
	}
	again.Close()
}

// TestCanceledWrites makes sure that a write whose context ends at any moment leaves no transaction open for the next.
func TestCanceledWrites(t *testing.T) {
	t.Parallel()
	s, _ := create(t)
	for i := range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Duration(i) * 2 * time.Microsecond)
			cancel()
		}()
		for ctx.Err() == nil {
			s.EndRun(ctx, "source")
		}
		cancel()
		if err := s.EndRun(t.Context(), "source"); err != nil {
			t.Fatalf("after a write that was canceled: %v", err)
		}
	}
}
