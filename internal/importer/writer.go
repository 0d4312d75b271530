package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// batchSize is the number of articles that are written in one transaction.
const batchSize = 400

// A Writer checks the articles of an import, writes them to the store some hundred at a time, and keeps the report.
// Articles of one story that come apart, as from one feed a language, are put together while they wait.
type Writer struct {
	st     Store
	report Report
	// seen holds where each article of the run came from, by story and language.
	seen map[[2]string]Place
	// waiting are the stories of the next transaction, index their places by ID, articles the number of their articles.
	waiting  []news.Story
	index    map[string]int
	articles int
}

// NewWriter returns a Writer with an empty report.
func NewWriter(st Store) *Writer {
	return &Writer{
		st:     st,
		report: Report{Problems: []Problem{}, Notes: []Problem{}},
		seen:   make(map[[2]string]Place),
		index:  make(map[string]int),
	}
}

// Refuse reports an article, or a whole file, that is not taken.
func (w *Writer) Refuse(at Place, reason error) {
	w.report.Total++
	w.report.Refused++
	w.report.Problems = append(w.report.Problems, Problem{at, reason.Error()})
}

// Note reports what was left out of an article.
func (w *Writer) Note(at Place, reason string) {
	w.report.Notes = append(w.report.Notes, Problem{at, reason})
}

// Withdrawn returns why a story is not taken that came under some names, its ID and the addresses where its articles
// stood: the newsroom has withdrawn it. It is nil where it has not. Ask before anything of the story is put, as its media.
func (w *Writer) Withdrawn(ctx context.Context, names ...string) (reason, err error) {
	return withdrawnAs(ctx, w.st, names...)
}

// withdrawnAs returns why a story is not taken that came under some names: the newsroom has withdrawn it.
func withdrawnAs(ctx context.Context, st Store, names ...string) (reason, err error) {
	name, err := st.Withdrawn(ctx, names...)
	if err != nil || name == "" {
		return nil, err
	}
	return fmt.Errorf("it was %w; to publish it again: coranto withdraw --undo %s", store.ErrWithdrawn, quoted(name)), nil
}

// quoted returns a name as it is typed in a shell.
func quoted(name string) string {
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// Add takes the articles of a story that are valid and new to this run, and refuses the others; at says where each
// language's article stands. It writes what waits when that has become enough; an error is the store's, and ends the import.
func (w *Writer) Add(ctx context.Context, s news.Story, at func(lang string) Place) error {
	withdrawn, err := w.Withdrawn(ctx, s.Names()...)
	if err != nil {
		return err
	}
	good := make([]news.Article, 0, len(s.Articles))
	for _, a := range s.Articles {
		place := at(a.Lang)
		err := withdrawn
		if err == nil {
			err = w.check(s, a)
		}
		if err != nil {
			w.Refuse(place, err)
			continue
		}
		w.seen[[2]string{s.ID, a.Lang}] = place
		good = append(good, a)
	}
	if len(good) == 0 {
		return nil
	}
	s.Articles = good
	if ok, err := w.fits(ctx, s, at); err != nil || !ok {
		return err
	}
	w.wait(s)
	if w.articles < batchSize {
		return nil
	}
	return w.Flush(ctx)
}

// check says what is wrong with one article of a story.
func (w *Writer) check(s news.Story, a news.Article) error {
	if first, ok := w.seen[[2]string{s.ID, a.Lang}]; ok {
		return fmt.Errorf("story %q in %s was already in %s", s.ID, a.Lang, first)
	}
	s.Articles = []news.Article{a}
	if err := s.Validate(); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "article "+a.Lang+": "))
	}
	return nil
}

// fits says whether a story that brings other sources or claims still holds together with the articles that the store
// has of it, and refuses its articles where not: the store would refuse the whole transaction.
func (w *Writer) fits(ctx context.Context, s news.Story, at func(lang string) Place) (bool, error) {
	if s.Sources == nil && s.Claims == nil {
		return true, nil
	}
	old, err := w.st.Story(ctx, s.ID)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	together := s
	together.Articles = slices.Clone(s.Articles)
	for _, a := range old.Articles {
		if !slices.ContainsFunc(s.Articles, func(b news.Article) bool { return a.Lang == b.Lang }) {
			together.Articles = append(together.Articles, a)
		}
	}
	sortArticles(together.Articles)
	if err := together.Validate(); err != nil {
		for _, a := range s.Articles {
			w.Refuse(at(a.Lang), fmt.Errorf("the story no longer fits an article that the newsroom has of it: %w", err))
		}
		return false, nil
	}
	return true, nil
}

func sortArticles(as []news.Article) {
	slices.SortFunc(as, func(a, b news.Article) int { return strings.Compare(a.Lang, b.Lang) })
}

// wait puts a story with those that wait to be written.
func (w *Writer) wait(s news.Story) {
	w.articles += len(s.Articles)
	i, ok := w.index[s.ID]
	if !ok {
		w.index[s.ID] = len(w.waiting)
		w.waiting = append(w.waiting, s)
		return
	}
	first := &w.waiting[i]
	first.Articles = append(first.Articles, s.Articles...)
	if first.Slug == "" {
		first.Slug = s.Slug
	}
}

// Flush writes what waits, so that the store has it. Add does so by itself now and then, and Close at the end.
func (w *Writer) Flush(ctx context.Context) error {
	for i := range w.waiting {
		sortArticles(w.waiting[i].Articles)
	}
	if len(w.waiting) > 0 {
		results, err := w.st.PutMany(ctx, w.waiting)
		if err != nil {
			return err
		}
		w.count(results)
	}
	w.waiting, w.articles = nil, 0
	clear(w.index)
	return nil
}

func (w *Writer) count(results []store.PutResult) {
	for _, r := range results {
		w.report.New += len(r.New)
		w.report.Changed += len(r.Changed)
		w.report.Unchanged += len(r.Unchanged)
		w.report.Total += len(r.New) + len(r.Changed) + len(r.Unchanged)
	}
}

// Close ends the import and returns the report. With an error, or a context that has ended, it writes nothing more and
// returns that; what was written before stays.
func (w *Writer) Close(ctx context.Context, err error) (Report, error) {
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = w.Flush(ctx)
	}
	return w.report, err
}
