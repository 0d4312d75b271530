package edition_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// fullPolicy returns a policy that uses every part of the format.
func fullPolicy(t *testing.T) edition.Policy {
	p := newNewsroom(t, 0).witnessed(2, 4).policy
	p.EditionFloor, p.EpochFloor = 12, 3
	p.After = []edition.Checkpoint{
		{Origin: "the-lantern.coranto/11111111", Size: 99, Hash: tlog.Hash{1}},
		{Origin: "the-lantern.coranto/22222222", Size: 7, Hash: tlog.Hash{2}},
	}
	p.Groups = []edition.Group{
		{Name: "two", K: 2, Members: []string{"w0", "w1", "w2"}},
		{Name: "one", K: 1, Members: []string{"w3", "two"}},
		{Name: "single", K: 1, Members: []string{"one"}},
	}
	p.Quorum = "single"
	return p
}

func TestPolicyRoundTrip(t *testing.T) {
	for _, p := range []edition.Policy{newNewsroom(t, 0).policy, newNewsroom(t, 0).witnessed(3, 3).policy, fullPolicy(t)} {
		b := p.Marshal()
		got, err := edition.ParsePolicy(b)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("got %+v, %v, want %+v", got, err, p)
		}
	}
}

func TestPolicyText(t *testing.T) {
	p := fullPolicy(t)
	want := fmt.Sprintf(`coranto policy 1
max_age 172800
edition_floor 12
epoch_floor 3
cosigner %s
after the-lantern.coranto/11111111 99 AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
after the-lantern.coranto/22222222 7 AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

log %s
witness w0 %s
witness w1 %s
witness w2 %s
witness w3 %s
group two 2 w0 w1 w2
group one any w3 two
group single all one
quorum single
`, p.Cosigner, p.Log, p.Witnesses[0].Key, p.Witnesses[1].Key, p.Witnesses[2].Key, p.Witnesses[3].Key)
	if got := string(p.Marshal()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p.Origin() != origin {
		t.Errorf("origin %q", p.Origin())
	}
}

// Each line of a policy is in its one encoding and at its place: what is altered, left out, doubled or moved is refused.
func TestPolicyRefusals(t *testing.T) {
	p := fullPolicy(t)
	good := p.Marshal()
	lines := strings.SplitAfter(string(good), "\n")
	lines = lines[:len(lines)-1]
	for i, line := range lines {
		without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
		doubled := strings.Join(lines[:i+1], "") + line + strings.Join(lines[i+1:], "")
		if !strings.HasPrefix(line, "after") { // a predecessor may be left out
			refusedPolicy(t, without, "without "+line)
		}
		refusedPolicy(t, doubled, "doubled "+line)
		if i > 0 {
			moved := strings.Join(lines[:i-1], "") + line + lines[i-1] + strings.Join(lines[i+1:], "")
			if !strings.HasPrefix(line, "after") || !strings.HasPrefix(lines[i-1], "after") {
				if !strings.HasPrefix(line, "witness") || !strings.HasPrefix(lines[i-1], "witness") {
					refusedPolicy(t, moved, "moved up: "+line)
				}
			}
		}
	}
	lower := func(s string) string {
		name, _, _ := strings.Cut(s, "+")
		return name + strings.ToUpper(s[len(name):len(name)+9]) + s[len(name)+9:]
	}
	for name, r := range map[string][2]string{
		"another version":        {"policy 1", "policy 2"},
		"trailing space":         {"max_age 172800", "max_age 172800 "},
		"two spaces":             {"max_age 172800", "max_age  172800"},
		"tab":                    {"max_age 172800", "max_age\t172800"},
		"carriage return":        {"max_age 172800", "max_age 172800\r"},
		"leading zero":           {"max_age 172800", "max_age 0172800"},
		"plus":                   {"max_age 172800", "max_age +172800"},
		"max_age 0":              {"max_age 172800", "max_age 0"},
		"max_age of years":       {"max_age 172800", "max_age 99999999"},
		"max_age that overflows": {"max_age 172800", "max_age 18446744073709551615"},
		"negative floor":         {"edition_floor 12", "edition_floor -1"},
		"comment":                {"edition_floor", "# hello\nedition_floor"},
		"unknown line":           {"edition_floor", "edition_ceiling"},
		"log with a URL":         {"log " + p.Log, "log " + p.Log + " https://log.example/"},
		"witness with a URL":     {p.Witnesses[0].Key, p.Witnesses[0].Key + " https://w.example/"},
		"second log":             {"log ", "log " + p.Log + "\nlog "},
		"k for any":              {"group one any", "group one 1"},
		"k for all":              {"group single all", "group single 1"},
		"any for all":            {"group single all", "group single any"},
		"k of 0":                 {"group two 2", "group two 0"},
		"k above n":              {"group two 2", "group two 4"},
		"k with a leading zero":  {"group two 2", "group two 02"},
		"member unknown":         {"w0 w1 w2", "w0 w1 w9"},
		"member twice":           {"w0 w1 w2", "w0 w1 w1"},
		"member of two groups":   {"any w3 two", "any w2 two"},
		"member of itself":       {"any w3 two", "any w3 one"},
		"none as a member":       {"any w3 two", "any none two"},
		"group named none":       {"group two", "group none"},
		"group named as witness": {"group two", "group w0"},
		"keyword as a name":      {"witness w0", "witness all"},
		"quorum unknown":         {"quorum single", "quorum double"},
		"after with size 0":      {" 99 ", " 0 "},
		"after our own log":      {"11111111", "00000000"},
		"after the same twice":   {"22222222", "11111111"},
		"key hash in capitals":   {p.Log, lower(p.Log)},
		"key hash of another":    {p.Cosigner[len(p.Cosigner)-54:], p.Cosigner[len(p.Cosigner)-53:]},
		"no newline at the end":  {"quorum single\n", "quorum single"},
		"more after the end":     {"quorum single\n", "quorum single\n\n"},
	} {
		refusedPolicy(t, string(replace(t, good, r[0], r[1])), name)
	}
	refusedPolicy(t, "", "empty")
	refusedPolicy(t, strings.Repeat("\n", edition.MaxPolicy+1), "over the limit")
}

func refusedPolicy(t *testing.T, text, what string) {
	t.Helper()
	var inv *edition.InvalidError
	if _, err := edition.ParsePolicy([]byte(text)); !errors.As(err, &inv) {
		t.Errorf("%s: got %v, want an InvalidError", what, err)
	}
}

// Keys of the wrong kind or form, and keys under which anybody could sign.
func TestPolicyKeys(t *testing.T) {
	key := func(h string) []byte {
		b, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	zeros := strings.Repeat("00", 30)
	ones := strings.Repeat("ff", 30)
	weak := map[string]string{
		"order 1":                       "01" + zeros + "00",
		"order 1, sign of x":            "01" + zeros + "80",
		"order 2":                       "ec" + ones + "7f",
		"order 2, sign of x":            "ec" + ones + "ff",
		"order 4":                       "00" + zeros + "00",
		"order 4, sign of x":            "00" + zeros + "80",
		"order 8":                       "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"order 8, sign of x":            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"order 8, other":                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"order 8, other, sign of x":     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"not canonical: p":              "ed" + ones + "7f",
		"not canonical: p+1":            "ee" + ones + "7f",
		"not canonical: 2^255-1":        "ff" + ones + "ff",
		"not canonical: p, sign of x":   "ed" + ones + "ff",
		"not canonical: p+1, sign of x": "ee" + ones + "ff",
		"too short":                     zeros,
		"too long":                      "09" + zeros + "0000",
	}
	base := newNewsroom(t, 0).witnessed(1, 1).policy
	check := func(what string, p edition.Policy) {
		t.Helper()
		if p.Check() == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	for name, h := range weak {
		p := base
		p.Log = vkey("log", append([]byte{1}, key(h)...))
		check("log of "+name, p)
		p = base
		p.Cosigner = vkey("own", append([]byte{4}, key(h)...))
		check("cosigner of "+name, p)
		p = base
		p.Witnesses = []edition.Witness{{Name: "w0", Key: vkey("w", append([]byte{4}, key(h)...))}}
		check("witness of "+name, p)
	}
	good := newSigner("someone", 1).public()[1:]
	for name, k := range map[string]string{
		"cosigner's kind":     vkey("log", append([]byte{4}, good...)),
		"ECDSA":               vkey("log", append([]byte{2}, good...)),
		"ML-DSA":              vkey("log", append([]byte{6}, good...)),
		"no kind":             vkey("log", good),
		"no name":             vkey("", append([]byte{1}, good...)),
		"name with a space":   vkey("a b", append([]byte{1}, good...)),
		"name not ASCII":      vkey("журнал", append([]byte{1}, good...)),
		"name with a control": vkey("a\x7f", append([]byte{1}, good...)),
		"name too long":       vkey(strings.Repeat("x", 129), append([]byte{1}, good...)),
		"empty":               "",
		"hash of another":     "log+00000000+" + base64.StdEncoding.EncodeToString(append([]byte{1}, good...)),
	} {
		p := base
		p.Log = k
		check("log with "+name, p)
	}
	p := base
	p.Cosigner = newSigner("own", 1).vkey()
	check("cosigner of the log's kind", p)
	disguised := append([]byte{1}, newSigner("own", 4).public()[1:]...)
	p.Cosigner = fmt.Sprintf("own+%08x+%s", newSigner("own", 4).KeyHash(), base64.StdEncoding.EncodeToString(disguised))
	check("cosigner of the log's kind with the hash of its own, which the library takes", p)
	p.Cosigner = "own+00000000+" + base64.StdEncoding.EncodeToString(newSigner("own", 4).public())
	check("cosigner with the hash of another, which the library doesn't compare", p)
}

// One holder must not count as two, under whatever names.
func TestPolicyKeysStandOnce(t *testing.T) {
	base := newNewsroom(t, 0).witnessed(2, 2).policy
	renamed := func(of signer) string { return signer{"another", 4, of.key, start}.vkey() }
	for what, alter := range map[string]func(*edition.Policy){
		"log and cosigner":     func(p *edition.Policy) { p.Cosigner = renamed(newSigner(origin, 1)) },
		"log and witness":      func(p *edition.Policy) { p.Witnesses[1].Key = renamed(newSigner(origin, 1)) },
		"cosigner and witness": func(p *edition.Policy) { p.Witnesses[1].Key = renamed(newSigner(origin+"/time", 4)) },
		"two witnesses":        func(p *edition.Policy) { p.Witnesses[1].Key = renamed(newSigner("witness0.example", 4)) },
	} {
		p := base
		p.Witnesses = append([]edition.Witness{}, base.Witnesses...)
		alter(&p)
		if p.Check() == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func TestPredecessor(t *testing.T) {
	p := fullPolicy(t)
	if c, ok := p.Predecessor("the-lantern.coranto/22222222"); !ok || c != p.After[1] {
		t.Errorf("got %+v, %v", c, ok)
	}
	if _, ok := p.Predecessor(origin); ok {
		t.Error("the log is its own predecessor")
	}
}

func TestPolicyLimits(t *testing.T) {
	if p := newNewsroom(t, 0).witnessed(32, 32).policy; p.Check() != nil {
		t.Errorf("32 witnesses: %v", p.Check())
	}
	if p := newNewsroom(t, 0).witnessed(1, 33).policy; p.Check() == nil {
		t.Error("33 witnesses: accepted")
	}
	p := newNewsroom(t, 0).policy
	p.MaxAge = 1500 * time.Millisecond
	if p.Check() == nil {
		t.Error("max_age of 1.5 s: accepted")
	}
}

func FuzzParsePolicy(f *testing.F) {
	t := &testing.T{}
	f.Add(fullPolicy(t).Marshal())
	f.Add(newNewsroom(t, 0).policy.Marshal())
	seed(f, "policy.json")
	f.Add([]byte("coranto policy 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := edition.ParsePolicy(b)
		if err == nil && !bytes.Equal(p.Marshal(), b) {
			t.Errorf("two encodings of one policy: %q", b)
		}
	})
}
