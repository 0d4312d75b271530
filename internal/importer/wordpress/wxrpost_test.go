package wordpress_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/wordpress"
	"coranto/internal/news"
)

// TestPost tells what becomes of what a post has besides its text.
func TestPost(t *testing.T) {
	t.Parallel()
	x := openExport(t, wordpress.ExportOptions{Languages: []string{"en", "uk"}}, wxr(t,
		`<wp:author><wp:author_login>nina</wp:author_login><wp:author_email>nina@mail.example</wp:author_email><wp:author_display_name>Nina Petrova</wp:author_display_name></wp:author>`,
		`<wp:term><wp:term_taxonomy>language</wp:term_taxonomy><wp:term_slug>ua</wp:term_slug><wp:term_description><![CDATA[a:1:{s:6:"locale";s:2:"uk";}]]></wp:term_description></wp:term>`,
		post(1, "Rivers &amp; <em>roads</em>", "<dc:creator>nina</dc:creator>",
			`<category domain="category" nicename="uncategorized">Uncategorized</category>`,
			`<category domain="category" nicename="news">News &amp;amp; views</category>`,
			`<category domain="post_tag" nicename="%d0%b2%d0%be%d0%b4%d0%b0">Вода</category>`,
			`<category domain="post_format" nicename="post-format-quote">Quote</category>`,
			`<excerpt:encoded><![CDATA[What the <b>river</b> took.]]></excerpt:encoded>`, meta("_wp_old_slug", "rivers")),
		strings.Replace(post(2, "Річки", `<category domain="language" nicename="ua"/>`), "06:30:00", "00:00:00", 1),
		strings.NewReplacer("2014-05-12 06:30:00", "0000-00-00 00:00:00").Replace(post(3, "No zone")),
		post(4, "Hidden", "<wp:post_password>x</wp:post_password>"),
		strings.Replace(post(5, "Seen by no one"), "<wp:status>publish", "<wp:status>private", 1),
		strings.Replace(post(6, "Thrown away"), "<wp:status>publish", "<wp:status>trash", 1),
		strings.Replace(post(7, "A letter"), "<wp:post_type>post", "<wp:post_type>feedback", 1),
		strings.NewReplacer("<wp:post_type>post", "<wp:post_type>record", "2014/05/12/post-8/", "?post_type=record&amp;p=8").Replace(post(8, "A record")),
		strings.Replace(post(9, "An episode"), "<wp:post_type>post", "<wp:post_type>podcast", 1),
		strings.Replace(post(10, "About us"), "<wp:post_type>post", "<wp:post_type>page", 1),
		post(11, "", `<category domain="author" nicename="cap-artur">artur</category><category domain="author" nicename="cap-nina">nina</category>`),
		`<item><title>Artur Karimi</title><wp:post_id>12</wp:post_id><wp:post_name>cap-artur</wp:post_name><wp:post_type>guest-author</wp:post_type>`+meta("cap-display_name", "Artur Karimi")+`</item>`,
	))
	all := items(t, x)
	got := stories(all)
	first := got["1"].Articles[0]
	want := news.Revision{Headline: "Rivers & roads", Standfirst: "What the river took.",
		Bylines:   []news.Byline{{Name: "Nina Petrova", Slug: "nina-petrova"}},
		Topics:    []news.Topic{{Slug: "news", Name: "News & views"}, {Slug: importer.TopicSlug("Вода"), Name: "Вода"}},
		Body:      []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Text of 1."}}}},
		SourceURL: "https://lantern.example/2014/05/12/post-1/"}
	if fmt.Sprintf("%+v", first.Revision) != fmt.Sprintf("%+v", want) {
		t.Errorf("got %+v, want %+v", first.Revision, want)
	}
	if s := got["1"]; s.ID != "wp:lantern.example:1" || s.Slug != "post-1" || !first.Published.Equal(time.Date(2014, 5, 12, 6, 30, 0, 0, time.UTC)) {
		t.Errorf("got %q, %q of %s", s.ID, s.Slug, first.Published)
	}
	for id, want := range map[string]string{"2": "uk published", "3": "en published", "4": "en draft", "5": "en draft", "8": "en draft",
		"9": "en published", "10": "en published", "6": "", "7": "", "12": ""} {
		a := ""
		if s, ok := got[id]; ok {
			a = s.Articles[0].Lang + " " + string(s.Articles[0].Status)
		}
		if a != want {
			t.Errorf("post %s: got %q, want %q", id, a, want)
		}
	}
	// Most posts that say it were written three hours ahead of UTC.
	if p := got["3"].Articles[0].Published; !p.Equal(time.Date(2014, 5, 12, 6, 30, 0, 0, time.UTC)) {
		t.Errorf("a time without a zone is read as %s", p)
	}
	if !got["10"].Articles[0].Revision.Standing || got["11"].Articles[0].Revision.Headline != "Text of 11" {
		t.Errorf("got %+v and %+v", got["10"].Articles[0].Revision, got["11"].Articles[0].Revision)
	}
	if by := fmt.Sprint(got["11"].Articles[0].Revision.Bylines); by != "[{Artur Karimi  artur-karimi false} {Nina Petrova  nina-petrova false}]" {
		t.Errorf("got the bylines %s", by)
	}
}

// TestMoved tells at which addresses articles stood.
func TestMoved(t *testing.T) {
	t.Parallel()
	x := openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, wxr(t,
		post(1, "First", meta("_wp_old_slug", "before"), meta("_wp_old_date", "2014-05-11")),
		strings.Replace(post(2, "Draft"), "<wp:status>publish", "<wp:status>draft", 1),
		`<item><link>https://lantern.example/2014/05/12/post-1/road/</link><wp:post_id>3</wp:post_id><wp:post_parent>1</wp:post_parent>
			<wp:post_type>attachment</wp:post_type><wp:attachment_url>https://lantern.example/road.png</wp:attachment_url></item>`))
	var got []string
	err := x.Survey(t.Context(), &importer.Survey{Moved: func(_ context.Context, url, story, lang string) error {
		got = append(got, url+" "+story+" "+lang)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	const to = " wp:lantern.example:1 en"
	want := []string{"https://lantern.example/2014/05/12/post-1/" + to, "https://lantern.example/?p=1" + to, "https://lantern.example/?p=1" + to,
		"https://lantern.example/2014/05/12/before/" + to, "https://lantern.example/2014/05/11/post-1/" + to,
		"https://lantern.example/2014/05/12/post-1/road/" + to}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestVersions reads exports of all versions, by whatever prefixes their namespaces have.
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, change := range [][]string{
		nil,
		{"wordpress.org/export/1.2", "wordpress.org/export/1.0"},
		{"http://wordpress.org/export/1.2", "https://wordpress.org/export/1.1"},
		{"wp:", "w:", ":wp=", ":w=", "content:", "text:", ":content=", ":text="},
	} {
		name := wxr(t, post(1, "First"))
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.NewReplacer(change...).Replace(string(b))), 0o600); err != nil {
			t.Fatal(err)
		}
		got := stories(items(t, openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, name)))
		if s := got["1"]; s.ID != "wp:lantern.example:1" || len(s.Articles[0].Revision.Body) != 1 {
			t.Errorf("with %q: got %+v", change, s)
		}
	}
}

// TestTranslations ties posts that a plug-in calls translations of each other.
func TestTranslations(t *testing.T) {
	t.Parallel()
	wpml := func(id int, lang, source string) string {
		return post(id, lang, meta("_wpml_import_language_code", lang), meta("_wpml_import_source_language_code", source), meta("_wpml_import_translation_group", "7"))
	}
	polylang := func(id int, lang string) string {
		return post(id, lang, `<category domain="language" nicename="`+lang+`"/>`, `<category domain="post_translations" nicename="pll_1"/>`)
	}
	got := stories(items(t, openExport(t, wordpress.ExportOptions{}, wxr(t, wpml(1, "en", "fa"), wpml(2, "fa", ""), wpml(3, "ru", "fa"),
		polylang(11, "ru"), polylang(12, "en"), polylang(13, "en"), post(21, "Alone")))))
	for id, want := range map[string]string{"1": "2 en", "2": "2 fa", "3": "2 ru", "11": "11 ru", "12": "11 en", "13": "13 en", "21": "21 en-US"} {
		s := got[id]
		if g := strings.TrimPrefix(s.ID, "wp:lantern.example:") + " " + s.Articles[0].Lang; g != want {
			t.Errorf("post %s: got story and language %q, want %q", id, g, want)
		}
	}
}

// TestParts imports an export of several files, and refuses files of two sites.
func TestParts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, name := range []string{wxr(t, post(1, "First")), wxr(t, post(2, "Second"))} {
		if err := os.Rename(name, filepath.Join(dir, fmt.Sprintf("part-%d.xml", i+9))); err != nil {
			t.Fatal(err)
		}
	}
	all := items(t, openExport(t, wordpress.ExportOptions{}, dir))
	if got := stories(all); len(got) != 2 || !strings.HasSuffix(all[0].At.File, "part-9.xml:12") {
		t.Errorf("got %d stories, the first at %s", len(got), all[0].At)
	}
	name := wxr(t, post(1, "First"))
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, file := range []string{"site.xml", "../site.xml", "notes.txt"} {
		w, err := z.Create(file)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "site.zip")
	if err := os.WriteFile(archive, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	all = items(t, openExport(t, wordpress.ExportOptions{}, archive))
	if got := stories(all); len(got) != 1 || all[0].Err == nil || !strings.Contains(all[0].Err.Error(), "leads out of the archive") {
		t.Errorf("got %d stories, and at first %+v", len(got), all[0])
	}
	other := wxr(t)
	if err := os.WriteFile(other, []byte(strings.ReplaceAll(string(b), "lantern.example", "other.example")), 0o600); err != nil {
		t.Fatal(err)
	}
	err = openExport(t, wordpress.ExportOptions{}, name, other).Survey(t.Context(), &importer.Survey{})
	if err == nil || !strings.Contains(err.Error(), "two sites") {
		t.Errorf("got %v, want that the files are of two sites", err)
	}
}
