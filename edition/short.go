package edition

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// shortPrefix begins the short form of a masthead: the scheme, and the version of the form.
const shortPrefix = "coranto:1:"

// MaxShort is the length of a masthead's short form.
const MaxShort = 1 << 10

// UnknownLanguage is the language tag of a masthead that was made from its short form, which has no languages.
const UnknownLanguage = "und"

// A Short is the short form of a masthead (SPEC.md §16), one line that fits in a QR code and a message:
//
//	coranto:1:1:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA:https://mirror.example/#The%20Lantern
//
// Root alone decides what is believed. The mirror is only where to begin, and the name is what the line's writer says:
// nobody signed it. There is no checksum: a line in which the hash is mistyped matches no root.
type Short struct {
	// Version is that of the root; it says where on a mirror the root stands.
	Version int64
	// Root is the SHA-256 of the root: the masthead's ID.
	Root Hash
	// Mirror is the base URL of a place to begin at, as CheckMirrorURL allows.
	Mirror string
	// Name is the publication's name, as in a Masthead.
	Name string
}

// Short returns the short form of the masthead with one of its mirrors, or another. The error is an *InvalidError when
// the root is not valid; otherwise it says what else is not.
func (m Masthead) Short(mirror string) (Short, error) {
	t, err := NewTrust(m.Root)
	if err != nil {
		return Short{}, err
	}
	s := Short{Version: t.versions.root, Root: m.ID(), Mirror: mirror, Name: m.Name}
	return s, s.check()
}

// hash32 is how the root's hash is written: capital letters and digits take the least room in a QR code.
var hash32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// String returns the line, without a newline.
func (s Short) String() string {
	return shortPrefix + strconv.FormatInt(s.Version, 10) + ":" + hash32.EncodeToString(s.Root[:]) + ":" + s.Mirror + "#" + escapeName(s.Name)
}

// escapeName percent-encodes all bytes but RFC 3986's unreserved characters, so that a line has no white space, and its
// direction on a screen does not turn in the middle.
func escapeName(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// ParseShort reads a masthead's short form. There is one valid line for a Short. The error is an *InvalidError.
func ParseShort(line string) (Short, error) {
	s, err := parseShort(line)
	if err == nil {
		err = s.check()
	}
	if err == nil && s.String() != line {
		err = errors.New("not written in the one way that is valid")
	}
	if err != nil {
		return Short{}, &InvalidError{"short masthead", err}
	}
	return s, nil
}

func parseShort(line string) (s Short, err error) {
	if len(line) > MaxShort {
		return s, fmt.Errorf("%d bytes are over the limit of %d", len(line), MaxShort)
	}
	rest, ok := strings.CutPrefix(line, shortPrefix)
	if !ok {
		return s, fmt.Errorf("does not begin with %q", shortPrefix)
	}
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) != 3 {
		return s, errors.New("cut short: want a version, a hash, a mirror and a name")
	}
	if s.Version, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return s, fmt.Errorf("version %.20q is no number", parts[0])
	}
	if len(parts[1]) != hash32.EncodedLen(len(s.Root)) {
		return s, fmt.Errorf("a hash has %d letters and digits, not %d", hash32.EncodedLen(len(s.Root)), len(parts[1]))
	}
	if _, err := hash32.Decode(s.Root[:], []byte(parts[1])); err != nil {
		return s, errors.New("the hash has other characters than A to Z and 2 to 7")
	}
	mirror, name, ok := strings.Cut(parts[2], "#")
	if !ok {
		return s, errors.New("cut short: the name is missing")
	}
	s.Mirror = mirror
	if s.Name, err = url.PathUnescape(name); err != nil {
		return s, fmt.Errorf("name: %w", err)
	}
	return s, nil
}

func (s Short) check() error {
	if s.Version < 1 || s.Version > maxVersion {
		return fmt.Errorf("version %d is out of range", s.Version)
	}
	if !validName(s.Name) {
		return fmt.Errorf("name %.80q: want 1 to %d bytes of text", s.Name, maxMastheadName)
	}
	return CheckMirrorURL(s.Mirror)
}

// Masthead fetches the root that the short form names, and returns a masthead that begins with it; its one language is
// UnknownLanguage. The error is that of fetch, or an *InvalidError for a root that is another one.
func (s Short) Masthead(ctx context.Context, fetch Fetch) (Masthead, error) {
	path := RootPath(s.Version)
	b, err := fetch(ctx, path, MaxMetadata)
	if err != nil {
		return Masthead{}, fmt.Errorf("fetch %q: %w", path, err)
	}
	return s.With(b)
}

// With returns the masthead that begins with a root, if it is the one that the short form names. The error is an
// *InvalidError.
func (s Short) With(root []byte) (Masthead, error) {
	path := RootPath(s.Version)
	if Sum(root) != s.Root {
		return Masthead{}, invalid(path, "not the root that the short masthead names")
	}
	t, err := NewTrust(root)
	if err != nil {
		return Masthead{}, err
	}
	if t.versions.root != s.Version {
		return Masthead{}, invalid(path, "version %d", t.versions.root)
	}
	return Masthead{Name: s.Name, Languages: []string{UnknownLanguage}, Mirrors: []string{s.Mirror}, Root: root}, nil
}
