package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"

	"coranto/internal/store"
)

// A session is one connection with its compiled statements. SQLite runs one statement of a connection at a time, and
// so does a session: mu is held from a statement's start until its last row is read.
type session struct {
	conn  *sql.Conn
	mu    sync.Mutex // guards conn and stmts
	stmts map[string]*sql.Stmt
}

// errClosed is returned by a store after its Close.
var errClosed = errors.New("the store is closed")

// dial opens a connection and sets its pragmas.
func (s *Store) dial(ctx context.Context, pragmas ...string) (*session, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range pragmas {
		if _, err := conn.ExecContext(ctx, p); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return &session{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (s *session) close() error {
	for _, st := range s.stmts {
		st.Close()
	}
	return s.conn.Close()
}

// take returns a session that reads; give it back.
func (s *Store) take(ctx context.Context) (*session, error) {
	if s.of != nil { // what was rehearsed is seen by its own connection alone
		return s.takeWriter(ctx)
	}
	s.mu.Lock()
	if s.isClosed() {
		s.mu.Unlock()
		return nil, errClosed
	}
	if n := len(s.idle); n > 0 {
		r := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		return r, nil
	}
	s.mu.Unlock()
	return s.dial(ctx, "PRAGMA query_only = 1", "PRAGMA cache_size = -8192")
}

func (s *Store) give(r *session) error {
	if s.of != nil {
		s.write <- r
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed() || len(s.idle) == idleReaders {
		return r.close()
	}
	s.idle = append(s.idle, r)
	return nil
}

// begin is take with a transaction: all that the session reads is of one moment, that of its first statement.
func (s *Store) begin(ctx context.Context) (*session, error) {
	r, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	if s.of != nil { // it is in one already
		return r, nil
	}
	if err := r.exec(ctx, "BEGIN"); err != nil {
		r.exec(context.WithoutCancel(ctx), "ROLLBACK") // it may have begun before the context ended
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// end gives back a session from begin.
func (s *Store) end(r *session) error {
	if s.of != nil {
		return s.give(r)
	}
	// Without the caller's context: a transaction that is left open would be the next reader's.
	if err := r.exec(context.Background(), "ROLLBACK"); err != nil {
		return errors.Join(err, r.close())
	}
	return s.give(r)
}

// takeWriter waits for the connection that writes; send it to s.write again.
func (s *Store) takeWriter(ctx context.Context) (*session, error) {
	select {
	case w := <-s.write:
		return w, nil
	case <-s.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// update runs f in a transaction, which is committed when f returns nil and undone otherwise.
func (s *Store) update(ctx context.Context, f func(w *session) error) error {
	w, err := s.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { s.write <- w }()
	begin, commit, undo := s.brackets()
	done := false
	defer func() {
		// f panicked or failed, or the context ended when the beginning was done and not yet told. Where SQLite undid it itself,
		// or nothing was begun, there is nothing to roll back.
		if !done {
			for _, statement := range undo {
				w.exec(context.WithoutCancel(ctx), statement)
			}
		}
	}()
	if err := w.exec(ctx, begin); err != nil {
		return fmt.Errorf("begin to write: %w", err)
	}
	if err := f(w); err != nil {
		return err
	}
	if err := w.exec(ctx, commit); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

// brackets are the statements around a write. One that is rehearsed is within the transaction of the rehearsal.
func (s *Store) brackets() (begin, commit string, undo []string) {
	if s.of != nil {
		return "SAVEPOINT rehearsed", "RELEASE rehearsed", []string{"ROLLBACK TO rehearsed", "RELEASE rehearsed"}
	}
	return "BEGIN IMMEDIATE", "COMMIT", []string{"ROLLBACK"}
}

// statement compiles a query once. mu must be held.
func (s *session) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, query)
	}
	s.stmts[query] = st
	return st, nil
}

func (s *session) exec(ctx context.Context, query string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.statement(ctx, query)
	if err == nil {
		_, err = st.ExecContext(ctx, args...)
	}
	return err
}

// A row is what a scan function reads one value from.
type row interface{ Scan(dest ...any) error }

// each yields the rows of a query as scan reads them. The session is held until the loop ends: don't use it inside.
func each[T any](ctx context.Context, s *session, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		var zero T
		st, err := s.statement(ctx, query)
		if err != nil {
			yield(zero, err)
			return
		}
		rows, err := st.QueryContext(ctx, args...)
		if err != nil {
			yield(zero, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			if v, err := scan(rows); !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, err)
		}
	}
}

// all returns the rows of a query.
func all[T any](ctx context.Context, s *session, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	var vs []T
	for v, err := range each(ctx, s, scan, query, args...) {
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// one returns the only row of a query, or store.ErrNotFound.
func one[T any](ctx context.Context, s *session, scan func(row) (T, error), query string, args ...any) (T, error) {
	for v, err := range each(ctx, s, scan, query, args...) {
		return v, err
	}
	var zero T
	return zero, store.ErrNotFound
}

// value scans a row of a single column.
func value[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// inOneRead calls f with a session of its own whose reads are of one moment.
func inOneRead[T any](ctx context.Context, s *Store, f func(*session) (T, error)) (v T, err error) {
	r, err := s.begin(ctx)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, s.end(r)) }()
	return f(r)
}

// streamed yields the rows of a query over a session of its own, so that the store can be used inside the loop.
func streamed[T any](ctx context.Context, s *Store, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		r, err := s.take(ctx)
		if err != nil {
			yield(zero, err)
			return
		}
		defer s.give(r)
		for v, err := range each(ctx, r, scan, query, args...) {
			if !yield(v, err) {
				return
			}
		}
	}
}

// chunkSize is the number of rows that an iterator over a shared session reads at once.
const chunkSize = 256

// chunked yields what next returns, chunk after chunk, until one is empty. The session is free between them.
func chunked[T any](next func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			chunk, err := next()
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, v := range chunk {
				if !yield(v, nil) {
					return
				}
			}
			if len(chunk) == 0 {
				return
			}
		}
	}
}
