package wordpress_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/wordpress"
	"coranto/internal/news"
)

// themeUnitTest is WordPress's own example of an export. It is no part of the project: what needs it skips without it.
const themeUnitTest = "../../../../shared/fixtures/themeunittestdata.wordpress.xml"

// openExport opens exports for a newsroom of some languages.
func openExport(t *testing.T, opt wordpress.ExportOptions, names ...string) *wordpress.Export {
	t.Helper()
	opt.Scratch = t.TempDir()
	x, err := wordpress.OpenExport(names, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func TestThemeUnitTest(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(themeUnitTest); err != nil {
		t.Skip("the theme unit test is not there")
	}
	st := importertest.NewStore(t)
	read := func() importer.Report {
		r, err := importer.Import(t.Context(), st, openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, themeUnitTest),
			importer.Options{Languages: []string{"en"}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, second := read(), read()
	for kind, want := range map[string]int{"post": 58, "page": 21, "attachment": 37, "comment": 33, "author": 2, "category": 68,
		"tag": 110, "nav_menu_item": 70} {
		if got := first.Kinds[kind]; got.Has != want || !got.AddsUp() {
			t.Errorf("%s: %+v, want %d that add up", kind, got, want)
		}
	}
	if first.New != 79 || first.Refused != 0 || second.New+second.Changed != 0 || second.Unchanged != 79 {
		t.Errorf("at first %d new and %d refused, then %d new, %d changed, %d unchanged; want 79, 0, 0, 0, 79",
			first.New, first.Refused, second.New, second.Changed, second.Unchanged)
	}
	counts := map[string]int{}
	comments := 0
	for id, err := range st.IDs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := st.Story(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		said, err := st.Comments(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		comments += len(said)
		a := s.Articles[0]
		key := "post " + string(a.Status)
		if a.Revision.Standing {
			key = "page " + string(a.Status)
		}
		if a.Published.Year() == 2030 {
			key = "scheduled"
		}
		counts[key]++
	}
	// Of the 56 published posts one is behind a password; of the 33 comments two are pingbacks and two trackbacks.
	want := map[string]int{"post published": 55, "post draft": 2, "scheduled": 1, "page published": 21}
	if fmt.Sprint(counts) != fmt.Sprint(want) || comments != 29 {
		t.Errorf("got %v and %d comments, want %v and 29", counts, comments, want)
	}
}

// wxr returns an export of some items, or of whatever else stands in a channel.
func wxr(t *testing.T, parts ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "site.xml")
	text := `<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.8" created="2026-11-01 10:00" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>The Lantern</title>
	<link>https://lantern.example</link>
	<language>en-US</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_blog_url>https://lantern.example</wp:base_blog_url>
` + strings.Join(parts, "\n") + "\n</channel>\n</rss>\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// post returns an item: a published post of an ID and a title, with more elements.
func post(id int, title string, more ...string) string {
	return fmt.Sprintf(`	<item>
		<title><![CDATA[%s]]></title>
		<link>https://lantern.example/2014/05/12/post-%d/</link>
		<guid isPermaLink="false">https://lantern.example/?p=%[2]d</guid>
		<content:encoded><![CDATA[<p>Text of %[2]d.</p>]]></content:encoded>
		<wp:post_id>%[2]d</wp:post_id>
		<wp:post_date>2014-05-12 09:30:00</wp:post_date>
		<wp:post_date_gmt>2014-05-12 06:30:00</wp:post_date_gmt>
		<wp:post_name>post-%[2]d</wp:post_name>
		<wp:status>publish</wp:status>
		<wp:post_type>post</wp:post_type>
		%[3]s
	</item>`, title, id, strings.Join(more, "\n\t\t"))
}

// meta returns a field of a plug-in.
func meta(key, value string) string {
	return "<wp:postmeta><wp:meta_key>" + key + "</wp:meta_key><wp:meta_value><![CDATA[" + value + "]]></wp:meta_value></wp:postmeta>"
}

// items returns what an export has, all of it.
func items(t *testing.T, x *wordpress.Export) []importer.Item {
	t.Helper()
	if err := x.Survey(t.Context(), &importer.Survey{}); err != nil {
		t.Fatal(err)
	}
	var all []importer.Item
	for it, err := range x.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, it)
	}
	return all
}

// stories returns the stories among items by the ID of their post.
func stories(items []importer.Item) map[string]news.Story {
	all := make(map[string]news.Story)
	for _, it := range items {
		if it.Story != nil {
			all[it.At.Item] = *it.Story
		}
	}
	return all
}

// TestSuite holds exports against what every kind of import must do.
func TestSuite(t *testing.T) {
	t.Parallel()
	picture := `<item><title>road</title><wp:post_id>30</wp:post_id><wp:post_parent>11</wp:post_parent>
		<excerpt:encoded><![CDATA[The <b>road</b>]]></excerpt:encoded>
		<wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>
		<wp:attachment_url>https://lantern.example/wp-content/uploads/road.png</wp:attachment_url>` +
		meta("_wp_attachment_image_alt", "A road") + meta("_media_credit", "Nina Petrova") + `</item>`
	said := `<wp:comment><wp:comment_id>%d</wp:comment_id><wp:comment_author><![CDATA[A reader]]></wp:comment_author>
		<wp:comment_author_email>reader@mail.example</wp:comment_author_email><wp:comment_author_IP>192.0.2.7</wp:comment_author_IP>
		<wp:comment_date_gmt>2014-05-13 08:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[Thank <i>you</i>]]></wp:comment_content>
		<wp:comment_approved>1</wp:comment_approved><wp:comment_type>%s</wp:comment_type></wp:comment>`
	name := wxr(t,
		`<wp:author><wp:author_login>nina</wp:author_login><wp:author_display_name><![CDATA[Nina Petrova]]></wp:author_display_name></wp:author>`,
		`<wp:category><wp:category_nicename>news</wp:category_nicename><wp:cat_name><![CDATA[News]]></wp:cat_name></wp:category>`,
		post(11, "The road", meta("_thumbnail_id", "30"), fmt.Sprintf(said, 1, ""), fmt.Sprintf(said, 2, "pingback")),
		post(12, "A way on", `<category domain="language" nicename="en"><![CDATA[English]]></category>`,
			`<category domain="post_translations" nicename="pll_1"/>`),
		strings.Replace(post(13, "Дорога", `<category domain="language" nicename="ru"/><category domain="post_translations" nicename="pll_1"/>`),
			"<p>Text of 13.</p>", `<p>См. <a href="/?p=11">раньше</a> <img src="https://lantern.example/gone.png" alt="Нет"></p>`, 1),
		post(14, "In another language", meta("_wpml_import_language_code", "pt-br")),
		"<item><title>Broken & open</title><wp:post_id>15</wp:post_id></item>",
		post(11, "The same ID"),
		picture)
	importertest.Run(t, importertest.Kind{
		Languages: []string{"en", "ru"},
		Open: func(t *testing.T) importer.Source {
			return openExport(t, wordpress.ExportOptions{Languages: []string{"en", "ru"}}, name)
		},
		Web: map[string][]byte{"https://lantern.example/wp-content/uploads/road.png": importertest.Picture(1)},
	})
}
