package mirror

import (
	"context"
	"maps"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/editionlog"
)

// heads are the small files of an edition: the log, the trust, and what is signed anew with each publishing.
type heads struct {
	log    *edition.Log
	tiles  map[string][]byte
	trust  map[string][]byte // the whole chain of roots among it
	latest []byte
	note   []byte
}

// proveHeads fetches what is missing of the log and the trust, proves all of it and writes none.
func (p *pull) proveHeads(ctx context.Context) (*heads, error) {
	h := &heads{note: p.head.Note}
	err := p.prove(ctx, func(fetch edition.Fetch) (err error) {
		h.log, err = edition.ReadLog(ctx, p.head.Checkpoint, fetch)
		return err
	})
	if err != nil {
		return nil, err
	}
	whole, err := wholeLog(h.log.Records)
	if err != nil {
		return nil, err
	}
	if h.tiles, err = editionlog.Tiles(ctx, whole, whole, 0, p.head.Size); err != nil {
		return nil, err
	}
	if h.latest, err = editionlog.Latest(ctx, whole, p.head.Size, p.head.ManifestBytes, p.head.Note); err != nil {
		return nil, err
	}
	err = p.prove(ctx, func(fetch edition.Fetch) error {
		h.trust = maps.Clone(p.trust.Files())
		return p.trust.CheckRoots(ctx, func(ctx context.Context, path string, max int64) ([]byte, error) {
			b, err := fetch(ctx, path, max)
			if err == nil {
				h.trust[path] = b
			}
			return b, err
		})
	})
	return h, err
}

// put writes the heads, what is swapped last in its order, and only what is not there yet.
func (h *heads) put(ctx context.Context, p *pull) error {
	timestamp := h.trust[edition.TimestampPath]
	for _, files := range []map[string][]byte{h.tiles, h.trust} {
		for name, b := range files {
			if name == edition.TimestampPath {
				continue
			}
			if err := p.put(ctx, name, b); err != nil {
				return err
			}
		}
	}
	steps := []func() error{
		func() error { return p.opt.To.Flush(ctx) },
		func() error { return p.put(ctx, edition.TimestampPath, timestamp) },
		func() error { return p.put(ctx, edition.CheckpointPath, h.note) },
		func() error { return p.put(ctx, edition.LatestPath, h.latest) },
		func() error { return p.opt.To.Flush(ctx) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// A logged is a whole log in memory, for package editionlog.
type logged struct{ hashes, records []edition.Hash }

// wholeLog works out a log's hashes from its records, which were proved.
func wholeLog(records []edition.Hash) (*logged, error) {
	l := &logged{records: records}
	below := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = tlog.Hash(l.hashes[x])
		}
		return out, nil
	})
	for i, r := range records {
		added, err := tlog.StoredHashesForRecordHash(int64(i), edition.RecordHash(r), below)
		if err != nil {
			return nil, err
		}
		for _, h := range added {
			l.hashes = append(l.hashes, edition.Hash(h))
		}
	}
	return l, nil
}

// LogHashes returns stored hashes by their indexes.
func (l *logged) LogHashes(_ context.Context, indexes []int64) ([]edition.Hash, error) {
	out := make([]edition.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = l.hashes[x]
	}
	return out, nil
}

// Records returns a run of records.
func (l *logged) Records(_ context.Context, from, to int64) ([]edition.Hash, error) {
	return l.records[from:to], nil
}
