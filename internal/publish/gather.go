package publish

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/target"
	"coranto/internal/witness"
)

// A Witness co-signs heads: one of the policy's witnesses, or the release co-signer. A *witness.Client is one. Its
// methods may be called from several goroutines, and end when the context does.
type Witness interface {
	// CoSign returns the signature line of a head that the log has signed, or a *witness.HeldError when it holds one that
	// this one does not extend. Guess is the size that it is thought to hold.
	CoSign(ctx context.Context, head edition.Checkpoint, note []byte, guess int64, prove witness.Prove) ([]byte, error)
	// Held returns the note of the head that it holds, and an error when it holds none or doesn't tell.
	Held(ctx context.Context) ([]byte, error)
}

// DefaultGrace is how long witnesses are waited for that the quorum does not need any more.
const DefaultGrace = 3 * time.Second

// An UnsignedError says that an edition is sealed and not out: too few have co-signed its head. Readers keep the edition
// before it, and the next run goes on from here. A quorum is never lowered to get an edition out.
type UnsignedError struct {
	Edition uint64
	// Cosigner says that it is the release co-signer who has not signed; otherwise it is the policy's Quorum of witnesses.
	Cosigner bool
	Quorum   string
	// Said is what each who was asked answered, by name; "" for those who have signed.
	Said map[string]string
}

// Error names each who was asked and what it said, a line each.
func (e *UnsignedError) Error() string {
	why := fmt.Sprintf("too few witnesses have co-signed it for the policy's quorum %q", e.Quorum)
	if e.Cosigner {
		why = "the release co-signer has not signed it"
	}
	s := fmt.Sprintf("edition %d is sealed, and not out: %s", e.Edition, why)
	for _, name := range slices.Sorted(maps.Keys(e.Said)) {
		said := e.Said[name]
		if said == "" {
			said = "co-signed"
		}
		s += fmt.Sprintf("\n  %s: %s", name, said)
	}
	return s
}

// everyWitness yields whoever else signs heads, with what they are called.
func (p *Publisher) everyWitness() iter.Seq2[Sight, Witness] {
	return func(yield func(Sight, Witness) bool) {
		if p.Cosigner != nil && !yield(Sight{Where: "the release co-signer", Kind: "co-signer", Name: "co-signer"}, p.Cosigner) {
			return
		}
		for name, w := range p.Witnesses {
			if !yield(Sight{Where: fmt.Sprintf("witness %q", name), Kind: "witness", Name: name}, w) {
				return
			}
		}
	}
}

// signHead returns the note of a head, signed by all whom the policy wants: the log, the co-signer, then witnesses. The
// release co-signer comes before the witnesses, so that nobody outside has seen a head that it refuses.
func (p *Publisher) signHead(ctx context.Context, r *run, c edition.Checkpoint) ([]byte, error) {
	logged, err := editionlog.Sign(c, p.Keys.LogSigner())
	if err != nil {
		return nil, err
	}
	guess := c.Size - 1
	if had, err := p.Store.Delivered(ctx, p.Targets[0].Name()); err == nil && had == r.last.Number {
		guess = c.Size // a heartbeat
	}
	q := question{p: p, r: r, head: c, note: logged, guess: guess}
	own, err := q.release(ctx)
	if err != nil {
		return nil, err
	}
	return q.witnessed(ctx, append(slices.Clip(logged), own...))
}

// A question is a head that others are asked to co-sign.
type question struct {
	p     *Publisher
	r     *run
	head  edition.Checkpoint
	note  []byte
	guess int64
}

// ask asks one; the error is a *ForkError when it holds a head that this one does not extend.
func (q question) ask(ctx context.Context, where string, w Witness) ([]byte, error) {
	prove := func(ctx context.Context, old int64) (tlog.TreeProof, error) {
		return tlog.ProveTree(q.head.Size, old, editionlog.Reader(ctx, q.p.Store))
	}
	line, err := w.CoSign(ctx, q.head, q.note, q.guess, prove)
	var held *witness.HeldError
	if !errors.As(err, &held) {
		return line, err
	}
	if theirs, err := q.p.heldBy(ctx, w); err == nil {
		if err := q.p.checkHead(ctx, where, theirs, q.r.last, nil); err != nil {
			return nil, err
		}
		return nil, held // it holds a head of ours, and says that it doesn't: it is broken
	}
	fork := &ForkError{Where: where, Theirs: q.r.last.Number + uint64(held.Size) - uint64(q.head.Size),
		Reason: "by its word: this newsroom was restored from an older state, or somebody else has its keys"}
	return nil, fork
}

// release returns the newsroom's own co-signature: by the key that is here, or by the release co-signer, who reads the
// edition from the newsroom's own target and needs the log's tiles there. Those of a head that is not released are taken
// away again: nothing that readers have leads to them.
func (q question) release(ctx context.Context) ([]byte, error) {
	p := q.p
	if own := p.Keys.Cosigner(q.r.now); own != nil {
		return editionlog.CoSign(q.head, own)
	}
	if p.Cosigner == nil {
		return nil, errors.New("the release co-signer's key is elsewhere, and nobody said where it answers")
	}
	hide, err := q.show(ctx)
	if err != nil {
		return nil, fmt.Errorf("show the edition to the release co-signer: %w", err)
	}
	p.Progress("wait for the release co-signer", 0, 1)
	line, err := q.ask(ctx, "the release co-signer", p.Cosigner)
	if err == nil {
		return line, nil
	}
	err = errors.Join(err, ctx.Err(), hide())
	var fork *ForkError
	if errors.As(err, &fork) || ctx.Err() != nil {
		return nil, err
	}
	return nil, &UnsignedError{Edition: q.r.last.Number, Cosigner: true, Said: map[string]string{"co-signer": err.Error()}}
}

// show puts the tiles of the head on the newsroom's own target, and returns what takes those away that the head which
// readers have there does not need.
func (q question) show(ctx context.Context) (hide func() error, err error) {
	p, own := q.p, q.p.Targets[0]
	readers, known := int64(0), true // the size of the head that readers have
	latest, err := own.Get(ctx, edition.LatestPath, edition.MaxLatest)
	switch {
	case err == nil:
		theirs, err := p.openHead(ctx, latest, own.Get)
		readers, known = theirs.Size, err == nil
	case !errors.Is(err, target.ErrNotExist):
		return nil, err
	}
	files, err := editionlog.Tiles(ctx, p.Store, p.Store, min(readers, q.head.Size), q.head.Size)
	if err == nil {
		err = putAll(ctx, own, files)
	}
	if err != nil {
		return nil, err
	}
	return func() error {
		if !known {
			return nil // they may be those of a log that was replaced, which readers need
		}
		ctx := context.WithoutCancel(ctx)
		needed, err := editionlog.Tiles(ctx, p.Store, p.Store, 0, min(readers, q.head.Size))
		for name := range files {
			if needed[name] == nil && err == nil {
				err = own.Delete(ctx, name)
			}
		}
		return err
	}, nil
}

// witnessed adds the co-signatures of witnesses to a note, in the policy's order.
func (q question) witnessed(ctx context.Context, note []byte) ([]byte, error) {
	policy := q.p.Keys.Policy()
	lines, refused := q.gather(ctx, note)
	var forks []error
	said := map[string]string{}
	for _, w := range policy.Witnesses {
		var fork *ForkError
		switch err := refused[w.Name]; {
		case errors.As(err, &fork):
			forks = append(forks, err)
		case err != nil:
			said[w.Name] = err.Error()
		default:
			said[w.Name] = ""
		}
	}
	if err := errors.Join(append(forks, ctx.Err())...); err != nil {
		return nil, err
	}
	signed := assemble(policy, note, lines)
	if _, err := policy.OpenCheckpoint(signed); err != nil {
		return nil, &UnsignedError{Edition: q.r.last.Number, Quorum: policy.Quorum, Said: said}
	}
	for name, err := range refused {
		q.p.Log.Warn("a witness has not co-signed; the quorum is met without it", "witness", name, "err", err)
	}
	return signed, nil
}

// gather asks all witnesses at once, and stops waiting a short while after the quorum is met. It returns the lines of
// those who signed, and what the others said.
func (q question) gather(ctx context.Context, note []byte) (lines map[string][]byte, refused map[string]error) {
	policy := q.p.Keys.Policy()
	lines, refused = map[string][]byte{}, map[string]error{}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type answer struct {
		name string
		line []byte
		err  error
	}
	answers := make(chan answer, len(policy.Witnesses))
	for _, w := range policy.Witnesses {
		go func() {
			line, err := q.askWitness(ctx, w.Name)
			answers <- answer{w.Name, line, err}
		}()
	}
	var enough <-chan time.Time
	for range policy.Witnesses {
		if _, err := policy.OpenCheckpoint(assemble(policy, note, lines)); err == nil && enough == nil {
			enough = time.After(q.p.grace())
		}
		var a answer
		select {
		case a = <-answers:
		case <-enough:
			stop() // the others end now, each with an error
			a = <-answers
		}
		if a.err != nil {
			refused[a.name] = a.err
			continue
		}
		lines[a.name] = a.line
	}
	return lines, refused
}

func (q question) askWitness(ctx context.Context, name string) ([]byte, error) {
	w, ok := q.p.Witnesses[name]
	if !ok {
		return nil, errors.New("nobody said where it answers")
	}
	return q.ask(ctx, fmt.Sprintf("witness %q", name), w)
}

// assemble returns a note with the lines of witnesses in the policy's order.
func assemble(policy edition.Policy, note []byte, lines map[string][]byte) []byte {
	signed := slices.Clone(note)
	for _, w := range policy.Witnesses {
		signed = append(signed, lines[w.Name]...)
	}
	return signed
}

func (p *Publisher) grace() time.Duration {
	if p.Grace == 0 {
		return DefaultGrace
	}
	return p.Grace
}
