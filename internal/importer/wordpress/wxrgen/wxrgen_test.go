package wxrgen_test

import (
	"bytes"
	"maps"
	"testing"

	"coranto/internal/importer/wordpress/wxrgen"
)

func TestWriteIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	var texts [2]bytes.Buffer
	var counts [2]map[string]int
	for i := range texts {
		var err error
		if counts[i], err = wxrgen.Write(&texts[i], wxrgen.Options{Seed: 7, Size: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) || !maps.Equal(counts[0], counts[1]) {
		t.Error("the same seed and size make another export")
	}
	if n := texts[0].Len(); n < 1<<20 || n > 1<<20+200_000 {
		t.Errorf("got %d bytes, want a little over %d", n, 1<<20)
	}
	var other bytes.Buffer
	if _, err := wxrgen.Write(&other, wxrgen.Options{Seed: 8, Size: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(texts[0].Bytes(), other.Bytes()) {
		t.Error("another seed makes the same export")
	}
}
