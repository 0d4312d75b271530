// Package picture makes the renditions of a picture that a newsroom publishes: smaller, upright, and with nothing left
// of what the camera wrote into the file (the place, the time, its serial number).
//
// It never passes a file on as it came in, and it knows neither stories nor the store.
//
//	renditions, err := picture.Render(file)
//	if err != nil { … }             // not a picture, or too large
//	for _, r := range renditions {  // 320.jpg, 640.jpg, 1280.jpg
//		…
//	}
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"strconv"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// The limits of what is looked at. They are checked before a pixel is decoded.
const (
	// MaxBytes is the size of a picture's file.
	MaxBytes = 64 << 20
	// MaxPixels is the number of its pixels: a file of a few kB can claim a whole memory of them.
	MaxPixels = 50_000_000
)

// Quality is the JPEG quality of renditions.
const Quality = 80

// ErrNotPicture is returned for bytes that are no JPEG, PNG, GIF or WebP.
var ErrNotPicture = errors.New("not a JPEG, PNG, GIF or WebP picture")

// A Rendition is one size of a picture.
type Rendition struct {
	// Name is unique among the picture's renditions: the width in pixels and the ending, as 640.jpg.
	Name string
	// MediaType is image/jpeg or image/png.
	MediaType     string
	Width, Height int
	Bytes         []byte
}

// Render makes the renditions of a picture, the smallest first: 320, 640 and 1280 pixels wide, never wider than the
// picture itself, and always at least one. Photographs become JPEG; pictures that are see-through or have few colours
// become PNG. Of a moving GIF only the first picture is kept. The same bytes give the same renditions.
func Render(file []byte) ([]Rendition, error) {
	f, err := sniff(file)
	if err != nil {
		return nil, err
	}
	src, err := f.decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("decode the %s: %w", f.name, err)
	}
	if src.Bounds().Empty() { // a GIF's first frame may be
		return nil, fmt.Errorf("the %s shows nothing", f.name)
	}
	turn := upright
	if f.name == "JPEG" {
		turn = orientation(file)
	}
	encode, ending, mediaType := encodeJPEG, ".jpg", "image/jpeg"
	if f.name != "JPEG" && drawn(src) {
		encode, ending, mediaType = encodePNG, ".png", "image/png"
	}
	widths := widthsFor(turn.size(src.Bounds()).X)
	large := turn.apply(scale(src, turn, widths[len(widths)-1]))
	var out []Rendition
	for _, w := range widths {
		img := large
		if w != large.Bounds().Dx() {
			img = scale(large, upright, w)
		}
		b, err := encode(img)
		if err != nil {
			return nil, err
		}
		size := img.Bounds().Size()
		out = append(out, Rendition{strconv.Itoa(w) + ending, mediaType, size.X, size.Y, b})
	}
	return out, nil
}

// A format is one that can be read.
type format struct {
	name   string
	decode func(*bytes.Reader) (image.Image, error)
}

// sniff says what the file is by its first bytes, never by its name, and refuses what is too large.
func sniff(file []byte) (format, error) {
	if len(file) > MaxBytes {
		return format{}, fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxBytes)
	}
	r := bytes.NewReader(file)
	var f format
	var config image.Config
	var err error
	switch http.DetectContentType(file) {
	case "image/jpeg":
		f = format{"JPEG", func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }}
		config, err = jpeg.DecodeConfig(r)
	case "image/png":
		f = format{"PNG", func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }}
		config, err = png.DecodeConfig(r)
	case "image/gif":
		f = format{"GIF", func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }}
		config, err = gif.DecodeConfig(r)
	case "image/webp":
		f = format{"WebP", func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }}
		config, err = webp.DecodeConfig(r)
	default:
		return format{}, ErrNotPicture
	}
	if err != nil {
		return format{}, fmt.Errorf("decode the %s: %w", f.name, err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > MaxPixels/config.Height {
		return format{}, fmt.Errorf("%d×%d pixels: a picture has 1 to %d", config.Width, config.Height, MaxPixels)
	}
	return f, nil
}

// widthsFor returns the widths to make of a picture of a width. A width of its own joins them only where it shows a
// good deal more than the next smaller one.
func widthsFor(width int) []int {
	var ws []int
	for _, w := range []int{320, 640, 1280} {
		if w <= width {
			ws = append(ws, w)
		}
	}
	if len(ws) == 0 || width < 1280 && width*4 >= ws[len(ws)-1]*5 {
		ws = append(ws, width)
	}
	return ws
}

// scale shrinks a picture so that it is width wide once it has been turned. It always draws anew, so that nothing but
// pixels comes through.
func scale(src image.Image, t turn, width int) *image.NRGBA {
	from := src.Bounds()
	size := t.size(from)
	to := t.size(image.Rect(0, 0, width, max(1, (size.Y*width+size.X/2)/size.X)))
	dst := image.NewNRGBA(image.Rectangle{Max: to})
	if to == from.Size() {
		draw.Draw(dst, dst.Bounds(), src, from.Min, draw.Src)
		return dst
	}
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, from, draw.Src, nil)
	return dst
}

// drawn says whether a picture was drawn rather than photographed: it is see-through, or a sample of its pixels has at
// most 256 colours. JPEG would smear it.
func drawn(img image.Image) bool {
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		return true
	}
	b := img.Bounds()
	step := max(1, max(b.Dx(), b.Dy())/1000)
	seen := make(map[[3]uint32]bool)
	for y := b.Min.Y; y < b.Max.Y; y += step {
		for x := b.Min.X; x < b.Max.X; x += step {
			red, green, blue, _ := img.At(x, y).RGBA()
			if seen[[3]uint32{red, green, blue}] = true; len(seen) > 256 {
				return false
			}
		}
	}
	return true
}

func encodeJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: Quality})
	return b.Bytes(), err
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}
