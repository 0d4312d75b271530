package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// stripMP3 copies the frames of an MP3 file, which say all that a player needs, and nothing that stands before, between
// or after them: ID3 of any version, APE and Lyrics3 tags, and whatever else a program has put there.
func stripMP3(file []byte) ([]byte, error) {
	out := make([]byte, 0, len(file))
	var stream uint16
	for b := file; len(b) > 0; {
		n, of := mp3Frame(b)
		if follows := n > 0 && of == stream; follows || n > 0 && mp3Begins(b[n:], of) {
			stream = of
			out, b = append(out, b[:n]...), b[n:]
			continue
		}
		stream = 0
		b = b[min(mp3Tag(b), len(b)):]
	}
	if len(out) == 0 {
		return nil, errors.New("it has no sound of MPEG layer III (hint: make an mp3 of it again)")
	}
	return out, nil
}

// mp3Begins says whether what follows a first frame makes it one: another of the same stream, or the end. The two bytes
// that frames begin with stand in other data by chance.
func mp3Begins(next []byte, of uint16) bool {
	n, same := mp3Frame(next)
	return len(next) == 0 || n > 0 && same == of
}

// Kilobits a second and samples a second of MPEG 1, layer III, and of MPEG 2 (ISO/IEC 11172-3, section 2.4.2.3, and
// 13818-3, section 2.4.2.3). MPEG 2.5 halves the samples once more.
var (
	mp3Bits1   = [16]int{1: 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	mp3Bits2   = [16]int{1: 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	mp3Samples = [4]int{44100, 48000, 32000}
)

// mp3Frame returns the size of the whole frame that b begins with, and what it shares with all frames of its stream;
// zero where none begins.
func mp3Frame(b []byte) (size int, stream uint16) {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE6 != 0xE2 { // eleven bits, and layer III
		return 0, 0
	}
	version, bits, samples := b[1]>>3&3, mp3Bits2[b[2]>>4], mp3Samples[b[2]>>2&3]
	scale := 72_000
	switch version {
	case 1: // reserved
		return 0, 0
	case 3:
		bits, scale = mp3Bits1[b[2]>>4], 144_000
	case 2:
		samples /= 2
	case 0:
		samples /= 4
	}
	if bits == 0 || samples == 0 {
		return 0, 0
	}
	if size = scale*bits/samples + int(b[2]>>1&1); size > len(b) {
		return 0, 0
	}
	return size, uint16(b[1]&0xFE)<<8 | uint16(b[2]&0x0C)
}

// mp3Tag returns how many bytes to leave out where no frame begins: a tag that says its size (ID3v2.4.0, section 3.1;
// APEv2), or one byte of anything else.
func mp3Tag(b []byte) int {
	switch {
	case len(b) >= 10 && bytes.HasPrefix(b, []byte("ID3")):
		size := 10
		if b[5]&0x10 != 0 { // a footer
			size += 10
		}
		return size + int(b[6]&0x7F)<<21 + int(b[7]&0x7F)<<14 + int(b[8]&0x7F)<<7 + int(b[9]&0x7F)
	case len(b) >= 32 && bytes.HasPrefix(b, []byte("APETAGEX")) && b[23]&0x20 != 0: // its header, not its footer
		return 32 + int(binary.LittleEndian.Uint32(b[12:]))
	}
	return 1
}
