package edition

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/tuf"
)

// CheckRoots verifies a mirror's whole chain of roots, from the first version to the one that the trust has come to.
// The error is that of fetch, or an *InvalidError.
func (t *Trust) CheckRoots(ctx context.Context, fetch Fetch) error {
	var last *tuf.Root
	for v := int64(1); v <= t.versions.root; v++ {
		b, err := fetch(ctx, RootPath(v), MaxMetadata)
		if err != nil {
			return fmt.Errorf("fetch %q: %w", RootPath(v), err)
		}
		if v == t.versions.root && !bytes.Equal(b, t.root) {
			return invalid(RootPath(v), "not the root that is trusted")
		}
		m, err := openRoot(b, last)
		if err == nil && m.Signed.Version != v {
			err = fmt.Errorf("version %d", m.Signed.Version)
		}
		if err != nil {
			return &InvalidError{RootPath(v), err}
		}
		last = m
	}
	return nil
}

// CheckFile says whether a file below trust/, other than a root, is authentic, an earlier version among them. Its
// error is an *InvalidError.
func (t *Trust) CheckFile(path string, b []byte) error {
	if err := t.checkFile(path, b); err != nil {
		return &InvalidError{path, err}
	}
	return nil
}

func (t *Trust) checkFile(path string, b []byte) error {
	if want, ok := t.Files()[path]; ok && bytes.Equal(b, want) {
		return nil
	}
	if name, ok := strings.CutSuffix(strings.TrimPrefix(path, "trust/targets/"), ".policy"); ok {
		if PolicyPath(Sum(b)) != path {
			return fmt.Errorf("not what its name says: %.64q", name)
		}
		_, err := ParsePolicy(b)
		return err
	}
	root, err := openMetadata[metadata.RootType](t.root)
	if err != nil {
		return err
	}
	var version string
	switch _, role, _ := strings.Cut(path, "."); role {
	case "json": // timestamp.json
		_, err = openSigned[metadata.TimestampType](metadata.TIMESTAMP, b, root)
		version = TimestampPath
	case "snapshot.json":
		m, e := openSigned[metadata.SnapshotType](metadata.SNAPSHOT, b, root)
		if err = e; e == nil {
			version = SnapshotPath(m.Signed.Version)
		}
	case "targets.json":
		m, e := openSigned[metadata.TargetsType](metadata.TARGETS, b, root)
		if err = e; e == nil {
			version = TargetsPath(m.Signed.Version)
		}
	}
	if err == nil && version != path {
		err = errors.New("not a name of the trust's, or another version's")
	}
	return err
}
