package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/web"
	"coranto/internal/press"
	"coranto/internal/publish"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/reader"
)

// A pressRoom is a newsroom as the press runs it. It opens the folder anew for each piece of work, so that it sees what
// was configured, signed or restored beside it; it keeps only the store open that it asks what is due.
type pressRoom struct {
	e     *env
	dir   string
	log   *slog.Logger
	feeds map[string]*feed.Fetcher // by import
	drops map[string]string        // by import: what a folder of ninjs was when all of it came in
	now   func() time.Time

	mu     sync.Mutex // guards what follows
	due    *sqlite.Store
	file   os.FileInfo // the database that due has open
	config string      // the state of the configuration and the trust when an edition was last made
	trust  string
}

var _ press.Newsroom = (*pressRoom)(nil)

func newPressRoom(e *env, dir string, log *slog.Logger) *pressRoom {
	return &pressRoom{e: e, dir: dir, log: log, feeds: map[string]*feed.Fetcher{}, drops: map[string]string{}, now: time.Now}
}

// Close closes the store that Due asks. What is at work goes on with stores of its own.
func (r *pressRoom) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.due == nil {
		return nil
	}
	err := r.due.Close()
	r.due = nil
	return err
}

// Due asks the store, and says that an edition is due when somebody changed the configuration or the trust by hand.
func (r *pressRoom) Due(ctx context.Context) (at time.Time, ok bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.reopen(ctx); err != nil {
		return at, false, err
	}
	if r.config != "" && (r.config != r.configState() || r.trust != r.trustState()) {
		return time.Time{}, true, nil
	}
	return r.due.NextDue(ctx)
}

// reopen opens the store, and opens it again when its file has become another: it was restored.
func (r *pressRoom) reopen(ctx context.Context) error {
	info, err := os.Stat(filepath.Join(r.dir, sqlite.DatabaseName))
	if err != nil {
		return err
	}
	if r.due != nil && os.SameFile(info, r.file) {
		return nil
	}
	if r.due != nil {
		r.due.Close()
	}
	r.due, err = sqlite.Open(ctx, r.dir)
	if err != nil {
		r.due = nil
		return err
	}
	r.file = info
	return nil
}

// configState and trustState stand for what they are about: another state is another string. The newsroom's own pages,
// notices and theme count as configuration.
func (r *pressRoom) configState() string {
	files := []string{configFile, noticesFile}
	for _, dir := range []string{pagesDir, themeDir} {
		entries, _ := os.ReadDir(filepath.Join(r.dir, dir))
		for _, e := range entries {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	var state strings.Builder
	for _, name := range files {
		info, err := os.Stat(filepath.Join(r.dir, name))
		if err != nil {
			fmt.Fprintln(&state, err)
			continue
		}
		fmt.Fprintln(&state, name, info.Size(), info.ModTime().UnixNano())
	}
	return state.String()
}

// trustState names the roots and the targets. The rest is renewed by publishing itself.
func (r *pressRoom) trustState() string {
	entries, err := os.ReadDir(filepath.Join(r.dir, "trust"))
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".root.json") || strings.HasSuffix(entry.Name(), ".targets.json") {
			names = append(names, entry.Name())
		}
	}
	return strings.Join(names, " ")
}

// Publish publishes under the newsroom's lock.
func (r *pressRoom) Publish(ctx context.Context, only []string) (res publish.Result, err error) {
	config := r.configState() // before it is read
	err = r.locked(ctx, func(n *newsroom) error {
		p, err := n.publisher(r.e)
		if err != nil {
			return err
		}
		p.Log = r.log
		all := p.Targets
		if only != nil {
			own := p.Targets[0]
			p.Targets = slices.DeleteFunc(slices.Clone(all), func(t target.Target) bool { return t != own && !slices.Contains(only, t.Name()) })
		}
		err = n.toItsEnd(all, func() (err error) {
			res, err = p.Publish(ctx)
			return err
		})
		if err == nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.config, r.trust = config, r.trustState()
		}
		return err
	})
	return res, err
}

// locked opens the newsroom and calls f under its lock.
func (r *pressRoom) locked(ctx context.Context, f func(*newsroom) error) error {
	n, err := openNewsroom(ctx, r.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	err = n.lockWithin(ctx, lockWait, func() {})
	if errors.Is(err, durable.ErrLocked) {
		return fmt.Errorf("%w: %w", press.ErrBusy, err)
	}
	if err != nil {
		return err
	}
	return f(n)
}

// Examine reads the newsroom's state.
func (r *pressRoom) Examine(ctx context.Context) (press.Examined, error) {
	n, err := openNewsroom(ctx, r.dir)
	if err != nil {
		return press.Examined{}, err
	}
	defer n.Close()
	return n.examine(ctx, r.now())
}

// The limits of a look at the mirrors.
const (
	lookTime  = time.Minute
	lookCount = 8
)

// Look asks all mirrors of the configuration, several at once. A fork that any of them holds is the error.
func (r *pressRoom) Look(ctx context.Context) ([]press.Sight, error) {
	n, err := openNewsroom(ctx, r.dir)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	sights, err := n.look(ctx, r.e)
	if fork := (*publish.ForkError)(nil); !errors.As(err, &fork) {
		return sights, err
	}
	// What looks newer than this newsroom may have been published while it was looked at. Under the lock nobody publishes.
	err = r.locked(ctx, func(n *newsroom) (err error) {
		sights, err = n.look(ctx, r.e)
		return err
	})
	return sights, err
}

// look asks all mirrors.
func (n *newsroom) look(ctx context.Context, e *env) ([]press.Sight, error) {
	p, err := n.publisher(e)
	if err != nil {
		return nil, err
	}
	epoch, err := n.epoch(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	client := reader.NewClient()
	defer client.CloseIdleConnections()
	sights := make([]press.Sight, len(n.config.Mirrors))
	var g errgroup.Group
	g.SetLimit(lookCount)
	for i, url := range n.config.Mirrors {
		g.Go(func() error {
			src, err := reader.HTTP(client, url)
			if err != nil {
				return err
			}
			head, err := p.Look(ctx, url, src.Fetch)
			sights[i], err = sight(url, head, err)
			sights[i].Owes = sights[i].State == press.MirrorGood && head.Manifest.Epoch < epoch
			return err
		})
	}
	return sights, g.Wait()
}

// epoch returns the purge epoch of the last edition: a mirror of a lower one carries what was taken back.
func (n *newsroom) epoch(ctx context.Context) (uint64, error) {
	head, err := n.store.Head(ctx)
	if err != nil || head.Number == 0 {
		return 0, err
	}
	m, err := edition.ParseManifest(head.Manifest)
	return m.Epoch, err
}

// sight judges what a look at a mirror came to. Only a fork stays an error.
func sight(url string, head edition.Head, err error) (press.Sight, error) {
	s := press.Sight{Mirror: url, State: press.MirrorGood, Edition: head.Manifest.Edition, AsOf: head.AsOf}
	var fork *publish.ForkError
	var invalid *edition.InvalidError
	switch {
	case errors.As(err, &fork):
		return s, err
	case errors.As(err, &invalid):
		s.State, s.Err = press.MirrorLies, err.Error()
	case errors.Is(err, fs.ErrNotExist):
		s.State, s.Err = press.MirrorDead, "it has no edition"
	case err != nil:
		s.State, s.Err = press.MirrorDead, err.Error()
	}
	return s, nil
}

// Import does one of the configuration's imports. Feeds are fetched before the newsroom is locked, so that a slow
// server delays no edition.
func (r *pressRoom) Import(ctx context.Context, name string) (importer.Report, error) {
	c, err := readConfig(r.dir)
	if err != nil {
		return importer.Report{}, err
	}
	i := slices.IndexFunc(c.Imports, func(c importConfig) bool { return c.Name == name })
	if i < 0 {
		return importer.Report{}, fmt.Errorf("coranto.toml no longer has the import %q; start coranto run again", name)
	}
	switch c := c.Imports[i]; c.Kind {
	case "markdown":
		return r.importFolder(ctx, c, importMarkdown)
	case "ninjs":
		return r.importNinjs(ctx, c)
	default: // the configuration knows no other
		return r.importFeeds(ctx, c)
	}
}

// A folderImport imports what is in the one folder that it is given, as importMarkdown does.
type folderImport func(ctx context.Context, n *newsroom, into importer.Store, folders []string, tell importer.Progress) (importer.Report, error)

func (r *pressRoom) importFolder(ctx context.Context, c importConfig, from folderImport) (report importer.Report, err error) {
	err = r.locked(ctx, func(n *newsroom) (err error) {
		report, err = from(ctx, n, n.store, []string{n.path(c.Path)}, nil)
		return err
	})
	return report, err
}

// mediaWait is how long an import of feeds may fetch pictures and recordings while the newsroom is locked. What is left
// then is missing until the next import.
const mediaWait = time.Minute

// importFeeds imports the feeds that changed. One that can't be read keeps no other back. While files are missing, the feeds
// count as changed.
func (r *pressRoom) importFeeds(ctx context.Context, c importConfig) (report importer.Report, err error) {
	all := r.sources(c)
	client := web.NewClient(web.Options{Named: typed(slices.Clone(all))})
	defer client.Close()
	f := r.fetcher(c.Name)
	f.Web = client
	changed, took, fetchErr := f.Fetch(ctx, all)
	if len(changed) == 0 {
		return report, fetchErr
	}
	config, err := readConfig(r.dir)
	if err != nil {
		return report, errors.Join(err, fetchErr)
	}
	sources := slices.DeleteFunc(all, func(s string) bool { return changed[s] == nil })
	src, err := feed.Open(ctx, sources, feed.Options{Languages: config.Languages, Language: c.Language, Web: client,
		FullText: feed.FullText(c.FullText), Fetched: changed, Pages: &f.Pages})
	if err == nil {
		err = src.Complete(ctx)
	}
	if err != nil {
		return report, errors.Join(err, fetchErr)
	}
	err = r.locked(ctx, func(n *newsroom) (err error) {
		within, cancel := context.WithTimeout(ctx, mediaWait)
		defer cancel()
		report, err = importer.Import(ctx, n.store, src, importer.Options{Languages: n.config.Languages, Web: hurried{client, within}})
		return err
	})
	if err == nil && len(report.Missing) == 0 {
		took()
	}
	return report, errors.Join(err, fetchErr)
}

// hurried fetches files until a context ends, and says then that there was no time.
type hurried struct {
	web    *web.Client
	within context.Context
}

// Fetch implements importer.Fetcher.
func (h hurried) Fetch(ctx context.Context, url string) (name string, file []byte, err error) {
	if h.within.Err() != nil {
		return "", nil, errors.New("there was no time to fetch it: the next import asks again")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.within, cancel)()
	return h.web.Fetch(ctx, url)
}

// sources returns an import's feeds; files are relative to the newsroom's folder.
func (r *pressRoom) sources(c importConfig) []string {
	n := &newsroom{dir: r.dir}
	var out []string
	for _, s := range c.Sources {
		if !strings.Contains(s, "://") {
			s = n.path(s)
		}
		out = append(out, s)
	}
	return out
}

// fetcher returns what remembers the feeds of an import.
func (r *pressRoom) fetcher(name string) *feed.Fetcher {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.feeds[name] == nil {
		r.feeds[name] = &feed.Fetcher{}
	}
	return r.feeds[name]
}
