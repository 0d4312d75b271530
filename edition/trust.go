package edition

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/tuf"
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
		err = tuf.VerifyRole(metadata.ROOT, m, m)
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

// Root returns the newest root. The caller does not change it.
func (t *Trust) Root() []byte { return t.root }

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
