package edition

import (
	"bytes"
	"context"
	"iter"
	"slices"
)

// A Change is a path at which two trees differ, with its entry in each; nil where a tree has no such path.
type Change struct {
	Path     string
	Old, New *Entry
}

// Diff yields the paths at which new differs from old, in the order of their keys. The zero Tree is one without leaves.
//
// It reads only the nodes that the two don't share, and a few beside them: its cost grows with what differs and with
// the height of the trees, not with their size. What it skips is the same in both, by its hash; so Diff proves that the
// trees differ nowhere else, and proves new as far as old was proved before. It ends after the first error, which is
// Get's, or an *InvalidError when one of the trees is none, whoever has signed it.
//
// An object of Old may still be part of new, under another path or beside another object: to know that it is not takes
// all of new's leaves.
func Diff(ctx context.Context, old, new Tree) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		a, err := old.frontier(ctx)
		var b *frontier
		if err == nil && old.Root != new.Root {
			b, err = new.frontier(ctx)
		}
		for err == nil && b != nil && (a.more() || b.more()) {
			switch {
			case a.same(b):
				a.skip()
				b.skip()
			case a.height() > 0 && a.height() >= b.height():
				err = a.open(ctx)
			case b.height() > 0:
				err = b.open(ctx)
			default:
				var c Change
				if c, err = nextChange(a, b); err == nil && (c.Old != nil || c.New != nil) && !yield(c, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(Change{}, err)
		}
	}
}

// nextChange takes the lower of two leaves, or both where they are of one key, which then differ.
func nextChange(a, b *frontier) (c Change, err error) {
	takeOld := !b.more() || a.more() && a.item().key <= b.item().key
	takeNew := !a.more() || b.more() && b.item().key <= a.item().key
	if takeOld {
		c.Path, c.Old, err = a.leaf()
	}
	if takeNew && err == nil {
		c.Path, c.New, err = b.leaf()
	}
	return c, err
}

// A frontier is what is left of a tree when all that lies before some key was passed. Its first item is a leaf, or a
// subtree that has not been opened.
type frontier struct {
	t    Tree
	path []step // the open nodes, each with its first item that is left
}

// frontier returns all of a tree.
func (t Tree) frontier(ctx context.Context) (*frontier, error) {
	f := &frontier{t: t}
	if t.Root.IsZero() {
		return f, nil
	}
	root, err := t.root(ctx)
	if err != nil {
		return nil, err
	}
	f.path = []step{{n: root}}
	f.pop()
	return f, nil
}

func (f *frontier) more() bool { return len(f.path) > 0 }

func (f *frontier) top() *step { return &f.path[len(f.path)-1] }

func (f *frontier) item() item { return f.top().n.items[f.top().i] }

// height is 0 where the first item is a leaf, otherwise the number of levels below it; -1 when nothing is left.
func (f *frontier) height() int {
	if !f.more() {
		return -1
	}
	return f.top().n.level
}

// same says whether two frontiers begin with the same leaf, or the same subtree.
func (f *frontier) same(g *frontier) bool {
	return f.more() && f.height() == g.height() && f.item().key == g.item().key && bytes.Equal(f.item().body, g.item().body)
}

// skip passes the first item.
func (f *frontier) skip() {
	f.top().i++
	f.pop()
}

// pop leaves the nodes of which nothing is left.
func (f *frontier) pop() {
	for f.more() && f.top().i == len(f.top().n.items) {
		f.path = f.path[:len(f.path)-1]
	}
}

// open replaces the first item, a subtree, by the items of its node.
func (f *frontier) open(ctx context.Context) error {
	below, err := f.t.child(ctx, *f.top())
	if err != nil {
		return err
	}
	f.top().i++
	f.path = append(f.path, below)
	return nil
}

// leaf passes the first item, a leaf, and returns what it says.
func (f *frontier) leaf() (string, *Entry, error) {
	l, err := parseLeaf(f.item())
	if err != nil {
		return "", nil, err
	}
	f.skip()
	return l.Path, &l.Entry, nil
}

// NodesNotIn yields the hashes of the nodes that t has and other has not, a level at a time from the root down; the zero
// Tree has none. The root is read first; each further level is yielded before its nodes are read through t.Get, so that
// who fetches a tree may fetch a level at once. Of other it reads only nodes that t has not, and its root. It ends after
// the first error.
//
// What t shares with other is whole where other is.
func (t Tree) NodesNotIn(ctx context.Context, other Tree) iter.Seq2[[]Hash, error] {
	return func(yield func([]Hash, error) bool) {
		if t.Root == other.Root {
			return
		}
		a, err := t.layer(ctx)
		var b *layer
		if err == nil {
			b, err = other.layer(ctx)
		}
		for err == nil && len(a.refs) > 0 {
			if b.level > a.level {
				err = b.down(ctx)
				continue
			}
			a.leaveOut(b)
			if len(a.refs) == 0 || !yield(a.hashes(), nil) || a.level == 0 {
				return
			}
			err = a.down(ctx)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// A layer is some nodes of one level of a tree, not read yet but for the root.
type layer struct {
	t     Tree
	level int
	root  *node
	refs  []ref
}

// A ref is a node by its hash, and the step that takes it; none for the root.
type ref struct {
	hash Hash
	step step
}

// layer returns the layer of a tree's root; that of the zero Tree is below all others.
func (t Tree) layer(ctx context.Context) (*layer, error) {
	if t.Root.IsZero() {
		return &layer{level: -1}, nil
	}
	root, err := t.root(ctx)
	if err != nil {
		return nil, err
	}
	return &layer{t: t, level: root.level, root: root, refs: []ref{{hash: t.Root}}}, nil
}

// down reads the layer's nodes and becomes that of their children.
func (l *layer) down(ctx context.Context) error {
	var below []ref
	for _, r := range l.refs {
		s, err := step{n: l.root}, error(nil)
		if r.step.n != nil {
			s, err = l.t.child(ctx, r.step)
		}
		if err != nil {
			return err
		}
		for ; s.i < len(s.n.items); s.i++ {
			below = append(below, ref{Hash(s.n.items[s.i].body), s})
		}
	}
	l.level--
	l.refs = below
	return nil
}

// leaveOut takes what two layers of one level share out of both.
func (l *layer) leaveOut(o *layer) {
	if l.level != o.level {
		return
	}
	shared := map[Hash]bool{}
	for _, r := range o.refs {
		shared[r.hash] = false
	}
	for _, r := range l.refs {
		if _, ok := shared[r.hash]; ok {
			shared[r.hash] = true
		}
	}
	gone := func(r ref) bool { return shared[r.hash] }
	l.refs, o.refs = slices.DeleteFunc(l.refs, gone), slices.DeleteFunc(o.refs, gone)
}

func (l *layer) hashes() []Hash {
	hashes := make([]Hash, len(l.refs))
	for i, r := range l.refs {
		hashes[i] = r.hash
	}
	return hashes
}
