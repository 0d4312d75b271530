package sqlite

import (
	"context"
	"errors"
	"fmt"

	"coranto/internal/news"
)

// Erase implements store.Takedowns.
func (s *Store) Erase(ctx context.Context) (n int, err error) {
	compact := false
	err = s.update(ctx, func(w *session) error {
		ids, err := all(ctx, w, value[string], `SELECT story FROM withdrawn WHERE erase
			AND takedown <= coalesce((SELECT takedowns FROM edition ORDER BY number DESC LIMIT 1), 0) ORDER BY story`)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := (erasure{ctx, w, id}).run(); err != nil {
				return fmt.Errorf("story %q: %w", id, err)
			}
		}
		if n = len(ids); n > 0 {
			if err := forgetFolders(ctx, w); err != nil {
				return err
			}
			if err := w.exec(ctx, "UPDATE takedown SET compact = 1 WHERE one = 1"); err != nil {
				return err
			}
		}
		compact, err = one(ctx, w, value[bool], "SELECT compact FROM takedown WHERE one = 1")
		return err
	})
	if err == nil && compact {
		err = s.compact(ctx)
	}
	if err != nil {
		return n, fmt.Errorf("erase: %w", err)
	}
	return n, nil
}

// forgetFolders forgets the folders that no file is in, which may have had a story's name, as those of old addresses do.
// While a target waits for the last purge they are what it will be swept by, and stay.
func forgetFolders(ctx context.Context, w *session) error {
	return w.exec(ctx, `DELETE FROM folder WHERE name NOT IN (SELECT DISTINCT CAST(CASE
		WHEN instr(key, x'00') > 0 THEN substr(key, instr(key, x'00') + 1)
		WHEN instr(key, x'2f') > 0 THEN substr(key, 1, instr(key, x'2f') - 1)
		ELSE key END AS TEXT) FROM file WHERE entry IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM delivered WHERE number < (SELECT purge FROM edition ORDER BY number DESC LIMIT 1))`)
}

// An erasure removes one story from the tables, in a transaction.
type erasure struct {
	ctx context.Context
	w   *session
	id  string
}

func (e erasure) run() error {
	media, err := e.media()
	if err != nil {
		return err
	}
	if err := e.unlink(); err != nil {
		return err
	}
	if err := e.topics(); err != nil {
		return err
	}
	for _, query := range []string{
		"DELETE FROM change WHERE story = ?",
		"DELETE FROM touched WHERE story = ?",
		"DELETE FROM withdrawn WHERE story = ?",
		"DELETE FROM comment WHERE story = ?",
		"DELETE FROM correction WHERE story = ?",
		"DELETE FROM imported WHERE story = ?",
		"DELETE FROM moved WHERE story = ?",
		"DELETE FROM old_address WHERE story = ?",
		"DELETE FROM listing WHERE story = ?",
		"DELETE FROM outing WHERE story = ?",
		"DELETE FROM outing_reference WHERE story = ?",
		"DELETE FROM public WHERE story = ?",
		"DELETE FROM shown WHERE story = ?",
		"DELETE FROM reference WHERE story = ?",
		"DELETE FROM article WHERE story = ?",
		"DELETE FROM revision WHERE story = ?",
		"DELETE FROM story WHERE id = ?",
	} {
		if err := e.w.exec(e.ctx, query, e.id); err != nil {
			return err
		}
	}
	for id := range media {
		// Whatever of another story ever showed it keeps it.
		const unshown = "AND NOT EXISTS (SELECT 1 FROM revision WHERE instr(content, ?1) > 0)"
		for _, query := range []string{"DELETE FROM fetched WHERE media = ?1 " + unshown, "DELETE FROM media WHERE id = ?1 " + unshown} {
			if err := e.w.exec(e.ctx, query, id); err != nil {
				return err
			}
		}
	}
	return e.imports()
}

// imports forgets the imports that were stopped: what they found may name the story. They begin anew.
func (e erasure) imports() error {
	for _, table := range []string{"run", "finding", "taken"} {
		if err := e.w.exec(e.ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	return nil
}

// media returns the media that the story ever showed.
func (e erasure) media() (map[string]bool, error) {
	media := map[string]bool{}
	err := eachRevision(e.ctx, e.w, e.id, func(r news.Revision) {
		for id := range r.Media() {
			media[id] = true
		}
	})
	return media, err
}

// linking is a revision of another story that links to the one that goes.
type linking struct {
	story, lang string
	number      int
	content     string
}

func scanLinking(r row) (v linking, err error) {
	err = r.Scan(&v.story, &v.lang, &v.number, &v.content)
	return v, err
}

// unlink makes plain text of the links that lead from other stories to this one, in all their revisions.
func (e erasure) unlink() error {
	link, err := encode(toStory + e.id)
	if err != nil {
		return err
	}
	related, err := encode(e.id)
	if err != nil {
		return err
	}
	found, err := all(e.ctx, e.w, scanLinking, `SELECT story, lang, number, content FROM revision
		WHERE story <> ? AND (instr(content, ?) > 0 OR instr(content, ?) > 0)`, e.id, link, related)
	if err != nil {
		return err
	}
	for _, l := range found {
		var r news.Revision
		if err := decode(l.content, &r); err != nil {
			return err
		}
		r.Unlink(e.id)
		content, err := encodeRevision(r)
		if err != nil {
			return err
		}
		if err := e.w.exec(e.ctx, "UPDATE revision SET content = ? WHERE story = ? AND lang = ? AND number = ?",
			content, l.story, l.lang, l.number); err != nil {
			return err
		}
	}
	for _, table := range []string{"reference", "outing_reference"} {
		if err := e.w.exec(e.ctx, "DELETE FROM "+table+" WHERE target IN (?, ?)", toStory+e.id, toRelated+e.id); err != nil {
			return err
		}
	}
	return nil
}

// topic is one in a language, and whether no other story ever stood in it.
type topic struct {
	lang, slug string
	alone      bool
}

// topics removes the lists of topics, places and authors that no other story ever stood in, and what the change log says of them. Of those
// that are empty now it removes the name, which may be this story's.
func (e erasure) topics() error {
	stood, err := all(e.ctx, e.w, func(r row) (t topic, err error) {
		err = r.Scan(&t.lang, &t.slug, &t.alone)
		return t, err
	}, `SELECT lang, topic, NOT EXISTS (SELECT 1 FROM listing o WHERE o.lang = l.lang AND o.topic = l.topic
		AND o.story <> l.story) FROM listing l WHERE story = ? AND topic <> ''`, e.id)
	if err != nil {
		return err
	}
	for _, t := range stood {
		queries := []string{"UPDATE list SET name = '' WHERE lang = ? AND topic = ? AND articles = 0"}
		if t.alone {
			queries = []string{
				"DELETE FROM list WHERE lang = ? AND topic = ?",
				"DELETE FROM change WHERE lang = ? AND topic = ?",
			}
		}
		for _, query := range queries {
			if err := e.w.exec(e.ctx, query, t.lang, t.slug); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxInMemory is the size in bytes of a database that is written anew by way of a copy in memory. That of a larger one
// is a file without a name in the system's folder for temporary files.
const maxInMemory = 256 << 20

// compact writes the files of the store anew: the database, of which SQLite only marks as free what was deleted, its
// write-ahead log, and the folder of renditions.
func (s *Store) compact(ctx context.Context) error {
	if err := s.removeOrphans(ctx); err != nil {
		return err
	}
	w, err := s.takeWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { s.write <- w }()
	if err := vacuum(ctx, w, maxInMemory); err != nil {
		return err
	}
	if err := truncateLog(ctx, w); err != nil {
		return err
	}
	return w.exec(ctx, "UPDATE takedown SET compact = 0 WHERE one = 1")
}

func vacuum(ctx context.Context, w *session, inMemory int64) error {
	size, err := one(ctx, w, value[int64], "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
	if err != nil {
		return err
	}
	if size > inMemory {
		if err := w.exec(ctx, "PRAGMA temp_store = FILE"); err != nil {
			return err
		}
		defer w.exec(context.WithoutCancel(ctx), "PRAGMA temp_store = MEMORY")
	}
	return w.exec(ctx, "VACUUM")
}

// truncateLog folds all of the write-ahead log back, and leaves it empty.
func truncateLog(ctx context.Context, w *session) error {
	busy, err := one(ctx, w, func(r row) (busy bool, err error) {
		var log, folded int
		return busy, errors.Join(r.Scan(&busy, &log, &folded))
	}, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err == nil && busy {
		err = errors.New("somebody is reading the store, so its write-ahead log still holds what was erased")
	}
	return err
}

// removeOrphans removes the renditions that no media names: of those that went, and of those that were replaced.
func (s *Store) removeOrphans(ctx context.Context) error {
	s.files.Lock()
	defer s.files.Unlock()
	named := map[string]bool{}
	_, err := inOneRead(ctx, s, func(r *session) (struct{}, error) {
		lists, err := all(ctx, r, value[string], "SELECT renditions FROM media")
		for _, list := range lists {
			renditions, decodeErr := decodeList[news.Rendition](list)
			for _, r := range renditions {
				named[r.SHA256] = true
			}
			err = errors.Join(err, decodeErr)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	return s.shelf.sweep(named)
}
