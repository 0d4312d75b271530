package edition_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

func TestOpenLatest(t *testing.T) {
	for _, size := range []int{1, 2, 7, 300} {
		nr := newNewsroom(t, size)
		b := nr.latest()
		h, err := nr.policy.OpenLatest(b)
		if err != nil {
			t.Fatal(err)
		}
		if h.Manifest.Edition != uint64(size) || h.Checkpoint != nr.checkpoint(nr.size()) || !h.AsOf.Equal(start) {
			t.Errorf("size %d: got %+v", size, h)
		}
		if !bytes.Equal(h.ManifestBytes, nr.manifests[size-1]) || h.ManifestHash != nr.records[size-1] {
			t.Errorf("size %d: another manifest", size)
		}
		if h.Word != "the newsroom's word only" || h.Witnessed != 0 {
			t.Errorf("size %d: got %q and %d witnesses", size, h.Word, h.Witnessed)
		}
		if again := edition.MakeLatest(h.ManifestBytes, h.Size-1, nr.proof(h.Size-1), h.Note); !bytes.Equal(again, b) {
			t.Errorf("size %d: does not encode to the same again", size)
		}
		if len(b) > 2500 {
			t.Errorf("size %d: %d bytes, want about 1 kB", size, len(b))
		}
	}
}

// No altered `latest` is accepted, wherever and however the bit was flipped.
func TestLatestEveryBit(t *testing.T) {
	nr := newNewsroom(t, 5).witnessed(1, 2)
	good := nr.latest()
	for i := range good {
		for bit := range 8 {
			b := bytes.Clone(good)
			b[i] ^= 1 << bit
			refused(t, nr.policy, b, fmt.Sprintf("bit %d of byte %d (%q)", bit, i, good[i]))
		}
	}
}

// A `latest` that was cut short is refused, but where the cut takes no more than witnesses that the quorum can spare.
func TestLatestEveryLength(t *testing.T) {
	nr := newNewsroom(t, 5).witnessed(2, 2)
	good := nr.latest()
	for i := range good {
		refused(t, nr.policy, good[:i:i], fmt.Sprintf("the first %d bytes", i))
	}
}

func refused(t *testing.T, p edition.Policy, b []byte, what string) {
	t.Helper()
	_, err := p.OpenLatest(b)
	var inv *edition.InvalidError
	if !errors.As(err, &inv) {
		t.Errorf("%s: got %v, want an InvalidError", what, err)
	}
}

// replace returns b with the first old replaced, which must be there.
func replace(t *testing.T, b []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%q is not in %q", old, b)
	}
	return bytes.Replace(b, []byte(old), []byte(new), 1)
}

func sigLine(t *testing.T, b []byte, name string) string {
	t.Helper()
	for line := range strings.SplitSeq(string(b), "\n") {
		if strings.HasPrefix(line, "— "+name+" ") {
			return line + "\n"
		}
	}
	t.Fatalf("no signature of %q", name)
	return ""
}

func TestLatestAttacks(t *testing.T) {
	nr := newNewsroom(t, 5).witnessed(1, 2)
	good, c := nr.latest(), nr.checkpoint(5)
	w0, w1 := nr.witnesses[0], nr.witnesses[1]
	stranger := newSigner("stranger.example", 4)
	thief := newSigner(origin+"/thief", 1)
	thief.name = origin
	line := func(name string) string { return sigLine(t, good, name) }
	withText := func(text string) []byte { return nr.latestOf(nr.note([]byte(text))) }
	root := base64.StdEncoding.EncodeToString(c.Hash[:])
	// The last character before the padding of 32 bytes in base64 has two bits that carry nothing.
	strayBits := strings.TrimSuffix(root, "=")
	strayBits = strayBits[:len(strayBits)-1] + string(strayBits[len(strayBits)-1]+1) + "="

	for name, b := range map[string][]byte{
		"empty":                         {},
		"over 64 KiB":                   append(bytes.Clone(good), bytes.Repeat([]byte("\n"), edition.MaxLatest)...),
		"extra line":                    replace(t, good, "index 4\n", "extra AAAA\nindex 4\n"),
		"second index":                  replace(t, good, "index 4\n", "index 4\nindex 4\n"),
		"index with a leading zero":     replace(t, good, "index 4\n", "index 04\n"),
		"index with a plus":             replace(t, good, "index 4\n", "index +4\n"),
		"index of another record":       replace(t, good, "index 4\n", "index 3\n"),
		"index beyond the log":          replace(t, good, "index 4\n", "index 5\n"),
		"huge index":                    replace(t, good, "index 4\n", "index 18446744073709551615\n"),
		"over-long index":               replace(t, good, "index 4\n", "index 18446744073709551620\n"),
		"carriage returns":              replace(t, good, "index 4\n", "index 4\r\n"),
		"another header":                replace(t, good, "proof@v1", "proof@v2"),
		"trailing newline":              append(bytes.Clone(good), '\n'),
		"trailing bytes":                append(bytes.Clone(good), "x\n"...),
		"no final newline":              good[:len(good)-1],
		"manifest of edition 4":         edition.MakeLatest(nr.manifests[3], 4, nr.proof(4), nr.note(c.Text())),
		"proof of edition 4":            edition.MakeLatest(nr.manifests[3], 3, nr.proof(3), nr.note(c.Text())),
		"proof of another edition":      edition.MakeLatest(nr.manifests[4], 4, nr.proof(3), nr.note(c.Text())),
		"proof too long":                edition.MakeLatest(nr.manifests[4], 4, append(nr.proof(4), tlog.Hash{}), nr.note(c.Text())),
		"proof too short":               edition.MakeLatest(nr.manifests[4], 4, nil, nr.note(c.Text())),
		"no manifest":                   edition.MakeLatest(nil, 4, nr.proof(4), nr.note(c.Text())),
		"doubled signature":             append(bytes.Clone(good), line(w1.name)...),
		"doubled log signature":         replace(t, good, line(origin), line(origin)+line(origin)),
		"signatures out of order":       replace(t, good, line(w0.name)+line(w1.name), line(w1.name)+line(w0.name)),
		"unknown signature":             nr.latest(nr.log, nr.own, w0, w1, stranger),
		"unknown log signature":         nr.latest(thief, nr.own, w0),
		"unknown signature, known name": nr.latest(nr.log, nr.own, w0, signer{w1.name, 4, stranger.key, start}),
		"stray bits in the root":        withText(fmt.Sprintf("%s\n5\n%s\n", origin, strayBits)),
		"extension line":                withText(string(c.Text()) + "hello\n"),
		"empty extension line":          withText(string(c.Text()) + "\n"),
		"wrong origin":                  withText(strings.Replace(string(c.Text()), origin, origin+"x", 1)),
		"empty origin":                  withText(strings.Replace(string(c.Text()), origin, "", 1)),
		"size with a leading zero":      withText(strings.Replace(string(c.Text()), "\n5\n", "\n05\n", 1)),
		"size 0":                        withText(strings.Replace(string(c.Text()), "\n5\n", "\n0\n", 1)),
		"negative size":                 withText(strings.Replace(string(c.Text()), "\n5\n", "\n-5\n", 1)),
		"size that overflows":           withText(strings.Replace(string(c.Text()), "\n5\n", "\n9223372036854775807\n", 1)),
		"root cut short":                withText(fmt.Sprintf("%s\n5\n%s\n", origin, root[:40])),
		"no root":                       withText(fmt.Sprintf("%s\n5\n", origin)),
		"unsigned":                      []byte(strings.Split(string(good), "\n— ")[0] + "\n"),
		"log signature missing":         nr.latest(nr.own, w0),
		"cosignature missing":           nr.latest(nr.log, w0, w1),
		"cosigned by the log's key":     nr.latest(nr.log, signer{nr.own.name, 4, nr.log.key, start}, w0),
		"quorum missing":                nr.latest(nr.log, nr.own),
		"cosigned at no time":           nr.latest(nr.log, nr.own.when(time.Unix(0, 0)), w0),
		"cosigned before 1970":          nr.latest(nr.log, nr.own.when(time.Unix(-1, 0)), w0),
		"cosigned in the year 10000":    nr.latest(nr.log, nr.own.when(time.Unix(253402300800, 0)), w0),
		"a proof and no manifest line":  []byte(strings.Replace(string(good), strings.Split(string(good), "\n")[1]+"\n", "", 1)),
	} {
		refused(t, nr.policy, b, name)
	}
}

// Every proof is refused whose manifest is proved, and is no manifest.
func TestLatestOfNoManifest(t *testing.T) {
	for _, manifest := range []string{"", "x", "coranto manifest 2\n", strings.Repeat("x", edition.MaxManifest+1)} {
		nr := newNewsroom(t, 1)
		nr.add([]byte(manifest))
		refused(t, nr.policy, nr.latest(), fmt.Sprintf("%.20q", manifest))
	}
}

func TestFloors(t *testing.T) {
	nr := newNewsroom(t, 5)
	for _, tt := range []struct {
		edition, epoch uint64
		want           string
	}{
		{0, 0, ""}, {5, 0, ""}, {6, 0, "edition"}, {0, 1, "purge epoch"},
	} {
		nr.policy.EditionFloor, nr.policy.EpochFloor = tt.edition, tt.epoch
		_, err := nr.policy.OpenLatest(nr.latest())
		var floor *edition.FloorError
		if got := errors.As(err, &floor); got != (tt.want != "") || got && floor.What != tt.want {
			t.Errorf("floors %d and %d: got %v, want %q", tt.edition, tt.epoch, err, tt.want)
		}
	}
}

// As-of time is what the quorum's rule makes of the witnesses' times, and one clock alone can't move it.
func TestAsOf(t *testing.T) {
	hour := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	const never = -1000
	for _, tt := range []struct {
		name      string
		k         int
		witnesses []int // when each signs, in hours after start
		want      int   // never: refused
		word      string
	}{
		{"one of three: the newest", 1, []int{1, 3, 2}, 3, "witnessed by 3"},
		{"two of three: the second newest", 2, []int{1, 3, 2}, 2, "witnessed by 3"},
		{"all of three: the oldest", 3, []int{1, 3, 2}, 1, "witnessed by 3"},
		{"a witness from the future moves nothing", 2, []int{1, 100000, 2}, 2, "witnessed by 3"},
		{"a witness from the past moves nothing", 2, []int{-5000, 3, 2}, 2, "witnessed by 3"},
		{"one is away", 2, []int{1, never, 2}, 1, "witnessed by 2"},
		{"two are away", 2, []int{never, never, 2}, never, ""},
	} {
		nr := newNewsroom(t, 1).witnessed(tt.k, len(tt.witnesses))
		signers := []note.Signer{nr.log, nr.own.when(hour(7))}
		for i, h := range tt.witnesses {
			if h != never {
				signers = append(signers, nr.witnesses[i].when(hour(h)))
			}
		}
		h, err := nr.policy.OpenLatest(nr.latest(signers...))
		if tt.want == never {
			if err == nil {
				t.Errorf("%s: accepted", tt.name)
			}
			continue
		}
		if err != nil || !h.AsOf.Equal(hour(tt.want)) || h.Word != tt.word {
			t.Errorf("%s: got %v, %q, %v, want %v, %q", tt.name, h.AsOf, h.Word, err, hour(tt.want), tt.word)
		}
	}
}

// With a quorum of none, witnesses may sign and don't count: the time is the newsroom's own.
func TestWitnessesWithoutQuorum(t *testing.T) {
	nr := newNewsroom(t, 1).witnessed(1, 2)
	nr.policy.Quorum = edition.NoQuorum
	h, err := nr.policy.OpenLatest(nr.latest(nr.log, nr.own, nr.witnesses[1].when(start.Add(time.Hour))))
	if err != nil || !h.AsOf.Equal(start) || h.Word != "the newsroom's word only" || h.Witnessed != 1 {
		t.Errorf("got %v, %q, %d witnesses, %v", h.AsOf, h.Word, h.Witnessed, err)
	}
}

// The groups of C2SP tlog-policy, one within another.
func TestGroupsOfGroups(t *testing.T) {
	nr := newNewsroom(t, 1).witnessed(1, 6)
	nr.policy.Groups = []edition.Group{
		{Name: "x", K: 2, Members: []string{"w0", "w1", "w2"}},
		{Name: "y", K: 1, Members: []string{"w3", "w4", "w5"}},
		{Name: "x-and-y", K: 2, Members: []string{"x", "y"}},
	}
	nr.policy.Quorum = "x-and-y"
	for signed, want := range map[string]bool{
		"": false, "01": false, "345": false, "03": false, "013": true, "125": true, "012345": true, "0345": false,
	} {
		signers := []note.Signer{nr.log, nr.own}
		for _, c := range signed {
			signers = append(signers, nr.witnesses[c-'0'])
		}
		if _, err := nr.policy.OpenLatest(nr.latest(signers...)); (err == nil) != want {
			t.Errorf("witnesses %q: got %v, want accepted %v", signed, err, want)
		}
	}
}

func TestZeroPolicyAcceptsNothing(t *testing.T) {
	refused(t, edition.Policy{}, newNewsroom(t, 1).latest(), "a policy that was never read")
}

func TestOpenCheckpoint(t *testing.T) {
	nr := newNewsroom(t, 3)
	b := nr.note(nr.checkpoint(3).Text())
	c, err := nr.policy.OpenCheckpoint(b)
	if err != nil || c.Checkpoint != nr.checkpoint(3) || !bytes.Equal(c.Note, b) {
		t.Errorf("got %+v, %v", c, err)
	}
	var inv *edition.InvalidError
	if _, err := nr.policy.OpenCheckpoint(append(b, '\n')); !errors.As(err, &inv) {
		t.Errorf("got %v, want an InvalidError", err)
	}
}

// Small-order keys are why checkPublicKey is there: under this one, the identity, a signature of nothing but zeros and
// the identity verifies for every message.
func TestSmallOrderKeySignsEverything(t *testing.T) {
	identity := append([]byte{1}, make([]byte, 31)...)
	forged := append(bytes.Clone(identity), make([]byte, 32)...)
	if !ed25519.Verify(identity, []byte("anything at all"), forged) {
		t.Skip("crypto/ed25519 refuses it itself by now")
	}
	nr := newNewsroom(t, 1)
	nr.policy.Log = vkey(origin, append([]byte{1}, identity...))
	if err := nr.policy.Check(); err == nil {
		t.Error("a policy with a key under which anybody signs was accepted")
	}
}

func FuzzOpenLatest(f *testing.F) {
	t := &testing.T{}
	nr := newNewsroom(t, 5).witnessed(1, 2)
	good := nr.latest()
	f.Add(good)
	f.Add(nr.latest(nr.log, nr.own))
	f.Add(nr.note(nr.checkpoint(5).Text()))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := nr.policy.OpenLatest(b)
		if err == nil && (h.Size != 5 || !bytes.Equal(h.ManifestBytes, nr.manifests[4])) {
			t.Errorf("accepted what was never signed: %q", b)
		}
		_, _ = nr.policy.OpenCheckpoint(b)
	})
}

func BenchmarkOpenLatest(b *testing.B) {
	nr := newNewsroom(&testing.T{}, 1000)
	latest := nr.latest()
	b.SetBytes(int64(len(latest)))
	for b.Loop() {
		if _, err := nr.policy.OpenLatest(latest); err != nil {
			b.Fatal(err)
		}
	}
}
