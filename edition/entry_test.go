package edition_test

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"coranto/edition"
)

// stored returns n bytes that don't repeat.
func stored(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// A file of any size is cut so that its objects give it back, and its pieces are those of its bytes.
func TestSplitGivesBack(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		size, objects, pieces int
		list                  bool
	}{
		{0, 0, 0, false}, {1, 1, 0, false}, {8191, 1, 0, false}, {8192, 1, 0, false}, {8193, 1, 2, false}, {16384, 1, 2, false},
		{65535, 1, 8, false}, {65536, 1, 8, false}, {65537, 1, 9, true}, {mib - 1, 1, 128, true}, {mib, 1, 128, true},
		{mib + 1, 2, 129, true}, {2 * mib, 2, 256, true}, {5*mib + 4321, 6, 641, true},
	} {
		b := stored(tt.size)
		e, parts, err := edition.Split(b)
		if err != nil {
			t.Fatal(err)
		}
		if e.Inline() == tt.list || e.List.IsZero() == tt.list || tt.list && (e.Objects != nil || e.Pieces != nil) {
			t.Errorf("%d bytes: inline %v, list %s", tt.size, e.Inline(), e.List)
		}
		if tt.list {
			list := parts[len(parts)-1]
			if parts = parts[:len(parts)-1]; int64(len(list)) != e.ListSize() {
				t.Errorf("%d bytes: a list of %d bytes, want %d", tt.size, len(list), e.ListSize())
			}
			if e, err = e.WithList(list); err != nil {
				t.Fatal(err)
			}
		}
		if len(e.Objects) != tt.objects || len(e.Pieces) != tt.pieces || len(parts) != tt.objects {
			t.Errorf("%d bytes: %d objects and %d pieces, want %d and %d", tt.size, len(e.Objects), len(e.Pieces), tt.objects, tt.pieces)
		}
		checkParts(t, e, parts, b)
	}
}

func checkParts(t *testing.T, e edition.Entry, parts [][]byte, want []byte) {
	t.Helper()
	for i, p := range parts {
		if edition.Sum(p) != e.Objects[i] || int64(len(p)) != e.ObjectSize(i) || len(p) > edition.MaxObject {
			t.Errorf("%d bytes: object %d is not as its entry says", len(want), i)
		}
	}
	if !bytes.Equal(bytes.Join(parts, nil), want) {
		t.Errorf("%d bytes: the objects don't give it back", len(want))
	}
	for i, h := range e.Pieces {
		if piece := want[i*edition.PieceSize:]; edition.Sum(piece[:min(len(piece), edition.PieceSize)]) != h {
			t.Errorf("%d bytes: piece %d has another hash", len(want), i)
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	if _, _, err := edition.Split(make([]byte, edition.MaxFile+1)); err == nil {
		t.Error("a file over the limit was cut")
	}
}

// An entry with and without its objects read from the list encodes to the same bytes.
func TestEntryRoundTrip(t *testing.T) {
	for _, size := range []int{0, 1, 8192, 8193, 65536, 65537, 1<<20 + 1} {
		for _, zipped := range []bool{false, true} {
			e, parts, err := edition.Split(stored(size))
			if err != nil {
				t.Fatal(err)
			}
			e.MediaType, e.Gzip = "image/svg+xml", zipped
			if zipped {
				e.Plain = int64(size) * 3
			}
			b, err := e.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			var got edition.Entry
			if err := got.UnmarshalBinary(b); err != nil || !equalEntries(got, e) {
				t.Errorf("%d bytes, gzip %v: got %+v, %v", size, zipped, got, err)
			}
			if e.Inline() {
				continue
			}
			full, err := e.WithList(parts[len(parts)-1])
			if err != nil {
				t.Fatal(err)
			}
			if again, err := full.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%d bytes, gzip %v: with its list it encodes otherwise, %v", size, zipped, err)
			}
		}
	}
}

func equalEntries(a, b edition.Entry) bool {
	return a.MediaType == b.MediaType && a.Gzip == b.Gzip && a.Size == b.Size && a.Plain == b.Plain && a.List == b.List &&
		slices.Equal(a.Objects, b.Objects) && slices.Equal(a.Pieces, b.Pieces)
}

// A list is its entry's alone.
func TestWithListOfAnother(t *testing.T) {
	a, _, _ := edition.Split(stored(100_000))
	_, parts, _ := edition.Split(stored(100_001))
	if _, err := a.WithList(parts[len(parts)-1]); err == nil {
		t.Error("another file's list was accepted")
	}
	small, _, _ := edition.Split(stored(100))
	if got, err := small.WithList(nil); err != nil || !equalEntries(got, small) {
		t.Errorf("an entry without a list: got %+v, %v", got, err)
	}
}

// What could not be read again is not written.
func TestMarshalBinaryRefuses(t *testing.T) {
	for name, change := range map[string]func(e *edition.Entry){
		"no media type":            func(e *edition.Entry) { e.MediaType = "" },
		"media type in capitals":   func(e *edition.Entry) { e.MediaType = "Text/html" },
		"media type too long":      func(e *edition.Entry) { e.MediaType = "a/" + strings.Repeat("b", 63) },
		"negative size":            func(e *edition.Entry) { e.Size, e.Plain = -1, -1 },
		"size over the limit":      func(e *edition.Entry) { e.Size, e.Plain = edition.MaxFile+1, edition.MaxFile+1 },
		"plain over the limit":     func(e *edition.Entry) { e.Gzip, e.Plain = true, edition.MaxPlain+1 },
		"negative plain size":      func(e *edition.Entry) { e.Gzip, e.Plain = true, -1 },
		"other plain size, as is":  func(e *edition.Entry) { e.Plain++ },
		"an object too few":        func(e *edition.Entry) { e.Objects = nil },
		"an object too many":       func(e *edition.Entry) { e.Objects = append(e.Objects, edition.Hash{}) },
		"a piece too few":          func(e *edition.Entry) { e.Pieces = e.Pieces[1:] },
		"a piece too many":         func(e *edition.Entry) { e.Pieces = append(e.Pieces, edition.Hash{}) },
		"pieces of one piece":      func(e *edition.Entry) { e.Size, e.Plain = 8192, 8192 },
		"no pieces of two of them": func(e *edition.Entry) { e.Pieces = nil },
	} {
		e, _, _ := edition.Split(stored(10_000))
		e.MediaType = "text/html"
		change(&e)
		if b, err := e.MarshalBinary(); err == nil {
			t.Errorf("%s: written as %x", name, b)
		}
	}
}

// Decoding makes no more than the plain size: a bomb costs no more than what it was said to be.
func TestDecodeStopsAtThePlainSize(t *testing.T) {
	const size = 16 << 20
	bomb := zeros(t, size)
	e := edition.Entry{Gzip: true, Size: int64(len(bomb)), Plain: 1000}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := e.Decode(bomb)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Error("a bomb was decoded")
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("%d bytes were allocated, want at most 1 MiB", allocated)
	}
	e.Plain = size
	if b, err := e.Decode(bomb); err != nil || len(b) != size {
		t.Errorf("of its right size: %d bytes, %v", len(b), err)
	}
}

// zeros returns a gzip stream of n zero bytes.
func zeros(tb testing.TB, n int) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(make([]byte, n)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeIdentity(t *testing.T) {
	e, _, _ := edition.Split([]byte("words"))
	if b, err := e.Decode([]byte("words")); err != nil || string(b) != "words" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := e.Decode([]byte("word")); err == nil {
		t.Error("fewer bytes than the entry says were accepted")
	}
}

func TestHeld(t *testing.T) {
	b := stored(edition.MaxObject + edition.PieceSize + 8)
	e, parts, err := edition.Split(b)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = e.WithList(parts[len(parts)-1]); err != nil {
		t.Fatal(err)
	}
	for _, loose := range []bool{false, true} {
		e.Loose = loose
		var held []edition.Hash
		var size int64
		for h, n := range e.Held() {
			held, size = append(held, h), size+n
		}
		want, times := slices.Clone(e.Objects), int64(1)
		if loose {
			want, times = append(want, e.Pieces...), 2
		}
		if !slices.Equal(held, want) || size != times*e.Size {
			t.Errorf("loose %v: a mirror holds %d objects of %d bytes, want %d of %d", loose, len(held), size, len(want), times*e.Size)
		}
	}
}
