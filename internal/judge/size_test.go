package judge_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"path"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// maxAbove is how many bytes a story's page, its style inside and all of it compressed, may have more than its text.
const maxAbove = 6_000

// TestSize weighs every story page of the corpus in thirty languages, and of the sample newsroom.
func TestSize(t *testing.T) {
	worst, where, n := 0, "", 0
	for _, r := range rooms(t) {
		for _, p := range r.pages {
			if kind(p) != "story" {
				continue
			}
			page, text := zipped(t, r.read(t, p)), zipped(t, ownText(t, r.read(t, path.Join(path.Dir(p), "ninjs.json"))))
			if above := page - text; above > worst {
				worst, where = above, p
			}
			if n++; page-text > maxAbove {
				t.Errorf("%s: %d bytes compressed, %d above its text of %d; the limit is %d", p, page, page-text, text, maxAbove)
			}
		}
	}
	t.Logf("%d pages, at most %d bytes above their text: %s", n, worst, where)
	if n < 70 {
		t.Errorf("only %d story pages", n)
	}
}

// zipped returns how many bytes gzip -9 makes of some.
func zipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// ownText returns the story's own words of a document: what stands above the text, and the text.
func ownText(t *testing.T, document []byte) []byte {
	t.Helper()
	var d struct {
		Headlines, Descriptions []struct{ Value string }
		Bodies                  []struct{ ContentType, Value string }
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, part := range append(d.Headlines, d.Descriptions...) {
		b.WriteString(part.Value + "\n")
	}
	for _, body := range d.Bodies {
		if body.ContentType == "text/html" {
			writeText(t, &b, body.Value)
		}
	}
	if b.Len() < 10 {
		t.Fatalf("the document has only the text %q", b.String())
	}
	return []byte(b.String())
}

// writeText writes the words of some HTML.
func writeText(t *testing.T, b *strings.Builder, fragment string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(fragment), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range nodes {
		for n := range top.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
		}
	}
}
