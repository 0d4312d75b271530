package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"coranto/edition"
	"coranto/internal/importer/markdown"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/internal/publish"
	"coranto/internal/sample"
	"coranto/internal/term"
	"coranto/reader"
)

var demoCommand = command{
	name:  "demo",
	usage: "[--once]",
	short: "shows the whole of it on this machine: two editions, five mirrors, one reader",
	long: `
Makes a newsroom of sample stories in a temporary folder, publishes it, corrects a story, publishes again, and starts
five mirrors on this machine, of which one is honest and alive. A reader that knows only the masthead finds its way
through, and shows what it met. Nothing is left behind.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		once := fs.Bool("once", false, "end after the table instead of showing the site")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("demo takes no argument: %q", args[0])
			}
			return e.demo(ctx, *once)
		}
	},
}

const (
	demoName = "The Sample Lantern"
	// demoExit is where the link to leave quickly leads: a page that says nothing.
	demoExit = "https://example.com/"
	// demoPage is the page that one mirror alters.
	demoPage = "en/index.html"
	// demoCorrected is the article that the second edition corrects.
	demoCorrected = "bread-prices/en.md"
	// demoBreaking is the story that breaks again when the demo begins, and demoBreaks for how long.
	demoBreaking = "spring-flood"
	demoBreaks   = 6 * time.Hour
	// demoPatience is how long the demo's reader waits for a mirror that goes on for ever.
	demoPatience = 5 * time.Second
)

func (e *env) demo(ctx context.Context, once bool) error {
	dir, err := os.MkdirTemp("", "coranto-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demo{env: e, dir: dir}
	defer d.stop()
	if err := d.publishTwice(ctx); err != nil {
		return err
	}
	if err := d.startMirrors(ctx); err != nil {
		return err
	}
	r, lies, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := d.show(r, lies); err != nil {
		return err
	}
	if lies > 0 {
		return &codeError{code: exitUnverified}
	}
	if once {
		return nil
	}
	return e.serveReader(ctx, r, readOptions{listen: "127.0.0.1:0"})
}

// A demo is a newsroom in a temporary folder and the mirrors that carry it.
type demo struct {
	*env
	dir      string
	newsroom *newsroom
	mirrors  []demoMirror
	stops    []func()
}

type demoMirror struct {
	lab.Mirror
	url string
}

func (d *demo) stop() {
	for _, stop := range slices.Backward(d.stops) {
		stop()
	}
}

func (d *demo) room() string    { return filepath.Join(d.dir, "newsroom") }
func (d *demo) stories() string { return filepath.Join(d.dir, "stories") }
func (d *demo) frozen() string  { return filepath.Join(d.dir, "frozen") }

// publishTwice makes the newsroom, publishes its stories, keeps a copy of that edition, and publishes a correction.
func (d *demo) publishTwice(ctx context.Context) error {
	languages, err := sampleLanguages(sample.Stories())
	if err != nil {
		return err
	}
	if err := makeNewsroom(ctx, d.room(), demoName, languages); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(d.room(), noticesFile)); err != nil { // which the sample has its own of
		return err
	}
	if err := os.CopyFS(d.room(), sample.Room()); err != nil {
		return err
	}
	if d.newsroom, err = openNewsroom(ctx, d.room()); err != nil {
		return err
	}
	d.newsroom.config.ExitURL = demoExit
	d.stops = append(d.stops, func() { d.newsroom.Close() })
	if err := d.newsroom.lock(); err != nil {
		return err
	}
	p, err := d.newsroom.publisher(d.env)
	if err != nil {
		return err
	}
	if err := os.CopyFS(d.stories(), sample.Stories()); err != nil {
		return err
	}
	if err := breakNews(filepath.Join(d.stories(), demoBreaking), time.Now(), demoBreaks); err != nil {
		return err
	}
	if err := d.importAndPublish(ctx, p); err != nil {
		return err
	}
	if err := os.CopyFS(d.frozen(), os.DirFS(d.newsroom.publicDir())); err != nil {
		return err
	}
	corrected, err := fs.ReadFile(sample.Corrected(), demoCorrected)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.stories(), filepath.FromSlash(demoCorrected)), corrected, 0o600); err != nil {
		return err
	}
	return d.importAndPublish(ctx, p)
}

// breakNews says in the articles of a story's folder, as an editor does, that it broke again now and is breaking news
// for some time. The sample's own dates are fixed, and long over.
func breakNews(dir string, now time.Time, lasts time.Duration) error {
	articles, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	now = now.UTC().Truncate(time.Second)
	lines := fmt.Sprintf("updated: %s\nbreaking: %s\npublished: ", now.Format(time.RFC3339), now.Add(lasts).Format(time.RFC3339))
	for _, name := range articles {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, bytes.Replace(text, []byte("published: "), []byte(lines), 1), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// importAndPublish publishes the stories as they are now.
func (d *demo) importAndPublish(ctx context.Context, p *publish.Publisher) error {
	report, err := markdown.Import(ctx, d.newsroom.store, os.DirFS(d.stories()), markdown.Options{Languages: d.newsroom.config.Languages})
	if err != nil {
		return err
	}
	if report.Refused > 0 {
		return fmt.Errorf("the sample stories are not whole: %v", report.Problems)
	}
	res, err := p.Publish(ctx)
	if err != nil {
		return err
	}
	d.say("edition %d: %d new articles, %d changed · %d pages rendered, %d new objects, %s, %.0f ms",
		res.Edition, report.New, report.Changed, res.PagesRendered, res.ObjectsNew, size(res.BytesNew), 1000*res.Seconds)
	return nil
}

// sampleLanguages returns the languages of a folder of stories, English first.
func sampleLanguages(stories fs.FS) ([]string, error) {
	seen := map[string]bool{}
	err := fs.WalkDir(stories, ".", func(name string, entry fs.DirEntry, err error) error {
		if tag, ok := strings.CutSuffix(path.Base(name), ".md"); err == nil && ok && !entry.IsDir() {
			seen[tag] = true
		}
		return err
	})
	delete(seen, "en")
	tags := []string{"en"}
	for tag := range seen {
		tags = append(tags, tag)
	}
	slices.Sort(tags[1:])
	return tags, err
}

// startMirrors starts five mirrors, each on an address of its own on this machine.
func (d *demo) startMirrors(ctx context.Context) error {
	newest, err := d.handler(d.newsroom.publicDir())
	if err != nil {
		return err
	}
	oldest, err := d.handler(d.frozen())
	if err != nil {
		return err
	}
	page, err := d.newsroom.store.File(ctx, demoPage)
	if err != nil {
		return err
	}
	altered := func(r *http.Request) bool {
		h, ok := edition.ParseObjectPath(strings.TrimPrefix(r.URL.Path, "/"))
		return ok && slices.Contains(page.Entry.Objects, h)
	}
	for _, m := range []lab.Mirror{
		lab.Blocked(), lab.Altered(newest, altered), lab.Frozen(oldest), lab.Endless(newest, lab.Everything), lab.Good(newest),
	} {
		if err := d.startMirror(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) handler(dir string) (http.Handler, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d.stops = append(d.stops, func() { root.Close() })
	return mirror.Handler(root), nil
}

func (d *demo) startMirror(ctx context.Context, m lab.Mirror) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var served sync.WaitGroup
	served.Go(func() { mirror.Serve(ctx, l, m.Handler) })
	d.stops = append(d.stops, func() { cancel(); served.Wait() })
	d.mirrors = append(d.mirrors, demoMirror{m, "http://" + l.Addr().String() + "/"})
	return nil
}

// read reads as somebody would who knows only the masthead and five addresses. It returns the number of pages that
// were shown otherwise than the newsroom made them.
func (d *demo) read(ctx context.Context) (_ *reader.Reader, lies int, err error) {
	m, err := readMasthead(filepath.Join(d.newsroom.publicDir(), edition.MastheadPath))
	if err != nil {
		return nil, 0, err
	}
	limits := reader.DefaultLimits()
	limits.Total = demoPatience
	opt := reader.Options{Only: true, Limits: limits}
	for _, m := range d.mirrors {
		src, err := reader.HTTP(nil, m.url)
		if err != nil {
			return nil, 0, err
		}
		src.Limits = limits
		opt.Sources = append(opt.Sources, src)
	}
	r, err := reader.Open(m, opt)
	if err != nil {
		return nil, 0, err
	}
	if report, err := r.Refresh(ctx); err != nil {
		r.Close()
		return nil, 0, explainRead(err, report)
	}
	if lies, err = d.compare(ctx, r); err != nil {
		r.Close()
	}
	return r, lies, err
}

// compare reads every front, and what one mirror alters from all of them, and holds it against what was published.
func (d *demo) compare(ctx context.Context, r *reader.Reader) (lies int, err error) {
	for _, tag := range d.newsroom.config.Languages {
		p, err := r.Get(ctx, tag+"/")
		if err != nil {
			return lies, explainRead(err, reader.Report{Mirrors: r.Mirrors()})
		}
		want, err := os.ReadFile(filepath.Join(d.newsroom.publicDir(), filepath.FromSlash(p.Path)))
		if err != nil {
			return lies, err
		}
		if !bytes.Equal(p.Body, want) {
			lies++
		}
		if p.Path == demoPage {
			r.Probe(ctx, p)
		}
	}
	if h, ok := r.Head(); !ok || h.Manifest.Edition != 2 {
		lies++ // believed an old edition to be the newest
	}
	return lies, nil
}

// show prints, mirror by mirror, what the reader met and decided, and then its verdict.
func (d *demo) show(r *reader.Reader, lies int) error {
	met := map[string]reader.MirrorReport{}
	for _, m := range r.Mirrors() {
		met[m.Mirror] = m
	}
	var rows [][]string
	for _, m := range d.mirrors {
		name := strings.Trim(strings.TrimPrefix(m.url, "http://"), "/")
		report := met[name]
		rows = append(rows, []string{name, m.Does, orElse(brief(report.Detail), "the newest edition, proved"), decided(report.State)})
	}
	if err := term.Table(d.stdout, []string{"MIRROR", "WHAT IT DOES", "WHAT THE READER MET", "DECIDED"}, rows); err != nil {
		return err
	}
	v := r.Verdict()
	_, err := fmt.Fprintf(d.stdout, "\nedition %d: authentic %s · whole %s · fresh %s · %d lies believed\n",
		v.Edition, yesNo(v.Authentic), yesNo(v.Whole), freshness(v), lies)
	return err
}

// brief returns the last part of an error: what happened, without where.
func brief(detail string) string {
	return strings.TrimSpace(detail[strings.LastIndex(detail, ": ")+1:])
}

// decided says what the reader does with a mirror in some state.
func decided(s reader.State) string {
	switch s {
	case reader.Good:
		return "read from it"
	case reader.Old:
		return "not for the newest"
	case reader.Lied, reader.Endless, reader.Forked, reader.Shunned:
		return "dropped: " + string(s)
	}
	return "passed over: " + string(s)
}
