package importer_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A faulty store fails at one of its writes: before it is done, or after.
type faulty struct {
	importer.Memory
	left  atomic.Int64
	after bool
}

var errFault = errors.New("the disk is full")

func (f *faulty) fault(write func() error) error {
	if f.left.Add(-1) != 0 {
		return write()
	}
	if f.after {
		return errors.Join(write(), errFault)
	}
	return errFault
}

func (f *faulty) PutBatch(ctx context.Context, b store.Batch) (r store.BatchResult, err error) {
	err = f.fault(func() (err error) {
		r, err = f.Memory.PutBatch(ctx, b)
		return err
	})
	return r, err
}

func (f *faulty) PutMedia(ctx context.Context, m news.Media, renditions map[string][]byte) error {
	return f.fault(func() error { return f.Memory.PutMedia(ctx, m, renditions) })
}

func (f *faulty) PutFetched(ctx context.Context, url, media string) error {
	return f.fault(func() error { return f.Memory.PutFetched(ctx, url, media) })
}

func (f *faulty) PutMoved(ctx context.Context, moved []store.Moved) error {
	return f.fault(func() error { return f.Memory.PutMoved(ctx, moved) })
}

func (f *faulty) EndRun(ctx context.Context, source string) error {
	return f.fault(func() error { return f.Memory.EndRun(ctx, source) })
}

// Wherever a write fails, done or not, the next import goes on, and its report is that of one that never failed.
func TestImportFaults(t *testing.T) {
	t.Parallel()
	opt := importer.Options{Languages: []string{"en", "fa"}, Web: pictures{}}
	want, err := importer.Import(t.Context(), importertest.NewStore(t), example(t), opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			st := importertest.NewStore(t)
			src := example(t)
			f := &faulty{Memory: st, after: after}
			f.left.Store(int64(n))
			_, err := importer.Import(t.Context(), f, src, opt)
			if err == nil {
				if n < 6 {
					t.Errorf("only %d writes", n)
				}
				break
			}
			if !errors.Is(err, errFault) {
				t.Fatalf("write %d: %v", n, err)
			}
			got, err := importer.Import(t.Context(), st, src, opt)
			if err != nil {
				t.Fatalf("after write %d: %v", n, err)
			}
			got.Resumed = false
			ended := after && got.Unchanged == want.New // the very last write was done: all of it was in, and forgotten
			if !ended && !reflect.DeepEqual(got, want) {
				t.Errorf("after write %d failed (done: %v): got %+v, want %+v", n, after, got, want)
			}
		}
	}
}

// pictures is a web that has a picture at every address but one.
type pictures struct{}

func (pictures) Fetch(_ context.Context, url string) (string, []byte, error) {
	if url == "https://old.example/gone.jpg" {
		return "", nil, errors.New("the server answers 404 Not Found")
	}
	return "road.jpg", importertest.Picture(2), nil
}

// An import that is stopped by hand says what it has brought so far, and goes on.
func TestImportCanceled(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	src := &list{}
	for i := range 1000 {
		src.items = append(src.items, post(fmt.Sprint("s", i), "en"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := importer.Import(ctx, st, src, importer.Options{Progress: func(done, total int, _ string) {
		if total > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || r.New == 0 || r.New == 1000 {
		t.Fatalf("got %d new, %v", r.New, err)
	}
	before := r.New
	r, err = importer.Import(t.Context(), st, src, importer.Options{})
	if err != nil || r.New != 1000 || !r.Resumed || !r.AddsUp() {
		t.Errorf("after %d: got %d new, %d refused, resumed %v, %v", before, r.New, r.Refused, r.Resumed, err)
	}
}

// Documents are left out without being fetched, and an article takes the newsroom's own tag for its language.
func TestImportDocumentsAndLanguages(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	german := post("de", "de")
	src := &list{items: []importer.Item{{Kind: "attachment", File: "https://old.example/paper.PDF?x=1"}, post("a", "en-US"), german}}
	r, err := importer.Import(t.Context(), st, src, importer.Options{Languages: []string{"en"}, Web: pictures{}})
	if err != nil || r.Kinds["attachment"] != (importer.Tally{Has: 1, Left: 1}) || len(r.Missing) != 0 || r.New != 1 || r.Refused != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
	s, err := st.Story(t.Context(), "a")
	if err != nil || s.Articles[0].Lang != "en" {
		t.Errorf("got %+v, %v", s, err)
	}
}
