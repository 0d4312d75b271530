package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Clean returns s with all that could steer a terminal or turn its line around written out, as \x1b or \u202e. Text
// from a mirror, a file or the network goes through it on its way to a terminal. Joiners stay: Persian needs them.
func Clean(s string) string {
	if !strings.ContainsFunc(s, steers) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !steers(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// steers says whether a rune is a control, a line separator, or turns the direction of what follows.
func steers(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// Width returns the number of cells that s takes: two for a wide character of East Asia, none for a mark that stands on
// its neighbour, one for any other. Escape sequences made by Paint take none.
func Width(s string) int {
	cells := 0
	for _, r := range unpaint(s) {
		cells += runeWidth(r)
	}
	return cells
}

func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut returns the beginning of s that fits into a number of cells, with an ellipsis where something is missing.
func cut(s string, cells int) string {
	if Width(s) <= cells {
		return s
	}
	if cells < 1 {
		return ""
	}
	used := 0
	for i, r := range s {
		if used += runeWidth(r); used >= cells {
			return s[:i] + "…"
		}
	}
	return s
}

// A Color is how Paint sets a word apart.
type Color string

// The colours, by what they say.
const (
	Good  Color = "\x1b[32m"
	Bad   Color = "\x1b[31m"
	Doubt Color = "\x1b[33m"
	Faint Color = "\x1b[2m"
	Bold  Color = "\x1b[1m"

	plain = "\x1b[0m"
)

var paints = strings.NewReplacer(string(Good), "", string(Bad), "", string(Doubt), "", string(Faint), "", string(Bold), "", plain, "")

// unpaint returns s without what Paint added.
func unpaint(s string) string {
	if strings.IndexByte(s, '\x1b') < 0 {
		return s
	}
	return paints.Replace(s)
}

// Paint returns s, cleaned, in a colour; without one unless t is a terminal that wants colours.
// Colour never says anything that the words don't.
func (t *Term) Paint(c Color, s string) string {
	if s = Clean(s); !t.color || s == "" {
		return s
	}
	return string(c) + s + plain
}
