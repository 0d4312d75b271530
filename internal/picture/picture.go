// Package picture makes the renditions of a picture that a newsroom publishes: smaller, upright, and with nothing left
// of what the camera wrote into the file (the place, the time, its serial number).
//
// It never passes a file on as it came in, and it knows neither stories nor the store.
//
//	p, err := picture.Render(file, picture.Centre)
//	if err != nil { … }               // not a picture, or too large
//	for _, r := range p.Renditions {  // 320.jpg, 640.jpg, 640.avif … 16x9-320.jpg …
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
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
	"golang.org/x/sync/errgroup"
)

// The limits of what is looked at. They are checked before a pixel is decoded.
const (
	// MaxBytes is the size of a picture's file.
	MaxBytes = 64 << 20
	// MaxPixels is the number of its pixels: a file of a few kB can claim a whole memory of them.
	MaxPixels = 50_000_000
)

// ErrNotPicture is returned for bytes that are no JPEG, PNG, GIF or WebP.
var ErrNotPicture = errors.New("not a JPEG, PNG, GIF or WebP picture")

// A Picture is what is published of a file.
type Picture struct {
	// Renditions are those of the whole picture, then those of each cut, the smallest first.
	Renditions []Rendition
	// Placeholder is a data URL of at most MaxPlaceholder bytes that shows the picture's colours, blurred, until it has
	// come; empty for one that is see-through.
	Placeholder string
}

// A Rendition is one size, cut and format of a picture.
type Rendition struct {
	// Name is unique among the picture's renditions: the cut, the width in pixels and the ending, as 640.jpg or
	// 16x9-640.avif.
	Name string
	// MediaType is image/avif, image/jpeg or image/png.
	MediaType string
	// Cut is 16x9, 4x3 or 1x1; empty for the whole picture.
	Cut           string
	Width, Height int
	Bytes         []byte
}

// Render makes what is published of a picture: the whole of it and cuts of three ratios around a focus, in widths from
// 320 to 1600 pixels that are never more than the picture has, each as JPEG, or as PNG where a picture is see-through or
// has few colours. Of each cut the width that a page needs is made as AVIF too, and of the whole one of 1280 pixels,
// where that is smaller. A picture of more than 8,000 pixels' height is shown narrower than that. One at least in each format is light: at most MaxLight bytes. Of a moving GIF only the first
// picture is kept. The same bytes give the same renditions.
func Render(file []byte, focus Focus) (Picture, error) {
	f, err := sniff(file)
	if err != nil {
		return Picture{}, err
	}
	src, err := f.decode(bytes.NewReader(file))
	if err != nil {
		return Picture{}, fmt.Errorf("decode the %s: %w", f.name, err)
	}
	if src.Bounds().Empty() { // a GIF's first frame may be
		return Picture{}, fmt.Errorf("the %s shows nothing", f.name)
	}
	about := partsOf(file)
	turn, plain := orientation(about.exif), jpegs
	if f.name != "JPEG" && drawn(src) {
		plain = pngs
	}
	size := turn.size(src.Bounds())
	width := min(size.X, widest, max(1, size.X*tallest/size.Y))
	large := turn.apply(scale(src, turn, width))
	standard(large, about.icc)
	p := Picture{Placeholder: placeholder(large)}
	made := make([][]Rendition, len(cuts))
	var g errgroup.Group
	for i, c := range cuts {
		g.Go(func() (err error) {
			made[i], err = c.render(large, focus, plain)
			return err
		})
	}
	err = g.Wait()
	p.Renditions = slices.Concat(made...)
	return p, err
}

// A kind is one of the formats that can be read.
type kind struct {
	name   string
	decode func(*bytes.Reader) (image.Image, error)
}

// sniff says what the file is by its first bytes, never by its name, and refuses what is too large.
func sniff(file []byte) (kind, error) {
	if len(file) > MaxBytes {
		return kind{}, fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxBytes)
	}
	r := bytes.NewReader(file)
	var f kind
	var config image.Config
	var err error
	switch http.DetectContentType(file) {
	case "image/jpeg":
		f = kind{"JPEG", func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }}
		config, err = jpeg.DecodeConfig(r)
	case "image/png":
		f = kind{"PNG", func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }}
		config, err = png.DecodeConfig(r)
	case "image/gif":
		f = kind{"GIF", func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }}
		config, err = gif.DecodeConfig(r)
	case "image/webp":
		if len(file) > 20 && string(file[12:16]) == "VP8X" && file[20]&2 != 0 {
			return kind{}, errors.New("the WebP moves (hint: save one picture of it, or a film)")
		}
		f = kind{"WebP", func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }}
		config, err = webp.DecodeConfig(r)
	default:
		return kind{}, ErrNotPicture
	}
	if err != nil {
		return kind{}, fmt.Errorf("decode the %s: %w", f.name, err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > MaxPixels/config.Height {
		return kind{}, fmt.Errorf("%d×%d pixels: a picture has 1 to %d", config.Width, config.Height, MaxPixels)
	}
	return f, nil
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
