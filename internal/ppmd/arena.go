package ppmd

import "encoding/binary"

// A ref is a place in an arena: the offset of a byte. 0 is no place: nothing that is referred to stands there.
type ref = uint32

// The two things that an arena holds, besides text. Numbers are little-endian.
//
//	state     symbol 1, frequency 1, next 4
//	context   count of states 2, sum of frequencies 2, states 4, suffix 4
//
// A state says of one byte how often it came in a context, and which context comes next. The sum of a context is that
// of its states' frequencies and of its escape's. A context with one state has it within, in place of sum and states.
//
// A state's next is a ref to a context; or to the place in the text after that byte, while the context isn't made; or
// 0, in the root, while the byte hasn't been seen. All text stands before all units, so the refs tell which it is.
const (
	unit      = 12 // bytes of a context
	stateSize = 6
)

// memory is the bytes of an arena, read as states and contexts.
type memory []byte

func (b memory) symbol(state ref) byte         { return b[state] }
func (b memory) freq(state ref) int            { return int(b[state+1]) }
func (b memory) setFreq(state ref, f int)      { b[state+1] = byte(f) }
func (b memory) next(state ref) ref            { return binary.LittleEndian.Uint32(b[state+2:]) }
func (b memory) setNext(state, to ref)         { binary.LittleEndian.PutUint32(b[state+2:], to) }
func (b memory) count(context ref) int         { return int(binary.LittleEndian.Uint16(b[context:])) }
func (b memory) setCount(context ref, n int)   { binary.LittleEndian.PutUint16(b[context:], uint16(n)) }
func (b memory) sum(context ref) int           { return int(binary.LittleEndian.Uint16(b[context+2:])) }
func (b memory) setSum(context ref, n int)     { binary.LittleEndian.PutUint16(b[context+2:], uint16(n)) }
func (b memory) states(context ref) ref        { return binary.LittleEndian.Uint32(b[context+4:]) }
func (b memory) setStates(context, states ref) { binary.LittleEndian.PutUint32(b[context+4:], states) }
func (b memory) suffix(context ref) ref        { return binary.LittleEndian.Uint32(b[context+8:]) }
func (b memory) setSuffix(context, shorter ref) {
	binary.LittleEndian.PutUint32(b[context+8:], shorter)
}

// setState writes a whole state.
func (b memory) setState(state ref, symbol byte, freq int, next ref) {
	b[state] = symbol
	b.setFreq(state, freq)
	b.setNext(state, next)
}

// copyStates copies n states.
func (b memory) copyStates(to, from ref, n int) {
	copy(b[to:], b[from:from+ref(n)*stateSize])
}

// moveUp moves a state up in its context's list, to the place of another before it, which with all between goes down
// one.
func (b memory) moveUp(state, to ref) {
	moved := [stateSize]byte(b[state:])
	copy(b[to+stateSize:], b[to:state])
	copy(b[to:], moved[:])
}

// only returns the state of a context that has one.
func only(context ref) ref { return context + 2 }

// find returns the state of a symbol in a context, which must have it.
func (b memory) find(context ref, symbol byte) ref {
	if b.count(context) == 1 {
		return only(context)
	}
	s := b.states(context)
	for b[s] != symbol {
		s += stateSize
	}
	return s
}

// Blocks come in 38 classes of size: 1 to 4 units, then by twos to 12, by threes to 24, by fours to 128.
const (
	classes  = 38
	maxUnits = 128
)

var (
	unitsOf = sizeClasses()       // units of a block, by class
	classOf = leastClass(unitsOf) // the smallest class with so many units
)

func sizeClasses() (units [classes]int) {
	n := 0
	for class := range units {
		n += min(class/4+1, 4)
		units[class] = n
	}
	return units
}

func leastClass(units [classes]int) (class [maxUnits + 1]int) {
	c := 0
	for n := range class {
		if n > units[c] {
			c++
		}
		class[n] = c
	}
	return class
}

// An arena allots blocks of units out of a fixed number of bytes:
//
//	0           text           units          low            high          end
//	│ text       │ free         │ blocks       │ free         │ blocks       │
//
// Lists of states are taken at low, contexts at high, and both from the lists of free blocks; when all is gone, from
// the gap after the text. A free block begins with two zero bytes, which no used one does (a state's frequency and a
// context's count are at least 1); then its units (2) and a ref to the next free block of its list (4).
type arena struct {
	memory
	text, units, low, high ref
	free                   [classes]ref // free blocks, by class
	patience               int          // how many times to go without, before free blocks are joined
}

// clear frees everything.
func (a *arena) clear() {
	size := len(a.memory)
	a.text = 0
	a.high = ref(size)
	a.units = ref(size - size/8/unit*7*unit)
	a.low = a.units
	a.free = [classes]ref{}
	a.patience = 0
}

// alloc returns a block of a class, or 0 when there is none.
func (a *arena) alloc(class int) ref {
	if a.free[class] != 0 {
		return a.take(class)
	}
	size := ref(unitsOf[class] * unit)
	if size <= a.high-a.low {
		a.low += size
		return a.low - size
	}
	return a.allocRare(class)
}

// allocContext returns a unit for a context, or 0 when there is none.
func (a *arena) allocContext() ref {
	if a.high != a.low {
		a.high -= unit
		return a.high
	}
	return a.alloc(0)
}

// allocRare cuts a block out of a larger one, or takes it from the gap after the text.
func (a *arena) allocRare(class int) ref {
	if a.patience == 0 {
		a.join()
		if a.free[class] != 0 {
			return a.take(class)
		}
	}
	for larger := class + 1; larger < classes; larger++ {
		if a.free[larger] != 0 {
			block := a.take(larger)
			a.shrink(block, larger, class)
			return block
		}
	}
	a.patience--
	size := ref(unitsOf[class] * unit)
	if a.units-a.text <= size {
		return 0
	}
	a.units -= size
	return a.units
}

// shrink frees what a block of one class has more than one of another.
func (a *arena) shrink(block ref, from, to int) {
	a.put(block+ref(unitsOf[to]*unit), unitsOf[from]-unitsOf[to])
}

// put frees a run of 1 to 128 units: as one block, or where no class has just so many, as the largest that fits and a
// rest.
func (a *arena) put(block ref, units int) {
	class := classOf[units]
	if unitsOf[class] != units {
		class--
		rest := units - unitsOf[class]
		a.give(block+ref(unitsOf[class]*unit), classOf[rest])
	}
	a.give(block, class)
}

// give puts a block at the head of its class's list.
func (a *arena) give(block ref, class int) {
	a.setFree(block, unitsOf[class], a.free[class])
	a.free[class] = block
}

// take removes the block at the head of a class's list.
func (a *arena) take(class int) ref {
	block := a.free[class]
	a.free[class] = a.nextFree(block)
	return block
}

func (b memory) setFree(block ref, units int, next ref) {
	binary.LittleEndian.PutUint32(b[block:], uint32(units)<<16)
	binary.LittleEndian.PutUint32(b[block+4:], next)
}

func (b memory) isFree(block ref) bool         { return binary.LittleEndian.Uint16(b[block:]) == 0 }
func (b memory) freeUnits(block ref) int       { return int(binary.LittleEndian.Uint16(b[block+2:])) }
func (b memory) setNextFree(block, next ref)   { binary.LittleEndian.PutUint32(b[block+4:], next) }
func (b memory) nextFree(block ref) ref        { return binary.LittleEndian.Uint32(b[block+4:]) }
func (b memory) setFreeUnits(block ref, n int) { binary.LittleEndian.PutUint16(b[block+2:], uint16(n)) }

// join makes one block of free ones that lie side by side, and sorts them all into the lists again.
func (a *arena) join() {
	a.patience = 255
	if a.low != a.high {
		a.setCount(a.low, 1) // not free: the gap between low and high is nobody's neighbour
	}
	all := a.allFree()
	a.joinNeighbours(all)
	for block := all; block != 0; {
		next, units := a.nextFree(block), a.freeUnits(block)
		for ; units > maxUnits; units -= maxUnits {
			a.give(block, classes-1)
			block += maxUnits * unit
		}
		if units > 0 {
			a.put(block, units)
		}
		block = next
	}
}

// allFree takes the blocks out of all lists and returns one list of them, the last of the largest first.
func (a *arena) allFree() (head ref) {
	for class, block := range a.free {
		for block != 0 {
			next := a.nextFree(block)
			a.setFree(block, unitsOf[class], head)
			head, block = block, next
		}
	}
	a.free = [classes]ref{}
	return head
}

// joinNeighbours adds to each free block of a list those that lie after it, which then have no units themselves. Those
// leave the list, save when they were passed before.
func (a *arena) joinNeighbours(list ref) {
	last := list
	for block := list; block != 0; block = a.nextFree(block) {
		if a.freeUnits(block) == 0 {
			a.setNextFree(last, a.nextFree(block))
			continue
		}
		a.joinAfter(block)
		last = block
	}
}

// joinAfter adds to a free block those that lie after it, up to 65,535 units in all. The last unit of an arena is the
// root, which is never free, so something always lies after a block.
func (a *arena) joinAfter(block ref) {
	units := a.freeUnits(block)
	for {
		after := block + ref(units)*unit
		if !a.isFree(after) || units+a.freeUnits(after) > 0xFFFF {
			a.setFreeUnits(block, units)
			return
		}
		units += a.freeUnits(after)
		a.setFreeUnits(after, 0)
	}
}
