package edition

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// Kinds of keys in C2SP signed notes, the first byte of a key.
const (
	algEd25519     = 1 // signs the text
	algCosignature = 4 // signs the text and a time (C2SP tlog-cosignature)
)

// parseVerifier reads a C2SP verifier key of one kind, in its one valid encoding, and returns it with its public key.
func parseVerifier(vkey string, alg byte) (note.Verifier, ed25519.PublicKey, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	_, key64, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(key64)
	if err != nil || !validKeyName(name) || len(key) != 1+ed25519.PublicKeySize {
		return nil, nil, fmt.Errorf("%.200q is not a verifier key", vkey)
	}
	if key[0] != alg {
		return nil, nil, fmt.Errorf("key %q is of kind %d, want %d", name, key[0], alg)
	}
	if err := checkPublicKey(key[1:]); err != nil {
		return nil, nil, fmt.Errorf("key %q: %w", name, err)
	}
	newVerifier := note.NewVerifier
	if alg == algCosignature {
		newVerifier = cosign.NewVerifierForCosignatureV1
	}
	v, err := newVerifier(vkey)
	if err != nil {
		return nil, nil, fmt.Errorf("key %q: %w", name, err)
	}
	// The library doesn't compare a cosigner's key hash, and its base64 is lenient.
	if again := fmt.Sprintf("%s+%08x+%s", name, v.KeyHash(), base64.StdEncoding.EncodeToString(key)); again != vkey {
		return nil, nil, fmt.Errorf("key %q is not in its one valid encoding %q", name, again)
	}
	return v, key[1:], nil
}

// checkPublicKey refuses Ed25519 public keys under which anybody can sign, and second encodings of a key.
//
// Under a point of small order, signatures that verify can be made without any secret, one for many messages. There
// are eight such points, of five y-coordinates; the sign bit of x doesn't matter. RFC 8032 takes y below
// p = 2^255-19 alone, but crypto/ed25519 reduces larger ones, so that a key would have two encodings.
func checkPublicKey(key []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("an Ed25519 key of %d bytes", len(key))
	}
	y := [ed25519.PublicKeySize]byte(key)
	y[31] &= 0x7f
	if !belowP(y) {
		return errors.New("an Ed25519 key that is not canonical")
	}
	switch hex.EncodeToString(y[:]) {
	case "0100000000000000000000000000000000000000000000000000000000000000", // order 1
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": // order 8
		return errors.New("an Ed25519 key of small order: anybody could sign")
	}
	return nil
}

// belowP says whether a little-endian number of 255 bits is below 2^255-19.
func belowP(y [32]byte) bool {
	if y[31] != 0x7f || y[0] < 0xed {
		return true
	}
	for _, b := range y[1:31] {
		if b != 0xff {
			return true
		}
	}
	return false
}
