package ppmd

// extend adds the found byte to the contexts that were too long to know it, and goes on to the next context. When
// there is no room the model begins anew.
func (m *Model) extend() {
	m.credit()
	if m.fall > 0 {
		if !m.learn() {
			m.Reset()
		}
		return
	}
	next := m.lengthen()
	if next == 0 {
		m.Reset()
		return
	}
	m.setNext(m.found, next)
	m.context, m.longest = next, next
}

// credit counts the found byte in the next shorter context too, while it is rare.
func (m *Model) credit() {
	b := m.memory
	c := b.suffix(m.context)
	if c == 0 || b.freq(m.found) >= maxFreq/4 {
		return
	}
	s := b.find(c, m.last)
	if b.count(c) == 1 {
		if b.freq(s) < 32 {
			b.setFreq(s, b.freq(s)+1)
		}
		return
	}
	if s != b.states(c) && b.freq(s) >= b.freq(s-stateSize) {
		b.moveUp(s, s-stateSize)
		s -= stateSize
	}
	if b.freq(s) < maxFreq-9 {
		b.setFreq(s, b.freq(s)+2)
		b.setSum(c, b.sum(c)+2)
	}
}

// learn adds the found byte to the text and to all contexts from the longest to the one that it was found in. It
// reports whether there was room.
func (m *Model) learn() bool {
	b := m.memory
	b[m.text] = m.last
	m.text++
	if m.text >= m.units {
		return false
	}
	next, added := b.next(m.found), m.text
	if next == 0 { // a byte that the root had never seen
		b.setNext(m.found, m.text)
		next = m.context
	} else {
		if next <= m.text {
			if next = m.lengthen(); next == 0 {
				return false
			}
		}
		if m.fall--; m.fall == 0 {
			added = next
			if m.longest != m.context {
				m.text-- // nothing will point there
			}
		}
	}
	from, to, found := m.longest, m.context, m.found
	m.context, m.longest = next, next
	return m.addTo(from, to, found, added)
}

// lengthen makes the context that the found byte leads to, and those of the shorter contexts whose states point to the
// same place in the text, and returns the longest. It returns 0 when there is no room.
func (m *Model) lengthen() ref {
	b := m.memory
	place := b.next(m.found)
	var waiting [MaxOrder + 1]ref // states that lead to that place
	n := 0
	if m.fall != 0 {
		waiting[0], n = m.found, 1
	}
	c := m.context
	for b.suffix(c) != 0 {
		c = b.suffix(c)
		s := b.find(c, m.last)
		if next := b.next(s); next != place {
			c = next
			break
		}
		waiting[n] = s
		n++
	}
	symbol := b[place]
	freq := 0
	if n > 0 {
		freq = m.inherited(c, symbol)
	}
	for ; n > 0; n-- {
		made := m.allocContext()
		if made == 0 {
			return 0
		}
		b.setCount(made, 1)
		b.setState(only(made), symbol, freq, place+1)
		b.setSuffix(made, c)
		b.setNext(waiting[n-1], made)
		c = made
	}
	return c
}

// inherited returns how often a byte is taken to have come in a new context, by its share in the one that is one
// shorter.
func (m *Model) inherited(c ref, symbol byte) int {
	b := m.memory
	f := b.freq(b.find(c, symbol))
	if b.count(c) == 1 {
		return f
	}
	own := f - 1
	others := b.sum(c) - b.count(c) - own
	switch {
	case 5*own <= others:
		return 1
	case 2*own <= others:
		return 2
	}
	return 2 + (2*own+others-1)/(2*others)
}

// addTo adds the found byte to the contexts from one down to, and without, the one that it was found in.
func (m *Model) addTo(from, to, found, next ref) bool {
	b := m.memory
	known := b.count(to)
	f := b.freq(found)
	escape := b.sum(to) - known - (f - 1)
	for c := from; c != to; c = b.suffix(c) {
		n, sum := b.count(c), 0
		if n == 1 {
			if sum = m.makeList(c, known); sum == 0 {
				return false
			}
		} else {
			if !m.makeRoom(c, n) {
				return false
			}
			sum = b.sum(c) + escapesMore(n, known, b.sum(c))
		}
		share, whole := 2*f*(sum+6), escape+sum
		freq := 0
		if share < 6*whole {
			freq = 1 + atLeast(share, whole+1) + atLeast(share, 4*whole)
			sum += 3
		} else {
			freq = 4 + atLeast(share, 9*whole) + atLeast(share, 12*whole) + atLeast(share, 15*whole)
			sum += freq
		}
		b.setState(b.states(c)+ref(n)*stateSize, m.last, freq, next)
		b.setCount(c, n+1)
		b.setSum(c, sum)
	}
	return true
}

// makeList moves the one state of a context into a list for two, and returns the sum of the context; 0 without room.
func (m *Model) makeList(c ref, known int) (sum int) {
	b := m.memory
	states := m.alloc(0)
	if states == 0 {
		return 0
	}
	b.copyStates(states, only(c), 1)
	f := b.freq(states)
	if f < maxFreq/4-1 {
		f *= 2
	} else {
		f = maxFreq - 4
	}
	b.setFreq(states, f)
	b.setStates(c, states)
	return f + m.afterOne + atLeast(known, 4)
}

// makeRoom makes room for one more than n states in the list of a context.
func (m *Model) makeRoom(c ref, n int) bool {
	if n%2 == 1 {
		return true // a unit has two
	}
	class := classOf[n/2]
	if class == classOf[n/2+1] {
		return true
	}
	block := m.alloc(class + 1)
	if block == 0 {
		return false
	}
	states := m.states(c)
	m.copyStates(block, states, n)
	m.give(states, class)
	m.setStates(c, block)
	return true
}

// escapesMore returns how much more likely an escape becomes in a context of n bytes, when one that the context didn't
// have was found in one that knows so many.
func escapesMore(n, known, sum int) int {
	more := 0
	if 2*n < known {
		more++
	}
	if 4*n <= known && sum <= 8*n {
		more += 2
	}
	return more
}

func atLeast(n, least int) int {
	if n >= least {
		return 1
	}
	return 0
}
