package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"

	"coranto/edition"
	"coranto/internal/store"
)

// Adopt implements store.Recovery.
func (s *Store) Adopt(ctx context.Context, a store.Adopted) error {
	err := s.update(ctx, func(w *session) error { return adoption{ctx, w, a}.run() })
	if err != nil {
		return fmt.Errorf("adopt edition %d: %w", a.Head.Number, err)
	}
	return nil
}

// An adoption takes an edition over in a transaction.
type adoption struct {
	ctx context.Context
	w   *session
	a   store.Adopted
}

func (d adoption) run() error {
	if err := d.check(); err != nil {
		return err
	}
	for _, step := range []func() error{d.editions, d.files, d.objects, d.logHashes, d.delivered} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what is older than the store's last edition, or another history.
func (d adoption) check() error {
	h, record := d.a.Head, edition.ManifestHash(d.a.Head.Manifest)
	n := len(d.a.Records)
	if h.Number == 0 || h.Number > math.MaxInt64 || n == 0 || h.LogSize != int64(n) || h.Number < uint64(n) || d.a.Records[n-1] != record {
		return errors.New("its log does not end with it")
	}
	last, err := readHead(d.ctx, d.w)
	if err != nil {
		return err
	}
	if h.Number < last.Number || h.Number == last.Number && record != edition.ManifestHash(last.Manifest) {
		return store.ErrConflict
	}
	known := each(d.ctx, d.w, scanRecord, "SELECT log_size, record FROM edition WHERE origin = ? ORDER BY log_size", h.Origin)
	for r, err := range known {
		if err != nil {
			return err
		}
		if r.size < 1 || r.size > int64(n) || d.a.Records[r.size-1] != r.hash {
			return fmt.Errorf("record %d of its log is another than the store's: %w", r.size-1, store.ErrConflict)
		}
	}
	return nil
}

// A logRecord is a record with the size that it gave the log.
type logRecord struct {
	size int64
	hash edition.Hash
}

func scanRecord(r row) (v logRecord, err error) {
	var hash []byte
	if err := r.Scan(&v.size, &hash); err != nil {
		return v, err
	}
	v.hash, err = hashOf(hash)
	return v, err
}

// editions writes a row for each record of the log. Of editions before the last only the record is known, and where the
// store has such a row of the same log, that stays.
func (d adoption) editions() error {
	first := d.a.Head.Number - uint64(len(d.a.Records)) + 1
	var none edition.Hash
	for i, record := range d.a.Records[:len(d.a.Records)-1] {
		err := d.w.exec(d.ctx, `INSERT INTO edition (number, seq, fingerprint, root, manifest, origin, log_size, log_hash,
			sealed, record) VALUES (?, 0, '', ?, x'', ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET seq = excluded.seq, fingerprint = excluded.fingerprint, root = excluded.root,
				manifest = excluded.manifest, origin = excluded.origin, log_size = excluded.log_size,
				log_hash = excluded.log_hash, sealed = excluded.sealed, record = excluded.record
			WHERE origin <> excluded.origin`,
			int64(first)+int64(i), none[:], d.a.Head.Origin, int64(i)+1, none[:], formatTime(d.a.Head.Sealed), record[:])
		if err != nil {
			return err
		}
	}
	if err := d.w.exec(d.ctx, "PRAGMA defer_foreign_keys = 1"); err != nil {
		return err
	}
	if err := d.w.exec(d.ctx, "DELETE FROM edition WHERE number = ?", int64(d.a.Head.Number)); err != nil {
		return err
	}
	return seal{d.ctx, d.w, store.Edition{Head: d.a.Head}}.head()
}

// files forgets all files that the store knew, so that targets are rid of them, and writes those of the edition.
func (d adoption) files() error {
	var none edition.Hash
	err := d.w.exec(d.ctx, "UPDATE file SET plain = ?, entry = NULL, edition = ? WHERE entry IS NOT NULL", none[:], int64(d.a.Head.Number))
	if err != nil {
		return err
	}
	return seal{d.ctx, d.w, store.Edition{Head: d.a.Head, Files: d.a.Files}}.files()
}

func (d adoption) objects() error {
	if err := d.w.exec(d.ctx, "DELETE FROM object"); err != nil {
		return err
	}
	return seal{d.ctx, d.w, store.Edition{Head: d.a.Head, Objects: d.a.Objects}}.objects()
}

func (d adoption) logHashes() error {
	if err := d.w.exec(d.ctx, "DELETE FROM log_hash"); err != nil {
		return err
	}
	return seal{d.ctx, d.w, store.Edition{Head: d.a.Head, LogHashes: d.a.LogHashes}}.logHashes(d.a.Head.Origin)
}

// delivered remembers the one target that is known to hold the edition.
func (d adoption) delivered() error {
	if err := d.w.exec(d.ctx, "DELETE FROM delivered"); err != nil {
		return err
	}
	return d.w.exec(d.ctx, "INSERT INTO delivered (target, number) VALUES (?, ?)", d.a.Target, int64(d.a.Head.Number))
}
