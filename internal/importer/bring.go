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

// bring writes a batch: it leads its links to stories, checks its articles, fetches its files, and puts what is good.
func (im *importing) bring(ctx context.Context, b *batch) error {
	w := &writing{importing: im, tallies: im.tallies.clone(), batch: store.Batch{
		Comments: make(map[string][]news.Comment), Taken: make(map[store.ArticleID]string)}}
	entries := make([]*entry, len(b.items))
	for i := range b.items {
		entries[i] = &entry{Item: b.items[i]}
	}
	for _, step := range []func(context.Context, []*entry) error{im.relink, w.judge, w.show, w.put} {
		if err := step(ctx, entries); err != nil {
			return err
		}
	}
	im.tallies = w.tallies
	done, total := im.tallies.met()
	im.opt.Progress.Tell(done, total, "")
	return nil
}

// An entry is an item on its way into the store.
type entry struct {
	Item
	// from and to are where the item's stories stand in the batch: its earlier states, then it.
	from, to int
	// denied says that the story has an article in a language that is not the newsroom's.
	denied error
	// file is what became of the item's own file, if it has one.
	file had
}

// A writing is a batch on its way.
type writing struct {
	*importing
	batch store.Batch
	// tallies are those of the import once the batch is written.
	tallies tallies
}

// find notes an entry of the report.
func (w *writing) find(list string, at Place, media, reason string) {
	w.batch.Findings = append(w.batch.Findings, store.Finding{Kind: list, File: at.File, Item: at.Item, Media: media, Reason: reason})
}

// things is how many things an item stands for.
func (e *entry) things() int {
	if e.Story != nil {
		return max(len(e.Story.Articles), 1)
	}
	return max(e.Count, 1)
}

// refuse takes an item no further, with all that belongs to it.
func (w *writing) refuse(e *entry, reason error) {
	n := e.things()
	w.tallies.count(e.Kind, func(t *Tally) { t.Refused += n })
	w.comments(e, func(t *Tally, n int) { t.Refused += n })
	w.tallies.Total.Refused += n
	w.tallies.Total.Total += n
	w.find(ListProblems, e.At, "", reason.Error())
	e.Story, e.File = nil, ""
	e.Err = reason
}

// leave takes an item no further although nothing is wrong with it.
func (w *writing) leave(e *entry, reason string) {
	n := e.things()
	w.tallies.count(e.Kind, func(t *Tally) { t.Left += n })
	w.comments(e, func(t *Tally, n int) { t.Left += n })
	w.find(ListLeft, e.At, "", reason)
	e.Story, e.File, e.Left = nil, "", reason
}

// comments counts the comments of an item.
func (w *writing) comments(e *entry, count func(t *Tally, n int)) {
	if n := len(e.Comments); n > 0 {
		w.tallies.count(KindComment, func(t *Tally) { count(t, n) })
	}
}

// judge says of each item whether it can come in, before anything is fetched for it.
func (w *writing) judge(ctx context.Context, entries []*entry) error {
	for _, e := range entries {
		if e.Story != nil {
			e.denied = w.allow(e.Story)
		}
	}
	taken, err := w.takenBefore(ctx, entries)
	if err != nil {
		return err
	}
	withdrawn, err := w.withdrawn(ctx, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for _, n := range e.Notes {
			w.find(ListNotes, e.At, "", n)
		}
		switch {
		case e.Err != nil:
			e.Story = nil
			w.refuse(e, e.Err)
		case e.Left != "":
			e.Story = nil
			w.leave(e, e.Left)
		case e.Story != nil && e.Kill:
			err = w.kill(ctx, e, withdrawn)
		case e.Story != nil:
			err = w.check(ctx, e, taken, withdrawn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takenBefore returns the articles of some items that this import has taken already, and where each stood.
func (w *writing) takenBefore(ctx context.Context, entries []*entry) (map[store.ArticleID]string, error) {
	var ids []store.ArticleID
	for _, e := range entries {
		if e.Story != nil && !e.Kill {
			for _, a := range e.Story.Articles {
				ids = append(ids, store.ArticleID{Story: e.Story.ID, Lang: a.Lang})
			}
		}
	}
	return w.st.Taken(ctx, w.source, ids)
}

// withdrawn returns why some stories can't come in: the newsroom has withdrawn them. Mostly it has withdrawn none, and one
// question answers for all.
func (w *writing) withdrawn(ctx context.Context, entries []*entry) (map[*news.Story]error, error) {
	var names []string
	for _, e := range entries {
		if e.Story != nil {
			names = append(names, e.Story.Names()...)
		}
	}
	first, err := w.st.Withdrawn(ctx, names...)
	if err != nil || first == "" {
		return nil, err
	}
	reasons := make(map[*news.Story]error)
	for _, e := range entries {
		if e.Story == nil {
			continue
		}
		reason, err := withdrawnAs(ctx, w.st, e.Story.Names()...)
		if err != nil {
			return nil, err
		}
		if reason != nil {
			reasons[e.Story] = reason
		}
	}
	return reasons, nil
}

// check refuses a story that can't come in. The articles of one item come in together, or not at all.
func (w *writing) check(ctx context.Context, e *entry, taken map[store.ArticleID]string, withdrawn map[*news.Story]error) error {
	s := e.Story
	reason := withdrawn[s]
	if reason == nil {
		reason = e.denied
	}
	sortArticles(s.Articles)
	if reason == nil {
		reason = s.Validate()
	}
	for i := 0; reason == nil && i < len(e.Before); i++ {
		reason = e.Before[i].Validate()
	}
	for i := 0; reason == nil && i < len(s.Articles); i++ {
		id := store.ArticleID{Story: s.ID, Lang: s.Articles[i].Lang}
		if first, ok := taken[id]; ok {
			reason = fmt.Errorf("story %q in %s was already in %s", s.ID, id.Lang, first)
		}
	}
	if reason == nil && asksStore(e.Item) {
		var err error
		if reason, err = w.fit(ctx, e); err != nil {
			return err
		}
	}
	if errors.Is(reason, errOlder) {
		w.leave(e, reason.Error())
		return nil
	}
	if reason != nil {
		w.refuse(e, errors.New(strings.TrimPrefix(reason.Error(), "article "+first(s)+": ")))
		return nil
	}
	for _, a := range s.Articles {
		taken[store.ArticleID{Story: s.ID, Lang: a.Lang}] = e.At.String()
	}
	e.Comments = slices.DeleteFunc(slices.Clone(e.Comments), func(c news.Comment) bool { return w.refuseComment(e.At, c) })
	return nil
}

// first returns the language of a story's first article; "" for a story without one, which is not valid.
func first(s *news.Story) string {
	if len(s.Articles) == 0 {
		return ""
	}
	return s.Articles[0].Lang
}

// allow gives a story's articles the newsroom's own tags for their languages.
func (w *writing) allow(s *news.Story) (err error) {
	for i := range s.Articles {
		if a := &s.Articles[i]; err == nil && len(w.opt.Languages) > 0 {
			a.Lang, err = AllowedLanguage(a.Lang, w.opt.Languages)
		}
	}
	return err
}

// refuseComment refuses a comment that is not valid, by itself, and says whether it did.
func (w *writing) refuseComment(at Place, c news.Comment) bool {
	err := c.Validate()
	if err == nil {
		return false
	}
	w.tallies.count(KindComment, func(t *Tally) { t.Refused++ })
	w.tallies.Total.Refused++
	w.tallies.Total.Total++
	w.find(ListProblems, at, "", fmt.Sprintf("comment %q: %v", c.ID, err))
	return true
}

// fit says whether a story holds together with what the store has of it, and drops the earlier states that it has.
func (w *writing) fit(ctx context.Context, e *entry) (reason, err error) {
	old, err := w.st.Story(ctx, e.Story.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(old.Articles, func(a news.Article) bool { return !e.Made.IsZero() && a.Updated.After(e.Made) && e.names(a.Lang) }) {
		return errOlder, nil
	}
	e.Before = later(old, e.Before, *e.Story)
	together := *e.Story
	together.Articles = slices.Clone(e.Story.Articles)
	for _, a := range old.Articles {
		if !slices.ContainsFunc(together.Articles, func(b news.Article) bool { return a.Lang == b.Lang }) {
			together.Articles = append(together.Articles, a)
		}
	}
	sortArticles(together.Articles)
	if err := together.Validate(); err != nil {
		return fmt.Errorf("the story no longer fits an article that the newsroom has of it: %w", err), nil
	}
	return nil, nil
}

// errOlder is of an item that its source sent again, although it has sent a newer version.
var errOlder = errors.New("the newsroom has a newer version of it")

// names says whether an item's story has an article in a language.
func (e *entry) names(lang string) bool {
	return slices.ContainsFunc(e.Story.Articles, func(a news.Article) bool { return a.Lang == lang })
}

// kill makes of an item what takes back the articles that the store has of its story.
func (w *writing) kill(ctx context.Context, e *entry, withdrawn map[*news.Story]error) error {
	old, err := w.st.Story(ctx, e.Story.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	e.Before = nil
	var killed []news.Article
	for _, a := range old.Articles {
		if e.names(a.Lang) && a.Status != news.Draft {
			a.Status = news.Withdrawn
			if e.Made.After(a.Published) && e.Made.After(a.Updated) {
				a.Updated = e.Made // an older version does not bring it back
			}
			killed = append(killed, a)
		}
	}
	if len(killed) == 0 || withdrawn[e.Story] != nil {
		w.leave(e, "its source takes it back, and it was never here or is gone already")
		return nil
	}
	e.Story = &news.Story{ID: old.ID, Articles: killed}
	return nil
}
