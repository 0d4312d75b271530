package edition

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
)

// The shape of the edition log's files (C2SP tlog-tiles).
const (
	// TileHeight is the height of a tile: 256 hashes, 8 KiB.
	TileHeight = 8
	// TileWidth is the number of hashes of a full tile, and of records of a full bundle.
	TileWidth = 1 << TileHeight
	// recordSize is the size of a record in a bundle: a length of two bytes, and the hash of a manifest.
	recordSize = 2 + len(Hash{})
	// maxLevel is the highest level that a tile's path can name.
	maxLevel = 63
	// maxFetches is the number of tiles that are fetched at once.
	maxFetches = 4
)

// Fetch returns the whole file that stands at a path of a mirror, or an error that is fs.ErrNotExist when there is
// none. It reads no more than max bytes, and returns an error for a longer file.
type Fetch func(ctx context.Context, path string, max int64) ([]byte, error)

// TilePath returns where a tile stands, or, at level -1, a bundle of records. The tile's height must be TileHeight.
//
//	{L: 0, N: 5, W: 256}       → log/tile/0/005
//	{L: 1, N: 1234067, W: 17}  → log/tile/1/x001/x234/067.p/17
//	{L: -1, N: 0, W: 3}        → log/tile/entries/000.p/3
func TilePath(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", TileHeight))
	if t.L < 0 {
		p = "entries" + strings.TrimPrefix(p, "data")
	}
	return "log/tile/" + p
}

// ParseTilePath returns the tile that stands at a path, and whether the path is one that TilePath gives.
func ParseTilePath(p string) (tlog.Tile, bool) {
	rest, ok := strings.CutPrefix(p, "log/tile/")
	if !ok || len(p) > 64 {
		return tlog.Tile{}, false
	}
	if e, ok := strings.CutPrefix(rest, "entries/"); ok {
		rest = "data/" + e
	}
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", TileHeight, rest))
	return t, err == nil && t.L <= maxLevel && TilePath(t) == p
}

// MarshalBundle returns a bundle of records: each as two bytes of length, big-endian, and the hash.
func MarshalBundle(records []Hash) []byte {
	b := make([]byte, 0, len(records)*recordSize)
	for _, r := range records {
		b = binary.BigEndian.AppendUint16(b, uint16(len(r)))
		b = append(b, r[:]...)
	}
	return b
}

// ParseBundle reads a bundle of n records.
func ParseBundle(b []byte, n int) ([]Hash, error) {
	if len(b) != n*recordSize {
		return nil, invalid("bundle", "%d bytes for %d records", len(b), n)
	}
	records := make([]Hash, n)
	for i := range records {
		r := b[i*recordSize:][:recordSize]
		if int(binary.BigEndian.Uint16(r)) != len(records[i]) {
			return nil, invalid("bundle", "record %d is not a hash", i)
		}
		copy(records[i][:], r[2:])
	}
	return records, nil
}

// RecordHash returns the leaf of the log's Merkle tree for a record, the hash of a manifest.
func RecordHash(record Hash) tlog.Hash { return tlog.RecordHash(record[:]) }

// LogHashes returns a reader of a log's stored hashes (golang.org/x/mod/sumdb/tlog counts them) from the tiles of one
// mirror. Each hash that it returns has been proved to belong to the head. Its errors are those of fetch, or an
// *InvalidError when the tiles are not the head's.
func LogHashes(ctx context.Context, head Checkpoint, fetch Fetch) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		tiles := &tileReader{ctx: ctx, fetch: fetch}
		hashes, err := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Hash}, tiles).ReadHashes(indexes)
		if err != nil && tiles.err == nil {
			err = &InvalidError{"log/tile", err}
		}
		return hashes, err
	})
}

// tileReader adapts Fetch to tlog.TileReader, which has no place for a context.
type tileReader struct {
	ctx   context.Context
	fetch Fetch
	err   error // of fetching, not of what was fetched
}

func (r *tileReader) Height() int { return TileHeight }

// SaveTiles keeps nothing: tiles are small, and consistency is asked for seldom.
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	g, ctx := errgroup.WithContext(r.ctx)
	g.SetLimit(maxFetches)
	for i, t := range tiles {
		g.Go(func() (err error) {
			data[i], err = fetchTile(ctx, r.fetch, t, tlog.HashSize)
			return err
		})
	}
	r.err = g.Wait()
	return data, r.err
}

// fetchTile reads a tile or bundle of t.W parts of a size each. A mirror may drop a partial one once the full one is
// there, which begins with the same bytes.
func fetchTile(ctx context.Context, fetch Fetch, t tlog.Tile, size int) ([]byte, error) {
	b, err := fetchExact(ctx, fetch, TilePath(t), t.W*size)
	if errors.Is(err, fs.ErrNotExist) && t.W < TileWidth {
		w := t.W
		t.W = TileWidth
		if b, err := fetchExact(ctx, fetch, TilePath(t), TileWidth*size); err == nil {
			return b[:w*size], nil
		}
	}
	return b, err
}

func fetchExact(ctx context.Context, fetch Fetch, path string, size int) ([]byte, error) {
	b, err := fetch(ctx, path, int64(size))
	if err != nil {
		return nil, err
	}
	if len(b) != size {
		return nil, invalid(path, "%d bytes, want %d", len(b), size)
	}
	return b, nil
}

// ReadRecords reads the records of a log of a size from one index up to, not including, another, out of a mirror's
// bundles. They are not proved to be the log's: compare RecordHash of each with LogHashes, or see CheckLog.
func ReadRecords(ctx context.Context, fetch Fetch, size, from, to int64) ([]Hash, error) {
	if from < 0 || from > to || to > size || size > MaxLogSize {
		return nil, fmt.Errorf("records %d to %d are not in a log of %d", from, to, size)
	}
	records := make([]Hash, 0, to-from)
	for n := from / TileWidth; n*TileWidth < to; n++ {
		start := n * TileWidth
		t := tlog.Tile{H: TileHeight, L: -1, N: n, W: int(min(TileWidth, size-start))}
		b, err := fetchTile(ctx, fetch, t, recordSize)
		if err != nil {
			return nil, err
		}
		bundle, err := ParseBundle(b, t.W)
		if err != nil {
			return nil, &InvalidError{TilePath(t), err}
		}
		records = append(records, bundle[max(0, from-start):min(int64(t.W), to-start)]...)
	}
	return records, nil
}

// A ForkError is evidence that a newsroom's log key has signed two heads of which neither extends the other: two
// editions of its history. No mirror can make one.
type ForkError struct {
	// Old and New are the two signed heads, Old not larger than New.
	Old, New SignedCheckpoint
	// Instead is the root of New's first Old.Size records, which is not Old's; Proof shows that New extends it
	// (tlog.CheckTree). Both are empty when the sizes are equal: then the heads speak for themselves.
	Instead tlog.Hash
	Proof   tlog.TreeProof
}

// Error says which heads disagree.
func (e *ForkError) Error() string {
	return fmt.Sprintf("log %q has forked: its heads of size %d and %d don't agree", e.Old.Origin, e.Old.Size, e.New.Size)
}

// Evidence returns the fork as a file of evidence, which anyone can check (ParseEvidence). It is nil when the heads were
// not opened under a policy.
func (e *ForkError) Evidence() []byte {
	keys := slices.Clone(e.Old.Keys)
	for _, key := range e.New.Keys {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	evidence, err := NewEvidence(keys, e.Old.Note, e.New.Note, e.Instead, e.Proof)
	if err != nil {
		return nil
	}
	return evidence.Marshal()
}

// CheckConsistent says whether one of two heads that a policy has accepted extends the other, by the tiles of a mirror
// that has the larger. It returns nil, a *ForkError as proof that they don't, or another error when the mirror's tiles
// are missing or don't belong to the larger head: that says nothing of the newsroom.
func CheckConsistent(ctx context.Context, a, b SignedCheckpoint, fetch Fetch) error {
	if a.Origin != b.Origin || a.logKey() != b.logKey() {
		return fmt.Errorf("heads of two logs, %q and %q", a.Origin, b.Origin)
	}
	if a.Size > b.Size {
		a, b = b, a
	}
	if a.Size == b.Size {
		if a.Hash != b.Hash {
			return &ForkError{Old: a, New: b}
		}
		return nil
	}
	hashes := LogHashes(ctx, b.Checkpoint, fetch)
	root, err := tlog.TreeHash(a.Size, hashes)
	if err != nil {
		return err
	}
	if root == a.Hash {
		return nil
	}
	path, err := tlog.ProveTree(b.Size, a.Size, hashes)
	if err != nil {
		return err
	}
	return &ForkError{Old: a, New: b, Instead: root, Proof: path}
}
