package tuf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// The names under which a timestamp speaks of the snapshot, and a snapshot of the targets.
const (
	metaSnapshot = metadata.SNAPSHOT + ".json"
	metaTargets  = metadata.TARGETS + ".json"
)

// Update brings files up to what a repository has: it follows the roots, then the timestamp, and of the rest only what
// has changed. Nothing older than what is trusted is taken, unless a new root has replaced the keys that signed it.
//
// The error is that of fetch, or an *InvalidError. Each file is taken as soon as it is verified, so after an error files
// are those that the specification says to keep; who wants all of them or none passes a copy.
func Update(ctx context.Context, fetch Fetch, files *Files, rules Rules) (set *Set, err error) {
	name := ""
	defer func() {
		if r := recover(); r != nil { // of go-tuf, on what open has overlooked
			set, err = nil, invalid(name, "not metadata: %v", r)
		}
	}()
	u := &update{ctx: ctx, fetch: fetch, files: files, rules: rules.withDefaults(), name: &name}
	for _, step := range []func() error{u.trusted, u.roots, u.timestamp, u.snapshot, u.targets} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &u.set, nil
}

// update is one run of Update.
type update struct {
	ctx   context.Context
	fetch Fetch
	files *Files
	rules Rules
	set   Set
	name  *string // of the file that is worked on
}

// get fetches a file.
func (u *update) get(name string, max int64) ([]byte, error) {
	*u.name = name
	b, err := u.fetch(u.ctx, name, max)
	if err != nil {
		return nil, err // it names the file as whoever fetched it does
	}
	if int64(len(b)) > max {
		return nil, invalid(name, "%d bytes are over the limit of %d", len(b), max)
	}
	return b, nil
}

// trusted reads the root that is trusted.
func (u *update) trusted() (err error) {
	u.set.Root, err = OpenRoot(u.files.Root)
	return err
}

// OpenRoot reads a root to begin with. Its own keys must have signed it. The error is an *InvalidError.
func OpenRoot(b []byte) (*Root, error) {
	m, err := open[metadata.RootType](b)
	if err == nil {
		err = VerifyRole(metadata.ROOT, m, m)
	}
	if err != nil {
		return nil, &InvalidError{"root.json", err}
	}
	return m, nil
}

// roots follows the chain of roots to its end (5.3). Each is signed by its predecessor's keys and by its own. Only the
// last may not have expired.
func (u *update) roots() error {
	for range u.rules.MaxRoots {
		name := RootName(u.set.Root.Signed.Version + 1)
		b, err := u.get(name, u.rules.MaxMetadata)
		if errors.Is(err, fs.ErrNotExist) {
			if err := u.rules.expired("the newest root", u.set.Root.Signed.Expires); err != nil {
				return &InvalidError{RootName(u.set.Root.Signed.Version), err}
			}
			return nil
		}
		if err != nil {
			return err
		}
		m, err := u.nextRoot(b)
		if err != nil {
			return &InvalidError{name, err}
		}
		u.files.Root, u.set.Root = b, m
	}
	return invalid(RootName(u.set.Root.Signed.Version), "more than %d roots to follow", u.rules.MaxRoots)
}

func (u *update) nextRoot(b []byte) (*Root, error) {
	last := u.set.Root
	m, err := open[metadata.RootType](b)
	if err != nil {
		return nil, err
	}
	if err := u.rules.Check(metadata.ROOT, b, last, m); err != nil {
		return nil, err
	}
	if err := VerifyRole(metadata.ROOT, m, last); err != nil {
		return nil, fmt.Errorf("under the root before it: %w", err)
	}
	if want := last.Signed.Version + 1; m.Signed.Version != want {
		return nil, badVersion("version %d, want %d", m.Signed.Version, want)
	}
	return m, VerifyRole(metadata.ROOT, m, m)
}

// role reads what must be signed for a role of the newest root.
func role[T metadata.Roles](u *update, name string, b []byte) (*metadata.Metadata[T], error) {
	if err := u.rules.Check(name, b, u.set.Root); err != nil {
		return nil, err
	}
	m, err := open[T](b)
	if err != nil {
		return nil, err
	}
	return m, VerifyRole(name, m, u.set.Root)
}

// timestamp takes the newest timestamp (5.4). What is held is a floor, if the newest root's keys have signed it: when
// they were replaced it is none any more (5.3.11). Of an equal version the one that is held stays.
func (u *update) timestamp() error {
	b, err := u.get(TimestampName, u.rules.MaxMetadata)
	if err != nil {
		return err
	}
	held, heldErr := role[metadata.TimestampType](u, metadata.TIMESTAMP, u.files.Timestamp)
	if heldErr == nil && !bytes.Equal(b, u.files.Timestamp) {
		held, err = u.newTimestamp(b, held)
	} else if heldErr != nil {
		held, err = u.newTimestamp(b, nil)
	}
	if err == nil {
		err = u.rules.expired(metadata.TIMESTAMP, held.Signed.Expires)
	}
	if err != nil {
		return &InvalidError{TimestampName, err}
	}
	u.set.Timestamp = held
	return nil
}

// newTimestamp returns which of two timestamps counts, and takes the new one if it does.
func (u *update) newTimestamp(b []byte, held *Timestamp) (*Timestamp, error) {
	m, err := role[metadata.TimestampType](u, metadata.TIMESTAMP, b)
	if err != nil {
		return nil, err
	}
	if m.Signed.Meta[metaSnapshot] == nil {
		return nil, errors.New("it names no snapshot")
	}
	if held != nil {
		was, is := held.Signed.Meta[metaSnapshot], m.Signed.Meta[metaSnapshot]
		switch {
		case m.Signed.Version < held.Signed.Version:
			return nil, badVersion("version %d is older than %d", m.Signed.Version, held.Signed.Version)
		case m.Signed.Version == held.Signed.Version:
			return held, nil
		case is.Version < was.Version:
			return nil, badVersion("names version %d of the snapshot, which is older than %d", is.Version, was.Version)
		}
	}
	if err := u.rules.expired(metadata.TIMESTAMP, m.Signed.Expires); err != nil {
		return nil, err
	}
	u.files.Timestamp = b
	return m, nil
}

// snapshot takes the snapshot that the timestamp names (5.5).
func (u *update) snapshot() error {
	meta := u.set.Timestamp.Signed.Meta[metaSnapshot]
	held, err := role[metadata.SnapshotType](u, metadata.SNAPSHOT, u.files.Snapshot)
	if err != nil {
		held = nil
	} else if u.isSnapshot(held, u.files.Snapshot, meta) == nil {
		u.set.Snapshot = held
		return nil
	}
	name := u.set.Name(metadata.SNAPSHOT, meta.Version)
	b, err := u.get(name, u.length(meta))
	if err != nil {
		return err
	}
	m, err := role[metadata.SnapshotType](u, metadata.SNAPSHOT, b)
	if err == nil {
		err = u.isSnapshot(m, b, meta)
	}
	if err == nil {
		err = notOlder(m, held)
	}
	if err != nil {
		return &InvalidError{name, err}
	}
	u.files.Snapshot, u.set.Snapshot = b, m
	return nil
}

// isSnapshot says whether a snapshot is the one that the timestamp names.
func (u *update) isSnapshot(m *Snapshot, b []byte, meta *metadata.MetaFiles) error {
	if err := meta.VerifyLengthHashes(b); err != nil {
		return err
	}
	if m.Signed.Version != meta.Version {
		return badVersion("version %d, want %d", m.Signed.Version, meta.Version)
	}
	if m.Signed.Meta[metaTargets] == nil {
		return errors.New("it names no targets")
	}
	return u.rules.expired(metadata.SNAPSHOT, m.Signed.Expires)
}

// notOlder refuses a snapshot that has lost a role of the one before, or names an older version of it.
func notOlder(m, held *Snapshot) error {
	if held == nil {
		return nil
	}
	for name, was := range held.Signed.Meta {
		is := m.Signed.Meta[name]
		switch {
		case is == nil || was == nil:
			return fmt.Errorf("%q is no longer in it", name)
		case is.Version < was.Version:
			return badVersion("names version %d of %q, which is older than %d", is.Version, name, was.Version)
		}
	}
	return nil
}

// targets takes the top-level targets that the snapshot names (5.6).
func (u *update) targets() error {
	verify := func(m *Targets) error { return VerifyRole(metadata.TARGETS, m, u.set.Root) }
	check := func(b []byte) error { return u.rules.Check(metadata.TARGETS, b, u.set.Root) }
	m, b, err := u.targetsOf(metadata.TARGETS, u.files.Targets, check, verify)
	if err != nil {
		return err
	}
	u.files.Targets, u.set.Targets = b, m
	return nil
}

// targetsOf returns a role's targets as the snapshot names them: those that are held, if they are they, or else
// fetched.
func (u *update) targetsOf(role string, held []byte, check func([]byte) error, verify func(*Targets) error) (*Targets, []byte, error) {
	meta := u.set.Snapshot.Signed.Meta[role+".json"]
	name := role + ".json"
	if meta == nil {
		return nil, nil, invalid(name, "the snapshot does not name it")
	}
	is := func(b []byte) (*Targets, error) {
		if err := meta.VerifyLengthHashes(b); err != nil {
			return nil, err
		}
		if err := check(b); err != nil {
			return nil, err
		}
		m, err := open[metadata.TargetsType](b)
		if err != nil {
			return nil, err
		}
		if err := verify(m); err != nil {
			return nil, err
		}
		if m.Signed.Version != meta.Version {
			return nil, badVersion("version %d, want %d", m.Signed.Version, meta.Version)
		}
		return m, u.rules.expired(role, m.Signed.Expires)
	}
	if held != nil {
		if m, err := is(held); err == nil {
			return m, held, nil
		}
	}
	name = u.set.Name(role, meta.Version)
	b, err := u.get(name, u.length(meta))
	if err != nil {
		return nil, nil, err
	}
	m, err := is(b)
	if err != nil {
		return nil, nil, &InvalidError{name, err}
	}
	return m, b, nil
}

// length returns the length of a file that other metadata speaks of; it need not say it.
func (u *update) length(meta *metadata.MetaFiles) int64 {
	if meta.Length > 0 && meta.Length < u.rules.MaxMetadata {
		return meta.Length
	}
	return u.rules.MaxMetadata
}
