package sqlite

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"coranto/internal/news"
)

// The table imported says which file an article last came from, where its import knows one. It is for the newsroom's
// own eyes: no snapshot reads it, and another file alone makes no revision.

// putFile notes the file that an article came from.
func (p *put) putFile(a news.Article) error {
	if a.File == "" {
		return nil
	}
	return p.w.exec(p.ctx, `INSERT INTO imported (story, lang, file) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET file = excluded.file WHERE file <> excluded.file`, p.story.ID, a.Lang, a.File)
}

// withFiles fills in the files that a story's articles came from.
func withFiles(ctx context.Context, s *session, story news.Story) (news.Story, error) {
	type file struct{ lang, name string }
	files, err := all(ctx, s, func(r row) (f file, err error) {
		err = r.Scan(&f.lang, &f.name)
		return f, err
	}, "SELECT lang, file FROM imported WHERE story = ?", story.ID)
	for _, f := range files {
		for i := range story.Articles {
			if story.Articles[i].Lang == f.lang {
				story.Articles[i].File = f.name
			}
		}
	}
	return story, err
}

// IDs yields the IDs of all stories that the store has, public or not, sorted.
func (s *Store) IDs(ctx context.Context) iter.Seq2[string, error] {
	return streamed(ctx, s, value[string], "SELECT id FROM story ORDER BY id")
}

// CopyTo makes a copy of the store's database, as it stands now, in another folder that has none. The bytes of
// renditions are not copied. Open opens it.
func (s *Store) CopyTo(ctx context.Context, dir string) error {
	name := filepath.Join(dir, DatabaseName)
	// Made here, because SQLite would let others read it.
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	r, err := s.dial(ctx) // one that may only query can't write another database either
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.exec(ctx, "VACUUM INTO ?", name); err != nil {
		return fmt.Errorf("copy the store: %w", err)
	}
	return nil
}

// An ArticleID names an article.
type ArticleID struct{ Story, Lang string }

// ReleaseDrafts makes every draft public, at a time where it names none, without a revision of its own, and returns
// which those were. It is for a copy that is only looked at.
func (s *Store) ReleaseDrafts(ctx context.Context, at time.Time) (released []ArticleID, err error) {
	err = s.update(ctx, func(w *session) error {
		released, err = all(ctx, w, func(r row) (a ArticleID, err error) {
			err = r.Scan(&a.Story, &a.Lang)
			return a, err
		}, "SELECT story, lang FROM article WHERE status = 'draft' ORDER BY story, lang")
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
		return nil, fmt.Errorf("release drafts: %w", err)
	}
	return released, nil
}

func release(ctx context.Context, w *session, a ArticleID, at int64) error {
	const set = ` SET status = 'published', published = CASE WHEN published = ? THEN ? ELSE published END `
	unset := time.Time{}.Unix()
	err := w.exec(ctx, "UPDATE revision"+set+`WHERE story = ? AND lang = ? AND status = 'draft'
		AND number = (SELECT number FROM article a WHERE a.story = revision.story AND a.lang = revision.lang)`, unset, at, a.Story, a.Lang)
	if err == nil {
		err = w.exec(ctx, "UPDATE article"+set+"WHERE story = ? AND lang = ?", unset, at, a.Story, a.Lang)
	}
	if err != nil {
		return err
	}
	return touch(ctx, w, a.Story)
}

// LastPlanned returns the newest time at which an article came out or will; zero when there is none.
func (s *Store) LastPlanned(ctx context.Context) (time.Time, error) {
	last, err := inOneRead(ctx, s, func(r *session) (int64, error) {
		return one(ctx, r, value[int64], "SELECT coalesce(max(published), ?) FROM article WHERE status = 'published'", time.Time{}.Unix())
	})
	return unix(last), err
}
