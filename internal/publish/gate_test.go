package publish_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/store"
)

// A gate that refuses keeps the last edition, whose head is renewed, and asks only about what changed. It does not keep
// what must be taken back.
func TestGate(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	var asked []string
	var no error
	r.Gate = func(_ context.Context, _ store.Snapshot, stories iter.Seq2[string, error]) error {
		asked = nil
		for id, err := range stories {
			if err != nil {
				return err
			}
			asked = append(asked, id)
		}
		return no
	}
	r.put(t, story(1, "One", "en"), story(2, "Two", "en"))
	no = errors.New("no source")
	refused := func() publish.Result {
		t.Helper()
		res, err := r.Publish(t.Context())
		var e *publish.RefusedError
		if !errors.As(err, &e) || !errors.Is(err, no) {
			t.Fatalf("got %v, want a refusal", err)
		}
		return res
	}
	if refused(); !slices.Equal(asked, []string{"story-1", "story-2"}) {
		t.Errorf("asked about %q", asked)
	}
	if h, err := r.Store.Head(t.Context()); h.Number != 0 || err != nil {
		t.Fatalf("edition %d came out, %v", h.Number, err)
	}
	no = nil
	r.publish(t)

	r.put(t, story(2, "Two again", "en"))
	no = errors.New("no source")
	if res := refused(); res.Edition != 1 || !slices.Equal(asked, []string{"story-2"}) {
		t.Errorf("edition %d, asked about %q", res.Edition, asked)
	}
	if a := r.verify(t, "public"); a.Edition != 1 {
		t.Errorf("edition %d is the newest", a.Edition)
	}

	gone := story(1, "One", "en")
	gone.Articles[0].Status = news.Withdrawn
	r.put(t, gone)
	if res := r.publish(t); res.Edition != 2 || res.Stories != 1 {
		t.Errorf("after a takedown: edition %d of %d stories", res.Edition, res.Stories)
	}
}
