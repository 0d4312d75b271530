package picture

import (
	"image"
	"slices"
	"strconv"
)

// A Focus is the point of a picture that every cut shows: in percent of its width from the left and of its height from
// the top, 0 to 100.
type Focus struct{ X, Y int }

// Centre is the focus of a picture of which nobody has said what matters in it.
var Centre = Focus{50, 50}

// widest is the width of the largest rendition, tallest the height: a column of a hundred screens would take minutes to make.
const (
	widest  = 1600
	tallest = 8000
)

// wideAVIF is the width of the AVIF of a whole picture for large screens. Wider ones would take too long to make.
const wideAVIF = 1280

// worthAVIF is the size in bytes up to which a rendition is small enough as it is: no AVIF of it is made.
const worthAVIF = 6_000

// A cut is a part of a picture with a ratio of its own.
type cut struct {
	name string
	// ratio is of width to height; zero for the whole picture.
	ratio image.Point
	// widths to make, the smallest first. Of those up to avif the widest is made as AVIF too, which must be light.
	widths []int
	avif   int
}

// cuts are what a site needs: the whole for a story's page, 16x9 for what leads a front and for other people's
// previews, 4x3 for what follows it, 1x1 for lists.
var cuts = []cut{
	{widths: []int{320, 640, wideAVIF, widest}, avif: 640},
	{name: "16x9", ratio: image.Pt(16, 9), widths: []int{320, 640, 1280}, avif: 640},
	{name: "4x3", ratio: image.Pt(4, 3), widths: []int{320, 640}, avif: 320},
	{name: "1x1", ratio: image.Pt(1, 1), widths: []int{320}, avif: 320},
}

// render makes the renditions of a cut in a plain format and in AVIF, the smallest first. A picture that is too small to
// be cut is not, nor one that has the ratio already. Each is drawn from the next larger one.
func (c cut) render(img *image.NRGBA, focus Focus, plain format) ([]Rendition, error) {
	at := c.of(img, focus)
	if c.name != "" && (at.Bounds().Dx() < c.widths[0] || at.Bounds().Size() == img.Bounds().Size()) {
		return nil, nil
	}
	widths := c.widthsFor(at.Bounds().Dx())
	var out []Rendition
	for i, w := range slices.Backward(widths) {
		if w != at.Bounds().Dx() {
			at = scale(at, upright, w)
		}
		r, err := c.rendition(plain, at, i == 0)
		if err != nil {
			return nil, err
		}
		made := []Rendition{r}
		if len(widths) == 1 && c.name == "" && r.Width < w { // there is none of more than that to look at closely
			whole, err := c.rendition(plain, at, false)
			if err != nil {
				return nil, err
			}
			made = append(made, whole)
		}
		light := w <= c.avif && (i+1 == len(widths) || widths[i+1] > c.avif)
		if len(r.Bytes) > worthAVIF && (light || c.name == "" && w == wideAVIF) {
			other, err := c.rendition(avifs, at, light)
			if err != nil {
				return nil, err
			}
			if other.Width < w || len(other.Bytes) < len(r.Bytes) {
				made = append(made, other)
			}
		}
		out = append(made, out...)
	}
	return out, nil
}

func (c cut) rendition(f format, img *image.NRGBA, light bool) (Rendition, error) {
	shown, b, err := f.encode(img, light)
	if err != nil {
		return Rendition{}, err
	}
	size := shown.Bounds().Size()
	return Rendition{
		Name: c.prefix() + strconv.Itoa(size.X) + f.ending, MediaType: f.mediaType, Cut: c.name,
		Width: size.X, Height: size.Y, Bytes: b,
	}, nil
}

func (c cut) prefix() string {
	if c.name == "" {
		return ""
	}
	return c.name + "-"
}

// of returns the largest part of a picture that has the cut's ratio and its middle as near to the focus as can be.
func (c cut) of(img *image.NRGBA, focus Focus) *image.NRGBA {
	if c.name == "" {
		return img
	}
	size := img.Bounds().Size()
	part := image.Pt(size.X, size.X*c.ratio.Y/c.ratio.X)
	if part.Y > size.Y {
		part = image.Pt(size.Y*c.ratio.X/c.ratio.Y, size.Y)
	}
	part = image.Pt(max(1, part.X), max(1, part.Y))
	at := image.Pt(place(size.X, part.X, focus.X), place(size.Y, part.Y, focus.Y))
	return img.SubImage(image.Rectangle{Min: at, Max: at.Add(part)}).(*image.NRGBA)
}

// place returns where a part of a length begins so that its middle is as near to a percentage of the whole as can be.
func place(whole, part, percent int) int {
	return min(max(whole*percent/100-part/2, 0), whole-part)
}

// widthsFor returns the widths to make of a part of a width. A width of its own joins them only where it shows a good
// deal more than the next smaller one.
func (c cut) widthsFor(width int) []int {
	var ws []int
	for _, w := range c.widths {
		if w <= width {
			ws = append(ws, w)
		}
	}
	last := c.widths[len(c.widths)-1]
	if len(ws) == 0 || width < last && width*4 >= ws[len(ws)-1]*5 {
		ws = append(ws, width)
	}
	return ws
}
