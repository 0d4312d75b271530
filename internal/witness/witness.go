// Package witness co-signs the heads of edition logs, and has them co-signed, by the protocol of C2SP tlog-witness
// (https://c2sp.org/tlog-witness). A witness says one thing: that a log only grew from the head that it co-signed before
// to this one. It never judges content, and knows none: it sees hashes alone.
//
// A Witness is one that a partner newsroom runs; its memory is a folder, one file a log. A Client asks one.
//
//	w, err := witness.Open(dir, time.Now, slog.Default())
//	err = w.Follow(logKey)
//	err = witness.Serve(ctx, listener, w.Handler(), time.Minute)
package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/notekey"
)

// keyFile holds the witness's secret key, in its folder.
const keyFile = "witness.key"

// The reasons for which a witness does not co-sign, besides a *SizeError.
var (
	// ErrUnknown: it does not follow the log (404).
	ErrUnknown = errors.New("the log is not followed here")
	// ErrSignature: the log's key has not signed the head (403).
	ErrSignature = errors.New("not signed by the log's key")
	// ErrProof: the proof does not show that the head extends the one that was co-signed before (422).
	ErrProof = errors.New("the proof does not show that the head extends the one co-signed before")
	// ErrRefused: whoever checks heads for the witness has refused this one (403). A witness alone never does.
	ErrRefused = errors.New("refused")
)

// A SizeError says that the head co-signed last has another size than the request's old one, or another root (409).
type SizeError struct {
	// Size is that of the head co-signed last, 0 when there is none.
	Size int64
}

// Error says which size it is.
func (e *SizeError) Error() string {
	return fmt.Sprintf("the head co-signed last is another, of size %d", e.Size)
}

// A Check looks at a head before it is co-signed for the first time, beyond what every witness does: that it extends
// held, the head co-signed last, whose Size is 0 when there is none. An error is returned to who asked, within an
// ErrRefused. It may wait; the context ends when who asked has gone away.
type Check func(ctx context.Context, held, head edition.SignedHead) error

// A Witness co-signs. Its methods may be called from several goroutines; the requests about one log go one by one.
type Witness struct {
	// Check is asked before a new head is co-signed; nil for a witness.
	Check Check

	dir    *os.Root
	signer notekey.Cosigner
	now    func() time.Time
	log    *slog.Logger
	mu     sync.Mutex // guards turns
	turns  map[string]chan struct{}
}

// Create makes a witness's key in a folder that holds none, and returns its verifier key. The name is that of the key;
// a URL without its scheme is customary, as news.example/witness.
func Create(dir *os.Root, name string, rnd io.Reader) (vkey string, err error) {
	if _, err := dir.Lstat(keyFile); err == nil {
		return "", fmt.Errorf("there is a key already: %w", os.ErrExist)
	}
	key, err := notekey.New(name, rnd)
	if err != nil {
		return "", err
	}
	if _, err := edition.CheckCosignerKey(key.VerifierKey()); err != nil {
		return "", err
	}
	return key.VerifierKey(), durable.WritePrivate(dir, keyFile, key.Secret())
}

// Open opens the witness in a folder, with a clock.
func Open(dir *os.Root, now func() time.Time, log *slog.Logger) (*Witness, error) {
	b, err := dir.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	w := &Witness{dir: dir, now: now, log: log, turns: map[string]chan struct{}{}}
	if w.signer, err = notekey.ParseCosigner(string(b)); err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, err)
	}
	return w, nil
}

// Key returns the witness's verifier key, as policies name it.
func (w *Witness) Key() string { return w.signer.VerifierKey() }

// Add co-signs a head: it returns the signature line, once the head is on the disk. Its error is an *edition.InvalidError
// for what is no request, or one of this package's.
func (w *Witness) Add(ctx context.Context, r Request) (line []byte, err error) {
	origin, _, _ := strings.Cut(string(r.Note), "\n")
	done, err := w.turn(ctx, origin)
	if err != nil {
		return nil, err
	}
	defer done()
	m, err := w.recall(Place(origin))
	if err != nil {
		return nil, err
	}
	head, err := edition.OpenHead(r.Note, m.log)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if err := w.compare(m, head, r); err != nil {
		return nil, err
	}
	isNew := head.Checkpoint != m.head.Checkpoint
	if isNew && w.Check != nil {
		if err := w.Check(ctx, m.head, head); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	signed, err := w.coSign(head)
	if err != nil {
		return nil, err
	}
	if isNew {
		if err := w.remember(memory{log: m.log, head: signed}); err != nil {
			return nil, err
		}
		w.log.Info("co-signed", "log", head.Origin, "size", head.Size)
	}
	return lastLine(signed.Note), nil
}

// compare says whether a head extends the one that is held, and writes evidence where it does not and that is proved.
func (w *Witness) compare(m memory, head edition.SignedHead, r Request) error {
	held := m.head
	switch {
	case r.Old > head.Size:
		return &edition.InvalidError{What: "request", Err: fmt.Errorf("old size %d is above the head's %d", r.Old, head.Size)}
	case head.Size == held.Size && head.Hash != held.Hash:
		w.testify(m, head, tlog.Hash{}, nil)
		return &SizeError{held.Size}
	case r.Old != held.Size:
		return &SizeError{held.Size}
	case r.Old == 0:
		if len(r.Proof) > 0 {
			return ErrProof
		}
		return nil
	}
	if tlog.CheckTree(r.Proof, head.Size, head.Hash, held.Size, held.Hash) == nil {
		return nil
	}
	if instead, ok := oldRoot(r.Proof, head.Size, held.Size); ok {
		w.testify(m, head, instead, r.Proof)
	}
	return ErrProof
}

// testify writes evidence of a fork. What proves none is left out: anybody can send a wrong proof.
func (w *Witness) testify(m memory, head edition.SignedHead, instead tlog.Hash, proof tlog.TreeProof) {
	e, err := edition.NewEvidence([]string{m.log, w.Key()}, m.head.Note, head.Note, instead, proof)
	if err != nil {
		return
	}
	name, err := KeepEvidence(w.dir, e)
	if err != nil {
		w.log.Error("evidence of a fork could not be written", "log", head.Origin, "err", err)
		return
	}
	w.log.Error("the log has forked", "log", head.Origin, "size", head.Size, "evidence", name)
}

// coSign adds the witness's signature, with the time, to a head.
func (w *Witness) coSign(head edition.SignedHead) (edition.SignedHead, error) {
	alone, err := note.Sign(&note.Note{Text: string(head.Text())}, w.signer.At(w.now()))
	if err != nil {
		return head, err
	}
	head.Note = append(head.Note, lastLine(alone)...)
	return head, nil
}

// lastLine returns the last line of a note, with its newline.
func lastLine(b []byte) []byte {
	text := strings.TrimSuffix(string(b), "\n")
	return []byte(text[strings.LastIndex(text, "\n")+1:] + "\n")
}

// turn waits until no other request about a log is at work. Logs that are not followed take no turns.
func (w *Witness) turn(ctx context.Context, origin string) (done func(), err error) {
	if _, err := w.dir.Lstat(logsFolder + Place(origin)); err != nil {
		return nil, ErrUnknown
	}
	w.mu.Lock()
	c, ok := w.turns[origin]
	if !ok {
		c = make(chan struct{}, 1)
		w.turns[origin] = c
	}
	w.mu.Unlock()
	select {
	case c <- struct{}{}:
		return func() { <-c }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
