package keys

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"path"

	"coranto/internal/notekey"
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
		return notekey.Format(logName, notekey.Ed25519, key), nil
	case path.Base(cosignerKeyFile):
		return notekey.Format(logName+"/time", notekey.Cosignature, key), nil
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
