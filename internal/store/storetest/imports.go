package storetest

import (
	"fmt"
	"reflect"
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

func testBatches(t *testing.T, b *bench) {
	ctx := t.Context()
	_, err := b.Run(ctx, "export")
	b.want(err, store.ErrNotFound)
	id := store.ArticleID{Story: "a", Lang: "en"}
	batch := store.Batch{
		Stories: []news.Story{story("a", article("en", "A", noon))},
		Run:     store.Run{Source: "export", Mark: "1", State: "state"},
		Taken:   map[store.ArticleID]string{id: "export.xml:7"},
	}
	got, err := b.PutBatch(ctx, batch)
	b.must(err)
	equal(t, "new", got.Stories, []store.PutResult{{New: []string{"en"}}})
	run, err := b.Run(ctx, "export")
	b.must(err)
	equal(t, "the run", run, batch.Run)
	taken, err := b.Taken(ctx, "export", []store.ArticleID{id, {Story: "a", Lang: "fa"}})
	b.must(err)
	equal(t, "taken", taken, map[store.ArticleID]string{id: "export.xml:7"})
	taken, err = b.Taken(ctx, "another", []store.ArticleID{id})
	b.must(err)
	equal(t, "taken by another", len(taken), 0)

	// What is kept may tell what became of the stories.
	batch.State = func(r store.BatchResult) (string, error) { return fmt.Sprint(r.Stories[0].Unchanged), nil }
	_, err = b.PutBatch(ctx, batch)
	b.must(err)
	run, err = b.Run(ctx, "export")
	b.must(err)
	equal(t, "the state", run.State, "[en]")

	// A batch of which a story can't be put is not there at all.
	bad := story("b", article("en", "B", noon))
	bad.Articles[0].Revision.Lead = &news.Figure{Media: fmt.Sprintf("%064d", 1), Alt: "x"}
	if _, err := b.PutBatch(ctx, store.Batch{Stories: []news.Story{story("c", article("en", "C", noon)), bad},
		Run: store.Run{Source: "export", Mark: "2"}}); err == nil {
		t.Error("a story was put whose media is not there")
	}
	_, err = b.Story(ctx, "c")
	b.want(err, store.ErrNotFound)
	run, err = b.Run(ctx, "export")
	b.must(err)
	equal(t, "the mark", run.Mark, "1")

	b.must(b.EndRun(ctx, "export"))
	_, err = b.Run(ctx, "export")
	b.want(err, store.ErrNotFound)
	taken, err = b.Taken(ctx, "export", []store.ArticleID{id})
	b.must(err)
	equal(t, "taken by a run that ended", len(taken), 0)
	_, err = b.Story(ctx, "a")
	b.must(err)

	// One without a source is not kept.
	_, err = b.PutBatch(ctx, store.Batch{Run: store.Run{Mark: "3"}, Findings: []store.Finding{{Kind: "note"}}})
	b.must(err)
	_, err = b.Run(ctx, "")
	b.want(err, store.ErrNotFound)
}

func testFindings(t *testing.T, b *bench) {
	const n = 700
	var want []store.Finding
	for i := range n {
		f := store.Finding{Kind: "note", File: "f", Item: fmt.Sprint(i), Media: "m", Reason: "r"}
		source := "export"
		if i%3 == 0 {
			source = "another"
		} else {
			want = append(want, f)
		}
		_, err := b.PutBatch(t.Context(), store.Batch{Run: store.Run{Source: source}, Findings: []store.Finding{f}})
		b.must(err)
	}
	findings := b.Findings(t.Context(), "export")
	found := func() (got []store.Finding) { // once and again
		for f, err := range findings {
			b.must(err)
			got = append(got, f)
		}
		return got
	}
	if got := found(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %d findings, want %d in their order", len(got), len(want))
	}
	b.must(b.EndRun(t.Context(), "another"))
	equal(t, "after another ended", len(found()), len(want))
	b.must(b.EndRun(t.Context(), "export"))
	equal(t, "after it ended", len(found()), 0)
}

func testFetched(t *testing.T, b *bench) {
	ctx := t.Context()
	m, files := media("fetched.jpg", "fetched")
	if err := b.PutFetched(ctx, "https://old.example/p", m.ID); err == nil {
		t.Error("a file was fetched that is no media of the store")
	}
	b.must(b.PutMedia(ctx, m, files))
	b.must(b.PutFetched(ctx, "https://old.example/p", m.ID))
	b.must(b.PutFetched(ctx, "https://old.example/p", m.ID))
	got, err := b.Fetched(ctx, []string{"https://old.example/p", "https://old.example/q"})
	b.must(err)
	equal(t, "fetched", got, map[string]string{"https://old.example/p": m.ID})
}

func testMoved(t *testing.T, b *bench) {
	ctx := t.Context()
	b.must(b.PutMoved(ctx, []store.Moved{
		{Address: "old.example/a", ArticleID: store.ArticleID{Story: "a", Lang: "en"}},
		{Address: "old.example/b", ArticleID: store.ArticleID{Story: "b", Lang: "en"}},
	}))
	b.must(b.PutMoved(ctx, []store.Moved{{Address: "old.example/b", ArticleID: store.ArticleID{Story: "a", Lang: "fa"}}}))
	got, err := b.MovedTo(ctx, []string{"old.example/a", "old.example/b", "old.example/c"})
	b.must(err)
	equal(t, "moved", got, map[string]store.ArticleID{"old.example/a": {Story: "a", Lang: "en"}, "old.example/b": {Story: "a", Lang: "fa"}})
}

// testImportErased: what is kept for imports tells nothing of a story that was erased.
func testImportErased(t *testing.T, b *bench) {
	ctx := t.Context()
	m, files := media("erased.jpg", "erased")
	b.must(b.PutMedia(ctx, m, files))
	b.must(b.PutFetched(ctx, "https://old.example/p", m.ID))
	b.must(b.PutMoved(ctx, []store.Moved{{Address: "old.example/a", ArticleID: store.ArticleID{Story: "a", Lang: "en"}}}))
	s := story("a", article("en", "A", noon))
	s.Articles[0].Revision.Lead = &news.Figure{Media: m.ID, Alt: "x"}
	_, err := b.PutBatch(ctx, store.Batch{Stories: []news.Story{s}, Run: store.Run{Source: "export"},
		Findings: []store.Finding{{Kind: "note", Item: "a"}}})
	b.must(err)
	b.settle(noon)
	b.sealNext()
	b.must(b.Withdraw(ctx, "a", true))
	b.settle(noon)
	b.sealNext()
	n, err := b.Erase(ctx)
	b.must(err)
	equal(t, "erased", n, 1)
	fetched, err := b.Fetched(ctx, []string{"https://old.example/p"})
	b.must(err)
	moved, err := b.MovedTo(ctx, []string{"old.example/a"})
	b.must(err)
	equal(t, "left of it", len(fetched)+len(moved), 0)
	_, err = b.Run(ctx, "export")
	b.want(err, store.ErrNotFound)
}
