package sqlite

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
)

// TestPlans asks SQLite how it runs every statement that a day in a newsroom compiles. None may read a whole table that
// grows with the archive.
func TestPlans(t *testing.T) {
	s, err := Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	workday(t, s)
	queries := map[string]bool{}
	w := <-s.write
	for _, r := range append(s.idle, w) {
		for q := range maps.Keys(r.stmts) {
			queries[q] = true
		}
	}
	defer func() { s.write <- w }()
	if len(queries) < 50 {
		t.Errorf("got %d statements, want those of a whole day", len(queries))
	}
	for q := range queries {
		for _, step := range plan(t, w, q) {
			if scansArchive(step) {
				t.Errorf("%s: %s", step, q)
			}
		}
	}
}

// scansArchive says whether a step of a plan reads all of a table but those that stay small.
func scansArchive(step string) bool {
	table, scan := strings.CutPrefix(step, "SCAN ")
	if !scan {
		return false
	}
	table, _, _ = strings.Cut(table, " ")
	switch table {
	case "touched", "repack", "settled", "list", "CONSTANT", "(subquery-1)", "(subquery-2)", "(subquery-3)", "edition":
		return false // edition: read from its end
	}
	return true
}

func plan(t *testing.T, w *session, query string) []string {
	t.Helper()
	switch word, _, _ := strings.Cut(query, " "); word {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
	default:
		return nil
	}
	rows, err := w.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	return steps
}

// workday calls every method that reads or writes while a newsroom works.
func workday(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sum := edition.Sum([]byte("x"))
	m := news.Media{ID: sum.String(), Name: "a.jpg", Renditions: []news.Rendition{{Name: "a.jpg", MediaType: "image/jpeg", SHA256: sum.String(), Size: 1}}}
	must(s.PutMedia(ctx, m, map[string][]byte{"a.jpg": []byte("x")}))
	for n, status := range []news.Status{news.Published, news.Published, news.Withdrawn} {
		name := fmt.Sprint(n)
		_, err := s.Put(ctx, news.Story{ID: "s", Sources: []news.Source{{ID: name, Kind: news.Own}}, Articles: []news.Article{{
			Lang: "en", Status: status, Published: noon, Breaking: noon.Add(time.Hour), Revision: news.Revision{Headline: name,
				Topics: []news.Topic{{Slug: "war", Name: name}}, Places: []news.Place{{Slug: "minsk", Name: name}},
				Bylines: []news.Byline{{Slug: "ann", Name: name}}, Related: []string{name},
				Corrections: []news.Correction{{Time: noon, Text: name}}, Lead: &news.Figure{Media: m.ID, Decorative: true}}}}})
		must(err)
		must(s.Settle(ctx, noon.Add(time.Duration(n)*48*time.Hour)))
	}
	_, err := s.Put(ctx, news.Story{ID: "new", Articles: []news.Article{{Lang: "en", Status: news.Published, Published: noon,
		Revision: news.Revision{Headline: "N", Bylines: []news.Byline{{Name: "N.", Protected: true}}}}}})
	must(err)
	must(s.Settle(ctx, noon.Add(24*time.Hour)))
	must(s.Settle(ctx, noon)) // back in time
	v, err := s.Snapshot(ctx)
	must(err)
	l := store.List{Lang: "en", Topic: "war"}
	for _, err := range v.Changes(ctx, 0) {
		must(err)
	}
	for _, err := range v.Stories(ctx) {
		must(err)
	}
	v.Story(ctx, "s")
	v.Newest(ctx, l, 3)
	v.Page(ctx, l, 1)
	v.Pages(ctx, l)
	v.Day(ctx, "en", "2026-11-22")
	v.Days(ctx, "en", "")
	v.Topics(ctx, "en")
	v.Places(ctx, "en")
	v.Authors(ctx, "en")
	v.Breaking(ctx, "en")
	v.Corrections(ctx, "en", 3)
	v.Languages(ctx)
	v.Media(ctx, m.ID)
	v.Counts(ctx)
	v.Packs(ctx, "en")
	for _, period := range []string{"s1", "2026-11-22T12", "2026-11-22", "2026-11", store.SeedPeriod} {
		v.Pack(ctx, "en", period)
	}
	v.Seed(ctx, "en")
	_, err = v.ArticleAt(ctx, "new", "en", 1)
	must(err)
	must(v.Close())
	_, err = s.Story(ctx, "s")
	must(err)
	_, err = s.Revisions(ctx, "s", "en")
	must(err)
	must(s.Seal(ctx, store.Edition{Head: store.Head{Number: 1, LogSize: 1}, Files: []store.File{{Path: "x.html", Removed: true}},
		Objects: []edition.Hash{sum}, LogHashes: []edition.Hash{sum}}))
	must(s.SetDelivered(ctx, "x", 1))
	_, _, err = s.NextDue(ctx)
	must(err)
	s.Head(ctx)
	s.File(ctx, "x.html")
	s.HasObject(ctx, sum)
	s.LogHashes(ctx, []int64{0})
	s.Records(ctx, 0, 1)
	s.Delivered(ctx, "x")
	for range s.Files(ctx, "") {
	}
	for range s.Files(ctx, "en/") {
	}
	for range s.FilesSince(ctx, 0) {
	}
	for range s.ObjectsSince(ctx, 0) {
	}
}
