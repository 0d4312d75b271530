package cli

import (
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// A newsroom that has news sitemaps makes an edition when stories have become too old for them, by the hour.
func TestNextDue(t *testing.T) {
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	next := func(step string, newsmap bool, want time.Time) {
		t.Helper()
		if at, ok, err := nextDue(t.Context(), st, newsmap); err != nil || !at.Equal(want) || ok == want.IsZero() {
			t.Errorf("%s: got %v %v %v, want %v", step, at, ok, err, want)
		}
	}
	put := func(id string, at time.Time) {
		t.Helper()
		article := news.Article{Lang: "en", Status: news.Published, Published: at, Revision: news.Revision{Headline: id}}
		if _, err := st.Put(t.Context(), news.Story{ID: id, Articles: []news.Article{article}}); err != nil {
			t.Fatal(err)
		}
	}
	settle := func(number uint64, at time.Time) {
		t.Helper()
		if err := st.Settle(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		snap, err := st.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Close()
		if err := st.Seal(t.Context(), store.Edition{Head: store.Head{Number: number, Seq: snap.Seq(), LogSize: int64(number)}}); err != nil {
			t.Fatal(err)
		}
	}
	put("first", began.Add(-90*time.Minute))
	put("second", began.Add(-70*time.Minute))
	settle(1, began)
	next("without sitemaps", false, time.Time{})
	both := began.Add(site.NewsAge - time.Hour)
	next("two that leave in one hour", true, both)
	put("third", began.Add(24*time.Hour))
	settle(2, began)
	next("what falls due comes first", true, began.Add(24*time.Hour))
	settle(3, began.Add(24*time.Hour))
	next("and then they leave", true, both)
	settle(4, both)
	next("the third", true, began.Add(24*time.Hour+site.NewsAge+time.Hour))
	settle(5, began.Add(80*time.Hour))
	next("nothing is left", true, time.Time{})
}
