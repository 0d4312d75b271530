// Package wxrgen writes exports of a WordPress site that never was, of any size: for tests, for measuring, and for whoever
// wants to see what an import does before it gets the real one.
//
// The site is a newsroom's: posts in five languages that are tied by Polylang, of the block editor and of the classic one,
// with pictures, links among each other, categories, tags, authors and comments; drafts, scheduled posts and what lies in
// the bin. The same seed and size make the same bytes. It is no part of the import, which must not know it.
//
//	counts, err := wxrgen.Write(file, wxrgen.Options{Seed: 1, Size: 2 << 30})
package wxrgen

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Options say what is written.
type Options struct {
	// Seed makes one site differ from another.
	Seed uint64
	// Size is about how many bytes the export has.
	Size int64
}

// Home is the address of the site that never was.
const Home = "https://lantern.example"

// The site's measures: of a newsroom of some size.
const (
	authors, categories, tags = 40, 30, 500
)

// Write writes an export, and returns what it has by kind, as the report of its import counts: post, page, attachment,
// comment, author, category, tag, term, nav_menu_item, and one file.
func Write(w io.Writer, opt Options) (map[string]int, error) {
	out := &counted{w: bufio.NewWriterSize(w, 1<<20)}
	g := &site{rand: rand.New(rand.NewPCG(opt.Seed, 0)), out: out, has: map[string]int{"file": 1}}
	g.head()
	for out.n < opt.Size && out.err == nil {
		g.story()
	}
	g.printf("</channel>\n</rss>\n")
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return g.has, out.err
}

// A counted writer counts bytes and keeps the first error.
type counted struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// A site is one that is being made up.
type site struct {
	rand *rand.Rand
	out  *counted
	has  map[string]int
	// id is the last that was given, day how many days after the site's first it is.
	id  int
	day int
	// after is what stands in the open item after its text.
	after string
	// posts are some that were written lately, which others link to.
	posts [64]string
}

func (g *site) printf(format string, args ...any) { fmt.Fprintf(g.out, format, args...) }

// chance says yes so many times of a hundred.
func (g *site) chance(percent int) bool { return g.rand.IntN(100) < percent }

// head writes what stands before the items.
func (g *site) head() {
	g.printf(`<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file of a site that never was. -->
<!-- generator="WordPress/6.8" created="2026-11-01 10:00" -->
<rss version="2.0"
	xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
	<title>The Lantern</title>
	<link>%[1]s</link>
	<language>en-US</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_site_url>%[1]s</wp:base_site_url>
	<wp:base_blog_url>%[1]s</wp:base_blog_url>
`, Home)
	for i := range authors {
		g.printf("	<wp:author><wp:author_id>%d</wp:author_id><wp:author_login><![CDATA[author%[1]d]]></wp:author_login>"+
			"<wp:author_email><![CDATA[author%[1]d@lantern.example]]></wp:author_email>"+
			"<wp:author_display_name><![CDATA[%s]]></wp:author_display_name></wp:author>\n", i, name(i))
	}
	for i := range categories {
		g.printf("	<wp:category><wp:term_id>%d</wp:term_id><wp:category_nicename><![CDATA[category-%[1]d]]></wp:category_nicename>"+
			"<wp:category_parent><![CDATA[]]></wp:category_parent><wp:cat_name><![CDATA[%s]]></wp:cat_name></wp:category>\n", i, termName(i))
	}
	for i := range tags {
		g.printf("	<wp:tag><wp:term_id>%d</wp:term_id><wp:tag_slug><![CDATA[tag-%[2]d]]></wp:tag_slug>"+
			"<wp:tag_name><![CDATA[%s]]></wp:tag_name></wp:tag>\n", 1000+i, i, termName(i))
	}
	for i, l := range languages() {
		g.printf("	<wp:term><wp:term_id>%d</wp:term_id><wp:term_taxonomy><![CDATA[language]]></wp:term_taxonomy>"+
			"<wp:term_slug><![CDATA[%s]]></wp:term_slug><wp:term_name><![CDATA[%[2]s]]></wp:term_name>"+
			"<wp:term_description><![CDATA[a:1:{s:6:\"locale\";s:%d:\"%s\";}]]></wp:term_description></wp:term>\n",
			5000+i, l.slug, len(l.locale), l.locale)
	}
	g.has["author"], g.has["category"], g.has["tag"], g.has["term"] = authors, categories, tags, len(languages())
}

// story writes a piece of news: a picture half of the time, and a post in one language or in several.
func (g *site) story() {
	g.day += g.rand.IntN(2)
	picture := 0
	if g.chance(50) {
		picture = g.picture()
	}
	all := languages()
	first := g.rand.IntN(len(all))
	n := 1
	if g.chance(15) {
		n += 1 + g.rand.IntN(2)
	}
	group := ""
	if n > 1 {
		group = fmt.Sprintf("pll_%d", g.id)
	}
	for i := range n {
		g.post(all[(first+i)%len(all)], picture, group)
	}
}

// open writes the beginning of an item, of the next ID.
func (g *site) open(title, link, slug, kind, status string) {
	g.id++
	g.has[kind]++
	local := time.Date(2012, 3, 4, 8, 0, 0, 0, time.UTC).AddDate(0, 0, g.day%5000).Add(time.Duration(g.rand.IntN(720)) * time.Minute)
	gmt := local.Add(-3 * time.Hour).Format(time.DateTime)
	if status == "draft" {
		gmt = "0000-00-00 00:00:00"
	}
	g.printf(`	<item>
		<title><![CDATA[%s]]></title>
		<link>%s</link>
		<pubDate>%s</pubDate>
		<dc:creator><![CDATA[author%d]]></dc:creator>
		<guid isPermaLink="false">%s/?p=%d</guid>
		<description></description>
`, title, link, local.Add(-3*time.Hour).Format(time.RFC1123Z), g.rand.IntN(authors), Home, g.id)
	g.after = fmt.Sprintf(`		<wp:post_id>%d</wp:post_id>
		<wp:post_date><![CDATA[%s]]></wp:post_date>
		<wp:post_date_gmt><![CDATA[%s]]></wp:post_date_gmt>
		<wp:comment_status><![CDATA[open]]></wp:comment_status>
		<wp:ping_status><![CDATA[open]]></wp:ping_status>
		<wp:post_name><![CDATA[%s]]></wp:post_name>
		<wp:status><![CDATA[%s]]></wp:status>
		<wp:post_parent>0</wp:post_parent>
		<wp:menu_order>0</wp:menu_order>
		<wp:post_type><![CDATA[%s]]></wp:post_type>
		<wp:post_password><![CDATA[]]></wp:post_password>
		<wp:is_sticky>0</wp:is_sticky>
`, g.id, local.Format(time.DateTime), gmt, slug, status, kind)
}

// meta writes a field of an item.
func (g *site) meta(key, value string) {
	g.printf("		<wp:postmeta>\n		<wp:meta_key><![CDATA[%s]]></wp:meta_key>\n		<wp:meta_value><![CDATA[%s]]></wp:meta_value>\n		</wp:postmeta>\n", key, value)
}

// picture writes a media file and returns its ID.
func (g *site) picture() int {
	all := languages()
	l := all[g.rand.IntN(len(all))]
	file := fmt.Sprintf("%s/wp-content/uploads/2014/05/picture-%d.jpg", Home, g.id+1)
	g.open(fmt.Sprintf("picture-%d", g.id+1), fmt.Sprintf("%s/picture-%d/", Home, g.id+1), fmt.Sprintf("picture-%d", g.id+1), "attachment", "inherit")
	g.printf("		<content:encoded><![CDATA[]]></content:encoded>\n		<excerpt:encoded><![CDATA[%s]]></excerpt:encoded>\n%s		<wp:attachment_url><![CDATA[%s]]></wp:attachment_url>\n",
		g.sentence(l), g.after, file)
	g.meta("_wp_attached_file", fmt.Sprintf("2014/05/picture-%d.jpg", g.id))
	g.meta("_wp_attachment_metadata", `a:5:{s:5:"width";i:1600;s:6:"height";i:1067;s:4:"file";s:22:"2014/05/picture.jpg";s:5:"sizes";a:2:{s:6:"medium";a:4:{s:4:"file";s:19:"picture-300x200.jpg";s:5:"width";i:300;s:6:"height";i:200;s:9:"mime-type";s:10:"image/jpeg";}s:9:"thumbnail";a:4:{s:4:"file";s:19:"picture-150x150.jpg";s:5:"width";i:150;s:6:"height";i:150;s:9:"mime-type";s:10:"image/jpeg";}}s:10:"image_meta";a:2:{s:8:"aperture";s:1:"4";s:6:"camera";s:10:"Camera 100";}}`)
	g.meta("_wp_attachment_image_alt", g.sentence(l))
	g.meta("_media_credit", name(g.rand.IntN(authors)))
	g.printf("	</item>\n")
	return g.id
}

// post writes a post in a language, with a picture that may be 0, as one of a group of translations, if it is of one.
func (g *site) post(l language, picture int, group string) {
	id := g.id + 1
	kind, status := "post", "publish"
	switch n := g.rand.IntN(1000); {
	case n < 10:
		kind = "page"
	case n < 40:
		status = "draft"
	case n < 50:
		status = "trash"
	case n < 52:
		kind = "nav_menu_item"
	}
	slug := fmt.Sprintf("post-%d", id)
	link := fmt.Sprintf("%s/%s/2014/05/%s/", Home, l.slug, slug)
	g.open(g.sentence(l), link, slug, kind, status)
	g.printf("		<content:encoded><![CDATA[")
	if g.chance(60) {
		g.blocks(l, picture)
	} else {
		g.classic(l, picture)
	}
	g.printf("]]></content:encoded>\n		<excerpt:encoded><![CDATA[")
	if g.chance(50) {
		g.printf("%s", g.sentence(l))
	}
	g.printf("]]></excerpt:encoded>\n%s", g.after)
	g.terms(l, group)
	if picture > 0 {
		g.meta("_thumbnail_id", fmt.Sprint(picture))
	}
	g.meta("_edit_last", "1")
	g.meta("_yoast_wpseo_metadesc", g.sentence(l))
	if g.chance(2) {
		g.meta("_wp_old_slug", slug+"-before")
	}
	g.comments(l)
	g.printf("	</item>\n")
	if kind == "post" && status == "publish" {
		g.posts[g.rand.IntN(len(g.posts))] = link
	}
}

// terms writes the categories and tags of a post, and what Polylang knows of it.
func (g *site) terms(l language, group string) {
	term := func(domain, slug, name string) {
		g.printf("		<category domain=%q nicename=%q><![CDATA[%s]]></category>\n", domain, slug, name)
	}
	c := g.rand.IntN(categories)
	term("category", fmt.Sprintf("category-%d", c), termName(c))
	for range g.rand.IntN(6) {
		t := g.rand.IntN(tags)
		term("post_tag", fmt.Sprintf("tag-%d", t), termName(t))
	}
	term("language", l.slug, l.slug)
	if group != "" {
		term("post_translations", group, group)
	}
}

// comments writes what readers said under a post, and the software of other sites.
func (g *site) comments(l language) {
	for g.chance(60) {
		g.has["comment"]++
		kind, approved := "comment", "1"
		switch n := g.rand.IntN(100); {
		case n < 5:
			kind = "pingback"
		case n < 10:
			approved = "0"
		}
		g.printf(`		<wp:comment>
			<wp:comment_id>%d</wp:comment_id>
			<wp:comment_author><![CDATA[%s]]></wp:comment_author>
			<wp:comment_author_email><![CDATA[reader@mail.example]]></wp:comment_author_email>
			<wp:comment_author_url></wp:comment_author_url>
			<wp:comment_author_IP><![CDATA[192.0.2.%d]]></wp:comment_author_IP>
			<wp:comment_date><![CDATA[2014-05-12 10:%02d:00]]></wp:comment_date>
			<wp:comment_date_gmt><![CDATA[2014-05-12 07:%02[4]d:00]]></wp:comment_date_gmt>
			<wp:comment_content><![CDATA[%[5]s]]></wp:comment_content>
			<wp:comment_approved><![CDATA[%[6]s]]></wp:comment_approved>
			<wp:comment_type><![CDATA[%[7]s]]></wp:comment_type>
			<wp:comment_parent>0</wp:comment_parent>
			<wp:comment_user_id>0</wp:comment_user_id>
		</wp:comment>
`, g.has["comment"], name(g.rand.IntN(1000)), g.rand.IntN(256), g.rand.IntN(60), g.sentence(l), approved, kind)
	}
}
