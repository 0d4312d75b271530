package edition

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

// RootPath returns where a version of the trust's root stands; all versions are kept for ever.
func RootPath(version int64) string { return fmt.Sprintf("trust/%d.root.json", version) }

// SnapshotPath returns where a version of the trust's snapshot stands.
func SnapshotPath(version int64) string { return fmt.Sprintf("trust/%d.snapshot.json", version) }

// TargetsPath returns where a version of the trust's targets stands.
func TargetsPath(version int64) string { return fmt.Sprintf("trust/%d.targets.json", version) }

// PolicyPath returns where a policy stands.
func PolicyPath(h Hash) string { return "trust/targets/" + h.String() + ".policy" }

// A Trust follows a newsroom's trust repository (TUF without delegations) from the root of its masthead to its policy.
// It is not for use by several goroutines at once.
//
// Metadata that has expired is authentic all the same: it is taken, and Stale says so. A newsroom that was stopped from
// publishing for a month is still read.
type Trust struct {
	id Hash
	// The files that the trust rests on, each of which has been verified. All but root are nil before a refresh.
	root, timestamp, snapshot, targets, policyText []byte

	versions struct{ root, snapshot, targets int64 }
	policy   Policy
	expires  time.Time
}

// NewTrust begins with the root of a masthead. It has no policy until it is refreshed. The error is an *InvalidError.
func NewTrust(root []byte) (*Trust, error) {
	m, err := openMetadata[metadata.RootType](root)
	if err == nil {
		err = m.VerifyDelegate(metadata.ROOT, m)
	}
	if err != nil {
		return nil, &InvalidError{"root", err}
	}
	t := &Trust{id: Sum(root), root: bytes.Clone(root), expires: m.Signed.Expires}
	t.versions.root = m.Signed.Version
	return t, nil
}

// ID names the root that the trust began with, as Masthead.ID does.
func (t *Trust) ID() Hash { return t.id }

// Policy returns the newest policy; the zero Policy, which accepts nothing, before the first refresh.
func (t *Trust) Policy() Policy { return t.policy }

// Expires returns when the first of the files that the trust rests on expires.
func (t *Trust) Expires() time.Time { return t.expires }

// Stale says whether the trust has expired: the keys may have been replaced, and the reader not told.
func (t *Trust) Stale(now time.Time) bool { return now.After(t.expires) }

// Files returns the files that the trust rests on by their paths: the newest root, timestamp, snapshot, targets and
// policy. The caller does not change them.
func (t *Trust) Files() map[string][]byte {
	files := map[string][]byte{RootPath(t.versions.root): t.root}
	if t.timestamp != nil {
		files[TimestampPath] = t.timestamp
		files[SnapshotPath(t.versions.snapshot)] = t.snapshot
		files[TargetsPath(t.versions.targets)] = t.targets
		files[PolicyPath(Sum(t.policyText))] = t.policyText
	}
	return files
}

// kept is the encoding of Export.
type kept struct {
	ID    string            `json:"id"`
	Files map[string]string `json:"files"`
}

// Export returns the trust as bytes for keeping, so that a later ImportTrust refuses whatever is older.
func (t *Trust) Export() []byte {
	k := kept{ID: t.id.String(), Files: map[string]string{}}
	for path, b := range t.Files() {
		k.Files[path] = string(b)
	}
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings always encode
	}
	return b
}

// ImportTrust reads what Export wrote, verifies it again, and refuses it unless it began with the given root.
func ImportTrust(b, root []byte) (*Trust, error) {
	var k kept
	if err := json.Unmarshal(b, &k); err != nil {
		return nil, &InvalidError{"kept trust", err}
	}
	if k.ID != Sum(root).String() {
		return nil, invalid("kept trust", "it began with another root")
	}
	var t *Trust
	for path, text := range k.Files {
		if strings.HasSuffix(path, ".root.json") {
			var err error
			if t, err = NewTrust([]byte(text)); err != nil {
				return nil, err
			}
		}
	}
	if t == nil {
		return nil, invalid("kept trust", "it has no root")
	}
	t.id = Sum(root)
	if len(k.Files) == 1 {
		return t, nil
	}
	return t, t.Refresh(context.Background(), func(_ context.Context, path string, max int64) ([]byte, error) {
		text, ok := k.Files[path]
		if !ok || int64(len(text)) > max {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	})
}

// Refresh brings the trust up to what a mirror has: it follows the roots, then the timestamp, and of the rest only what
// has changed. Nothing older than what the trust rests on is taken, unless a new root has replaced the keys that signed
// it. The error is that of fetch, or an *InvalidError; then the trust stays as it was.
func (t *Trust) Refresh(ctx context.Context, fetch Fetch) (err error) {
	defer func() {
		if r := recover(); r != nil { // of go-tuf, on what openMetadata has overlooked
			err = invalid("trust", "not metadata: %v", r)
		}
	}()
	next := *t
	r := refresh{ctx: ctx, fetch: fetch, t: &next}
	if err := r.run(); err != nil {
		return err
	}
	*t = next
	return nil
}

// refresh is one run of Refresh; t is the copy that it works on.
type refresh struct {
	ctx   context.Context
	fetch Fetch
	t     *Trust
	set   *trustedmetadata.TrustedMetadata
}

func (r *refresh) run() (err error) {
	if r.set, err = trustedmetadata.New(r.t.root); err != nil {
		return &InvalidError{"root", err}
	}
	r.set.RefTime = time.Time{} // so that nothing has expired: Stale judges that
	for _, step := range []func() error{r.roots, r.timestamp, r.snapshot, r.targets, r.policy} {
		if err := step(); err != nil {
			return err
		}
	}
	r.t.expires = earliest(r.set.Root.Signed.Expires, r.set.Timestamp.Signed.Expires,
		r.set.Snapshot.Signed.Expires, r.set.Targets[metadata.TARGETS].Signed.Expires)
	return nil
}

func earliest(times ...time.Time) time.Time {
	first := times[0]
	for _, t := range times[1:] {
		if t.Before(first) {
			first = t
		}
	}
	return first
}

// get fetches a file.
func (r *refresh) get(path string, max int64) ([]byte, error) {
	b, err := r.fetch(r.ctx, path, max)
	if err != nil {
		return nil, fmt.Errorf("fetch %q: %w", path, err)
	}
	if int64(len(b)) > max {
		return nil, invalid(path, "%d bytes are over the limit of %d", len(b), max)
	}
	return b, nil
}

// roots follows the chain of roots to its end. Each is signed by its predecessor's keys and by its own.
func (r *refresh) roots() error {
	for range MaxRoots {
		path := RootPath(r.t.versions.root + 1)
		b, err := r.get(path, MaxMetadata)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := openMetadata[metadata.RootType](b)
		if err == nil {
			err = verifyRole(metadata.ROOT, m, r.set.Root, m)
		}
		if err == nil {
			_, err = r.set.UpdateRoot(b)
		}
		if err != nil {
			return &InvalidError{path, err}
		}
		r.t.root, r.t.versions.root = b, m.Signed.Version
	}
	return invalid(RootPath(r.t.versions.root), "more than %d roots to follow", MaxRoots)
}

func (r *refresh) timestamp() error {
	b, err := r.get(TimestampPath, MaxMetadata)
	if err != nil {
		return err
	}
	if r.t.timestamp != nil {
		// When the keys were replaced this fails, and then the old one's version is no floor any more (TUF 5.3.11).
		_, _ = r.set.UpdateTimestamp(r.t.timestamp)
	}
	if r.set.Timestamp != nil && bytes.Equal(b, r.t.timestamp) {
		return nil
	}
	m, err := openMetadata[metadata.TimestampType](b)
	if err == nil {
		err = verifyRole(metadata.TIMESTAMP, m, r.set.Root)
	}
	if err == nil {
		_, err = r.set.UpdateTimestamp(b)
	}
	var equal *metadata.ErrEqualVersionNumber
	if errors.As(err, &equal) {
		return nil // the one that is held stays
	}
	if err != nil {
		return &InvalidError{TimestampPath, err}
	}
	r.t.timestamp = b
	return nil
}

func (r *refresh) snapshot() error {
	meta := r.set.Timestamp.Signed.Meta["snapshot.json"]
	if r.t.snapshot != nil {
		// Of an older version this fails, but it is loaded, and its versions are floors for the new one.
		_, _ = r.set.UpdateSnapshot(r.t.snapshot, true)
		if r.set.Snapshot != nil && meta.VerifyLengthHashes(r.t.snapshot) == nil {
			return nil
		}
	}
	path := SnapshotPath(meta.Version)
	b, err := r.get(path, meta.Length)
	if err != nil {
		return err
	}
	m, err := openMetadata[metadata.SnapshotType](b)
	if err == nil {
		err = verifyRole(metadata.SNAPSHOT, m, r.set.Root)
	}
	if err == nil {
		_, err = r.set.UpdateSnapshot(b, false)
	}
	if err != nil {
		return &InvalidError{path, err}
	}
	r.t.snapshot, r.t.versions.snapshot = b, meta.Version
	return nil
}

func (r *refresh) targets() (err error) {
	meta := r.set.Snapshot.Signed.Meta["targets.json"]
	path, b := TargetsPath(meta.Version), r.t.targets
	if b == nil || meta.VerifyLengthHashes(b) != nil {
		if b, err = r.get(path, meta.Length); err != nil {
			return err
		}
	}
	m, err := openMetadata[metadata.TargetsType](b)
	if err == nil {
		err = verifyRole(metadata.TARGETS, m, r.set.Root)
	}
	if err == nil {
		_, err = r.set.UpdateTargets(b)
	}
	if err != nil {
		return &InvalidError{path, err}
	}
	r.t.targets, r.t.versions.targets = b, meta.Version
	return nil
}

func (r *refresh) policy() (err error) {
	file := r.set.Targets[metadata.TARGETS].Signed.Targets[PolicyTarget]
	path, b := PolicyPath(Hash(file.Hashes["sha256"])), r.t.policyText
	if b == nil || file.VerifyLengthHashes(b) != nil {
		if b, err = r.get(path, file.Length); err != nil {
			return err
		}
	}
	if err := file.VerifyLengthHashes(b); err != nil {
		return &InvalidError{path, err}
	}
	p, err := ParsePolicy(b)
	if err != nil {
		return &InvalidError{path, err}
	}
	r.t.policy, r.t.policyText = p, b
	return nil
}
