package keys

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
)

// A Proposal is the next version of the root, on its way to the signatures that it needs: those of enough root keys of
// the version before, and of enough of its own. As bytes it is that root.json as readers will have it, but for the
// signatures that are still missing, so there is no second format to trust.
type Proposal struct {
	m *metadata.Metadata[metadata.RootType]
}

// ParseProposal reads a proposal: canonical JSON and nothing else. It says nothing of the signatures.
func ParseProposal(b []byte) (p Proposal, err error) {
	defer func() {
		if r := recover(); r != nil { // of go-tuf, on null
			err = errors.New("not a proposal")
		}
	}()
	if len(b) > edition.MaxMetadata {
		return p, fmt.Errorf("%d bytes are too many for a proposal", len(b))
	}
	m := &metadata.Metadata[metadata.RootType]{}
	if _, err := m.FromBytes(b); err != nil {
		return p, fmt.Errorf("not a proposal: %w", err)
	}
	again, err := cjson.EncodeCanonical(m)
	if err != nil || !bytes.Equal(again, b) {
		return p, errors.New("not a proposal: not in canonical JSON")
	}
	for _, role := range roleNames {
		if m.Signed.Roles[role] == nil {
			return p, fmt.Errorf("not a proposal: it has no role %s", role)
		}
	}
	return Proposal{m}, nil
}

// Marshal returns the proposal's bytes.
func (p Proposal) Marshal() ([]byte, error) { return seal(p.m) }

// Version is the root's; Expires is when it will expire.
func (p Proposal) Version() int64     { return p.m.Signed.Version }
func (p Proposal) Expires() time.Time { return p.m.Signed.Expires }

// ID is the SHA-256 of what is signed, the same however many have signed: what the holders compare before they do.
func (p Proposal) ID() (edition.Hash, error) {
	b, err := cjson.EncodeCanonical(p.m.Signed)
	return edition.Sum(b), err
}

// RoleOf returns the key IDs of a role and how many of them must sign.
func (p Proposal) RoleOf(role string) (ids []string, threshold int) {
	r := p.m.Signed.Roles[role]
	return r.KeyIDs, r.Threshold
}

// Signers returns the IDs of the keys that have signed, sorted; whether they may is for Accept to say.
func (p Proposal) Signers() []string {
	var ids []string
	for _, s := range p.m.Signatures {
		ids = append(ids, s.KeyID)
	}
	slices.Sort(ids)
	return ids
}

// Sign adds a key's signature, once.
func (p Proposal) Sign(key ed25519.PrivateKey) (Proposal, error) {
	id, err := keyID(key)
	if err != nil {
		return p, err
	}
	b, err := cjson.EncodeCanonical(p.m.Signed)
	if err != nil {
		return p, err
	}
	return p.with(metadata.Signature{KeyID: id, Signature: ed25519.Sign(key, b)}), nil
}

// Merge adds the signatures of another copy of the same proposal.
func (p Proposal) Merge(q Proposal) (Proposal, error) {
	a, errA := p.ID()
	b, errB := q.ID()
	if err := errors.Join(errA, errB); err != nil {
		return p, err
	}
	if a != b {
		return p, errors.New("they are different proposals")
	}
	for _, s := range q.m.Signatures {
		p = p.with(s)
	}
	return p, nil
}

// with returns the proposal with one more signature, in the place of one by the same key.
func (p Proposal) with(s metadata.Signature) Proposal {
	m := *p.m
	m.Signatures = slices.DeleteFunc(slices.Clone(m.Signatures), func(o metadata.Signature) bool { return o.KeyID == s.KeyID })
	m.Signatures = append(m.Signatures, s)
	slices.SortFunc(m.Signatures, func(a, b metadata.Signature) int { return cmp.Compare(a.KeyID, b.KeyID) })
	return Proposal{&m}
}

// A MissingError says that a proposal has too few signatures.
type MissingError struct {
	// Old says that the keys meant are those of the root in force; otherwise they are the proposal's own.
	Old        bool
	Have, Need int
	// Absent are the IDs of the keys that have not signed.
	Absent []string
}

// Error says whose signatures are missing.
func (e *MissingError) Error() string {
	whose := "new"
	if e.Old {
		whose = "present"
	}
	return fmt.Sprintf("signed by %d of the %s root keys, and %d are needed", e.Have, whose, e.Need)
}

// signedFor keeps the signatures that count, of keys of either root, and says whether they are enough for both.
func (p Proposal) signedFor(old *metadata.Metadata[metadata.RootType]) (Proposal, error) {
	text, err := cjson.EncodeCanonical(p.m.Signed)
	if err != nil {
		return p, err
	}
	m := *p.m
	m.Signatures = slices.DeleteFunc(slices.Clone(m.Signatures), func(s metadata.Signature) bool {
		return !verifies(old, s, text) && !verifies(p.m, s, text)
	})
	p = Proposal{&m}
	if err := missing(old, true, m.Signatures); err != nil {
		return p, err
	}
	return p, missing(p.m, false, m.Signatures)
}

// verifies says whether a signature is one by a root key of a root.
func verifies(root *metadata.Metadata[metadata.RootType], s metadata.Signature, text []byte) bool {
	key := root.Signed.Keys[s.KeyID]
	if key == nil || !slices.Contains(root.Signed.Roles[metadata.ROOT].KeyIDs, s.KeyID) {
		return false
	}
	public, err := hex.DecodeString(key.Value.PublicKey)
	return err == nil && len(public) == ed25519.PublicKeySize && ed25519.Verify(public, text, s.Signature)
}

func missing(root *metadata.Metadata[metadata.RootType], old bool, sigs []metadata.Signature) error {
	role := root.Signed.Roles[metadata.ROOT]
	e := &MissingError{Old: old, Need: role.Threshold}
	for _, id := range role.KeyIDs {
		if slices.ContainsFunc(sigs, func(s metadata.Signature) bool { return s.KeyID == id }) {
			e.Have++
		} else {
			e.Absent = append(e.Absent, id)
		}
	}
	if e.Have < e.Need {
		return e
	}
	return nil
}
