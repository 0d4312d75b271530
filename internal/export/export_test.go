package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"coranto/internal/export"
	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/ninjs"
	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

var (
	languages = []string{"en", "fa", "sr-Cyrl"}
	now       = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// A maker fills a store with stories at random, with all that a story can have.
type maker struct {
	*rand.Rand
	t     *testing.T
	st    *sqlite.Store
	media []string
}

func (m *maker) one(n int) bool { return m.IntN(n) == 0 }

func (m *maker) text() string {
	odd := []string{"a", `"q" \ & <b>`, "می\u200cخواهم", "\u2067x\u2069", "é 👩\u200d👧", "]]>", "null"}
	return odd[m.IntN(len(odd))] + fmt.Sprint(m.IntN(9))
}

// pictures puts some media, with what pages know of them.
func (m *maker) pictures() {
	for i := range 4 {
		media, files, err := importer.NewMedia(fmt.Sprintf("p%d.png", i), importertest.Picture(i), news.Focus{X: 10 + i, Y: 20})
		if err == nil {
			err = m.st.PutMedia(m.t.Context(), media, files)
		}
		if err != nil {
			m.t.Fatal(err)
		}
		m.media = append(m.media, media.ID)
	}
	media, files, err := importer.NewMedia("words.vtt", []byte("WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"), news.Focus{})
	if err == nil {
		err = m.st.PutMedia(m.t.Context(), media, files)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	m.media = append(m.media, media.ID)
}

func (m *maker) figure() *news.Figure {
	f := &news.Figure{Media: m.media[m.IntN(4)], Alt: "A" + m.text(), Credit: m.text(), Rights: m.text(), Caption: m.spans("")}
	switch m.IntN(5) {
	case 0:
		f.Media, f.Missing = "", "https://before.example/NAME-OF-A-FILE.jpg"
	case 1:
		f.Alt, f.Decorative = "", true
	case 2:
		f.Subtitles = []news.Track{{Lang: "fa", Media: m.media[4]}}
		f.Transcript = []news.Block{{Kind: news.Paragraph, Text: m.spans("")}}
	}
	return f
}

func (m *maker) spans(claim string) (spans []news.Span) {
	for range 1 + m.IntN(2) {
		spans = append(spans, news.Span{Text: m.text(), Mark: news.Mark(m.IntN(int(news.Break) << 1)), Claim: claim,
			Link: []string{"", "https://a.example/", "story:story-1"}[m.IntN(3)]})
	}
	return spans
}

func (m *maker) article(lang string, claims []news.Claim) news.Article {
	a := news.Article{Lang: lang, Status: news.Published, Published: now.Add(-time.Duration(m.IntN(2000)) * time.Hour)}
	switch m.IntN(6) {
	case 0:
		a.Status = news.Draft
	case 1:
		a.Published = now.Add(100 * time.Hour)
	case 2:
		a.Updated = a.Published.Add(time.Minute)
		a.Breaking = a.Published.Add(time.Hour)
	}
	r := &a.Revision
	r.Headline, r.Kicker, r.Standfirst, r.Dateline = "H"+m.text(), m.text(), m.text(), m.text()
	r.Bylines = []news.Byline{{Name: "Open", Role: m.text(), Slug: "open"}, {Name: "PROTECTED-NAME", Protected: true}}
	r.Topics, r.Places = []news.Topic{{Slug: "t", Name: m.text()}}, []news.Place{{Slug: "p", Name: m.text()}}
	r.Related, r.SourceURL = []string{"story-2"}, fmt.Sprintf("https://before.example/%d/%s", m.Uint64(), lang)
	r.Standing = a.Breaking.IsZero() && m.one(4)
	if m.one(2) {
		r.Lead = m.figure()
	}
	r.Body = []news.Block{
		{Kind: news.Paragraph, Text: m.spans(claims[0].ID)}, {Kind: news.Picture, Figure: m.figure()},
		{Kind: news.List, Items: [][]news.Block{{{Kind: news.Paragraph, Text: m.spans("")}}}},
		{Kind: news.Quote, Text: m.spans(""), Blocks: []news.Block{{Kind: news.Heading, Level: 2, Text: m.spans("")}}},
		{Kind: news.Table, Header: true, Rows: [][][]news.Span{{m.spans(""), nil}, {m.spans(""), m.spans("")}}},
		{Kind: news.Embed, URL: "https://v.example/?x=<y>", Text: m.spans("")}, {Kind: news.Code, Text: []news.Span{{Text: "a\n\tb"}}}, {Kind: news.Rule},
	}
	if m.one(2) {
		r.Corrections = []news.Correction{{Time: now.Add(-time.Hour), Text: "C" + m.text()}}
	}
	if lang != "en" && m.one(2) {
		r.Origin = &news.Origin{Lang: "en", Number: 1}
	}
	a.File = "desk/" + lang + ".md"
	return a
}

// story puts a story, some revisions of it, comments and where it stood.
func (m *maker) story(i int) {
	id := fmt.Sprint("story-", i)
	s := news.Story{ID: []string{id, "داستان / " + id, "https://ids.example/?p=" + id}[min(i%7, 2)], Slug: id,
		Sources: []news.Source{{ID: "s1", Kind: news.Anonymous, Reason: map[string]string{"": "safety"}, Identity: "SECRET-IDENTITY"},
			{ID: "s2", Kind: news.Official, Name: map[string]string{"en": "Ministry", "": "M"}}},
		Claims: []news.Claim{{ID: "c1", Source: "s1", Check: news.Disputed, Evidence: []news.Evidence{{URL: "https://e.example/", Retrieved: now}}},
			{ID: "c2", Source: "s2", Check: news.Confirmed}}}
	for _, lang := range languages[:1+m.IntN(3)] {
		s.Articles = append(s.Articles, m.article(lang, s.Claims))
	}
	m.put(s, store.Batch{Comments: map[string][]news.Comment{s.ID: {{ID: "1", Lang: "en", Name: "COMMENTER", Text: m.text(), Approved: true, Time: now}, {ID: "2", Parent: "1", Lang: "en", Text: "two"}}}})
	for range m.IntN(3) {
		next := s
		next.Articles = []news.Article{m.article(languages[0], s.Claims)}
		m.put(next, store.Batch{})
	}
	if m.one(3) { // a claim that is gone, which an earlier revision made
		s.Claims = s.Claims[1:]
		s.Articles = slices.Clone(s.Articles)
		for j := range s.Articles {
			s.Articles[j] = m.article(s.Articles[j].Lang, s.Claims)
		}
		m.put(s, store.Batch{})
	}
	if m.one(4) {
		gone := s
		gone.Articles = slices.Clone(s.Articles[:1])
		gone.Articles[0].Status = news.Withdrawn
		m.put(gone, store.Batch{})
	}
	err := m.st.PutMoved(m.t.Context(), []store.Moved{{Address: "before.example/" + id, ArticleID: store.ArticleID{Story: s.ID, Lang: "en"}}})
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *maker) put(s news.Story, b store.Batch) {
	m.t.Helper()
	b.Stories = []news.Story{s}
	if _, err := m.st.PutBatch(m.t.Context(), b); err != nil {
		m.t.Fatal(err)
	}
}

// newsroom returns a store with stories.
func newsroom(t *testing.T, stories int, seed uint64) *sqlite.Store {
	t.Helper()
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, st: importertest.NewStore(t)}
	m.pictures()
	for i := range stories {
		m.story(i)
	}
	if err := m.st.Settle(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return m.st
}

func exported(t *testing.T, st export.Store, dir string, public bool) export.Report {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r, err := export.Export(t.Context(), st, root, export.Options{Publisher: "The Lantern", Public: public, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if r.Stories+r.Withdrawn+r.Hidden+len(r.Problems) != r.Total {
		t.Errorf("the report does not add up: %+v", r)
	}
	return r
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTheSameNewsroom exports everything, imports it into an empty store, and compares all that there is.
func TestTheSameNewsroom(t *testing.T) {
	t.Parallel()
	st := newsroom(t, 20, 1)
	dir := t.TempDir()
	r := exported(t, st, dir, false)
	if r.Stories != 20 || r.Comments != 40 || r.Addresses != 20 || r.Media != 5 || r.Missing == 0 || r.Revisions <= r.Articles {
		t.Errorf("got %+v", r)
	}
	other := importertest.NewStore(t)
	report, err := importer.Import(t.Context(), other, source(dir), importer.Options{Languages: languages})
	if err != nil || report.Refused != 0 || report.New < r.Articles {
		t.Fatalf("import: %+v, %v", report, err)
	}
	for kind, n := range report.Kinds {
		if n.Has != n.Taken+n.Left+n.Refused {
			t.Errorf("%s: %+v does not add up", kind, n)
		}
	}
	if err := other.Settle(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	compare(t, st, other)
	again := t.TempDir()
	exported(t, other, again, false)
	if !bytes.Equal(read(t, dir, "SHA256SUMS"), read(t, again, "SHA256SUMS")) {
		t.Error("exported again, something differs")
	}
	report, err = importer.Import(t.Context(), other, source(dir), importer.Options{Languages: languages})
	if err != nil || report.New+report.Changed != 0 {
		t.Errorf("imported again: %+v, %v", report, err)
	}
}

func source(dir string) *ninjs.Source {
	return ninjs.New([]ninjs.Root{{FS: os.DirFS(dir)}}, ninjs.Options{Languages: languages})
}

func compare(t *testing.T, a, b *sqlite.Store) {
	t.Helper()
	for id, err := range a.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for what, get := range map[string]func(*sqlite.Store) (any, error){
			"story":     func(s *sqlite.Store) (any, error) { return s.Story(t.Context(), id) },
			"comments":  func(s *sqlite.Store) (any, error) { return s.Comments(t.Context(), id) },
			"addresses": func(s *sqlite.Store) (any, error) { return s.Stood(t.Context(), id) },
			"history":   func(s *sqlite.Store) (any, error) { return history(t.Context(), s, id) },
		} {
			want, err := get(a)
			got, err2 := get(b)
			if err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s of %q: got %+v, %v\nwant %+v, %v", what, id, got, err2, want, err)
			}
		}
		sameMedia(t, a, b, id)
	}
}

// history returns all revisions of a story. Words make no claim that the story no longer has: nobody could put them again.
func history(ctx context.Context, st *sqlite.Store, id string) (all []news.Article, err error) {
	s, err := st.Story(ctx, id)
	had := map[string]bool{"": true}
	for _, c := range s.Claims {
		had[c.ID] = true
	}
	for _, a := range s.Articles {
		for h, err := range st.History(ctx, id, a.Lang) {
			if err != nil {
				return nil, err
			}
			h.Revision.DropClaims(had)
			all = append(all, h)
		}
	}
	return all, err
}

func sameMedia(t *testing.T, a, b *sqlite.Store, id string) {
	t.Helper()
	s, err := a.Story(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, article := range s.Articles {
		for media := range article.Revision.Media() {
			want, err := a.Media(t.Context(), media)
			got, err2 := b.Media(t.Context(), media)
			if err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("media: got %+v, %v; want %+v, %v", got, err2, want, err)
			}
			for _, r := range want.Renditions {
				if !bytes.Equal(rendition(t, a, r.SHA256), rendition(t, b, r.SHA256)) {
					t.Errorf("%s of %s differs", r.Name, media)
				}
			}
		}
	}
}

func rendition(t *testing.T, st *sqlite.Store, sum string) []byte {
	t.Helper()
	r, err := st.OpenRendition(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// documents returns all ninjs documents of an export.
func documents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	docs := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".json") && name != "export.json" {
			docs[name] = read(t, dir, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// TestAllAreNinjs holds every document of both kinds of export against the IPTC's schema, formats included.
func TestAllAreNinjs(t *testing.T) {
	t.Parallel()
	name := "../../../shared/fixtures/ninjs/ninjs-schema_3.1.json"
	if _, err := os.Stat(name); err != nil {
		t.Skip("the ninjs schemas are not here: ", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://geojson.org/schema/GeoJSON.json", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	st := newsroom(t, 12, 2)
	for _, public := range []bool{false, true} {
		dir := t.TempDir()
		exported(t, st, dir, public)
		docs := documents(t, dir)
		if len(docs) < 15 {
			t.Errorf("only %d documents", len(docs))
		}
		for name, b := range docs {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err == nil {
				err = schema.Validate(v)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestPublicHidesSecrets looks for what must never be published in every byte of a public export.
func TestPublicHidesSecrets(t *testing.T) {
	t.Parallel()
	st := newsroom(t, 12, 3)
	dir := t.TempDir()
	r := exported(t, st, dir, true)
	if r.Stories == 0 || r.Hidden == 0 || r.Revisions != r.Articles {
		t.Errorf("got %+v", r)
	}
	for name, b := range documents(t, dir) {
		for _, secret := range []string{"SECRET-IDENTITY", "PROTECTED-NAME", "NAME-OF-A-FILE", "COMMENTER", "desk/", "before.example"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s has %s", name, secret)
			}
		}
		var d struct{ PubStatus string }
		if err := json.Unmarshal(b, &d); err != nil || d.PubStatus != "usable" {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	// It is what a mirror has, and comes in as one.
	other := importertest.NewStore(t)
	got, err := ninjs.Import(t.Context(), other, os.DirFS(dir), ninjs.Options{Languages: languages})
	if err != nil || got.Refused != 0 || got.New != r.Articles {
		t.Errorf("import: %+v, %v; want %d new", got, err, r.Articles)
	}
}

// TestExportGoesOn stops an export, goes on with it, and brings it up to date after a story was withdrawn.
func TestExportGoesOn(t *testing.T) {
	t.Parallel()
	st := newsroom(t, 8, 4)
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	ctx, cancel := context.WithCancel(t.Context())
	_, err = export.Export(ctx, st, root, export.Options{Progress: func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(string(read(t, dir, "export.json")), `"finished": false`) {
		t.Errorf("stopped: %v", err)
	}
	report, err := importer.Import(t.Context(), importertest.NewStore(t), source(dir), importer.Options{Languages: languages})
	if err != nil || report.New == 0 || report.Refused != 1 || !strings.Contains(report.Problems[0].Reason, "stopped before its end") {
		t.Errorf("import of a part: %+v, %v", report, err)
	}
	exported(t, st, dir, false)
	whole := t.TempDir()
	exported(t, st, whole, false)
	if !bytes.Equal(read(t, dir, "SHA256SUMS"), read(t, whole, "SHA256SUMS")) {
		t.Error("stopped and gone on, it is another export")
	}
	if err := st.Withdraw(t.Context(), "story-0", false); err != nil {
		t.Fatal(err)
	}
	before := len(documents(t, dir))
	if r := exported(t, st, dir, false); r.Withdrawn != 1 || len(documents(t, dir)) >= before {
		t.Errorf("after a withdrawal: %+v, %d documents, %d before", r, len(documents(t, dir)), before)
	}
	for name, b := range documents(t, dir) {
		if bytes.Contains(b, []byte(`"uri":"urn:coranto:story-0"`)) {
			t.Errorf("%s is of the withdrawn story", name)
		}
	}
	if err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if want := fs.FileMode(0o600); err == nil && name != "." && !d.IsDir() && info.Mode().Perm() != want {
			t.Errorf("%s: mode %o", name, info.Mode().Perm())
		} else if err == nil && name != "." && d.IsDir() && info.Mode().Perm() != 0o700 {
			t.Errorf("folder %s: mode %o", name, info.Mode().Perm())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestOtherFolders refuses folders in which something else stands, or the other kind of export.
func TestOtherFolders(t *testing.T) {
	t.Parallel()
	st := newsroom(t, 1, 5)
	for what, files := range map[string]map[string]string{
		"a file":        {"notes.txt": "mine"},
		"no export":     {"stories": "x"},
		"the other one": {"export.json": `{"coranto_export":"public","finished":true}`},
	} {
		dir := t.TempDir()
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := export.Export(t.Context(), st, root, export.Options{}); !errors.Is(err, export.ErrOther) {
			t.Errorf("%s: %v", what, err)
		}
		root.Close()
	}
}

// TestKind holds the import of an export against the suite of imports.
func TestKind(t *testing.T) {
	dir := t.TempDir()
	exported(t, newsroom(t, 4, 6), dir, false)
	if err := os.WriteFile(filepath.Join(dir, ninjsStory(t, dir)), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	importertest.Run(t, importertest.Kind{
		Languages: languages,
		Open:      func(*testing.T) importer.Source { return source(dir) },
		Web:       map[string][]byte{"https://before.example/NAME-OF-A-FILE.jpg": importertest.Picture(9)},
	})
}

// ninjsStory returns the path of a story's document.
func ninjsStory(t *testing.T, dir string) string {
	t.Helper()
	for name := range documents(t, dir) {
		if strings.HasSuffix(name, "/story.json") {
			return name
		}
	}
	t.Fatal("no story")
	return ""
}
