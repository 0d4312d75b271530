package publish

import (
	"context"
	"errors"
	"fmt"

	"coranto/edition"
	"coranto/internal/store"
	"coranto/internal/target"
	"coranto/reader"
)

// A Checkup says what Fsck found.
type Checkup struct {
	// Edition is the one that the newsroom's own target holds; 0 when nothing was published yet.
	Edition uint64 `json:"edition"`
	// Sealed is the last edition that the store has sealed, Delivered the last that the target was wholly brought to.
	// When they differ, a run was stopped, and the next publish goes on.
	Sealed    uint64 `json:"sealed"`
	Delivered uint64 `json:"delivered"`
	// Whole says that the edition is there with all its objects, signed and provable.
	Whole bool `json:"whole"`
	// Problems are what a reader of the edition would meet; there are none when it is whole.
	Problems []reader.Problem `json:"problems"`
	// Unfinished are plain pages that are not those of the edition, and files that nothing leads to: what a run that was
	// stopped left to do, or what somebody else did to the folder.
	Unfinished []reader.Problem `json:"unfinished"`
}

// Fsck checks a newsroom's own target and its store: which edition the target holds, that every byte of it is there,
// and that the store's memory of the last edition gives that edition's tree when it is built anew. It changes nothing.
func (p *Publisher) Fsck(ctx context.Context, own reader.Source, progress func(done, total int)) (Checkup, error) {
	p.defaults()
	last, err := p.Store.Head(ctx)
	if err != nil {
		return Checkup{}, err
	}
	c := Checkup{Sealed: last.Number, Problems: []reader.Problem{}, Unfinished: []reader.Problem{}}
	if c.Whole, err = p.checkRebuilt(ctx, last); err != nil {
		return c, err
	}
	if !c.Whole {
		c.Problems = append(c.Problems, reader.Problem{File: "store.db",
			Reason: fmt.Sprintf("its memory of edition %d gives another tree than the one that was sealed", last.Number)})
	}
	if c.Delivered, err = p.Store.Delivered(ctx, p.Targets[0].Name()); err != nil {
		return c, err
	}
	_, err = p.Targets[0].Get(ctx, edition.LatestPath, edition.MaxLatest)
	if errors.Is(err, target.ErrNotExist) && c.Delivered == 0 {
		return c, nil // stopped before its first edition came out
	}
	a, err := reader.Verify(ctx, own, p.masthead(), reader.VerifyOptions{Now: p.Now, Progress: progress})
	if err != nil {
		return c, err
	}
	c.Edition = a.Edition
	for _, problem := range a.Problems {
		if problem.Stray || isLink(problem.File) {
			c.Unfinished = append(c.Unfinished, problem)
			continue
		}
		c.Problems = append(c.Problems, problem)
		c.Whole = false
	}
	return c, nil
}

// isLink says whether a file is one that delivery makes anew at any time: a plain page, its twin, or the checkpoint,
// which `latest` carries too.
func isLink(file string) bool {
	return file == edition.CheckpointPath || edition.CheckPath(file) == nil ||
		edition.CheckPath(file[:max(0, len(file)-len(edition.TwinSuffix))]) == nil
}

// checkRebuilt builds the last edition's tree anew from the store, and says whether it has the sealed root.
func (p *Publisher) checkRebuilt(ctx context.Context, last store.Head) (bool, error) {
	if last.Number == 0 {
		return true, nil
	}
	leaves := func(yield func(edition.Leaf, error) bool) {
		for f, err := range p.Store.Files(ctx, "") {
			if !yield(edition.Leaf{Path: f.Path, Entry: f.Entry}, err) {
				return
			}
		}
	}
	root, err := edition.Build(leaves, func(edition.Hash, []byte) error { return nil })
	return root == last.Root, err
}
