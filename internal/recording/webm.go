package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The elements of a WebM file that the code asks for (RFC 8794 and 9559). Numbers are written with the bits that mark
// their length, as they stand in the file.
const (
	ebmlHeader   = 0x1A45DFA3
	ebmlDocType  = 0x4282
	ebmlVoid     = 0xEC
	webmSegment  = 0x18538067
	webmSeekHead = 0x114D9B74
	webmSeek     = 0x4DBB
	webmInfo     = 0x1549A966
	webmTracks   = 0x1654AE6B
	webmEntry    = 0xAE
	webmType     = 0x83
	webmCodec    = 0x86
	webmPrivate  = 0x63A2
	webmEncoding = 0x6D80
	webmVideo    = 0xE0
	webmAudio    = 0xE1
	webmCluster  = 0x1F43B675
	webmGroup    = 0xA0
	webmCues     = 0x1C53BB6B
	webmCue      = 0xBB
	webmCueAt    = 0xB7
)

// ebmlChildren are the elements that stay, by the one that they stand in; the file itself is 0. Not among them: titles,
// tags, chapters, attachments, the date, the segment's random name, names of tracks, sums that would no longer hold.
var ebmlChildren = map[uint32][]uint32{
	0:            {ebmlHeader, webmSegment},
	ebmlHeader:   {0x4286, 0x42F7, 0x42F2, 0x42F3, ebmlDocType, 0x4287, 0x4285},
	webmSegment:  {webmSeekHead, webmInfo, webmTracks, webmCluster, webmCues},
	webmSeekHead: {webmSeek},
	webmSeek:     {0x53AB, 0x53AC},
	// How long a tick is, how many there are, and the programs, which must be there and are emptied.
	webmInfo:    {0x2AD7B1, 0x4489, 0x4D80, 0x5741},
	webmTracks:  {webmEntry},
	webmEntry:   {0xD7, 0x73C5, webmType, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x23E383, 0x55EE, 0x22B59C, 0x22B59D, webmCodec, webmPrivate, 0x56AA, 0x56BB, webmVideo, webmAudio},
	webmVideo:   {0x9A, 0x9D, 0x53B8, 0x53C0, 0xB0, 0xBA, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA, 0x54B2, 0x54B3, 0x55B0},
	webmAudio:   {0xB5, 0x78B5, 0x9F, 0x6264},
	webmCluster: {0xE7, 0xA7, 0xAB, 0xA3, webmGroup},
	webmGroup:   {0xA1, 0x9B, 0xFB, 0x75A1, 0x75A2},
	webmCues:    {webmCue},
	webmCue:     {0xB3, webmCueAt},
	webmCueAt:   {0xF7, 0xF1, 0xF0, 0xB2, 0x5378},
}

// ebmlEmptied are elements that must be there, and are filled with zeros: text ends at the first of them.
var ebmlEmptied = []uint32{0x4D80, 0x5741}

// webmCodecs are what a WebM file may hold, by the type of its track.
var webmCodecs = map[byte][]string{1: {"V_VP8", "V_VP9", "V_AV1"}, 2: {"A_VORBIS", "A_OPUS"}}

// stripWebM blanks what a WebM file has besides its tracks. Nothing changes its place or its size, so that all that points
// into the file still does.
func stripWebM(file []byte) ([]byte, error) {
	w := webm{}
	out := slices.Clone(file)
	if _, err := w.children(out, 0, false); err != nil {
		return nil, err
	}
	if w.tracks == 0 || string(bytes.TrimRight(w.docType, "\x00")) != "webm" || w.segments != 1 {
		return nil, ErrDamaged
	}
	return out, nil
}

// A webm is what was met of a file.
type webm struct {
	docType          []byte
	tracks, segments int
	// Of the track that is being read.
	kind           byte
	codec, private []byte
}

// An ebmlElement is the head of one and what it holds; open says that it doesn't say where it ends.
type ebmlElement struct {
	id   uint32
	head int
	body []byte
	open bool
}

// children goes through the elements of another, and returns where the first stands that is none of its own; that may
// be before the end only for one that is open.
func (w *webm) children(b []byte, parent uint32, open bool) (int, error) {
	for at := 0; at < len(b); {
		e, err := ebmlRead(b[at:])
		if err != nil {
			return 0, err
		}
		if open && slices.Contains(ebmlChildren[webmSegment], e.id) && parent == webmCluster {
			return at, nil
		}
		size := e.head + len(e.body)
		switch stays := slices.Contains(ebmlChildren[parent], e.id); {
		case e.id == webmEncoding:
			return 0, errors.New("it is compressed or encrypted inside (hint: make a webm of it again)")
		case !stays && e.open, e.open && e.id != webmSegment && e.id != webmCluster:
			return 0, ErrDamaged
		case !stays:
			ebmlBlank(b[at : at+size])
		default:
			n, err := w.element(e)
			if err != nil {
				return 0, err
			}
			if e.open {
				size = e.head + n
			}
		}
		at += size
	}
	return len(b), nil
}

// element looks at one that stays, and at those within it. It returns the size of its body.
func (w *webm) element(e ebmlElement) (n int, err error) {
	n = len(e.body)
	switch e.id {
	case webmSegment:
		w.segments++
	case ebmlDocType:
		w.docType = e.body
	case webmEntry:
		w.kind, w.codec, w.private = 0, nil, nil
	case webmType:
		if len(e.body) == 1 {
			w.kind = e.body[0]
		}
	case webmCodec:
		w.codec = e.body
	case webmPrivate:
		w.private = e.body
	}
	if slices.Contains(ebmlEmptied, e.id) {
		clear(e.body)
	}
	if _, holds := ebmlChildren[e.id]; holds {
		n, err = w.children(e.body, e.id, e.open)
	}
	if err == nil && e.id == webmEntry {
		w.tracks++
		err = w.track()
	}
	return n, err
}

// track checks a track that has been read.
func (w *webm) track() error {
	codec := string(w.codec)
	if webmCodecs[w.kind] == nil {
		return errors.New("it has a track that is neither picture nor sound (hint: leave it out; subtitles are a file beside it)")
	}
	if !slices.Contains(webmCodecs[w.kind], codec) {
		return fmt.Errorf("its track of %.20q is none that a WebM has (hint: make a webm of it again)", codec)
	}
	if codec == "A_VORBIS" {
		return emptyVorbis(w.private)
	}
	return nil
}

// emptyVorbis empties the comments among the three packets of a Vorbis track's head, and keeps their size: what was
// there becomes a vendor's name of zeros (RFC 9559, section 27.1; Vorbis I, section 5.2.1).
func emptyVorbis(private []byte) error {
	var sizes [2]int
	if len(private) == 0 || private[0] != 2 {
		return ErrDamaged
	}
	at := 1
	for i := range sizes {
		for more := true; more; at++ {
			if at >= len(private) {
				return ErrDamaged
			}
			sizes[i] += int(private[at])
			more = private[at] == 255
		}
	}
	from, to := at+sizes[0], at+sizes[0]+sizes[1]
	if to > len(private) || sizes[1] < 16 || string(private[from:from+7]) != "\x03vorbis" {
		return ErrDamaged
	}
	clear(private[from+7 : to-1])
	binary.LittleEndian.PutUint32(private[from+7:], uint32(sizes[1]-16))
	private[to-1] = 1
	return nil
}

// ebmlRead reads the head of an element. What an open one holds lasts to the end of b at most.
func ebmlRead(b []byte) (e ebmlElement, err error) {
	id, n, ok := ebmlNumber(b, 4, false)
	if !ok {
		return e, ErrDamaged
	}
	size, m, ok := ebmlNumber(b[n:], 8, true)
	if !ok {
		return e, ErrDamaged
	}
	e.id, e.head = uint32(id), n+m
	if size == 1<<(7*m)-1 { // all ones
		e.open, e.body = true, b[e.head:]
		return e, nil
	}
	if size > uint64(len(b)-e.head) {
		return e, ErrDamaged
	}
	e.body = b[e.head:][:size]
	return e, nil
}

// ebmlNumber reads a number of at most so many bytes, which the zeros that it begins with count; marked off those, or
// with them.
func ebmlNumber(b []byte, most int, off bool) (v uint64, n int, ok bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	n = 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		n++
	}
	if n > most || n > len(b) {
		return 0, 0, false
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	if off {
		v &^= 1 << (7 * n)
	}
	return v, n, true
}

// ebmlBlank makes an element one of the same size that holds nothing.
func ebmlBlank(b []byte) {
	clear(b)
	b[0] = ebmlVoid
	if len(b) < 9 {
		b[1] = 0x80 | byte(len(b)-2)
		return
	}
	binary.BigEndian.PutUint64(b[1:], 1<<56|uint64(len(b)-9))
}
