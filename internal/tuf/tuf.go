// Package tuf follows the metadata of a repository of The Update Framework from a root that is trusted to the targets
// that it vouches for: in which order files are fetched, whose signatures each needs, and what is older than what was
// seen before (specification 1.0, section 5).
//
// It is not a client: it knows no network and no disk. What a repository may look like beyond the specification is up to
// the Rules. The reader's are strict (package edition); those of cmd/tuf-client are the specification's own, and the
// public conformance suite drives that.
//
//	files := tuf.Files{Root: root}
//	set, err := tuf.Update(ctx, fetch, &files, tuf.Rules{Now: time.Now()})
package tuf

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// The metadata of the top-level roles, and of those that targets are delegated to.
type (
	Root      = metadata.Metadata[metadata.RootType]
	Timestamp = metadata.Metadata[metadata.TimestampType]
	Snapshot  = metadata.Metadata[metadata.SnapshotType]
	Targets   = metadata.Metadata[metadata.TargetsType]
)

// Fetch returns a file of a repository by its name, as "2.root.json" or "timestamp.json", or an error that is
// fs.ErrNotExist when there is none. It reads no more than max bytes, and returns an error for a longer file.
type Fetch func(ctx context.Context, name string, max int64) ([]byte, error)

// The limits of Rules that set none.
const (
	DefaultMaxMetadata = 4 << 20
	DefaultMaxRoots    = 1024
)

// Rules are what a client asks of a repository. The zero Rules are the specification's, but that nothing expires.
type Rules struct {
	// Now is when the update began; what has expired by then is refused. When it is zero nothing expires.
	Now time.Time
	// Check may refuse a file for more than the specification does. The roots are those whose keys must have signed it;
	// for the root that an update begins with there are none.
	Check func(role string, b []byte, roots ...*Root) error
	// MaxMetadata is the size in bytes of a file whose size nothing tells, MaxRoots the number of roots that one update
	// follows.
	MaxMetadata int64
	MaxRoots    int
}

func (r Rules) withDefaults() Rules {
	r.MaxMetadata = cmp.Or(r.MaxMetadata, DefaultMaxMetadata)
	r.MaxRoots = cmp.Or(r.MaxRoots, DefaultMaxRoots)
	if r.Check == nil {
		r.Check = func(string, []byte, ...*Root) error { return nil }
	}
	return r
}

func (r Rules) expired(role string, expires time.Time) error {
	if !r.Now.IsZero() && !expires.After(r.Now) {
		return &metadata.ErrExpiredMetadata{Msg: fmt.Sprintf("%s has expired on %s", role, expires.Format(time.RFC3339))}
	}
	return nil
}

// Files are the bytes of what is trusted, each as it was fetched. All but Root are nil before they were had.
type Files struct{ Root, Timestamp, Snapshot, Targets []byte }

// A Set is what Files say. It hangs together: each was named by the one before it.
type Set struct {
	Root      *Root
	Timestamp *Timestamp
	Snapshot  *Snapshot
	Targets   *Targets
}

// An InvalidError says that a file is not what it should be.
type InvalidError struct {
	Name string
	Err  error
}

// Error returns "NAME: why".
func (e *InvalidError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns the reason. That of something older than what is trusted is a *metadata.ErrBadVersionNumber, that of
// something expired a *metadata.ErrExpiredMetadata.
func (e *InvalidError) Unwrap() error { return e.Err }

func invalid(name, format string, args ...any) *InvalidError {
	return &InvalidError{name, fmt.Errorf(format, args...)}
}

func badVersion(format string, args ...any) error {
	return &metadata.ErrBadVersionNumber{Msg: fmt.Sprintf(format, args...)}
}

// RootName returns the name of a version of the root.
func RootName(version int64) string { return fmt.Sprintf("%d.root.json", version) }

// TimestampName is the name of the timestamp, the one file that has no version in its name in every repository.
const TimestampName = "timestamp.json"

// Name returns the name of a version of a role's metadata; a repository without consistent snapshots leaves the version
// out. The role is named by whoever delegated to it: it is escaped where it stands in a URL.
func (s *Set) Name(role string, version int64) string {
	if s.Root.Signed.ConsistentSnapshot {
		return fmt.Sprintf("%d.%s.json", version, role)
	}
	return role + ".json"
}

// open reads metadata of a role, and refuses what is no metadata of TUF 1. It says nothing of the signatures.
func open[T metadata.Roles](b []byte) (m *metadata.Metadata[T], err error) {
	defer func() {
		if r := recover(); r != nil { // of go-tuf, which takes JSON null for objects
			m, err = nil, fmt.Errorf("not metadata: %v", r)
		}
	}()
	m = &metadata.Metadata[T]{}
	if _, err := m.FromBytes(b); err != nil {
		return nil, err
	}
	spec, version := about(m)
	if !strings.HasPrefix(spec, "1.") {
		return nil, fmt.Errorf("spec_version %.20q, want 1.x", spec)
	}
	if version < 1 {
		return nil, fmt.Errorf("version %d", version)
	}
	return m, nil
}

// about returns the version of the specification and of the metadata.
func about[T metadata.Roles](m *metadata.Metadata[T]) (spec string, version int64) {
	switch s := any(&m.Signed).(type) {
	case *metadata.RootType:
		return s.SpecVersion, s.Version
	case *metadata.TimestampType:
		return s.SpecVersion, s.Version
	case *metadata.SnapshotType:
		return s.SpecVersion, s.Version
	case *metadata.TargetsType:
		return s.SpecVersion, s.Version
	}
	return "", 0
}
