package editionlog_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/keys"
)

// memory is a store of a log's hashes.
type memory []edition.Hash

func (m memory) LogHashes(_ context.Context, indexes []int64) ([]edition.Hash, error) {
	out := make([]edition.Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", x)
		}
		out[i] = m[x]
	}
	return out, nil
}

// files is a mirror.
type files map[string][]byte

func (f files) fetch(_ context.Context, path string, _ int64) ([]byte, error) {
	if b, ok := f[path]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

func record(i int64) edition.Hash { return edition.Sum(fmt.Append(nil, i)) }

// grow appends records one by one, and returns the log's hashes and the mirror that was published to after each.
func grow(t *testing.T, n int64) (memory, files, editionlog.Grown) {
	t.Helper()
	var m memory
	var last editionlog.Grown
	served := files{}
	for i := range n {
		g, err := editionlog.Append(t.Context(), m, i, record(i))
		if err != nil {
			t.Fatal(err)
		}
		if g.Start != int64(len(m)) {
			t.Fatalf("size %d: starts at %d, the log has %d hashes", i, g.Start, len(m))
		}
		tiles, err := editionlog.Tiles(t.Context(), g.Over(m), g.RecordsOver(editionlog.Bundles(served.fetch, i)), i, g.Size)
		if err != nil {
			t.Fatal(err)
		}
		for path, b := range tiles {
			if old, ok := served[path]; ok && string(old) != string(b) {
				t.Fatalf("size %d: %s has changed", i, path)
			}
			served[path] = b
		}
		m, last = append(m, g.Hashes...), g
	}
	return m, served, last
}

// The incremental log has the root of the tree that tlog makes of all the records, and every reader can prove it from
// the files alone.
func TestGrownLogIsTheWholeLog(t *testing.T) {
	const n = 530
	m, served, last := grow(t, n)
	root, err := tlog.TreeHash(n, tlog.HashReaderFunc(func(x []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(x))
		for i, x := range x {
			out[i] = tlog.Hash(m[x])
		}
		return out, nil
	}))
	if err != nil || root != last.Root || last.Size != n {
		t.Fatalf("got size %d and root %v, want %d and %v (%v)", last.Size, last.Root, n, root, err)
	}
	all, err := editionlog.Tiles(t.Context(), m, editionlog.Bundles(served.fetch, n), 0, n)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"log/tile/0/000", "log/tile/0/001", "log/tile/0/002.p/18", "log/tile/1/000.p/2",
		"log/tile/entries/000", "log/tile/entries/001", "log/tile/entries/002.p/18"}
	if len(all) != len(want) {
		t.Errorf("got %d files, want %d", len(all), len(want))
	}
	for _, path := range want {
		if string(all[path]) != string(served[path]) || all[path] == nil {
			t.Errorf("%s: differs from what was published step by step, or is missing", path)
		}
	}
	head := edition.Checkpoint{Origin: "log", Size: n, Hash: last.Root}
	for _, i := range []int64{0, 255, 256, 511, 512, n - 1} {
		h, err := edition.LogHashes(t.Context(), head, files(all).fetch).ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil || h[0] != edition.RecordHash(record(i)) {
			t.Errorf("record %d: %v", i, err)
		}
	}
}

func TestRecordsThatAreNotTheLogs(t *testing.T) {
	m, served, _ := grow(t, 3)
	served["log/tile/entries/000.p/3"][40] ^= 1
	if _, err := editionlog.Tiles(t.Context(), m, editionlog.Bundles(served.fetch, 3), 0, 3); err == nil {
		t.Error("a bundle was made of records that are not the log's")
	}
}

func TestAppendRefuses(t *testing.T) {
	broken := editionlog.Hashes(memory(nil))
	for _, size := range []int64{-1, 1, edition.MaxLogSize} {
		if _, err := editionlog.Append(t.Context(), broken, size, record(0)); err == nil {
			t.Errorf("appended to a log of size %d whose hashes are missing", size)
		}
	}
}

// newsroom makes keys and the policy that goes with them.
func newsroom(t *testing.T) *keys.Keys {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	k, err := keys.Create(dir, "The Lantern", rand.NewChaCha8([32]byte{}), time.Unix(1_800_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestLatestIsWhatReadersOpen(t *testing.T) {
	k, now := newsroom(t), time.Unix(1_800_000_100, 0).UTC()
	var m memory
	for i := range int64(9) {
		manifest := edition.Manifest{
			Edition: uint64(i + 1), Time: now, Root: record(i), Languages: []string{"en"},
		}.Marshal()
		g, err := editionlog.Append(t.Context(), m, i, edition.ManifestHash(manifest))
		if err != nil {
			t.Fatal(err)
		}
		note, err := editionlog.Sign(g.Checkpoint(k.LogSigner().Name()), k.LogSigner(), k.Cosigner(now))
		if err != nil {
			t.Fatal(err)
		}
		latest, err := editionlog.Latest(t.Context(), g.Over(m), g.Size, manifest, note)
		if err != nil {
			t.Fatal(err)
		}
		h, err := k.Policy().OpenLatest(latest)
		if err != nil {
			t.Fatal(err)
		}
		if h.Manifest.Edition != uint64(i+1) || h.Size != i+1 || !h.AsOf.Equal(now) || string(h.Note) != string(note) {
			t.Errorf("got edition %d of %d as of %v", h.Manifest.Edition, h.Size, h.AsOf)
		}
		m = append(m, g.Hashes...)
	}
	if _, err := editionlog.Latest(t.Context(), m, 0, nil, nil); err == nil {
		t.Error("an empty log has a latest edition")
	}
}

// A heartbeat changes the newsroom's cosignature alone.
func TestSignAgain(t *testing.T) {
	k := newsroom(t)
	c := edition.Checkpoint{Origin: k.LogSigner().Name(), Size: 4, Hash: tlog.Hash(record(4))}
	var heads [2]edition.SignedCheckpoint
	for i := range heads {
		note, err := editionlog.Sign(c, k.LogSigner(), k.Cosigner(time.Unix(1_800_000_000+int64(i), 0)))
		if err != nil {
			t.Fatal(err)
		}
		if heads[i], err = k.Policy().OpenCheckpoint(note); err != nil {
			t.Fatal(err)
		}
	}
	if heads[0].Checkpoint != heads[1].Checkpoint || heads[1].AsOf.Sub(heads[0].AsOf) != time.Second {
		t.Errorf("got %v and %v", heads[0], heads[1])
	}
	c.Origin = "another"
	if _, err := editionlog.Sign(c, k.LogSigner(), k.Cosigner(time.Unix(1, 0))); err == nil {
		t.Error("signed the head of another log")
	}
}

var errBroken = errors.New("the disk is gone")

type broken struct{}

func (broken) LogHashes(context.Context, []int64) ([]edition.Hash, error) { return nil, errBroken }

func TestStoreErrorsComeThrough(t *testing.T) {
	_, err := editionlog.Append(t.Context(), broken{}, 1, record(1))
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, errBroken)
	}
}
