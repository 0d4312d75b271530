package main

import (
	"fmt"
	"slices"
	"testing"
)

func TestKeys(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){
		"snapshot_does_not_meet_threshold": func(t *testing.T, r *repository, u *user) {
			r.role("snapshot")["threshold"] = 3
			r.addKey("snapshot", newSigner(t, "ed25519"))
			r.addKey("snapshot", newSigner(t, "ed25519"))
			r.publish("root", "snapshot", "timestamp")
			u.want(true, u.refresh())
			r.signers["snapshot"] = r.signers["snapshot"][:2]
			r.publish("snapshot", "timestamp")
			u.want(false, u.refresh())
			if got := u.version("snapshot"); got != 2 {
				t.Errorf("trusts snapshot %d", got)
			}
		},
		"snapshot_has_too_few_keys": func(t *testing.T, r *repository, u *user) {
			for range 4 {
				r.addKey("snapshot", newSigner(t, "ed25519"))
			}
			r.role("snapshot")["threshold"] = 6
			r.publish("root", "snapshot", "timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 2}, trusted{"timestamp", 2})
		},
		"duplicate_keys": func(t *testing.T, r *repository, u *user) {
			s := newSigner(t, "ecdsa-sha2-nistp256")
			r.addKey("snapshot", s)
			for range 8 {
				r.role("snapshot")["keyids"] = append(r.role("snapshot")["keyids"].([]any), s.id(t))
			}
			r.role("snapshot")["threshold"] = 6
			r.publish("root", "snapshot", "timestamp")
			r.edit("snapshot", 2, func(f object) {
				for range 8 {
					f["signatures"] = append(f["signatures"].([]any), f["signatures"].([]any)[1])
				}
			})
			u.want(false, u.refresh())
			if got := u.version("snapshot"); got != 0 {
				t.Errorf("trusts snapshot %d", got)
			}
		},
		"one_key_under_many_ids": func(t *testing.T, r *repository, u *user) {
			s := newSigner(t, "ecdsa-sha2-nistp256")
			twins := []*signer{s}
			for i := range 4 {
				twin := &signer{key: object{"n": i}, sign: s.sign}
				for name, v := range s.key {
					twin.key[name] = v
				}
				twins = append(twins, twin)
			}
			r.setKeys("snapshot", 2, twins, twins)
			r.publish("root", "snapshot", "timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 2}, trusted{"timestamp", 2})
		},
		"duplicate_sig_keyids": func(t *testing.T, r *repository, u *user) {
			r.edit("snapshot", 1, func(f object) {
				f["signatures"] = append(f["signatures"].([]any), f["signatures"].([]any)...)
			})
			u.want(false, u.refresh())
			if got := u.version("snapshot"); got != 0 {
				t.Errorf("trusts snapshot %d", got)
			}
		},
		"invalid_sig_in_valid_metadata": func(t *testing.T, r *repository, u *user) {
			r.addKey("timestamp", newSigner(t, "ecdsa-sha2-nistp256"))
			for version, sig := range []string{badECDSA, ""} {
				r.publish("root", "timestamp")
				r.edit("timestamp", version+2, func(f object) { f["signatures"].([]any)[0].(object)["sig"] = sig })
				u.want(true, u.refresh())
			}
		},
		"unknown_key_types_count_nothing": func(t *testing.T, r *repository, u *user) {
			unknown := &signer{key: object{"keytype": "sphincs", "scheme": "sphincs", "keyval": object{"public": "00"}}, sign: func([]byte) []byte { return nil }}
			r.addKey("timestamp", unknown)
			r.publish("root", "timestamp")
			u.want(true, u.refresh())
			r.role("timestamp")["threshold"] = 2
			r.publish("root", "timestamp")
			u.want(false, u.refresh())
		},
	}
	for _, scheme := range []string{"rsassa-pss-sha256", "rsa-pkcs1v15-sha256", "ecdsa-sha2-nistp256", "ed25519"} {
		cases["keytype_and_scheme/"+scheme] = func(t *testing.T, r *repository, u *user) {
			s := newSigner(t, scheme)
			r.addKey("root", s)
			r.role("root")["threshold"] = 2
			r.publish("root")
			u.want(true, u.refresh())
			r.publish("root")
			r.edit("root", 3, func(f object) {
				sig := f["signatures"].([]any)[1].(object)
				good := []byte(sig["sig"].(string))
				good[len(good)/2] ^= 1 // another hex digit
				sig["sig"] = string(good)
			})
			u.want(false, u.refresh())
			if got := u.version("root"); got != 2 {
				t.Errorf("trusts root %d", got)
			}
		}
	}
	conform(t, cases)
}

// A rotation is the keys of a role, by their numbers, its threshold, and who signed.
type rotation struct {
	keys      []int
	threshold int
	sigs      []int
}

func signersOf(all []*signer, which []int) []*signer {
	out := make([]*signer, len(which))
	for i, n := range which {
		out[i] = all[n]
	}
	return out
}

func tenSigners(t *testing.T) []*signer {
	all := make([]*signer, 10)
	for i := range all {
		all[i] = newSigner(t, "ed25519")
	}
	return all
}

func TestRootRotation(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	five, moved := []int{0, 1, 2, 3, 4}, []int{0, 1, 3, 4, 5}
	for name, test := range map[string]struct {
		ok       bool
		versions []rotation
	}{
		"1-of-1-key-rotation":                                             {true, []rotation{{[]int{1}, 1, []int{1}}, {[]int{2}, 1, []int{2, 1}}, {[]int{2}, 1, []int{2}}}},
		"1-of-1-key-rotation-unused-signatures":                           {true, []rotation{{[]int{1}, 1, []int{3, 1, 4}}, {[]int{2}, 1, []int{3, 2, 1, 4}}, {[]int{2}, 1, []int{3, 2, 4}}}},
		"3-of-5-sign-with-different-keycombos":                            {true, []rotation{{five, 3, []int{0, 2, 4}}, {five, 3, []int{0, 4, 1}}, {five, 3, []int{0, 1, 3}}, {five, 3, []int{0, 1, 3}}}},
		"3-of-5-one-key-rotated":                                          {true, []rotation{{five, 3, []int{0, 2, 4}}, {moved, 3, []int{0, 4, 1}}}},
		"3-of-5-one-key-rotated-with-intermediate-step":                   {true, []rotation{{five, 3, []int{0, 2, 4}}, {moved, 3, []int{0, 2, 4, 5}}, {moved, 3, []int{0, 4, 5}}}},
		"3-of-5-all-keys-rotated-with-intermediate-step":                  {true, []rotation{{five, 3, []int{0, 2, 4}}, {[]int{5, 6, 7, 8, 9}, 3, []int{0, 2, 4, 5, 6, 7}}, {[]int{5, 6, 7, 8, 9}, 3, []int{5, 6, 7}}}},
		"1-of-3-threshold-increase-to-2-of-3":                             {true, []rotation{{[]int{1, 2, 3}, 1, []int{1}}, {[]int{1, 2, 3}, 2, []int{1, 2}}}},
		"2-of-3-threshold-decrease-to-1-of-3":                             {true, []rotation{{[]int{1, 2, 3}, 2, []int{1, 2}}, {[]int{1, 2, 3}, 1, []int{1, 2}}, {[]int{1, 2, 3}, 1, []int{1}}}},
		"1-of-2-threshold-increase-to-2-of-2":                             {true, []rotation{{[]int{1}, 1, []int{1}}, {[]int{1, 2}, 2, []int{1, 2}}}},
		"1-of-1-key-rotation-fail-not-signed-with-old-key":                {false, []rotation{{[]int{1}, 1, []int{1}}, {[]int{2}, 1, []int{2, 3, 4}}}},
		"1-of-1-key-rotation-fail-not-signed-with-new-key":                {false, []rotation{{[]int{1}, 1, []int{1}}, {[]int{2}, 1, []int{1, 3, 4}}}},
		"3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys":          {false, []rotation{{five, 3, []int{0, 2, 4}}, {moved, 3, []int{0, 2, 4}}}},
		"3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys":          {false, []rotation{{five, 3, []int{0, 2, 4}}, {moved, 3, []int{0, 4, 5}}}},
		"1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached": {false, []rotation{{[]int{1, 2, 3}, 1, []int{1}}, {[]int{1, 2, 3}, 2, []int{2}}}},
		"2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-reached": {false, []rotation{{[]int{1, 2, 3}, 2, []int{1, 2}}, {[]int{1, 2, 3}, 1, []int{1}}}},
	} {
		cases[name] = func(t *testing.T, r *repository, _ *user) {
			all := tenSigners(t)
			clear(r.files)
			r.signed["root"]["version"] = 0
			for _, v := range test.versions {
				r.setKeys("root", v.threshold, signersOf(all, v.keys), signersOf(all, v.sigs))
				r.publish("root")
			}
			r.publish("targets", "snapshot", "timestamp")
			u := newUser(t, r)
			u.want(true, u.init(r.get("root", 1)))
			u.want(test.ok, u.refresh())
			last := len(test.versions)
			if !test.ok {
				last--
			}
			u.holds("root", r.get("root", last))
		}
	}
	conform(t, cases)
}

func TestNonRootRotations(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	five, moved := []int{0, 1, 2, 3, 4}, []int{0, 1, 3, 4, 5}
	for name, test := range map[string]struct {
		ok bool
		v  rotation
	}{
		"1-of-1-key-rotation":                                            {true, rotation{[]int{2}, 1, []int{2}}},
		"1-of-1-key-rotation-unused-signatures":                          {true, rotation{[]int{1}, 1, []int{3, 1, 4}}},
		"1-of-1-key-rotation-fail-not-signed-with-new-key":               {false, rotation{[]int{2}, 1, []int{1, 3, 4}}},
		"3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys": {false, rotation{moved, 3, []int{0, 2, 4}}},
		"2-of-5-one-key-signature-mising-threshold-not-reached":          {false, rotation{moved, 3, []int{0, 4}}},
		"3-of-5-sign-first-combo":                                        {true, rotation{five, 3, []int{0, 2, 4}}},
		"3-of-5-sign-second-combo":                                       {true, rotation{five, 3, []int{0, 4, 1}}},
		"3-of-5-sign-third-combo":                                        {true, rotation{five, 3, []int{0, 1, 3}}},
		"3-of-5-sign-fourth-combo":                                       {true, rotation{five, 3, []int{1, 2, 3}}},
		"3-of-5-sign-fifth-combo":                                        {true, rotation{five, 3, []int{2, 3, 4}}},
	} {
		cases[name] = func(t *testing.T, r *repository, u *user) {
			all := tenSigners(t)
			for _, role := range []string{"timestamp", "snapshot", "targets"} {
				r.setKeys(role, test.v.threshold, signersOf(all, test.v.keys), signersOf(all, test.v.sigs))
				r.publish("root", "targets", "snapshot", "timestamp")
				u.want(test.ok, u.refresh())
				if test.ok {
					u.holds(role, r.get(role, r.version(role)))
				}
			}
		}
	}
	conform(t, cases)
}

// A client that was away through many roots follows each of them; one that is missing ends the chain there.
func TestRootChain(t *testing.T) {
	conform(t, map[string]func(*testing.T, *repository, *user){
		"thirty roots": func(t *testing.T, r *repository, u *user) {
			for range 30 {
				r.publish("root")
			}
			u.want(true, u.refresh())
			if got := u.version("root"); got != 31 {
				t.Errorf("trusts root %d", got)
			}
		},
		"one is missing": func(t *testing.T, r *repository, u *user) {
			r.publish("root")
			r.rotate("timestamp")
			r.publish("root", "root", "timestamp")
			delete(r.files, "3.root.json")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 2})
			if got := r.requests(0); slices.Contains(got, fmt.Sprint("root ", 4)) {
				t.Errorf("asked for %q", got)
			}
		},
	})
}
