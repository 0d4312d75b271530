package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"

	"coranto/internal/news"
	"coranto/internal/store"
)

// Kind says what a Unit is.
type Kind string

// The kinds of units, and the fields of Unit that each uses.
const (
	Choice      Kind = "choice"      // the choice of a language
	Front       Kind = "front"       // a language's front: List.Lang
	Breaking    Kind = "breaking"    // what is breaking news in a language, for readers: List.Lang
	Feeds       Kind = "feeds"       // a language's feeds: List.Lang
	Topic       Kind = "topic"       // the front of a topic, a place or an author: List
	Numbered    Kind = "numbered"    // a numbered page: List, Page
	Standing    Kind = "standing"    // a language's standing pages: List.Lang
	Corrections Kind = "corrections" // a language's corrections: List.Lang
	Archive     Kind = "archive"     // the months that have stories: List.Lang
	Month       Kind = "month"       // the days of a month: List.Lang, Day as 2026-11
	Day         Kind = "day"         // the stories of a day: List.Lang, Day as 2026-11-22
	Story       Kind = "story"       // a story's files: Story; Address where known; List.Lang where one article alone differs
)

// A Unit is what is rendered at a time. Units are equal when they make the same files.
type Unit struct {
	Kind Kind
	List store.List
	Page int
	Day  string
	// Story is the ID of a story. Address tells which files to remove when it is no longer public.
	Story   string
	Address news.Address
	// Path is that of a Stub.
	Path string
}

// String names a unit for people, as in an error.
func (u Unit) String() string {
	switch u.Kind {
	case Choice:
		return string(u.Kind)
	case Story:
		return fmt.Sprintf("story %q", u.Story)
	case Stub:
		return "stub " + u.Path
	case Numbered:
		return numberedPath(u.List, u.Page)
	case Topic:
		return newestPath(u.List)
	case Feeds:
		return "feeds " + path.Dir(newestPath(u.List))
	}
	return fmt.Sprintf("%s %s %s", u.Kind, u.List.Lang, u.Day)
}

func compareUnits(a, b Unit) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.List.Lang, b.List.Lang), cmp.Compare(a.List.Topic, b.List.Topic),
		cmp.Compare(a.List.Place, b.List.Place), cmp.Compare(a.List.Author, b.List.Author),
		cmp.Compare(a.Page, b.Page), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Story, b.Story), cmp.Compare(a.Path, b.Path),
	)
}

// Touched returns the units that must be rendered again after some changes, each once and in a fixed order. It reads
// no more of the snapshot than the neighbours of list pages that came into being or went, so it costs as much as
// there are changes, however large the archive.
// It takes the changes at their word: see store.ChangeKind for all that they cover.
func (s *Site) Touched(ctx context.Context, snap Snapshot, changes iter.Seq2[store.Change, error]) ([]Unit, error) {
	units := make(map[Unit]bool)
	add := func(u Unit) { units[u] = true }
	for c, err := range changes {
		if err != nil {
			return nil, err
		}
		if err := s.touch(ctx, snap, c, add); err != nil {
			return nil, err
		}
	}
	s.touchAged(add)
	all := make([]Unit, 0, len(units))
	for u := range units {
		all = append(all, u)
	}
	slices.SortFunc(all, compareUnits)
	return all, nil
}

// touch adds the units that one change touches.
func (s *Site) touch(ctx context.Context, snap Snapshot, c store.Change, add func(Unit)) error {
	if c.Kind == store.StoryChanged {
		if c.Address != (news.Address{}) { // Without one it was never public.
			add(Unit{Kind: Story, Story: c.Story, Address: c.Address, List: store.List{Lang: c.List.Lang}})
		}
		return nil
	}
	if c.Kind == store.OldPathChanged {
		if s.hasStub(c.Path) {
			add(Unit{Kind: Stub, Path: c.Path})
		}
		return nil
	}
	if _, ok := s.byTag[c.List.Lang]; !ok {
		return nil
	}
	if c.List.Standing {
		s.touchPages(c, add)
		return nil
	}
	s.touchMachines(c, add)
	language := store.List{Lang: c.List.Lang}
	switch c.Kind {
	case store.NewestChanged:
		if c.List.Topic != "" {
			add(Unit{Kind: Front, List: language}) // whose river it may be in
		}
		if !c.List.All() {
			add(Unit{Kind: Topics, List: language})
			add(Unit{Kind: Topic, List: c.List})
			return nil
		}
		add(Unit{Kind: Front, List: language})
		add(Unit{Kind: Feeds, List: language})
	case store.PlaceChanged:
		add(Unit{Kind: Numbered, List: c.List, Page: c.Page})
		if c.First {
			return s.touchNeighbours(ctx, snap, c.List, c.Page, add)
		}
	case store.DayChanged:
		add(Unit{Kind: Day, List: language, Day: c.Day})
		if c.First {
			add(Unit{Kind: Month, List: language, Day: c.Day[:len("2006-01")]})
			add(Unit{Kind: Archive, List: language})
		}
	case store.BreakingChanged:
		return s.touchBar(ctx, snap, c, add)
	case store.CorrectionsChanged:
		add(Unit{Kind: Corrections, List: language})
	case store.PackChanged:
		return s.touchPacks(ctx, snap, c, add)
	default:
		return fmt.Errorf("change %d is of the unknown kind %q", c.Seq, c.Kind)
	}
	return nil
}

// touchNeighbours adds the pages that link to a numbered page which came into being or went: those before and after
// it, and the list's front, which links to the newest.
func (s *Site) touchNeighbours(ctx context.Context, snap Snapshot, l store.List, number int, add func(Unit)) error {
	pages, err := snap.Pages(ctx, l)
	if err != nil {
		return err
	}
	for _, step := range []int{-1, 1} {
		n, err := neighbour(ctx, snap, l, number, step, pages)
		if err != nil {
			return err
		}
		if n != 0 {
			add(Unit{Kind: Numbered, List: l, Page: n})
		}
	}
	if l.All() {
		add(Unit{Kind: Front, List: l})
	} else {
		add(Unit{Kind: Topic, List: l})
	}
	return nil
}

// neighbour returns the number of the nearest page of a list that is not empty, going from a page by steps of 1 or -1,
// or 0 when there is none. Pages are empty only where all their articles were withdrawn.
func neighbour(ctx context.Context, snap Snapshot, l store.List, number, step, pages int) (int, error) {
	for n := number + step; n >= 1 && n <= pages; n += step {
		h, err := snap.Page(ctx, l, n)
		if err != nil {
			return 0, err
		}
		if len(h) > 0 {
			return n, nil
		}
	}
	return 0, nil
}

// errStop ends All when its consumer has had enough.
var errStop = errors.New("stop")

// All yields the units of the whole site, each once: the languages' first, then the stories by address,
// then stubs. It holds no more of them than one language's topics or days at a time.
func (s *Site) All(ctx context.Context, snap Snapshot) iter.Seq2[Unit, error] {
	return func(yield func(Unit, error) bool) {
		emit := func(u Unit) error {
			if !yield(u, nil) {
				return errStop
			}
			return nil
		}
		if err := s.all(ctx, snap, emit); err != nil && !errors.Is(err, errStop) {
			yield(Unit{}, err)
		}
	}
}

func (s *Site) all(ctx context.Context, snap Snapshot, emit func(Unit) error) error {
	if err := emit(Unit{Kind: Choice}); err != nil {
		return err
	}
	for _, tag := range s.cfg.Languages {
		if err := allOfLanguage(ctx, snap, tag, emit); err != nil {
			return err
		}
	}
	if err := s.allMachines(ctx, snap, emit); err != nil {
		return err
	}
	for id, err := range snap.Stories(ctx) {
		if err != nil {
			return err
		}
		if err := emit(Unit{Kind: Story, Story: id}); err != nil {
			return err
		}
	}
	return s.allStubs(ctx, snap, emit)
}

func allOfLanguage(ctx context.Context, snap Snapshot, tag string, emit func(Unit) error) error {
	l := store.List{Lang: tag}
	for _, kind := range []Kind{Front, Breaking, Feeds, Standing, Corrections, Archive, Topics} {
		if err := emit(Unit{Kind: kind, List: l}); err != nil {
			return err
		}
	}
	if err := allNumbered(ctx, snap, l, emit); err != nil {
		return err
	}
	lists, err := listsOf(ctx, snap, tag)
	if err != nil {
		return err
	}
	for of := range lists {
		if err := emit(Unit{Kind: Topic, List: of}); err != nil {
			return err
		}
		if err := allNumbered(ctx, snap, of, emit); err != nil {
			return err
		}
	}
	return errors.Join(allDays(ctx, snap, l, emit), allPacks(ctx, snap, tag, emit))
}

// listsOf returns the lists of a language's topics, places and authors.
func listsOf(ctx context.Context, snap Snapshot, tag string) (iter.Seq[store.List], error) {
	topics, err := snap.Topics(ctx, tag)
	if err != nil {
		return nil, err
	}
	places, err := snap.Places(ctx, tag)
	if err != nil {
		return nil, err
	}
	authors, err := snap.Authors(ctx, tag)
	return func(yield func(store.List) bool) {
		for _, t := range topics {
			if !yield(store.List{Lang: tag, Topic: t.Slug}) {
				return
			}
		}
		for _, p := range places {
			if !yield(store.List{Lang: tag, Place: p.Slug}) {
				return
			}
		}
		for _, b := range authors {
			if !yield(store.List{Lang: tag, Author: b.Slug}) {
				return
			}
		}
	}, err
}

func allNumbered(ctx context.Context, snap Snapshot, l store.List, emit func(Unit) error) error {
	pages, err := snap.Pages(ctx, l)
	if err != nil {
		return err
	}
	for n := 1; n <= pages; n++ {
		if err := emit(Unit{Kind: Numbered, List: l, Page: n}); err != nil {
			return err
		}
	}
	return nil
}

func allDays(ctx context.Context, snap Snapshot, l store.List, emit func(Unit) error) error {
	days, err := snap.Days(ctx, l.Lang, "")
	if err != nil {
		return err
	}
	month := ""
	for _, day := range days {
		if m := day[:len("2006-01")]; m != month {
			month = m
			if err := emit(Unit{Kind: Month, List: l, Day: month}); err != nil {
				return err
			}
		}
		if err := emit(Unit{Kind: Day, List: l, Day: day}); err != nil {
			return err
		}
	}
	return nil
}
