package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"coranto/internal/picture"
)

// photo paints a picture of many colours whose four corners are red, green, blue and white, clockwise from the top left.
func photo(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x + y) * 255 / (w + h)), 255}
			switch left, top := x < w/4, y < h/4; {
			case left && top:
				c = color.RGBA{255, 0, 0, 255}
			case x >= w-w/4 && top:
				c = color.RGBA{0, 255, 0, 255}
			case x >= w-w/4 && y >= h-h/4:
				c = color.RGBA{0, 0, 255, 255}
			case left && y >= h-h/4:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// busy is a photo with more in it, which is worth an AVIF.
func busy(w, h int) *image.RGBA {
	img := photo(w, h)
	for y := range h {
		for x := range w {
			img.Pix[img.PixOffset(x, y)+2] = uint8((x/40 ^ y/40) * 12)
		}
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// secret stands for what a camera writes of the place.
const secret = "GPS 53.1959N 50.1002E"

// withEXIF puts an APP1 segment with an orientation and a secret behind the JPEG's first marker.
func withEXIF(file []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	head := "MM\x00\x2a"
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		head = "II\x2a\x00"
	}
	tiff := order.AppendUint32([]byte(head), 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, e := range [][2]uint16{{0x0110, 1}, {0x0112, orientation}} { // another tag first
		tiff = order.AppendUint16(tiff, e[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, e[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	body := append([]byte("Exif\x00\x00"), append(tiff, secret...)...)
	seg := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2))
	return slices.Concat(file[:2], seg, body, file[2:])
}

func TestRenditionsOfPhotos(t *testing.T) {
	for _, c := range []struct {
		w, h  int
		whole string // as JPEG
		cuts  string // of 16x9, as JPEG
	}{
		{2000, 1000, "320.jpg 320×160, 640.jpg 640×320, 1280.jpg 1280×640, 1600.jpg 1600×800",
			"16x9-320.jpg 320×180, 16x9-640.jpg 640×360, 16x9-1280.jpg 1280×720"},
		{1000, 500, "320.jpg 320×160, 640.jpg 640×320, 1000.jpg 1000×500",
			"16x9-320.jpg 320×180, 16x9-640.jpg 640×360, 16x9-888.jpg 888×500"},
		{700, 350, "320.jpg 320×160, 640.jpg 640×320", "16x9-320.jpg 320×180, 16x9-622.jpg 622×350"},
		{200, 100, "200.jpg 200×100", ""},
		{700, 1, "320.jpg 320×1, 640.jpg 640×1", ""},
		{1, 3000, "1.jpg 1×3000", ""},
	} {
		p := render(t, encodeJPEG(t, photo(c.w, c.h)))
		if got := describe(t, only(p, "", "image/jpeg")); got != c.whole {
			t.Errorf("%d×%d: got %s, want %s", c.w, c.h, got, c.whole)
		}
		if got := describe(t, only(p, "16x9", "image/jpeg")); got != c.cuts {
			t.Errorf("%d×%d: got %s, want %s", c.w, c.h, got, c.cuts)
		}
	}
}

func render(t testing.TB, file []byte) picture.Picture {
	t.Helper()
	p, err := picture.Render(file, picture.Centre)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// only returns the renditions of a cut in a format.
func only(p picture.Picture, cut, mediaType string) (rs []picture.Rendition) {
	for _, r := range p.Renditions {
		if r.Cut == cut && r.MediaType == mediaType {
			rs = append(rs, r)
		}
	}
	return rs
}

// TestAVIF checks which renditions are made as AVIF too, and that each is smaller than its JPEG.
func TestAVIF(t *testing.T) {
	t.Parallel()
	p := render(t, encodeJPEG(t, busy(1280, 1000)))
	for cut, want := range map[string]string{
		"": "640.avif 640×500, 1280.avif 1280×1000", "16x9": "16x9-640.avif 640×360",
		"4x3": "4x3-320.avif 320×240", "1x1": "1x1-320.avif 320×320",
	} {
		rs := only(p, cut, "image/avif")
		if got := describe(t, rs); got != want {
			t.Errorf("cut %q: got %s, want %s", cut, got, want)
		}
		for _, r := range rs {
			same := func(j picture.Rendition) bool { return j.Width == r.Width }
			jpegs := only(p, cut, "image/jpeg")
			if i := slices.IndexFunc(jpegs, same); i < 0 || len(jpegs[i].Bytes) <= len(r.Bytes) {
				t.Errorf("%s is no smaller than the JPEG", r.Name)
			}
		}
	}
	if p := render(t, encodePNG(t, image.NewGray(image.Rect(0, 0, 700, 400)))); len(only(p, "", "image/avif")) > 0 {
		t.Error("an AVIF of a picture that is small as PNG")
	}
}

// TestLight checks that the smallest rendition of each cut and format is light, whatever the picture.
func TestLight(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 330, 160))
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(rnd.Uint32())
	}
	few := image.NewPaletted(noise.Bounds(), color.Palette{color.Black, color.White, color.Transparent})
	for i := range few.Pix {
		few.Pix[i] = byte(rnd.IntN(3))
	}
	for name, file := range map[string][]byte{
		"photo": encodeJPEG(t, busy(330, 160)), "noise": encodeJPEG(t, opaque(noise)), "drawing": encodePNG(t, few),
	} {
		least := map[string]int{}
		for _, r := range render(t, file).Renditions {
			key := r.Cut + " " + r.MediaType
			if n, ok := least[key]; !ok || len(r.Bytes) < n {
				least[key] = len(r.Bytes)
			}
		}
		if len(least) == 0 {
			t.Errorf("%s: nothing", name)
		}
		for key, n := range least {
			if n > picture.MaxLight {
				t.Errorf("%s, %s: the lightest has %d bytes", name, key, n)
			}
		}
	}
}

func opaque(img *image.NRGBA) image.Image {
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

// TestFocus checks that a cut shows what the focus points at: the corners of a wide picture.
func TestFocus(t *testing.T) {
	file := encodeJPEG(t, photo(1200, 400))
	for focus, want := range map[picture.Focus]string{ // the upper corners of the square, left and right
		{X: 0, Y: 0}: "R?", {X: 100, Y: 0}: "RG", picture.Centre: "?R",
	} {
		p, err := picture.Render(file, focus)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(only(p, "1x1", "image/jpeg")[0].Bytes))
		if err != nil {
			t.Fatal(err)
		}
		size := img.Bounds().Size()
		got := corner(img, 5, 5) + corner(img, size.X-6, 5)
		if got != want {
			t.Errorf("focus %v: got the corners %s, want %s", focus, got, want)
		}
	}
}

// TestPlaceholder checks that a placeholder is a small picture of the same colours in a page's own bytes.
func TestPlaceholder(t *testing.T) {
	for _, size := range []image.Point{{900, 600}, {600, 900}, {1, 1}} {
		url := render(t, encodeJPEG(t, photo(size.X, size.Y))).Placeholder
		b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(url, "data:image/gif;base64,"))
		if err != nil || len(url) > picture.MaxPlaceholder {
			t.Fatalf("%v: a placeholder of %d bytes: %v", size, len(url), err)
		}
		img, err := gif.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if wide := img.Bounds().Dx() > img.Bounds().Dy(); wide != (size.X >= size.Y) {
			t.Errorf("%v: a placeholder of %v", size, img.Bounds())
		}
	}
	if url := render(t, encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 9, 9)))).Placeholder; url != "" {
		t.Errorf("a see-through picture has the placeholder %s", url)
	}
}

// describe lists renditions, and fails where their bytes are not what they say.
func describe(t *testing.T, rs []picture.Rendition) string {
	t.Helper()
	var s string
	for i, r := range rs {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s %d×%d", r.Name, r.Width, r.Height)
		config, format, err := image.DecodeConfig(bytes.NewReader(r.Bytes))
		if r.MediaType == "image/avif" {
			format = "avif"
			config.Width, config.Height, err = picture.CheckAVIF(r.Bytes)
		}
		if err != nil || "image/"+format != r.MediaType || config.Width != r.Width || config.Height != r.Height {
			t.Errorf("%s: it is %s %d×%d (%v), said to be %s %d×%d", r.Name, format, config.Width, config.Height, err,
				r.MediaType, r.Width, r.Height)
		}
	}
	return s
}

func TestFormats(t *testing.T) {
	few := image.NewPaletted(image.Rect(0, 0, 400, 200), color.Palette{color.Black, color.White})
	few.SetColorIndex(3, 3, 1)
	var moving bytes.Buffer
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{few, few}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	for i := range clear.Pix {
		clear.Pix[i] = byte(i)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"photo as PNG", encodePNG(t, photo(400, 300)), "320.jpg 320×240, 400.jpg 400×300"},
		{"drawing", encodePNG(t, few), "320.png 320×160, 400.png 400×200"},
		{"see-through", encodePNG(t, clear), "300.png 300×300"},
		{"moving", moving.Bytes(), "320.png 320×160, 400.png 400×200"},
		// One white pixel, lossless WebP.
		{"webp", []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"), "1.png 1×1"},
	} {
		rs := slices.DeleteFunc(render(t, c.file).Renditions, func(r picture.Rendition) bool {
			return r.Cut != "" || r.MediaType == "image/avif"
		})
		if got := describe(t, rs); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMetadataIsGone(t *testing.T) {
	file := withEXIF(encodeJPEG(t, photo(300, 200)), binary.BigEndian, 1)
	if !bytes.Contains(file, []byte(secret)) {
		t.Fatal("the test's own picture lacks the secret")
	}
	withText := encodePNG(t, photo(100, 100))
	withText = slices.Concat(withText[:33], pngChunk("tEXt", "Comment\x00"+secret), withText[33:])
	for _, f := range [][]byte{file, withText} {
		for _, r := range render(t, f).Renditions {
			if bytes.Contains(r.Bytes, []byte(secret)) || bytes.Contains(r.Bytes, []byte("Exif")) || bytes.Contains(r.Bytes, []byte("tEXt")) {
				t.Errorf("%s still carries metadata", r.Name)
			}
		}
	}
}

func pngChunk(kind, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(b, kind+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(kind+body)))
}

// TestOrientation checks for each way of holding the camera that the picture comes out upright: the corners, clockwise
// from the top left, must then be those of the table.
func TestOrientation(t *testing.T) {
	file := encodeJPEG(t, photo(300, 200))
	for o, want := range map[uint16]string{
		0: "RGBW", 1: "RGBW", 2: "GRWB", 3: "BWRG", 4: "WBGR", 5: "RWBG", 6: "WRGB", 7: "BGRW", 8: "GBWR", 9: "RGBW",
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			rs := only(render(t, withEXIF(file, order, o)), "", "image/jpeg")
			img, err := jpeg.Decode(bytes.NewReader(rs[0].Bytes))
			if err != nil {
				t.Fatal(err)
			}
			size := img.Bounds().Size()
			if sideways := o >= 5 && o <= 8; sideways != (size.X < size.Y) {
				t.Errorf("orientation %d: got %v", o, size)
			}
			got := corner(img, 5, 5) + corner(img, size.X-6, 5) + corner(img, size.X-6, size.Y-6) + corner(img, 5, size.Y-6)
			if got != want {
				t.Errorf("orientation %d, %v: got corners %s, want %s", o, order, got, want)
			}
		}
	}
}

// corner names the colour of a pixel.
func corner(img image.Image, x, y int) string {
	r, g, b, _ := img.At(x, y).RGBA()
	switch high := func(v uint32) bool { return v > 0x8000 }; {
	case high(r) && high(g) && high(b):
		return "W"
	case high(r):
		return "R"
	case high(g):
		return "G"
	case high(b):
		return "B"
	}
	return "?"
}

// TestBomb checks that a picture which claims 2.5 thousand million pixels is refused before memory is taken for them.
func TestBomb(t *testing.T) {
	file := encodePNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	header := binary.BigEndian.AppendUint32(nil, 50_000)
	header = append(binary.BigEndian.AppendUint32(header, 50_000), 8, 0, 0, 0, 0)
	bomb := slices.Concat(file[:8], pngChunk("IHDR", string(header)), file[33:])
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := picture.Render(bomb, picture.Centre); err == nil {
		t.Error("a picture of 50,000×50,000 pixels was taken")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("refusing took %d bytes of memory", n)
	}
}

func TestRefused(t *testing.T) {
	good := encodeJPEG(t, photo(64, 64))
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("GPS"), "svg": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"html": []byte("<!doctype html><p>"), "cut short": good[:len(good)/2], "head alone": good[:3],
	} {
		if _, err := picture.Render(file, picture.Centre); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := picture.Render([]byte("plain words"), picture.Centre); !errors.Is(err, picture.ErrNotPicture) {
		t.Errorf("got %v, want ErrNotPicture", err)
	}
}

func TestDeterministic(t *testing.T) {
	file := encodeJPEG(t, photo(900, 600))
	a, b := render(t, file).Renditions, render(t, file).Renditions
	for i := range a {
		if !bytes.Equal(a[i].Bytes, b[i].Bytes) {
			t.Errorf("%s differs between two runs", a[i].Name)
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add(withEXIF(encodeJPEG(f, photo(16, 12)), binary.LittleEndian, 6))
	f.Add(encodePNG(f, photo(16, 12)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if config, _, err := image.DecodeConfig(bytes.NewReader(file)); err == nil && config.Width*config.Height > 1<<16 {
			t.Skip("slow")
		}
		p, err := picture.Render(file, picture.Centre)
		if err == nil && len(p.Renditions) == 0 {
			t.Error("no rendition and no error")
		}
	})
}
