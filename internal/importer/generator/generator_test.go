package generator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
	"coranto/internal/importer/generator"
	"coranto/internal/importer/importertest"
	"coranto/internal/news"
)

// tree writes the files of an archive, and returns their folder. A file that says "picture N" becomes one.
func tree(t *testing.T, archive []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse(archive).Files {
		if n, ok := bytes.CutPrefix(bytes.TrimSpace(f.Data), []byte("picture ")); ok {
			f.Data = importertest.Picture(int(n[0]))
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, f.Data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// example returns the example of a layout.
func example(t *testing.T, layout string) *generator.Source {
	t.Helper()
	b, err := os.ReadFile("testdata/" + layout + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t, tree(t, b), layout)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens a tree until the test ends.
func open(t *testing.T, dir, layout string) (*generator.Source, error) {
	t.Helper()
	files, err := foreign.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	if got := generator.Detect(files); got != layout {
		t.Errorf("detected %q, want %q", got, layout)
	}
	return generator.New(files, layout, generator.Options{Languages: []string{"en", "fa", "ru"}, Language: "en", Folder: "site",
		Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)})
}

// items returns all items by their files.
func items(t *testing.T, s *generator.Source) map[string]importer.Item {
	t.Helper()
	out := make(map[string]importer.Item)
	for it, err := range s.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if it.Story != nil {
			if err := it.Story.Validate(); err != nil {
				t.Errorf("%s: %v", it.At, err)
			}
		}
		out[it.At.File] = it
	}
	return out
}

// show writes an article so that a test can say what it should be.
func show(it importer.Item) string {
	if it.Story == nil {
		if it.Err != nil {
			return it.Kind + " refused: " + it.Err.Error()
		}
		return it.Kind + " left: " + it.Left
	}
	a := it.Story.Articles[0]
	r := a.Revision
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s %s %s", it.Kind, it.Story.ID, it.Story.Slug, a.Lang, a.Status, a.Published.Format("2006-01-02T15:04"))
	if !a.Updated.IsZero() {
		fmt.Fprintf(&b, " updated %s", a.Updated.Format("2006-01-02T15:04"))
	}
	if r.Standing {
		b.WriteString(" standing")
	}
	fmt.Fprintf(&b, "\n%s | %s", r.Headline, r.Standfirst)
	for _, by := range r.Bylines {
		b.WriteString(" by " + by.Name)
	}
	for _, topic := range r.Topics {
		b.WriteString(" #" + topic.Slug)
	}
	fmt.Fprintf(&b, "\nfrom %s\n", r.SourceURL)
	if r.Lead != nil {
		fmt.Fprintf(&b, "lead %s alt=%q caption=%q\n", r.Lead.Missing, r.Lead.Alt, words(r.Lead.Caption))
	}
	blocks(&b, r.Body)
	for _, n := range it.Notes {
		b.WriteString("note: " + n + "\n")
	}
	return strings.TrimSpace(b.String())
}

func blocks(b *strings.Builder, list []news.Block) {
	for _, block := range list {
		b.WriteString(string(block.Kind))
		if f := block.Figure; f != nil {
			fmt.Fprintf(b, " %s alt=%q caption=%q credit=%q", f.Missing, f.Alt, words(f.Caption), f.Credit)
		}
		fmt.Fprintf(b, " %s %s\n", block.URL, words(block.Text))
		for _, inside := range append(slices.Clone(block.Items), block.Blocks) {
			blocks(b, inside)
		}
	}
}

func words(spans []news.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if b.WriteString(s.Text); s.Link != "" {
			b.WriteString("(" + s.Link + ")")
		}
	}
	return b.String()
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, layout := range []string{generator.Hugo, generator.Jekyll} {
		t.Run(layout, func(t *testing.T) {
			t.Parallel()
			s := example(t, layout)
			var b strings.Builder
			all := items(t, s)
			files := make([]string, 0, len(all))
			for f := range all {
				files = append(files, f)
			}
			slices.Sort(files)
			for _, f := range files {
				fmt.Fprintf(&b, "-- %s --\n%s\n", f, show(all[f]))
			}
			b.WriteString("-- moved --\n")
			err := s.Survey(t.Context(), &importer.Survey{Moved: func(_ context.Context, url, story, lang string) error {
				fmt.Fprintf(&b, "%s %s %s\n", url, story, lang)
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile("testdata/" + layout + ".want")
			if got := b.String(); err != nil || got != string(want) {
				if os.Getenv("CORANTO_UPDATE") != "" {
					if err := os.WriteFile("testdata/"+layout+".want", []byte(got), 0o600); err != nil {
						t.Error(err)
					}
				}
				t.Errorf("%v: got\n%s", err, got)
			}
		})
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, layout := range []string{generator.Hugo, generator.Jekyll} {
		t.Run(layout, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile("testdata/" + layout + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			dir := tree(t, b)
			importertest.Run(t, importertest.Kind{
				Languages: []string{"en", "fa", "ru"},
				Open: func(t *testing.T) importer.Source {
					s, err := open(t, dir, layout)
					if err != nil {
						t.Fatal(err)
					}
					return s
				},
			})
		})
	}
}
