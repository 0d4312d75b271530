package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"coranto/vectors"
)

func base64Of(h hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

// keyNamed returns a key that is made of a name. It is no secret.
func keyNamed(name string) ed25519.PrivateKey {
	seed := sum([]byte("coranto vectors key " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func publicOf(k ed25519.PrivateKey) []byte { return k.Public().(ed25519.PublicKey) }

// Kinds of keys in notes.
const (
	kindLog      = 1
	kindCosigner = 4
)

// A signer signs notes: as a log, or with a time, as a cosigner.
type signer struct {
	name string
	kind byte
	key  ed25519.PrivateKey
	at   uint64 // Unix seconds
}

const noon = 1795348800 // 2026-11-22T12:00:00Z

func newSigner(name string, kind byte) signer { return signer{name, kind, keyNamed(name), noon} }

func (s signer) when(at uint64) signer { s.at = at; return s }

func (s signer) vkey() string { return vkeyOf(s.name, s.kind, publicOf(s.key)) }

// vkeyOf writes a verifier key (SPEC.md, "Keys and notes").
func vkeyOf(name string, kind byte, public []byte) string {
	key := append([]byte{kind}, public...)
	return fmt.Sprintf("%s+%x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(key))
}

func keyHash(name string, key []byte) []byte {
	h := sum([]byte(name + "\n" + string(key)))
	return h[:4]
}

// signature returns what stands in the note for a signer, key hash first.
func (s signer) signature(text string) []byte {
	b := keyHash(s.name, append([]byte{s.kind}, publicOf(s.key)...))
	if s.kind == kindLog {
		return append(b, ed25519.Sign(s.key, []byte(text))...)
	}
	b = binary.BigEndian.AppendUint64(b, s.at)
	return append(b, ed25519.Sign(s.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", s.at, text))...)
}

func (s signer) line(text string) string {
	return "— " + s.name + " " + base64.StdEncoding.EncodeToString(s.signature(text)) + "\n"
}

func note(text string, signers ...signer) string {
	b := text + "\n"
	for _, s := range signers {
		b += s.line(text)
	}
	return b
}

func headText(h vectors.Head) string { return fmt.Sprintf("%s\n%d\n%s\n", h.Origin, h.Size, h.Root) }

// The signers of these vectors.
var (
	theLog   = newSigner(origin, kindLog)
	cosigner = newSigner(origin+"/time", kindCosigner)
	w0       = newSigner("witness0.example", kindCosigner)
	w1       = newSigner("witness1.example", kindCosigner)
	w2       = newSigner("witness2.example", kindCosigner)
	stranger = newSigner("stranger.example", kindCosigner)
)

// policyOf writes a policy (SPEC.md, "Policy").
func policyOf(p vectors.PolicyValue) string {
	var b strings.Builder
	fmt.Fprintf(&b, "coranto policy 1\nmax_age %d\nedition_floor %d\nepoch_floor %d\ncosigner %s\n", p.MaxAge, p.EditionFloor, p.EpochFloor, p.Cosigner)
	for _, a := range p.After {
		fmt.Fprintf(&b, "after %s %d %s\n", a.Origin, a.Size, a.Root)
	}
	fmt.Fprintf(&b, "\nlog %s\n", p.Log)
	for _, w := range p.Witnesses {
		fmt.Fprintf(&b, "witness %s %s\n", w.Name, w.Key)
	}
	for _, g := range p.Groups {
		k := fmt.Sprint(g.K)
		if g.K == 1 {
			k = "any"
		}
		if g.K == len(g.Members) {
			k = "all"
		}
		fmt.Fprintf(&b, "group %s %s %s\n", g.Name, k, strings.Join(g.Members, " "))
	}
	fmt.Fprintf(&b, "quorum %s\n", p.Quorum)
	return b.String()
}

// alone is the policy of a newsroom without witnesses.
func alone() vectors.PolicyValue {
	return vectors.PolicyValue{MaxAge: 172800, Cosigner: cosigner.vkey(), Log: theLog.vkey(), Quorum: "none",
		After: []vectors.Head{}, Witnesses: []vectors.Witness{}, Groups: []vectors.Group{}}
}

// witnessed is a policy that asks for k of three witnesses.
func witnessed(k int) vectors.PolicyValue {
	p := alone()
	p.Witnesses = []vectors.Witness{{Name: "w0", Key: w0.vkey()}, {Name: "w1", Key: w1.vkey()}, {Name: "w2", Key: w2.vkey()}}
	p.Groups = []vectors.Group{{Name: "three", K: k, Members: []string{"w0", "w1", "w2"}}}
	p.Quorum = "three"
	return p
}

// notePolicies are the policies of checkpoint.json and latest.json.
func notePolicies() map[string]vectors.Bytes {
	nested := witnessed(1)
	nested.Groups = []vectors.Group{{Name: "pair", K: 2, Members: []string{"w0", "w1"}}, {Name: "either", K: 1, Members: []string{"pair", "w2"}}}
	nested.Quorum = "either"
	single := witnessed(1)
	single.Groups, single.Quorum = nil, "w1"
	spare := witnessed(1)
	spare.Quorum = "none"
	floors := alone()
	floors.EditionFloor, floors.EpochFloor = 5, 1
	m := map[string]vectors.Bytes{"floors": text(policyOf(floors))}
	for name, p := range map[string]vectors.PolicyValue{"alone": alone(), "one of three": witnessed(1), "two of three": witnessed(2),
		"nested": nested, "single": single, "none of three": spare} {
		m[name] = text(policyOf(p))
	}
	return m
}

// strayBits returns a base64 of 32 bytes with a bit set that carries nothing.
func strayBits(b64 string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	i := len(strings.TrimRight(b64, "=")) - 1
	return b64[:i] + string(digits[strings.IndexByte(digits, b64[i])+1]) + b64[i+1:]
}

const hour = 3600

func checkpoints() *sheet[vectors.Signed, vectors.SignedValue] {
	s := newSheet[vectors.Signed, vectors.SignedValue]("Signed heads of a log, under policies.")
	s.Policies = notePolicies()
	head := newHistory(5).head(5)
	body := headText(head)
	in := func(policy, note string) vectors.Signed { return vectors.Signed{Policy: policy, Bytes: text(note)} }
	value := func(asOf string, n int) vectors.SignedValue {
		return vectors.SignedValue{Head: head, AsOf: asOf, Witnessed: n}
	}
	no := func(name, code, twin, policy, note string) { s.no(name, code, twin, in(policy, note)) }

	s.rule = "Checkpoint"
	plain := note(body, theLog, cosigner)
	const at12, at13, at14 = "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z", "2026-11-22T14:00:00Z"
	s.ok("plain", in("alone", plain), value(at12, 0))
	first := newHistory(1).head(1)
	s.ok("size 1", in("alone", note(headText(first), theLog, cosigner)), vectors.SignedValue{Head: first, AsOf: at12})
	most := vectors.Head{Origin: origin, Size: 1 << 32, Root: head.Root}
	s.ok("largest size", in("alone", note(headText(most), theLog, cosigner)), vectors.SignedValue{Head: most, AsOf: at12})
	w := []signer{w0.when(noon + hour), w1, w2.when(noon + 2*hour)}
	s.ok("one of three: the newest", in("one of three", note(body, theLog, cosigner, w[0], w[1], w[2])), value(at14, 3))
	s.ok("two of three: the second newest", in("two of three", note(body, theLog, cosigner, w[0], w[1], w[2])), value(at13, 3))
	s.ok("two of three have signed", in("two of three", note(body, theLog, cosigner, w[0], w[1])), value(at12, 2))
	s.ok("one witness alone", in("single", note(body, theLog, cosigner, w[1], w[2])), value(at12, 2))
	s.ok("a group of a group", in("nested", note(body, theLog, cosigner, w[0], w[1])), value(at12, 2))
	s.ok("the other of a group", in("nested", note(body, theLog, cosigner, w[0], w[2])), value(at14, 2))
	s.ok("witnesses that are not asked for", in("none of three", note(body, theLog, cosigner, w[0], w[2])), value(at12, 2))
	s.ok("no witness that is not asked for", in("none of three", plain), value(at12, 0))
	s.ok("a witness of the far future moves nothing", in("two of three", note(body, theLog, cosigner, w[0], w[1], w2.when(253402300799))), value(at13, 3))
	const max = "9999-12-31T23:59:59Z"
	s.ok("latest time that can be signed", in("alone", note(body, theLog, cosigner.when(253402300799))), value(max, 0))

	no("quorum missing", "no-quorum", "two of three have signed", "two of three", note(body, theLog, cosigner, w[0]))
	no("quorum of a group missing", "no-quorum", "a group of a group", "nested", note(body, theLog, cosigner, w[0]))
	no("quorum of another witness", "no-quorum", "one witness alone", "single", note(body, theLog, cosigner, w[0], w[2]))
	no("no cosignature", "no-cosigner", "two of three have signed", "two of three", note(body, theLog, w[0], w[1]))
	no("no signature of the log", "no-log", "plain", "alone", note(body, cosigner))
	for _, t := range []struct{ name, code, twin, text string }{
		{"extension line", "extra-line", "plain", body + "more\n"},
		{"empty extension line", "extra-line", "plain", body + "\n"},
		{"no root", "extra-line", "plain", origin + "\n5\n"},
		{"another origin", "wrong-origin", "plain", replace(body, origin, "another.coranto/00000000")},
		{"empty origin", "bad-origin", "plain", replace(body, origin, "")},
		{"origin with a space", "bad-origin", "plain", replace(body, "lantern", "lan tern")},
		{"origin with a plus", "bad-origin", "plain", replace(body, "lantern", "lan+tern")},
		{"origin of 129 bytes", "bad-origin", "plain", replace(body, origin, strings.Repeat("x", 129))},
		{"size 0", "bad-size", "size 1", replace(body, "\n5\n", "\n0\n")},
		{"negative size", "bad-size", "plain", replace(body, "\n5\n", "\n-5\n")},
		{"size above 2^32", "bad-size", "largest size", replace(body, "\n5\n", "\n4294967297\n")},
		{"size of 2^64", "bad-size", "largest size", replace(body, "\n5\n", "\n18446744073709551616\n")},
		{"size with a leading zero", "not-canonical", "plain", replace(body, "\n5\n", "\n05\n")},
		{"size with a plus", "not-canonical", "plain", replace(body, "\n5\n", "\n+5\n")},
		{"stray bits in the root", "not-canonical", "plain", replace(body, head.Root, strayBits(head.Root))},
		{"root cut short", "bad-hash", "plain", replace(body, head.Root, head.Root[:40])},
		{"root without padding", "bad-hash", "plain", replace(body, head.Root, head.Root[:43])},
		{"root of 33 bytes", "bad-hash", "plain", replace(body, head.Root, "AAAA"+head.Root[:40])},
	} {
		no(t.name, t.code, t.twin, "alone", note(t.text, theLog, cosigner))
	}
	s.rule = "Keys and notes"
	noteFaults(no, body, plain)
	over := vectors.Bytes{{Text: plain}, {Repeat: "x", Times: 65536}}
	s.no("over 64 KiB", "too-large", "plain", vectors.Signed{Policy: "alone", Bytes: over})
	return s
}

// noteFaults are faults of the note around a text, under the policies alone and one of three.
func noteFaults(no func(name, code, twin, policy, note string), body, plain string) {
	other := theLog
	other.key = keyNamed("thief")
	stolen := cosigner
	stolen.key = theLog.key
	flipped := []byte(theLog.line(body))
	flipped[len(flipped)-20] ^= 2
	no("doubled signature of the log", "doubled", "plain", "alone", note(body, theLog, theLog, cosigner))
	no("doubled cosignature", "doubled", "plain", "alone", note(body, theLog, cosigner, cosigner))
	no("doubled cosignature of another time", "doubled", "plain", "alone", note(body, theLog, cosigner, cosigner.when(noon+1)))
	no("signatures out of order", "wrong-order", "plain", "alone", note(body, cosigner, theLog))
	no("witnesses out of order", "wrong-order", "one of three: the newest", "one of three", note(body, theLog, cosigner, w1, w0))
	no("unknown signature", "unknown-signature", "plain", "alone", note(body, theLog, cosigner, stranger))
	no("unknown signature first", "unknown-signature", "plain", "alone", note(body, stranger, theLog, cosigner))
	no("a witness that the policy does not name", "unknown-signature", "plain", "alone", note(body, theLog, cosigner, w0))
	no("the log's name with another key", "unknown-signature", "plain", "alone", note(body, theLog, other, cosigner))
	no("cosigned with the log's key", "unknown-signature", "plain", "alone", note(body, theLog, stolen, cosigner))
	no("signature that is not valid", "bad-signature", "plain", "alone", body+"\n"+string(flipped)+cosigner.line(body))
	no("signatures of another text", "bad-signature", "plain", "alone",
		body+"\n"+theLog.line(body+"x")+cosigner.line(body))
	no("cosignature of another text", "bad-signature", "plain", "alone", body+"\n"+theLog.line(body)+cosigner.line(body+"x"))
	moved := cosigner.signature(body)
	moved[11]++ // the time's last byte, which is signed
	no("time that was moved", "bad-signature", "plain", "alone",
		body+"\n"+theLog.line(body)+"— "+cosigner.name+" "+base64.StdEncoding.EncodeToString(moved)+"\n")
	no("witness's signature that is not valid, and not needed", "bad-signature", "one of three: the newest", "one of three",
		note(body, theLog, cosigner, w0)+w1.line(body+"x"))
	no("cosigned at no time", "bad-time", "plain", "alone", note(body, theLog, cosigner.when(0)))
	no("cosigned in the year 10000", "bad-time", "latest time that can be signed", "alone", note(body, theLog, cosigner.when(253402300800)))
	no("cosigned at 2^64-1", "bad-time", "latest time that can be signed", "alone", note(body, theLog, cosigner.when(1<<64-1)))
	line := strings.TrimSuffix(cosigner.line(body), "\n")
	no("stray bits in a signature", "not-canonical", "plain", "alone", body+"\n"+theLog.line(body)+strayLine(line)+"\n")
	no("carriage return", "bad-note", "plain", "alone", body+"\n"+theLog.line(body)+line+"\r\n")
	no("hyphen in place of the dash", "bad-note", "plain", "alone", replace(plain, "— ", "- "))
	no("two spaces in a signature", "bad-note", "plain", "alone", replace(plain, "— ", "—  "))
	no("no empty line", "bad-note", "plain", "alone", replace(plain, "\n\n", "\n"))
	no("unsigned", "bad-note", "plain", "alone", body+"\n")
	no("text alone", "bad-note", "plain", "alone", body)
	no("nothing", "bad-note", "plain", "alone", "")
	no("no newline at the end", "bad-note", "plain", "alone", plain[:len(plain)-1])
	no("newline after it", "bad-note", "plain", "alone", plain+"\n")
	no("a line after it", "bad-note", "plain", "alone", plain+"more\n")
}

// strayLine sets a bit that carries nothing in a signature line: 76 bytes leave two of them.
func strayLine(line string) string {
	if !strings.HasSuffix(line, "=") {
		panic("a signature whose base64 has no padding")
	}
	return strayBits(line)
}

func latests() *sheet[vectors.Signed, vectors.SignedValue] {
	s := newSheet[vectors.Signed, vectors.SignedValue]("The file `latest`, under policies.")
	s.rule = "latest"
	s.Policies = notePolicies()
	h := newHistory(5)
	signed := func(n int) string { return note(headText(h.head(n)), theLog, cosigner) }
	ok := func(name, policy string, h history, signers ...signer) {
		n := len(h)
		b := proofOf(h[n-1], n-1, h.proof(n-1, 0, n), note(headText(h.head(n)), append([]signer{theLog, cosigner}, signers...)...))
		m := plainManifest(uint64(n))
		s.ok(name, vectors.Signed{Policy: policy, Bytes: text(b)}, vectors.SignedValue{
			Head: h.head(n), AsOf: "2026-11-22T12:00:00Z", Witnessed: len(signers), Edition: m.Edition, Record: sum(h[n-1]).String()})
	}
	ok("plain", "alone", h)
	for _, n := range []int{1, 2, 8, 100} {
		ok(fmt.Sprint("edition ", n), "alone", newHistory(n))
	}
	ok("witnessed", "two of three", h, w0, w2)
	raised := plainManifest(5)
	raised.Epoch = 1
	purged := append(newHistory(4), []byte(manifestOf(raised)))
	ok("at the floors", "floors", purged)

	no := func(name, code, twin, policy, b string) {
		s.no(name, code, twin, vectors.Signed{Policy: policy, Bytes: text(b)})
	}
	proof := h.proof(4, 0, 5)
	good := proofOf(h[4], 4, proof, signed(5))
	for _, f := range []struct{ name, code, old, new string }{
		{"another header", "bad-header", "proof@v1", "proof@v2"},
		{"carriage return", "not-canonical", "index 4\n", "index 4\r\n"},
		{"index with a leading zero", "not-canonical", "index 4", "index 04"},
		{"index with a plus", "bad-number", "index 4", "index +4"},
		{"negative index", "bad-number", "index 4", "index -4"},
		{"index of 2^64", "bad-number", "index 4", "index 18446744073709551616"},
		{"index of an earlier record", "bad-index", "index 4", "index 3"},
		{"index beyond the log", "bad-index", "index 4", "index 5"},
		{"no index", "bad-number", "index 4\n", ""},
		{"doubled index", "bad-hash", "index 4\n", "index 4\nindex 4\n"},
		{"unknown line", "bad-number", "index 4\n", "colour red\nindex 4\n"},
		{"doubled manifest", "bad-number", "index 4\n", "extra AAAA\nindex 4\n"},
		{"stray bits in a proof's hash", "not-canonical", base64Of(proof[0]), strayBits(base64Of(proof[0]))},
		{"proof's hash cut short", "bad-hash", base64Of(proof[0]), base64Of(proof[0])[4:]},
		{"empty line in the proof", "bad-signature", base64Of(proof[0]) + "\n", "\n" + base64Of(proof[0]) + "\n"},
	} {
		no(f.name, f.code, "plain", "alone", replace(good, f.old, f.new))
	}
	no("proof's hash altered", "bad-proof", "plain", "alone", proofOf(h[4], 4, []hash{sum(nil)}, signed(5)))
	no("hash to spare in the proof", "bad-proof", "plain", "alone", proofOf(h[4], 4, append(proof, sum(nil)), signed(5)))
	no("no hash in the proof", "bad-proof", "plain", "alone", proofOf(h[4], 4, nil, signed(5)))
	no("proof of another size", "bad-proof", "plain", "alone", proofOf(h[4], 4, h.proof(3, 0, 4), signed(5)))
	no("manifest of another edition", "bad-proof", "plain", "alone", proofOf(h[3], 4, proof, signed(5)))
	no("proof of an earlier record", "bad-index", "plain", "alone", proofOf(h[3], 3, h.proof(3, 0, 5), signed(5)))
	changed := plainManifest(5)
	changed.Stories++
	no("manifest that was altered", "bad-proof", "plain", "alone", proofOf([]byte(manifestOf(changed)), 4, proof, signed(5)))
	no("no manifest", "bad-proof", "plain", "alone", replace(good, strings.Split(good, "\n")[1]+"\n", ""))
	for _, m := range []struct{ name, text string }{{"record of what is no manifest", "words"}, {"record of an empty manifest", ""}} {
		bad := append(newHistory(4), []byte(m.text))
		no(m.name, "bad-header", "plain", "alone", proofOf(bad[4], 4, bad.proof(4, 0, 5), note(headText(bad.head(5)), theLog, cosigner)))
	}
	no("unsigned", "bad-note", "plain", "alone", proofOf(h[4], 4, proof, headText(h.head(5))+"\n"))
	no("signed by the log alone", "no-cosigner", "plain", "alone", proofOf(h[4], 4, proof, note(headText(h.head(5)), theLog)))
	no("unknown signature", "unknown-signature", "plain", "alone", proofOf(h[4], 4, proof, note(headText(h.head(5)), theLog, cosigner, stranger)))
	no("quorum not met", "no-quorum", "witnessed", "two of three", proofOf(h[4], 4, proof, note(headText(h.head(5)), theLog, cosigner, w0)))
	wrong := h.head(5)
	wrong.Origin = "another.coranto/00000000"
	no("another origin", "wrong-origin", "plain", "alone", proofOf(h[4], 4, proof, note(headText(wrong), theLog, cosigner)))
	no("extension line", "extra-line", "plain", "alone", proofOf(h[4], 4, proof, note(headText(h.head(5))+"more\n", theLog, cosigner)))
	no("newline after it", "bad-note", "plain", "alone", good+"\n")
	no("no newline at the end", "not-canonical", "plain", "alone", good[:len(good)-1])
	no("nothing", "bad-header", "plain", "alone", "")
	no("below the epoch floor", "below-floor", "at the floors", "floors", good)
	early := append(newHistory(3), []byte(manifestOf(func() vectors.ManifestValue { m := plainManifest(4); m.Epoch = 1; return m }())))
	no("below the edition floor", "below-floor", "at the floors", "floors",
		proofOf(early[3], 3, early.proof(3, 0, 4), note(headText(early.head(4)), theLog, cosigner)))
	s.no("over 64 KiB", "too-large", "plain", vectors.Signed{Policy: "alone", Bytes: vectors.Bytes{{Text: good}, {Repeat: "\n", Times: 65536}}})
	return s
}

// proofOf writes `latest` (SPEC.md, "latest").
func proofOf(manifest []byte, index int, proof []hash, note string) string {
	b := "c2sp.org/tlog-proof@v1\nextra " + base64.StdEncoding.EncodeToString(manifest) + "\n"
	b += fmt.Sprintf("index %d\n", index)
	for _, h := range proof {
		b += base64Of(h) + "\n"
	}
	return b + "\n" + note
}
