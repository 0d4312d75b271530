package sqlite

import (
	"context"
	"fmt"

	"coranto/internal/news"
	"coranto/internal/store"
)

func (s *snapshot) Packs(ctx context.Context, lang string) ([]store.Pack, error) {
	return all(ctx, s.r, func(r row) (p store.Pack, err error) {
		err = r.Scan(&p.Period, &p.Articles)
		return p, err
	}, "SELECT period, articles FROM pack WHERE lang = ? AND period <> ? ORDER BY period", lang, store.SeedPeriod)
}

func (s *snapshot) Pack(ctx context.Context, lang, period string) ([]store.Outing, error) {
	there, err := one(ctx, s.r, value[bool], "SELECT EXISTS (SELECT 1 FROM pack WHERE lang = ? AND period = ?)", lang, period)
	if err != nil || !there || period == store.SeedPeriod {
		return nil, err
	}
	newest, err := newestOuting(ctx, s.r, lang)
	if err != nil {
		return nil, err
	}
	return packed(ctx, s.r, lang, period, newest)
}

func (s *snapshot) Seed(ctx context.Context, lang string) ([]store.Outing, error) {
	return seed(ctx, s.r, lang)
}

func (s *snapshot) ArticleAt(ctx context.Context, id, lang string, number int) (news.Story, error) {
	story, err := s.articleAt(ctx, ArticleID{Story: id, Lang: lang}, number)
	if err != nil {
		return news.Story{}, fmt.Errorf("story %q in %s, revision %d: %w", id, lang, number, err)
	}
	return story.ForReaders(), nil
}

func (s *snapshot) articleAt(ctx context.Context, a ArticleID, number int) (news.Story, error) {
	story, err := one(ctx, s.r, scanStory, "SELECT story, day, slug, '', sources, claims FROM shown WHERE story = ?", a.Story)
	if err != nil {
		return story, err
	}
	// Only by way of the ledger: a revision that never came out may be a draft.
	newest := 0
	r, err := one(ctx, s.r, func(r row) (revision, error) { return scanRevision(extended{r, []any{&newest}}) },
		"SELECT "+revisionColumns+`, p.number FROM outing o JOIN revision r USING (story, lang, number)
		JOIN public p ON p.story = o.story AND p.lang = o.lang WHERE o.story = ? AND o.lang = ? AND o.number = ?`,
		a.Story, a.Lang, number)
	if err != nil {
		return story, err
	}
	article, err := r.article()
	if err != nil {
		return story, err
	}
	if newest != number {
		if err := s.outdate(ctx, a, newest, &article.Revision); err != nil {
			return story, err
		}
	}
	claims := map[string]bool{}
	for _, c := range story.Claims {
		claims[c.ID] = true
	}
	article.Revision.DropClaims(claims)
	story.Articles = []news.Article{article}
	return story, nil
}

// outdate takes out of an old revision the names that the newest protects.
func (s *snapshot) outdate(ctx context.Context, a ArticleID, newest int, old *news.Revision) error {
	protected, err := protectedIn(ctx, s.r, a, newest)
	for i, b := range old.Bylines {
		old.Bylines[i].Protected = b.Protected || protected[b.Name]
	}
	return err
}

func readRevision(ctx context.Context, s *session, a ArticleID, number int) (news.Revision, error) {
	content, err := one(ctx, s, value[string], "SELECT content FROM revision WHERE story = ? AND lang = ? AND number = ?",
		a.Story, a.Lang, number)
	if err != nil {
		return news.Revision{}, err
	}
	var r news.Revision
	return r, decode(content, &r)
}

// protectedIn returns the names that a revision protects.
func protectedIn(ctx context.Context, s *session, a ArticleID, number int) (map[string]bool, error) {
	r, err := readRevision(ctx, s, a, number)
	names := map[string]bool{}
	for _, b := range r.Bylines {
		if b.Protected {
			names[b.Name] = true
		}
	}
	return names, err
}
