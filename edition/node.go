package edition

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// nodeVersion is the first byte of every node.
const nodeVersion = 1

// boundarySalt keeps the boundaries of nodes apart from any other use of SHA-256. It is part of the format: changing
// it changes every root.
const boundarySalt = "coranto/1 boundary"

// An item is one key of a node. In a leaf, body is an encoded Entry; above, it is the hash of the child whose last key
// this is.
type item struct {
	key  string
	body []byte
}

// boundary says whether a node of a level may end after a key: once in 32 keys on average. It depends on the key
// alone, so the same keys give the same nodes whatever was there before.
func boundary(level int, key string) bool {
	h := sha256.New()
	h.Write([]byte(boundarySalt))
	h.Write([]byte{byte(level)})
	h.Write([]byte(key))
	return binary.BigEndian.Uint32(h.Sum(nil)) < 1<<32/32
}

// A node is a parsed tree node: items with rising keys. Level 0 are the leaves.
type node struct {
	level int
	items []item
}

func (n *node) last() string { return n.items[len(n.items)-1].key }

// find returns the index of the first item whose key is at least key; len(items) when there is none.
func (n *node) find(key string) int {
	lo, hi := 0, len(n.items)
	for lo < hi {
		mid := (lo + hi) / 2
		if n.items[mid].key < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// appendItem encodes an item after the key before it in the same node.
func appendItem(b []byte, prev string, it item) []byte {
	shared := commonPrefix(prev, it.key)
	b = binary.AppendUvarint(b, uint64(shared))
	b = binary.AppendUvarint(b, uint64(len(it.key)-shared))
	b = append(b, it.key[shared:]...)
	return append(b, it.body...)
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// parseNode reads a node and refuses every encoding but the one that the format has for it (SPEC.md, "Node").
func parseNode(b []byte) (*node, error) {
	if len(b) > MaxNode {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxNode)
	}
	d := decoder{b: b}
	if v := d.byte(); v != nodeVersion {
		d.fail("version %d, want %d", v, nodeVersion)
	}
	n := &node{level: int(d.byte())}
	count := int(d.byte())
	if n.level >= MaxDepth || count > MaxNodeEntries || count == 0 && n.level > 0 {
		d.fail("level %d with %d items", n.level, count)
	}
	prev := ""
	for i := range count {
		it := d.item(n.level, prev, i == 0)
		if d.err != nil {
			return nil, fmt.Errorf("item %d: %w", i, d.err)
		}
		n.items = append(n.items, it)
		prev = it.key
	}
	if d.err == nil && len(d.b) > 0 {
		d.err = errors.New("bytes after the last item")
	}
	return n, d.err
}

// item reads an item: a valid key above prev, with as much as possible taken from prev, and its body.
func (d *decoder) item(level int, prev string, first bool) item {
	shared := int(d.uvarint(uint64(len(prev))))
	suffix := d.take(int(d.uvarint(MaxPath)))
	key := prev[:shared] + string(suffix)
	if d.err != nil {
		return item{}
	}
	if !first && key <= prev || shared != commonPrefix(prev, key) {
		d.fail("key %q does not follow %q", key, prev)
		return item{}
	}
	if _, err := ParseKey(key); err != nil {
		d.fail("%w", err)
		return item{}
	}
	start := d.b
	if level == 0 {
		d.entry()
	} else {
		d.take(len(Hash{}))
	}
	return item{key: key, body: start[:len(start)-len(d.b)]}
}

// A chunker cuts the rising items of one level into nodes (SPEC.md, "Where nodes end") and passes each on as an item
// of the level above.
type chunker struct {
	level int
	put   func(Hash, []byte) error
	emit  func(item) error

	buf   []byte // the items of the open node, encoded
	count int    // how many they are
	prev  string // the last key
}

const nodeHeader = 3

// add takes the next item. Whether a node ends depends on its own items alone, never on what follows: so a change
// can't move a boundary before it.
func (c *chunker) add(it item) error {
	c.buf = appendItem(c.buf, c.prev, it)
	c.prev = it.key
	c.count++
	full := c.count == MaxNodeEntries || nodeHeader+len(c.buf) >= FullNode
	if full || c.count >= 2 && boundary(c.level, it.key) {
		return c.flush()
	}
	return nil
}

// flush ends the open node, if there is one.
func (c *chunker) flush() error {
	if c.count == 0 {
		return nil
	}
	b := append([]byte{nodeVersion, byte(c.level), byte(c.count)}, c.buf...)
	h := Sum(b)
	if err := c.put(h, b); err != nil {
		return err
	}
	last := c.prev
	c.buf, c.count, c.prev = c.buf[:0], 0, ""
	return c.emit(item{key: last, body: h[:]})
}
