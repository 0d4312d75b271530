package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/keys"
)

// lost returns the roles whose keys a newsroom has lost.
func lost(k *keys.Keys) []string {
	var e *keys.LostError
	if errors.As(k.Lost(), &e) {
		return e.Roles
	}
	return nil
}

// replaceLost has the two holders of a split root, or the one key that is here, sign for new keys.
func replaceLost(t *testing.T, k *keys.Keys, signers ...keys.Held) map[string][]byte {
	t.Helper()
	last := edition.Checkpoint{Origin: k.Policy().Origin(), Size: 7, Hash: tlog.Hash{1}}
	p := must[keys.Proposal](t)(k.ProposeLost(last, 7, seeded(70), later))
	p = must[keys.Proposal](t)(k.SignHere(p))
	for _, h := range signers {
		p = must[keys.Proposal](t)(p.Sign(h.Key))
	}
	return must[map[string][]byte](t)(k.Accept(p, later))
}

// A backup follows what was signed since, several roots in one go, and never the other way round.
func TestFollow(t *testing.T) {
	k, dir := create(t, "The Lantern")
	backup := must[*keys.Keys](t)(keys.Open(copyOf(t, dir)))
	served := mirror(must[map[string][]byte](t)(k.Files()))
	if newer, err := backup.Follow(t.Context(), served.fetch); newer || err != nil {
		t.Errorf("the same: got %v, %v", newer, err)
	}
	served.add(must[map[string][]byte](t)(k.Renew(later)))
	if newer, err := backup.Follow(t.Context(), served.fetch); !newer || err != nil || lost(backup) != nil {
		t.Errorf("a new timestamp: got %v, %v, lost %v", newer, err, lost(backup))
	}
	old := maps.Clone(served)
	for i, role := range []string{"timestamp", "targets", "root"} {
		served.add(rotate(t, k, role, byte(10+i)))
	}
	if newer, err := backup.Follow(t.Context(), served.fetch); !newer || err != nil {
		t.Errorf("three roots: got %v, %v", newer, err)
	}
	if got, want := must[map[string][]byte](t)(backup.Files()), must[map[string][]byte](t)(k.Files()); !maps.EqualFunc(got, want, bytes.Equal) {
		t.Error("the trust is not that of the mirror")
	}
	if got := lost(backup); !slices.Equal(got, []string{"targets", "timestamp"}) {
		t.Errorf("lost: got %v", got)
	}
	if newer, err := backup.Follow(t.Context(), old.fetch); newer || err == nil {
		t.Errorf("older trust: got %v, %v", newer, err)
	}
	if got, want := must[map[string][]byte](t)(backup.Files()), must[map[string][]byte](t)(k.Files()); !maps.EqualFunc(got, want, bytes.Equal) {
		t.Error("older trust was taken")
	}
}

// Whatever file the writing stops at, the trust is whole, and following goes on.
func TestInterruptedFollow(t *testing.T) {
	k, dir := create(t, "The Lantern")
	template := copyOf(t, dir)
	for i, role := range []string{"timestamp", "snapshot", "timestamp"} {
		rotate(t, k, role, byte(20+i))
	}
	served := mirror(must[map[string][]byte](t)(k.Files()))
	for _, name := range []string{edition.RootPath(4), edition.RootPath(3), edition.RootPath(2), edition.TimestampPath} {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, template)
			backup := must[*keys.Keys](t)(keys.OpenPartial(dir))
			unblock := block(t, dir, name)
			if _, err := backup.Follow(t.Context(), served.fetch); err == nil {
				t.Fatal("got no error")
			}
			unblock()
			again, err := keys.OpenPartial(dir)
			if err != nil {
				t.Fatalf("the trust is torn: %v", err)
			}
			if _, err := again.Follow(t.Context(), served.fetch); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(again.Masthead("x", nil, nil).Root, served[edition.RootPath(4)]) {
				t.Error("stands at another root")
			}
		})
	}
}

// A newsroom of which nothing is left takes its trust from a mirror, and gets new keys from the root's.
func TestAdoptAndReplaceAll(t *testing.T) {
	k, _ := create(t, "The Lantern")
	r := reader(t, k)
	first := k.Masthead("The Lantern", nil, nil).Root
	held := split(t, k)
	served := mirror(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	for name, root := range map[string][]byte{"another newsroom's": otherRoot(t), "nothing": nil} {
		dir := folder(t)
		var invalid *edition.InvalidError
		if _, err := keys.Adopt(t.Context(), dir, root, served.fetch); !errors.As(err, &invalid) || exists(dir, "trust") {
			t.Errorf("%s root: got %v", name, err)
		}
	}
	dir := folder(t)
	gone := must[*keys.Keys](t)(keys.Adopt(t.Context(), dir, first, served.fetch))
	if _, err := keys.Adopt(t.Context(), dir, first, served.fetch); !errors.Is(err, fs.ErrExist) {
		t.Errorf("twice: got %v", err)
	}
	if got := lost(gone); !slices.Equal(got, []string{"targets", "snapshot", "timestamp", "log", "cosigner"}) {
		t.Errorf("lost: got %v", got)
	}
	if _, err := keys.Open(dir); err == nil {
		t.Error("opened as if no key were lost")
	}
	old := gone.Policy()
	// Proposed twice, accepted with the signatures of the first: the keys that wait are the same.
	p := must[keys.Proposal](t)(gone.ProposeLost(edition.Checkpoint{}, 7, seeded(1), later))
	var missing *keys.MissingError
	if _, err := gone.Accept(p, later); !errors.As(err, &missing) || missing.Need != 2 {
		t.Errorf("unsigned: got %v", err)
	}
	again := must[*keys.Keys](t)(keys.OpenPartial(dir))
	q := must[keys.Proposal](t)(again.ProposeLost(edition.Checkpoint{Origin: old.Origin(), Size: 7, Hash: tlog.Hash{1}}, 7, seeded(2), later))
	idP, idQ := must[edition.Hash](t)(p.ID()), must[edition.Hash](t)(q.ID())
	if idP != idQ {
		t.Error("proposing again makes another proposal")
	}
	for _, h := range held[1:] {
		p = must[keys.Proposal](t)(p.Sign(h.Key))
	}
	must[map[string][]byte](t)(again.Accept(p, later))
	k = must[*keys.Keys](t)(keys.Open(dir))
	served.add(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatalf("a reader who was there: %v", err)
	}
	if got := r.Policy(); got.Log == old.Log || got.Cosigner == old.Cosigner || got.EditionFloor != 7 || len(got.After) != 1 || got.After[0].Origin != old.Origin() {
		t.Errorf("got the policy %+v", got)
	}
	if exists(dir, "keys/next/policy") || exists(dir, "keys/next/log.key") || exists(dir, "keys/root.pem") {
		t.Error("something still waits, or is too much")
	}
	if lost(k) != nil {
		t.Errorf("lost: got %v", lost(k))
	}
	if _, err := k.ProposeLost(edition.Checkpoint{}, 1, seeded(3), later); err == nil {
		t.Error("new keys where none is lost")
	}
}

// One lost key is replaced alone: the log goes on.
func TestReplaceOneLost(t *testing.T) {
	for _, role := range []string{"targets", "snapshot", "timestamp", "log", "cosigner"} {
		t.Run(role, func(t *testing.T) {
			k, dir := create(t, "The Lantern")
			r, served := reader(t, k), mirror(must[map[string][]byte](t)(k.Files()))
			if err := r.Refresh(t.Context(), served.fetch); err != nil {
				t.Fatal(err)
			}
			origin := k.Policy().Origin()
			file := "keys/" + role + ".pem"
			if role == "log" || role == "cosigner" {
				file = "keys/" + role + ".key"
			}
			if err := dir.Remove(file); err != nil {
				t.Fatal(err)
			}
			k = must[*keys.Keys](t)(keys.OpenPartial(dir))
			if got := lost(k); !slices.Equal(got, []string{role}) {
				t.Errorf("lost: got %v", got)
			}
			if _, err := k.List(); err != nil {
				t.Error(err)
			}
			replaceLost(t, k)
			k = must[*keys.Keys](t)(keys.Open(dir))
			served.add(must[map[string][]byte](t)(k.Files()))
			if err := r.Refresh(t.Context(), served.fetch); err != nil {
				t.Error(err)
			}
			if isNew := k.Policy().Origin() != origin; isNew != (file == "keys/"+role+".key") {
				t.Errorf("a new log: %v", isNew)
			}
		})
	}
}

// A log key that is lost while the key of targets is kept elsewhere takes the root, which makes another of both.
func TestReplaceLogWithTargetsElsewhere(t *testing.T) {
	k, dir := create(t, "The Lantern")
	r, served := reader(t, k), mirror(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(k.CarryTargets(func(ed25519.PrivateKey) error { return nil }), dir.Remove("keys/log.key")); err != nil {
		t.Fatal(err)
	}
	k = must[*keys.Keys](t)(keys.OpenPartial(dir))
	if got := lost(k); !slices.Equal(got, []string{"log"}) {
		t.Errorf("lost: got %v", got)
	}
	replaceLost(t, k)
	k = must[*keys.Keys](t)(keys.Open(dir))
	served.add(must[map[string][]byte](t)(k.Files()))
	if err := r.Refresh(t.Context(), served.fetch); err != nil || !exists(dir, "keys/targets.pem") {
		t.Errorf("got %v", err)
	}
}

// The one key of a root that was never split goes back to keys/; one of several stays with its holder.
func TestKeepRoot(t *testing.T) {
	k, dir := create(t, "The Lantern")
	b := must[[]byte](t)(dir.ReadFile("keys/root.pem"))
	key, err := keys.ParseKey(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Remove("keys/root.pem"); err != nil {
		t.Fatal(err)
	}
	if err := k.KeepRoot(key); err != nil || !bytes.Equal(must[[]byte](t)(dir.ReadFile("keys/root.pem")), b) {
		t.Errorf("the key is not back: %v", err)
	}
	held := split(t, k)
	if err := k.KeepRoot(held[0].Key); err != nil || exists(dir, "keys/root.pem") {
		t.Errorf("a holder's key was kept: %v", err)
	}
}

// otherRoot returns the root of another newsroom.
func otherRoot(t *testing.T) []byte {
	t.Helper()
	k, _ := create(t, "Other")
	rotate(t, k, "timestamp", 50)
	return k.Masthead("Other", nil, nil).Root
}
