package ghost_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
	"coranto/internal/importer/ghost"
	"coranto/internal/news"
)

// options are those of the tests' newsroom.
func options() ghost.Options {
	return ghost.Options{Languages: []string{"en", "fa"}, Language: "en", Site: &url.URL{Scheme: "https", Host: "news.example"}}
}

// source returns an export of testdata with its content folder.
func source(t *testing.T, name string) *ghost.Source {
	t.Helper()
	opt := options()
	opt.Content = ghost.Folder(os.DirFS("testdata/content"))
	s, err := ghost.New(open(t, "testdata/"+name), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens files until the test ends.
func open(t *testing.T, name string) *foreign.Files {
	t.Helper()
	files, err := foreign.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files
}

// export returns an export of one post, whose fields are given as JSON.
func export(t *testing.T, fields string) *ghost.Source {
	t.Helper()
	return file(t, []byte(`{"db":[{"data":{"posts":[{`+fields+`}]}}]}`))
}

// file returns an export of some bytes.
func file(t *testing.T, b []byte) *ghost.Source {
	t.Helper()
	s, err := ghost.New(open(t, write(t, t.TempDir(), "e.json", b)), options())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes a file of a folder, and returns its name.
func write(t *testing.T, folder, name string, b []byte) string {
	t.Helper()
	name = filepath.Join(folder, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, b, 0o600)); err != nil {
		t.Fatal(err)
	}
	return name
}

// items returns all items after a mark.
func items(t *testing.T, s *ghost.Source, after string) (out []importer.Item) {
	t.Helper()
	for it, err := range s.Items(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, it)
	}
	return out
}

// posts returns the items with a story by their slug, all of them valid.
func posts(t *testing.T, s *ghost.Source) map[string]importer.Item {
	t.Helper()
	out := make(map[string]importer.Item)
	for _, it := range items(t, s, "") {
		if it.Story == nil {
			continue
		}
		if err := it.Story.Validate(); err != nil {
			t.Errorf("%s: %v", it.At, err)
		}
		out[it.Story.Slug] = it
	}
	return out
}

// show writes blocks so that a test can say what they should be.
func show(blocks []news.Block) string {
	var b strings.Builder
	for _, block := range blocks {
		b.WriteString(string(block.Kind))
		if block.Level > 0 {
			fmt.Fprint(&b, block.Level)
		}
		if f := block.Figure; f != nil {
			fmt.Fprintf(&b, " %s alt=%q caption=%q", f.Missing, f.Alt, words(f.Caption))
		}
		if block.URL != "" {
			b.WriteString(" " + block.URL)
		}
		if block.Text != nil {
			b.WriteString(": " + words(block.Text))
		}
		for _, inside := range append(slices.Clone(block.Items), block.Blocks) {
			if len(inside) > 0 {
				b.WriteString(" {" + strings.ReplaceAll(show(inside), "\n", "; ") + "}")
			}
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// words writes spans with their marks and links.
func words(spans []news.Span) string {
	var b strings.Builder
	for _, s := range spans {
		text := s.Text
		for _, m := range []struct {
			mark news.Mark
			sign string
		}{{news.Monospace, "`"}, {news.Emphasis, "/"}, {news.Strong, "*"}, {news.Struck, "~"}, {news.Superscript, "^"}, {news.Subscript, "_"}} {
			if s.Mark&m.mark != 0 {
				text = m.sign + text + m.sign
			}
		}
		if s.Link != "" {
			text = "[" + text + "](" + s.Link + ")"
		}
		if b.WriteString(text); s.Mark&news.Break != 0 {
			b.WriteString("⏎")
		}
	}
	return b.String()
}

func TestPost(t *testing.T) {
	t.Parallel()
	it := posts(t, source(t, "v5.json"))["river-over-banks"]
	if it.Story == nil {
		t.Fatal("got no story")
	}
	a := it.Story.Articles[0]
	r := a.Revision
	if it.Story.ID != "ghost-1b2c3d4e-0000-4000-8000-000000000001" || a.Lang != "en" || a.Status != news.Published {
		t.Errorf("got %s, %s, %s", it.Story.ID, a.Lang, a.Status)
	}
	if got := a.Published.Format("2006-01-02 15:04:05"); got != "2025-04-03 06:30:00" {
		t.Errorf("published %s", got)
	}
	if r.Headline != "The river is over its banks" || r.Standfirst != "Two villages are cut off." || r.Standing {
		t.Errorf("got %+v", r)
	}
	if got, want := fmt.Sprint(r.Bylines), "[{Leyla Aydın  leyla false} {Tomas Weil  tomas false}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(r.Topics), "[{nature Nature} {the-town The town}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r.SourceURL != "https://news.example/river-over-banks/" {
		t.Errorf("source %q", r.SourceURL)
	}
	lead := show([]news.Block{{Kind: news.Picture, Figure: r.Lead}})
	if want := `figure https://news.example/content/images/2025/04/river.png alt="Houses in the water." caption="Photo: [Tomas Weil](https://example.org/tw)"`; lead != want {
		t.Errorf("got %s\nwant %s", lead, want)
	}
	want := strings.TrimSpace(`
paragraph: The water came *at night*, says [the office](https://example.org/office).
figure https://news.example/content/images/2025/04/river.png alt="A street under water." caption="The lower town."
heading2: What is closed
list {paragraph: The mill bridge} {paragraph: The school}
embed https://example.org/dam: The dam
quote {paragraph: Everything went.}
paragraph: See also [the bridge](https://news.example/the-bridge/).`)
	if got := show(r.Body); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := strings.Join(it.Notes, "\n"); !strings.Contains(got, "paywall") || !strings.Contains(got, "left out the code") {
		t.Errorf("notes: %s", got)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	got := posts(t, source(t, "v5.json"))
	for slug, want := range map[string]struct {
		status news.Status
		lang   string
		note   string
	}{
		"for-members": {news.Draft, "en", `only some could read it (visibility "paid")`},
		"budget":      {news.Published, "en", ""},
		"a-letter":    {news.Draft, "en", "went out by mail alone"},
		"mail-only":   {news.Draft, "en", "went out by mail alone"},
		"not-done":    {news.Draft, "en", ""},
		"about":       {news.Published, "en", ""},
		"rud":         {news.Published, "fa", ""},
	} {
		it, ok := got[slug]
		if !ok {
			t.Errorf("%s: is not there", slug)
			continue
		}
		a := it.Story.Articles[0]
		if a.Status != want.status || a.Lang != want.lang || !strings.Contains(strings.Join(it.Notes, "\n"), want.note) {
			t.Errorf("%s: got %s in %s, notes %q", slug, a.Status, a.Lang, it.Notes)
		}
	}
	if !got["about"].Story.Articles[0].Revision.Standing || got["about"].Kind != "page" {
		t.Error("a page does not stand")
	}
	if y := got["budget"].Story.Articles[0].Published.Year(); y != 2099 {
		t.Errorf("an embargo ends in %d", y)
	}
	if got := fmt.Sprint(got["rud"].Story.Articles[0].Revision.Topics); !strings.HasPrefix(got, "[{t-") {
		t.Errorf("got topics %s", got)
	}
	if h := got["the-bridge"].Story.Articles[0].Revision.Headline; h != "The bridge & the mill" {
		t.Errorf("got headline %q", h)
	}
}

// TestSums holds what the survey says against what the items are, kind by kind.
func TestSums(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v5.json", "v3.json", "003.json", "api.json"} {
		s := source(t, name)
		var sv importer.Survey
		moved := map[string]string{}
		sv.Moved = func(_ context.Context, url, story, lang string) error { moved[url] = story + " " + lang; return nil }
		if err := s.Survey(t.Context(), &sv); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, it := range items(t, s, "") {
			got[it.Kind] += max(it.Count, 1)
			got["comment"] += len(it.Comments)
		}
		for kind, n := range sv.Has {
			if got[kind] != n {
				t.Errorf("%s: %d of %s, and has %d", name, got[kind], kind, n)
			}
			delete(got, kind)
		}
		if delete(got, "comment"); len(got) > 0 {
			t.Errorf("%s: kinds that the survey does not know: %v", name, got)
		}
		if name == "v5.json" {
			if want := "ghost-1b2c3d4e-0000-4000-8000-000000000001 en"; moved["https://news.example/old-river"] != want || moved["https://news.example/river-over-banks/"] != want {
				t.Errorf("got %v", moved)
			}
			if len(moved) != 6+2 { // of posts, and of redirects
				t.Errorf("got %d addresses: %v", len(moved), moved)
			}
		}
	}
}

func TestLeftAndRefused(t *testing.T) {
	t.Parallel()
	var left, refused []string
	for _, it := range items(t, source(t, "v5.json"), "") {
		switch {
		case it.Left != "":
			left = append(left, it.Kind+" "+it.At.Item+": "+it.Left)
		case it.Err != nil:
			refused = append(refused, it.Kind+" "+it.At.String()+": "+it.Err.Error())
		}
	}
	want := `comment 67ee00000000000000000048: it was deleted
tag #fa: readers of Ghost don't see it: its name begins with #
member members: members are not read
newsletter newsletters: newsletters are not taken
revision post_revisions: older versions of a post are not taken
snippet snippets: snippets are for writing in Ghost
redirect /blog/(.*)/: it is a pattern, and no one address
redirect /shop: it leads to "https://shop.example/", which is no post of the export`
	if got := strings.Join(left, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	want = `comment v5.json, 67ee00000000000000000063: the post "67ee00000000000000000063" that they stand under is not in the export
post v5.json:338, again: another post before it has the id "67ee00000000000000000002" too
post v5.json:366, broken: its title is of the wrong kind: array`
	if got := strings.Join(refused, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestNothingPrivate looks for what an import must never carry.
func TestNothingPrivate(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v5.json", "v3.json", "003.json", "api.json"} {
		for _, it := range items(t, source(t, name), "") {
			text := fmt.Sprintf("%+v", it)
			if it.Story != nil {
				text += fmt.Sprintf("%+v", *it.Story)
			}
			for _, secret := range []string{"@news.example", "@example.org", "never", "sk_live", "A Reader"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s: %q in it", name, it.At, secret)
				}
			}
		}
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	got := posts(t, source(t, "v5.json"))["river-over-banks"].Comments
	if len(got) != 2 {
		t.Fatalf("got %d comments", len(got))
	}
	if c := got[0]; c.Text != "We saw it from the hill." || !c.Approved || c.Name != "" || c.Lang != "en" || c.Time.IsZero() {
		t.Errorf("got %+v", c)
	}
	if c := got[1]; c.Parent != got[0].ID || c.Approved {
		t.Errorf("got %+v", c)
	}
}

func TestMobiledoc(t *testing.T) {
	t.Parallel()
	got := posts(t, source(t, "v3.json"))
	want := strings.TrimSpace(`
paragraph: Prices *rose *[*everywhere*](https://example.org/prices)⏎again.
figure https://news.example/content/images/2016/02/mill.jpg alt="" caption="The mill"
heading2: In five markets
list {paragraph: Flour} {paragraph: /Oil/}
rule
paragraph: A *loaf*⏎costs more.
paragraph: Kept words
quote {paragraph: It went up.}`)
	if got := show(got["bread"].Story.Articles[0].Revision.Body); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := got["bread"].Story.Articles[0].Revision.Bylines; len(got) != 1 || got[0].Name != "Zafar" {
		t.Errorf("got bylines %v", got)
	}
	if got := show(got["bad-marks"].Story.Articles[0].Revision.Body); got != "paragraph: What Ghost showed." {
		t.Errorf("got %s", got)
	}
}

func TestOldAndAPI(t *testing.T) {
	t.Parallel()
	old := posts(t, source(t, "003.json"))
	a := old["welcome"].Story.Articles[0]
	if got := show(a.Revision.Body); got != "paragraph: Old /text/." || a.Revision.Lead == nil || a.Revision.Lead.Missing != "https://news.example/content/images/2015/02/old.jpg" {
		t.Errorf("got %s, lead %+v", got, a.Revision.Lead)
	}
	if got := a.Published.Format("2006-01-02"); got != "2015-03-11" || len(a.Revision.Topics) != 1 || a.Revision.Bylines[0].Name != "Owner" {
		t.Errorf("got %s, %+v", got, a.Revision)
	}
	if !old["imprint"].Story.Articles[0].Revision.Standing {
		t.Error("a page does not stand")
	}
	api := posts(t, source(t, "api.json"))["by-the-api"].Story.Articles[0]
	if api.Status != news.Published || api.Revision.SourceURL != "https://news.example/2025/by-the-api/" || api.Published.Hour() != 10 || api.Revision.Bylines[0].Slug != "leyla" || api.Revision.Topics[0].Slug != "nature" {
		t.Errorf("got %+v", api)
	}
}

// TestResume goes on after each mark, and finds what is left each time.
func TestResume(t *testing.T) {
	t.Parallel()
	whole := items(t, source(t, "v5.json"), "")
	for i, it := range whole {
		rest := items(t, source(t, "v5.json"), it.Mark)
		if len(rest) != len(whole)-i-1 {
			t.Fatalf("after %q: got %d items, want %d", it.Mark, len(rest), len(whole)-i-1)
		}
		if len(rest) > 0 && fmt.Sprint(rest[0].At, rest[0].Err) != fmt.Sprint(whole[i+1].At, whole[i+1].Err) {
			t.Errorf("after %q: got %v, want %v", it.Mark, rest[0].At, whole[i+1].At)
		}
	}
	for range source(t, "v5.json").Items(t.Context(), "") {
		break
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	s := source(t, "v5.json")
	name, b, err := s.Open(t.Context(), "http://news.example/content/images/2025/04/river.png")
	if err != nil || name != "river.png" || len(b) == 0 {
		t.Errorf("got %s, %d bytes, %v", name, len(b), err)
	}
	for _, ref := range []string{"https://news.example/content/images/none.png", "https://other.example/content/images/2025/04/river.png",
		"https://news.example/content/../v5.json", "https://news.example/content/%2e%2e/v5.json", "https://news.example/images/2025/04/river.png", ":"} {
		if _, _, err := s.Open(t.Context(), ref); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", ref, err)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ json, want string }{
		"empty":     {"", "cut short"},
		"cut short": {`{"db":[{"data":{"posts":[{"id":"1"},`, "e.json: line 1: the file ends before the export does"},
		"other":     {`["a"]`, "no export of Ghost"},
		"no posts":  {"{\"data\":{\"tags\":[]}}\n", "has no posts"},
		"more":      {`{"posts":[{"id":"1"}]} {}`, "something follows"},
		"words":     {"{\n\"posts\": [{\"id\":\"1\"} {}]}", "line 2: '{' stands where ']' should"},
	} {
		s := file(t, []byte(c.json))
		err := s.Survey(t.Context(), &importer.Survey{Moved: func(context.Context, string, string, string) error { return nil }})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	for name, c := range map[string]struct{ fields, want string }{
		"no id":        {`"title":"x"`, "has no id"},
		"id":           {`"id":{}`, "{} is no id"},
		"time":         {`"id":"1","title":"x","published_at":"yesterday"`, `"yesterday" is no time`},
		"far away":     {`"id":"1","title":"x","published_at":"9999-01-01T00:00:00Z"`, "the year 9999"},
		"no time":      {`"id":"1","title":"x","status":"published"`, "has no time at all"},
		"no title":     {`"id":"1","status":"draft"`, "has no title"},
		"lexical":      {`"id":"1","title":"x","lexical":"{"`, "its Lexical can't be read"},
		"no root":      {`"id":"1","title":"x","lexical":"{}"`, "its Lexical has no root"},
		"mobiledoc":    {`"id":"1","title":"x","mobiledoc":"{\"version\":\"0.2\"}"`, "which is not known"},
		"broken":       {`"id":"1","title":nothing`, "its JSON is broken"},
		"language":     {`"id":"1","title":"x","locale":"de"`, "language de is not one of the newsroom's"},
		"nested":       {`"id":"1","title":"x","lexical":"{\"root\":` + strings.Repeat(`{\"children\":[`, 200) + strings.Repeat(`]}`, 200) + `}"`, "nested over"},
		"wrong number": {`"id":"1","title":"x","mobiledoc":"{\"version\":\"0.3.1\",\"sections\":[[10,-1]]}"`, "section 1: "},
	} {
		all := items(t, export(t, c.fields), "")
		if len(all) != 1 || all[0].Err == nil || !strings.Contains(all[0].Err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, all[0].Err, c.want)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a/content/data/redirects.json", []byte("[]"))
	opt := options()
	if _, err := ghost.New(open(t, filepath.Join(dir, "a/content")), opt); err != nil {
		t.Error(err) // a single file is taken for one
	}
	write(t, dir, "b/x.txt", nil)
	if _, err := ghost.New(open(t, dir), opt); err == nil || !strings.Contains(err.Error(), "no JSON file") {
		t.Errorf("got %v", err)
	}
	write(t, dir, "a/b.json", []byte("{}"))
	write(t, dir, "c.json", []byte("{}"))
	if _, err := ghost.New(open(t, dir), opt); err == nil || !strings.Contains(err.Error(), "which of a/b.json, c.json is the export?") {
		t.Errorf("got %v", err)
	}
	opt.Site = nil
	if _, err := ghost.New(open(t, filepath.Join(dir, "c.json")), opt); err == nil || !strings.Contains(err.Error(), "--site") {
		t.Errorf("got %v", err)
	}
}

// TestZip reads an export that lies in an archive with its pictures.
func TestZip(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for name, text := range map[string]string{"site/export.json": `{"posts":[{"id":"1","title":"x","slug":"x"}]}`,
		"site/content/images/a.png": "picture", "site/content/themes/t/package.json": "{}", "../evil.json": "{}"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := ghost.New(open(t, write(t, t.TempDir(), "e.zip", packed.Bytes())), options())
	if err != nil {
		t.Fatal(err)
	}
	if got := items(t, s, ""); len(got) != 2 || got[0].Err == nil || got[1].Story == nil {
		t.Errorf("got %+v", got)
	}
	if name, b, err := s.Open(t.Context(), "https://news.example/content/images/a.png"); name != "a.png" || string(b) != "picture" || err != nil {
		t.Errorf("got %s, %q, %v", name, b, err)
	}
}

// TestRoutes reads where posts of each language stood, as Ghost's own way of several languages has it.
func TestRoutes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "content/settings/routes.yaml", []byte(`
routes:
  /about/: about
collections:
  /fa/:
    permalink: /fa/{slug}/
    filter: tag:hash-fa
  /special/:
    permalink: /special/{primary_tag}/{slug}/
    filter: published_at:>'2020-01-01'+featured:true
  /news/:
    permalink: /{year}/{month}/{day}/{slug}/
    filter: "tag:-hash-fa+featured:false,author:leyla"
  /:
    permalink: /{odd}/
taxonomies:
  tag: /tag/{slug}/
`))
	b, err := os.ReadFile("testdata/v5.json")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "export.json", b)
	opt := options()
	opt.Zone = time.FixedZone("", -7*3600)
	s, err := ghost.New(open(t, dir), opt)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	if err := s.Survey(t.Context(), &importer.Survey{Moved: func(_ context.Context, url, story, _ string) error {
		got[story] += " " + strings.TrimPrefix(url, "https://news.example")
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[int]string{
		1: " /special/nature/river-over-banks/ /2025/04/02/river-over-banks/",
		7: " /about/",
		8: " /fa/rud/",
	} {
		if id := fmt.Sprintf("ghost-1b2c3d4e-0000-4000-8000-%012d", number); got[id] != want {
			t.Errorf("%s: got%s, want%s", id, got[id], want)
		}
	}
	write(t, dir, "content/settings/routes.yaml", []byte("collections:\n  /: [\n"))
	if s, err = ghost.New(open(t, dir), opt); err != nil {
		t.Fatal(err)
	}
	if err := s.Survey(t.Context(), &importer.Survey{}); err == nil || !strings.Contains(err.Error(), "content/settings/routes.yaml: ") {
		t.Errorf("got %v", err)
	}
}
