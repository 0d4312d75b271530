package lang

import (
	"iter"
	"unicode"
)

// maxWord is how many letters a word may have before it is broken. Data that somebody pasted has millions, and a browser that
// has to find room for half a million joined letters stands still for minutes.
const maxWord = 1000

// LongWords yields a text in pieces between which a browser should be told that a line may break: as one, unless it has a word
// of over 1,000 letters. The pieces are the text when put together, and none begins with a mark of the letter before it.
func LongWords(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for cut := longWord(s); cut > 0; cut = longWord(s) {
			if !yield(s[:cut]) {
				return
			}
			s = s[cut:]
		}
		yield(s)
	}
}

// longWord returns where the first word of a text that is too long may break, not between a letter and its marks; 0 where
// none is. Browsers break between ideographs by themselves.
func longWord(s string) int {
	if len(s) <= maxWord {
		return 0
	}
	letters := 0
	for i, c := range s {
		if letters++; unicode.IsSpace(c) || unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			letters = 0
		}
		if letters > maxWord && !unicode.In(c, unicode.M, unicode.Cf) {
			return i
		}
	}
	return 0
}
