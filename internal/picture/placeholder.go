package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"

	"golang.org/x/image/draw"
)

// MaxPlaceholder is the size of a placeholder in bytes. It stands inside the page.
const MaxPlaceholder = 200

// placeholder returns a picture of a dozen pixels as a data URL. A browser that draws it large blurs it. It is a GIF whose
// palette holds one colour a pixel: all but these 36 bytes are the same in every placeholder, and cost a page nothing once
// it is compressed.
func placeholder(img *image.NRGBA) string {
	if !img.Opaque() {
		return ""
	}
	to := image.Rect(0, 0, 4, 3)
	if size := img.Bounds().Size(); size.X < size.Y {
		to = image.Rect(0, 0, 3, 4)
	}
	small := image.NewNRGBA(to)
	draw.BiLinear.Scale(small, to, img, img.Bounds(), draw.Src, nil)
	flat := image.NewPaletted(to, make(color.Palette, 12))
	for i := range flat.Pix {
		flat.Pix[i], flat.Palette[i] = uint8(i), small.At(i%to.Dx(), i/to.Dx())
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, flat, nil); err != nil {
		return ""
	}
	url := "data:image/gif;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
	if len(url) > MaxPlaceholder {
		return ""
	}
	return url
}
