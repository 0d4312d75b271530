// Package recode writes text with one byte for each code point that is common in its language, by a table. Text in
// Cyrillic, Arabic or Georgian takes two or three bytes a letter in UTF-8; a compressor that looks back by bytes then
// sees half or a third as many letters. It knows nothing of news, and compresses nothing.
//
//	table := recode.Learn(older)
//	short := table.Encode(nil, text)
//	text, err := table.Decode(nil, short, limit)
//
// # The table
//
// A table is text: up to 255 code points, each once. The first is written as byte 1, the second as 2, and so on. Every
// byte of what the table doesn't have, be it a rare code point or no valid UTF-8, is written as it is after a byte 0.
// So any bytes can be written, and come back the same.
//
// The order matters a little to PPMd, whose counters tell bytes of 0x40 and above from others, as in ASCII they tell
// letters. Learn keeps to that.
package recode

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	escape      = 0    // what goes before a byte that is written as it is
	firstLetter = 0x40 // the first byte for letters, in tables that Learn makes
	maxPoints   = 255
)

// A Table says which code points have a byte of their own. It doesn't change once it is made.
type Table struct {
	points string // in order
	bytes  map[rune]byte
	text   [256]string // of each byte; "" of those that the table leaves free, and of the escape
}

// Parse reads a table: 1 to 255 different code points in UTF-8.
func Parse(points string) (*Table, error) {
	if len(points) > maxPoints*utf8.UTFMax || !utf8.ValidString(points) {
		return nil, errors.New("recoding table: no text of at most 255 code points in UTF-8")
	}
	t := &Table{points: points, bytes: map[rune]byte{}}
	for _, r := range points {
		b := len(t.bytes) + 1
		if b > maxPoints {
			return nil, fmt.Errorf("recoding table: more than %d code points", maxPoints)
		}
		if t.bytes[r] != 0 {
			return nil, fmt.Errorf("recoding table: %U stands in it twice", r)
		}
		t.bytes[r] = byte(b)
		t.text[b] = string(r)
	}
	if len(t.bytes) == 0 {
		return nil, errors.New("recoding table: it is empty")
	}
	return t, nil
}

// String returns the table as Parse reads it.
func (t *Table) String() string { return t.points }

// Encode appends the text to dst, recoded.
func (t *Table) Encode(dst, text []byte) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		b := t.bytes[r]
		if r == utf8.RuneError && size == 1 {
			b = escape // no valid UTF-8, which is not U+FFFD itself
		}
		if b != escape {
			dst = append(dst, b)
		} else {
			for _, raw := range text[:size] {
				dst = append(dst, escape, raw)
			}
		}
		text = text[size:]
	}
	return dst
}

// Decode appends to dst the text that was recoded, which may be of most bytes. A byte that the table leaves free is an
// error, and so is an escape at the end, or a longer text.
func (t *Table) Decode(dst, coded []byte, most int) ([]byte, error) {
	most += len(dst)
	for i := 0; i < len(coded); i++ {
		c := coded[i]
		switch {
		case c != escape && t.text[c] != "":
			dst = append(dst, t.text[c]...)
		case c == escape && i+1 < len(coded):
			i++
			dst = append(dst, coded[i])
		default:
			return nil, fmt.Errorf("recoded text: byte %#02x at %d stands for nothing", c, i)
		}
		if len(dst) > most {
			return nil, errors.New("recoded text: longer than it may be")
		}
	}
	return dst, nil
}

// others are signs that news has in many languages, the more common first. They take what bytes the learned text's own
// leave free.
const others = " \n.,-0123456789:;()\"'?!/%&+*=_#@$[]{}<>|\\^~`" + "–—«»“”„‘’…°№€·•§©×\u00A0"

// letters are those that any language may have in names.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Learn makes a table of the commonest code points of a text: at most 63 signs, for the bytes below 0x40, and 192
// letters with their marks, for those above. The same text gives the same table. Whoever is to decode gets the table,
// and doesn't learn it: what is a letter depends on the version of Unicode.
func Learn(text []byte) *Table {
	count := map[rune]int{}
	for _, r := range string(text) {
		count[r]++
	}
	delete(count, utf8.RuneError)
	signs := commonest(count, others, firstLetter-1, func(r rune) bool { return !isLetter(r) })
	t, err := Parse(signs + commonest(count, letters, maxPoints-firstLetter+1, isLetter))
	if err != nil {
		panic("recode: " + err.Error()) // code points of a map are different, and few enough
	}
	return t
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// commonest returns the commonest code points of a kind, up to a number, with more to fill that. They stand in the
// order of their code points, so that a table can be read.
func commonest(count map[rune]int, more string, most int, kind func(rune) bool) string {
	found := slices.SortedFunc(maps.Keys(count), func(a, b rune) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	found = slices.DeleteFunc(found, func(r rune) bool { return !kind(r) })
	for _, r := range more {
		if count[r] == 0 {
			found = append(found, r)
		}
	}
	found = found[:min(len(found), most)]
	slices.Sort(found)
	return string(found)
}
