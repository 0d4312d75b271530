package lang

import "strings"

// Marks of Unicode's bidirectional algorithm that hold until another ends them (UAX 9, section 2).
const (
	popDirection = '\u202C' // PDF: ends the last embedding or override
	popIsolate   = '\u2069' // PDI: ends the last isolate, and what stands open in it
)

// bidiMarks are all that open or end something.
const bidiMarks = "\u202A\u202B\u202D\u202E\u2066\u2067\u2068\u202C\u2069"

// A Bidi balances the marks of direction of a text that comes in pieces: one that was left open would turn round what
// the page puts after the text, and one that ends more than the text began would end what the page put around it. The
// zero Bidi is ready.
type Bidi struct {
	open []rune // what ends each of the marks that stand open
}

// Balanced returns a whole text with its marks of direction balanced.
func Balanced(text string) string {
	var b Bidi
	return b.Take(text) + b.End()
}

// Take returns the next piece of the text, without the marks that end nothing.
func (b *Bidi) Take(text string) string {
	if !strings.ContainsAny(text, bidiMarks) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u202A', '\u202B', '\u202D', '\u202E':
			b.open = append(b.open, popDirection)
		case '\u2066', '\u2067', '\u2068':
			b.open = append(b.open, popIsolate)
		case popDirection:
			// Only the last may be ended by it: an isolate keeps what began before it.
			if len(b.open) == 0 || b.open[len(b.open)-1] != popDirection {
				return -1
			}
			b.open = b.open[:len(b.open)-1]
		case popIsolate:
			return b.endIsolate()
		}
		return r
	}, text)
}

// endIsolate ends the last isolate with all that stands open in it, as PDI does. It returns -1 where there is none.
func (b *Bidi) endIsolate() rune {
	for i := len(b.open) - 1; i >= 0; i-- {
		if b.open[i] == popIsolate {
			b.open = b.open[:i]
			return popIsolate
		}
	}
	return -1
}

// End returns the marks that end what the text left open.
func (b *Bidi) End() string {
	var ends strings.Builder
	for i := len(b.open) - 1; i >= 0; i-- {
		ends.WriteRune(b.open[i])
	}
	b.open = nil
	return ends.String()
}
