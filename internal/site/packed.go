package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/store"
)

// The kinds of units that packs are made of, and the fields of Unit that each uses.
const (
	Pack      Kind = "pack"      // the pack of a period: List.Lang, Day as the period
	Seed      Kind = "seed"      // a language's seed: List.Lang
	PackIndex Kind = "packindex" // which packs a language has: List.Lang
)

// A Listing says which packs a language has. The index of packs has their sizes and hashes too, which whoever publishes
// them knows.
type Listing struct {
	Lang string
	// Periods are sorted, as the index is.
	Periods []string
}

// How many of the newest hours and days are loose.
const (
	looseHours = 1
	looseDays  = 2
)

// touchPacks adds the units that a change of a pack touches. When an hour or a day comes or goes, others are among the
// newest than before, and those alone are loose.
func (s *Site) touchPacks(ctx context.Context, snap Snapshot, c store.Change, add func(Unit)) error {
	l := store.List{Lang: c.List.Lang}
	add(Unit{Kind: PackIndex, List: l})
	if c.Period == store.SeedPeriod {
		add(Unit{Kind: Seed, List: l})
		return nil
	}
	add(Unit{Kind: Pack, List: l, Day: c.Period})
	kind, _, _ := edition.ParsePeriod(c.Period)
	if !c.First || loose(kind) == 0 {
		return nil
	}
	packs, err := snap.Packs(ctx, l.Lang)
	for _, period := range newestOf(packs, kind, loose(kind)+1) {
		add(Unit{Kind: Pack, List: l, Day: period})
	}
	return err
}

// allPacks emits the units of all packs of a language.
func allPacks(ctx context.Context, snap Snapshot, tag string, emit func(Unit) error) error {
	l := store.List{Lang: tag}
	packs, err := snap.Packs(ctx, tag)
	if err != nil {
		return err
	}
	for _, p := range packs {
		if err := emit(Unit{Kind: Pack, List: l, Day: p.Period}); err != nil {
			return err
		}
	}
	return errors.Join(emit(Unit{Kind: Seed, List: l}), emit(Unit{Kind: PackIndex, List: l}))
}

// loose returns how many of the newest packs of a kind are loose.
func loose(kind edition.PeriodKind) int {
	switch kind {
	case edition.Hour:
		return looseHours
	case edition.Day:
		return looseDays
	}
	return 0
}

// newestOf returns the newest periods of a kind, at most n. Packs are sorted by name, and so those of a kind by time.
func newestOf(packs []store.Pack, kind edition.PeriodKind, n int) (periods []string) {
	for _, p := range slices.Backward(packs) {
		if len(periods) == n {
			break
		}
		if k, _, err := edition.ParsePeriod(p.Period); err == nil && k == kind {
			periods = append(periods, p.Period)
		}
	}
	return periods
}

func (s *Site) isLoose(ctx context.Context, snap Snapshot, tag, period string) (bool, error) {
	packs, err := snap.Packs(ctx, tag)
	kind, _, _ := edition.ParsePeriod(period)
	return slices.Contains(newestOf(packs, kind, loose(kind)), period), err
}

// packIndex says which packs a language has.
func (s *Site) packIndex(ctx context.Context, snap Snapshot, tag string) (Output, error) {
	packs, err := snap.Packs(ctx, tag)
	l := &Listing{Lang: tag}
	for _, p := range packs {
		l.Periods = append(l.Periods, p.Period)
	}
	return Output{Listing: l}, err
}

// pack renders the files of a period: its text, what is coded of it, and its pictures.
func (s *Site) pack(ctx context.Context, snap Snapshot, tag, period string) (Output, error) {
	outings, err := snap.Pack(ctx, tag, period)
	if err != nil {
		return Output{}, err
	}
	p := packing{site: s, ctx: ctx, snap: snap, tag: tag, limit: edition.MaxPackText}
	if p.text, err = edition.AppendPackHead(nil, tag, period); err != nil {
		return Output{}, err
	}
	if err := p.add(outings); err != nil {
		return Output{}, err
	}
	text, coded, pictures := edition.PackTextPath(tag, period), edition.PackPath(tag, period), edition.PicturesPath(tag, period)
	if p.articles == 0 {
		return Output{Gone: []string{text, coded, pictures}}, nil
	}
	loose, err := s.isLoose(ctx, snap, tag, period)
	if err != nil {
		return Output{}, err
	}
	out := Output{Files: []File{
		{Path: text, MediaType: edition.PackTextType, Body: p.text},
		{Path: coded, MediaType: edition.PackType, Body: p.text, Coded: true, Loose: loose},
	}}
	if kind, _, _ := edition.ParsePeriod(period); kind != edition.Hour && kind != edition.Day || len(p.pictures) == 0 {
		out.Gone = []string{pictures}
		return out, nil
	}
	body, err := p.codePictures()
	out.Files = append(out.Files, File{Path: pictures, MediaType: edition.PicturesType, Body: body, Loose: loose})
	return out, err
}

// seed renders a language's seed.
func (s *Site) seed(ctx context.Context, snap Snapshot, tag string) (Output, error) {
	outings, err := snap.Seed(ctx, tag)
	if err != nil {
		return Output{}, err
	}
	p := packing{site: s, ctx: ctx, snap: snap, tag: tag, limit: edition.MaxPackText, enough: edition.SeedSize}
	if err := p.add(outings); err != nil {
		return Output{}, err
	}
	path := edition.SeedPath(tag)
	if p.articles == 0 {
		return Output{Gone: []string{path}}, nil
	}
	text := p.text[:min(len(p.text), edition.SeedSize)]
	return Output{Files: []File{{Path: path, MediaType: edition.PackType, Body: text, Coded: true}}}, nil
}

// A packing puts articles into a pack's text.
type packing struct {
	site *Site
	ctx  context.Context
	snap Snapshot
	tag  string

	// limit is the number of bytes that the text may have; enough the number at which it is long enough, 0 for none.
	limit, enough int
	text          []byte
	articles      int
	// pictures are the light pictures of the articles, by path: the SHA-256 of their renditions in hex.
	pictures map[string]string
}

// add appends the lines of articles. Where one has no room, it and those after it are left out.
func (p *packing) add(outings []store.Outing) error {
	p.pictures = map[string]string{}
	for _, o := range outings {
		if p.enough > 0 && len(p.text) >= p.enough || p.articles == edition.MaxPackArticles {
			break
		}
		a, pictures, err := p.article(o)
		if err != nil {
			return fmt.Errorf("story %q, revision %d: %w", o.Story, o.Number, err)
		}
		text, err := edition.AppendArticle(p.text, a)
		if err != nil {
			return fmt.Errorf("story %q, revision %d: %w", o.Story, o.Number, err)
		}
		if len(text) > p.limit {
			break
		}
		p.text, p.articles = text, p.articles+1
		for path, sum := range pictures {
			p.pictures[path] = sum
		}
	}
	return nil
}

// maxPictures is the size in bytes up to which a file of pictures takes them in, by path.
const maxPictures = 64 << 20

func (p *packing) codePictures() ([]byte, error) {
	var all []edition.Picture
	total := 0
	for _, path := range sortedKeys(p.pictures) {
		body, err := p.rendition(p.pictures[path])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if total += len(body); total > maxPictures || len(all) == edition.MaxPictures {
			break
		}
		all = append(all, edition.Picture{Path: path, Body: body})
	}
	return edition.CodePictures(all)
}

func (p *packing) rendition(sum string) ([]byte, error) {
	rc, err := p.snap.OpenRendition(p.ctx, sum)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(rc, edition.MaxPicture+1))
	return b.Bytes(), err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
