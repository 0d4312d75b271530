package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
)

// parts are what a picture's file has besides its pixels, each without the head that marks it; nil where there is none.
type parts struct {
	// exif is a TIFF header with its directories, xmp a packet of XML, iim the words of the IPTC, icc a colour profile.
	exif, xmp, iim, icc []byte
}

// maxProfile is the size of a colour profile, once it is unpacked.
const maxProfile = 1 << 20

// The marks of the parts of a JPEG: Exif 2.32, 4.7.2; XMP part 3, 1.1.3; Photoshop's file format; ICC.1, B.4.
const (
	exifMark = "Exif\x00\x00"
	xmpMark  = "http://ns.adobe.com/xap/1.0/\x00"
	iimMark  = "Photoshop 3.0\x00"
	iccMark  = "ICC_PROFILE\x00"
)

// partsOf returns what a JPEG, a PNG or a WebP has besides its pixels, as far as it is whole.
func partsOf(file []byte) (p parts) {
	switch {
	case bytes.HasPrefix(file, []byte("\xFF\xD8")):
		p.fromJPEG(file[2:])
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1A\n")):
		p.fromPNG(file[8:])
	case len(file) > 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		p.fromWebP(file[12:])
	}
	p.exif = bytes.TrimPrefix(p.exif, []byte(exifMark))
	return p
}

func (p *parts) fromJPEG(b []byte) {
	var resources []byte
	for len(b) >= 4 && b[0] == 0xFF && b[1] != 0xDA {
		marker, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || 2+n > len(b) {
			break
		}
		body := b[4 : 2+n]
		b = b[2+n:]
		switch {
		case marker == 0xE1 && p.exif == nil && bytes.HasPrefix(body, []byte(exifMark)):
			p.exif = body
		case marker == 0xE1 && p.xmp == nil && bytes.HasPrefix(body, []byte(xmpMark)):
			p.xmp = body[len(xmpMark):]
		case marker == 0xE2 && bytes.HasPrefix(body, []byte(iccMark)) && len(body) >= len(iccMark)+2 && len(p.icc) < maxProfile:
			p.icc = append(p.icc, body[len(iccMark)+2:]...) // after its number, and how many there are
		case marker == 0xED && bytes.HasPrefix(body, []byte(iimMark)):
			resources = append(resources, body[len(iimMark):]...)
		}
	}
	p.iim = iimOf(resources)
}

// iimOf returns the IPTC's words among Photoshop's resources, of which each has a number, a name and a size.
func iimOf(b []byte) []byte {
	for len(b) >= 12 && string(b[:4]) == "8BIM" {
		id, name := binary.BigEndian.Uint16(b[4:]), (int(b[6])+2)&^1
		if len(b) < 10+name {
			return nil
		}
		size := uint64(binary.BigEndian.Uint32(b[6+name:]))
		if b = b[10+name:]; size > uint64(len(b)) {
			return nil
		}
		if id == 0x0404 {
			return b[:size]
		}
		b = b[min(uint64(len(b)), size+size&1):]
	}
	return nil
}

func (p *parts) fromPNG(b []byte) {
	for len(b) >= 12 {
		size := uint64(binary.BigEndian.Uint32(b))
		if size+12 > uint64(len(b)) {
			return
		}
		kind, body := string(b[4:8]), b[8:8+size]
		b = b[size+12:]
		switch kind {
		case "eXIf":
			p.exif = body
		case "iTXt": // a keyword, two bytes of compression, a language and a translated keyword
			if rest, ok := bytes.CutPrefix(body, []byte("XML:com.adobe.xmp\x00\x00\x00")); ok {
				if f := bytes.SplitN(rest, []byte{0}, 3); len(f) == 3 {
					p.xmp = f[2]
				}
			}
		case "iCCP": // a name, and a byte of compression
			if _, packed, ok := bytes.Cut(body, []byte{0}); ok && len(packed) > 1 {
				p.icc = unpacked(packed[1:])
			}
		}
	}
}

func unpacked(b []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
	if err != nil || len(out) > maxProfile {
		return nil
	}
	return out
}

func (p *parts) fromWebP(b []byte) {
	for len(b) >= 8 {
		kind, size := string(b[:4]), uint64(binary.LittleEndian.Uint32(b[4:]))
		if b = b[8:]; size > uint64(len(b)) {
			return
		}
		body := slices.Clip(b[:size])
		switch kind {
		case "EXIF":
			p.exif = body
		case "XMP ":
			p.xmp = body
		case "ICCP":
			p.icc = body
		}
		b = b[min(uint64(len(b)), size+size&1):]
	}
}
