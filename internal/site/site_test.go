package site_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/site"
)

// renderAll renders a whole site, and fails where two units make one file or a unit makes what it does not own.
func renderAll(t testing.TB, s *site.Site, snap site.Snapshot) map[string]site.File {
	t.Helper()
	files := map[string]site.File{}
	for u, err := range s.All(t.Context(), snap) {
		if err != nil {
			t.Fatal(err)
		}
		out, err := s.Render(t.Context(), snap, u)
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		for _, f := range out.Files {
			if _, ok := files[f.Path]; ok {
				t.Fatalf("%s: %s is made twice", u, f.Path)
			}
			if err := edition.CheckPath(f.Path); err != nil {
				t.Fatal(err)
			}
			if out.Owned != "" && !strings.HasPrefix(edition.Key(f.Path), out.Owned) {
				t.Fatalf("%s: %s is not under %s", u, f.Path, out.Owned)
			}
			files[f.Path] = f
		}
	}
	return files
}

// pages are the HTML pages among files, parsed, by path.
func pages(t testing.TB, files map[string]site.File) map[string]*html.Node {
	t.Helper()
	docs := map[string]*html.Node{}
	for p, f := range files {
		if f.MediaType != "text/html" {
			continue
		}
		doc, err := html.Parse(bytes.NewReader(f.Body))
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		docs[p] = doc
	}
	return docs
}

// elements yields the elements of a document, in order.
func elements(doc *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

const borderEN = "en/story/2026/11/20/border/index.html"

func TestPure(t *testing.T) {
	snap := specimen()
	once := renderAll(t, newSite(t, specimenConfig), snap)
	slices.Reverse(snap.stories)
	twice := renderAll(t, newSite(t, specimenConfig), snap)
	for p, f := range once {
		if !bytes.Equal(f.Body, twice[p].Body) {
			t.Errorf("%s differs", p)
		}
	}
	if len(once) != len(twice) {
		t.Errorf("%d files, then %d", len(once), len(twice))
	}
}

// TestParallel renders all units at once, for the race detector to look at.
func TestParallel(t *testing.T) {
	s, snap := newSite(t, specimenConfig), specimen()
	var g errgroup.Group
	for u, err := range s.All(t.Context(), snap) {
		if err != nil {
			t.Fatal(err)
		}
		g.Go(func() error {
			_, err := s.Render(t.Context(), snap, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestFiles(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	for _, p := range []string{
		"index.html", "en/index.html", "sw/index.html", "en/feed.atom", "en/feed.rss", "fa/feed.json", borderEN,
		"fa/story/2026/11/20/border/index.html", "en/topic/migration/index.html", "en/archive/index.html",
		"en/archive/2026/11/index.html", "en/archive/2026/11/20/index.html", "sw/archive/index.html",
		"en/archive/page/1.html", "en/archive/page/3.html", "fa/archive/page/1.html", "ru/archive/topic/migration/1.html",
		"media/story/2026/11/20/border/border-33333333-1280.jpg", "media/story/2026/11/20/border/march-55555555-video.mp4",
	} {
		if _, ok := files[p]; !ok {
			t.Errorf("%s is missing", p)
		}
	}
	for _, p := range []string{"sw/archive/page/1.html", "en/archive/page/4.html", "ru/story/2026/11/01/second/index.html"} {
		if _, ok := files[p]; ok {
			t.Errorf("%s should not be", p)
		}
	}
	f := files["media/story/2026/11/20/border/border-33333333-1280.jpg"]
	if f.Rendition != hexOf("3") || f.MediaType != "image/jpeg" || f.Body != nil {
		t.Errorf("rendition: got %+v", f)
	}
}

// TestLinks follows every reference of every page and feed: inside of the site it is relative and leads to a file that
// is there, outside of it only people can go, by a link.
func TestLinks(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	for p, doc := range pages(t, files) {
		checkRefs(t, files, p, doc)
	}
	for _, p := range []string{"en/feed.json", "fa/feed.json"} {
		var feed struct {
			Items []struct{ URL, Content_html string }
		}
		if err := json.Unmarshal(files[p].Body, &feed); err != nil {
			t.Fatal(err)
		}
		for _, item := range feed.Items {
			doc, err := html.Parse(strings.NewReader(`<a href="` + item.URL + `"></a>` + item.Content_html))
			if err != nil {
				t.Fatal(err)
			}
			checkRefs(t, files, p, doc)
		}
	}
}

func checkRefs(t *testing.T, files map[string]site.File, from string, doc *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for n := range elements(doc) {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: the id %q stands twice", from, id)
			}
			ids[id] = true
		}
	}
	for n := range elements(doc) {
		refs := []string{attr(n, "href"), attr(n, "src")}
		for set := range strings.SplitSeq(attr(n, "srcset"), ", ") {
			refs = append(refs, strings.Fields(set+" ")...)
		}
		for _, ref := range refs {
			u, err := url.Parse(ref)
			switch {
			case ref == "" || strings.HasSuffix(ref, "w") && !strings.Contains(ref, "."): // a width in srcset
			case err != nil:
				t.Errorf("%s: %v", from, err)
			case u.IsAbs() || u.Host != "":
				if n.Data != "a" {
					t.Errorf("%s: <%s> loads %s", from, n.Data, ref)
				}
			case u.Path == "":
				if !ids[u.Fragment] && doc != nil {
					t.Errorf("%s: nothing has the id %q", from, u.Fragment)
				}
			default:
				if to := path.Join(path.Dir(from), u.Path); files[to].Path == "" {
					t.Errorf("%s: %s leads to %s, which is not there", from, ref, to)
				}
			}
		}
	}
}

// TestHreflang makes sure that the alternates of a page are the same on all of them, the page itself included.
func TestHreflang(t *testing.T) {
	docs := pages(t, renderAll(t, newSite(t, specimenConfig), specimen()))
	alternates := map[string]map[string]string{}
	for p, doc := range docs {
		alternates[p] = map[string]string{}
		for n := range elements(doc) {
			if n.Data == "link" && attr(n, "hreflang") != "" {
				alternates[p][attr(n, "hreflang")] = path.Join(path.Dir(p), attr(n, "href"))
			}
		}
	}
	if got := alternates[borderEN]; len(got) != 4 || got["fa"] != "fa/story/2026/11/20/border/index.html" || got["x-default"] != borderEN {
		t.Errorf("%s: alternates %v", borderEN, got)
	}
	for p, all := range alternates {
		for _, to := range all {
			if !maps.Equal(alternates[to], all) {
				t.Errorf("%s names %s, which has other alternates: %v and %v", p, to, all, alternates[to])
			}
		}
		lang, _, _ := strings.Cut(p, "/")
		if len(all) > 0 && p != "index.html" && all[lang] != p {
			t.Errorf("%s does not name itself: %v", p, all)
		}
	}
}

// TestEveryPage looks for what every page must have: language and direction, one h1, headings that skip no level, a
// policy that lets only this page's style in, no script.
func TestEveryPage(t *testing.T) {
	s := newSite(t, specimenConfig)
	for p, doc := range pages(t, renderAll(t, s, specimen())) {
		var style, policy string
		level, tops, mains := 0, 0, 0
		for n := range elements(doc) {
			switch n.Data {
			case "html":
				want := map[string]string{"fa": "rtl", "en": "ltr", "ru": "ltr", "sw": "ltr"}[attr(n, "lang")]
				if lang := attr(n, "lang"); attr(n, "dir") != want || !strings.HasPrefix(p, lang+"/") && p != "index.html" {
					t.Errorf("%s: lang %q, dir %q", p, lang, attr(n, "dir"))
				}
			case "style":
				style = textOf(n)
			case "meta":
				if attr(n, "http-equiv") == "Content-Security-Policy" {
					policy = attr(n, "content")
				}
			case "main":
				mains++
			case "h1", "h2", "h3", "h4":
				l := int(n.Data[1] - '0')
				if l > level+1 {
					t.Errorf("%s: <%s> %q after level %d", p, n.Data, textOf(n), level)
				}
				if level = l; l == 1 {
					tops++
				}
			case "script":
				if attr(n, "type") != "application/ld+json" { // which is none: it is never run
					t.Errorf("%s: has a script", p)
				}
			case "iframe", "object", "embed", "form", "base":
				t.Errorf("%s: has <%s>", p, n.Data)
			case "img":
				if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) || attr(n, "width") == "" {
					t.Errorf("%s: a picture without alt or size", p)
				}
			}
			if attr(n, "style") != "" {
				t.Errorf("%s: <%s> has a style of its own", p, n.Data)
			}
		}
		if tops != 1 || mains != 1 {
			t.Errorf("%s: %d h1, %d main", p, tops, mains)
		}
		sum := sha256.Sum256([]byte(style))
		if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy, "'sha256-"+hash+"'") {
			t.Errorf("%s: the policy %q does not let the style with %s in", p, policy, hash)
		}
	}
}

func TestSecretsStay(t *testing.T) {
	for p, f := range renderAll(t, newSite(t, specimenConfig), specimen()) {
		for _, secret := range []string{"SECRET-IDENTITY", "PROTECTED-NAME", hexOf("a")[:8] + "-"} {
			if bytes.Contains(f.Body, []byte(secret)) || strings.Contains(p, secret) {
				t.Errorf("%s tells %s", p, secret)
			}
		}
	}
}

// TestTextSurvives makes sure that the words on a page and in the feeds are the article's own, to the byte.
func TestTextSurvives(t *testing.T) {
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	for _, p := range []string{borderEN, "fa/story/2026/11/20/border/index.html"} {
		if doc := pages(t, files)[p]; !strings.Contains(textOf(doc), trickyText) {
			t.Errorf("%s: the text is not in it", p)
		}
	}
	for p, content := range feedContents(t, files, "fa") {
		doc, err := html.Parse(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(textOf(doc), trickyText) {
			t.Errorf("%s: the text is not in it", p)
		}
	}
}

// feedContents returns the HTML of the newest entry of each of a language's feeds, as a feed reader finds it.
func feedContents(t *testing.T, files map[string]site.File, lang string) map[string]string {
	t.Helper()
	var atom struct {
		Entry []struct {
			Content string `xml:"content"`
		} `xml:"entry"`
	}
	var rss struct {
		Item []struct {
			Content string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
		} `xml:"channel>item"`
	}
	var feed struct {
		Items []struct{ Content_html string }
	}
	a, r, j := site.FeedPaths(lang)
	if err := xml.Unmarshal(files[a].Body, &atom); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(files[r].Body, &rss); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(files[j].Body, &feed); err != nil {
		t.Fatal(err)
	}
	return map[string]string{a: atom.Entry[0].Content, r: rss.Item[0].Content, j: feed.Items[0].Content_html}
}

func TestFingerprint(t *testing.T) {
	a := newSite(t, specimenConfig).Fingerprint()
	other := specimenConfig
	other.Tagline = map[string]string{"": "Other news"}
	if b := newSite(t, other).Fingerprint(); a == b || len(a) != 64 {
		t.Errorf("%s and %s: want two hashes", a, b)
	}
	if b := newSite(t, specimenConfig).Fingerprint(); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}

// TestFingerprintCoversTheCode makes sure that no file of this package that shapes pages is left out of the fingerprint.
func TestFingerprintCoversTheCode(t *testing.T) {
	source, err := os.ReadFile("site.go")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var embedded []string
	for line := range strings.Lines(string(source)) {
		if list, ok := strings.CutPrefix(line, "//go:embed "); ok {
			embedded = append(embedded, strings.Fields(list)...)
		}
	}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") && !slices.Contains(embedded, name) {
			t.Errorf("%s is not embedded", name)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, tt := range []struct {
		cfg  site.Config
		want string
	}{
		{site.Config{Languages: []string{"en"}}, "no name"},
		{site.Config{Name: "N"}, "1 to 256 languages"},
		{site.Config{Name: "N", Languages: []string{"en", "log"}}, "a name of the format's own"},
		{site.Config{Name: "N", Languages: []string{"en", "en"}}, "twice"},
		{site.Config{Name: "N", Languages: []string{"en-us"}}, `"en-US"`},
		{site.Config{Name: "N", Languages: []string{"../x"}}, "../x"},
		{site.Config{Name: "N", Languages: []string{"log"}}, "the format's own"},
		{site.Config{Name: "N", Languages: []string{"en"}, BaseURL: "news.example"}, "base URL"},
		{site.Config{Name: "N", Languages: []string{"en"}, BaseURL: "javascript:alert(1)"}, "base URL"},
	} {
		if _, err := site.New(tt.cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want one with %q", tt.cfg, err, tt.want)
		}
	}
}

// BenchmarkStoryPage renders a story in thirty languages: the time is that of thirty pages.
func BenchmarkStoryPage(b *testing.B) {
	cfg := specimenConfig
	cfg.Languages = strings.Fields("ar az ba be bg bs ckb en fa fa-AF hr hu hy ka kk ky mk ps ro ru sq sr-Cyrl sr-Latn tg tk tt ug uk ur uz")
	s, snap := newSite(b, cfg), specimen()
	st := snap.stories[0]
	st.Articles = nil
	for _, tag := range cfg.Languages {
		a := snap.stories[0].Articles[0]
		a.Lang = tag
		st.Articles = append(st.Articles, a)
	}
	one := memory{stories: []news.Story{st}, media: specimenMedia}
	for b.Loop() {
		if _, err := s.Render(context.Background(), one, site.Unit{Kind: site.Story, Story: st.ID}); err != nil {
			b.Fatal(err)
		}
	}
}
