package edition_test

import (
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"

	"coranto/edition"
)

// object is a JSON object.
type object = map[string]any

// A repository makes trust repositories from plain JSON, so that they can be wrong in every way. Its alter, if set,
// changes what is signed of a role before it is signed; resign changes the whole file afterwards.
type repository struct {
	t                                      *testing.T
	keys                                   map[string][]ed25519.PrivateKey
	threshold                              map[string]int
	root, timestamp, snapshot, targets     int // versions
	expires                                time.Time
	policy                                 []byte
	oldRootKeys                            []ed25519.PrivateKey
	alter                                  func(role string, signed object)
	resign                                 func(role string, file object)
	targetsFile, snapshotFile, theRootFile []byte
}

var roles = []string{"root", "targets", "snapshot", "timestamp"}

func privateKey(name string) ed25519.PrivateKey { return newSigner(name, 1).key }

// newRepository returns a repository of first versions, with one key a role.
func newRepository(t *testing.T) *repository {
	r := &repository{
		t: t, keys: map[string][]ed25519.PrivateKey{}, threshold: map[string]int{},
		root: 1, timestamp: 1, snapshot: 1, targets: 1, expires: start.Add(30 * 24 * time.Hour),
		policy: newNewsroom(t, 0).policy.Marshal(),
	}
	for _, role := range roles {
		r.keys[role], r.threshold[role] = []ed25519.PrivateKey{privateKey(role)}, 1
	}
	return r
}

func canonical(t *testing.T, v any) []byte {
	b, err := cjson.EncodeCanonical(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func publicKey(k ed25519.PrivateKey) object {
	return object{"keytype": "ed25519", "scheme": "ed25519",
		"keyval": object{"public": hex.EncodeToString(k.Public().(ed25519.PublicKey))}}
}

func keyID(t *testing.T, k ed25519.PrivateKey) string {
	return edition.Sum(canonical(t, publicKey(k))).String()
}

// file signs an object for a role with keys, sorts the signatures and encodes it all.
func (r *repository) file(role string, version int, signed object, keys ...ed25519.PrivateKey) []byte {
	signed["_type"], signed["version"] = role, version
	signed["spec_version"], signed["expires"] = "1.0.31", r.expires.Format(time.RFC3339)
	if r.alter != nil {
		r.alter(role, signed)
	}
	file := object{"signed": signed, "signatures": r.signatures(signed, keys...)}
	if r.resign != nil {
		r.resign(role, file)
	}
	return canonical(r.t, file)
}

func (r *repository) signatures(signed object, keys ...ed25519.PrivateKey) []any {
	payload := canonical(r.t, signed)
	sigs := []any{}
	for _, k := range keys {
		sigs = append(sigs, object{"keyid": keyID(r.t, k), "sig": hex.EncodeToString(ed25519.Sign(k, payload))})
	}
	slices.SortFunc(sigs, func(a, b any) int {
		return cmp.Compare(a.(object)["keyid"].(string), b.(object)["keyid"].(string))
	})
	return sigs
}

func (r *repository) rootFile() []byte {
	keys, rs := object{}, object{}
	for _, role := range roles {
		ids := []any{}
		for _, k := range r.keys[role] {
			ids = append(ids, keyID(r.t, k))
			keys[keyID(r.t, k)] = publicKey(k)
		}
		rs[role] = object{"keyids": ids, "threshold": r.threshold[role]}
	}
	signers := append(slices.Clone(r.keys["root"]), r.oldRootKeys...)
	return r.file("root", r.root, object{"consistent_snapshot": true, "keys": keys, "roles": rs}, signers...)
}

func meta(version int, b []byte) object {
	return object{"version": version, "length": len(b), "hashes": object{"sha256": edition.Sum(b).String()}}
}

// mirror returns all files of the repository as it stands.
func (r *repository) mirror() mirror {
	h := edition.Sum(r.policy).String()
	r.theRootFile = r.rootFile()
	r.targetsFile = r.file("targets", r.targets, object{"targets": object{"policy": object{
		"length": len(r.policy), "hashes": object{"sha256": h}}}}, r.keys["targets"]...)
	r.snapshotFile = r.file("snapshot", r.snapshot, object{"meta": object{
		"targets.json": meta(r.targets, r.targetsFile)}}, r.keys["snapshot"]...)
	timestamp := r.file("timestamp", r.timestamp, object{"meta": object{
		"snapshot.json": meta(r.snapshot, r.snapshotFile)}}, r.keys["timestamp"]...)
	return mirror{
		fmt.Sprintf("trust/%d.root.json", r.root):         r.theRootFile,
		fmt.Sprintf("trust/%d.targets.json", r.targets):   r.targetsFile,
		fmt.Sprintf("trust/%d.snapshot.json", r.snapshot): r.snapshotFile,
		"trust/timestamp.json":                            timestamp,
		"trust/targets/" + h + ".policy":                  r.policy,
	}
}

// rotate makes the next root, with new keys for a role.
func (r *repository) rotate(role string, keys ...ed25519.PrivateKey) {
	r.oldRootKeys = r.keys["root"]
	r.root++
	if role != "" {
		r.keys[role] = keys
	}
	if role != "root" {
		r.oldRootKeys = nil
	}
}

// next publishes new versions of everything but the root.
func (r *repository) next() {
	r.timestamp++
	r.snapshot++
	r.targets++
}

// trust returns a reader's trust that has come to what the repository is now.
func (r *repository) trust() *edition.Trust {
	r.t.Helper()
	m := r.mirror()
	t, err := edition.NewTrust(r.theRootFile)
	if err == nil {
		err = t.Refresh(r.t.Context(), m.fetch)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return t
}
