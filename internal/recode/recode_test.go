package recode_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"coranto/internal/recode"
)

const russian = "Съешь же ещё этих мягких французских булок, да выпей чаю.\n"

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	table := recode.Learn([]byte(russian))
	for name, text := range map[string]string{
		"empty":          "",
		"learned":        russian,
		"others":         "Съешь 漢字, 😀 and naïve Ճ\x00",
		"not UTF-8":      "ещё\xd0\xffA\xd0",
		"surrogate":      "\xed\xa0\x80",
		"replacement":    "\uFFFD\xff",
		"zero and bytes": "\x00\x01\x02\x00",
	} {
		short := table.Encode([]byte("before"), []byte(text))
		got, err := table.Decode([]byte("before"), short[len("before"):], len(text))
		if err != nil || string(got) != "before"+text {
			t.Errorf("%s: got %q, want %q: %v", name, got, text, err)
		}
	}
}

// TestLearn holds that a table has one byte for each code point of what it learned from, letters at 0x40 and above.
func TestLearn(t *testing.T) {
	t.Parallel()
	table := recode.Learn([]byte(russian))
	short := table.Encode(nil, []byte(russian))
	if got, want := len(short), utf8.RuneCountInString(russian); got != want {
		t.Errorf("%d code points take %d bytes", want, got)
	}
	for i, r := range []rune(russian) {
		if letter := !strings.ContainsRune(" ,.\n", r); letter != (short[i] >= 0x40) {
			t.Errorf("%q is byte %#02x", r, short[i])
		}
	}
	if again := recode.Learn([]byte(russian)).String(); again != table.String() {
		t.Errorf("learned %q, then %q", table, again)
	}
	parsed, err := recode.Parse(table.String())
	if err != nil || !bytes.Equal(parsed.Encode(nil, []byte(russian)), short) {
		t.Errorf("a table that was parsed recodes otherwise: %v", err)
	}
}

// TestLearnMany holds that the commonest come first where there are more than a table has room for.
func TestLearnMany(t *testing.T) {
	t.Parallel()
	var text []rune
	for r := rune(0x4E00); r < 0x4F00; r++ {
		text = append(text, slices.Repeat([]rune{r}, int(r-0x4E00)+1)...)
	}
	for r := rune(0x2190); r < 0x2200; r++ { // signs
		text = append(text, r)
	}
	table := recode.Learn([]byte(string(text)))
	points := []rune(table.String())
	if len(points) != 255 {
		t.Fatalf("%d code points", len(points))
	}
	if points[0] != 0x2190 || points[62] != 0x2190+62 || points[63] != 0x4F00-192 || points[254] != 0x4F00-1 {
		t.Errorf("got %U … %U, %U … %U", points[0], points[62], points[63], points[254])
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	many := make([]rune, 256)
	for i := range many {
		many[i] = rune(0x400 + i)
	}
	for name, table := range map[string]string{
		"empty":         "",
		"not UTF-8":     "ab\xff",
		"twice":         "abca",
		"too many":      string(many),
		"far too many":  strings.Repeat("a", 10_000),
		"and not UTF-8": strings.Repeat("\xff", 10_000),
	} {
		if _, err := recode.Parse(table); err == nil {
			t.Errorf("%s: a table was made", name)
		}
	}
	if table, err := recode.Parse(string(many[:255])); err != nil || table.String() != string(many[:255]) {
		t.Errorf("255 code points: got %v, %v", table, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	table, err := recode.Parse("абв")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		coded []byte
		most  int
	}{
		"a free byte":             {[]byte{1, 4}, 100},
		"an escape at the end":    {[]byte{1, 0}, 100},
		"too long":                {[]byte{1, 2, 3}, 5},
		"too long by what is raw": {[]byte{0, 'a'}, 0},
	} {
		if got, err := table.Decode(nil, c.coded, c.most); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got, err := table.Decode(nil, []byte{1, 2, 3, 0, 0}, 7); err != nil || string(got) != "абв\x00" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add("абв", []byte(russian))
	f.Add(" ab", []byte("\xd0\x00\uFFFD\xff"))
	f.Fuzz(func(t *testing.T, points string, text []byte) {
		table, err := recode.Parse(points)
		if err != nil {
			table = recode.Learn([]byte(points))
		} else if table.String() != points {
			t.Errorf("%q is the table %q", points, table)
		}
		got, err := table.Decode(nil, table.Encode(nil, text), len(text))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("got %q, want %q: %v", got, text, err)
		}
		if got, err := table.Decode(nil, text, len(text)); err == nil && len(got) > len(text) {
			t.Errorf("%d bytes decoded to %d, beyond what they may", len(text), len(got))
		}
	})
}
