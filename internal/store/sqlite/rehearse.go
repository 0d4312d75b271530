package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"coranto/internal/store"
)

// Rehearse returns the store as one that forgets: all that is put into it is undone by its Close, and nothing of it is
// left. It is for showing what would become of the store, however large: SQLite puts aside in its write-ahead log what
// does not fit into memory. Renditions that are put into it are not kept at all, and can't be opened.
//
// Until it is closed nobody else writes. Of its own calls one is at work at a time, and none may come from inside an
// iterator of IDs. Close it before the store that it is of.
func (s *Store) Rehearse(ctx context.Context) (*Store, error) {
	w, err := s.takeWriter(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.exec(context.WithoutCancel(ctx), "ROLLBACK")
		s.write <- w
		return nil, fmt.Errorf("begin to rehearse: %w", err)
	}
	r := &Store{shelf: &forgetful{shelf: s.shelf, sizes: map[string]int64{}}, db: s.db, of: s,
		write: make(chan *session, 1), closed: make(chan struct{})}
	r.write <- w
	return r, nil
}

// endRehearsal undoes what was rehearsed, and gives the writer back.
func (s *Store) endRehearsal() error {
	s.mu.Lock()
	if s.isClosed() {
		s.mu.Unlock()
		return nil
	}
	close(s.closed)
	s.mu.Unlock()
	w := <-s.write
	err := w.exec(context.Background(), "ROLLBACK")
	// What was put aside stands in the log until it is written over.
	if _, logErr := w.conn.ExecContext(context.Background(), "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 10000"); logErr != nil {
		err = errors.Join(err, logErr)
	}
	s.of.write <- w
	return err
}

// A forgetful shelf has what another has, and of what is put into it the sizes alone.
type forgetful struct {
	shelf
	mu    sync.Mutex // guards sizes
	sizes map[string]int64
}

func (f *forgetful) size(sum string) (int64, bool) {
	f.mu.Lock()
	n, ok := f.sizes[sum]
	f.mu.Unlock()
	if ok {
		return n, true
	}
	return f.shelf.size(sum)
}

func (f *forgetful) put(sum string, b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sizes[sum] = int64(len(b))
	return nil
}

func (f *forgetful) flush() error { return nil }

func (f *forgetful) open(sum string) (io.ReadCloser, error) {
	f.mu.Lock()
	_, forgotten := f.sizes[sum]
	f.mu.Unlock()
	if forgotten {
		return nil, store.ErrNotFound
	}
	return f.shelf.open(sum)
}

// sweep and Close leave the shelf alone: it is the store's that this rehearses.
func (f *forgetful) sweep(map[string]bool) error { return nil }
func (f *forgetful) Close() error                { return nil }
