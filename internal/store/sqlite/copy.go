package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	driver "modernc.org/sqlite"
)

// mostCopied is how many bytes SQLite lets a database in memory have.
const mostCopied = 1 << 30

// ErrTooLarge is returned by OpenCopy for a store that does not fit into a copy.
var ErrTooLarge = fmt.Errorf("the store is too large for a copy in memory, which has %d MiB at most", mostCopied>>20)

// OpenCopy opens a copy, in memory, of the store in a folder as it stands now. It is for showing what would become of the
// store: what is done to the copy is never written anywhere, and nothing of it outlives the process. The folder is only
// read. A store of an older version is not upgraded; its copy is. It returns errors as Open does, and ErrTooLarge.
//
// Renditions are opened from the folder, and new ones stay in memory. What was published is not copied: files, objects,
// and hashes of the log. Unlike those of a folder, who writes to a copy waits for who reads it.
func OpenCopy(ctx context.Context, dir string) (*Store, error) {
	if _, err := os.Stat(filepath.Join(dir, DatabaseName)); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s, err := openCopy(ctx, dir)
	if full := (*driver.Error)(nil); errors.As(err, &full) && full.Code()&0xff == sqliteFull {
		err = ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("copy store in %q: %w", dir, err)
	}
	return s, nil
}

// sqliteFull is SQLite's code for a database that may not grow.
const sqliteFull = 13

// openCopy tries the ways to read a database without writing beside it, from the strictest on.
//
// Where there is no write-ahead log nobody has the database open, and SQLite is told that nobody will: it takes no lock
// and makes no file. Whoever opens it meanwhile makes a log, and then that way is not believed. Where there is a log, its
// index is only read. The last way, for a log without an index or another's that says too little, makes one.
func openCopy(ctx context.Context, dir string) (s *Store, err error) {
	const alone, indexed, any = "immutable", "readonly_shm", "any"
	for _, way := range []string{alone, indexed, any} {
		before := lookAt(dir)
		if before.log && way == alone {
			continue
		}
		query := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)"}}
		if way != any {
			query.Set(way, "1")
		}
		s, err = copyBy(ctx, dir, query)
		if way == alone && before != lookAt(dir) {
			if err == nil {
				err = s.Close()
			}
			continue
		}
		if err == nil || ctx.Err() != nil || errors.Is(err, ErrNewer) {
			break
		}
	}
	return s, err
}

// look is what tells whether somebody opened a database.
type look struct {
	log, exists    bool
	size, modified int64
}

func lookAt(dir string) (l look) {
	name := filepath.Join(dir, DatabaseName)
	_, err := os.Stat(name + "-wal")
	l.log = !errors.Is(err, fs.ErrNotExist)
	if info, err := os.Stat(name); err == nil {
		l.exists, l.size, l.modified = true, info.Size(), info.ModTime().UnixNano()
	}
	return l
}

// copyBy makes a copy of the database in a folder, which it opens by a query.
func copyBy(ctx context.Context, dir string, query url.Values) (_ *Store, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	shelf := &overlay{folder: folder{root}, added: map[string][]byte{}}
	// A name of its own, which the address of something that lives as long is. SQLite shares the database of one name
	// among all connections of the process.
	memory := fmt.Sprintf("file:/coranto-%p?vfs=memdb", shelf)
	s, err := connectTo(ctx, memory+"&"+url.Values{"_pragma": pragmas()}.Encode(), shelf)
	if err != nil {
		return nil, err
	}
	if err = s.fill(ctx, dir, query, memory); err == nil {
		err = s.checkVersion(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// fill copies the database in a folder into an empty one that stands at an address.
func (s *Store) fill(ctx context.Context, dir string, query url.Values, address string) (err error) {
	dsn, err := source(dir, query)
	if err != nil {
		return err
	}
	connector, err := driver.NewConnector(dsn)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	from := &session{conn: conn, stmts: map[string]*sql.Stmt{}}
	defer func() { err = errors.Join(err, from.close()) }()
	for _, statement := range []string{"ATTACH '" + address + "' AS copy", "BEGIN"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	tables, err := s.likeThat(ctx, from)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO copy.%q SELECT * FROM main.%[1]q", t)); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// likeThat gives the empty store the schema of another database, of whatever version, and returns the tables to copy.
func (s *Store) likeThat(ctx context.Context, from *session) (tables []string, err error) {
	version, err := versionOf(ctx, from)
	if err != nil {
		return nil, err
	}
	type part struct{ kind, name, made string }
	parts, err := all(ctx, from, func(r row) (p part, err error) {
		err = r.Scan(&p.kind, &p.name, &p.made)
		return p, err
	}, `SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid`)
	if err != nil {
		return nil, err
	}
	var schema strings.Builder
	for _, p := range parts {
		schema.WriteString(p.made + ";\n")
		if p.kind == "table" && p.name != "file" && p.name != "object" && p.name != "log_hash" {
			tables = append(tables, p.name)
		}
	}
	fmt.Fprintf(&schema, "PRAGMA application_id = %d; PRAGMA user_version = %d", application, version)
	return tables, s.update(ctx, func(w *session) error {
		_, err := w.conn.ExecContext(ctx, schema.String())
		return err
	})
}

// A Released article is one that Release made public.
type Released struct {
	ArticleID
	Draft bool // it was a draft; otherwise it is embargoed
}

// Release makes public, at a time, what is not yet: drafts, which come out then where they name no time, and embargoed
// articles, which keep theirs. It makes no revisions, and returns what it released, by story and language. It is for a copy
// that is only looked at.
func (s *Store) Release(ctx context.Context, at time.Time) (released []Released, err error) {
	err = s.update(ctx, func(w *session) error {
		released, err = all(ctx, w, func(r row) (a Released, err error) {
			err = r.Scan(&a.Story, &a.Lang, &a.Draft)
			return a, err
		}, `SELECT story, lang, status = 'draft' FROM article
			WHERE status = 'draft' OR status = 'published' AND published > ? ORDER BY story, lang`, at.Unix())
		if err != nil {
			return err
		}
		for _, a := range released {
			if err := release(ctx, w, a, at.Unix()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return released, nil
}

// release makes an article public. Settle asks the table article whether it is, and tells readers the time in revision.
func release(ctx context.Context, w *session, a Released, at int64) error {
	err := w.exec(ctx, `UPDATE revision SET status = 'published', published = iif(published = ?, ?, published)
		WHERE story = ? AND lang = ? AND number = (SELECT number FROM article a WHERE a.story = revision.story AND a.lang = revision.lang)`,
		time.Time{}.Unix(), at, a.Story, a.Lang)
	if err == nil {
		err = w.exec(ctx, "UPDATE article SET status = 'published', published = ? WHERE story = ? AND lang = ?", at, a.Story, a.Lang)
	}
	if err != nil {
		return err
	}
	return touch(ctx, w, a.Story)
}
