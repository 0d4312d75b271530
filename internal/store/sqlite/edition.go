package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"

	"coranto/edition"
	"coranto/internal/store"
)

// Head implements store.Editions.
func (s *Store) Head(ctx context.Context) (store.Head, error) {
	head, err := inOneRead(ctx, s, func(r *session) (store.Head, error) { return readHead(ctx, r) })
	if err != nil {
		return store.Head{}, fmt.Errorf("head: %w", err)
	}
	return head, nil
}

func readHead(ctx context.Context, s *session) (store.Head, error) {
	h, err := one(ctx, s, scanHead, `SELECT number, seq, fingerprint, root, manifest, origin, log_size, log_hash,
		sealed, takedowns, purge FROM edition ORDER BY number DESC LIMIT 1`)
	if errors.Is(err, store.ErrNotFound) {
		return store.Head{}, nil
	}
	return h, err
}

func scanHead(r row) (h store.Head, err error) {
	var root, logHash []byte
	var sealed string
	if err := r.Scan(&h.Number, &h.Seq, &h.Fingerprint, &root, &h.Manifest, &h.Origin, &h.LogSize, &logHash, &sealed,
		&h.Takedowns, &h.Purge); err != nil {
		return h, err
	}
	if h.Root, err = hashOf(root); err != nil {
		return h, err
	}
	if h.LogHash, err = hashOf(logHash); err != nil {
		return h, err
	}
	h.Sealed, err = parseTime(sealed)
	return h, err
}

// Seal implements store.Editions.
func (s *Store) Seal(ctx context.Context, e store.Edition) error {
	err := s.update(ctx, func(w *session) error {
		last, err := readHead(ctx, w)
		if err != nil {
			return err
		}
		if e.Head.Number != last.Number+1 {
			return store.ErrConflict
		}
		return seal{ctx, w, e}.write(last.Origin)
	})
	if err != nil {
		return fmt.Errorf("seal edition %d: %w", e.Head.Number, err)
	}
	return nil
}

// A seal writes an edition in a transaction.
type seal struct {
	ctx context.Context
	w   *session
	e   store.Edition
}

func (s seal) write(lastOrigin string) error {
	if err := s.head(); err != nil {
		return err
	}
	if err := s.files(); err != nil {
		return err
	}
	if err := s.objects(); err != nil {
		return err
	}
	if err := s.logHashes(lastOrigin); err != nil || s.e.Head.Purge != s.e.Head.Number {
		return err
	}
	return s.purge()
}

func (s seal) head() error {
	h := s.e.Head
	if h.Number > math.MaxInt64 {
		return errors.New("the number is out of range")
	}
	manifest := append([]byte{}, h.Manifest...) // nil would be NULL
	record := edition.ManifestHash(manifest)
	return s.w.exec(s.ctx, `INSERT INTO edition (number, seq, fingerprint, root, manifest, origin, log_size, log_hash,
		sealed, record, takedowns, purge) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, int64(h.Number), h.Seq, h.Fingerprint,
		h.Root[:], manifest, h.Origin, h.LogSize, h.LogHash[:], formatTime(h.Sealed), record[:], h.Takedowns, signed(h.Purge))
}

func (s seal) files() error {
	folders := map[string]bool{}
	for _, f := range s.e.Files {
		if err := s.file(f); err != nil {
			return fmt.Errorf("file %q: %w", f.Path, err)
		}
		name, _, _ := strings.Cut(f.Path, "/")
		folders[name] = true
	}
	for name := range folders {
		if err := s.w.exec(s.ctx, "INSERT INTO folder (name) VALUES (?) ON CONFLICT DO NOTHING", name); err != nil {
			return err
		}
	}
	return nil
}

func (s seal) file(f store.File) error {
	if err := edition.CheckPath(f.Path); err != nil {
		return err
	}
	var entry []byte // NULL stands for removed
	if f.Removed {
		f.Plain = edition.Hash{}
	} else {
		var err error
		if entry, err = f.Entry.MarshalBinary(); err != nil {
			return err
		}
	}
	return s.w.exec(s.ctx, `INSERT INTO file (key, plain, entry, edition) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET plain = excluded.plain, entry = excluded.entry, edition = excluded.edition`,
		[]byte(edition.Key(f.Path)), f.Plain[:], entry, int64(s.e.Head.Number))
}

func (s seal) objects() error {
	for _, h := range s.e.Objects {
		err := s.w.exec(s.ctx, "INSERT INTO object (hash, edition) VALUES (?, ?) ON CONFLICT DO NOTHING",
			h[:], int64(s.e.Head.Number))
		if err != nil {
			return err
		}
	}
	return nil
}

// purge forgets all that the edition does not lead to. The records of earlier editions stay: the log is made of them.
func (s seal) purge() error {
	objects, err := all(s.ctx, s.w, scanHash, "SELECT hash FROM object")
	if err != nil {
		return err
	}
	for _, h := range objects {
		if _, reached := s.e.Reached[h]; reached {
			continue
		}
		if err := s.w.exec(s.ctx, "DELETE FROM object WHERE hash = ?", h[:]); err != nil {
			return err
		}
	}
	if err := s.w.exec(s.ctx, "DELETE FROM file WHERE entry IS NULL"); err != nil {
		return err
	}
	return s.w.exec(s.ctx, "UPDATE edition SET root = x'', manifest = x'' WHERE number < ?", int64(s.e.Head.Number))
}

// logHashes appends to the log's hashes. A log with a new origin begins anew.
func (s seal) logHashes(lastOrigin string) error {
	if s.e.Head.Origin != lastOrigin {
		if err := s.w.exec(s.ctx, "DELETE FROM log_hash"); err != nil {
			return err
		}
	}
	next, err := one(s.ctx, s.w, value[int64], "SELECT coalesce(max(position) + 1, 0) FROM log_hash")
	if err != nil || len(s.e.LogHashes) == 0 {
		return err
	}
	if s.e.LogStart != next {
		return fmt.Errorf("log hashes from %d on, want from %d on", s.e.LogStart, next)
	}
	for i, h := range s.e.LogHashes {
		err := s.w.exec(s.ctx, "INSERT INTO log_hash (position, hash) VALUES (?, ?)", s.e.LogStart+int64(i), h[:])
		if err != nil {
			return err
		}
	}
	return nil
}

const fileColumns = "SELECT key, plain, entry, edition FROM file "

func scanFile(r row) (f store.File, err error) {
	var key, plain, entry []byte
	if err := r.Scan(&key, &plain, &entry, &f.Edition); err != nil {
		return f, err
	}
	if f.Path, err = edition.ParseKey(string(key)); err != nil {
		return f, err
	}
	if f.Plain, err = hashOf(plain); err != nil {
		return f, err
	}
	if f.Removed = entry == nil; f.Removed {
		return f, nil
	}
	return f, f.Entry.UnmarshalBinary(entry)
}

// File implements store.Editions.
func (s *Store) File(ctx context.Context, path string) (store.File, error) {
	f, err := inOneRead(ctx, s, func(r *session) (store.File, error) {
		return one(ctx, r, scanFile, fileColumns+"WHERE key = ? AND entry IS NOT NULL", []byte(edition.Key(path)))
	})
	if err != nil {
		return store.File{}, fmt.Errorf("file %q: %w", path, err)
	}
	return f, nil
}

// Files implements store.Editions.
func (s *Store) Files(ctx context.Context, prefix string) iter.Seq2[store.File, error] {
	from := []byte(prefix)
	if end := after(from); end != nil {
		return streamed(ctx, s, scanFile, fileColumns+"WHERE key >= ? AND key < ? AND entry IS NOT NULL ORDER BY key", from, end)
	}
	return streamed(ctx, s, scanFile, fileColumns+"WHERE key >= ? AND entry IS NOT NULL ORDER BY key", from)
}

// after returns the first key that comes after all that begin with a prefix; nil when there is none.
func after(prefix []byte) []byte {
	end := append([]byte{}, prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xFF {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}

// FilesSince implements store.Editions.
func (s *Store) FilesSince(ctx context.Context, n uint64) iter.Seq2[store.File, error] {
	return streamed(ctx, s, scanFile, "SELECT key, plain, entry, edition FROM file INDEXED BY file_edition WHERE edition > ? ORDER BY key", signed(n))
}

// signed returns an edition's number as SQLite counts; none is ever above the most that it can.
func signed(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// ObjectsSince implements store.Editions.
func (s *Store) ObjectsSince(ctx context.Context, n uint64) iter.Seq2[edition.Hash, error] {
	return streamed(ctx, s, scanHash, "SELECT hash FROM object INDEXED BY object_edition WHERE edition > ? ORDER BY position", signed(n))
}

func scanHash(r row) (edition.Hash, error) {
	b, err := value[[]byte](r)
	if err != nil {
		return edition.Hash{}, err
	}
	return hashOf(b)
}

// Folders implements store.Editions.
func (s *Store) Folders(ctx context.Context) ([]string, error) {
	return inOneRead(ctx, s, func(r *session) ([]string, error) {
		return all(ctx, r, value[string], "SELECT name FROM folder ORDER BY name")
	})
}

// HasObject implements store.Editions.
func (s *Store) HasObject(ctx context.Context, h edition.Hash) (bool, error) {
	r, err := s.take(ctx)
	if err != nil {
		return false, err
	}
	defer s.give(r)
	return one(ctx, r, value[bool], "SELECT EXISTS (SELECT 1 FROM object WHERE hash = ?)", h[:])
}

// LogHashes implements store.Editions.
func (s *Store) LogHashes(ctx context.Context, indexes []int64) ([]edition.Hash, error) {
	return inOneRead(ctx, s, func(r *session) ([]edition.Hash, error) {
		hashes := make([]edition.Hash, len(indexes))
		for i, n := range indexes {
			var err error
			if hashes[i], err = one(ctx, r, scanHash, "SELECT hash FROM log_hash WHERE position = ?", n); err != nil {
				return nil, fmt.Errorf("log hash %d: %w", n, err)
			}
		}
		return hashes, nil
	})
}

// Records implements store.Editions. A record belongs to the log that the last edition was written to.
func (s *Store) Records(ctx context.Context, from, to int64) ([]edition.Hash, error) {
	records, err := inOneRead(ctx, s, func(r *session) ([]edition.Hash, error) {
		return all(ctx, r, scanHash, `SELECT record FROM edition
			WHERE origin = (SELECT origin FROM edition ORDER BY number DESC LIMIT 1) AND log_size > ? AND log_size <= ?
			ORDER BY log_size`, from, to)
	})
	if err == nil && int64(len(records)) != to-from {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("log records %d to %d: %w", from, to-1, err)
	}
	return records, nil
}

// Delivered implements store.Editions.
func (s *Store) Delivered(ctx context.Context, target string) (uint64, error) {
	return inOneRead(ctx, s, func(r *session) (uint64, error) {
		n, err := one(ctx, r, value[uint64], "SELECT number FROM delivered WHERE target = ?", target)
		if errors.Is(err, store.ErrNotFound) {
			return 0, nil
		}
		return n, err
	})
}

// SetDelivered implements store.Editions.
func (s *Store) SetDelivered(ctx context.Context, target string, n uint64) error {
	return s.update(ctx, func(w *session) error {
		return w.exec(ctx, `INSERT INTO delivered (target, number) VALUES (?, ?)
			ON CONFLICT DO UPDATE SET number = excluded.number`, target, signed(n))
	})
}
