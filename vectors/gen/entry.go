package main

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"

	"coranto/vectors"
)

// hash is a SHA-256.
type hash [sha256.Size]byte

func (h hash) String() string { return hexOf(h[:]) }

func sum(b []byte) hash { return sha256.Sum256(b) }

func strs(hs []hash) (out []string) {
	for _, h := range hs {
		out = append(out, h.String())
	}
	return out
}

func cat(hs ...hash) (out []byte) {
	for _, h := range hs {
		out = append(out, h[:]...)
	}
	return out
}

const (
	objectSize = 1 << 20
	pieceSize  = 8 << 10
	inlineSize = 64 << 10
)

// entry is an entry before it is encoded (SPEC.md, "Entry").
type entry struct {
	gzip, loose   bool
	media         string
	stored, plain uint64
	hashes        []hash // of the objects and pieces, or of the list
}

func (e entry) encode() []byte {
	b := []byte{byte(btoi(e.gzip) | btoi(e.loose)<<1), byte(len(e.media))}
	b = append(b, e.media...)
	b = binary.AppendUvarint(b, e.stored)
	if e.gzip {
		b = binary.AppendUvarint(b, e.plain)
	}
	return append(b, cat(e.hashes...)...)
}

func (e entry) value() vectors.EntryValue {
	v := vectors.EntryValue{MediaType: e.media, Encoding: "identity", Loose: e.loose, Stored: int64(e.stored), Plain: int64(e.stored)}
	if e.gzip {
		v.Encoding, v.Plain = "gzip", int64(e.plain)
	}
	if e.stored > inlineSize {
		v.List = e.hashes[0].String()
		return v
	}
	n := min(1, len(e.hashes))
	v.Objects, v.Pieces = strs(e.hashes[:n]), strs(e.hashes[n:])
	return v
}

// cut cuts a file's stored bytes into the objects to keep, the list last, and gives the hashes of its entry.
func cut(stored []byte) (objects [][]byte, hashes []hash) {
	for b := range slices.Chunk(stored, objectSize) {
		objects = append(objects, b)
		hashes = append(hashes, sum(b))
	}
	if len(stored) > pieceSize {
		for b := range slices.Chunk(stored, pieceSize) {
			hashes = append(hashes, sum(b))
		}
	}
	if len(stored) > inlineSize {
		list := cat(hashes...)
		return append(objects, list), []hash{sum(list)}
	}
	return objects, hashes
}

func fileEntry(media string, stored []byte) entry {
	_, hs := cut(stored)
	return entry{media: media, stored: uint64(len(stored)), hashes: hs}
}

// some returns n different hashes.
func some(n int) (hs []hash) {
	for i := range n {
		hs = append(hs, sum([]byte{byte(i), byte(i >> 8)}))
	}
	return hs
}

func entries() *sheet[vectors.Raw, vectors.EntryValue] {
	s := newSheet[vectors.Raw, vectors.EntryValue]("Entries: what a leaf of the tree says of a file.")
	s.rule = "Entry"
	ok := func(name string, e entry) []byte {
		s.ok(name, raw(hexed(e.encode())), e.value())
		return e.encode()
	}
	no := func(name, code, twin string, b []byte) { s.no(name, code, twin, raw(hexed(b))) }
	loose := func(size uint64, n int) entry {
		return entry{loose: true, media: "text/html", stored: size, hashes: some(n)}
	}
	html := func(size uint64, n int) entry { return entry{media: "text/html", stored: size, hashes: some(n)} }
	media := func(m string) entry { return entry{media: m, stored: 1, hashes: some(1)} }
	zipped := func(stored, plain uint64) entry {
		return entry{gzip: true, media: "text/html", stored: stored, plain: plain, hashes: some(1)}
	}
	ok("empty file", html(0, 0))
	one := ok("one byte", html(1, 1))
	ok("one piece", html(8192, 1))
	two := ok("two pieces", html(8193, 3))
	ok("two full pieces", html(16384, 3))
	ok("largest without a list", html(65536, 9))
	list := ok("smallest with a list", html(65537, 1))
	ok("one object", html(objectSize, 1))
	ok("two objects", html(objectSize+1, 1))
	ok("largest file", html(128<<20, 1))
	zip := ok("gzip", zipped(100, 300))
	ok("gzip of nothing", zipped(20, 0))
	ok("gzip that makes more of it", zipped(300, 290))
	ok("largest plain size", zipped(300, 256<<20))
	ok("loose", loose(8193, 3))
	ok("loose with a list", loose(65537, 1))
	ok("loose and gzip", entry{gzip: true, loose: true, media: "text/html", stored: 8193, plain: 30000, hashes: some(3)})
	ok("shortest media type", media("a/b"))
	ok("longest media type", media("a/"+strings.Repeat("b", 62)))
	ok("all bytes that a media type may have", media("abcdefghijklmnopqrstuvwxyz/0123456789.+-"))

	no("nothing", "cut-short", "one byte", nil)
	no("another flag", "bad-flag", "one byte", with(one, 0, 4))
	no("another flag beside gzip", "bad-flag", "gzip", with(zip, 0, 5))
	no("loose, and one piece", "bad-flag", "loose", loose(8192, 1).encode())
	no("loose, and empty", "bad-flag", "loose", loose(0, 0).encode())
	no("highest flag", "bad-flag", "one byte", with(one, 0, 0x80))
	for _, m := range []struct{ name, twin, media string }{
		{"no media type", "shortest media type", ""},
		{"media type of two bytes", "shortest media type", "a/"},
		{"media type of 65 bytes", "longest media type", "a/" + strings.Repeat("b", 63)},
		{"media type without a slash", "shortest media type", "ab"},
		{"media type that begins with its slash", "shortest media type", "/ab"},
		{"media type that ends in its slash", "shortest media type", "ab/"},
		{"media type with two slashes", "shortest media type", "a/b/c"},
		{"media type in capitals", "one byte", "text/HTML"},
		{"media type with a parameter", "one byte", "text/html;charset=utf-8"},
		{"media type with a space", "one byte", "text/html "},
		{"media type with an underscore", "one byte", "text/h_ml"},
		{"media type with a newline", "one byte", "text/html\n"},
		{"media type that is not ASCII", "one byte", "text/htmł"},
	} {
		no(m.name, "bad-media-type", m.twin, media(m.media).encode())
	}
	size := 2 + len("text/html") // where the stored size begins
	no("stored size not shortest", "not-shortest", "one byte", slices.Concat(one[:size], []byte{0x81, 0}, one[size+1:]))
	no("stored size 0 not shortest", "not-shortest", "empty file", slices.Concat(one[:size], []byte{0x80, 0}))
	no("stored size of 11 bytes", "not-shortest", "one byte",
		slices.Concat(one[:size], []byte(strings.Repeat("\x81", 10)+"\x00"), one[size+1:]))
	no("plain size not shortest", "not-shortest", "gzip", slices.Concat(zip[:size+1], []byte{0xac, 0x82, 0}, zip[size+3:]))
	no("stored size over the limit", "too-large", "largest file", html(128<<20+1, 1).encode())
	no("stored size of 2^64-1", "too-large", "largest file", html(1<<64-1, 1).encode())
	no("plain size over the limit", "too-large", "largest plain size", zipped(300, 256<<20+1).encode())
	no("plain size without gzip", "trailing-bytes", "gzip", with(zip, 0, 0))
	no("gzip without a plain size", "bad-count", "one byte", with(one, 0, 1))
	no("a byte after it", "trailing-bytes", "one byte", append(slices.Clone(one), 0))
	no("a hash after it", "trailing-bytes", "one byte", html(1, 2).encode())
	no("an object of an empty file", "trailing-bytes", "empty file", html(0, 1).encode())
	no("a piece of one piece", "trailing-bytes", "one piece", html(8192, 2).encode())
	no("no object", "cut-short", "one byte", html(1, 0).encode())
	no("no pieces", "cut-short", "two pieces", html(8193, 1).encode())
	no("one piece of two", "cut-short", "two pieces", two[:len(two)-32])
	no("one byte of a piece missing", "cut-short", "two pieces", two[:len(two)-1])
	no("no list", "cut-short", "smallest with a list", html(65537, 0).encode())
	no("half a list's hash", "cut-short", "smallest with a list", list[:len(list)-16])
	no("hashes in place of a list", "trailing-bytes", "smallest with a list", html(65537, 10).encode())
	no("cut short in the media type", "cut-short", "one byte", one[:6])
	no("cut short before the size", "cut-short", "one byte", one[:size])
	no("cut short in the size", "cut-short", "two pieces", two[:size+1])
	return s
}

// with returns b with one byte replaced.
func with(b []byte, i int, v byte) []byte {
	b = slices.Clone(b)
	b[i] = v
	return b
}

func objects() *sheet[vectors.Stored, vectors.StoredValue] {
	s := newSheet[vectors.Stored, vectors.StoredValue]("Files, the objects that they are cut into, and the entries that they have.")
	s.rule = "Objects and files"
	for _, f := range []struct {
		name string
		n    int
	}{
		{"empty", 0}, {"one byte", 1}, {"one piece less a byte", 8191}, {"one piece", 8192}, {"one piece and a byte", 8193},
		{"two pieces", 16384}, {"inline less a byte", 65535}, {"inline", 65536}, {"inline and a byte", 65537},
		{"one object less a byte", objectSize - 1}, {"one object", objectSize}, {"one object and a byte", objectSize + 1},
		{"several objects", 3*objectSize + 12345},
	} {
		stored := pattern(f.n)
		b := stored.Join()
		parts, _ := cut(b)
		v := vectors.StoredValue{Entry: hexOf(fileEntry("application/octet-stream", b).encode()), Objects: []string{}, Sizes: []int{}}
		for _, p := range parts {
			v.Objects = append(v.Objects, sum(p).String())
			v.Sizes = append(v.Sizes, len(p))
		}
		s.ok(f.name, vectors.Stored{Stored: stored}, v)
	}
	return s
}

func lists() *sheet[vectors.List, vectors.ListValue] {
	s := newSheet[vectors.List, vectors.ListValue]("Lists: the objects that name the objects and pieces of larger files.")
	s.rule = "Entry"
	in := func(size int, list []byte) vectors.List {
		e := entry{media: "text/html", stored: uint64(size), hashes: []hash{sum(list)}}
		return vectors.List{Entry: hexed(e.encode()), List: hexed(list)}
	}
	ok := func(name string, size, objects int) []byte {
		pieces := (size + pieceSize - 1) / pieceSize
		hs := some(objects + pieces)
		s.ok(name, in(size, cat(hs...)), vectors.ListValue{Objects: strs(hs[:objects]), Pieces: strs(hs[objects:])})
		return cat(hs...)
	}
	good := ok("one object and nine pieces", inlineSize+1, 1)
	ok("one object and ten pieces", 10*pieceSize, 1)
	const twin = "one object and nine pieces"
	other := in(inlineSize+1, good)
	other.List = hexed(with(good, 40, good[40]^1))
	s.no("other bytes than the entry's", "bad-hash", twin, other)
	s.no("a hash too few", "bad-length", twin, in(inlineSize+1, good[:len(good)-32]))
	s.no("a byte too few", "bad-length", twin, in(inlineSize+1, good[:len(good)-1]))
	s.no("a hash too many", "bad-length", twin, in(inlineSize+1, append(slices.Clone(good), good[:32]...)))
	s.no("nothing", "bad-length", twin, in(inlineSize+1, nil))
	return s
}

// zipStored returns a gzip member of one stored block, which no toolchain makes otherwise.
func zipStored(plain string) []byte {
	b := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(plain)))
	b = binary.LittleEndian.AppendUint16(b, ^uint16(len(plain)))
	b = append(b, plain...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(plain)))
	return binary.LittleEndian.AppendUint32(b, uint32(len(plain)))
}

func gzips() *sheet[vectors.Encoded, vectors.EncodedValue] {
	s := newSheet[vectors.Encoded, vectors.EncodedValue]("Stored bytes of files with the encoding gzip, and what they decode to.")
	s.rule = "Objects and files"
	in := func(plain int, b []byte) vectors.Encoded {
		return vectors.Encoded{StoredSize: int64(len(b)), PlainSize: int64(plain), Stored: hexed(b)}
	}
	const words = "A story, told once."
	good := zipStored(words)
	n := len(words)
	named := slices.Concat(good[:3], []byte{8}, good[4:10], []byte("name\x00"), good[10:])
	// "aaaaaaaaaa" in a block of fixed codes, as zlib makes it.
	fixed := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0x4b, 0x4c, 0x84, 0x01, 0, 0xf0, 0xcd, 0x11, 0x4c, 10, 0, 0, 0}
	s.ok("words", in(n, good), vectors.EncodedValue{Plain: text(words)})
	s.ok("nothing", in(0, zipStored("")), vectors.EncodedValue{Plain: text("")})
	s.ok("compressed", in(10, fixed), vectors.EncodedValue{Plain: text("aaaaaaaaaa")})
	no := func(name, code, twin string, plain int, b []byte) { s.no(name, code, twin, in(plain, b)) }
	no("with a name in its head", "bad-gzip", "words", n, named)
	no("with a reserved flag", "bad-gzip", "words", n, with(good, 3, 0x80))
	no("no bytes", "bad-gzip", "nothing", 0, nil)
	no("a byte after it", "trailing-bytes", "words", n, append(slices.Clone(good), 0))
	no("a second member", "trailing-bytes", "words", n, append(slices.Clone(good), zipStored("")...))
	no("more than the plain size", "bad-length", "words", n-1, good)
	no("more than a plain size of nothing", "bad-length", "nothing", 0, zipStored("x"))
	no("less than the plain size", "bad-length", "words", n+1, good)
	no("another checksum", "bad-gzip", "words", n, with(good, len(good)-8, good[len(good)-8]^1))
	no("another length at its end", "bad-gzip", "words", n, with(good, len(good)-4, good[len(good)-4]^1))
	no("cut short in its end", "bad-gzip", "words", n, good[:len(good)-1])
	no("cut short in its data", "bad-gzip", "words", n, good[:20])
	no("no gzip", "bad-gzip", "words", n, []byte(words))
	no("another method", "bad-gzip", "words", n, with(good, 2, 7))
	longer := in(n, good)
	longer.StoredSize++
	s.no("fewer bytes than the stored size", "bad-length", "words", longer)
	shorter := in(n, good)
	shorter.StoredSize--
	s.no("more bytes than the stored size", "bad-length", "words", shorter)
	return s
}
