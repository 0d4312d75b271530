package ninjs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"coranto/internal/importer"
	"coranto/internal/importer/ninjs"
	"coranto/internal/news"
)

var tongues = []string{"en", "fa", "sv"}

// drop returns the source of some files.
func drop(files map[string]string) *ninjs.Source {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return ninjs.New([]ninjs.Root{{FS: fsys}}, ninjs.Options{Languages: tongues, Language: "en"})
}

// items returns what a source yields, and holds it against its survey.
func items(t *testing.T, s *ninjs.Source, after string) []importer.Item {
	t.Helper()
	survey := importer.Survey{Has: map[string]int{}, Moved: func(context.Context, string, string, string) error { return nil }}
	if err := s.Survey(t.Context(), &survey); err != nil {
		t.Fatal(err)
	}
	var all []importer.Item
	for it, err := range s.Items(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		if it.Story != nil {
			if err := it.Story.Validate(); err != nil {
				t.Errorf("%s: %v", it.At, err)
			}
		}
		for _, st := range it.Before {
			if err := st.Validate(); err != nil {
				t.Errorf("%s, before: %v", it.At, err)
			}
		}
		survey.Has[it.Kind] -= max(it.Count, 1)
		all = append(all, it)
	}
	for kind, n := range survey.Has {
		if n != 0 && after == "" {
			t.Errorf("of %q the survey has %d more than came", kind, n)
		}
	}
	return all
}

// one returns the only item of a drop with one document.
func one(t *testing.T, text string) importer.Item {
	t.Helper()
	all := items(t, drop(map[string]string{"a/item.json": text}), "")
	if len(all) != 1 {
		t.Fatalf("%d items, want 1: %+v", len(all), all)
	}
	return all[0]
}

// TestSuitesOfTheIPTC imports every document of the IPTC's suites: what should pass comes in, or is left out because it is
// planned news; what should fail is refused with the place.
func TestSuitesOfTheIPTC(t *testing.T) {
	want := map[string]string{ // the others come in as drafts, because they have no time
		"1.5/should_pass/001_contactinfo.json":    "published",
		"2.1/should_pass/010_geojson.json":        "published",
		"2.1/should_pass/011_contactinfo.json":    "published",
		"2.1/should_pass/014_expires.json":        "published",
		"1.4/should_pass/001_ninjs_example.json":  "published",
		"1.4/should_pass/002_contentcreated.json": "published",
		"3.0/should_pass/010_geojson.json":        "published",
	}
	names, _ := filepath.Glob("../../../../shared/fixtures/ninjs/test_suite/*/should_*/*.json")
	if len(names) == 0 {
		t.Skip("the suites of the IPTC are not here")
	}
	passed, refused := 0, 0
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		short := name[strings.Index(name, "test_suite/")+len("test_suite/"):]
		it := one(t, string(b))
		if strings.Contains(name, "should_fail") {
			refused++
			if it.Err == nil || !strings.HasPrefix(it.Err.Error(), "/") {
				t.Errorf("%s: got %v, want a refusal that says where", short, it.Err)
			}
			continue
		}
		passed++
		planned := strings.Contains(string(b), `"eventDetails"`) || strings.Contains(string(b), `"plannedCoverage"`)
		switch {
		case it.Err != nil:
			t.Errorf("%s: refused: %v", short, it.Err)
		case planned != (it.Left != ""):
			t.Errorf("%s: left out: %q", short, it.Left)
		case it.Left == "":
			status := string(it.Story.Articles[0].Status)
			expected := want[short]
			if expected == "" {
				expected = "draft"
			}
			if status != expected || len(it.Story.Articles[0].Revision.Headline) == 0 {
				t.Errorf("%s: %s, %q, %q; want %s", short, status, it.Story.Articles[0].Revision.Headline, it.Notes, expected)
			}
			if status == "draft" && len(it.Notes) == 0 {
				t.Errorf("%s: a draft, and nobody says why", short)
			}
		}
	}
	if passed < 50 || refused < 23 {
		t.Errorf("%d and %d documents: that is not the suite", passed, refused)
	}
}

// full is a text in 3.1 with most of what an agency says.
const full = `{
 "standard": {"name": "ninjs", "version": "3.1"}, "uri": "urn:agency:1", "type": "text", "version": "1", "language": "en-US",
 "pubStatus": "usable", "firstCreated": "2026-11-20T10:00:00+01:00", "versionCreated": "2026-11-20T09:05:00Z", "urgency": 4,
 "headlines": [{"role": "kicker", "value": "Border"}, {"role": "main", "value": "The border is  open"}],
 "descriptions": [{"role": "summary", "value": "It opened at dawn."}],
 "bodies": [{"role": "main", "contentType": "text/html", "value": "<p>Cars <script>x()</script>queue. <a href=\"https://a.example/\">More</a></p><img src=\"in.jpg\" alt=\"In\">"}],
 "by": "Ada Reporter", "located": "SAMARA", "copyrightHolder": "Agency", "usageTerms": "Not for sale", "edNote": "Call the desk.",
 "people": [{"name": "Somebody", "rel": "mentioned"}],
 "subjects": [{"name": "Border", "literal": "b"}, {"literal": "16000000"}], "places": [{"name": "Самара"}],
 "infoSources": [{"name": "Agency One"}], "digitalSourceType": {"name": "Trained algorithmic media"},
 "renditions": [],
 "associations": [
  {"name": "second", "uri": "urn:p:2", "type": "picture", "headlines": [{"value": "Second"}], "renditions": [{"name": "x", "href": "https://p.example/2.jpg", "contentType": "image/jpeg"}]},
  {"name": "mainpicture", "uri": "urn:p:1", "type": "picture", "by": "Eve Photo", "copyrightNotice": "© Eve",
   "descriptions": [{"role": "caption", "value": "A <b>gate</b>"}],
   "renditions": [{"name": "thumbnail", "href": "t.jpg", "contentType": "image/jpeg", "width": 100},
    {"name": "print", "href": "p.tif", "contentType": "image/tiff", "width": 9000},
    {"name": "full", "href": "pics/full.jpg", "contentType": "image/jpeg", "width": 4000}]},
  {"name": "more", "uri": "urn:agency:2", "type": "text"}]
}`

func TestWhatAnAgencySays(t *testing.T) {
	it := one(t, full)
	if it.Err != nil || it.Story == nil {
		t.Fatal(it.Err, it.Left)
	}
	a := it.Story.Articles[0]
	r := a.Revision
	for what, got := range map[string][2]any{
		"id":         {it.Story.ID, "urn:agency:1"},
		"lang":       {a.Lang, "en"},
		"status":     {a.Status, news.Published},
		"published":  {a.Published.Format("15:04"), "09:00"},
		"updated":    {a.Updated.IsZero(), true},
		"headline":   {r.Headline, "The border is open"},
		"standfirst": {r.Standfirst, "It opened at dawn."},
		"dateline":   {r.Dateline, "SAMARA"},
		"byline":     {r.Bylines[0].Name, "Ada Reporter"},
		"topics":     {len(r.Topics), 2},
		"place":      {r.Places[0].Name, "Самара"},
		"related":    {fmt.Sprint(r.Related), "[urn:agency:2]"},
		"source":     {it.Story.Sources[0].Name[""], "Agency One"},
		"lead":       {r.Lead.Missing, "a/pics/full.jpg"},
		"credit":     {r.Lead.Credit, "Eve Photo"},
		"rights":     {r.Lead.Rights, "© Eve"},
		"caption":    {r.Lead.Caption[0].Text, "A gate"},
		"decorative": {r.Lead.Decorative, true}, // no words but the caption's say what it shows
		"alt":        {r.Body[2].Figure.Alt, "Second"},
		"blocks":     {len(r.Body), 3},
		"in text":    {r.Body[1].Figure.Missing, "a/in.jpg"},
		"second":     {r.Body[2].Figure.Missing, "https://p.example/2.jpg"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %v, want %v", what, got[0], got[1])
		}
	}
	b, _ := json.Marshal(it.Story)
	if strings.Contains(string(b), "Call the desk") || strings.Contains(string(b), "x()") {
		t.Errorf("a note to the editor or a script stands in the story: %s", b)
	}
	if notes := fmt.Sprint(it.Notes); !strings.Contains(notes, "Call the desk") || !strings.Contains(notes, "Not for sale") || !strings.Contains(notes, "made as: Trained") {
		t.Errorf("notes: %s", notes)
	}
}

// version returns a text of one sentence.
func version(uri string, n int, headline, more string) string {
	return fmt.Sprintf(`{"uri":%q,"type":"text","version":"%d","firstcreated":"2026-11-20T09:00:00Z","versioncreated":"2026-11-20T1%d:00:00Z",
"headline":%q,"body_text":"Words."%s}`, uri, n, n, headline, more)
}

func TestVersionsAndKills(t *testing.T) {
	files := map[string]string{
		"1.json": version("urn:a", 1, "One", ""),
		"3.json": version("urn:a", 3, "Three", `,"ednote":"CORRECTS the number of cars"`),
		"2.json": version("urn:a", 2, "Two", ""),
		"4.json": version("urn:b", 1, "Other", ""),
		"5.json": version("urn:b", 2, "KILL", `,"pubstatus":"canceled","ednote":"MANDATORY KILL"`),
	}
	all := items(t, drop(files), "")
	if len(all) != 4 {
		t.Fatalf("got %+v", all)
	}
	a := all[0]
	last := a.Story.Articles[0]
	if last.Revision.Headline != "Three" || last.Updated.Format("15:04") != "13:00" || len(a.Before) != 2 || a.Before[0].Articles[0].Revision.Headline != "One" ||
		!a.Before[0].Articles[0].Updated.IsZero() || a.Before[1].Articles[0].Updated.IsZero() {
		t.Errorf("got %+v after %+v", last, a.Before)
	}
	if c := last.Revision.Corrections; len(c) != 1 || c[0].Text != "CORRECTS the number of cars" || c[0].Time != last.Updated {
		t.Errorf("corrections: %+v", c)
	}
	if all[1].Kind != "revision" || all[1].Count != 2 {
		t.Errorf("the earlier versions are counted as %+v", all[1])
	}
	kill := all[2]
	if b, _ := json.Marshal(kill.Story); !kill.Kill || kill.Story.ID != "urn:b" || strings.Contains(string(b), "KILL") || kill.Story.Articles[0].Status != news.Withdrawn {
		t.Errorf("the kill: %+v, %s", kill, b)
	}
	// A version that comes again after the kill counts.
	files["6.json"] = version("urn:b", 3, "Back", "")
	all = items(t, drop(files), "")
	if back := all[2]; back.Kill || back.Story.Articles[0].Revision.Headline != "Back" || len(back.Before) != 1 {
		t.Errorf("back: %+v", back)
	}
}

// TestStatesOfAnItem tries what decides when and whether readers see it.
func TestStatesOfAnItem(t *testing.T) {
	for more, want := range map[string]string{
		`"pubstatus":"withheld"`:                                          "draft: withheld by its provider",
		`"embargoed":"2026-12-01T00:00:00+01:00"`:                         "published 2026-11-30T23:00: under embargo",
		`"embargoed":"2026-11-01T00:00:00Z"`:                              "published 2026-11-20T09:00:",
		`"expires":"2020-01-01T00:00:00Z"`:                                "published 2026-11-20T09:00: expire",
		`"language":"de"`:                                                 "language de is not one of the newsroom's",
		`"type":"picture","renditions":{"x":{"href":"../../etc/passwd"}}`: "/renditions/x/href: \"../../etc/passwd\" leads out of the folder",
		`"type":"picture","renditions":{"x":{"href":"file:///etc/passwd","mimetype":"image/png"}}`: "can't be fetched",
		`"type":"video","renditions":{"x":{"href":"https://v.example/v.mp4"}}`:                     "https://v.example/v.mp4",
	} {
		text := `{"uri":"urn:x","firstcreated":"2026-11-20T09:00:00Z","headline":"H","body_text":"Words.",` + more + `}`
		it := one(t, text)
		got := fmt.Sprint(it.Err)
		if it.Story != nil {
			a := it.Story.Articles[0]
			got = string(a.Status)
			if a.Status == news.Published {
				got += " " + a.Published.Format("2006-01-02T15:04")
			}
			got += ": " + fmt.Sprint(it.Notes)
			if a.Revision.Lead != nil {
				got += a.Revision.Lead.Missing
			}
		}
		first, rest, _ := strings.Cut(want, ": ")
		if !strings.Contains(got, first) || !strings.Contains(got, rest) {
			t.Errorf("%s: got %q, want %q", more, got, want)
		}
	}
}

// TestShapesOfFiles reads lists and lines, and goes on after what is broken.
func TestShapesOfFiles(t *testing.T) {
	a, b := version("urn:a", 1, "A", ""), strings.ReplaceAll(version("urn:b", 1, "B", ""), "\n", "")
	line := strings.ReplaceAll(a, "\n", "")
	for what, tt := range map[string]struct{ text, want string }{
		"one":                   {a, "A"},
		"a mark before it":      {"\uFEFF" + a, "A"},
		"a list":                {"[" + a + ",\n" + b + "]", "A B"},
		"an empty list":         {" []", ""},
		"lines":                 {line + "\n\n" + b, "A B"},
		"a broken line":         {line + "\n{\"uri\":\n" + b + "\n", "A refused B"},
		"a broken list":         {"[" + a + ",{nope},\n" + b + "]", "A refused"},
		"a list without an end": {"[" + a, "A refused"},
		"nothing":               {"", "refused"},
		"no JSON":               {"<html>", "refused"},
		"a number":              {"[7]", "refused"},
	} {
		var got []string
		for _, it := range items(t, drop(map[string]string{"x.json": tt.text}), "") {
			if it.Err != nil {
				got = append(got, "refused")
				continue
			}
			got = append(got, it.Story.Articles[0].Revision.Headline)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", what, got, tt.want)
		}
	}
}

// TestGoesOn resumes after each item.
func TestGoesOn(t *testing.T) {
	files := map[string]string{
		"1.json": version("urn:a", 1, "A", ""), "2.json": version("urn:a", 2, "A2", ""), "3.json": "{}", "4.json": version("urn:c", 1, "C", ""),
	}
	all := items(t, drop(files), "")
	for i, it := range all {
		rest := items(t, drop(files), it.Mark)
		if len(rest) != len(all)-i-1 {
			t.Errorf("after %d: %d items", i, len(rest))
		}
	}
	if a, b := drop(files).Identity(), drop(map[string]string{"1.json": "{}"}).Identity(); a == b || a != drop(files).Identity() {
		t.Errorf("identities: %s, %s", a, b)
	}
}

// TestPicturesOfTheDrop finds the picture that an association names by its URI alone, however those name each other.
func TestPicturesOfTheDrop(t *testing.T) {
	files := map[string]string{
		"t.json": version("urn:t", 1, "T", `,"associations":{"main":{"uri":"urn:p","type":"picture"}}`),
		"p.json": `{"uri":"urn:p","type":"picture","language":"en","versioncreated":"2026-11-20T09:00:00Z","associations":{"main":{"uri":"urn:p"},"t":{"uri":"urn:t"}},
			"description_caption":"The gate","renditions":{"hi":{"href":"gate.jpg","mimetype":"image/jpeg"}}}`,
		"gate.jpg": "JPEG",
	}
	s := drop(files)
	all := items(t, s, "")
	if len(all) != 2 {
		t.Fatalf("got %+v", all)
	}
	for _, it := range all {
		lead := it.Story.Articles[0].Revision.Lead
		if len(it.Story.Articles[0].Revision.Body) > 0 && it.Kind == "picture" {
			t.Errorf("%s: the caption stands in the text too: %+v", it.At, it.Story.Articles[0].Revision.Body)
		}
		if lead == nil || lead.Missing != "gate.jpg" || lead.Caption[0].Text != "The gate" {
			t.Errorf("%s: lead %+v, %q", it.At, lead, it.Notes)
		}
	}
	if name, b, err := s.Open(t.Context(), "gate.jpg"); name != "gate.jpg" || string(b) != "JPEG" || err != nil {
		t.Errorf("open: %q, %q, %v", name, b, err)
	}
	for _, bad := range []string{"../x", "https://p.example/gate.jpg", "nope.jpg", "."} {
		if _, _, err := s.Open(t.Context(), bad); err == nil {
			t.Errorf("open %q: no error", bad)
		}
	}
}

// FuzzDrop makes sure that no document is taken apart wrongly: what comes in is valid.
func FuzzDrop(f *testing.F) {
	f.Add(full)
	f.Add(version("urn:a", 1, "A", `,"associations":{"a":{"uri":"urn:a","renditions":{"x":{"href":"a.jpg"}}}}`))
	f.Add("[{},7]\n{}")
	names, _ := filepath.Glob("../../../../shared/fixtures/ninjs/test_suite/*/should_*/*.json")
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) { items(t, drop(map[string]string{"a.json": text}), "") })
}

// TestHostileDrops puts one hostile document between good ones: it is refused in words, and the others come in.
func TestHostileDrops(t *testing.T) {
	const limit = 5 << 20
	big := strings.Repeat("x", limit)
	for what, tt := range map[string]struct{ name, text, want string }{
		"nested deep":        {"m.json", `{"uri":"urn:m","associations":` + strings.Repeat(`{"a":{"uri":"urn:m","associations":`, 5000) + "{}" + strings.Repeat("}}", 5000) + "}", "nested over 64 deep"},
		"a member twice":     {"m.json", `{"uri":"urn:m","headline":"A","headline":"B"}`, "/headline: stands twice"},
		"too large":          {"m.json", "{\n\"uri\":\"" + big, "more than 5242880 bytes"},
		"a line too large":   {"m.ndjson", `{"uri":"` + big + `"}`, "more than 5242880 bytes"},
		"an element too big": {"m.json", `[{"uri":"` + big + `"}]`, "more than 5242880 bytes"},
		"too many values":    {"m.json", `{"uri":"urn:m","subject":[` + strings.Repeat("7,", 1<<20) + "7]}", "more than 1048576 values"},
		"no text":            {"m.json", "{\"uri\":\"urn:\xff\"}", "not valid UTF-8"},
		"a script for a name": {"m.json", `{"uri":"urn:m","type":"picture","renditions":{"x":{"href":"a/../../x.jpg"}}}`,
			"leads out of the folder"},
	} {
		src := drop(map[string]string{"a.json": version("urn:a", 1, "A", ""), tt.name: tt.text, "z.json": version("urn:z", 1, "Z", "")})
		src.Limit(limit)
		all := items(t, src, "")
		if len(all) != 3 || all[0].Story == nil || all[2].Story == nil || all[1].Err == nil || !strings.Contains(all[1].Err.Error(), tt.want) {
			t.Errorf("%s: got %d items, %v; want a refusal with %q", what, len(all), all[min(1, len(all)-1)].Err, tt.want)
		}
	}
}

// TestScriptsAreWords makes sure that nothing in a caption, a credit or a name is markup.
func TestScriptsAreWords(t *testing.T) {
	it := one(t, `{"uri":"urn:x","type":"picture","firstcreated":"2026-11-20T09:00:00Z","headline":"<script>alert(1)</script>H <b>x</b>",
"byline":"<img src=x onerror=y>A","description_caption":"<script>alert(2)</script>Cap","copyrightnotice":"<i>C</i>",
"place":[{"name":"<script>P"}],"renditions":{"x":{"href":"https://p.example/x.jpg","mimetype":"image/jpeg"}}}`)
	b, _ := json.Marshal(it.Story)
	if strings.Contains(string(b), "alert(") || strings.Contains(string(b), "onerror") || strings.Contains(string(b), "script") {
		t.Errorf("got %s", b)
	}
}
