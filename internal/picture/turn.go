package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// A turn is how a camera was held: the value of the EXIF tag Orientation, 1 to 8.
type turn uint16

// upright is a picture that needs no turning.
const upright turn = 1

// sideways says whether width and height change places.
func (t turn) sideways() bool { return t >= 5 }

// size returns the size of a picture of bounds b once it has been turned. Turning back gives the same.
func (t turn) size(b image.Rectangle) image.Point {
	if t.sideways() {
		return image.Pt(b.Dy(), b.Dx())
	}
	return b.Size()
}

// apply returns the picture turned upright.
func (t turn) apply(src *image.NRGBA) *image.NRGBA {
	if t == upright {
		return src
	}
	to := t.size(src.Bounds())
	dst := image.NewNRGBA(image.Rectangle{Max: to})
	for y := range to.Y {
		for x := range to.X {
			sx, sy := t.from(x, y, src.Bounds().Size())
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

// from returns where the pixel that belongs at (x, y) stands in a picture of a size that is not yet turned
// (Exif 2.32, 4.6.4 A, "Orientation").
func (t turn) from(x, y int, size image.Point) (int, int) {
	right, bottom := size.X-1, size.Y-1
	switch t {
	case 2:
		return right - x, y
	case 3:
		return right - x, bottom - y
	case 4:
		return x, bottom - y
	case 5:
		return y, x
	case 6:
		return y, bottom - x
	case 7:
		return right - y, bottom - x
	case 8:
		return right - y, x
	}
	return x, y
}

// orientation reads how the camera was held from a JPEG file; upright when the file doesn't say.
func orientation(file []byte) turn {
	for b := file[2:]; len(b) >= 4 && b[0] == 0xFF; {
		marker, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xDA || n < 2 || 2+n > len(b) { // the picture itself begins, or the file is broken
			break
		}
		if tiff, ok := bytes.CutPrefix(b[4:2+n], []byte("Exif\x00\x00")); marker == 0xE1 && ok {
			return tiffOrientation(tiff)
		}
		b = b[2+n:]
	}
	return upright
}

// tiffOrientation reads the tag Orientation of the first directory of a TIFF header (TIFF 6.0, section 2).
func tiffOrientation(b []byte) turn {
	if len(b) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return upright
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			break
		}
		if t := turn(order.Uint16(entries[8:])); order.Uint16(entries) == 0x0112 && t >= 1 && t <= 8 {
			return t
		}
		entries = entries[12:]
	}
	return upright
}
