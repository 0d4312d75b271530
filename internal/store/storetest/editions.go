package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"coranto/edition"
	"coranto/internal/store"
)

func sum(text string) edition.Hash { return edition.Sum([]byte(text)) }

// numberedEdition returns edition n of a log that grows by one record each time.
func numberedEdition(n uint64, files ...store.File) store.Edition {
	text := fmt.Sprint("edition ", n)
	return store.Edition{
		Head: store.Head{
			Number: n, Seq: int64(n) * 10, Fingerprint: "f", Root: sum("root " + text), Manifest: []byte("manifest " + text),
			Origin: "example.org/log", LogSize: int64(n), LogHash: sum("log " + text), Sealed: hours(int(n)).Add(1),
		},
		Files: files,
	}
}

// file returns a published file of its path's own bytes.
func file(t *testing.T, path, text string) store.File {
	t.Helper()
	e, _, err := edition.Split([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e.MediaType = "text/html"
	return store.File{Path: path, Plain: sum(text), Entry: e}
}

func removed(path string) store.File { return store.File{Path: path, Removed: true} }

func (b *bench) seal(e store.Edition) {
	b.t.Helper()
	b.must(b.Seal(b.t.Context(), e))
}

func testSeal(t *testing.T, b *bench) {
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head of nothing", head, store.Head{})
	for n := uint64(1); n <= 3; n++ {
		b.seal(numberedEdition(n))
		head, err := b.Head(t.Context())
		b.must(err)
		equal(t, "head", head, numberedEdition(n).Head)
	}
}

func testSealConflict(t *testing.T, b *bench) {
	b.seal(numberedEdition(1, file(t, "en/index.html", "one")))
	for _, n := range []uint64{0, 1, 3, 1 << 63} {
		e := numberedEdition(n, file(t, "en/index.html", "two"), file(t, "fa/index.html", "new"))
		e.Objects = []edition.Hash{sum("object")}
		b.want(b.Seal(t.Context(), e), store.ErrConflict)
	}
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head", head, numberedEdition(1).Head)
	equal(t, "files", b.files(""), []string{"en/index.html one 1"})
	has, err := b.HasObject(t.Context(), sum("object"))
	b.must(err)
	equal(t, "has the loser's object", has, false)
}

func testSealConcurrent(t *testing.T, b *bench) {
	const publishers = 6
	var wg sync.WaitGroup
	won := make(chan int, publishers)
	for p := range publishers {
		e := numberedEdition(1, file(t, fmt.Sprintf("en/%d.html", p), "x"))
		e.Head.Fingerprint = fmt.Sprint(p)
		wg.Go(func() {
			switch err := b.Seal(t.Context(), e); {
			case err == nil:
				won <- p
			case !errors.Is(err, store.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	p := <-won
	if other, more := <-won; more {
		t.Fatalf("both %d and %d won", p, other)
	}
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "winner", head.Fingerprint, fmt.Sprint(p))
	equal(t, "files", b.files(""), []string{fmt.Sprintf("en/%d.html x 1", p)})
}

func testSealRefuses(t *testing.T, b *bench) {
	for _, path := range []string{"", "../x", "/x", "o/x", "latest", "a//b", "a.gz"} {
		if err := b.Seal(t.Context(), numberedEdition(1, file(t, "a.html", "a"), store.File{Path: path, Entry: file(t, "x", "x").Entry})); err == nil {
			t.Errorf("path %q: got no error", path)
		}
	}
	if err := b.Seal(t.Context(), numberedEdition(1, store.File{Path: "a.html"})); err == nil {
		t.Error("got no error for an entry without a media type")
	}
	e := numberedEdition(1)
	e.LogStart, e.LogHashes = 1, []edition.Hash{sum("x")}
	if err := b.Seal(t.Context(), e); err == nil {
		t.Error("got no error for a gap in the log's hashes")
	}
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head", head.Number, 0)
	equal(t, "files", b.files(""), nil)
}

// describe returns a file as "path text edition", where text is one of those that the tests use.
func describe(t *testing.T, f store.File) string {
	t.Helper()
	if f.Removed {
		if !f.Plain.IsZero() || f.Entry.MediaType != "" {
			t.Errorf("removed file %q has content", f.Path)
		}
		return fmt.Sprintf("%s - %d", f.Path, f.Edition)
	}
	for _, text := range []string{"one", "two", "new", "x", "a"} {
		if want := file(t, f.Path, text); f.Plain == want.Plain {
			equal(t, "entry of "+f.Path, f.Entry, want.Entry)
			return fmt.Sprintf("%s %s %d", f.Path, text, f.Edition)
		}
	}
	return f.Path + " ?"
}

func (b *bench) files(prefix string) []string {
	b.t.Helper()
	var out []string
	for f, err := range b.Files(b.t.Context(), prefix) {
		b.must(err)
		out = append(out, describe(b.t, f))
	}
	return out
}

func (b *bench) filesSince(n uint64) []string {
	b.t.Helper()
	var out []string
	for f, err := range b.FilesSince(b.t.Context(), n) {
		b.must(err)
		out = append(out, describe(b.t, f))
	}
	return out
}

func testFiles(t *testing.T, b *bench) {
	const story = "story/2026/11/22/x/index.html"
	b.seal(numberedEdition(1, file(t, "en/index.html", "one"), file(t, "en/"+story, "one"), file(t, "fa/"+story, "one"),
		file(t, "en/old.html", "one"), file(t, "en/archive/2026/index.html", "one")))
	b.seal(numberedEdition(2, file(t, "fa/"+story, "two"), removed("en/old.html"), removed("en/never.html")))
	b.seal(numberedEdition(3, file(t, "en/index.html", "two")))

	// Sorted by key: archive and story lose their language, which comes last.
	equal(t, "all", b.files(""), []string{"en/archive/2026/index.html one 1", "en/index.html two 3", "en/" + story + " one 1", "fa/" + story + " two 2"})
	equal(t, "a story in its languages", b.files("story/2026/11/22/x/"), []string{"en/" + story + " one 1", "fa/" + story + " two 2"})
	equal(t, "a prefix of nothing", b.files("zz"), nil)
	equal(t, "a prefix at the end of all", b.files("\xff\xff"), nil)
	equal(t, "since 1", b.filesSince(1), []string{"en/index.html two 3", "en/never.html - 2", "en/old.html - 2", "fa/" + story + " two 2"})
	equal(t, "since 3", b.filesSince(3), nil)
	equal(t, "since 0", len(b.filesSince(0)), 6)
	equal(t, "since the last number", b.filesSince(1<<64-1), nil)

	got, err := b.File(t.Context(), "fa/"+story)
	b.must(err)
	equal(t, "file", describe(t, got), "fa/"+story+" two 2")
	for _, path := range []string{"en/old.html", "en/none.html", ""} {
		_, err = b.File(t.Context(), path)
		b.want(err, store.ErrNotFound)
	}
	b.seal(numberedEdition(4, file(t, "en/old.html", "new")))
	got, err = b.File(t.Context(), "en/old.html")
	b.must(err)
	equal(t, "a file that came back", describe(t, got), "en/old.html new 4")
	for f, err := range b.Files(t.Context(), "") { // the store can be used inside the loop, and the loop be left
		b.must(err)
		_, err := b.File(t.Context(), f.Path)
		b.must(err)
		b.must(b.SetDelivered(t.Context(), "x", 1))
		break
	}
	big := file(t, "big.bin", strings.Repeat("a", 100<<10)) // its objects stand in a list
	b.seal(numberedEdition(5, big))
	got, err = b.File(t.Context(), "big.bin")
	b.must(err)
	equal(t, "entry with a list", got.Entry, big.Entry)
}

func testObjects(t *testing.T, b *bench) {
	one, two := numberedEdition(1), numberedEdition(2)
	one.Objects = []edition.Hash{sum("c"), sum("a"), sum("b")}
	two.Objects = []edition.Hash{sum("z"), sum("a"), sum("y")} // a is not new
	b.seal(one)
	b.seal(two)
	for n, want := range [][]edition.Hash{{sum("c"), sum("a"), sum("b"), sum("z"), sum("y")}, {sum("z"), sum("y")}, nil} {
		var got []edition.Hash
		for h, err := range b.ObjectsSince(t.Context(), uint64(n)) {
			b.must(err)
			got = append(got, h)
		}
		equal(t, fmt.Sprint("objects since ", n), got, want)
	}
	for text, want := range map[string]bool{"a": true, "z": true, "none": false} {
		got, err := b.HasObject(t.Context(), sum(text))
		b.must(err)
		equal(t, "has "+text, got, want)
	}
}

func testLog(t *testing.T, b *bench) {
	start := int64(0)
	for n := uint64(1); n <= 3; n++ {
		e := numberedEdition(n)
		e.LogStart = start
		for i := range n {
			e.LogHashes = append(e.LogHashes, sum(fmt.Sprint(start+int64(i))))
		}
		start += int64(n)
		b.seal(e)
	}
	got, err := b.LogHashes(t.Context(), []int64{5, 0, 3})
	b.must(err)
	equal(t, "hashes", got, []edition.Hash{sum("5"), sum("0"), sum("3")})
	for _, missing := range []int64{6, -1} {
		_, err = b.LogHashes(t.Context(), []int64{0, missing})
		b.want(err, store.ErrNotFound)
	}
	for _, part := range [][2]int64{{0, 3}, {1, 2}, {2, 2}} {
		got, err := b.Records(t.Context(), part[0], part[1])
		b.must(err)
		var want []edition.Hash
		for i := part[0]; i < part[1]; i++ {
			want = append(want, edition.ManifestHash(numberedEdition(uint64(i)+1).Head.Manifest))
		}
		equal(t, "records", slices.Clip(got), slices.Clip(want))
	}
	_, err = b.Records(t.Context(), 2, 4)
	b.want(err, store.ErrNotFound)

	other := numberedEdition(4) // a new log key begins a new log
	other.Head.Origin, other.Head.LogSize = "example.org/log2", 1
	other.LogHashes = []edition.Hash{sum("other")}
	b.seal(other)
	got, err = b.LogHashes(t.Context(), []int64{0})
	b.must(err)
	equal(t, "hashes of the new log", got, []edition.Hash{sum("other")})
	_, err = b.LogHashes(t.Context(), []int64{1})
	b.want(err, store.ErrNotFound)
	got, err = b.Records(t.Context(), 0, 1)
	b.must(err)
	equal(t, "records of the new log", got, []edition.Hash{edition.ManifestHash(other.Head.Manifest)})
}

func testDelivered(t *testing.T, b *bench) {
	for _, step := range []uint64{0, 1, 7, 3} {
		if step > 0 {
			b.must(b.SetDelivered(t.Context(), "fs:public", step))
		}
		n, err := b.Delivered(t.Context(), "fs:public")
		b.must(err)
		equal(t, "delivered", n, step)
	}
	n, err := b.Delivered(t.Context(), "another")
	b.must(err)
	equal(t, "delivered to another", n, 0)
}
