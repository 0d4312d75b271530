package storetest

import (
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// comment returns one under an English article.
func comment(id string, at time.Time, text string) news.Comment {
	return news.Comment{ID: id, Lang: "en", Name: "N. N.", Time: at, Text: text}
}

func (b *bench) comments(story string) []news.Comment {
	b.t.Helper()
	got, err := b.Comments(b.t.Context(), story)
	b.must(err)
	return got
}

func testComments(t *testing.T, b *bench) {
	ctx := t.Context()
	s := story("a", article("en", "A", noon))
	put := func(of string, comments ...news.Comment) error {
		_, err := b.PutBatch(ctx, store.Batch{Stories: []news.Story{s}, Comments: map[string][]news.Comment{of: comments},
			Run: store.Run{Source: "export", Mark: of}})
		return err
	}
	first, second, undated := comment("9", noon, "First"), comment("10", hours(1), "Second\nline"), comment("8", time.Time{}, "Undated")
	second.Parent, second.Approved = "9", true
	for range 2 {
		b.must(put("a", second, first, undated))
	}
	equal(t, "comments", b.comments("a"), []news.Comment{undated, first, second})
	equal(t, "comments of another story", len(b.comments("b")), 0)

	// Those of the same ID are replaced, the others stay; without a run they are kept too.
	second.Text = "Mended"
	_, err := b.PutBatch(ctx, store.Batch{Comments: map[string][]news.Comment{"a": {second}}})
	b.must(err)
	equal(t, "comments after another batch", b.comments("a"), []news.Comment{undated, first, second})

	// Nothing of a batch is there when a comment of it is wrong.
	s = story("b", article("en", "B", noon))
	b.want(put("nowhere", first), store.ErrNotFound)
	if err := put("b", first, news.Comment{ID: "x"}); err == nil {
		t.Error("a comment was put that is not valid")
	}
	_, err = b.Story(ctx, "b")
	b.want(err, store.ErrNotFound)
	run, err := b.Run(ctx, "export")
	b.must(err)
	equal(t, "the mark", run.Mark, "a")

	// A story keeps its comments when its import ends, when it is withdrawn, and until it is erased.
	b.must(b.EndRun(ctx, "export"))
	b.settle(noon)
	seq := b.position()
	_, err = b.PutBatch(ctx, store.Batch{Comments: map[string][]news.Comment{"a": {first}}})
	b.must(err)
	b.settle(noon)
	equal(t, "position after a comment", b.position(), seq)
	b.sealNext()
	b.withdraw("a", true)
	b.settle(noon)
	b.sealNext()
	equal(t, "comments of a story that was withdrawn", len(b.comments("a")), 3)
	n, err := b.Erase(ctx)
	b.must(err)
	equal(t, "erased", n, 1)
	equal(t, "comments of a story that was erased", len(b.comments("a")), 0)
}
