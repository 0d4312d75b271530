package wordpress

import (
	"net/url"
	"testing"

	"coranto/internal/importer"
)

func TestReadJSON(t *testing.T) {
	for body, want := range map[string]int64{
		`[{"id":7}]`:                                  7,
		"\uFEFF [{\"id\":7}]":                         7,
		"<b>Warning</b>: x in y\n[{\"id\":7}]":        7,
		`[{"id":7,"slug":false,"translations":[]}]`:   7, // plug-ins answer with other types
		`[{"id":7,"meta":[],"_embedded":{"x":null}}]`: 7,
		`[{"id":7}`:                 0,
		`{"code":"rest_forbidden"}`: 0,
		"<html>Maintenance</html>":  0,
		"":                          0,
	} {
		var rows []row
		err := readJSON([]byte(body), &rows)
		if (err == nil) != (want != 0) || want != 0 && (len(rows) != 1 || rows[0].ID != want) {
			t.Errorf("%q: got %+v (%v)", body, rows, err)
		}
	}
}

// FuzzRow reads what a hostile site may answer, and makes a story of it.
func FuzzRow(f *testing.F) {
	f.Add([]byte(`[{"id":11,"date_gmt":"2024-05-11T08:30:00","status":"publish","link":"https://site.example/a/","title":{"rendered":"A <em>b</em>"},"content":{"rendered":"<p>c</p>","protected":false},"excerpt":{"rendered":"d"},"author":1,"featured_media":7,"categories":[4],"lang":"fa","translations":{"en":3},"wpml_translations":[{"id":2}]}]`))
	f.Add([]byte("<b>x</b>\n[{\"id\":1,\"content\":{\"raw\":\"<!-- wp:footnotes /-->\"},\"meta\":{\"footnotes\":\"[{}]\"},\"tags\":[1,2]}]"))
	home, err := url.Parse("https://site.example/")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var rows []row
		if readJSON(body, &rows) != nil {
			return
		}
		s := &Site{x: &Export{site: newSite(ExportOptions{}), index: newIndex(t.TempDir())}, taxonomies: map[string]string{"tags": "post_tag"},
			terms: map[int64]term{1: {domain: "post_tag", slug: "x", name: "X"}}}
		s.x.site.home, s.x.site.lang = home, "en"
		s.x.site.settle()
		for _, r := range rows {
			item := importer.Item{}
			s.x.article(&item, s.post(r, "post"))
			if item.Story != nil {
				if err := item.Story.Validate(); err != nil {
					t.Errorf("%q: %v", body, err)
				}
			}
		}
	})
}
