package importer_test

import (
	"bytes"
	"strings"
	"testing"

	"coranto/internal/importer"
)

// The page of a report shows every kind and reason, and nothing of the source as markup.
func TestWritePage(t *testing.T) {
	t.Parallel()
	at := importer.Place{File: "<script>alert(1)</script>.xml:7", Item: `"><img src=x onerror=alert(2)>`}
	r := importer.Report{
		Total: 1204, New: 1200, Refused: 4,
		Kinds:    map[string]importer.Tally{"post": {Has: 1205, Taken: 1200, New: 1200, Refused: 4}, "page": {Has: 2, Taken: 2}},
		Missing:  []importer.Absent{{Place: at, Media: "https://old.example/<b>.jpg", Reason: "404 Not Found"}},
		Left:     []importer.Problem{{Place: at, Reason: "menus are not published"}},
		Unlisted: map[string]int{importer.ListNotes: 7},
	}
	for range 4 {
		r.Problems = append(r.Problems, importer.Problem{Place: at, Reason: "has no headline"})
	}
	var b bytes.Buffer
	if err := importer.WritePage(&b, r, importer.About{Kind: "wordpress", Sources: []string{"<i>.xml"}}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"Not all came in", "<b>1,200</b>new", "The source says that it has 1,205, and 1,204 were met.",
		"<b>4</b> × has no headline", "Missing files: 1", "404 Not Found", "7 more are not on this page", "default-src &#39;none&#39;", "&lt;i&gt;.xml"} {
		if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, "&#39;", "'")) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "<img", "<i>", "<b>.jpg", "http-equiv=\"refresh\"", "src=\"", "href=\""} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if strings.Index(page, "Refused: 4") > strings.Index(page, "Missing files") {
		t.Error("what was refused does not come first")
	}
}
