package recording

import "encoding/binary"

// An mp4Table says where the media of a track lie: in chunks, of so many samples each, of such sizes (ISO/IEC 14496-12,
// sections 8.7.3 to 8.7.5). Each is the body of its box, and nil where there is none.
type mp4Table struct {
	sizes, counts, chunks []byte
	// wide says that chunks has numbers of eight bytes.
	wide bool
}

// take notes one of the boxes of a table.
func (t *mp4Table) take(x mp4Box) error {
	if len(x.body) < 8 {
		return ErrDamaged
	}
	switch x.kind {
	case "stsz":
		t.sizes = x.body
	case "stsc":
		t.counts = x.body
	default:
		t.chunks, t.wide = x.body, x.kind == "co64"
	}
	return nil
}

// rows returns the table that begins at a place of a body with its number of rows, each of so many bytes.
func rows(body []byte, at, size int) ([]byte, error) {
	if len(body) < at+4 {
		return nil, ErrDamaged
	}
	n := uint64(binary.BigEndian.Uint32(body[at:]))
	if n*uint64(size) != uint64(len(body)-at-4) {
		return nil, ErrDamaged
	}
	return body[at+4:], nil
}

// spans returns the parts of a file of a size that the track plays, one a chunk.
func (t mp4Table) spans(file uint64) (spans []mp4Span, err error) {
	width := 4
	if t.wide {
		width = 8
	}
	chunks, err := rows(t.chunks, 4, width)
	if err != nil {
		return nil, err
	}
	counts, err := rows(t.counts, 4, 12)
	if err != nil {
		return nil, err
	}
	size, err := t.sizer()
	if err != nil {
		return nil, err
	}
	if len(chunks)/width > maxChunks {
		return nil, ErrDamaged
	}
	var each uint32 // samples in a chunk
	for chunk := uint32(1); len(chunks) > 0; chunk++ {
		for len(counts) > 0 && binary.BigEndian.Uint32(counts) <= chunk {
			each, counts = binary.BigEndian.Uint32(counts[4:]), counts[12:]
		}
		from := uint64(binary.BigEndian.Uint32(chunks))
		if t.wide {
			from = binary.BigEndian.Uint64(chunks)
		}
		n, ok := size(each)
		if !ok || from > file || n > file-from {
			return nil, ErrDamaged
		}
		spans, chunks = append(spans, mp4Span{from, from + n}), chunks[width:]
	}
	return spans, nil
}

// sizer returns a function that says how many bytes the next so many samples have; not ok where there are fewer.
func (t mp4Table) sizer() (func(n uint32) (uint64, bool), error) {
	if len(t.sizes) < 12 {
		return nil, ErrDamaged
	}
	if same := uint64(binary.BigEndian.Uint32(t.sizes[4:])); same != 0 {
		left := binary.BigEndian.Uint32(t.sizes[8:])
		return func(n uint32) (uint64, bool) {
			if n > left {
				return 0, false
			}
			left -= n
			return uint64(n) * same, true
		}, nil
	}
	sizes, err := rows(t.sizes, 8, 4)
	return func(n uint32) (sum uint64, ok bool) {
		if uint64(n) > uint64(len(sizes)/4) {
			return 0, false
		}
		for range n {
			sum += uint64(binary.BigEndian.Uint32(sizes))
			sizes = sizes[4:]
		}
		return sum, true
	}, err
}
