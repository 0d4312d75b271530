// Package keys holds a newsroom's signing keys, and keeps the trust repository that they sign: the root that the
// masthead carries, and the policy with its timestamp that readers follow from there.
//
// The secret keys stand in keys/, readable by their owner alone; what they signed stands in trust/, as on a mirror.
// Each role has one key and a threshold of 1, and all of them are here. A newsroom may take keys/root.pem away to a
// safe place: it is needed again only when the root is about to expire or a key has to be replaced.
//
//	k, err := keys.Create(newsroom, "The Lantern", rand.Reader, time.Now())
//	files, err := k.Renew(time.Now())            // with each publish: a new timestamp, and what else is due
//	note, err := editionlog.Sign(head, k.LogSigner(), k.Cosigner(time.Now()))
package keys

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/durable"
)

// How long what is signed stays valid. Renew renews what would expire before the timestamp does, so that a newsroom
// that publishes no more is trusted for TimestampLife, whatever else it has signed.
const (
	TimestampLife = 30 * 24 * time.Hour
	snapshotLife  = 90 * 24 * time.Hour
	targetsLife   = 365 * 24 * time.Hour
	rootLife      = 2 * 365 * 24 * time.Hour
)

// defaultMaxAge is the max_age of a new newsroom's policy.
const defaultMaxAge = 48 * time.Hour

// Keys are a newsroom's keys and its trust repository. They are not for use by several goroutines at once.
type Keys struct {
	dir      *os.Root
	roles    map[string]ed25519.PrivateKey // by TUF role; "root" may be missing
	log      note.Signer
	logKey   string // its verifier key
	cosigner cosigner
	trust    *edition.Trust
	signed   repository
}

// Create makes the keys of a newsroom from a source of randomness and writes them to the folders keys and trust of
// dir, which must not be there yet. The name becomes part of the log's origin.
func Create(dir *os.Root, name string, rnd io.Reader, now time.Time) (*Keys, error) {
	for _, folder := range []string{"keys", "trust"} {
		if _, err := dir.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("create keys: %q: %w", folder, fs.ErrExist)
		}
	}
	secrets, err := makeSecrets(name, rnd)
	if err != nil {
		return nil, err
	}
	k := &Keys{dir: dir}
	if err := k.use(secrets); err != nil {
		return nil, err
	}
	for file, b := range secrets {
		if err := durable.WritePrivate(dir, file, b); err != nil {
			return nil, err
		}
	}
	_, err = k.first(now)
	return k, err
}

// first makes and writes the first version of everything that is signed.
func (k *Keys) first(now time.Time) (map[string][]byte, error) {
	root, err := k.makeRoot(1, now)
	if err != nil {
		return nil, err
	}
	if k.trust, err = edition.NewTrust(root); err != nil {
		return nil, err
	}
	policy := edition.Policy{
		MaxAge: defaultMaxAge, Log: k.logKey, Cosigner: k.cosigner.verifierKey(), Quorum: edition.NoQuorum,
	}
	files, err := k.sign(policy.Marshal(), now)
	if err != nil {
		return nil, err
	}
	files[edition.RootPath(1)] = root
	return files, k.save(files)
}

// Open reads the keys of a newsroom, and verifies its trust repository as a reader would.
func Open(dir *os.Root) (*Keys, error) {
	secrets := map[string][]byte{}
	for _, file := range secretFiles {
		b, err := dir.ReadFile(file)
		if file == rootKeyFile && errors.Is(err, fs.ErrNotExist) {
			continue // kept elsewhere
		}
		if err != nil {
			return nil, fmt.Errorf("open keys: %w", err)
		}
		secrets[file] = b
	}
	k := &Keys{dir: dir}
	if err := k.use(secrets); err != nil {
		return nil, err
	}
	root, err := dir.ReadFile(edition.RootPath(1))
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	if k.trust, err = edition.NewTrust(root); err != nil {
		return nil, err
	}
	return k, k.refresh()
}

// refresh verifies what stands in trust/, with the reader's own code, and takes it over.
func (k *Keys) refresh() error {
	if err := k.trust.Refresh(context.Background(), k.read); err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	return k.signed.load(k.trust)
}

// read is an edition.Fetch of the newsroom's own folder.
func (k *Keys) read(_ context.Context, path string, max int64) ([]byte, error) {
	f, err := k.dir.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(b)) > max {
		err = fmt.Errorf("%q is longer than %d bytes", path, max)
	}
	return b, err
}

// save writes signed files, the timestamp last: the others don't count before it names them.
func (k *Keys) save(files map[string][]byte) error {
	for path, b := range files {
		if path != edition.TimestampPath {
			if err := durable.WriteSynced(k.dir, path, b); err != nil {
				return err
			}
		}
	}
	if err := durable.WriteSynced(k.dir, edition.TimestampPath, files[edition.TimestampPath]); err != nil {
		return err
	}
	return k.refresh()
}

// Renew signs and writes a new timestamp, and what of the rest would expire before it. It returns the files that are
// new, by their paths on a mirror, where the timestamp must be written last.
func (k *Keys) Renew(now time.Time) (map[string][]byte, error) {
	return k.publish(k.signed.policy, now)
}

// SetPolicy signs and writes a new policy, and returns the new files as Renew does. Readers follow it at once.
func (k *Keys) SetPolicy(p edition.Policy, now time.Time) (map[string][]byte, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return k.publish(p.Marshal(), now)
}

func (k *Keys) publish(policy []byte, now time.Time) (map[string][]byte, error) {
	files, err := k.sign(policy, now)
	if err != nil {
		return nil, err
	}
	return files, k.save(files)
}

// Files returns all files that a mirror's trust/ must have, by their paths: every root, and the newest of the rest.
func (k *Keys) Files() (map[string][]byte, error) {
	files := k.trust.Files()
	for v := int64(1); v < k.signed.root.Signed.Version; v++ {
		b, err := k.dir.ReadFile(edition.RootPath(v))
		if err != nil {
			return nil, err
		}
		files[edition.RootPath(v)] = b
	}
	return files, nil
}

// Policy returns the policy that is in force.
func (k *Keys) Policy() edition.Policy { return k.trust.Policy() }

// Expires returns when the trust that was signed last expires.
func (k *Keys) Expires() time.Time { return k.trust.Expires() }

// LogSigner returns the signer of the edition log's heads; its name is the log's origin.
func (k *Keys) LogSigner() note.Signer { return k.log }

// Cosigner returns the newsroom's timestamped co-signer, which says that a head was the newest at a time.
func (k *Keys) Cosigner(now time.Time) note.Signer { return k.cosigner.at(now) }

// Masthead returns what the newsroom hands out: its name, languages and mirrors with the newest root.
func (k *Keys) Masthead(name string, languages, mirrors []string) edition.Masthead {
	return edition.Masthead{Name: name, Languages: languages, Mirrors: mirrors, Root: k.trust.Root()}
}

// origin returns the name of a new log: what of the newsroom's name is plain ASCII, so that people know it, and random
// digits, so that it stays the only one.
func origin(name string, rnd io.Reader) (string, error) {
	var random [4]byte
	if _, err := io.ReadFull(rnd, random[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	slug := strings.Join(words, "-")
	if slug == "" {
		slug = "newsroom"
	}
	slug = strings.TrimRight(slug[:min(len(slug), 40)], "-")
	return slug + ".coranto/" + hex.EncodeToString(random[:]), nil
}

// roleNames are the TUF roles in the order in which they are signed.
var roleNames = [...]string{metadata.ROOT, metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP}
