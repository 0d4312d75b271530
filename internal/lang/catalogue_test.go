package lang

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/unicode/norm"
)

// TestLoadRefuses makes sure that a catalogue with a hole never comes as far as a page.
func TestLoadRefuses(t *testing.T) {
	const en = "name = \"English\"\n[counts.n]\none = \"{n} a\"\nother = \"{n} b\"\n[words]\na = \"A\"\nb = \"B\"\n"
	for _, tt := range []struct{ name, file, want string }{
		{"missing word", "name = \"X\"\n[words]\na = \"A\"\n", `"b" is missing`},
		{"empty word", "name = \"X\"\n[words]\na = \"A\"\nb = \" \"\n", `"b" is missing`},
		{"extra word", "name = \"X\"\n[words]\na = \"A\"\nb = \"B\"\nc = \"C\"\n", `"c" is not one`},
		{"unknown key", "name = \"X\"\nnome = \"X\"\n[words]\na = \"A\"\nb = \"B\"\n", `unknown key "nome"`},
		{"no name", "[words]\na = \"A\"\nb = \"B\"\n", "no name"},
		{"eleven months", "name = \"X\"\nmonths = [\"1\"]\n[words]\na = \"A\"\nb = \"B\"\n", "1 months"},
		{"nine digits", "name = \"X\"\ndigits = \"012345678\"\n[words]\na = \"A\"\nb = \"B\"\n", "9 digits"},
		{"no counts", "name = \"X\"\n[words]\na = \"A\"\nb = \"B\"\n", "counts.n: the form other is missing"},
		{"extra count", "name = \"X\"\n[counts.m]\nother = \"{n}\"\n[counts.n]\nother = \"{n}\"\n[words]\na = \"A\"\nb = \"B\"\n", "counts.m is not one"},
		{"not TOML", "name = X", "words/xx.toml"},
		{"in both", "name = \"Y\"\n[words]\na = \"A\"\nb = \"B\"\n", "words/ alone"},
	} {
		others := "qq = { name = \"Q\" }\n"
		if tt.name == "in both" {
			others = "xx = { name = \"X\" }\n"
		}
		_, err := load(fstest.MapFS{
			"others.toml":   {Data: []byte(others)},
			"words/en.toml": {Data: []byte(en)},
			"words/xx.toml": {Data: []byte(tt.file)},
		})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
	if _, err := load(fstest.MapFS{}); err == nil {
		t.Error("a catalogue without English was taken")
	}
}

// TestOthers makes sure that what is said of languages without words can be used, and under the tags that are asked for.
func TestOthers(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for tag, f := range c.others {
		if canonical, err := Canonical(tag); canonical != tag {
			t.Errorf("%s: its canonical tag is %q (%v)", tag, canonical, err)
		}
		if !norm.NFC.IsNormalString(f.Name) || strings.TrimSpace(f.Name) != f.Name {
			t.Errorf("%s: the name %q is not NFC, or has blanks at its ends", tag, f.Name)
		}
		l := c.Language(tag)
		for m := range time.Month(12) {
			at := time.Date(2026, m+1, 17, 0, 0, 0, 0, time.UTC)
			if got := l.Date(at) + l.Month(at); strings.ContainsAny(got, "{}") || f.Months != nil && l.Month(at) == l.plain(at.Format("2006-01")) {
				t.Errorf("%s: %q", tag, got)
			}
		}
	}
}
