package wordpress_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/wordpress"
)

// FuzzExport reads whatever bytes in place of items: what the survey counts is what comes out, kind by kind, and stories are
// such as a store takes.
func FuzzExport(f *testing.F) {
	for _, seed := range []string{post(1, "A"), post(1, "A") + post(1, "B"), "<item>", "</item>", "<item><![CDATA[", "<wp:author/>", "<wp:tag>",
		"<item><wp:post_id>1</wp:post_id><wp:post_type>attachment</wp:post_type></item>", "<wp:term><wp:term_taxonomy>language</wp:term_taxonomy></wp:term>",
		post(1, "", "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>x</wp:comment_content></wp:comment>"),
		post(3, "[gallery]", meta("_thumbnail_id", "9"), `<category domain="post_translations" nicename="x"/>`)} {
		f.Add(seed)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, between string) {
		name := filepath.Join(dir, "site.xml")
		head := `<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><language>en</language><wp:base_blog_url>https://a.example</wp:base_blog_url>`
		if err := os.WriteFile(name, []byte(head+between+post(7, "Last")+"</channel></rss>"), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := wordpress.OpenExport([]string{name}, wordpress.ExportOptions{Scratch: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		survey := &importer.Survey{}
		if err := x.Survey(t.Context(), survey); err != nil {
			if !strings.Contains(err.Error(), "two sites") {
				t.Fatal(err)
			}
			return
		}
		met := make(map[string]int)
		for it, err := range x.Items(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			met[it.Kind] += max(it.Count, 1)
			if n := len(it.Comments); n > 0 {
				met[importer.KindComment] += n
			}
			for _, c := range it.Comments {
				if err := c.Validate(); err != nil {
					t.Errorf("comment: %v", err)
				}
			}
		}
		if !maps.Equal(met, survey.Has) {
			t.Errorf("the survey has %v, and %v came", survey.Has, met)
		}
	})
}
