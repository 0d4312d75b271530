package importer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"coranto/internal/news"
)

// CleanText returns s as the text of an article may stand: valid UTF-8 in NFC with no control characters but "\n" and
// "\t". Every character that has meaning stays: joiners, bidi marks, embeddings and isolates, soft hyphens, variation
// selectors, tags. What was lost is returned rune by rune, for a note to the editor:
//
//   - Code points U+0080 to U+009F are bytes of Windows-1252 that somebody took for Latin-1, its quotation marks above
//     all: they become what was meant. The five that Windows-1252 leaves open are dropped.
//   - All that breaks a line ("\r\n", "\v", "\f", U+2028) becomes "\n", and U+2029 becomes two.
//   - Other control characters, noncharacters and byte order marks are dropped.
//   - Bytes that are no UTF-8 become U+FFFD, one for each run, and are returned as U+FFFD.
//
// Cleaning what is clean changes nothing.
func CleanText(s string) (clean string, dropped []rune) {
	if tidy(s) {
		return s, nil
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
		dropped = append(dropped, utf8.RuneError)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, c := range strings.ReplaceAll(s, "\r\n", "\n") {
		if t, ok := cleanRune(c); ok {
			b.WriteString(t)
		} else {
			dropped = append(dropped, c)
		}
	}
	return norm.NFC.String(b.String()), dropped
}

// tidy says whether s needs no work, as most text: it is UTF-8 in NFC, and no character of it goes or becomes another.
func tidy(s string) bool {
	for i, c := range s {
		switch {
		case c == '\n' || c == '\t' || ' ' <= c && c < 0x7F:
		case c < 0xA0 || c == '\u2028' || c == '\u2029' || c == '\uFEFF' || noncharacter(c):
			return false
		case c == utf8.RuneError && !strings.HasPrefix(s[i:], string(c)):
			return false
		}
	}
	return news.Normal(s)
}

// cleanRune returns what stands for a character, and false where nothing does.
func cleanRune(c rune) (string, bool) {
	switch {
	case c == '\n' || c == '\t':
		return string(c), true
	case c == '\r' || c == '\v' || c == '\f' || c == '\u2028':
		return "\n", true
	case c == '\u2029':
		return "\n\n", true
	case 0x80 <= c && c <= 0x9F:
		meant := charmap.Windows1252.DecodeByte(byte(c))
		return string(meant), meant != utf8.RuneError
	}
	return string(c), !unicode.IsControl(c) && c != '\uFEFF' && !noncharacter(c)
}

// noncharacter says whether a code point is one of the 66 that Unicode sets apart for ever.
func noncharacter(c rune) bool { return c&0xFFFE == 0xFFFE || 0xFDD0 <= c && c <= 0xFDEF }

// isSpace says whether HTML takes a character for white space: a no-break space is a letter to it.
func isSpace(c rune) bool { return c == ' ' || c == '\n' || c == '\t' }

// oneLine makes each run of white space of clean text one space, and takes it off both ends.
func oneLine(s string) string {
	if s == "" || s[0] != ' ' && s[len(s)-1] != ' ' && !strings.ContainsAny(s, "\n\t") && !strings.Contains(s, "  ") {
		return s // most are
	}
	return strings.Join(strings.FieldsFunc(s, isSpace), " ")
}

// Blank says whether a text shows nothing: it is empty, or only spaces and invisible marks.
func Blank(s string) bool {
	for _, c := range s {
		if !unicode.IsSpace(c) && !unicode.Is(unicode.Cf, c) {
			return false
		}
	}
	return true
}
