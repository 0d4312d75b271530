package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"coranto/internal/durable"
	"coranto/internal/keys"
	"coranto/internal/press"
	"coranto/internal/publish"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/internal/target/fs"
)

// keysHint says what to do without keys. Only the root's can have others in their place: readers know the newsroom by it.
const keysHint = "bring keys/ and trust/ of the newsroom's folder back from your copy; keys that are lost are replaced by " +
	"coranto recover --from MIRROR and the root keys"

// A newsroom is an open newsroom's folder: its configuration, store, keys and targets.
type newsroom struct {
	dir    string
	root   *os.Root
	config config
	store  *sqlite.Store
	close  []func() error
}

// storeHint says what to do about a store that can't be opened.
const storeHint = "store.db in the newsroom's folder must be whole and yours to write; if it is lost, bring it back from your newest copy"

// openNewsroom opens the newsroom in a folder. Close it.
func openNewsroom(ctx context.Context, dir string) (_ *newsroom, err error) {
	n, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	if n.store, err = sqlite.Open(ctx, dir); err != nil {
		n.Close()
		return nil, withHint(err, storeHint)
	}
	n.close = append(n.close, n.store.Close)
	return n, nil
}

// openFolder opens the newsroom in a folder without its store. Close it.
func openFolder(dir string) (*newsroom, error) {
	n := &newsroom{dir: dir}
	var err error
	if n.config, err = readConfig(dir); err != nil {
		return nil, err
	}
	if n.root, err = os.OpenRoot(dir); err != nil {
		return nil, err
	}
	n.close = append(n.close, n.root.Close)
	return n, nil
}

// Close lets go of everything, in the reverse order of opening.
func (n *newsroom) Close() error {
	var err error
	for i := len(n.close) - 1; i >= 0; i-- {
		err = errors.Join(err, n.close[i]())
	}
	n.close = nil
	return err
}

// lock keeps every other writer out of the newsroom until Close.
func (n *newsroom) lock() error {
	unlock, err := durable.Lock(n.root, "lock")
	if errors.Is(err, durable.ErrLocked) {
		return withHint(fmt.Errorf("another coranto is at work on %s: %w", n.dir, durable.ErrLocked), "wait until it is done, and run this again")
	}
	if err != nil {
		return err
	}
	n.close = append(n.close, unlock)
	return nil
}

// lockWait is how long a command waits for another one that is at work, as coranto run is now and then.
const lockWait = 30 * time.Second

// lockWithin is lock, which waits for another coranto to be done. It calls waiting once when it must.
func (n *newsroom) lockWithin(ctx context.Context, limit time.Duration, waiting func()) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := n.lock()
	if errors.Is(err, durable.ErrLocked) {
		waiting()
	}
	for errors.Is(err, durable.ErrLocked) {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
			err = n.lock()
		}
	}
	return err
}

// targets opens the configured targets, the newsroom's own first.
func (n *newsroom) targets() ([]target.Target, error) {
	var out []target.Target
	for i, c := range n.config.Targets {
		t, err := fs.Open(c.Name, n.path(c.Path))
		if err != nil && i > 0 {
			out = append(out, absent{c.Name, err})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", c.Name, err)
		}
		n.close = append(n.close, t.Close)
		out = append(out, t)
	}
	return out, nil
}

// path returns a path of the configuration, which is relative to the newsroom's folder.
func (n *newsroom) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(n.dir, filepath.FromSlash(p))
}

// known returns the path that the newsroom knows a folder or file by, with slashes: below its own folder a relative one,
// so that both may move, and an absolute one elsewhere. path is the way back.
func (n *newsroom) known(p string) string {
	base, err := filepath.Abs(n.dir)
	full, fullErr := filepath.Abs(p)
	if err != nil || fullErr != nil {
		return filepath.ToSlash(p)
	}
	if rel, err := filepath.Rel(base, full); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(full)
}

// publicDir is the folder of the newsroom's own target.
func (n *newsroom) publicDir() string { return n.path(n.config.Targets[0].Path) }

// publisher wires what publishing needs.
func (n *newsroom) publisher(e *env) (*publish.Publisher, error) {
	k, err := keys.Open(n.root)
	if err != nil {
		return nil, withHint(&press.StopError{Kind: press.KindKeys, Err: err}, keysHint)
	}
	s, err := n.site()
	if err != nil {
		return nil, err
	}
	targets, err := n.targets()
	if err != nil {
		return nil, err
	}
	p := &publish.Publisher{
		Store: n.store, Site: s, Keys: k, Targets: targets,
		Name: n.config.Name, Languages: n.config.Languages, Mirrors: n.config.Mirrors,
		Gate: n.gate,
		Log:  slog.New(slog.NewTextHandler(e.stderr, nil)),
	}
	return p, n.wireSigners(p)
}
