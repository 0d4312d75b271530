package sample_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"coranto/internal/importer/markdown"
	"coranto/internal/news"
	"coranto/internal/sample"
	"coranto/internal/store/sqlite"
)

// story.yaml and the front matter as this test needs them.
type (
	storyFile struct {
		Topics  map[string]map[string]string
		Sources map[string]struct {
			Kind         string
			Name, Reason map[string]string
			Identity     string
		}
		Claims map[string]struct{ Source, Check string }
		Media  map[string]struct{ Credit string }
	}
	front struct {
		Headline, Kicker, Standfirst string
		Lead                         struct{ File, Alt, Caption string }
		Corrections                  []struct{ Text string }
	}
)

// inventedLine is what the last line of an invented story says, by language.
var inventedLine = map[string]string{
	"en": "invented", "ru": "вымышленная", "uk": "вигадана", "be": "выдуманая", "kk": "ойдан шығарылған", "ky": "ойдон чыгарылган",
	"uz": "oʻylab topilgan", "tg": "хаёлист", "tr": "uydurulmuş", "fa": "ساختگی", "ar": "متخيَّل",
}

var target = regexp.MustCompile(`\]\(([^) ]+)`)

func read(t *testing.T, fsys fs.FS, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// articles returns the languages of each story.
func articles(t *testing.T, fsys fs.FS) map[string][]string {
	t.Helper()
	names, err := fs.Glob(fsys, "*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range names {
		story := path.Dir(name)
		all[story] = append(all[story], strings.TrimSuffix(path.Base(name), ".md"))
	}
	return all
}

func TestEnoughToShow(t *testing.T) {
	all := articles(t, sample.Stories())
	if len(all) < 7 {
		t.Errorf("%d stories, want at least 7", len(all))
	}
	languages := map[string]bool{}
	for story, langs := range all {
		if len(langs) < 3 {
			t.Errorf("%s is in %v, want three languages or more", story, langs)
		}
		for _, l := range langs {
			languages[l] = true
		}
	}
	if len(languages) < 10 || !languages["fa"] || !languages["ar"] {
		t.Errorf("languages: got %v, want ten or more, two of them right to left", slices.Sorted(maps.Keys(languages)))
	}
	for _, l := range []string{"en", "ru", "kk", "uz", "tg", "fa", "ar"} {
		if !slices.Contains(all["samara-border"], l) {
			t.Errorf("the first story is missing in %s", l)
		}
	}
}

// Each article stands by its sources: all claims are of its story, each is used, and each invented one says what it is.
func TestArticles(t *testing.T) {
	for story, langs := range articles(t, sample.Stories()) {
		var s storyFile
		if err := yaml.Unmarshal(read(t, sample.Stories(), story+"/story.yaml"), &s); err != nil {
			t.Fatalf("%s: %v", story, err)
		}
		for _, lang := range langs {
			t.Run(story+"/"+lang, func(t *testing.T) { checkArticle(t, story, lang, s) })
		}
	}
}

func checkArticle(t *testing.T, story, lang string, s storyFile) {
	b := read(t, sample.Stories(), story+"/"+lang+".md")
	if !norm.NFC.IsNormal(b) || bytes.ContainsRune(b, '\uFFFD') {
		t.Error("not in NFC, or with a broken character")
	}
	parts := strings.SplitN(string(b), "---\n", 3)
	var f front
	if err := yaml.Unmarshal([]byte(parts[1]), &f); err != nil {
		t.Fatal(err)
	}
	if f.Headline == "" || f.Kicker == "" || f.Standfirst == "" || f.Lead.Alt == "" || f.Lead.Caption == "" {
		t.Errorf("something is missing: %+v", f)
	}
	used := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(parts[2], -1) {
		if id, ok := strings.CutPrefix(m[1], "claim:"); ok {
			used[id] = true
			if _, ok := s.Claims[id]; !ok {
				t.Errorf("claim %q is not in story.yaml", id)
			}
		}
	}
	for id, c := range s.Claims {
		if !used[id] {
			t.Errorf("claim %q is not used", id)
		}
		src, ok := s.Sources[c.Source]
		if !ok {
			t.Errorf("claim %q: source %q is not in story.yaml", id, c.Source)
		}
		if src.Name[""] == "" && src.Reason[lang] == "" {
			t.Errorf("source %q has neither a name nor a reason", c.Source)
		}
	}
	for slug, names := range s.Topics {
		if names[lang] == "" {
			t.Errorf("topic %q has no name", slug)
		}
	}
	last := parts[2][strings.LastIndex(strings.TrimSpace(parts[2]), "\n"):]
	if invented := inventedLine[lang]; story != "samara-border" && (invented == "" || !strings.Contains(last, invented)) {
		t.Errorf("the last line does not say that the story is invented: %q", last)
	}
}

func TestPictures(t *testing.T) {
	var total int64
	err := fs.WalkDir(sample.Stories(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b := read(t, sample.Stories(), name)
		total += int64(len(b))
		if ext := path.Ext(name); ext != ".jpg" && ext != ".png" {
			return nil
		}
		cfg, _, err := image.DecodeConfig(bytes.NewReader(b))
		if err != nil || cfg.Width*9 != cfg.Height*16 || len(b) > 150_000 {
			t.Errorf("%s: %d×%d, %d bytes, %v; want 16:9 and at most 150 kB", name, cfg.Width, cfg.Height, len(b), err)
		}
		return nil
	})
	if err != nil || total > 1_500_000 {
		t.Errorf("%d bytes in all, %v; want at most 1.5 MB", total, err)
	}
}

func TestCorrectedIsOneArticle(t *testing.T) {
	first, second := sample.Stories(), sample.Corrected()
	var names, changed []string
	err := fs.WalkDir(first, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
			if !bytes.Equal(read(t, first, name), read(t, second, name)) {
				changed = append(changed, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"bread-prices/en.md"}; !slices.Equal(changed, want) {
		t.Errorf("changed: got %q, want %q", changed, want)
	}
	if err := fstest.TestFS(second, names...); err != nil {
		t.Error(err)
	}
	if b := read(t, second, "bread-prices/en.md"); !bytes.Contains(b, []byte("corrections:")) || bytes.Contains(b, []byte("| 5.50 |")) {
		t.Error("the correction is not made, or not said")
	}
}

// The folder as a newsroom gets it: everything is taken, nothing is left out, and the second time is for the correction.
func TestImport(t *testing.T) {
	ctx := context.Background()
	st, err := sqlite.Create(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	opt := markdown.Options{Languages: slices.Sorted(maps.Keys(inventedLine))}
	n := 0
	for _, langs := range articles(t, sample.Stories()) {
		n += len(langs)
	}
	for _, step := range []struct {
		what                    string
		fsys                    fs.FS
		new, changed, unchanged int
	}{
		{"first", sample.Stories(), n, 0, 0},
		{"first again", sample.Stories(), 0, 0, n},
		{"corrected", sample.Corrected(), 0, 1, n - 1},
		{"corrected again", sample.Corrected(), 0, 0, n},
	} {
		r, err := markdown.Import(ctx, st, step.fsys, opt)
		if err != nil {
			t.Fatal(err)
		}
		got, want := fmt.Sprint(r.New, r.Changed, r.Unchanged, r.Refused), fmt.Sprint(step.new, step.changed, step.unchanged, 0)
		if got != want || len(r.Notes) > 0 {
			t.Errorf("%s: new, changed, unchanged, refused: got %s, want %s; %v %v", step.what, got, want, r.Problems, r.Notes)
		}
	}
	s, err := st.Story(ctx, "bread-prices")
	if err != nil {
		t.Fatal(err)
	}
	en := s.Articles[slices.IndexFunc(s.Articles, func(a news.Article) bool { return a.Lang == "en" })]
	if en.Number != 2 || len(en.Revision.Corrections) != 1 {
		t.Errorf("the corrected article: got revision %d with %d corrections, want 2 with 1", en.Number, len(en.Revision.Corrections))
	}
}
