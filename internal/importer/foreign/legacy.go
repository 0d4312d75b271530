package foreign

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// legacy reads bytes that are no UTF-8 as Windows-1251 or Windows-1252, where the result is a word. Quotation marks and
// dashes are the same in both.
func (t *Text) legacy(b []byte) (words, name string) {
	if cut(b) {
		return "", ""
	}
	t.count(len(b))
	cyrillic := len(b) > 2 || t.long > 0 && 2*t.long >= t.short
	if !cyrillic && !bytes.Contains(b, []byte{0xFF}) { // ÿ is no letter that people use
		return decoded(charmap.Windows1252, b), "windows-1252"
	}
	if words = decoded(charmap.Windows1251, b); !cyrillic || !spelled(words) {
		return "", ""
	}
	return words, "windows-1251"
}

// cut says whether bytes are UTF-8 of which some is missing: most of it is whole, or it is the beginning of a character.
func cut(b []byte) bool {
	begun := len(b) > 1 && b[0] >= 0xE0 && !slices.ContainsFunc(b[1:], func(c byte) bool { return c >= 0xC0 })
	return stray(b)*2 <= len(b) || begun && !utf8.FullRune(b)
}

// stray counts the bytes that are no UTF-8.
func stray(b []byte) (n int) {
	for len(b) > 0 {
		c, size := utf8.DecodeRune(b)
		if c == utf8.RuneError && size == 1 {
			n++
		}
		b = b[size:]
	}
	return n
}

func decoded(m *charmap.Charmap, b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(m.DecodeByte(c))
	}
	return s.String()
}

// spelled says whether Cyrillic words are spelled as people do: in capitals, or in small letters after the first. Bytes of
// another encoding, read as Windows-1251, are not.
func spelled(words string) bool {
	for _, word := range strings.FieldsFunc(words, func(c rune) bool { return !unicode.IsLetter(c) }) {
		letters := []rune(word)
		for i, c := range letters {
			if !unicode.Is(unicode.Cyrillic, c) {
				return false
			}
			after := i > 0 && unicode.IsUpper(c) && !unicode.IsUpper(letters[i-1]) // a capital after a small letter
			if after || i > 1 && unicode.IsUpper(c) != unicode.IsUpper(letters[1]) {
				return false
			}
		}
	}
	return !strings.ContainsRune(words, utf8.RuneError)
}
