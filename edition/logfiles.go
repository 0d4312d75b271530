package edition

import (
	"bytes"
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"
)

// A Log is a whole edition log that has been proved against a signed head, for checking every file of it on a mirror.
// It holds 100 bytes a record.
type Log struct {
	// Records are the hashes of all manifests, oldest first.
	Records []Hash
	hashes  []tlog.Hash
}

// ReadLog reads all records below a head and proves them. Where they are not the head's, the error joins an
// *InvalidError for each file that is at fault.
func ReadLog(ctx context.Context, head Checkpoint, fetch Fetch) (*Log, error) {
	records, err := ReadRecords(ctx, fetch, head.Size, 0, head.Size)
	if err != nil {
		return nil, err
	}
	l := &Log{Records: records}
	for i, r := range records {
		added, err := tlog.StoredHashesForRecordHash(int64(i), RecordHash(r), l.reader())
		if err != nil {
			return nil, err
		}
		l.hashes = append(l.hashes, added...)
	}
	root, err := tlog.TreeHash(head.Size, l.reader())
	if err != nil {
		return nil, err
	}
	if root != head.Hash {
		return nil, l.blame(ctx, head, fetch)
	}
	return l, nil
}

func (l *Log) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			if x >= int64(len(l.hashes)) {
				return nil, errors.New("beyond the log")
			}
			out[i] = l.hashes[x]
		}
		return out, nil
	})
}

// blame finds the bundles whose records are not the head's, by the tiles, which can be proved.
func (l *Log) blame(ctx context.Context, head Checkpoint, fetch Fetch) error {
	proved := LogHashes(ctx, head, fetch)
	var errs []error
	for start := int64(0); start < head.Size; start += TileWidth {
		t := tlog.Tile{H: TileHeight, L: -1, N: start / TileWidth, W: int(min(TileWidth, head.Size-start))}
		if !l.agrees(proved, start, t.W) {
			errs = append(errs, invalid(TilePath(t), "its records are not those of the log's head"))
		}
	}
	return errors.Join(errs...)
}

// agrees says whether a run of records is proved to be the log's.
func (l *Log) agrees(proved tlog.HashReader, start int64, n int) bool {
	indexes := make([]int64, n)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
	}
	leaves, err := proved.ReadHashes(indexes)
	if err != nil {
		return false
	}
	for i, leaf := range leaves {
		if leaf != RecordHash(l.Records[start+int64(i)]) {
			return false
		}
	}
	return true
}

// Paths returns where the files stand that a mirror of the log must have.
func (l *Log) Paths() []string {
	var paths []string
	for _, t := range tlog.NewTiles(TileHeight, 0, int64(len(l.Records))) {
		paths = append(paths, TilePath(t))
		if t.L == 0 {
			t.L = -1
			paths = append(paths, TilePath(t))
		}
	}
	return paths
}

// CheckFile says whether a file below log/tile is what it should be, a partial tile of a smaller log among them. Its
// error is an *InvalidError.
func (l *Log) CheckFile(path string, b []byte) error {
	t, ok := ParseTilePath(path)
	if !ok {
		return invalid(path, "not a name of the log's")
	}
	want, ok := l.tile(t)
	if !ok {
		return invalid(path, "beyond the log's head of size %d", len(l.Records))
	}
	if !bytes.Equal(b, want) {
		return invalid(path, "not what the log has there")
	}
	return nil
}

// tile returns the bytes of a tile or bundle, and whether the log reaches so far.
func (l *Log) tile(t tlog.Tile) ([]byte, bool) {
	below := int64(len(l.Records)) >> (TileHeight * max(t.L, 0)) // hashes on the tile's level
	if t.L > 7 || t.N > below/TileWidth || t.N*TileWidth+int64(t.W) > below {
		return nil, false
	}
	if t.L < 0 {
		return MarshalBundle(l.Records[t.N*TileWidth:][:t.W]), true
	}
	b, err := tlog.ReadTileData(t, l.reader())
	return b, err == nil
}
