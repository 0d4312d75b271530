package ppmd_test

import (
	"bytes"
	"testing"

	"coranto/internal/ppmd"
)

// anyModel makes a model of whatever numbers.
func anyModel(t *testing.T, order uint8, arena uint16) *ppmd.Model {
	return newModel(t, ppmd.MinOrder+int(order)%(ppmd.MaxOrder-ppmd.MinOrder+1), ppmd.MinArena+int(arena))
}

// FuzzRoundTrip holds that all text that is coded is decoded the same, after whatever was primed.
func FuzzRoundTrip(f *testing.F) {
	for _, text := range texts() {
		f.Add(uint8(4), uint16(0), []byte("known"), text)
		f.Add(uint8(0), uint16(0xFFFF), text, text)
	}
	f.Fuzz(func(t *testing.T, order uint8, arena uint16, known, text []byte) {
		m := anyModel(t, order, arena)
		m.Prime(known)
		c := m.Clone()
		coded := m.Encode(nil, text)
		if got, err := c.Decode(nil, coded, len(text)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("got %q, want %q: %v", got, text, err)
		}
	})
}

// FuzzDecode holds that a hostile stream gives an error, or as many bytes as were asked for, which code to the same
// stream.
func FuzzDecode(f *testing.F) {
	for _, text := range texts() {
		f.Add(uint8(4), uint16(0), newModel(f, 6, ppmd.MinArena).Encode(nil, text), uint16(len(text)))
		f.Add(uint8(0), uint16(0xFFFF), append([]byte{0}, text...), uint16(0xFFFF))
	}
	f.Fuzz(func(t *testing.T, order uint8, arena uint16, coded []byte, size uint16) {
		m := anyModel(t, order, arena)
		text, err := m.Decode(nil, coded, int(size))
		if err != nil {
			return
		}
		if len(text) != int(size) {
			t.Fatalf("got %d bytes, want %d", len(text), size)
		}
		if again := anyModel(t, order, arena).Encode(nil, text); !bytes.Equal(again, coded) {
			t.Errorf("% x is decoded, and coded as % x", coded, again)
		}
	})
}
