package lang_test

import (
	"slices"
	"strings"
	"testing"

	"coranto/internal/lang"
)

func TestLongWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []int // lengths in characters
	}{
		{"", []int{0}},
		{"Words of a story", []int{16}},
		{strings.Repeat("a", 1000), []int{1000}},
		{strings.Repeat("a", 2500), []int{1000, 1000, 500}},
		{strings.Repeat("ب", 1001), []int{1000, 1}},
		{strings.Repeat("a ", 2000), []int{4000}},
		{strings.Repeat("国", 2000), []int{2000}},
		{strings.Repeat("a", 1000) + "\u0301b", []int{1001, 1}}, // an accent stays with its letter
	} {
		pieces := slices.Collect(lang.LongWords(tt.text))
		var got []int
		for _, p := range pieces {
			got = append(got, len([]rune(p)))
		}
		if !slices.Equal(got, tt.want) || strings.Join(pieces, "") != tt.text {
			t.Errorf("%.20q…: pieces of %v, want %v", tt.text, got, tt.want)
		}
	}
}
