// Package judge_test judges what a newsroom publishes as outsiders would: by the Nu HTML checker, by axe-core and a
// keyboard in a browser, by a slow line, by counting bytes, and by looking for what must never be seen.
//
// It knows no page by name. It walks what was published, so that a new kind of page is judged from its first day.
package judge_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"coranto/internal/cli"
	"coranto/internal/lang"
	"coranto/internal/mirror"
	"coranto/internal/sample"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// baseURL is where the sample newsroom says that it stands; nothing may be asked of it.
const baseURL = "https://lantern.example/"

// scratch is a folder that lasts as long as the tests: they share what takes long to make.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "coranto-judge-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// A room is what a newsroom has published: a folder and the paths of its pages, sorted.
type room struct {
	public string
	pages  []string
	// each says that every one of its pages is a case of its own.
	each bool
}

var (
	sampleOnce = sync.OnceValues(publishSample)
	corpusOnce = sync.OnceValues(publishCorpus)
	themeOnce  = sync.OnceValues(publishTheme)
)

// sampleRoom returns the sample newsroom in every language that the interface has words in, with one more story: the
// specimen, in all of them.
func sampleRoom(t testing.TB) room {
	t.Helper()
	r, err := sampleOnce()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// corpusRoom returns the corpus of real news: all of it where CORANTO_PUBLISHED names it as published, or else the first
// stories of each language.
func corpusRoom(t testing.TB) room {
	t.Helper()
	r, err := corpusOnce()
	if err != nil {
		t.Fatal(err)
	}
	if r.public == "" {
		t.Skip("no corpus of real news: set CORANTO_CORPUS to a folder of JSON feeds, one a language")
	}
	return r
}

// themeRoom returns the theme unit test of WordPress, by which themes are judged there: its edge cases are ours.
func themeRoom(t testing.TB) room {
	t.Helper()
	if _, err := os.Stat(themeFile); err != nil {
		t.Skip("no theme unit test of WordPress: put it at shared/fixtures beside the repository")
	}
	r, err := themeOnce()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// themeFile is WordPress's own export of edge cases, from its public repository theme-test-data.
const themeFile = "../../../shared/fixtures/themeunittestdata.wordpress.xml"

// rooms returns the sample newsroom, and the corpus and the theme unit test where they are here; a skipped test below this
// one says where they aren't.
func rooms(t *testing.T) []room {
	t.Helper()
	all := []room{sampleRoom(t)}
	t.Run("the corpus", func(t *testing.T) { all = append(all, corpusRoom(t)) })
	t.Run("the theme unit test", func(t *testing.T) { all = append(all, themeRoom(t)) })
	return all
}

func publishSample() (room, error) {
	catalogue, err := lang.Load()
	if err != nil {
		return room{}, err
	}
	dir := filepath.Join(scratch, "sample")
	stories := filepath.Join(scratch, "stories")
	if err := os.CopyFS(stories, sample.Stories()); err != nil {
		return room{}, err
	}
	if err := writeSpecimen(stories, catalogue.Tags(), time.Now().UTC().Truncate(time.Second)); err != nil {
		return room{}, err
	}
	if err := initRoom(dir, catalogue.Tags(), "exit_url = \"https://weather.example/\"\nold_sites = [\"lantern.example\"]\n"); err != nil {
		return room{}, err
	}
	if err := writeAll(dir, newsroomFiles(catalogue.Tags())); err != nil {
		return room{}, err
	}
	if err := command("-C", dir, "import", "markdown", stories); err != nil {
		return room{}, err
	}
	if err := moveFrom(dir, "samara-border"); err != nil {
		return room{}, err
	}
	return publishRoom(dir)
}

// moveFrom has a story stand at addresses of an old site before, left to right and right to left.
func moveFrom(dir, story string) error {
	st, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		return err
	}
	err = st.PutMoved(context.Background(), []store.Moved{
		{Address: "lantern.example/2014/05/" + story, ArticleID: store.ArticleID{Story: story, Lang: "en"}},
		{Address: "lantern.example/" + oldPage, ArticleID: store.ArticleID{Story: story, Lang: "fa"}},
	})
	return errors.Join(err, st.Close())
}

// oldPage is the path of a stub that leads to a Persian article.
const oldPage = "2014/border.html"

func publishCorpus() (room, error) {
	if public := os.Getenv("CORANTO_PUBLISHED"); public != "" {
		return openRoom(public)
	}
	feeds, tags, err := corpusSlice(filepath.Join(scratch, "feeds"), 3)
	if err != nil || len(feeds) == 0 {
		return room{}, err
	}
	dir := filepath.Join(scratch, "corpus")
	if err := initRoom(dir, tags, ""); err != nil {
		return room{}, err
	}
	if err := command(append([]string{"-C", dir, "import", "feed"}, feeds...)...); err != nil {
		return room{}, err
	}
	return publishRoom(dir)
}

// publishTheme imports the theme unit test without its pictures, which can't be reached, and publishes it. Import ends with
// code 3, for they are missing.
func publishTheme() (room, error) {
	dir := filepath.Join(scratch, "theme")
	if err := initRoom(dir, []string{"en", "el"}, ""); err != nil {
		return room{}, err
	}
	var out bytes.Buffer
	if code := cli.Main([]string{"-q", "-C", dir, "import", "wordpress", "--no-media", themeFile}, &out, &out); code != 3 {
		return room{}, fmt.Errorf("coranto import wordpress: exit %d: %s", code, out.String())
	}
	r, err := publishRoom(dir)
	r.each = true
	return r, err
}

// corpusSlice writes the first n stories of each feed of the corpus into a folder, and returns the files and their
// languages; none, where the corpus is not here.
func corpusSlice(dir string, n int) (files, tags []string, err error) {
	from := cmp.Or(os.Getenv("CORANTO_CORPUS"), filepath.Join("..", "..", "..", "shared", "corpus", "ntrex-128"))
	names, err := filepath.Glob(filepath.Join(from, "*.json"))
	if err != nil || len(names) == 0 {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		var feed map[string]any
		if err := json.Unmarshal(b, &feed); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		feed["items"] = feed["items"].([]any)[:n]
		if b, err = json.Marshal(feed); err != nil {
			return nil, nil, err
		}
		to := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(to, b, 0o644); err != nil {
			return nil, nil, err
		}
		files, tags = append(files, to), append(tags, strings.TrimSuffix(filepath.Base(name), ".json"))
	}
	return files, tags, nil
}

// initRoom makes a newsroom that says where it stands, so that its pages have all that hangs on that, and has settings
// more.
func initRoom(dir string, tags []string, more string) error {
	if err := command("init", dir, "--name", "The Sample Lantern", "--languages", strings.Join(tags, ",")); err != nil {
		return err
	}
	name := filepath.Join(dir, "coranto.toml")
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, fmt.Appendf(nil, "base_url = %q\n%s%s", baseURL, more, b), 0o644)
}

func publishRoom(dir string) (room, error) {
	if err := command("-C", dir, "publish"); err != nil {
		return room{}, err
	}
	return openRoom(filepath.Join(dir, "public"))
}

func openRoom(public string) (room, error) {
	r := room{public: public}
	err := filepath.WalkDir(public, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		short, err := filepath.Rel(public, name)
		r.pages = append(r.pages, filepath.ToSlash(short))
		return err
	})
	if err == nil && len(r.pages) < 30 {
		err = fmt.Errorf("%s has only %d pages", public, len(r.pages))
	}
	slices.Sort(r.pages)
	return r, err
}

// command runs a command inside of this process.
func command(args ...string) error {
	var out bytes.Buffer
	if code := cli.Main(append([]string{"-q"}, args...), &out, &out); code != 0 {
		return fmt.Errorf("coranto %s: exit %d: %s", strings.Join(args, " "), code, out.String())
	}
	return nil
}

// read returns a published file.
func (r room) read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.public, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// kind says what kind of page stands at a path, as far as paths tell: that of another story, day, topic or language has
// the same one.
func kind(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) == 1 {
		return name
	}
	parts = parts[1:]
	switch parts[0] {
	case "story":
		return "story"
	case "topic", "place", "author":
		return parts[0]
	}
	for i := range parts {
		if i > 0 && slices.Contains([]string{"topic", "place", "author"}, parts[i-1]) {
			parts[i] = "…"
		}
		parts[i] = strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return -1
			}
			return c
		}, parts[i])
	}
	return strings.Join(parts, "/")
}

// language returns the language of the page at a path, "" for one that stands above all, as stubs do.
func language(name string) string {
	tag, _, below := strings.Cut(name, "/")
	if _, err := lang.Canonical(tag); !below || err != nil {
		return ""
	}
	return tag
}

// leadsOn says whether a page is a stub, which no browser stays on.
func (r room) leadsOn(name string) bool {
	if language(name) != "" {
		return false
	}
	b, err := os.ReadFile(filepath.Join(r.public, filepath.FromSlash(name)))
	return err == nil && bytes.Contains(b, []byte(`http-equiv="refresh"`))
}

// specimens returns at most n pages of each kind in each language, but for stubs; of stories the longest, which has most in
// it.
func (r room) specimens(n int) []string {
	byKind := map[string][]string{}
	for _, p := range r.pages {
		if r.leadsOn(p) {
			continue
		}
		k := language(p) + " " + kind(p)
		byKind[k] = append(byKind[k], p)
	}
	var out []string
	for _, pages := range byKind {
		size := func(p string) int64 {
			info, err := os.Stat(filepath.Join(r.public, filepath.FromSlash(p)))
			if err != nil {
				return 0
			}
			return info.Size()
		}
		slices.SortFunc(pages, func(a, b string) int { return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a, b)) })
		out = append(out, pages[:min(n, len(pages))]...)
	}
	slices.Sort(out)
	return out
}

// pair returns a page of each kind in English and in Persian, and those above all languages.
func (r room) pair() []string {
	return slices.DeleteFunc(r.specimens(1), func(p string) bool { return !slices.Contains([]string{"", "en", "fa"}, language(p)) })
}

// serve serves what a newsroom has published as any mirror does, and returns the base of its addresses.
func (r room) serve(t testing.TB) string {
	t.Helper()
	root, err := os.OpenRoot(r.public)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(mirror.Handler(root))
	t.Cleanup(func() { s.Close(); root.Close() })
	return s.URL + "/"
}

// TestKinds holds what the judges are shown: each language has a page of each kind that English has.
func TestKinds(t *testing.T) {
	kinds := map[string]map[string]bool{}
	for _, p := range sampleRoom(t).pages {
		if l := language(p); l != "" {
			if kinds[l] == nil {
				kinds[l] = map[string]bool{}
			}
			kinds[l][kind(p)] = true
		}
	}
	t.Logf("%d languages, kinds of English: %q", len(kinds), slices.Sorted(maps.Keys(kinds["en"])))
	for l, has := range kinds {
		for k := range kinds["en"] {
			if !has[k] {
				t.Errorf("%s has no page of kind %q", l, k)
			}
		}
	}
}
