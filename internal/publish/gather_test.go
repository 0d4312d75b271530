package publish_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/publish"
	"coranto/internal/target"
	"coranto/internal/witness"
)

// A nearby is a witness in this process. It may be silent, and remembers which sizes it was thought to hold.
type nearby struct {
	w       *witness.Witness
	silent  bool
	broken  error
	guesses []int64
}

func (n *nearby) CoSign(ctx context.Context, head edition.Checkpoint, note []byte, guess int64, prove witness.Prove) ([]byte, error) {
	n.guesses = append(n.guesses, guess)
	if n.silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if n.broken != nil {
		return nil, n.broken
	}
	r := witness.Request{Old: guess, Note: note}
	for range 2 {
		var err error
		if r.Proof = nil; 0 < r.Old && r.Old < head.Size {
			if r.Proof, err = prove(ctx, r.Old); err != nil {
				return nil, err
			}
		}
		line, err := n.w.Add(ctx, r)
		var size *witness.SizeError
		if !errors.As(err, &size) {
			return line, err
		}
		r.Old = size.Size
	}
	return nil, errors.New("another size each time")
}

func (n *nearby) Held(context.Context) ([]byte, error) { return nil, fs.ErrNotExist }

// witnessed gives a room n witnesses, of which k must co-sign.
func witnessed(t *testing.T, k, n int) (*room, []*nearby) {
	t.Helper()
	r := newRoom(t)
	r.Witnesses, r.Grace = map[string]publish.Witness{}, time.Minute
	var all []*nearby
	for i := range n {
		root, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { root.Close() })
		name := fmt.Sprintf("w%d", i)
		vkey, err := witness.Create(root, name+".example", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		w, err := witness.Open(root, func() time.Time { return r.now }, slog.New(slog.DiscardHandler))
		if err == nil {
			_, err = w.Follow(r.Keys.Policy().Log)
		}
		if err == nil {
			err = r.Keys.AddWitness(edition.Witness{Name: name, Key: vkey}, "http://127.0.0.1:1/", r.now)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &nearby{w: w})
		r.Witnesses[name] = all[i]
	}
	p, err := r.Keys.WithQuorum(k)
	if err == nil {
		_, err = r.Keys.SetPolicy(p, r.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, all
}

func (r *room) head(t *testing.T) edition.Head {
	t.Helper()
	b, err := r.Targets[0].Get(t.Context(), edition.LatestPath, edition.MaxLatest)
	if err != nil {
		t.Fatal(err)
	}
	h, err := r.Keys.Policy().OpenLatest(b)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestQuorumIsGathered(t *testing.T) {
	r, ws := witnessed(t, 2, 3)
	r.put(t, stories(2)...)
	r.publish(t)
	if got := r.head(t); got.Witnessed != 3 || !got.AsOf.Equal(r.now) {
		t.Errorf("witnessed by %d, as of %v", got.Witnessed, got.AsOf)
	}
	ws[1].silent, r.Grace = true, time.Millisecond
	r.put(t, story(5, "Later", "en"))
	r.publish(t)
	r.publish(t) // a heartbeat
	if got := r.head(t); got.Witnessed != 2 || got.Manifest.Edition != 2 || !got.AsOf.Equal(r.now) {
		t.Errorf("witnessed by %d, edition %d, as of %v", got.Witnessed, got.Manifest.Edition, got.AsOf)
	}
	ws[1].silent, r.Grace = false, time.Minute
	r.publish(t)
	if got := r.head(t); got.Witnessed != 3 {
		t.Errorf("back again: witnessed by %d", got.Witnessed)
	}
	if got := fmt.Sprint(ws[0].guesses); got != "[0 1 2 2]" {
		t.Errorf("it was thought to hold %s", got)
	}
}

func TestQuorumMinusOne(t *testing.T) {
	r, ws := witnessed(t, 2, 3)
	r.put(t, stories(2)...)
	r.publish(t)
	before, err := os.ReadFile(filepath.Join(r.dir, "public", edition.LatestPath))
	if err != nil {
		t.Fatal(err)
	}
	ws[0].broken, ws[2].broken = errors.New("on fire"), errors.New("away")
	r.put(t, story(5, "Later", "en"))
	for range 2 {
		r.now = r.now.Add(time.Minute)
		_, err := r.Publish(t.Context())
		var unsigned *publish.UnsignedError
		if !errors.As(err, &unsigned) || unsigned.Edition != 2 || unsigned.Said["w0"] != "on fire" || unsigned.Said["w1"] != "" ||
			!strings.Contains(err.Error(), "w1: co-signed") {
			t.Fatalf("got %v, want an UnsignedError", err)
		}
	}
	after, err := os.ReadFile(filepath.Join(r.dir, "public", edition.LatestPath))
	if err != nil || !bytes.Equal(before, after) {
		t.Error("readers have another edition than before")
	}
	ws[2].broken = nil
	if res := r.publish(t); res.Edition != 2 || res.ObjectsNew != 0 {
		t.Errorf("it did not go on from the sealed edition: %+v", res)
	}
	if got := r.head(t); got.Witnessed != 2 || got.Manifest.Edition != 2 {
		t.Errorf("witnessed by %d, edition %d", got.Witnessed, got.Manifest.Edition)
	}
}

// A witness that holds another history stops the run even where the quorum is met without it.
func TestOneWitnessStopsAFork(t *testing.T) {
	r, ws := witnessed(t, 1, 3)
	r.put(t, stories(2)...)
	r.publish(t)
	for _, held := range []*witness.HeldError{{Witness: "w2", Size: 9}, {Witness: "w2", Size: 1, Other: true}} {
		ws[2].broken = held
		r.put(t, story(int(held.Size), "Later", "en"))
		var fork *publish.ForkError
		if _, err := r.Publish(t.Context()); !errors.As(err, &fork) || fork.Where != `witness "w2"` {
			t.Errorf("got %v, want a ForkError", err)
		}
	}
	if got := r.head(t); got.Manifest.Edition != 1 {
		t.Errorf("edition %d came out", got.Manifest.Edition)
	}
}

// A witness that nobody demands is not waited for long.
func TestWitnessNobodyDemands(t *testing.T) {
	r, ws := witnessed(t, 0, 1)
	ws[0].silent, r.Grace = true, time.Millisecond
	r.put(t, stories(1)...)
	r.publish(t)
	if got := r.head(t); got.Witnessed != 0 {
		t.Errorf("witnessed by %d", got.Witnessed)
	}
}

func TestWitnessWithoutAddress(t *testing.T) {
	r, _ := witnessed(t, 1, 1)
	delete(r.Witnesses, "w0")
	r.put(t, stories(1)...)
	var unsigned *publish.UnsignedError
	if _, err := r.Publish(t.Context()); !errors.As(err, &unsigned) || unsigned.Said["w0"] == "" {
		t.Errorf("got %v, want an UnsignedError", err)
	}
}

// A tileBreaker is a target on which one write or removal of the log's tiles fails, carried out or not.
type tileBreaker struct {
	target.Target
	*breaker
}

func (t tileBreaker) Put(ctx context.Context, name string, b []byte) error {
	if !strings.HasPrefix(name, "log/tile/") {
		return t.Target.Put(ctx, name, b)
	}
	return t.do("put "+name, func() error { return t.Target.Put(ctx, name, b) })
}

func (t tileBreaker) Delete(ctx context.Context, name string) error {
	if !strings.HasPrefix(name, "log/tile/") {
		return t.Target.Delete(ctx, name)
	}
	return t.do("delete "+name, func() error { return t.Target.Delete(ctx, name) })
}

// Tiles stand on the target before the release co-signer has signed. Whatever fails then, and whether it signs or not,
// readers have a whole edition, and the next run goes on.
func TestFaultsWhileTheCosignerLooks(t *testing.T) {
	r, ws := witnessed(t, 0, 1)
	r.Cosigner, r.Witnesses = ws[0], nil
	key := r.Keys.Policy().Witnesses[0].Key
	p, err := r.Keys.WithoutWitness("w0")
	if err == nil {
		_, err = r.Keys.SetPolicy(p, r.now)
	}
	if err == nil {
		err = r.Keys.SetCosigner(key, "http://127.0.0.1:1/", r.now)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.put(t, story(0, "First", "en"))
	r.publish(t)
	own := r.Targets[0]
	for i := range 12 {
		b := &breaker{at: 1 + i/4, done: i%2 == 0}
		r.Targets[0] = tileBreaker{own, b}
		if i%4 < 2 {
			ws[0].broken = errors.New("nobody says yes")
		}
		before := r.head(t).Manifest.Edition
		r.put(t, story(i+1, "Later", "en"))
		r.now = r.now.Add(time.Minute)
		if _, err := r.Publish(t.Context()); err == nil {
			t.Errorf("fault %d, %s: nothing failed", i, b.hit)
		}
		if got := r.head(t).Manifest.Edition; got != before {
			t.Errorf("fault %d, %s: readers have edition %d", i, b.hit, got)
		}
		r.Targets[0], ws[0].broken = own, nil
		r.publish(t)
		if got := r.verify(t, "public").Edition; got != before+1 {
			t.Errorf("fault %d, %s: edition %d came out", i, b.hit, got)
		}
	}
}
