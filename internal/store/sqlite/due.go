package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coranto/internal/store"
)

// NextDue implements store.Store. It reads the ends of some tables and two index entries, so that it can be asked every
// few seconds whatever the size of the archive.
func (s *Store) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	type due struct {
		at time.Time
		ok bool
	}
	d, err := inOneRead(ctx, s, func(r *session) (due, error) {
		last, err := readSettled(ctx, r)
		if err != nil {
			return due{}, err
		}
		waits, err := one(ctx, r, value[bool], `SELECT EXISTS (SELECT 1 FROM touched)
			OR ? > coalesce((SELECT seq FROM edition ORDER BY number DESC LIMIT 1), 0)
			OR ? > coalesce((SELECT takedowns FROM edition ORDER BY number DESC LIMIT 1), 0)`, last.seq, last.takedowns)
		if waits || err != nil {
			return due{ok: waits}, err
		}
		next, err := one(ctx, r, value[int64], `SELECT at FROM (
			SELECT * FROM (SELECT published AS at FROM article
				WHERE status = 'published' AND published > ? ORDER BY published LIMIT 1)
			UNION ALL SELECT * FROM (SELECT breaking FROM article
				WHERE status = 'published' AND breaking > ? ORDER BY breaking LIMIT 1)) ORDER BY at LIMIT 1`,
			last.asOf.Unix(), last.asOf.Unix())
		if errors.Is(err, store.ErrNotFound) {
			return due{}, nil
		}
		return due{unix(next), true}, err
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next due: %w", err)
	}
	return d.at, d.ok, nil
}
