package reader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"coranto/edition"
)

// PackIndex returns the index of a language's packs in the newest edition that was accepted, as Get does a page.
func (r *Reader) PackIndex(ctx context.Context, lang string) (edition.PackIndex, error) {
	path := edition.PackIndexPath(lang)
	p, err := r.Get(ctx, path)
	if err != nil {
		return edition.PackIndex{}, err
	}
	x, err := edition.ParsePackIndex(p.Body)
	if err == nil && x.Language != lang {
		err = &edition.InvalidError{What: path, Err: fmt.Errorf("of the language %q", x.Language)}
	}
	return x, err
}

// A packs reads packs of one index. The seed is fetched when the first pack needs it.
type packs struct {
	r     *Reader
	index edition.PackIndex
	seed  func(context.Context) (*edition.Seed, error)
}

func (r *Reader) packs(x edition.PackIndex) packs {
	var mu sync.Mutex
	var seed *edition.Seed
	return packs{r, x, func(ctx context.Context) (*edition.Seed, error) {
		mu.Lock()
		defer mu.Unlock()
		if seed != nil {
			return seed, nil
		}
		s, err := r.seed(ctx, x)
		if err == nil {
			err = s.Warm() // one reading of it serves all packs
		}
		if err == nil {
			seed = s
		}
		return s, err
	}}
}

// seed returns the seed of a language.
func (r *Reader) seed(ctx context.Context, x edition.PackIndex) (*edition.Seed, error) {
	path := edition.SeedPath(x.Language)
	if x.Seed == nil {
		return nil, &edition.InvalidError{What: path, Err: errors.New("the index knows no seed")}
	}
	p, err := r.Get(ctx, path)
	if err != nil {
		return nil, err
	}
	s, err := edition.DecodeSeed(p.Body, x.Seed.Size)
	if err == nil && edition.Sum(s.Text()) != x.Seed.Hash {
		err = &edition.InvalidError{What: path, Err: errors.New("the text has another hash than the index says")}
	}
	return s, err
}

// text returns the text of a pack, proved.
func (s packs) text(ctx context.Context, k edition.Pack) ([]byte, error) {
	path := edition.PackPath(s.index.Language, k.Period)
	p, err := s.r.Get(ctx, path)
	if err != nil {
		return nil, err
	}
	coding, err := edition.ParseCoding(p.Body)
	if err != nil {
		return nil, err
	}
	var seed *edition.Seed
	if coding.Primed {
		if seed, err = s.seed(ctx); err != nil {
			return nil, err
		}
	}
	text, err := edition.DecodePack(p.Body, seed, k.Size)
	if err == nil && edition.Sum(text) != k.Hash {
		err = &edition.InvalidError{What: path, Err: errors.New("the text has another hash than the index says")}
	}
	return text, err
}

// articles returns what a pack says.
func (s packs) articles(ctx context.Context, k edition.Pack) ([]edition.Article, error) {
	text, err := s.text(ctx, k)
	if err != nil {
		return nil, err
	}
	t, err := edition.ParsePackText(text)
	if err == nil && (t.Language != s.index.Language || t.Period != k.Period || len(t.Articles) != k.Articles) {
		err = &edition.InvalidError{What: edition.PackPath(s.index.Language, k.Period), Err: errors.New("is another pack than the index says")}
	}
	return t.Articles, err
}

// PackText returns the text of the pack of a period, proved: JSON lines, the first of which says which pack it is (SPEC.md, "Packs").
// The error is ErrAbsent when there is no such pack; otherwise it is as Get's.
func (r *Reader) PackText(ctx context.Context, lang, period string) ([]byte, error) {
	x, err := r.PackIndex(ctx, lang)
	if err != nil {
		return nil, err
	}
	k, ok := x.Find(period)
	if !ok {
		return nil, fmt.Errorf("pack %s of %q: %w", period, lang, ErrAbsent)
	}
	return r.packs(x).text(ctx, k)
}

// A Paper is what a reader holds of a language's news as text: all that came out since a time.
type Paper struct {
	Language string
	// Edition is the one that the packs were proved to belong to, Packs the periods that were read.
	Edition uint64
	Packs   []string
	// Missing is the number of packs that could not be had.
	Missing int
	// Pictures are the paths of the pictures that are here too.
	Pictures map[string]bool
	// Articles are in the order of their publication, the newest first, then by ID, each as its newest revision.
	Articles []edition.Article

	byAddress map[string]int
}

// Find returns the article at an address: story/2026/11/22/border.
func (p *Paper) Find(address string) (edition.Article, bool) {
	i, ok := p.byAddress[address]
	if !ok {
		return edition.Article{}, false
	}
	return p.Articles[i], true
}

// MaxPaper is the longest time that a paper goes back: a month.
const MaxPaper = 31 * 24 * time.Hour

// paperOf puts the articles of some packs together: of one that stands in several the highest number counts.
func paperOf(lang string, all [][]edition.Article) *Paper {
	p := &Paper{Language: lang, byAddress: map[string]int{}}
	newest := map[string]edition.Article{}
	for _, articles := range all {
		for _, a := range articles {
			if have, ok := newest[a.ID]; !ok || a.Number > have.Number {
				newest[a.ID] = a
			}
		}
	}
	for _, a := range newest {
		p.Articles = append(p.Articles, a)
	}
	slices.SortFunc(p.Articles, func(a, b edition.Article) int {
		if c := b.Published.Compare(a.Published); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	for i, a := range p.Articles {
		p.byAddress[a.Address] = i
	}
	return p
}

// TakePaper brings the text of a language up to date in the fewest packs and returns it: what came out since the reader
// first took it, at most MaxPaper ago, and at least within the time that is given, counted from the language's newest news. What a mirror sees is
// which languages a reader takes, and how long it was away; never which story is read. Without a mirror it returns
// what is kept. With pictures, those that stand beside packs come too, as far as they are to be had. The error is as
// Get's when no pack could be had.
func (r *Reader) TakePaper(ctx context.Context, lang string, atLeast time.Duration, pictures bool) (*Paper, error) {
	head, ok := r.Head()
	if !ok {
		return nil, ErrNoEdition
	}
	x, err := r.PackIndex(ctx, lang)
	if err != nil {
		return nil, err
	}
	had := r.state.packs(lang)
	since := had.since(newestTime(x), atLeast)
	take := cover(x, since, func(k edition.Pack) bool { return had.held[k.Period] == k.Hash })
	reading := r.packs(x)
	var all [][]edition.Article
	var got []string
	var failed []error
	now := packState{from: since, held: map[string]edition.Hash{}}
	for _, k := range take {
		articles, err := reading.articles(ctx, k)
		if err != nil {
			failed = append(failed, fmt.Errorf("pack %s: %w", k.Period, err))
			continue
		}
		all, got = append(all, articles), append(got, k.Period)
		now.held[k.Period] = k.Hash
	}
	if len(got) == 0 && len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	for _, err := range failed {
		r.opt.Log.Info("paper", "language", lang, "error", err)
	}
	r.state.putPacks(lang, now)
	p := paperOf(lang, all)
	p.Edition, p.Packs, p.Missing = head.Manifest.Edition, got, len(failed)
	if pictures {
		r.illustrate(ctx, p, x)
	}
	return p, nil
}

// illustrate brings the pictures of a paper's packs here. One that is not to be had is missing, and no more than that.
func (r *Reader) illustrate(ctx context.Context, p *Paper, x edition.PackIndex) {
	p.Pictures = map[string]bool{}
	for _, period := range p.Packs {
		if k, _ := x.Find(period); k.Pictures == 0 {
			continue
		}
		paths, err := r.takePictures(ctx, p.Language, period)
		if err != nil {
			r.opt.Log.Info("pictures", "period", period, "error", err)
		}
		for _, path := range paths {
			p.Pictures[path] = true
		}
	}
}

// newestTime returns when the newest hour of an index is over; the zero time when it has none.
func newestTime(x edition.PackIndex) (newest time.Time) {
	for _, k := range x.Packs {
		if kind, begins, err := edition.ParsePeriod(k.Period); err == nil && kind == edition.Hour {
			if end := ends(kind, begins); end.After(newest) {
				newest = end
			}
		}
	}
	return newest
}
