package tuf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// SchemeRSAPKCS1v15 is a scheme of RSA keys that go-tuf doesn't know.
const SchemeRSAPKCS1v15 = "rsa-pkcs1v15-sha256"

// Payload returns the bytes that are signed: the canonical JSON of what was parsed, so that nothing is believed that
// was not signed as it was understood.
func Payload[T metadata.Roles](m *metadata.Metadata[T]) ([]byte, error) {
	return cjson.EncodeCanonical(m.Signed)
}

// VerifyRole verifies metadata as signed for a top-level role of a root.
func VerifyRole[T metadata.Roles](role string, m *metadata.Metadata[T], root *Root) error {
	r := root.Signed.Roles[role]
	if r == nil {
		return fmt.Errorf("the root has no role %q", role)
	}
	return verify(role, m, root.Signed.Keys, r.KeyIDs, r.Threshold)
}

// VerifyDelegated verifies targets as signed for a role that other targets have delegated to.
func VerifyDelegated(role string, m, delegator *Targets) error {
	d := delegator.Signed.Delegations
	if d == nil {
		return fmt.Errorf("nobody has delegated to %q", role)
	}
	if s := d.SuccinctRoles; s != nil && len(d.Roles) == 0 {
		return verify(role, m, d.Keys, s.KeyIDs, s.Threshold)
	}
	for _, r := range d.Roles {
		if r.Name == role {
			return verify(role, m, d.Keys, r.KeyIDs, r.Threshold)
		}
	}
	return fmt.Errorf("nobody has delegated to %q", role)
}

// verify wants the signatures of a threshold of different keys. Keys count by what they are, whatever their IDs: one
// holder in two names is one. What is not valid, or by no key of the role, counts nothing.
func verify[T metadata.Roles](role string, m *metadata.Metadata[T], keys map[string]*metadata.Key, ids []string, threshold int) error {
	if threshold < 1 {
		return fmt.Errorf("a threshold of %d for %q", threshold, role)
	}
	payload, err := Payload(m)
	if err != nil {
		return err
	}
	signers := map[[sha256.Size]byte]bool{}
	for _, s := range m.Signatures {
		if k := keys[s.KeyID]; k != nil && slices.Contains(ids, s.KeyID) {
			if id, ok := VerifyKey(k, payload, s.Signature); ok {
				signers[id] = true
			}
		}
	}
	if len(signers) < threshold {
		return &metadata.ErrUnsignedMetadata{Msg: fmt.Sprintf("%s: not enough signatures, got %d, want %d", role, len(signers), threshold)}
	}
	return nil
}

// VerifyKey says whether a signature of some bytes is a key's, and gives the hash of its public key. A key that can't
// be read has signed nothing.
func VerifyKey(k *metadata.Key, payload, sig []byte) (id [sha256.Size]byte, ok bool) {
	public, err := publicKey(k)
	if err != nil {
		return id, false
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return id, false
	}
	return sha256.Sum256(der), signed(public, k.Scheme, payload, sig)
}

// publicKey returns the key itself: hex for Ed25519, PEM for the others.
func publicKey(k *metadata.Key) (crypto.PublicKey, error) {
	if k.Type == metadata.KeyTypeEd25519 {
		b, err := hex.DecodeString(k.Value.PublicKey)
		if err != nil || len(b) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("not an Ed25519 key: %.80q", k.Value.PublicKey)
		}
		return ed25519.PublicKey(b), nil
	}
	block, _ := pem.Decode([]byte(k.Value.PublicKey))
	if block == nil {
		return nil, fmt.Errorf("a key of type %.40q that is no PEM", k.Type)
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// signed verifies a signature under the scheme that the key is for.
func signed(public crypto.PublicKey, scheme string, payload, sig []byte) bool {
	digest := sha256.Sum256(payload)
	switch k := public.(type) {
	case ed25519.PublicKey:
		return scheme == metadata.KeySchemeEd25519 && ed25519.Verify(k, payload, sig)
	case *ecdsa.PublicKey:
		switch scheme {
		case metadata.KeySchemeECDSA_SHA2_P256:
			return ecdsa.VerifyASN1(k, digest[:], sig)
		case metadata.KeySchemeECDSA_SHA2_P384:
			digest := sha512.Sum384(payload)
			return ecdsa.VerifyASN1(k, digest[:], sig)
		}
	case *rsa.PublicKey:
		switch scheme {
		case metadata.KeySchemeRSASSA_PSS_SHA256:
			return rsa.VerifyPSS(k, crypto.SHA256, digest[:], sig, nil) == nil
		case SchemeRSAPKCS1v15:
			return rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], sig) == nil
		}
	}
	return false
}
