package edition_test

import (
	"fmt"
	"slices"
	"testing"

	"coranto/edition"
)

// Children, followed from the root, lead to the same nodes as Tree.Nodes.
func TestChildren(t *testing.T) {
	nodes := map[edition.Hash][]byte{}
	var paths []string
	for i := range 3000 {
		paths = append(paths, fmt.Sprintf("en/p%04d.html", i))
	}
	root, err := edition.Build(func(yield func(edition.Leaf, error) bool) {
		for _, p := range paths {
			if !yield(edition.Leaf{Path: p, Entry: edition.Entry{MediaType: "text/html"}}, nil) {
				return
			}
		}
	}, func(h edition.Hash, b []byte) error {
		nodes[h] = slices.Clone(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	met := map[edition.Hash]bool{}
	for next := []edition.Hash{root}; len(next) > 0; next = next[1:] {
		met[next[0]] = true
		children, err := edition.Children(nodes[next[0]])
		if err != nil {
			t.Fatal(err)
		}
		next = append(next, children...)
	}
	if len(met) != len(nodes) || len(nodes) < 50 {
		t.Errorf("met %d of %d nodes", len(met), len(nodes))
	}
	for _, b := range [][]byte{nil, []byte("x"), nodes[root][:len(nodes[root])-1]} {
		if _, err := edition.Children(b); err == nil {
			t.Errorf("%.20q was taken for a node", b)
		}
	}
}
