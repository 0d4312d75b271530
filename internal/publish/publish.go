// Package publish makes editions: what changed in the store becomes pages, the pages objects and a tree, the tree a
// signed edition, and the edition a complete mirror on every target.
//
// A run goes in this order (SPEC.md, "The publishing order"). Whatever it is stopped by, every target holds the old
// edition whole or the new one, and the next run goes on:
//
//  1. ask targets, witnesses and mirrors for their heads: one that the new edition would not extend stops the run;
//  2. settle the store, render what changed, put objects and nodes under the names of their hashes, flush;
//  3. read the edition back with the reader's own code;
//  4. seal: compare-and-swap of the last edition, in one transaction of the store;
//  5. sign, and have the release co-signer and witnesses co-sign: without them the old edition stands;
//  6. link the plain pages to their objects, put tiles and trust, flush, and last of all `latest`.
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
	"coranto/reader"
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
	// Gate may refuse an edition before anything of it is made; nil lets all pass.
	Gate Gate
	// Cosigner is the release co-signer, where the newsroom's co-signing key is not among Keys; nil otherwise.
	Cosigner Witness
	// Witnesses are asked to co-sign each head, by their names in the policy.
	Witnesses map[string]Witness
	// Watched are mirrors whose heads are looked at before anything is signed, as those of targets and witnesses are.
	Watched []reader.Source
	// KeepEvidence writes a fork down and returns where; nil keeps none.
	KeepEvidence func(edition.Evidence) (name string, err error)
	// Grace is how long witnesses are waited for that the quorum does not need any more; 0 is DefaultGrace.
	Grace time.Duration
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
	// Epoch is the edition's purge epoch. Unpurged are those of the late targets that may still hold what was withdrawn.
	Epoch    uint64   `json:"epoch"`
	Unpurged []string `json:"unpurged,omitempty"`
	// Erased is the number of stories that were removed from the store.
	Erased int `json:"erased,omitempty"`
}

// Publish makes an edition of what changed since the last one and brings it to the targets. When nothing changed, it
// only renews the head: the same edition, vouched for anew. An error of the first target is returned; those of the
// others are told in Result.Late. With an error after the edition is out, the Result says what came of it.
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
	err = p.finish(ctx, r)
	r.result.Seconds = p.Now().Sub(started).Seconds()
	if err == nil && r.refused != nil {
		err = r.refused
	}
	return r.result, err
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
	if err := r.pass(ctx); err != nil {
		return r.refuse(ctx, err)
	}
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
	r.result.Stories, r.result.Articles, r.result.Epoch = m.Stories, m.Articles, m.Epoch
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
