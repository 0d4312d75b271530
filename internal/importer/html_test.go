package importer_test

import (
	"net/url"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// para is a paragraph of spans.
func para(spans ...news.Span) news.Block { return news.Block{Kind: news.Paragraph, Text: spans} }

// word is a span without marks.
func word(s string) news.Span { return news.Span{Text: s} }

// link is an embed, which is shown as a link.
func link(address, text string) news.Block {
	return news.Block{Kind: news.Embed, URL: address, Text: []news.Span{{Text: text}}}
}

func TestHTML(t *testing.T) {
	base, err := url.Parse("https://news.example/2026/story")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, in string
		want     []news.Block
	}{
		{"paragraphs", "<p>One\n  line</p> <p>Two</p>three<div>four</div>", []news.Block{para(word("One line")), para(word("Two")), para(word("three")), para(word("four"))}},
		{"empty ones", "<p></p><p> </p><p>&nbsp;</p><p>\u200B</p><div><br></div>", nil},
		{"marks", "a <b>b</b> <i>c <strong>d</strong></i><del>e</del>x<sup>2</sup><sub>3</sub> <code>f</code>", []news.Block{para(
			word("a "), news.Span{Text: "b", Mark: news.Strong}, word(" "), news.Span{Text: "c ", Mark: news.Emphasis},
			news.Span{Text: "d", Mark: news.Emphasis | news.Strong}, news.Span{Text: "e", Mark: news.Struck}, word("x"),
			news.Span{Text: "2", Mark: news.Superscript}, news.Span{Text: "3", Mark: news.Subscript}, word(" "),
			news.Span{Text: "f", Mark: news.Monospace})}},
		{"equal neighbours", "<b>a</b><strong>b</strong><span>c</span>d", []news.Block{para(news.Span{Text: "ab", Mark: news.Strong}, word("cd"))}},
		{"a mark across elements", "e<span>\u0301</span>", []news.Block{para(word("é"))}},
		{"spaces", "a <b> b </b> c", []news.Block{para(word("a "), news.Span{Text: "b ", Mark: news.Strong}, word("c"))}},
		{"no-break spaces and joiners", "10&nbsp;000 می&zwnj;رود", []news.Block{para(word("10\u00A0000 می\u200Cرود"))}},
		{"line breaks", "a <br> b<br><br>c<br>", []news.Block{para(news.Span{Text: "a", Mark: news.Break}, word("b")), para(word("c"))}},
		{"links", `<a href="../x?q=1#f">a</a><a href="mailto:desk@news.example">b</a><a href="javascript:alert(1)">c</a><a href="#top">d</a><a>e</a><a href="//Ж.example:80/я">f</a>`, []news.Block{para(
			news.Span{Text: "a", Link: "https://news.example/x?q=1#f"}, news.Span{Text: "b", Link: "mailto:desk@news.example"}, word("cde"),
			news.Span{Text: "f", Link: "https://xn--f1a.example:80/%D1%8F"})}},
		{"a password", `<a href="https://me:secret@news.example/">a</a>`, []news.Block{para(news.Span{Text: "a", Link: "https://news.example/"})}},
		{"a link around paragraphs", `<a href="/x"><p>a</p><p>b</p></a>`, []news.Block{
			para(news.Span{Text: "a", Link: "https://news.example/x"}), para(news.Span{Text: "b", Link: "https://news.example/x"})}},
		{"languages", `<p lang="ru-ru">да <span lang="EN">yes</span></p><span lang="x y">z</span>`, []news.Block{
			para(news.Span{Text: "да ", Lang: "ru-RU"}, word("yes")), para(word("z"))}},
		{"directions", `<bdi>a</bdi> <span dir="rtl">b</span> <bdo dir="ltr">c</bdo>`, []news.Block{para(word("\u2068a\u2069 \u2067b\u2069 \u2066\u202Dc\u202C\u2069"))}},
		{"headings", "<h1>a</h1><h2>b</h2><h3>c</h3><h5><b>d</b></h5><h2></h2>", []news.Block{
			{Kind: news.Heading, Level: 2, Text: []news.Span{word("a")}}, {Kind: news.Heading, Level: 2, Text: []news.Span{word("b")}},
			{Kind: news.Heading, Level: 3, Text: []news.Span{word("c")}}, {Kind: news.Heading, Level: 4, Text: []news.Span{{Text: "d", Mark: news.Strong}}}}},
		{"quote", "<blockquote><p>a</p><p>b</p><cite>Nozim</cite></blockquote>", []news.Block{
			{Kind: news.Quote, Blocks: []news.Block{para(word("a")), para(word("b"))}, Text: []news.Span{word("Nozim")}}}},
		{"short quote", "<q>a</q>", []news.Block{para(word("“a”"))}},
		{"lists", "<ul><li>a<ol><li>b</ol><li><p>c</p><p>d</p><li></ul>", []news.Block{{Kind: news.List, Items: [][]news.Block{
			{para(word("a")), {Kind: news.List, Ordered: true, Items: [][]news.Block{{para(word("b"))}}}}, {para(word("c")), para(word("d"))}}}}},
		{"a list in a list's place", "<ul><li>a</li><ul><li>b</li></ul></ul>", []news.Block{{Kind: news.List, Items: [][]news.Block{
			{para(word("a")), {Kind: news.List, Items: [][]news.Block{{para(word("b"))}}}}}}}},
		{"definitions", "<dl><dt>a<dd>b</dl>", []news.Block{para(news.Span{Text: "a", Mark: news.Strong}), para(word("b"))}},
		{"table", "<table><caption>T</caption><thead><tr><th>a<th>b</thead><tr><td>1<td>2<br>3<tr><td colspan=2><p>4</p><p>5</p><tr><td>6</table>", []news.Block{
			{Kind: news.Table, Header: true, Text: []news.Span{word("T")}, Rows: [][][]news.Span{
				{{word("a")}, {word("b")}}, {{word("1")}, {{Text: "2", Mark: news.Break}, word("3")}},
				{{{Text: "4", Mark: news.Break}, word("5")}, nil}, {{word("6")}, nil}}}}},
		{"table for its looks", "<table><tr><td><p>a</p><ul><li>b</ul></td></tr></table>", []news.Block{
			para(word("a")), {Kind: news.List, Items: [][]news.Block{{para(word("b"))}}}}},
		{"program text", "<pre><code>\nif x {\n\ty()\n}\n</code></pre>", []news.Block{{Kind: news.Code, Text: []news.Span{word("if x {\n\ty()\n}")}}}},
		{"rule", "a<hr>b", []news.Block{para(word("a")), {Kind: news.Rule}, para(word("b"))}},
		{"picture", `<p>One <img src="/a.jpg" alt="A road"> sentence.</p>`, []news.Block{
			para(word("One sentence.")), link("https://news.example/a.jpg", "A road")}},
		{"picture without words", `<img src="/a/b.jpg">`, []news.Block{link("https://news.example/a/b.jpg", "news.example b.jpg")}},
		{"lazy picture", `<img src="data:image/gif;base64,R0lGOD" data-src="a.jpg" alt="A"><noscript><img src="a.jpg"></noscript>`, []news.Block{link("https://news.example/2026/a.jpg", "A")}},
		{"counter", `a<img src="https://count.example/1.gif" width="1" height="1">`, []news.Block{para(word("a"))}},
		{"emoji", `a <img src="https://s.example/1f600.png" alt="😀">`, []news.Block{para(word("a 😀"))}},
		{"figure", `<figure><picture><source srcset="x"><img src="a.jpg" alt="A"></picture><figcaption>The <a href="/r">road</a></figcaption></figure>`, []news.Block{link("https://news.example/2026/a.jpg", "The road")}},
		{"frames and sounds", `<iframe src="https://video.example/1" title="Speech">x</iframe><video><source src="v.mp4">no</video><object data="/o.pdf"></object><audio></audio>`, []news.Block{
			link("https://video.example/1", "Speech"), link("https://news.example/2026/v.mp4", "news.example v.mp4"), link("https://news.example/o.pdf", "news.example o.pdf")}},
		{"what goes whole", `a<script>x</script><style>y</style><form><input>z<button>k</button></form><svg><text>w</text></svg><!-- v -->b`, []news.Block{para(word("ab"))}},
		{"a stray end tag", `a</form></object></iframe></script><form>x</form>b<object></object>c`, []news.Block{para(word("abc"))}},
		{"unknown elements", `<custom-tag onclick="x()">a</custom-tag> <font color=red>b</font>`, []news.Block{para(word("a b"))}},
		{"Windows-1252", "&#147;a&#x94; \u0084b\u0094", []news.Block{para(word("“a” „b”"))}},
	} {
		clean := importer.NewCleaner("en")
		got, err := clean.HTML(c.in, base)
		if err != nil || !equalBlocks(got, c.want) {
			t.Errorf("%s (%v):\n got %s\nwant %s", c.name, err, show(got), show(c.want))
		}
		checkValid(t, c.in, got)
	}
}

// checkValid fails where a story with this body is not valid, or shows an empty paragraph.
func checkValid(t *testing.T, in string, body []news.Block) {
	t.Helper()
	s := news.Story{ID: "x", Articles: []news.Article{{Lang: "en", Status: news.Draft, Revision: news.Revision{Headline: "x", Body: body}}}}
	if err := s.Validate(); err != nil && !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("%.200q: %v", in, err)
	}
	for _, b := range body {
		text := ""
		for _, s := range b.Text {
			text += s.Text
		}
		if (b.Kind == news.Paragraph || b.Kind == news.Heading) && importer.Blank(text) {
			t.Errorf("%.200q: an empty %s", in, b.Kind)
		}
	}
}

func TestHTMLNotes(t *testing.T) {
	clean := importer.NewCleaner("en")
	if _, err := clean.HTML(`<form>x</form><img src="data:,x" alt="Road"><iframe></iframe>`, nil); err != nil {
		t.Fatal(err)
	}
	want := `left out a form|left out a picture without an address of its own: "Road"|left out what has no address: <iframe>`
	if got := strings.Join(clean.Notes(), "|"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHTMLLimits(t *testing.T) {
	clean := importer.NewCleaner("en")
	for name, in := range map[string]string{
		"size": strings.Repeat("x", importer.MaxHTML+1), "depth": strings.Repeat("<div>", 1000),
	} {
		if _, err := clean.HTML(in, nil); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	deep := strings.Repeat("<blockquote><ul><li>", 100) + "x"
	body, err := clean.HTML(deep, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkValid(t, deep, body)
}

// TestHTMLTakesLinearTime reads shapes that would take hours if a step looked back over all that was read before: the
// test would not come to its end.
func TestHTMLTakesLinearTime(t *testing.T) {
	for _, crumb := range []string{
		"<i></i>a", "<i>a</i>b", "<br>", "a<br>", "<p>", "<li>", "<table>", "<td colspan=64>", "<tr><td colspan=999>x",
		"<a href=x>", "<img alt=a src=http://x/>", "<span dir=rtl>a</span>", "<b><p>", "<a><b>", "</p>", "<svg>", "<!--", "<blockquote>", "<pre>a", "<li><p>a</p>",
	} {
		in := "<table><tr>" + strings.Repeat(crumb, 200_000/len(crumb))
		if _, err := importer.NewCleaner("en").HTML(in, nil); err != nil {
			t.Logf("%q, %d bytes: %v", crumb, len(in), err)
		}
	}
}

func FuzzHTML(f *testing.F) {
	f.Add(`<p>One <b>two</b> <a href="/x">three</a><br><br>four<img src="a.jpg" alt="A"></p>`)
	f.Add(`<ul><li>a<blockquote><table><tr><th>b<td colspan=3>c</table><pre>d</pre></blockquote><li></ul><h1>e</h1>`)
	f.Add(`<figure><iframe src="//x.example"></iframe><figcaption>f</figcaption></figure><bdo dir=rtl>g</bdo>`)
	base, err := url.Parse("https://news.example/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		body, err := importer.NewCleaner("en").HTML(in, base)
		if err == nil {
			checkValid(t, in, body)
		}
	})
}

func TestSlug(t *testing.T) {
	for link, want := range map[string]string{
		"https://news.example/2026/Border-Story.html": "border-story", "https://news.example/ru/123": "",
		"https://news.example/a_b/": "a-b", "https://news.example/x/index.php": "x", "https://news.example/?p=3": "",
		"https://news.example/%D1%8F": "", "https://news.example": "", "": "", "https://news.example/-": "",
	} {
		if got := importer.Slug(link); got != want {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"en": "en", "en-us": "en-US", "en_US": "en-US", "sr-cyrl": "sr-Cyrl", "fa-AF": "fa-AF", "iw": "he", " ru ": "ru",
		"": "", "und": "", "klingonish": "", "en-": "", "x y": "",
	} {
		if got, err := importer.Language(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q (%v), want %q", in, got, err, want)
		}
	}
}
