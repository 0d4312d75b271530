package lang_test

import (
	"testing"

	"coranto/internal/lang"
)

func TestBalanced(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no marks", "می\u200cخواهم \u200fabc\u200e", "می\u200cخواهم \u200fabc\u200e"},
		{"balanced", "a \u2067b \u202Ec\u202C\u2069 d", "a \u2067b \u202Ec\u202C\u2069 d"},
		{"override left open", "A \u202Egpj.b", "A \u202Egpj.b\u202C"},
		{"two left open", "\u2068\u202Bx", "\u2068\u202Bx\u202C\u2069"},
		{"ends nothing", "a\u2069b\u202Cc", "abc"},
		{"an isolate's end ends what is in it", "\u2067\u202Ex\u2069y\u202C", "\u2067\u202Ex\u2069y"},
		{"nothing ends through an isolate", "\u202Bx\u2068y\u202Cz\u2069", "\u202Bx\u2068yz\u2069\u202C"},
		{"ends twice", "\u2066x\u2069\u2069", "\u2066x\u2069"},
	} {
		got := lang.Balanced(tt.text)
		if got != tt.want {
			t.Errorf("%s: %+q, want %+q", tt.name, got, tt.want)
		}
		if again := lang.Balanced(got); again != got {
			t.Errorf("%s: balanced again %+q, want %+q", tt.name, again, got)
		}
	}
}

func TestBidiInPieces(t *testing.T) {
	var b lang.Bidi
	got := b.Take("a \u2067b") + b.Take(" c\u2069\u2069 \u202E") + b.End() + b.End()
	if want := "a \u2067b c\u2069 \u202E\u202C"; got != want {
		t.Errorf("%+q, want %+q", got, want)
	}
}
