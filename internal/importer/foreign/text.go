package foreign

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// declaration is XML's, with the encoding that it names. It is read only.
var declaration = regexp.MustCompile(`^<\?xml[^>]*?(?:encoding\s*=\s*["']([^"'>]*)["'][^>]*)?\?>`)

const (
	// headSize is how much of a text is looked at before its encoding is settled.
	headSize = 64 << 10
	// maxStray is the number of bytes that make no sense in the head of a text from which on it is taken to be in an
	// encoding that it doesn't name, if they are over a hundredth of it: a few are mishaps.
	maxStray = 100
	// sure is how many characters of UTF-8 show that a text which says that it is of another encoding is not.
	sure = 8
)

// A Text is a stream of UTF-8, made of XML or JSON in the encoding that it says or shows, as a stream:
//
//   - Byte order marks and XML's declaration are taken off, which say what it was.
//   - Control characters are dropped, which no parser takes.
//   - A text that is no UTF-8 at all, whatever it says, is read in the encoding that its letters show (guess).
//   - Words in the middle of UTF-8 that are Windows-1251 or Windows-1252 are read as that: old databases mix them.
//   - Other bytes that are not of the encoding become U+FFFD, one for each run.
type Text struct {
	r       io.Reader
	buf     []byte
	raw     []byte // read, and not yet mended: in buf
	out     []byte // mended, and not yet handed out: in buf, or apart
	err     error
	name    string // of the encoding
	utf8    bool
	notes   []string
	dropped int
	mended  map[string]int // words by encoding
	stray   bool
	// short and long count the runs of bytes that are no UTF-8, of at most two bytes and of more: accents stand alone
	// between letters of ASCII, Cyrillic words don't.
	short, long int
}

// NewText returns a stream of the text that r has. An error means that its encoding is not known, or that nothing can be
// read at all.
func NewText(r io.Reader) (*Text, error) {
	b := bufio.NewReaderSize(r, headSize)
	head, err := b.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	t := &Text{r: b, name: "utf-8", mended: make(map[string]int)}
	if order, ok := wide(head); ok {
		b = bufio.NewReaderSize(transform.NewReader(b, utf16.UTF16(order, utf16.IgnoreBOM).NewDecoder()), headSize)
		if head, err = b.Peek(headSize); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		t.r = b
	}
	rest := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\uFEFF")), " \t\r\n")
	label := "utf-8"
	if m := declaration.FindSubmatch(rest); m != nil {
		if name := strings.ToLower(string(m[1])); name != "" && !strings.HasPrefix(name, "utf-16") { // that was seen to
			label = name
		}
		rest = rest[len(m[0]):]
	}
	if _, err := b.Discard(len(head) - len(rest)); err != nil {
		return nil, err
	}
	return t, t.settle(label, rest)
}

// wide says whether a text is UTF-16, and in which order.
func wide(b []byte) (utf16.Endianness, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("<\x00")), bytes.HasPrefix(b, []byte("{\x00")):
		return utf16.LittleEndian, true
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\x00<")), bytes.HasPrefix(b, []byte("\x00{")):
		return utf16.BigEndian, true
	}
	return utf16.LittleEndian, false
}

// settle settles in which encoding a text is that says one and begins so.
func (t *Text) settle(label string, head []byte) error {
	encoding, name := charset.Lookup(label)
	if encoding == nil {
		return fmt.Errorf("encoding %.40q is unknown", label)
	}
	head = head[:lastASCII(head)]
	if name != "utf-8" {
		if utf8.Valid(head) && utf8.RuneCount(head)+sure <= len(head) {
			t.notes = append(t.notes, fmt.Sprintf("it says that it is %s, and is UTF-8", name))
		} else {
			t.name, t.r = name, transform.NewReader(t.r, encoding.NewDecoder())
			return nil
		}
	}
	if e, name := guess(head); e != nil {
		t.notes = append(t.notes, "it is no UTF-8: read as "+name)
		t.name, t.r = name, transform.NewReader(t.r, e.NewDecoder())
		return nil
	}
	t.utf8 = true
	t.tally(head)
	try := Text{mended: make(map[string]int), utf8: true, short: t.short, long: t.long}
	try.mend(head)
	if n := bytes.Count(try.out, []byte(string(utf8.RuneError))); n > maxStray && n > len(head)/100 {
		return errors.New("it is not UTF-8, and names no other encoding")
	}
	return nil
}

// lastASCII returns where the last character of ASCII ends, or, where there is none for long, the last whole character.
func lastASCII(b []byte) int {
	i := bytes.LastIndexFunc(b, func(c rune) bool { return c < utf8.RuneSelf })
	if i >= 0 {
		return i + 1
	}
	for n := len(b); n > 0 && len(b)-n < utf8.UTFMax; n-- {
		if utf8.RuneStart(b[n-1]) {
			return n - 1
		}
	}
	return len(b)
}

// tally counts the runs of bytes that are no UTF-8.
func (t *Text) tally(b []byte) {
	for len(b) > 0 {
		n := run(b, false)
		if word := b[n:]; len(word) > 0 {
			m := run(word, true)
			if n += m; !utf8.Valid(word[:m]) && !cut(word[:m]) {
				t.count(m)
			}
		}
		b = b[n:]
	}
}

func (t *Text) count(n int) {
	if n <= 2 {
		t.short++
	} else {
		t.long++
	}
}

// run returns how many bytes at the beginning of b are of ASCII, or are not.
func run(b []byte, high bool) int {
	for i, c := range b {
		if (c >= utf8.RuneSelf) != high {
			return i
		}
	}
	return len(b)
}

// Read implements io.Reader.
func (t *Text) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.fill()
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

// fill reads a piece and mends what ends in it.
func (t *Text) fill() {
	if t.buf == nil {
		t.buf = make([]byte, 2*headSize)
	}
	held := copy(t.buf, t.raw)
	n, err := t.r.Read(t.buf[held : held+headSize])
	read := t.buf[:held+n]
	end := len(read)
	if t.err = err; err == nil {
		end = lastASCII(read)
	}
	t.raw = read[end:]
	t.mend(read[:end])
}

// mend hands out some bytes, mended.
func (t *Text) mend(b []byte) {
	if !t.utf8 && !t.stray { // a decoder put it there
		t.stray = bytes.ContainsRune(b, utf8.RuneError)
	}
	if clean(b) && utf8.Valid(b) {
		t.out = b
		return
	}
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 {
		n := run(b, false)
		for _, c := range b[:n] {
			if c >= ' ' || c == '\t' || c == '\n' || c == '\r' {
				out = append(out, c)
			} else {
				t.dropped++
			}
		}
		b = b[n:]
		n = run(b, true)
		out = t.word(out, b[:n])
		b = b[n:]
	}
	t.out = out
}

// clean says whether bytes have none that no parser takes: control characters, U+FFFE and U+FFFF.
func clean(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return !bytes.Contains(b, []byte("\uFFFE")) && !bytes.Contains(b, []byte("\uFFFF"))
}

// word appends a run of bytes that are not of ASCII.
func (t *Text) word(out, b []byte) []byte {
	if utf8.Valid(b) {
		whole := len(b)
		b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\uFFFE"), nil), []byte("\uFFFF"), nil)
		t.dropped += (whole - len(b)) / len("\uFFFE")
		return append(out, b...)
	}
	if words, name := t.legacy(b); name != "" {
		t.mended[name]++
		return append(out, words...)
	}
	t.stray = true
	return append(out, bytes.ToValidUTF8(b, []byte(string(utf8.RuneError)))...)
}

// Notes says what was mended so far; ask for it at the end.
func (t *Text) Notes() []string {
	notes := t.notes
	if t.dropped > 0 {
		notes = append(notes, fmt.Sprintf("dropped %d control characters", t.dropped))
	}
	for _, name := range []string{"windows-1251", "windows-1252"} {
		if n := t.mended[name]; n > 0 {
			notes = append(notes, fmt.Sprintf("read %d words that are no UTF-8 as %s", n, name))
		}
	}
	if t.stray {
		notes = append(notes, fmt.Sprintf("bytes that are no %s became U+FFFD", strings.Replace(t.name, "utf-8", "UTF-8", 1)))
	}
	return notes
}
