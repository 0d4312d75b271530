package storetest

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
)

// adopted returns edition n of numberedEdition's log, whole.
func adopted(n uint64, files ...store.File) store.Adopted {
	a := store.Adopted{Head: numberedEdition(n).Head, Target: "own", Files: files}
	below := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = tlog.Hash(a.LogHashes[x])
		}
		return out, nil
	})
	for i := range n {
		record := edition.ManifestHash(numberedEdition(i + 1).Head.Manifest)
		a.Records = append(a.Records, record)
		added, err := tlog.StoredHashes(int64(i), record[:], below)
		if err != nil {
			panic(err) // all hashes below are there
		}
		for _, h := range added {
			a.LogHashes = append(a.LogHashes, edition.Hash(h))
		}
	}
	return a
}

func testAdopt(t *testing.T, b *bench) {
	first := numberedEdition(1, file(t, "en/index.html", "one"), file(t, "en/old.html", "one"))
	first.Objects = []edition.Hash{sum("a"), sum("b")}
	b.seal(first)
	b.must(b.SetDelivered(t.Context(), "own", 1))
	b.must(b.SetDelivered(t.Context(), "stick", 1))

	a := adopted(4, file(t, "en/index.html", "two"), file(t, "fa/index.html", "new"))
	a.Objects = []edition.Hash{sum("z"), sum("b")}
	b.must(b.Adopt(t.Context(), a))
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head", head, a.Head)
	equal(t, "files", b.files(""), []string{"en/index.html two 4", "fa/index.html new 4"})
	equal(t, "files for a target that had edition 1", b.filesSince(1), []string{"en/index.html two 4", "en/old.html - 4", "fa/index.html new 4"})
	var objects []edition.Hash
	for h, err := range b.ObjectsSince(t.Context(), 0) {
		b.must(err)
		objects = append(objects, h)
	}
	equal(t, "objects", objects, a.Objects)
	records, err := b.Records(t.Context(), 0, 4)
	b.must(err)
	equal(t, "records", records, a.Records)
	hashes, err := b.LogHashes(t.Context(), []int64{0, int64(len(a.LogHashes)) - 1})
	b.must(err)
	equal(t, "log hashes", hashes, []edition.Hash{a.LogHashes[0], a.LogHashes[len(a.LogHashes)-1]})
	for target, want := range map[string]uint64{"own": 4, "stick": 0} {
		n, err := b.Delivered(t.Context(), target)
		b.must(err)
		equal(t, "delivered to "+target, n, want)
	}
	b.must(b.Adopt(t.Context(), a)) // again changes nothing
	equal(t, "files adopted twice", b.files(""), []string{"en/index.html two 4", "fa/index.html new 4"})

	next := numberedEdition(5, file(t, "en/old.html", "new"))
	next.LogStart, next.LogHashes = int64(len(a.LogHashes)), []edition.Hash{sum("next")}
	b.seal(next) // and it goes on from there
	equal(t, "files after the next edition", b.filesSince(4), []string{"en/old.html new 5"})
}

func testAdoptIntoNothing(t *testing.T, b *bench) {
	b.must(b.Adopt(t.Context(), adopted(3, file(t, "en/index.html", "one"))))
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "number", head.Number, 3)
	b.seal(func() store.Edition {
		e := numberedEdition(4)
		e.Head.Origin, e.Head.LogSize, e.LogHashes = "example.org/log2", 1, []edition.Hash{sum("x")}
		return e
	}())
	records, err := b.Records(t.Context(), 0, 1)
	b.must(err)
	equal(t, "records of a new log", len(records), 1)
}

func testAdoptRefuses(t *testing.T, b *bench) {
	for n := uint64(1); n <= 3; n++ {
		b.seal(numberedEdition(n, file(t, "en/index.html", "one")))
	}
	other := adopted(4, file(t, "en/index.html", "two"))
	other.Records[1] = sum("another history")
	same := adopted(3)
	same.Head.Manifest = []byte("another edition 3")
	same.Records[2] = edition.ManifestHash(same.Head.Manifest)
	for name, a := range map[string]store.Adopted{"older": adopted(2), "another of the same number": same, "another history": other} {
		if err := b.Adopt(t.Context(), a); err == nil {
			t.Errorf("%s: got no error", name)
		} else {
			b.want(err, store.ErrConflict)
		}
	}
	cut, gap, bad := adopted(4), adopted(4), adopted(4, store.File{Path: "../x", Entry: file(t, "x", "x").Entry})
	cut.Records = cut.Records[:3]
	gap.Head.LogSize = 5
	for name, a := range map[string]store.Adopted{"nothing": {}, "a record short": cut, "another size": gap, "a bad path": bad} {
		if err := b.Adopt(t.Context(), a); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	head, err := b.Head(t.Context())
	b.must(err)
	equal(t, "head", head.Number, 3)
	equal(t, "files", b.files(""), []string{"en/index.html one 3"})
}

// A store that had sealed an edition of a log that was replaced since takes over the new log under the same numbers.
func testAdoptOfANewLog(t *testing.T, b *bench) {
	for n := uint64(1); n <= 3; n++ {
		b.seal(numberedEdition(n, file(t, "en/index.html", "one")))
	}
	a := adopted(2) // the new log has the editions 3 and 4
	a.Head.Number, a.Head.Origin = 4, "example.org/log2"
	b.must(b.Adopt(t.Context(), a))
	records, err := b.Records(t.Context(), 0, 2)
	b.must(err)
	equal(t, "records", records, a.Records)
	equal(t, "files", b.files(""), nil)
}

// rebuilt returns a story as an edition shows it, on a page of the English list.
func rebuilt(id, headline string, published time.Time, number, page int) store.Rebuilt {
	s := story(id, article("en", headline, published))
	s.Address = news.Address{Day: "2026-11-20", Slug: "was-" + id}
	s.Articles[0].Number = number
	return store.Rebuilt{Story: s, Pages: map[store.List]int{{Lang: "en"}: page}}
}

func testRebuild(t *testing.T, b *bench) {
	b.put(story("draft", func() news.Article { a := article("en", "Draft", noon); a.Status = news.Draft; return a }()))
	b.put(story("known", article("en", "Known", noon)))
	var all []store.Rebuilt
	for i := range store.PerPage + 2 { // the last two stand on the first page, though they are the newest
		page := 1
		if i < 4 {
			page = 2
		}
		all = append(all, rebuilt(fmt.Sprintf("r%02d", i), fmt.Sprint("Rebuilt ", i), hours(i), 7, page))
	}
	all = append(all, rebuilt("known", "Known better", noon, 3, 1))
	results, err := b.Rebuild(t.Context(), all)
	b.must(err)
	equal(t, "new", results[0], store.RebuildResult{New: []string{"en"}})
	equal(t, "newer", results[len(results)-1], store.RebuildResult{Changed: []string{"en"}})
	results, err = b.Rebuild(t.Context(), []store.Rebuilt{rebuilt("known", "Older", noon, 2, 1), all[0]})
	b.must(err)
	equal(t, "older", results[0], store.RebuildResult{Left: []string{"en"}})
	equal(t, "the same", results[1], store.RebuildResult{Left: []string{"en"}})

	b.settle(hours(100))
	before := b.snapshot().Seq()
	_, err = b.Rebuild(t.Context(), all)
	b.must(err)
	b.settle(hours(100))
	equal(t, "changes by what was there", b.snapshot().changes(before), nil)
	v := b.snapshot()
	s, err := v.Story(t.Context(), "r05")
	b.must(err)
	equal(t, "address", s.Address, news.Address{Day: "2026-11-20", Slug: "was-r05"})
	equal(t, "number", s.Articles[0].Number, 7)
	s, err = v.Story(t.Context(), "known")
	b.must(err)
	equal(t, "headline", s.Articles[0].Revision.Headline, "Known better")
	second, err := v.Page(t.Context(), store.List{Lang: "en"}, 2)
	b.must(err)
	var ids []string
	for _, h := range second {
		ids = append(ids, h.Story)
	}
	equal(t, "page 2", ids, []string{"r03", "r02", "r01", "r00"})
	pages, err := v.Pages(t.Context(), store.List{Lang: "en"})
	b.must(err)
	equal(t, "pages", pages, 2)

	b.put(story("later", article("en", "Later", hours(50))))
	b.settle(hours(101))
	second, err = b.snapshot().Page(t.Context(), store.List{Lang: "en"}, 2)
	b.must(err)
	equal(t, "page 2 goes on", len(second), 5)
	got, err := b.Story(t.Context(), "draft")
	b.must(err)
	equal(t, "draft", got.Articles[0].Status, news.Draft)
	results, err = b.Rebuild(t.Context(), []store.Rebuilt{rebuilt("known", "Newest", noon, 9, 1)})
	b.must(err)
	equal(t, "a number further on", results[0].Changed, []string{"en"})
	b.put(story("known", article("en", "Edited", noon)))
	got, err = b.Story(t.Context(), "known")
	b.must(err)
	equal(t, "the next revision", got.Articles[0].Number, 10)
}

func testRebuildRefuses(t *testing.T, b *bench) {
	zero := rebuilt("zero", "Zero", noon, 0, 1)
	far := rebuilt("far", "Far", noon, 1, 1<<40)
	invalid := rebuilt("invalid", "", noon, 1, 1)
	unseen := rebuilt("unseen", "Unseen", noon, 1, 1)
	unseen.Story.Articles[0].Revision.Lead = &news.Figure{Media: sum("none").String(), Alt: "x"}
	for _, r := range []store.Rebuilt{zero, far, invalid, unseen} {
		if _, err := b.Rebuild(t.Context(), []store.Rebuilt{rebuilt("good", "Good", noon, 1, 1), r}); err == nil {
			t.Errorf("%s: got no error", r.Story.ID)
		}
	}
	_, err := b.Story(t.Context(), "good") // all or none
	b.want(err, store.ErrNotFound)
}
