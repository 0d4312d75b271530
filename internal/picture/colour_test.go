package picture_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"coranto/internal/picture"
)

// Red, green and blue under D50, as X, Y and Z.
var (
	displayP3 = [9]float64{0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407}
	plainRGB  = [9]float64{0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.71410}
)

// iccProfile is a profile of colours, with sRGB's curve or one gamma for all.
func iccProfile(colours [9]float64, curve string) []byte {
	fixed := func(b []byte, v float64) []byte { return binary.BigEndian.AppendUint32(b, uint32(int32(v*65536))) }
	var body, tags []byte
	tag := func(name string, data []byte) {
		tags = append(tags, name...)
		tags = binary.BigEndian.AppendUint32(tags, uint32(132+6*12+len(body)))
		tags = binary.BigEndian.AppendUint32(tags, uint32(len(data)))
		body = append(body, data...)
	}
	for i, c := range []string{"r", "g", "b"} {
		xyz := []byte("XYZ \x00\x00\x00\x00")
		for k := range 3 {
			xyz = fixed(xyz, colours[3*i+k])
		}
		tag(c+"XYZ", xyz)
		tag(c+"TRC", []byte(curve))
	}
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	return slices.Concat(binary.BigEndian.AppendUint32(head, 6), tags, body)
}

// curve is sRGB's, as a profile writes it: para, the fourth form.
func curve() string {
	b := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(v*65536+.5)))
	}
	return string(b)
}

// TestProfiles checks that colours come out as a file without a profile has them: Display P3 against what its own
// standard's matrices give.
func TestProfiles(t *testing.T) {
	t.Parallel()
	in := color.NRGBA{100, 150, 100, 255}
	img := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Pix[i] = [4]uint8{in.R, in.G, in.B, in.A}[i%4]
	}
	flat := encodePNG(t, img)
	gamma1 := "curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00" // light as it is
	for name, c := range map[string]struct {
		profile []byte
		want    color.NRGBA
	}{
		"none":       {nil, in},
		"sRGB":       {iccProfile(plainRGB, curve()), in},
		"Display P3": {iccProfile(displayP3, curve()), color.NRGBA{83, 152, 95, 255}},
		"linear":     {iccProfile(plainRGB, gamma1), color.NRGBA{168, 202, 168, 255}},
		"damaged":    {iccProfile(displayP3, "para"), in},
		"cut short":  {iccProfile(displayP3, curve())[:200], in},
		"words":      {[]byte(secret), in},
	} {
		file := flat
		if c.profile != nil {
			var packed bytes.Buffer
			z := zlib.NewWriter(&packed)
			if _, err := z.Write(c.profile); err != nil {
				t.Fatal(err)
			}
			z.Close()
			file = slices.Concat(flat[:33], pngChunk("iCCP", "P3\x00\x00"+packed.String()), flat[33:])
		}
		out, err := png.Decode(bytes.NewReader(only(render(t, file), "", "image/png")[0].Bytes))
		if err != nil {
			t.Fatal(err)
		}
		got := color.NRGBAModel.Convert(out.At(20, 15)).(color.NRGBA)
		if off(got.R, c.want.R)+off(got.G, c.want.G)+off(got.B, c.want.B) > 3 || got.A != 255 {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func off(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// FuzzProfile looks for profiles that make the conversion panic.
func FuzzProfile(f *testing.F) {
	jpg := encodeJPEG(f, photo(8, 8))
	f.Add(iccProfile(displayP3, curve()))
	f.Add(iccProfile(plainRGB, "curv\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\xFF\xFF"))
	f.Fuzz(func(t *testing.T, icc []byte) {
		if len(icc) > 60_000 {
			t.Skip("no segment holds it")
		}
		if _, err := picture.Render(withParts(jpg, segment(0xE2, "ICC_PROFILE\x00\x01\x01"+string(icc))), picture.Centre); err != nil {
			t.Error(err)
		}
	})
}
