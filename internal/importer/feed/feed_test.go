package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/web"
	"coranto/internal/news"
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

// write puts a feed into a file and returns its name.
func write(t testing.TB, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// run imports sources and fails on an error that is not in the report, or on totals that don't add up.
func run(t testing.TB, st importer.Memory, opt feed.Options, sources ...string) importer.Report {
	t.Helper()
	r, err := feed.Import(t.Context(), st, sources, opt)
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

// article returns the one article of a story in a language.
func article(t testing.TB, st *sqlite.Store, id, lang string) news.Article {
	t.Helper()
	s, err := st.Story(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Articles {
		if a.Lang == lang {
			return a
		}
	}
	t.Fatalf("story %s has no article in %s", id, lang)
	return news.Article{}
}

// client returns a client that may ask some servers of the test.
func client(t testing.TB, servers ...string) *web.Client {
	t.Helper()
	c := web.NewClient(web.Options{Named: servers, Sleep: func(context.Context, time.Duration) error { return nil },
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	t.Cleanup(c.Close)
	return c
}

// body returns the text of an article's paragraphs, headings and embeds, parted by bars.
func body(a news.Article) string {
	var parts []string
	for _, b := range a.Revision.Body {
		s := ""
		for _, span := range b.Text {
			s += span.Text
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "|")
}

const jsonFeed = `{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://news.example/en/", "language": "en-us", "unknown": 1,
"items": [
{"id": "https://news.example/en/1", "url": "https://news.example/en/border-closed.html", "title": " The border\u0000 is closed ", "content_html": "<p>One <a href='../x'>link</a>.</p>",
 "summary": "Nobody crosses.", "date_published": "2026-08-03T12:00:00.5+04:00", "date_modified": "2026-08-03T12:00:00Z",
 "authors": [{"name": "A. Writer"}, {"name": "A. Writer"}, {"url": "x"}], "author": {"name": "B"}, "tags": ["World News", "Économie", "Миграция", "world news", " "],
 "image": "https://cdn.example/i.jpg", "attachments": [{"url": "https://cdn.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": "many"}]},
{"id": 17, "title": "", "content_text": "Bread is dearer. Nobody knows why.\nNot even bakers.", "date_modified": "2026-08-03T12:00:00Z", "_story": {"id": "bread", "origin": "x"}},
{"id": "17", "language": "ru", "title": "Хлеб", "content_text": "Хлеб подорожал.", "date_published": "2026-08-03T12:00:00Z", "_story": {"id": "bread"}},
{"id": 18, "title": "Short", "summary": "Only a summary.", "date_published": "2026-08-03T12:00:00Z"},
{"id": 19, "title": 5},
null,
{"id": 20, "title": "No date"},
{"id": 21, "title": "Bad date", "date_published": "yesterday"},
{"id": 22, "title": "", "date_published": "2026-08-03T12:00:00Z"},
{"id": 23, "title": "Deutsch", "language": "de", "date_published": "2026-08-03T12:00:00Z"},
{"id": 24, "title": "Again", "date_published": "2026-08-03T12:00:00Z", "_story": {"id": "bread"}},
{"title": "Nameless", "date_published": "2026-08-03T12:00:00Z"}
]}`

func TestJSONFeed(t *testing.T) {
	st := newsroom(t)
	file := write(t, "en.json", jsonFeed)
	opt := feed.Options{Languages: []string{"en-US", "ru"}}
	r := run(t, st, opt, file)
	if got, want := counts(r), "4 new, 0 changed, 0 unchanged, 8 refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i, want := range []string{
		"19|not an item", "item 6|not an item", "20|no date", "21|date \"yesterday\" can't be read", "22|no title and no text",
		"23|language de is not one of the newsroom's (hint: ", "24|story \"bread\" in en-US was already in " + file + ", 17", "item 12|no id",
	} {
		p := r.Problems[i]
		if item, reason, _ := strings.Cut(want, "|"); p.File != file || p.Item != item || !strings.Contains(p.Reason, reason) {
			t.Errorf("problem %d: got %s, want %s", i, p, want)
		}
	}
	var notes []string
	for _, n := range r.Notes {
		notes = append(notes, n.Reason)
	}
	if got, want := strings.Join(notes, "|"), "picture not taken: https://cdn.example/i.jpg|attachment not taken: https://cdn.example/a.mp3|dropped characters that have no meaning: U+0000 ×1"; got != want {
		t.Errorf("notes:\n got %s\nwant %s", got, want)
	}
	a := article(t, st, "https://news.example/en/1", "en-US")
	got, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"lang":"en-US","status":"published","published":"2026-08-03T08:00:00Z","updated":"2026-08-03T12:00:00Z","number":1,"revision":{` +
		`"headline":"The border is closed","standfirst":"Nobody crosses.","bylines":[{"name":"A. Writer"},{"name":"B"}],` +
		`"topics":[{"slug":"world-news","name":"World News"},{"slug":"economie","name":"Économie"},{"slug":"t-5f72ff40","name":"Миграция"}],` +
		`"body":[{"kind":"paragraph","text":[{"text":"One "},{"text":"link","link":"https://news.example/x"},{"text":"."}]}],` +
		`"source_url":"https://news.example/en/border-closed.html"}}`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	s, err := st.Story(t.Context(), "bread")
	if err != nil || len(s.Articles) != 2 || s.Articles[0].Revision.Headline != "Bread is dearer" {
		t.Errorf("story bread: %+v, %v", s, err)
	}
	if a := article(t, st, "news.example/en#18", "en-US"); body(a) != "Only a summary." || a.Revision.Standfirst != "" {
		t.Errorf("got %+v", a.Revision)
	}
	if r := run(t, st, opt, file); counts(r) != "0 new, 0 changed, 4 unchanged, 8 refused" {
		t.Errorf("second run: %s", counts(r))
	}
	changed := write(t, "en.json", strings.Replace(jsonFeed, "Хлеб подорожал", "Хлеб подешевел", 1))
	if r := run(t, st, opt, changed); counts(r) != "0 new, 1 changed, 3 unchanged, 8 refused" {
		t.Errorf("third run: %s", counts(r))
	}
}

const atomFeed = "<?xml version='1.0' encoding='utf-8'?>" + `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>News</title><link href="https://news.example/"/>
<entry><id>tag:news.example,2026:1</id><title type="html">Tea &amp;amp; &lt;b&gt;bread&lt;/b&gt;</title><updated>2026-08-04T10:00:00Z</updated><published>2026-08-03T10:00:00Z</published>
<link href="/2026/tea"/><category term="food"/><author><name>A. Writer</name></author>
<summary>Tea is…</summary><content type="html">&lt;p&gt;Tea is &lt;em&gt;dear&lt;/em&gt;.&lt;/p&gt;&lt;img src="/t.jpg" alt="A cup"&gt;</content></entry>
<entry xml:lang="fa"><id>tag:news.example,2026:2</id><title>` + "می\u200Cرود" + `</title><updated>2026-08-04T10:00:00Z</updated><content type="text">1 &lt; 2

` + "\u0093x\u0094" + `</content></entry>
<entry><id>tag:news.example,2026:3</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Plain</div></title><updated>2026-08-04T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content></entry>
</feed>`

const rssFeed = `<?xml version="1.0" encoding="windows-1251"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>News</title><link>https://news.example/ru/</link><language>ru</language>
<item><title>Граница</title><link>https://news.example/ru/granica/</link><guid isPermaLink="false">42</guid><pubDate>Mon, 03 Aug 2026 12:00:00 +0400</pubDate>
<dc:creator>Автор</dc:creator><category><![CDATA[Мир]]></category>
<description><![CDATA[Никто не проходит [&#8230;]]]></description><content:encoded><![CDATA[<p>Никто не проходит границу.</p><script>x()</script>]]></content:encoded>
<enclosure url="https://cdn.example/a.mp3" length="1" type="audio/mpeg"/></item>
<item><title>Без разметки</title><guid>https://news.example/ru/2</guid><pubDate>Mon, 03 Aug 2026 12:00:00 GMT</pubDate><description>Раз
два

три</description></item>
<item><title>Без даты</title><guid>https://news.example/ru/3</guid><pubDate>soon</pubDate></item>
</channel></rss>`

func TestAtomAndRSS(t *testing.T) {
	encoded, err := charmap.Windows1251.NewEncoder().String(rssFeed)
	if err != nil {
		t.Fatal(err)
	}
	st := newsroom(t)
	opt := feed.Options{Languages: []string{"en", "fa", "ru"}}
	sources := []string{write(t, "atom.xml", atomFeed), write(t, "rss.xml", encoded)}
	r := run(t, st, opt, sources...)
	if got, want := counts(r), "5 new, 0 changed, 0 unchanged, 1 refused"; got != want {
		t.Fatalf("got %s, want %s: %v", got, want, r.Problems)
	}
	if p := r.Problems[0]; p.Item != "https://news.example/ru/3" || !strings.Contains(p.Reason, `date "soon"`) {
		t.Errorf("got %s", p)
	}
	for _, c := range []struct{ id, lang, headline, body, published, updated, slug string }{
		{"tag:news.example,2026:1", "en", "Tea & bread", "Tea is dear.|A cup", "2026-08-03T10:00:00Z", "2026-08-04T10:00:00Z", "tea"},
		{"tag:news.example,2026:2", "fa", "می\u200Cرود", "1 < 2|“x”", "2026-08-04T10:00:00Z", "", ""},
		{"tag:news.example,2026:3", "en", "Plain", "One|Two", "2026-08-04T10:00:00Z", "", ""},
		{"news.example/ru#42", "ru", "Граница", "Никто не проходит границу.", "2026-08-03T08:00:00Z", "", "granica"},
		{"https://news.example/ru/2", "ru", "Без разметки", "Раздва|три", "2026-08-03T12:00:00Z", "", ""},
	} {
		a := article(t, st, c.id, c.lang)
		updated := ""
		if !a.Updated.IsZero() {
			updated = a.Updated.Format(time.RFC3339)
		}
		got := []string{a.Revision.Headline, body(a), a.Published.Format(time.RFC3339), updated, a.Revision.Standfirst}
		if want := []string{c.headline, c.body, c.published, c.updated, ""}; strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got %q, want %q", c.id, got, want)
		}
		if s, err := st.Story(t.Context(), c.id); err != nil || s.Slug != c.slug {
			t.Errorf("%s: slug %q, want %q (%v)", c.id, s.Slug, c.slug, err)
		}
	}
	a := article(t, st, "news.example/ru#42", "ru")
	if a.Revision.Bylines[0].Name != "Автор" || a.Revision.Topics[0].Name != "Мир" || a.Revision.SourceURL != "https://news.example/ru/granica/" {
		t.Errorf("got %+v", a.Revision)
	}
	if r := run(t, st, opt, sources...); counts(r) != "0 new, 0 changed, 5 unchanged, 1 refused" {
		t.Errorf("second run: %s", counts(r))
	}
}

// TestOwnLink takes the address of an article's own, and not that of who counts its readers.
func TestOwnLink(t *testing.T) {
	st := newsroom(t)
	run(t, st, feed.Options{Languages: []string{"en"}}, write(t, "rss.xml", `<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><language>en</language><item><title>A</title>
<guid>a:1</guid><pubDate>2026-11-22T10:00:00Z</pubDate><link>https://feedproxy.example/~r/x/1</link><feedburner:origLink>https://news.example/story</feedburner:origLink></item></channel></rss>`))
	if got := article(t, st, "a:1", "en").Revision.SourceURL; got != "https://news.example/story" {
		t.Errorf("got %s", got)
	}
}

// TestBrokenSources checks that a source which can't be read counts as one refusal and leaves the others alone.
func TestBrokenSources(t *testing.T) {
	good := write(t, "good.json", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"a:1","title":"A","date_published":"2026-08-03T12:00:00Z"}]}`)
	for name, content := range map[string]string{
		"empty.json": "", "cut.json": jsonFeed[:len(jsonFeed)/4], "other.json": `{"items":[]}`, "array.json": "[]", "words.txt": "hello",
		"cut.xml": atomFeed[:len(atomFeed)/5], "page.xml": "<html><body>404</body></html>", "nul.json": "{\x00}",
		"deep.xml":      "<rss><channel><item>" + strings.Repeat("<x:a>", 300_000),
		"deep.json":     `{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 100_000),
		"shape.json":    `{"version":"https://jsonfeed.org/version/1","items":{}}`,
		"nolanguage.js": `{"version":"https://jsonfeed.org/version/1","items":[{"id":"b:1","title":"B","date_published":"2026-08-03T12:00:00Z","language":"zz-"}]}`,
	} {
		bad := write(t, name, content)
		r := run(t, newsroom(t), feed.Options{Languages: []string{"en"}, Language: "en"}, bad, good)
		if counts(r) != "1 new, 0 changed, 0 unchanged, 1 refused" || r.Problems[0].File != bad {
			t.Errorf("%s: %s: %v", name, counts(r), r.Problems)
		}
	}
	r := run(t, newsroom(t), feed.Options{Languages: []string{"en"}}, t.TempDir(), filepath.Join(t.TempDir(), "none"), "https://news.example/", good)
	if counts(r) != "0 new, 0 changed, 0 unchanged, 4 refused" {
		t.Errorf("%s: %v", counts(r), r.Problems)
	}
}

func TestStrayBytes(t *testing.T) {
	st := newsroom(t)
	r := run(t, st, feed.Options{Languages: []string{"en"}, Language: "en"},
		write(t, "a.json", "\xEF\xBB\xBF{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"a:1\",\"title\":\"A\xFFb\",\"date_published\":\"2026-08-03T12:00:00Z\"}]}"),
		write(t, "a.xml", "<rss><channel><item><guid>a:2</guid><title>A\x01\xFFb</title><pubDate>2026-08-03T12:00:00Z</pubDate></item></channel></rss>"))
	if counts(r) != "2 new, 0 changed, 0 unchanged, 0 refused" || len(r.Notes) != 3 {
		t.Fatalf("%s: %v, %v", counts(r), r.Problems, r.Notes)
	}
	for _, id := range []string{"a:1", "a:2"} {
		if h := article(t, st, id, "en").Revision.Headline; h != "A\uFFFDb" {
			t.Errorf("%s: got %+q", id, h)
		}
	}
}

func TestFetch(t *testing.T) {
	st := newsroom(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(jsonFeed)) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/feed", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for chunk := bytes.Repeat([]byte("x"), 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	opt := feed.Options{Languages: []string{"en-US", "ru"}, Web: client(t, server.URL)}
	if r := run(t, st, opt, server.URL+"/moved"); r.New != 4 {
		t.Errorf("%s: %v", counts(r), r.Problems)
	}
	for path, reason := range map[string]string{"/none": "404", "/file": "redirect", "/loop": "redirects", "/endless": "larger than the limit"} {
		r := run(t, st, opt, server.URL+path)
		if r.Refused != 1 || r.Total != 1 || !strings.Contains(r.Problems[0].Reason, reason) {
			t.Errorf("%s: %v, want %q", path, r.Problems, reason)
		}
	}
	opt.Web = nil
	if r := run(t, st, opt, server.URL+"/feed"); r.Refused != 1 {
		t.Errorf("without a client: %s", counts(r))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := feed.Import(ctx, newsroom(t), []string{write(t, "en.json", jsonFeed)}, feed.Options{Languages: []string{"en-US"}})
	if err == nil || r.New != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// corpusFiles returns the files of the news corpus, or skips the test.
func corpusFiles(t testing.TB) (files, languages []string) {
	t.Helper()
	dir := os.Getenv("CORANTO_CORPUS")
	if dir == "" {
		dir = "../../../../shared/corpus/ntrex-128"
	}
	files, _ = filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		t.Skip("the news corpus is not here: set CORANTO_CORPUS to its folder")
	}
	for _, f := range files {
		languages = append(languages, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return files, languages
}

// TestCorpus imports the whole corpus twice. Every article must come out with every character that has meaning, and
// the second run must change nothing.
func TestCorpus(t *testing.T) {
	files, languages := corpusFiles(t)
	st := newsroom(t)
	start := time.Now()
	var told int
	opt := feed.Options{Languages: languages, Progress: func(done, total int, what string) { told++ }}
	r := run(t, st, opt, files...)
	t.Logf("%d articles in %v", r.New, time.Since(start))
	if r.New != 3690 || r.Refused != 0 || len(r.Notes) != 0 || told < len(files) {
		t.Errorf("%s, %d notes, progress told %d times", counts(r), len(r.Notes), told)
	}
	stories := map[string]news.Story{}
	for i, file := range files {
		var in struct {
			Items []struct {
				Title, Content_text string
				Story               struct{ ID string } `json:"_story"`
			}
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &in); err != nil {
			t.Fatal(err)
		}
		for _, it := range in.Items {
			s, ok := stories[it.Story.ID]
			if !ok {
				if s, err = st.Story(t.Context(), it.Story.ID); err != nil {
					t.Fatal(err)
				}
				stories[s.ID] = s
			}
			j := slices.IndexFunc(s.Articles, func(a news.Article) bool { return a.Lang == languages[i] })
			if j < 0 {
				t.Errorf("story %s has no article in %s", s.ID, languages[i])
				continue
			}
			a := s.Articles[j]
			if got, want := a.Revision.Headline+text(a), meant(it.Title+" "+it.Content_text); strip(got) != strip(want) {
				t.Errorf("%s, %s:\n got %+q\nwant %+q", file, it.Story.ID, got, want)
			}
		}
	}
	if r := run(t, st, opt, files...); counts(r) != "0 new, 0 changed, 3690 unchanged, 0 refused" {
		t.Errorf("second run: %s", counts(r))
	}
}

func text(a news.Article) string {
	var b strings.Builder
	for s := range a.Revision.Spans() {
		b.WriteString(s.Text)
	}
	return b.String()
}

// meant returns a text as its author meant it: C1 code points through Windows-1252, NFC.
func meant(s string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if 0x80 <= c && c <= 0x9F {
			return charmap.Windows1252.DecodeByte(byte(c))
		}
		return c
	}, s))
}

// strip takes out spaces and line breaks, and nothing else.
func strip(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }

func FuzzImport(f *testing.F) {
	f.Add([]byte(jsonFeed))
	f.Add([]byte(atomFeed))
	f.Add([]byte(rssFeed))
	f.Add([]byte(rss("", "a < b", "<b><i></b></i>", "<![CDATA[ x", "fine")))
	f.Fuzz(func(t *testing.T, b []byte) {
		file := filepath.Join(t.TempDir(), "feed")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		src, err := feed.Open(t.Context(), []string{file}, feed.Options{Languages: []string{"en", "ru"}, Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		for item, err := range src.Items(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if item.Story != nil {
				if err := item.Story.Validate(); err != nil {
					t.Logf("an article that the store will refuse: %v", err)
				}
			}
		}
	})
}
