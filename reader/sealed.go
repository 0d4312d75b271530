package reader

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"coranto/internal/durable"
)

// ErrPassphrase is returned for a passphrase that does not open an encrypted keep.
var ErrPassphrase = errors.New("the passphrase does not open what is kept")

const (
	// MinPassphrase is the least number of characters of a passphrase. Whoever takes the device can guess for years.
	MinPassphrase = 12
	// SealedKeyPath is the file of an encrypted keep that the passphrase opens. Without it the rest opens for nobody.
	SealedKeyPath = "keep.age"
	// DefaultWork is scrypt's cost as a power of two: about a second for each guess.
	DefaultWork = 18

	maxWork      = 20       // bounds the memory that a file can make its reader spend: 2^20 times 1 KiB
	maxSealedKey = 4 << 10  // more than the file of keys ever takes
	sealedBlock  = 4 << 10  // the least that a file is padded to
	maxSealed    = 16 << 20 // more than a padded and encrypted file of maxKept bytes
	sealedHead   = "coranto keep 1"
)

// SealedKeep keeps files in a folder so that nobody can read them without a passphrase: neither what they say nor what
// they are called. What stays visible is how many files there are, their sizes as powers of two, and when they were
// written.
//
// The passphrase opens one file (SealedKeyPath) with an age identity and a key for names. Each file is encrypted to that
// identity, together with its name, so that one can't stand in for another, and named by an HMAC.
type SealedKeep struct {
	dir  *DirKeep
	root *os.Root
	id   *age.X25519Identity
	key  []byte // of names
}

// Sealed opens the encrypted keep in a folder, or makes one where there is none; made says which. The limit is that of
// Dir, and counts what is on the disk. The work is scrypt's cost for a keep that is made, DefaultWork but in tests. The
// error is ErrPassphrase when the passphrase is wrong; nothing is changed then.
func Sealed(root *os.Root, limit int64, passphrase string, work int) (k *SealedKeep, made bool, err error) {
	k = &SealedKeep{dir: Dir(root, limit), root: root}
	sealed, err := readSealedKey(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return k, true, k.create(passphrase, work)
	case err != nil:
		return nil, false, err
	}
	return k, false, k.open(sealed, passphrase)
}

func readSealedKey(root *os.Root) ([]byte, error) {
	f, err := root.Open(SealedKeyPath)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readCapped(f, -1, maxSealedKey)
}

// create makes keys and writes them, sealed, before anything is encrypted to them. What is there without keys, because
// Clear was stopped, opens for nobody and is removed.
func (k *SealedKeep) create(passphrase string, work int) (err error) {
	if n := utf8.RuneCountInString(passphrase); n < MinPassphrase {
		return fmt.Errorf("the passphrase has %d characters, want at least %d", n, MinPassphrase)
	}
	if err := errors.Join(k.root.RemoveAll(sealedState), k.dir.DropObjects()); err != nil {
		return err
	}
	if k.id, err = age.GenerateX25519Identity(); err != nil {
		return err
	}
	k.key = nameKey(k.id)
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	to.SetWorkFactor(work)
	sealed, err := encrypt([]byte(sealedHead+"\n"+k.id.String()+"\n"), to)
	if err != nil {
		return err
	}
	return durable.WritePrivate(k.root, SealedKeyPath, sealed)
}

func (k *SealedKeep) open(sealed []byte, passphrase string) error {
	with, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return ErrPassphrase // an empty one opens nothing
	}
	with.SetMaxWorkFactor(maxWork)
	text, err := decrypt(sealed, maxSealedKey, with)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return ErrPassphrase
	}
	if err != nil {
		return fmt.Errorf("%s: %w", SealedKeyPath, err)
	}
	secret, ok := strings.CutPrefix(string(text), sealedHead+"\n")
	k.id, err = age.ParseX25519Identity(strings.TrimSuffix(secret, "\n"))
	if !ok || err != nil {
		return fmt.Errorf("%s: not the keys of a keep", SealedKeyPath)
	}
	k.key = nameKey(k.id)
	return nil
}

// nameKey returns the key for names. It follows from the identity, so that there is one secret.
func nameKey(id *age.X25519Identity) []byte {
	return mac([]byte(id.String()), "coranto keep names")
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

// hidden returns the name that a name has on the disk. It still tells objects from state, so that objects can give way.
func (k *SealedKeep) hidden(name string) string {
	sum := hex.EncodeToString(mac(k.key, name)[:16])
	if isObject(name) {
		return objectsDir + "/" + sum[:2] + "/" + sum
	}
	return sealedState + "/" + sum
}

// sealedState is the folder of state in an encrypted keep.
const sealedState = "s"

// Get returns what stands at a name. An object that is damaged is removed, and fetched again.
func (k *SealedKeep) Get(name string) ([]byte, error) {
	sealed, err := k.dir.get(k.hidden(name), maxSealed)
	if err != nil {
		return nil, err
	}
	b, err := k.unseal(name, sealed)
	if err != nil && isObject(name) {
		return nil, errors.Join(fs.ErrNotExist, k.Remove(name))
	}
	return b, err
}

// Put encrypts b and puts it at a name.
func (k *SealedKeep) Put(name string, b []byte) error {
	sealed, err := k.seal(name, b)
	if err != nil {
		return err
	}
	return k.dir.Put(k.hidden(name), sealed)
}

// seal encrypts a file with its name and padding: two lengths of 4 bytes, name, file, zeros. The file alone is padded to
// a power of two, and a name is short.
func (k *SealedKeep) seal(name string, b []byte) ([]byte, error) {
	if len(b) > maxKept || len(name) > maxKeptName {
		return nil, fmt.Errorf("keep %.80q: %d bytes are too many", name, len(b))
	}
	plain := make([]byte, 8+maxKeptName+padded(len(b)))
	binary.BigEndian.PutUint32(plain, uint32(len(name)))
	binary.BigEndian.PutUint32(plain[4:], uint32(len(b)))
	copy(plain[8:], name)
	copy(plain[8+maxKeptName:], b)
	return encrypt(plain, k.id.Recipient())
}

// maxKeptName is the length of the longest name; all take as much.
const maxKeptName = 128

// padded is the size that a file of n bytes is padded to.
func padded(n int) int {
	if n <= sealedBlock {
		return sealedBlock
	}
	return 1 << bits.Len(uint(n-1))
}

// unseal undoes seal, and checks that the file was put at this name.
func (k *SealedKeep) unseal(name string, sealed []byte) ([]byte, error) {
	plain, err := decrypt(sealed, maxSealed, k.id)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	if len(plain) < 8+maxKeptName {
		return nil, errors.New("keep: a file is cut short")
	}
	n, m := binary.BigEndian.Uint32(plain), binary.BigEndian.Uint32(plain[4:])
	rest := plain[8+maxKeptName:]
	if n > maxKeptName || uint64(m) > uint64(len(rest)) || string(plain[8:8+n]) != name {
		return nil, errors.New("keep: a file is not what its name says")
	}
	return rest[:m:m], nil
}

func encrypt(plain []byte, to age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func decrypt(sealed []byte, max int64, with age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), with)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, max))
}

// Remove removes a name.
func (k *SealedKeep) Remove(name string) error { return k.dir.Remove(k.hidden(name)) }

// DropObjects removes every object.
func (k *SealedKeep) DropObjects() error { return k.dir.DropObjects() }

// Clear removes the keys first: from then on the rest can't be read, wherever the disk still has it.
func (k *SealedKeep) Clear() error {
	err := ignoreAbsent(k.root.Remove(SealedKeyPath))
	err = errors.Join(err, durable.Flush(k.root))
	return errors.Join(err, k.root.RemoveAll(sealedState), k.dir.DropObjects())
}

// Usage counts what is in the folder.
func (k *SealedKeep) Usage() (Usage, error) {
	u, err := k.dir.Usage()
	u.Encrypted = true
	return u, err
}

// MoveInto puts all that a folder keeps in the clear into an encrypted keep, and removes it there. It may be called
// again after it was stopped. On flash memory what was removed may still be found by who looks for it.
func (k *DirKeep) MoveInto(to *SealedKeep) error {
	dirs, err := k.states()
	if err != nil {
		return err
	}
	for _, dir := range append(dirs, objectsDir) {
		err := fs.WalkDir(k.root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), durable.TempPrefix) {
				return ignoreAbsent(err)
			}
			b, err := k.Get(name)
			if err != nil {
				return err
			}
			return to.Put(name, b)
		})
		if err != nil {
			return err
		}
	}
	return k.Clear()
}

// Empty says whether a folder keeps nothing in the clear.
func (k *DirKeep) Empty() (bool, error) {
	dirs, err := k.states()
	if err != nil || len(dirs) > 0 {
		return false, err
	}
	_, err = k.root.Lstat(objectsDir)
	return errors.Is(err, fs.ErrNotExist), ignoreAbsent(err)
}
