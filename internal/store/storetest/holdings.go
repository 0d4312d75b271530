package storetest

import (
	"slices"
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

// testHoldings reads all that there is, whatever its status, with a question to the store inside each loop.
func testHoldings(t *testing.T, b *bench) {
	draft := article("fa", "یک", noon)
	draft.Status = news.Draft
	b.put(story("b", article("en", "One", noon), draft))
	b.put(story("b", article("en", "Two", hours(1))))
	gone := article("en", "Two", hours(1))
	gone.Status = news.Withdrawn
	b.put(story("b", gone))
	b.put(story("a", article("en", "A", noon)))
	b.must(b.PutMoved(t.Context(), []store.Moved{
		{Address: "old.example/2", ArticleID: store.ArticleID{Story: "b", Lang: "fa"}},
		{Address: "old.example/1", ArticleID: store.ArticleID{Story: "b", Lang: "en"}},
		{Address: "old.example/3", ArticleID: store.ArticleID{Story: "a", Lang: "en"}},
	}))

	var ids []string
	for id, err := range b.IDs(t.Context()) {
		b.must(err)
		_, err := b.Story(t.Context(), id)
		b.must(err)
		ids = append(ids, id)
	}
	equal(t, "stories", ids, []string{"a", "b"})
	var history []news.Article
	for a, err := range b.History(t.Context(), "b", "en") {
		b.must(err)
		history = append(history, a)
	}
	want := []news.Article{article("en", "One", noon), article("en", "Two", hours(1)), gone}
	for i := range want {
		want[i].Number = i + 1
	}
	equal(t, "history", history, want)
	equal(t, "history of nothing", len(slices.Collect(keys(b.History(t.Context(), "b", "uk")))), 0)
	stood, err := b.Stood(t.Context(), "b")
	b.must(err)
	equal(t, "addresses", stood, []store.Moved{
		{Address: "old.example/1", ArticleID: store.ArticleID{Story: "b", Lang: "en"}},
		{Address: "old.example/2", ArticleID: store.ArticleID{Story: "b", Lang: "fa"}},
	})
}

// keys yields the first of each pair.
func keys[A, B any](pairs func(func(A, B) bool)) func(func(A) bool) {
	return func(yield func(A) bool) {
		pairs(func(a A, _ B) bool { return yield(a) })
	}
}
