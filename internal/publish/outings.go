package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/store"
)

// readOutings reads from the packs of the edition what came out when, so that the next edition has the same packs again. The
// name of a pack says the time to the hour, and the order of its articles the rest; where the store itself remembers an
// outing of that period, it knows better. A pack that can't be read is noted.
func (s *salvage) readOutings(ctx context.Context) error {
	s.outings = map[string][]store.CameOut{}
	for _, f := range s.files {
		lang, file, _ := strings.Cut(f.Path, "/")
		if file != "packs.idx" {
			continue
		}
		b, err := s.body(ctx, f.Path)
		if err != nil {
			return err
		}
		x, err := edition.ParsePackIndex(b)
		if err != nil {
			s.out.Unread = append(s.out.Unread, fmt.Sprintf("%s: %v", f.Path, err))
			continue
		}
		if s.known, err = s.p.Store.CameOut(ctx, lang); err != nil {
			return err
		}
		// Names of longer periods are shorter: the shortest period of an outing tells the most.
		slices.SortStableFunc(x.Packs, func(a, b edition.Pack) int { return len(b.Period) - len(a.Period) })
		for _, p := range x.Packs {
			if err := s.readPack(ctx, lang, p.Period); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *salvage) readPack(ctx context.Context, lang, period string) error {
	path := edition.PackTextPath(lang, period)
	b, err := s.body(ctx, path)
	if err != nil {
		return err
	}
	text, err := edition.ParsePackText(b)
	if err == nil && (text.Language != lang || text.Period != period) {
		err = fmt.Errorf("of the period %s in %s", text.Period, text.Language)
	}
	if err != nil {
		s.out.Unread = append(s.out.Unread, fmt.Sprintf("%s: %v", path, err))
		return nil
	}
	at, supplement, err := begins(period)
	if err != nil {
		return err
	}
	begin, end := at, nextBegins(period, at)
	for i, a := range text.Articles {
		if i > 0 && a.ID <= text.Articles[i-1].ID {
			at = at.Add(time.Second) // of one time the articles are sorted by ID
		}
		k, known := s.known[store.Outing{Story: a.ID, Number: a.Number}]
		inside := k.Supplement == supplement && (supplement > 0 || !k.Time.Before(begin) && k.Time.Before(end))
		if known && inside && !k.Time.Before(at) {
			at = k.Time
		}
		s.cameOut(a.ID, store.CameOut{Lang: lang, Number: a.Number, Time: at, Supplement: supplement})
	}
	return nil
}

// nextBegins returns when a period ends that begins at a time; of a supplement nothing that means anything.
func nextBegins(period string, at time.Time) time.Time {
	switch kind, _, _ := edition.ParsePeriod(period); kind {
	case edition.Hour:
		return at.Add(time.Hour)
	case edition.Day:
		return at.AddDate(0, 0, 1)
	}
	return at.AddDate(0, 1, 0)
}

// begins returns when a period begins. Supplements are older than all else that came out, in their order.
func begins(period string) (at time.Time, supplement int, err error) {
	kind, at, err := edition.ParsePeriod(period)
	if err != nil || kind != edition.Supplement {
		return at, 0, err
	}
	_, err = fmt.Sscanf(period, "s%d", &supplement)
	return time.Unix(int64(supplement)*edition.SupplementSize, 0).UTC(), supplement, err
}

// cameOut notes an outing, unless a shorter period has told more of it.
func (s *salvage) cameOut(id string, o store.CameOut) {
	known := slices.ContainsFunc(s.outings[id], func(k store.CameOut) bool { return k.Lang == o.Lang && k.Number == o.Number })
	if !known {
		s.outings[id] = append(s.outings[id], o)
	}
}
