package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/internal/publish"
	"coranto/internal/store"
)

var publishCommand = command{
	name:  "publish",
	usage: "[--again] [--json]",
	short: "makes an edition of what changed and brings it to the targets",
	long: `
Renders what changed since the last edition, seals a new edition, signs it, and brings it to the targets of
coranto.toml. When nothing changed it renews the head alone: readers see that the newsroom still vouches for it.
Stopped at any moment, it leaves the old edition whole or the new one; run it again and it goes on.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		again := fs.Bool("again", false, "render and write everything anew, as after a target lost files")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("publish takes no argument: %q", args[0])
			}
			return e.publish(ctx, *again)
		}
	},
}

func (e *env) publish(ctx context.Context, again bool) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	r, err := e.publishOnce(ctx, n, again)
	if err != nil {
		return explainPublish(err)
	}
	if e.json {
		err = e.printJSON(r)
	} else {
		_, err = fmt.Fprintf(e.stdout, "edition %d: %s of %s · %s rendered, %s, %s, %s\n", r.Edition,
			plural(r.Articles, "article", "articles"), plural(r.Stories, "story", "stories"),
			plural(r.PagesRendered, "page", "pages"), plural(r.ObjectsNew, "new object", "new objects"),
			plural(r.TreeNodesNew, "new tree node", "new tree nodes"), size(r.BytesNew))
	}
	if err != nil {
		return err
	}
	if len(r.Late) > 0 {
		return late(r, len(n.config.Targets))
	}
	return nil
}

// publishOnce publishes under the newsroom's lock, and moves the store's journal into the store afterwards, off the
// path to the readers.
func (e *env) publishOnce(ctx context.Context, n *newsroom, again bool) (publish.Result, error) {
	if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
		return publish.Result{}, err
	}
	p, err := n.publisher(e)
	if err != nil {
		return publish.Result{}, err
	}
	bar := e.bar("publish")
	defer bar.done()
	p.Progress, p.Again = bar.ofStep, again
	var r publish.Result
	err = n.toItsEnd(p.Targets, func() (err error) {
		r, err = p.Publish(ctx)
		return err
	})
	return r, err
}

// sayWaiting says why nothing happens.
func (e *env) sayWaiting() { e.say("another coranto is at work on %s; waiting for it", e.dir) }

// late says which targets could not be written, and why; and loudly, which of them still hold what was withdrawn.
func late(r publish.Result, all int) error {
	err := fmt.Errorf("%d of %s could not be brought up to date", len(r.Late), plural(all, "target", "targets"))
	for _, name := range slices.Sorted(maps.Keys(r.Late)) {
		err = fmt.Errorf("%w\n  %s: %s", err, name, r.Late[name])
	}
	hint := "the others have the edition; the next coranto publish brings these up"
	if len(r.Unpurged) > 0 {
		err = fmt.Errorf("%w\nwhat was withdrawn is STILL HELD by %s", err, strings.Join(r.Unpurged, ", "))
		hint = "bring them back and run coranto publish, which removes it from there; or wipe them"
	}
	return withHint(&codeError{exitPartial, err}, hint)
}

// explainPublish adds what to do.
func explainPublish(err error) error {
	var fork *publish.ForkError
	var unsigned *publish.UnsignedError
	var refused *publish.RefusedError
	switch {
	case errors.As(err, &refused):
		return withHint(err, "coranto check lists all problems and where they are; a takedown is never kept back")
	case errors.As(err, &fork):
		return explainFork(err, fork)
	case errors.As(err, &unsigned):
		return explainUnsigned(unsigned)
	case errors.Is(err, publish.ErrLost):
		return withHint(err, "coranto recover --from MIRROR brings it back from any mirror; coranto publish --again writes all of it anew from the store")
	case errors.Is(err, publish.ErrNotErased):
		return withHint(err, "end what reads store.db, and run coranto publish")
	case errors.Is(err, store.ErrConflict):
		return withHint(err, "somebody else published at the same time; nothing was changed here: run it again")
	}
	return err
}
