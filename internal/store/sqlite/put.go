package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Put implements store.Store.
func (s *Store) Put(ctx context.Context, story news.Story) (store.PutResult, error) {
	results, err := s.PutMany(ctx, []news.Story{story})
	if err != nil {
		return store.PutResult{}, err
	}
	return results[0], nil
}

// PutMany implements store.Store.
func (s *Store) PutMany(ctx context.Context, stories []news.Story) ([]store.PutResult, error) {
	if err := validate(stories); err != nil {
		return nil, err
	}
	var results []store.PutResult
	err := s.update(ctx, func(w *session) (err error) {
		results, err = putAll(ctx, w, stories)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func validate(stories []news.Story) error {
	for _, story := range stories {
		if err := story.Validate(); err != nil {
			return fmt.Errorf("put story %q: %w", story.ID, err)
		}
	}
	return nil
}

// putAll writes stories in a transaction.
func putAll(ctx context.Context, w *session, stories []news.Story) ([]store.PutResult, error) {
	results := make([]store.PutResult, len(stories))
	m, err := readMarks(ctx, w)
	if err != nil {
		return nil, err
	}
	for i, story := range stories {
		if err := m.refuse(story); err != nil {
			return nil, fmt.Errorf("put story %q: %w", story.ID, err)
		}
		p := put{ctx: ctx, w: w, story: story, marks: m}
		if err := p.run(); err != nil {
			return nil, fmt.Errorf("put story %q: %w", story.ID, err)
		}
		results[i] = p.result
	}
	return results, nil
}

// A put writes one story in a transaction.
type put struct {
	ctx    context.Context
	w      *session
	story  news.Story
	marks  marks
	result store.PutResult
	// voices says that the sources or claims of a story that was there are others now.
	voices bool
}

func (p *put) run() error {
	known, err := p.putStory()
	if err != nil {
		return err
	}
	for _, a := range p.story.Articles {
		if err := p.putArticle(a, known); err != nil {
			return fmt.Errorf("article %s: %w", a.Lang, err)
		}
		if err := p.putFile(a); err != nil {
			return err
		}
	}
	if p.voices {
		if err := p.checkMerged(); err != nil {
			return err
		}
	}
	if !p.voices && len(p.result.New)+len(p.result.Changed) == 0 {
		return nil
	}
	return touch(p.ctx, p.w, p.story.ID)
}

// voices is a row of story: what it says besides its articles.
type voices struct{ wish, sources, open, claims string }

func scanVoices(r row) (v voices, err error) {
	err = r.Scan(&v.wish, &v.sources, &v.open, &v.claims)
	return v, err
}

// putStory writes the story's own row and says whether there was one.
func (p *put) putStory() (known bool, err error) {
	old, err := one(p.ctx, p.w, scanVoices, "SELECT wish, sources, open_sources, claims FROM story WHERE id = ?", p.story.ID)
	if known = err == nil; !known && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	if !known {
		old = voices{sources: "[]", open: "[]", claims: "[]"}
	}
	now := old
	if p.story.Slug != "" {
		now.wish = p.story.Slug
	}
	if p.story.Sources != nil {
		if now.sources, err = encodeList(p.story.Sources); err != nil {
			return known, err
		}
		if now.open, err = encodeList(p.story.ForReaders().Sources); err != nil {
			return known, err
		}
	}
	if p.story.Claims != nil {
		if now.claims, err = encodeList(p.story.Claims); err != nil {
			return known, err
		}
	}
	p.voices = known && (now.sources != old.sources || now.claims != old.claims)
	if known && now == old {
		return known, nil
	}
	return known, p.w.exec(p.ctx, `INSERT INTO story (id, wish, sources, open_sources, claims) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET wish = excluded.wish, sources = excluded.sources, open_sources = excluded.open_sources,
			claims = excluded.claims`, p.story.ID, now.wish, now.sources, now.open, now.claims)
}

// checkMerged checks the whole story after its sources or claims were replaced: an article in another language may
// lean on one that is gone.
func (p *put) checkMerged() error {
	merged, err := readStory(p.ctx, p.w, p.story.ID)
	if err != nil {
		return err
	}
	if err := merged.Validate(); err != nil {
		return fmt.Errorf("together with what the store has of it: %w", err)
	}
	return nil
}

// revision is a row of that table.
type revision struct {
	lang               string
	number             int
	status             news.Status
	published, updated int64
	breaking           int64
	content            string
}

const revisionColumns = "r.lang, r.number, r.status, r.published, r.updated, r.breaking, r.content"

// newRevision returns the row of an article's revision under a number.
func newRevision(a news.Article, number int) (revision, error) {
	content, err := encodeRevision(a.Revision)
	return revision{a.Lang, number, a.Status, a.Published.Unix(), a.Updated.Unix(), a.Breaking.Unix(), content}, err
}

func scanRevision(r row) (v revision, err error) {
	err = r.Scan(&v.lang, &v.number, &v.status, &v.published, &v.updated, &v.breaking, &v.content)
	return v, err
}

func (v revision) article() (a news.Article, err error) {
	a = news.Article{Lang: v.lang, Status: v.status, Number: v.number,
		Published: unix(v.published), Updated: unix(v.updated), Breaking: unix(v.breaking)}
	return a, decode(v.content, &a.Revision)
}

// putArticle writes a revision if the article is new or differs from its newest.
func (p *put) putArticle(a news.Article, known bool) error {
	if err := p.checkMedia(a.Revision); err != nil {
		return err
	}
	var err error
	if a.Revision, err = p.marks.unlinked(a.Revision); err != nil {
		return err
	}
	var old revision
	if known {
		old, err = one(p.ctx, p.w, scanRevision, "SELECT "+revisionColumns+` FROM article a
			JOIN revision r USING (story, lang, number) WHERE a.story = ? AND a.lang = ?`, p.story.ID, a.Lang)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if old.number > 0 {
		if a.Revision.Corrections, err = p.keepCorrections(a); err != nil {
			return err
		}
	}
	now, err := newRevision(a, 1)
	if err != nil {
		return err
	}
	if old.number > 0 {
		now.number = old.number
		if now == old {
			p.result.Unchanged = append(p.result.Unchanged, a.Lang)
			return nil
		}
		now.number++
		if now.status == news.Withdrawn && old.status != news.Withdrawn {
			if _, err := takeDown(p.ctx, p.w); err != nil {
				return err
			}
		}
	}
	if now.number == 1 {
		p.result.New = append(p.result.New, a.Lang)
	} else {
		p.result.Changed = append(p.result.Changed, a.Lang)
	}
	if err := p.write(now); err != nil {
		return err
	}
	return p.writeReferences(a, now.number)
}

func (p *put) write(r revision) error {
	err := p.w.exec(p.ctx, `INSERT INTO revision (story, lang, number, status, published, updated, breaking, content)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, p.story.ID, r.lang, r.number, string(r.status), r.published, r.updated, r.breaking, r.content)
	if err != nil {
		return err
	}
	return p.w.exec(p.ctx, `INSERT INTO article (story, lang, number, status, published, breaking) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET number = excluded.number, status = excluded.status, published = excluded.published,
			breaking = excluded.breaking`,
		p.story.ID, r.lang, r.number, string(r.status), r.published, orNull(r.breaking))
}

func (p *put) checkMedia(r news.Revision) error {
	for id := range r.Media() {
		_, err := one(p.ctx, p.w, value[string], "SELECT id FROM media WHERE id = ?", id)
		if err != nil {
			return fmt.Errorf("media %s: %w", id, err)
		}
	}
	return nil
}

// writeReferences notes the stories that an article links to or calls related and the media that it shows, in place of
// what its former revision did.
func (p *put) writeReferences(a news.Article, number int) error {
	if number > 1 {
		err := p.w.exec(p.ctx, "DELETE FROM reference WHERE story = ? AND lang = ?", p.story.ID, a.Lang)
		if err != nil {
			return err
		}
	}
	for target := range references(a.Revision) {
		err := p.w.exec(p.ctx, "INSERT INTO reference (story, lang, target) VALUES (?, ?, ?)", p.story.ID, a.Lang, target)
		if err != nil {
			return err
		}
	}
	return nil
}

func references(r news.Revision) map[string]bool {
	targets := map[string]bool{}
	for s := range r.Spans() {
		if len(s.Link) > len(toStory) && s.Link[:len(toStory)] == toStory {
			targets[s.Link] = true
		}
	}
	for _, id := range r.Related {
		targets[toRelated+id] = true
	}
	for id := range r.Media() {
		targets[toMedia+id] = true
	}
	return targets
}

// linked returns the ID of the story that a reference leads to, if it leads to one.
func linked(target string) (id string, ok bool) {
	if id, ok = strings.CutPrefix(target, toStory); !ok {
		id, ok = strings.CutPrefix(target, toRelated)
	}
	return id, ok
}

// How a reference begins; a link to a story is written as in news.Span.
const (
	toStory   = "story:"
	toRelated = "related:"
	toMedia   = "media:"
)

// Story implements store.Store.
func (s *Store) Story(ctx context.Context, id string) (news.Story, error) {
	story, err := inOneRead(ctx, s, func(r *session) (news.Story, error) { return readStory(ctx, r, id) })
	if err != nil {
		return news.Story{}, fmt.Errorf("story %q: %w", id, err)
	}
	return story, nil
}

// readStory returns a story with the newest revisions of its articles.
func readStory(ctx context.Context, s *session, id string) (news.Story, error) {
	story, err := one(ctx, s, scanStory,
		"SELECT id, coalesce(day, ''), coalesce(slug, ''), wish, sources, claims FROM story WHERE id = ?", id)
	if err != nil {
		return story, err
	}
	story, err = withArticles(ctx, s, story, "SELECT "+revisionColumns+` FROM article a
		JOIN revision r USING (story, lang, number) WHERE a.story = ? ORDER BY r.lang`)
	if err != nil {
		return story, err
	}
	return withFiles(ctx, s, story)
}

func scanStory(r row) (s news.Story, err error) {
	var sources, claims string
	if err := r.Scan(&s.ID, &s.Address.Day, &s.Address.Slug, &s.Slug, &sources, &claims); err != nil {
		return s, err
	}
	if s.Sources, err = decodeList[news.Source](sources); err != nil {
		return s, err
	}
	s.Claims, err = decodeList[news.Claim](claims)
	return s, err
}

// withArticles fills in a story's articles from a query for revisionColumns by its ID.
func withArticles(ctx context.Context, s *session, story news.Story, query string) (news.Story, error) {
	revisions, err := all(ctx, s, scanRevision, query, story.ID)
	for _, r := range revisions {
		a, err := r.article()
		if err != nil {
			return story, err
		}
		story.Articles = append(story.Articles, a)
	}
	return story, err
}

// Revisions implements store.Store.
func (s *Store) Revisions(ctx context.Context, id, lang string) ([]news.Revision, error) {
	rows, err := inOneRead(ctx, s, func(r *session) ([]revision, error) {
		return all(ctx, r, scanRevision, "SELECT "+revisionColumns+` FROM revision r
			WHERE r.story = ? AND r.lang = ? ORDER BY r.number`, id, lang)
	})
	if err == nil && len(rows) == 0 {
		err = store.ErrNotFound
	}
	revisions := make([]news.Revision, len(rows))
	for i := 0; err == nil && i < len(rows); i++ {
		err = decode(rows[i].content, &revisions[i])
	}
	if err != nil {
		return nil, fmt.Errorf("revisions of story %q in %s: %w", id, lang, err)
	}
	return revisions, nil
}
