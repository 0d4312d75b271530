package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"coranto/internal/check"
	"coranto/internal/importer"
	"coranto/internal/importer/markdown"
	"coranto/internal/news"
	"coranto/internal/preview"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

var previewCommand = command{
	name:  "preview",
	usage: "[--listen ADDRESS] [--once PATH] [FOLDER…]",
	short: "shows the newsroom as it would be published, drafts and problems too",
	long: `
Serves the newsroom on this machine as it would be published: drafts and embargoed stories come out, each marked as what
it is, and what coranto check finds stands at the top of the page. With folders of Markdown, what an import of them
would bring is shown as well. The pages load anew when the store, a folder, the theme or the configuration changes.

Nothing is written: not to the newsroom's store, which is only read, not to a target, and nowhere else. What is shown is
made in memory, and is gone when the preview ends, however it ends. The address can't be guessed; who has it can read
drafts, so it is for you alone. Below it, /_components shows every part of a page beside each other, in any language.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		listen := fs.String("listen", "127.0.0.1:0", "the local `ADDRESS` to serve on")
		once := fs.String("once", "", "print the page at a `path` of the site, as en/index.html, and end")
		return func(ctx context.Context, folders []string) error {
			return e.preview(ctx, *listen, *once, folders)
		}
	},
}

func (e *env) preview(ctx context.Context, listen, once string, folders []string) error {
	p, err := e.newPreviewing(folders)
	if err != nil {
		return err
	}
	defer p.Close()
	bar := e.bar("import")
	p.progress = func(done, total int, _ string) { bar.of(done, total) }
	opened := func() { bar.done(); p.progress = nil }
	if once != "" {
		return e.previewOnce(ctx, p, once, opened)
	}
	l, err := listenLocally(listen, "drafts would be shown to others")
	if err != nil {
		return err
	}
	s, err := preview.NewServer(ctx, l, rand.Reader, p.open, p.state, slog.New(slog.NewTextHandler(e.stderr, nil)))
	opened()
	if err != nil {
		l.Close()
		return err
	}
	e.say("open this address in your browser; it is for you alone. Interrupt to end.")
	fmt.Fprintln(e.stdout, s.URL())
	return s.Run(ctx)
}

// listenLocally listens on an address of this machine alone, and refuses one that others can reach: why says what then.
func listenLocally(address, why string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, withHint(&usageError{err}, "give a local address and a port, as 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, usagef("%s is not a local address: %s", address, why)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, listenError(address, err)
	}
	return l, nil
}

// previewOnce prints one page.
func (e *env) previewOnce(ctx context.Context, p *previewing, path string, opened func()) error {
	room, err := p.open(ctx)
	opened()
	if err != nil {
		return err
	}
	defer room.Close()
	body, err := room.Page(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return withHint(fmt.Errorf("there is no page %q", path), "give the path of a page, as en/index.html")
	}
	if err != nil {
		return err
	}
	_, err = e.stdout.Write(body)
	return err
}

// A previewing opens a newsroom again and again, as it would be published.
type previewing struct {
	newsroom *newsroom // without its store
	folders  []string
	now      func() time.Time
	// progress is told of the first import, which may draw many pictures.
	progress importer.Progress

	mu    sync.Mutex // guards drawn
	drawn map[string]drawnMedia
}

// drawnMedia is a media that a folder has and the newsroom's store hasn't: it is drawn once, not at every change.
type drawnMedia struct {
	news.Media
	files map[string][]byte
}

func (e *env) newPreviewing(folders []string) (*previewing, error) {
	for _, f := range folders {
		info, err := os.Stat(f)
		if err == nil && !info.IsDir() {
			err = errors.New("not a folder")
		}
		if err != nil {
			return nil, withHint(folderError(f, err), "give the folder around the stories' folders")
		}
	}
	n, err := openFolder(e.dir)
	if err != nil {
		return nil, err
	}
	return &previewing{newsroom: n, folders: folders, now: time.Now, drawn: map[string]drawnMedia{}}, nil
}

func (p *previewing) Close() error { return p.newsroom.Close() }

// open makes a copy of the newsroom's store in memory, imports the folders into it, and lets drafts and embargoed stories
// out there.
func (p *previewing) open(ctx context.Context) (_ *preview.Room, err error) {
	if p.newsroom.config, err = readConfig(p.newsroom.dir); err != nil {
		return nil, err
	}
	config, err := p.newsroom.siteConfig()
	if err != nil {
		return nil, err
	}
	st, err := site.New(config)
	if err != nil {
		return nil, err
	}
	v, err := p.view(ctx)
	if err != nil {
		return nil, err
	}
	c, err := p.newsroom.checker(v.now)
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	room := &preview.Room{
		Config: config, Site: st, Snap: v.snap, Open: v.OpenRendition, Check: c.Story, Waiting: v.waiting, Refused: v.refused,
		Now: v.now, Close: v.Close,
	}
	c.Store, c.Has = v, room.Has
	return room, nil
}

// A previewView is a copy of the newsroom's store in which everything is out. It is what checks read, too: they see drafts
// as drafts.
type previewView struct {
	*sqlite.Store
	of      *previewing
	snap    store.Snapshot
	now     time.Time
	waiting []preview.Waiting
	refused []string
}

func (p *previewing) view(ctx context.Context) (_ *previewView, err error) {
	v := &previewView{of: p, now: p.now().UTC().Truncate(time.Second)}
	v.Store, err = sqlite.OpenCopy(ctx, p.newsroom.dir)
	switch {
	case errors.Is(err, sqlite.ErrTooLarge):
		return nil, err
	case err != nil:
		return nil, withHint(err, storeHint)
	}
	for _, f := range p.folders {
		if err = v.take(ctx, f); err != nil {
			return nil, errors.Join(err, v.Close())
		}
	}
	if err = v.release(ctx); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// take imports a folder into the copy.
func (v *previewView) take(ctx context.Context, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	n := v.of.newsroom
	report, err := markdown.Import(ctx, v, root.FS(), markdown.Options{Languages: n.config.Languages, Folder: n.known(folder), Progress: v.of.progress})
	for _, problem := range report.Problems {
		v.refused = append(v.refused, problem.String())
	}
	return err
}

// release lets everything out, now.
func (v *previewView) release(ctx context.Context) error {
	released, err := v.Store.Release(ctx, v.now)
	if err != nil {
		return err
	}
	for _, r := range released {
		v.waiting = append(v.waiting, preview.Waiting{Story: r.Story, Lang: r.Lang, Draft: r.Draft})
	}
	if err := v.Store.Settle(ctx, v.now); err != nil {
		return err
	}
	v.snap, err = v.Store.Snapshot(ctx)
	return err
}

// Close lets go of the copy: nothing is left of it.
func (v *previewView) Close() error {
	var err error
	if v.snap != nil {
		err = v.snap.Close()
	}
	return errors.Join(err, v.Store.Close())
}

func (v *previewView) isDraft(id, lang string) bool {
	return slices.Contains(v.waiting, preview.Waiting{Story: id, Lang: lang, Draft: true})
}

// Story returns a story of the copy, whose drafts are drafts again.
func (v *previewView) Story(ctx context.Context, id string) (news.Story, error) {
	st, err := v.Store.Story(ctx, id)
	for i, a := range st.Articles {
		if v.isDraft(id, a.Lang) {
			st.Articles[i].Status = news.Draft
		}
	}
	return st, err
}

// PutMedia remembers what was drawn.
func (v *previewView) PutMedia(ctx context.Context, m news.Media, files map[string][]byte) error {
	v.of.mu.Lock()
	v.of.drawn[m.ID] = drawnMedia{m, files}
	v.of.mu.Unlock()
	return v.Store.PutMedia(ctx, m, files)
}

// Media returns a media of the copy. What was drawn for an earlier copy has the say, and is put into this one.
func (v *previewView) Media(ctx context.Context, id string) (news.Media, error) {
	v.of.mu.Lock()
	drawn, ok := v.of.drawn[id]
	v.of.mu.Unlock()
	if !ok {
		return v.Store.Media(ctx, id)
	}
	return drawn.Media, v.Store.PutMedia(ctx, drawn.Media, drawn.files)
}

var _ check.Store = (*previewView)(nil)

// state stands for all that the pages depend on: the store's files, the configuration and what lies beside it, the folders.
func (p *previewing) state() string {
	var b strings.Builder
	n := p.newsroom
	for _, name := range []string{sqlite.DatabaseName, sqlite.DatabaseName + "-wal", configFile, noticesFile, pagesDir, themeDir} {
		p.note(&b, n.path(name))
	}
	for _, f := range p.folders {
		p.note(&b, f)
	}
	return b.String()
}

// note writes down the name, size and time of a file, or of every file of a folder.
func (p *previewing) note(b *strings.Builder, path string) {
	_ = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is not there, or no longer: that, too, is a state
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(b, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
}
