package ninjs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/markdown"
	"coranto/internal/importer/ninjs"
	"coranto/internal/news"
	"coranto/internal/sample"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

var languages = []string{"ar", "en", "fa", "fr", "kk", "ky", "ru", "tg", "tr", "uk", "uz", "zh"}

var asOf = time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)

func newStore(t *testing.T) *sqlite.Store {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// public returns the files of a newsroom's site, as a mirror has them.
func public(t *testing.T, st store.Store) fstest.MapFS {
	t.Helper()
	ctx := t.Context()
	s, err := site.New(site.Config{Name: "N", Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Settle(ctx, asOf); err != nil {
		t.Fatal(err)
	}
	snap, err := st.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	files := fstest.MapFS{}
	for u, err := range s.All(ctx, snap) {
		if err != nil {
			t.Fatal(err)
		}
		out, err := s.Render(ctx, snap, u)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out.Files {
			if f.Rendition != "" {
				f.Body = rendition(t, st, f.Rendition)
			}
			files[f.Path] = &fstest.MapFile{Data: f.Body, Mode: 0o644}
		}
	}
	return files
}

// part returns some of the folders of a file system.
func part(t *testing.T, fsys fs.FS, folders ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, folder := range folders {
		entries, err := fs.ReadDir(fsys, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			b, err := fs.ReadFile(fsys, folder+"/"+e.Name())
			if err != nil {
				t.Fatal(err)
			}
			files[folder+"/"+e.Name()] = &fstest.MapFile{Data: b, Mode: 0o644}
		}
	}
	return files
}

func rendition(t *testing.T, st store.Store, sum string) []byte {
	t.Helper()
	r, err := st.OpenRendition(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func importInto(t *testing.T, st importer.Store, fsys fs.FS) importer.Report {
	t.Helper()
	r, err := ninjs.Import(t.Context(), st, fsys, ninjs.Options{Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	if r.New+r.Changed+r.Unchanged+r.Refused != r.Total {
		t.Errorf("the report doesn't add up: %+v", r)
	}
	return r
}

var (
	once  sync.Once
	drawn fstest.MapFS
)

// samples returns the site of the sample stories, corrected once, so that some translations are stale. Its pictures are
// drawn once for all tests.
func samples(t *testing.T) fstest.MapFS {
	t.Helper()
	once.Do(func() {
		st := newStore(t)
		for _, folder := range []fs.FS{sample.Stories(), sample.Corrected()} {
			if testing.Short() {
				folder = part(t, folder, "bread-prices", "samara-border")
			}
			if _, err := markdown.Import(t.Context(), st, folder, markdown.Options{Languages: languages}); err != nil {
				t.Fatal(err)
			}
		}
		drawn = public(t, st)
	})
	return maps.Clone(drawn)
}

// TestTheSameStories takes a newsroom's whole site over into an empty one, which then has the same pages, to the byte.
func TestTheSameStories(t *testing.T) {
	first := samples(t)
	st := newStore(t)
	r := importInto(t, st, first)
	if r.Refused != 0 || r.New != r.Total || r.Total < 8 {
		t.Fatalf("got %+v", r)
	}
	second := public(t, st)
	for _, p := range slices.Sorted(maps.Keys(first)) {
		// The new store counts revisions anew: only the documents and the packs tell.
		told := strings.HasSuffix(p, "/ninjs.json") || strings.Contains(p, "/archive/pack/")
		if got := second[p]; got == nil || !bytes.Equal(got.Data, first[p].Data) && !told {
			t.Errorf("%s is not what it was", p)
		}
	}
	if len(second) != len(first) {
		t.Errorf("%d files, want %d", len(second), len(first))
	}
	if r := importInto(t, st, first); r.Unchanged != r.Total || r.Total < 8 {
		t.Errorf("again: got %+v", r)
	}
	third := newStore(t)
	importInto(t, third, second)
	again := public(t, third)
	for p := range second {
		if !bytes.Equal(second[p].Data, again[p].Data) {
			t.Errorf("%s: taken over twice, it is not what it was", p)
		}
	}
}

// TestStaleStays corrects the original again and again: what was stale is not written anew for it.
func TestStaleStays(t *testing.T) {
	from, to := newStore(t), newStore(t)
	put := func(text string, origin int) {
		t.Helper()
		published := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		body := []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: text}}}}
		s := news.Story{ID: "s", Articles: []news.Article{
			{Lang: "en", Status: news.Published, Published: published, Revision: news.Revision{Headline: "H", Body: body}},
			{Lang: "fa", Status: news.Published, Published: published, Revision: news.Revision{
				Headline: "H", Origin: &news.Origin{Lang: "en", Number: origin}}},
			{Lang: "ru", Status: news.Published, Published: published, Revision: news.Revision{
				Headline: "H", Origin: &news.Origin{Lang: "fa", Number: 1}}},
		}}
		if _, err := from.Put(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, changed, number int) {
		t.Helper()
		r := importInto(t, to, public(t, from))
		s, err := to.Story(t.Context(), "s")
		if err != nil {
			t.Fatal(err)
		}
		if o := s.Articles[1].Revision.Origin; r.Changed != changed || o.Number != number {
			t.Errorf("%s: %d changed, and Persian is of revision %d; want %d and %d", what, r.Changed, o.Number, changed, number)
		}
	}
	put("one", 1)
	check("new", 0, 1)
	put("two", 1)
	check("corrected", 1, 1)
	put("three", 1)
	check("corrected again", 1, 1)
	put("three", 3)
	check("translated anew", 1, 3)
}

// TestRefused makes one thing wrong in a mirror at a time.
func TestRefused(t *testing.T) {
	good := samples(t)
	doc, picture := pathOf(t, good, "en/", "/ninjs.json"), pathOf(t, good, "media/", ".jpg")
	for _, tt := range []struct {
		what, path, want string
		data             []byte // nil removes the file
	}{
		{"a document that is none", doc, "ninjs:", []byte("{}")},
		{"a document of another story's folder", doc, "belongs at", good[pathOf(t, good, "fa/", "/ninjs.json")].Data},
		{"a picture that is gone", picture, "not exist", nil},
		{"another picture", picture, "another than was published", []byte("\xFF\xD8\xFF")},
		{"a document in no story's folder", "en/ninjs.json", "in no story's folder", good[doc].Data},
	} {
		files := maps.Clone(good)
		delete(files, tt.path)
		if tt.data != nil {
			files[tt.path] = &fstest.MapFile{Data: tt.data, Mode: 0o644}
		}
		r := importInto(t, newStore(t), files)
		if r.Refused == 0 || r.New == 0 || !strings.Contains(r.Problems[0].Reason, tt.want) {
			t.Errorf("%s: got %d new, %v; want a reason with %q", tt.what, r.New, r.Problems, tt.want)
		}
	}
}

// pathOf returns the first path with a beginning and an end.
func pathOf(t *testing.T, files fstest.MapFS, begin, end string) string {
	t.Helper()
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(p, begin) && strings.HasSuffix(p, end) {
			return p
		}
	}
	t.Fatalf("no %s…%s", begin, end)
	return ""
}

// TestOwnSecretsStay makes sure that an import of what was published loses nothing that was not.
func TestOwnSecretsStay(t *testing.T) {
	st := newStore(t)
	s := news.Story{ID: "s", Articles: []news.Article{{
		Lang: "en", Status: news.Published, Published: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
		Revision: news.Revision{Headline: "H", Bylines: []news.Byline{{Name: "Hidden", Protected: true}}},
	}}}
	if _, err := st.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	r := importInto(t, st, public(t, st))
	if r.Refused != 1 || !strings.Contains(r.Problems[0].Reason, "never published") {
		t.Errorf("got %+v", r)
	}
	if got, err := st.Story(t.Context(), "s"); err != nil || len(got.Articles[0].Revision.Bylines) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLanguagesAndStops(t *testing.T) {
	files := samples(t)
	r, err := ninjs.Import(t.Context(), newStore(t), files, ninjs.Options{Languages: []string{"en"}})
	if err != nil || r.New == 0 || r.Refused == 0 || !strings.Contains(r.Problems[0].Reason, "not a language of the newsroom") {
		t.Errorf("got %+v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ninjs.Import(ctx, newStore(t), files, ninjs.Options{Languages: languages}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	st := newStore(t)
	st.Close()
	if _, err := ninjs.Import(t.Context(), st, files, ninjs.Options{Languages: languages}); err == nil {
		t.Error("a closed store: no error")
	}
}
