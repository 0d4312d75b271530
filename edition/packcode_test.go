package edition_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"coranto/edition"
)

func TestCodePack(t *testing.T) {
	_, seed, err := edition.CodeSeed(bytes.Repeat([]byte("guards push migrants back at a closed border, "), 100))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range [][]byte{[]byte("x"), packText(t, anArticle()), stored(100_000), bytes.Repeat([]byte{0}, 1_000_000)} {
		for _, seed := range []*edition.Seed{nil, seed} {
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
	coded, seed, err := edition.CodeSeed(text)
	if err != nil {
		t.Fatal(err)
	}
	primed, err := edition.CodePack(text, seed)
	if err != nil || len(primed) > len(alone)/2 {
		t.Errorf("primed with its own text, %d bytes; alone %d; %v", len(primed), len(alone), err)
	}
	again, err := edition.DecodeSeed(coded, int64(len(text)))
	if err != nil || !bytes.Equal(again.Text(), text) {
		t.Fatalf("the seed: %v", err)
	}
	if got, err := edition.DecodePack(primed, again, int64(len(text))); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := again.Warm(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the model that it keeps stays as it is
		warm, err := edition.CodePack(text, again)
		if err != nil || !bytes.Equal(warm, primed) {
			t.Errorf("a warm seed gives other bytes: %v", err)
		}
		if got, err := edition.DecodePack(primed, again, int64(len(text))); err != nil || !bytes.Equal(got, text) {
			t.Errorf("with a warm seed: %d bytes, %v", len(got), err)
		}
	}
	_, other, _ := edition.CodeSeed(text[1:])
	for _, seed := range []*edition.Seed{nil, other} {
		if got, err := edition.DecodePack(primed, seed, int64(len(text))); err == nil && bytes.Equal(got, text) {
			t.Error("decoded with another seed")
		}
	}
	if _, err := edition.DecodeSeed(primed, int64(len(text))); err == nil {
		t.Error("a seed that is primed is not refused")
	}
}

// Text in another script than Latin has a table of its own, and comes back to the byte with what is no text between.
func TestRecoded(t *testing.T) {
	rnd, letters := rand.New(rand.NewPCG(1, 2)), []rune("абвгдежзийклмнопрстуфхцчшщьыэюя ")
	words := make([]rune, 20_000)
	for i := range words {
		words[i] = letters[rnd.IntN(len(letters))]
	}
	text := []byte(string(words) + "\xff\x00 የሰው ልጅ")
	coded, err := edition.CodePack(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(coded, []byte("абвг")) {
		t.Error("there is no table")
	}
	if got, err := edition.DecodePack(coded, nil, int64(len(text))); err != nil || !bytes.Equal(got, text) {
		t.Errorf("%d bytes, %v", len(got), err)
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
		"codec": at(0, 2), "order 1": at(1, 1), "order 17": at(1, 17), "small arena": at(2, 15), "large arena": at(2, 25),
		"primed": at(3, 2), "primed, no seed": at(3, 1), "no text": at(4, 0), "empty": nil, "cut": good[:len(good)/2], "head alone": good[:11],
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
	_, seed, _ := edition.CodeSeed(text)
	primed, _ := edition.CodePack(text, seed)
	recoded, _ := edition.CodePack([]byte(strings.Repeat("граница ", 99)), nil)
	for _, b := range [][]byte{coded, primed, recoded} {
		f.Add(b, int64(len(text)))
	}
	f.Fuzz(func(t *testing.T, b []byte, size int64) {
		if size > 1<<16 {
			return
		}
		if got, err := edition.DecodePack(b, seed, size); err == nil && int64(len(got)) != size {
			t.Errorf("%d bytes of %d", len(got), size)
		}
	})
}
