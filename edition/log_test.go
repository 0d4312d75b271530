package edition_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/vectors"
)

func TestTilePath(t *testing.T) {
	for path, tile := range map[string]tlog.Tile{
		"log/tile/0/000":                {H: 8, L: 0, N: 0, W: 256},
		"log/tile/0/005.p/1":            {H: 8, L: 0, N: 5, W: 1},
		"log/tile/1/x001/x234/067.p/17": {H: 8, L: 1, N: 1234067, W: 17},
		"log/tile/3/999":                {H: 8, L: 3, N: 999, W: 256},
		"log/tile/entries/000.p/3":      {H: 8, L: -1, N: 0, W: 3},
		"log/tile/entries/x001/000":     {H: 8, L: -1, N: 1000, W: 256},
	} {
		if got := edition.TilePath(tile); got != path {
			t.Errorf("%+v: got %q, want %q", tile, got, path)
		}
		if got, ok := edition.ParseTilePath(path); !ok || got != tile {
			t.Errorf("%q: got %+v, %v, want %+v", path, got, ok, tile)
		}
	}
	for _, path := range []string{
		"", "log", "log/tile", "log/tile/", "log/tile/0", "log/tile/0/0", "log/tile/0/0000", "log/tile/00/000", "log/tile/-1/000",
		"log/tile/data/000", "log/tile/0/000.p/0", "log/tile/0/000.p/256", "log/tile/0/000.p/01", "log/tile/0/x000/000",
		"log/tile/8/0/000", "log/tile/entries", "log/tile/entries/x1/000", "log/tile/0/../0/000", "tile/0/000",
		"log/tile/0/" + strings.Repeat("x001/", 40) + "000", "log/tile/0/000/", "log/tile/0/000.p",
	} {
		if tile, ok := edition.ParseTilePath(path); ok {
			t.Errorf("%q: accepted as %+v", path, tile)
		}
	}
}

func TestBundle(t *testing.T) {
	records := []edition.Hash{{1}, {2}, {3}}
	b := edition.MarshalBundle(records)
	got, err := edition.ParseBundle(b, 3)
	if err != nil || len(got) != 3 || got[2] != records[2] {
		t.Errorf("got %v, %v", got, err)
	}
	other := bytes.Clone(b)
	other[35] = 31 // the length of the second record
	for name, b := range map[string][]byte{"cut short": b[:101], "too long": append(bytes.Clone(b), 0), "another length": other} {
		if _, err := edition.ParseBundle(b, 3); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCheckConsistent(t *testing.T) {
	nr := newNewsroom(t, 600)
	m := nr.mirror()
	for _, sizes := range [][2]int64{{1, 600}, {255, 600}, {256, 600}, {257, 600}, {512, 600}, {599, 600}, {600, 600}, {600, 3}} {
		if err := edition.CheckConsistent(t.Context(), nr.signed(sizes[0]), nr.signed(sizes[1]), m.fetch); err != nil {
			t.Errorf("%d and %d: %v", sizes[0], sizes[1], err)
		}
	}
}

// Two histories signed by one key are a fork, whoever carries them, and the evidence proves itself.
func TestFork(t *testing.T) {
	const common, n = 300, 600
	nr, other := newNewsroom(t, common), newNewsroom(t, common)
	other.add(edition.Manifest{Edition: common + 1, Time: start, Languages: []string{"ru"}}.Marshal())
	for nr.size() < n {
		nr.publish()
	}
	for other.size() < n {
		other.publish()
	}
	for _, size := range []int64{common + 1, 511, 512, n - 1, n} {
		a, b := other.signed(size), nr.signed(n)
		err := edition.CheckConsistent(t.Context(), b, a, nr.mirror().fetch)
		var fork *edition.ForkError
		if !errors.As(err, &fork) {
			t.Fatalf("size %d: got %v, want a ForkError", size, err)
		}
		if !bytes.Equal(fork.Old.Note, a.Note) && !bytes.Equal(fork.New.Note, a.Note) {
			t.Errorf("size %d: the evidence lacks a note", size)
		}
		if size < n {
			if err := tlog.CheckTree(fork.Proof, n, fork.New.Hash, size, fork.Instead); err != nil || fork.Instead == fork.Old.Hash {
				t.Errorf("size %d: the evidence proves nothing: %v", size, err)
			}
		}
		text := string(fork.Evidence())
		if !strings.Contains(text, string(a.Note)) || !strings.Contains(text, string(b.Note)) {
			t.Errorf("size %d: got evidence %s", size, text)
		}
	}
	if err := edition.CheckConsistent(t.Context(), other.signed(common), nr.signed(n), nr.mirror().fetch); err != nil {
		t.Errorf("before the fork: %v", err)
	}
}

// A mirror whose tiles are forged, missing or broken proves nothing against the newsroom.
func TestMirrorCannotMakeAFork(t *testing.T) {
	nr := newNewsroom(t, 600)
	good, old, head := nr.mirror(), nr.signed(300), nr.signed(600)
	var inv *edition.InvalidError
	for path := range good {
		if strings.Contains(path, "entries") {
			continue
		}
		for name, alter := range map[string]func(mirror){
			"flipped":  func(m mirror) { m[path][7] ^= 1 },
			"short":    func(m mirror) { m[path] = m[path][1:] },
			"long":     func(m mirror) { m[path] = append(m[path], 0) },
			"empty":    func(m mirror) { m[path] = nil },
			"swapped":  func(m mirror) { copy(m[path], m[path][32:64]) },
			"is zeros": func(m mirror) { clear(m[path]) },
		} {
			m := good.clone()
			alter(m)
			err := edition.CheckConsistent(t.Context(), old, head, m.fetch)
			if err != nil && !errors.As(err, &inv) {
				t.Errorf("%s %s: got %v, want an InvalidError or nothing", path, name, err)
			}
			if path == "log/tile/0/001" && err == nil {
				t.Errorf("%s %s: accepted", path, name)
			}
		}
		m := good.clone()
		delete(m, path)
		if err := edition.CheckConsistent(t.Context(), old, head, m.fetch); err != nil && (errors.As(err, &inv) || !errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("%s missing: got %v, want fs.ErrNotExist", path, err)
		}
	}
}

// A forged tile is not helped by siblings that are valid (CVE-2026-56865 of golang.org/x/mod before v0.40.0): each hash
// that is read out of it must lead to the head.
func TestForgedTileWithValidSiblings(t *testing.T) {
	nr := newNewsroom(t, 600)
	m, head := nr.mirror(), nr.checkpoint(600)
	tile := m["log/tile/0/000"]
	for i := range 256 {
		m := m.clone()
		m["log/tile/0/000"] = bytes.Clone(tile)
		m["log/tile/0/000"][i*32] ^= 1
		for _, record := range []int64{0, int64(i)} {
			if _, err := edition.LogHashes(t.Context(), head, m.fetch).ReadHashes([]int64{tlog.StoredHashIndex(0, record)}); err == nil {
				t.Fatalf("record %d was read out of a tile whose record %d is forged", record, i)
			}
		}
	}
}

// Once a full tile is there a mirror may drop the partial ones, which begin with the same bytes.
func TestPartialTileOutOfFull(t *testing.T) {
	nr := newNewsroom(t, 300)
	old, head := nr.signed(100), nr.signed(200)
	if err := edition.CheckConsistent(t.Context(), old, head, nr.mirror().fetch); err != nil {
		t.Error(err)
	}
	records, err := edition.ReadRecords(t.Context(), nr.mirror().fetch, 200, 150, 160)
	if err != nil || len(records) != 10 || records[9] != nr.records[159] {
		t.Errorf("got %d records, %v", len(records), err)
	}
}

func TestReadRecordsRefuses(t *testing.T) {
	m := newNewsroom(t, 3).mirror()
	for _, r := range [][3]int64{{3, -1, 2}, {3, 2, 1}, {3, 0, 4}, {edition.MaxLogSize + 1, 0, 1}} {
		if _, err := edition.ReadRecords(t.Context(), m.fetch, r[0], r[1], r[2]); err == nil {
			t.Errorf("%v: accepted", r)
		}
	}
}

func TestOtherLogIsNoFork(t *testing.T) {
	a := newNewsroom(t, 3).signed(3)
	b := a
	b.Origin = "another"
	err := edition.CheckConsistent(t.Context(), a, b, mirror{}.fetch)
	var fork *edition.ForkError
	if err == nil || errors.As(err, &fork) {
		t.Errorf("got %v, want an error that is no fork", err)
	}
}

func TestConsistencyStopsWithTheContext(t *testing.T) {
	nr := newNewsroom(t, 600)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fetch := func(ctx context.Context, _ string, _ int64) ([]byte, error) { return nil, ctx.Err() }
	if err := edition.CheckConsistent(ctx, nr.signed(1), nr.signed(600), fetch); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Each file of a log is needed as it is: whichever bit of it is flipped, it is named.
func TestLogFiles(t *testing.T) {
	nr := newNewsroom(t, 600)
	good := nr.mirror()
	log, err := edition.ReadLog(t.Context(), nr.checkpoint(600), good.fetch)
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Paths()) != len(good) {
		t.Errorf("got %q, want the %d files of the log", log.Paths(), len(good))
	}
	for _, path := range log.Paths() {
		if err := log.CheckFile(path, good[path]); err != nil {
			t.Error(err)
		}
		for _, i := range []int{0, 1, len(good[path]) / 2, len(good[path]) - 1} {
			m := good.clone()
			m[path][i] ^= 0x80
			named(t, log.CheckFile(path, m[path]), path)
			if strings.Contains(path, "entries") {
				_, err := edition.ReadLog(t.Context(), nr.checkpoint(600), m.fetch)
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Errorf("%s, byte %d: got %v", path, i, err)
				}
			}
		}
		named(t, log.CheckFile(path, good[path][1:]), path)
	}
	smaller := newNewsroom(t, 300).mirror()
	for path, b := range smaller {
		if err := log.CheckFile(path, b); err != nil {
			t.Errorf("of the log at size 300: %v", err)
		}
	}
	larger := newNewsroom(t, 601).mirror()
	for _, path := range []string{"log/tile/0/002.p/89", "log/tile/entries/002.p/89"} {
		named(t, log.CheckFile(path, larger[path]), path)
	}
	for _, path := range []string{"log/tile/0/xyz", "log/tile/9/000", "log/tile/63/000.p/1", "log/tile/0/x999/x999/x999/x999/999"} {
		named(t, log.CheckFile(path, good["log/tile/0/000"]), path)
	}
}

func named(t *testing.T, err error, path string) {
	t.Helper()
	var inv *edition.InvalidError
	if !errors.As(err, &inv) || inv.What != path {
		t.Errorf("got %v, want an InvalidError of %s", err, path)
	}
}

func TestReadLogMissing(t *testing.T) {
	nr := newNewsroom(t, 3)
	if _, err := edition.ReadLog(t.Context(), nr.checkpoint(3), mirror{}.fetch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func FuzzParseTilePath(f *testing.F) {
	for _, b := range seeds(f, "tilepath.json") {
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, path string) {
		if tile, ok := edition.ParseTilePath(path); ok && edition.TilePath(tile) != path {
			t.Errorf("%q is %+v, which stands at %q", path, tile, edition.TilePath(tile))
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	file, err := vectors.Load[vectors.Bundle, vectors.BundleValue]("bundle.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		f.Add(c.In.Bytes.Join(), c.In.Records)
	}
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n < 0 || n > edition.TileWidth {
			return
		}
		if records, err := edition.ParseBundle(b, n); err == nil && !bytes.Equal(edition.MarshalBundle(records), b) {
			t.Errorf("two encodings: %x", b)
		}
	})
}

func ExampleTilePath() {
	fmt.Println(edition.TilePath(tlog.Tile{H: edition.TileHeight, L: -1, N: 12345, W: 7}))
	// Output: log/tile/entries/x012/345.p/7
}
