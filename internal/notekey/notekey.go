// Package notekey holds the secret keys that sign C2SP notes (c2sp.org/signed-note): those of logs, which sign a text,
// and those of cosigners (c2sp.org/tlog-cosignature), which sign it with a time. Verifying is the edition package's.
//
//	c, err := notekey.New("witness.example/w1", rand.Reader)
//	line, err := note.Sign(&note.Note{Text: head}, c.At(time.Now()))
package notekey

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The kinds of keys, the first byte of a key in a note.
const (
	// Ed25519 signs the text of a note.
	Ed25519 = 1
	// Cosignature signs the text under a time (cosignature/v1).
	Cosignature = 4
)

// Hash returns a key's identifier in notes.
func Hash(name string, kind byte, key ed25519.PrivateKey) uint32 {
	public := key.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(append([]byte(name+"\n"+string(kind)), public...))
	return binary.BigEndian.Uint32(sum[:])
}

// Format returns a secret key as a line of text: a C2SP signer key.
func Format(name string, kind byte, key ed25519.PrivateKey) []byte {
	return fmt.Appendf(nil, "PRIVATE+KEY+%s+%08x+%s\n", name, Hash(name, kind, key),
		base64.StdEncoding.EncodeToString(append([]byte{kind}, key.Seed()...)))
}

// Parse reads what Format writes, without the newline, of one kind.
func Parse(s string, kind byte) (name string, key ed25519.PrivateKey, err error) {
	f := strings.SplitN(s, "+", 5)
	if len(f) != 5 || f[0] != "PRIVATE" || f[1] != "KEY" {
		return "", nil, errors.New("no signer key")
	}
	seed, err := base64.StdEncoding.DecodeString(f[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize || seed[0] != kind {
		return "", nil, fmt.Errorf("no signer key of kind %d", kind)
	}
	name, key = f[2], ed25519.NewKeyFromSeed(seed[1:])
	if f[3] != fmt.Sprintf("%08x", Hash(name, kind, key)) {
		return "", nil, errors.New("the key's hash is another's")
	}
	return name, key, nil
}

// A Cosigner signs notes with a time. It is a note.Signer once At has told it the time: the library's own takes it from
// the machine's clock; here it is passed in. The zero Cosigner has no key.
type Cosigner struct {
	name string
	key  ed25519.PrivateKey
	now  time.Time
}

// New makes a cosigner with a new key. The seed is read from rnd itself, since ed25519.GenerateKey need not use the
// source that it is given. The name is a key name of SPEC.md, section 11.
func New(name string, rnd io.Reader) (Cosigner, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rnd, seed); err != nil {
		return Cosigner{}, fmt.Errorf("randomness: %w", err)
	}
	return Cosigner{name: name, key: ed25519.NewKeyFromSeed(seed)}, nil
}

// ParseCosigner reads a cosigner's secret key, as Secret returns it.
func ParseCosigner(s string) (c Cosigner, err error) {
	c.name, c.key, err = Parse(strings.TrimSpace(s), Cosignature)
	return c, err
}

// Secret returns the secret key as a line of text.
func (c Cosigner) Secret() []byte { return Format(c.name, Cosignature, c.key) }

// IsZero says whether there is no key.
func (c Cosigner) IsZero() bool { return c.key == nil }

// At returns the cosigner as it signs at a time.
func (c Cosigner) At(now time.Time) Cosigner {
	c.now = now
	return c
}

// VerifierKey returns the public half as policies name it.
func (c Cosigner) VerifierKey() string {
	public := append([]byte{Cosignature}, c.key.Public().(ed25519.PublicKey)...)
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(public))
}

// Name returns the key's name.
func (c Cosigner) Name() string { return c.name }

// KeyHash returns the key's identifier in notes.
func (c Cosigner) KeyHash() uint32 { return Hash(c.name, Cosignature, c.key) }

// Sign returns the time, in seconds since 1970 as 8 bytes big-endian, and the signature of a note's text under it.
func (c Cosigner) Sign(text []byte) ([]byte, error) {
	t := c.now.Unix()
	if t <= 0 {
		return nil, fmt.Errorf("co-sign: the time %v is not set", c.now)
	}
	signed := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", t, text)
	return append(binary.BigEndian.AppendUint64(nil, uint64(t)), ed25519.Sign(c.key, signed)...), nil
}
