package ppmd

// maxFreq is the most that a frequency may be.
const maxFreq = 124

// foundFirst takes note that the first byte of the context's list came, which is the likeliest.
func (m *Model) foundFirst(state ref) {
	b := m.memory
	f, sum := b.freq(state), b.sum(m.context)
	m.hit = 0
	if 2*f > sum {
		m.hit = 1
		m.run++
	}
	m.count4(state)
	m.halveIfFull()
	m.advance()
}

// foundAmong takes note that another byte came, and lets it overtake the one before it.
func (m *Model) foundAmong(state ref) {
	b := m.memory
	m.hit = 0
	m.count4(state)
	if b.freq(state) > b.freq(state-stateSize) {
		b.moveUp(state, state-stateSize)
		m.found = state - stateSize
		m.halveIfFull()
	}
	m.advance()
}

// foundLeft takes note that a byte came after an escape.
func (m *Model) foundLeft(state ref, learned *escape) {
	learned.settle()
	m.run = m.noRun()
	m.count4(state)
	m.halveIfFull()
	m.extend()
}

// count4 makes a byte the last, and counts it 4 times.
func (m *Model) count4(state ref) {
	b := m.memory
	m.found, m.last = state, b[state]
	b.setFreq(state, b.freq(state)+4)
	b.setSum(m.context, b.sum(m.context)+4)
}

// advance goes on to the context that the found byte leads to, where that is of full length; or makes it.
func (m *Model) advance() {
	next := m.next(m.found)
	if m.fall == 0 && next > m.text {
		m.context, m.longest = next, next
		return
	}
	m.extend()
}

// halveIfFull halves the frequencies of the current context when the one of the found byte is too high. The found byte
// goes to the head of the list, the others after it by frequency. In a context of full length those that halving
// leaves nothing are forgotten.
func (m *Model) halveIfFull() {
	b, c := m.memory, m.context
	if b.freq(m.found) <= maxFreq {
		return
	}
	first, n := b.states(c), b.count(c)
	b.moveUp(m.found, first)
	m.found = first
	up := 0 // shorter contexts must know all bytes of longer ones, so there none may become 0
	if m.fall != 0 {
		up = 1
	}
	escape := b.sum(c) - b.freq(first)
	f := (b.freq(first) + 4 + up) >> 1
	b.setFreq(first, f)
	sum := f
	last := first + ref(n-1)*stateSize
	for s := first + stateSize; s <= last; s += stateSize {
		escape -= b.freq(s)
		f = (b.freq(s) + up) >> 1
		b.setFreq(s, f)
		sum += f
		to := s
		for to > first && b.freq(to-stateSize) < f {
			to -= stateSize
		}
		b.moveUp(s, to)
	}
	if b.freq(last) == 0 {
		gone := m.forget(first, n)
		escape += gone
		if gone == n-1 {
			m.keepOne(first, n, escape)
			return
		}
	}
	b.setSum(c, sum+escape-escape>>1)
	m.found = b.states(c)
}

// forget takes the last states of the current context out of its list, which have a frequency of 0, and returns how
// many.
func (m *Model) forget(first ref, n int) (gone int) {
	b := m.memory
	for b.freq(first+ref(n-1-gone)*stateSize) == 0 {
		gone++
	}
	left := n - gone
	b.setCount(m.context, left)
	if left > 1 {
		b.setStates(m.context, m.shrinkStates(first, (n+1)/2, (left+1)/2))
	}
	return gone
}

// shrinkStates moves a list to a block of fewer units when one is free, or frees its end, and returns where it is.
func (m *Model) shrinkStates(states ref, from, to int) ref {
	old, class := classOf[from], classOf[to]
	if old == class {
		return states
	}
	if m.free[class] == 0 {
		m.shrink(states, old, class)
		return states
	}
	block := m.take(class)
	m.copyStates(block, states, 2*to)
	m.give(states, old)
	return block
}

// keepOne puts the one state that is left within the context.
func (m *Model) keepOne(states ref, n, escape int) {
	b := m.memory
	f := b.freq(states)
	for {
		escape >>= 1
		f = (f + 1) >> 1
		if escape <= 1 {
			break
		}
	}
	m.found = only(m.context)
	b.copyStates(m.found, states, 1)
	b.setFreq(m.found, f)
	m.give(states, classOf[(n+1)/2])
}
