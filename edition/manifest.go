package edition

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Manifest says what one edition is. Its SHA-256 is the edition's record in the log.
type Manifest struct {
	// Edition counts from 1.
	Edition uint64
	// Time is when the edition was made, in UTC and whole seconds.
	Time time.Time
	// Root is the tree's root.
	Root Hash
	// Files is the number of paths in the tree, Bytes the sum of their stored sizes.
	Files, Bytes uint64
	// Stories and Articles are the numbers of those that are public.
	Stories, Articles uint64
	// Epoch is the purge epoch: it grows with each takedown.
	Epoch uint64
	// Nonce is random, so that a manifest can't be guessed from its hash.
	Nonce [16]byte
	// Languages are the BCP 47 tags of the newsroom's languages, Mirrors the base URLs of the mirrors it tells of.
	Languages, Mirrors []string
}

const manifestHeader = "coranto manifest 1"

// MaxLanguages and MaxMirrors bound the lists of a manifest.
const (
	MaxLanguages = 256
	MaxMirrors   = 64
)

// ManifestHash returns the edition's record in the log: the SHA-256 of its manifest's bytes.
func ManifestHash(manifest []byte) Hash { return Sum(manifest) }

// Marshal returns the manifest's bytes (SPEC.md, "Manifest").
func (m Manifest) Marshal() []byte {
	var b strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&b, "%s %v\n", name, value) }
	b.WriteString(manifestHeader + "\n")
	line("edition", m.Edition)
	line("time", m.Time.UTC().Format(time.RFC3339))
	line("root", m.Root)
	line("files", m.Files)
	line("bytes", m.Bytes)
	line("stories", m.Stories)
	line("articles", m.Articles)
	line("epoch", m.Epoch)
	line("nonce", hex.EncodeToString(m.Nonce[:]))
	for _, l := range m.Languages {
		line("language", l)
	}
	for _, u := range m.Mirrors {
		line("mirror", u)
	}
	return []byte(b.String())
}

// ParseManifest reads a manifest and refuses every encoding but Marshal's.
func ParseManifest(b []byte) (Manifest, error) {
	m, err := parseManifest(b)
	if err != nil {
		return Manifest{}, &InvalidError{What: "manifest", Err: err}
	}
	return m, nil
}

func parseManifest(b []byte) (m Manifest, err error) {
	if len(b) > MaxManifest {
		return m, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxManifest)
	}
	s := &lines{rest: string(b)}
	if s.next() != manifestHeader {
		return m, fmt.Errorf("does not begin with %q", manifestHeader)
	}
	m.Edition = s.number("edition")
	m.Time = s.time("time")
	m.Root = s.hash("root")
	m.Files = s.number("files")
	m.Bytes = s.number("bytes")
	m.Stories = s.number("stories")
	m.Articles = s.number("articles")
	m.Epoch = s.number("epoch")
	if n, err := hex.DecodeString(s.value("nonce")); err != nil || copy(m.Nonce[:], n) != len(m.Nonce) {
		s.fail(errors.New("nonce: want 32 hex digits"))
	}
	m.Languages = s.list("language", MaxLanguages)
	m.Mirrors = s.list("mirror", MaxMirrors)
	if s.err == nil {
		s.err = m.check()
	}
	if s.err == nil && (s.rest != "" || string(m.Marshal()) != string(b)) {
		s.err = errors.New("not in its one valid encoding")
	}
	return m, s.err
}

func (m Manifest) check() error {
	if m.Edition == 0 {
		return errors.New("edition 0")
	}
	if y := m.Time.Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("time: the year %d", y)
	}
	if len(m.Languages) == 0 {
		return errors.New("no language")
	}
	if i := firstDouble(m.Languages); i >= 0 {
		return fmt.Errorf("language %q stands twice", m.Languages[i])
	}
	if i := firstDouble(m.Mirrors); i >= 0 {
		return fmt.Errorf("mirror %q stands twice", m.Mirrors[i])
	}
	for _, l := range m.Languages {
		if !validTag(l) {
			return fmt.Errorf("language %q is no language tag", l)
		}
	}
	for _, u := range m.Mirrors {
		if err := CheckMirrorURL(u); err != nil {
			return err
		}
	}
	return nil
}

func firstDouble(list []string) int {
	seen := map[string]bool{}
	for i, v := range list {
		if seen[v] {
			return i
		}
		seen[v] = true
	}
	return -1
}

// validTag says whether s has the form of a BCP 47 tag: 2 to 35 letters, digits and single inner hyphens.
func validTag(s string) bool {
	if len(s) < 2 || len(s) > 35 {
		return false
	}
	for part := range strings.SplitSeq(s, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for i := range len(part) {
			c := part[i] | 0x20
			if (c < 'a' || c > 'z') && (part[i] < '0' || part[i] > '9') {
				return false
			}
		}
	}
	return true
}

// CheckMirrorURL says what is wrong with a mirror's base URL, which has at most 256 characters: http:// or https://, a
// host of lower-case letters, digits, dots and hyphens or an IPv6 address in brackets, perhaps a port, and perhaps a
// path (SPEC.md, "Manifest"). It is narrower than RFC 3986, so that no two readers differ over what a URL is.
func CheckMirrorURL(s string) error {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	authority, path, _ := strings.Cut(rest, "/")
	if !ok || len(s) > 256 || !validAuthority(authority) || !validURLPath(path) {
		return fmt.Errorf("mirror %.80q: want http:// or https://, a host and a path, no more", s)
	}
	return nil
}

func validAuthority(s string) bool {
	host, port, hasPort := strings.Cut(s, ":")
	valid := len(host) >= 1 && len(host) <= 253 && only(host, "abcdefghijklmnopqrstuvwxyz0123456789.-")
	if inner, after, ok := strings.Cut(strings.TrimPrefix(s, "["), "]"); ok && s[0] == '[' {
		valid = len(inner) >= 2 && len(inner) <= 45 && only(inner, "0123456789abcdef:.")
		host, port, hasPort = strings.Cut(after, ":")
		valid = valid && host == ""
	}
	if !hasPort {
		return valid
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return valid && err == nil && n > 0 && strconv.FormatUint(n, 10) == port
}

// validURLPath says whether s is of characters that stand in a path as they are, and of % with two hex digits.
func validURLPath(s string) bool {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/"
	parts := strings.Split(s, "%")
	for i, part := range parts {
		if i > 0 {
			if len(part) < 2 || !only(part[:2], "0123456789abcdefABCDEF") {
				return false
			}
			part = part[2:]
		}
		if !only(part, plain) {
			return false
		}
	}
	return true
}

// only says whether s has no other characters than some.
func only(s, chars string) bool { return strings.Trim(s, chars) == "" }

// lines reads "name value" lines in a fixed order; the first error sticks.
type lines struct {
	rest string
	err  error
}

func (s *lines) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// next returns the next line without its newline, which must be there.
func (s *lines) next() string {
	l, rest, ok := strings.Cut(s.rest, "\n")
	if !ok {
		s.fail(errors.New("a line is missing or not ended"))
		return ""
	}
	s.rest = rest
	return l
}

func (s *lines) value(name string) string {
	got, v, _ := strings.Cut(s.next(), " ")
	if got != name {
		s.fail(fmt.Errorf("line %.40q where %q should be", got, name))
	}
	return v
}

func (s *lines) number(name string) uint64 {
	n, err := strconv.ParseUint(s.value(name), 10, 63)
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	return n
}

func (s *lines) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, s.value(name))
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	return t.UTC()
}

func (s *lines) hash(name string) Hash {
	h, err := ParseHash(s.value(name))
	if err != nil {
		s.fail(fmt.Errorf("%s: %w", name, err))
	}
	return h
}

// list reads the lines of one name that follow each other, at most max of them.
func (s *lines) list(name string, max int) (vs []string) {
	for s.err == nil && strings.HasPrefix(s.rest, name+" ") {
		if vs = append(vs, s.value(name)); len(vs) > max {
			s.fail(fmt.Errorf("more than %d lines %q", max, name))
		}
	}
	return vs
}
