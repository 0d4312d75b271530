package reader

import (
	"bytes"
	"testing"

	"coranto/edition"
)

// A page with the bar is the page and the bar: nothing of either is lost, whatever the page is.
func FuzzBar(f *testing.F) {
	for _, page := range []string{
		"<!doctype html><body>x", "<p>x", "", "<title><body></title><body lang='>'>x", "<!-- <body> --><body\n>x",
		"<script>'<body>'</script><BODY>x", "<body", "<svg><body>", "<frameset>",
	} {
		f.Add([]byte(page))
	}
	b := bar{Style: "/x/.coranto/bar.css", Name: "The <Lantern>", From: "a", Verdict: edition.Verdict{Fresh: edition.Fresh}}
	f.Fuzz(func(t *testing.T, page []byte) {
		with := withBar(page, b)
		at := bodyStart(page)
		if !bytes.HasPrefix(with, page[:at]) || !bytes.HasSuffix(with, page[at:]) || len(with) <= len(page) {
			t.Errorf("%q: got %q", page, with)
		}
		strip := with[at : len(with)-len(page)+at]
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
