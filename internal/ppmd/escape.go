package ppmd

// An escape learns how much an escape counts beside the frequencies of bytes, in contexts that are alike.
type escape struct {
	sum   uint16 // 1 << shift times the count
	shift uint8  // how slowly sum moves
	left  uint8  // how often until it moves more slowly
}

const maxShift = 7

func (m *Model) resetEscapes() {
	for i := range m.escapes {
		for j := range m.escapes[i] {
			m.escapes[i][j] = escape{sum: uint16(5*i+10) << (maxShift - 4), shift: maxShift - 4, left: 4}
		}
	}
	m.rootEscape = escape{shift: maxShift}
}

// count returns how much the escape counts, at least 1, and takes that from the sum. What came is added after.
func (e *escape) count() int {
	n := e.sum >> e.shift
	e.sum -= n
	return max(int(n), 1)
}

// settle lets the sum move more slowly, after a byte was found.
func (e *escape) settle() {
	if e.shift == maxShift {
		return
	}
	if e.left--; e.left == 0 {
		e.sum <<= 1
		e.left = 3 << e.shift
		e.shift++
	}
}

// missed adds to the sum what an escape was coded among.
func (e *escape) missed(total int) { e.sum += uint16(total) }

// ruledOut are the bytes that the longer contexts knew: 0xFF for each, which clears a frequency by &^.
type ruledOut [256]byte

// fallBack goes from a context, none of whose bytes came, to the longest shorter one that knows others. It reports
// whether there is one, and of how many bytes the escape has ruled out.
func (m *Model) fallBack(out *ruledOut) (ruled int, ok bool) {
	b := m.memory
	ruled = b.count(m.context)
	s := b.states(m.context)
	if ruled == 1 {
		s = only(m.context)
	}
	for range ruled {
		out[b[s]] = 0xFF
		s += stateSize
	}
	for {
		m.fall++
		shorter := b.suffix(m.context)
		if shorter == 0 {
			return ruled, false
		}
		m.context = shorter
		if b.count(shorter) != ruled {
			return ruled, true
		}
	}
}

// escapeOf returns the escape of the current context when so many of its bytes are ruled out, and how much it counts.
// Escapes are kept by how many bytes are left, by whether that is fewer than the next shorter context adds, by whether
// the bytes came often, by whether most are ruled out, and by whether the last byte was a letter. The root's escape
// never comes.
func (m *Model) escapeOf(ruled int) (*escape, int) {
	b, c := m.memory, m.context
	n := b.count(c)
	if n == 256 {
		return &m.rootEscape, 1
	}
	left := n - ruled
	i := letterBit(m.last)
	if left < b.count(b.suffix(c))-n {
		i++
	}
	if b.sum(c) < 11*n {
		i += 2
	}
	if ruled > left {
		i += 4
	}
	e := &m.escapes[leftClass[left]][i]
	return e, e.count()
}

// leftClass sorts contexts by how many of their bytes are left: 1, 2, 3, 4, 5 and 6, 7 to 9, 10 to 13, and so on.
var leftClass = leftClasses()

func leftClasses() (class [257]uint8) {
	c, width := 3, 1
	for left := 1; left <= 3; left++ {
		class[left] = uint8(left - 1)
	}
	for left := 4; left <= 256; c, width = c+1, width+1 {
		for i := 0; i < width && left <= 256; i, left = i+1, left+1 {
			class[left] = uint8(c)
		}
	}
	return class
}
