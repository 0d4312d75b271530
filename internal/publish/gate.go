package publish

import (
	"context"
	"errors"
	"iter"

	"coranto/internal/store"
)

// A Gate looks at stories as they would come out with an edition, and returns an error when the newsroom would not have
// that. It sees the snapshot's stories by their IDs, each once, those among them that are no longer public.
type Gate func(ctx context.Context, snap store.Snapshot, stories iter.Seq2[string, error]) error

// A RefusedError says that the newsroom's own Gate refused an edition. The last one stands, vouched for anew.
type RefusedError struct{ Err error }

// Error says what was refused.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap returns what the Gate said.
func (e *RefusedError) Unwrap() error { return e.Err }

// pass asks the Gate about the stories that changed since the last edition. A takedown passes whatever it says: what
// must go, goes, and nothing of anybody else's may keep it.
func (r *run) pass(ctx context.Context) error {
	if r.Gate == nil {
		return nil
	}
	err := r.Gate(ctx, r.snap, changedStories(r.snap.Changes(ctx, r.last.Seq)))
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return err
	case r.snap.Takedowns() != r.last.Takedowns:
		r.Log.Error("published with what the checks refuse, because something must be taken back", "err", err)
		return nil
	}
	return &RefusedError{err}
}

// changedStories yields the IDs of the stories that some changes are about, each once.
func changedStories(changes iter.Seq2[store.Change, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := map[string]bool{}
		for c, err := range changes {
			if err != nil {
				yield("", err)
				return
			}
			if c.Kind != store.StoryChanged || seen[c.Story] {
				continue
			}
			seen[c.Story] = true
			if !yield(c.Story, nil) {
				return
			}
		}
	}
}

// refuse ends a run whose edition was refused: where there is an edition, it stays the newest and its head is renewed,
// so that readers don't see it age while somebody mends what was refused.
func (r *run) refuse(ctx context.Context, err error) error {
	var refused *RefusedError
	if !errors.As(err, &refused) || r.last.Number == 0 || r.Again {
		return err
	}
	r.refused = refused
	if _, err := r.Keys.Renew(r.now); err != nil {
		return err
	}
	return r.keepLast(ctx)
}
