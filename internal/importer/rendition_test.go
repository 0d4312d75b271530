package importer_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// TestCheckRendition tries files that must not be published under the name and type that somebody gave them.
func TestCheckRendition(t *testing.T) {
	var jpg, pic bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	if err := jpeg.Encode(&jpg, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&pic, img); err != nil {
		t.Fatal(err)
	}
	telling, err := os.ReadFile("../recording/testdata/opus.ogg")
	if err != nil {
		t.Fatal(err)
	}
	insert := func(b []byte, at int, part string) []byte { return []byte(string(b[:at]) + part + string(b[at:])) }
	exif := insert(jpg.Bytes(), 2, "\xFF\xE1\x00\x08Exif\x00\x00")
	text := insert(pic.Bytes(), 8, "\x00\x00\x00\x01tEXtx\x00\x00\x00\x00")
	for _, tt := range []struct {
		what, name, mediaType string
		file                  []byte
		want                  string // of the error; empty for none
	}{
		{"a JPEG", "640.jpg", "image/jpeg", jpg.Bytes(), ""},
		{"a PNG", "640.png", "image/png", pic.Bytes(), ""},
		{"subtitles", "subtitles.vtt", "text/vtt", []byte("WEBVTT\n"), ""},
		{"a page", "page.html", "text/html", []byte("<script>"), "not a file of the type text/html"},
		{"a page called a picture", "640.jpg", "image/jpeg", []byte("<script>"), "damaged"},
		{"a picture called a page", "640.html", "image/jpeg", jpg.Bytes(), "not a file of the type"},
		{"a picture of the type of a page", "640.jpg", "text/html", jpg.Bytes(), "not a file of the type"},
		{"a drawing that runs scripts", "a.svg", "image/svg+xml", []byte("<svg/>"), "not a file of the type"},
		{"a sound that is none", "sound.mp3", "audio/mpeg", []byte("words"), "not a file of the type"},
		{"a JPEG with Exif", "640.jpg", "image/jpeg", exif, "metadata (APP1)"},
		{"a PNG with text", "640.png", "image/png", text, "metadata (tEXt)"},
		{"a sound that says who made it", "sound.ogg", "audio/ogg", telling, "metadata"},
		{"half a JPEG", "640.jpg", "image/jpeg", jpg.Bytes()[:50], "damaged"},
		{"half a PNG", "640.png", "image/png", pic.Bytes()[:50], "damaged"},
		{"a PNG with something after it", "640.png", "image/png", append(pic.Bytes(), 'x'), "damaged"},
		{"nothing", "640.jpg", "image/jpeg", nil, "damaged"},
	} {
		r := news.Rendition{Name: tt.name, MediaType: tt.mediaType, SHA256: importer.MediaID(tt.file), Size: int64(len(tt.file))}
		err := importer.CheckRendition(r, tt.file)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.what, err, tt.want)
		}
	}
	r := news.Rendition{Name: "640.jpg", MediaType: "image/jpeg", SHA256: importer.MediaID(jpg.Bytes()), Size: 1}
	if err := importer.CheckRendition(r, jpg.Bytes()); err == nil {
		t.Error("another size: no error")
	}
}

// FuzzCheckRendition looks for pictures that make the check panic or go on for ever.
func FuzzCheckRendition(f *testing.F) {
	f.Add("a.jpg", "image/jpeg", []byte("\xFF\xD8\xFF\xE0\x00\x04JF\xFF\xDA\x00\x02"))
	f.Add("a.png", "image/png", []byte("\x89PNG\r\n\x1A\n\x00\x00\x00\x00IEND\x00\x00\x00\x00"))
	f.Add("a.mp4", "video/mp4", []byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, name, mediaType string, b []byte) {
		r := news.Rendition{Name: name, MediaType: mediaType, SHA256: importer.MediaID(b), Size: int64(len(b))}
		if err := importer.CheckRendition(r, b); err == nil && strings.Contains(mediaType, "html") {
			t.Errorf("%s of the type %s is taken", name, mediaType)
		}
	})
}
