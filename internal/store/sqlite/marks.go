package sqlite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"

	"coranto/internal/news"
	"coranto/internal/store"
)

// marks tell what was withdrawn without naming it: by hashes under the store's own salt. Who has the store can still
// try out a name that they suspect.
type marks struct {
	ctx  context.Context
	s    *session
	salt []byte
	any  bool // whether there are some to look into
}

func readMarks(ctx context.Context, s *session) (marks, error) {
	m := marks{ctx: ctx, s: s}
	_, err := one(ctx, s, func(r row) (bool, error) { return true, r.Scan(&m.salt, &m.any) },
		"SELECT salt, EXISTS (SELECT 1 FROM mark WHERE mark >= x'') FROM takedown WHERE one = 1")
	return m, err
}

// of returns the mark of a name: a story's ID or a SourceURL.
func (m marks) of(name string) []byte {
	h := hmac.New(sha256.New, m.salt)
	h.Write([]byte(name))
	return h.Sum(nil)
}

// addMarks marks all names under which a story may come in again.
func addMarks(ctx context.Context, w *session, id string, takedown int64) error {
	m, err := readMarks(ctx, w)
	if err != nil {
		return err
	}
	names, err := everyName(ctx, w, id)
	for _, name := range names {
		err = errors.Join(err, w.exec(ctx, "INSERT OR REPLACE INTO mark (mark, takedown) VALUES (?, ?)", m.of(name), takedown))
	}
	return err
}

// everyName returns a story's ID and every SourceURL that its articles ever had.
func everyName(ctx context.Context, s *session, id string) ([]string, error) {
	names := []string{id}
	err := eachRevision(ctx, s, id, func(r news.Revision) {
		if r.SourceURL != "" && !slices.Contains(names, r.SourceURL) {
			names = append(names, r.SourceURL)
		}
	})
	return names, err
}

// eachRevision calls f with every revision of a story.
func eachRevision(ctx context.Context, s *session, id string, f func(news.Revision)) error {
	contents, err := all(ctx, s, value[string], "SELECT content FROM revision WHERE story = ?", id)
	if err != nil {
		return err
	}
	for _, c := range contents {
		var r news.Revision
		if err := decode(c, &r); err != nil {
			return err
		}
		f(r)
	}
	return nil
}

// find returns the takedown under which a name was withdrawn, or store.ErrNotFound.
func (m marks) find(name string) (takedown int64, err error) {
	return one(m.ctx, m.s, value[int64], "SELECT takedown FROM mark WHERE mark = ?", m.of(name))
}

// first returns the first of some names that was withdrawn; "" when none was.
func (m marks) first(names []string) (string, error) {
	for _, name := range names {
		if !m.any {
			return "", nil
		}
		if _, err := m.find(name); err == nil || !errors.Is(err, store.ErrNotFound) {
			return name, err
		}
	}
	return "", nil
}

// refuse returns store.ErrWithdrawn for a story that was withdrawn.
func (m marks) refuse(s news.Story) error {
	if name, err := m.first(s.Names()); err != nil || name == "" {
		return err
	}
	return store.ErrWithdrawn
}

// unlinked returns a revision whose links to stories that were erased are plain text, so that who still has such a link
// does not bring the name back.
func (m marks) unlinked(r news.Revision) (news.Revision, error) {
	if !m.any {
		return r, nil
	}
	copied := false
	for target := range references(r) {
		id, link := linked(target)
		if !link {
			continue
		}
		erased, err := m.erased(id)
		if err != nil {
			return r, err
		}
		if !erased {
			continue
		}
		if !copied { // the caller's own stays as it is
			text, err := encodeRevision(r)
			r, copied = news.Revision{}, true
			if err = errors.Join(err, decode(text, &r)); err != nil {
				return r, err
			}
		}
		r.Unlink(id)
	}
	return r, nil
}

// erased says whether a story was withdrawn and is no longer in the store.
func (m marks) erased(id string) (bool, error) {
	if name, err := m.first([]string{id}); err != nil || name == "" {
		return false, err
	}
	there, err := one(m.ctx, m.s, value[bool], "SELECT EXISTS (SELECT 1 FROM story WHERE id = ?)", id)
	return !there, err
}

// Withdrawn implements store.Takedowns.
func (s *Store) Withdrawn(ctx context.Context, names ...string) (string, error) {
	return inOneRead(ctx, s, func(r *session) (string, error) {
		m, err := readMarks(ctx, r)
		if err != nil {
			return "", err
		}
		return m.first(names)
	})
}
