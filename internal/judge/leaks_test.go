package judge_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"coranto/internal/news"
	"coranto/internal/sample"
	"coranto/internal/scantest"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// Secrets that a newsroom's folder has and nobody else may ever see, by what they are. Their words stand nowhere else.
var secrets = map[string][]string{
	"a protected byline":            {"Zolfaqar Veshnyakovich", "Zolfaqar", "Veshnyakovich", "zolfaqar-veshnyakovich", "Жоғалмасхан"},
	"an anonymous source":           {"Quillon Dzhumabekova", "Quillon", "Dzhumabekova", "quillon.dzhumabekova@mail.example"},
	"a draft":                       {"Xylographic ledger", "xylographic", "hidden-ledger", "Тайнопись-черновика"},
	"an embargoed story":            {"Brachistochrone minister", "brachistochrone", "embargoed-minister"},
	"a picture's metadata":          {"SN-7731-KVARTZ", "Owner Petrichor Vance", "52.2296756N", "Petrichor"},
	"a claim that no article makes": {"https://vault.example/unused-evidence-7f3a", "unused-evidence-7f3a"},
	"a missing file's name":         {"https://lost.example/uploads/ivanka-zhdanok-2014.jpg", "lost.example", "ivanka-zhdanok"},
	"a reader's comment":            {"Oystercatcher of the third floor", "Oystercatcher", "Wrynecked"},
}

// published is said openly, so that a search which finds nothing at all is noticed.
const published = "Openly Signed-Reporter"

const leakStory = `sources:
  insider:
    kind: anonymous
    identity: "Quillon Dzhumabekova, quillon.dzhumabekova@mail.example"
    reason:
      "": They fear for their post.
claims:
  leak:
    source: insider
    check: unverified
  unused:
    source: insider
    check: unverified
    evidence:
      - url: https://vault.example/unused-evidence-7f3a
`

const leakArticle = `---
headline: The audit was closed early
published: 2026-05-01T08:00:00Z
bylines:
  - Openly Signed-Reporter
  - name: Zolfaqar Veshnyakovich
    protected: true
  - name: Жоғалмасхан
    role: pictures
    protected: true
lead:
  file: audit.jpg
  alt: An empty office.
  caption: The office in May.
  credit: Openly Signed-Reporter
---

[The audit was closed](claim:leak), says somebody who was there. See [another](story:hidden-ledger) and
[a third](story:embargoed-minister).

![An empty desk.](desk.jpg "The desk.")

![A film of the door.](door.mp4)

![A voice.](voice.mp3)
`

// leakFolders are the stories of the newsroom that has secrets.
var leakFolders = map[string]string{
	"audit/story.yaml":         leakStory,
	"audit/en.md":              leakArticle,
	"hidden-ledger/en.md":      "---\nheadline: Xylographic ledger\ndraft: true\n---\n\nThe xylographic pages say more. See [this](story:audit).\n",
	"hidden-ledger/ru.md":      "---\nheadline: Тайнопись-черновика\ndraft: true\n---\n\nТайнопись-черновика.\n",
	"embargoed-minister/en.md": "---\nheadline: Brachistochrone minister\npublished: 2099-01-01T06:00:00Z\ntopics: []\n---\n\nHe resigns: brachistochrone.\n",
}

// TestLeaks publishes stories with secrets, twice, and looks for these in every byte of what came out: in names and
// files, in what is compressed, in pictures, and written in any of the ways in which programs write text.
func TestLeaks(t *testing.T) {
	dir := t.TempDir()
	stories, newsroom := filepath.Join(dir, "stories"), filepath.Join(dir, "room")
	picture := tellingPicture(t)
	files := maps.Clone(leakFolders)
	files["audit/audit.jpg"] = string(picture)
	files["audit/desk.jpg"] = string(signedPicture(t))
	for name, from := range map[string]string{"audit/door.mp4": "phone.mp4", "audit/voice.mp3": "tone.mp3"} {
		b, err := os.ReadFile("../recording/testdata/" + from)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	if err := writeAll(stories, files); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", newsroom, "--name", "The Lantern", "--languages", "en,ru"},
		{"-C", newsroom, "import", "markdown", stories},
		{"-C", newsroom, "publish"},
	} {
		if err := command(args...); err != nil {
			t.Fatal(err)
		}
	}
	files["audit/en.md"] = strings.Replace(leakArticle, "The audit was closed early", "The audit was closed in May", 1)
	if err := writeAll(stories, files); err != nil {
		t.Fatal(err)
	}
	for _, do := range []func() error{
		func() error { return command("-C", newsroom, "import", "markdown", stories) },
		func() error { return putFromElsewhere(t.Context(), newsroom) },
		func() error { return command("-C", newsroom, "publish") },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}

	public := filepath.Join(newsroom, "public")
	if len(scantest.Find(t, public, forms(published)...)) == 0 {
		t.Error("the search does not find what is published")
	}
	sum := sha256.Sum256(picture)
	for what, words := range secrets {
		wanted := slices.Clone(words)
		var all []string
		for _, w := range wanted {
			all = append(all, forms(w)...)
		}
		if what == "a picture's metadata" {
			all = append(all, scantest.Hash(sum)...)
		}
		if found := scantest.Find(t, public, all...); len(found) > 0 {
			t.Errorf("%s is published: %q", what, found)
		}
	}
	for what, words := range secrets {
		if what != "a picture's metadata" && len(scantest.Find(t, newsroom, words[0])) == 0 {
			t.Errorf("%s is not in the newsroom either: the test tests nothing", what)
		}
	}
	checkPictures(t, public)
}

// putFromElsewhere puts into a newsroom's store what only imports from other systems bring: a file that could not be had,
// whose name stands in for alternative text too, and a comment.
func putFromElsewhere(ctx context.Context, dir string) error {
	st, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer st.Close()
	s, err := st.Story(ctx, "audit")
	if err != nil {
		return err
	}
	body := &s.Articles[0].Revision.Body
	*body = append(*body, news.Block{Kind: news.Picture, Figure: &news.Figure{
		Missing: "https://lost.example/uploads/ivanka-zhdanok-2014.jpg", Alt: "ivanka-zhdanok-2014"}})
	_, err = st.PutBatch(ctx, store.Batch{Stories: []news.Story{s}, Comments: map[string][]news.Comment{"audit": {
		{ID: "1", Lang: "en", Name: "Wrynecked", Text: "Oystercatcher of the third floor"}}}})
	return err
}

// forms returns the ways in which a text may stand in a file: in letters of either case, in UTF-16, hex, base64 that
// begins at any of three places, percent-encoded, as escapes of JSON and HTML, and backwards.
func forms(s string) []string {
	all := []string{s, strings.ToLower(s), strings.ToUpper(s), backwards(s), url.QueryEscape(s), url.PathEscape(s),
		hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s)))}
	var little, big, unicode, decimal, hexadecimal []byte
	for _, u := range utf16.Encode([]rune(s)) {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		unicode = fmt.Appendf(unicode, `\u%04x`, u)
	}
	for _, r := range s {
		decimal, hexadecimal = fmt.Appendf(decimal, "&#%d;", r), fmt.Appendf(hexadecimal, "&#x%x;", r)
	}
	all = append(all, string(little), string(big), string(unicode), string(decimal), string(hexadecimal))
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			all = append(all, within(e, s, before))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// within returns what is the same in the base64 of every text that has s after 3n+before bytes.
func within(e *base64.Encoding, s string, before int) string {
	coded := e.EncodeToString(append(make([]byte, before), s...))
	from, to := (before*8+5)/6, (before+len(s))*8/6
	return coded[from:to]
}

func backwards(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// tellingPicture returns a photo of the sample newsroom with what cameras and programs write into files: whose camera it
// was and where it stood, as EXIF and as XMP, and a comment.
func tellingPicture(t *testing.T) []byte {
	t.Helper()
	b, err := fs.ReadFile(sample.Stories(), "spring-flood/flood.jpg")
	if err != nil {
		t.Fatal(err)
	}
	// One directory of the TIFF inside: BodySerialNumber, ASCII.
	serial := "SN-7731-KVARTZ\x00"
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\xa4\x31\x00\x02\x00\x00\x00\x0f\x00\x00\x00\x1a\x00\x00\x00\x00" + serial)
	xmp := []byte("http://ns.adobe.com/xap/1.0/\x00" + `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:exif="http://ns.adobe.com/exif/1.0/" ` +
		`aux:OwnerName="Owner Petrichor Vance" exif:GPSLatitude="52.2296756N"/></rdf:RDF></x:xmpmeta>`)
	out := slices.Clone(b[:2])
	for _, s := range []struct {
		marker byte
		data   []byte
	}{{0xe1, exif}, {0xe1, xmp}, {0xfe, []byte("Owner Petrichor Vance")}} {
		out = append(out, 0xff, s.marker)
		out = binary.BigEndian.AppendUint16(out, uint16(len(s.data)+2))
		out = append(out, s.data...)
	}
	return append(out, b[2:]...)
}

// signedPicture returns a photo whose file has a thumbnail of what was cut away, and names as the one who made it, whom
// to credit and whose it is somebody whom the story protects.
func signedPicture(t *testing.T) []byte {
	t.Helper()
	b, err := fs.ReadFile(sample.Stories(), "closed-hearing/court.jpg")
	if err != nil {
		t.Fatal(err)
	}
	var sets string
	for _, s := range [][2]string{{"\x50", "Zolfaqar Veshnyakovich"}, {"\x6E", "Zolfaqar Veshnyakovich / Agence"}, {"\x74", "© Жоғалмасхан"}} {
		sets += "\x1C\x02" + s[0] + string(binary.BigEndian.AppendUint16(nil, uint16(len(s[1])))) + s[1]
	}
	words := "Photoshop 3.0\x008BIM\x04\x04\x00\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(len(sets)))) + sets
	// An empty first directory of the TIFF inside, and a second with the place and the size of the thumbnail.
	thumbnail := "\xff\xd8Owner Petrichor Vance\xff\xd9"
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x0e\x00\x02" +
		"\x02\x01\x00\x04\x00\x00\x00\x01\x00\x00\x00\x2c\x02\x02\x00\x04\x00\x00\x00\x01\x00\x00\x00" + string(rune(len(thumbnail))) +
		"\x00\x00\x00\x00" + thumbnail
	out := slices.Clone(b[:2])
	for _, s := range []string{"\xff\xe1" + exif, "\xff\xed" + words} {
		out = append(out, s[:2]...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(s)))
		out = append(out, s[2:]...)
	}
	return append(out, b[2:]...)
}

// checkPictures looks at the parts of every published picture: no EXIF, no comment.
func checkPictures(t *testing.T, public string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(public, "media"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n++
		for _, sign := range []string{"Exif\x00\x00", "eXIf", "Photoshop 3.0", "tEXt", "zTXt"} {
			if bytes.Contains(b, []byte(sign)) {
				t.Errorf("%s has %q", name, sign)
			}
		}
		if bytes.HasPrefix(b, []byte("ID3")) || bytes.Contains(b, []byte("udta")) {
			t.Errorf("%s has metadata", name)
		}
		if bytes.HasPrefix(b, []byte("\xff\xd8")) {
			for _, marker := range segments(b) {
				if marker == 0xfe || marker == 0xe1 {
					t.Errorf("%s has a segment %#x", name, marker)
				}
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d pictures, %v", n, err)
	}
}

// segments returns the markers of a JPEG's segments, up to the picture itself.
func segments(b []byte) (markers []byte) {
	for at := 2; at+4 <= len(b) && b[at] == 0xff && b[at+1] != 0xda; {
		markers = append(markers, b[at+1])
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
	}
	return markers
}
