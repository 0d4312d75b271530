package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/site"
	"coranto/internal/store"
)

// Packs are rendered after everything else, a language at a time: what is coded of their texts depends on the seed, and
// the index on all of them. A pack whose text and seed are those of the last edition keeps its coded bytes, and the index
// its line, so that the cost of an edition does not grow with the archive.

func ofPacks(u site.Unit) bool {
	return u.Kind == site.Pack || u.Kind == site.Seed || u.Kind == site.PackIndex
}

// renderPacks makes the packs that some units are of, and the indexes of their languages.
func (r *run) renderPacks(ctx context.Context, units []site.Unit, made map[string]bool) error {
	byLang := map[string][]site.Unit{}
	for _, u := range units {
		byLang[u.List.Lang] = append(byLang[u.List.Lang], u)
	}
	for i, lang := range slices.Sorted(maps.Keys(byLang)) {
		r.Progress("pack", i, len(byLang))
		p := &packing{run: r, lang: lang, made: made}
		if err := p.render(ctx, byLang[lang]); err != nil {
			return fmt.Errorf("packs of %s: %w", lang, err)
		}
	}
	return nil
}

// A packing makes the packs of one language.
type packing struct {
	*run
	lang string
	made map[string]bool
	last edition.PackIndex // that of the last edition; its zero when nobody knows

	// seed is what the index says of the seed, nil for none; primer the seed, once opened has brought it.
	seed   *edition.PackSeed
	primer *edition.Seed
	opened sync.Once
	failed error
	recode bool // the seed is another, or nobody knows

	mu    sync.Mutex
	packs map[string]edition.Pack // that were rendered
}

func (p *packing) render(ctx context.Context, units []site.Unit) error {
	out, err := p.unit(ctx, site.PackIndex, "")
	if err != nil || out.Listing == nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	if p.recode || slices.ContainsFunc(units, func(u site.Unit) bool { return u.Kind == site.Seed }) {
		if err := p.reseed(ctx); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	periods := map[string]bool{}
	for _, u := range units {
		if u.Kind == site.Pack {
			periods[u.Day] = true
		}
	}
	for _, period := range out.Listing.Periods {
		if _, known := p.last.Find(period); p.recode || !known {
			periods[period] = true
		}
	}
	p.packs = map[string]edition.Pack{}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, period := range slices.Sorted(maps.Keys(periods)) {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if err := p.pack(ctx, period); err != nil {
				return fmt.Errorf("pack %s: %w", period, err)
			}
			return nil
		})
	}
	if err := errors.Join(g.Wait(), ctx.Err()); err != nil {
		return err
	}
	return p.index(ctx, out.Listing.Periods)
}

func (p *packing) unit(ctx context.Context, kind site.Kind, period string) (site.Output, error) {
	return p.Site.Render(ctx, p.snap, site.Unit{Kind: kind, List: store.List{Lang: p.lang}, Day: period})
}

// open reads what the last edition's index says. Where there is none, or not one that this program knows, everything is
// made anew.
func (p *packing) open(ctx context.Context) error {
	p.recode = true
	if p.Again {
		return nil
	}
	b, err := p.published(ctx, edition.PackIndexPath(p.lang))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if last, err := edition.ParsePackIndex(b); err == nil {
		p.last, p.seed, p.recode = last, last.Seed, false
	}
	return nil
}

// published returns the bytes of a file of the last edition, or store.ErrNotFound.
func (r *run) published(ctx context.Context, path string) ([]byte, error) {
	f, err := r.Store.File(ctx, path)
	if err != nil {
		return nil, err
	}
	e, err := r.withList(ctx, f.Entry)
	if err != nil {
		return nil, err
	}
	stored, err := r.stored(ctx, e)
	if err != nil {
		return nil, err
	}
	return e.Decode(stored)
}

// keep takes a file of the packs, and notes that the edition has it.
func (p *packing) keep(ctx context.Context, f site.File) error {
	p.run.mu.Lock()
	p.made[f.Path] = true
	p.run.mu.Unlock()
	return p.take(ctx, f)
}

func (p *packing) gone(ctx context.Context, paths []string) error {
	for _, path := range paths {
		if err := p.remove(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

// reseed renders the seed, and codes it unless it is the last edition's.
func (p *packing) reseed(ctx context.Context) error {
	out, err := p.unit(ctx, site.Seed, "")
	if err != nil {
		return err
	}
	if len(out.Files) == 0 {
		p.seed, p.recode = nil, p.recode || p.last.Seed != nil
		return p.gone(ctx, out.Gone)
	}
	f := out.Files[0]
	now := edition.PackSeed{Size: int64(len(f.Body)), Hash: edition.Sum(f.Body)}
	if p.last.Seed != nil && *p.last.Seed == now {
		p.run.mu.Lock()
		defer p.run.mu.Unlock()
		p.made[f.Path] = true
		return nil
	}
	p.seed, p.recode = &now, true
	if f.Body, p.primer, err = edition.CodeSeed(f.Body); err != nil {
		return err
	}
	return p.keep(ctx, f)
}

// prime returns what packs are primed with; nil for nothing. A seed that stays is read from the last edition.
func (p *packing) prime(ctx context.Context) (*edition.Seed, error) {
	p.opened.Do(func() {
		if p.seed != nil && p.primer == nil {
			p.primer, p.failed = p.openSeed(ctx)
		}
		if p.primer != nil && p.failed == nil {
			p.failed = p.primer.Warm()
		}
	})
	return p.primer, p.failed
}

func (p *packing) openSeed(ctx context.Context) (*edition.Seed, error) {
	b, err := p.published(ctx, edition.SeedPath(p.lang))
	if err != nil {
		return nil, err
	}
	s, err := edition.DecodeSeed(b, p.seed.Size)
	if err == nil && edition.Sum(s.Text()) != p.seed.Hash {
		err = errors.New("the seed is not the one that the index names")
	}
	return s, err
}

// pack makes the files of one period.
func (p *packing) pack(ctx context.Context, period string) error {
	out, err := p.unit(ctx, site.Pack, period)
	if err != nil {
		return err
	}
	if err := p.gone(ctx, out.Gone); err != nil || len(out.Files) == 0 {
		return err
	}
	line := edition.Pack{Period: period}
	var old store.File // the text that the last edition has
	for _, f := range out.Files {
		switch {
		case f.Coded:
			line.Coded, err = p.code(ctx, f, old)
		case f.MediaType == edition.PackTextType:
			line.Articles, line.Size, line.Hash = bytes.Count(f.Body, []byte("\n"))-1, int64(len(f.Body)), edition.Sum(f.Body)
			if old, err = p.file(ctx, f.Path); err == nil {
				err = p.keep(ctx, f)
			}
		default:
			line.Pictures = int64(len(f.Body))
			err = p.keep(ctx, f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.packs[period] = line
	return nil
}

// file returns a file of the last edition; its zero when there is none.
func (r *run) file(ctx context.Context, path string) (store.File, error) {
	f, err := r.Store.File(ctx, path)
	if errors.Is(err, store.ErrNotFound) {
		return store.File{}, nil
	}
	return f, err
}

// code codes the text of a pack, unless the last edition has it coded already, and returns the size of what came of it.
// Text is what that edition has of the text.
func (p *packing) code(ctx context.Context, f site.File, text store.File) (size int64, err error) {
	old, err := p.file(ctx, f.Path)
	if err != nil {
		return 0, err
	}
	loose := f.Loose && old.Entry.Size > edition.PieceSize
	if !p.recode && old.Path != "" && text.Path != "" && text.Plain == edition.Sum(f.Body) && old.Entry.Loose == loose {
		p.run.mu.Lock()
		defer p.run.mu.Unlock()
		p.made[f.Path] = true
		return old.Entry.Size, nil
	}
	seed, err := p.prime(ctx)
	if err != nil {
		return 0, err
	}
	if f.Body, err = edition.CodePack(f.Body, seed); err != nil {
		return 0, err
	}
	return int64(len(f.Body)), p.keep(ctx, f)
}

// index makes the index of what was rendered and what stands.
func (p *packing) index(ctx context.Context, periods []string) error {
	x := edition.PackIndex{Language: p.lang, Seed: p.seed}
	for _, period := range periods {
		line, rendered := p.packs[period]
		if !rendered {
			var stands bool
			if line, stands = p.last.Find(period); !stands {
				continue // nothing of it has room in a pack
			}
		}
		x.Packs = append(x.Packs, line)
	}
	path := edition.PackIndexPath(p.lang)
	if len(x.Packs) == 0 {
		return p.remove(ctx, path)
	}
	b, err := x.Encode()
	if err != nil {
		return err
	}
	return p.keep(ctx, site.File{Path: path, MediaType: edition.PackIndexType, Body: b})
}
