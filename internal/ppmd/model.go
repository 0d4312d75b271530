package ppmd

import "fmt"

// Limits of a model. The least arena is 7z's: it has room for the root and little else.
const (
	MinOrder = 2
	MaxOrder = 64
	MinArena = 2 << 10
	MaxArena = 16 << 20
)

// A Model predicts the next byte of a text from those before it. It learns from every byte that it primes, encodes or
// decodes, so an encoder and a decoder agree when they have been given the same before. It is for one goroutine.
type Model struct {
	arena
	order int

	context ref  // where the next byte is looked for, and once it is found, where that was
	longest ref  // the context that the search began in
	fall    int  // how many bytes shorter than the order context is
	found   ref  // the state of the last byte
	last    byte // the last byte

	run        int // bytes since the last escape, which were well predicted, beyond a dozen or so
	hit        int // 1 when the last byte was the likely one of its context
	afterOne   int // what the escapes of a context count at first, when it had but one byte: from its odds
	odds       [128][64]uint16
	escapes    [25][16]escape
	rootEscape escape
}

// New returns a model that has read nothing. Order is the length of the longest context, in bytes, from MinOrder to
// MaxOrder; arena the bytes of memory for contexts, from MinArena to MaxArena.
func New(order, arena int) (*Model, error) {
	if order < MinOrder || order > MaxOrder {
		return nil, fmt.Errorf("order %d is not from %d to %d", order, MinOrder, MaxOrder)
	}
	if arena < MinArena || arena > MaxArena {
		return nil, fmt.Errorf("arena of %d bytes is not of %d to %d", arena, MinArena, MaxArena)
	}
	m := &Model{order: order}
	m.memory = make(memory, arena)
	m.Reset()
	return m, nil
}

// Clone returns another model that has read the same, in a fraction of the time of reading it again.
func (m *Model) Clone() *Model {
	c := *m
	c.memory = make(memory, len(m.memory))
	copy(c.memory, m.memory[:m.text])
	copy(c.memory[m.units:], m.memory[m.units:m.low])
	copy(c.memory[m.high:], m.memory[m.high:])
	return &c
}

// Reset makes the model forget all that it has read. It does so by itself when its arena is full.
func (m *Model) Reset() {
	m.clear()
	m.fall = m.order
	m.run = m.noRun()
	m.hit = 0
	m.last = 0
	m.makeRoot()
	m.resetOdds()
	m.resetEscapes()
}

// noRun is what a run counts from: it is one when it has gone on for as long as the order, or for 12 bytes.
func (m *Model) noRun() int { return -min(m.order, 12) - 1 }

// makeRoot makes the context of no bytes. It is never changed but for its frequencies and where its states lead.
func (m *Model) makeRoot() {
	m.context = m.allocContext()
	m.longest = m.context
	m.found = m.alloc(classes - 1)
	m.setCount(m.context, 256)
	m.setSum(m.context, 256+1)
	m.setStates(m.context, m.found)
	m.setSuffix(m.context, 0)
	for symbol := range 256 {
		m.setState(m.found+ref(symbol*stateSize), byte(symbol), 1, 0)
	}
}
