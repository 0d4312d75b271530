package wordpress

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// media is a site's library for the tests.
type media struct {
	files  map[int64]attachment
	of     map[int64][]int64
	blocks map[int64]string
}

func (m media) attachment(id int64) (attachment, bool) { a, ok := m.files[id]; return a, ok }
func (m media) attached(post int64) []int64            { return m.of[post] }
func (m media) block(id int64) (string, bool)          { b, ok := m.blocks[id]; return b, ok }

const uploads = "https://site.example/wp-content/uploads/"

func testPage(t testing.TB) page {
	base, err := url.Parse("https://site.example/2020/01/post/")
	if err != nil {
		t.Fatal(err)
	}
	return page{id: 1, base: base, lib: media{
		files: map[int64]attachment{
			7: {ID: 7, URL: uploads + "road.jpg", Title: "IMG_1", Alt: "A road", Caption: "The <em>road</em>", Credit: "N. Saidi"},
			8: {ID: 8, URL: uploads + "bridge-300x200.jpg", Title: "The old bridge"},
			9: {ID: 9, URL: uploads + "speech.mp3", Title: "The speech"},
		},
		of: map[int64][]int64{1: {7, 8, 9}},
		blocks: map[int64]string{
			40: "<!-- wp:paragraph --><p>Reused</p><!-- /wp:paragraph -->",
			41: `<!-- wp:block {"ref":41} /-->`,
		},
	}}
}

// outline writes blocks in short: what a test looks at.
func outline(blocks []news.Block) string {
	var b strings.Builder
	for i, block := range blocks {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(string(block.Kind))
		if block.Level > 0 {
			b.WriteByte(byte('0' + block.Level))
		}
		if f := block.Figure; f != nil {
			b.WriteString(" " + strings.TrimPrefix(f.Missing, uploads))
			if f.Alt != "" {
				b.WriteString(" alt=" + f.Alt)
			}
			if f.Caption != nil {
				b.WriteString(" (" + text(f.Caption) + ")")
			}
			if f.Credit != "" {
				b.WriteString(" by " + f.Credit)
			}
		}
		if block.URL != "" {
			b.WriteString(" " + block.URL)
		}
		if block.Text != nil {
			b.WriteString(" " + text(block.Text))
		}
		if block.Blocks != nil {
			b.WriteString(" {" + outline(block.Blocks) + "}")
		}
		for _, item := range block.Items {
			b.WriteString(" [" + outline(item) + "]")
		}
		for _, row := range block.Rows {
			for _, cell := range row {
				b.WriteString(" [" + text(cell) + "]")
			}
		}
	}
	return b.String()
}

func text(spans []news.Span) string {
	var b strings.Builder
	for _, s := range spans {
		marks := ""
		for m, mark := range map[news.Mark]string{news.Strong: "*", news.Emphasis: "_", news.Superscript: "^", news.Monospace: "`"} {
			if s.Mark&m != 0 {
				marks += mark
			}
		}
		b.WriteString(marks + s.Text + marks)
		if s.Link != "" {
			b.WriteString("<" + s.Link + ">")
		}
		if s.Mark&news.Break != 0 {
			b.WriteString("/")
		}
	}
	return b.String()
}

func TestContent(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "One\r\nline\n\nTwo\n \n\nThree\n", "paragraph One/line | paragraph Two | paragraph Three"},
		{"paragraphs around elements", "One\n<h2>Head</h2>\nTwo\n<ul>\n<li>a</li>\n\n<li>b</li>\n</ul>\nThree <em>x</em>\n\n<em>Four</em>\nfive",
			"paragraph One | heading2 Head | paragraph Two | list [paragraph a] [paragraph b] | paragraph Three _x_ | paragraph _Four_/five"},
		{"paragraphs in a quote", "<blockquote>a\n\nb</blockquote>c", "quote {paragraph a | paragraph b} | paragraph c"},
		{"a tag over two lines", "<a\nhref='https://x.example/'>a</a>\nb", "paragraph a<https://x.example/>/b"},
		{"lines of a program", "<pre>a\n\n  b</pre>\n\n[code lang=\"go\"]\nif a[i] &lt; b {\n\n\tx[gallery]\n}\n[/code]", "code a\n\n  b | code if a[i] < b {\n\n\tx[gallery]\n}"},
		{"what is no tag", "1 < 2\n\n3 <- 4", "paragraph 1 < 2 | paragraph 3 <- 4"},
		{"more and next page", "a<!--more-->\n\nb\n<!--nextpage-->\nc", "paragraph a | paragraph b | rule | paragraph c"},
		{"an address by itself", "See:\nhttps://video.example/w?a=1&amp;b=2\nand https://x.example/ there", "paragraph See: | embed https://video.example/w?a=1&b=2 video.example | paragraph and https://x.example/ there"},
		{"a film by itself", "https://site.example/wp-content/uploads/v.mp4", "figure v.mp4 alt=v.mp4"},

		{"caption", `[caption id="attachment_7" width="300"]<a href="` + uploads + `road.jpg"><img class="wp-image-7" src="/wp-content/uploads/road-300x200.jpg" alt="" /></a> The <b>road</b>[/caption]after`,
			"figure road.jpg alt=A road (The *road*) by N. Saidi | paragraph after"},
		{"caption of old", `[wp_caption caption='Words'] <img src="/a.jpg" alt="A">[/wp_caption]`, "figure https://site.example/a.jpg alt=A (Words)"},
		{"caption without an end", `[caption width="3"]<img src="/a.jpg" alt="A"> words`, "paragraph words | figure https://site.example/a.jpg alt=A"},
		{"gallery", `a [gallery ids="8,7" columns=2] b`, "paragraph a | figure bridge-300x200.jpg alt=The old bridge | figure road.jpg alt=A road (The _road_) by N. Saidi | paragraph b"},
		{"gallery of the post", `[gallery exclude=“8”]`, "figure road.jpg alt=A road (The _road_) by N. Saidi"},
		{"sounds", `[audio mp3="/wp-content/uploads/a.mp3"][/audio] [audio https://x.example/b.mp3|titles=x] [playlist]`,
			"figure a.mp3 alt=a.mp3 | figure https://x.example/b.mp3 alt=b.mp3 | figure speech.mp3 alt=The speech"},
		{"video", `[video width="640" mp4="/wp-content/uploads/a.mp4" title="March"][/video]`, "figure a.mp4 alt=March"},
		{"embeds", `[embed width="1"]https://x.example/1[/embed] [youtube=https://www.youtube.com/watch?v=abc&w=3] [youtube id="def"] [vimeo 17] [tweet https://twitter.com/a/status/1]`,
			"embed https://x.example/1 x.example | embed https://www.youtube.com/watch?v=abc&w=3 www.youtube.com | embed https://www.youtube.com/watch?v=def www.youtube.com | embed https://vimeo.com/17 vimeo.com | embed https://twitter.com/a/status/1 twitter.com"},
		{"footnotes", `a[ref]One <i>b</i>[/ref] c[fn]Two[/fn].`, "paragraph a^1^ c^2^. | rule | list [paragraph One _b_] [paragraph Two]"},
		{"words in brackets", `He said [laughs]: "[sic]" [[gallery]] [1] [x y]`, `paragraph He said [laughs]: "[sic]" [gallery] [1] [x y]`},
		{"unknown ones", `[weather city="Khorog"]now[/weather]`, `paragraph [weather city="Khorog"]now[/weather]`},
		{"a page builder", `[vc_row][vc_column width="1/2"][vc_column_text]Words[/vc_column_text][vc_single_image image="7"][/vc_column][/vc_row]`,
			"paragraph Words | figure road.jpg alt=A road (The _road_) by N. Saidi"},
		{"in attributes", `<a href="https://x.example/[gallery]" title="[gallery]">a</a>`, "paragraph a<https://x.example/[gallery]>"},
		{"by way of a service", `<img src="https://i0.wp.com/site.example/wp-content/uploads/a.jpg?resize=3%2C2&ssl=1" alt="A"><img src="https://x.files.wordpress.com/b.jpg?w=300" alt="B">`,
			"figure a.jpg alt=A | figure https://x.files.wordpress.com/b.jpg alt=B"},
		{"a page of the picture alone", `<a href="/road/" rel="attachment wp-att-7"><img class="alignleft wp-image-7" src="/x.jpg"></a>`, "figure road.jpg alt=A road by N. Saidi"},
		{"long words", strings.Repeat("x", 300), "paragraph " + strings.Repeat("x", 300)},
	} {
		t.Run(c.name, func(t *testing.T) { checkContent(t, testPage(t), c.in, c.want) })
	}
}

func TestBlocks(t *testing.T) {
	figure := `<figure class="wp-block-image"><img src="` + uploads + `a-640x480.jpg" alt="A"/><figcaption>C</figcaption></figure>`
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "<!-- wp:paragraph {\"align\":\"right\"} -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:core/heading {\"level\":3} --><h3>H</h3><!-- /wp:core/heading -->", "paragraph a b | heading3 H"},
		{"nested", "<!-- wp:columns --><div><!-- wp:column --><div><!-- wp:group --><div><!-- wp:image -->" + figure + "<!-- /wp:image --></div><!-- /wp:group --></div><!-- /wp:column --></div><!-- /wp:columns -->", "figure a-640x480.jpg alt=A (C)"},
		{"a picture by its ID", `<!-- wp:image {"id":7} --><figure><img src="/s.jpg" alt="" class="wp-image-7"/></figure><!-- /wp:image --><!-- wp:image {"id":8} /-->`, "figure road.jpg alt=A road by N. Saidi | figure bridge-300x200.jpg alt=The old bridge"},
		{"gallery", `<!-- wp:gallery {"ids":["7",8]} /-->`, "figure road.jpg alt=A road (The _road_) by N. Saidi | figure bridge-300x200.jpg alt=The old bridge"},
		{"cover", `<!-- wp:cover {"url":"` + uploads + `c.jpg","id":3,"alt":"A cover","hasParallax":true} --><div role="img" style="background-image:url(x)"></div><div><!-- wp:paragraph --><p>On it</p><!-- /wp:paragraph --></div><!-- /wp:cover -->`, "figure c.jpg alt=A cover | paragraph On it"},
		{"film as cover", `<!-- wp:cover {"url":"` + uploads + `c.mp4","backgroundType":"video"} --><p>On it</p><!-- /wp:cover -->`, "figure c.mp4 alt=c.mp4 | paragraph On it"},
		{"sound", `<!-- wp:audio {"id":9} /-->`, "figure speech.mp3 alt=The speech"},
		{"file", `<!-- wp:file {"href":"` + uploads + `law.pdf"} --><div><a href="` + uploads + `law.pdf">The law</a><a href="x" download>Download</a></div><!-- /wp:file -->`, "paragraph The law<" + uploads + "law.pdf>"},
		{"file without settings", `<!-- wp:file --><div><a href="` + uploads + `law.pdf">The law</a></div><!-- /wp:file -->`, "paragraph The law<" + uploads + "law.pdf>"},
		{"a picture as file", `<!-- wp:file {"id":9} --><div><a href="x">Listen</a></div><!-- /wp:file -->`, "figure speech.mp3 alt=Listen"},
		{"embed", `<!-- wp:embed {"url":"https://x.example/1?a\u0026b"} --><figure><div>https://x.example/1?a&amp;b</div><figcaption>C</figcaption></figure><!-- /wp:embed -->`, "embed https://x.example/1?a&b C"},
		{"embed of old", "<!-- wp:core-embed/twitter --><figure><div>\nhttps://twitter.com/a/status/1\n</div></figure><!-- /wp:core-embed/twitter -->", "embed https://twitter.com/a/status/1 twitter.com"},
		{"an address by itself", "<!-- wp:paragraph --><p>https://x.example/?a&amp;b</p><!-- /wp:paragraph -->", "embed https://x.example/?a&b x.example"},
		{"pull quote", `<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Q</p><cite>N.</cite></blockquote></figure><!-- /wp:pullquote -->`, "pullquote Q/N."},
		{"quote", `<!-- wp:quote --><blockquote class="wp-block-quote"><!-- wp:paragraph --><p>Q</p><!-- /wp:paragraph --><cite>N.</cite></blockquote><!-- /wp:quote -->`, "quote N. {paragraph Q}"},
		{"lists", "<!-- wp:list {\"ordered\":true} --><ol><!-- wp:list-item --><li>a<!-- wp:list --><ul><!-- wp:list-item --><li>b</li><!-- /wp:list-item --></ul><!-- /wp:list --></li><!-- /wp:list-item --></ol><!-- /wp:list -->", "list [paragraph a | list [paragraph b]]"},
		{"table", `<!-- wp:table --><figure class="wp-block-table"><table><thead><tr><th>a</th><th>b</th></tr></thead></table><figcaption>T</figcaption></figure><!-- /wp:table -->`, "table T [a] [b]"},
		{"programs and verse", "<!-- wp:code --><pre class=\"wp-block-code\"><code>&lt;!-- wp:code --&gt;\n[x]</code></pre><!-- /wp:code --><!-- wp:verse --><pre class=\"wp-block-verse\">a\nb<br><br>c</pre><!-- /wp:verse -->", "code <!-- wp:code -->\n[x] | paragraph a/b | paragraph c"},
		{"separator and pages", "<!-- wp:separator --><hr/><!-- /wp:separator --><!-- wp:more --><!--more--><!-- /wp:more --><!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage --><!-- wp:spacer --><div></div><!-- /wp:spacer -->x", "rule | rule | paragraph x"},
		{"buttons and details", `<!-- wp:buttons --><div><!-- wp:button --><div><a href="/x">B</a></div><!-- /wp:button --></div><!-- /wp:buttons --><!-- wp:details --><details><summary>S</summary><!-- wp:paragraph --><p>D</p><!-- /wp:paragraph --></details><!-- /wp:details -->`, "paragraph B<https://site.example/x> | paragraph S | paragraph D"},
		{"links to networks", `<!-- wp:social-links --><ul><!-- wp:social-link {"url":"https://a.example/","service":"a"} /--><!-- wp:social-link {"url":"https://b.example/","service":"b"} /--></ul><!-- /wp:social-links -->`, "list [paragraph a<https://a.example/>] [paragraph b<https://b.example/>]"},
		{"reused", `<!-- wp:block {"ref":40} /-->`, "paragraph Reused"},
		{"shortcode", "<!-- wp:shortcode -->\n[gallery ids=\"8\"]\n<!-- /wp:shortcode -->", "figure bridge-300x200.jpg alt=The old bridge"},
		{"footnotes", `<!-- wp:paragraph --><p>a<sup data-fn="u" class="fn"><a href="#u" id="u-link">1</a></sup></p><!-- /wp:paragraph --><!-- wp:footnotes /-->`, "paragraph a^1^ | rule | list [paragraph One _b_]"},
		{"other comments", "<!-- wp -->a<!-- wp:x y --><!-- /wp:paragraph -->b<!-- wp:paragraph -->c", "paragraph abc"},
		{"crossed ends", "<!-- wp:group --><!-- wp:paragraph --><p>a</p><!-- /wp:group --><!-- /wp:paragraph --><p>b</p>", "paragraph a | paragraph b"},
		{"no end of a comment", "<!-- wp:paragraph --><p>a</p><!-- wp:paragraph", "paragraph a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := testPage(t)
			p.footnotes = `[{"id":"u","content":"One <i>b</i>"}]`
			checkContent(t, p, c.in, c.want)
		})
	}
}

func TestRendered(t *testing.T) {
	p := testPage(t)
	p.rendered = true
	checkContent(t, p, `<p>a [weather x=1]</p><ul class="wp-block-latest-posts__list wp-block-latest-posts"><li>x<ul><li>y</li></ul></li></ul><p>b</p>`+
		`<div class="sharedaddy sd-sharing-enabled"><div>Share</div></div><ul class="wp-block-social-links"><li>s</li></ul><ul class="wp-block-archives"><li>c`,
		"paragraph a [weather x=1] | paragraph b | list [paragraph s] | list [paragraph c]")
	for _, crumb := range []string{`<ul class="wp-block-archives">`, `<ul class="wp-block-archives"></ul>`, "<ul>"} {
		if _, err := content(importer.NewCleaner("en"), p, strings.Repeat(crumb, 200_000/len(crumb))); err != nil {
			t.Logf("%q: %v", crumb, err)
		}
	}
}

func checkContent(t *testing.T, p page, in, want string) {
	t.Helper()
	body, err := content(importer.NewCleaner("en"), p, in)
	if got := outline(body); err != nil || got != want {
		t.Errorf("(%v)\n got %s\nwant %s", err, got, want)
	}
	checkValid(t, in, body)
}

// checkValid fails where a story with this body is not valid.
func checkValid(t *testing.T, in string, body []news.Block) {
	t.Helper()
	s := news.Story{ID: "x", Articles: []news.Article{{Lang: "en", Status: news.Draft, Revision: news.Revision{Headline: "x", Body: body}}}}
	if err := s.Validate(); err != nil && !strings.Contains(err.Error(), "over the limit") {
		b, _ := json.Marshal(body)
		t.Errorf("%.200q: %v\n%.500s", in, err, b)
	}
}

func TestContentNotes(t *testing.T) {
	clean := importer.NewCleaner("en")
	_, err := content(clean, testPage(t), `<!-- wp:latest-posts /--><!-- wp:query --><p>x</p><!-- /wp:query --><!-- wp:acme/box {"a":1} --><p>Kept</p><!-- /wp:acme/box -->`+
		`<!-- wp:acme/map /--><!-- wp:block {"ref":41} /--><!-- wp:block {"ref":5} /--><!-- wp:image {"id":99} /--><!-- wp:paragraph {bad} --><p>[weather city="K"] [contact-form-7 id=3] [gallery ids="98"]</p><!-- /wp:paragraph -->`+
		`<!-- wp:pattern {"slug":"theme/footer"} /-->[vc_row]`)
	want := []string{
		`left out the block "latest-posts": the site filled it in`,
		`left out the block "query": the site filled it in`,
		`kept the text of the block "acme/box", which is not known`,
		`left out the block "acme/map", which is not known and has no text of its own`,
		`left out the reusable block 41: too many, or it refers to itself`,
		`left out the reusable block 5: the source does not have it`,
		`left out the media file 99: the source does not have it`,
		`the settings of a block "paragraph" can't be read`,
		`left out the pattern "theme/footer": it is of the theme`,
		`kept the shortcode [weather] as text: it is not known`,
		`left out the shortcode [contact-form-7]: it is of the site, not of its text`,
		`left out the media file 98: the source does not have it`,
		`took the text out of a page builder's shortcodes, [vc_…]`,
	}
	if got := clean.Notes(); err != nil || !slices.Equal(got, want) {
		t.Errorf("(%v) got\n%s", err, strings.Join(got, "\n"))
	}
}

// TestContentTakesLinearTime reads shapes that would take hours if a step looked back or ahead over all of a text.
func TestContentTakesLinearTime(t *testing.T) {
	for _, crumb := range []string{
		"[caption]", "[caption a=b]x", "[fn]", "[fn]x[/fn]", "[", "[[", "[a ", "[a=\"", "[[gallery]", "<!-- wp:group -->", "<!-- wp:group {\"a\":1} /-->", "<!--", "<!-- wp:x",
		"<pre>", "<", "<a ", "<a href=\"", "\n", "\n\n", "a\n", "https://x.example/\n", "<img class=wp-image-7 ", `<img class="wp-image-7">`, "[gallery]", "<!-- /wp:x -->", "[/caption]", "[youtube]",
	} {
		in := strings.Repeat(crumb, 100_000/len(crumb))
		for _, start := range []string{"", "<!-- wp:group -->"} {
			p := testPage(t)
			p.lib = media{}
			if _, err := content(importer.NewCleaner("en"), p, start+in); err != nil {
				t.Logf("%q: %v", crumb, err)
			}
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add("a\n\n[caption id=\"attachment_7\"]<a href=\"/x.jpg\"><img class=\"wp-image-7\" src=\"/y.jpg\"></a> words[/caption]\n<!--more-->https://x.example/\n[gallery ids=\"7,8\"][fn]x[/fn]<!--nextpage--><pre>a\n</pre>")
	f.Add(`<!-- wp:cover {"url":"https://x.example/a.jpg","id":"7"} --><div><!-- wp:paragraph --><p>a</p><!-- /wp:paragraph --></div><!-- /wp:cover --><!-- wp:gallery {"ids":[7]} /--><!-- wp:footnotes /--><!-- wp:block {"ref":40} /-->`)
	f.Add("<!--><!-- wp:")
	f.Add("<!-- wp:paragraph --><p</p>")
	f.Add(`[[gallery]] [video mp4="https://x.example/a.mp4"][/video] [youtube=https://x.example/&w=1] [vc_single_image image=7] <!-- wp:verse --><pre>a</pre><!-- /wp:verse -->`)
	f.Fuzz(func(t *testing.T, in string) {
		body, err := content(importer.NewCleaner("en"), testPage(t), in)
		if err == nil {
			checkValid(t, in, body)
		}
	})
}

// BenchmarkContent reads a post of the usual size.
func BenchmarkContent(b *testing.B) {
	in := strings.Repeat("<!-- wp:paragraph -->\n<p>"+strings.Repeat("Words of a story with a <a href=\"https://x.example/\">link</a>. ", 8)+"</p>\n<!-- /wp:paragraph -->\n\n", 8) +
		`<!-- wp:image {"id":7} --><figure><img src="/s.jpg" alt="" class="wp-image-7"/><figcaption>Words</figcaption></figure><!-- /wp:image -->`
	p := testPage(b)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := content(importer.NewCleaner("en"), p, in); err != nil {
			b.Fatal(err)
		}
	}
}
