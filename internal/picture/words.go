package picture

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words are what a picture's file says of itself that is meant for readers, by the IPTC's standard. Nothing of it is in the
// renditions: what readers shall see of it stands on the page.
type Words struct {
	// Credit says who is to be named: an agency, as a rule. Rights are the copyright notice, the terms of use and where
	// they are to be read, with " · " between.
	Credit, Rights string
	// Caption and Alt are what somebody wrote about the picture, in whatever language.
	Caption, Alt string
	// Withheld says that Credit and Rights are empty because they name the person who made the picture. A file may do so
	// without that person's or the newsroom's knowledge.
	Withheld bool
}

// maxWords is the size of one field in bytes. What is longer is left out.
const maxWords = 1000

// A field is what some words of a file are.
type field int

const (
	credit field = iota
	supplier
	copyright
	terms
	statement
	caption
	alt
	maker
	fields
)

// said are the words of each field, in the order of the file.
type said [fields][]string

// first returns the first words of the fields given, each of which stands in for the one before.
func (s said) first(of ...field) string {
	for _, f := range of {
		if len(s[f]) > 0 {
			return s[f][0]
		}
	}
	return ""
}

// add keeps a field's words, if they are some, and no more than maxWords.
func (s *said) add(f field, words string) {
	words = strings.TrimSpace(strings.Trim(words, "\x00"))
	if words != "" && len(words) <= maxWords && utf8.ValidString(words) && len(s[f]) < 16 {
		s[f] = append(s[f], words)
	}
}

// WordsOf reads the words of a JPEG, a PNG or a WebP: the XMP packet, and where that says nothing the IPTC's older IIM.
// What is damaged says nothing. The names of people who made the picture are read too, but only to leave out what
// has them in it.
func WordsOf(file []byte) Words {
	p := partsOf(file)
	var s said
	s.readXMP(p.xmp)
	s.readIIM(p.iim)
	s.add(maker, tiffText(p.exif, 0x013B)) // Artist
	w := Words{Credit: s.first(credit, supplier), Caption: s.first(caption), Alt: s.first(alt)}
	var rights []string
	for _, f := range []field{copyright, terms, statement} {
		if words := s.first(f); words != "" {
			rights = append(rights, words)
		}
	}
	w.Rights = strings.Join(rights, " · ")
	if names(w.Credit+" "+w.Rights, s[maker]) {
		w.Credit, w.Rights, w.Withheld = "", "", true
	}
	return w
}

// names says whether a text has any part of anybody's name in it: a word of three letters or more, in whatever case.
func names(text string, people []string) bool {
	text = strings.ToLower(text)
	for _, who := range people {
		for part := range strings.FieldsFuncSeq(strings.ToLower(who), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
			if utf8.RuneCountInString(part) >= 3 && strings.Contains(text, part) {
				return true
			}
		}
	}
	return false
}

// iimFields are the datasets of record 2 that are read (IPTC-NAA IIM 4.2, chapter 6).
var iimFields = map[byte]field{80: maker, 110: credit, 116: copyright, 120: caption}

// readIIM reads the words of the IPTC's Information Interchange Model. Only those in UTF-8 are taken: what other
// encoding a file is in, it often gets wrong.
func (s *said) readIIM(b []byte) {
	for len(b) >= 5 && b[0] == 0x1C {
		record, dataset, size := b[1], b[2], int(binary.BigEndian.Uint16(b[3:]))
		if b = b[5:]; size > len(b) { // longer ones have a size of another kind, and are not read
			return
		}
		if f, ok := iimFields[dataset]; ok && record == 2 {
			s.add(f, string(b[:size]))
		}
		b = b[size:]
	}
}
