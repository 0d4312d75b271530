package news_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/news"
)

// TestNormal holds the short way against the tables of Unicode: each character by itself, and after each kind of letter
// that might take it up.
func TestNormal(t *testing.T) {
	t.Parallel()
	before := []string{"", "a", "é", "я", "ع", "ي", "א", "가", "か", "क", "\u0301", "\u0308", "ᄀ", "\u09C7", "\u0DD9"}
	for c := range rune(0xB000) { // the short way knows none beyond
		for _, b := range before {
			if s := b + string(c); news.Normal(s) != norm.NFC.IsNormalString(s) {
				t.Fatalf("Normal(%q) is %v, which is not what Unicode says", s, news.Normal(s))
			}
		}
	}
}
