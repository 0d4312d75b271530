package keys

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// Where the secret keys stand in the newsroom's folder. The roles' keys are PKCS #8 in PEM, which other tools read;
// those of notes are in the encoding of C2SP signed-note.
const (
	rootKeyFile     = "keys/root.pem"
	logKeyFile      = "keys/log.key"
	cosignerKeyFile = "keys/cosigner.key"
)

// nextFolder holds keys that were made and may not count yet.
const nextFolder = "keys/next/"

var secretFiles = [...]string{
	rootKeyFile, "keys/targets.pem", "keys/snapshot.pem", "keys/timestamp.pem", logKeyFile, cosignerKeyFile,
}

func roleFile(role string) string { return "keys/" + role + ".pem" }

// makeSecrets makes new keys and returns them as files.
func makeSecrets(name string, rnd io.Reader) (map[string][]byte, error) {
	logName, err := origin(name, rnd)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, file := range secretFiles {
		if files[file], err = makeSecret(file, logName, rnd); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// makeSecret makes a new key as a file; logName matters to those of the log alone.
func makeSecret(file, logName string, rnd io.Reader) ([]byte, error) {
	key, err := newKey(rnd)
	if err != nil {
		return nil, err
	}
	switch path.Base(file) {
	case path.Base(logKeyFile):
		return noteSecret(logName, algEd25519, key), nil
	case path.Base(cosignerKeyFile):
		return noteSecret(logName+"/time", algCosignature, key), nil
	}
	return pemSecret(key)
}

// newKey makes a key. The seed is read from rnd itself, since ed25519.GenerateKey need not use the source that it is
// given.
func newKey(rnd io.Reader) (ed25519.PrivateKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rnd, seed); err != nil {
		return nil, fmt.Errorf("randomness: %w", err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func pemSecret(key ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func parsePEM(b []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no private key in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a %T, want an Ed25519 key", key)
	}
	return private, nil
}

// Kinds of keys in C2SP signed notes, the first byte of a key.
const (
	algEd25519     = 1
	algCosignature = 4
)

// keyHash is a key's identifier in C2SP signed notes.
func keyHash(name string, alg byte, key ed25519.PrivateKey) uint32 {
	public := key.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(append([]byte(name+"\n"+string(alg)), public...))
	return binary.BigEndian.Uint32(sum[:])
}

func noteSecret(name string, alg byte, key ed25519.PrivateKey) []byte {
	return fmt.Appendf(nil, "PRIVATE+KEY+%s+%08x+%s\n", name, keyHash(name, alg, key),
		base64.StdEncoding.EncodeToString(append([]byte{alg}, key.Seed()...)))
}

// parseNoteSecret reads a C2SP signer key of one kind.
func parseNoteSecret(s string, alg byte) (name string, key ed25519.PrivateKey, err error) {
	f := strings.SplitN(s, "+", 5)
	if len(f) != 5 || f[0] != "PRIVATE" || f[1] != "KEY" {
		return "", nil, errors.New("no signer key")
	}
	seed, err := base64.StdEncoding.DecodeString(f[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize || seed[0] != alg {
		return "", nil, fmt.Errorf("no signer key of kind %d", alg)
	}
	name, key = f[2], ed25519.NewKeyFromSeed(seed[1:])
	if f[3] != fmt.Sprintf("%08x", keyHash(name, alg, key)) {
		return "", nil, errors.New("the key's hash is another's")
	}
	return name, key, nil
}

// A cosigner signs notes with a time (C2SP tlog-cosignature, Ed25519). The library's signer takes the time from the
// machine's clock; here it is passed in.
type cosigner struct {
	name string
	key  ed25519.PrivateKey
	now  time.Time
}

func parseCosigner(s string) (c cosigner, err error) {
	c.name, c.key, err = parseNoteSecret(s, algCosignature)
	return c, err
}

func (c cosigner) at(now time.Time) cosigner {
	c.now = now
	return c
}

// verifierKey returns the public half as a policy names it.
func (c cosigner) verifierKey() string {
	public := append([]byte{algCosignature}, c.key.Public().(ed25519.PublicKey)...)
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(public))
}

// Name and KeyHash make it a note.Signer.
func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return keyHash(c.name, algCosignature, c.key) }

// Sign returns the time and the signature of the note's text under it.
func (c cosigner) Sign(text []byte) ([]byte, error) {
	t := c.now.Unix()
	if t <= 0 {
		return nil, fmt.Errorf("co-sign: the time %v is not set", c.now)
	}
	signed := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", t, text)
	return append(binary.BigEndian.AppendUint64(nil, uint64(t)), ed25519.Sign(c.key, signed)...), nil
}
