// Package publish makes editions: what changed in the store becomes pages, the pages objects and a tree, the tree a
// signed edition, and the edition a complete mirror on every target.
//
// A run goes in this order (SPEC.md, "The publishing order"). Whatever it is stopped by, every target holds the old
// edition whole or the new one, and the next run goes on:
//
//  1. ask the targets for their heads: one that the new edition would not extend stops the run;
//  2. settle the store, render what changed, put objects and nodes under the names of their hashes, flush;
//  3. read the edition back with the reader's own code;
//  4. seal: compare-and-swap of the last edition, in one transaction of the store;
//  5. sign, link the plain pages to their objects, put tiles and trust, flush, and last of all `latest`.
//
// A mirror's tiles are written after the seal, not before: their names don't tell their bytes, so that two publishers
// could overwrite each other's. Only what is sealed gets a name that others can read.
package publish

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/target"
)

// A Publisher publishes one newsroom. Only one may run at a time on a newsroom's folder; two that do by mistake can't
// both seal, and the one that loses changes nothing.
type Publisher struct {
	Store store.Store
	Site  *site.Site
	Keys  *keys.Keys
	// Targets are where to publish; the first is the newsroom's own, which the others are copied from.
	Targets []target.Target
	// Name, Languages and Mirrors are what the masthead and the manifest say.
	Name               string
	Languages, Mirrors []string
	// Again has everything rendered and written anew, as after a target lost some of its files: the pages that come out
	// the same keep their place in the edition.
	Again bool
	// Now is the clock and Rand the source of nonces; nil is the system's.
	Now  func() time.Time
	Rand io.Reader
	// Progress is called while a step goes on; it may be nil.
	Progress func(step string, done, total int)
	Log      *slog.Logger
}

// A Result is what a run did.
type Result struct {
	Edition       uint64  `json:"edition"`
	Root          string  `json:"root"`
	Stories       uint64  `json:"stories"`
	Articles      uint64  `json:"articles"`
	PagesRendered int     `json:"pages_rendered"`
	ObjectsNew    int     `json:"objects_new"`
	TreeNodesNew  int     `json:"tree_nodes_new"`
	BytesNew      int64   `json:"bytes_new"`
	Seconds       float64 `json:"seconds"`
	// Late are the targets that could not be written: what went wrong, by name. The next run brings them up.
	Late map[string]string `json:"late,omitempty"`
}

// A ForkError says that a target holds an edition that this newsroom does not know: it was restored from a backup, or
// somebody else has its keys. Publishing would fork the log, which readers never forgive.
type ForkError struct {
	Target string
	Theirs uint64 // the edition that it holds
	Reason string
}

// Error says which target holds what.
func (e *ForkError) Error() string {
	return fmt.Sprintf("target %q holds edition %d, %s", e.Target, e.Theirs, e.Reason)
}

// Publish makes an edition of what changed since the last one and brings it to the targets. When nothing changed, it
// only renews the head: the same edition, vouched for anew. An error of the first target is returned; those of the
// others are told in Result.Late.
func (p *Publisher) Publish(ctx context.Context) (Result, error) {
	p.defaults()
	started := p.Now()
	last, err := p.Store.Head(ctx)
	if err != nil {
		return Result{}, err
	}
	unasked, err := p.checkHeads(ctx, last)
	if err != nil {
		return Result{}, err
	}
	r := &run{
		Publisher: p, last: last, unasked: unasked, now: started.UTC().Truncate(time.Second),
		putting: map[edition.Hash]struct{}{}, before: map[string]edition.Entry{},
	}
	if err := r.make(ctx); err != nil {
		return Result{}, err
	}
	if err := p.deliverAll(ctx, r); err != nil {
		return Result{}, err
	}
	r.result.Seconds = p.Now().Sub(started).Seconds()
	return r.result, nil
}

func (p *Publisher) defaults() {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Rand == nil {
		p.Rand = rand.Reader
	}
	if p.Progress == nil {
		p.Progress = func(string, int, int) {}
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
}

// ErrLost is returned when the newsroom's own target had an edition and has it no longer: what it holds is needed to
// make the next one.
var ErrLost = errors.New("the newsroom's own target has lost its edition")

// checkHeads refuses to go on when a target's signed head is not one that this newsroom made. It returns the targets
// that can't be asked: what they hold may be newer than what this newsroom knows, so this run leaves them alone.
func (p *Publisher) checkHeads(ctx context.Context, last store.Head) (unasked map[string]error, err error) {
	unasked = map[string]error{}
	for i, t := range p.Targets {
		b, err := t.Get(ctx, edition.LatestPath, edition.MaxLatest)
		switch {
		case errors.Is(err, target.ErrNotExist) && i == 0 && !p.Again && !p.neverDelivered(ctx):
			return nil, fmt.Errorf("%w: %w", ErrLost, err)
		case errors.Is(err, target.ErrNotExist):
			continue
		case err != nil && i == 0:
			return nil, fmt.Errorf("read the head of target %q: %w", t.Name(), err)
		case err != nil:
			unasked[t.Name()] = fmt.Errorf("read its head: %w", err)
			continue
		}
		if policy, behind := p.Keys.Behind(ctx, t.Get); behind {
			fork := &ForkError{Target: t.Name(), Reason: "and trust that is newer than this newsroom's: it was restored from an older state"}
			if theirs, err := policy.OpenLatest(b); err == nil {
				fork.Theirs = theirs.Manifest.Edition
			}
			return nil, fork
		}
		theirs, err := p.Keys.Policy().OpenLatest(b)
		if err != nil {
			p.Log.Warn("a target's head does not verify and will be replaced", "target", t.Name(), "err", err)
			continue
		}
		if err := p.checkHead(ctx, t.Name(), theirs, last); err != nil {
			return nil, err
		}
	}
	return unasked, nil
}

func (p *Publisher) neverDelivered(ctx context.Context) bool {
	n, err := p.Store.Delivered(ctx, p.Targets[0].Name())
	return err == nil && n == 0
}

func (p *Publisher) checkHead(ctx context.Context, name string, theirs edition.Head, last store.Head) error {
	fork := &ForkError{Target: name, Theirs: theirs.Manifest.Edition}
	known := last.LogSize
	if theirs.Origin != last.Origin {
		known = 0 // a log that this newsroom has begun, by its policy, and put nothing into
	}
	if theirs.Size > known {
		fork.Reason = fmt.Sprintf("this newsroom only knows of %d: it was restored from an older state", last.Number)
		return fork
	}
	records, err := p.Store.Records(ctx, theirs.Size-1, theirs.Size)
	if err != nil {
		return err
	}
	if records[0] != theirs.ManifestHash {
		fork.Reason = "which is another than the one that this newsroom made"
		return fork
	}
	return nil
}

// errUnchanged says that there is nothing to seal.
var errUnchanged = errors.New("nothing changed")

// make seals an edition if anything changed, and leaves the last one in r.last.
func (r *run) make(ctx context.Context) error {
	if err := r.Store.Settle(ctx, r.now); err != nil {
		return fmt.Errorf("settle the store: %w", err)
	}
	snap, err := r.Store.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	r.snap = snap
	if err := r.render(ctx); err != nil {
		return err
	}
	if _, err := r.Keys.Renew(r.now); err != nil {
		return fmt.Errorf("renew the trust: %w", err)
	}
	err = r.seal(ctx)
	if errors.Is(err, errUnchanged) {
		err = r.keepLast(ctx)
	}
	return err
}

// keepLast ends a run that sealed nothing: the last edition stands as it is. Its manifest is the one object that no
// file and no node leads to, so it is what remains to be written when all is to be written again.
func (r *run) keepLast(ctx context.Context) error {
	m, err := edition.ParseManifest(r.last.Manifest)
	if err != nil {
		return err
	}
	r.tell(m)
	if !r.Again {
		return nil
	}
	_, _, err = r.putObject(ctx, r.last.Manifest)
	return err
}

func (r *run) tell(m edition.Manifest) {
	r.result.Edition, r.result.Root = m.Edition, m.Root.String()
	r.result.Stories, r.result.Articles = m.Stories, m.Articles
}

func (p *Publisher) masthead() edition.Masthead {
	return p.Keys.Masthead(p.Name, p.Languages, p.Mirrors)
}

// all runs f on each value of a sequence until one fails.
func all[T any](seq iter.Seq2[T, error], f func(T) error) error {
	for v, err := range seq {
		if err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}
