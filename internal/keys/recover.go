package keys

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
	"coranto/internal/durable"
)

// A LostError says that keys which count are not in the newsroom's folder, so that it can't publish.
type LostError struct {
	// Roles are those whose key is lost: targets, snapshot, timestamp, log, cosigner. The root's may be kept elsewhere.
	Roles []string
}

// Error names the roles.
func (e *LostError) Error() string {
	return fmt.Sprintf("no key that counts is in keys/ for: %s", strings.Join(e.Roles, ", "))
}

// OpenPartial is Open for a newsroom that may have lost keys. With some of them lost nothing can be signed before others
// take their place: see Lost.
func OpenPartial(dir *os.Root) (*Keys, error) {
	k := &Keys{dir: dir}
	root, err := dir.ReadFile(edition.RootPath(1))
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	if k.trust, err = edition.NewTrust(root); err != nil {
		return nil, err
	}
	return k, k.refresh()
}

// Lost returns a *LostError when keys that publishing needs are not here, otherwise nil.
func (k *Keys) Lost() error {
	var lost []string
	for _, role := range roleNames[1:] {
		if k.roles[role] == nil && !(role == metadata.TARGETS && k.TargetsElsewhere()) {
			lost = append(lost, role)
		}
	}
	if k.log == nil {
		lost = append(lost, "log")
	}
	if k.cosignerLost() {
		lost = append(lost, "cosigner")
	}
	if len(lost) == 0 {
		return nil
	}
	return &LostError{lost}
}

// Follow brings the newsroom's own trust up to what a mirror has of it, as a reader would, and says whether anything was
// newer. Nothing older than what is here is ever taken.
func (k *Keys) Follow(ctx context.Context, fetch edition.Fetch) (bool, error) {
	next, read := *k.trust, reading{}
	if err := next.Refresh(ctx, read.through(fetch)); err != nil {
		return false, err
	}
	if maps.EqualFunc(next.Files(), k.trust.Files(), bytes.Equal) {
		return false, nil
	}
	files := next.Files()
	root, err := metadata.Root().FromBytes(next.Root())
	if err != nil {
		return false, err
	}
	for v := k.signed.root.Signed.Version + 1; v < root.Signed.Version; v++ {
		files[edition.RootPath(v)] = read[edition.RootPath(v)]
	}
	return true, k.save(files)
}

// Adopt writes the trust of a newsroom whose own folder is gone, as a mirror has it, into a folder that has none. The
// root is one that the caller believes, a masthead's. The error is that of fetch, an *edition.InvalidError, or
// fs.ErrExist when the folder has trust already. All keys are lost then, but those that stand in keys/.
func Adopt(ctx context.Context, dir *os.Root, root []byte, fetch edition.Fetch) (*Keys, error) {
	if _, err := dir.Lstat(edition.RootPath(1)); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("adopt trust: %s: %w", edition.RootPath(1), fs.ErrExist)
	}
	t, err := edition.NewTrust(root)
	if err != nil {
		return nil, err
	}
	if err := t.Refresh(ctx, fetch); err != nil {
		return nil, err
	}
	read := reading{}
	if err := t.CheckRoots(ctx, read.through(fetch)); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(read)), func(b []byte) bool { return bytes.Equal(b, root) }) {
		return nil, &edition.InvalidError{What: edition.RootPath(1), Err: errors.New("leads to other roots than the masthead's")}
	}
	files := t.Files()
	maps.Copy(files, read)
	if err := writeTrust(dir, files); err != nil {
		return nil, err
	}
	return OpenPartial(dir)
}

// A reading is what was read of a mirror, by path.
type reading map[string][]byte

// through returns a fetch that notes what it brings.
func (r reading) through(fetch edition.Fetch) edition.Fetch {
	return func(ctx context.Context, path string, max int64) ([]byte, error) {
		b, err := fetch(ctx, path, max)
		if err == nil {
			r[path] = b
		}
		return b, err
	}
}

// writeTrust writes a trust's files in an order in which every prefix is whole: first what nothing names yet, then the
// roots, the newest first, since they are followed from the oldest on, then the timestamp.
func writeTrust(dir *os.Root, files map[string][]byte) error {
	var roots []string
	for path, b := range files {
		switch {
		case path == edition.TimestampPath:
		case strings.HasSuffix(path, ".root.json"):
			roots = append(roots, path)
		default:
			if err := durable.WriteSynced(dir, path, b); err != nil {
				return err
			}
		}
	}
	if len(roots) > 0 {
		if err := durable.WriteSynced(dir, stagedPath, files[edition.TimestampPath]); err != nil {
			return err
		}
	}
	slices.SortFunc(roots, func(a, b string) int { return -compareRoots(a, b) })
	for _, path := range roots {
		if err := durable.WriteSynced(dir, path, files[path]); err != nil {
			return err
		}
	}
	return durable.WriteSynced(dir, edition.TimestampPath, files[edition.TimestampPath])
}

// compareRoots orders the paths of roots by version: a longer number is a larger one.
func compareRoots(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// ProposeLost makes new keys in the place of those that are lost, and the root in which they count. Where the log's key
// or the co-signer's is lost, a new log is to begin after last, the head that the newsroom's readers have, with floor
// its edition: the policy that says so waits beside the keys, and comes into force with the root. Proposing again takes
// the keys that wait already, so that proposals which are under way stay good.
func (k *Keys) ProposeLost(last edition.Checkpoint, floor uint64, rnd io.Reader, now time.Time) (Proposal, error) {
	if k.Lost() == nil {
		return Proposal{}, errors.New("no key is lost")
	}
	m, err := k.nextRoot(now)
	if err != nil {
		return Proposal{}, err
	}
	logLost := k.log == nil || k.cosignerLost()
	for _, role := range roleNames[1:] {
		// The key of targets may be elsewhere on purpose; where it must sign for a new log, the root makes another.
		if k.roles[role] != nil || role == metadata.TARGETS && k.TargetsElsewhere() && !logLost {
			continue
		}
		key, err := k.waiting(role, rnd)
		if err == nil {
			err = errors.Join(dropKeys(&m.Signed, role), addKey(&m.Signed, role, key))
		}
		if err != nil {
			return Proposal{}, err
		}
	}
	if !logLost {
		return Proposal{m}, nil
	}
	p, err := k.newLog(last, floor, rnd)
	if err != nil {
		return Proposal{}, err
	}
	return Proposal{m}, durable.WriteSynced(k.dir, nextPolicy, p.Marshal())
}

// waiting returns the key that waits for a role in keys/next/, or makes one.
func (k *Keys) waiting(role string, rnd io.Reader) (ed25519.PrivateKey, error) {
	file := nextFolder + role + ".pem"
	if s, ok := k.pool.files[file]; ok {
		return s.role, nil
	}
	key, err := newKey(rnd)
	if err != nil {
		return nil, err
	}
	b, err := pemSecret(key)
	if err == nil {
		err = durable.WritePrivate(k.dir, file, b)
	}
	if err == nil {
		err = k.pool.add(file, b)
	}
	return key, err
}

// nextPolicy is where the policy of a new log waits for the root under which it can be signed.
const nextPolicy = nextFolder + "policy"

// duePolicy returns the policy to sign under a new root: the one in force, or, where the log's keys of that are lost,
// the one that waits.
func (k *Keys) duePolicy() ([]byte, error) {
	if k.log != nil && !k.cosignerLost() {
		return k.signed.policy, nil
	}
	b, err := k.dir.ReadFile(nextPolicy)
	if errors.Is(err, fs.ErrNotExist) {
		return k.signed.policy, nil
	}
	return b, err
}

// KeepRoot puts the root's one key back into keys/, where a newsroom that has not split it keeps it. A key of a root that
// is split stays with its holder.
func (k *Keys) KeepRoot(key ed25519.PrivateKey) error {
	id, err := keyID(key)
	if err != nil {
		return err
	}
	if ids := k.signed.root.Signed.Roles[metadata.ROOT].KeyIDs; len(ids) != 1 || ids[0] != id {
		return nil
	}
	b, err := pemSecret(key)
	if err != nil {
		return err
	}
	if err := durable.WritePrivate(k.dir, rootKeyFile, b); err != nil {
		return err
	}
	return k.refresh()
}

// ParseKey reads a root key that no passphrase protects, as it stands in keys/root.pem.
func ParseKey(b []byte) (ed25519.PrivateKey, error) { return parsePEM(b) }

// cosignerLost says whether the co-signer's key that the policy names can't be used from here.
func (k *Keys) cosignerLost() bool { return k.cosigner.IsZero() && !k.cosignsElsewhere() }
