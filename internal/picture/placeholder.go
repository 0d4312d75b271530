package picture

import (
	"bytes"
	"encoding/base64"
	"image"

	"golang.org/x/image/draw"
)

// MaxPlaceholder is the size of a placeholder in bytes. It stands inside the page.
const MaxPlaceholder = 200

// placeholder returns a picture of a dozen pixels as a data URL. A browser that draws it large blurs it.
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
	var b bytes.Buffer
	if err := writePNG(&b, small, 0); err != nil {
		return ""
	}
	url := "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
	if len(url) > MaxPlaceholder {
		return ""
	}
	return url
}
