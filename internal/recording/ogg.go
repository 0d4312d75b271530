package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// An oggPage is a page of an Ogg file (RFC 3533, section 6).
type oggPage struct {
	flags byte
	// granule is the place in time, as the codec counts it.
	granule uint64
	serial  uint32
	// segments are the sizes of the body's parts; one of less than 255 ends a packet.
	segments, body []byte
}

// The flags of a page.
const (
	oggContinued = 1 // its first packet began on the page before
	oggFirst     = 2
	oggLast      = 4
)

// noGranule is the granule of a page on which no packet ends.
const noGranule = ^uint64(0)

// An oggCodec is one of the two that browsers play.
type oggCodec struct {
	// first is what the first packet begins with, comment what that of the comments does, and empty such a packet without
	// any.
	first, comment, empty string
	// headers is the number of packets before the sound.
	headers int
}

var oggCodecs = []oggCodec{
	{"\x01vorbis", "\x03vorbis", "\x03vorbis\x00\x00\x00\x00\x00\x00\x00\x00\x01", 3},
	{"OpusHead", "OpusTags", "OpusTags\x00\x00\x00\x00\x00\x00\x00\x00", 2},
}

// stripOgg writes an Ogg file anew with an empty packet of comments, and one number for its stream in place of the
// random one. The pages of the sound keep their bodies.
func stripOgg(file []byte) ([]byte, error) {
	pages, err := oggPages(file)
	if err != nil {
		return nil, err
	}
	c, err := oggCodecOf(pages[0])
	if err != nil {
		return nil, err
	}
	headers, sound, err := oggHeaders(pages[1:], c.headers-1)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(headers[0], []byte(c.comment)) {
		return nil, ErrDamaged
	}
	headers[0] = []byte(c.empty)
	out := oggWriter{table: oggTable(), b: make([]byte, 0, len(file)+512)}
	out.write(pages[0])
	for _, p := range oggPaged(headers) {
		out.write(p)
	}
	for _, p := range sound {
		out.write(p)
	}
	return out.b, nil
}

func oggCodecOf(p oggPage) (oggCodec, error) {
	for _, c := range oggCodecs {
		if bytes.HasPrefix(p.body, []byte(c.first)) && p.flags == oggFirst && len(p.segments) == 1 {
			return c, nil
		}
	}
	return oggCodec{}, errors.New("its sound is neither Vorbis nor Opus (hint: make an ogg of one of them, or an mp3)")
}

// oggPages reads the pages of a file with one stream in it, and checks their sums.
func oggPages(file []byte) (pages []oggPage, err error) {
	table := oggTable()
	for b := file; len(b) > 0; {
		if len(b) < 27 || string(b[:4]) != "OggS" || b[4] != 0 {
			return nil, ErrDamaged
		}
		p := oggPage{flags: b[5], granule: binary.LittleEndian.Uint64(b[6:]), serial: binary.LittleEndian.Uint32(b[14:])}
		head := 27 + int(b[26])
		if head > len(b) {
			return nil, ErrDamaged
		}
		p.segments = b[27:head]
		size := head
		for _, n := range p.segments {
			size += int(n)
		}
		if size > len(b) {
			return nil, ErrDamaged
		}
		p.body = b[head:size]
		if binary.LittleEndian.Uint32(b[22:]) != table.sum(b[:22], make([]byte, 4), b[26:size]) {
			return nil, ErrDamaged
		}
		if n := len(pages); n > 0 && (p.serial != pages[0].serial || p.flags&oggFirst != 0) {
			return nil, errors.New("it has more than one stream (hint: save its sound alone)")
		}
		pages, b = append(pages, p), b[size:]
	}
	if len(pages) < 2 {
		return nil, ErrDamaged
	}
	return pages, nil
}

// oggHeaders returns the first n packets, and the pages of the sound, which begins on one of its own (RFC 7845, section 3;
// Vorbis I, section A.2).
func oggHeaders(pages []oggPage, n int) (packets [][]byte, sound []oggPage, err error) {
	var packet []byte
	for i, p := range pages {
		body := p.body
		for at, size := range p.segments {
			packet, body = append(packet, body[:size]...), body[size:]
			if size == 255 {
				continue
			}
			packets, packet = append(packets, packet), nil
			if len(packets) == n {
				if at+1 < len(p.segments) || i+1 < len(pages) && pages[i+1].flags&oggContinued != 0 {
					return nil, nil, ErrDamaged
				}
				return packets, pages[i+1:], nil
			}
		}
	}
	return nil, nil, ErrDamaged
}

// oggPaged lays packets into pages.
func oggPaged(packets [][]byte) (pages []oggPage) {
	p := oggPage{granule: noGranule}
	next := func() {
		pages = append(pages, p)
		p = oggPage{granule: noGranule}
	}
	for _, packet := range packets {
		for at, whole := 0, false; !whole; {
			if len(p.segments) == 255 {
				next()
				if at > 0 {
					p.flags = oggContinued
				}
			}
			size := min(len(packet)-at, 255)
			p.segments, p.body = append(p.segments, byte(size)), append(p.body, packet[at:at+size]...)
			at += size
			if whole = size < 255; whole {
				p.granule = 0
			}
		}
	}
	next()
	return pages
}

// An oggWriter numbers pages and adds them up.
type oggWriter struct {
	table oggSums
	b     []byte
	n     uint32
}

// oggSerial is the number of every stream: the file's own is random, and may be found again elsewhere.
const oggSerial = 1

func (w *oggWriter) write(p oggPage) {
	at := len(w.b)
	w.b = append(w.b, "OggS\x00"...)
	w.b = append(w.b, p.flags&(oggContinued|oggFirst|oggLast))
	w.b = binary.LittleEndian.AppendUint64(w.b, p.granule)
	w.b = binary.LittleEndian.AppendUint32(w.b, oggSerial)
	w.b = binary.LittleEndian.AppendUint32(w.b, w.n)
	w.b = append(w.b, 0, 0, 0, 0, byte(len(p.segments)))
	w.b = append(append(w.b, p.segments...), p.body...)
	binary.LittleEndian.PutUint32(w.b[at+22:], w.table.sum(w.b[at:]))
	w.n++
}

// oggSums is the table of the cyclic redundancy check of Ogg: the polynomial 0x04c11db7, the highest bit first.
type oggSums [256]uint32

func oggTable() (t oggSums) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			carry := r >> 31
			r = r<<1 ^ carry*0x04c11db7
		}
		t[i] = r
	}
	return t
}

func (t *oggSums) sum(parts ...[]byte) (r uint32) {
	for _, part := range parts {
		for _, c := range part {
			r = r<<8 ^ t[byte(r>>24)^c]
		}
	}
	return r
}
