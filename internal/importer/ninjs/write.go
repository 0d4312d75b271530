package ninjs

import (
	"errors"
	"reflect"
	"slices"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A waiting story was read and is not yet written.
type waiting struct {
	story news.Story
	files map[string]string // by language
	// numbers are those of the revisions where the documents come from, by language.
	numbers map[string]int
}

// unwanted says why the newsroom does not take a story: it withdrew it, or its own has names that are never published,
// which the import would lose. An error is the store's.
func (r *run) unwanted(s news.Story) (reason, err error) {
	if reason, err = r.w.Withdrawn(r.ctx, s.Names()...); reason != nil || err != nil {
		return reason, err
	}
	own, err := r.st.Story(r.ctx, s.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(own.ForReaders().Sources, own.Sources) || protects(own) {
		return errors.New("the newsroom has the story, with names that are never published: they would be lost"), nil
	}
	return nil, nil
}

// protects says whether a story has a byline, or the name of a missing file, that never leaves the store.
func protects(s news.Story) bool {
	return slices.ContainsFunc(s.Articles, func(a news.Article) bool {
		for f := range a.Revision.Figures() {
			if f.Missing != "" && f.Missing != news.Nameless {
				return true
			}
		}
		return slices.ContainsFunc(a.Revision.Bylines, func(b news.Byline) bool { return b.Protected })
	})
}

// wait refuses the articles that show a media that can't be had, and lets the others wait.
func (r *run) wait(s news.Story, files map[string]string, bad map[string]error) {
	w := waiting{story: s, files: files, numbers: map[string]int{}}
	// The store gives the address, for the same wish the same slug, and the numbers.
	w.story.Slug, w.story.Address = s.Address.Slug, news.Address{}
	w.story.Articles = nil
	for _, a := range s.Articles {
		if err := figures(a, bad); err != nil {
			r.w.Refuse(importer.Place{File: files[a.Lang]}, err)
			continue
		}
		w.numbers[a.Lang] = a.Number
		a.Number = 0
		w.story.Articles = append(w.story.Articles, a)
	}
	r.waiting = append(r.waiting, w)
}

// write writes the stories that wait: originals, then what was translated from them, and so on, since a translation
// names the revision of its original by the number that this store gave it.
func (r *run) write() error {
	for len(r.waiting) > 0 {
		var later []waiting
		for _, w := range r.waiting {
			now, rest := w.split()
			if err := r.add(now); err != nil {
				return err
			}
			if len(rest.story.Articles) > 0 {
				later = append(later, rest)
			}
		}
		if err := r.w.Flush(r.ctx); err != nil {
			return err
		}
		r.waiting = later
	}
	return nil
}

// split returns a story with the articles whose original does not wait with them, and with the others. Articles that
// are each other's originals go together.
func (w waiting) split() (now, rest waiting) {
	now, rest = w, w
	now.story.Articles, rest.story.Articles = nil, nil
	waits := func(lang string) bool {
		return slices.ContainsFunc(w.story.Articles, func(a news.Article) bool { return a.Lang == lang })
	}
	for _, a := range w.story.Articles {
		if o := a.Revision.Origin; o != nil && waits(o.Lang) {
			rest.story.Articles = append(rest.story.Articles, a)
		} else {
			now.story.Articles = append(now.story.Articles, a)
		}
	}
	if len(now.story.Articles) == 0 {
		return w, now
	}
	return now, rest
}

// add hands a story to the writer, its translations tied to the revisions that this store has.
func (r *run) add(w waiting) error {
	own, err := r.st.Story(r.ctx, w.story.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	for i, a := range w.story.Articles {
		if o := a.Revision.Origin; o != nil {
			w.story.Articles[i].Revision.Origin = w.origin(own, a.Lang, *o)
		}
	}
	return r.w.Add(r.ctx, w.story, func(lang string) importer.Place { return importer.Place{File: w.files[lang]} })
}

// origin returns what a translation was made from, by the numbers of this store: the original's revision as it is, or
// one before it when the translation is stale. It is o itself when the original did not come along.
func (w waiting) origin(own news.Story, lang string, o news.Origin) *news.Origin {
	number, came := w.numbers[o.Lang]
	original, had := articleIn(own, o.Lang)
	if !came || !had {
		return &o
	}
	if o.Number >= number {
		return &news.Origin{Lang: o.Lang, Number: original.Number}
	}
	if a, ok := articleIn(own, lang); ok {
		if was := a.Revision.Origin; was != nil && was.Lang == o.Lang && was.Number < original.Number {
			return was // as stale as before
		}
	}
	return &news.Origin{Lang: o.Lang, Number: original.Number - 1}
}

func articleIn(s news.Story, lang string) (news.Article, bool) {
	i := slices.IndexFunc(s.Articles, func(a news.Article) bool { return a.Lang == lang })
	if i < 0 {
		return news.Article{}, false
	}
	return s.Articles[i], true
}
