package foreign

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// minGuess is how many letters a text must show before its encoding is guessed.
const minGuess = 12

// guess returns the encoding of a text that names none, or a wrong one, and is no UTF-8 at all, and its name: nil where
// nothing tells. It knows the encodings whose letters can't be taken for those of another one; Windows-1251 is mended word
// by word.
func guess(head []byte) (encoding.Encoding, string) {
	valid, wrong := 0, 0
	for rest := head; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		switch {
		case c == utf8.RuneError && size == 1:
			wrong++
		case size > 1:
			valid++
		}
		rest = rest[size:]
	}
	if wrong < minGuess || valid*2 > wrong || alone(head) {
		return nil, ""
	}
	for _, c := range []struct {
		name string
		encoding.Encoding
		script *unicode.RangeTable
		// often are letters that make up at least a share of any text.
		often string
		share float64
	}{
		{"windows-1256", charmap.Windows1256, unicode.Arabic, "اليیونمرتبهد", 0.5},
		{"koi8-r", charmap.KOI8R, unicode.Cyrillic, "оеаинтсрвл", 0.5},
		{"shift_jis", japanese.ShiftJIS, nil, "のにはをたがでてとしれさいるもなあっりん", 0.2},
		{"gb18030", simplifiedchinese.GB18030, unicode.Han, "的一是在不了有和人这中大为上个国我以要他时来们", 0.04},
	} {
		words, err := c.NewDecoder().Bytes(head)
		if err == nil && speaks(string(words), c.script, c.often, c.share) {
			return c.Encoding, c.name
		}
	}
	return nil, ""
}

// alone says whether the bytes that are not of ASCII stand alone, as accents do between letters of ASCII.
func alone(b []byte) bool {
	runs, bytes := 0, 0
	for i, c := range b {
		if c >= utf8.RuneSelf {
			bytes++
			if i == 0 || b[i-1] < utf8.RuneSelf {
				runs++
			}
		}
	}
	return bytes < 2*runs
}

// speaks says whether the letters of a text that are not of ASCII are of a script, nil for any, nearly all, and are in so
// large a share those which its languages use most.
func speaks(text string, script *unicode.RangeTable, often string, share float64) bool {
	letters, own, common, broken := 0, 0, 0, 0
	for _, c := range text {
		if c == utf8.RuneError {
			broken++
		}
		if c < utf8.RuneSelf || !unicode.IsLetter(c) {
			continue
		}
		letters++
		if script == nil || unicode.Is(script, c) {
			own++
		}
		if strings.ContainsRune(often, unicode.ToLower(c)) {
			common++
		}
	}
	return letters >= minGuess/2 && broken*50 <= letters && own*10 >= letters*9 && float64(common) >= share*float64(letters)
}
