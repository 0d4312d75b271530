package lang

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestLoadRefuses makes sure that a catalogue with a hole never comes as far as a page.
func TestLoadRefuses(t *testing.T) {
	const en = "name = \"English\"\n[words]\na = \"A\"\nb = \"B\"\n"
	for _, tt := range []struct{ name, file, want string }{
		{"missing word", "name = \"X\"\n[words]\na = \"A\"\n", `"b" is missing`},
		{"empty word", "name = \"X\"\n[words]\na = \"A\"\nb = \" \"\n", `"b" is missing`},
		{"extra word", "name = \"X\"\n[words]\na = \"A\"\nb = \"B\"\nc = \"C\"\n", `"c" is not one`},
		{"unknown key", "name = \"X\"\nnome = \"X\"\n[words]\na = \"A\"\nb = \"B\"\n", `unknown key "nome"`},
		{"no name", "[words]\na = \"A\"\nb = \"B\"\n", "no name"},
		{"eleven months", "name = \"X\"\nmonths = [\"1\"]\n[words]\na = \"A\"\nb = \"B\"\n", "1 months"},
		{"nine digits", "name = \"X\"\ndigits = \"012345678\"\n[words]\na = \"A\"\nb = \"B\"\n", "9 digits"},
		{"not TOML", "name = X", "words/xx.toml"},
	} {
		_, err := load(fstest.MapFS{
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
