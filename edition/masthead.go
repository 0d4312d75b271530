package edition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mastheadFormat is the value of a masthead's "coranto" field.
const mastheadFormat = "masthead/1"

// maxMastheadName is the length of a publication's name in bytes.
const maxMastheadName = 200

// A Masthead is a publication's identity, which a newsroom hands out and a reader begins with. It proves nothing about
// where it came from: a reader must have it from somebody it believes.
type Masthead struct {
	// Name is the publication's name as people write it, 1 to 200 bytes without control characters.
	Name string
	// Languages are the BCP 47 tags of its languages, its own first; 1 to MaxLanguages.
	Languages []string
	// Mirrors are the base URLs of places to begin at, as CheckMirrorURL allows; 0 to MaxMirrors.
	Mirrors []string
	// Root is a TUF root.json: the trust begins here.
	Root []byte
}

// ID names the trust that the masthead begins with: the SHA-256 of its root.
func (m Masthead) ID() Hash { return Sum(m.Root) }

// Marshal returns the masthead as indented JSON, or an error when a field is not valid.
func (m Masthead) Marshal() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Coranto   string   `json:"coranto"`
		Name      string   `json:"name"`
		Languages []string `json:"languages"`
		Mirrors   []string `json:"mirrors"`
		Root      string   `json:"root"`
	}{mastheadFormat, m.Name, m.Languages, append([]string{}, m.Mirrors...), string(m.Root)})
	if err == nil && b.Len() > MaxMasthead {
		err = fmt.Errorf("a masthead of %d bytes is over the limit of %d", b.Len(), MaxMasthead)
	}
	return b.Bytes(), err
}

// ParseMasthead reads a masthead: one JSON object with each of the five fields once and no other. It returns an
// *InvalidError. That Root is a valid root is for NewTrust to say.
func ParseMasthead(b []byte) (Masthead, error) {
	m, err := parseMasthead(b)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return Masthead{}, &InvalidError{"masthead", err}
	}
	return m, nil
}

func parseMasthead(b []byte) (m Masthead, err error) {
	if len(b) > MaxMasthead {
		return m, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxMasthead)
	}
	if !utf8.Valid(b) {
		return m, errors.New("not UTF-8") // encoding/json would put U+FFFD in its place
	}
	var format, root string
	fields := map[string]any{
		"coranto": &format, "name": &m.Name, "languages": &m.Languages, "mirrors": &m.Mirrors, "root": &root,
	}
	if err := parseFields(b, fields); err != nil {
		return m, err
	}
	if format != mastheadFormat {
		return m, fmt.Errorf("format %.40q, want %q", format, mastheadFormat)
	}
	if m.Mirrors == nil {
		return m, errors.New("mirrors cannot be null")
	}
	m.Root = []byte(root)
	return m, nil
}

// parseFields reads a JSON object that has each of the fields once and no other. It takes them from the map. The
// standard library's struct decoding would ignore case, take the last of two, and let fields be absent.
func parseFields(b []byte, fields map[string]any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		into, ok := fields[name]
		if !ok {
			return fmt.Errorf("field %.40q is unknown, or stands twice", name)
		}
		if err := dec.Decode(into); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
		delete(fields, name)
	}
	for name := range fields {
		return fmt.Errorf("field %q is missing", name)
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

func (m Masthead) check() error {
	if !validName(m.Name) {
		return fmt.Errorf("name %.80q: want 1 to %d bytes of text", m.Name, maxMastheadName)
	}
	if len(m.Languages) < 1 || len(m.Languages) > MaxLanguages || len(m.Mirrors) > MaxMirrors {
		return fmt.Errorf("%d languages and %d mirrors are out of range", len(m.Languages), len(m.Mirrors))
	}
	if firstDouble(m.Languages) >= 0 || firstDouble(m.Mirrors) >= 0 {
		return errors.New("a language or a mirror stands twice")
	}
	for _, l := range m.Languages {
		if !validTag(l) {
			return fmt.Errorf("language %.40q is no language tag", l)
		}
	}
	for _, u := range m.Mirrors {
		if err := CheckMirrorURL(u); err != nil {
			return err
		}
	}
	if len(m.Root) == 0 || len(m.Root) > MaxMetadata || !utf8.Valid(m.Root) {
		return fmt.Errorf("a root of %d bytes is not valid", len(m.Root))
	}
	return nil
}

// validName says whether s can be a publication's name: text on one line, with no control but the joiners and marks of
// direction that scripts need.
func validName(s string) bool {
	if s == "" || len(s) > maxMastheadName || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}) < 0
}
