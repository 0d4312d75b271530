// Package sqlite is the store of one newsroom in one folder: the database store.db, and beside it the bytes of
// renditions as media/ab/<sha256>. It needs nothing but the folder.
//
//	s, err := sqlite.Open(ctx, dir) // or Create
//	if err != nil { … }
//	defer s.Close()
//
// # Durability
//
// The database is in WAL mode with synchronous=FULL: each transaction is on the disk when its method returns, so a
// sealed edition, and a story that a journalist saved, survive a power cut. It costs one fsync a transaction (0.2 ms
// on the disk it was measured on), which PutMany shares among many stories. The write-ahead log is not folded back
// into the database by itself, since that would fall on whoever publishes next: who opened the store calls Checkpoint
// when there is time, and Close does it.
//
// # Sharing
//
// Several processes may have the store open. One writes at a time, and the others wait up to ten seconds; readers
// neither wait nor make anybody wait.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	driver "modernc.org/sqlite"

	"coranto/internal/durable"
	"coranto/internal/store"
)

// DatabaseName is the name of the database's file in the newsroom's folder.
const DatabaseName = "store.db"

//go:embed schema.sql
var schema1 string

//go:embed schema2.sql
var schema2 string

//go:embed schema3.sql
var schema3 string

//go:embed schema4.sql
var schema4 string

//go:embed schema5.sql
var schema5 string

// schemas returns what makes each version of the schema of the one before, from version 1 on.
func schemas() []string { return []string{schema1, schema2, schema3, schema4, schema5} }

const (
	// schemaVersion is that of the newest schema. It stands in the database's user_version.
	schemaVersion = 5
	// application marks the file as this program's: "Cora" in ASCII.
	application = 0x436f7261
	// idleReaders is the number of read connections that are kept for the next reader.
	idleReaders = 4
)

// ErrNewer is returned by Open for a store that a later version of the program made.
var ErrNewer = errors.New("the store was made by a newer version of coranto")

// Store implements store.Store.
type Store struct {
	shelf shelf   // the bytes of renditions
	db    *sql.DB // all connections; writer and readers differ in their pragmas

	// of is the store that this one rehearses on; nil for one that keeps what is put.
	of *Store

	// write holds the one connection that writes; who takes it out writes.
	write chan *session

	batches atomic.Int64 // put so far

	// files is held by who writes renditions before their row, and wholly by who removes those without one.
	files sync.RWMutex

	mu     sync.Mutex // guards idle, and the closing of closed
	idle   []*session
	closed chan struct{}
}

var _ store.Store = (*Store)(nil)

// Create makes an empty store in a folder that exists, and opens it. It returns an error that is fs.ErrExist when there
// is one already. A Create that was interrupted is finished by the next.
func Create(ctx context.Context, dir string) (*Store, error) {
	if err := create(ctx, dir); err != nil {
		return nil, fmt.Errorf("create store in %q: %w", dir, err)
	}
	return Open(ctx, dir)
}

func create(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	// Made here, because SQLite would let others read it; the write-ahead log takes the same mode.
	f, err := root.OpenFile(DatabaseName, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	s, err := connect(ctx, dir)
	if err != nil {
		return err
	}
	err = s.update(ctx, func(w *session) error { return writeSchema(ctx, w) })
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	return durable.Flush(root)
}

func writeSchema(ctx context.Context, w *session) error {
	switch v, err := versionOf(ctx, w); {
	case err != nil:
		return err
	case v != 0:
		return fs.ErrExist
	}
	return upgrade(ctx, w, 0)
}

// upgrade brings the schema from a version to the newest.
func upgrade(ctx context.Context, w *session, from int) error {
	for _, schema := range schemas()[from:] {
		if _, err := w.conn.ExecContext(ctx, schema); err != nil {
			return err
		}
	}
	_, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, schemaVersion))
	return err
}

// Open opens the store in a folder. It returns an error that is fs.ErrNotExist when there is none, and ErrNewer when this
// program is too old for it. Close it.
func Open(ctx context.Context, dir string) (*Store, error) {
	if _, err := os.Stat(filepath.Join(dir, DatabaseName)); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s, err := connect(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("open store in %q: %w", dir, err)
	}
	if err := s.checkVersion(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("open store in %q: %w", dir, err)
	}
	return s, nil
}

// connect opens the database without looking at what is in it.
func connect(ctx context.Context, dir string) (*Store, error) {
	dsn, err := source(dir, url.Values{"mode": {"rw"}, "_pragma": pragmas()})
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return connectTo(ctx, dsn, folder{root})
}

// connectTo opens the database with a data source name. It closes the shelf when it can't.
func connectTo(ctx context.Context, dsn string, shelf shelf) (*Store, error) {
	connector, err := driver.NewConnector(dsn)
	if err != nil {
		return nil, errors.Join(err, shelf.Close())
	}
	s := &Store{shelf: shelf, db: sql.OpenDB(connector), write: make(chan *session, 1), closed: make(chan struct{})}
	s.db.SetMaxIdleConns(-1) // idle keeps those that are worth it, with their compiled statements
	w, err := s.dial(ctx, "PRAGMA journal_mode = WAL", "PRAGMA cache_size = -32768")
	if err != nil {
		return nil, errors.Join(err, s.db.Close(), shelf.Close())
	}
	s.write <- w
	return s, nil
}

// pragmas are what all connections are opened with. Nothing that SQLite puts aside while it works is put on the disk.
func pragmas() []string {
	return []string{"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "wal_autocheckpoint(0)", "temp_store(MEMORY)"}
}

// source returns the data source name of the database in a folder, as a URI so that no character of the path is special.
func source(dir string, query url.Values) (string, error) {
	full, err := filepath.Abs(filepath.Join(dir, DatabaseName))
	if err != nil {
		return "", err
	}
	full = filepath.ToSlash(full)
	if !strings.HasPrefix(full, "/") {
		full = "/" + full // C:/newsroom
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: full, RawQuery: query.Encode()}).String(), nil
}

func (s *Store) checkVersion(ctx context.Context) error {
	r, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer s.give(r)
	v, err := versionOf(ctx, r)
	switch {
	case err != nil:
		return err
	case v > schemaVersion:
		return fmt.Errorf("%w: version %d, this one knows %d", ErrNewer, v, schemaVersion)
	case v == 0:
		return fmt.Errorf("%s was never finished: %w", DatabaseName, fs.ErrNotExist)
	case v < schemaVersion:
		return s.update(ctx, func(w *session) error {
			v, err := versionOf(ctx, w) // another process may have been first
			if err != nil || v >= schemaVersion {
				return err
			}
			return upgrade(ctx, w, v)
		})
	}
	return nil
}

// versionOf returns the version of the schema in a database: 0 when there is none yet.
func versionOf(ctx context.Context, s *session) (v int, err error) {
	var app, tables int
	err = s.conn.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id, pragma_user_version`).Scan(&app, &v, &tables)
	if err == nil && tables > 0 && app != application {
		err = fmt.Errorf("%s is the database of another program", DatabaseName)
	}
	return v, err
}

// Checkpoint folds the write-ahead log back into the database, as far as no reader still needs it. It is slow work that
// makes nobody wait: call it when an import or a publish is over.
func (s *Store) Checkpoint(ctx context.Context) error {
	r, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer s.give(r)
	if err := r.exec(ctx, "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// Close waits for the write that is under way, folds the write-ahead log back and closes the store. Snapshots must be
// closed before.
func (s *Store) Close() error {
	if s.of != nil {
		return s.endRehearsal()
	}
	s.mu.Lock()
	if s.isClosed() {
		s.mu.Unlock()
		return nil
	}
	close(s.closed)
	idle := s.idle
	s.idle = nil
	s.mu.Unlock()

	var errs []error
	for _, r := range idle {
		errs = append(errs, r.close())
	}
	w := <-s.write
	// Where another process is reading the log stays, and the last to close folds it back.
	w.conn.ExecContext(context.Background(), "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(append(errs, w.close(), s.db.Close(), s.shelf.Close())...)
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}
