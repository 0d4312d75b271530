package term_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"coranto/internal/term"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain, Қазақ, می‌روم, 日本", "plain, Қазақ, می‌روم, 日本"},
		{"\x1b]0;title\x07", `\x1b]0;title\x07`},
		{"a\rb\nc\td\x7f", `a\x0db\x0ac\x09d\x7f`},
		{"\u009b31m", `\u009b31m`},
		{"moc.evil\u202e", `moc.evil\u202e`},
		{"\u2066x\u2069\u200e", `\u2066x\u2069\u200e`},
		{"bad \xff\xc3", `bad \xff\xc3`},
		{"kept \uFFFD", "kept \uFFFD"},
		{"one\u2028two", `one\u2028two`},
	} {
		if got := term.Clean(c.in); got != c.want {
			t.Errorf("Clean(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("می‌روم \x1b[2J\u202e\xff\uFFFD")
	f.Fuzz(func(t *testing.T, s string) {
		got := term.Clean(s)
		if !utf8.ValidString(got) || term.Clean(got) != got {
			t.Errorf("Clean(%q) = %q, which is not clean", s, got)
		}
		if strings.ContainsAny(got, "\x1b\n\r\u009b\u202e") {
			t.Errorf("Clean(%q) = %q, which steers", s, got)
		}
	})
}

func TestWidth(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"", 0},
		{"abc", 3},
		{"日本", 4},
		{"한", 2},
		{"می‌روم", 5},  // the joiner takes no cell
		{"e\u0301", 1}, // nor does an accent
		{"Ғани", 4},
		{"\x1b[32mok\x1b[0m", 2},
	} {
		if got := term.Width(c.in); got != c.want {
			t.Errorf("Width(%q): got %d, want %d", c.in, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	var w bytes.Buffer
	tm := term.NewTerminal(&w, false, true, time.Now, 80)
	err := term.Table(&w, []string{"mirror", "met", "decided"}, [][]string{
		{"good", "edition 2", tm.Paint(term.Good, "taken")},
		{"日本", "", "dropped"},
		{"\x1b[31mforged", "endless\n", "dropped"},
		{"short"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`mirror          met          decided`,
		"good            edition 2    \x1b[32mtaken\x1b[0m",
		`日本                         dropped`,
		`\x1b[31mforged  endless\x0a  dropped`,
		`short`,
		``,
	}, "\n")
	if got := w.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
