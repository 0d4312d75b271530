package markdown_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"coranto/internal/importer"
	"coranto/internal/importer/markdown"
	"coranto/internal/news"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// newsroom opens an empty store.
func newsroom(t testing.TB) *sqlite.Store {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// files makes a folder of names and contents.
func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

var languages = []string{"en", "fa", "fa-AF", "ru", "sr-Cyrl"}

// run imports a folder and fails on an error that is not in the report, or on totals that don't add up.
func run(t testing.TB, st importer.Store, fsys fs.FS) importer.Report {
	t.Helper()
	r, err := markdown.Import(t.Context(), st, fsys, markdown.Options{Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	if r.Total != r.New+r.Changed+r.Unchanged+r.Refused || r.Refused != len(r.Problems) {
		t.Errorf("totals don't add up: %+v", r)
	}
	return r
}

func counts(r importer.Report) string {
	return fmt.Sprintf("%d new, %d changed, %d unchanged, %d refused", r.New, r.Changed, r.Unchanged, r.Refused)
}

// film returns a film of two seconds that says who made it.
func film(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("../../recording/testdata/phone.mp4")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// drawing is a PNG of one colour.
func drawing(t testing.TB, c color.Color) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	for y := range 200 {
		for x := range 400 {
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const storyYAML = `topics:
  migration: {en: Migration, fa: مهاجرت}
  borders: {"": Borders}
sources:
  mash:
    kind: social
    name: {"": "Mash, Telegram channel", ru: "Mash, телеграм-канал"}
  guard:
    kind: anonymous
    reason: {en: Fears for his work}
    identity: A. Guard
claims:
  video:
    source: mash
    check: unverified
    evidence:
      - url: https://t.me/mash/1
        retrieved: 2020-08-04
media:
  road.png: {credit: Coranto, name: samara-road}
  line.png: {decorative: true}
`

const english = `---
kicker: Border
headline: "Pushed back"
standfirst: Dozens were turned away.
dateline: Samara
published: 2020-08-04T10:00:00+04:00
updated: 2020-08-05
bylines:
  - A. Writer
  - {name: B. Hidden, role: Reporter, protected: true}
topics: [borders]
lead: {file: road.png, alt: A road, caption: The road}
corrections:
  - {time: 2020-08-05T00:00:00Z, text: The region is Samara.}
---
[A video](claim:video) shows *a **line***.
Next line\
broken.

## What we know

> They stood here.
>
> — A driver
`

func story(t testing.TB) fstest.MapFS {
	return files(
		"2020/border/story.yaml", storyYAML, "2020/border/en.md", english,
		"2020/border/fa-af.md", "---\r\nheadline: می\u200Cرود\r\npublished: 2020-08-04\r\ntranslated_from: {lang: en, number: 1}\r\n---\r\nمتن\r\n",
		"2020/border/road.png", drawing(t, color.White), "2020/border/line.png", drawing(t, color.Black),
		"README.md", "# Not an article", "2020/border/readme.md", "x", "2020/notes.txt", "x", ".git/en.md", "x",
	)
}

func TestImport(t *testing.T) {
	st := newsroom(t)
	fsys := story(t)
	r := run(t, st, fsys)
	if counts(r) != "2 new, 0 changed, 0 unchanged, 0 refused" || len(r.Notes) != 0 {
		t.Fatalf("%s: %v, %v", counts(r), r.Problems, r.Notes)
	}
	s, err := st.Story(t.Context(), "border")
	if err != nil {
		t.Fatal(err)
	}
	road := importer.MediaID(fsys["2020/border/road.png"].Data)
	got, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"border","slug":"border","sources":[{"id":"mash","kind":"social","name":{"":"Mash, Telegram channel","ru":"Mash, телеграм-канал"}},` +
		`{"id":"guard","kind":"anonymous","reason":{"en":"Fears for his work"},"identity":"A. Guard"}],` +
		`"claims":[{"id":"video","source":"mash","check":"unverified","evidence":[{"url":"https://t.me/mash/1","retrieved":"2020-08-04T00:00:00Z"}]}],` +
		`"articles":[{"lang":"en","status":"published","published":"2020-08-04T06:00:00Z","updated":"2020-08-05T00:00:00Z","number":1,"revision":{` +
		`"kicker":"Border","headline":"Pushed back","standfirst":"Dozens were turned away.","dateline":"Samara",` +
		`"bylines":[{"name":"A. Writer"},{"name":"B. Hidden","role":"Reporter","protected":true}],"topics":[{"slug":"borders","name":"Borders"}],` +
		`"lead":{"media":"` + road + `","alt":"A road","caption":[{"text":"The road"}],"credit":"Coranto"},` +
		`"body":[{"kind":"paragraph","text":[{"text":"A video","claim":"video"},{"text":" shows "},{"text":"a ","mark":2},{"text":"line","mark":3},` +
		`{"text":". Next line","mark":64},{"text":"broken."}]},{"kind":"heading","text":[{"text":"What we know"}],"level":2},` +
		`{"kind":"quote","text":[{"text":"A driver"}],"blocks":[{"kind":"paragraph","text":[{"text":"They stood here."}]}]}],` +
		`"corrections":[{"time":"2020-08-05T00:00:00Z","text":"The region is Samara."}]}},` +
		`{"lang":"fa-AF","status":"published","published":"2020-08-04T00:00:00Z","number":1,"revision":{"headline":"می‌رود",` +
		`"topics":[{"slug":"migration","name":"مهاجرت"},{"slug":"borders","name":"Borders"}],` +
		`"body":[{"kind":"paragraph","text":[{"text":"متن"}]}],"origin":{"lang":"en","number":1}}}]}`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	m, err := st.Media(t.Context(), road)
	if err != nil || m.Name != "samara-road.png" || len(m.Renditions) != 3 { // two widths and a cut
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := st.Media(t.Context(), importer.MediaID(fsys["2020/border/line.png"].Data)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a picture that nothing shows is in the store: %v", err)
	}
	if r := run(t, st, fsys); counts(r) != "0 new, 0 changed, 2 unchanged, 0 refused" {
		t.Errorf("second run: %s", counts(r))
	}
	fsys["2020/border/en.md"].Data = []byte(strings.Replace(english, "Dozens", "Scores", 1))
	if r := run(t, st, fsys); counts(r) != "0 new, 1 changed, 1 unchanged, 0 refused" {
		t.Errorf("third run: %s", counts(r))
	}
}

// head is the least front matter.
const head = "---\nheadline: H\npublished: 2020-08-04\n---\n"

// TestBody reads what CommonMark and its extensions can say.
func TestBody(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"escapes and entities", `a \*b\* \&amp; &amp; &copy; &zwnj;c <https://x.example/?a=1&b=2>`,
			`[{"kind":"paragraph","text":[{"text":"a *b* \u0026amp; \u0026 © ` + "\u200C" + `c "},{"text":"https://x.example/?a=1\u0026b=2","link":"https://x.example/?a=1\u0026b=2"}]}]`},
		{"bare URL", "https://news.example/a", `[{"kind":"paragraph","text":[{"text":"https://news.example/a","link":"https://news.example/a"}]}]`},
		{"story link", "[x](story:border) [y](<story:a b>) [z](mailto:a@b.example)",
			`[{"kind":"paragraph","text":[{"text":"x","link":"story:border"},{"text":" "},{"text":"y","link":"story:a b"},{"text":" "},{"text":"z","link":"mailto:a@b.example"}]}]`},
		{"code", "`a  <b>`\n\n```go\nif x {\n\ty()\n}\n```\n\n    indented\n",
			`[{"kind":"paragraph","text":[{"text":"a \u003cb\u003e","mark":4}]},{"kind":"code","text":[{"text":"if x {\n\ty()\n}"}]},{"kind":"code","text":[{"text":"indented"}]}]`},
		{"lists", "- a\n- b\n  1. c\n\n     d\n-\n",
			`[{"kind":"list","items":[[{"kind":"paragraph","text":[{"text":"a"}]}],[{"kind":"paragraph","text":[{"text":"b"}]},` +
				`{"kind":"list","ordered":true,"items":[[{"kind":"paragraph","text":[{"text":"c"}]},{"kind":"paragraph","text":[{"text":"d"}]}]]}]]}]`},
		{"table", "| a | b |\n|---|--:|\n| **c** | |\n",
			`[{"kind":"table","header":true,"rows":[[[{"text":"a"}],[{"text":"b"}]],[[{"text":"c","mark":1}],null]]}]`},
		{"headings", "# a\n\n#### b\n\n###### c\n\nd\n---\n",
			`[{"kind":"heading","text":[{"text":"a"}],"level":2},{"kind":"heading","text":[{"text":"b"}],"level":4},{"kind":"heading","text":[{"text":"c"}],"level":4},{"kind":"heading","text":[{"text":"d"}],"level":2}]`},
		{"rule, struck, comment", "~~a~~<!-- x -->\n\n<!-- y -->\n\n***\n", `[{"kind":"paragraph","text":[{"text":"a","mark":8}]},{"kind":"rule"}]`},
		{"Windows-1252", "\u0084a\u0094", `[{"kind":"paragraph","text":[{"text":"„a”"}]}]`},
		{"pull quote", ">> We *only* want\n>> to go home.\n\n> > a\n>\n> b\n\n> > a\n> >\n> > b\n",
			`[{"kind":"pullquote","text":[{"text":"We "},{"text":"only","mark":2},{"text":" want to go home."}]},` +
				`{"kind":"quote","blocks":[{"kind":"quote","blocks":[{"kind":"paragraph","text":[{"text":"a"}]}]},{"kind":"paragraph","text":[{"text":"b"}]}]},` +
				`{"kind":"quote","blocks":[{"kind":"quote","blocks":[{"kind":"paragraph","text":[{"text":"a"}]},{"kind":"paragraph","text":[{"text":"b"}]}]}]}]`},
		{"picture from elsewhere that leads on", "[![A road](https://x.example/a.jpg)](https://film.example/1)",
			`[{"kind":"embed","text":[{"text":"A road"}],"url":"https://film.example/1"}]`},
		{"picture from elsewhere", "a ![A road](https://x.example/a.jpg) b", `[{"kind":"paragraph","text":[{"text":"a b"}]},{"kind":"embed","text":[{"text":"A road"}],"url":"https://x.example/a.jpg"}]`},
	} {
		st := newsroom(t)
		r := run(t, st, files("x/en.md", head+c.in))
		if counts(r) != "1 new, 0 changed, 0 unchanged, 0 refused" || len(r.Notes) != 0 {
			t.Errorf("%s: %s: %v, %v", c.name, counts(r), r.Problems, r.Notes)
			continue
		}
		s, err := st.Story(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(s.Articles[0].Revision.Body); err != nil || string(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	st := newsroom(t)
	fsys := files("x/en.md", head+"Before ![A *road* &amp; trees](pictures/%D0%B4%D0%BE%D1%80%D0%BE%D0%B3%D0%B0.png \"Its \\\"caption\\\"\") after.\n\n![](line.png)\n\n![A film](a.mp4)\n\n"+
		"[![A dark line](line.png \"The film on its site\")](https://film.example/1) [![](line.png)](https://film.example/2)",
		"x/story.yaml", "media: {line.png: {decorative: true}}", "x/pictures/дорога.png", drawing(t, color.White), "x/line.png", drawing(t, color.Black),
		"x/a.mp4", film(t))
	r := run(t, st, fsys)
	if r.New != 1 {
		t.Fatal(r.Problems)
	}
	s, err := st.Story(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(s.Articles[0].Revision.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := func(name string) string { return importer.MediaID(fsys[name].Data) }
	want := `[{"kind":"paragraph","text":[{"text":"Before after."}]},` +
		`{"kind":"figure","figure":{"media":"` + id("x/pictures/дорога.png") + `","alt":"A road \u0026 trees","caption":[{"text":"Its \"caption\""}]}},` +
		`{"kind":"figure","figure":{"media":"` + id("x/line.png") + `","decorative":true}},` +
		`{"kind":"figure","figure":{"media":"` + id("x/a.mp4") + `","alt":"A film"}},` +
		`{"kind":"figure","figure":{"media":"` + id("x/line.png") + `","alt":"A dark line"}},` +
		`{"kind":"embed","text":[{"text":"The film on its site"}],"url":"https://film.example/1"},` +
		`{"kind":"figure","figure":{"media":"` + id("x/line.png") + `","decorative":true}},{"kind":"embed","url":"https://film.example/2"}]`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestRefused checks that each fault refuses its article alone, and says where it is.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		fsys  fstest.MapFS
		where string
		why   string
	}{
		{"no front matter", files("x/en.md", "# H\n"), "x/en.md:1", "front matter"},
		{"no end of it", files("x/en.md", "---\nheadline: H\n"), "x/en.md:1", "has no end"},
		{"unknown field", files("x/en.md", "---\nheadline: H\ntitel: x\n---\n"), "x/en.md:3", `unknown field "titel"`},
		{"unknown field of a byline", files("x/en.md", "---\nheadline: H\nbylines:\n- {name: A, e-mail: x}\n---\n"), "x/en.md:4", `unknown field "e-mail"`},
		{"a field twice", files("x/en.md", "---\nheadline: H\nheadline: I\n---\n"), "x/en.md:3", "already defined"},
		{"broken YAML", files("x/en.md", "---\nheadline: H\n\"x\n---\n"), "x/en.md:", ""},
		{"breaking news that stands", files("x/en.md", "---\nheadline: H\npublished: 2026-04-03T06:30:00Z\nbreaking: 2026-04-03T08:00:00Z\nstanding: true\n---\n"),
			"x/en.md:4", "stands"},
		{"wrong shape", files("x/en.md", "---\nheadline: H\ndraft: perhaps\n---\n"), "x/en.md:3", "perhaps"},
		{"no time", files("x/en.md", "---\nheadline: H\npublished: yesterday\n---\n"), "x/en.md:3", "is no time"},
		{"time without a zone", files("x/en.md", "---\nheadline: H\npublished: 2020-08-04T10:00:00\n---\n"), "x/en.md:3", "is no time"},
		{"no headline", files("x/en.md", "---\npublished: 2020-08-04\n---\nx"), "x/en.md", "no headline"},
		{"not published", files("x/en.md", "---\nheadline: H\n---\n"), "x/en.md", "published is missing"},
		{"language that is none", files("x/english.md", head), "x/english.md", "no language tag"},
		{"language of others", files("x/de.md", head), "x/de.md", "not one of the newsroom's"},
		{"not UTF-8", files("x/en.md", head+"a\nb\xFF"), "x/en.md:6", "not UTF-8"},
		{"too large", files("x/en.md", head+strings.Repeat("a", markdown.MaxArticle)), "x/en.md", "over the limit"},
		{"front matter too large", files("x/en.md", "---\nheadline: "+strings.Repeat("a", markdown.MaxYAML)+"\n---\n"), "x/en.md:1", "over the limit"},
		{"YAML bomb", files("x/en.md", "---\nkicker: &a [x,x,x,x,x,x,x,x,x]\nstandfirst: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n---\n"), "x/en.md:", ""},
		{"story.yaml", files("x/en.md", head, "x/story.yaml", "topics:\n  a: {en: A}\nclaim: {}\n"), "x/en.md", `x/story.yaml:3: unknown field "claim"`},
		{"two documents", files("x/en.md", head, "x/story.yaml", "topics: {}\n---\nclaims: {}\n"), "x/en.md", "a second document"},
		{"source that is none", files("x/en.md", head, "x/story.yaml", "claims: {a: {source: b, check: confirmed}}"), "x/en.md", "not one of the story's"},
		{"topic that is none", files("x/en.md", "---\nheadline: H\npublished: 2020-08-04\ntopics: [a]\n---\n"), "x/en.md", `topic "a" is not in story.yaml`},
		{"claim that is none", files("x/en.md", head+"a\n\n- b [c](claim:d)"), "x/en.md:7", `claim "d"`},
		{"picture that is not there", files("x/en.md", head+"a\nb ![c](d.jpg)"), "x/en.md:6", `"d.jpg" is not there`},
		{"lead that is not there", files("x/en.md", "---\nheadline: H\npublished: 2020-08-04\nlead:\n  file: d.jpg\n---\n"), "x/en.md:5", `"d.jpg" is not there`},
		{"picture without words", files("x/en.md", head+"![](a.png)", "x/a.png", drawing(t, color.White)), "x/en.md:5", "no words"},
		{"picture that is none", files("x/en.md", head+"![a](a.png)", "x/a.png", "GPS"), "x/en.md:5", "not a JPEG"},
		{"file of another kind", files("x/en.md", head+"![a](a.svg)", "x/a.svg", "<svg/>"), "x/en.md:5", "only jpg"},
		{"file outside", files("x/en.md", head+"![a](../a.png)", "a.png", drawing(t, color.White)), "x/en.md:5", "not a file in the story's folder"},
		{"folder as a picture", files("x/en.md", head+"![a](b)", "x/b/c", ""), "x/en.md:5", "not a regular file"},
		{"nested too deep", files("x/en.md", head+"a\n"+strings.Repeat(">", 1000)+"b"), "x/en.md:6", "nested"},
		{"nested deep", files("x/en.md", head+strings.Repeat(">", 20)+"b"), "x/en.md:5", "nested"},
		{"too many marks", files("x/en.md", head+strings.Repeat("*a_", 100_000)), "x/en.md:5", "marks in one paragraph"},
		{"no article", files("x/story.yaml", ""), "x", "without an article"},
		{"no folder", files("en.md", head), "en.md", "no folder of its own"},
	} {
		good := files("good/en.md", head+"Text.")
		maps.Copy(good, c.fsys)
		r := run(t, newsroom(t), good)
		if counts(r) != "1 new, 0 changed, 0 unchanged, 1 refused" {
			t.Errorf("%s: %s: %v", c.name, counts(r), r.Problems)
			continue
		}
		if p := r.Problems[0]; p.File != c.where && !(strings.HasSuffix(c.where, ":") && strings.HasPrefix(p.File, c.where)) || !strings.Contains(p.Reason, c.why) {
			t.Errorf("%s: got %s, want %s: %s", c.name, p, c.where, c.why)
		}
	}
}

// TestTime reads the shapes that goldmark is slowest at, as large as they may be. Without the limits of the package some
// would take hours, and the test would not come to its end.
func TestTime(t *testing.T) {
	for _, crumb := range []string{"[a](", "*a_", "`", "<a ", "~~a", "a\n"} {
		paragraph := strings.Repeat(crumb, 5000/max(1, strings.Count(crumb, "*")+strings.Count(crumb, "_")+strings.Count(crumb, "[")))
		run(t, keepNothing{t}, files("x/en.md", head+strings.Repeat(paragraph+"\n\n", 200_000/len(paragraph))))
	}
}

func TestDoubles(t *testing.T) {
	r := run(t, newsroom(t), files("a/x/en.md", head, "b/x/ru.md", head, "y/sr-Cyrl.md", head, "y/sr-cyrl.md", head))
	if counts(r) != "2 new, 0 changed, 0 unchanged, 2 refused" {
		t.Fatalf("%s: %v", counts(r), r.Problems)
	}
	if p := r.Problems[0]; p.File != "b/x/ru.md" || !strings.Contains(p.Reason, "already in a/x") {
		t.Errorf("got %s", p)
	}
	if p := r.Problems[1]; p.File != "y/sr-cyrl.md" || !strings.Contains(p.Reason, "sr-Cyrl.md is the article") {
		t.Errorf("got %s", p)
	}
}

func TestNotes(t *testing.T) {
	r := run(t, newsroom(t), files("x/ru.md", head+"a <b>c</b>\x01\n\n<div>d</div>\n\n[e](relative.html) ![](https://x.example/f.jpg)",
		"x/story.yaml", "topics: {a: {en: A}}"))
	if r.New != 1 {
		t.Fatal(r.Problems)
	}
	var got []string
	for _, n := range r.Notes {
		got = append(got, n.File+" "+strings.SplitN(n.Reason, ":", 2)[0])
	}
	want := []string{"x/ru.md:5 left out HTML", "x/ru.md:5 left out HTML", "x/ru.md:7 left out HTML", "x/ru.md:9 left out a link that leads nowhere",
		"x/ru.md:9 left out a picture from elsewhere without words", `x/ru.md left out the topic "a"`, "x/ru.md dropped characters that have no meaning"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSymlinks checks on a real folder that a link can publish nothing from outside.
func TestSymlinks(t *testing.T) {
	outside, inside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.png")
	for name, content := range map[string]string{
		secret: drawing(t, color.White), filepath.Join(outside, "en.md"): head + "secret",
		filepath.Join(inside, "x", "en.md"): head + "![a](a.png)", filepath.Join(inside, "y", "en.md"): head + "![a](out/secret.png)",
		filepath.Join(inside, "w", "ru.md"): head,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"x/a.png": secret, "y/out": outside, "z": outside, "w/en.md": filepath.Join(outside, "en.md")} {
		if err := os.Symlink(to, filepath.Join(inside, link)); err != nil {
			t.Skip(err)
		}
	}
	for name, fsys := range map[string]fs.FS{"DirFS": os.DirFS(inside), "Root": rootFS(t, inside)} {
		r := run(t, newsroom(t), fsys)
		if counts(r) != "1 new, 0 changed, 0 unchanged, 3 refused" {
			t.Errorf("%s: %s: %v", name, counts(r), r.Problems)
		}
	}
}

func rootFS(t *testing.T, dir string) fs.FS {
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}

// failing is a store that is out of order.
type failing struct{ importer.Store }

var errBroken = errors.New("disk on fire")

func (failing) Media(context.Context, string) (news.Media, error)    { return news.Media{}, errBroken }
func (failing) Withdrawn(context.Context, ...string) (string, error) { return "", nil }
func (failing) Story(context.Context, string) (news.Story, error) {
	return news.Story{}, store.ErrNotFound
}

func TestStoresError(t *testing.T) {
	r, err := markdown.Import(t.Context(), failing{}, story(t), markdown.Options{Languages: languages})
	if !errors.Is(err, errBroken) || r.Total != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := markdown.Import(t.Context(), failing{}, os.DirFS(filepath.Join(t.TempDir(), "none")), markdown.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := markdown.Import(ctx, failing{}, story(t), markdown.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// keepNothing is a store that checks what it is given.
type keepNothing struct{ t *testing.T }

func (k keepNothing) PutMany(_ context.Context, stories []news.Story) ([]store.PutResult, error) {
	for _, s := range stories {
		if err := s.Validate(); err != nil {
			k.t.Errorf("an invalid story reached the store: %v", err)
		}
	}
	return make([]store.PutResult, len(stories)), nil
}
func (k keepNothing) PutMedia(context.Context, news.Media, map[string][]byte) error { return nil }
func (k keepNothing) Media(context.Context, string) (news.Media, error) {
	return news.Media{}, store.ErrNotFound
}
func (k keepNothing) Withdrawn(context.Context, ...string) (string, error) { return "", nil }
func (k keepNothing) Story(context.Context, string) (news.Story, error) {
	return news.Story{}, store.ErrNotFound
}

func fuzz(t *testing.T, fsys fs.FS) {
	if _, err := markdown.Import(t.Context(), keepNothing{t}, fsys, markdown.Options{Languages: languages}); err != nil {
		t.Error(err)
	}
}

func FuzzFrontMatter(f *testing.F) {
	f.Add(english, storyYAML)
	f.Add("---\nheadline: H\nlead: {file: a}\npublished: 2020-08-04\n---\n", "media: {a: {name: b}}\n")
	f.Fuzz(func(t *testing.T, article, story string) {
		fuzz(t, files("x/en.md", article, "x/story.yaml", story))
	})
}

func FuzzBody(f *testing.F) {
	f.Add("[a](claim:video) *b **c*** `d` <e> &amp; ![f](g.png \"h\")\n\n> i\n> — j\n\n- k\n  1. l\n\n| m |\n|---|\n| n |\n\n***\n    o\n")
	f.Fuzz(func(t *testing.T, body string) {
		fuzz(t, files("x/en.md", head+body, "x/story.yaml", storyYAML))
	})
}

// What was withdrawn, and even erased, does not come back with the next import: not its words, and not its picture,
// which is put before them.
func TestWithdrawnStaysAway(t *testing.T) {
	st := newsroom(t)
	fsys := files("gone/en.md", "---\nheadline: Gone\npublished: 2026-11-22T10:00:00Z\n---\n![A road](road.png)\n",
		"gone/road.png", drawing(t, color.Black),
		"fine/en.md", "---\nheadline: Fine\npublished: 2026-11-22T10:00:00Z\n---\nText\n")
	if got := counts(run(t, st, fsys)); got != "2 new, 0 changed, 0 unchanged, 0 refused" {
		t.Fatal(got)
	}
	if err := st.Withdraw(t.Context(), "gone", false); err != nil {
		t.Fatal(err)
	}
	watched := &watched{Store: st}
	r := run(t, watched, fsys)
	if got := counts(r); got != "0 new, 0 changed, 1 unchanged, 1 refused" || watched.media > 0 {
		t.Errorf("%s, %d media put", got, watched.media)
	}
	if len(r.Problems) == 1 && !strings.Contains(r.Problems[0].Reason, "coranto withdraw --undo 'gone'") {
		t.Errorf("got %q", r.Problems[0].Reason)
	}
}

// watched is a store that counts the media asked for.
type watched struct {
	importer.Store
	media int
}

func (w *watched) Media(ctx context.Context, id string) (news.Media, error) {
	w.media++
	return w.Store.Media(ctx, id)
}
