package feed_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/importertest"
	"coranto/internal/news"
)

// png is a picture of one pixel.
func png(t *testing.T) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sentences is a text of an article of n sentences.
func sentences(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<p>The bridge over the river was closed on day %d, and the ferry carried bread, letters and children to the other bank.</p>\n", i)
	}
	return b.String()
}

// A site is a newspaper on the web, with what was asked of it.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
	pages map[string]string
}

// newSite serves pages by their paths; {} in them is the address of the site.
func newSite(t *testing.T, pages map[string]string) *site {
	t.Helper()
	s := &site{pages: pages}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.RequestURI())
		if strings.HasSuffix(r.URL.Path, ".png") {
			w.Write(png(t))
			return
		}
		page, ok := s.pages[r.URL.RequestURI()]
		if to, redirected := strings.CutPrefix(page, "→"); redirected {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, strings.ReplaceAll(page, "{}", s.URL))
	}))
	t.Cleanup(s.Close)
	return s
}

// page is the page of an article, between what pages have around it.
func page(head, body string) string {
	return `<!DOCTYPE html><html lang="en"><head><title>The bridge is closed - The Harbour</title>` + head + `</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav><article><h1>The bridge is closed</h1>` + body +
		`</article><aside><h2>Most read</h2><ul><li><a href="/x">Another story that is not this one</a></li></ul></aside>
<footer>Copyright The Harbour. All rights reserved. Cookies, terms and conditions.</footer><script>track()</script></body></html>`
}

const excerptFeed = `<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><link>{}/</link><language>en</language>
<item><title>The bridge is closed</title><link>{}/bridge</link><guid isPermaLink="false">1</guid><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate>
<description>The bridge over the river was closed, and the ferry carried bread […]</description></item></channel></rss>`

// full imports the excerpt of a feed whose article is on a page, and returns what came of it.
func full(t *testing.T, page string, mode feed.FullText) (news.Article, importer.Report) {
	t.Helper()
	s := newSite(t, map[string]string{"/feed": excerptFeed, "/bridge": page, "/login": "<!DOCTYPE html><title>Log in</title><p>" + strings.Repeat("Please log in. ", 50)})
	st := newsroom(t)
	opt := feed.Options{Languages: []string{"en"}, Web: client(t, s.URL), FullText: mode}
	r := run(t, st, opt, s.URL+"/feed")
	if r.New != 1 {
		t.Fatalf("%s: %v", counts(r), r.Problems)
	}
	return article(t, st, strings.TrimPrefix(s.URL, "http://")+"#1", "en"), r
}

func TestFullText(t *testing.T) {
	t.Parallel()
	linked := `<script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],"author":[{"@type":"Person","name":"Ada Keeper"}],
"image":{"url":"/lead.png","caption":"The ferry","creditText":"B. Lens"},"isAccessibleForFree":"True"}]}</script><link rel="canonical" href="/2026/bridge">`
	a, r := full(t, page(linked, sentences(8)+`<p>Read <a href="/more">more of it</a>.</p>`), feed.Auto)
	if len(a.Revision.Body) != 9 || !strings.HasPrefix(body(a), "The bridge over the river was closed on day 0") || strings.Contains(body(a), "Most read") {
		t.Errorf("got %d blocks: %s", len(a.Revision.Body), body(a))
	}
	if s := a.Revision.SourceURL; !strings.HasSuffix(s, "/2026/bridge") || a.Revision.Bylines[0].Name != "Ada Keeper" {
		t.Errorf("from %s, by %v", s, a.Revision.Bylines)
	}
	lead := a.Revision.Lead
	if lead == nil || lead.Media == "" || lead.Missing != "" || lead.Credit != "B. Lens" || lead.Caption[0].Text != "The ferry" {
		t.Errorf("above the text: %+v", lead)
	}
	if !r.AddsUp() || !r.Whole() || !strings.Contains(fmt.Sprint(r.Notes), "the text is from the page") {
		t.Errorf("the report: %+v", r)
	}
}

// TestPlainPage takes what a page says without saying it to machines.
func TestPlainPage(t *testing.T) {
	t.Parallel()
	a, _ := full(t, page(`<meta property="og:image" content="{}/og.png"><meta property="og:image:alt" content="A ferry">`, `<p class="byline">By Ada Keeper</p>`+sentences(8)), feed.Always)
	if len(a.Revision.Bylines) != 1 || a.Revision.Bylines[0].Name != "Ada Keeper" || len(a.Revision.Body) != 8 {
		t.Errorf("by %v, %d blocks", a.Revision.Bylines, len(a.Revision.Body))
	}
	if f := a.Revision.Lead; f == nil || f.Alt != "A ferry" || f.Media == "" {
		t.Errorf("above the text: %+v", f)
	}
}

// TestNoArticle leaves an item as its feed has it where its page has no article, and says why.
func TestNoArticle(t *testing.T) {
	t.Parallel()
	consent := `<!DOCTYPE html><title>Before you continue</title><main>` + strings.Repeat("<p>We and our 842 partners store and access information on your device. Accept all, or manage your choices here.</p>", 9) + `</main>`
	paid := `<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>`
	for _, c := range []struct {
		name, page string
		mode       feed.FullText
		want       string
	}{
		{"never", page("", sentences(8)), feed.Never, ""},
		{"empty", "", feed.Auto, "the page is empty"},
		{"consent", consent, feed.Auto, "it is about something else, or asks for consent"},
		{"login", "→/login", feed.Auto, "it is about something else, or asks for consent"},
		{"paid", page(paid, sentences(3)), feed.Auto, "not free to read"},
		{"short", page("", "<p>Soon.</p>"), feed.Auto, "no article found on the page"},
		{"elsewhere", "→http://127.0.0.1:9/", feed.Auto, "not a public address"},
		{"a file", "%PDF-1.4", feed.Auto, "is application/pdf, and no page"},
		{"deep", page("", strings.Repeat("<div>", 100_000)), feed.Auto, "full text"},
		{"nested", page("", strings.Repeat("<div>", 200)+sentences(8)), feed.Auto, "nested too deep"},
		{"long", page("", sentences(9000)), feed.Auto, "too much text"},
		{"large", page("", strings.Repeat("<i>x</i>", 30_000)), feed.Auto, "full text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, r := full(t, c.page, c.mode)
			if got := body(a); got != "The bridge over the river was closed, and the ferry carried bread […]" {
				t.Errorf("got %s", got)
			}
			if got := fmt.Sprint(r.Notes); !strings.Contains(got, c.want) || c.want == "" && len(r.Notes) > 0 {
				t.Errorf("notes %s, want %q", got, c.want)
			}
		})
	}
}

// TestExcerpts says which items have their pages fetched.
func TestExcerpts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Words of a long summary that says all that there is to say. ", 20)
	item := func(title, rest string) string {
		return `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><language>en</language><item>` + title +
			`<link>{}/page</link><pubDate>2026-11-22T10:00:00Z</pubDate>` + rest + `</item></channel></rss>`
	}
	titled := "<title>The bridge</title>"
	for _, c := range []struct {
		name, feed string
		mode       feed.FullText
		want       bool
	}{
		{"a short summary", item(titled, "<description>Short.</description>"), "", true},
		{"nothing", item(titled, ""), feed.Auto, true},
		{"a long summary", item(titled, "<description>"+long+"</description>"), feed.Auto, false},
		{"that goes on", item(titled, "<description>"+long+" &lt;a href='/'&gt;Читать далее&lt;/a&gt;</description>"), feed.Auto, true},
		{"with dots", item(titled, "<description>"+long+"…</description>"), feed.Auto, true},
		{"a short text that is whole", item(titled, "<description>S</description><content:encoded>Short.</content:encoded>"), feed.Auto, false},
		{"a post without a title", item("", "<description>Short.</description>"), feed.Auto, false},
		{"a sound", item(titled, "<description>Notes.</description><enclosure url='{}/a.mp3' type='audio/mpeg'/>"), feed.Auto, false},
		{"always", item(titled, "<content:encoded>Short.</content:encoded>"), feed.Always, true},
		{"never", item(titled, ""), feed.Never, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]string{"/feed": c.feed})
			src, err := feed.Open(t.Context(), []string{s.URL + "/feed"}, feed.Options{Languages: []string{"en"}, Web: client(t, s.URL), FullText: c.mode})
			if err == nil {
				err = src.Complete(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			for range src.Items(t.Context(), "") { // no page is fetched twice
			}
			if got := slices.Contains(s.asked, "/page"); got != c.want || len(s.asked) > 2 {
				t.Errorf("asked %v", s.asked)
			}
		})
	}
}

// TestPages remembers what was taken from a page for as long as the item is as it was.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"/feed": excerptFeed, "/bridge": page("", sentences(8))})
	var remembered feed.Pages
	read := func() {
		t.Helper()
		src, err := feed.Open(t.Context(), []string{s.URL + "/feed"}, feed.Options{Languages: []string{"en"}, Web: client(t, s.URL), Pages: &remembered})
		if err != nil {
			t.Fatal(err)
		}
		if err := src.Complete(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	read()
	read()
	s.mu.Lock()
	s.pages["/feed"] = strings.Replace(excerptFeed, "bread", "letters", 1)
	s.mu.Unlock()
	read()
	if want := []string{"/feed", "/bridge", "/feed", "/feed", "/bridge"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %v, want %v", s.asked, want)
	}
}

const mediaFeed = `<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><link>{}/</link><language>en</language>
<item><title>Sizes of one picture</title><guid>a:1</guid><pubDate>2026-11-22T10:00:00Z</pubDate><content:encoded>Words.</content:encoded>
<media:content url="{}/p.png?w=140" width="140" medium="image"/><media:content url="{}/p.png?w=900" width="900" medium="image"><media:credit>A. Lens</media:credit><media:description>The &lt;b&gt;bridge&lt;/b&gt;</media:description></media:content></item>
<item><title>A picture that the text shows</title><guid>a:2</guid><pubDate>2026-11-22T10:00:00Z</pubDate><content:encoded>&lt;p&gt;Words.&lt;/p&gt;&lt;img src="{}/q-300x200.png" alt="A ship"&gt;</content:encoded>
<media:content url="{}/q.png" medium="image"><media:credit>B. Lens</media:credit></media:content><media:thumbnail url="{}/t.png"/></item>
<item><title>Two pictures and files</title><guid>a:3</guid><pubDate>2026-11-22T10:00:00Z</pubDate><content:encoded>Words.</content:encoded>
<enclosure url="{}/one.png" type="image/png" length="70"/><media:content url="{}/two.png" type="image/png"/><enclosure url="{}/report.pdf" type="application/pdf"/><enclosure url="{}/huge.mp3" type="audio/mpeg" length="99000000"/></item>
<item><title>A sound that is gone</title><guid>a:4</guid><pubDate>2026-11-22T10:00:00Z</pubDate><description>Notes.</description><enclosure url="{}/gone.mp3" type="audio/mpeg"/></item>
<item><title>Forms of a film</title><guid>a:5</guid><pubDate>2026-11-22T10:00:00Z</pubDate><content:encoded>Words.</content:encoded>
<media:group><media:content url="{}/s.swf" type="application/x-shockwave-flash"/><media:content url="{}/small.png" medium="image" width="10"/><media:content url="{}/large.png" medium="image" width="20"/><media:credit>C. Lens</media:credit></media:group></item>
</channel></rss>`

func TestFeedMedia(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"/feed": mediaFeed})
	st := newsroom(t)
	r := run(t, st, feed.Options{Languages: []string{"en"}, Web: client(t, s.URL)}, s.URL+"/feed")
	if counts(r) != "5 new, 0 changed, 0 unchanged, 0 refused" || len(r.Missing) != 1 || !strings.HasSuffix(r.Missing[0].Media, "/gone.mp3") {
		t.Fatalf("%s: %v, missing %v", counts(r), r.Problems, r.Missing)
	}
	if f := article(t, st, "a:1", "en").Revision.Lead; f == nil || f.Media == "" || f.Credit != "A. Lens" || f.Caption[0].Text != "The bridge" || !f.Decorative {
		t.Errorf("sizes of one picture: %+v", f)
	}
	if a := article(t, st, "a:2", "en").Revision; a.Lead != nil || len(a.Body) != 2 || a.Body[1].Figure.Credit != "B. Lens" || a.Body[1].Figure.Alt != "A ship" {
		t.Errorf("a picture that the text shows: %+v", a)
	}
	a := article(t, st, "a:3", "en").Revision
	if len(a.Body) != 4 || a.Lead == nil || a.Body[1].URL != s.URL+"/report.pdf" || a.Body[2].URL != s.URL+"/huge.mp3" && a.Body[3].URL != s.URL+"/huge.mp3" {
		t.Errorf("two pictures and files: %+v", a.Body)
	}
	if f := article(t, st, "a:4", "en").Revision.Lead; f == nil || f.Missing != s.URL+"/gone.mp3" || f.Alt != "A sound that is gone" {
		t.Errorf("a sound that is gone: %+v", f)
	}
	if f := article(t, st, "a:5", "en").Revision.Lead; f == nil || f.Credit != "C. Lens" || !slices.Contains(s.asked, "/large.png") || slices.Contains(s.asked, "/small.png") {
		t.Errorf("forms of a film: %+v; asked %v", f, s.asked)
	}
}

// TestPaging follows feeds back to their beginning.
func TestPaging(t *testing.T) {
	t.Parallel()
	rssPage := func(extra string, ids ...string) string {
		out := `<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><language>en</language>` + extra
		for _, id := range ids {
			out += `<item><title>T</title><guid>a:` + id + `</guid><pubDate>2026-11-22T10:00:00Z</pubDate></item>`
		}
		return out + "</channel></rss>"
	}
	generator := "<generator>https://wordpress.org/?v=6.8</generator>"
	for name, pages := range map[string]map[string]string{
		"named": {"/feed": rssPage(`<atom:link rel="next" href="/older"/>`, "1", "2"), "/older": rssPage(`<atom:link rel="prev-archive" href="/oldest"/>`, "2", "3"), "/oldest": rssPage("", "4")},
		"JSON": {"/feed": `{"version":"https://jsonfeed.org/version/1.1","language":"en","next_url":"/older","items":[{"id":"a:1","title":"T","date_published":"2026-11-22T10:00:00Z"}]}`,
			"/older": rssPage("", "2", "3", "4")},
		"WordPress": {"/feed": rssPage(generator, "1", "2"), "/feed?paged=2": rssPage(generator, "3", "4")},
		"a circle":  {"/feed": rssPage(`<atom:link rel="next" href="/older"/>`, "1", "2", "3", "4"), "/older": rssPage(`<atom:link rel="next" href="/feed"/>`, "4", "3")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pages)
			opt := feed.Options{Languages: []string{"en"}, Web: client(t, s.URL), FullText: feed.Never, Paging: true}
			if r := run(t, newsroom(t), opt, s.URL+"/feed"); r.New != 4 || r.Refused != 0 || !r.AddsUp() {
				t.Errorf("%s: %v", counts(r), r.Problems)
			}
			opt.Paging = false
			if src, err := feed.Open(t.Context(), []string{s.URL + "/feed"}, opt); err != nil || len(s.asked) > 5 || src.Identity() == "" {
				t.Errorf("asked %v, %v", s.asked, err)
			}
		})
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	items := `{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://old.example/", "items": [
{"id": "1", "url": "https://old.example/road", "language": "en", "title": "The road", "content_html": "<p>See <a href='/bridge'>the bridge</a>.</p><img src='/road.png' alt='A road'>",
 "date_published": "2026-11-20T10:00:00Z", "image": "https://old.example/lead.png", "_story": {"id": "road"}},
{"id": "2", "url": "https://old.example/ru/road", "language": "ru", "title": "Дорога", "content_text": "Дорога.", "date_published": "2026-11-20T11:00:00Z", "_story": {"id": "road"}},
{"id": "3", "url": "https://old.example/bridge", "language": "en", "title": "The bridge", "content_html": "<p>See <a href='https://old.example/road'>the road</a>.</p>",
 "date_published": "2026-11-21T10:00:00Z", "attachments": [{"url": "https://old.example/gone.mp3", "mime_type": "audio/mpeg"}]},
{"id": "4", "language": "de", "title": "Keine Sprache des Hauses", "date_published": "2026-11-21T10:00:00Z"}, {"id": 5, "title": 5}]}`
	atoms := strings.ReplaceAll(atomFeed, `xml:lang="fa"`, `xml:lang="ru"`)
	first, second := write(t, "feed.json", items), write(t, "feed.atom", atoms)
	importertest.Run(t, importertest.Kind{
		Languages: []string{"en", "ru"},
		Web: map[string][]byte{"https://old.example/road.png": importertest.Picture(1), "https://old.example/lead.png": importertest.Picture(2),
			"https://news.example/t.jpg": importertest.Picture(3)},
		Open: func(t *testing.T) importer.Source {
			src, err := feed.Open(t.Context(), []string{first, filepath.Join(t.TempDir(), "none"), second},
				feed.Options{Languages: []string{"en", "ru"}, Web: client(t), FullText: feed.Never})
			if err != nil {
				t.Fatal(err)
			}
			return src
		},
	})
}
