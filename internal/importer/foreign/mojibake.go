package foreign

import (
	"strings"
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
		if meant, ok := unmojibake(s[i:end]); ok {
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

// unmojibake returns what a run of characters was before it was made UTF-8 twice.
func unmojibake(run string) (string, bool) {
	if b, ok := taken(charmap.Windows1252, run); ok {
		alone := utf8.RuneCount(b) == 1
		return string(b), !alone || b[0] != 0xC2 || b[1] == 0xA0 // a lone Â before a sign is a letter of Romanian
	}
	if b, ok := taken(charmap.Windows1251, run); ok {
		// Two letters may stand for one by chance, as in «буква Р»; "вЂ" at the beginning of a quotation mark can't.
		return string(b), utf8.RuneCount(b) > 2 || b[0] == 0xE2
	}
	return "", false
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
