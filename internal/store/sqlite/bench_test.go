package sqlite_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// archive fills a store with n English articles, an hour apart, each in one of fifty topics.
func archive(b *testing.B, s *sqlite.Store, n int) {
	b.Helper()
	const batch = 1000
	for from := 0; from < n; from += batch {
		var stories []news.Story
		for i := from; i < min(n, from+batch); i++ {
			stories = append(stories, archived(i, "as it was"))
		}
		if _, err := s.PutMany(b.Context(), stories); err != nil {
			b.Fatal(err)
		}
	}
	settle(b, s, archiveTime(n))
	if err := s.Checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func archiveTime(i int) time.Time { return noon.Add(time.Duration(i) * time.Hour) }

func archived(i int, text string) news.Story {
	topic := fmt.Sprintf("topic-%d", i%50)
	return news.Story{ID: fmt.Sprintf("story-%07d", i), Articles: []news.Article{{
		Lang: "en", Status: news.Published, Published: archiveTime(i),
		Revision: news.Revision{
			Headline: fmt.Sprint("Headline ", i), Topics: []news.Topic{{Slug: topic, Name: topic}},
			Body: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: strings.Repeat("word ", 100) + text}}}},
		}}}}
}

func settle(b *testing.B, s *sqlite.Store, asOf time.Time) {
	b.Helper()
	if err := s.Settle(b.Context(), asOf); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSettleOne settles one corrected article and reads what changed. It must not take longer in a large archive.
func BenchmarkSettleOne(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, _ := create(b)
			archive(b, s, n)
			round := 0
			for b.Loop() {
				round++
				b.StopTimer()
				corrected := archived((round*7919)%n, fmt.Sprint("corrected ", round))
				corrected.Articles[0].Revision.Headline += " corrected"
				if _, err := s.Put(b.Context(), corrected); err != nil {
					b.Fatal(err)
				}
				before := position(b, s)
				b.StartTimer()
				settle(b, s, archiveTime(n))
				if got := countChanges(b, s, before); got < 2 {
					b.Fatalf("got %d changes", got)
				}
			}
		})
	}
}

func position(b *testing.B, s *sqlite.Store) int64 {
	b.Helper()
	v, err := s.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	return v.Seq()
}

func countChanges(b *testing.B, s *sqlite.Store, after int64) (n int) {
	b.Helper()
	v, err := s.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	for _, err := range v.Changes(b.Context(), after) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}

// corpus returns the stories of the corpus's feeds, a language after the other.
func corpus(tb testing.TB) [][]news.Story {
	tb.Helper()
	dir := os.Getenv("CORANTO_CORPUS")
	if dir == "" {
		dir = filepath.FromSlash("../../../../shared/corpus/ntrex-128")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		tb.Skip("the corpus is not here; name its folder in CORANTO_CORPUS")
	}
	var all [][]news.Story
	for _, name := range files {
		all = append(all, feedStories(tb, name))
	}
	return all
}

func feedStories(tb testing.TB, name string) (stories []news.Story) {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	var feed struct {
		Items []struct {
			Title     string              `json:"title"`
			Text      string              `json:"content_text"`
			Published time.Time           `json:"date_published"`
			Language  string              `json:"language"`
			Story     struct{ ID string } `json:"_story"`
		} `json:"items"`
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		tb.Fatal(err)
	}
	for _, item := range feed.Items {
		a := news.Article{Lang: item.Language, Status: news.Published, Published: item.Published,
			Revision: news.Revision{Headline: norm.NFC.String(strings.Map(printable, item.Title))}}
		for p := range strings.SplitSeq(item.Text, "\n\n") {
			a.Revision.Body = append(a.Revision.Body, news.Block{Kind: news.Paragraph, Text: []news.Span{{Text: norm.NFC.String(strings.Map(printable, p))}}})
		}
		stories = append(stories, news.Story{ID: item.Story.ID, Articles: []news.Article{a}})
	}
	return stories
}

// printable drops control characters, which only an importer knows better what to do with.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}

// BenchmarkCorpus puts the corpus, feed after feed, settles it and reads every story.
func BenchmarkCorpus(b *testing.B) {
	feeds := corpus(b)
	for b.Loop() {
		b.StopTimer()
		s, _ := create(b)
		b.StartTimer()
		start := time.Now()
		for _, stories := range feeds {
			if _, err := s.PutMany(b.Context(), stories); err != nil {
				b.Fatal(err)
			}
		}
		put := time.Now()
		settle(b, s, noon)
		settled := time.Now()
		v, err := s.Snapshot(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		readAll(b, v)
		b.ReportMetric(put.Sub(start).Seconds(), "s/put")
		b.ReportMetric(settled.Sub(put).Seconds(), "s/settle")
		b.ReportMetric(time.Since(settled).Seconds(), "s/read")
		v.Close()
	}
}

func readAll(b *testing.B, v store.Snapshot) {
	b.Helper()
	articles := 0
	for id, err := range v.Stories(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		s, err := v.Story(b.Context(), id)
		if err != nil {
			b.Fatal(err)
		}
		articles += len(s.Articles)
	}
	if articles != 3690 {
		b.Fatalf("got %d articles, want 3690", articles)
	}
}
