package importer_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/store/sqlite"
)

// A flood is a source of n posts of about 3 kB of HTML, which link to each other.
type flood struct{ n int }

func (f flood) Identity() string { return "flood" }

func (f flood) Survey(ctx context.Context, s *importer.Survey) error {
	s.Has["post"] = f.n
	for i := range f.n {
		if err := s.Moved(ctx, fmt.Sprintf("https://old.example/2014/05/post-%d/", i), fmt.Sprint("wp:", i), "en"); err != nil {
			return err
		}
	}
	return nil
}

func (f flood) Items(context.Context, string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		for i := range f.n {
			clean := importer.NewCleaner("en")
			html := fmt.Sprintf(`<p>Number %d, after <a href="https://old.example/2014/05/post-%d/">another</a>.</p>`, i, i/2) +
				strings.Repeat("<p>Some <em>words</em> of a paragraph that goes on for a while, and then <strong>ends</strong> at a full stop, as they do.</p>\n", 24)
			body, err := clean.HTML(html, nil)
			if err != nil {
				yield(importer.Item{}, err)
				return
			}
			a := news.Article{Lang: "en", Status: news.Published, Published: time.Unix(1e9+int64(i)*3600, 0).UTC(), Revision: news.Revision{
				Headline: fmt.Sprint("Headline ", i), Body: body, Topics: []news.Topic{{Slug: fmt.Sprint("topic-", i%50), Name: "Topic"}},
				SourceURL: fmt.Sprintf("https://old.example/2014/05/post-%d/", i)}}
			it := importer.Item{Kind: "post", At: importer.Place{File: "flood", Item: fmt.Sprint(i)}, Mark: fmt.Sprint(i),
				Story: &news.Story{ID: fmt.Sprint("wp:", i), Slug: fmt.Sprint("post-", i), Articles: []news.Article{a}}}
			if !yield(it, nil) {
				return
			}
		}
	}
}

// BenchmarkImport brings posts into an empty store, and then brings them again.
func BenchmarkImport(b *testing.B) {
	const n = 8000
	for b.Loop() {
		st, err := sqlite.Create(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for _, round := range []string{"new", "again"} {
			began := time.Now()
			if _, err := importer.Import(b.Context(), st, flood{n}, importer.Options{}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(n/time.Since(began).Seconds(), "posts/s-"+round)
		}
		st.Close()
	}
}

// BenchmarkRehearse rehearses what BenchmarkImport imports.
func BenchmarkRehearse(b *testing.B) {
	const n = 8000
	for b.Loop() {
		st, err := sqlite.Create(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		r, err := st.Rehearse(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if _, err := importer.Import(b.Context(), r, flood{n}, importer.Options{Rehearsal: true}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(n/time.Since(began).Seconds(), "posts/s")
		r.Close()
		st.Close()
	}
}
