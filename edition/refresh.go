package edition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/tuf"
)

// trustFolder is where the files of the trust stand on a mirror.
const trustFolder = "trust/"

// trustRules are TUF's and this format's. Nothing expires by them: Stale judges that.
func trustRules() tuf.Rules {
	return tuf.Rules{Check: checkTrustFile, MaxMetadata: MaxMetadata, MaxRoots: MaxRoots}
}

// Refresh brings the trust up to what a mirror has: it follows the roots, then the timestamp, and of the rest only what
// has changed. Nothing older than what the trust rests on is taken, unless a new root has replaced the keys that signed
// it. The error is that of fetch, or an *InvalidError; then the trust stays as it was.
func (t *Trust) Refresh(ctx context.Context, fetch Fetch) error {
	files := tuf.Files{Root: t.root, Timestamp: t.timestamp, Snapshot: t.snapshot, Targets: t.targets}
	set, err := tuf.Update(ctx, trustFetch(fetch), &files, trustRules())
	if err != nil {
		return trustError(err)
	}
	next := *t
	if err := next.refreshPolicy(ctx, trustFetch(fetch), set.Targets); err != nil {
		return err
	}
	next.root, next.timestamp, next.snapshot, next.targets = files.Root, files.Timestamp, files.Snapshot, files.Targets
	next.versions.root = set.Root.Signed.Version
	next.versions.snapshot = set.Snapshot.Signed.Version
	next.versions.targets = set.Targets.Signed.Version
	next.expires = earliest(set.Root.Signed.Expires, set.Timestamp.Signed.Expires,
		set.Snapshot.Signed.Expires, set.Targets.Signed.Expires)
	*t = next
	return nil
}

// refreshPolicy takes the policy that the targets name.
func (t *Trust) refreshPolicy(ctx context.Context, fetch tuf.Fetch, targets *tuf.Targets) (err error) {
	file := targets.Signed.Targets[PolicyTarget]
	path, b := PolicyPath(Hash(file.Hashes["sha256"])), t.policyText
	if b == nil || file.VerifyLengthHashes(b) != nil {
		if b, err = fetch(ctx, path[len(trustFolder):], file.Length); err != nil {
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
	t.policy, t.policyText = p, b
	return nil
}

// trustFetch fetches by the names that the files have in the trust's folder.
func trustFetch(fetch Fetch) tuf.Fetch {
	return func(ctx context.Context, name string, max int64) ([]byte, error) {
		path := trustFolder + name
		b, err := fetch(ctx, path, max)
		if err != nil {
			return nil, fmt.Errorf("fetch %q: %w", path, err)
		}
		return b, nil
	}
}

// trustError names a file as it stands on a mirror.
func trustError(err error) error {
	var inv *tuf.InvalidError
	if errors.As(err, &inv) {
		return &InvalidError{trustFolder + inv.Name, inv.Err}
	}
	return err
}

// checkTrustFile refuses what TUF allows and this format doesn't (metadata.go).
func checkTrustFile(role string, b []byte, roots ...*tuf.Root) (err error) {
	switch role {
	case metadata.ROOT:
		_, err = openSigned[metadata.RootType](role, b, roots...)
	case metadata.TIMESTAMP:
		_, err = openSigned[metadata.TimestampType](role, b, roots...)
	case metadata.SNAPSHOT:
		_, err = openSigned[metadata.SnapshotType](role, b, roots...)
	case metadata.TARGETS:
		_, err = openSigned[metadata.TargetsType](role, b, roots...)
	}
	return err
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
