package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"coranto/edition"
	"coranto/internal/sample"
	"coranto/internal/scantest"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// scandal is the story of the sample newsroom that the test takes down. It is in four languages and corrected once, and
// has a picture of its own and one that another story comes to show too.
const scandal = "bread-prices"

// A takedown test works on one newsroom with two targets, a mirror that pulls from it, and a reader's keep.
type takedownTest struct {
	*testing.T
	dir, stories, room string
	control            string // the same newsroom, had the story never been
}

func (t *takedownTest) at(name string) string { return filepath.Join(t.dir, filepath.FromSlash(name)) }

func (t *takedownTest) write(name, text string) {
	t.Helper()
	if err := os.WriteFile(t.at(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (t *takedownTest) run(result any, args ...string) {
	t.Helper()
	run(t.T, result, args...)
}

// newTakedownTest writes the newsroom's stories, without one translation and with a picture shared, and makes both newsrooms.
func newTakedownTest(t *testing.T) *takedownTest {
	dir := t.TempDir()
	d := &takedownTest{T: t, dir: dir, stories: filepath.Join(dir, "stories"), room: filepath.Join(dir, "room")}
	copyFS(t, d.stories, sample.Stories())
	for _, other := range []string{"radio-licence", "river-return", "samara-border", "spring-flood", "two-language-school"} {
		if err := os.RemoveAll(filepath.Join(d.stories, other)); err != nil {
			t.Fatal(err)
		}
	}
	d.edit("stories/charity-match/en.md", func(s string) string { return s + "\n\n![A chart](chart.png)\n\nSee [this](story:bread-prices).\n" })
	d.copy("stories/bread-prices/chart.png", "stories/charity-match/chart.png")
	d.control = filepath.Join(dir, "control")
	if err := os.CopyFS(filepath.Join(dir, "others"), os.DirFS(d.stories)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(d.at("others/" + scandal)); err != nil {
		t.Fatal(err)
	}
	d.edit("others/charity-match/en.md", func(s string) string { return strings.Replace(s, "story:bread-prices", "story:none", 1) })
	for _, room := range []string{d.room, d.control} {
		d.run(nil, "init", room, "--name", "The Lantern", "--languages", sampleTags(t, d.stories))
	}
	d.run(nil, "-C", d.control, "import", "markdown", d.at("others"))
	d.run(nil, "-C", d.control, "publish")
	d.edit("room/coranto.toml", func(s string) string {
		return "old_sites = [\"old.example\"]\n" + s + "\n[[target]]\nname = \"stick\"\nkind = \"fs\"\npath = \"stick\"\n"
	})
	d.moved("old.example/" + stub)
	return d
}

// stub is where the story stood before, in a folder of that name alone.
const stub = "oven-price-2014"

// moved has the story stand at an address before.
func (t *takedownTest) moved(address string) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.room)
	if err == nil {
		err = st.PutMoved(t.Context(), []store.Moved{{Address: address, ArticleID: store.ArticleID{Story: scandal, Lang: "en"}}})
		err = errors.Join(err, st.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (t *takedownTest) edit(name string, f func(string) string) {
	t.Helper()
	b, err := os.ReadFile(t.at(name))
	if err != nil {
		t.Fatal(err)
	}
	t.write(name, f(string(b)))
}

func (t *takedownTest) copy(from, to string) {
	t.Helper()
	b, err := os.ReadFile(t.at(from))
	if err != nil {
		t.Fatal(err)
	}
	t.write(to, string(b))
}

// publish imports and publishes, has the mirror follow and the reader read.
func (t *takedownTest) publish() {
	t.Helper()
	t.run(nil, "-C", t.room, "import", "markdown", t.stories)
	t.run(nil, "-C", t.room, "publish")
	t.follow()
}

func (t *takedownTest) follow() {
	t.Helper()
	masthead := filepath.Join(t.room, "public", edition.MastheadPath)
	t.run(nil, "mirror", "pull", filepath.Join(t.room, "stick"), "--to", t.at("mirror"), "--masthead", masthead)
	for _, page := range []string{"en/", "en/story/2026/01/22/bread-prices/", "ru/story/2026/01/22/bread-prices/"} {
		if _, err := os.Stat(filepath.Join(t.room, "public", page)); err == nil {
			t.run(nil, "read", masthead, "--mirror", t.at("mirror"), "--keep", t.at("keep"), "--get", page)
		}
	}
}

// words returns those of the story that stand nowhere in the newsroom that never had it, by whatever name the program itself calls things.
func (t *takedownTest) words() []string {
	t.Helper()
	seen := map[string]bool{}
	var all []string
	err := filepath.WalkDir(t.at("stories/"+scandal), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) == ".jpg" || filepath.Ext(name) == ".png" {
			return err
		}
		b, err := os.ReadFile(name)
		for w := range strings.FieldsFuncSeq(string(b), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) >= 6 && !seen[w] {
				seen[w] = true
				all = append(all, w)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := scantest.Texts(t, t.control)
	var own []string
	for _, w := range all {
		if !bytes.Contains(elsewhere, []byte(w)) {
			own = append(own, w)
		}
	}
	return own
}

// TestTakedown takes a story down that stood in four editions, and looks for it in every byte of every target, of a
// mirror that held it, of a reader's keep and of the newsroom's folder: each word that only the story had, each name of
// it, each hash of what went with it.
func TestTakedown(t *testing.T) {
	t.Parallel()
	d := newTakedownTest(t)
	tajik, err := os.ReadFile(d.at("stories/bread-prices/tg.md"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.at("stories/bread-prices/tg.md")); err != nil {
		t.Fatal(err)
	}
	d.publish()
	d.write("stories/bread-prices/tg.md", string(tajik))
	d.publish()
	corrected, err := fs.ReadFile(sample.Corrected(), "bread-prices/en.md")
	if err != nil {
		t.Fatal(err)
	}
	d.write("stories/bread-prices/en.md", string(corrected))
	d.publish()
	d.edit("stories/charity-match/tr.md", func(s string) string { return s + "\n\nDaha.\n" })
	d.publish()

	if _, err := os.Stat(d.at("room/public/" + stub + "/index.html")); err != nil {
		t.Fatal(err)
	}
	wanted := append(d.words(), scandal, "bread-", stub)
	if len(wanted) < 150 {
		t.Fatalf("only %d words are the story's own", len(wanted))
	}
	places := map[string]string{"public": filepath.Join(d.room, "public"), "stick": filepath.Join(d.room, "stick"),
		"mirror": d.at("mirror"), "keep": d.at("keep")}
	for name, dir := range places {
		if found := scantest.Find(t, dir, wanted...); len(found) < 100 {
			t.Fatalf("%s: the story was hardly there: %q", name, found)
		}
	}
	before := scantest.Objects(t, places["public"])

	var result struct {
		Edition, Epoch, Erased int
		Withdrawn              []struct{ Media, Shared, Linking []string }
	}
	d.run(&result, "-C", d.room, "withdraw", "--yes", "--erase", "--json", "en/story/2026/01/22/bread-prices/")
	if result.Edition != 5 || result.Epoch != 1 || result.Erased != 1 || len(result.Withdrawn) != 1 ||
		strings.Join(result.Withdrawn[0].Media, " ") != "bread.jpg" || strings.Join(result.Withdrawn[0].Shared, " ") != "chart.png" {
		t.Errorf("got %+v", result)
	}
	d.follow()

	gone := scantest.Gone(before, scantest.Objects(t, places["public"]))
	if len(gone) < 3*60 {
		t.Errorf("only %d objects went", len(gone)/3)
	}
	wanted = append(wanted, gone...)
	places["newsroom"] = d.room // its store too
	for name, dir := range places {
		if found := scantest.Find(t, dir, wanted...); len(found) > 0 {
			t.Errorf("%s still has %d: %q", name, len(found), found)
		}
	}
	for _, name := range []string{"public", "stick", "mirror"} {
		var v verified
		d.run(&v, "verify", "--json", "--masthead", filepath.Join(d.room, "public", edition.MastheadPath), places[name])
		if !v.Whole || v.Edition != 5 || len(v.Problems) > 0 {
			t.Errorf("verify %s: %+v", name, v)
		}
	}
}
