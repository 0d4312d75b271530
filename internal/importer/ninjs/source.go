package ninjs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// A Source is what agencies and other newsrooms hand over as ninjs 1.4 to 3.1 (importer.Source): a folder of documents that
// may grow. Versions of one item are revisions of one story, in order; the last one counts. A kill takes the story back.
//
// Documents must be valid by the IPTC's schema of their version; files that stand beside them may be named by their path.
type Source struct {
	drop     drop
	opt      Options
	rules    []*rules
	identity string
	// entries are what the drop has, in the order of its documents: items with all their versions, and documents that are
	// refused. items says where in it an item is, by the hash of its URI.
	entries []entry
	items   map[[16]byte]int
	// exports are the folders in the drop of exports of everything, "" for the drop itself.
	exports []string
}

// An entry is an item with its versions, oldest first, or a document that is refused.
type entry struct {
	kind     string
	refused  bool
	reason   error // of one that is refused, where its document does not tell it
	versions []edited
	// whole is set for a story of an export of everything.
	whole *whole
}

// An edited is a version of an item: where it stands, and what orders it among the others.
type edited struct {
	record
	changed int64 // unix seconds, 0 for none
	version string
}

// New returns the source of some folders.
func New(roots []Root, opt Options) *Source {
	return &Source{drop: drop{roots: roots, most: ninjs.MaxSize}, opt: opt, rules: allRules()}
}

// Identity implements importer.Source. It changes with the drop.
func (s *Source) Identity() string {
	if s.identity == "" {
		s.identity, _ = s.drop.find(context.Background())
	}
	return s.identity
}

// What the report calls things that no ninjs type names: a document that is refused before it could say what it is, and
// versions of an item before its last.
const (
	kindDocument = "document"
	kindRevision = "revision"
)

// Survey implements importer.Source.
func (s *Source) Survey(ctx context.Context, survey *importer.Survey) error {
	if err := s.index(ctx); err != nil {
		return err
	}
	if survey.Has == nil {
		survey.Has = map[string]int{}
	}
	for _, e := range s.entries {
		if e.whole != nil {
			if err := s.surveyWhole(ctx, e, survey); err != nil {
				return err
			}
			continue
		}
		survey.Has[e.kind]++
		if n := len(e.versions) - 1; n > 0 {
			survey.Has[kindRevision] += n
		}
	}
	return nil
}

// index reads the whole drop once, and keeps where everything stands.
func (s *Source) index(ctx context.Context) (err error) {
	if s.items != nil {
		return nil
	}
	if s.identity, err = s.drop.find(ctx); err != nil {
		return err
	}
	s.items = map[[16]byte]int{}
	for i := range s.drop.files {
		err := s.drop.each(i, func(r record, b []byte, wrong error) error {
			s.add(r, b, wrong)
			return ctx.Err()
		})
		if err != nil {
			s.items, s.entries = nil, nil
			return err
		}
	}
	for i := range s.entries {
		sortVersions(s.entries[i].versions)
	}
	return nil
}

// add notes a document.
func (s *Source) add(r record, b []byte, wrong error) {
	it, err := item{}, wrong
	if err == nil {
		it, err = s.parse(b)
	} else {
		r.size = 0 // there is nothing to read again
	}
	if err == nil && it.text("profile") == ninjs.WholeProfile {
		s.addWhole(r, it, b)
		return
	}
	if err != nil && wrong == nil && s.isReport(r) {
		s.addReport(r, b)
		return
	}
	if err != nil {
		s.entries = append(s.entries, entry{kind: kindDocument, refused: true, versions: []edited{{record: r}}})
		return
	}
	v := edited{record: r, version: it.version()}
	if t := it.changed(); !t.IsZero() {
		v.changed = t.Unix()
	}
	key := keyOf(it.uri())
	i, known := s.items[key]
	if !known {
		i = len(s.entries)
		s.items[key], s.entries = i, append(s.entries, entry{kind: it.kind()})
	}
	s.entries[i].versions = append(s.entries[i].versions, v)
}

func keyOf(uri string) [16]byte {
	sum := sha256.Sum256([]byte(uri))
	return [16]byte(sum[:16])
}

// parse reads a document that must follow its rules. The error says where it does not.
func (s *Source) parse(b []byte) (item, error) {
	v, err := parse(b)
	if err != nil {
		return item{}, err
	}
	doc, ok := v.(*object)
	if !ok {
		return item{}, fmt.Errorf("the document is %s, want an object", kindOf(v))
	}
	r := choose(s.rules, doc)
	if s.opt.Loose {
		doc.strange = r.loosen(doc)
	}
	if f := r.check("item", doc, ""); f != nil {
		return item{}, f
	}
	return item{doc}, nil
}

// load reads a document of the drop again.
func (s *Source) load(r record) (item, error) {
	if r.size == 0 {
		return item{}, s.wrong(r)
	}
	b, err := s.drop.read(r)
	if err != nil {
		return item{}, err
	}
	return s.parse(b)
}

// errFound stops a search.
var errFound = errors.New("found")

// wrong returns what is wrong with a file where no document could be told apart.
func (s *Source) wrong(r record) error {
	reason := errors.New("it has changed during the import")
	s.drop.each(r.file, func(q record, _ []byte, wrong error) error {
		if wrong != nil && q.number == r.number {
			reason = wrong
			return errFound
		}
		return nil
	})
	return reason
}

// sortVersions puts versions in their order: by number where all have one, otherwise by their time, then as they stand in the drop.
func sortVersions(all []edited) {
	numbered := !slices.ContainsFunc(all, func(v edited) bool {
		_, err := strconv.ParseUint(v.version, 10, 32)
		return err != nil
	})
	slices.SortStableFunc(all, func(a, b edited) int {
		if numbered {
			x, _ := strconv.ParseUint(a.version, 10, 32)
			y, _ := strconv.ParseUint(b.version, 10, 32)
			if x != y {
				return cmp.Compare(x, y)
			}
		}
		return cmp.Compare(a.changed, b.changed)
	})
}

// byURI returns the last version of the item of the drop that has a URI; the zero item when there is none.
func (s *Source) byURI(uri string) (item, error) {
	i, ok := s.items[keyOf(uri)]
	if !ok {
		return item{}, nil
	}
	e := s.entries[i]
	return s.load(e.versions[len(e.versions)-1].record)
}

// Open implements importer.Opener: files of the drop, by their paths in it.
func (s *Source) Open(_ context.Context, ref string) (string, []byte, error) {
	if strings.Contains(ref, "://") {
		return "", nil, fmt.Errorf("%s: %w", ref, fs.ErrNotExist)
	}
	b, err := s.drop.open(ref, importer.MaxMedia)
	return path.Base(ref), b, err
}

// Items implements importer.Source. A mark is an entry's number and a step in it: 12.1.
func (s *Source) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		entry, step, err := readMark(after)
		if err == nil {
			err = s.index(ctx)
		}
		if err != nil {
			yield(importer.Item{}, err)
			return
		}
		for i := entry; i < len(s.entries); i++ {
			if err := ctx.Err(); err != nil {
				yield(importer.Item{}, err)
				return
			}
			for n, it := range s.entry(s.entries[i]) {
				if i == entry && n < step {
					continue
				}
				it.Mark = fmt.Sprintf("%d.%d", i, n+1)
				if !yield(it, nil) {
					return
				}
			}
		}
	}
}

// readMark returns the entry and the step to go on with.
func readMark(mark string) (entry, step int, err error) {
	if mark == "" {
		return 0, 0, nil
	}
	e, n, _ := strings.Cut(mark, ".")
	entry, err = strconv.Atoi(e)
	if err == nil {
		step, err = strconv.Atoi(n)
	}
	return entry, step, err
}

// at says where a document stands, for people.
func (s *Source) at(r record, item string) importer.Place {
	name := s.drop.files[r.file].name
	if r.number > 0 {
		name = fmt.Sprintf("%s, document %d", name, r.number)
	}
	return importer.Place{File: name, Item: item}
}

// entry returns the items of an entry: the story, and its earlier versions as a count.
func (s *Source) entry(e entry) []importer.Item {
	if e.whole != nil {
		return s.wholeItems(e)
	}
	last := e.versions[len(e.versions)-1]
	if e.reason != nil {
		return []importer.Item{{At: s.at(last.record, ""), Kind: e.kind, Err: e.reason}}
	}
	if e.refused {
		_, err := s.load(last.record)
		if err == nil {
			err = errors.New("it has changed during the import")
		}
		return []importer.Item{{At: s.at(last.record, ""), Kind: e.kind, Err: err}}
	}
	items := []importer.Item{s.story(e)}
	if n := len(e.versions) - 1; n > 0 {
		items = append(items, importer.Item{At: s.at(e.versions[0].record, ""), Kind: kindRevision, Count: n})
	}
	return items
}

// story reads an item in all its versions.
func (s *Source) story(e entry) importer.Item {
	last := e.versions[len(e.versions)-1]
	out := importer.Item{At: s.at(last.record, ""), Kind: e.kind}
	var states []made
	for i, v := range e.versions {
		it, err := s.load(v.record)
		if err != nil {
			out.Err = err
			return out
		}
		out.At.Item = it.uri()
		if kind := it.kind(); kind == "event" || kind == "planning" {
			out.Left = map[string]string{"event": "an event that is to come is no story", "planning": "a plan of coverage is no story"}[kind]
			return out
		}
		if it.status() == "canceled" {
			if i == len(e.versions)-1 {
				return s.kill(out, it, states)
			}
			continue
		}
		var earlier made
		if len(states) > 0 {
			earlier = states[len(states)-1]
		}
		m, err := s.article(it, s.folder(v.record), i, earlier)
		if err != nil {
			out.Err = err
			return out
		}
		states = append(states, m)
		out.Made = it.changed()
	}
	return finish(out, states)
}

// finish puts the states of an item together: the last is the story, those before it in the same language its revisions.
func finish(out importer.Item, states []made) importer.Item {
	last := states[len(states)-1]
	out.Story, out.Notes = &last.story, last.notes
	for _, m := range states[:len(states)-1] {
		if m.story.Articles[0].Lang != last.story.Articles[0].Lang {
			continue
		}
		m.story.Sources = last.story.Sources
		out.Before = append(out.Before, m.story)
	}
	return out
}

// kill takes an item back that its provider has cancelled. Nothing of what it says comes in.
func (s *Source) kill(out importer.Item, it item, states []made) importer.Item {
	tag, err := s.language(it)
	if n := len(states); n > 0 && it.text("language") == "" {
		tag, err = states[n-1].story.Articles[0].Lang, nil
	}
	if err != nil {
		out.Err = err
		return out
	}
	out.Kill, out.Made = true, it.changed()
	out.Story = &news.Story{ID: storyID(it.uri()), Articles: []news.Article{{
		Lang: tag, Status: news.Withdrawn, Published: latest(it.first(), it.changed()),
		Revision: news.Revision{Headline: "withdrawn by its provider"},
	}}}
	if note := it.editorsNote(); note != "" {
		out.Notes = append(out.Notes, "note to the editor: "+short(importer.NewCleaner(tag).Line(note), 500))
	}
	return out
}

// latest returns the first time that is not zero, or the first second of 1970: a kill has a time only for form's sake.
func latest(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Unix(0, 0).UTC()
}

// folder returns the folder of the drop that a document stands in.
func (s *Source) folder(r record) string {
	if dir := path.Dir(s.drop.files[r.file].name); dir != "." {
		return dir
	}
	return ""
}
