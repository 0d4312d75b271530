package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"coranto/vectors"
)

// item is a key of a node, and the encoded entry or the child's hash.
type item struct {
	key  string
	body []byte
}

// shared returns how many bytes two keys begin with in common.
func shared(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// rawItem encodes an item whose prefix length may be wrong.
func rawItem(prefix int, rest string, body []byte) []byte {
	b := binary.AppendUvarint(nil, uint64(prefix))
	b = binary.AppendUvarint(b, uint64(len(rest)))
	return slices.Concat(b, []byte(rest), body)
}

// rawNode encodes a node of encoded items.
func rawNode(version, level, count int, items ...[]byte) []byte {
	return append([]byte{byte(version), byte(level), byte(count)}, slices.Concat(items...)...)
}

// node encodes a node (SPEC.md, "Tree node").
func node(level int, items ...item) []byte {
	var bodies [][]byte
	prev := ""
	for _, it := range items {
		n := shared(prev, it.key)
		bodies = append(bodies, rawItem(n, it.key[n:], it.body))
		prev = it.key
	}
	return rawNode(1, level, len(items), bodies...)
}

// leafOf returns the item of a text/html file.
func leafOf(path, content string) item {
	return item{keyOf(path), fileEntry("text/html", []byte(content)).encode()}
}

// childOf returns the item of a node of the level above that a node is.
func childOf(key string, b []byte) item {
	h := sum(b)
	return item{key, h[:]}
}

func boundary(level int, key string) bool {
	h := sha256.Sum256([]byte("coranto/1 boundary" + string(rune(level)) + key))
	return binary.BigEndian.Uint32(h[:]) < 1<<27
}

func boundaries() *sheet[vectors.Boundary, vectors.BoundaryValue] {
	s := newSheet[vectors.Boundary, vectors.BoundaryValue]("Keys after which a node of a level may end, and others.")
	s.rule = "Where nodes end"
	for _, level := range []int{0, 1, 2, 23} {
		yes, no := 0, 0
		for i := 0; yes < 4 || no < 4; i++ {
			key := keyOf(fmt.Sprintf("fa/story/2026/11/22/s%d/index.html", i))
			is := boundary(level, key)
			count := &no
			if is {
				count = &yes
			}
			if *count++; *count <= 4 {
				s.ok(fmt.Sprintf("level %d, story %d", level, i), vectors.Boundary{Level: level, Key: key}, vectors.BoundaryValue{Boundary: is})
			}
		}
	}
	return s
}

// children returns n items for a node above the leaves, with short keys.
func children(n int) (items []item) {
	for i := range n {
		items = append(items, childOf(fmt.Sprintf("en/p%03d", i), []byte{byte(i)}))
	}
	return items
}

// sized returns the items of a node of level 1 of 8192 bytes and some.
func sized(more int) []item {
	var items []item
	for i := range 14 {
		items = append(items, childOf(string(rune('a'+i))+strings.Repeat("x", 511), nil))
	}
	last := childOf("z"+strings.Repeat("x", 495+more), nil)
	return append(items, last)
}

func nodes() *sheet[vectors.Raw, vectors.NodeValue] {
	s := newSheet[vectors.Raw, vectors.NodeValue]("Tree nodes, each alone.")
	s.rule = "Tree node"
	ok := func(name string, level int, items ...item) []byte {
		b := node(level, items...)
		v := vectors.NodeValue{Level: level, Items: []vectors.NodeEntry{}}
		for _, it := range items {
			v.Items = append(v.Items, vectors.NodeEntry{Key: text(it.key), Body: hexOf(it.body)})
		}
		s.ok(name, raw(hexed(b)), v)
		return b
	}
	no := func(name, code, twin string, b []byte) { s.no(name, code, twin, raw(hexed(b))) }
	a, b, c := leafOf("en/a", "a"), leafOf("en/b", "b"), leafOf("en/c", "c")
	inner := children(3)
	ok("no file", 0)
	one := ok("one file", 0, a)
	three := ok("three files", 0, a, b, c)
	ok("a key that another begins with", 0, a, leafOf("en/a-more", "m"))
	ok("two translations", 0, leafOf("en/story/x", "x"), leafOf("fa/story/x", "x"))
	ok("key of 512 bytes", 0, leafOf(strings.Repeat("k", 512), "k"))
	ok("one child", 1, inner[0])
	up := ok("three children", 1, inner...)
	ok("level 23", 23, inner...)
	ok("128 items", 1, children(128)...)
	ok("8192 bytes", 1, sized(0)...)

	no("nothing", "cut-short", "no file", nil)
	no("version alone", "cut-short", "no file", []byte{1})
	no("no count", "cut-short", "no file", []byte{1, 0})
	no("version 0", "bad-version", "no file", rawNode(0, 0, 0))
	no("version 2", "bad-version", "no file", rawNode(2, 0, 0))
	no("level 24", "bad-level", "level 23", node(24, inner...))
	no("level 255", "bad-level", "level 23", node(255, inner...))
	no("no child", "bad-count", "no file", rawNode(1, 1, 0))
	no("129 items", "bad-count", "128 items", node(1, children(129)...))
	no("8193 bytes", "too-large", "8192 bytes", node(1, sized(1)...))
	no("unsorted keys", "keys-do-not-rise", "three files", node(0, a, c, b))
	no("unsorted children", "keys-do-not-rise", "three children", node(1, inner[1], inner[0], inner[2]))
	no("doubled key", "keys-do-not-rise", "three files", node(0, a, b, b))
	no("doubled child", "keys-do-not-rise", "three children", node(1, inner[0], inner[0], inner[2]))
	no("a key after one that it begins", "keys-do-not-rise", "a key that another begins with", node(0, leafOf("en/a-more", "m"), a))
	second := func(prefix int, rest string) []byte {
		return rawNode(1, 0, 2, rawItem(0, a.key, a.body), rawItem(prefix, rest, b.body))
	}
	ok("two files", 0, a, b)
	no("prefix that is not the longest", "not-longest-prefix", "two files", second(2, "/b"))
	no("no prefix where there is one", "not-longest-prefix", "two files", second(0, "en/b"))
	no("prefix longer than the key before", "bad-prefix", "a key that another begins with", second(5, "-more"))
	no("prefix of the first key", "bad-prefix", "one file", rawNode(1, 0, 1, rawItem(1, "en/a", a.body)))
	no("rest longer than a path", "bad-prefix", "key of 512 bytes", node(0, leafOf(strings.Repeat("k", 513), "k")))
	no("key longer than a path by its prefix", "bad-key", "key of 512 bytes",
		node(0, leafOf(strings.Repeat("k", 511)+"a", "k"), leafOf(strings.Repeat("k", 511)+"bb", "k")))
	no("empty key", "bad-key", "one file", node(0, item{"", a.body}))
	no("hidden path", "bad-key", "one file", node(0, leafOf("en/.a", "a")))
	no("path in place of its key", "bad-key", "two translations", node(0, item{"en/story/x", a.body}))
	no("key of no path above the leaves", "bad-key", "one child", node(1, childOf("en//a", nil)))
	long := slices.Concat([]byte{0x80, 0, 4}, []byte(a.key), a.body)
	no("prefix length not shortest", "not-shortest", "one file", rawNode(1, 0, 1, long))
	long = slices.Concat([]byte{0, 0x84, 0}, []byte(a.key), a.body)
	no("rest length not shortest", "not-shortest", "one file", rawNode(1, 0, 1, long))
	no("more items than its count", "trailing-bytes", "three files", with(three, 2, 2))
	no("fewer items than its count", "cut-short", "three files", with(three, 2, 4))
	no("items and a count of none", "trailing-bytes", "one file", with(one, 2, 0))
	no("a byte after it", "trailing-bytes", "one file", append(slices.Clone(one), 0))
	no("a byte after no item", "trailing-bytes", "no file", []byte{1, 0, 0, 0})
	no("a byte missing", "cut-short", "one file", one[:len(one)-1])
	no("a byte of a child's hash missing", "cut-short", "three children", up[:len(up)-1])
	no("cut short in the key", "cut-short", "one file", one[:7])
	no("cut short before the key", "cut-short", "one file", one[:4])
	no("leaf as an inner node", "bad-body", "one file", with(one, 1, 1))
	no("inner node as a leaf", "bad-body", "three children", with(up, 1, 0))
	no("entry with an unknown flag", "bad-flag", "one file", node(0, item{a.key, with(a.body, 0, 4)}))
	return s
}
