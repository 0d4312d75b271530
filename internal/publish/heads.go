package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/store"
	"coranto/internal/target"
)

// A ForkError says that somebody holds a signed head that this newsroom does not know: it was restored from a backup, or
// somebody else has its keys. Publishing would fork the log, which readers never forgive.
type ForkError struct {
	// Where is who holds the head: target "public", mirror "https://…", witness "w1".
	Where string
	// Theirs is the edition of that head.
	Theirs uint64
	Reason string
	// Evidence is the file in which both heads were written down; "" when theirs alone is known, which is no fork yet.
	Evidence string
}

// Error says who holds what.
func (e *ForkError) Error() string {
	s := fmt.Sprintf("%s holds edition %d, %s", e.Where, e.Theirs, e.Reason)
	if e.Evidence != "" {
		s += "; the evidence is in " + e.Evidence
	}
	return s
}

// restored is the reason of a ForkError when what is held may yet extend what this newsroom has.
const restored = "and trust that is newer than this newsroom's: it was restored from an older state"

// ErrLost is returned when the newsroom's own target had an edition and has it no longer: what it holds is needed to
// make the next one.
var ErrLost = errors.New("the newsroom's own target has lost its edition")

// checkHeads refuses to go on when anybody holds a signed head that this newsroom did not make: a target, a witness, or
// a mirror that is watched. It returns the targets that can't be asked: what they hold may be newer than what this
// newsroom knows, so this run leaves them alone.
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
		if err := p.checkPlace(ctx, fmt.Sprintf("target %q", t.Name()), b, t.Get, last); err != nil {
			return nil, err
		}
	}
	return unasked, p.checkAfar(ctx, last)
}

// checkPlace judges the head of a target or mirror by its `latest`.
func (p *Publisher) checkPlace(ctx context.Context, where string, latest []byte, fetch edition.Fetch, last store.Head) error {
	if policy, behind := p.Keys.Behind(ctx, fetch); behind {
		fork := &ForkError{Where: where, Reason: restored}
		if theirs, err := policy.OpenLatest(latest); err == nil {
			fork.Theirs = theirs.Manifest.Edition
		}
		return fork
	}
	theirs, err := p.openHead(ctx, latest, fetch)
	if err != nil {
		p.Log.Warn("a head does not verify and will be replaced", "where", where, "err", err)
		return nil
	}
	return p.checkHead(ctx, where, theirs, last, fetch)
}

// openHead returns the head of a target or mirror as far as the log's key has signed it. The policy may have changed since: who
// else must sign is no matter here.
func (p *Publisher) openHead(ctx context.Context, latest []byte, fetch edition.Fetch) (edition.SignedHead, error) {
	policy := p.Keys.Policy()
	if theirs, err := policy.OpenLatest(latest); err == nil {
		return edition.OpenHead(theirs.Note, policy.Keys()...)
	}
	b, err := fetch(ctx, edition.CheckpointPath, edition.MaxLatest)
	if err != nil {
		return edition.SignedHead{}, err
	}
	return edition.OpenHead(b, policy.Keys()...)
}

func (p *Publisher) neverDelivered(ctx context.Context) bool {
	n, err := p.Store.Delivered(ctx, p.Targets[0].Name())
	return err == nil && n == 0
}

// lookTime is how long a mirror or witness may take to tell its head before an edition is signed.
const lookTime = 5 * time.Second

// A Sight is what somebody was seen to hold before anything is signed.
type Sight struct {
	// Where is who was asked, as in ForkError; Kind is "target", "mirror", "witness" or "co-signer", and Name its name.
	Where, Kind, Name string
	// Size is that of the head which a witness holds; 0 when it holds none or doesn't tell.
	Size int64
	// Err is nil for who answers and holds nothing strange; a *ForkError for a head that this newsroom did not make.
	Err error
}

// Survey asks all targets, watched mirrors, witnesses and the release co-signer for their heads, as Publish does before
// it signs, and publishes nothing. What is a fork is written down. Nobody else may publish meanwhile.
func (p *Publisher) Survey(ctx context.Context) ([]Sight, error) {
	p.defaults()
	last, err := p.Store.Head(ctx)
	if err != nil {
		return nil, err
	}
	var sights []Sight
	for _, t := range p.Targets {
		s := Sight{Where: fmt.Sprintf("target %q", t.Name()), Kind: "target", Name: t.Name()}
		var b []byte
		if b, s.Err = t.Get(ctx, edition.LatestPath, edition.MaxLatest); s.Err == nil {
			s.Err = p.checkPlace(ctx, s.Where, b, t.Get, last)
		}
		sights = append(sights, s)
	}
	return append(sights, p.lookAfar(ctx, last)...), ctx.Err()
}

// checkAfar judges what witnesses, the release co-signer and the mirrors that are watched hold. Who does not answer is
// no reason to stop: to co-sign, it is asked again.
func (p *Publisher) checkAfar(ctx context.Context, last store.Head) error {
	var forks []error
	for _, s := range p.lookAfar(ctx, last) {
		if fork := (*ForkError)(nil); errors.As(s.Err, &fork) {
			forks = append(forks, s.Err)
		}
	}
	return errors.Join(forks...)
}

// lookAfar asks all of them at once.
func (p *Publisher) lookAfar(ctx context.Context, last store.Head) []Sight {
	var sights []Sight
	var wg sync.WaitGroup
	var mu sync.Mutex
	judging := ctx
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	look := func(s Sight, at func(*Sight)) {
		wg.Go(func() {
			at(&s)
			mu.Lock()
			defer mu.Unlock()
			sights = append(sights, s)
		})
	}
	for s, w := range p.everyWitness() {
		look(s, func(s *Sight) {
			theirs, err := p.heldBy(ctx, w)
			switch s.Size = theirs.Size; {
			case err == nil:
				s.Err = p.checkHead(judging, s.Where, theirs, last, nil)
			case !errors.Is(err, fs.ErrNotExist):
				s.Err = err
			}
		})
	}
	for _, m := range p.Watched {
		look(Sight{Where: fmt.Sprintf("mirror %q", m.Name()), Kind: "mirror", Name: m.Name()}, func(s *Sight) {
			_, s.Err = p.Look(ctx, s.Name, m.Fetch)
		})
	}
	wg.Wait()
	slices.SortFunc(sights, func(a, b Sight) int { return strings.Compare(a.Where, b.Where) })
	return sights
}

// heldBy returns the head that a witness holds.
func (p *Publisher) heldBy(ctx context.Context, w Witness) (edition.SignedHead, error) {
	b, err := w.Held(ctx)
	if err != nil {
		return edition.SignedHead{}, err
	}
	return edition.OpenHead(b, p.Keys.Policy().Keys()...)
}

// checkHead judges a head that the log's key has signed: nil when it is one that this newsroom has made, otherwise a
// *ForkError. Fetch reads the tiles of who holds it; nil where there are none.
func (p *Publisher) checkHead(ctx context.Context, where string, theirs edition.SignedHead, last store.Head, fetch edition.Fetch) error {
	ours := edition.Checkpoint{Origin: last.Origin, Size: last.LogSize, Hash: tlog.Hash(last.LogHash)}
	if theirs.Origin != last.Origin {
		ours.Size = 0 // a log that this newsroom has begun, by its policy, and put nothing into
	}
	fork := &ForkError{Where: where, Theirs: last.Number + uint64(theirs.Size) - uint64(ours.Size)}
	if theirs.Size > ours.Size {
		fork.Reason = fmt.Sprintf("this newsroom only knows of %d: it was restored from an older state", last.Number)
		if fetch != nil && ours.Size > 0 {
			p.testify(ctx, fork, edition.LogHashes(ctx, theirs.Checkpoint, fetch), theirs.Size, theirs, ours)
		}
		return fork
	}
	hashes := editionlog.Reader(ctx, p.Store)
	root, err := tlog.TreeHash(theirs.Size, hashes)
	if err != nil {
		return err
	}
	if root == theirs.Hash {
		return nil
	}
	fork.Reason = "which is another than the one that this newsroom made"
	p.testify(ctx, fork, hashes, ours.Size, theirs, ours)
	return fork
}

// testify writes down a fork of two heads, where the hashes of the larger log, of a size, prove one. The newsroom's own
// head is signed for it by the log's key, and by nobody who would make it one that readers believe.
func (p *Publisher) testify(ctx context.Context, fork *ForkError, hashes tlog.HashReader, size int64, theirs edition.SignedHead, ours edition.Checkpoint) {
	own, err := editionlog.Sign(ours, p.Keys.LogSigner())
	var instead tlog.Hash
	var proof tlog.TreeProof
	if small := min(theirs.Size, ours.Size); err == nil && small < size {
		if instead, err = tlog.TreeHash(small, hashes); err == nil {
			proof, err = tlog.ProveTree(size, small, hashes)
		}
	}
	if err != nil || p.KeepEvidence == nil {
		p.Log.Warn("no evidence can be written", "where", fork.Where, "err", err)
		return
	}
	e, err := edition.NewEvidence(p.Keys.Policy().Keys(), theirs.Note, own, instead, proof)
	if err != nil {
		return // theirs extends ours: a newsroom that is behind, and no fork
	}
	if fork.Evidence, err = p.KeepEvidence(e); err != nil {
		p.Log.Error("evidence of a fork could not be written", "where", fork.Where, "err", err)
	}
}
