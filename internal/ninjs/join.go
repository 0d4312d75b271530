package ninjs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/internal/news"
)

// Join returns a story in all its languages from the documents of its articles. They must agree on all that they say
// both, as those of one edition do; the order in which they are given changes nothing. Names and reasons of sources come
// together from all of them. The documents are not changed.
func Join(docs ...Document) (Document, error) {
	if len(docs) == 0 {
		return Document{}, errors.New("no document to join")
	}
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b Document) int { return strings.Compare(a.lang(), b.lang()) })
	first := docs[0].Story
	all := Document{Story: news.Story{ID: first.ID, Address: first.Address}, Paths: map[string]string{}}
	for _, d := range docs {
		if d.Story.ID != first.ID || d.Story.Address != first.Address {
			return Document{}, fmt.Errorf("story %q at %s and story %q at %s are not one",
				first.ID, address(first.Address), d.Story.ID, address(d.Story.Address))
		}
		if err := all.join(d); err != nil {
			return Document{}, fmt.Errorf("story %q: %w", first.ID, err)
		}
	}
	sortVoices(&all.Story)
	if err := all.check(); err != nil {
		return Document{}, fmt.Errorf("story %q: %w", first.ID, err)
	}
	return all, nil
}

func (d Document) lang() string {
	if len(d.Story.Articles) == 0 {
		return ""
	}
	return d.Story.Articles[0].Lang
}

func (d *Document) join(o Document) error {
	d.Story.Articles = append(d.Story.Articles, o.Story.Articles...)
	for _, m := range o.Media {
		if _, known := mediaOf(d.Media, m.ID); !known {
			d.Media = append(d.Media, m)
		}
	}
	maps.Copy(d.Paths, o.Paths)
	for _, c := range o.Story.Claims {
		i := slices.IndexFunc(d.Story.Claims, func(k news.Claim) bool { return k.ID == c.ID })
		if i < 0 {
			d.Story.Claims = append(d.Story.Claims, c)
		} else if !equal(d.Story.Claims[i], c) {
			return fmt.Errorf("claim %q is not the same in all languages", c.ID)
		}
	}
	for _, s := range o.Story.Sources {
		if err := d.joinSource(s); err != nil {
			return err
		}
	}
	return nil
}

func (d *Document) joinSource(s news.Source) error {
	s.Name, s.Reason = maps.Clone(s.Name), maps.Clone(s.Reason)
	i := slices.IndexFunc(d.Story.Sources, func(k news.Source) bool { return k.ID == s.ID })
	if i < 0 {
		d.Story.Sources = append(d.Story.Sources, s)
		return nil
	}
	k := &d.Story.Sources[i]
	if k.Kind != s.Kind || !joinWords(&k.Name, s.Name) || !joinWords(&k.Reason, s.Reason) {
		return fmt.Errorf("source %q is not the same in all languages", s.ID)
	}
	return nil
}

// joinWords adds words by language to others, and says whether they agree.
func joinWords(all *map[string]string, more map[string]string) bool {
	for tag, text := range more {
		if had, ok := (*all)[tag]; ok && had != text {
			return false
		}
		if *all == nil {
			*all = map[string]string{}
		}
		(*all)[tag] = text
	}
	return true
}

// equal says whether two values have the same JSON.
func equal(a, b any) bool {
	x, err := marshal(a)
	y, err2 := marshal(b)
	return errors.Join(err, err2) == nil && bytes.Equal(x, y)
}
