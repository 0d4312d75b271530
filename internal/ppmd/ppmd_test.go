package ppmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/ppmd"
)

func newModel(t testing.TB, order, arena int) *ppmd.Model {
	t.Helper()
	m, err := ppmd.New(order, arena)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A shape is the order and the arena of a model.
type shape struct{ order, arena int }

// shapes are those of the tests: at the edges and between. An arena of 2,051 bytes has three that are no unit.
var shapes = []shape{
	{2, 2 << 10}, {3, 2051}, {4, 64 << 10}, {6, 16 << 20}, {8, 2 << 10}, {16, 64 << 10}, {16, 1 << 20}, {32, 64 << 10},
	{64, 2051}, {64, 1 << 20},
}

// texts are what is coded in tests, by name.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	random, widening := make([]byte, 10_000), make([]byte, 20_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for i := range widening {
		widening[i] = byte(r.IntN(1 + r.IntN(1+i*256/len(widening))))
	}
	var breaks []byte // runs with rare breaks: contexts of full length forget all but one byte
	for i := range 20 {
		breaks = append(breaks, bytes.Repeat([]byte("a"), r.IntN(900))...)
		breaks = append(breaks, byte('a'+i%26))
		breaks = append(breaks, bytes.Repeat([]byte("ab"), r.IntN(400))...)
	}
	return map[string][]byte{
		"empty":    {},
		"one":      {'a'},
		"zero":     {0},
		"high":     {255},
		"all":      all,
		"again":    slices.Concat(all, all, all),
		"run":      bytes.Repeat([]byte{'a'}, 10_000),
		"random":   random,
		"widening": widening,
		"breaks":   breaks,
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, text := range texts() {
		for _, s := range shapes {
			m := newModel(t, s.order, s.arena)
			coded := m.Encode([]byte("before"), text)
			m.Reset()
			got, err := m.Decode([]byte("before"), bytes.TrimPrefix(coded, []byte("before")), len(text))
			if err != nil || string(got) != "before"+string(text) {
				t.Errorf("%s, %+v: got %d bytes of %d: %v", name, s, len(got), len(text), err)
			}
		}
	}
}

// TestEmpty holds the stream of no text: what the range coder puts out at its end.
func TestEmpty(t *testing.T) {
	t.Parallel()
	if got, want := newModel(t, 6, 64<<10).Encode(nil, nil), make([]byte, 5); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
}

// TestPrime holds that a primed model codes as one that has coded the same before, and codes less for it.
func TestPrime(t *testing.T) {
	t.Parallel()
	known := []byte(strings.Repeat("what both sides know already ", 9))
	text := []byte("they both know what was already known")
	primed := newModel(t, 6, 64<<10)
	primed.Prime(known)
	clone := primed.Clone()

	going := newModel(t, 6, 64<<10)
	going.Encode(nil, known)

	coded := primed.Encode(nil, text)
	if got := going.Encode(nil, text); !bytes.Equal(got, coded) {
		t.Errorf("got % x after the same text coded, % x after it primed", got, coded)
	}
	if fresh := newModel(t, 6, 64<<10).Encode(nil, text); len(coded) >= len(fresh) {
		t.Errorf("primed %d bytes, fresh %d", len(coded), len(fresh))
	}
	if got, err := clone.Decode(nil, coded, len(text)); err != nil || !bytes.Equal(got, text) {
		t.Errorf("a clone decoded %q: %v", got, err)
	}
}

// TestClone holds that a clone goes on as its original does, wherever that stands in its arena, and apart from it.
func TestClone(t *testing.T) {
	t.Parallel()
	text := texts()["widening"]
	for _, s := range shapes {
		for _, known := range []int{0, 100, 10_000} {
			m := newModel(t, s.order, s.arena)
			m.Prime(text[:known])
			c := m.Clone()
			coded := m.Encode(nil, text[known:])
			if got := c.Encode(nil, text[known:]); !bytes.Equal(got, coded) {
				t.Errorf("%+v after %d bytes: a clone coded in %d bytes, its original in %d", s, known, len(got), len(coded))
			}
		}
	}
}

// TestRefused holds that a text has one stream: what doesn't begin or end as an encoder's does is an error.
func TestRefused(t *testing.T) {
	t.Parallel()
	text := texts()["again"]
	coded := newModel(t, 4, 64<<10).Encode(nil, text)
	altered := bytes.Clone(coded)
	altered[0] = 1
	last := bytes.Clone(coded)
	last[len(last)-1]++
	for name, c := range map[string]struct {
		coded []byte
		size  int
	}{
		"nothing":             {nil, 0},
		"too short to begin":  {coded[:4], len(text)},
		"cut":                 {coded[:len(coded)-1], len(text)},
		"cut long before":     {coded[:len(coded)/2], len(text)},
		"longer":              {append(bytes.Clone(coded), 0), len(text)},
		"no zero first":       {altered, len(text)},
		"another end":         {last, len(text)},
		"far less asked for":  {coded, len(text) / 2},
		"far more asked for":  {coded, len(text) * 2},
		"less than nothing":   {make([]byte, 5), -1},
		"out of the interval": {[]byte{0, 255, 255, 255, 255}, 0},
		"end mark":            {[]byte{0, 255, 255, 255, 254, 255, 255, 255}, 10},
	} {
		if got, err := newModel(t, 4, 64<<10).Decode(nil, c.coded, c.size); !errors.Is(err, ppmd.ErrCoded) {
			t.Errorf("%s: got %d bytes and %v, want ErrCoded", name, len(got), err)
		}
	}
}

// TestLeftOver holds that what the division of an interval leaves over is refused: numbers at the top of all intervals
// end there, sooner or later.
func TestLeftOver(t *testing.T) {
	t.Parallel()
	for _, known := range []string{"", "abc", "abcabcabdabd", string(texts()["again"])} {
		for first := range 255 {
			m := newModel(t, 4, 64<<10)
			m.Prime([]byte(known))
			coded := append([]byte{0, byte(first)}, bytes.Repeat([]byte{0xFF}, 100)...)
			if got, err := m.Decode(nil, coded, 1000); !errors.Is(err, ppmd.ErrCoded) {
				t.Errorf("after %q, %#02x: got %d bytes and %v, want ErrCoded", known, first, len(got), err)
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]int{{1, 1 << 20}, {65, 1 << 20}, {6, 2<<10 - 1}, {6, 16<<20 + 1}, {-1, -1}} {
		if _, err := ppmd.New(c[0], c[1]); err == nil {
			t.Errorf("a model of order %d with an arena of %d bytes was made", c[0], c[1])
		}
	}
}

// TestVectors decodes archives that 7z made, and codes the same. Their headers have the checksums of the texts.
func TestVectors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.7z")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d vectors: %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		testArchive(t, file, b)
	}
}

// corpus returns the text of real news in a language: each story's headline and paragraphs.
func corpus(t testing.TB, tag string) (stories [][]byte) {
	t.Helper()
	dir := os.Getenv("CORANTO_CORPUS")
	if dir == "" {
		t.Skip("no corpus of real news: set CORANTO_CORPUS to a folder of JSON feeds, one a language")
	}
	b, err := os.ReadFile(filepath.Join(dir, tag+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var feed struct {
		Items []struct {
			Title string `json:"title"`
			Text  string `json:"content_text"`
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		t.Fatal(err)
	}
	for _, item := range feed.Items {
		stories = append(stories, fmt.Appendf(nil, "%s\n%s\n\n", item.Title, item.Text))
	}
	return stories
}

// TestCorpus codes and decodes real news, most of it primed with the rest.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"en", "ru", "fa", "hy", "ka"} {
		stories := corpus(t, tag)
		known, text := bytes.Join(stories[:40], nil), bytes.Join(stories[40:], nil)
		m := newModel(t, 6, 4<<20)
		m.Prime(known)
		c := m.Clone()
		coded := m.Encode(nil, text)
		if got, err := c.Decode(nil, coded, len(text)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s: got %d bytes of %d: %v", tag, len(got), len(text), err)
		}
		if len(coded)*3 > len(text) {
			t.Errorf("%s: %d bytes coded in %d", tag, len(text), len(coded))
		}
	}
}
