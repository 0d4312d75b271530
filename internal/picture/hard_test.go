package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"coranto/internal/picture"
)

// TestHard renders pictures that are odd in size or kind: each has a rendition of the whole that is light, and one to look
// at closely, and none is higher than a browser would draw.
func TestHard(t *testing.T) {
	t.Parallel()
	noise := func(w, h int) image.Image {
		img, rnd := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
		for i := range img.Pix {
			img.Pix[i] = byte(rnd.Uint32())
		}
		return opaque(img)
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 400, 300))
	for i := range deep.Pix {
		deep.Pix[i] = byte(i * 7)
	}
	clear := image.NewPaletted(image.Rect(0, 0, 500, 200), color.Palette{color.Transparent, color.Black, color.White})
	for i := range clear.Pix {
		clear.Pix[i] = byte(i % 3)
	}
	for name, c := range map[string]struct {
		file           []byte
		width, largest int // of the picture, and of its largest rendition
	}{
		"noise":            {encodeJPEG(t, noise(900, 600)), 900, 900},
		"narrow noise":     {encodeJPEG(t, noise(250, 900)), 250, 250},
		"tiny":             {encodePNG(t, noise(100, 80)), 100, 100},
		"a column":         {encodeJPEG(t, image.NewGray(image.Rect(0, 0, 90, 30_000))), 90, 24},
		"16 bits, clear":   {encodePNG(t, deep), 400, 400},
		"a palette, clear": {encodePNG(t, clear), 500, 500},
	} {
		least, largest := 1<<30, 0
		rs := render(t, c.file).Renditions
		for _, r := range rs {
			if r.Height > 8000 {
				t.Errorf("%s: %s is %d pixels high", name, r.Name, r.Height)
			}
			if r.Cut == "" && r.MediaType != "image/avif" {
				least, largest = min(least, len(r.Bytes)), max(largest, r.Width)
			}
		}
		if least > picture.MaxLight || largest != c.largest {
			t.Errorf("%s: the lightest has %d bytes, the largest is %d pixels wide, want %d", name, least, largest, c.largest)
		}
		names := map[string]bool{}
		for _, r := range rs {
			if names[r.Name] {
				t.Errorf("%s: %s is there twice", name, r.Name)
			}
			names[r.Name] = true
		}
	}
}

// TestUpright turns a PNG and a WebP as their Exif says: both are then higher than wide.
func TestUpright(t *testing.T) {
	t.Parallel()
	tiff := "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	png := encodePNG(t, photo(60, 40))
	// One white pixel, lossless WebP, and metadata.
	webp := "WEBPVP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00\x00EXIF" +
		string(binary.LittleEndian.AppendUint32(nil, uint32(len(tiff)))) + tiff
	webp = "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(webp)))) + webp
	r := render(t, slices.Concat(png[:33], pngChunk("eXIf", tiff), png[33:])).Renditions[0]
	if r.Width != 40 || r.Height != 60 {
		t.Errorf("the PNG is %d×%d", r.Width, r.Height)
	}
	if r := render(t, []byte(webp)).Renditions[0]; bytes.Contains(r.Bytes, []byte(tiff)) || r.Width != 1 {
		t.Errorf("the WebP is %d×%d, and may have its metadata", r.Width, r.Height)
	}
	moves := strings.Replace(webp, "VP8X\x0a\x00\x00\x00\x08", "VP8X\x0a\x00\x00\x00\x0a", 1)
	if _, err := picture.Render([]byte(moves), picture.Centre); err == nil || !strings.Contains(err.Error(), "moves (hint: ") {
		t.Errorf("a moving WebP: got the error %v", err)
	}
}

// TestNothingCutAway checks that renditions show nothing of a thumbnail in the file, which may show what an editor cut
// away, and that a cut and a placeholder are made of the picture as it is.
func TestNothingCutAway(t *testing.T) {
	t.Parallel()
	red := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	for i := 0; i < len(red.Pix); i += 4 {
		copy(red.Pix[i:], []byte{255, 0, 0, 255})
	}
	thumbnail := encodeJPEG(t, image.NewGray(image.Rect(0, 0, 160, 120))) // all black
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x0e\x00\x00" + string(thumbnail)
	with, without := render(t, withParts(encodeJPEG(t, red), segment(0xE1, exif))), render(t, encodeJPEG(t, red))
	if with.Placeholder != without.Placeholder || len(with.Renditions) != len(without.Renditions) {
		t.Fatal("another picture than without a thumbnail")
	}
	for i, r := range with.Renditions {
		if !bytes.Equal(r.Bytes, without.Renditions[i].Bytes) {
			t.Errorf("%s is another than without a thumbnail", r.Name)
		}
	}
}
