package edition_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"coranto/edition"
	"coranto/vectors"
)

func FuzzParseNode(f *testing.F) {
	seed(f, "node.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		level, items, err := edition.ParseNode(b)
		if err != nil {
			return
		}
		if !bytes.Equal(edition.MarshalNode(level, items), b) {
			t.Errorf("two encodings of a node of level %d", level)
		}
		for i, it := range items {
			if _, err := edition.ParseKey(it.Key); err != nil || i > 0 && it.Key <= items[i-1].Key {
				t.Errorf("key %q at %d: %v", it.Key, i, err)
			}
		}
	})
}

// madeTree makes a tree of a recipe: a node of each run of bytes, up to a zero. Its first byte is the level; the others
// are items, each a key and, above the leaves, the node that was made so many nodes before as the child. So the hashes
// are right, and all else may be wrong, as when somebody has signed a broken tree. The last node is the root.
func madeTree(t *testing.T, recipe []byte) (*nodes, edition.Tree) {
	n := newNodes()
	made := []edition.Hash{edition.Sum([]byte{1, 0, 0})}
	n.m[made[0]] = []byte{1, 0, 0}
	for run := range bytes.SplitSeq(recipe, []byte{0}) {
		if len(run) == 0 || len(made) > 40 {
			continue
		}
		var items []edition.NodeItem
		for _, c := range run[1:] {
			it := edition.NodeItem{Key: fmt.Sprintf("en/%02d", c>>3)}
			e, _ := entryOf(t, it.Key).MarshalBinary()
			if it.Body = e; run[0]%4 > 0 {
				child := made[max(0, len(made)-1-int(c&7))]
				it.Body = child[:]
			}
			items = append(items, it)
		}
		b := edition.MarshalNode(int(run[0]%4), items)
		made = append(made, edition.Sum(b))
		n.m[edition.Sum(b)] = b
	}
	return n, n.tree(made[len(made)-1])
}

// Whatever tree is signed: no panic and no end that doesn't come, and what the tree yields is what it looks up.
func FuzzTree(f *testing.F) {
	f.Add([]byte("\x04\x08\x10\x00\x04\x18\x20\x00\x01\x11\x20")) // two leaves below a root
	f.Add([]byte("\x04\x08\x00\x01\x08\x00\x02\x08"))             // roots with one child
	f.Add([]byte("\x04\x08\x00\x01\x09\x10"))                     // an empty leaf
	f.Add([]byte("\x04"))
	f.Fuzz(func(t *testing.T, recipe []byte) {
		n, tree := madeTree(t, recipe)
		last := ""
		whole := true
		for l, err := range tree.Range(t.Context(), "", "") {
			if err != nil {
				whole = false
				break
			}
			if l.Path <= last {
				t.Fatalf("%q comes after %q", l.Path, last)
			}
			last = l.Path
			e, ok, err := tree.Lookup(t.Context(), l.Path)
			if err != nil || !ok || len(e.Objects) != 1 || e.Objects[0] != edition.Sum([]byte(l.Path)) {
				t.Fatalf("%q is in the range and looked up as %+v, %v, %v", l.Path, e, ok, err)
			}
		}
		for _, err := range tree.Nodes(t.Context()) {
			if err != nil && whole {
				t.Fatalf("the range is whole, and yet a node is not: %v", err)
			}
		}
		edits := []edition.Edit{
			{Leaf: edition.Leaf{Path: "en/07", Entry: entryOf(t, "new")}},
			{Leaf: edition.Leaf{Path: "en/09"}, Remove: true},
		}
		root, err := tree.Update(t.Context(), edits, n.put)
		if whole && err != nil {
			t.Fatalf("a whole tree is not updated: %v", err)
		}
		if err != nil {
			return
		}
		updated := n.tree(root)
		if e, ok, err := updated.Lookup(t.Context(), "en/07"); whole && (err != nil || !ok || e.Objects[0] != edition.Sum([]byte("new"))) {
			t.Fatalf("after the update: %+v, %v, %v", e, ok, err)
		}
	})
}

// Whatever a mirror serves in the place of one node of a tree, an answer is the newsroom's or there is none.
func FuzzLookup(f *testing.F) {
	file, err := vectors.Load[vectors.Proof, vectors.ProofValue]("proof.json")
	if err != nil {
		f.Fatal(err)
	}
	c := file.Cases[0]
	root, err := edition.ParseHash(c.In.Root)
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range c.In.Objects {
		f.Add(0, b.Join())
		f.Add(1, b.Join())
	}
	seedNodes := seeds(f, "node.json")
	for i, b := range seedNodes {
		f.Add(i%2, b)
	}
	f.Fuzz(func(t *testing.T, replaced int, b []byte) {
		asked := 0
		altered := false
		tree := edition.Tree{Root: root, Get: func(_ context.Context, h edition.Hash) ([]byte, error) {
			good := c.In.Objects[h.String()].Join()
			asked++
			if asked-1 == replaced && !bytes.Equal(good, b) {
				altered = true
				return b, nil
			}
			return good, nil
		}}
		e, ok, err := tree.Lookup(t.Context(), c.In.Path)
		if altered == (err == nil) {
			t.Errorf("altered %v: got %+v, %v, %v", altered, e, ok, err)
		}
	})
}
