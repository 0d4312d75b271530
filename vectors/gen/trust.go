package main

import (
	"cmp"
	"crypto/ed25519"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/vectors"
)

// object is a JSON object. Its canonical form is what encoding/json makes of it, since all strings here are ASCII.
type object = map[string]any

var roles = []string{"root", "targets", "snapshot", "timestamp"}

// A repo makes the files of a trust repository (SPEC.md, "Trust"). Alter, if set, changes what is signed of a role before
// it is signed; resign changes the file afterwards.
type repo struct {
	keys        map[string][]ed25519.PrivateKey
	threshold   map[string]int
	version     map[string]int
	expires     map[string]string
	policy      string
	oldRootKeys []ed25519.PrivateKey
	alter       func(role string, signed object)
	resign      func(role string, file object)
}

const month = "2026-12-22T12:00:00Z"

func newRepo() *repo {
	r := &repo{keys: map[string][]ed25519.PrivateKey{}, threshold: map[string]int{}, version: map[string]int{},
		expires: map[string]string{}, policy: policyOf(alone())}
	for _, role := range roles {
		r.keys[role], r.threshold[role], r.version[role] = []ed25519.PrivateKey{keyNamed(role)}, 1, 1
		r.expires[role] = "2027-11-22T12:00:00Z"
	}
	r.expires["timestamp"], r.expires["snapshot"] = month, month
	return r
}

func publicKey(k ed25519.PrivateKey) object {
	return object{"keytype": "ed25519", "scheme": "ed25519", "keyval": object{"public": hexOf(publicOf(k))}}
}

func idOf(key object) string { return sum(compact(key)).String() }

func signatures(signed any, keys ...ed25519.PrivateKey) []any {
	sigs := []any{}
	for _, k := range keys {
		sigs = append(sigs, object{"keyid": idOf(publicKey(k)), "sig": hexOf(ed25519.Sign(k, compact(signed)))})
	}
	slices.SortFunc(sigs, func(a, b any) int { return cmp.Compare(a.(object)["keyid"].(string), b.(object)["keyid"].(string)) })
	return sigs
}

func (r *repo) file(role string, signed object) string {
	signed["_type"], signed["spec_version"] = role, "1.0.31"
	signed["version"], signed["expires"] = r.version[role], r.expires[role]
	if r.alter != nil {
		r.alter(role, signed)
	}
	keys := r.keys[role]
	if role == "root" {
		keys = slices.Concat(keys, r.oldRootKeys)
	}
	file := object{"signed": signed, "signatures": signatures(signed, keys...)}
	if r.resign != nil {
		r.resign(role, file)
	}
	return string(compact(file))
}

func (r *repo) root() string {
	keys, rs := object{}, object{}
	for _, role := range roles {
		ids := []any{}
		for _, k := range r.keys[role] {
			id := idOf(publicKey(k))
			ids, keys[id] = append(ids, id), publicKey(k)
		}
		rs[role] = object{"keyids": ids, "threshold": r.threshold[role]}
	}
	return r.file("root", object{"consistent_snapshot": true, "keys": keys, "roles": rs})
}

func named(version int, file string) object {
	return object{"version": version, "length": len(file), "hashes": object{"sha256": sum([]byte(file)).String()}}
}

// files returns the repository as it stands, and its newest root alone.
func (r *repo) files() map[string]vectors.Bytes {
	policy := named(0, r.policy)
	delete(policy, "version")
	targets := r.file("targets", object{"targets": object{"policy": policy}})
	snapshot := r.file("snapshot", object{"meta": object{"targets.json": named(r.version["targets"], targets)}})
	timestamp := r.file("timestamp", object{"meta": object{"snapshot.json": named(r.version["snapshot"], snapshot)}})
	return map[string]vectors.Bytes{
		r.path("root"):         text(r.root()),
		r.path("targets"):      text(targets),
		r.path("snapshot"):     text(snapshot),
		"trust/timestamp.json": text(timestamp),
		r.policyPath():         text(r.policy),
	}
}

func (r *repo) path(role string) string {
	if role == "timestamp" {
		return "trust/timestamp.json"
	}
	return fmt.Sprintf("trust/%d.%s.json", r.version[role], role)
}

func (r *repo) policyPath() string {
	return "trust/targets/" + sum([]byte(r.policy)).String() + ".policy"
}

// value is what a trust that has come to the repository rests on.
func (r *repo) value() vectors.TrustValue {
	v := vectors.TrustValue{Policy: sum([]byte(r.policy)).String(), Files: []string{r.policyPath()}}
	for _, role := range roles {
		v.Files = append(v.Files, r.path(role))
		if v.Expires == "" || r.expires[role] < v.Expires {
			v.Expires = r.expires[role]
		}
	}
	slices.Sort(v.Files)
	return v
}

// rotate makes the next root, with other keys for a role.
func (r *repo) rotate(role string, keys ...ed25519.PrivateKey) {
	r.version["root"]++
	r.oldRootKeys = nil
	if role == "root" {
		r.oldRootKeys = r.keys["root"]
	}
	if role != "" {
		r.keys[role] = keys
	}
}

// next makes new versions of some roles.
func (r *repo) next(roles ...string) {
	for _, role := range roles {
		r.version[role]++
	}
}

// only limits a change to one role.
func only(role string, change func(object)) func(string, object) {
	return func(of string, o object) {
		if of == role {
			change(o)
		}
	}
}

// A trustSheet is a file of trust vectors. Its cases say how their mirrors differ from one that it keeps whole.
type trustSheet struct {
	*sheet[vectors.Trust, vectors.TrustValue]
	first map[string]vectors.Bytes
	root  vectors.Bytes // of the first mirror
}

const rootPath = "trust/1.root.json"

func newTrustSheet(about string) *trustSheet {
	t := &trustSheet{sheet: newSheet[vectors.Trust, vectors.TrustValue](about)}
	t.rule = "Trust"
	t.first = newRepo().files()
	t.root = t.first[rootPath]
	t.Mirrors = map[string]map[string]vectors.Bytes{"first": t.first}
	return t
}

// mirror returns the mirror that has files, as it differs from the one of a name. Nobody fetches the first root, and
// all roots stay for ever.
func (t *trustSheet) mirror(name string, files map[string]vectors.Bytes) vectors.Mirror {
	base := t.Mirrors[name]
	m := vectors.Mirror{Base: name, With: map[string]vectors.Bytes{}}
	for path, b := range files {
		if path != rootPath && !slices.Equal(base[path], b) {
			m.With[path] = b
		}
	}
	for _, path := range slices.Sorted(maps.Keys(base)) {
		if _, kept := files[path]; !kept && !strings.HasSuffix(path, ".root.json") {
			m.Without = append(m.Without, path)
		}
	}
	return m
}

// in returns the input of a case that begins with a root and meets mirrors in one state after another.
func (t *trustSheet) in(root vectors.Bytes, states ...map[string]vectors.Bytes) vectors.Trust {
	in := vectors.Trust{Root: root, Refreshes: []vectors.Mirror{}}
	base := "first"
	for name, files := range t.Mirrors {
		if slices.Equal(root, files[rootPath]) {
			base, in.RootOf, in.Root = name, name, nil
		}
	}
	for _, s := range states {
		in.Refreshes = append(in.Refreshes, t.mirror(base, s))
	}
	return in
}

func (t *trustSheet) no(name, code, twin, at string, in vectors.Trust) {
	t.sheet.no(name, code, twin, in)
	t.Cases[len(t.Cases)-1].At = at
}

// plain adds the case that most others are twins of.
func (t *trustSheet) plain() { t.ok("plain", t.in(t.root, t.first), newRepo().value()) }

func trustChain() *trustSheet {
	t := newTrustSheet("The chain of roots, and the way from it to the policy.")
	t.plain()
	alone := newRepo().value()
	t.ok("not refreshed yet", t.in(t.root), vectors.TrustValue{Files: []string{"trust/1.root.json"}, Expires: "2027-11-22T12:00:00Z"})
	t.ok("the same mirror twice", t.in(t.root, t.first, t.first), alone)
	type fault struct {
		name, code, twin string // twin "" says that it is none
		change           func(r *repo)
	}
	const second = "trust/2.root.json"
	newRoot := func(r *repo) { r.rotate("root", keyNamed("root of 2027")) }
	for _, f := range []fault{
		{"second root with the same keys", "", "", func(r *repo) { r.rotate("") }},
		{"second root with other keys", "", "", newRoot},
		{"second root with another timestamp key", "", "", func(r *repo) { r.rotate("timestamp", keyNamed("timestamp of 2027")) }},
		{"second root not signed by the first's keys", "no-threshold", "second root with other keys", func(r *repo) {
			newRoot(r)
			r.oldRootKeys = nil
		}},
		{"second root not signed by its own keys", "no-threshold", "second root with other keys", func(r *repo) {
			newRoot(r)
			r.resign = only("root", func(f object) { f["signatures"] = signatures(f["signed"], keyNamed("root")) })
		}},
		{"second root with a stranger's signature too", "unknown-signature", "second root with other keys", func(r *repo) {
			newRoot(r)
			r.oldRootKeys = append(slices.Clone(r.oldRootKeys), keyNamed("stranger"))
		}},
		{"second root with a signature too many that is not valid", "bad-signature", "second root with other keys", func(r *repo) {
			r.rotate("root", keyNamed("root of 2027"), keyNamed("spare"))
			r.resign = only("root", func(f object) {
				id := idOf(publicKey(keyNamed("spare")))
				for _, s := range f["signatures"].([]any) {
					if s := s.(object); s["keyid"] == id {
						s["sig"] = strings.Repeat("00", 64)
					}
				}
			})
		}},
		{"second root of version 3", "bad-version", "second root with the same keys", func(r *repo) {
			r.rotate("")
			r.alter = only("root", func(s object) { s["version"] = 3 })
		}},
		{"second root of version 1", "bad-version", "second root with the same keys", func(r *repo) {
			r.rotate("")
			r.alter = only("root", func(s object) { s["version"] = 1 })
		}},
		{"second root is a timestamp", "bad-type", "second root with the same keys", func(r *repo) {
			r.rotate("")
			r.alter = only("root", func(s object) { s["_type"] = "timestamp" })
		}},
	} {
		r := newRepo()
		f.change(r)
		if f.code == "" {
			t.ok(f.name, t.in(t.root, r.files()), r.value())
			t.ok(f.name+", met later", t.in(t.root, t.first, r.files()), r.value())
			continue
		}
		t.no(f.name, f.code, f.twin, second, t.in(t.root, r.files()))
	}
	t.longChain()
	t.policies()
	return t
}

// longChain adds chains of three roots, whole and with a link that is missing.
func (t *trustSheet) longChain() {
	r := newRepo()
	r.rotate("root", keyNamed("root of 2027"))
	two := text(r.root())
	r.rotate("root", keyNamed("root of 2028"))
	files := r.files()
	files["trust/2.root.json"] = two
	t.ok("three roots", t.in(t.root, files), r.value())
	gap := maps.Clone(files)
	delete(gap, "trust/2.root.json")
	t.ok("three roots without the second: the first stays", t.in(t.root, gap), newRepo().value())
	skipped := maps.Clone(files)
	skipped["trust/2.root.json"] = files["trust/3.root.json"]
	t.no("third root in the second's place", "no-threshold", "three roots", "trust/2.root.json", t.in(t.root, skipped))
	expired := newRepo()
	for _, role := range roles {
		expired.expires[role] = "1999-01-01T00:00:00Z"
	}
	t.ok("all expired: authentic, and stale", t.in(text(expired.root()), expired.files()), expired.value())
	expired.rotate("root", keyNamed("root of 2027"))
	old := text(expired.root())
	fresh := newRepo()
	fresh.keys["root"], fresh.version["root"] = expired.keys["root"], 2
	fresh.rotate("root", keyNamed("root of 2028"))
	files = fresh.files()
	files["trust/2.root.json"] = old
	t.ok("over an expired root", t.in(t.root, files), fresh.value())
}

// policies adds policies that are not what the targets say, or no policies.
func (t *trustSheet) policies() {
	other := policyOf(witnessed(1))
	r := newRepo()
	swap := maps.Clone(t.first)
	swap[r.policyPath()] = text(other)
	t.no("another policy than the targets name", "too-large", "plain", r.policyPath(), t.in(t.root, swap))
	swap = maps.Clone(t.first)
	swap[r.policyPath()] = text(replace(r.policy, "172800", "172801"))
	t.no("policy that was altered", "bad-hash", "plain", r.policyPath(), t.in(t.root, swap))
	r.policy = replace(r.policy, "policy 1", "policy 2")
	t.no("policy that is none, signed", "not-canonical", "plain", r.policyPath(), t.in(t.root, r.files()))
	r.policy = other
	r.next("targets", "snapshot", "timestamp")
	t.ok("another policy, signed", t.in(t.root, t.first, r.files()), r.value())
}
