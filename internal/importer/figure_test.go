package importer_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// pic is a picture by its file's address and what it shows.
func pic(missing, alt string, caption ...news.Span) news.Block {
	return news.Block{Kind: news.Picture, Figure: &news.Figure{Missing: missing, Alt: alt, Decorative: alt == "", Caption: caption}}
}

// by gives a picture a credit.
func by(credit string, b news.Block) news.Block {
	b.Figure.Credit = credit
	return b
}

func TestPictures(t *testing.T) {
	const at = "https://news.example/"
	base, err := url.Parse(at + "2026/story")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, in string
		want     []news.Block
	}{
		{"in a paragraph", `<p>One <img src="/a.jpg" alt="A road"> sentence.</p>`, []news.Block{para(word("One sentence.")), pic(at+"a.jpg", "A road")}},
		{"decorative", `<img src="/a.jpg" alt="" role="presentation">`, []news.Block{pic(at+"a.jpg", "")}},
		{"a title", `<img src="/a.jpg" title="A road at dawn"><img src="/b.jpg" title="dsc_001">`, []news.Block{pic(at+"a.jpg", "A road at dawn"), pic(at+"b.jpg", "")}},
		{"figure", `<figure><img src="a.jpg" alt="A"><figcaption>The <a href="/r">road</a></figcaption></figure>`, []news.Block{
			pic(at+"2026/a.jpg", "A", word("The "), news.Span{Text: "road", Link: at + "r"})}},
		{"caption of old", `<div class="wp-caption alignleft"><a href="/a.jpg"><img src="/a-150x150.jpg" alt="A"></a><p class="wp-caption-text">C</p></div>`, []news.Block{pic(at+"a.jpg", "A", word("C"))}},
		{"gallery of old", `<div class="gallery"><dl class="gallery-item"><dt><img src="/a.jpg" alt="A"></dt><dd class="wp-caption-text">C</dd></dl><br><dl class="gallery-item"><dt><img src="/b.jpg" alt="B"></dt></dl></div>`, []news.Block{
			pic(at+"a.jpg", "A", word("C")), pic(at+"b.jpg", "B")}},
		{"gallery", `<figure><ul><li><figure><img src="/a.jpg" alt="A"><figcaption>a</figcaption></figure></li><li><figure><img src="/b.jpg" alt="B"></figure></li></ul><figcaption>Both</figcaption></figure>`, []news.Block{
			pic(at+"a.jpg", "A", word("a")), pic(at+"b.jpg", "B"), para(word("Both"))}},
		{"a link to its file", `<a href="/full.JPG"><img src="/small.jpg" alt="A"></a>`, []news.Block{pic(at+"full.JPG", "A")}},
		{"a link elsewhere", `<a href="/page"><img src="/small.jpg" alt="A"></a>`, []news.Block{pic(at+"small.jpg", "A")}},
		{"srcset", `<img src="/s.jpg" srcset="/m.jpg 640w, /l.jpg 1280w,  /huge.jpg 9000w" alt="A">`, []news.Block{pic(at+"l.jpg", "A")}},
		{"srcset too wide", `<img src="/s.jpg" srcset="/l.jpg 9000w, /m.jpg 4000w" alt="A">`, []news.Block{pic(at+"m.jpg", "A")}},
		{"srcset by density", `<img srcset="/s.jpg, /l,1.jpg 2x, x y z, /b 2q" alt="A">`, []news.Block{pic(at+"l,1.jpg", "A")}},
		{"picture", `<picture><source type="image/avif" srcset="/a.avif 900w"><source srcset="/w.webp 900w" type="image/webp"><img src="/s.jpg" alt="A"></picture>`, []news.Block{pic(at+"w.webp", "A")}},
		{"lazy", `<img src="data:image/gif;base64,R0lGOD" data-lazy-src="/a.jpg" alt="A"><noscript><img src="/a.jpg"></noscript>`, []news.Block{pic(at+"a.jpg", "A")}},
		{"its original", `<img src="/s.jpg" data-orig-file="/o.jpg" srcset="/m.jpg 640w" alt="A">`, []news.Block{pic(at+"o.jpg", "A")}},
		{"counter and emoji", `a<img src="/1.gif" width="1"> <img src="/1f600.png" alt="😀">`, []news.Block{para(word("a 😀"))}},
		{"in a table", `<table><tr><td>a<td><img src="/a.jpg" alt="A"></table>b`, []news.Block{
			{Kind: news.Table, Rows: [][][]news.Span{{{word("a")}, nil}}}, pic(at+"a.jpg", "A"), para(word("b"))}},
		{"a table of pictures", `<table><tr><td><img src="/a.jpg" alt="A"><td><img src="/b.jpg" alt="B"></table>`, []news.Block{pic(at+"a.jpg", "A"), pic(at+"b.jpg", "B")}},
		{"in a heading, a quote, a list", `<h2>h<img src="/a.jpg" alt="A"></h2><blockquote><img src="/b.jpg" alt="B"><cite>c<img src="/d.jpg" alt="D"></cite></blockquote><ul><li>e<img src="/f.jpg" alt="F"></ul>`, []news.Block{
			{Kind: news.Heading, Level: 2, Text: []news.Span{word("h")}}, pic(at+"a.jpg", "A"), pic(at+"d.jpg", "D"),
			{Kind: news.Quote, Blocks: []news.Block{pic(at+"b.jpg", "B")}, Text: []news.Span{word("c")}},
			{Kind: news.List, Items: [][]news.Block{{para(word("e")), pic(at+"f.jpg", "F")}}}}},
		{"video and sound", `<video title="A march" poster="/p.jpg"><source src="/v.mov"><source src="/v.mp4"><track src="/v.vtt" srclang="fa">no</video><figure><audio src="/s%20t.mp3"></audio><figcaption>Heard</figcaption></figure>`, []news.Block{
			pic(at+"v.mp4", "A march"), pic(at+"s%20t.mp3", "s t.mp3", word("Heard"))}},
		{"frames stay links", `<iframe src="https://video.example/1" title="Speech"></iframe>`, []news.Block{link("https://video.example/1", "Speech")}},
		{"credit by class", `<figure><img src="/a.jpg" alt="A"><figcaption>A road <span class="media-credit">Photo: N. Saidi</span></figcaption></figure>`, []news.Block{by("N. Saidi", pic(at+"a.jpg", "A", word("A road")))}},
		{"credit as cite", `<figure><img src="/a.jpg" alt="A"><figcaption>From <cite>Hamlet</cite>. <cite>N. Saidi</cite></figcaption></figure>`, []news.Block{
			by("N. Saidi", pic(at+"a.jpg", "A", word("From "), news.Span{Text: "Hamlet", Mark: news.Emphasis}, word(".")))}},
		{"credit in words", `<figure><img src="/a.jpg" alt="A"><figcaption>A road at dawn. Photo: N. Saidi/Agency</figcaption></figure>`, []news.Block{by("N. Saidi/Agency", pic(at+"a.jpg", "A", word("A road at dawn.")))}},
		{"credit in brackets", `<figure><img src="/a.jpg" alt="A"><figcaption>Дорога (Фото: Н. Саиди)</figcaption></figure>`, []news.Block{by("Н. Саиди", pic(at+"a.jpg", "A", word("Дорога")))}},
		{"nothing but a credit", `<figure><img src="/a.jpg" alt="A"><figcaption>عکس: سعیدی</figcaption></figure>`, []news.Block{by("سعیدی", pic(at+"a.jpg", "A"))}},
		{"no credit", `<figure><img src="/a.jpg" alt="A"><figcaption>He asked about the photo: was it forged?</figcaption></figure>`, []news.Block{pic(at+"a.jpg", "A", word("He asked about the photo: was it forged?"))}},
		{"table in a figure", `<figure><table><tr><td>a<td>b</table><figcaption>C</figcaption></figure>`, []news.Block{
			{Kind: news.Table, Text: []news.Span{word("C")}, Rows: [][][]news.Span{{{word("a")}, {word("b")}}}}}},
		{"pull quote", `<figure class="wp-block-pullquote"><blockquote><p>Words</p><cite>N.</cite></blockquote></figure>`, []news.Block{
			{Kind: news.PullQuote, Text: []news.Span{{Text: "Words", Mark: news.Break}, word("N.")}}}},
		{"scripts in a caption", `<figure><img src="/a.jpg" alt="A" onerror="x()"><figcaption>C<script>alert(1)</script></figcaption></figure>`, []news.Block{pic(at+"a.jpg", "A", word("C"))}},
	} {
		clean := importer.NewCleaner("en")
		clean.Pictures = true
		got, err := clean.HTML(c.in, base)
		if err != nil || !equalBlocks(got, c.want) {
			t.Errorf("%s (%v):\n got %s\nwant %s", c.name, err, show(got), show(c.want))
		}
	}
}

func TestPicturesWithinTheSource(t *testing.T) {
	clean := importer.NewCleaner("en")
	clean.Pictures = true
	got, err := clean.HTML(`<img src="/images/a%20b.jpg?w=1" alt="A"><img src="../../etc/passwd" alt="B"><img src="a/../../x.jpg" alt="C"><img src="file:///etc/passwd" alt="D"><img src="//x.example/e.jpg" alt="E">`, nil)
	if err != nil || !equalBlocks(got, []news.Block{pic("images/a b.jpg", "A")}) {
		t.Errorf("got %s (%v)", show(got), err)
	}
}

func TestPicturesNotes(t *testing.T) {
	clean := importer.NewCleaner("en")
	clean.Pictures = true
	base, err := url.Parse("https://news.example/")
	if err != nil {
		t.Fatal(err)
	}
	_, err = clean.HTML(`<a href="https://x.example/p"><img src="https://x.example/a.jpg"></a><a href="/p"><img src="/b.jpg" alt="B"></a><video></video><video src="https://x.example/v.mp4"><track src="https://x.example/v.vtt" srclang="fa"></video>`, base)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"https://x.example/a.jpg no longer leads to https://x.example/p", "left out what has no address: <video>",
		`left out the subtitles of https://x.example/v.mp4 in "fa": https://x.example/v.vtt`, "pictures without an alternative text, shown as decorative: 1",
		"pictures that led to a page of the site, and lead nowhere now: 1"}
	if got := clean.Notes(); !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func FuzzPictures(f *testing.F) {
	f.Add(`<figure class="wp-caption"><a href="/b.jpg"><img src="a.jpg" alt="A" srcset="b 1w, c 2x"></a><figcaption>c <cite>Photo: d</cite></figcaption></figure>`)
	f.Add(`<table><tr><td><img src=a><td>b<th><video src=c.mp4><track src=d></video></table><dl class="gallery-item"><dd class="wp-caption-text">Photo: x</dd></dl>`)
	f.Add(`<aside class="pullquote"><blockquote><p>a</p><cite>b<img src=c></cite></blockquote></aside>`)
	base, err := url.Parse("https://news.example/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, b := range []*url.URL{base, nil} {
			clean := importer.NewCleaner("en")
			clean.Pictures = true
			if body, err := clean.HTML(in, b); err == nil {
				checkValid(t, in, had(body))
			}
		}
	})
}

// had puts a media in the place of each missing file.
func had(body []news.Block) []news.Block {
	for i := range body {
		if f := body[i].Figure; f != nil {
			f.Media, f.Missing = strings.Repeat("a", 64), ""
		}
		had(body[i].Blocks)
		for _, item := range body[i].Items {
			had(item)
		}
	}
	return body
}
