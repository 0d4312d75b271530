package feed

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"coranto/internal/importer/web"
)

// A Fetcher reads the same feeds again and again, and says which have changed: it asks servers to send nothing when
// they know that nothing has (RFC 9110, 13.1), and compares what they send anyway. It remembers this in memory alone.
type Fetcher struct {
	Web *web.Client

	// Pages remembers what was taken from the pages of items.
	Pages Pages

	mu   sync.Mutex // guards seen
	seen map[string]version
}

// A version is what is known of a feed's bytes as they were last taken.
type version struct {
	etag, modified string
	sum            [sha256.Size]byte
}

// Fetch reads sources and returns the bytes of those that have changed, by source, for Options.Fetched. The error joins
// those of the sources that can't be read; the others are there all the same. Call took once the bytes are in the
// store: until then they count as changed.
func (f *Fetcher) Fetch(ctx context.Context, sources []string) (changed map[string][]byte, took func(), err error) {
	changed = map[string][]byte{}
	versions := map[string]version{}
	for _, source := range sources {
		b, v, fetchErr := f.fetchOne(ctx, source)
		switch {
		case fetchErr != nil:
			err = errors.Join(err, fmt.Errorf("%s: %w", source, fetchErr))
		case b != nil:
			changed[source], versions[source] = b, v
		}
	}
	return changed, func() { f.remember(versions) }, err
}

// fetchOne returns a source's bytes, or nil when they are those that were taken last.
func (f *Fetcher) fetchOne(ctx context.Context, source string) ([]byte, version, error) {
	f.mu.Lock()
	old, known := f.seen[source]
	f.mu.Unlock()
	b, now, err := readIfChanged(ctx, source, f.Web, old)
	if err != nil || b == nil {
		return nil, now, err
	}
	now.sum = sha256.Sum256(b)
	if known && now.sum == old.sum {
		return nil, now, nil
	}
	return b, now, nil
}

func (f *Fetcher) remember(versions map[string]version) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[string]version{}
	}
	for source, v := range versions {
		f.seen[source] = v
	}
}
