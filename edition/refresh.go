package edition

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

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
		m, err := openRoot(b, r.set.Root)
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
	_, err = openSigned[metadata.TimestampType](metadata.TIMESTAMP, b, r.set.Root)
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
	_, err = openSigned[metadata.SnapshotType](metadata.SNAPSHOT, b, r.set.Root)
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
	_, err = openSigned[metadata.TargetsType](metadata.TARGETS, b, r.set.Root)
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
