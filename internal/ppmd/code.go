package ppmd

import (
	"errors"
	"slices"
)

// ErrCoded is returned for a stream that no encoder makes of any text of that size.
var ErrCoded = errors.New("not a PPMd stream of this size")

// Prime has the model read text that both sides know, as if it had been coded.
func (m *Model) Prime(text []byte) {
	for _, symbol := range text {
		m.encode(nil, symbol)
	}
}

// Encode appends the coded text to dst. The model has then read the text too.
func (m *Model) Encode(dst, text []byte) []byte {
	e := &encoder{width: 0xFFFFFFFF, out: dst}
	for _, symbol := range text {
		m.encode(e, symbol)
	}
	return e.finish()
}

// Decode appends a text of size bytes to dst, which coded must code to its last byte, or returns ErrCoded. It takes
// memory for size bytes at once: whoever calls has capped it. After an error the model is of no use until it is Reset.
func (m *Model) Decode(dst, coded []byte, size int) ([]byte, error) {
	d, ok := newDecoder(coded)
	if !ok || size < 0 {
		return nil, ErrCoded
	}
	dst = slices.Grow(dst, size)
	for range size {
		symbol, ok := m.decode(d)
		if !ok || d.short {
			return nil, ErrCoded
		}
		dst = append(dst, symbol)
	}
	if !d.atEnd() {
		return nil, ErrCoded
	}
	return dst, nil
}

// encode codes the next byte of a text: in the current context, or after an escape in a shorter one.
func (m *Model) encode(e *encoder, symbol byte) {
	if m.count(m.context) == 1 {
		if m.encodeOnly(e, symbol) {
			return
		}
	} else if m.encodeAmong(e, symbol) {
		return
	}
	var out ruledOut
	for {
		ruled, _ := m.fallBack(&out)
		if m.encodeLeft(e, symbol, ruled, &out) {
			return
		}
	}
}

// encodeOnly says whether the context's one byte is the next.
func (m *Model) encodeOnly(e *encoder, symbol byte) bool {
	s := only(m.context)
	odds := m.oddsOf(s)
	found := m.symbol(s) == symbol
	e.encodeBit(*odds, found)
	if found {
		m.foundOnly(s, odds)
	} else {
		m.missedOnly(odds)
	}
	return found
}

// encodeAmong codes the next byte, or an escape, among the several bytes of the context.
func (m *Model) encodeAmong(e *encoder, symbol byte) bool {
	b := m.memory
	s, total := b.states(m.context), b.sum(m.context)
	if b[s] == symbol {
		e.encode(0, b.freq(s), total)
		m.foundFirst(s)
		return true
	}
	from := b.freq(s)
	for range b.count(m.context) - 1 {
		s += stateSize
		if b[s] == symbol {
			e.encode(from, b.freq(s), total)
			m.foundAmong(s)
			return true
		}
		from += b.freq(s)
	}
	e.encode(from, total-from, total)
	m.hit = 0
	return false
}

// encodeLeft codes the next byte, or an escape, among the bytes of the context that aren't ruled out.
func (m *Model) encodeLeft(e *encoder, symbol byte, ruled int, out *ruledOut) bool {
	b := m.memory
	learned, escape := m.escapeOf(ruled)
	n, s := b.count(m.context), b.states(m.context)
	found, from, sum := ref(0), 0, 0
	for range n {
		if b[s] == symbol {
			found, from = s, sum
		}
		sum += b.freq(s) &^ int(out[b[s]])
		s += stateSize
	}
	if found != 0 {
		e.encode(from, b.freq(found), sum+escape)
		m.foundLeft(found, learned)
		return true
	}
	e.encode(sum, escape, sum+escape)
	learned.missed(sum + escape)
	return false
}

// decode is the mirror of encode. It reports false where no encoder could have led.
func (m *Model) decode(d *decoder) (symbol byte, ok bool) {
	found := false
	if m.count(m.context) == 1 {
		symbol, found = m.decodeOnly(d)
	} else {
		symbol, found, ok = m.decodeAmong(d)
		if !ok {
			return 0, false
		}
	}
	if found {
		return symbol, true
	}
	var out ruledOut
	for {
		ruled, more := m.fallBack(&out)
		if !more {
			return 0, false
		}
		symbol, found, ok = m.decodeLeft(d, ruled, &out)
		if found || !ok {
			return symbol, ok
		}
	}
}

func (m *Model) decodeOnly(d *decoder) (symbol byte, found bool) {
	s := only(m.context)
	odds := m.oddsOf(s)
	symbol = m.symbol(s)
	if !d.bit(*odds) {
		m.missedOnly(odds)
		return 0, false
	}
	m.foundOnly(s, odds)
	return symbol, true
}

func (m *Model) decodeAmong(d *decoder) (symbol byte, found, ok bool) {
	b := m.memory
	s, total := b.states(m.context), b.sum(m.context)
	part := d.part(total)
	f := b.freq(s)
	if part < f {
		symbol = b[s]
		d.take(0, f)
		m.foundFirst(s)
		return symbol, true, true
	}
	from := f
	for range b.count(m.context) - 1 {
		s += stateSize
		f = b.freq(s)
		if part < from+f {
			symbol = b[s]
			d.take(from, f)
			m.foundAmong(s)
			return symbol, true, true
		}
		from += f
	}
	if part >= total {
		return 0, false, false
	}
	d.take(from, total-from)
	m.hit = 0
	return 0, false, true
}

func (m *Model) decodeLeft(d *decoder, ruled int, out *ruledOut) (symbol byte, found, ok bool) {
	b := m.memory
	learned, escape := m.escapeOf(ruled)
	n, first := b.count(m.context), b.states(m.context)
	sum := 0
	for i, s := 0, first; i < n; i, s = i+1, s+stateSize {
		sum += b.freq(s) &^ int(out[b[s]])
	}
	total := sum + escape
	part := d.part(total)
	if part >= total {
		return 0, false, false
	}
	if part >= sum {
		d.take(sum, escape)
		learned.missed(total)
		return 0, false, true
	}
	from, s := 0, first
	for {
		f := b.freq(s) &^ int(out[b[s]])
		if part < from+f {
			symbol = b[s]
			d.take(from, f)
			m.foundLeft(s, learned)
			return symbol, true, true
		}
		from += f
		s += stateSize
	}
}
