package edition_test

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"coranto/edition"
)

//go:embed words.txt
var wordList string

// wordsHash is the SHA-256 of words.txt, as in SPEC.md: another list is another format.
const wordsHash = "0a5129428508cee626b8afe7b7880efa2126b4c2d3701267a13a15d97f3d50dd"

func TestWordList(t *testing.T) {
	if got := edition.Sum([]byte(wordList)).String(); got != wordsHash {
		t.Errorf("words.txt has the hash %s, want %s", got, wordsHash)
	}
	list := strings.Fields(wordList)
	if len(list) != 512 || !slices.IsSorted(list) {
		t.Errorf("%d words, sorted: %v; want 512, sorted", len(list), slices.IsSorted(list))
	}
	seen := map[string]bool{}
	for _, w := range list {
		if len(w) < 3 || len(w) > 7 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" || seen[w[:3]] {
			t.Errorf("%q: want 3 to 7 small letters that begin like no other word", w)
		}
		seen[w[:3]] = true
	}
}

// TestComparison holds the examples of SPEC.md.
func TestComparison(t *testing.T) {
	for _, c := range []struct {
		id   edition.Hash
		want edition.Comparison
	}{
		{edition.Hash{}, edition.Comparison{
			Words:  "oxygen florist laundry cactus unroll pumpkin ketchup envoy",
			Digits: "301520 634587 628086 915264",
		}},
		{short().Root, edition.Comparison{
			Words:  "osmosis wired jazz florist abyss decal plug bagpipe",
			Digits: "735190 345644 956396 887952",
		}},
	} {
		if got := edition.NewComparison(c.id); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.id, got, c.want)
		}
	}
}

// TestComparisonIsAsSpecified makes one from SPEC.md's words alone: PBKDF2 written out, and one large number.
func TestComparisonIsAsSpecified(t *testing.T) {
	id := edition.Sum([]byte("any root"))
	mac := hmac.New(sha256.New, id[:])
	mac.Write([]byte("coranto/compare/1\x00\x00\x00\x01"))
	u := mac.Sum(nil)
	key := slices.Clone(u)
	for range 65535 {
		mac.Reset()
		mac.Write(u)
		u = mac.Sum(nil)
		for i := range key {
			key[i] ^= u[i]
		}
	}
	var want edition.Comparison
	list, n := strings.Fields(wordList), new(big.Int).SetBytes(key[:9])
	for i := range 8 {
		w := new(big.Int).Rsh(n, uint(63-9*i)).Uint64() & 511
		want.Words = strings.TrimSpace(want.Words + " " + list[w])
	}
	for i := range 4 {
		g := new(big.Int).Mod(new(big.Int).SetBytes(key[9+4*i:13+4*i]), big.NewInt(1e6))
		want.Digits = strings.TrimSpace(want.Digits + fmt.Sprintf(" %06d", g))
	}
	if got := edition.NewComparison(id); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func BenchmarkComparison(b *testing.B) {
	for b.Loop() {
		edition.NewComparison(edition.Hash{})
	}
}
