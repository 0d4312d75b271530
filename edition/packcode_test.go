package edition_test

import (
	"bytes"
	"errors"
	"testing"

	"coranto/edition"
)

func TestCodePack(t *testing.T) {
	seed := bytes.Repeat([]byte("guards push migrants back at a closed border, "), 100)
	for _, text := range [][]byte{[]byte("x"), packText(t, anArticle()), stored(100_000), bytes.Repeat([]byte{0}, 1_000_000)} {
		for _, seed := range [][]byte{nil, seed} {
			coded, err := edition.CodePack(text, seed)
			if err != nil {
				t.Fatal(err)
			}
			got, err := edition.DecodePack(coded, seed, int64(len(text)))
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("%d bytes, coded in %d: %d come back, %v", len(text), len(coded), len(got), err)
			}
			if n := int64(len(coded)); edition.Padded(n) != n {
				t.Errorf("%d bytes are not padded", n)
			}
		}
	}
}

// A pack that a seed primes is smaller, and gives the text with no other seed.
func TestPrimed(t *testing.T) {
	text := packText(t, anArticle())
	alone, _ := edition.CodePack(text, nil)
	primed, _ := edition.CodePack(text, text)
	if len(primed) > len(alone)/2 {
		t.Errorf("primed with its own text, %d bytes; alone %d", len(primed), len(alone))
	}
	for _, seed := range [][]byte{nil, text[1:]} {
		if got, err := edition.DecodePack(primed, seed, int64(len(text))); err == nil && bytes.Equal(got, text) {
			t.Errorf("decoded with a seed of %d bytes", len(seed))
		}
	}
}

func TestDecodePackRefuses(t *testing.T) {
	text := packText(t, anArticle())
	good, err := edition.CodePack(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int, v byte) []byte {
		b := bytes.Clone(good)
		b[i] = v
		return b
	}
	for name, bad := range map[string][]byte{
		"codec": at(0, 2), "order 1": at(1, 1), "order 17": at(1, 17), "small arena": at(2, 15), "large arena": at(2, 25), "table": at(3, 200),
		"primed": at(4, 2), "primed, no seed": at(4, 1), "no text": at(5, 0), "empty": nil, "cut": good[:len(good)/2], "head alone": good[:9],
		"longer": append(bytes.Clone(good), 0), "padding": append(bytes.Clone(good[:len(good)-1]), 1),
	} {
		var invalid *edition.InvalidError
		if _, err := edition.DecodePack(bad, nil, int64(len(text))); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := edition.DecodePack(good, nil, int64(len(text))+1); err == nil {
		t.Error("another size than the index's is not refused")
	}
	if _, err := edition.CodePack(nil, nil); err == nil {
		t.Error("a pack without a text")
	}
}

func FuzzDecodePack(f *testing.F) {
	text := []byte("guards push migrants back at a closed border, and again")
	coded, _ := edition.CodePack(text, nil)
	f.Add(coded, int64(len(text)))
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		if size > 1<<16 {
			return
		}
		if got, err := edition.DecodePack(b, text, size); err == nil && int64(len(got)) != size {
			t.Errorf("%d bytes of %d", len(got), size)
		}
	})
}
