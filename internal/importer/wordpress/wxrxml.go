package wordpress

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A syntaxError is malformed XML, on a line of the item from 1.
type syntaxError struct {
	line int
	err  error
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("malformed XML: %s (hint: mend the export there, or leave the item out of it)", e.err)
}

func (e *syntaxError) Unwrap() error { return e.err }

// An element is one that was read: its name with the prefix that we know its namespace by, its attributes, and the text
// right in it.
type element struct {
	name  string
	attrs []attribute
	text  []byte

	tag []byte // its name as it stands in the file
}

type attribute struct{ name, value string }

// walkXML reads an element and calls end with each element in it, and at last itself, when it has ended; the path of
// those around it stands before it. It is XML as package encoding/xml reads it, strictly, and less: names are ASCII, and
// there are no declarations and no instructions, so that nothing grows and nothing is fetched. It knows the entities that
// are one character: XML's five, and those of HTML that old exports have in titles. Reading whole sections at once, it is
// many times as fast; a fuzz test holds one against the other.
//
// The text must be UTF-8 of characters that XML allows (mend).
func walkXML(text []byte, ns namespaces, end func(path []element) error) error {
	x := &xmlReader{text: text, ns: ns, end: end}
	for x.i < len(text) {
		if err := x.next(); err != nil {
			return &syntaxError{1 + bytes.Count(text[:min(x.i, len(text))], []byte("\n")), err}
		}
	}
	if len(x.path) > 0 || !x.ended {
		return &syntaxError{1 + bytes.Count(text, []byte("\n")), errors.New("it ends in the middle of an element")}
	}
	return nil
}

// maxDepth is how deep elements nest; those of an export go three deep.
const maxDepth = 16

// An xmlReader reads one element.
type xmlReader struct {
	text  []byte
	i     int
	ns    namespaces
	end   func(path []element) error
	path  []element
	ended bool // the outermost element has ended
}

var (
	errUnclosed = errors.New("a section without an end")
	errTag      = errors.New("a tag that is none")
)

// next reads text, and what stands behind it: a tag or a section.
func (x *xmlReader) next() error {
	n := bytes.IndexByte(x.text[x.i:], '<')
	if n < 0 {
		n = len(x.text) - x.i
	}
	if err := x.chars(x.text[x.i : x.i+n]); err != nil {
		return err
	}
	x.i += n
	rest := x.text[x.i:]
	switch {
	case len(rest) == 0:
		return nil
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return x.cdata()
	case bytes.HasPrefix(rest, []byte("<!--")):
		n := bytes.Index(rest[4:], []byte("--"))
		if n < 0 || !bytes.HasPrefix(rest[4+n:], []byte("-->")) {
			return errUnclosed
		}
		x.i += 4 + n + 3
		return nil
	case bytes.HasPrefix(rest, []byte("<!")), bytes.HasPrefix(rest, []byte("<?")):
		return errors.New("a declaration or an instruction inside of an item")
	case bytes.HasPrefix(rest, []byte("</")):
		return x.endTag()
	}
	return x.startTag()
}

// chars takes text that stands between tags.
func (x *xmlReader) chars(text []byte) error {
	switch {
	case len(x.path) == 0 && len(bytes.TrimLeft(text, " \t\r\n")) > 0:
		return errors.New("text outside of any element")
	case len(x.path) == 0:
		return nil
	case bytes.Contains(text, []byte("]]>")):
		return errors.New("]]> outside of a CDATA section")
	}
	text, err := decode(text)
	x.add(text)
	return err
}

// add adds to the text of the element that is open. White space between the elements of another is not kept.
func (x *xmlReader) add(text []byte) {
	e := &x.path[len(x.path)-1]
	if bytes.IndexByte(text, '\r') >= 0 {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	if e.text == nil {
		e.text = text[:len(text):len(text)] // most elements have one text, which needs no copy
		return
	}
	e.text = append(e.text, text...)
}

// cdata takes a CDATA section.
func (x *xmlReader) cdata() error {
	const open = len("<![CDATA[")
	n := bytes.Index(x.text[x.i+open:], []byte("]]>"))
	if n < 0 || len(x.path) == 0 {
		return errUnclosed
	}
	x.add(x.text[x.i+open : x.i+open+n])
	x.i += open + n + len("]]>")
	return nil
}

// endTag reads an end tag, which must be that of the element that is open.
func (x *xmlReader) endTag() error {
	n := bytes.IndexByte(x.text[x.i:], '>')
	if n < 0 || len(x.path) == 0 {
		return errTag
	}
	e := x.path[len(x.path)-1]
	if tag := bytes.TrimRight(x.text[x.i+2:x.i+n], " \t\r\n"); !bytes.Equal(tag, e.tag) {
		return fmt.Errorf("</%s> where <%s> is open", tag[:min(len(tag), 100)], e.tag)
	}
	x.i += n + 1
	return x.close()
}

// close ends the element that is open.
func (x *xmlReader) close() error {
	err := x.end(x.path)
	x.path = x.path[:len(x.path)-1]
	x.ended = len(x.path) == 0
	return err
}

// startTag reads a start tag and its attributes.
func (x *xmlReader) startTag() error {
	if x.ended || len(x.path) == maxDepth {
		return fmt.Errorf("elements nested over %d deep, or beside the outermost", maxDepth)
	}
	x.i++
	e := element{tag: x.name()}
	if e.tag == nil {
		return errTag
	}
	for {
		spaced := x.spaces()
		switch {
		case x.skip(">"):
			e.name = x.ns.name(e.tag)
			x.path = append(x.path, e)
			return nil
		case x.skip("/>"):
			e.name = x.ns.name(e.tag)
			x.path = append(x.path, e)
			return x.close()
		case !spaced:
			return errTag
		}
		a, err := x.attribute()
		if err != nil {
			return err
		}
		e.attrs = append(e.attrs, a)
		x.ns = x.ns.declared(a)
	}
}

// attribute reads an attribute.
func (x *xmlReader) attribute() (a attribute, err error) {
	name := x.name()
	if name == nil {
		return a, errTag
	}
	x.spaces()
	if !x.skip("=") {
		return a, fmt.Errorf("the attribute %s without a value", name)
	}
	x.spaces()
	if x.i == len(x.text) || x.text[x.i] != '"' && x.text[x.i] != '\'' {
		return a, fmt.Errorf("the attribute %s without quotation marks", name)
	}
	n := bytes.IndexByte(x.text[x.i+1:], x.text[x.i])
	if n < 0 {
		return a, errUnclosed
	}
	value := x.text[x.i+1 : x.i+1+n]
	if bytes.IndexByte(value, '<') >= 0 {
		return a, fmt.Errorf("< in the attribute %s", name)
	}
	x.i += n + 2
	value, err = decode(value)
	return attribute{string(name), string(value)}, err
}

// spaces passes over white space, and says whether there was any.
func (x *xmlReader) spaces() bool {
	from := x.i
	for x.i < len(x.text) && strings.IndexByte(" \t\r\n", x.text[x.i]) >= 0 {
		x.i++
	}
	return x.i > from
}

// skip passes over a text, if it stands here.
func (x *xmlReader) skip(s string) bool {
	if !bytes.HasPrefix(x.text[x.i:], []byte(s)) {
		return false
	}
	x.i += len(s)
	return true
}

// name reads a name, with a prefix or without; nil where none stands here.
func (x *xmlReader) name() []byte {
	from := x.i
	colons := 0
	for x.i < len(x.text) {
		c := x.text[x.i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_':
		case x.i > from && x.text[x.i-1] != ':' && ('0' <= c && c <= '9' || c == '-' || c == '.'):
		case x.i > from && c == ':' && colons == 0:
			colons++
		default:
			if x.i == from || x.text[x.i-1] == ':' {
				return nil
			}
			return x.text[from:x.i]
		}
		x.i++
	}
	return nil
}

// decode replaces the references to characters in a text.
func decode(text []byte) ([]byte, error) {
	if bytes.IndexByte(text, '&') < 0 {
		return text, nil
	}
	out := make([]byte, 0, len(text))
	for {
		n := bytes.IndexByte(text, '&')
		if n < 0 {
			return append(out, text...), nil
		}
		out = append(out, text[:n]...)
		text = text[n+1:]
		n = bytes.IndexByte(text[:min(len(text), 40)], ';')
		if n <= 0 {
			return nil, errors.New("& that begins no entity")
		}
		c, ok := entity(string(text[:n]))
		if !ok {
			return nil, fmt.Errorf("&%s; is no entity", bytes.ToValidUTF8(text[:n], []byte("?")))
		}
		out = append(out, c...)
		text = text[n+1:]
	}
}

// entity returns the character that an entity stands for.
func entity(name string) (string, bool) {
	digits, number := strings.CutPrefix(name, "#")
	if !number {
		if i := slices.Index([]string{"amp", "lt", "gt", "quot", "apos"}, name); i >= 0 {
			return string(`&<>"'`[i]), true
		}
		c, ok := xml.HTMLEntity[name]
		return c, ok
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !allowed(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}
