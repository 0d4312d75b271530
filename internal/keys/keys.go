// Package keys holds a newsroom's signing keys, and keeps the trust repository that they sign: the root that the
// masthead carries, and the policy with its timestamp that readers follow from there.
//
// The secret keys stand in keys/, readable by their owner alone; what they signed stands in trust/, as on a mirror.
// A new newsroom has one key for each role, with a threshold of 1, and all of them are here. Split gives the root to
// several people, k of whom must sign (sealed.go, proposal.go); the other roles stay as they are, so that the newsroom
// can publish by itself.
//
// A key that is to replace another is made in keys/next/ and moves to keys/ once it counts. Which key counts is said
// by the newest root, and of the log and the co-signer by the policy, never by where a file stands: so a change that is
// interrupted leaves the old keys in force or the new ones.
//
//	k, err := keys.Create(newsroom, "The Lantern", rand.Reader, time.Now())
//	files, err := k.Renew(time.Now())            // with each publish: a new timestamp, and what else is due
//	note, err := editionlog.Sign(head, k.LogSigner(), k.Cosigner(time.Now()))
package keys

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/notekey"
)

// How long what is signed stays valid. Renew renews what would expire before the timestamp does, so that a newsroom
// that publishes no more is trusted for TimestampLife, whatever else it has signed.
const (
	TimestampLife = 30 * 24 * time.Hour
	snapshotLife  = 90 * 24 * time.Hour
	targetsLife   = 365 * 24 * time.Hour
	rootLife      = 2 * 365 * 24 * time.Hour
)

// RootWarning is how long before its expiry a root should be renewed. A root whose one key is here is renewed early
// enough never to come so near to it; one whose keys are elsewhere takes people and time.
const RootWarning = 60 * 24 * time.Hour

// defaultMaxAge is the max_age of a new newsroom's policy.
const defaultMaxAge = 48 * time.Hour

// Keys are a newsroom's keys and its trust repository. They are not for use by several goroutines at once.
type Keys struct {
	dir      *os.Root
	pool     pool                          // all keys that are here, those that don't count yet among them
	roles    map[string]ed25519.PrivateKey // the keys in force by TUF role; "root" may be missing
	log      note.Signer
	cosigner notekey.Cosigner
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
	k := &Keys{dir: dir, pool: newPool()}
	for file, b := range secrets {
		if err := k.pool.add(file, b); err != nil {
			return nil, err
		}
		if err := durable.WritePrivate(dir, file, b); err != nil {
			return nil, err
		}
	}
	return k, k.first(now)
}

// first makes and writes the first version of everything that is signed, with the only keys that there are.
func (k *Keys) first(now time.Time) error {
	m := metadata.Root(expiry(now, rootLife))
	for _, role := range roleNames {
		if err := addKey(&m.Signed, role, k.pool.files[roleFile(role)].role); err != nil {
			return err
		}
	}
	root, err := seal(m, k.pool.files[rootKeyFile].role)
	if err != nil {
		return err
	}
	if k.trust, err = edition.NewTrust(root); err != nil {
		return err
	}
	policy := edition.Policy{
		MaxAge: defaultMaxAge, Log: k.pool.files[logKeyFile].verifier, Cosigner: k.pool.files[cosignerKeyFile].verifier,
		Quorum: edition.NoQuorum,
	}
	k.signed.root = m
	k.choose(m, policy)
	files, err := k.sign(policy.Marshal(), now)
	if err != nil {
		return err
	}
	files[edition.RootPath(1)] = root
	return k.save(files)
}

// Open reads the keys of a newsroom, and verifies its trust repository as a reader would.
func Open(dir *os.Root) (*Keys, error) {
	k, err := OpenPartial(dir)
	if err != nil {
		return nil, err
	}
	return k, k.checkPresent()
}

// refresh verifies what stands in trust/, with the reader's own code, and takes it over with the keys that it names.
func (k *Keys) refresh() (err error) {
	if k.pool, err = readPool(k.dir); err != nil {
		return fmt.Errorf("open keys: %w", err)
	}
	err = k.trust.Refresh(context.Background(), k.read)
	if err != nil && k.trust.Refresh(context.Background(), k.readStaged) == nil {
		err = nil // a new root was put in force, and the rest was about to be
	}
	if err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	if err := k.signed.load(k.trust); err != nil {
		return err
	}
	k.choose(k.signed.root, k.trust.Policy())
	return nil
}

// read is an edition.Fetch of the newsroom's own folder.
func (k *Keys) read(_ context.Context, path string, max int64) ([]byte, error) {
	return durable.ReadFile(k.dir.FS(), path, max)
}

// readStaged is read, but for a timestamp that waits for its root.
func (k *Keys) readStaged(ctx context.Context, path string, max int64) ([]byte, error) {
	if path == edition.TimestampPath {
		path = stagedPath
	}
	return k.read(ctx, path, max)
}

// stagedPath is where the timestamp of a new root waits until the root is in force: it has one name only, and must be
// signed by the keys of the newest root.
const stagedPath = "trust/timestamp.next.json"

// save writes signed files, takes them over, and gives the keys their places.
func (k *Keys) save(files map[string][]byte) error {
	if err := writeTrust(k.dir, files); err != nil {
		return err
	}
	if err := k.refresh(); err != nil {
		return err
	}
	return k.settle()
}

// settle gives the keys that count their places in keys/, and takes away what they replaced.
func (k *Keys) settle() error {
	if s, ok := k.pool.files[rootKeyFile]; ok && !k.inForce(s) {
		if err := remove(k.dir, rootKeyFile); err != nil {
			return err
		}
	}
	for file, s := range k.pool.files {
		if s.next && k.inForce(s) {
			if err := k.dir.Rename(file, "keys/"+path.Base(file)); err != nil {
				return err
			}
		}
	}
	if err := remove(k.dir, stagedPath); err != nil {
		return err
	}
	if k.log != nil { // a policy that waited for its root is in force
		if err := remove(k.dir, nextPolicy); err != nil {
			return err
		}
	}
	var err error
	k.pool, err = readPool(k.dir)
	return err
}

// remove takes away a file that may not be there.
func remove(dir *os.Root, name string) error {
	if err := dir.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Renew signs and writes a new timestamp, and what of the rest would expire before it. It returns the files that are
// new, by their paths on a mirror, where the timestamp must be written last.
func (k *Keys) Renew(now time.Time) (map[string][]byte, error) {
	return k.publish(k.signed.policy, now)
}

// SetPolicy signs and writes a new policy, and returns the new files as Renew does. Readers follow it at once. One that
// names a log key which is not here is refused, or a co-signer that is neither here nor has an address.
func (k *Keys) SetPolicy(p edition.Policy, now time.Time) (map[string][]byte, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if err := k.checkSigners(p); err != nil {
		return nil, err
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

// Behind says whether a mirror, one of the newsroom's own targets, has trust that is newer than this: the newsroom was
// restored from an older state, or somebody has its keys. Then it returns the policy that the mirror's trust has.
func (k *Keys) Behind(ctx context.Context, fetch edition.Fetch) (theirs edition.Policy, behind bool) {
	t := *k.trust
	if err := t.Refresh(ctx, fetch); err != nil {
		return theirs, false // older, not there, or not ours
	}
	return t.Policy(), !bytes.Equal(t.Files()[edition.TimestampPath], k.trust.Files()[edition.TimestampPath])
}

// Policy returns the policy that is in force.
func (k *Keys) Policy() edition.Policy { return k.trust.Policy() }

// Expires returns when the trust that was signed last expires.
func (k *Keys) Expires() time.Time { return k.trust.Expires() }

// LogSigner returns the signer of the edition log's heads; its name is the log's origin.
func (k *Keys) LogSigner() note.Signer { return k.log }

// Cosigner returns the newsroom's timestamped co-signer, which says that a head was the newest at a time; nil when its
// key is elsewhere, with the release co-signer.
func (k *Keys) Cosigner(now time.Time) note.Signer {
	if k.cosigner.IsZero() {
		return nil
	}
	return k.cosigner.At(now)
}

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
