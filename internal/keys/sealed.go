package keys

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// ErrPassphrase is returned for a passphrase that doesn't open a key file.
var ErrPassphrase = errors.New("the passphrase does not open it")

const (
	// MinPassphrase is the least number of characters of a passphrase. Whoever finds the file can guess for years.
	MinPassphrase = 12
	// maxKeyFile is more than an encrypted key ever takes: about 600 bytes.
	maxKeyFile = 16 << 10
	// maxWork bounds the memory (2^20 times 1 KiB) that a file can make its reader spend.
	maxWork = 20
	// DefaultWork is scrypt's cost as a power of two: about a second for each guess.
	DefaultWork = 18
)

// Encrypt returns a secret key as a file that a passphrase opens: age's, armored, so that it is text which survives
// print and mail; inside is PKCS #8 in PEM. So the age and openssl commands open it when Coranto is long gone. The work
// is scrypt's cost as a power of two, DefaultWork but in tests.
func Encrypt(key ed25519.PrivateKey, passphrase string, work int) ([]byte, error) {
	if n := utf8.RuneCountInString(passphrase); n < MinPassphrase {
		return nil, fmt.Errorf("the passphrase has %d characters, want at least %d", n, MinPassphrase)
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(work)
	text, err := pemSecret(key)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	armored := armor.NewWriter(&b)
	w, err := age.Encrypt(armored, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decrypt opens what Encrypt wrote. A wrong passphrase is ErrPassphrase; a file that is damaged may look the same.
func Decrypt(file []byte, passphrase string) (ed25519.PrivateKey, error) {
	if len(file) > maxKeyFile {
		return nil, fmt.Errorf("%d bytes are too many for a key file", len(file))
	}
	with, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase // an empty one opens nothing
	}
	with.SetMaxWorkFactor(maxWork)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), with)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("not a key file: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("not a key file: %w", err)
	}
	return parsePEM(text)
}
