package sqlite

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// A snapshot implements store.Snapshot on a read transaction.
type snapshot struct {
	store   *Store
	r       *session
	settled settled
	close   func() error
}

var _ store.Snapshot = (*snapshot)(nil)

// Snapshot implements store.Store. It does not end with ctx, but with Close.
func (s *Store) Snapshot(ctx context.Context) (store.Snapshot, error) {
	r, err := s.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	settled, err := readSettled(ctx, r) // the first read, from which on the view is fixed
	if err != nil {
		s.end(r)
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return &snapshot{store: s, r: r, settled: settled, close: sync.OnceValue(func() error { return s.end(r) })}, nil
}

// Close may be called twice.
func (s *snapshot) Close() error { return s.close() }

func (s *snapshot) Seq() int64 { return s.settled.seq }

func (s *snapshot) AsOf() time.Time { return s.settled.asOf }

func (s *snapshot) Takedowns() int64 { return s.settled.takedowns }

// logged is the last entry of the change log about a thing.
type logged struct {
	seq   int64
	first bool
	lang  string
}

// Changes first finds the last entry about each thing, and then reads those as the loop asks for them.
func (s *snapshot) Changes(ctx context.Context, after int64) iter.Seq2[store.Change, error] {
	return func(yield func(store.Change, error) bool) {
		last, err := all(ctx, s.r, func(r row) (l logged, err error) {
			err = r.Scan(&l.seq, &l.first, &l.lang)
			return l, err
		}, `SELECT max(seq) AS last, max(first), CASE WHEN min(lang) = max(lang) THEN lang ELSE '' END
			FROM change WHERE seq > ? AND seq <= ?
			GROUP BY kind, CASE kind WHEN 'oldpath' THEN '' ELSE story END, CASE kind WHEN 'story' THEN '' ELSE lang END, topic, page, day ORDER BY last`,
			after, s.settled.seq)
		if err != nil {
			yield(store.Change{}, err)
			return
		}
		chunks := chunked(func() ([]store.Change, error) {
			chunk := last[:min(len(last), chunkSize)]
			last = last[len(chunk):]
			return s.changes(ctx, chunk)
		})
		chunks(yield)
	}
}

// changes returns the entries of the change log in a chunk of those that count.
func (s *snapshot) changes(ctx context.Context, chunk []logged) ([]store.Change, error) {
	cs := make([]store.Change, 0, len(chunk))
	for _, l := range chunk {
		c, err := one(ctx, s.r, scanChange, `SELECT c.seq, c.kind, c.story, coalesce(s.day, ''), coalesce(s.slug, ''),
			c.lang, c.topic, c.page, c.day FROM change c LEFT JOIN story s ON s.id = c.story WHERE c.seq = ?`, l.seq)
		if err != nil {
			return nil, err
		}
		c.First, c.List.Lang = l.first, l.lang
		cs = append(cs, c)
	}
	return cs, nil
}

func scanChange(r row) (c store.Change, err error) {
	var lang, key string
	err = r.Scan(&c.Seq, &c.Kind, &c.Story, &c.Address.Day, &c.Address.Slug, &lang, &key, &c.Page, &c.Day)
	c.List = listOf(lang, key)
	switch c.Kind {
	case store.PackChanged:
		c.Day, c.Period = "", c.Day
	case store.OldPathChanged:
		c.Day, c.Path = "", c.Day
		c.Story, c.Address = "", news.Address{} // of one of those that it belonged to, for Erase
	}
	return c, err
}

func (s *snapshot) Story(ctx context.Context, id string) (news.Story, error) {
	story, err := one(ctx, s.r, scanStory, "SELECT story, day, slug, '', sources, claims FROM shown WHERE story = ?", id)
	if err == nil {
		story, err = withArticles(ctx, s.r, story, "SELECT "+revisionColumns+` FROM public p
			JOIN revision r USING (story, lang, number) WHERE p.story = ? ORDER BY r.lang`)
	}
	if err != nil {
		return news.Story{}, fmt.Errorf("story %q: %w", id, err)
	}
	return story.ForReaders(), nil
}

func (s *snapshot) Stories(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var last news.Story
		chunks := chunked(func() ([]news.Story, error) {
			chunk, err := all(ctx, s.r, func(r row) (n news.Story, err error) {
				err = r.Scan(&n.ID, &n.Address.Day, &n.Address.Slug)
				return n, err
			}, `SELECT story, day, slug FROM shown WHERE (day, slug) > (?, ?) ORDER BY day, slug LIMIT ?`,
				last.Address.Day, last.Address.Slug, chunkSize)
			if len(chunk) > 0 {
				last = chunk[len(chunk)-1]
			}
			return chunk, err
		})
		for story, err := range chunks {
			if !yield(story.ID, err) {
				return
			}
		}
	}
}

// headlineColumns are those of a store.Headline.
const headlineColumns = "p.story, s.day, s.slug, p.lang, p.kicker, p.headline, p.standfirst, p.published, p.updated"

// headlines begins a query that returns store.Headlines by way of listing rows l.
const headlines = "SELECT " + headlineColumns + `
	FROM listing l CROSS JOIN public p ON p.story = l.story AND p.lang = l.lang CROSS JOIN shown s ON s.story = l.story
	WHERE l.lang = ? AND l.topic = ? AND l.published IS NOT NULL `

func scanHeadline(r row) (h store.Headline, err error) {
	var published, updated int64
	err = r.Scan(&h.Story, &h.Address.Day, &h.Address.Slug, &h.Lang, &h.Kicker, &h.Headline, &h.Standfirst, &published, &updated)
	h.Published, h.Updated = unix(published), unix(updated)
	return h, err
}

func (s *snapshot) Newest(ctx context.Context, l store.List, n int) ([]store.Headline, error) {
	return all(ctx, s.r, scanHeadline, headlines+"ORDER BY l.published DESC, l.story LIMIT ?", l.Lang, keyOf(l), max(n, 0))
}

func (s *snapshot) Page(ctx context.Context, l store.List, number int) ([]store.Headline, error) {
	first, last := places(number)
	return all(ctx, s.r, scanHeadline, headlines+"AND l.place BETWEEN ? AND ? ORDER BY l.published DESC, l.story",
		l.Lang, keyOf(l), first, last)
}

func (s *snapshot) Pages(ctx context.Context, l store.List) (int, error) {
	given, err := all(ctx, s.r, value[int], "SELECT places FROM list WHERE lang = ? AND topic = ?", l.Lang, keyOf(l))
	if err != nil || len(given) == 0 {
		return 0, err
	}
	return pageOf(given[0]), nil
}

func (s *snapshot) Day(ctx context.Context, lang, day string) ([]store.Headline, error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, fmt.Errorf("day %q: %w", day, err)
	}
	return all(ctx, s.r, scanHeadline, headlines+"AND l.published >= ? AND l.published < ? ORDER BY l.published DESC, l.story",
		lang, "", from.Unix(), from.AddDate(0, 0, 1).Unix())
}

func (s *snapshot) Days(ctx context.Context, lang, prefix string) ([]string, error) {
	// "~" comes after every character of a day.
	return all(ctx, s.r, value[string], "SELECT day FROM day WHERE lang = ? AND day >= ? AND day < ? ORDER BY day",
		lang, prefix, prefix+"~")
}

func (s *snapshot) Topics(ctx context.Context, lang string) ([]news.Topic, error) {
	return all(ctx, s.r, func(r row) (t news.Topic, err error) {
		err = r.Scan(&t.Slug, &t.Name)
		return t, err
	}, "SELECT topic, name FROM list WHERE lang = ? AND topic > '' AND instr(topic, '/') = 0 AND articles > 0 ORDER BY topic", lang)
}

func (s *snapshot) Places(ctx context.Context, lang string) ([]news.Place, error) {
	return all(ctx, s.r, func(r row) (p news.Place, err error) {
		err = r.Scan(&p.Slug, &p.Name)
		return p, err
	}, named, ofPlace, lang, ofPlace, ofPlace)
}

func (s *snapshot) Authors(ctx context.Context, lang string) ([]news.Byline, error) {
	return all(ctx, s.r, func(r row) (b news.Byline, err error) {
		err = r.Scan(&b.Slug, &b.Name)
		return b, err
	}, named, ofAuthor, lang, ofAuthor, ofAuthor)
}

// named returns the slugs and names of a language's lists whose keys begin in one way. "~" comes after every character
// of a slug.
const named = `SELECT substr(topic, length(?) + 1), name FROM list
	WHERE lang = ? AND topic > ? AND topic < ? || '~' AND articles > 0 ORDER BY topic`

// An extended row has columns after those of a store.Headline.
type extended struct {
	row
	dest []any
}

func (e extended) Scan(dest ...any) error { return e.row.Scan(append(dest, e.dest...)...) }

func (s *snapshot) Breaking(ctx context.Context, lang string) ([]store.Breaking, error) {
	return all(ctx, s.r, func(r row) (b store.Breaking, err error) {
		var until int64
		b.Headline, err = scanHeadline(extended{r, []any{&until}})
		b.Until = unix(until)
		return b, err
	}, "SELECT "+headlineColumns+`, p.breaking FROM public p CROSS JOIN shown s ON s.story = p.story
		WHERE p.lang = ? AND p.breaking IS NOT NULL ORDER BY p.published DESC, p.story`, lang)
}

func (s *snapshot) Corrections(ctx context.Context, lang string, n int) ([]store.Correction, error) {
	return all(ctx, s.r, func(r row) (c store.Correction, err error) {
		var at int64
		c.Headline, err = scanHeadline(extended{r, []any{&at, &c.Text}})
		c.Time = unix(at)
		return c, err
	}, "SELECT "+headlineColumns+`, c.time, c.text FROM correction c CROSS JOIN public p ON p.story = c.story AND p.lang = c.lang
		CROSS JOIN shown s ON s.story = c.story
		WHERE c.lang = ? AND c.public = 1 ORDER BY c.time DESC, c.story, c.text LIMIT ?`, lang, max(n, 0))
}

func (s *snapshot) Languages(ctx context.Context) ([]string, error) {
	return all(ctx, s.r, value[string], "SELECT DISTINCT lang FROM list WHERE topic IN ('', ?) AND articles > 0 ORDER BY lang", standing)
}

func (s *snapshot) Media(ctx context.Context, id string) (news.Media, error) {
	return readMedia(ctx, s.r, id)
}

func (s *snapshot) OpenRendition(ctx context.Context, sum string) (io.ReadCloser, error) {
	return s.store.OpenRendition(ctx, sum)
}

func (s *snapshot) Counts(ctx context.Context) (stories, articles int, err error) {
	articles, err = one(ctx, s.r, value[int], "SELECT coalesce(sum(articles), 0) FROM list WHERE topic IN ('', ?)", standing)
	return s.settled.stories, articles, err
}
