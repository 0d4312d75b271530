package edition_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coranto/edition"
)

// nodes is a store of tree nodes in memory that counts what is read and written.
type nodes struct {
	m           map[edition.Hash][]byte
	reads, puts int
}

func newNodes() *nodes { return &nodes{m: map[edition.Hash][]byte{}} }

func (n *nodes) put(h edition.Hash, b []byte) error {
	n.puts++
	n.m[h] = bytes.Clone(b)
	return nil
}

func (n *nodes) tree(root edition.Hash) edition.Tree {
	return edition.Tree{Root: root, Get: func(_ context.Context, h edition.Hash) ([]byte, error) {
		n.reads++
		b, ok := n.m[h]
		if !ok {
			return nil, fmt.Errorf("no node %s", h)
		}
		return b, nil
	}}
}

func entryOf(t testing.TB, body string) edition.Entry {
	t.Helper()
	e, _, err := edition.Split([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	e.MediaType = "text/html"
	return e
}

func leaves(m map[string]edition.Entry) iter.Seq2[edition.Leaf, error] {
	return func(yield func(edition.Leaf, error) bool) {
		paths := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
			return strings.Compare(edition.Key(a), edition.Key(b))
		})
		for _, p := range paths {
			if !yield(edition.Leaf{Path: p, Entry: m[p]}, nil) {
				return
			}
		}
	}
}

func build(t testing.TB, m map[string]edition.Entry) (*nodes, edition.Tree) {
	t.Helper()
	n := newNodes()
	root, err := edition.Build(leaves(m), n.put)
	if err != nil {
		t.Fatal(err)
	}
	return n, n.tree(root)
}

func TestLookupFindsAllAndProvesAbsence(t *testing.T) {
	m := map[string]edition.Entry{}
	for i := range 5000 {
		m[fmt.Sprintf("fa/story/2026/11/%02d/s%d/index.html", i%28+1, i)] = entryOf(t, fmt.Sprint(i))
	}
	_, tree := build(t, m)
	for p, want := range m {
		got, ok, err := tree.Lookup(t.Context(), p)
		if err != nil || !ok || !slices.Equal(got.Objects, want.Objects) {
			t.Fatalf("lookup %q: got %v, %v, %v", p, got, ok, err)
		}
	}
	for _, p := range []string{"a", "zz", "fa/story/2026/11/01/s/index.html", "../x", "", "fa//x"} {
		if _, ok, err := tree.Lookup(t.Context(), p); ok || err != nil {
			t.Errorf("lookup %q: got %v, %v, want proved absent", p, ok, err)
		}
	}
}

func TestRange(t *testing.T) {
	m := map[string]edition.Entry{}
	for i := range 300 {
		for _, l := range []string{"fa", "ru", "en"} {
			m[fmt.Sprintf("%s/story/2026/11/%02d/s%d/index.html", l, i%28+1, i)] = entryOf(t, l)
		}
	}
	_, tree := build(t, m)
	var got []string
	for l, err := range tree.Range(t.Context(), "story/2026/11/05/", "story/2026/11/06/") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Path)
	}
	want := 0
	for p := range m {
		if strings.Contains(p, "/2026/11/05/") {
			want++
		}
	}
	if len(got) != want || want == 0 {
		t.Errorf("got %d leaves of the day, want %d", len(got), want)
	}
	for i := 0; i+2 < len(got); i += 3 {
		if got[i][:2] != "en" || got[i+1][:2] != "fa" || got[i+2][:2] != "ru" || got[i][2:] != got[i+2][2:] {
			t.Fatalf("translations are not neighbours: %q", got[i:i+3])
		}
	}
}

// TestUpdateIsBuild is the property that everything rests on: whatever the edits, the tree that was updated step by
// step has the root of the tree that is built anew.
func TestUpdateIsBuild(t *testing.T) {
	runs := 3000
	if testing.Short() {
		runs = 300
	}
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		m := map[string]edition.Entry{}
		for range rng.IntN(1 << rng.IntN(12)) {
			m[somePath(rng)] = entryOf(t, fmt.Sprint(rng.IntN(3)))
		}
		n, tree := build(t, m)
		for step := range 1 + rng.IntN(4) {
			edits := someEdits(t, rng, m)
			for _, e := range edits {
				if e.Remove {
					delete(m, e.Path)
				} else {
					m[e.Path] = e.Entry
				}
			}
			got, err := tree.Update(t.Context(), edits, n.put)
			if err != nil {
				t.Fatalf("seed %d step %d: %v", seed, step, err)
			}
			_, anew := build(t, m)
			if got != anew.Root {
				t.Fatalf("seed %d step %d: updated root %s, built root %s, %d leaves", seed, step, got, anew.Root, len(m))
			}
			tree = n.tree(got)
		}
		checkComplete(t, tree, m)
	}
}

// checkComplete walks the tree and compares it with the model.
func checkComplete(t *testing.T, tree edition.Tree, m map[string]edition.Entry) {
	t.Helper()
	count := 0
	for l, err := range tree.Range(t.Context(), "", "") {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m[l.Path].Objects, l.Entry.Objects) {
			t.Fatalf("%q differs", l.Path)
		}
		count++
	}
	if count != len(m) {
		t.Fatalf("tree has %d leaves, want %d", count, len(m))
	}
}

// somePath makes paths of several shapes; some are long, so that nodes fill up by size too.
func somePath(rng *rand.Rand) string {
	langs := []string{"en", "fa", "ru", "sr-Cyrl"}
	l := langs[rng.IntN(len(langs))]
	switch rng.IntN(8) {
	case 0:
		return l + "/index.html"
	case 1:
		return fmt.Sprintf("%s/archive/page/%d.html", l, rng.IntN(50))
	case 2:
		return fmt.Sprintf("%s/%s%d", l, strings.Repeat("x", 480), rng.IntN(900))
	default:
		return fmt.Sprintf("%s/story/2026/%02d/%02d/s%d/index.html", l, rng.IntN(12)+1, rng.IntN(28)+1, rng.IntN(40))
	}
}

func someEdits(t *testing.T, rng *rand.Rand, m map[string]edition.Entry) []edition.Edit {
	byPath := map[string]edition.Edit{}
	have := slices.Sorted(maps.Keys(m))
	all := rng.IntN(20) == 0
	for range rng.IntN(1 << rng.IntN(7)) {
		e := edition.Edit{Leaf: edition.Leaf{Path: somePath(rng), Entry: entryOf(t, fmt.Sprint(rng.IntN(3)))}}
		if len(have) > 0 && rng.IntN(2) == 0 {
			e.Path = have[rng.IntN(len(have))]
			e.Remove = rng.IntN(2) == 0
		}
		byPath[e.Path] = e
	}
	if all {
		for _, p := range have {
			byPath[p] = edition.Edit{Leaf: edition.Leaf{Path: p}, Remove: true}
		}
	}
	return slices.Collect(maps.Values(byPath))
}

func TestUpdateTouchesOnlyTheWay(t *testing.T) {
	m := map[string]edition.Entry{}
	for i := range 50_000 {
		m[fmt.Sprintf("fa/story/2026/%02d/%02d/s%d/index.html", i/4000+1, i%28+1, i)] = entryOf(t, fmt.Sprint(i))
	}
	n, tree := build(t, m)
	n.reads, n.puts = 0, 0
	edit := edition.Edit{Leaf: edition.Leaf{Path: "fa/story/2026/05/06/s20005/index.html", Entry: entryOf(t, "new")}}
	if _, err := tree.Update(t.Context(), []edition.Edit{edit}, n.put); err != nil {
		t.Fatal(err)
	}
	if n.puts > 5 || n.reads > 20 {
		t.Errorf("one edit in 50,000 leaves put %d nodes and read %d, want at most 5 and 20", n.puts, n.reads)
	}
}

func TestUpdateRefusesDoubledPath(t *testing.T) {
	n, tree := build(t, map[string]edition.Entry{"a": entryOf(t, "1")})
	e := edition.Edit{Leaf: edition.Leaf{Path: "b", Entry: entryOf(t, "2")}}
	if _, err := tree.Update(t.Context(), []edition.Edit{e, e}, n.put); err == nil {
		t.Error("a path edited twice was accepted")
	}
}

// TestFlippedBits flips every bit of every node of a small tree: a reader must never see another entry.
func TestFlippedBits(t *testing.T) {
	m := map[string]edition.Entry{}
	for i := range 100 {
		m[fmt.Sprintf("en/p%d", i)] = entryOf(t, fmt.Sprint(i))
	}
	n, tree := build(t, m)
	for h, b := range n.m {
		for i := range b {
			bad := bytes.Clone(b)
			bad[i] ^= 1 << (i % 8)
			n.m[h] = bad
			for _, err := range tree.Range(t.Context(), "", "") {
				var inv *edition.InvalidError
				if err != nil && !errors.As(err, &inv) {
					t.Fatalf("node %s byte %d: error %v is not an InvalidError", h, i, err)
				}
				if err != nil {
					goto caught
				}
			}
			t.Fatalf("node %s byte %d: flip not noticed", h, i)
		caught:
		}
		n.m[h] = b
	}
}
