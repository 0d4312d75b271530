package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age/armor"

	"coranto/internal/keys"
)

const passphrase = "seven quiet lamps"

func TestEncrypt(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
	file := must[[]byte](t)(keys.Encrypt(key, passphrase, 4))
	if !bytes.HasPrefix(file, []byte("-----BEGIN AGE ENCRYPTED FILE-----\n")) {
		t.Errorf("got %.40q", file)
	}
	if got := must[ed25519.PrivateKey](t)(keys.Decrypt(file, passphrase)); !got.Equal(key) {
		t.Error("another key came out")
	}
	for _, wrong := range []string{"", "seven quiet lamp", strings.ToUpper(passphrase)} {
		if _, err := keys.Decrypt(file, wrong); !errors.Is(err, keys.ErrPassphrase) {
			t.Errorf("%q: got %v, want ErrPassphrase", wrong, err)
		}
	}
	if _, err := keys.Encrypt(key, "eleven char", 4); err == nil {
		t.Error("a short passphrase was taken")
	}
}

func TestDecryptRefuses(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
	file := must[[]byte](t)(keys.Encrypt(key, passphrase, 4))
	for name, b := range map[string][]byte{
		"nothing":   nil,
		"text":      []byte("a letter"),
		"cut":       file[:len(file)/2],
		"too large": bytes.Repeat([]byte("x"), 1<<20),
		"altered":   bytes.Replace(file, file[300:301], []byte{file[300] ^ 1}, 1),
		"costly":    costly(t),
	} {
		if _, err := keys.Decrypt(b, passphrase); err == nil {
			t.Errorf("%s: opened", name)
		} else if strings.Contains(err.Error(), passphrase) {
			t.Errorf("%s: the passphrase is in the error: %v", name, err)
		}
	}
}

// costly returns a file whose header asks for more work than a reader should spend.
func costly(t *testing.T) []byte {
	var b bytes.Buffer
	w := armor.NewWriter(&b)
	_, err := io.WriteString(w, "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 40\n"+
		strings.Repeat("A", 43)+"\n--- "+strings.Repeat("A", 43)+"\n")
	must[struct{}](t)(struct{}{}, errors.Join(err, w.Close()))
	return b.Bytes()
}
