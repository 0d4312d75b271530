package markdown_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// credited is a picture whose file says that the agency is to be named, whose it is, and perhaps who made it.
func credited(t *testing.T, creator string) string {
	t.Helper()
	var b bytes.Buffer
	img := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	img.Set(1, 1, color.White)
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	packet := "http://ns.adobe.com/xap/1.0/\x00" + `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Agence Nord">` +
		`<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Agence Nord, P. Vance</rdf:li></rdf:Alt></dc:rights>` +
		`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A gate at dawn</rdf:li></rdf:Alt></dc:description>` +
		`<dc:creator>` + creator + `</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`
	size := len(packet) + 2
	return b.String()[:2] + "\xFF\xE1" + string([]byte{byte(size >> 8), byte(size)}) + packet + b.String()[2:]
}

// TestCreditFromFile takes a picture's credit and rights from its file where the story gives neither, and never where that
// could name somebody whom the story, or nobody in the newsroom, has named.
func TestCreditFromFile(t *testing.T) {
	t.Parallel()
	const plain, named = "---\nheadline: H\npublished: 2020-08-04\n", "---\nheadline: H\npublished: 2020-08-04\nbylines: [{name: Someone, protected: true}]\n"
	const shown = "---\n![A gate](gate.jpg \"A gate.\")\n"
	anonymous := "sources:\n  s: {kind: anonymous, identity: P. Vance, reason: {en: fear}}\n"
	for name, c := range map[string]struct {
		creator, front, yaml, credit, rights, note string
	}{
		"taken":               {"", plain, "", "Agence Nord", "© Agence Nord, P. Vance", `taken from it: "Agence Nord · © Agence Nord, P. Vance"`},
		"the story gives one": {"", plain, "media: {gate.jpg: {credit: Own}}", "Own", "", ""},
		"it names its maker":  {"Petrichor Vance", plain, "", "", "", "names who made it"},
		"a protected byline":  {"", named, "", "", "", "the story protects somebody"},
		"an anonymous source": {"", plain, anonymous, "", "", "the story protects somebody"},
		"decorative":          {"", plain, "media: {gate.jpg: {decorative: true}}", "", "", ""},
	} {
		body := shown
		if name == "decorative" {
			body = "---\n![](gate.jpg)\n"
		}
		st := newsroom(t)
		r := run(t, st, files("s/en.md", c.front+body, "s/story.yaml", c.yaml, "s/gate.jpg", credited(t, c.creator)))
		s, err := st.Story(t.Context(), "s")
		if err != nil {
			t.Fatal(err, r.Problems)
		}
		f := s.Articles[0].Revision.Body[0].Figure
		if f.Credit != c.credit || f.Rights != c.rights {
			t.Errorf("%s: got %q, %q, want %q, %q", name, f.Credit, f.Rights, c.credit, c.rights)
		}
		if notes := reasons(r.Notes); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
			t.Errorf("%s: got the notes %q, want %q", name, notes, c.note)
		}
	}
}

// TestCaptionInFile tells the editor of a caption in a file, and publishes it not.
func TestCaptionInFile(t *testing.T) {
	t.Parallel()
	st := newsroom(t)
	r := run(t, st, files("s/en.md", "---\nheadline: H\npublished: 2020-08-04\n---\n![A gate](gate.jpg)\n", "s/gate.jpg", credited(t, "")))
	s, err := st.Story(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Articles[0].Revision.Body[0].Figure; f.Caption != nil || !strings.Contains(reasons(r.Notes), `readers may know: "A gate at dawn"`) {
		t.Errorf("got %+v, and the notes %q", f, reasons(r.Notes))
	}
}

func reasons(notes []importer.Problem) (all string) {
	for _, n := range notes {
		all += n.Reason + "\n"
	}
	return all
}

// TestFocus follows a picture that two stories show, through imports in which the focus is named, changed and taken away.
func TestFocus(t *testing.T) {
	t.Parallel()
	st := newsroom(t)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 340)), nil); err != nil {
		t.Fatal(err)
	}
	const words = "---\nheadline: H\npublished: 2020-08-04\n---\n![A gate](gate.jpg \"A gate.\")\n"
	id := importer.MediaID(b.Bytes())
	for _, c := range []struct {
		first, second string // what the story.yaml of each says
		want          news.Focus
	}{
		{"", "", news.Focus{}},
		{"", "media: {gate.jpg: {focus: [10, 90]}}", news.Focus{X: 10, Y: 90}},
		{"", "media: {gate.jpg: {focus: [90, 10]}}", news.Focus{X: 90, Y: 10}},
		{"media: {gate.jpg: {focus: [20, 20]}}", "media: {gate.jpg: {focus: [90, 10]}}", news.Focus{X: 20, Y: 20}},
		{"", "", news.Focus{}},
	} {
		fsys := files("a/en.md", words, "a/story.yaml", c.first, "a/gate.jpg", b.String(),
			"b/en.md", words, "b/story.yaml", c.second, "b/gate.jpg", b.String())
		for range 2 {
			run(t, st, fsys)
			if m, err := st.Media(t.Context(), id); err != nil || m.Focus != c.want {
				t.Errorf("%q, %q: got the focus %v, want %v, %v", c.first, c.second, m.Focus, c.want, err)
			}
		}
	}
}
