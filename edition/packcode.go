package edition

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"coranto/internal/ppmd"
)

// What a coded file may say of its model (SPEC.md, "Packs"): the arena's size in bytes is 2 to the power of what stands there.
const (
	codecPPMd          = 1
	minOrder, maxOrder = 2, 16
	minArena, maxArena = 16, 24
)

// packOrder is the order of the models that packs are coded with. Measured on news in 30 languages (BENCHMARKS.md).
const packOrder = 6

// packCode is the beginning of a coded file.
type packCode struct {
	order, arena int
	primed       bool
	size, stream int64
}

// CodePack codes the text of a pack, primed with the seed's text unless that is empty, and pads it. A seed's own file is
// coded so too, without a seed. The same text and seed give the same bytes.
func CodePack(text, seed []byte) ([]byte, error) {
	if len(text) < 1 || len(text) > MaxPackText || len(seed) > MaxPackText {
		return nil, fmt.Errorf("a text of %d bytes with a seed of %d, the limit is %d", len(text), len(seed), MaxPackText)
	}
	c := packCode{order: packOrder, arena: arenaFor(len(text) + len(seed)), primed: len(seed) > 0, size: int64(len(text))}
	m, err := c.model(seed)
	if err != nil {
		return nil, err
	}
	stream := m.Encode(nil, text)
	c.stream = int64(len(stream))
	b := append(c.append(nil), stream...)
	if len(b) > MaxFile {
		return nil, fmt.Errorf("a text of %d bytes is coded in %d, the limit is %d", len(text), len(b), MaxFile)
	}
	return pad(b), nil
}

// arenaFor returns the arena that a model of so many bytes does not fill: it takes some 16 bytes for each.
func arenaFor(n int) int { return min(max(bits.Len(uint(16*n)), minArena), maxArena) }

func (c packCode) model(seed []byte) (*ppmd.Model, error) {
	m, err := ppmd.New(c.order, 1<<c.arena)
	if err == nil {
		m.Prime(seed)
	}
	return m, err
}

func (c packCode) append(b []byte) []byte {
	primed := byte(0)
	if c.primed {
		primed = 1
	}
	b = append(b, codecPPMd, byte(c.order), byte(c.arena), 0, primed)
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(c.size)), uint64(c.stream))
}

// DecodePack returns the text of a coded file, which must be size bytes, as the index says. Seed is the text of the seed of
// the same edition; it counts only where the file says that it is primed. It takes at most 16 MiB besides the text, and
// proves nothing: the text is the pack's when its hash is the one in the index. The error is an *InvalidError.
func DecodePack(coded, seed []byte, size int64) ([]byte, error) {
	text, err := decodePack(coded, seed, size)
	if err != nil {
		return nil, &InvalidError{What: "coded pack", Err: err}
	}
	return text, nil
}

func decodePack(coded, seed []byte, size int64) ([]byte, error) {
	if len(coded) > MaxFile {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(coded), MaxFile)
	}
	c, stream, err := parsePackCode(coded)
	if err != nil {
		return nil, err
	}
	if c.size != size {
		return nil, fmt.Errorf("a text of %d bytes, want %d", c.size, size)
	}
	if !c.primed {
		seed = nil
	} else if len(seed) == 0 {
		return nil, errors.New("primed, and there is no seed")
	}
	m, err := c.model(seed)
	if err != nil {
		return nil, err
	}
	return m.Decode(nil, stream, int(c.size))
}

// parsePackCode returns what a coded file begins with, and its stream.
func parsePackCode(b []byte) (c packCode, stream []byte, err error) {
	d := decoder{b: b}
	if codec := d.byte(); codec != codecPPMd {
		d.fail("codec %d, which is not known here", codec)
	}
	c.order, c.arena = int(d.byte()), int(d.byte())
	table, primed := d.byte(), d.byte()
	c.primed = primed == 1
	switch {
	case d.err != nil:
	case c.order < minOrder || c.order > maxOrder:
		d.fail("order %d, want %d to %d", c.order, minOrder, maxOrder)
	case c.arena < minArena || c.arena > maxArena:
		d.fail("an arena of 2^%d bytes, want 2^%d to 2^%d", c.arena, minArena, maxArena)
	case table != 0:
		d.fail("recode table %d, which is not known here", table)
	case primed > 1:
		d.fail("primed is %d, want 0 or 1", primed)
	}
	c.size, c.stream = int64(d.uvarint(MaxPackText)), int64(d.uvarint(MaxFile))
	head := int64(len(b) - len(d.b))
	if d.err == nil && c.size < 1 {
		d.fail("no text")
	}
	if d.err != nil {
		return c, nil, d.err
	}
	if err := checkPadding(b, head+c.stream); err != nil {
		return c, nil, err
	}
	return c, d.b[:c.stream], nil
}
