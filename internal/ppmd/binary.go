package ppmd

// Odds are the chance, of 1<<14, that a context with one byte is right. They move by a 128th of the way.
const (
	oddsBits  = 14
	oddsShift = 7
)

// firstOdds are what odds fall short of certainty at first, times the byte's frequency + 2: by how many bytes the next
// shorter context knows, and by hit.
var firstOdds = [8]int{0x3CDD, 0x1F3F, 0x59BF, 0x48F3, 0x64A1, 0x5ABC, 0x6632, 0x6051}

// escapesAfterOne is how much the escapes of a context count when it gets its second byte, by the odds of the first.
var escapesAfterOne = [16]int{25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2}

func (m *Model) resetOdds() {
	for freq := range m.odds {
		for i := range m.odds[freq] {
			m.odds[freq][i] = uint16(1<<oddsBits - firstOdds[i%8]/(freq+2))
		}
	}
}

// oddsOf returns the odds of the current context, which has one byte. They are kept by the byte's frequency, by how
// many bytes the next shorter context knows, by how the last byte was predicted, by whether that byte and this one are
// letters (0x40 and above) and by whether predictions have been right for long.
func (m *Model) oddsOf(state ref) *uint16 {
	b := m.memory
	i := m.hit + followers(b.count(b.suffix(m.context))) + letterBit(m.last) + 2*letterBit(b.symbol(state))
	if m.run < 0 {
		i += 32
	}
	return &m.odds[b.freq(state)-1][i]
}

// followers sorts contexts by how many bytes they know.
func followers(n int) int {
	switch {
	case n == 1:
		return 0
	case n == 2:
		return 2
	case n <= 11:
		return 4
	}
	return 6
}

func letterBit(symbol byte) int {
	if symbol >= 0x40 {
		return 8
	}
	return 0
}

// foundOnly takes note that the context's one byte came.
func (m *Model) foundOnly(state ref, odds *uint16) {
	*odds += 1<<oddsShift - mean(*odds)
	m.setFreq(state, min(m.freq(state)+1, 128))
	m.found, m.last = state, m.symbol(state)
	m.hit = 1
	m.run++
	m.advance()
}

// missedOnly takes note that another byte came.
func (m *Model) missedOnly(odds *uint16) {
	*odds -= mean(*odds)
	m.afterOne = escapesAfterOne[*odds>>10]
	m.hit = 0
}

func mean(odds uint16) uint16 { return (odds + 1<<(oddsShift-2)) >> oddsShift }
