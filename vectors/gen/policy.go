package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"coranto/vectors"
)

// fullPolicy uses every part of the format.
func fullPolicy() vectors.PolicyValue {
	p := witnessed(2)
	p.EditionFloor, p.EpochFloor = 12, 3
	p.After = []vectors.Head{
		{Origin: "the-lantern.coranto/11111111", Size: 99, Root: base64Of(sum([]byte("first")))},
		{Origin: "the-lantern.coranto/22222222", Size: 7, Root: base64Of(sum([]byte("second")))},
	}
	p.Witnesses = append(p.Witnesses, vectors.Witness{Name: "w3", Key: newSigner("witness3.example", kindCosigner).vkey()})
	p.Groups = append(p.Groups, vectors.Group{Name: "or-w3", K: 1, Members: []string{"w3", "three"}},
		vectors.Group{Name: "in.one_group", K: 1, Members: []string{"or-w3"}})
	p.Quorum = "in.one_group"
	return p
}

// crowd is a policy of n witnesses, n groups and n predecessors.
func crowd(n int) vectors.PolicyValue {
	p := alone()
	for i := range n {
		name := fmt.Sprintf("w%d", i)
		p.Witnesses = append(p.Witnesses, vectors.Witness{Name: name, Key: newSigner(name+".example", kindCosigner).vkey()})
		p.Groups = append(p.Groups, vectors.Group{Name: "g" + name, K: 1, Members: []string{name}})
		p.After = append(p.After, vectors.Head{Origin: "old" + name, Size: 1, Root: base64Of(hash{})})
	}
	return p
}

func policies() *sheet[vectors.Raw, vectors.PolicyValue] {
	s := newSheet[vectors.Raw, vectors.PolicyValue]("Policies: whose signatures a reader believes.")
	s.rule = "Policy"
	ok := func(name string, p vectors.PolicyValue) string {
		s.ok(name, raw(text(policyOf(p))), p)
		return policyOf(p)
	}
	change := func(p vectors.PolicyValue, f func(p *vectors.PolicyValue)) vectors.PolicyValue { f(&p); return p }
	plain := ok("plain", alone())
	full := ok("with everything", fullPolicy())
	ok("three of three", witnessed(3))
	ok("one of three", witnessed(1))
	ok("one witness", change(witnessed(1), func(p *vectors.PolicyValue) { p.Groups, p.Quorum = []vectors.Group{}, "w2" }))
	ok("32 of all", crowd(32))
	ok("shortest max_age", change(alone(), func(p *vectors.PolicyValue) { p.MaxAge = 1 }))
	ok("longest max_age", change(alone(), func(p *vectors.PolicyValue) { p.MaxAge = 31622400 }))
	ok("largest floors", change(alone(), func(p *vectors.PolicyValue) { p.EditionFloor, p.EpochFloor = 1<<63-1, 1<<63-1 }))
	ok("name of 64 characters", change(witnessed(1), func(p *vectors.PolicyValue) {
		p.Groups[0].Name = strings.Repeat("g", 64)
		p.Quorum = p.Groups[0].Name
	}))
	named := func(n int) vectors.PolicyValue {
		return change(alone(), func(p *vectors.PolicyValue) { p.Log = newSigner(strings.Repeat("x", n), kindLog).vkey() })
	}
	ok("origin of 128 bytes", named(128))
	s.no("33 witnesses, groups and predecessors", "bad-count", "32 of all", raw(text(policyOf(crowd(33)))))
	s.no("origin of 129 bytes", "bad-key", "origin of 128 bytes", raw(text(policyOf(named(129)))))

	const twin = "with everything"
	w := fullPolicy().Witnesses
	two := w[1].Name + " " + w[1].Key + "\n"
	for _, f := range (swaps{
		{"another version", "not-canonical", "plain", "policy 1", "policy 2"},
		{"carriage return", "not-canonical", "plain", "policy 1\n", "policy 1\r\n"},
		{"max_age 0", "bad-max-age", "shortest max_age", "max_age 172800", "max_age 0"},
		{"max_age of 366 days and a second", "bad-max-age", "longest max_age", "max_age 172800", "max_age 31622401"},
		{"max_age that overflows", "bad-number", "longest max_age", "max_age 172800", "max_age 18446744073709551616"},
		{"number with a leading zero", "not-canonical", "plain", "172800", "0172800"},
		{"number with a plus", "bad-number", "plain", "172800", "+172800"},
		{"negative floor", "bad-number", "plain", "edition_floor 12", "edition_floor -1"},
		{"edition floor of 2^63", "bad-number", "largest floors", "edition_floor 12", "edition_floor 9223372036854775808"},
		{"epoch floor of 2^63", "bad-number", "largest floors", "epoch_floor 3", "epoch_floor 9223372036854775808"},
		{"two spaces", "unknown-line", twin, "max_age 172800", "max_age  172800"},
		{"space at the end", "unknown-line", twin, "max_age 172800", "max_age 172800 "},
		{"tab", "unknown-line", twin, "max_age 172800", "max_age\t172800"},
		{"comment", "unknown-line", twin, "\n\n", "\n\n# hello\n"},
		{"unknown line", "unknown-line", twin, "epoch_floor 3\n", "epoch_floor 3\ncolour red\n"},
		{"doubled line", "not-canonical", twin, "epoch_floor 3\n", "epoch_floor 3\nepoch_floor 3\n"},
		{"lines in another order", "not-canonical", twin, "edition_floor 12\nepoch_floor 3\n", "epoch_floor 3\nedition_floor 12\n"},
		{"a line missing", "missing-line", twin, "epoch_floor 3\n", ""},
		{"no empty line", "not-canonical", twin, "\n\n", "\n"},
		{"two empty lines", "not-canonical", twin, "\n\n", "\n\n\n"},
		{"no newline at the end", "not-canonical", twin, "quorum in.one_group\n", "quorum in.one_group"},
		{"empty line at the end", "not-canonical", twin, "quorum in.one_group\n", "quorum in.one_group\n\n"},
		{"no quorum", "missing-line", twin, "quorum in.one_group\n", ""},
		{"quorum that is not defined", "bad-quorum", twin, "quorum in.one_group", "quorum nobody"},
		{"no log", "missing-line", twin, "log " + theLog.vkey() + "\n", ""},
		{"two logs", "not-canonical", twin, "\nlog ", "\nlog " + newSigner("other.example", kindLog).vkey() + "\nlog "},
		{"log with a URL", "unknown-line", twin, theLog.vkey(), theLog.vkey() + " https://news.example/"},
		{"witness with a URL", "unknown-line", twin, w[0].Key, w[0].Key + " https://witness.example/"},
		{"witness after a group", "not-canonical", twin, "witness " + two, ""},
		{"any in the place of all", "not-canonical", twin, "in.one_group all", "in.one_group any"},
		{"number in the place of any", "not-canonical", twin, "or-w3 any", "or-w3 1"},
		{"number in the place of all", "not-canonical", "three of three", "in.one_group all", "in.one_group 1"},
		{"group of 0", "bad-threshold", twin, "three 2", "three 0"},
		{"group of more than it has", "bad-threshold", twin, "three 2", "three 4"},
		{"group of no number", "bad-number", twin, "three 2", "three some"},
		{"group without members", "unknown-line", twin, "in.one_group all or-w3", "in.one_group all"},
		{"member that is not defined", "bad-member", twin, "any w3 three", "any w4 three"},
		{"member that is defined later", "bad-member", twin, "any w3 three", "any w3 in.one_group"},
		{"member of itself", "bad-member", twin, "any w3 three", "any w3 or-w3"},
		{"member twice", "bad-member", twin, "w0 w1 w2", "w0 w1 w1"},
		{"member of two groups", "bad-member", twin, "any w3 three", "any w2 three"},
		{"none as a member", "bad-member", twin, "any w3 three", "any none three"},
		{"group named none", "bad-name", twin, "group three", "group none"},
		{"witness named all", "bad-name", twin, "witness w0", "witness all"},
		{"witness with a slash in its name", "bad-name", twin, "witness w0", "witness w/0"},
		{"witness with a tilde in its name", "bad-name", twin, "witness w0", "witness w~0"},
		{"name of 65 characters", "bad-name", "name of 64 characters", "witness w0", "witness " + strings.Repeat("w", 65)},
		{"group named like a witness", "bad-name", twin, "group three", "group w0"},
		{"two witnesses of one name", "bad-name", twin, "witness w1", "witness w0"},
		{"predecessor of size 0", "bad-size", twin, " 99 ", " 0 "},
		{"predecessor of a size above 2^32", "bad-size", twin, " 99 ", " 4294967297 "},
		{"predecessor with stray bits", "not-canonical", twin, fullPolicy().After[0].Root, strayBits(fullPolicy().After[0].Root)},
		{"predecessor with half a root", "bad-hash", twin, fullPolicy().After[0].Root, fullPolicy().After[0].Root[:20]},
		{"predecessor with a plus in its origin", "bad-origin", twin, "lantern.coranto/1", "lantern+coranto/1"},
		{"predecessor of our own origin", "doubled", twin, "coranto/11111111", "coranto/00000000"},
		{"predecessor twice", "doubled", twin, "coranto/22222222", "coranto/11111111"},
	}) {
		in := full
		if f.twin == "plain" && strings.Contains(plain, f.old) {
			in = plain
		}
		if f.name == "witness after a group" {
			in = replace(full, "quorum", "witness "+two+"quorum")
			in = replace(replace(in, "w0 w1 w2", "w0 w2"), "three 2", "three all") // nothing else is wrong
		}
		s.no(f.name, f.code, f.twin, raw(text(replace(in, f.old, f.new))))
	}
	s.no("nothing", "missing-line", "plain", raw(text("")))
	s.no("over 64 KiB", "too-large", "plain", raw(join(text(plain), repeat("\n", 65536))))
	s.rule = "Keys and notes"
	policyKeys(s)
	return s
}

// policyKeys adds keys that are not to be trusted, in the place of the log's, the cosigner's and a witness's.
func policyKeys(s *sheet[vectors.Raw, vectors.PolicyValue]) {
	zeros, ones := strings.Repeat("00", 30), strings.Repeat("ff", 30)
	set := func(name, code, twin, key string, into func(p *vectors.PolicyValue, key string)) {
		p := alone()
		p.Witnesses = []vectors.Witness{{Name: "w0", Key: w0.vkey()}, {Name: "w1", Key: w1.vkey()}}
		into(&p, key)
		s.no(name, code, twin, raw(text(policyOf(p))))
	}
	ofLog := func(p *vectors.PolicyValue, key string) { p.Log = key }
	ofCosigner := func(p *vectors.PolicyValue, key string) { p.Cosigner = key }
	ofWitness := func(p *vectors.PolicyValue, key string) { p.Witnesses[1].Key = key }
	p := alone()
	p.Witnesses = []vectors.Witness{{Name: "w0", Key: w0.vkey()}, {Name: "w1", Key: w1.vkey()}}
	s.ok("two witnesses", raw(text(policyOf(p))), p)
	for i, k := range []struct{ name, code, key string }{
		{"of order 1", "small-order", "01" + zeros + "00"},
		{"of order 1, x negative", "small-order", "01" + zeros + "80"},
		{"of order 2", "small-order", "ec" + ones + "7f"},
		{"of order 2, x negative", "small-order", "ec" + ones + "ff"},
		{"of order 4", "small-order", "00" + zeros + "00"},
		{"of order 4, x negative", "small-order", "00" + zeros + "80"},
		{"of order 8", "small-order", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
		{"of order 8, x negative", "small-order", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
		{"of order 8, the other", "small-order", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
		{"of order 8, the other, x negative", "small-order", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"},
		{"not canonical, p", "not-canonical-key", "ed" + ones + "7f"},
		{"not canonical, p+1", "not-canonical-key", "ee" + ones + "7f"},
		{"not canonical, 2^255-1", "not-canonical-key", "ff" + ones + "ff"},
		{"of 31 bytes", "bad-key", zeros + "05"},
		{"of 33 bytes", "bad-key", "05" + zeros + "0000"},
	} {
		public, err := hex.DecodeString(k.key)
		must(err)
		set("witness's key "+k.name, k.code, "two witnesses", vkeyOf(w1.name, kindCosigner, public), ofWitness)
		if i%4 != 0 {
			continue
		}
		set("log's key "+k.name, k.code, "two witnesses", vkeyOf(origin, kindLog, public), ofLog)
		set("cosigner's key "+k.name, k.code, "two witnesses", vkeyOf(cosigner.name, kindCosigner, public), ofCosigner)
	}
	good := theLog.vkey()
	name, rest, _ := strings.Cut(good, "+")
	hash8, b64, _ := strings.Cut(rest, "+")
	const twin = "two witnesses"
	set("log's key of a cosigner", "wrong-kind", twin, newSigner(origin, kindCosigner).vkey(), ofLog)
	set("cosigner's key of a log", "wrong-kind", twin, newSigner(cosigner.name, kindLog).vkey(), ofCosigner)
	set("witness's key of a log", "wrong-kind", twin, newSigner(w1.name, kindLog).vkey(), ofWitness)
	set("key of an unknown kind", "wrong-kind", twin, newSigner(origin, 2).vkey(), ofLog)
	set("hash of a key in capitals", "bad-key", twin, name+"+"+strings.ToUpper(hash8)+"+"+b64, ofLog)
	set("hash of another key", "bad-key", twin, name+"+00000000+"+b64, ofLog)
	set("hash of another key, a witness's", "bad-key", twin, w1.name+"+00000000+"+strings.SplitN(w1.vkey(), "+", 3)[2], ofWitness)
	set("key without its hash", "bad-key", twin, name+"+"+b64, ofLog)
	set("key with padding to spare", "bad-key", twin, name+"+"+hash8+"+"+base64.RawStdEncoding.EncodeToString(append([]byte{1}, publicOf(theLog.key)...))+"=", ofLog)
	set("key without a name", "bad-key", twin, vkeyOf("", kindLog, publicOf(theLog.key)), ofLog)
	set("key whose name is not ASCII", "bad-key", twin, vkeyOf("лампа", kindLog, publicOf(theLog.key)), ofLog)
	set("log's key as the cosigner's", "doubled-key", twin, vkeyOf(cosigner.name, kindCosigner, publicOf(theLog.key)), ofCosigner)
	set("cosigner's key as a witness's", "doubled-key", twin, vkeyOf(w1.name, kindCosigner, publicOf(cosigner.key)), ofWitness)
	set("one witness's key twice, under two names", "doubled-key", twin, vkeyOf(w1.name, kindCosigner, publicOf(w0.key)), ofWitness)
}
