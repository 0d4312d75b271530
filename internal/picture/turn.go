package picture

import (
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

// orientation reads how the camera was held from the Exif part of a file; upright when that doesn't say.
func orientation(exif []byte) turn {
	t := upright
	tiffEntries(exif, 0x0112, func(order binary.ByteOrder, entry []byte) {
		if v := turn(order.Uint16(entry[8:])); v >= 1 && v <= 8 {
			t = v
		}
	})
	return t
}

// tiffText reads a tag of text; empty where there is none.
func tiffText(b []byte, tag uint16) (text string) {
	tiffEntries(b, tag, func(order binary.ByteOrder, entry []byte) {
		at, size := uint64(8), uint64(order.Uint32(entry[4:]))
		from := entry
		if size > 4 { // it does not fit into the entry, which says where it stands
			at, from = uint64(order.Uint32(entry[8:])), b
		}
		if at+size <= uint64(len(from)) {
			text = string(from[at:][:size])
		}
	})
	return text
}

// tiffEntries visits the entries of a tag in the first directory of a TIFF header, 12 bytes each (TIFF 6.0, section 2).
func tiffEntries(b []byte, tag uint16, visit func(order binary.ByteOrder, entry []byte)) {
	if len(b) < 8 {
		return
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return
		}
		if order.Uint16(entries) == tag {
			visit(order, entries[:12])
		}
		entries = entries[12:]
	}
}
