package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrDamaged is returned for an AVIF file that is cut short, or built otherwise than Render builds it.
var ErrDamaged = errors.New("cut short or damaged")

// avifBoxes are the boxes that an AVIF file of ours is made of, and of these the ones that hold others, with the bytes
// before them (ISO/IEC 14496-12 and 23008-12). Anything else could tell who took a picture and where.
var avifBoxes = map[string]int{
	"ftyp": -1, "meta": 4, "mdat": -1, "hdlr": -1, "pitm": -1, "iloc": -1, "iinf": 6, "infe": -1, "iref": -1, "iprp": 0,
	"ipco": 0, "ipma": -1, "ispe": -1, "pixi": -1, "av1C": -1, "colr": -1, "auxC": -1,
}

// CheckAVIF returns the size of an AVIF picture in pixels, or says why a file is none as Render makes them: it has boxes
// of another kind, items that are no picture, as Exif and XMP are, or a colour profile.
func CheckAVIF(file []byte) (width, height int, err error) {
	if len(file) > MaxBytes {
		return 0, 0, fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxBytes)
	}
	if len(file) < 12 || string(file[4:12]) != "ftypavif" {
		return 0, 0, ErrDamaged
	}
	err = boxes(file, func(kind string, body []byte) error {
		switch {
		case kind == "infe" && (len(body) < 12 || string(body[8:12]) != "av01"):
			return errors.New("it has metadata, which may tell who took it and where")
		case kind == "colr" && (len(body) < 4 || string(body[:4]) != "nclx"):
			return errors.New("it has a colour profile of its own")
		case kind == "ispe":
			if len(body) != 12 {
				return ErrDamaged
			}
			width, height = int(binary.BigEndian.Uint32(body[4:])), int(binary.BigEndian.Uint32(body[8:]))
		}
		return nil
	})
	if err == nil && (width <= 0 || height <= 0 || width > MaxPixels/height) {
		err = fmt.Errorf("%d×%d pixels: a picture has 1 to %d", width, height, MaxPixels)
	}
	return width, height, err
}

// boxes calls visit with each box of a file and those within it, and refuses a box that is not among avifBoxes.
func boxes(b []byte, visit func(kind string, body []byte) error) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return ErrDamaged
		}
		size, kind := uint64(binary.BigEndian.Uint32(b)), string(b[4:8])
		if size < 8 || size > uint64(len(b)) {
			return ErrDamaged
		}
		before, known := avifBoxes[kind]
		if !known {
			return fmt.Errorf("it has a box %q", kind)
		}
		body := b[8:size]
		if err := visit(kind, body); err != nil {
			return err
		}
		if before >= 0 {
			if len(body) < before {
				return ErrDamaged
			}
			if err := boxes(body[before:], visit); err != nil {
				return err
			}
		}
		b = b[size:]
	}
	return nil
}
