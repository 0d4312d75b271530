package edition_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"coranto/edition"
)

// diffOf collects a diff, and checks the order of its keys.
func diffOf(t testing.TB, old, new edition.Tree) map[string]edition.Change {
	t.Helper()
	got, last := map[string]edition.Change{}, ""
	for c, err := range edition.Diff(t.Context(), old, new) {
		if err != nil {
			t.Fatal(err)
		}
		if key := edition.Key(c.Path); key <= last {
			t.Fatalf("key %q comes after %q", key, last)
		} else {
			last = key
		}
		got[c.Path] = c
	}
	return got
}

// checkDiff compares a diff with what two maps say.
func checkDiff(t testing.TB, got map[string]edition.Change, old, new map[string]edition.Entry) {
	t.Helper()
	want := 0
	both := map[string]edition.Entry{}
	maps.Copy(both, old)
	maps.Copy(both, new)
	for p := range both {
		a, inOld := old[p]
		b, inNew := new[p]
		if inOld && inNew && equalEntries(a, b) {
			continue
		}
		want++
		c, ok := got[p]
		if !ok || (c.Old != nil) != inOld || (c.New != nil) != inNew ||
			inOld && !equalEntries(*c.Old, a) || inNew && !equalEntries(*c.New, b) {
			t.Fatalf("%q: got %+v, %v", p, c, ok)
		}
	}
	if len(got) != want {
		t.Fatalf("got %d changes, want %d", len(got), want)
	}
}

// TestDiffIsWhatDiffers compares diffs of random trees, both ways, with what their leaves say, and the nodes that one has
// and the other has not with what all their nodes say.
func TestDiffIsWhatDiffers(t *testing.T) {
	runs := 1500
	if testing.Short() {
		runs = 150
	}
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 2))
		old := map[string]edition.Entry{}
		for range rng.IntN(1 << rng.IntN(12)) {
			old[somePath(rng)] = entryOf(t, fmt.Sprint(rng.IntN(3)))
		}
		new := maps.Clone(old)
		for _, e := range someEdits(t, rng, old) {
			if new[e.Path] = e.Entry; e.Remove {
				delete(new, e.Path)
			}
		}
		if seed%50 == 0 {
			new = map[string]edition.Entry{} // nothing is shared
		}
		nodesOfOld, a := build(t, old)
		nodesOfNew, b := build(t, new)
		checkDiff(t, diffOf(t, a, b), old, new)
		checkDiff(t, diffOf(t, b, a), new, old)
		checkDiff(t, diffOf(t, edition.Tree{}, b), nil, new)
		checkDiff(t, diffOf(t, a, edition.Tree{}), old, nil)
		checkNodesNotIn(t, a, b, nodesOfOld, nodesOfNew)
		checkNodesNotIn(t, b, a, nodesOfNew, nodesOfOld)
		checkNodesNotIn(t, b, edition.Tree{}, nodesOfNew, newNodes())
	}
}

func checkNodesNotIn(t *testing.T, tree, other edition.Tree, of, notIn *nodes) {
	t.Helper()
	got := map[edition.Hash]bool{}
	for level, err := range tree.NodesNotIn(t.Context(), other) {
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range level {
			if got[h] || of.m[h] == nil || notIn.m[h] != nil {
				t.Fatalf("node %s: twice %v, here %v, there %v", h, got[h], of.m[h] != nil, notIn.m[h] != nil)
			}
			got[h] = true
		}
	}
	for h := range of.m {
		if notIn.m[h] == nil && !got[h] {
			t.Fatalf("node %s was left out", h)
		}
	}
}

// Trees of other heights, one of which is a part of the other.
func TestDiffOfAPart(t *testing.T) {
	all := map[string]edition.Entry{}
	for i := range 6000 {
		all[fmt.Sprintf("en/p%06d", i)] = entryOf(t, "x")
	}
	_, whole := build(t, all)
	for _, size := range []int{0, 1, 2, 33, 100, 1000, 3000} {
		for _, from := range []int{0, 17, 2999} {
			part := map[string]edition.Entry{}
			for i := from; i < from+size; i++ {
				part[fmt.Sprintf("en/p%06d", i)] = entryOf(t, "x")
			}
			n, tree := build(t, part)
			checkDiff(t, diffOf(t, whole, tree), all, part)
			checkDiff(t, diffOf(t, tree, whole), part, all)
			nodesOfAll, _ := build(t, all)
			checkNodesNotIn(t, tree, whole, n, nodesOfAll)
			checkNodesNotIn(t, whole, tree, nodesOfAll, n)
		}
	}
}

// A change in a large tree is found by reading the nodes on the way to it, in both trees, and few beside.
func TestDiffReadsOnlyTheWay(t *testing.T) {
	m := map[string]edition.Entry{}
	path := func(i int) string { return fmt.Sprintf("fa/story/2026/%02d/%02d/s%d/index.html", i/4000+1, i%28+1, i) }
	for i := range 40_000 {
		m[path(i)] = entryOf(t, fmt.Sprint(i))
	}
	n, old := build(t, m)
	for i, edits := range [][]edition.Edit{
		{{Leaf: edition.Leaf{Path: path(20_005), Entry: entryOf(t, "new")}}},
		{{Leaf: edition.Leaf{Path: path(20_005)}, Remove: true}},
		{{Leaf: edition.Leaf{Path: path(90_000), Entry: entryOf(t, "new")}}},
		{{Leaf: edition.Leaf{Path: "fa/aaa", Entry: entryOf(t, "new")}}},
	} {
		root, err := old.Update(t.Context(), edits, n.put)
		if err != nil {
			t.Fatal(err)
		}
		n.reads = 0
		if got := diffOf(t, old, n.tree(root)); len(got) != 1 {
			t.Fatalf("edit %d: got %d changes", i, len(got))
		}
		diff := n.reads
		n.reads = 0
		found := 0
		for level, err := range n.tree(root).NodesNotIn(t.Context(), old) {
			if err != nil {
				t.Fatal(err)
			}
			found += len(level)
		}
		if diff > 20 || n.reads > 20 || found > 8 {
			t.Errorf("edit %d: the diff read %d nodes of 40,000 leaves, NodesNotIn %d and found %d", i, diff, n.reads, found)
		}
	}
}

// A node that can't be had, or is altered, ends a diff with an error; what was yielded before was right.
func TestDiffOfDamage(t *testing.T) {
	m := map[string]edition.Entry{}
	for i := range 3000 {
		m[fmt.Sprintf("en/p%d", i)] = entryOf(t, fmt.Sprint(i))
	}
	n, old := build(t, m)
	changed := maps.Clone(m)
	for i := range 5 {
		changed[fmt.Sprintf("en/p%d", 500*i)] = entryOf(t, "new")
	}
	_, now := build(t, changed)
	fresh, _ := build(t, changed)
	maps.Copy(n.m, fresh.m)
	now = n.tree(now.Root)
	for level := range now.NodesNotIn(t.Context(), old) {
		for _, h := range level {
			good := n.m[h]
			n.m[h] = bytes.Replace(good, []byte("en/"), []byte("eo/"), 1)
			var failed error
			for c, err := range edition.Diff(t.Context(), old, now) {
				if failed = err; err == nil && !equalEntries(*c.New, changed[c.Path]) {
					t.Fatalf("%q: got %+v", c.Path, c.New)
				}
			}
			if !errors.As(failed, new(*edition.InvalidError)) {
				t.Errorf("node %s is altered: got %v", h, failed)
			}
			n.m[h] = good
		}
	}
}

// FuzzDiff: whatever two trees are signed, a diff ends, keeps to its order, and, where both are whole, is what differs.
func FuzzDiff(f *testing.F) {
	f.Add([]byte("\x04\x08\x10\x00\x04\x18\x20\x00\x01\x11\x20"), []byte("\x04\x08\x10\x00\x04\x18\x28\x00\x01\x11\x28"))
	f.Add([]byte("\x04\x28\x50\x00\x04\x18\xa0\x00\x01\x11\x20"), []byte("\x04"))
	f.Add([]byte("\x04\x08\x00\x01\x09\x10"), []byte("\x04\x08\x00\x01\x08\x00\x02\x08"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_, old := madeTree(t, a)
		_, new := madeTree(t, b)
		var before, after []string
		whole := true
		for tree, paths := range map[*edition.Tree]*[]string{&old: &before, &new: &after} {
			for l, err := range tree.Range(t.Context(), "", "") {
				whole = whole && err == nil && (len(*paths) == 0 || l.Path > (*paths)[len(*paths)-1])
				*paths = append(*paths, l.Path)
			}
		}
		var got []string
		var failed error
		for c, err := range edition.Diff(t.Context(), old, new) {
			if failed = err; err == nil {
				if len(got) > 0 && c.Path <= got[len(got)-1] {
					t.Fatalf("%q comes after %q", c.Path, got[len(got)-1])
				}
				got = append(got, c.Path)
			}
		}
		if whole && failed != nil {
			t.Fatalf("both trees are whole, and yet: %v", failed)
		}
		if whole {
			for _, p := range append(before, after...) { // an entry follows from its path
				if (slices.Contains(before, p) != slices.Contains(after, p)) != slices.Contains(got, p) {
					t.Fatalf("%q: got %q of %q and %q", p, got, before, after)
				}
			}
		}
		for _, err := range new.NodesNotIn(t.Context(), old) {
			if whole && err != nil {
				t.Fatalf("NodesNotIn: %v", err)
			}
		}
	})
}
