package news

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"coranto/internal/lang"
)

// checkFileName says whether a name is of a to z, 0 to 9, "-" and single dots inside.
func checkFileName(name string) error {
	bad := func(c rune) bool { return !isSlugRune(c) && c != '.' }
	if name == "" || len(name) > maxSlug || strings.ContainsFunc(name, bad) ||
		name[0] == '.' || strings.HasSuffix(name, ".") || strings.Contains(name, "..") {
		return fmt.Errorf("name %q is not 1 to %d characters of a to z, 0 to 9, - and single dots inside", name, maxSlug)
	}
	return nil
}

func isSlugRune(c rune) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' }

func checkSlug(what, s string) error {
	if s == "" || len(s) > maxSlug || strings.ContainsFunc(s, func(c rune) bool { return !isSlugRune(c) }) {
		return fmt.Errorf("%s %q is not 1 to %d characters of a to z, 0 to 9 and -", what, s, maxSlug)
	}
	return nil
}

// isSHA256 says whether s is 64 lower-case hex digits.
func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// checkLang says whether a tag is in its canonical form: sr-Cyrl, not sr-cyrl; he, not iw. One that names no language is none.
func checkLang(tag string) error {
	canonical, err := lang.Canonical(tag)
	if err != nil {
		return err
	}
	if canonical != tag {
		return fmt.Errorf("language tag %q is not canonical, that is %q", tag, canonical)
	}
	return nil
}

// checkTime says whether a time is zero, or in UTC, of whole seconds and with a year of four digits.
func checkTime(what string, t time.Time) error {
	_, offset := t.Zone()
	if offset != 0 || t.Nanosecond() != 0 || t.Year() < 1 || t.Year() > 9999 {
		return fmt.Errorf("%s: %s is not a time in UTC and whole seconds", what, t)
	}
	return nil
}

// checkURL says whether a URL is absolute and of one of the schemes.
func checkURL(s string, schemes ...string) error {
	if err := checkLine("url", s, maxURL); err != nil {
		return err
	}
	u, err := url.Parse(s)
	if err != nil || strings.ContainsFunc(s, unicode.IsSpace) {
		return fmt.Errorf("url %q is not valid", s)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("url %q is not of %s", s, strings.Join(schemes, ", "))
	}
	if u.Scheme == "mailto" && u.Opaque == "" || u.Scheme != "mailto" && u.Host == "" {
		return fmt.Errorf("url %q is not absolute", s)
	}
	return nil
}

// checkLine says whether s is a line of text.
func checkLine(what, s string, max int) error { return checkText(what, s, max, "") }

// checkText says whether s is UTF-8 in NFC, of at most max bytes and without control characters but those allowed.
// Joiners and bidi marks carry meaning and pass. Noncharacters don't: no XML feed could hold U+FFFE.
func checkText(what, s string, max int, allowed string) error {
	if len(s) > max {
		return fmt.Errorf("%s: %d bytes, the limit is %d", what, len(s), max)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s: not valid UTF-8", what)
	}
	for _, c := range s {
		if unicode.IsControl(c) && !strings.ContainsRune(allowed, c) || isNoncharacter(c) {
			return fmt.Errorf("%s: character %U is not allowed", what, c)
		}
	}
	if !Normal(s) {
		return fmt.Errorf("%s: not in Unicode normalization form C", what)
	}
	return nil
}

// isNoncharacter says whether a code point is one of the 66 that Unicode sets apart for ever.
func isNoncharacter(c rune) bool { return c&0xFFFE == 0xFFFE || 0xFDD0 <= c && c <= 0xFDEF }
