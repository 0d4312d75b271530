// Package editionlog grows a newsroom's edition log: it works out what an edition adds to the log, the files that a
// mirror needs of it, and the head that is signed. It keeps nothing itself; the hashes of the log are the store's.
//
//	grown, err := editionlog.Append(ctx, hashes, head.LogSize, edition.ManifestHash(manifest))
//	files, err := editionlog.Tiles(ctx, grown.Over(hashes), grown.RecordsOver(records), head.LogSize, grown.Size)
//	note, err := editionlog.Sign(grown.Checkpoint(origin), logSigner, cosigner)
//	latest, err := editionlog.Latest(ctx, grown.Over(hashes), grown.Size, manifest, note)
package editionlog

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// Hashes reads the stored hashes of a log at indexes, as golang.org/x/mod/sumdb/tlog counts them: one for each index, or
// an error. A store has it.
type Hashes interface {
	LogHashes(ctx context.Context, indexes []int64) ([]edition.Hash, error)
}

// Records reads the records of a log, the hashes of its manifests, from one index up to, not including, another.
type Records interface {
	Records(ctx context.Context, from, to int64) ([]edition.Hash, error)
}

// Grown is a log with one more record.
type Grown struct {
	// Size is the number of records and Root the root of the Merkle tree, the new record included.
	Size int64
	Root tlog.Hash
	// Record is the new one.
	Record edition.Hash
	// Hashes are the stored hashes that the log grew by, which stand from index Start on.
	Start  int64
	Hashes []edition.Hash
}

// Append adds a record to a log of a size and returns what comes of it. It writes nothing.
func Append(ctx context.Context, h Hashes, size int64, record edition.Hash) (Grown, error) {
	if size < 0 || size >= edition.MaxLogSize {
		return Grown{}, fmt.Errorf("append to a log of size %d: out of range", size)
	}
	added, err := tlog.StoredHashes(size, record[:], Reader(ctx, h))
	if err != nil {
		return Grown{}, fmt.Errorf("append to the log: %w", err)
	}
	g := Grown{Size: size + 1, Record: record, Start: tlog.StoredHashIndex(0, size)}
	for _, hash := range added {
		g.Hashes = append(g.Hashes, edition.Hash(hash))
	}
	if g.Root, err = tlog.TreeHash(g.Size, Reader(ctx, g.Over(h))); err != nil {
		return Grown{}, fmt.Errorf("append to the log: %w", err)
	}
	return g, nil
}

// Checkpoint returns the log's head, to be signed.
func (g Grown) Checkpoint(origin string) edition.Checkpoint {
	return edition.Checkpoint{Origin: origin, Size: g.Size, Hash: g.Root}
}

// Over returns the hashes of the grown log before they are stored: its own over those of the log that it grew from.
func (g Grown) Over(h Hashes) Hashes { return grownHashes{g, h} }

type grownHashes struct {
	grown Grown
	below Hashes
}

func (g grownHashes) LogHashes(ctx context.Context, indexes []int64) ([]edition.Hash, error) {
	hashes := make([]edition.Hash, len(indexes))
	var below, places []int64
	for i, x := range indexes {
		if n := x - g.grown.Start; n < 0 {
			below, places = append(below, x), append(places, int64(i))
		} else if n < int64(len(g.grown.Hashes)) {
			hashes[i] = g.grown.Hashes[n]
		} else {
			return nil, fmt.Errorf("log hash %d is beyond the log", x)
		}
	}
	if len(below) == 0 {
		return hashes, nil
	}
	old, err := g.below.LogHashes(ctx, below)
	if err != nil {
		return nil, err
	}
	if len(old) != len(below) {
		return nil, fmt.Errorf("%d log hashes for %d indexes", len(old), len(below))
	}
	for i, place := range places {
		hashes[place] = old[i]
	}
	return hashes, nil
}

// RecordsOver returns the records of the grown log: its own after those of the log that it grew from.
func (g Grown) RecordsOver(r Records) Records { return grownRecords{g, r} }

type grownRecords struct {
	grown Grown
	below Records
}

func (g grownRecords) Records(ctx context.Context, from, to int64) (records []edition.Hash, err error) {
	last := g.grown.Size - 1
	if from < 0 || from > to || to > g.grown.Size {
		return nil, fmt.Errorf("records %d to %d are not in a log of %d", from, to, g.grown.Size)
	}
	if from < min(to, last) {
		if records, err = g.below.Records(ctx, from, min(to, last)); err != nil {
			return nil, err
		}
	}
	if from <= last && last < to {
		records = append(records, g.grown.Record)
	}
	return records, nil
}

// Reader adapts Hashes to tlog.HashReader.
func Reader(ctx context.Context, h Hashes) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes, err := h.LogHashes(ctx, indexes)
		if err != nil {
			return nil, err
		}
		out := make([]tlog.Hash, len(hashes))
		for i, hash := range hashes {
			out[i] = tlog.Hash(hash)
		}
		return out, nil
	})
}

// Tiles returns the files that a mirror of a log of one size needs to carry it at a larger one, by their paths: tiles
// and bundles of records, full ones and the last partial one of each level. None of them ever changes. From size 0 it
// returns all files of the log. Records are checked against the log.
func Tiles(ctx context.Context, h Hashes, r Records, from, to int64) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, t := range tlog.NewTiles(edition.TileHeight, from, to) {
		b, err := tlog.ReadTileData(t, Reader(ctx, h))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", edition.TilePath(t), err)
		}
		files[edition.TilePath(t)] = b
		if t.L > 0 {
			continue
		}
		bundle, err := readBundle(ctx, r, t, b)
		t.L = -1
		if err != nil {
			return nil, fmt.Errorf("%s: %w", edition.TilePath(t), err)
		}
		files[edition.TilePath(t)] = bundle
	}
	return files, nil
}

// readBundle makes the bundle of the records whose leaves are the hashes of a tile.
func readBundle(ctx context.Context, r Records, t tlog.Tile, leaves []byte) ([]byte, error) {
	start := t.N * edition.TileWidth
	records, err := r.Records(ctx, start, start+int64(t.W))
	if err != nil {
		return nil, err
	}
	if len(records) != t.W {
		return nil, fmt.Errorf("%d records, want %d", len(records), t.W)
	}
	for i, record := range records {
		if edition.RecordHash(record) != tlog.Hash(leaves[i*tlog.HashSize:][:tlog.HashSize]) {
			return nil, fmt.Errorf("record %d is not the log's", start+int64(i))
		}
	}
	return edition.MarshalBundle(records), nil
}

// Bundles are the records of a log of a size, read from the bundles that a mirror has: the newsroom's own, as a rule.
func Bundles(fetch edition.Fetch, size int64) Records { return bundles{fetch, size} }

type bundles struct {
	fetch edition.Fetch
	size  int64
}

func (b bundles) Records(ctx context.Context, from, to int64) ([]edition.Hash, error) {
	return edition.ReadRecords(ctx, b.fetch, b.size, from, to)
}

// Sign signs a head with the log's key, and co-signs it with those that are here, whose signers carry the time. Of a head
// that is already signed it renews the times alone: the log's signature is the same again.
func Sign(c edition.Checkpoint, log note.Signer, cosigners ...note.Signer) ([]byte, error) {
	if c.Origin != log.Name() {
		return nil, fmt.Errorf("sign: the head is of log %q, the key of %q", c.Origin, log.Name())
	}
	return note.Sign(&note.Note{Text: string(c.Text())}, append([]note.Signer{log}, cosigners...)...)
}

// CoSign returns the line that a co-signer, whose signer carries the time, adds to a signed head.
func CoSign(c edition.Checkpoint, cosigner note.Signer) ([]byte, error) {
	b, err := note.Sign(&note.Note{Text: string(c.Text())}, cosigner)
	if err != nil {
		return nil, err
	}
	return b[len(c.Text())+1:], nil
}

// Latest returns the bytes of `latest` for a log's signed head: the manifest of its last record, and the proof that it
// is there.
func Latest(ctx context.Context, h Hashes, size int64, manifest, note []byte) ([]byte, error) {
	if size < 1 {
		return nil, errors.New("an empty log has no latest edition")
	}
	path, err := tlog.ProveRecord(size, size-1, Reader(ctx, h))
	if err != nil {
		return nil, fmt.Errorf("prove the last record: %w", err)
	}
	return edition.MakeLatest(manifest, size-1, path, note), nil
}
