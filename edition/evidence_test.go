package edition_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/vectors"
)

// forked returns two newsrooms of one key that agree on n editions and have m more each, which differ.
func forked(t *testing.T, n, m int) (a, b *newsroom) {
	a, b = newNewsroom(t, n).witnessed(1, 2), newNewsroom(t, n).witnessed(1, 2)
	for i := range m {
		b.add(edition.Manifest{Edition: uint64(n + i + 1), Time: start, Languages: []string{"ru"}}.Marshal())
		a.publish()
	}
	return a, b
}

// evidenceOf returns the evidence of two heads, by the tiles of whoever signed the second.
func evidenceOf(t *testing.T, old edition.SignedCheckpoint, by *newsroom, size int64) []byte {
	t.Helper()
	var fork *edition.ForkError
	if err := edition.CheckConsistent(t.Context(), old, by.signed(size), by.mirror().fetch); !errors.As(err, &fork) {
		t.Fatalf("got %v, want a ForkError", err)
	}
	return fork.Evidence()
}

func TestEvidence(t *testing.T) {
	for _, c := range []struct{ common, more, old int }{{1, 1, 2}, {3, 5, 4}, {3, 5, 6}, {3, 5, 8}, {250, 20, 256}, {0, 4, 1}} {
		a, b := forked(t, c.common, c.more)
		file := evidenceOf(t, b.signed(int64(c.old)), a, a.size())
		e, err := edition.ParseEvidence(file)
		if err != nil {
			t.Fatalf("%+v: %v in\n%s", c, err, file)
		}
		if !bytes.Equal(e.Marshal(), file) || len(e.Keys) != 4 || e.Keys[0] != a.policy.Log || e.Old.Size != int64(c.old) {
			t.Errorf("%+v: got %+v", c, e)
		}
	}
}

func TestEvidenceIsOneForOneFork(t *testing.T) {
	a, b := forked(t, 3, 2)
	x, y := a.signed(5), b.signed(5)
	one := (&edition.ForkError{Old: x, New: y}).Evidence()
	other := (&edition.ForkError{Old: y, New: x}).Evidence()
	if one == nil || !bytes.Equal(one, other) {
		t.Errorf("got\n%s\nand the other way round\n%s", one, other)
	}
	e, err := edition.ParseEvidence(one)
	if err != nil {
		t.Fatal(err)
	}
	a.own = a.own.when(start.Add(1e9))
	later, err := edition.NewEvidence(a.policy.Keys(), a.signed(5).Note, y.Note, tlog.Hash{}, nil)
	if err != nil || later.ID() != e.ID() || bytes.Equal(later.Marshal(), one) {
		t.Errorf("a heartbeat of the same head: %v, another fork", err)
	}
}

// The log's signature is enough: what a witness was offered bears no other.
func TestEvidenceByTheLogAlone(t *testing.T) {
	a, b := forked(t, 3, 1)
	x := a.note(a.checkpoint(4).Text(), a.log)
	y := b.note(b.checkpoint(4).Text(), b.log, b.witnesses[1])
	e, err := edition.NewEvidence([]string{a.policy.Log, a.witnesses[0].vkey(), b.witnesses[1].vkey()}, x, y, tlog.Hash{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Keys) != 2 || e.Keys[1] != b.witnesses[1].vkey() {
		t.Errorf("got keys %q, want those that have signed", e.Keys)
	}
}

func TestEvidenceRefused(t *testing.T) {
	a, b := forked(t, 3, 5)
	good := string(evidenceOf(t, b.signed(6), a, 8))
	same := string((&edition.ForkError{Old: a.signed(8), New: b.signed(8)}).Evidence())
	stranger := newSigner("stranger.example", 4).vkey()
	blocks := strings.Split(good, "\n\n")
	sameBlocks := strings.Split(strings.TrimSuffix(same, "\n"), "\n\n")
	zero := base64.StdEncoding.EncodeToString(make([]byte, 32))
	old := b.checkpoint(6).Hash
	for name, file := range map[string]string{
		"nothing":             "",
		"another version":     strings.Replace(good, "evidence 1", "evidence 2", 1),
		"no keys":             strings.Replace(good, blocks[0]+"\n\n", "coranto evidence 1\n\n", 1),
		"a key for show":      strings.Replace(good, blocks[0], blocks[0]+"\nkey "+stranger, 1),
		"a key doubled":       strings.Replace(good, blocks[0], blocks[0]+blocks[0][strings.LastIndex(blocks[0], "\nkey "):], 1),
		"the log's not first": strings.Replace(good, "key "+a.policy.Log+"\nkey "+a.policy.Cosigner, "key "+a.policy.Cosigner+"\nkey "+a.policy.Log, 1),
		"one head only":       strings.Join(blocks[:3], "\n\n"),
		"larger head first":   strings.Join([]string{blocks[0], blocks[3], blocks[4], blocks[1], blocks[2], blocks[5]}, "\n\n"),
		"lower root second":   strings.Join([]string{sameBlocks[0], sameBlocks[3], sameBlocks[4], sameBlocks[1], sameBlocks[2]}, "\n\n") + "\n",
		"the same head twice": strings.Join([]string{sameBlocks[0], sameBlocks[1], sameBlocks[2], sameBlocks[1], sameBlocks[2]}, "\n\n") + "\n",
		"no proof":            strings.Join(blocks[:5], "\n\n") + "\n",
		"a proof too many":    good + "proof " + zero + "\n",
		"hundred proofs":      good + strings.Repeat("proof "+zero+"\n", 100),
		"another instead":     strings.Replace(good, "\ninstead ", "\ninstead "+zero+"\nproof ", 1),
		"its own root":        good[:strings.Index(good, "\ninstead ")] + fmt.Sprintf("\ninstead %s\n", base64.StdEncoding.EncodeToString(old[:])),
		"equal with a proof":  same + "\ninstead " + zero + "\n",
		"trailing line":       good + "\n",
		"not ended":           strings.TrimSuffix(good, "\n"),
		"a root altered":      strings.Replace(good, blocks[3][len(blocks[3])-10:], "AAAAAAAAA=", 1),
		"too large":           good + strings.Repeat("x", edition.MaxEvidence),
		"carriage returns":    strings.ReplaceAll(good, "\n", "\r\n"),
	} {
		var invalid *edition.InvalidError
		if _, err := edition.ParseEvidence([]byte(file)); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
		}
	}
	for _, file := range []string{good, same} {
		if _, err := edition.ParseEvidence([]byte(file)); err != nil {
			t.Error(err)
		}
	}
}

// Two heads of which one extends the other prove nothing, whatever proof comes with them.
func TestNoEvidenceOfAGoodLog(t *testing.T) {
	nr := newNewsroom(t, 8)
	path, err := tlog.ProveTree(8, 5, nr)
	if err != nil {
		t.Fatal(err)
	}
	for _, instead := range []tlog.Hash{nr.checkpoint(5).Hash, nr.checkpoint(4).Hash, {}} {
		if e, err := edition.NewEvidence(nr.policy.Keys(), nr.signed(5).Note, nr.signed(8).Note, instead, path); err == nil {
			t.Errorf("got evidence %s", e.Marshal())
		}
	}
	if f := (&edition.ForkError{Old: nr.signed(5), New: nr.signed(8), Instead: nr.checkpoint(5).Hash, Proof: path}).Evidence(); f != nil {
		t.Errorf("got evidence %s", f)
	}
}

func FuzzParseEvidence(f *testing.F) {
	file, err := vectors.Load[vectors.Raw, vectors.EvidenceValue]("evidence.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		if b := c.In.Bytes.Join(); len(b) < 10_000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := edition.ParseEvidence(b)
		if err == nil && !bytes.Equal(e.Marshal(), b) {
			t.Errorf("%q was read as %q", b, e.Marshal())
		}
	})
}
