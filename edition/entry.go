package edition

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
)

// An Entry is what the tree says of one file: its type and encoding, which a reader takes from here and never from a
// mirror's header, and the objects that hold its stored bytes.
type Entry struct {
	// MediaType is 1 to 64 characters, as text/html, without parameters: text is always UTF-8.
	MediaType string
	// Gzip says that the stored bytes are a gzip stream; otherwise they are the file's own.
	Gzip bool
	// Loose says that a mirror holds the pieces as objects too, for readers whom no range reaches. Such a file has more
	// than PieceSize bytes.
	Loose bool
	// Size is the number of stored bytes, Plain that of the file's own; they are equal without Gzip.
	Size, Plain int64
	// Objects are the objects that hold the stored bytes in order: each of MaxObject bytes, the last of the rest.
	// It is nil when List is set.
	Objects []Hash
	// Pieces are the hashes of the stored bytes' pieces: each of PieceSize bytes, the last of each object of the rest.
	// It is nil up to PieceSize bytes, where the object is the piece, and when List is set.
	Pieces []Hash
	// List is the object that holds the hashes of Objects and Pieces, above MaxInline stored bytes.
	List Hash
}

// objectCount and pieceCount follow from the stored size. Pieces never span objects, and MaxObject is a multiple of
// PieceSize, so the pieces of a file are those of its bytes.
func objectCount(size int64) int { return int((size + MaxObject - 1) / MaxObject) }
func pieceCount(size int64) int {
	if size <= PieceSize {
		return 0
	}
	return int((size + PieceSize - 1) / PieceSize)
}

// Split cuts a file's stored bytes into objects and returns its entry, without type, encoding and plain size set to
// more than the stored bytes tell. The objects returned are those to store, the list among them.
func Split(stored []byte) (Entry, [][]byte, error) {
	if len(stored) > MaxFile {
		return Entry{}, nil, fmt.Errorf("a file of %d bytes is over the limit of %d", len(stored), MaxFile)
	}
	e := Entry{Size: int64(len(stored)), Plain: int64(len(stored))}
	var parts [][]byte
	for b := range chunks(stored, MaxObject) {
		parts = append(parts, b)
		e.Objects = append(e.Objects, Sum(b))
	}
	if pieceCount(e.Size) > 0 {
		for b := range chunks(stored, PieceSize) {
			e.Pieces = append(e.Pieces, Sum(b))
		}
	}
	if e.Size > MaxInline {
		list := appendHashes(appendHashes(nil, e.Objects), e.Pieces)
		e.List, e.Objects, e.Pieces = Sum(list), nil, nil
		parts = append(parts, list)
	}
	return e, parts, nil
}

func chunks(b []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			m := min(n, len(b))
			if !yield(b[:m:m]) {
				return
			}
			b = b[m:]
		}
	}
}

func appendHashes(b []byte, hs []Hash) []byte {
	for _, h := range hs {
		b = append(b, h[:]...)
	}
	return b
}

// Inline says whether the entry names its objects itself; otherwise WithList must read them from its list.
func (e Entry) Inline() bool { return e.Size <= MaxInline }

// ListSize returns the size of the entry's list in bytes; 0 when it has none.
func (e Entry) ListSize() int64 {
	if e.Inline() {
		return 0
	}
	return int64(len(Hash{})) * int64(objectCount(e.Size)+pieceCount(e.Size))
}

// WithList returns the entry with Objects and Pieces read from its list, whose bytes must have been checked against List.
func (e Entry) WithList(list []byte) (Entry, error) {
	if e.Inline() {
		return e, nil
	}
	if int64(len(list)) != e.ListSize() || Sum(list) != e.List {
		return Entry{}, fmt.Errorf("list %s: %d bytes that are not the list", e.List, len(list))
	}
	all := make([]Hash, len(list)/len(Hash{}))
	for i := range all {
		copy(all[i][:], list[i*len(Hash{}):])
	}
	n := objectCount(e.Size)
	e.Objects, e.Pieces = all[:n:n], all[n:]
	return e, nil
}

// Held yields what a mirror holds of the file besides its list, by hash and size in bytes: the objects, and the pieces of
// a loose one. The entry names them itself (WithList).
func (e Entry) Held() iter.Seq2[Hash, int64] {
	return func(yield func(Hash, int64) bool) {
		for i, h := range e.Objects {
			if !yield(h, e.ObjectSize(i)) {
				return
			}
		}
		if !e.Loose {
			return
		}
		for i, h := range e.Pieces {
			if !yield(h, e.pieceSize(i)) {
				return
			}
		}
	}
}

// ObjectSize returns the size in bytes of the i-th object.
func (e Entry) ObjectSize(i int) int64 {
	return min(MaxObject, e.Size-int64(i)*MaxObject)
}

func (e Entry) pieceSize(i int) int64 { return min(PieceSize, e.Size-int64(i)*PieceSize) }

// gzipFlags is where a gzip header says what else is in it (RFC 1952, FLG): libraries differ over what they take there.
const gzipFlags = 3

// Decode undoes the encoding of a file's stored bytes, and never makes more than the entry's plain size of them.
func (e Entry) Decode(stored []byte) ([]byte, error) {
	if int64(len(stored)) != e.Size {
		return nil, fmt.Errorf("stored size %d, want %d", len(stored), e.Size)
	}
	if !e.Gzip {
		return stored, nil
	}
	if len(stored) > gzipFlags && stored[gzipFlags] != 0 {
		return nil, errors.New("gzip: a header with more than is needed")
	}
	src := bytes.NewReader(stored)
	zr, err := gzip.NewReader(src)
	if err != nil {
		return nil, err
	}
	zr.Multistream(false)
	var plain bytes.Buffer
	n, err := io.Copy(&plain, io.LimitReader(zr, e.Plain+1))
	if err != nil {
		return nil, err
	}
	if n != e.Plain || src.Len() != 0 {
		return nil, fmt.Errorf("gzip: not the %d bytes that the entry says", e.Plain)
	}
	return plain.Bytes(), nil
}

// The bits of the flags byte of an encoded entry.
const (
	flagGzip = 1 << iota
	flagLoose
)

// appendEntry encodes an entry (SPEC.md, "Entry").
func appendEntry(b []byte, e Entry) []byte {
	var flags byte
	if e.Gzip {
		flags |= flagGzip
	}
	if e.Loose {
		flags |= flagLoose
	}
	b = append(b, flags, byte(len(e.MediaType)))
	b = append(b, e.MediaType...)
	b = binary.AppendUvarint(b, uint64(e.Size))
	if e.Gzip {
		b = binary.AppendUvarint(b, uint64(e.Plain))
	}
	if !e.Inline() {
		return append(b, e.List[:]...)
	}
	return appendHashes(appendHashes(b, e.Objects), e.Pieces)
}

// MarshalBinary encodes the entry as it stands in a leaf (SPEC.md, "Entry"), for who keeps entries elsewhere.
func (e Entry) MarshalBinary() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return appendEntry(nil, e), nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (e *Entry) UnmarshalBinary(b []byte) error {
	d := decoder{b: b}
	*e = d.entry()
	if d.err == nil && len(d.b) > 0 {
		d.err = errors.New("bytes after the entry")
	}
	return d.err
}

// check says whether an entry can be encoded.
func (e Entry) check() error {
	if !validMediaType(e.MediaType) {
		return fmt.Errorf("media type %q is not valid", e.MediaType)
	}
	if e.Size < 0 || e.Size > MaxFile || e.Plain < 0 || e.Plain > MaxPlain || !e.Gzip && e.Plain != e.Size {
		return fmt.Errorf("sizes %d and %d are out of range", e.Size, e.Plain)
	}
	if e.Loose && e.Size <= PieceSize {
		return fmt.Errorf("loose and of %d bytes, no more than a piece", e.Size)
	}
	if !e.Inline() {
		return nil
	}
	if len(e.Objects) != objectCount(e.Size) || len(e.Pieces) != pieceCount(e.Size) {
		return fmt.Errorf("%d objects and %d pieces for %d bytes", len(e.Objects), len(e.Pieces), e.Size)
	}
	return nil
}

// validMediaType says whether s is "type/subtype" of lower-case token characters, 3 to 64 in all.
func validMediaType(s string) bool {
	slashes := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '/' && i > 0 && i < len(s)-1:
			slashes++
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '.', c == '+', c == '-':
		default:
			return false
		}
	}
	return slashes == 1 && len(s) <= 64
}

// A decoder reads the format's binary encodings; the first error sticks.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.b = nil
}

// take returns the next n bytes, which alias the input.
func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.fail("cut short: %d bytes wanted, %d left", n, len(d.b))
		return nil
	}
	t := d.b[:n]
	d.b = d.b[n:]
	return t
}

func (d *decoder) byte() byte {
	if t := d.take(1); t != nil {
		return t[0]
	}
	return 0
}

// uvarint reads a number of at most max in its shortest form.
func (d *decoder) uvarint(max uint64) uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || n > 1 && d.b[n-1] == 0 || v > max {
		d.fail("not a number of at most %d in its shortest form", max)
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) hashes(n int) []Hash {
	t := d.take(n * len(Hash{}))
	if len(t) == 0 {
		return nil
	}
	hs := make([]Hash, n)
	for i := range hs {
		copy(hs[i][:], t[i*len(Hash{}):])
	}
	return hs
}

func (d *decoder) entry() (e Entry) {
	flags := d.byte()
	if flags&^(flagGzip|flagLoose) != 0 {
		d.fail("unknown flags %#x", flags)
	}
	e.Gzip, e.Loose = flags&flagGzip != 0, flags&flagLoose != 0
	e.MediaType = string(d.take(int(d.byte())))
	if d.err == nil && !validMediaType(e.MediaType) {
		d.fail("media type %q is not valid", e.MediaType)
	}
	e.Size = int64(d.uvarint(MaxFile))
	e.Plain = e.Size
	if e.Gzip {
		e.Plain = int64(d.uvarint(MaxPlain))
	}
	if e.Loose && d.err == nil && e.Size <= PieceSize {
		d.fail("loose and of %d bytes, no more than a piece", e.Size)
	}
	if !e.Inline() {
		copy(e.List[:], d.take(len(Hash{})))
		return e
	}
	e.Objects = d.hashes(objectCount(e.Size))
	e.Pieces = d.hashes(pieceCount(e.Size))
	return e
}
