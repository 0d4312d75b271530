package edition_test

import (
	"bytes"
	"io/fs"
	"testing"

	"coranto/edition"
	"coranto/vectors"
)

// seeds returns the inputs of a file of vectors whose cases are of bytes alone.
func seeds(f *testing.F, name string) (inputs [][]byte) {
	f.Helper()
	file, err := vectors.Load[vectors.Raw, any](name)
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		inputs = append(inputs, c.In.Bytes.Join())
	}
	return inputs
}

// seed adds the inputs of a file of vectors, whose cases are of bytes alone, to a fuzz target of bytes.
func seed(f *testing.F, name string) {
	for _, b := range seeds(f, name) {
		f.Add(b)
	}
}

func FuzzEntry(f *testing.F) {
	seed(f, "entry.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		var e edition.Entry
		if err := e.UnmarshalBinary(b); err != nil {
			return
		}
		again, err := e.MarshalBinary()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("two encodings: %x, %v", again, err)
		}
		if e.ListSize() > edition.MaxObject || !e.Gzip && e.Plain != e.Size {
			t.Errorf("out of bounds: %+v", e)
		}
	})
}

func FuzzEntryDecode(f *testing.F) {
	file, err := vectors.Load[vectors.Encoded, vectors.EncodedValue]("gzip.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		f.Add(c.In.Stored.Join(), c.In.PlainSize)
	}
	f.Fuzz(func(t *testing.T, stored []byte, plain int64) {
		if plain < 0 || plain > 1<<16 {
			return
		}
		e := edition.Entry{MediaType: "text/plain", Gzip: true, Size: int64(len(stored)), Plain: plain}
		got, err := e.Decode(stored)
		if err != nil {
			return
		}
		if int64(len(got)) != plain {
			t.Errorf("got %d bytes, want %d", len(got), plain)
		}
		e.Size++
		if _, err := e.Decode(append(stored, 0)); err == nil {
			t.Error("a byte after the gzip member was accepted")
		}
	})
}

func FuzzEntryWithList(f *testing.F) {
	file, err := vectors.Load[vectors.List, vectors.ListValue]("list.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		f.Add(c.In.Entry.Join(), c.In.List.Join())
	}
	f.Fuzz(func(t *testing.T, b, list []byte) {
		var e edition.Entry
		if e.UnmarshalBinary(b) != nil {
			return
		}
		e.List = edition.Sum(list) // the fuzzer can't find it
		full, err := e.WithList(list)
		if err != nil || e.Inline() {
			return
		}
		if len(full.Objects)*edition.MaxObject < int(e.Size) || len(full.Pieces)*edition.PieceSize < int(e.Size) {
			t.Errorf("%d objects and %d pieces for %d bytes", len(full.Objects), len(full.Pieces), e.Size)
		}
		var again []byte
		for _, h := range append(full.Objects, full.Pieces...) {
			again = append(again, h[:]...)
		}
		if !bytes.Equal(again, list) {
			t.Error("the list says something else than was read")
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	seed(f, "manifest.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := edition.ParseManifest(b)
		if err == nil && !bytes.Equal(m.Marshal(), b) {
			t.Errorf("two encodings: %q", m.Marshal())
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, name := range []string{"path.json", "key.json"} {
		for _, b := range seeds(f, name) {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if path, err := edition.ParseKey(s); err == nil {
			if edition.Key(path) != s || edition.CheckPath(path) != nil || !fs.ValidPath(path) {
				t.Errorf("key %q is of path %q", s, path)
			}
		}
		if edition.CheckPath(s) != nil {
			return
		}
		if path, err := edition.ParseKey(edition.Key(s)); err != nil || path != s {
			t.Errorf("path %q has a key of path %q, %v", s, path, err)
		}
	})
}

func FuzzParseObjectPath(f *testing.F) {
	for _, b := range seeds(f, "objectpath.json") {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, s string) {
		if h, ok := edition.ParseObjectPath(s); ok && edition.ObjectPath(h) != s {
			t.Errorf("%q is the object %s", s, h)
		}
	})
}
