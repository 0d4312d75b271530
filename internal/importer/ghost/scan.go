package ghost

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The limits of an export.
const (
	// maxRow is the size of one row of a table, as a post with its body, in bytes.
	maxRow = 32 << 20
	// maxExport is the size of an export in bytes.
	maxExport = 8 << 30
	// maxKey is the length of a key outside of rows.
	maxKey = 1000
)

// A row is one of a table of the export, as its JSON stands.
type row struct {
	table string
	// line is where it begins, counted from 1.
	line int
	// json is nil where it was not asked for, or is over maxRow; size is how long it is.
	json []byte
	size int64
}

// A scanner goes through an export row by row. It knows no more of JSON than where a value ends, so that a row with an
// error in it is one row refused, and memory is bounded by the largest row.
type scanner struct {
	r    *bufio.Reader
	line int
	read int64
	// keep says of which tables rows are kept.
	keep func(table string) bool
	// each is handed the rows; its error ends the scan.
	each func(row) error
	buf  bytes.Buffer
}

// scan hands the rows of an export to each, in the order of the file. The export is {"db": [{"data": {"posts": [row …]}}]},
// or what stands in db or in data by itself, or {"posts": [row …]} as the API answers. An error that is not each's says
// that the file is no such thing, or is cut short.
func scan(r io.Reader, keep func(table string) bool, each func(row) error) error {
	s := &scanner{r: bufio.NewReaderSize(r, 1<<16), line: 1, keep: keep, each: each}
	if b, err := s.r.Peek(3); err == nil && string(b) == "\xEF\xBB\xBF" {
		s.r.Discard(3) // just peeked
	}
	err := s.object(s.member)
	if err == nil {
		if _, err = s.next(); err == nil {
			err = errors.New("something follows the end of the export")
		} else if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
	}
	if fault := (*rowError)(nil); errors.As(err, &fault) {
		return fault.error
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends before the export does: it is cut short")
	}
	return fmt.Errorf("line %d: %w", s.line, err)
}

// A rowError is what each returned.
type rowError struct{ error }

// member reads the value of a key outside of any row.
func (s *scanner) member(key string) error {
	c, err := s.next()
	switch {
	case err != nil:
		return err
	case key == "db" && c == '[':
		return s.array(func() error { return s.object(s.member) })
	case key == "data" && c == '{':
		return s.object(s.member)
	case c == '[':
		return s.array(func() error { return s.row(key) })
	}
	return s.value(nil, 0)
}

// row hands on one row of a table.
func (s *scanner) row(table string) error {
	if _, err := s.next(); err != nil {
		return err
	}
	r := row{table: table, line: s.line}
	var into *bytes.Buffer
	if s.keep(table) {
		s.buf.Reset()
		into = &s.buf
	}
	begin := s.read
	if err := s.value(into, maxRow); err != nil {
		return err
	}
	if r.size = s.read - begin; into != nil && r.size <= maxRow {
		r.json = into.Bytes()
	}
	if err := s.each(r); err != nil {
		return &rowError{err}
	}
	return nil
}

// byte returns the next byte.
func (s *scanner) byte() (byte, error) {
	c, err := s.r.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, io.ErrUnexpectedEOF
	}
	if s.read++; s.read > maxExport {
		return 0, fmt.Errorf("the export is over the limit of %d bytes", int64(maxExport))
	}
	if c == '\n' {
		s.line++
	}
	return c, err
}

// next returns the first byte that is no white space, and leaves it there.
func (s *scanner) next() (byte, error) {
	for {
		c, err := s.byte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			s.unread()
			return c, nil
		}
	}
}

// unread takes back the byte read last, which is no line break.
func (s *scanner) unread() {
	s.read--
	s.r.UnreadByte() // one was just read
}

// take reads the byte that must come next.
func (s *scanner) take(want byte) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	if c != want {
		return fmt.Errorf("%q stands where %q should: no export of Ghost", c, want)
	}
	_, err = s.byte()
	return err
}

// object reads an object, and has member read the value of each key.
func (s *scanner) object(member func(key string) error) error {
	return s.list('{', '}', func() error {
		var key bytes.Buffer
		if c, err := s.next(); err != nil || c != '"' {
			return errors.Join(err, s.take('"'))
		}
		if err := s.value(&key, maxKey); err != nil {
			return err
		}
		if err := s.take(':'); err != nil {
			return err
		}
		return member(string(bytes.Trim(key.Bytes(), `"`)))
	})
}

// array reads an array, and has element read each of its values.
func (s *scanner) array(element func() error) error { return s.list('[', ']', element) }

// list reads what stands between two brackets, parted by commas.
func (s *scanner) list(open, end byte, one func() error) error {
	if err := s.take(open); err != nil {
		return err
	}
	if c, err := s.next(); err != nil || c == end {
		return errors.Join(err, s.take(end))
	}
	for {
		if err := one(); err != nil {
			return err
		}
		if c, err := s.next(); err != nil || c != ',' {
			return errors.Join(err, s.take(end))
		}
		if err := s.take(','); err != nil {
			return err
		}
	}
}

// value reads any value, white space before it apart, and puts its first max bytes into a buffer, unless that is nil.
func (s *scanner) value(into *bytes.Buffer, max int) error {
	if _, err := s.next(); err != nil {
		return err
	}
	depth, quoted, escaped := 0, false, false
	for {
		c, err := s.byte()
		if err != nil {
			return err
		}
		if !quoted && depth == 0 && bytes.IndexByte([]byte(",]} \t\r"), c) >= 0 { // a number or a word ends
			s.unread()
			return nil
		}
		if into != nil && into.Len() < max {
			into.WriteByte(c)
		}
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == '\n' && depth == 0:
			return nil
		}
		if !quoted && depth == 0 && (c == '"' || c == '}' || c == ']') {
			return nil
		}
	}
}
