package feed

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"coranto/internal/importer"
)

// FuzzPage takes articles from anything, and reads what it took. It stands inside the package, because pages only come
// over the network.
func FuzzPage(f *testing.F) {
	at := &url.URL{Scheme: "https", Host: "news.example", Path: "/story"}
	f.Add([]byte("<!DOCTYPE html><html lang=en><title>T</title><script type='application/ld+json'>{\"@graph\":[{\"@type\":[\"NewsArticle\"],\"author\":[{\"name\":1},\"A\"],\"image\":[[{\"url\":\"x\"}]]}]}</script>"+
		"<article><h1>T</h1>"+strings.Repeat("<p>Words, and more words, of an article that goes on.</p>", 20)+"<figure><img src=x><figcaption>C</figcaption></figure></article>"), "text/html; charset=koi8-r")
	f.Add([]byte("<table><td><div><a href=//x><p>"+strings.Repeat("<div>", 200)), "")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		a, err := takeArticle(b, contentType, at)
		if err != nil {
			return
		}
		if !utf8.ValidString(a.text) {
			t.Errorf("the text is no UTF-8: %q", a.text)
		}
		it := a.fill(item{}, Options{}.dates().Parse)
		if _, err := it.body.blocks(importer.NewCleaner("en"), it.base); err != nil {
			t.Log(err)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	page := []byte("<!DOCTYPE html><html lang=en><title>T</title><nav>" + strings.Repeat("<ul><li><a href=/x>A section</a></li></ul>", 200) + "</nav><article><h1>T</h1>" +
		strings.Repeat("<p>Words, and more words, of an <a href=/y>article</a> that goes on.</p>", 200) + "</article><footer>" + strings.Repeat("<div class=ad><p>Buy!</p></div>", 200) + "</footer>")
	at := &url.URL{Scheme: "https", Host: "news.example", Path: "/story"}
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := takeArticle(page, "text/html; charset=utf-8", at); err != nil {
			b.Fatal(err)
		}
	}
}
