package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
	"coranto/internal/keys"
)

var later = start.Add(time.Hour)

// rotate replaces the key of a role whose root key is here, and returns the new files.
func rotate(t *testing.T, k *keys.Keys, role string, seed byte) map[string][]byte {
	t.Helper()
	p := must[keys.Proposal](t)(k.ProposeRotation(role, seeded(seed), later))
	p = must[keys.Proposal](t)(k.SignHere(p))
	return must[map[string][]byte](t)(k.Accept(p, later))
}

// split gives the root to three people, two of whom must sign.
func split(t *testing.T, k *keys.Keys) []keys.Held {
	t.Helper()
	held, p, err := k.ProposeSplit([]string{"Ann", "Ben", "Cem"}, 2, seeded(9), later)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.NoteHolders(held); err != nil {
		t.Fatal(err)
	}
	p = must[keys.Proposal](t)(k.SignHere(p))
	must[map[string][]byte](t)(k.Accept(p, later))
	return held
}

// idOf returns the ID of a role's one key.
func idOf(t *testing.T, k *keys.Keys, role string) string {
	t.Helper()
	for _, l := range must[[]keys.Listed](t)(k.List()) {
		if l.Role == role {
			return l.ID
		}
	}
	t.Fatalf("no key of %q", role)
	return ""
}

func exists(dir *os.Root, name string) bool {
	_, err := dir.Lstat(name)
	return err == nil
}

func TestRotation(t *testing.T) {
	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		t.Run(role, func(t *testing.T) {
			k, dir := create(t, "The Lantern")
			served, follows, fromStart := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k), reader(t, k)
			if err := follows.Refresh(t.Context(), served.fetch); err != nil {
				t.Fatal(err)
			}
			before, old := idOf(t, k, role), must[[]byte](t)(dir.ReadFile("keys/"+role+".pem"))
			served.add(rotate(t, k, role, 2))
			again := must[*keys.Keys](t)(keys.Open(dir))
			if after := idOf(t, again, role); after == before {
				t.Error("the key is the same")
			}
			if bytes.Equal(old, must[[]byte](t)(dir.ReadFile("keys/"+role+".pem"))) || exists(dir, "keys/next/"+role+".pem") {
				t.Error("the new key has not taken the old one's place")
			}
			served.add(must[map[string][]byte](t)(again.Renew(later.Add(time.Hour))))
			for name, r := range map[string]*edition.Trust{"one who follows": follows, "one from the start": fromStart, "a new one": reader(t, again)} {
				if err := r.Refresh(t.Context(), served.fetch); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if !bytes.Equal(r.Root(), served[edition.RootPath(2)]) || r.Stale(later.Add(29*24*time.Hour)) {
					t.Errorf("%s: stands elsewhere", name)
				}
			}
		})
	}
}

// A thief with the key of the timestamp signs one of a version that nothing can follow. A new key heals it.
func TestRotationHealsFastForward(t *testing.T) {
	k, dir := create(t, "The Lantern")
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	thief := must[*keys.Keys](t)(keys.Open(copyOf(t, dir)))
	stolen := maps.Clone(served)
	stolen.add(must[map[string][]byte](t)(thief.Renew(later)))
	for range 5 {
		stolen.add(must[map[string][]byte](t)(thief.Renew(later)))
	}
	if err := r.Refresh(t.Context(), stolen.fetch); err != nil {
		t.Fatal(err)
	}
	served.add(must[map[string][]byte](t)(k.Renew(later)))
	if err := r.Refresh(t.Context(), served.fetch); err == nil {
		t.Fatal("a lower version was taken")
	}
	served.add(rotate(t, k, "timestamp", 3))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatalf("after the rotation: %v", err)
	}
	stolen.add(map[string][]byte{edition.RootPath(2): served[edition.RootPath(2)]})
	before := r.Files()
	if err := r.Refresh(t.Context(), stolen.fetch); err == nil {
		t.Error("the revoked key's timestamp was taken")
	}
	if !maps.EqualFunc(before, r.Files(), bytes.Equal) {
		t.Error("the reader has moved")
	}
}

// copyOf copies a newsroom's keys and trust, as a thief or a backup does.
func copyOf(t *testing.T, dir *os.Root) *os.Root {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"keys", "trust"} {
		if err := os.CopyFS(to+"/"+name, os.DirFS(dir.Name()+"/"+name)); err != nil {
			t.Fatal(err)
		}
	}
	root := must[*os.Root](t)(os.OpenRoot(to))
	t.Cleanup(func() { root.Close() })
	return root
}

func TestSplit(t *testing.T) {
	k, dir := create(t, "The Lantern")
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	old := must[[]byte](t)(dir.ReadFile("keys/root.pem"))
	held := split(t, k)
	served.add(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	if exists(dir, "keys/root.pem") {
		t.Error("the old root's key is still here")
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	var holders []string
	for _, l := range must[[]keys.Listed](t)(k.List()) {
		if l.Role == metadata.ROOT {
			holders = append(holders, l.Holder)
			if l.Where != "" || l.Threshold != 2 || l.Of != 3 {
				t.Errorf("got %+v", l)
			}
		}
	}
	slices.Sort(holders)
	if !slices.Equal(holders, []string{"Ann", "Ben", "Cem"}) {
		t.Errorf("got holders %q", holders)
	}
	if files := must[map[string][]byte](t)(k.Renew(later.Add(700 * 24 * time.Hour))); files[edition.RootPath(3)] != nil {
		t.Error("a root was renewed without its holders")
	}
	// The old key, brought back, signs nothing any more.
	if err := dir.WriteFile("keys/root.pem", old, 0o600); err != nil {
		t.Fatal(err)
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	p := must[keys.Proposal](t)(k.SignHere(must[keys.Proposal](t)(k.ProposeRenewal(later))))
	if len(p.Signers()) != 0 {
		t.Error("the old key has signed")
	}
	if p = must[keys.Proposal](t)(p.Sign(held[1].Key)); !slices.Equal(p.Signers(), []string{held[1].ID}) {
		t.Errorf("got signers %q", p.Signers())
	}
}

// Two of three must sign, whichever they are; one is too few, however often; a stranger counts for nothing.
func TestThreshold(t *testing.T) {
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	for _, test := range []struct {
		name    string
		signers []int // holders; -1 is a stranger
		ok      bool
	}{
		{"none", nil, false},
		{"one", []int{1}, false},
		{"one, twice", []int{1, 1}, false},
		{"one and a stranger", []int{0, -1}, false},
		{"the first is lost", []int{1, 2}, true},
		{"the last is lost", []int{0, 1}, true},
		{"all and a stranger", []int{0, 1, 2, -1}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			k, dir := create(t, "The Lantern")
			served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
			held := split(t, k)
			p := must[keys.Proposal](t)(k.ProposeRotation("targets", seeded(4), later))
			// Each holder signs a copy of their own.
			merged := p
			for _, i := range test.signers {
				key := stranger
				if i >= 0 {
					key = held[i].Key
				}
				sent := must[[]byte](t)(p.Marshal())
				back := must[keys.Proposal](t)(must[keys.Proposal](t)(keys.ParseProposal(sent)).Sign(key))
				merged = must[keys.Proposal](t)(merged.Merge(back))
			}
			before := must[[]byte](t)(dir.ReadFile("keys/targets.pem"))
			_, err := k.Accept(merged, later)
			var missing *keys.MissingError
			if test.ok != (err == nil) || !test.ok && !errors.As(err, &missing) {
				t.Fatalf("got %v", err)
			}
			if !test.ok {
				if missing.Need != 2 || missing.Have > 1 || !missing.Old {
					t.Errorf("got %+v", missing)
				}
				if after := must[[]byte](t)(dir.ReadFile("keys/targets.pem")); !bytes.Equal(before, after) {
					t.Error("the key was replaced")
				}
			}
			k = must[*keys.Keys](t)(keys.Open(dir))
			served.add(must[map[string][]byte](t)(k.Renew(later)))
			served.add(must[map[string][]byte](t)(k.Files()))
			if err := r.Refresh(t.Context(), served.fetch); err != nil {
				t.Error(err)
			}
		})
	}
}

// The holders change: those of before sign for those who come, and then count for nothing.
func TestSplitAgain(t *testing.T) {
	k, dir := create(t, "The Lantern")
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	before := split(t, k)
	after, p, err := k.ProposeSplit([]string{"Dua", "Eva"}, 1, seeded(40), later)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.NoteHolders(after); err != nil {
		t.Fatal(err)
	}
	var missing *keys.MissingError
	if _, err := k.Accept(p, later); !errors.As(err, &missing) || !missing.Old || missing.Have != 0 || len(missing.Absent) != 3 {
		t.Errorf("without those of before: got %v", err)
	}
	p = must[keys.Proposal](t)(must[keys.Proposal](t)(p.Sign(before[0].Key)).Sign(before[2].Key))
	must[map[string][]byte](t)(k.Accept(p, later))
	k = must[*keys.Keys](t)(keys.Open(dir))
	served.add(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	p = must[keys.Proposal](t)(k.ProposeRenewal(later))
	for _, h := range before {
		p = must[keys.Proposal](t)(p.Sign(h.Key))
	}
	if err := k.Check(p); !errors.As(err, &missing) || missing.Have != 0 {
		t.Errorf("those of before alone: got %v", err)
	}
	must[map[string][]byte](t)(k.Accept(must[keys.Proposal](t)(p.Sign(after[1].Key)), later))
	served.add(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Error(err)
	}
	if list := must[[]keys.Listed](t)(k.List()); list[0].Holder != "Dua" && list[0].Holder != "Eva" || list[0].Of != 2 {
		t.Errorf("got %+v", list[0])
	}
}

// Behind tells trust that others have signed with the same keys from trust that is merely older or another newsroom's.
func TestBehind(t *testing.T) {
	k, dir := create(t, "The Lantern")
	backup := must[*keys.Keys](t)(keys.Open(copyOf(t, dir)))
	served := func(k *keys.Keys) edition.Fetch { return mirror(must[map[string][]byte](t)(k.Files())).fetch }
	behind := func(k, other *keys.Keys) bool {
		_, is := k.Behind(t.Context(), served(other))
		return is
	}
	if behind(k, backup) || behind(backup, k) {
		t.Error("the same trust is newer")
	}
	must[map[string][]byte](t)(k.Renew(later))
	if !behind(backup, k) || behind(k, backup) {
		t.Error("a renewed timestamp is not seen")
	}
	rotate(t, k, "timestamp", 41)
	if !behind(backup, k) || behind(k, backup) {
		t.Error("a new root is not seen")
	}
	other := must[*keys.Keys](t)(keys.Create(folder(t), "Other", seeded(2), later))
	if behind(k, other) || behind(other, k) {
		t.Error("another newsroom's trust is newer")
	}
}

// A reader who knows the threshold refuses a root that one holder has signed, even when the newsroom would not.
func TestReaderRefusesTooFew(t *testing.T) {
	k, _ := create(t, "The Lantern")
	held := split(t, k)
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	p := must[keys.Proposal](t)(must[keys.Proposal](t)(k.ProposeRenewal(later)).Sign(held[0].Key))
	served[edition.RootPath(3)] = must[[]byte](t)(p.Marshal())
	if err := r.Refresh(t.Context(), served.fetch); err == nil {
		t.Error("one of two was enough")
	}
	served[edition.RootPath(3)] = must[[]byte](t)(must[keys.Proposal](t)(p.Sign(held[2].Key)).Marshal())
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Error(err)
	}
}

// A proposal that a holder's machine has altered needs all signatures anew, and an old one is for nothing.
func TestProposalsDontMix(t *testing.T) {
	k, _ := create(t, "The Lantern")
	a := must[keys.Proposal](t)(k.ProposeRenewal(later))
	b := must[keys.Proposal](t)(k.ProposeRenewal(later.Add(time.Minute)))
	if _, err := a.Merge(b); err == nil {
		t.Error("two proposals became one")
	}
	a, b = must[keys.Proposal](t)(k.SignHere(a)), must[keys.Proposal](t)(k.SignHere(b))
	must[map[string][]byte](t)(k.Accept(a, later))
	if _, err := k.Accept(b, later); err == nil || !strings.Contains(err.Error(), "make a new proposal") {
		t.Errorf("got %v", err)
	}
}

// A proposal whose key is not here, as when it was made in another copy of the newsroom, would stop publishing.
func TestAcceptWantsTheKeys(t *testing.T) {
	k, dir := create(t, "The Lantern")
	p := must[keys.Proposal](t)(k.SignHere(must[keys.Proposal](t)(k.ProposeRotation("snapshot", seeded(5), later))))
	if err := dir.Remove("keys/next/snapshot.pem"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Accept(p, later); err == nil || !strings.Contains(err.Error(), "not here") {
		t.Errorf("got %v", err)
	}
}

// A change that fails at any of its writes, as in a crash there, leaves the old keys in force or the new ones, and in
// either case a newsroom that can go on.
func TestInterruptedChange(t *testing.T) {
	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		for _, broken := range []string{"trust/2.targets.json", "trust/2.snapshot.json", "trust/timestamp.next.json",
			"trust/2.root.json", "trust/timestamp.json", "keys/" + role + ".pem"} {
			t.Run(role+" "+strings.ReplaceAll(broken, "/", ":"), func(t *testing.T) {
				k, dir := create(t, "The Lantern")
				served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
				p := must[keys.Proposal](t)(k.SignHere(must[keys.Proposal](t)(k.ProposeRotation(role, seeded(6), later))))
				stop := block(t, dir, broken)
				_, err := k.Accept(p, later)
				stop()
				k = must[*keys.Keys](t)(keys.Open(dir))
				if err == nil && must[[]byte](t)(dir.ReadFile("trust/2.root.json")) == nil {
					t.Error("no error and no root")
				}
				served.add(must[map[string][]byte](t)(k.Renew(later.Add(time.Minute))))
				served.add(must[map[string][]byte](t)(k.Files()))
				if err := r.Refresh(t.Context(), served.fetch); err != nil {
					t.Fatal(err)
				}
				if _, err := k.Accept(p, later.Add(time.Minute)); err != nil && !exists(dir, "trust/2.root.json") {
					t.Errorf("a second attempt: %v", err)
				}
				k = must[*keys.Keys](t)(keys.Open(dir))
				served.add(must[map[string][]byte](t)(k.Renew(later.Add(2 * time.Minute))))
				served.add(must[map[string][]byte](t)(k.Files()))
				if err := r.Refresh(t.Context(), served.fetch); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(r.Root(), served[edition.RootPath(2)]) || exists(dir, "keys/next/"+role+".pem") || exists(dir, "trust/timestamp.next.json") {
					t.Error("the change was not finished")
				}
			})
		}
	}
}

// block makes writes of a file fail, by a folder in its place, and returns what takes that away and puts the file back.
func block(t *testing.T, dir *os.Root, name string) func() {
	t.Helper()
	held, _ := dir.ReadFile(name)
	_ = dir.Remove(name)
	if strings.HasPrefix(name, "keys/") {
		return stopBefore(t, dir, name, held)
	}
	if err := dir.MkdirAll(name+"/in the way", 0o755); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := dir.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
		if held != nil {
			if err := dir.WriteFile(name, held, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// stopBefore is a crash before a new key took the place of an old one: it returns what brings both back.
func stopBefore(t *testing.T, dir *os.Root, name string, held []byte) func() {
	next := "keys/next/" + strings.TrimPrefix(name, "keys/")
	waiting := must[[]byte](t)(dir.ReadFile(next))
	if err := dir.WriteFile(name, held, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		must[struct{}](t)(struct{}{}, errors.Join(dir.WriteFile(name, held, 0o600), dir.WriteFile(next, waiting, 0o600)))
	}
}

// A reader who was away while the root was split and three times renewed or rotated, and the log replaced.
func TestAwayThroughEverything(t *testing.T) {
	k, dir := create(t, "The Lantern")
	served, away := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	if err := away.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	held := split(t, k)
	for i, role := range []string{"timestamp", "targets", "snapshot"} {
		p := must[keys.Proposal](t)(k.ProposeRotation(role, seeded(byte(20+i)), later))
		p = must[keys.Proposal](t)(must[keys.Proposal](t)(p.Sign(held[i].Key)).Sign(held[(i+1)%3].Key))
		must[map[string][]byte](t)(k.Accept(p, later))
	}
	last := edition.Checkpoint{Origin: k.Policy().Origin(), Size: 4, Hash: [32]byte{1}}
	must[map[string][]byte](t)(k.ReplaceLog(last, 4, seeded(30), later))
	k = must[*keys.Keys](t)(keys.Open(dir))
	served = mirror(must[map[string][]byte](t)(k.Files()))
	if err := away.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	p := away.Policy()
	if got, ok := p.Predecessor(last.Origin); !ok || got != last || p.EditionFloor != 4 || p.Origin() == last.Origin {
		t.Errorf("got %+v", p)
	}
	if p.Origin() != k.LogSigner().Name() || !strings.HasPrefix(p.Origin(), "the-lantern.coranto/") {
		t.Errorf("got origin %q, the key is of %q", p.Origin(), k.LogSigner().Name())
	}
	if exists(dir, "keys/next/log.key") || exists(dir, "keys/next/cosigner.key") {
		t.Error("the new keys have not taken the old ones' place")
	}
}

// The policy decides which of two log keys counts, whatever a crash left.
func TestInterruptedLog(t *testing.T) {
	for _, broken := range []string{"trust/2.targets.json", "trust/2.snapshot.json", "trust/timestamp.json"} {
		k, dir := create(t, "The Lantern")
		origin := k.Policy().Origin()
		stop := block(t, dir, broken)
		if _, err := k.ReplaceLog(edition.Checkpoint{}, 0, seeded(31), later); err == nil {
			t.Fatalf("%s: no error", broken)
		}
		stop()
		k = must[*keys.Keys](t)(keys.Open(dir))
		if k.LogSigner().Name() != origin {
			t.Errorf("%s: the new log is in force", broken)
		}
		must[map[string][]byte](t)(k.ReplaceLog(edition.Checkpoint{}, 0, seeded(32), later))
		k = must[*keys.Keys](t)(keys.Open(dir))
		if got := k.LogSigner().Name(); got == origin || got != k.Policy().Origin() {
			t.Errorf("%s: got log %q", broken, got)
		}
	}
}

func TestSplitNumbers(t *testing.T) {
	k, _ := create(t, "The Lantern")
	for _, test := range []struct {
		n, threshold int
	}{{0, 1}, {3, 0}, {3, 4}, {33, 2}} {
		if _, _, err := k.ProposeSplit(make([]string, test.n), test.threshold, seeded(1), later); err == nil {
			t.Errorf("%d of %d was taken", test.threshold, test.n)
		}
	}
}

func FuzzParseProposal(f *testing.F) {
	f.Add([]byte(`{"signatures":[],"signed":{"_type":"root","consistent_snapshot":true,"expires":"2028-11-21T12:00:00Z","keys":{},"roles":{},"spec_version":"1.0.31","version":2}}`))
	f.Add([]byte(`{"signatures":null,"signed":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := keys.ParseProposal(b)
		if err != nil {
			return
		}
		if again, err := p.Marshal(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("got %q, %v", again, err)
		}
		p.RoleOf("root")
		p.Signers()
	})
}
