package main

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/vectors"
)

// A history is the editions of a log: the bytes of their manifests, oldest first.
type history [][]byte

const origin = "the-lantern.coranto/00000000"

func newHistory(n int) (h history) {
	for i := range n {
		h = append(h, []byte(manifestOf(plainManifest(uint64(i+1)))))
	}
	return h
}

// leaf returns the hash of a record in the log's Merkle tree (RFC 6962).
func (h history) leaf(i int) hash {
	record := sum(h[i])
	return sum(append([]byte{0}, record[:]...))
}

// root returns the root of the records from one index up to another.
func (h history) root(from, to int) hash {
	if to-from == 1 {
		return h.leaf(from)
	}
	k := 1
	for k*2 < to-from {
		k *= 2
	}
	return sum(append([]byte{1}, cat(h.root(from, from+k), h.root(from+k, to))...))
}

// proof returns the proof that a record is among those from one index up to another, lowest hash first.
func (h history) proof(i, from, to int) []hash {
	if to-from == 1 {
		return nil
	}
	k := 1
	for k*2 < to-from {
		k *= 2
	}
	if i < from+k {
		return append(h.proof(i, from, from+k), h.root(from+k, to))
	}
	return append(h.proof(i, from+k, to), h.root(from, from+k))
}

func (h history) head(size int) vectors.Head {
	return vectors.Head{Origin: origin, Size: int64(size), Root: base64Of(h.root(0, size))}
}

// mirror returns the tiles and bundles of a log of a size up to 65,536.
func (h history) mirror(size int) map[string]vectors.Bytes {
	m := map[string]vectors.Bytes{}
	for start := 0; start < size; start += 256 {
		end := min(start+256, size)
		var tile, bundle []byte
		for i := start; i < end; i++ {
			leaf, record := h.leaf(i), sum(h[i])
			tile = append(tile, leaf[:]...)
			bundle = append(append(bundle, 0, 32), record[:]...)
		}
		m["log/tile/0/"+tileName(start/256, end-start)] = hexed(tile)
		m["log/tile/entries/"+tileName(start/256, end-start)] = hexed(bundle)
	}
	var above []byte
	for start := 0; start+256 <= size; start += 256 {
		r := h.root(start, start+256)
		above = append(above, r[:]...)
	}
	if len(above) > 0 {
		m["log/tile/1/"+tileName(0, len(above)/32)] = hexed(above)
	}
	return m
}

// tileName returns the end of a tile's path (C2SP tlog-tiles), for numbers below 1,000.
func tileName(n, width int) string {
	if width == 256 {
		return fmt.Sprintf("%03d", n)
	}
	return fmt.Sprintf("%03d.p/%d", n, width)
}

func tilePaths() *sheet[vectors.Raw, vectors.TileValue] {
	s := newSheet[vectors.Raw, vectors.TileValue]("Where the tiles of the log stand on a mirror, and, as level -1, the bundles of its records.")
	s.rule = "Edition log"
	for _, p := range []struct {
		name, path   string
		level, width int
		n            int64
	}{
		{"first tile", "log/tile/0/000", 0, 256, 0},
		{"partial tile", "log/tile/0/005.p/1", 0, 1, 5},
		{"widest partial tile", "log/tile/0/005.p/255", 0, 255, 5},
		{"tile of level 3", "log/tile/3/999", 3, 256, 999},
		{"tile 1000", "log/tile/0/x001/000", 0, 256, 1000},
		{"partial tile with a large number", "log/tile/1/x001/x234/067.p/17", 1, 17, 1234067},
		{"bundle", "log/tile/entries/000", -1, 256, 0},
		{"partial bundle", "log/tile/entries/000.p/3", -1, 3, 0},
		{"bundle 12345", "log/tile/entries/x012/345", -1, 256, 12345},
	} {
		s.ok(p.name, raw(text(p.path)), vectors.TileValue{Level: p.level, N: p.n, Width: p.width})
	}
	for _, p := range []struct{ name, twin, path string }{
		{"nothing", "first tile", ""},
		{"no number", "first tile", "log/tile/0/"},
		{"number of one digit", "first tile", "log/tile/0/0"},
		{"number of four digits", "tile 1000", "log/tile/0/1000"},
		{"leading group of zeros", "first tile", "log/tile/0/x000/000"},
		{"group without its x", "tile 1000", "log/tile/0/001/000"},
		{"last group with an x", "tile 1000", "log/tile/0/x001/x000"},
		{"group in capitals", "tile 1000", "log/tile/0/X001/000"},
		{"level with a leading zero", "first tile", "log/tile/00/000"},
		{"negative level", "bundle", "log/tile/-1/000"},
		{"level 64", "tile of level 3", "log/tile/64/000"},
		{"height in the path", "first tile", "log/tile/8/0/000"},
		{"data in place of entries", "bundle", "log/tile/data/000"},
		{"width 0", "partial tile", "log/tile/0/005.p/0"},
		{"width 256", "widest partial tile", "log/tile/0/005.p/256"},
		{"width with a leading zero", "partial tile", "log/tile/0/005.p/01"},
		{"no width", "partial tile", "log/tile/0/005.p"},
		{"slash at the end", "first tile", "log/tile/0/000/"},
		{"dots", "first tile", "log/tile/0/../0/000"},
		{"without its folder", "first tile", "tile/0/000"},
		{"number that overflows", "partial tile with a large number", "log/tile/0/x999/x999/x999/x999/x999/x999/x999/999"},
	} {
		s.no(p.name, "not-a-tile", p.twin, raw(text(p.path)))
	}
	return s
}

func bundles() *sheet[vectors.Bundle, vectors.BundleValue] {
	s := newSheet[vectors.Bundle, vectors.BundleValue]("Bundles of records, each as long as its path says.")
	s.rule = "Edition log"
	encode := func(hs []hash) (b []byte) {
		for _, h := range hs {
			b = append(binary.BigEndian.AppendUint16(b, 32), h[:]...)
		}
		return b
	}
	in := func(n int, b []byte) vectors.Bundle { return vectors.Bundle{Records: n, Bytes: hexed(b)} }
	for _, n := range []int{1, 3, 17} {
		s.ok(fmt.Sprint(n, " records"), in(n, encode(some(n))), vectors.BundleValue{Records: strs(some(n))})
	}
	good := encode(some(3))
	s.no("a byte missing", "bad-length", "3 records", in(3, good[:len(good)-1]))
	s.no("a byte after it", "bad-length", "3 records", in(3, append(slices.Clone(good), 0)))
	s.no("a record too many", "bad-length", "3 records", in(3, encode(some(4))))
	s.no("a record too few", "bad-length", "3 records", in(3, encode(some(2))))
	s.no("nothing", "bad-length", "1 records", in(1, nil))
	s.no("another length of a record", "bad-record", "3 records", in(3, with(good, 35, 31)))
	s.no("another high byte of a length", "bad-record", "3 records", in(3, with(good, 34, 1)))
	return s
}

// logMirrors adds the mirrors of a history at two sizes to a sheet.
func logMirrors[In, Want any](s *sheet[In, Want], h history) {
	s.rule = "Edition log"
	s.Mirrors = map[string]map[string]vectors.Bytes{"5": h.mirror(5), "260": h.mirror(260)}
	for _, m := range s.Mirrors {
		maps.DeleteFunc(m, func(path string, _ vectors.Bytes) bool { return strings.HasPrefix(path, "log/tile/entries/") })
	}
}

func altered(b vectors.Bytes, i int) vectors.Bytes {
	j := b.Join()
	return hexed(with(j, i, j[i]^1))
}

func records() *sheet[vectors.Record, vectors.RecordValue] {
	s := newSheet[vectors.Record, vectors.RecordValue]("Leaves of records, read from the tiles of a mirror and proved to belong to a head.")
	h := newHistory(260)
	logMirrors(s, h)
	ok := func(name string, size, index int, m vectors.Mirror) {
		s.ok(name, vectors.Record{Head: h.head(size), Mirror: m, Index: int64(index)}, vectors.RecordValue{Leaf: h.leaf(index).String()})
	}
	no := func(name, code, twin, at string, size, index int, m vectors.Mirror) {
		s.no(name, code, twin, vectors.Record{Head: h.head(size), Mirror: m, Index: int64(index)})
		s.Cases[len(s.Cases)-1].At = at
	}
	small, large := vectors.Mirror{Base: "5"}, vectors.Mirror{Base: "260"}
	for _, i := range []int{0, 4} {
		ok(fmt.Sprintf("record %d of 5", i), 5, i, small)
	}
	for _, i := range []int{0, 255, 256, 259} {
		ok(fmt.Sprintf("record %d of 260", i), 260, i, large)
	}
	ok("record 3 of the first 200, whose tile is full by now", 200, 3, large)
	with5 := func(change func(tile []byte) []byte) vectors.Mirror {
		const path = "log/tile/0/000.p/5"
		return vectors.Mirror{Base: "5", With: map[string]vectors.Bytes{path: hexed(change(s.Mirrors["5"][path].Join()))}}
	}
	flip := func(i int) vectors.Mirror {
		return with5(func(t []byte) []byte { return with(t, i, t[i]^1) })
	}
	no("forged leaf", "bad-tile", "record 0 of 5", "", 5, 0, flip(0))
	no("forged leaf among siblings that are valid", "bad-tile", "record 4 of 5", "", 5, 4, flip(2*32))
	no("forged sibling", "bad-tile", "record 0 of 5", "", 5, 0, flip(32))
	const full, above = "log/tile/0/000", "log/tile/1/000.p/1"
	s.Mirrors["260, with a forged leaf"] = maps.Clone(s.Mirrors["260"])
	s.Mirrors["260, with a forged leaf"][full] = altered(s.Mirrors["260"][full], 77*32)
	forged := vectors.Mirror{Base: "260, with a forged leaf"}
	no("forged leaf in a full tile", "bad-tile", "record 0 of 260", "", 260, 77, forged)
	no("record beside a forged leaf in a full tile", "bad-tile", "record 0 of 260", "", 260, 0, forged)
	forged = vectors.Mirror{Base: "260", With: map[string]vectors.Bytes{above: altered(s.Mirrors["260"][above], 0)}}
	no("forged tile of level 1", "bad-tile", "record 0 of 260", "", 260, 0, forged)
	no("tile that is too long", "bad-length", "record 0 of 5", "log/tile/0/000.p/5", 5, 0,
		with5(func(t []byte) []byte { return append(slices.Clone(t), 0) }))
	no("tile that is too short", "bad-length", "record 0 of 5", "log/tile/0/000.p/5", 5, 0, with5(func(t []byte) []byte { return t[1:] }))
	no("empty tile", "bad-length", "record 0 of 5", "log/tile/0/000.p/5", 5, 0, with5(func([]byte) []byte { return nil }))
	no("tile of zeros", "bad-tile", "record 0 of 5", "", 5, 0, with5(func(t []byte) []byte { return make([]byte, len(t)) }))
	other := vectors.Record{Head: h.head(5), Mirror: small}
	other.Head.Root = base64Of(sum([]byte("another root")))
	s.no("another root", "bad-tile", "record 0 of 5", other)
	return s
}

func consistency() *sheet[vectors.Heads, vectors.HeadsValue] {
	s := newSheet[vectors.Heads, vectors.HeadsValue]("Two heads that are signed: one extends the other, or the log has forked. What a mirror breaks proves neither.")
	h := newHistory(260)
	logMirrors(s, h)
	other := newHistory(260)
	other[3] = []byte(manifestOf(plainManifest(4000)))
	ask := func(name string, a, b vectors.Head, base string, fork bool) {
		s.ok(name, vectors.Heads{Old: a, New: b, Mirror: vectors.Mirror{Base: base}}, vectors.HeadsValue{Fork: fork})
	}
	ask("1 and 5", h.head(1), h.head(5), "5", false)
	ask("4 and 5", h.head(4), h.head(5), "5", false)
	ask("the same head", h.head(5), h.head(5), "5", false)
	ask("the larger first", h.head(5), h.head(4), "5", false)
	ask("200 and 260", h.head(200), h.head(260), "260", false)
	ask("256 and 260", h.head(256), h.head(260), "260", false)
	ask("before the fork", other.head(3), h.head(260), "260", false)
	ask("fork of one size", other.head(5), h.head(5), "5", true)
	ask("fork at the smaller head", other.head(4), h.head(5), "5", true)
	ask("fork long ago", other.head(259), h.head(260), "260", true)
	const tile = "log/tile/0/000.p/5"
	forging := func(b vectors.Bytes) vectors.Heads {
		return vectors.Heads{Old: h.head(4), New: h.head(5), Mirror: vectors.Mirror{Base: "5", With: map[string]vectors.Bytes{tile: b}}}
	}
	s.no("forged tile", "bad-tile", "4 and 5", forging(altered(s.Mirrors["5"][tile], 0)))
	s.no("tile that is too short", "bad-length", "4 and 5", forging(hexed(make([]byte, 159))))
	s.Cases[len(s.Cases)-1].At = tile
	strange := vectors.Heads{Old: h.head(4), New: h.head(5), Mirror: vectors.Mirror{Base: "5"}}
	strange.Old.Origin = "another.coranto/00000000"
	s.no("heads of two logs", "wrong-origin", "4 and 5", strange)
	return s
}
