package main

import (
	"crypto/ed25519"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// trustForm makes metadata that is signed by the right keys and yet not of the format.
func trustForm() *trustSheet {
	t := newTrustSheet("Trust metadata that is signed by the right keys, and not of the format.")
	t.plain()
	for _, role := range roles {
		t.formOf(role)
	}
	t.rootForm()
	t.metaForm()
	t.bytesForm()
	return t
}

// fault adds a case whose repository has a role altered before it is signed.
func (t *trustSheet) fault(role, name, code, twin string, change func(signed object)) {
	r := newRepo()
	r.alter = only(role, change)
	files := r.files()
	if role == "root" {
		t.no(role+": "+name, code, twin, "", t.in(files[rootPath]))
		return
	}
	t.no(role+": "+name, code, twin, r.path(role), t.in(t.root, files))
}

// fine adds a case that is accepted all the same.
func (t *trustSheet) fine(role, name string, change func(signed object)) {
	r := newRepo()
	r.alter = only(role, change)
	files := r.files()
	t.ok(role+": "+name, t.in(files[rootPath], files), r.value())
}

func set(name string, v any) func(object) { return func(o object) { o[name] = v } }

// formOf adds what may be wrong with each role.
func (t *trustSheet) formOf(role string) {
	t.fine(role, "another patch of the specification", set("spec_version", "1.0.99"))
	for i, f := range []struct {
		name, code string
		change     func(object)
	}{
		{"another specification", "bad-spec-version", set("spec_version", "2.0.0")},
		{"version 0", "bad-version", set("version", 0)},
		{"expires with a fraction", "bad-time", set("expires", "2030-01-01T00:00:00.5Z")},
		{"another type", "bad-type", set("_type", map[bool]string{true: "targets", false: "snapshot"}[role == "snapshot"])},
		{"unknown field", "unknown-field", set("x-more", 1)},
		{"version above 2^53", "bad-version", set("version", uint64(1<<53+1))},
		// From here on, of one role alone.
		{"specification 1.1", "bad-spec-version", set("spec_version", "1.1.0")},
		{"negative version", "bad-version", set("version", -1)},
		{"version that is a string", "bad-type", set("version", "1")},
		{"version that is null", "not-canonical", set("version", nil)},
		{"no version", "not-canonical", func(o object) { delete(o, "version") }},
		{"expires that is no time", "bad-type", set("expires", "tomorrow")},
		{"expires in another zone", "bad-time", set("expires", "2030-01-01T00:00:00+02:00")},
		{"expires before 1970", "bad-time", set("expires", "1969-12-31T23:59:59Z")},
		{"field in capitals", "not-canonical", set("Version", 9)},
	} {
		if i < 6 || role == "timestamp" {
			t.fault(role, f.name, f.code, "plain", f.change)
		}
	}
}

func at(o object, names ...string) object {
	for _, n := range names {
		o = o[n].(object)
	}
	return o
}

// rootForm adds what may be wrong with keys and roles.
func (t *trustSheet) rootForm() {
	// spare adds a key that no role uses, under the ID that goes with it.
	spare := func(change func(key object)) func(object) {
		return func(s object) {
			k := publicKey(keyNamed("spare"))
			change(k)
			at(s, "keys")[idOf(k)] = k
		}
	}
	public := func(h string) func(object) { return spare(set("keyval", object{"public": h})) }
	good := hexOf(publicOf(keyNamed("spare")))
	t.fine("root", "a key that no role uses", spare(func(object) {}))
	const twin = "root: a key that no role uses"
	for _, f := range []struct {
		name, code, twin string
		change           func(object)
	}{
		{"keys are null", "bad-form", "plain", set("keys", nil)},
		{"keys are a list", "bad-form", "plain", set("keys", []any{})},
		{"a key is null", "bad-form", twin, func(s object) { at(s, "keys")[strings.Repeat("0", 64)] = nil }},
		{"a key's value is null", "bad-form", twin, spare(set("keyval", nil))},
		{"a key without a value", "bad-form", twin, spare(func(k object) { delete(k, "keyval") })},
		{"RSA key", "bad-key", twin, spare(set("keytype", "rsa"))},
		{"another scheme", "bad-key", twin, spare(set("scheme", "ed25519ph"))},
		{"key in capitals", "bad-key", twin, public(strings.ToUpper(good))},
		{"key of 31 bytes", "bad-key", twin, public(good[2:])},
		{"key of 33 bytes", "bad-key", twin, public(good + "00")},
		{"key that is no hex", "bad-key", twin, public("x" + good[1:])},
		{"key of small order", "small-order", twin, public(strings.Repeat("00", 32))},
		{"key that is not canonical", "not-canonical-key", twin, public("ed" + strings.Repeat("ff", 30) + "7f")},
		{"key under another ID", "bad-key-id", twin, func(s object) { at(s, "keys")[strings.Repeat("0", 64)] = publicKey(keyNamed("spare")) }},
		{"more in a key", "unknown-field", twin, spare(set("x", 1))},
		{"more in a key's value", "unknown-field", twin, spare(set("keyval", object{"public": good, "x": 1}))},
		{"roles are null", "bad-form", "plain", set("roles", nil)},
		{"a role is null", "bad-form", "plain", func(s object) { at(s, "roles")["timestamp"] = nil }},
		{"a role is missing", "bad-count", "plain", func(s object) { delete(at(s, "roles"), "timestamp") }},
		{"a role too many", "bad-count", "plain", func(s object) { at(s, "roles")["mirrors"] = at(s, "roles", "timestamp") }},
		{"another role in place of one", "missing-role", "plain", func(s object) {
			at(s, "roles")["mirrors"] = at(s, "roles", "timestamp")
			delete(at(s, "roles"), "timestamp")
		}},
		{"threshold 0", "bad-threshold", "plain", func(s object) { at(s, "roles", "timestamp")["threshold"] = 0 }},
		{"threshold of two of one key", "bad-threshold", "plain", func(s object) { at(s, "roles", "timestamp")["threshold"] = 2 }},
		{"a role without keys", "bad-threshold", "plain", func(s object) { at(s, "roles", "timestamp")["keyids"] = []any{} }},
		{"keys of a role are null", "bad-form", "plain", func(s object) { at(s, "roles", "timestamp")["keyids"] = nil }},
		{"key of a role twice", "doubled-key", "plain", func(s object) {
			r := at(s, "roles", "timestamp")
			r["keyids"], r["threshold"] = append(r["keyids"].([]any), r["keyids"].([]any)...), 2
		}},
		{"key of a role that is not defined", "unknown-key", "plain", func(s object) {
			r := at(s, "roles", "timestamp")
			r["keyids"] = append(r["keyids"].([]any), strings.Repeat("0", 64))
		}},
		{"more in a role", "unknown-field", "plain", func(s object) { at(s, "roles", "timestamp")["x"] = 1 }},
		{"snapshots that are not consistent", "bad-form", "plain", set("consistent_snapshot", false)},
		{"no word of consistent snapshots", "not-canonical", "plain", func(s object) { delete(s, "consistent_snapshot") }},
	} {
		t.fault("root", f.name, f.code, f.twin, f.change)
	}
	t.manyKeys()
}

// manyKeys adds a role with as many keys as there may be, and one with more.
func (t *trustSheet) manyKeys() {
	for _, n := range []int{32, 33} {
		r := newRepo()
		var keys []ed25519.PrivateKey
		for i := range n {
			keys = append(keys, keyNamed(fmt.Sprint("timestamp ", i)))
		}
		r.keys["timestamp"] = keys
		r.resign = only("timestamp", func(f object) { f["signatures"] = signatures(f["signed"], keys[0]) })
		files := r.files()
		root := files[rootPath]
		if n == 32 {
			t.ok("root: 32 keys of a role", t.in(root, files), r.value())
		} else {
			t.no("root: 33 keys of a role", "bad-threshold", "root: 32 keys of a role", "", t.in(root))
		}
	}
}

// metaForm adds what may be wrong with what one file says of another.
func (t *trustSheet) metaForm() {
	zero := strings.Repeat("00", 64)
	for _, c := range []struct {
		role, list, name string
		max              int
	}{{"timestamp", "meta", "snapshot.json", 131072}, {"snapshot", "meta", "targets.json", 131072}, {"targets", "targets", "policy", 65536}} {
		file := func(change func(file object)) func(object) { return func(s object) { change(at(s, c.list, c.name)) } }
		for _, f := range []struct {
			name, code string
			change     func(object)
		}{
			{"names nothing", "bad-file", set(c.list, object{})},
			{"names are null", "bad-file", set(c.list, nil)},
			{"the file is null", "bad-file", func(s object) { at(s, c.list)[c.name] = nil }},
			{"names another file", "bad-file", func(s object) { s[c.list] = object{"other": at(s, c.list)[c.name]} }},
			{"names two files", "bad-file", func(s object) { at(s, c.list)["other"] = at(s, c.list)[c.name] }},
			{"length 0", "bad-length", file(set("length", 0))},
			{"length over the limit", "bad-length", file(set("length", c.max+1))},
			{"no length", "bad-length", file(func(f object) { delete(f, "length") })},
			{"no hashes", "bad-hash", file(func(f object) { delete(f, "hashes") })},
			{"hashes are null", "bad-hash", file(set("hashes", nil))},
			{"hash of another kind", "bad-hash", file(set("hashes", object{"sha512": zero}))},
			{"two hashes", "bad-hash", file(func(f object) { at(f, "hashes")["sha512"] = zero })},
			{"hash of 31 bytes", "bad-hash", file(set("hashes", object{"sha256": zero[:62]}))},
			{"more in a file", "unknown-field", file(set("x", 1))},
		} {
			t.fault(c.role, f.name, f.code, "plain", f.change)
		}
		if c.list == "meta" {
			t.fault(c.role, "version 0 of the file", "bad-version", "plain", file(set("version", 0)))
		}
	}
	t.fault("targets", "delegations", "bad-form", "plain", set("delegations", object{"keys": object{}, "roles": []any{}}))
	t.fault("targets", "custom data", "bad-file", "plain", func(s object) { at(s, "targets", "policy")["custom"] = object{} })
	// What one file says of another, and what that is.
	for _, role := range []string{"snapshot", "targets"} {
		r := newRepo()
		r.alter = only(role, set("version", 2))
		t.no(role+": another version than is named", "bad-version", "plain", r.path(role), t.in(t.root, r.files()))
		other := newRepo()
		other.expires[role] = "2030-01-01T00:00:00Z"
		files := maps.Clone(t.first)
		files[r.path(role)] = other.files()[r.path(role)]
		t.no(role+": another of the same version than is named", "bad-hash", "plain", r.path(role), t.in(t.root, files))
	}
	swapped := maps.Clone(t.first)
	swapped["trust/timestamp.json"] = t.first["trust/1.snapshot.json"]
	t.no("timestamp: a snapshot in its place", "bad-type", "plain", "trust/timestamp.json", t.in(t.root, swapped))
	t.no("root: a timestamp in its place", "bad-type", "plain", "", t.in(t.first["trust/timestamp.json"]))
}

// bytesForm adds the same metadata in other bytes.
func (t *trustSheet) bytesForm() {
	const path = "trust/timestamp.json"
	good := string(t.first[path].Join())
	sigs, signed, _ := strings.Cut(strings.Trim(good, "{"), `,"signed":`)
	for _, f := range []struct{ name, code, text string }{
		{"nothing", "bad-json", ""},
		{"null", "bad-form", "null"},
		{"a list", "bad-form", "[]"},
		{"an empty object", "bad-form", "{}"},
		{"newline after it", "not-canonical", good + "\n"},
		{"space in it", "not-canonical", replace(good, ":", ": ")},
		{"fields in another order", "not-canonical", `{"signed":` + strings.TrimSuffix(signed, "}") + "," + sigs + "}"},
		{"doubled field", "not-canonical", replace(good, `"signatures":`, `"signatures":[],"signatures":`)},
		{"escape in a string", "not-canonical", replace(good, `"timestamp"`, `"\u0074imestamp"`)},
		{"cut short", "bad-json", good[:len(good)-1]},
		{"a second object", "bad-json", good + "{}"},
		{"field beside what is signed", "unknown-field", good[:len(good)-1] + `,"x":1}`},
		{"number with an exponent", "bad-type", replace(good, `"version":1`, `"version":1e0`)},
	} {
		files := maps.Clone(t.first)
		files[path] = text(f.text)
		t.no("timestamp: "+f.name, f.code, "plain", path, t.in(t.root, files))
	}
	files := maps.Clone(t.first)
	files[path] = join(text(good), repeat(" ", 131072))
	t.no("timestamp: over 128 KiB", "too-large", "plain", path, t.in(t.root, files))
	t.no("root: newline after it", "not-canonical", "plain", "", t.in(text(string(t.root.Join())+"\n")))
	t.no("root: nothing", "bad-json", "plain", "", t.in(text("")))
	t.no("root: null", "bad-form", "plain", "", t.in(text("null")))
	t.no("root: over 128 KiB", "too-large", "plain", "", t.in(join(t.root, repeat(" ", 131072))))
}

// trustSignatures makes metadata that is not signed as it must be.
func trustSignatures() *trustSheet {
	t := newTrustSheet("Trust metadata that is not signed as it must be.")
	t.plain()
	sigs := func(f object) []any { return f["signatures"].([]any) }
	one := func(f object) object { return sigs(f)[0].(object) }
	theOne := func(name string, v any) func(object) { return func(f object) { one(f)[name] = v } }
	for _, role := range []string{"timestamp", "root"} {
		for i, f := range []struct {
			name, code string
			change     func(f object)
		}{
			{"unsigned", "no-threshold", set("signatures", []any{})},
			{"signature altered", "no-threshold", func(f object) { one(f)["sig"] = strings.Repeat("00", 64) }},
			{"signed by a stranger", "no-threshold", func(f object) { f["signatures"] = signatures(f["signed"], keyNamed("stranger")) }},
			{"signature twice", "wrong-order", func(f object) { f["signatures"] = append(sigs(f), sigs(f)...) }},
			{"signatures are null", "bad-form", set("signatures", nil)},
			// From here on, of one role alone.
			{"no signatures", "bad-form", func(f object) { delete(f, "signatures") }},
			{"a signature is null", "bad-form", set("signatures", []any{nil})},
			{"signature's bytes are null", "bad-form", theOne("sig", nil)},
			{"signature's key is null", "bad-form", theOne("keyid", nil)},
			{"signature is a number", "bad-form", theOne("sig", 7)},
			{"signature is empty", "no-threshold", theOne("sig", "")},
			{"signature of half a digit", "bad-form", theOne("sig", "abc")},
			{"signature of 63 bytes", "no-threshold", func(f object) { one(f)["sig"] = one(f)["sig"].(string)[2:] }},
			{"signature in capitals", "not-canonical", func(f object) { one(f)["sig"] = strings.ToUpper(one(f)["sig"].(string)) }},
			{"more in a signature", "unknown-field", theOne("x", 1)},
			{"signed is null", "bad-form", set("signed", nil)},
			{"signed is a list", "bad-form", func(f object) { f["signed"] = []any{f["signed"]} }},
			{"what is signed altered", "no-threshold", func(f object) { f["signed"].(object)["expires"] = "2030-01-01T00:00:00Z" }},
		} {
			r := newRepo()
			r.resign = only(role, f.change)
			if role == "root" && i > 4 {
				break
			}
			if role == "root" {
				t.no(role+": "+f.name, f.code, "plain", "", t.in(text(r.root())))
				continue
			}
			t.no(role+": "+f.name, f.code, "plain", r.path(role), t.in(t.root, r.files()))
		}
	}
	t.thresholds()
	return t
}

// thresholds adds a role with two keys of three.
func (t *trustSheet) thresholds() {
	a, b, c := keyNamed("a"), keyNamed("b"), keyNamed("c")
	for _, role := range []string{"timestamp", "targets"} {
		whole := newRepo()
		whole.keys[role], whole.threshold[role] = []ed25519.PrivateKey{a, b, c}, 2
		t.Mirrors["three keys of "+role] = whole.files()
		for _, f := range []struct {
			name, code string
			signers    []ed25519.PrivateKey
			spoil      func(sigs []any)
		}{
			{"two of three", "", []ed25519.PrivateKey{a, c}, nil},
			{"all three", "", []ed25519.PrivateKey{a, b, c}, nil},
			{"one of three", "no-threshold", []ed25519.PrivateKey{b}, nil},
			{"one of three and a stranger", "no-threshold", []ed25519.PrivateKey{b, keyNamed("stranger")}, nil},
			{"one of three and another role", "no-threshold", []ed25519.PrivateKey{b, keyNamed("root")}, nil},
			{"two of three and a stranger", "unknown-signature", []ed25519.PrivateKey{a, b, keyNamed("stranger")}, nil},
			{"two of three and another role", "unknown-signature", []ed25519.PrivateKey{a, b, keyNamed("root")}, nil},
			{"two of three and one that is not valid", "bad-signature", []ed25519.PrivateKey{a, b, c}, func(sigs []any) {
				sigs[2].(object)["sig"] = strings.Repeat("00", 64)
			}},
			{"one key's signature under two names", "no-threshold", []ed25519.PrivateKey{a, b}, func(sigs []any) {
				sigs[1].(object)["sig"] = sigs[0].(object)["sig"]
			}},
			{"not sorted", "wrong-order", []ed25519.PrivateKey{a, b, c}, slices.Reverse[[]any]},
		} {
			r := newRepo()
			r.keys[role], r.threshold[role] = []ed25519.PrivateKey{a, b, c}, 2
			r.resign = only(role, func(file object) {
				sigs := signatures(file["signed"], f.signers...)
				if f.spoil != nil {
					f.spoil(sigs)
				}
				file["signatures"] = sigs
			})
			files := r.files()
			in := t.in(files[rootPath], files)
			if f.code == "" {
				t.ok(role+": "+f.name, in, r.value())
				continue
			}
			t.no(role+": "+f.name, f.code, role+": two of three", r.path(role), in)
		}
	}
}

// trustRollback makes mirrors that go back to what was signed earlier.
func trustRollback() *trustSheet {
	t := newTrustSheet("Mirrors that serve what was signed earlier, after a reader has met what is newer.")
	t.plain()
	newer := func() *repo {
		r := newRepo()
		r.next("timestamp", "snapshot", "targets")
		return r
	}
	for _, f := range []struct {
		name, code, at string
		change         func(r *repo)
	}{
		{"a new timestamp", "", "", func(r *repo) { r.next("timestamp") }},
		{"a new snapshot", "", "", func(r *repo) { r.next("timestamp", "snapshot") }},
		{"new targets", "", "", func(r *repo) { r.next("timestamp", "snapshot", "targets") }},
		{"a new timestamp and a new root", "", "", func(r *repo) {
			r.rotate("root", keyNamed("root of 2027"))
			r.next("timestamp")
		}},
		{"older versions under new keys of timestamp and snapshot", "", "", func(r *repo) {
			r.rotate("timestamp", keyNamed("timestamp of 2027"))
			r.keys["snapshot"] = []ed25519.PrivateKey{keyNamed("snapshot of 2027")}
			r.version["timestamp"], r.version["snapshot"] = 1, 1
		}},
		{"older timestamp", "older", "timestamp", func(r *repo) { r.version["timestamp"]-- }},
		{"older timestamp, snapshot and targets", "older", "timestamp", func(r *repo) {
			for _, role := range roles[1:] {
				r.version[role]--
			}
		}},
		{"older snapshot under a new timestamp", "older", "timestamp", func(r *repo) {
			r.next("timestamp")
			r.version["snapshot"]--
		}},
		{"older targets under a new snapshot", "older", "snapshot", func(r *repo) {
			r.next("timestamp", "snapshot")
			r.version["targets"]--
		}},
		{"older timestamp under a new root", "older", "timestamp", func(r *repo) {
			r.rotate("root", keyNamed("root of 2027"))
			r.version["timestamp"]--
		}},
		{"older timestamp under new keys of the snapshot", "older", "timestamp", func(r *repo) {
			r.rotate("snapshot", keyNamed("snapshot of 2027"))
			r.version["timestamp"]--
		}},
	} {
		old := newer()
		old.next("timestamp", "snapshot", "targets")
		r := newer()
		r.next("timestamp", "snapshot", "targets")
		f.change(r)
		in := t.in(t.root, old.files(), r.files())
		if f.code == "" {
			t.ok(f.name, in, r.value())
			continue
		}
		t.no(f.name, f.code, "a new timestamp", r.path(f.at), in)
	}
	same := newRepo()
	same.expires["timestamp"] = "2027-01-01T00:00:00Z"
	t.ok("another timestamp of the same version: the one held stays", t.in(t.root, t.first, same.files()), newRepo().value())
	return t
}
