package ppmd

// The range coder of 7z narrows an interval of numbers: each thing that is coded takes the part that is its share of
// the whole. Any number of the last interval then says all that was coded. When the interval is narrower than bottom,
// its top byte is put out and the rest made 256 times as wide.
const bottom = 1 << 24

// An encoder writes the low end of the interval. A carry may still change bytes that were put out, so the last one that
// isn't 0xFF is held back, with the 0xFFs after it. A nil encoder writes nothing: the model only learns.
type encoder struct {
	low   uint64 // bit 32 is the carry
	width uint32
	held  byte
	ones  int // 0xFFs after held
	out   []byte
}

// encode takes the part from..from+freq of total.
func (e *encoder) encode(from, freq, total int) {
	if e == nil {
		return
	}
	e.width /= uint32(total)
	e.low += uint64(e.width) * uint64(from)
	e.width *= uint32(freq)
	e.widen()
}

// encodeBit takes what the odds give a yes, or the rest.
func (e *encoder) encodeBit(odds uint16, yes bool) {
	if e == nil {
		return
	}
	bound := e.width >> oddsBits * uint32(odds)
	if yes {
		e.width = bound
	} else {
		e.low += uint64(bound)
		e.width -= bound
	}
	e.widen()
}

func (e *encoder) widen() {
	for e.width < bottom {
		e.width <<= 8
		e.shift()
	}
}

// shift puts out the top byte of low.
func (e *encoder) shift() {
	top, carry := byte(e.low>>24), byte(e.low>>32)
	e.low = e.low << 8 & 0xFFFFFFFF
	if top == 0xFF && carry == 0 {
		e.ones++
		return
	}
	e.out = append(e.out, e.held+carry)
	for ; e.ones > 0; e.ones-- {
		e.out = append(e.out, 0xFF+carry)
	}
	e.held = top
}

// finish puts out all of low, and returns what was written.
func (e *encoder) finish() []byte {
	for range 5 {
		e.shift()
	}
	return e.out
}

// A decoder follows the encoder's interval by where the coded number lies in it.
type decoder struct {
	code, width uint32
	in          []byte
	short       bool // more was needed than in had
}

// newDecoder reads the beginning of a stream: a zero byte, and the first four of the number.
func newDecoder(in []byte) (*decoder, bool) {
	d := &decoder{width: 0xFFFFFFFF, in: in}
	if len(in) < 5 || in[0] != 0 {
		return nil, false
	}
	d.in = in[1:]
	for range 4 {
		d.shift()
	}
	return d, d.code < d.width
}

// part returns which of total parts the number lies in. It is total or more where no encoder could have put it.
func (d *decoder) part(total int) int {
	d.width /= uint32(total)
	return int(d.code / d.width)
}

// take takes the part from..from+freq of the total that part was asked of.
func (d *decoder) take(from, freq int) {
	d.code -= uint32(from) * d.width
	d.width *= uint32(freq)
	d.widen()
}

// bit reports whether the number lies in what the odds give a yes, and takes that.
func (d *decoder) bit(odds uint16) bool {
	bound := d.width >> oddsBits * uint32(odds)
	yes := d.code < bound
	if yes {
		d.width = bound
	} else {
		d.code -= bound
		d.width -= bound
	}
	d.widen()
	return yes
}

func (d *decoder) widen() {
	for d.width < bottom {
		d.width <<= 8
		d.shift()
	}
}

func (d *decoder) shift() {
	d.code <<= 8
	if len(d.in) == 0 {
		d.short = true
		return
	}
	d.code |= uint32(d.in[0])
	d.in = d.in[1:]
}

// atEnd reports whether all was read, and the number is the encoder's, which is the low end of the last interval.
func (d *decoder) atEnd() bool { return !d.short && len(d.in) == 0 && d.code == 0 }
