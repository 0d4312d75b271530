package edition

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/tuf"
)

// The limits of trust metadata.
const (
	maxRoleKeys   = 32
	maxSignatures = 2 * maxRoleKeys // a root is signed by its own keys and by its predecessor's
	maxVersion    = 1 << 53
)

// PolicyTarget is the name of the trust repository's one target.
const PolicyTarget = "policy"

// openMetadata reads a file of trust metadata: in canonical JSON, with the fields of the TUF specification and no
// other, and with values in the ranges of SPEC.md, "Trust". It says nothing of the signatures.
//
// go-tuf verifies what it has parsed and encoded again, so that bytes outside of what is signed could be altered
// unseen. Here the whole file has one encoding. It also takes JSON null for objects and panics on it later.
func openMetadata[T metadata.Roles](b []byte) (m *metadata.Metadata[T], err error) {
	defer func() {
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("not metadata: %v", r)
		}
	}()
	if len(b) > MaxMetadata {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxMetadata)
	}
	m = &metadata.Metadata[T]{}
	if _, err := m.FromBytes(b); err != nil {
		return nil, err
	}
	again, err := cjson.EncodeCanonical(m)
	if err != nil || !bytes.Equal(again, b) {
		return nil, errors.New("not in canonical JSON")
	}
	if err := checkSignatures(m.Signatures); err != nil {
		return nil, err
	}
	if err := noMore(m.UnrecognizedFields); err != nil {
		return nil, err
	}
	switch s := any(&m.Signed).(type) {
	case *metadata.RootType:
		err = checkRoot(s)
	case *metadata.TimestampType:
		err = errors.Join(noMore(s.UnrecognizedFields), checkSigned(s.SpecVersion, s.Version, s.Expires),
			checkMeta(s.Meta, "snapshot.json"))
	case *metadata.SnapshotType:
		err = errors.Join(noMore(s.UnrecognizedFields), checkSigned(s.SpecVersion, s.Version, s.Expires),
			checkMeta(s.Meta, "targets.json"))
	case *metadata.TargetsType:
		err = checkTargets(s)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// noMore refuses fields that the format doesn't have.
func noMore(fields ...map[string]any) error {
	for _, f := range fields {
		for name := range f {
			return fmt.Errorf("field %.40q is unknown", name)
		}
	}
	return nil
}

func checkSigned(spec string, version int64, expires time.Time) error {
	if !strings.HasPrefix(spec, "1.0.") {
		return fmt.Errorf("spec_version %.20q, want 1.0.x", spec)
	}
	if version < 1 || version > maxVersion {
		return fmt.Errorf("version %d is out of range", version)
	}
	if expires.Nanosecond() != 0 || expires.Location() != time.UTC || expires.Year() < 1970 {
		return fmt.Errorf("expires %v: want UTC in whole seconds", expires)
	}
	return nil
}

// checkSignatures wants signatures sorted by key ID, each key once.
func checkSignatures(sigs []metadata.Signature) error {
	if len(sigs) > maxSignatures {
		return fmt.Errorf("%d signatures are over the limit of %d", len(sigs), maxSignatures)
	}
	for i, s := range sigs {
		if i > 0 && sigs[i-1].KeyID >= s.KeyID {
			return errors.New("signatures are not sorted by key")
		}
		if err := noMore(s.UnrecognizedFields); err != nil {
			return err
		}
	}
	return nil
}

func checkRoot(s *metadata.RootType) error {
	if err := errors.Join(noMore(s.UnrecognizedFields), checkSigned(s.SpecVersion, s.Version, s.Expires)); err != nil {
		return err
	}
	if !s.ConsistentSnapshot {
		return errors.New("consistent_snapshot is not true")
	}
	if len(s.Roles) != len(metadata.TOP_LEVEL_ROLE_NAMES) || len(s.Keys) > len(s.Roles)*maxRoleKeys {
		return fmt.Errorf("%d roles and %d keys", len(s.Roles), len(s.Keys))
	}
	for id, k := range s.Keys {
		if err := checkKey(id, k); err != nil {
			return fmt.Errorf("key %.64q: %w", id, err)
		}
	}
	for _, name := range metadata.TOP_LEVEL_ROLE_NAMES {
		if err := checkRole(s, s.Roles[name]); err != nil {
			return fmt.Errorf("role %q: %w", name, err)
		}
	}
	return nil
}

func checkKey(id string, k *metadata.Key) error {
	if k == nil {
		return errors.New("null")
	}
	if err := noMore(k.UnrecognizedFields, k.Value.UnrecognizedFields); err != nil {
		return err
	}
	if k.Type != metadata.KeyTypeEd25519 || k.Scheme != metadata.KeySchemeEd25519 {
		return fmt.Errorf("type %.40q, want ed25519", k.Type)
	}
	public, err := hex.DecodeString(k.Value.PublicKey)
	if err != nil || hex.EncodeToString(public) != k.Value.PublicKey {
		return errors.New("not lower-case hex")
	}
	if err := checkPublicKey(public); err != nil {
		return err
	}
	if want, err := k.ID(); err != nil || id != want {
		return errors.New("the ID is not the key's")
	}
	return nil
}

func checkRole(s *metadata.RootType, r *metadata.Role) error {
	if r == nil {
		return errors.New("missing")
	}
	if err := noMore(r.UnrecognizedFields); err != nil {
		return err
	}
	if len(r.KeyIDs) > maxRoleKeys || r.Threshold < 1 || r.Threshold > len(r.KeyIDs) {
		return fmt.Errorf("a threshold of %d of %d keys", r.Threshold, len(r.KeyIDs))
	}
	if i := firstDouble(r.KeyIDs); i >= 0 {
		return fmt.Errorf("key %.64q stands twice", r.KeyIDs[i])
	}
	for _, id := range r.KeyIDs {
		if s.Keys[id] == nil {
			return fmt.Errorf("key %.64q is not defined", id)
		}
	}
	return nil
}

// checkMeta wants the one file that a timestamp or a snapshot speaks of, with its version, length and SHA-256.
func checkMeta(meta map[string]*metadata.MetaFiles, name string) error {
	f := meta[name]
	if f == nil || len(meta) != 1 {
		return fmt.Errorf("meta: want %q alone", name)
	}
	if f.Version < 1 || f.Version > maxVersion {
		return fmt.Errorf("%s: version %d is out of range", name, f.Version)
	}
	return errors.Join(noMore(f.UnrecognizedFields), checkFile(name, f.Length, MaxMetadata, f.Hashes))
}

func checkTargets(s *metadata.TargetsType) error {
	if err := errors.Join(noMore(s.UnrecognizedFields), checkSigned(s.SpecVersion, s.Version, s.Expires)); err != nil {
		return err
	}
	if s.Delegations != nil {
		return errors.New("delegations are not part of the format")
	}
	f := s.Targets[PolicyTarget]
	if f == nil || len(s.Targets) != 1 || f.Custom != nil {
		return fmt.Errorf("targets: want %q alone", PolicyTarget)
	}
	return errors.Join(noMore(f.UnrecognizedFields), checkFile(PolicyTarget, f.Length, MaxPolicy, f.Hashes))
}

func checkFile(name string, length, max int64, hashes metadata.Hashes) error {
	if length < 1 || length > max {
		return fmt.Errorf("%s: length %d is out of range", name, length)
	}
	if len(hashes) != 1 || len(hashes["sha256"]) != len(Hash{}) {
		return fmt.Errorf("%s: want a SHA-256 alone", name)
	}
	return nil
}

// openRoot reads a root that must be signed by its own keys and, unless it is the first, by its predecessor's.
func openRoot(b []byte, last *tuf.Root) (*tuf.Root, error) {
	m, err := openMetadata[metadata.RootType](b)
	if err != nil {
		return nil, err
	}
	if last == nil {
		return m, verifyRole(metadata.ROOT, m, m)
	}
	return m, verifyRole(metadata.ROOT, m, last, m)
}

// openSigned reads metadata that must be signed for a role of some roots.
func openSigned[T metadata.Roles](role string, b []byte, roots ...*tuf.Root) (*metadata.Metadata[T], error) {
	m, err := openMetadata[T](b)
	if err != nil {
		return nil, err
	}
	return m, verifyRole(role, m, roots...)
}

// verifyRole verifies metadata under the keys and thresholds of the roots that it must satisfy, and refuses a signature
// that is not valid, or by none of those keys: TUF passes over it, and it could be altered unseen.
func verifyRole[T metadata.Roles](role string, m *metadata.Metadata[T], roots ...*tuf.Root) error {
	for _, root := range roots {
		if err := tuf.VerifyRole(role, m, root); err != nil {
			return err
		}
	}
	payload, err := tuf.Payload(m)
	if err != nil {
		return err
	}
	for _, s := range m.Signatures {
		k := roleKey(role, s.KeyID, roots)
		if k == nil {
			return fmt.Errorf("signed by key %.64q, which the role doesn't have", s.KeyID)
		}
		if _, ok := tuf.VerifyKey(k, payload, s.Signature); !ok {
			return fmt.Errorf("the signature of key %.64q is not valid", s.KeyID)
		}
	}
	return nil
}

// roleKey returns a key that a role has in one of some roots, or nil.
func roleKey(role, id string, roots []*tuf.Root) *metadata.Key {
	for _, root := range roots {
		if slices.Contains(root.Signed.Roles[role].KeyIDs, id) {
			return root.Signed.Keys[id]
		}
	}
	return nil
}
