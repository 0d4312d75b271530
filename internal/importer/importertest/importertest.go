// Package importertest is the suite that every kind of import passes: twice is once, a stop at any item and going on is
// the same as no stop, a rehearsal writes nothing, what the source says that it has adds up with what came in, a file that
// was missing comes in with the next import, and what is refused leaves nothing behind.
//
//	func TestSource(t *testing.T) {
//		importertest.Run(t, importertest.Kind{
//			Languages: []string{"en", "fa"},
//			Open:      func(t *testing.T) importer.Source { … },
//			Web:       map[string][]byte{"https://old.example/road.jpg": importertest.Picture(1)},
//		})
//	}
package importertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"iter"
	"path"
	"reflect"
	"strings"
	"sync"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/store/sqlite"
)

// A Kind is a kind of import, and an example of its sources. The example should have as much as sources of its kind have:
// several stories, translations, pictures, links among its own addresses, and something that is refused.
type Kind struct {
	// Open opens the example anew.
	Open func(t *testing.T) importer.Source
	// Languages are the newsroom's.
	Languages []string
	// Web is what the web has, by URL; all else is missing.
	Web map[string][]byte
}

// maxStops is the number of places at which a source is stopped.
const maxStops = 12

// Run runs the suite.
func Run(t *testing.T, k Kind) {
	for name, test := range map[string]func(*testing.T, Kind){
		"Twice": testTwice, "AddsUp": testAddsUp, "Stops": testStops, "Rehearsal": testRehearsal,
		"MissingComesLater": testMissing, "RefusedLeavesNothing": testRefused, "Links": testLinks,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

// A Web is a part of the web in memory, and counts what it was asked for.
type Web struct {
	files map[string][]byte
	mu    sync.Mutex // guards asked
	asked []string
}

// Fetch implements importer.Fetcher.
func (w *Web) Fetch(_ context.Context, url string) (string, []byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, url)
	if b, ok := w.files[url]; ok {
		return path.Base(url), b, nil
	}
	return "", nil, errors.New("the server answers 404 Not Found")
}

// Picture returns a small PNG, another one for each number.
func Picture(n int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	m.Set(1, 1, color.NRGBA{R: uint8(n), G: uint8(n >> 8), B: 200, A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// NewStore returns an empty store that is closed when the test ends.
func NewStore(t *testing.T) *sqlite.Store {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func (k Kind) options() importer.Options {
	return importer.Options{Languages: k.Languages, Web: &Web{files: k.Web}}
}

// imported imports a source, which must not fail.
func imported(t *testing.T, st importer.Memory, src importer.Source, opt importer.Options) importer.Report {
	t.Helper()
	r, err := importer.Import(t.Context(), st, src, opt)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return r
}

// contents returns all that a store has of its stories, by ID.
func contents(t *testing.T, st *sqlite.Store) map[string]any {
	t.Helper()
	all := make(map[string]any)
	for id, err := range st.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := st.Story(t.Context(), id)
		comments, commentsErr := st.Comments(t.Context(), id)
		if err := errors.Join(err, commentsErr); err != nil {
			t.Fatal(err)
		}
		for i := range s.Articles {
			s.Articles[i].Number = 0 // a stop may come between two states of an article
		}
		all[id] = [2]any{s, comments}
	}
	return all
}

// same says whether two stores have the same stories.
func same(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for id, s := range want {
		if !reflect.DeepEqual(got[id], s) {
			t.Errorf("%s: story %q is\n%+v, want\n%+v", what, id, got[id], s)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d stories, want %d", what, len(got), len(want))
	}
}

func testTwice(t *testing.T, k Kind) {
	st := NewStore(t)
	web := &Web{files: k.Web}
	opt := k.options()
	opt.Web = web
	first := imported(t, st, k.Open(t), opt)
	want := contents(t, st)
	had := web.asked
	web.asked = nil
	second := imported(t, st, k.Open(t), opt)
	same(t, "twice", contents(t, st), want)
	if second.New+second.Changed != 0 || second.Unchanged != first.New+first.Changed+first.Unchanged || second.Refused != first.Refused {
		t.Errorf("the second import brings %d new, %d changed, %d unchanged, %d refused; the first %d, %d, %d, %d",
			second.New, second.Changed, second.Unchanged, second.Refused, first.New, first.Changed, first.Unchanged, first.Refused)
	}
	for _, url := range web.asked {
		if _, ok := k.Web[url]; ok && !missing(first, url) {
			t.Errorf("%s is fetched again, of %d that were fetched", url, len(had))
		}
	}
}

// missing says whether a file is listed as missing.
func missing(r importer.Report, ref string) bool {
	for _, m := range r.Missing {
		if m.Media == ref {
			return true
		}
	}
	for _, p := range r.Left { // one that is not published
		if strings.Contains(p.Reason, "published") {
			return true
		}
	}
	return false
}

func testAddsUp(t *testing.T, k Kind) {
	r := imported(t, NewStore(t), k.Open(t), k.options())
	for _, kind := range r.KindNames() {
		if tally := r.Kinds[kind]; !tally.AddsUp() {
			t.Errorf("%s: the source has %d, and %d were met: %+v", kind, tally.Has, tally.Met(), tally)
		}
	}
	if r.New+r.Changed+r.Unchanged+r.Refused != r.Total {
		t.Errorf("%d new, %d changed, %d unchanged and %d refused are not %d", r.New, r.Changed, r.Unchanged, r.Refused, r.Total)
	}
	if len(r.Problems) == 0 && r.Refused > 0 {
		t.Errorf("%d are refused, and none is listed", r.Refused)
	}
}

// stopping is a source that fails after some items.
type stopping struct {
	importer.Source
	left int
}

var errStop = errors.New("stopped by the test")

func (s *stopping) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		for it, err := range s.Source.Items(ctx, after) {
			if s.left == 0 {
				yield(importer.Item{}, errStop)
				return
			}
			s.left--
			if !yield(it, err) {
				return
			}
		}
	}
}

// Open implements importer.Opener for sources that do.
func (s *stopping) Open(ctx context.Context, ref string) (string, []byte, error) {
	if o, ok := s.Source.(importer.Opener); ok {
		return o.Open(ctx, ref)
	}
	return "", nil, fs.ErrNotExist
}

// Kept implements importer.Keeper for sources that do.
func (s *stopping) Kept(ctx context.Context, id string) (news.Media, map[string][]byte, error) {
	if o, ok := s.Source.(importer.Keeper); ok {
		return o.Kept(ctx, id)
	}
	return news.Media{}, nil, fs.ErrNotExist
}

func testStops(t *testing.T, k Kind) {
	straight := NewStore(t)
	want := imported(t, straight, k.Open(t), k.options())
	all := contents(t, straight)
	items := 0
	for _, err := range k.Open(t).Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		items++
	}
	if k.Open(t).Identity() == "" {
		t.Skip("the source has no identity, and begins anew each time")
	}
	for n := 1; n < items; n += max(1, items/maxStops) {
		st := NewStore(t)
		if _, err := importer.Import(t.Context(), st, &stopping{k.Open(t), n}, k.options()); !errors.Is(err, errStop) {
			t.Fatalf("stopped after %d items: got %v", n, err)
		}
		got := imported(t, st, k.Open(t), k.options())
		same(t, "stopped and resumed", contents(t, st), all)
		if got, want := summary(got), summary(want); got != want {
			t.Errorf("stopped after %d of %d items and resumed, the report is\n%s, want\n%s", n, items, got, want)
		}
	}
}

// summary tells the counts of a report, and how long its lists are.
func summary(r importer.Report) string {
	return fmt.Sprintf("%d: %d new, %d changed, %d unchanged, %d refused; %d problems, %d missing, %d left, %d notes; %+v",
		r.Total, r.New, r.Changed, r.Unchanged, r.Refused, len(r.Problems), len(r.Missing), len(r.Left), len(r.Notes), r.Kinds)
}

func testRehearsal(t *testing.T, k Kind) {
	st := NewStore(t)
	opt := k.options()
	want := imported(t, NewStore(t), k.Open(t), opt)
	rehearse := func(step string, before map[string]any, want importer.Report) {
		t.Helper()
		r, err := st.Rehearse(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		opt := opt
		opt.Rehearsal = true
		web := &Web{files: k.Web}
		opt.Web = web
		got := imported(t, r, k.Open(t), opt)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, step, contents(t, st), before)
		if got.Total != want.Total || got.New != want.New || got.Changed != want.Changed || got.Unchanged != want.Unchanged ||
			got.Refused != want.Refused || len(web.asked) > 0 {
			t.Errorf("%s: the rehearsal says %d, %d new, %d changed, %d unchanged, %d refused, and asked for %q; the import %d: %d, %d, %d, %d",
				step, got.Total, got.New, got.Changed, got.Unchanged, got.Refused, web.asked, want.Total, want.New, want.Changed, want.Unchanged, want.Refused)
		}
	}
	rehearse("before", map[string]any{}, want)
	imported(t, st, k.Open(t), opt)
	again := want
	again.New, again.Changed, again.Unchanged = 0, 0, want.New+want.Changed+want.Unchanged
	rehearse("after", contents(t, st), again)
}

func testMissing(t *testing.T, k Kind) {
	st := NewStore(t)
	none := k.options()
	none.Web = nil
	first := imported(t, st, k.Open(t), none)
	second := imported(t, st, k.Open(t), k.options())
	straight := NewStore(t)
	want := imported(t, straight, k.Open(t), k.options())
	same(t, "missing first", contents(t, st), contents(t, straight))
	if len(second.Missing) != len(want.Missing) || len(first.Missing) < len(want.Missing) {
		t.Errorf("%d files were missing, then %d, want %d", len(first.Missing), len(second.Missing), len(want.Missing))
	}
}

func testRefused(t *testing.T, k Kind) {
	st := NewStore(t)
	r := imported(t, st, k.Open(t), k.options())
	articles := 0
	for id, err := range st.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := st.Story(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		articles += len(s.Articles)
	}
	if articles != r.New {
		t.Errorf("the store has %d articles, and %d are reported as new", articles, r.New)
	}
}

// testLinks looks for links that lead to where an article stood before: they should lead to its story.
func testLinks(t *testing.T, k Kind) {
	st := NewStore(t)
	moved := make(map[string]bool)
	err := k.Open(t).Survey(t.Context(), &importer.Survey{Has: make(map[string]int), Moved: func(_ context.Context, url, _, _ string) error {
		if importer.Address(url) == "" {
			t.Errorf("%q is no address of the web", url)
		}
		moved[importer.Address(url)] = true
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	imported(t, st, k.Open(t), k.options())
	for id := range contents(t, st) {
		s, err := st.Story(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range s.Articles {
			for span := range a.Revision.Spans() {
				if address := importer.Address(span.Link); address != "" && moved[address] {
					t.Errorf("story %q links to %s, where a story stood", id, span.Link)
				}
			}
		}
	}
}
