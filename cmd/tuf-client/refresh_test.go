package main

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
)

// The tests of this package go by the names of the public suite's cases, and ask the same of the client. They are our own
// way to see between two runs of the suite that nothing has been lost.

const badECDSA = "3045022100ee448afe2d25dd1f05afedac83a24e7df90f203615221434979153dc7cea6d47022077" +
	"10015851e571885a77db8a6e42c4b2983a59b9e1ebec91178dfa2fb0d42ab8"

var allRoles = []string{"root 2", "timestamp", "snapshot 1", "targets 1"}

func TestBasic(t *testing.T) {
	conform(t, map[string]func(*testing.T, *repository, *user){
		"basic_refresh_requests": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			if got := r.requests(0); !slices.Equal(got, allRoles) {
				t.Errorf("asked for %q, want %q", got, allRoles)
			}
		},
		"basic_refresh_trusted_data": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			for _, role := range topLevel {
				u.holds(role, r.get(role, 1))
			}
		},
		"implicit_refresh": func(t *testing.T, r *repository, u *user) {
			u.want(false, u.download("nonexistent artifact"))
			if got := r.requests(0); !slices.Equal(got, allRoles) {
				t.Errorf("asked for %q, want %q", got, allRoles)
			}
			for _, role := range topLevel {
				u.holds(role, r.get(role, 1))
			}
		},
		"invalid_initial_root": func(t *testing.T, r *repository, _ *user) {
			u := newUser(t, r)
			u.init(edited(t, r.first, func(f object) { delete(f["signed"].(object), "version") }))
			u.want(false, u.refresh())
			if got := r.requests(0); len(got) > 0 {
				t.Errorf("asked for %q", got)
			}
		},
		"unsigned_initial_root": func(t *testing.T, r *repository, _ *user) {
			u := newUser(t, r)
			u.init(edited(t, r.first, func(f object) { f["signatures"].([]any)[0].(object)["sig"] = badECDSA }))
			u.want(false, u.refresh())
			if got := r.requests(0); len(got) > 0 {
				t.Errorf("asked for %q", got)
			}
		},
		"timestamp_content_changes": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			held := r.get("timestamp", 1)
			r.meta("timestamp", "snapshot")["version"] = 100
			r.publishAs("timestamp", 1)
			u.want(true, u.refresh())
			u.holds("timestamp", held)
			if r.lastRequest() != "timestamp" {
				t.Errorf("asked for %q", r.requests(4))
			}
		},
		"basic_metadata_hash_support": func(t *testing.T, r *repository, u *user) {
			r.hashes = true
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			r.publish("targets")
			r.meta("snapshot", "targets")["hashes"].(object)["sha256"] = fmt.Sprintf("%064x", 7)
			r.publish("snapshot", "timestamp")
			u.want(false, u.refresh())
			if s, ts := u.version("snapshot"), u.version("targets"); s != 3 || ts != 2 {
				t.Errorf("trusts snapshot %d and targets %d, want 3 and 2", s, ts)
			}
		},
		"metadata_bytes_match": func(t *testing.T, r *repository, u *user) {
			unique := append(bytes.Clone(r.get("timestamp", 1)), ' ')
			r.put("timestamp", 1, unique)
			u.want(true, u.refresh())
			u.holds("timestamp", unique)
		},
		"custom_fields": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			s := newSigner(t, "ecdsa-sha2-nistp256")
			s.key["extra-field"] = object{"a": 1, "b": 2}
			r.signed["root"]["custom-field"] = "value"
			r.addKey("root", s)
			r.role("root")["another-field"] = "value"
			r.publish("root")
			u.want(true, u.refresh())
			if got := u.version("root"); got != 2 {
				t.Errorf("trusts root %d", got)
			}
		},
		"deprecated_keyid_hash_algorithms": func(t *testing.T, r *repository, u *user) {
			s := newSigner(t, "ecdsa-sha2-nistp256")
			s.key["keyid_hash_algorithms"] = "md5"
			r.setKeys("snapshot", 1, []*signer{s}, []*signer{s})
			r.publish("root", "snapshot", "timestamp")
			u.want(true, u.refresh())
			u.trusts(trusted{"root", 2}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 1})
		},
		"snapshot_404": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.meta("timestamp", "snapshot")["version"] = 2
			r.publish("timestamp")
			u.want(false, u.refresh())
			if got := r.lastRequest(); got != "snapshot 2" {
				t.Errorf("asked for %q last", got)
			}
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 1}, trusted{"targets", 1})
		},
		"targets_404": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.meta("snapshot", "targets")["version"] = 2
			r.publish("snapshot", "timestamp")
			u.want(false, u.refresh())
			if got := r.lastRequest(); got != "targets 2" {
				t.Errorf("asked for %q last", got)
			}
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 1})
		},
		"timestamp_404": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			delete(r.files, "timestamp.json")
			u.want(false, u.refresh())
			if got := r.lastRequest(); got != "timestamp" {
				t.Errorf("asked for %q last", got)
			}
		},
		"incorrect_metadata_type": func(t *testing.T, r *repository, u *user) {
			r.addKey("snapshot", r.signers["timestamp"][0])
			r.signed["snapshot"]["meta"] = object{"snapshot.json": object{"version": 1}}
			r.publish("root", "snapshot")
			r.put("timestamp", 2, r.get("snapshot", 2))
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 2})
		},
		"faketime": func(t *testing.T, r *repository, u *user) {
			r.expire("root", time.Now().Add(7*24*time.Hour))
			r.publish("root")
			u.want(true, u.refresh())
			u.now = clock("+691200", time.Now()) // 8 days
			u.want(false, u.refresh())
		},
	})
}

// What a client trusts when a role is not signed, or is another version than its name says: the roles before it.
func TestRefused(t *testing.T) {
	before := map[string][]trusted{
		"root":      {{"root", 1}},
		"timestamp": {{"root", 2}},
		"snapshot":  {{"root", 2}, {"timestamp", 2}},
		"targets":   {{"root", 2}, {"timestamp", 2}, {"snapshot", 2}},
	}
	cases := map[string]func(*testing.T, *repository, *user){}
	for role, want := range before {
		cases["unsigned_metadata/"+role] = func(t *testing.T, r *repository, u *user) {
			r.signers[role] = nil
			r.publish("root", "targets", "snapshot", "timestamp")
			u.want(false, u.refresh())
			u.trusts(want...)
		}
		if role == "timestamp" {
			continue // its name has no version
		}
		cases["url_and_metadata_version_mismatch/"+role] = func(t *testing.T, r *repository, u *user) {
			for _, name := range []string{"root", "targets", "snapshot", "timestamp"} {
				r.signed[name]["version"] = 2
				if name == role {
					r.signed[name]["version"] = 3
				}
				r.publishAs(name, 2)
			}
			u.want(false, u.refresh())
			u.trusts(want...)
		}
	}
	conform(t, cases)
}

func TestRollback(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){
		"simple_snapshot_rollback": func(t *testing.T, r *repository, u *user) {
			r.publish("snapshot", "timestamp")
			u.want(true, u.refresh())
			r.signed["snapshot"]["version"] = 1
			r.publishAs("snapshot", 2)
			u.want(true, u.refresh())
			if got := u.version("snapshot"); got != 2 || r.lastRequest() != "timestamp" {
				t.Errorf("trusts snapshot %d, asked for %q last", got, r.lastRequest())
			}
		},
		"new_timestamp_version_rollback": func(t *testing.T, r *repository, u *user) {
			r.publish("timestamp")
			u.want(true, u.refresh())
			r.signed["timestamp"]["version"] = 1
			r.publishAs("timestamp", 1)
			u.want(false, u.refresh())
			if got := u.version("timestamp"); got != 2 || r.lastRequest() != "timestamp" {
				t.Errorf("trusts timestamp %d, asked for %q last", got, r.lastRequest())
			}
		},
		"new_targets_fast_forward_recovery": func(t *testing.T, r *repository, u *user) {
			r.signed["targets"]["version"] = 99
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			r.rotate("snapshot")
			r.signed["targets"]["version"] = 1
			r.publish("root", "targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			if got := u.version("targets"); got != 2 {
				t.Errorf("trusts targets %d", got)
			}
		},
		"new_snapshot_fast_forward_recovery": func(t *testing.T, r *repository, u *user) {
			r.signed["snapshot"]["version"] = 99998
			r.publish("snapshot", "timestamp")
			u.want(true, u.refresh())
			r.rotate("snapshot")
			r.rotate("timestamp")
			r.signed["snapshot"]["version"] = 0
			r.publish("root", "snapshot", "timestamp")
			u.want(true, u.refresh())
			if got := u.version("snapshot"); got != 1 {
				t.Errorf("trusts snapshot %d", got)
			}
		},
		"new_timestamp_fast_forward_recovery": func(t *testing.T, r *repository, u *user) {
			r.signed["timestamp"]["version"] = 99
			r.publish("timestamp")
			u.want(true, u.refresh())
			r.rotate("timestamp")
			r.signed["timestamp"]["version"] = 0
			r.publish("root", "timestamp")
			u.want(true, u.refresh())
			if got := u.version("timestamp"); got != 1 {
				t.Errorf("trusts timestamp %d", got)
			}
		},
		"new_snapshot_version_mismatch": func(t *testing.T, r *repository, u *user) {
			r.signed["snapshot"]["version"] = 2
			r.publishAs("snapshot", 1)
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 1})
			if got := r.lastRequest(); got != "snapshot 1" {
				t.Errorf("asked for %q last", got)
			}
		},
	}
	for name, hashes := range map[string]bool{"basic": false, "with hashes": true} {
		cases["snapshot_rollback/"+name] = func(t *testing.T, r *repository, u *user) {
			r.hashes = hashes
			r.publish("snapshot", "timestamp")
			u.want(true, u.refresh())
			r.signed["snapshot"]["version"] = 0
			r.publish("snapshot", "timestamp") // snapshot 1, timestamp 3
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 1})
			if got := r.lastRequest(); got != "timestamp" {
				t.Errorf("asked for %q last", got)
			}
		}
		cases["targets_rollback/"+name] = func(t *testing.T, r *repository, u *user) {
			r.hashes = hashes
			r.publish("targets")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			r.signed["targets"]["version"] = 1
			r.publish("targets", "snapshot", "timestamp") // targets 2, snapshot 3
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 3}, trusted{"snapshot", 2}, trusted{"targets", 3})
		}
	}
	conform(t, cases)
}

func TestExpiration(t *testing.T) {
	const day = 24 * time.Hour
	past := time.Now().Add(-5 * day)
	conform(t, map[string]func(*testing.T, *repository, *user){
		"root_expired": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.publish("root")
			u.want(true, u.refresh())
			r.expire("root", past)
			r.publish("root", "timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 3}, trusted{"timestamp", 1}, trusted{"snapshot", 1}, trusted{"targets", 1})
		},
		"timestamp_expired": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.expire("timestamp", past)
			r.publish("timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 1}, trusted{"snapshot", 1}, trusted{"targets", 1})
		},
		"snapshot_expired": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.expire("snapshot", past)
			r.publish("snapshot", "timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 1}, trusted{"targets", 1})
		},
		"targets_expired": func(t *testing.T, r *repository, u *user) {
			u.want(true, u.refresh())
			r.expire("targets", past)
			r.publish("targets", "snapshot", "timestamp")
			u.want(false, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 1})
		},
		"expired_local_root": func(t *testing.T, r *repository, u *user) {
			r.expire("root", u.now.Add(7*day))
			r.publish("root")
			u.want(true, u.refresh())
			r.expire("root", u.now.Add(21*day))
			r.publish("root")
			u.now = u.now.Add(18 * day)
			u.want(true, u.refresh())
			if got := u.version("root"); got != 3 {
				t.Errorf("trusts root %d", got)
			}
		},
		"expired_local_timestamp": func(t *testing.T, r *repository, u *user) {
			r.expire("timestamp", u.now.Add(7*day))
			r.publish("timestamp")
			u.want(true, u.refresh())
			r.expire("timestamp", u.now.Add(21*day))
			r.publish("targets", "snapshot", "timestamp")
			u.now = u.now.Add(18 * day)
			u.want(true, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 3}, trusted{"snapshot", 2}, trusted{"targets", 2})
		},
		"expired_local_snapshot": func(t *testing.T, r *repository, u *user) {
			r.expire("snapshot", u.now.Add(7*day))
			r.publish("snapshot", "timestamp")
			u.want(true, u.refresh())
			u.now = u.now.Add(18 * day)
			u.want(false, u.refresh())
			r.expire("snapshot", u.now.Add(7*day))
			r.publish("snapshot", "timestamp")
			u.want(true, u.refresh())
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 3}, trusted{"snapshot", 3}, trusted{"targets", 1})
		},
		"delegated_targets_expired": func(t *testing.T, r *repository, u *user) {
			r.delegate("targets", "delegated", object{"paths": []any{"delegatedpath/*"}})
			r.expire("delegated", past)
			r.addArtifact("delegated", "delegatedpath/target", "delegated content")
			r.publish("delegated", "targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			u.want(false, u.download("delegatedpath/target"))
			u.has()
			u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 2})
		},
		"expired_local_delegated_targets": func(t *testing.T, r *repository, u *user) {
			delegatedForAWeek(r, u)
			u.want(true, u.download("delegatedpath/first"))
			u.now = u.now.Add(18 * day)
			u.want(false, u.download("delegatedpath/second"))
			u.has("first")
		},
		"expired_local_delegated_targets_updates": func(t *testing.T, r *repository, u *user) {
			delegatedForAWeek(r, u)
			u.want(true, u.download("delegatedpath/first"))
			r.expire("delegated", u.now.Add(21*day))
			r.publish("delegated", "snapshot", "timestamp")
			u.now = u.now.Add(18 * day)
			u.want(true, u.download("delegatedpath/second"))
			u.has("first", "second")
		},
	})
}

func delegatedForAWeek(r *repository, u *user) {
	r.delegate("targets", "delegated", object{"paths": []any{"delegatedpath/*"}})
	r.expire("delegated", u.now.Add(7*24*time.Hour))
	r.addArtifact("delegated", "delegatedpath/first", "first")
	r.addArtifact("delegated", "delegatedpath/second", "second")
	r.publish("delegated", "targets", "snapshot", "timestamp")
}
