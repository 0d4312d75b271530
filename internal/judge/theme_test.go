package judge_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTheme looks at the edge cases of WordPress's theme unit test as they are published: what their pages must say and must
// not, and in a browser whether each fits the narrowest screen and axe-core has nothing against it.
func TestTheme(t *testing.T) {
	r := themeRoom(t)
	stories := slices.DeleteFunc(slices.Clone(r.pages), func(p string) bool { return kind(p) != "story" || language(p) != "en" })
	if len(stories) != 56+21-1 {
		t.Errorf("%d stories are published, want 56 posts and 21 pages but the one behind a password", len(stories))
	}
	for _, c := range []struct{ page, headline, has string }{
		{"2013/01/05/markup-title-with-markup", "Markup: Title With Markup", "<sup>super</sup>"},
		{"2013/01/05/title-with-special-characters", "Markup: Title With Special Characters ~`!@#$%^&amp;*()-_=&#43;{}[]/\\;:&#39;&#34;?,.&gt;", "Latin Character Tests"},
		{"2009/10/05/title-should-not-overflow-the-content-area", "Taumatawhakatangihangakoauauotamateaturipukakapikimaungahoronukupokaiwhenuakitanatahu", "word-wrap: break-word"},
		{"2009/09/05/edge-case-no-title", "This post has no title, but it still must link to the single post view somehow", "permalink"},
		{"2009/08/06/edge-case-no-content", "Edge Case: No Content", "Topics"},
		{"2009/06/01/edge-case-many-tags", "Edge Case: Many Tags", "/topic/css"},
		{"2009/07/02/edge-case-many-categories", "Edge Case: Many Categories", "/topic/child-category-05"},
		{"2009/05/15/edge-case-nested-and-mixed-lists", "Edge Case: Nested And Mixed Lists", "<ol>"},
		{"2010/09/10/post-format-gallery", "Post Format: Gallery", "Bell on wharf in San Francisco"},
		{"2010/02/05/post-format-quote", "Post Format: Quote", "<blockquote>"},
		{"2010/06/02/post-format-video-youtube", "Post Format: Video (YouTube)", "www.youtube.com"},
		{"2012/01/08/template-paginated", "Template: Paginated", "<hr>"},
		{"2018/11/01/blocks-formatting", "Block category: Formatting", "&lt;!-- wp:code --&gt;"},
		{"2023/01/13/text-category-blocks", "WP 6.1 Text category blocks", `class="pull"`},
		{"2020/02/14/greek", "Ελληνικά-Greek", "Ελληνικά"},
	} {
		page := string(r.read(t, "en/story/"+c.page+"/index.html"))
		heads := heading1.FindAllStringSubmatch(page, -1)
		if len(heads) != 1 || strings.TrimSpace(heads[0][1]) != c.headline || !strings.Contains(page, c.has) {
			t.Errorf("%s: the headline %q, want %q, and %q in it", c.page, heads, c.headline, c.has)
		}
	}
	t.Run("nothing of drafts", func(t *testing.T) { readsNothing(t, r) })
	t.Run("in a browser", func(t *testing.T) {
		script, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
		if err != nil {
			t.Fatal(err)
		}
		site, tab := r.serve(t), openTab(t, openBrowser(t))
		if err := chromedp.Do(tab, bring(string(script))); err != nil {
			t.Fatal(err)
		}
		for i, p := range stories {
			judge(t, tab, site, p, screens[i%len(screens):][:1])
		}
	})
}

var heading1 = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)

// readsNothing wants the words of drafts, of what a password protects, of what is due later, of readers and of shortcodes in no file that is published.
func readsNothing(t *testing.T, r room) {
	err := filepath.WalkDir(r.public, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".html", ".json", ".atom", ".rss", ".txt"}, filepath.Ext(name)) {
			return err
		}
		b, err := os.ReadFile(name)
		for _, secret := range []string{
			"This post is drafted", "until the password is entered", "scheduled to be published in the future", "This test post needs a comment",
			"[gallery", "[caption", "<!-- wp:paragraph", "&lt;!-- wp:paragraph", "files.wordpress.com/2008/06/windmill.jpg",
		} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s: %q", strings.TrimPrefix(name, r.public), secret)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
