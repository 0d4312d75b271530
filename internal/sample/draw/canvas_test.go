package draw

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// A point is in pixels, with y growing downwards.
type point struct{ x, y float64 }

// A canvas is a picture being painted with flat, smooth-edged shapes, each over those before it.
type canvas struct {
	*image.RGBA
	random uint32 // state of the picture's own random numbers, so that it comes out the same each time
}

func newCanvas(w, h int) *canvas {
	return &canvas{image.NewRGBA(image.Rect(0, 0, w, h)), 1}
}

// hex returns the opaque colour 0xRRGGBB.
func hex(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }

// fade returns a colour at an opacity of 0 to 1.
func fade(c color.RGBA, opacity float64) color.RGBA {
	f := func(v uint8) uint8 { return uint8(float64(v)*opacity + 0.5) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), f(c.A)}
}

// mix returns the colour that lies between a (t = 0) and b (t = 1).
func mix(a, b color.RGBA, t float64) color.RGBA {
	f := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t + 0.5) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), f(a.A, b.A)}
}

// sky fills the rows from top to bottom with a gradient through colours.
func (c *canvas) sky(top, bottom float64, colors ...color.RGBA) {
	for y := int(top); y < int(bottom); y++ {
		at := (float64(y) - top) / (bottom - top) * float64(len(colors)-1)
		i := min(int(at), len(colors)-2)
		row := image.Rect(0, y, c.Bounds().Dx(), y+1)
		draw.Draw(c, row, image.NewUniform(mix(colors[i], colors[i+1], at-float64(i))), image.Point{}, draw.Src)
	}
}

// fill paints a closed shape.
func (c *canvas) fill(col color.RGBA, ps ...point) { c.union(col, ps) }

// union paints closed shapes that all run clockwise as one, so that a see-through colour stays even where they overlap.
// Only the pixels around them are touched: a picture has thousands of small ones.
func (c *canvas) union(col color.RGBA, shapes ...[]point) {
	box := bounds(slices.Concat(shapes...)).Intersect(c.Bounds())
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x - float64(box.Min.X)), float32(p.y - float64(box.Min.Y))
	}
	for _, ps := range shapes {
		r.MoveTo(at(ps[0]))
		for _, p := range ps[1:] {
			r.LineTo(at(p))
		}
		r.ClosePath()
	}
	r.Draw(c, box, image.NewUniform(col), image.Point{})
}

// bounds returns the pixels that a shape touches.
func bounds(ps []point) image.Rectangle {
	x0, y0, x1, y1 := ps[0].x, ps[0].y, ps[0].x, ps[0].y
	for _, p := range ps {
		x0, y0, x1, y1 = min(x0, p.x), min(y0, p.y), max(x1, p.x), max(y1, p.y)
	}
	return image.Rect(int(math.Floor(x0)), int(math.Floor(y0)), int(math.Ceil(x1)), int(math.Ceil(y1)))
}

func (c *canvas) rect(col color.RGBA, x, y, w, h float64) {
	c.fill(col, point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

func (c *canvas) ellipse(col color.RGBA, x, y, rx, ry float64) {
	c.fill(col, arc(x, y, rx, ry, 0, 2*math.Pi)...)
}

func (c *canvas) circle(col color.RGBA, x, y, r float64) { c.ellipse(col, x, y, r, r) }

// arc returns points on an ellipse from one angle to another, clockwise from the right.
func arc(x, y, rx, ry, from, to float64) []point {
	const steps = 72
	ps := make([]point, steps+1)
	for i := range ps {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/steps)
		ps[i] = point{x + rx*cos, y + ry*sin}
	}
	return ps
}

// line draws a line of a width through points, with round ends and corners.
func (c *canvas) line(col color.RGBA, width float64, ps ...point) {
	var shapes [][]point
	for i, p := range ps {
		shapes = append(shapes, arc(p.x, p.y, width/2, width/2, 0, 2*math.Pi))
		if i == 0 {
			continue
		}
		q := ps[i-1]
		length := math.Hypot(p.x-q.x, p.y-q.y)
		if length == 0 {
			continue
		}
		dx, dy := (p.y-q.y)/length*width/2, (q.x-p.x)/length*width/2
		shapes = append(shapes, []point{{q.x + dx, q.y + dy}, {p.x + dx, p.y + dy}, {p.x - dx, p.y - dy}, {q.x - dx, q.y - dy}})
	}
	c.union(col, shapes...)
}

// ridge fills everything below a line of hills: at height y, up to rise above and below it, with waves of a width.
func (c *canvas) ridge(col color.RGBA, y, rise, wave, shift float64) {
	w, h := float64(c.Bounds().Dx()), float64(c.Bounds().Dy())
	ps := []point{{0, h}}
	for x := 0.0; x <= w; x += 4 {
		a := (x + shift) / wave
		ps = append(ps, point{x, y - rise*(0.6*math.Sin(a)+0.3*math.Sin(2.3*a+1)+0.1*math.Sin(5.1*a))})
	}
	c.fill(col, append(ps, point{w, h})...)
}

// next returns the next random number of the picture, from 0 to 1 (xorshift, Marsaglia 2003).
func (c *canvas) next() float64 {
	c.random ^= c.random << 13
	c.random ^= c.random >> 17
	c.random ^= c.random << 5
	return float64(c.random) / (1 << 32)
}

// between returns a random number of the picture from a to b.
func (c *canvas) between(a, b float64) float64 { return a + (b-a)*c.next() }
