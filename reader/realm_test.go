package reader_test

import (
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/notekey"
	"coranto/reader"
)

// A realm is a press whose trust is made by hand, so that it can be made wrongly: with keys and thresholds of its own, a
// policy with witnesses, and versions that are whatever they are set to.
type realm struct {
	*press
	keys      map[string][]ed25519.PrivateKey
	threshold map[string]int
	versions  map[string]int
	before    []ed25519.PrivateKey // those who signed for the root before this one
	policy    edition.Policy
	witnesses []notekey.Cosigner
	first     []byte // the root of the masthead
	// resign changes the signatures of a role's file.
	resign func(role string, signatures []any) []any
}

var realmRoles = []string{"root", "targets", "snapshot", "timestamp"}

func testKey(name string) ed25519.PrivateKey {
	seed := edition.Sum([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// newRealm returns a realm with two of three root keys, one key a role, and two of three witnesses.
func newRealm(t *testing.T) *realm {
	t.Helper()
	p := newPress(t, 1)
	w := &realm{
		press: p, keys: map[string][]ed25519.PrivateKey{}, threshold: map[string]int{}, versions: map[string]int{},
		policy: p.keys.Policy(), resign: func(_ string, s []any) []any { return s },
	}
	for _, role := range realmRoles {
		w.keys[role], w.threshold[role], w.versions[role] = []ed25519.PrivateKey{testKey(role)}, 1, 1
	}
	w.keys["root"], w.threshold["root"] = []ed25519.PrivateKey{testKey("a"), testKey("b"), testKey("c")}, 2
	group := edition.Group{Name: "two-of-three", K: 2}
	for i := range byte(3) {
		c, err := notekey.New(fmt.Sprintf("witness.example/%d", i), rand.NewChaCha8([32]byte{i}))
		must(t, err)
		w.witnesses = append(w.witnesses, c)
		name := fmt.Sprintf("w%d", i)
		w.policy.Witnesses = append(w.policy.Witnesses, edition.Witness{Name: name, Key: c.VerifierKey()})
		group.Members = append(group.Members, name)
	}
	w.policy.Groups, w.policy.Quorum = []edition.Group{group}, group.Name
	clear(p.files)
	w.trust()
	w.first = w.files[edition.RootPath(1)]
	return w
}

func (w *realm) canonical(v any) []byte {
	w.t.Helper()
	b, err := cjson.EncodeCanonical(v)
	must(w.t, err)
	return b
}

func publicObject(k ed25519.PrivateKey) map[string]any {
	return map[string]any{"keytype": "ed25519", "scheme": "ed25519",
		"keyval": map[string]any{"public": hex.EncodeToString(k.Public().(ed25519.PublicKey))}}
}

func (w *realm) id(k ed25519.PrivateKey) string {
	return edition.Sum(w.canonical(publicObject(k))).String()
}

// file signs what a role says.
func (w *realm) file(role string, version int, signed map[string]any, signers ...ed25519.PrivateKey) []byte {
	signed["_type"], signed["version"], signed["spec_version"] = role, version, "1.0.31"
	signed["expires"] = w.now.Add(30 * 24 * time.Hour).Format(time.RFC3339)
	payload := w.canonical(signed)
	sigs := []any{}
	for _, k := range signers {
		sigs = append(sigs, map[string]any{"keyid": w.id(k), "sig": hex.EncodeToString(ed25519.Sign(k, payload))})
	}
	slices.SortFunc(sigs, func(a, b any) int {
		return cmp.Compare(a.(map[string]any)["keyid"].(string), b.(map[string]any)["keyid"].(string))
	})
	return w.canonical(map[string]any{"signed": signed, "signatures": w.resign(role, sigs)})
}

// root returns a version of the root, with the keys that there are now.
func (w *realm) root(version int) []byte {
	keys, roles := map[string]any{}, map[string]any{}
	for _, role := range realmRoles {
		ids := []any{}
		for _, k := range w.keys[role] {
			keys[w.id(k)] = publicObject(k)
			ids = append(ids, w.id(k))
		}
		roles[role] = map[string]any{"keyids": ids, "threshold": w.threshold[role]}
	}
	signers := append(slices.Clone(w.keys["root"]), w.before...)
	return w.file("root", version, map[string]any{"consistent_snapshot": true, "keys": keys, "roles": roles}, signers...)
}

// trust signs all of the trust as it stands.
func (w *realm) trust() {
	w.files[edition.RootPath(int64(w.versions["root"]))] = w.root(w.versions["root"])
	policy := w.policy.Marshal()
	h := edition.Sum(policy)
	w.files[edition.PolicyPath(h)] = policy
	targets := w.file("targets", w.versions["targets"], map[string]any{"targets": map[string]any{
		"policy": map[string]any{"length": len(policy), "hashes": map[string]any{"sha256": h.String()}}}}, w.keys["targets"]...)
	w.files[edition.TargetsPath(int64(w.versions["targets"]))] = targets
	snapshot := w.file("snapshot", w.versions["snapshot"], w.meta("targets", targets), w.keys["snapshot"]...)
	w.files[edition.SnapshotPath(int64(w.versions["snapshot"]))] = snapshot
	w.files[edition.TimestampPath] = w.file("timestamp", w.versions["timestamp"], w.meta("snapshot", snapshot), w.keys["timestamp"]...)
}

func (w *realm) meta(role string, b []byte) map[string]any {
	return map[string]any{"meta": map[string]any{role + ".json": map[string]any{
		"version": w.versions[role], "length": len(b), "hashes": map[string]any{"sha256": edition.Sum(b).String()}}}}
}

// next makes and signs the next versions of everything but the root.
func (w *realm) next() {
	for _, role := range realmRoles[1:] {
		w.versions[role]++
	}
	w.trust()
}

// rotate makes the next root, with new keys for a role.
func (w *realm) rotate(role string, keys ...ed25519.PrivateKey) {
	w.keys[role] = keys
	w.versions["root"]++
	w.next()
}

// issue publishes an edition of pages, co-signed by some of the witnesses; by all of them when none is named.
func (w *realm) issue(pages map[string]string, witnesses ...int) files {
	w.t.Helper()
	w.add(pages)
	if len(witnesses) == 0 {
		witnesses = []int{0, 1, 2}
	}
	signers := []note.Signer{w.press.keys.Cosigner(w.now)}
	for _, i := range witnesses {
		signers = append(signers, w.witnesses[i].At(w.now))
	}
	c := edition.Checkpoint{Origin: w.log.Name(), Size: w.size, Hash: [32]byte(w.press.root)}
	signed, err := editionlog.Sign(c, w.log, signers...)
	must(w.t, err)
	w.put(signed)
	return w.copy()
}

// put puts a signed head in its two places.
func (w *realm) put(signed []byte) {
	latest, err := editionlog.Latest(w.t.Context(), w, w.size, w.manifest, signed)
	must(w.t, err)
	w.files[edition.CheckpointPath], w.files[edition.LatestPath] = signed, latest
}

func (w *realm) copy() files {
	out := files{}
	for path, b := range w.files {
		out[path] = b
	}
	return out
}

// forked returns a realm with the same keys whose log can go another way from here on.
func (w *realm) forked() *realm {
	q := *w
	q.press = w.press.fork()
	return &q
}

// read opens a reader of the realm.
func (w *realm) read(opt reader.Options, sources ...reader.Source) *reader.Reader {
	w.t.Helper()
	opt.Sources, opt.Only = sources, true
	opt.Now = func() time.Time { return w.now }
	opt.Grace, opt.Hedge = 300*time.Millisecond, 50*time.Millisecond
	m := edition.Masthead{Name: "The Lantern", Languages: []string{"en", "fa"}, Root: w.first}
	r, err := reader.Open(m, opt)
	must(w.t, err)
	w.t.Cleanup(func() { r.Close() })
	return r
}
