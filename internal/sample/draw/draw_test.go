// Package draw paints the pictures of the sample stories. They are drawings and look like it: nobody should take one
// for a photograph. It is a test, so that the pictures in the stories are always those that stand here as code.
//
//	go test ./internal/sample/draw -update    paints them anew
package draw

import (
	"bytes"
	"flag"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures into the stories")

// A scene is one picture: where it goes, its size, and who paints it.
type scene struct {
	file          string
	width, height int
	paint         func(*canvas)
}

var scenes = []scene{
	{"samara-border/border.jpg", 800, 450, border},
	{"radio-licence/mast.jpg", 800, 450, mast},
	{"spring-flood/flood.jpg", 800, 450, flood},
	{"closed-hearing/court.jpg", 800, 450, court},
	{"bread-prices/bread.jpg", 800, 450, bread},
	{"bread-prices/chart.png", 800, 450, chart},
	{"two-language-school/school.jpg", 800, 450, school},
	{"charity-match/stadium.jpg", 800, 450, stadium},
	{"river-return/delta.jpg", 800, 450, delta},
}

// encode paints the scene in the format that its name ends in. JPEG at this quality is enough for flat shapes.
func (s scene) encode(w io.Writer) error {
	c := newCanvas(s.width, s.height)
	s.paint(c)
	if path.Ext(s.file) == ".png" {
		return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, c.RGBA)
	}
	return jpeg.Encode(w, c.RGBA, &jpeg.Options{Quality: 75})
}

func TestPictures(t *testing.T) {
	for _, s := range scenes {
		t.Run(path.Base(s.file), func(t *testing.T) {
			var want bytes.Buffer
			if err := s.encode(&want); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("..", "stories", filepath.FromSlash(s.file))
			if *update {
				if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := difference(t, got, want.Bytes()); d > 0.5 {
				t.Errorf("differs from what is drawn by %.2f of 255 on average (hint: -update)", d)
			}
		})
	}
}

// difference returns how far two pictures are apart, from 0 to 255. It is rarely 0 between machines: their floating
// point rounds differently, and another Go may encode JPEG differently.
func difference(t *testing.T, a, b []byte) float64 {
	t.Helper()
	p, q := decode(t, a), decode(t, b)
	if p.Bounds() != q.Bounds() {
		return 255
	}
	sum, n := 0, 0
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			r0, g0, b0, _ := p.At(x, y).RGBA()
			r1, g1, b1, _ := q.At(x, y).RGBA()
			for _, d := range []int{int(r0) - int(r1), int(g0) - int(g1), int(b0) - int(b1)} {
				sum, n = sum+max(d, -d)/257, n+1
			}
		}
	}
	return float64(sum) / float64(n)
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
