package edition

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"

	"coranto/internal/ppmd"
	"coranto/internal/recode"
)

// What a coded file may say of its model (SPEC.md, "Packs"): the arena's size in bytes is 2 to the power of what stands there.
const (
	codecPPMd          = 1
	minOrder, maxOrder = 2, 16
	minArena, maxArena = 16, 24
	maxTable           = 1020 // bytes: 255 code points of 4
)

// packOrder is the order of the models that packs are coded with, by what was measured (BENCHMARKS.md).
const packOrder = 6

// A Seed is a text that a language's packs are primed with, and the table that both are recoded by. Its methods may be
// called from several goroutines.
type Seed struct {
	text  []byte
	table *recode.Table // nil when there is none

	mu   sync.Mutex  // guards warm
	warm *ppmd.Model // of packOrder and maxArena, which has read the text; nil until Warm
}

// Text returns the seed's text.
func (s *Seed) Text() []byte { return s.text }

// Warm has the seed keep a model that has read it, of 16 MiB. Whoever codes or opens more than one pack saves the time of
// reading it again for each.
func (s *Seed) Warm() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.warm != nil {
		return nil
	}
	m, err := s.model(packOrder, maxArena)
	s.warm = m
	return err
}

// model returns a model that has read the seed.
func (s *Seed) model(order, arena int) (*ppmd.Model, error) {
	m, err := ppmd.New(order, 1<<arena)
	if err == nil {
		m.Prime(packCode{table: s.table}.recode(s.text))
	}
	return m, err
}

// warmed returns a copy of the model that the seed keeps; nil where that is none of such an order and arena.
func (s *Seed) warmed(order, arena int) *ppmd.Model {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.warm == nil || order != packOrder || arena != maxArena {
		return nil
	}
	return s.warm.Clone()
}

// CodeSeed codes the text of a seed, and returns the file and the seed.
func CodeSeed(text []byte) ([]byte, *Seed, error) {
	coded, table, err := codeAlone(text)
	return coded, &Seed{text: text, table: table}, err
}

// DecodeSeed returns the seed of a coded file, as DecodePack does a text. Its hash is for the caller to check.
func DecodeSeed(coded []byte, size int64) (*Seed, error) {
	c, err := parsePackCode(coded)
	if err == nil && c.primed {
		err = errors.New("a seed that is primed")
	}
	var text []byte
	if err == nil {
		text, err = c.decode(nil, size)
	}
	if err != nil {
		return nil, &InvalidError{What: "seed", Err: err}
	}
	return &Seed{text: text, table: c.table}, nil
}

// CodePack codes the text of a pack, primed with a seed unless that is nil, and pads it. The same text and seed give the
// same bytes.
func CodePack(text []byte, seed *Seed) ([]byte, error) {
	if seed == nil {
		coded, _, err := codeAlone(text)
		return coded, err
	}
	return code(text, packCode{primed: true, table: seed.table}, seed)
}

// codeAlone codes a text without a seed: with a table of its own where that is worth its bytes.
func codeAlone(text []byte) ([]byte, *recode.Table, error) {
	plain, err := code(text, packCode{}, nil)
	if err != nil {
		return nil, nil, err
	}
	table := recode.Learn(text)
	recoded, err := code(text, packCode{table: table}, nil)
	if err != nil || len(recoded) < len(plain) {
		return recoded, table, err
	}
	return plain, nil, nil
}

func code(text []byte, c packCode, seed *Seed) ([]byte, error) {
	if len(text) < 1 || len(text) > MaxPackText || seed != nil && len(seed.text) > MaxPackText {
		return nil, fmt.Errorf("a text of %d bytes, or its seed, is out of range: the limit is %d", len(text), MaxPackText)
	}
	recoded := c.recode(text)
	c.order, c.size, c.recoded = packOrder, int64(len(text)), int64(len(recoded))
	c.arena = arenaFor(len(recoded))
	if c.primed {
		c.arena = maxArena // so that all packs of a seed have one model
	}
	m, err := c.model(seed)
	if err != nil {
		return nil, err
	}
	c.stream = m.Encode(nil, recoded)
	b := c.append(nil)
	if len(b) > MaxFile {
		return nil, fmt.Errorf("a text of %d bytes is coded in %d, the limit is %d", len(text), len(b), MaxFile)
	}
	return pad(b), nil
}

// arenaFor returns an arena that a model of so many bytes does not fill: it takes some 16 for each.
func arenaFor(n int) int { return min(max(bits.Len(uint(16*n)), minArena), maxArena) }

// A packCode is what a coded file says. Its table is the seed's where it is primed.
type packCode struct {
	order, arena  int
	primed        bool
	table         *recode.Table
	size, recoded int64 // of the text
	stream        []byte
}

func (c packCode) append(b []byte) []byte {
	primed, table := byte(0), ""
	if c.primed {
		primed = 1
	} else if c.table != nil {
		table = c.table.String()
	}
	b = append(b, codecPPMd, byte(c.order), byte(c.arena), primed)
	for _, n := range []int64{c.size, c.recoded, int64(len(c.stream)), int64(len(table))} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return append(append(b, table...), c.stream...)
}

// DecodePack returns the text of a coded file, which must be size bytes, as the index says. The seed is that of the same
// edition, and counts only where the file is primed (Coding). It takes at most 16 MiB and twice the text besides the text, and
// proves nothing: the text is the pack's when its hash is the one in the index. The error is an *InvalidError.
func DecodePack(coded []byte, seed *Seed, size int64) ([]byte, error) {
	c, err := parsePackCode(coded)
	var text []byte
	if err == nil {
		text, err = c.decode(seed, size)
	}
	if err != nil {
		return nil, &InvalidError{What: "coded pack", Err: err}
	}
	return text, nil
}

// A Coding is what a coded file says of how its text is coded.
type Coding struct {
	// Order is the model's, Arena its memory in bytes.
	Order, Arena int
	// Primed says that it needs the seed.
	Primed bool
	// Size is that of the text in bytes, Recoded that of the recoded text, Stream that of the stream.
	Size, Recoded, Stream int64
	// Table is the file's own recode table; empty when it has none.
	Table string
}

// ParseCoding reads what a coded file says of itself. The error is an *InvalidError.
func ParseCoding(coded []byte) (Coding, error) {
	c, err := parsePackCode(coded)
	if err != nil {
		return Coding{}, &InvalidError{What: "coded pack", Err: err}
	}
	out := Coding{c.order, 1 << c.arena, c.primed, c.size, c.recoded, int64(len(c.stream)), ""}
	if c.table != nil {
		out.Table = c.table.String()
	}
	return out, nil
}

func (c packCode) decode(seed *Seed, size int64) ([]byte, error) {
	if c.size != size {
		return nil, fmt.Errorf("a text of %d bytes, want %d", c.size, size)
	}
	if c.primed {
		if seed == nil {
			return nil, errors.New("primed, and there is no seed")
		}
		c.table = seed.table
	}
	m, err := c.model(seed)
	if err != nil {
		return nil, err
	}
	text, err := m.Decode(nil, c.stream, int(c.recoded))
	if err == nil && c.table != nil {
		text, err = c.table.Decode(make([]byte, 0, c.size), text, int(c.size))
	}
	if err == nil && int64(len(text)) != c.size {
		err = fmt.Errorf("%d bytes come out, want %d", len(text), c.size)
	}
	return text, err
}

// model returns the model that the text is coded with, which has read the seed of a primed one.
func (c packCode) model(seed *Seed) (*ppmd.Model, error) {
	if !c.primed {
		return ppmd.New(c.order, 1<<c.arena)
	}
	if m := seed.warmed(c.order, c.arena); m != nil {
		return m, nil
	}
	return seed.model(c.order, c.arena)
}

func (c packCode) recode(text []byte) []byte {
	if c.table == nil {
		return text
	}
	return c.table.Encode(nil, text)
}

// parsePackCode reads a coded file up to its stream, which aliases b.
func parsePackCode(b []byte) (c packCode, err error) {
	if len(b) > MaxFile {
		return c, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxFile)
	}
	d := decoder{b: b}
	if codec := d.byte(); codec != codecPPMd {
		d.fail("codec %d, which is not known here", codec)
	}
	c.order, c.arena = int(d.byte()), int(d.byte())
	primed := d.byte()
	c.primed = primed == 1
	c.size, c.recoded = int64(d.uvarint(MaxPackText)), int64(d.uvarint(2*MaxPackText))
	stream := int64(d.uvarint(MaxFile))
	table := d.take(int(d.uvarint(maxTable)))
	switch {
	case d.err != nil:
	case c.order < minOrder || c.order > maxOrder:
		d.fail("order %d, want %d to %d", c.order, minOrder, maxOrder)
	case c.arena < minArena || c.arena > maxArena:
		d.fail("an arena of 2^%d bytes, want 2^%d to 2^%d", c.arena, minArena, maxArena)
	case primed > 1:
		d.fail("primed is %d, want 0 or 1", primed)
	case c.size < 1 || c.recoded < 1 || c.recoded > 2*c.size:
		d.fail("a text of %d bytes, recoded in %d", c.size, c.recoded)
	case c.primed && len(table) > 0:
		d.fail("a table beside the seed's")
	case !c.primed && len(table) == 0 && c.recoded != c.size:
		d.fail("recoded without a table")
	case len(table) > 0:
		c.table, d.err = recode.Parse(string(table))
	}
	if d.err != nil {
		return c, d.err
	}
	if err := checkPadding(b, int64(len(b)-len(d.b))+stream); err != nil {
		return c, err
	}
	c.stream = d.b[:stream]
	return c, nil
}
