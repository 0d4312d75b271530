package importer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"strings"

	"coranto/internal/news"
	"coranto/internal/picture"
)

// CheckRendition says whether a rendition that somebody else made may be published as it is: it has the hash and the
// size that it is said to have, is of a kind that NewMedia makes too, by its name's ending, its type and its first bytes,
// and has nothing in it that tells of its makers. A page that is called a picture would run its scripts in the readers of a mirror.
func CheckRendition(r news.Rendition, b []byte) error {
	if MediaID(b) != r.SHA256 || int64(len(b)) != r.Size {
		return errors.New("the file is another than was published")
	}
	ending := path.Ext(r.Name)
	switch ending {
	case ".jpg", ".png", ".avif":
		if err := checkPicture(ending, r.MediaType, b); err != nil {
			return fmt.Errorf("%q: %w", r.Name, err)
		}
		return nil
	}
	p, ok := passed(ending)
	if !ok || p.mediaType != r.MediaType || !p.is(b) {
		return fmt.Errorf("%q: not a file of the type %s that is published here", r.Name, r.MediaType)
	}
	clean, err := p.clean(b)
	if err == nil && !bytes.Equal(clean, b) {
		err = errors.New("it has metadata, which may tell who made it and where")
	}
	if err != nil {
		return fmt.Errorf("%q: %w", r.Name, err)
	}
	return nil
}

// checkPicture says whether a file is a JPEG, PNG or AVIF as NewMedia makes them, without metadata.
func checkPicture(ending, mediaType string, b []byte) error {
	parts, want := jpegParts, "image/jpeg"
	switch ending {
	case ".png":
		parts, want = pngParts, "image/png"
	case ".avif":
		parts, want = avifParts, "image/avif"
	}
	if mediaType != want {
		return fmt.Errorf("not a file of the type %s that is published here", mediaType)
	}
	names, err := parts(b)
	if err != nil {
		return err
	}
	for _, name := range names {
		// APP1 holds Exif and XMP, APP13 the IPTC's words; a PNG's chunks of text and Exif are all lower-case at first.
		if strings.Contains(" APP1 APP13 COM eXIf tEXt zTXt iTXt ", " "+name+" ") {
			return fmt.Errorf("it has metadata (%s), which may tell who took it and where", name)
		}
	}
	return nil
}

// avifParts names none: package picture refuses an AVIF that has more than a picture.
func avifParts(b []byte) ([]string, error) {
	_, _, err := picture.CheckAVIF(b)
	return nil, err
}

var errDamaged = errors.New("cut short or damaged")

// jpegParts returns the names of a JPEG's segments before its picture (ITU T.81, annex B).
func jpegParts(b []byte) (names []string, err error) {
	if !bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}) {
		return nil, errDamaged
	}
	for b = b[2:]; ; {
		if len(b) < 4 || b[0] != 0xFF {
			return nil, errDamaged
		}
		marker, size := b[1], 2+int(binary.BigEndian.Uint16(b[2:]))
		switch {
		case marker == 0xDA: // the picture begins
			return names, nil
		case marker >= 0xE0 && marker <= 0xEF:
			names = append(names, fmt.Sprintf("APP%d", marker-0xE0))
		case marker == 0xFE:
			names = append(names, "COM")
		}
		if size < 4 || size > len(b) {
			return nil, errDamaged
		}
		b = b[size:]
	}
}

// pngParts returns the names of a PNG's chunks (PNG, section 5).
func pngParts(b []byte) (names []string, err error) {
	b, ok := bytes.CutPrefix(b, []byte("\x89PNG\r\n\x1A\n"))
	if !ok {
		return nil, errDamaged
	}
	for len(b) >= 12 {
		size := uint64(binary.BigEndian.Uint32(b)) + 12
		names = append(names, string(b[4:8]))
		if size > uint64(len(b)) {
			return nil, errDamaged
		}
		if b = b[size:]; names[len(names)-1] == "IEND" && len(b) == 0 {
			return names, nil
		}
	}
	return nil, errDamaged
}
