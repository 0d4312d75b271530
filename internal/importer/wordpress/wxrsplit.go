package wordpress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// maxPiece is the size of one item of an export in bytes. WordPress itself stops at what a row of its database may hold.
const maxPiece = 16 << 20

// A piece is a part of an export that is read by itself: an item, an author, a term, a word about the site.
type piece struct {
	// name is the element's, with its prefix: item, wp:author.
	name string
	// text is the element from "<" to its end; nil where err is set.
	text []byte
	// at is where its first byte stands.
	at spot
	// guessed says that the item stood in what never ended, so that nobody can know whether it is an item, or words in
	// one: whoever may comment on a site can write words that look like an item.
	guessed bool
	// err says why the piece can't be read; it was passed over.
	err error
	// notes are of a piece that stands for a whole file, at its end.
	notes []string
}

var (
	errTooLarge = fmt.Errorf("over the limit of %d MiB", maxPiece>>20)
	errNoEnd    = errors.New("it has no end (hint: the export is damaged or was cut off; export it again)")
	errNoStart  = errors.New("an item ends here that has no beginning")
	errNoExport = errors.New("no export of WordPress (hint: it is the file that WordPress makes under Tools, Export)")
)

// A splitter cuts an export into pieces, and holds no more than one of them. It looks at markup only as far as it must:
// what stands in CDATA sections and comments is text, "</item>" in it too. It never fails on what it reads: what has no
// end or is too large is a piece with an error, and the items around it come out whole.
type splitter struct {
	r io.Reader
	// check says whether an item is well-formed; it is asked only where two items may have grown into one.
	check func(text []byte) error
	// root is the file's first tag, which declares its namespaces; nil until it was read.
	root []byte

	// buf is a window on the file that begins at the offset off; i is where it is being read.
	buf []byte
	off int64
	i   int
	// hold is where in buf the piece begins that must stay in the window; -1 for none, or for one that is too large.
	hold int
	// line is the line at counted, an index of buf.
	line, counted int
	// guess is the offset up to which the beginning of another item is one in CDATA sections too.
	guess int64
	// end is the reader's error, io.EOF at the end of the file.
	end error
}

// newSplitter returns a splitter of a file that was read up to a spot, the beginning of a piece.
func newSplitter(r io.Reader, check func([]byte) error, at spot) *splitter {
	return &splitter{r: r, check: check, off: at.off, line: max(at.line, 1), guess: at.guess, hold: -1}
}

// next returns the next piece, and after the last of them the reader's error, which is io.EOF at the end of the file.
func (s *splitter) next() (piece, error) {
	for s.until("<") {
		s.i--
		switch name := s.name(); {
		case name == "rss" || name == "channel" || name == "rdf:RDF":
			s.rootTag()
		case name == "item" || name != "" && !s.guessing():
			p := s.begin(name)
			s.element(&p)
			return p, nil
		case s.at("</item>") && !s.guessing():
			p := s.begin("item")
			p.err = errNoStart
			s.i += len("</item>")
			s.hold = -1
			return p, nil
		case !s.guessing() && (s.at("<!--") || s.at("<![CDATA[") || s.at("<?")):
			if p := s.begin("comment"); !s.skipped() || s.swallowed() {
				s.broken(&p, errNoEnd)
				return p, nil
			}
		default:
			s.i++
		}
		s.hold = -1
	}
	return piece{}, s.end
}

// begin returns a piece that begins here, and holds it.
func (s *splitter) begin(name string) piece {
	s.hold = s.i
	return piece{name: name, at: s.here(), guessed: s.guessing()}
}

// here returns where the file is being read.
func (s *splitter) here() spot {
	s.countTo(s.i)
	return spot{off: s.off + int64(s.i), line: s.line, guess: s.guess}
}

// guessing says whether nothing but items is looked for here.
func (s *splitter) guessing() bool { return s.off+int64(s.i) < s.guess }

// rootTag passes over the tag of the file's root or of its channel, and keeps the first.
func (s *splitter) rootTag() {
	const most = 64 << 10
	s.hold = s.i
	s.i++
	if s.tagEnd() && s.root == nil && s.hold >= 0 && s.i-s.hold <= most {
		s.root = bytes.Clone(s.buf[s.hold:s.i])
	}
}

// element reads the piece that begins here.
func (s *splitter) element(p *piece) {
	ended := false
	if p.guessed {
		ended = s.untilNext()
	} else {
		ended = s.untilEnd(p.name)
	}
	switch {
	case s.hold < 0:
		p.err = errTooLarge
	case !ended:
		s.broken(p, errNoEnd)
	default:
		text := s.buf[s.hold:s.i]
		if p.name == "item" && !p.guessed && nextItem(text) > 0 {
			// Another item seems to begin in this one's text. Where this one is well-formed, that was text.
			if err := s.check(text); err != nil {
				s.broken(p, err)
				return
			}
		}
		p.text = bytes.Clone(text)
	}
	s.hold = -1
}

// broken refuses a piece, and goes back to where an item seems to begin in it. From there on to here all is guessed.
func (s *splitter) broken(p *piece, err error) {
	p.err = err
	if s.hold >= 0 && !p.guessed {
		if n := nextItem(s.buf[s.hold:s.i]); n > 0 {
			s.guess = s.off + int64(s.i)
			s.i = s.hold + n
		}
	}
	s.hold = -1
}

// untilEnd moves behind the end tag of an element, and says whether it has one. Another item that begins ends it too.
func (s *splitter) untilEnd(name string) bool {
	s.i++
	if !s.tagEnd() {
		return false
	}
	if s.buf[s.i-2] == '/' {
		return true
	}
	end := "</" + name
	for s.until("<") {
		s.i--
		switch {
		case s.at("<![CDATA["), s.at("<!--"), s.at("<?"):
			if !s.skipped() {
				return false
			}
		case s.tag(end):
			s.i++
			return s.tagEnd()
		case s.tag("<item"):
			return false
		default:
			s.i++
		}
	}
	return false
}

// skipped moves behind a CDATA section, a comment or an instruction, and says whether it has an end.
func (s *splitter) skipped() bool {
	end := "?>"
	switch {
	case s.at("<!--"):
		end = "-->"
	case s.at("<![CDATA["):
		end = "]]>"
	}
	s.i += 2
	return s.section(end)
}

// swallowed says whether the section that was just passed over began before an item and ended in it: it has its own
// beginning in it once more. An item that somebody put into a comment stays there.
func (s *splitter) swallowed() bool {
	if s.hold < 0 {
		return false
	}
	text := s.buf[s.hold:s.i]
	begins := text[:min(len(text), 3)] // <!- of a comment, <![ of a CDATA section
	return nextItem(text) > 0 && (begins[1] == '?' || bytes.Contains(text[3:], begins))
}

// section moves behind an end of what is no markup, and says whether there is one. In a piece that is too large the
// beginning of another item ends it too, for it was perhaps left open; from there on all is guessed.
func (s *splitter) section(end string) bool {
	for {
		n := bytes.Index(s.buf[s.i:], []byte(end))
		if s.hold < 0 {
			text := s.buf[s.i:]
			if n >= 0 {
				text = text[:n]
			}
			if at := nextItem(text); at > 0 {
				s.i += at
				s.guess = math.MaxInt64
				return false
			}
		}
		if n >= 0 {
			s.i += n + len(end)
			return true
		}
		s.i = max(s.i, len(s.buf)-len(itemTag)) // what may be the beginning of an end stays in the window
		if !s.fill() {
			s.i = len(s.buf)
			return false
		}
	}
}

// untilNext moves behind the next end of an item, whatever stands before it, and says whether there is one before another
// item begins.
func (s *splitter) untilNext() bool {
	const end = "</item>"
	s.i++
	for {
		n := bytes.Index(s.buf[s.i:], []byte(end))
		text := s.buf[s.i:]
		if n >= 0 {
			text = text[:n]
		}
		if at := bytes.Index(text, []byte(itemTag)); at >= 0 {
			s.i += at
			return false
		}
		if n >= 0 {
			s.i += n + len(end)
			return true
		}
		s.i = max(s.i, len(s.buf)-len(end)+1)
		if !s.fill() {
			s.i = len(s.buf)
			return false
		}
	}
}

// itemTag is how WordPress begins an item.
const itemTag = "<item>"

// nextItem returns the index at which an item seems to begin in a text, not at its own beginning; 0 for none.
func nextItem(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	return bytes.Index(text[1:], []byte(itemTag)) + 1
}

// tagEnd moves behind the end of the tag that is being read, and says whether it has one: not before the next tag begins.
func (s *splitter) tagEnd() bool {
	for {
		if n := bytes.IndexAny(s.buf[s.i:], "<>"); n >= 0 {
			s.i += n
			if s.buf[s.i] == '<' {
				return false
			}
			s.i++
			return true
		}
		s.i = len(s.buf)
		if !s.fill() {
			return false
		}
	}
}

// delimiters are what may stand behind a tag's name, and "<" where the tag is broken.
const delimiters = " \t\r\n/><"

// name returns the name of the element that opens here; "" for none.
func (s *splitter) name() string {
	const most = 100
	s.need(most)
	tag := s.buf[s.i+1 : min(len(s.buf), s.i+most)]
	n := bytes.IndexAny(tag, delimiters)
	if n <= 0 || tag[0]|0x20 < 'a' || tag[0]|0x20 > 'z' {
		return ""
	}
	return string(tag[:n])
}

// tag says whether a tag stands here, as "</item": what follows must end its name.
func (s *splitter) tag(t string) bool {
	if !s.at(t) || !s.need(len(t)+1) {
		return false
	}
	return strings.IndexByte(delimiters, s.buf[s.i+len(t)]) >= 0
}

// at says whether a text stands here.
func (s *splitter) at(t string) bool { return s.need(len(t)) && string(s.buf[s.i:s.i+len(t)]) == t }

// until moves behind the next mark, or to the end of the file where there is none.
func (s *splitter) until(mark string) bool {
	for {
		if n := bytes.Index(s.buf[s.i:], []byte(mark)); n >= 0 {
			s.i += n + len(mark)
			return true
		}
		s.i = max(s.i, len(s.buf)-len(mark)+1)
		if !s.fill() {
			s.i = len(s.buf)
			return false
		}
	}
}

// need reads until the window has n bytes from here on, and says whether it has.
func (s *splitter) need(n int) bool {
	for len(s.buf)-s.i < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// fill reads more of the file into the window, and says whether there was more. It lets go of what was read and is not
// held, and of a piece that has become too large.
func (s *splitter) fill() bool {
	if s.end != nil {
		return false
	}
	from := max(s.i-2, 0) // "/>" is looked at from behind
	if s.hold >= 0 && s.i-s.hold > maxPiece {
		s.hold = -1
	}
	if s.hold >= 0 {
		from = s.hold
	}
	if len(s.buf)+minRead > cap(s.buf) {
		s.countTo(max(from, s.counted))
		grown := s.buf[:0]
		if need := len(s.buf) - from + minRead; need > cap(s.buf) {
			grown = make([]byte, 0, 2*need)
		}
		s.buf = append(grown, s.buf[from:]...)
		s.off += int64(from)
		s.i -= from
		s.counted -= from
		if s.hold >= 0 {
			s.hold = 0
		}
	}
	n, err := io.ReadAtLeast(s.r, s.buf[len(s.buf):cap(s.buf)], 1)
	s.buf = s.buf[:len(s.buf)+n]
	if err != nil {
		s.end = err
	}
	return n > 0
}

// minRead is the room that a read is given at least.
const minRead = 128 << 10

// countTo counts the lines of the window up to an index.
func (s *splitter) countTo(i int) {
	s.line += bytes.Count(s.buf[s.counted:i], []byte("\n"))
	s.counted = i
}
