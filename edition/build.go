package edition

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// PutNode keeps a node under its hash. The bytes are the callee's to keep.
type PutNode func(h Hash, b []byte) error

// Build makes a tree of leaves whose keys rise, puts its nodes and returns its root. Leaves may be many: they stream.
func Build(leaves iter.Seq2[Leaf, error], put PutNode) (Hash, error) {
	s := newStack(0, put)
	prev := ""
	for l, err := range leaves {
		if err != nil {
			return Hash{}, err
		}
		it, err := leafItem(l)
		if err != nil {
			return Hash{}, err
		}
		if it.key <= prev {
			return Hash{}, fmt.Errorf("path %q: its key does not follow %q", l.Path, prev)
		}
		prev = it.key
		if err := s.levels[0].add(it); err != nil {
			return Hash{}, err
		}
	}
	return s.finish()
}

func leafItem(l Leaf) (item, error) {
	if err := CheckPath(l.Path); err != nil {
		return item{}, err
	}
	b, err := l.Entry.MarshalBinary()
	if err != nil {
		return item{}, fmt.Errorf("path %q: %w", l.Path, err)
	}
	return item{key: Key(l.Path), body: b}, nil
}

// A stack builds the levels of a tree above one another, from a base level up.
type stack struct {
	base   int
	put    PutNode
	levels []*chunker
	nodes  []int  // how many nodes each level has put
	last   []Hash // the last of them
}

func newStack(base int, put PutNode) *stack {
	s := &stack{base: base, put: put}
	s.grow()
	return s
}

func (s *stack) grow() {
	i := len(s.levels)
	s.nodes, s.last = append(s.nodes, 0), append(s.last, Hash{})
	s.levels = append(s.levels, &chunker{level: s.base + i, put: s.put, emit: func(it item) error {
		s.nodes[i]++
		s.last[i] = Hash(it.body)
		if i+1 == len(s.levels) {
			s.grow()
		}
		return s.levels[i+1].add(it)
	}})
}

// finish ends the open nodes, level by level. The root is the one node of the lowest level that has only one.
func (s *stack) finish() (Hash, error) {
	for i := 0; ; i++ {
		if s.base+i >= MaxDepth {
			return Hash{}, fmt.Errorf("a tree of more than %d levels", MaxDepth)
		}
		if err := s.levels[i].flush(); err != nil {
			return Hash{}, err
		}
		switch s.nodes[i] {
		case 0:
			return s.putEmpty()
		case 1:
			return s.last[i], nil
		}
	}
}

// putEmpty puts the tree without leaves: one leaf node without items.
func (s *stack) putEmpty() (Hash, error) {
	b := []byte{nodeVersion, 0, 0}
	return Sum(b), s.put(Sum(b), b)
}

// An Edit changes one path of a tree.
type Edit struct {
	Leaf
	// Remove takes the path away; Entry is then not looked at. Removing what is not there changes nothing.
	Remove bool
}

// Update makes the tree that has the edits applied, puts the nodes that are new, and returns its root: the same root
// that Build gives for the same leaves. It reads and writes only nodes on the way to the edits. A path may be edited once.
func (t Tree) Update(ctx context.Context, edits []Edit, put PutNode) (Hash, error) {
	changes := make([]change, 0, len(edits))
	for _, e := range edits {
		it := item{key: Key(e.Path)}
		if !e.Remove {
			var err error
			if it, err = leafItem(e.Leaf); err != nil {
				return Hash{}, err
			}
		}
		changes = append(changes, change{item: it, remove: e.Remove})
	}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.key, b.key) })
	for i := 1; i < len(changes); i++ {
		if changes[i].key == changes[i-1].key {
			return Hash{}, fmt.Errorf("key %q is edited twice", changes[i].key)
		}
	}
	u := updater{t: t, fresh: map[Hash][]byte{}}
	root, err := u.run(ctx, changes)
	if err != nil {
		return Hash{}, err
	}
	return root, u.flush(root, put)
}

// A change is an edit of one level's items, sorted by key.
type change struct {
	item
	remove bool
}

// An updater holds the nodes of one Update until it is known which of them the new tree has.
type updater struct {
	t     Tree
	fresh map[Hash][]byte
}

func (u *updater) run(ctx context.Context, changes []change) (Hash, error) {
	root, err := u.t.root(ctx)
	if err != nil {
		return Hash{}, err
	}
	for level := 0; level <= root.level; level++ {
		if len(changes) == 0 {
			return u.t.Root, nil
		}
		if changes, err = u.rewrite(ctx, level, root.level, changes); err != nil {
			return Hash{}, err
		}
	}
	if len(changes) == 0 {
		return u.t.Root, nil
	}
	return u.top(ctx, root.level, changes)
}

func (u *updater) put(h Hash, b []byte) error {
	u.fresh[h] = b
	return nil
}

// flush puts the fresh nodes that a root leads to.
func (u *updater) flush(h Hash, put PutNode) error {
	b, ok := u.fresh[h]
	if !ok {
		return nil
	}
	if err := put(h, b); err != nil {
		return err
	}
	n, err := parseNode(b)
	if err != nil || n.level == 0 {
		return err
	}
	for _, it := range n.items {
		if err := u.flush(Hash(it.body), put); err != nil {
			return err
		}
	}
	return nil
}

// rewrite applies changes to the nodes of a level and returns the changes of the level above. It cuts anew from the
// start of each node that a change falls into, until a new node ends where an old one did: what follows then stays.
// At the root's level the changes returned are all the nodes that there are, changed or not.
func (u *updater) rewrite(ctx context.Context, level, rootLevel int, changes []change) (above []change, err error) {
	for len(changes) > 0 {
		c, err := u.t.seek(ctx, level, changes[0].key)
		if err != nil {
			return nil, err
		}
		var gone, fresh []item
		ch := &chunker{level: level, put: u.put, emit: func(it item) error {
			fresh = append(fresh, it)
			return nil
		}}
		for {
			gone = append(gone, u.itemOf(c))
			end := c.atEnd()
			if changes, err = merge(ch, c.node(), changes, end); err != nil {
				return nil, err
			}
			if end || ch.count == 0 {
				break
			}
			if _, err = c.next(ctx); err != nil {
				return nil, err
			}
		}
		if err := ch.flush(); err != nil {
			return nil, err
		}
		above = append(above, replace(gone, fresh, level < rootLevel)...)
	}
	return above, nil
}

// itemOf returns the cursor's node as its parent's item.
func (u *updater) itemOf(c *cursor) item {
	if len(c.path) == 1 {
		it := item{body: u.t.Root[:]}
		if n := c.node(); len(n.items) > 0 {
			it.key = n.last()
		}
		return it
	}
	p := c.path[len(c.path)-2]
	return p.n.items[p.i]
}

// merge adds a node's items with the changes that fall into it, and returns the changes that are left.
func merge(ch *chunker, n *node, changes []change, end bool) ([]change, error) {
	items := n.items
	for len(items) > 0 || end && len(changes) > 0 {
		var next item
		keep := true
		switch {
		case len(changes) == 0 || len(items) > 0 && items[0].key < changes[0].key:
			next, items = items[0], items[1:]
		default:
			if len(items) > 0 && items[0].key == changes[0].key {
				items = items[1:]
			}
			next, keep = changes[0].item, !changes[0].remove
			changes = changes[1:]
		}
		if !keep {
			continue
		}
		if err := ch.add(next); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// replace returns the changes that turn the old nodes of a run into the new ones, leaving out what stays if asked.
func replace(gone, fresh []item, leaveOut bool) (out []change) {
	for len(gone) > 0 || len(fresh) > 0 {
		switch {
		case len(fresh) == 0 || len(gone) > 0 && gone[0].key < fresh[0].key:
			out = append(out, change{item: item{key: gone[0].key}, remove: true})
			gone = gone[1:]
		case len(gone) == 0 || fresh[0].key < gone[0].key:
			out = append(out, change{item: fresh[0]})
			fresh = fresh[1:]
		default:
			if !leaveOut || string(gone[0].body) != string(fresh[0].body) {
				out = append(out, change{item: fresh[0]})
			}
			gone, fresh = gone[1:], fresh[1:]
		}
	}
	return out
}

// top makes the root of what the old root's level has become: all its nodes are among the changes.
func (u *updater) top(ctx context.Context, level int, changes []change) (Hash, error) {
	s := newStack(level+1, u.put)
	var nodes []item
	for _, c := range changes {
		if !c.remove {
			nodes = append(nodes, c.item)
		}
	}
	switch len(nodes) {
	case 0:
		return s.putEmpty()
	case 1:
		return u.lowest(ctx, Hash(nodes[0].body))
	}
	for _, it := range nodes {
		if err := s.levels[0].add(it); err != nil {
			return Hash{}, err
		}
	}
	return s.finish()
}

// lowest goes down from a node while it has a single child: the root is the lowest node that is alone on its level.
func (u *updater) lowest(ctx context.Context, h Hash) (Hash, error) {
	get := u.t.Get
	t := Tree{Get: func(ctx context.Context, h Hash) ([]byte, error) {
		if b, ok := u.fresh[h]; ok {
			return b, nil
		}
		return get(ctx, h)
	}}
	for {
		n, err := t.read(ctx, h)
		if err != nil || n.level == 0 || len(n.items) > 1 {
			return h, err
		}
		h = Hash(n.items[0].body)
	}
}
