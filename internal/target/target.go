// Package target says what a place that a newsroom publishes to must do. The places themselves are its subfolders;
// targettest is the suite that each of them passes. A target that was published to is a complete mirror.
//
// Objects are immutable: their name is the hash of their bytes. Everything else is small or a link to an object, and
// `latest` is written last, so that a target always holds a whole edition: the old one or the new one.
package target

import (
	"context"
	"io/fs"
	"iter"
)

// ErrNotExist is what Get returns, wrapped, for a name that is not there.
var ErrNotExist = fs.ErrNotExist

// A Target is a place to publish to. Names are slash-separated io/fs paths. Methods may be called from several
// goroutines, but only one publisher writes at a time.
type Target interface {
	// Name is what the newsroom calls the target; it is the same for ever.
	Name() string
	// Put writes b under a name, in place of what was there. It is atomic: Get returns the old bytes or the new ones.
	Put(ctx context.Context, name string, b []byte) error
	// Link gives a name the bytes that stand under another, in place of what was there; atomic as Put, and without
	// needing room for the bytes where the target can share them.
	Link(ctx context.Context, name, from string) error
	// Get returns the bytes under a name. It refuses more than max bytes, and wraps ErrNotExist when there are none.
	Get(ctx context.Context, name string, max int64) ([]byte, error)
	// List yields the names that begin with a prefix, which is empty or ends in a slash, in no order.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
	// Delete removes a name. Deleting what is not there is no error.
	Delete(ctx context.Context, name string) error
	// Flush returns when all that was written before survives a power cut.
	Flush(ctx context.Context) error
}
