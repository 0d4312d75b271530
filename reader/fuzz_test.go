package reader

import (
	"bytes"
	"slices"
	"testing"

	"coranto/edition"
)

// A page with the bar is the page and the bar: nothing of either is lost, whatever the page is.
func FuzzBar(f *testing.F) {
	for _, page := range []string{
		"<!doctype html><body>x", "<p>x", "", "<title><body></title><body lang='>'>x", "<!-- <body> --><body\n>x",
		"<script>'<body>'</script><BODY>x", "<body", "<svg><body>", "<frameset>",
		`<html lang=fa><meta http-equiv="content-security-policy" content="default-src 'none'"/><body>x`,
	} {
		f.Add([]byte(page))
	}
	words, err := newLexicon()
	if err != nil {
		f.Fatal(err)
	}
	t := words.tongue("en")
	b := bar{tongue: t, judgement: judgement{t, "The <Lantern>", edition.Verdict{Fresh: edition.Fresh}}, Style: "/x/.coranto/bar.css", From: "a"}
	f.Fuzz(func(t *testing.T, page []byte) {
		h := readHead(page)
		with := edited(page, h.edits(b))
		before := page[:h.body]
		if h.takesOver() {
			before = slices.Concat(page[:h.from], page[h.to:h.body])
		}
		if !bytes.HasPrefix(with, before) || !bytes.HasSuffix(with, page[h.body:]) {
			t.Fatalf("%q: got %q", page, with)
		}
		strip := with[len(before) : len(with)-len(page)+h.body]
		if !bytes.HasPrefix(strip, []byte("<link ")) || !bytes.HasSuffix(strip, []byte("</aside>")) {
			t.Errorf("%q: got bar %q", page, strip)
		}
	})
}

// What is found in a page stands in it, one after another, and nothing but that is left out.
func FuzzParts(f *testing.F) {
	for _, page := range []string{
		`<body><aside class="breaking"><p>x</aside>y`, `<aside class=breaking><aside></aside>x</aside><aside class="breaking">z`,
		`<aside class="risk"><p><a href="../safety.html#risk-a">A</a>: b</p><p lang=fa><a href="#risk-b">B</a></p></aside>`,
		`<script>"<aside class='breaking'>"</script></aside>`, `<nav class="out"><a class="exit" href="https://e.example/">x</a></nav>`,
		`<aside class=risk><p><p><a href=#risk-a></aside></p>`, `<textarea><aside class=breaking></textarea></aside>`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		h := readHead(page)
		p := readParts(page, h.body)
		var edits []edit
		gone, at := 0, h.body
		for _, s := range p.bars {
			if s.from < at || s.to <= s.from || s.to > len(page) || !bytes.HasPrefix(bytes.ToLower(page[s.from:]), []byte("<aside")) {
				t.Fatalf("%q: a bar at %v", page, s)
			}
			edits, gone, at = append(edits, edit{span: s}), gone+s.to-s.from, s.to
		}
		if out := edited(page, edits); len(out) != len(page)-gone {
			t.Errorf("%q: got %q", page, out)
		}
		at = h.body
		for _, n := range p.notices {
			if n.from < at || n.to <= n.from || n.to > p.choose || !isPlace(n.Place) {
				t.Fatalf("%q: a notice at %v, the end at %d", page, n, p.choose)
			}
			at = n.to
		}
	})
}

// A claim is a number that orders mirrors; no bytes make it anything else.
func FuzzClaimedSize(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra YQ==\nindex 1\nAAAA\n\norigin\n42\nhash\n\n— sig\n"))
	f.Add([]byte("\n\n\n-1\n"))
	f.Fuzz(func(t *testing.T, latest []byte) {
		if n := claimedSize(latest); n < 0 {
			t.Errorf("%q: got %d", latest, n)
		}
	})
}
