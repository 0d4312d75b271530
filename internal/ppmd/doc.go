// Package ppmd compresses text with PPMd variant H (Dmitry Shkarin, 2001) and the range coder of 7z, bit for bit as
// 7z's method PPMD (03 04 01) does for the same order and arena. It knows nothing of news, files or formats.
//
//	m, err := ppmd.New(6, 16<<20)
//	m.Prime(seed)                            // optional: what both sides know already
//	coded := m.Encode(nil, text)
//	…
//	text, err := m.Decode(nil, coded, size)  // with another model of the same order and arena, primed with the same
//
// # How it works
//
// The model keeps a tree of contexts: what the last few bytes were, up to its order, and which bytes came after them
// how often. A byte is coded in the longest context that the model knows. Where it never came after that context, an
// escape is coded, and the context that is one byte shorter has a try, without the bytes that have just been ruled
// out. The root, which is the context of no bytes, knows all 256.
//
//   - A context with one byte is a yes-or-no question, whose odds come from 128 × 64 counters (binary.go).
//   - How likely an escape is in a context with more bytes is learned in 25 × 16 counters (escape.go).
//   - A byte's count grows by 4 whenever it is found; when one exceeds 124, all of that context are halved (found.go).
//   - What was found is then added to all longer contexts that didn't have it (grow.go).
//
// A context of which only one follower is known doesn't stand in the tree at first: its state points into a copy of the
// text itself. Only when that point is reached again is the context made.
//
// Contexts and their states live in the arena: bytes that are allotted and freed in units of 12 (arena.go). When it is
// full the model begins anew, so the order in which units are handed out is part of the format: it decides when that
// is.
//
// # Bounds
//
// A model holds its arena and about 20 kB, whatever it reads. Coding a byte takes at most order × 256 steps, save where
// the arena is put in order, which is once in 255 times that it is short of units. A stream can't do to a model what no
// text could do, since a decoder learns from bytes that it has decoded: a hostile one gives an error, or as many wrong
// bytes as were asked for.
package ppmd
