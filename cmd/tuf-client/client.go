package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/durable"
	"coranto/internal/tuf"
	"coranto/reader"
)

// maxTarget is the size in bytes of a target, which is held in memory.
const maxTarget = 256 << 20

// A client is one run.
type client struct {
	now                                            time.Time
	metadataDir, metadataURL, targetDir, targetURL string

	// What follows is there between open and its end.
	held  store
	fetch tuf.Fetch
}

func (c *client) rules() tuf.Rules { return tuf.Rules{Now: c.now} }

// init begins with a root, which its own keys must have signed.
func (c *client) init(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := tuf.OpenRoot(b); err != nil {
		return err
	}
	dir, err := os.OpenRoot(c.metadataDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	return durable.WriteFile(dir, fileOf(metadata.ROOT), b)
}

// open opens the folder of the metadata and the repository's. The caller closes both.
func (c *client) open() (closeBoth func() error, err error) {
	dir, err := os.OpenRoot(c.metadataDir)
	if err != nil {
		return nil, err
	}
	source, err := reader.HTTP(nil, c.metadataURL)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	c.held, c.fetch = store{dir}, fetcher(source)
	return func() error { return errors.Join(source.Close(), dir.Close()) }, nil
}

// refresh brings the metadata up to date. What was verified before an error is kept, as the specification says.
func (c *client) refresh(ctx context.Context) (*tuf.Set, error) {
	files := tuf.Files{
		Root: c.held.Get(metadata.ROOT), Timestamp: c.held.Get(metadata.TIMESTAMP),
		Snapshot: c.held.Get(metadata.SNAPSHOT), Targets: c.held.Get(metadata.TARGETS),
	}
	set, err := tuf.Update(ctx, c.fetch, &files, c.rules())
	return set, errors.Join(err, c.held.putAll(files))
}

// download refreshes, and fetches a target unless it is there.
func (c *client) download(ctx context.Context, target string) error {
	set, err := c.refresh(ctx)
	if err != nil {
		return err
	}
	file, err := tuf.Find(ctx, c.fetch, set, c.held, c.rules(), target)
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	dir, err := os.OpenRoot(c.targetDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	if b, err := dir.ReadFile(url.PathEscape(target)); err == nil && file.VerifyLengthHashes(b) == nil {
		return nil
	}
	if file.Length > maxTarget {
		return fmt.Errorf("%s: %d bytes are over the limit of %d", target, file.Length, maxTarget)
	}
	source, err := reader.HTTP(nil, c.targetURL)
	if err != nil {
		return err
	}
	defer source.Close()
	b, err := source.Fetch(ctx, targetPath(set, file, target), file.Length)
	if err != nil {
		return fmt.Errorf("fetch %q: %w", target, err)
	}
	if err := file.VerifyLengthHashes(b); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	return durable.WriteFile(dir, url.PathEscape(target), b)
}

// targetPath returns where a target stands, as a URL has it: under its own name, which begins with one of its hashes
// where snapshots are consistent.
func targetPath(set *tuf.Set, file *metadata.TargetFiles, target string) string {
	segments := strings.Split(target, "/")
	if last := len(segments) - 1; set.Root.Signed.ConsistentSnapshot {
		hash := file.Hashes[slices.Min(slices.Collect(maps.Keys(file.Hashes)))]
		segments[last] = fmt.Sprintf("%x.%s", []byte(hash), segments[last])
	}
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// fetcher fetches metadata as the reader fetches. A role may have a slash in its name, and is one file all the same.
func fetcher(source reader.Source) tuf.Fetch {
	return func(ctx context.Context, name string, max int64) ([]byte, error) {
		b, err := source.Fetch(ctx, url.PathEscape(name), max)
		if err != nil {
			return nil, fmt.Errorf("fetch %q: %w", name, err)
		}
		return b, nil
	}
}

// store holds metadata in a folder, a file a role. It is what package tuf keeps delegated roles in.
type store struct{ dir *os.Root }

// fileOf returns the name of a role's file. No name of a role makes it another folder's.
func fileOf(role string) string { return url.PathEscape(role) + ".json" }

// Get returns a role's metadata, or nil.
func (s store) Get(role string) []byte {
	b, err := s.dir.ReadFile(fileOf(role))
	if err != nil {
		return nil
	}
	return b
}

// Put holds on to a role's metadata.
func (s store) Put(role string, b []byte) error { return durable.WriteFile(s.dir, fileOf(role), b) }

// putAll holds on to the top-level roles that there are.
func (s store) putAll(files tuf.Files) error {
	var err error
	for role, b := range map[string][]byte{
		metadata.ROOT: files.Root, metadata.TIMESTAMP: files.Timestamp,
		metadata.SNAPSHOT: files.Snapshot, metadata.TARGETS: files.Targets,
	} {
		if b != nil {
			err = errors.Join(err, s.Put(role, b))
		}
	}
	return err
}
