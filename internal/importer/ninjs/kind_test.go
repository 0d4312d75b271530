package ninjs_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/ninjs"
	"coranto/internal/news"
)

// dropFiles is a drop with most of what there is.
func dropFiles() map[string]string {
	return map[string]string{
		"2026/full.json":     full,
		"2026/pics/full.jpg": string(importertest.Picture(1)),
		"2026/in.jpg":        string(importertest.Picture(2)),
		"a1.json":            version("urn:a", 1, "One", ""),
		"a2.json":            version("urn:a", 2, "Two", `,"associations":{"x":{"uri":"urn:agency:1","type":"text"}}`),
		"a3.ninjs":           version("urn:a", 3, "Three", `,"ednote":"CORRECTS a name"`),
		"k1.json":            version("urn:k", 1, "To be killed", ""),
		"k2.json":            version("urn:k", 2, "KILL", `,"pubstatus":"canceled"`),
		"bad/urgency.json":   `{"uri":"urn:u","urgency":0.1}`,
		"bad/cut.json":       `{"uri":`,
		"planned/event.json": `{"uri":"urn:e","type":"event","title":"E"}`,
		"more/list.json":     "[" + version("urn:l1", 1, "L1", "") + "," + version("urn:l2", 1, "L2", `,"language":"de"`) + "]",
		"more/lines.ndjson":  strings.ReplaceAll(version("urn:n1", 1, "N1", ""), "\n", "") + "\n{}\n" + strings.ReplaceAll(version("urn:n2", 1, "N2", ""), "\n", ""),
		"more/held.json":     version("urn:h", 1, "Held", `,"pubstatus":"withheld"`),
		"more/nothing.json":  `{"uri":"urn:nothing"}`,
		"more/gone.json":     version("urn:g", 1, "Gone", `,"associations":{"x":{"uri":"urn:p","type":"picture","renditions":{"r":{"href":"gone.jpg"}}}}`),
		".hidden/x.json":     "{}",
		"README.txt":         "not a document",
	}
}

func TestKind(t *testing.T) {
	importertest.Run(t, importertest.Kind{
		Languages: tongues,
		Open:      func(*testing.T) importer.Source { return drop(dropFiles()) },
		Web:       map[string][]byte{"https://p.example/2.jpg": importertest.Picture(3)},
	})
}

// TestDropGrows imports a drop again and again as an agency adds to it: a version is a revision, and a kill takes back
// what is there.
func TestDropGrows(t *testing.T) {
	st := importertest.NewStore(t)
	files := map[string]string{"1.json": version("urn:a", 1, "One", ""), "b.json": version("urn:b", 1, "B", "")}
	run := func(what string, isNew, changed, left int) importer.Report {
		t.Helper()
		r, err := importer.Import(t.Context(), st, drop(files), importer.Options{Languages: tongues})
		if err != nil || r.New != isNew || r.Changed != changed || len(r.Left) != left {
			t.Errorf("%s: %+v, %v; want %d new, %d changed, %d left", what, r, err, isNew, changed, left)
		}
		return r
	}
	run("first", 2, 0, 0)
	run("again", 0, 0, 0)
	files["2.json"], files["3.json"] = version("urn:a", 2, "Two", ""), version("urn:a", 3, "Three", "")
	run("two versions more", 0, 1, 0)
	run("again", 0, 0, 0)
	revisions, err := st.Revisions(t.Context(), "urn:a", "en")
	if err != nil || len(revisions) != 3 || revisions[1].Headline != "Two" {
		t.Errorf("revisions: %+v, %v", revisions, err)
	}
	files["4.json"] = version("urn:a", 4, "KILL KILL", `,"pubstatus":"canceled"`)
	files["5.json"] = version("urn:never", 2, "KILL KILL", `,"pubstatus":"canceled"`)
	run("a kill", 0, 1, 1)
	s, err := st.Story(t.Context(), "urn:a")
	if err != nil || s.Articles[0].Status != news.Withdrawn || s.Articles[0].Revision.Headline != "Three" {
		t.Errorf("killed: %+v, %v", s, err)
	}
	if _, err := st.Story(t.Context(), "urn:never"); err == nil {
		t.Error("what was killed before it came is there")
	}
	run("again", 0, 0, 1)
	for _, name := range []string{"3.json", "4.json"} { // the agency clears its drop up
		delete(files, name)
	}
	run("an old version after the kill", 0, 0, 2)
	if s, _ := st.Story(t.Context(), "urn:a"); s.Articles[0].Status != news.Withdrawn {
		t.Errorf("an old version brought back what was killed: %+v", s)
	}
	files["6.json"] = version("urn:a", 5, "Back", "")
	run("sent again after the kill", 0, 1, 1)
	if s, _ := st.Story(t.Context(), "urn:a"); s.Articles[0].Status != news.Published {
		t.Errorf("back: %+v", s)
	}
}

// TestSeveralRoots keeps files of several folders apart.
func TestSeveralRoots(t *testing.T) {
	one := fstest.MapFS{"x.json": {Data: []byte(version("urn:a", 1, "A", `,"associations":{"x":{"uri":"urn:p","type":"picture","renditions":{"r":{"href":"p.png"}}}}`))},
		"p.png": {Data: importertest.Picture(1)}}
	two := fstest.MapFS{"x.json": {Data: []byte(version("urn:b", 1, "B", ""))}, "y.json": {Data: []byte("{}")}}
	st := importertest.NewStore(t)
	src := ninjs.New([]ninjs.Root{{Name: "1", FS: one}, {Name: "2", FS: two, Files: []string{"x.json"}}},
		ninjs.Options{Languages: tongues, Language: "en"})
	r, err := importer.Import(t.Context(), st, src, importer.Options{Languages: tongues})
	if err != nil || r.New != 2 || r.Refused != 0 || len(r.Missing) != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}
