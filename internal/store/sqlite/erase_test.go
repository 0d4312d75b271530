package sqlite_test

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// traces are what no file of the store may hold of a story that was erased: its words, names and hashes.
var traces = []string{"zanzibarword", "correctedword", "zanzibar-slug", "the-secret-id", "secretsource", "زنگبارواژه", "zanzipicture",
	"picturebytes", "zanzitopic", "zanzisea", "elsewhere.example", "zanziplace", "zanzibyline", "zanziwrong", "zanzicomment", "zanzistub"}

// shameful puts a story that is full of traces, corrects it, and has another link to it.
func shameful(t *testing.T, s *sqlite.Store) {
	t.Helper()
	bytesOf := []byte("picturebytes of a picture")
	sum := edition.Sum(bytesOf).String()
	m := news.Media{ID: sum, Name: "zanzipicture.jpg", Renditions: []news.Rendition{{Name: "640.jpg", MediaType: "image/jpeg",
		Width: 1, Height: 1, SHA256: sum, Size: int64(len(bytesOf))}}}
	if err := s.PutMedia(t.Context(), m, map[string][]byte{"640.jpg": bytesOf}); err != nil {
		t.Fatal(err)
	}
	gone := news.Story{ID: "the-secret-id", Slug: "zanzibar-slug", Sources: []news.Source{{ID: "s", Kind: news.Anonymous, Identity: "secretsource"}}}
	for _, lang := range []string{"en", "fa"} {
		gone.Articles = append(gone.Articles, news.Article{Lang: lang, Status: news.Published, Published: noon, Revision: news.Revision{
			Headline: "zanzibarword زنگبارواژه", SourceURL: "https://elsewhere.example/" + lang, Lead: &news.Figure{Media: sum, Alt: "x"},
			Topics:      []news.Topic{{Slug: "zanzitopic", Name: "zanzitopic"}},
			Places:      []news.Place{{Slug: "zanziplace", Name: "zanziplace"}},
			Bylines:     []news.Byline{{Slug: "zanzibyline", Name: "zanzibyline"}},
			Corrections: []news.Correction{{Time: noon, Text: "zanziwrong"}},
		}})
	}
	other := story("other")
	empty := story("was in the topic")
	empty.Articles[0].Revision.Topics = []news.Topic{{Slug: "sea", Name: "Sea"}}
	gone.Articles[0].Revision.Topics = append(gone.Articles[0].Revision.Topics, news.Topic{Slug: "sea", Name: "zanzisea"})
	empty.Articles[0].Published = noon.Add(-time.Hour)
	put(t, s, empty)
	other.Articles[0].Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "See", Link: "story:the-secret-id"}}}}
	other.Articles[0].Revision.Related = []string{"the-secret-id"}
	put(t, s, gone, other)
	comments := map[string][]news.Comment{gone.ID: {{ID: "1", Lang: "en", Name: "N. N.", Text: "zanzicomment"}}}
	if _, err := s.PutBatch(t.Context(), store.Batch{Comments: comments}); err != nil {
		t.Fatal(err)
	}
	at := store.Moved{Address: "lantern.example/zanzistub", ArticleID: store.ArticleID{Story: gone.ID, Lang: "en"}}
	if err := s.PutMoved(t.Context(), []store.Moved{at}); err != nil {
		t.Fatal(err)
	}
	gone.Articles[0].Revision.Headline = "correctedword"
	put(t, s, gone)
}

func put(t *testing.T, s *sqlite.Store, stories ...news.Story) {
	t.Helper()
	if _, err := s.PutMany(t.Context(), stories); err != nil {
		t.Fatal(err)
	}
}

// edit settles and seals an edition of what the snapshot counts, as a purge when something was withdrawn.
func edit(t *testing.T, s *sqlite.Store, files []store.File, objects ...edition.Hash) {
	t.Helper()
	if err := s.Settle(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	v, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := store.Head{Number: last.Number + 1, LogSize: int64(last.Number) + 1, Takedowns: v.Takedowns(), Seq: v.Seq(),
		Manifest: fmt.Appendf(nil, "manifest %d", last.Number+1), Root: edition.Sum(fmt.Appendf(nil, "root %d", last.Number+1))}
	if h.Takedowns > last.Takedowns {
		h.Purge = h.Number
	}
	v.Close()
	e := store.Edition{Head: h, Files: files, Objects: objects, Reached: map[edition.Hash]struct{}{}}
	if err := s.Seal(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// grep returns which of some texts or hashes a folder's files hold, as text, bytes or hex.
func grep(t *testing.T, dir string, wanted ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		for _, w := range wanted {
			for _, form := range []string{w, hex.EncodeToString([]byte(w))} {
				if bytes.Contains(b, []byte(form)) || bytes.Contains([]byte(name), []byte(form)) {
					found = append(found, fmt.Sprintf("%q in %s", form, filepath.Base(name)))
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestEraseLeavesNoByte looks for what was erased in the raw files, while the store is open and when it is closed.
func TestEraseLeavesNoByte(t *testing.T) {
	s, dir := create(t)
	shameful(t, s)
	put(t, s, story("one more"))
	edit(t, s, nil)
	draft := story("was in the topic") // which is empty once the story is gone, too
	draft.Articles[0].Status = news.Draft
	put(t, s, draft)
	page := store.File{Path: "en/story/2026/11/22/zanzibar-slug/index.html", Plain: edition.Sum([]byte("page")), Entry: edition.Entry{MediaType: "text/html"}}
	stub := store.File{Path: "zanzistub/index.html", Plain: edition.Sum([]byte("stub")), Entry: edition.Entry{MediaType: "text/html"}}
	object := edition.Sum([]byte("object"))
	edit(t, s, []store.File{page, stub}, object)
	root := edition.Sum([]byte("root 2"))
	hashes := []string{string(page.Plain[:]), string(object[:]), string(root[:]), "manifest 2",
		edition.Sum([]byte("picturebytes of a picture")).String()}
	wanted := append(hashes, traces...)
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, wanted...); len(found) < len(wanted) {
		t.Fatalf("not all was there: %q", found)
	}
	if err := s.Withdraw(t.Context(), "the-secret-id", true); err != nil {
		t.Fatal(err)
	}
	edit(t, s, []store.File{{Path: page.Path, Removed: true}, {Path: stub.Path, Removed: true}})
	if n, err := s.Erase(t.Context()); n != 1 || err != nil {
		t.Fatalf("erased %d, %v", n, err)
	}
	if found := grep(t, dir, wanted...); len(found) > 0 {
		t.Errorf("left while the store is open: %q", found)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, wanted...); len(found) > 0 {
		t.Errorf("left when it is closed: %q", found)
	}
	if s := open(t, dir); headlines(t, s) != 2 {
		t.Errorf("%d headlines are left", headlines(t, s))
	}
}

// TestEraseIsFinished stops an Erase between its transaction and the writing anew.
func TestEraseIsFinished(t *testing.T) {
	s, dir := create(t)
	shameful(t, s)
	edit(t, s, nil)
	if err := s.Withdraw(t.Context(), "the-secret-id", true); err != nil {
		t.Fatal(err)
	}
	edit(t, s, nil)
	media, aside := filepath.Join(dir, "media"), filepath.Join(dir, "aside")
	if err := errors.Join(os.Rename(media, aside), os.Symlink(t.TempDir(), media)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Erase(t.Context()); n != 1 || err == nil {
		t.Fatalf("erased %d, %v, want to be stopped", n, err)
	}
	if found := grep(t, dir, traces...); len(found) == 0 {
		t.Fatal("there is nothing left to finish")
	}
	if err := errors.Join(os.Remove(media), os.Rename(aside, media)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Erase(t.Context()); n != 0 || err != nil {
		t.Fatalf("erased %d, %v", n, err)
	}
	if found := grep(t, dir, traces...); len(found) > 0 {
		t.Errorf("left: %q", found)
	}
}

// undo5 makes a store of version 4, which kept nothing for imports and knew no pages that stand, of one of version 5.
const undo5 = `DROP TABLE run; DROP TABLE finding; DROP TABLE taken; DROP TABLE fetched; DROP TABLE moved; DROP TABLE old_address; DROP TABLE comment;
	ALTER TABLE public DROP COLUMN standing;`

// undo4 makes a store of version 3, which knew no outings, of one of version 4.
const undo4 = "DROP TABLE outing; DROP TABLE outing_reference; DROP TABLE pack; DROP TABLE repack;"

// undo3 makes a store of version 2, which knew no corrections, of one of version 3.
const undo3 = `DROP TABLE correction; DROP TABLE imported; DROP INDEX article_breaking; DROP INDEX public_breaking;
	ALTER TABLE revision DROP COLUMN breaking; ALTER TABLE article DROP COLUMN breaking; ALTER TABLE public DROP COLUMN breaking;
	ALTER TABLE media DROP COLUMN focus_x; ALTER TABLE media DROP COLUMN focus_y; ALTER TABLE media DROP COLUMN placeholder;`

// TestUpgrade opens a store of version 1, which knew no takedowns.
func TestUpgrade(t *testing.T) {
	s, dir := create(t)
	old := story("old")
	old.Articles[0].Revision.Corrections = []news.Correction{{Time: noon, Text: "It was “August”."}}
	put(t, s, old)
	edit(t, s, []store.File{{Path: "en/story/2026/11/22/old/index.html", Entry: edition.Entry{MediaType: "text/html"}},
		{Path: "fa/index.html", Entry: edition.Entry{MediaType: "text/html"}}, {Path: "index.html", Entry: edition.Entry{MediaType: "text/html"}}})
	s.Close()
	raw(t, dir, undo5+undo4+undo3+`DROP TABLE takedown; DROP TABLE mark; DROP TABLE withdrawn; DROP TABLE folder;
		ALTER TABLE settled DROP COLUMN takedowns; ALTER TABLE edition DROP COLUMN takedowns;
		ALTER TABLE edition DROP COLUMN purge; PRAGMA user_version = 1`)
	s = open(t, dir)
	if got := headlines(t, s); got != 1 {
		t.Errorf("%d headlines", got)
	}
	if v, err := s.Snapshot(t.Context()); err != nil {
		t.Error(err)
	} else if got, err := v.Corrections(t.Context(), "en", 9); err != nil || len(got) != 1 ||
		got[0].Text != "It was “August”." || !got[0].Time.Equal(noon) || v.Close() != nil {
		t.Errorf("got the corrections %v, %v", got, err)
	}
	if folders, err := s.Folders(t.Context()); err != nil || fmt.Sprint(folders) != "[en fa index.html]" {
		t.Errorf("folders %q, %v", folders, err)
	}
	if err := s.Withdraw(t.Context(), "old", true); err != nil {
		t.Fatal(err)
	}
	edit(t, s, nil)
	if n, err := s.Erase(t.Context()); n != 1 || err != nil {
		t.Errorf("erased %d, %v", n, err)
	}
}

// TestUpgradeOutings opens a store of version 3: what is public is in supplements, in the order of publication, then ID.
func TestUpgradeOutings(t *testing.T) {
	s, dir := create(t)
	var stories []news.Story
	for i := range store.PerSupplement + 1 {
		st := story(fmt.Sprintf("s%03d", i))
		st.Articles[0].Published = noon.Add(-time.Duration(i/2) * time.Second)
		stories = append(stories, st)
	}
	put(t, s, stories...)
	if err := s.Settle(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	waiting := stories[7]
	waiting.Articles[0].Revision.Headline = "Not settled yet"
	put(t, s, waiting)
	s.Close()
	raw(t, dir, undo5+undo4+"PRAGMA user_version = 3")
	s = open(t, dir)
	if err := s.Settle(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	v, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	packs, err := v.Packs(t.Context(), "en")
	want := []store.Pack{{Period: "2026-11-22", Articles: 1}, {Period: "2026-11-22T12", Articles: 1}, {Period: "s1", Articles: store.PerSupplement}}
	if err != nil || !slices.Equal(packs, want) {
		t.Errorf("got packs %v, %v, want %v", packs, err, want)
	}
	first, err := v.Pack(t.Context(), "en", "s1")
	if err != nil || first[0] != (store.Outing{Story: "s000", Number: 1}) || slices.ContainsFunc(first, func(o store.Outing) bool { return o.Story == "s007" }) {
		t.Errorf("got %v, %v", first, err)
	}
	seed, err := v.Seed(t.Context(), "en")
	if len(seed) != store.SeedArticles || err != nil {
		t.Errorf("a seed of %d articles, %v", len(seed), err)
	}
}

// TestMarksNameNothing puts the same story into two stores: their marks have nothing in common.
func TestMarksNameNothing(t *testing.T) {
	var seen []string
	for range 2 {
		s, dir := create(t)
		put(t, s, story("s"))
		if err := s.Withdraw(t.Context(), "s", false); err != nil {
			t.Fatal(err)
		}
		s.Close()
		db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseName))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var mark string
		if err := db.QueryRow("SELECT hex(mark) FROM mark").Scan(&mark); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, mark)
	}
	if seen[0] == seen[1] {
		t.Error("the mark of a story is the same in two stores")
	}
}
