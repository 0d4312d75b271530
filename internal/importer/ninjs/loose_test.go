package ninjs_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"coranto/internal/importer/ninjs"
)

// superdesk is a document as Superdesk writes it: guid for uri, members of its own, nulls, offsets without a colon.
const superdesk = `{"guid": "urn:newsml:desk.example:2026-11-22:1", "version": "1", "type": "text", "language": "en",
	"headline": "The strait is open", "body_html": "<p>Ships sail.</p>", "pubstatus": "usable", "priority": 6, "ednote": null,
	"versioncreated": "2026-11-22T11:24:53+0000", "firstcreated": "2026-11-22T11:24:53+0000",
	"service": [{"code": "a", "name": "World"}], "authors": [{"name": "Ana", "role": "writer", "biography": "secret"}],
	"associations": {"featuremedia": {"guid": "urn:desk:pic", "type": "picture", "description_text": "A ship", "poi": {"x": 1},
		"renditions": {"original": {"href": "https://desk.example/1.jpg", "mimetype": "image/jpeg", "media": "5f"}}}, "second": null}}`

func TestLoose(t *testing.T) {
	if it := items(t, drop(map[string]string{"1.json": superdesk}), "")[0]; it.Err == nil || !strings.Contains(it.Err.Error(), "--loose") {
		t.Fatalf("without Loose: got %v", it.Err)
	}
	src := ninjs.New([]ninjs.Root{{FS: fstest.MapFS{"1.json": {Data: []byte(superdesk)}}}}, ninjs.Options{Languages: tongues, Loose: true})
	it := items(t, src, "")[0]
	if it.Err != nil || it.Story == nil {
		t.Fatal(it.Err)
	}
	r := it.Story.Articles[0].Revision
	if it.Story.ID != "urn:newsml:desk.example:2026-11-22:1" || r.Headline != "The strait is open" {
		t.Errorf("got %q, %q", it.Story.ID, r.Headline)
	}
	if at := it.Story.Articles[0].Published.Format("2006-01-02T15:04:05Z07:00"); at != "2026-11-22T11:24:53Z" {
		t.Errorf("published %s", at)
	}
	notes := strings.Join(it.Notes, "\n")
	for _, want := range []string{"/priority", "/service", "/associations/featuremedia/poi", "/renditions/original/media"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note of %s in %s", want, notes)
		}
	}
	var shown []string
	for f := range r.Figures() {
		shown = append(shown, f.Missing)
	}
	if strings.Join(shown, " ") != "https://desk.example/1.jpg" {
		t.Errorf("got the pictures %q", shown)
	}
}

// TestLooseIsStrict checks that what is loosened follows the rules otherwise.
func TestLooseIsStrict(t *testing.T) {
	for doc, want := range map[string]string{
		`{"type": "text", "headline": "x"}`:                          "/uri: is missing",
		`{"guid": "../../etc", "type": "text"}`:                      "is not an absolute URI",
		`{"guid": "urn:x:1", "type": "nonsense"}`:                    "/type",
		`{"guid": "urn:x:1", "type": "text", "versioncreated": "x"}`: "is not a time",
	} {
		src := ninjs.New([]ninjs.Root{{FS: fstest.MapFS{"1.json": {Data: []byte(doc)}}}}, ninjs.Options{Languages: tongues, Loose: true})
		if it := items(t, src, "")[0]; it.Err == nil || !strings.Contains(it.Err.Error(), want) {
			t.Errorf("%s: got %v, want %s", doc, it.Err, want)
		}
	}
}
