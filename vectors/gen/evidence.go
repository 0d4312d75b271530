package main

import (
	"strings"

	"coranto/vectors"
)

// consistencyProof returns the proof that the first n records of those from one index up to another are a beginning of
// them (RFC 6962, 2.1.2); whole says that those records are a subtree that the reader knows.
func (h history) consistencyProof(n, from, to int, whole bool) []hash {
	if n == to-from {
		if whole {
			return nil
		}
		return []hash{h.root(from, to)}
	}
	k := 1
	for k*2 < to-from {
		k *= 2
	}
	if n <= k {
		return append(h.consistencyProof(n, from, from+k, whole), h.root(from+k, to))
	}
	return append(h.consistencyProof(n-k, from+k, to, false), h.root(from, from+k))
}

// evidenceOf writes a file of evidence by hand: keys, two notes, and what else is given.
func evidenceOf(keys []signer, old, new string, rest ...string) string {
	var b strings.Builder
	b.WriteString("coranto evidence 1\n")
	for _, k := range keys {
		b.WriteString("key " + k.vkey() + "\n")
	}
	b.WriteString("\n" + old + "\n" + new)
	if len(rest) > 0 {
		b.WriteString("\n" + strings.Join(rest, ""))
	}
	return b.String()
}

// insteadLines are the last lines of evidence: the root of the first records of a log of a size, and the proof.
func (h history) insteadLines(n, size int) string {
	b := "instead " + base64Of(h.root(0, n)) + "\n"
	for _, p := range h.consistencyProof(n, 0, size, true) {
		b += "proof " + base64Of(p) + "\n"
	}
	return b
}

func evidences() *sheet[vectors.Raw, vectors.EvidenceValue] {
	s := newSheet[vectors.Raw, vectors.EvidenceValue]("Files of evidence that a log has forked.")
	s.rule = "Edition log"
	h, other := newHistory(9), newHistory(9)
	other[3] = []byte(manifestOf(plainManifest(4000)))
	at := func(h history, n int, signers ...signer) string { return note(headText(h.head(n)), signers...) }
	value := func(old, new vectors.Head, signers ...int) vectors.EvidenceValue {
		return vectors.EvidenceValue{Old: old, New: new, OldSigners: signers[0], NewSigners: signers[1]}
	}
	alone, both := []signer{theLog}, []signer{theLog, cosigner, w1}

	low, high := h, other // of two heads of one size, that of the lower root comes first
	if root := other.root(0, 9); string(root[:]) < rootBytes(h, 9) {
		low, high = other, h
	}
	same := evidenceOf(alone, at(low, 9, theLog), at(high, 9, theLog))
	s.ok("one size", raw(text(same)), value(low.head(9), high.head(9), 1, 1))
	for _, n := range []int{4, 5, 7, 8} {
		file := evidenceOf(alone, at(other, n, theLog), at(h, 9, theLog), h.insteadLines(n, 9))
		s.ok(strings.Replace("N and 9", "N", string(rune('0'+n)), 1), raw(text(file)), value(other.head(n), h.head(9), 1, 1))
	}
	full := evidenceOf(both, at(other, 5, theLog, cosigner), at(h, 9, theLog, w1), h.insteadLines(5, 9))
	s.ok("co-signed", raw(text(full)), value(other.head(5), h.head(9), 2, 2))

	five := evidenceOf(alone, at(other, 5, theLog), at(h, 9, theLog), h.insteadLines(5, 9))
	no := func(name, code, twin, file string) { s.no(name, code, twin, raw(text(file))) }
	no("a head and what extends it", "no-fork", "5 and 9", evidenceOf(alone, at(h, 5, theLog), at(h, 9, theLog), h.insteadLines(5, 9)))
	no("the same head twice", "no-fork", "one size", evidenceOf(alone, at(h, 9, theLog), at(h, 9, theLog)))
	no("higher root first", "no-fork", "one size", evidenceOf(alone, at(high, 9, theLog), at(low, 9, theLog)))
	no("larger head first", "wrong-order", "5 and 9", evidenceOf(alone, at(h, 9, theLog), at(other, 5, theLog), h.insteadLines(5, 9)))
	no("proof of the other history", "bad-proof", "5 and 9", evidenceOf(alone, at(other, 5, theLog), at(h, 9, theLog), other.insteadLines(4, 9)))
	no("proof too short", "bad-proof", "5 and 9", five[:strings.LastIndex(five, "proof ")])
	no("proof too long", "bad-proof", "5 and 9", five+"proof "+base64Of(h.leaf(0))+"\n")
	no("no proof", "bad-proof", "5 and 9", evidenceOf(alone, at(other, 5, theLog), at(h, 9, theLog)))
	no("a proof with one size", "not-canonical", "one size", same+"\n"+h.insteadLines(5, 9))
	no("a key that has signed neither", "spare-key", "5 and 9", strings.Replace(five, "\n\n", "\nkey "+stranger.vkey()+"\n\n", 1))
	no("a key twice", "doubled-key", "co-signed", strings.Replace(full, "\n\n", "\nkey "+w1.vkey()+"\n\n", 1))
	no("the log's key not first", "wrong-kind", "co-signed", evidenceOf([]signer{cosigner, theLog, w1}, at(other, 5, theLog, cosigner), at(h, 9, theLog, w1), h.insteadLines(5, 9)))
	no("a signature by a key that is not listed", "not-canonical", "co-signed", evidenceOf([]signer{theLog, cosigner}, at(other, 5, theLog, cosigner), at(h, 9, theLog, w1), h.insteadLines(5, 9)))
	no("signatures in another order", "not-canonical", "co-signed", evidenceOf(both, at(other, 5, cosigner, theLog), at(h, 9, theLog, w1), h.insteadLines(5, 9)))
	no("not signed by the log", "no-log", "co-signed", evidenceOf(both, at(other, 5, cosigner), at(h, 9, theLog, w1), h.insteadLines(5, 9)))
	no("a root altered under its signature", "bad-signature", "5 and 9", replace(five, other.head(5).Root, h.head(4).Root))
	no("another origin than the key's", "wrong-origin", "5 and 9", evidenceOf(alone, note(replace(headText(other.head(5)), origin, "another.coranto/00000000"), theLog), at(h, 9, theLog), h.insteadLines(5, 9)))
	no("one head alone", "missing-line", "5 and 9", evidenceOf(alone, at(other, 5, theLog), ""))
	no("another version", "bad-header", "5 and 9", replace(five, "evidence 1", "evidence 2"))
	no("stray bits in the root", "not-canonical", "5 and 9", replace(five, "instead "+base64Of(h.root(0, 5)), "instead "+strayBits(base64Of(h.root(0, 5)))))
	no("not ended", "not-canonical", "5 and 9", strings.TrimSuffix(five, "\n"))
	no("something after the end", "not-canonical", "5 and 9", five+"proof\n")
	no("carriage returns", "bad-header", "5 and 9", strings.ReplaceAll(five, "\n", "\r\n"))
	s.no("too large", "too-large", "5 and 9", raw(join(text(five), repeat("x", 196608))))
	return s
}

func rootBytes(h history, n int) string {
	r := h.root(0, n)
	return string(r[:])
}
