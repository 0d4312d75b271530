package picture

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
)

// MaxLight is the size in bytes of a light rendition: what a reader on a poor line is asked to fetch.
const MaxLight = 10_000

// A format is one that renditions are made in.
type format struct {
	mediaType, ending string
	// qualities are tried in turn where a rendition must be light.
	qualities []int
	write     func(b *bytes.Buffer, img image.Image, quality int) error
}

var (
	jpegs = format{"image/jpeg", ".jpg", []int{80, 65, 50, 35, 25}, writeJPEG}
	pngs  = format{"image/png", ".png", []int{100}, writePNG}
	avifs = format{"image/avif", ".avif", []int{50, 35}, writeAVIF}
)

// encode returns a picture in the format. One that must be light it makes so by a lower quality, and by showing it
// smaller where that is not enough.
func (f format) encode(img *image.NRGBA, light bool) (*image.NRGBA, []byte, error) {
	for {
		qualities := f.qualities
		if !light {
			qualities = qualities[:1]
		}
		var b bytes.Buffer
		for _, q := range qualities {
			b.Reset()
			if err := f.write(&b, img, q); err != nil {
				return nil, nil, err
			}
			if b.Len() <= MaxLight || b.Len() > 2*MaxLight { // light, or far from it
				break
			}
		}
		width := img.Bounds().Dx()
		if !light || b.Len() <= MaxLight || width == 1 {
			return img, b.Bytes(), nil
		}
		img = scale(img, upright, max(1, width*3/4))
	}
}

func writeJPEG(b *bytes.Buffer, img image.Image, quality int) error {
	return jpeg.Encode(b, img, &jpeg.Options{Quality: quality})
}

func writePNG(b *bytes.Buffer, img image.Image, _ int) error {
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(b, img)
}
