package sqlite

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
)

// PutMedia implements store.Store.
func (s *Store) PutMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error {
	if err := s.putMedia(ctx, m, renditions); err != nil {
		return fmt.Errorf("put media %s: %w", m.ID, err)
	}
	return nil
}

func (s *Store) putMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error {
	if err := m.Validate(); err != nil {
		return err
	}
	s.files.RLock()
	defer s.files.RUnlock()
	missing, err := s.checkRenditions(m, renditions)
	if err != nil {
		return err
	}
	same, err := inOneRead(ctx, s, func(r *session) (bool, error) { return looksAsBefore(ctx, r, m) })
	if err != nil || same && !missing {
		return err
	}
	// The bytes reach the disk before a row names them.
	for _, r := range m.Renditions {
		if b, ok := renditions[r.Name]; ok {
			if err := s.shelf.put(r.SHA256, b); err != nil {
				return err
			}
		}
	}
	if err := s.shelf.flush(); err != nil {
		return err
	}
	return s.update(ctx, func(w *session) error { return writeMedia(ctx, w, m) })
}

// looksAsBefore says whether the store has a media just so, but for its name, which stays.
func looksAsBefore(ctx context.Context, s *session, m news.Media) (bool, error) {
	old, err := readMedia(ctx, s, m.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && old.Focus == m.Focus && old.Placeholder == m.Placeholder && slices.Equal(old.Renditions, m.Renditions), err
}

func writeMedia(ctx context.Context, w *session, m news.Media) error {
	same, err := looksAsBefore(ctx, w, m)
	if err != nil || same {
		return err
	}
	list, err := encodeList(m.Renditions)
	if err != nil {
		return err
	}
	if err := w.exec(ctx, `INSERT INTO media (id, name, renditions, focus_x, focus_y, placeholder) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET renditions = excluded.renditions, focus_x = excluded.focus_x, focus_y = excluded.focus_y,
			placeholder = excluded.placeholder`, m.ID, m.Name, list, m.Focus.X, m.Focus.Y, m.Placeholder); err != nil {
		return err
	}
	// Who shows it looks different now, and so does who showed it in a revision that came out.
	for _, table := range []string{"reference", "outing_reference"} {
		if err := w.exec(ctx, "INSERT INTO touched (story, whole) SELECT DISTINCT story, 1 FROM "+table+` WHERE target = ?
			ON CONFLICT DO UPDATE SET whole = 1`, toMedia+m.ID); err != nil {
			return err
		}
	}
	return nil
}

// checkRenditions checks the bytes against what the media says of them, and says whether any is not in the folder yet.
func (s *Store) checkRenditions(m news.Media, renditions map[string][]byte) (missing bool, err error) {
	given := 0
	for _, r := range m.Renditions {
		size, ok := s.shelf.size(r.SHA256)
		there := ok && size == r.Size
		missing = missing || !there
		b, ok := renditions[r.Name]
		if !ok && !there {
			return false, fmt.Errorf("rendition %q: its bytes are missing", r.Name)
		}
		if !ok {
			continue
		}
		given++
		if sum := edition.Sum(b); int64(len(b)) != r.Size || sum.String() != r.SHA256 {
			return false, fmt.Errorf("rendition %q: %d bytes with SHA-256 %s, want %d with %s", r.Name, len(b), sum, r.Size, r.SHA256)
		}
	}
	if given != len(renditions) {
		return false, errors.New("bytes of a rendition that the media doesn't name")
	}
	return missing, nil
}

// Media implements store.Store.
func (s *Store) Media(ctx context.Context, id string) (news.Media, error) {
	return inOneRead(ctx, s, func(r *session) (news.Media, error) { return readMedia(ctx, r, id) })
}

func readMedia(ctx context.Context, s *session, id string) (news.Media, error) {
	m, err := one(ctx, s, func(r row) (m news.Media, err error) {
		var renditions string
		if err := r.Scan(&m.ID, &m.Name, &renditions, &m.Focus.X, &m.Focus.Y, &m.Placeholder); err != nil {
			return m, err
		}
		m.Renditions, err = decodeList[news.Rendition](renditions)
		return m, err
	}, "SELECT id, name, renditions, focus_x, focus_y, placeholder FROM media WHERE id = ?", id)
	if err != nil {
		return news.Media{}, fmt.Errorf("media %q: %w", id, err)
	}
	return m, nil
}

// OpenRendition implements store.Store.
func (s *Store) OpenRendition(_ context.Context, sum string) (io.ReadCloser, error) {
	want, err := edition.ParseHash(sum)
	if err != nil {
		return nil, fmt.Errorf("rendition: %w: %w", err, store.ErrNotFound)
	}
	f, err := s.shelf.open(sum)
	if err != nil {
		return nil, fmt.Errorf("rendition %s: %w", sum, err)
	}
	return &checkedFile{f: f, sum: sha256.New(), want: want}, nil
}

// A checkedFile returns an error in place of io.EOF when the bytes are not those that its name promises.
type checkedFile struct {
	f    io.ReadCloser
	sum  hash.Hash
	want edition.Hash
}

func (c *checkedFile) Read(p []byte) (int, error) {
	n, err := c.f.Read(p)
	c.sum.Write(p[:n])
	if err != io.EOF {
		return n, err
	}
	if got := edition.Hash(c.sum.Sum(nil)); got != c.want {
		return n, fmt.Errorf("rendition %s: the file's SHA-256 is %s: it was damaged", c.want, got)
	}
	return n, io.EOF
}

func (c *checkedFile) Close() error { return c.f.Close() }
