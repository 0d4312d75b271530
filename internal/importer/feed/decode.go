package feed

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
)

// declaration is XML's, with the encoding that it names. It is read only.
var declaration = regexp.MustCompile(`^<\?xml[^>]*?(?:encoding\s*=\s*["']([^"'>]*)["'][^>]*)?\?>`)

// maxStray is the number of bytes that are no UTF-8 from which on a feed is taken to be in an encoding that it doesn't
// name, if they are over a hundredth of it: a few are mishaps.
const maxStray = 100

// decode unpacks a feed that may be packed with gzip and in UTF-16, and takes off its byte order mark.
func decode(b []byte) ([]byte, error) {
	if bytes.HasPrefix(b, []byte("\x1F\x8B")) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		if b, err = readAll(z); err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
	}
	order, wide := unicode.LittleEndian, true
	switch {
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("<\x00")), bytes.HasPrefix(b, []byte("{\x00")):
	case bytes.HasPrefix(b, []byte("\xFE\xFF")), bytes.HasPrefix(b, []byte("\x00<")), bytes.HasPrefix(b, []byte("\x00{")):
		order = unicode.BigEndian
	default:
		wide = false
	}
	if wide {
		var err error
		if b, err = unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Bytes(b); err != nil {
			return nil, err
		}
	}
	return bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\uFEFF")), " \t\r\n"), nil
}

// tidyXML returns XML as UTF-8 and without its declaration, and drops what no XML parser takes: control characters, and
// bytes that are not of the encoding.
func tidyXML(b []byte) (tidy []byte, notes []string, err error) {
	kept := make([]byte, 0, len(b))
	for _, c := range b { // a byte under 32 is a control character in every encoding that feeds have
		if c >= ' ' || c == '\t' || c == '\n' || c == '\r' {
			kept = append(kept, c)
		}
	}
	if n := len(b) - len(kept); n > 0 {
		notes = append(notes, fmt.Sprintf("dropped %d control characters", n))
	}
	label := "utf-8"
	if m := declaration.FindSubmatch(kept); m != nil {
		if name := strings.ToLower(string(m[1])); name != "" && !strings.HasPrefix(name, "utf-16") { // that was seen to
			label = name
		}
		kept = kept[len(m[0]):]
	}
	encoding, name := charset.Lookup(label)
	if encoding == nil {
		return nil, nil, fmt.Errorf("encoding %.40q is unknown", label)
	}
	if name != "utf-8" {
		if tidy, err = encoding.NewDecoder().Bytes(kept); err == nil && bytes.ContainsRune(tidy, utf8.RuneError) {
			notes = append(notes, fmt.Sprintf("bytes that are no %s became U+FFFD", name))
		}
		return tidy, notes, err
	}
	if utf8.Valid(kept) {
		return kept, notes, nil
	}
	if n := stray(kept); n > maxStray && n > len(kept)/100 {
		return nil, nil, fmt.Errorf("it is not UTF-8, and names no other encoding")
	}
	return bytes.ToValidUTF8(kept, []byte("\uFFFD")), append(notes, "bytes that are no UTF-8 became U+FFFD"), nil
}

// stray counts the bytes that are no UTF-8.
func stray(b []byte) (n int) {
	for len(b) > 0 {
		c, size := utf8.DecodeRune(b)
		if c == utf8.RuneError && size == 1 {
			n++
		}
		b = b[size:]
	}
	return n
}

// page says whether a file is an HTML page, and which feed it names, as an error.
func page(b []byte) error {
	head := strings.ToLower(string(b[:min(len(b), 512)]))
	if !strings.HasPrefix(head, "<!doctype html") && !strings.HasPrefix(head, "<html") {
		return nil
	}
	z := html.NewTokenizer(bytes.NewReader(b))
	for t := z.Next(); t != html.ErrorToken; t = z.Next() {
		e := z.Token()
		if e.DataAtom != atom.Link {
			continue
		}
		at := map[string]string{}
		for _, a := range e.Attr {
			at[a.Key] = a.Val
		}
		switch at["type"] {
		case "application/rss+xml", "application/atom+xml", "application/feed+json":
			return fmt.Errorf("a web page and no feed (hint: the page says that its feed is %.300q)", at["href"])
		}
	}
	return fmt.Errorf("a web page and no feed (hint: look for the site's RSS, Atom or JSON Feed)")
}
