package reader

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"coranto/edition"
)

// A failing source gives ranges of one object, so many of them, and then nothing.
type failing struct {
	b []byte

	mu    sync.Mutex // guards what follows
	left  int
	given int
}

func (f *failing) Name() string { return "failing.example" }
func (f *failing) Live() bool   { return true }

func (f *failing) Fetch(context.Context, string, int64) ([]byte, error) {
	return nil, errors.New("it gives no whole files")
}

func (f *failing) FetchRange(_ context.Context, _ string, from, to, _ int64) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left < 0 {
		return nil, errors.New("no such host")
	}
	f.given += int(to - from)
	return bytes.Clone(f.b[from:to]), nil
}

// What came before a gathering failed is not fetched again.
func TestGatherResumes(t *testing.T) {
	b := make([]byte, 20*edition.PieceSize+100)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	e, parts, err := edition.Split(b)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = e.WithList(parts[len(parts)-1]); err != nil {
		t.Fatal(err)
	}
	source := &failing{b: b}
	r := &Reader{opt: Options{}.withDefaults(), pulse: newPulse(DefaultHedge), mirrors: []*mirror{{source: source}}}
	r.state = newState(r.opt.Keep, r.masthead, r.opt.Log)
	for _, ranges := range []int{5, 1, 9} {
		source.left = ranges
		if _, _, err := r.gather(t.Context(), largeOf(e, 0)); err == nil {
			t.Fatalf("after %d ranges it has all", ranges)
		}
	}
	source.left = 100
	got, _, err := r.gather(t.Context(), largeOf(e, 0))
	if err != nil || !bytes.Equal(got, b) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if source.given != len(b) {
		t.Errorf("%d bytes were fetched of an object of %d", source.given, len(b))
	}
	if u, err := r.opt.Keep.Usage(); err != nil || u.Objects != 0 {
		t.Errorf("%d pieces are kept beside the object, %v", u.Objects, err)
	}
}
