package edition

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"fmt"
	"strings"
)

// A Comparison is the hash of a root in a form that two people can compare over the telephone (SPEC.md §16). It
// names a root and shows nothing by itself: whoever reads it out must be somebody whose voice the reader knows.
type Comparison struct {
	// Words are eight English words, 72 bits. No two words of the list begin with the same three letters.
	Words string
	// Digits are four groups of six digits, 79 bits, for those who read no Latin.
	Digits string
}

const (
	compareSalt = "coranto/compare/1"
	// compareRounds makes each guess at a root with the same words cost as much as 2^17 hashes, and a reader 10 ms.
	compareRounds = 1 << 16
	compareWords  = 8
	compareGroups = 4
)

// wordList are 512 words of up to seven letters from the EFF's short list 2.0, a line each, sorted. Words that would
// embarrass somebody, or get them noticed, when they are said on a line that is listened to were left out: arms, drugs,
// insults, bodies, beliefs. The EFF's list is by Joseph Bonneau, CC BY 3.0 US, https://www.eff.org/dice.
//
//go:embed words.txt
var wordList string

// NewComparison returns how to compare a root, of which id is the SHA-256: Masthead.ID or Short.Root.
func NewComparison(id Hash) Comparison {
	key, err := pbkdf2.Key(sha256.New, string(id[:]), []byte(compareSalt), compareRounds, 9+4*compareGroups)
	if err != nil {
		panic("compare: " + err.Error()) // of the lengths, which don't change
	}
	list := strings.Fields(wordList)
	words := make([]string, compareWords)
	for i := range words {
		at := 9 * i // the bit at which the word begins
		two := binary.BigEndian.Uint16(key[at/8:])
		words[i] = list[two>>(7-at%8)&0x1ff]
	}
	groups := make([]string, compareGroups)
	for i := range groups {
		groups[i] = fmt.Sprintf("%06d", binary.BigEndian.Uint32(key[9+4*i:])%1e6)
	}
	return Comparison{strings.Join(words, " "), strings.Join(groups, " ")}
}
