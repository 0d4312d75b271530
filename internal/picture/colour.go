package picture

import (
	"encoding/binary"
	"image"
	"math"
)

// A profile is how the numbers of a picture stand for colours: what light each is, and what red, green and blue are
// (ICC.1:2022, a profile of three components by matrix and curves).
type profile struct {
	// light is the light, 0 to 1, of each number from 0 to 255, for red, green and blue.
	light [3][256]float64
	// colours are red, green and blue in columns, as X, Y and Z under the light D50.
	colours [3][3]float64
}

// toSRGB turns X, Y and Z under D50 into the light of sRGB's red, green and blue (IEC 61966-2-1, adapted by Bradford).
var toSRGB = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// standard turns the colours of a picture into those of sRGB, which is what a file without a profile has. It leaves them as
// they are where the profile says nothing that is read here, or what sRGB's would.
func standard(img *image.NRGBA, icc []byte) {
	p, ok := parseProfile(icc)
	if !ok {
		return
	}
	var m [3][3]float64
	plain := true
	for i := range m {
		for j := range m[i] {
			for k := range 3 {
				m[i][j] += toSRGB[i][k] * p.colours[k][j]
			}
			same := 0.0
			if i == j {
				same = 1
			}
			plain = plain && math.Abs(m[i][j]-same) < 0.005
		}
	}
	number := numbers()
	for n := range 256 {
		plain = plain && math.Abs(float64(number[int(p.light[0][n]*4095+.5)])-float64(n)) < 2
	}
	if plain {
		return
	}
	for i := 0; i+3 < len(img.Pix); i += 4 {
		px := img.Pix[i : i+3 : i+3]
		r, g, b := p.light[0][px[0]], p.light[1][px[1]], p.light[2][px[2]]
		for c := range 3 {
			v := m[c][0]*r + m[c][1]*g + m[c][2]*b
			px[c] = number[int(min(max(v, 0), 1)*4095+.5)]
		}
	}
}

// numbers are those of sRGB by light, of 0 to 4095.
func numbers() (out [4096]uint8) {
	for i := range out {
		v := float64(i) / 4095
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		out[i] = uint8(v*255 + .5)
	}
	return out
}

// parseProfile reads a profile of red, green and blue by matrix and curves. Those of other kinds, and damaged ones, are
// not ok.
func parseProfile(b []byte) (p profile, ok bool) {
	if len(b) < 132 || len(b) > maxProfile || string(b[16:24]) != "RGB XYZ " {
		return p, false
	}
	for i, c := range []string{"r", "g", "b"} {
		xyz, curve := profileTag(b, c+"XYZ"), profileTag(b, c+"TRC")
		if len(xyz) < 20 || string(xyz[:4]) != "XYZ " {
			return p, false
		}
		for k := range 3 {
			p.colours[k][i] = fixed(xyz[8+4*k:])
		}
		f, ok := parseCurve(curve)
		if !ok {
			return p, false
		}
		for n := range p.light[i] {
			v := f(float64(n) / 255)
			if !(v >= 0) { // or no number at all
				v = 0
			}
			p.light[i][n] = min(v, 1)
		}
	}
	return p, true
}

// profileTag returns the bytes of a tag; nil where there is none.
func profileTag(b []byte, name string) []byte {
	tags := b[132:]
	for range min(binary.BigEndian.Uint32(b[128:]), 100) {
		if len(tags) < 12 {
			return nil
		}
		at, size := uint64(binary.BigEndian.Uint32(tags[4:])), uint64(binary.BigEndian.Uint32(tags[8:]))
		if string(tags[:4]) == name && at+size <= uint64(len(b)) {
			return b[at : at+size]
		}
		tags = tags[12:]
	}
	return nil
}

// fixed reads a number with 16 bits behind the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// parseCurve reads a curve (ICC.1, 10.6), or one by parameters (10.18).
func parseCurve(b []byte) (f func(x float64) float64, ok bool) {
	if len(b) < 12 {
		return nil, false
	}
	switch string(b[:4]) {
	case "curv":
		n := uint64(binary.BigEndian.Uint32(b[8:]))
		points := b[12:]
		switch {
		case n*2 > uint64(len(points)):
			return nil, false
		case n == 0:
			return func(x float64) float64 { return x }, true
		case n == 1:
			gamma := float64(binary.BigEndian.Uint16(points)) / 256
			return func(x float64) float64 { return math.Pow(x, gamma) }, true
		}
		point := func(i int) float64 { return float64(binary.BigEndian.Uint16(points[2*i:])) / 65535 }
		return func(x float64) float64 {
			at := x * float64(n-1)
			i := min(int(at), int(n)-2)
			return point(i) + (point(i+1)-point(i))*(at-float64(i))
		}, true
	case "para":
		return parametric(int(binary.BigEndian.Uint16(b[8:])), b[12:])
	}
	return nil, false
}

// parametric returns a curve of one of five forms by its parameters, in the standard's names: g, a, b, c, d, e, f.
func parametric(form int, b []byte) (func(x float64) float64, bool) {
	sizes := []int{1, 3, 4, 5, 7}
	if form >= len(sizes) || len(b) < 4*sizes[form] {
		return nil, false
	}
	var v [7]float64
	for i := range sizes[form] {
		v[i] = fixed(b[4*i:])
	}
	g, a, m, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch form {
	case 0:
		a, m, c, d, e, f = 1, 0, 0, 0, 0, 0
	case 1: // from -b/a on, and zero before
		if a == 0 {
			return nil, false
		}
		c, d = 0, -m/a
	case 2: // the same and c everywhere
		if a == 0 {
			return nil, false
		}
		e, f, c, d = c, c, 0, -m/a
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(a*x+m, g) + e
		}
		return c*x + f
	}, true
}
