package keys_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/notekey"
)

const elsewhere = "https://partner.example/witness/"

func witnessNamed(t *testing.T, name string) edition.Witness {
	t.Helper()
	c := must[notekey.Cosigner](t)(notekey.New(name+".example", rand.Reader))
	return edition.Witness{Name: name, Key: c.VerifierKey()}
}

func TestWitnesses(t *testing.T) {
	k, dir := create(t, "The Lantern")
	w1, w2 := witnessNamed(t, "w1"), witnessNamed(t, "w2")
	for _, w := range []edition.Witness{w1, w2, w1} {
		if err := k.AddWitness(w, elsewhere+w.Name, start); err != nil {
			t.Fatal(err)
		}
	}
	if p := k.Policy(); !slices.Equal(p.Witnesses, []edition.Witness{w1, w2}) || p.Quorum != edition.NoQuorum {
		t.Errorf("got %+v, want two witnesses and no quorum yet", p)
	}
	must[map[string][]byte](t)(k.SetPolicy(must[edition.Policy](t)(k.WithQuorum(2)), start))
	k = must[*keys.Keys](t)(keys.Open(dir))
	if q, err := keys.Quorum(k.Policy()); q != 2 || err != nil {
		t.Errorf("quorum %d, %v", q, err)
	}
	a := must[keys.Addresses](t)(k.Addresses())
	if a.Witnesses["w2"] != elsewhere+"w2" || len(a.Witnesses) != 2 {
		t.Errorf("got %+v", a)
	}
	if err := k.AddWitness(witnessNamed(t, "w3"), elsewhere, start); err != nil {
		t.Fatal(err)
	}
	if q, _ := keys.Quorum(k.Policy()); q != 2 || len(k.Policy().Groups[0].Members) != 3 {
		t.Errorf("a third witness made it %+v", k.Policy())
	}
	for _, c := range []struct {
		name   string
		quorum int
	}{{"w1", 2}, {"w3", 1}, {"w2", 0}} {
		p := must[edition.Policy](t)(k.WithoutWitness(c.name))
		if q, err := keys.Quorum(p); q != c.quorum || err != nil {
			t.Errorf("without %s: quorum %d, %v", c.name, q, err)
		}
		must[map[string][]byte](t)(k.SetPolicy(p, start))
	}
}

func TestWitnessesRefused(t *testing.T) {
	k, _ := create(t, "The Lantern")
	w := witnessNamed(t, "w1")
	if err := k.AddWitness(w, elsewhere, start); err != nil {
		t.Fatal(err)
	}
	before := k.Policy().Marshal()
	for name, err := range map[string]error{
		"another key":     k.AddWitness(edition.Witness{Name: "w1", Key: witnessNamed(t, "x").Key}, elsewhere, start),
		"a key twice":     k.AddWitness(edition.Witness{Name: "w2", Key: w.Key}, elsewhere, start),
		"no address":      k.AddWitness(witnessNamed(t, "w2"), "", start),
		"a bad address":   k.AddWitness(witnessNamed(t, "w2"), "ftp://partner.example", start),
		"a kept name":     k.AddWitness(edition.Witness{Name: "quorum", Key: witnessNamed(t, "x").Key}, elsewhere, start),
		"a log's key":     k.AddWitness(edition.Witness{Name: "w2", Key: k.Policy().Log}, elsewhere, start),
		"group's name":    k.AddWitness(edition.Witness{Name: "w 2", Key: witnessNamed(t, "x").Key}, elsewhere, start),
		"a co-signer bad": k.SetCosigner("x+00000000+AAAA", elsewhere, start),
		"its witness":     k.SetCosigner(w.Key, elsewhere, start),
	} {
		if err == nil {
			t.Errorf("%s: nothing was refused", name)
		}
	}
	if _, err := k.WithQuorum(2); err == nil {
		t.Error("a quorum of 2 of 1")
	}
	if _, err := k.WithoutWitness("w9"); err == nil {
		t.Error("took away a witness that is none")
	}
	p := k.Policy()
	p.Groups, p.Quorum = []edition.Group{{Name: "mine", K: 1, Members: []string{"w1"}}}, "mine"
	if _, err := keys.Quorum(p); !errors.Is(err, keys.ErrCustomQuorum) {
		t.Errorf("got %v, want ErrCustomQuorum", err)
	}
	if string(k.Policy().Marshal()) != string(before) {
		t.Errorf("the policy became %s", k.Policy().Marshal())
	}
}

func TestCosignerElsewhere(t *testing.T) {
	k, dir := create(t, "The Lantern")
	remote := must[notekey.Cosigner](t)(notekey.New("the-lantern/release", rand.Reader))
	if err := k.SetCosigner(remote.VerifierKey(), elsewhere, start); err != nil {
		t.Fatal(err)
	}
	if exists(dir, "keys/cosigner.key") {
		t.Error("the old key is still here")
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	if k.Cosigner(start) != nil || k.Lost() != nil || k.Policy().Cosigner != remote.VerifierKey() {
		t.Errorf("co-signer %v, lost %v", k.Cosigner(start), k.Lost())
	}
	if _, err := k.List(); err != nil {
		t.Error(err)
	}
	must[map[string][]byte](t)(k.ReplaceLog(edition.Checkpoint{}, 0, rand.Reader, start))
	if k.Policy().Cosigner != remote.VerifierKey() {
		t.Error("a new log took the release co-signer away")
	}
	if err := k.TakeCosigner(rand.Reader, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	if k.Cosigner(start) == nil || k.Policy().Cosigner == remote.VerifierKey() || !exists(dir, "keys/cosigner.key") {
		t.Error("the co-signature was not taken back")
	}
	if a := must[keys.Addresses](t)(k.Addresses()); a.Cosigner != "" {
		t.Errorf("got %+v", a)
	}
	if err := dir.Remove("keys/cosigner.key"); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Open(dir); err == nil || !strings.Contains(err.Error(), "cosigner") {
		t.Errorf("got %v, want a lost co-signer's key", err)
	}
}

func TestSetPolicyWantsTheSigners(t *testing.T) {
	k, _ := create(t, "The Lantern")
	other, _ := create(t, "The Candle")
	for name, change := range map[string]func(*edition.Policy){
		"another's log":       func(p *edition.Policy) { p.Log = other.Policy().Log },
		"another's co-signer": func(p *edition.Policy) { p.Cosigner = other.Policy().Cosigner },
	} {
		p := k.Policy()
		change(&p)
		if _, err := k.SetPolicy(p, start); err == nil {
			t.Errorf("%s: nothing was refused", name)
		}
	}
}

// Without the key of targets a newsroom publishes for a year, and can change no policy: nor can who steals it.
func TestTargetsElsewhere(t *testing.T) {
	k, dir := create(t, "The Lantern")
	var carried ed25519.PrivateKey
	failed := errors.New("the stick is full")
	if err := k.CarryTargets(func(ed25519.PrivateKey) error { return failed }); !errors.Is(err, failed) || !exists(dir, "keys/targets.pem") {
		t.Fatalf("got %v; the key must stay until it was written", err)
	}
	if err := k.CarryTargets(func(key ed25519.PrivateKey) error { carried = key; return nil }); err != nil {
		t.Fatal(err)
	}
	if exists(dir, "keys/targets.pem") {
		t.Error("the key is still here")
	}
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	for _, day := range []int{1, 40, 200, 330, 360} {
		k = must[*keys.Keys](t)(keys.Open(dir))
		served.add(must[map[string][]byte](t)(k.Renew(start.Add(time.Duration(day) * 24 * time.Hour))))
		if err := r.Refresh(t.Context(), served.fetch); err != nil {
			t.Fatalf("day %d: %v", day, err)
		}
	}
	if err := k.AddWitness(witnessNamed(t, "w1"), elsewhere, start); !errors.Is(err, keys.ErrTargetsElsewhere) {
		t.Errorf("got %v, want ErrTargetsElsewhere", err)
	}
	if _, err := k.Renew(start.Add(366 * 24 * time.Hour)); !errors.Is(err, keys.ErrTargetsElsewhere) {
		t.Errorf("expired: got %v, want ErrTargetsElsewhere", err)
	}
	if err := k.UseTargets(ed25519.NewKeyFromSeed(make([]byte, 32))); err == nil {
		t.Error("took another key")
	}
	if err := k.UseTargets(carried); err != nil {
		t.Fatal(err)
	}
	if err := k.AddWitness(witnessNamed(t, "w1"), elsewhere, start.Add(361*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	if len(k.Policy().Witnesses) != 1 || exists(dir, "keys/targets.pem") {
		t.Error("the policy is the old one, or the key was written down")
	}
	if err := k.UseTargets(carried); err != nil {
		t.Fatal(err)
	}
	before := k.ExpiresOf("targets")
	if err := k.RenewTargets(start.Add(400 * 24 * time.Hour)); err != nil || !k.ExpiresOf("targets").After(before) {
		t.Errorf("renewed: %v, until %v", err, k.ExpiresOf("targets"))
	}
	if err := k.BringTargets(carried); err != nil {
		t.Fatal(err)
	}
	k = must[*keys.Keys](t)(keys.Open(dir))
	if k.TargetsElsewhere() || !exists(dir, "keys/targets.pem") {
		t.Error("the key was not brought back")
	}
}
