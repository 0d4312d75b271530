package keys

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/notekey"
)

// A secret is one key file, read. Of the three kinds one is set.
type secret struct {
	next     bool // it stands in keys/next/
	id       string
	role     ed25519.PrivateKey // of a TUF role; id is the TUF key ID
	log      note.Signer        // of the log, and verifier its public half
	cosigner *notekey.Cosigner  // of the newsroom's co-signer, likewise
	verifier string
}

// A pool is all secret keys in a newsroom's folder, by file.
type pool struct{ files map[string]secret }

func newPool() pool { return pool{map[string]secret{}} }

// readPool reads the keys in keys/ and keys/next/. Which of them count is for choose to say.
func readPool(dir *os.Root) (pool, error) {
	p := newPool()
	for _, file := range secretFiles {
		for _, name := range []string{file, nextFolder + path.Base(file)} {
			b, err := dir.ReadFile(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return p, err
			}
			if err := p.add(name, b); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// add reads a key file.
func (p pool) add(file string, b []byte) error {
	s, err := parseSecret(path.Base(file), b)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	s.next = strings.HasPrefix(file, nextFolder)
	p.files[file] = s
	return nil
}

func parseSecret(name string, b []byte) (s secret, err error) {
	text := strings.TrimSpace(string(b))
	switch name {
	case path.Base(logKeyFile):
		return parseLog(text)
	case path.Base(cosignerKeyFile):
		c, err := notekey.ParseCosigner(text)
		if err != nil {
			return s, err
		}
		s.cosigner, s.verifier, s.id = &c, c.VerifierKey(), fmt.Sprintf("%08x", c.KeyHash())
		return s, nil
	}
	if s.role, err = parsePEM(b); err != nil {
		return s, err
	}
	s.id, err = keyID(s.role)
	return s, err
}

func parseLog(text string) (s secret, err error) {
	name, key, err := notekey.Parse(text, notekey.Ed25519)
	if err != nil {
		return s, err
	}
	if s.verifier, err = note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey)); err != nil {
		return s, err
	}
	s.id = fmt.Sprintf("%08x", notekey.Hash(name, notekey.Ed25519, key))
	s.log, err = note.NewSigner(text)
	return s, err
}

// keyID returns a key's TUF ID, the SHA-256 of its public half as canonical JSON.
func keyID(key ed25519.PrivateKey) (string, error) {
	k, err := metadata.KeyFromPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	return k.ID()
}

// choose takes from the pool the keys that a root and a policy name. Those that are not here stay unset.
func (k *Keys) choose(root *metadata.Metadata[metadata.RootType], p edition.Policy) {
	k.roles = map[string]ed25519.PrivateKey{}
	k.log, k.cosigner = nil, notekey.Cosigner{}
	for _, s := range k.pool.files {
		for _, role := range roleNames {
			if s.role != nil && slices.Contains(root.Signed.Roles[role].KeyIDs, s.id) {
				k.roles[role] = s.role
			}
		}
		switch {
		case s.log != nil && s.verifier == p.Log:
			k.log = s.log
		case s.cosigner != nil && s.verifier == p.Cosigner:
			k.cosigner = *s.cosigner
		}
	}
}

// inForce says whether a key is one that the newest root or the policy names.
func (k *Keys) inForce(s secret) bool {
	switch {
	case s.log != nil:
		return s.verifier == k.Policy().Log
	case s.cosigner != nil:
		return s.verifier == k.Policy().Cosigner
	}
	for _, role := range roleNames {
		if slices.Contains(k.signed.root.Signed.Roles[role].KeyIDs, s.id) {
			return true
		}
	}
	return false
}

// checkPresent wants every key that publishing needs. The root's may be elsewhere, but one that stands here must be a
// root key of this or of the version before, which an interrupted change left behind.
func (k *Keys) checkPresent() error {
	for _, role := range roleNames[1:] {
		if k.roles[role] == nil && !(role == metadata.TARGETS && k.TargetsElsewhere()) {
			return fmt.Errorf("open keys: %s: no key that the trust's root names", roleFile(role))
		}
	}
	if k.log == nil {
		return fmt.Errorf("open keys: %s: no key that the policy names", logKeyFile)
	}
	if k.cosignerLost() {
		return fmt.Errorf("open keys: %s: no key that the policy names", cosignerKeyFile)
	}
	if s, ok := k.pool.files[rootKeyFile]; ok && !k.inForce(s) && !k.replaced(s) {
		return fmt.Errorf("open keys: %s: not a key of the trust's root", rootKeyFile)
	}
	return nil
}

// replaced says whether a key was a root key in the version before the newest.
func (k *Keys) replaced(s secret) bool {
	b, err := k.dir.ReadFile(edition.RootPath(k.signed.root.Signed.Version - 1))
	if err != nil {
		return false
	}
	before, err := metadata.Root().FromBytes(b)
	return err == nil && slices.Contains(before.Signed.Roles[metadata.ROOT].KeyIDs, s.id)
}
