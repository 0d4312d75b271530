package foreign

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mend undoes what happens when UTF-8 is taken for Windows-1252 or Windows-1251 and made UTF-8 once more, as databases do
// that are told a wrong encoding: "cafÃ©", "РџСЂРёРІРµС‚". It returns the text and how many runs of letters it mended. It
// changes only what nobody writes: all characters of a run, taken back to bytes, have to be UTF-8 without a fault.
func Mend(s string) (mended string, n int) {
	var b strings.Builder
	done := 0 // how much of s is in b
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] >= utf8.RuneSelf {
			end++
		}
		if meant, ok := meant(s[:i], s[i:end], s[end:]); ok {
			b.WriteString(s[done:i])
			b.WriteString(meant)
			done, n = end, n+1
		}
		i = end
	}
	if n == 0 {
		return s, 0
	}
	b.WriteString(s[done:])
	return b.String(), n
}

// meant returns what a run of characters was before it was made UTF-8 twice. Where it is one character, what stands around
// decides: CAFÉ’S and «été…» are as they should be.
func meant(before, run, after string) (string, bool) {
	if b, ok := taken(charmap.Windows1252, run); ok {
		c, size := utf8.DecodeRune(b)
		if size == len(b) {
			return string(b), oneMeant(c, lastByte(before), firstByte(after))
		}
		return string(b), !strings.ContainsFunc(string(b), func(c rune) bool { return !unicode.IsPrint(c) && c != '\u00A0' })
	}
	if b, ok := taken(charmap.Windows1251, run); ok {
		c, size := utf8.DecodeRune(b)
		if size == len(b) {
			return string(b), punctuation(c)
		}
		strange := func(c rune) bool {
			return !('Ѐ' <= c && c <= 'џ' || 'Ґ' <= c && c <= 'ӿ' || punctuation(c) || '\u00A0' <= c && c <= '»')
		}
		return string(b), utf8.RuneCount(b) > 2 && !strings.ContainsFunc(string(b), strange)
	}
	return "", false
}

// oneMeant says whether one character was meant where two or three stand that Windows-1252 made of it.
func oneMeant(c rune, before, after byte) bool {
	switch lower := func(b byte) bool { return 'a' <= b && b <= 'z' }; {
	case punctuation(c), 0x1F000 <= c && c < 0x20000: // â€™, ðŸ˜€
		return true
	case c < 0xC0, 'А' <= c && c <= 'я', 'ء' <= c && c <= 'ي': // Â°, Ð¸: a Â at the end of a word in capitals may stand before a sign
		return before < 'A' || before > 'Z'
	case c < 0x180: // Ã©
		return lower(before) || lower(after)
	}
	return false
}

// punctuation says whether a character is one of those that word processors put in: dashes, quotation marks, currencies.
func punctuation(c rune) bool {
	return 0x2010 <= c && c <= 0x203A || 0x20A0 <= c && c <= 0x20BF || 0x2100 <= c && c < 0x2150
}

func lastByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// taken returns the bytes that characters are in an encoding, if these are UTF-8. It gives up at the first that are not:
// most words do at their second letter.
func taken(m *charmap.Charmap, run string) ([]byte, bool) {
	var b []byte
	for _, c := range run {
		one, ok := m.EncodeRune(c)
		if !ok && 0x80 <= c && c <= 0x9F { // what the encoding leaves open passes
			one, ok = byte(c), true
		}
		if !ok || one < utf8.RuneSelf || len(b) == 0 && one < 0xC2 || len(b) == 1 && one >= 0xC0 {
			return nil, false
		}
		b = append(b, one)
	}
	return b, len(b) > 1 && utf8.Valid(b)
}
