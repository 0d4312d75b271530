package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/vectors"
)

// A tree is all the nodes of a tree, level by level, made in the plainest way (SPEC.md, "Where nodes end").
type tree struct {
	root   hash
	levels []int
	nodes  map[hash][]byte
	top    []item // the root as an item
}

// build makes the tree of items, which it sorts.
func build(items []item) *tree {
	t := &tree{nodes: map[hash][]byte{}}
	items = slices.SortedFunc(slices.Values(items), func(a, b item) int { return strings.Compare(a.key, b.key) })
	if len(items) == 0 {
		t.root = t.keep(0, nil)
		t.levels = []int{1}
		return t
	}
	for level := 0; ; level++ {
		var above []item
		for len(items) > 0 {
			n := nodeEnd(level, items)
			h := t.keep(level, items[:n])
			above = append(above, item{items[n-1].key, h[:]})
			items = items[n:]
		}
		t.levels = append(t.levels, len(above))
		if items = above; len(items) == 1 {
			t.root, t.top = hash(items[0].body), items
			return t
		}
	}
}

// nodeEnd returns how many of the items the first node has.
func nodeEnd(level int, items []item) int {
	for n := 1; n < len(items); n++ {
		if n == 128 || len(node(level, items[:n]...)) >= 7168 || n >= 2 && boundary(level, items[n-1].key) {
			return n
		}
	}
	return len(items)
}

func (t *tree) keep(level int, items []item) hash {
	b := node(level, items...)
	t.nodes[sum(b)] = b
	return sum(b)
}

func (t *tree) value() vectors.TreeValue {
	hs := slices.SortedFunc(maps.Keys(t.nodes), func(a, b hash) int { return strings.Compare(a.String(), b.String()) })
	return vectors.TreeValue{Root: t.root.String(), Levels: t.levels, Nodes: sum(cat(hs...)).String()}
}

// buildOf makes the tree of files by their paths.
func buildOf(files map[string]string) *tree {
	var items []item
	for path, content := range files {
		items = append(items, leafOf(path, content))
	}
	return build(items)
}

// newspaper returns the files of a small newspaper: stories in four languages, with fronts, lists and pictures.
func newspaper(stories int) map[string]string {
	files := map[string]string{"index.html": "choose", "masthead.json": "{}"}
	for _, l := range []string{"en", "fa", "ru", "tg"} {
		files[l+"/index.html"], files[l+"/feed.atom"] = "front "+l, "feed "+l
		for i := range stories {
			files[fmt.Sprintf("%s/story/2026/11/%02d/story-%d/index.html", l, i%28+1, i)] = fmt.Sprint(l, i)
			files[fmt.Sprintf("%s/archive/2026/11/%02d/index.html", l, i%28+1)] = fmt.Sprint("day ", i%28+1, l)
			if l == "en" {
				files[fmt.Sprintf("media/story/2026/11/%02d/story-%d/lead.jpg", i%28+1, i)] = fmt.Sprint("picture ", i)
			}
		}
	}
	return files
}

// picked returns n files in one folder whose keys are boundaries of level 0, or are not.
func picked(n int, is bool) map[string]string {
	files := map[string]string{}
	for i := 0; len(files) < n; i++ {
		if p := fmt.Sprintf("en/p%06d", i); boundary(0, p) == is {
			files[p] = "x"
		}
	}
	return files
}

// filling returns 18 files of which the first 16 fill a node to a size, and none ends one otherwise.
func filling(size int) map[string]string {
	files := map[string]string{}
	var items []item
	for i := range 18 {
		n := 400
		if i == 15 {
			n = 1
			for size > len(node(0, append(items, leafOf(letters(i, n), "x"))...)) {
				n++
			}
		}
		files[letters(i, n)] = "x"
		items = append(items, leafOf(letters(i, n), "x"))
		if boundary(0, letters(i, n)) {
			panic("a boundary where there should be none")
		}
	}
	if len(node(0, items[:16]...)) != size {
		panic("another size")
	}
	return files
}

// letters returns the i-th letter n times.
func letters(i, n int) string { return strings.Repeat(string(rune('a'+i)), n) }

func trees() *sheet[vectors.Tree, vectors.TreeValue] {
	s := newSheet[vectors.Tree, vectors.TreeValue]("Trees of files, and what edits make of them: the same root as building anew.")
	s.rule = "Where nodes end"
	base := func(name string, files map[string]string) map[string]string {
		s.ok(name, vectors.Tree{Leaves: leavesOf(files)}, buildOf(files).value())
		return files
	}
	base("no file", map[string]string{})
	base("one file", map[string]string{"en/index.html": "front"})
	base("empty file", map[string]string{"en/empty.txt": ""})
	base("nodes that end at 128 items", picked(300, false))
	base("nodes that end at two items", picked(30, true))
	long := map[string]string{}
	for i := range 30 {
		long[fmt.Sprintf("en/%03d%s", i, strings.Repeat("x", 500))] = "x"
	}
	base("nodes that end by their size", long)
	base("a node that ends at 7168 bytes", filling(7168))
	base("a node that does not end at 7167 bytes", filling(7167))
	paper := base("newspaper", newspaper(30))

	editOf := func(base string, files map[string]string, name string, edits ...vectors.Leaf) {
		files = maps.Clone(files)
		for _, e := range edits {
			if files[e.Path] = e.Text; e.Remove {
				delete(files, e.Path)
			}
		}
		s.ok(name, vectors.Tree{Base: base, Edits: edits}, buildOf(files).value())
	}
	edit := func(name string, edits ...vectors.Leaf) { editOf("newspaper", paper, name, edits...) }
	const page = "fa/story/2026/11/05/story-4/index.html"
	sorted := slices.SortedFunc(maps.Keys(paper), func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) })
	edit("no edit")
	edit("one file changed", vectors.Leaf{Path: page, Text: "corrected"})
	edit("one file unchanged", vectors.Leaf{Path: page, Text: paper[page]})
	edit("one file added", vectors.Leaf{Path: "fa/story/2026/11/05/another/index.html", Text: "new"})
	edit("one file removed", vectors.Leaf{Path: page, Remove: true})
	edit("a file removed that is not there", vectors.Leaf{Path: "fa/none", Remove: true})
	edit("one file added before all", vectors.Leaf{Path: "AAA", Text: "first"})
	edit("one file added after all", vectors.Leaf{Path: "~~~", Text: "last"})
	edit("first file removed", vectors.Leaf{Path: sorted[0], Remove: true})
	edit("last file removed", vectors.Leaf{Path: sorted[len(sorted)-1], Remove: true})
	edit("a boundary removed", vectors.Leaf{Path: sorted[slices.IndexFunc(sorted, func(p string) bool { return boundary(0, keyOf(p)) })], Remove: true})
	var all, day []vectors.Leaf
	for _, p := range sorted {
		if strings.Contains(p, "/2026/11/07/") {
			day = append(day, vectors.Leaf{Path: p, Remove: true})
		}
	}
	edit("a day removed", day...)
	small := base("small newspaper", newspaper(8))
	for _, p := range slices.SortedFunc(maps.Keys(small), func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) }) {
		all = append(all, vectors.Leaf{Path: p, Remove: true})
	}
	editOf("small newspaper", small, "all but one removed", all[1:]...)
	editOf("small newspaper", small, "all removed", all...)
	editOf("small newspaper", small, "all removed and one added", append(slices.Clone(all), vectors.Leaf{Path: "fa/new", Text: "new"})...)
	var many []vectors.Leaf
	for i := range 100 {
		many = append(many, vectors.Leaf{Path: fmt.Sprintf("ru/story/2026/12/%02d/s%d/index.html", i%28+1, i), Text: fmt.Sprint(i)})
	}
	edit("a hundred added", many...)
	return s
}

func leavesOf(files map[string]string) (leaves []vectors.Leaf) {
	for _, p := range slices.Sorted(maps.Keys(files)) {
		leaves = append(leaves, vectors.Leaf{Path: p, Text: files[p]})
	}
	return leaves
}

// A store is nodes by the hashes under which a mirror has them.
type store map[string]vectors.Bytes

func storeOf(nodes ...[]byte) store {
	s := store{}
	for _, b := range nodes {
		s[sum(b).String()] = hexed(b)
	}
	return s
}

// way returns the nodes of the tree on the way to a key.
func (t *tree) way(key string) store {
	s := store{}
	b := t.nodes[t.root]
	for level := len(t.levels) - 1; ; level-- {
		s[sum(b).String()] = hexed(b)
		if level == 0 {
			return s
		}
		items := parse(b)
		i := slices.IndexFunc(items, func(it item) bool { return it.key >= key })
		if i < 0 {
			i = len(items) - 1
		}
		b = t.nodes[hash(items[i].body)]
	}
}

// parse reads an inner node that this program has made.
func parse(b []byte) (items []item) {
	prev := ""
	for b = b[3:]; len(b) > 0; {
		var n [2]int
		for i := range n {
			for shift := 0; ; shift += 7 {
				c := b[0]
				b = b[1:]
				n[i] |= int(c&0x7f) << shift
				if c < 0x80 {
					break
				}
			}
		}
		key := prev[:n[0]] + string(b[:n[1]])
		items = append(items, item{key, b[n[1]:][:32]})
		prev, b = key, b[n[1]+32:]
	}
	return items
}

func proofs() *sheet[vectors.Proof, vectors.ProofValue] {
	s := newSheet[vectors.Proof, vectors.ProofValue]("Lookups and ranges in trees of which a mirror has no more than is needed, and what it may try instead.")
	s.rule = "Tree node"
	paper := newspaper(30)
	t := buildOf(paper)
	found := func(name, path string) {
		e := fileEntry("text/html", []byte(paper[path]))
		s.ok(name, vectors.Proof{Root: t.root.String(), Objects: t.way(keyOf(path)), Path: path}, vectors.ProofValue{Entry: hexOf(e.encode())})
	}
	absent := func(name string, t *tree, path string) {
		s.ok(name, vectors.Proof{Root: t.root.String(), Objects: t.way(keyOf(path)), Path: path}, vectors.ProofValue{Absent: true})
	}
	found("page", "fa/story/2026/11/05/story-4/index.html")
	found("its translation", "ru/story/2026/11/05/story-4/index.html")
	found("first key", "en/archive/2026/11/01/index.html")
	found("front", "tg/index.html")
	absent("absent, between two", t, "fa/story/2026/11/05/story-5/index.html")
	absent("absent, before all", t, "AAA")
	absent("absent, after all", t, "~~~")
	absent("absent, in another language", t, "kk/story/2026/11/05/story-4/index.html")
	absent("absent, in a tree without files", buildOf(nil), "en/index.html")
	ranges(s, t)
	attacks(s)
	return s
}

func ranges(s *sheet[vectors.Proof, vectors.ProofValue], t *tree) {
	paper := newspaper(30)
	ask := func(name, from, to string) {
		paths := slices.SortedFunc(maps.Keys(paper), func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) })
		paths = slices.DeleteFunc(paths, func(p string) bool { return keyOf(p) < from || to != "" && keyOf(p) >= to })
		need := t.way(from)
		maps.Copy(need, t.way(cmp.Or(to, "~~~~")))
		for _, p := range paths {
			maps.Copy(need, t.way(keyOf(p)))
		}
		s.ok(name, vectors.Proof{Root: t.root.String(), Objects: need, From: text(from), To: text(to)}, vectors.ProofValue{Paths: paths})
	}
	ask("a day's stories", "story/2026/11/05/", "story/2026/11/06/")
	ask("one story", "story/2026/11/05/story-4/index.html\x00", "story/2026/11/05/story-4/index.html\x01")
	ask("from a key on", "tg/", "")
	ask("an empty range", "story/2027/", "story/2028/")
}

// attacks adds what a mirror, or somebody who has signed a broken tree, may serve in the place of a node.
func attacks(s *sheet[vectors.Proof, vectors.ProofValue]) {
	a, b, c, d := leafOf("en/a", "a"), leafOf("en/b", "b"), leafOf("en/c", "c"), leafOf("en/d", "d")
	left, right := node(0, a, b), node(0, c, d)
	pair := func(l, r []byte, lkey, rkey string) []byte { return node(1, childOf(lkey, l), childOf(rkey, r)) }
	root := pair(left, right, "en/b", "en/d")
	ask := func(root []byte, path string, nodes ...[]byte) vectors.Proof {
		return vectors.Proof{Root: sum(root).String(), Objects: storeOf(append(nodes, root)...), Path: path}
	}
	c1 := vectors.ProofValue{Entry: hexOf(c.body)}
	const twin = "two leaves"
	s.ok(twin, ask(root, "en/c", left, right), c1)
	s.ok("another leaf that is broken is not looked at", ask(root, "en/c", right), c1)
	deep := node(2, childOf("en/d", root), childOf("en/z", node(1, childOf("en/z", node(0, leafOf("en/z", "z"))))))
	s.ok("three levels", ask(deep, "en/c", root, left, right), c1)
	s.ok("root is a leaf", ask(right, "en/c"), c1)

	no := func(name, code, twin string, in vectors.Proof) { s.no(name, code, twin, in) }
	altered := ask(root, "en/c", left)
	altered.Objects[sum(right).String()] = hexed(node(0, c, leafOf("en/d", "altered")))
	no("altered leaf", "bad-hash", twin, altered)
	swapped := ask(root, "en/c", left)
	swapped.Objects[sum(right).String()] = hexed(left)
	no("leaf in another's place", "bad-hash", twin, swapped)
	other := ask(root, "en/c", left, right)
	other.Objects[sum(root).String()] = hexed(right)
	no("leaf in the root's place", "bad-hash", twin, other)
	high := node(2, childOf("en/b", left), childOf("en/d", right))
	no("leaf served as an inner node", "bad-child-level", twin, ask(high, "en/c", left, right))
	same := pair(left, root, "en/b", "en/d")
	no("inner node served as a leaf", "bad-child-level", twin, ask(same, "en/c", left, right, root))
	upside := pair(left, deep, "en/b", "en/z")
	no("child above its parent", "bad-child-level", twin, ask(upside, "en/c", left, right, root, deep))
	later := pair(left, right, "en/b", "en/e")
	no("child with another last key, later", "bad-last-key", twin, ask(later, "en/c", left, right))
	earlier := pair(left, right, "en/b", "en/c")
	no("child with another last key, earlier", "bad-last-key", twin, ask(earlier, "en/c", left, right))
	overlap := node(0, b, c, d)
	no("child that begins with its neighbour's last key", "bad-first-key", twin,
		ask(pair(left, overlap, "en/b", "en/d"), "en/c", left, overlap))
	before := node(0, a, c, d)
	no("child that begins before its neighbour's last key", "bad-first-key", twin,
		ask(pair(left, before, "en/b", "en/d"), "en/c", left, before))
	leafC, leafD := node(0, c), node(0, d)
	wide := func(first []byte) []byte { return node(1, childOf("en/c", first), childOf("en/d", leafD)) }
	above := func(first []byte) []byte {
		return node(2, childOf("en/b", node(1, childOf("en/b", left))), childOf("en/d", wide(first)))
	}
	s.ok("first child of a second child", ask(above(leafC), "en/c", wide(leafC), leafC), c1)
	back := node(0, leafOf("en/aa", "aa"), c)
	no("first child that begins before the last key of its parent's neighbour", "bad-first-key", "first child of a second child",
		ask(above(back), "en/c", wide(back), back))
	empty := node(0)
	no("child without items", "bad-last-key", twin, ask(pair(left, empty, "en/b", "en/d"), "en/c", left, empty))
	no("root with one child", "one-child", "root is a leaf", ask(node(1, childOf("en/d", right)), "en/c", right))
	unsorted := node(0, d, c)
	no("leaf with unsorted keys", "keys-do-not-rise", twin, ask(pair(left, unsorted, "en/b", "en/c"), "en/c", left, unsorted))
	doubled := node(0, c, c, d)
	no("leaf with a doubled key", "keys-do-not-rise", twin, ask(pair(left, doubled, "en/b", "en/d"), "en/c", left, doubled))
	unsortedRoot := node(1, childOf("en/d", right), childOf("en/b", left))
	no("root with unsorted children", "keys-do-not-rise", twin, ask(unsortedRoot, "en/c", left, right))
	tall := node(24, childOf("en/b", left), childOf("en/d", right))
	no("root of level 24", "bad-level", twin, ask(tall, "en/c", left, right))
	no("leaf with a byte after it", "trailing-bytes", twin,
		ask(pair(left, append(slices.Clone(right), 0), "en/b", "en/d"), "en/c", left, append(slices.Clone(right), 0)))
}
