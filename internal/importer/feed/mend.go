package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The limits of a feed's XML.
const (
	// maxNested is how deep elements may nest. The parser calls itself for each level.
	maxNested = 200
	// maxBroken is the number of broken items after which the rest of a feed is left.
	maxBroken = 100
)

// A mended feed is XML from which items that are no XML were cut out, so that the others can be read.
type mended struct {
	xml []byte
	// lang is the language (xml:lang) that holds around the items, langs that of each item in order; "" where none is said.
	lang  string
	langs []string
	// broken says what is wrong with each item that was cut out, or with the end of the file.
	broken []brokenItem
}

type brokenItem struct {
	line int
	err  error
}

// A scan is one way through the XML up to its end or to what is wrong.
type scan struct {
	mended
	src []byte
	// open are the names of the elements around, the innermost last, as they are written.
	open []string
	// item is where the item being read begins, and depth how many elements are open before it; item is -1 outside.
	item, depth int
	// good is where the last element outside of items, or item, ended that can be kept.
	good int
}

// mend reads the XML through once. It refuses what is nested too deep for the parser and what has no items to save.
func mend(b []byte) (mended, error) {
	s := &scan{src: b, item: -1}
	from := 0
	for {
		err := s.read(from)
		if errors.Is(err, io.EOF) {
			break
		}
		if len(s.langs) == 0 && s.item < 0 || errors.Is(err, errDeep) {
			return mended{}, err
		}
		s.broken = append(s.broken, brokenItem{1 + bytes.Count(b[:max(s.item, s.good)], []byte("\n")), plainly(err)})
		if s.xml = append(s.xml, b[from:s.good]...); s.item < 0 {
			return s.close()
		}
		s.langs, s.open = s.langs[:len(s.langs)-1], s.open[:s.depth]
		next := nextItem(b, s.item)
		if next < 0 || len(s.broken) == maxBroken {
			return s.close()
		}
		from, s.good, s.item = next, next, -1
	}
	if len(s.broken) > 0 {
		s.xml = append(s.xml, b[from:]...)
	} else {
		s.xml = b
	}
	return s.mended, nil
}

// plainly says what is wrong without the line, which counts from where the reading began.
func plainly(err error) error {
	if e := (*xml.SyntaxError)(nil); errors.As(err, &e) {
		return fmt.Errorf("what begins here is no XML: %s", e.Msg)
	}
	return err
}

// close ends the elements that are open, since the rest of the file is left.
func (s *scan) close() (mended, error) {
	for i := len(s.open) - 1; i >= 0; i-- {
		s.xml = append(s.xml, "</"+s.open[i]+">"...)
	}
	if len(s.langs) == 0 {
		return mended{}, s.broken[0].err
	}
	return s.mended, nil
}

// nextItem returns where the next item after the one that begins at i does, or -1.
func nextItem(b []byte, i int) int {
	start := append([]byte("<"), name(b[i:])...)
	for at := i + len(start); ; {
		n := bytes.Index(b[at:], start)
		if n < 0 {
			return -1
		}
		if at += n; len(name(b[at:])) == len(start)-1 {
			return at
		}
		at += len(start)
	}
}

// name returns the name of the start tag that b begins with.
func name(b []byte) []byte {
	b = b[1:]
	if n := bytes.IndexAny(b, " \t\r\n/>"); n >= 0 {
		return b[:n]
	}
	return b
}

// errDeep is returned for elements that are nested over maxNested deep.
var errDeep = fmt.Errorf("elements nested over %d deep", maxNested)

// read reads tokens from a place on, within the elements that are open there, until an error or io.EOF.
func (s *scan) read(from int) error {
	around := ""
	for _, n := range s.open {
		around += "<" + n + ">"
	}
	d := xml.NewDecoder(io.MultiReader(strings.NewReader(around), bytes.NewReader(s.src[from:])))
	d.Strict = false
	for range s.open {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	for {
		before := from + int(d.InputOffset()) - len(around)
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = s.start(t, before)
		case xml.EndElement:
			err = s.end(before, from+int(d.InputOffset())-len(around))
		}
		if err != nil {
			return err
		}
	}
}

// start notes an element that begins at a place.
func (s *scan) start(e xml.StartElement, at int) error {
	if len(s.open) == maxNested {
		return errDeep
	}
	if local := e.Name.Local; s.item < 0 && (local == "item" || local == "entry") {
		s.item, s.depth, s.good = at, len(s.open), at
		s.langs = append(s.langs, "")
	}
	if lang := xmlLang(e); lang != "" && s.item < 0 {
		s.lang = lang
	} else if lang != "" && len(s.open) <= s.depth+1 && s.langs[len(s.langs)-1] == "" {
		s.langs[len(s.langs)-1] = lang
	}
	s.open = append(s.open, string(name(s.src[at:])))
	return nil
}

// end notes that the innermost element ended with what stands between two places: its end tag, that of an element around
// it, which the parser then ends too, or nothing. An end tag that belongs to nothing in the item would end the item.
func (s *scan) end(from, to int) error {
	if tag := s.src[from:to]; s.item >= 0 && bytes.HasPrefix(tag, []byte("</")) && !slices.Contains(s.open[s.depth:], string(name(tag[1:]))) {
		return fmt.Errorf("what begins here is no XML: %s ends what did not begin", tag)
	}
	if len(s.open) > 0 {
		s.open = s.open[:len(s.open)-1]
	}
	if s.item >= 0 && len(s.open) <= s.depth {
		s.item = -1
	}
	if s.item < 0 {
		s.good = to
	}
	return nil
}

func xmlLang(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "lang" {
			return a.Value
		}
	}
	return ""
}
