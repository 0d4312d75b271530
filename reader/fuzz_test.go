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
		with := withBar(page, h, b)
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
