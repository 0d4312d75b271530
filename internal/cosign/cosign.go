// Package cosign is the release co-signer: it holds the newsroom's co-signing key on another machine than the one that
// publishes, and gives its signature to an edition only after it has checked it as a reader would, and somebody, or a set
// of limits, has approved of what changed. So one stolen server can't publish alone.
//
// It is a witness with a Check: it remembers what it signed, never signs two histories, and answers the same protocol.
// An edition that it is to sign lies on the newsroom's own target, whole but for the signatures.
//
//	c := &cosign.Checker{Source: src, Dir: root, Now: time.Now, Approve: limits.Approve}
//	w.Check = c.Check
package cosign

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/witness"
	"coranto/reader"
)

// A Checker checks the editions of one newsroom before they are signed. Check is for one edition at a time, which the
// witness that it serves sees to.
type Checker struct {
	// Source has the edition: the newsroom's own target, by its URL or folder.
	Source reader.Source
	// Dir keeps the manifests of the editions that were signed.
	Dir *os.Root
	// Now is the clock that an edition's time must not be ahead of.
	Now func() time.Time
	// Approve is shown what an edition changes, once all of it is proved; an error is why it is not to be signed.
	Approve func(ctx context.Context, c Change) error
}

// A Change is what an edition makes of the one that was signed before.
type Change struct {
	Origin string
	// Before is the edition signed last; nil when this is the first of its log.
	Before *edition.Manifest
	After  edition.Manifest
	// Head is the one that is to be signed.
	Head edition.Checkpoint
	// Coming, Changing and Going are the paths that differ, in the order of their keys.
	Coming, Changing, Going []string
	// Blind says that the tree of the edition before is no longer there, as after a takedown that somebody else signed: then
	// all files are Coming.
	Blind bool
}

// Check proves the edition of a head, all of it that is new: that its record, tiles and manifest lead to the head, that
// its numbers and times move forward, and that each file which comes or changes is there with its objects and pieces.
// Then it asks for approval. It implements witness.Check.
func (c *Checker) Check(ctx context.Context, held, head edition.SignedHead) error {
	log, err := edition.ReadLog(ctx, head.Checkpoint, c.Source.Fetch)
	if err != nil {
		return fmt.Errorf("the edition log: %w", err)
	}
	change := Change{Origin: head.Origin, Head: head.Checkpoint}
	after, err := c.manifest(ctx, log.Records[head.Size-1])
	if err != nil {
		return err
	}
	change.After = after
	if held.Size > 0 {
		before, err := c.manifest(ctx, log.Records[held.Size-1])
		if err != nil {
			return err
		}
		change.Before = &before
	}
	if err := change.checkForward(head.Size-held.Size, c.Now()); err != nil {
		return err
	}
	err = c.compare(ctx, &change)
	if errors.Is(err, fs.ErrNotExist) && change.Before != nil {
		change.Blind, change.Coming, change.Changing, change.Going = true, nil, nil, nil
		err = c.compare(ctx, &change)
	}
	if err != nil {
		return fmt.Errorf("edition %d: %w", after.Edition, err)
	}
	if err := c.Approve(ctx, change); err != nil {
		return err
	}
	return c.keep(log.Records[head.Size-1], after)
}

// checkForward says whether an edition's number, time and purge epoch follow those of the one signed before, with so many
// records between them.
func (c *Change) checkForward(records int64, now time.Time) error {
	if late := c.After.Time.Sub(now); late > edition.ClockTolerance {
		return fmt.Errorf("edition %d is of %s, which has not come yet: this machine's clock is wrong, or the newsroom's",
			c.After.Edition, c.After.Time.Format(time.RFC3339))
	}
	if c.Before == nil {
		return nil
	}
	switch b, a := c.Before, &c.After; {
	case a.Edition != b.Edition+uint64(records):
		return fmt.Errorf("edition %d does not follow edition %d by %d", a.Edition, b.Edition, records)
	case a.Time.Before(b.Time):
		return fmt.Errorf("edition %d is older than edition %d", a.Edition, b.Edition)
	case a.Epoch < b.Epoch || a.Epoch > b.Epoch+uint64(records):
		return fmt.Errorf("the purge epoch goes from %d to %d with %d editions", b.Epoch, a.Epoch, records)
	}
	return nil
}

// compare finds what differs between the two trees, and proves all that is new. The files and bytes that the manifest
// counts must be those.
func (c *Checker) compare(ctx context.Context, change *Change) error {
	var before edition.Tree
	var files, size uint64
	if b := change.Before; b != nil && !change.Blind {
		before, files, size = c.tree(b.Root), b.Files, b.Bytes
	}
	g, proving := errgroup.WithContext(ctx)
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for d, err := range edition.Diff(proving, before, c.tree(change.After.Root)) {
		if err != nil {
			return errors.Join(g.Wait(), err)
		}
		if d.Old != nil {
			files, size = files-1, size-uint64(d.Old.Size)
		}
		if d.New != nil {
			files, size = files+1, size+uint64(d.New.Size)
			g.Go(func() error { return c.prove(proving, d.Path, *d.New) })
		}
		change.note(d)
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if m := change.After; files != m.Files || size != m.Bytes {
		return fmt.Errorf("it has %d files of %d bytes, and its manifest says %d of %d", files, size, m.Files, m.Bytes)
	}
	return nil
}

// note puts a path where it belongs.
func (c *Change) note(d edition.Change) {
	switch {
	case d.Old == nil:
		c.Coming = append(c.Coming, d.Path)
	case d.New == nil:
		c.Going = append(c.Going, d.Path)
	default:
		c.Changing = append(c.Changing, d.Path)
	}
}

func (c *Checker) tree(root edition.Hash) edition.Tree {
	return edition.Tree{Root: root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		return c.Source.Fetch(ctx, edition.ObjectPath(h), edition.MaxNode)
	}}
}

// prove reads a file, and wants its objects, its list and its pieces to be those of its entry, and its encoding to be
// undone.
func (c *Checker) prove(ctx context.Context, path string, e edition.Entry) error {
	named := e
	if !e.Inline() {
		list, err := c.object(ctx, e.List, e.ListSize())
		if err == nil {
			named, err = e.WithList(list)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	stored := make([]byte, 0, e.Size)
	for i, h := range named.Objects {
		b, err := c.object(ctx, h, e.ObjectSize(i))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		stored = append(stored, b...)
	}
	if e.Loose {
		for h, size := range named.Held() {
			if _, err := c.object(ctx, h, size); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	again, _, err := edition.Split(stored)
	if err == nil && (again.Size != e.Size || again.List != e.List || !slices.Equal(again.Objects, e.Objects) ||
		!slices.Equal(again.Pieces, e.Pieces)) {
		err = errors.New("its entry says otherwise of its bytes")
	}
	if err == nil {
		_, err = e.Decode(stored)
	}
	if err != nil {
		return &edition.InvalidError{What: path, Err: err}
	}
	return nil
}

// object reads an object of a size and checks its hash.
func (c *Checker) object(ctx context.Context, h edition.Hash, size int64) ([]byte, error) {
	b, err := c.Source.Fetch(ctx, edition.ObjectPath(h), size)
	if err == nil && edition.Sum(b) != h {
		err = &edition.InvalidError{What: edition.ObjectPath(h), Err: errors.New("the bytes have another hash")}
	}
	return b, err
}

// manifestFolder keeps the manifests of the editions that were signed: a takedown may remove them from the target.
const manifestFolder = "manifests/"

// manifest returns the manifest of a record, which the log proves: the one that was kept, or the newsroom's.
func (c *Checker) manifest(ctx context.Context, record edition.Hash) (m edition.Manifest, err error) {
	b, err := c.Dir.ReadFile(manifestFolder + record.String())
	if err != nil || edition.ManifestHash(b) != record {
		if b, err = c.Source.Fetch(ctx, edition.ObjectPath(record), edition.MaxManifest); err != nil {
			return m, fmt.Errorf("the manifest: %w", err)
		}
	}
	if edition.ManifestHash(b) != record {
		return m, &edition.InvalidError{What: edition.ObjectPath(record), Err: errors.New("the bytes have another hash")}
	}
	return edition.ParseManifest(b)
}

// keep remembers the manifest of an edition that is about to be signed, and forgets those of long ago.
func (c *Checker) keep(record edition.Hash, m edition.Manifest) error {
	name := manifestFolder + record.String()
	if err := durable.WriteSynced(c.Dir, name, m.Marshal()); err != nil {
		return err
	}
	d, err := c.Dir.Open(strings.TrimSuffix(manifestFolder, "/"))
	if err != nil {
		return err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	const enough = 16
	if err != nil || len(entries) <= enough {
		return err
	}
	type aged struct {
		name string
		at   time.Time
	}
	var old []aged
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			old = append(old, aged{manifestFolder + entry.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(old, func(a, b aged) int { return b.at.Compare(a.at) })
	for _, o := range old[min(enough, len(old)):] {
		err = errors.Join(err, c.Dir.Remove(o.name))
	}
	return err
}

var _ witness.Check = (*Checker)(nil).Check
