package recording

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// mp4Children are the boxes that stay, by the one that they stand in; the file itself is "" (ISO/IEC 14496-12). Not among
// them: udta and meta, which name places, people, devices and programs, uuid, and free space, where they leave traces.
var mp4Children = map[string][]string{
	"":     {"ftyp", "moov", "mdat"},
	"moov": {"mvhd", "trak"},
	"trak": {"tkhd", "edts", "mdia"},
	"edts": {"elst"},
	"mdia": {"mdhd", "hdlr", "elng", "minf"},
	"minf": {"vmhd", "smhd", "hdlr", "dinf", "stbl"},
	"dinf": {"dref"},
	"stbl": {"stsd", "stts", "stss", "stps", "ctts", "cslg", "stsc", "stsz", "stco", "co64", "sgpd", "sbgp", "sdtp"},
}

// mp4Codec are the boxes that stay in the description of a picture or a sound.
var mp4Codec = []string{"avcC", "hvcC", "av1C", "vpcC", "esds", "dOps", "dfLa", "dac3", "dec3", "colr", "pasp", "clap", "fiel", "btrt"}

// mp4Formats are the forms of pictures and of sounds whose descriptions are known, with the bytes before the boxes in
// them.
var mp4Formats = map[string]int{
	"avc1": 78, "avc3": 78, "hvc1": 78, "hev1": 78, "av01": 78, "vp08": 78, "vp09": 78, "mp4v": 78,
	"mp4a": 28, "Opus": 28, "fLaC": 28, "ac-3": 28, "ec-3": 28, ".mp3": 28,
}

// stripMP4 blanks what an MP4 file has besides its pictures and sounds: other boxes, other tracks, times, names, and every
// byte among the media that no track plays. Nothing changes its place or its size, so that all that points into the file
// still does.
func stripMP4(file []byte) ([]byte, error) {
	if len(file) < 12 || string(file[4:8]) != "ftyp" {
		return nil, ErrDamaged
	}
	out := slices.Clone(file)
	m := mp4{file: out}
	if err := m.children(out, ""); err != nil {
		return nil, err
	}
	if len(m.played) == 0 {
		return nil, errors.New("it has neither pictures nor sound (hint: make it again, as one whole MP4)")
	}
	return out, m.blankUnplayed()
}

// An mp4 is what was met of a file.
type mp4 struct {
	file []byte
	// media are where mdat boxes have their bytes, played what tracks play of them.
	media, played []mp4Span
	// Of the track that is being read: where its media lie.
	table mp4Table
}

// An mp4Span is a part of the file.
type mp4Span struct{ from, to uint64 }

// maxChunks is the number of parts that the tracks of a file may play.
const maxChunks = 1 << 20

// An mp4Box is a box: head is the number of bytes before its body.
type mp4Box struct {
	kind string
	head int
	body []byte
}

// mp4Read reads the box that b begins with. Only the last box of a file may leave its end open.
func mp4Read(b []byte, open bool) (x mp4Box, err error) {
	if len(b) < 8 {
		return x, ErrDamaged
	}
	size := uint64(binary.BigEndian.Uint32(b))
	x.kind, x.head = string(b[4:8]), 8
	switch {
	case size == 0 && open:
		size = uint64(len(b))
	case size == 1 && len(b) >= 16:
		size, x.head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < uint64(x.head) || size > uint64(len(b)) {
		return x, ErrDamaged
	}
	x.body = b[x.head:size]
	return x, nil
}

// children goes through the boxes of another.
func (m *mp4) children(b []byte, parent string) error {
	for len(b) > 0 {
		if parent != "" && len(b) < 8 { // QuickTime ends some lists of boxes with four zeros
			clear(b)
			return nil
		}
		x, err := mp4Read(b, parent == "")
		if err != nil {
			return err
		}
		size := x.head + len(x.body)
		switch stays := slices.Contains(mp4Children[parent], x.kind); {
		case x.kind == "moof" || x.kind == "mvex":
			return errors.New("it is in fragments (hint: make one whole MP4 of it, as ffmpeg -i in.mp4 -c copy -movflags +faststart out.mp4 does)")
		case stays && x.kind == "trak":
			err = m.track(b[:size], x)
		case stays:
			err = m.box(x)
		default:
			mp4Blank(b[:size], x)
		}
		if err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

// mp4Blank makes free space of a box.
func mp4Blank(b []byte, x mp4Box) {
	copy(b[4:], "free")
	clear(x.body)
}

// track goes through a track, and makes free space of one that is neither pictures nor sound: what it plays is then
// played by none.
func (m *mp4) track(b []byte, x mp4Box) error {
	kind, err := mp4Handler(x.body)
	if err != nil {
		return err
	}
	if kind != "vide" && kind != "soun" {
		mp4Blank(b, x)
		return nil
	}
	m.table = mp4Table{}
	if err := m.children(x.body, "trak"); err != nil {
		return err
	}
	spans, err := m.table.spans(uint64(len(m.file)))
	if err != nil {
		return err
	}
	if m.played = append(m.played, spans...); len(m.played) > maxChunks {
		return fmt.Errorf("its media lie in more than %d parts", maxChunks)
	}
	return nil
}

// mp4Handler returns the kind of a track.
func mp4Handler(track []byte) (string, error) {
	mdia, err := mp4Find(track, "mdia")
	if err != nil {
		return "", err
	}
	hdlr, err := mp4Find(mdia, "hdlr")
	if err != nil || len(hdlr) < 12 {
		return "", ErrDamaged
	}
	return string(hdlr[8:12]), nil
}

// mp4Find returns the body of the first box of a kind.
func mp4Find(b []byte, kind string) ([]byte, error) {
	for len(b) > 0 {
		x, err := mp4Read(b, false)
		if err != nil || x.kind == kind {
			return x.body, err
		}
		b = b[x.head+len(x.body):]
	}
	return nil, ErrDamaged
}

// box looks at a box that stays, and blanks what it has besides.
func (m *mp4) box(x mp4Box) error {
	switch x.kind {
	case "mdat":
		to := uint64(cap(m.file) - cap(x.body) + len(x.body))
		m.media = append(m.media, mp4Span{to - uint64(len(x.body)), to})
	case "mvhd", "tkhd", "mdhd":
		return mp4Untimed(x.body)
	case "hdlr":
		if len(x.body) < 20 {
			return ErrDamaged
		}
		clear(x.body[12:]) // after the kind: its maker, and a name
	case "dref":
		return mp4Own(x.body)
	case "stsd":
		return mp4Described(x.body)
	case "stsz", "stsc", "stco", "co64":
		return m.table.take(x)
	}
	if _, holds := mp4Children[x.kind]; holds {
		return m.children(x.body, x.kind)
	}
	return nil
}

// mp4Untimed clears when the film, a track or its media was made and last changed.
func mp4Untimed(body []byte) error {
	size := 8
	if len(body) > 0 && body[0] == 1 {
		size = 16
	}
	if len(body) < 4+size {
		return ErrDamaged
	}
	clear(body[4:][:size])
	return nil
}

// mp4Own refuses media that lie in another file, whose name would stand here.
func mp4Own(body []byte) error {
	if len(body) < 8 {
		return ErrDamaged
	}
	for b := body[8:]; len(b) > 0; {
		x, err := mp4Read(b, false)
		if err != nil {
			return err
		}
		if len(x.body) < 4 || x.body[3]&1 == 0 { // a flag: the media are in this file
			return errors.New("its pictures or sounds are in another file (hint: save it as one whole MP4)")
		}
		clear(x.body[4:])
		b = b[x.head+len(x.body):]
	}
	return nil
}

// mp4Described goes through the descriptions of a track's pictures or sounds, and clears the names of programs and
// devices in them.
func mp4Described(body []byte) error {
	if len(body) < 8 {
		return ErrDamaged
	}
	for b := body[8:]; len(b) > 0; {
		x, err := mp4Read(b, false)
		if err != nil {
			return err
		}
		before, known := mp4Formats[x.kind]
		if !known {
			return fmt.Errorf("its pictures or sounds are of the form %q (hint: make an MP4 of it with H.264 and AAC, which all browsers play)", x.kind)
		}
		if before == 28 && len(x.body) >= 10 { // of a sound, as QuickTime describes it
			before += [3]int{0, 16, 36}[min(binary.BigEndian.Uint16(x.body[8:]), 2)]
		}
		if len(x.body) < before {
			return ErrDamaged
		}
		clear(x.body[12:16]) // QuickTime's vendor
		if before == 78 {
			clear(x.body[42:74]) // the compressor's name
		}
		if err := mp4Kept(x.body[before:]); err != nil {
			return err
		}
		b = b[x.head+len(x.body):]
	}
	return nil
}

// mp4Kept blanks the boxes of a description that a player does not need.
func mp4Kept(b []byte) error {
	for len(b) >= 8 {
		x, err := mp4Read(b, false)
		if err != nil {
			return err
		}
		size := x.head + len(x.body)
		switch {
		case x.kind == "wave": // QuickTime's box around those of a sound
			err = mp4Kept(x.body)
		case x.kind == "sinf":
			err = errors.New("it is encrypted (hint: save it without protection)")
		case !slices.Contains(mp4Codec, x.kind) && x.kind != "frma":
			mp4Blank(b[:size], x)
		}
		if err != nil {
			return err
		}
		b = b[size:]
	}
	clear(b) // QuickTime ends such lists with four zeros
	return nil
}

// blankUnplayed clears what no track plays: cameras write tracks of places between the pictures.
func (m *mp4) blankUnplayed() error {
	slices.SortFunc(m.played, func(a, b mp4Span) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	rest := m.played
	for _, media := range m.media {
		at := media.from
		for ; len(rest) > 0 && rest[0].from < media.to; rest = rest[1:] {
			if rest[0].from < media.from || rest[0].to > media.to {
				return ErrDamaged
			}
			if rest[0].from > at {
				clear(m.file[at:rest[0].from])
			}
			at = max(at, rest[0].to)
		}
		clear(m.file[at:media.to])
	}
	if len(rest) > 0 {
		return ErrDamaged
	}
	return nil
}
