package edition

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxBreaking bounds what a language's file of breaking news tells of, and the headline of each in bytes.
const (
	MaxBreaking         = 8
	MaxBreakingHeadline = 4096
)

const breakingHeader = "coranto breaking 1"

// BreakingPath returns where a language's breaking news stands (SPEC.md, "Breaking news"): fa/breaking.txt. An edition
// has no such file while nothing is breaking.
func BreakingPath(language string) string { return language + "/breaking.txt" }

// A Breaking is a story that is breaking news in a language until a time.
type Breaking struct {
	// Until is when it is no longer breaking, in UTC and whole seconds.
	Until time.Time
	// Path is its page's, one that CheckPath takes.
	Path string
	// Headline is 1 to MaxBreakingHeadline bytes of UTF-8 without control characters.
	Headline string
}

// MarshalBreaking returns the file of 1 to MaxBreaking pieces of breaking news, newest first, or an error when one is
// not valid.
func MarshalBreaking(all []Breaking) ([]byte, error) {
	if err := checkBreaking(all); err != nil {
		return nil, err
	}
	return encodeBreaking(all), nil
}

func encodeBreaking(all []Breaking) []byte {
	var b strings.Builder
	b.WriteString(breakingHeader + "\n")
	for _, n := range all {
		fmt.Fprintf(&b, "%s %s %s\n", n.Until.UTC().Format(time.RFC3339), n.Path, n.Headline)
	}
	return []byte(b.String())
}

// ParseBreaking reads a file of breaking news and refuses every encoding but MarshalBreaking's, with an *InvalidError.
func ParseBreaking(b []byte) ([]Breaking, error) {
	all, err := parseBreaking(b)
	if err != nil {
		return nil, &InvalidError{What: "breaking news", Err: err}
	}
	return all, nil
}

func parseBreaking(b []byte) (all []Breaking, err error) {
	if len(b) > MaxBreakingFile {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxBreakingFile)
	}
	s := &lines{rest: string(b)}
	if s.next() != breakingHeader {
		return nil, fmt.Errorf("does not begin with %q", breakingHeader)
	}
	for s.err == nil && s.rest != "" {
		until, rest, _ := strings.Cut(s.next(), " ")
		path, headline, _ := strings.Cut(rest, " ")
		t, err := time.Parse(time.RFC3339, until)
		if err != nil {
			s.fail(fmt.Errorf("time: %w", err))
		}
		if all = append(all, Breaking{t.UTC(), path, headline}); len(all) > MaxBreaking {
			s.fail(errBreakingCount)
		}
	}
	if s.err == nil {
		s.err = checkBreaking(all)
	}
	if s.err == nil && string(encodeBreaking(all)) != string(b) {
		s.err = errors.New("not in its one valid encoding")
	}
	return all, s.err
}

var errBreakingCount = fmt.Errorf("out of range: want 1 to %d pieces of breaking news", MaxBreaking)

func checkBreaking(all []Breaking) error {
	if len(all) < 1 || len(all) > MaxBreaking {
		return errBreakingCount
	}
	paths := make([]string, len(all))
	for i, n := range all {
		paths[i] = n.Path
		if err := n.check(); err != nil {
			return err
		}
	}
	if i := firstDouble(paths); i >= 0 {
		return fmt.Errorf("path %q stands twice", paths[i])
	}
	return nil
}

func (n Breaking) check() error {
	if y := n.Until.UTC().Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("time: the year %d", y)
	}
	if err := CheckPath(n.Path); err != nil {
		return err
	}
	switch h := n.Headline; {
	case len(h) < 1 || len(h) > MaxBreakingHeadline:
		return fmt.Errorf("headline: %d bytes, want 1 to %d", len(h), MaxBreakingHeadline)
	case !utf8.ValidString(h):
		return errors.New("headline: not UTF-8")
	case strings.ContainsFunc(h, unicode.IsControl):
		return errors.New("headline: a control character is not allowed")
	}
	return nil
}
