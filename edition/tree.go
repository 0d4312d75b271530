package edition

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A Tree is the Merkle structure from path to entry, read through Get. The zero Get is no tree.
//
// Every node that is read is checked: its hash, its one valid encoding, its level, and that its keys lie between
// those of its neighbours. So what Lookup doesn't find is proved absent, and what Range yields is proved complete.
type Tree struct {
	Root Hash
	// Get returns the stored bytes of a node, at most MaxNode. It need not check them.
	Get func(ctx context.Context, h Hash) ([]byte, error)
}

// Lookup returns the entry of a path, and false when the tree proves that there is none.
func (t Tree) Lookup(ctx context.Context, path string) (Entry, bool, error) {
	if err := CheckPath(path); err != nil {
		return Entry{}, false, nil // no tree can hold it
	}
	key := Key(path)
	c, err := t.seek(ctx, 0, key)
	if err != nil {
		return Entry{}, false, err
	}
	i := c.node().find(key)
	if i == len(c.node().items) || c.node().items[i].key != key {
		return Entry{}, false, nil
	}
	var e Entry
	err = e.UnmarshalBinary(c.node().items[i].body)
	return e, true, err
}

// A Leaf is one path of the tree and its entry.
type Leaf struct {
	Path  string
	Entry Entry
}

// Range yields the leaves whose keys are at least from and less than to, in the order of their keys; an empty to has
// no end. It ends after the first error.
func (t Tree) Range(ctx context.Context, from, to string) iter.Seq2[Leaf, error] {
	return func(yield func(Leaf, error) bool) {
		c, err := t.seek(ctx, 0, from)
		for more := err == nil; more; {
			n := c.node()
			for _, it := range n.items[n.find(from):] {
				if to != "" && it.key >= to {
					return
				}
				leaf, err := parseLeaf(it)
				if !yield(leaf, err) || err != nil {
					return
				}
			}
			more, err = c.next(ctx)
		}
		if err != nil {
			yield(Leaf{}, err)
		}
	}
}

func parseLeaf(it item) (l Leaf, err error) {
	if l.Path, err = ParseKey(it.key); err != nil {
		return l, err
	}
	return l, l.Entry.UnmarshalBinary(it.body)
}

// Nodes yields the hash of every node and whether it is a leaf, each parent before its children.
func (t Tree) Nodes(ctx context.Context) iter.Seq2[Hash, error] {
	return func(yield func(Hash, error) bool) {
		root, err := t.root(ctx)
		if !yield(t.Root, err) || err != nil {
			return
		}
		t.nodesBelow(ctx, step{n: root}, yield)
	}
}

func (t Tree) nodesBelow(ctx context.Context, s step, yield func(Hash, error) bool) bool {
	if s.n.level == 0 {
		return true
	}
	for ; s.i < len(s.n.items); s.i++ {
		child, err := t.child(ctx, s)
		if !yield(Hash(s.n.items[s.i].body), err) || err != nil || !t.nodesBelow(ctx, child, yield) {
			return false
		}
	}
	return true
}

// read fetches and parses a node.
func (t Tree) read(ctx context.Context, h Hash) (*node, error) {
	b, err := t.Get(ctx, h)
	if err != nil {
		return nil, err
	}
	if Sum(b) != h {
		return nil, invalid(ObjectPath(h), "the bytes have another hash")
	}
	n, err := parseNode(b)
	if err != nil {
		return nil, &InvalidError{What: ObjectPath(h), Err: fmt.Errorf("tree node: %w", err)}
	}
	return n, nil
}

func (t Tree) root(ctx context.Context) (*node, error) {
	n, err := t.read(ctx, t.Root)
	if err == nil && n.level > 0 && len(n.items) == 1 {
		err = invalid(ObjectPath(t.Root), "tree node: a root with one child")
	}
	return n, err
}

// child reads the child of an inner node that a step takes, and checks that it is what its parent says.
func (t Tree) child(ctx context.Context, s step) (step, error) {
	h := Hash(s.n.items[s.i].body)
	n, err := t.read(ctx, h)
	if err != nil {
		return step{}, err
	}
	after := s.after
	if s.i > 0 {
		after = s.n.items[s.i-1].key
	}
	switch {
	case n.level != s.n.level-1:
		err = fmt.Errorf("level %d below level %d", n.level, s.n.level)
	case len(n.items) == 0:
		err = errors.New("a child without items")
	case n.last() != s.n.items[s.i].key:
		err = fmt.Errorf("last key %q, its parent says %q", n.last(), s.n.items[s.i].key)
	case n.items[0].key <= after:
		err = fmt.Errorf("first key %q is not above its neighbour's %q", n.items[0].key, after)
	}
	if err != nil {
		return step{}, &InvalidError{What: ObjectPath(h), Err: fmt.Errorf("tree node: %w", err)}
	}
	return step{n: n, after: after}, nil
}

// A cursor stands on a node of one level; its path leads there from the root.
type cursor struct {
	t    Tree
	path []step
}

type step struct {
	n     *node
	i     int    // the child that was taken
	after string // the key before all of the node's, "" for none
}

func (c *cursor) node() *node { return c.path[len(c.path)-1].n }

// seek returns a cursor on the node of a level where key is or would be: the first whose last key is not below it,
// or the level's last node.
func (t Tree) seek(ctx context.Context, level int, key string) (*cursor, error) {
	root, err := t.root(ctx)
	if err != nil {
		return nil, err
	}
	c := &cursor{t: t, path: []step{{n: root}}}
	for c.node().level > level {
		s := &c.path[len(c.path)-1]
		s.i = min(s.n.find(key), len(s.n.items)-1)
		below, err := t.child(ctx, *s)
		if err != nil {
			return nil, err
		}
		c.path = append(c.path, below)
	}
	return c, nil
}

// next moves to the following node of the level and says whether there was one.
func (c *cursor) next(ctx context.Context) (bool, error) {
	up := len(c.path) - 2
	for up >= 0 && c.path[up].i == len(c.path[up].n.items)-1 {
		up--
	}
	if up < 0 {
		return false, nil
	}
	c.path[up].i++
	for d := up + 1; d < len(c.path); d++ {
		below, err := c.t.child(ctx, c.path[d-1])
		if err != nil {
			return false, err
		}
		c.path[d] = below
	}
	return true, nil
}

// atEnd says whether the cursor stands on the level's last node.
func (c *cursor) atEnd() bool {
	for _, s := range c.path[:len(c.path)-1] {
		if s.i < len(s.n.items)-1 {
			return false
		}
	}
	return true
}
