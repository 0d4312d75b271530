package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/mirror"
	"coranto/internal/press"
	targetfs "coranto/internal/target/fs"
	"coranto/reader"
)

// mirrorOptions are the flags of all that mirror does.
type mirrorOptions struct {
	listen, to, masthead, kind string
	every, retain              time.Duration
	quota                      byteCount
	recheck, yes               bool
}

// stateDir is the folder, inside of a mirror's, of what it remembers. No mirror serves it.
const stateDir = ".coranto"

// A pulling is a mirror that is open for pulls.
type pulling struct {
	e       *env
	opt     mirror.Options
	made    bool // the folder of its state is new
	notify  func(state string)
	closers []func() error
}

// openPull opens what a pull works on: the masthead, the sources and the mirror's folder.
func (e *env) openPull(ctx context.Context, where []string, o mirrorOptions) (*pulling, error) {
	switch {
	case len(where) == 0:
		return nil, usagef("mirror needs a source to pull from: the URL of a mirror that has the edition, or several")
	case o.to == "":
		return nil, usagef("mirror needs the folder to keep the mirror in: --to DIR")
	case o.masthead == "":
		return nil, withHint(&usageError{errors.New("mirror needs the newsroom's masthead: without it a mirror could be made to carry anything")},
			"ask the newsroom for masthead.json or the line that begins with coranto:, not a mirror, and give it with --masthead")
	case newsroomAround(o.to) != "":
		return nil, withHint(fmt.Errorf("%s is inside of a newsroom's folder, which publish writes to", o.to), "keep the mirror elsewhere")
	}
	given, err := openMasthead(ctx, o.masthead)
	if err != nil {
		return nil, err
	}
	p := &pulling{e: e}
	p.opt = mirror.Options{
		Masthead: given.whole, Retain: o.retain, Quota: int64(o.quota), Recheck: o.recheck, Log: slog.New(slog.DiscardHandler),
	}
	err = p.open(where, o.to)
	if err == nil && given.fromAfar() {
		p.opt.Masthead, err = e.contact(ctx, given, reader.Dir(p.opt.State, 0), p.opt.Sources, o.yes)
	}
	if err != nil {
		return nil, errors.Join(err, p.undo(), p.close())
	}
	return p, nil
}

// undo takes back the folder of the state when it is new and nothing came of it.
func (p *pulling) undo() error {
	if !p.made {
		return nil
	}
	return os.RemoveAll(filepath.Join(p.opt.To.Name(), stateDir))
}

func (p *pulling) open(where []string, dir string) error {
	for _, w := range where {
		src, err := openSource(w)
		if err != nil {
			return err
		}
		p.opt.Sources = append(p.opt.Sources, src)
	}
	to, err := targetfs.Open(dir, dir)
	if err != nil {
		return err
	}
	p.opt.To = to
	p.closers = append(p.closers, to.Close)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, root.Close)
	p.made = root.Mkdir(stateDir, 0o700) == nil
	state, err := root.OpenRoot(stateDir)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, state.Close)
	p.opt.State, p.opt.Used = state, mirror.FolderUse(root)
	return nil
}

func (p *pulling) close() (err error) {
	for _, c := range p.closers {
		err = errors.Join(err, c())
	}
	return err
}

// pull pulls once, and says in an error's words what was met and what to do.
func (p *pulling) pull(ctx context.Context) (mirror.Result, error) {
	bar := p.e.bar("pull")
	opt := p.opt
	opt.Progress = bar.ofStep
	res, err := mirror.Pull(ctx, opt)
	bar.done()
	if errors.Is(err, mirror.ErrOccupied) {
		err = errors.Join(err, p.undo())
	}
	if err != nil && ctx.Err() == nil {
		err = p.explain(err, res)
	}
	if err == nil && len(res.Forks) > 0 {
		err = p.forked(res.Forks[0])
	}
	return res, err
}

// explain turns the error of a pull into an exit code, and says what to do.
func (p *pulling) explain(err error, res mirror.Result) error {
	var invalid *edition.InvalidError
	var quota *mirror.QuotaError
	lied := errors.As(err, &invalid)
	text, _, _ := strings.Cut(err.Error(), "\n")
	for _, s := range res.Sources {
		text += fmt.Sprintf("\n  %s: %s %s", s.Source, s.State, s.Detail)
		lied = lied || s.State.Dropped()
	}
	said := errors.New(text)
	switch {
	case errors.Is(err, mirror.ErrLocked):
		return withHint(fmt.Errorf("another pull works on %s", p.opt.To.Name()), "wait for it to end")
	case errors.Is(err, mirror.ErrOccupied):
		return withHint(err, "give a folder that is empty or not there yet")
	case errors.Is(err, mirror.ErrDamaged):
		return withHint(err, "see to the disk; --recheck reads everything, and fetches anew what is damaged")
	case errors.Is(err, syscall.ENOSPC):
		return withHint(err, "make room on the disk, or set a --quota; what the mirror had stands as it did")
	case errors.As(err, &quota):
		return withHint(fmt.Errorf("the edition does not fit: the mirror would take %s of %s", size(quota.Needs), size(quota.Quota)),
			"give it more with --quota; while an edition is replaced, the old one and the new one both stand")
	case len(res.Forks) > 0:
		return p.forked(res.Forks[0])
	case lied:
		return withHint(&codeError{exitUnverified, said}, "nothing of it was taken over; try other sources, and see that the masthead is this newsroom's")
	case errors.Is(err, reader.ErrNoMirror):
		return withHint(&codeError{exitNoMirror, said}, "try other sources; what the mirror had stands as it did, and what was fetched is kept for the next pull")
	}
	return err
}

// forked says that the newsroom's key has signed two histories. Somebody must be told.
func (p *pulling) forked(f *edition.ForkError) error {
	return withHint(&codeError{exitUnverified, f},
		"tell the newsroom, by another way than this: its key may be stolen. The evidence is in "+filepath.Join(p.opt.To.Name(), stateDir))
}

// pullMirror brings a mirror up to the newest edition.
func (e *env) pullMirror(ctx context.Context, where []string, o mirrorOptions) error {
	p, err := e.openPull(ctx, where, o)
	if err != nil {
		return err
	}
	defer p.close()
	res, err := p.pull(ctx)
	if err != nil && len(res.Forks) == 0 {
		return err
	}
	if e.json {
		return errors.Join(e.printJSON(res), err)
	}
	fmt.Fprintln(e.stdout, pulled(res))
	return err
}

// pulled says what a pull came to.
func pulled(r mirror.Result) string {
	if !r.New {
		return fmt.Sprintf("edition %d: nothing new", r.Edition)
	}
	return fmt.Sprintf("edition %d: %d new objects, %d pages, %d files removed, %s fetched", r.Edition, r.ObjectsNew, r.Pages, r.Removed, size(r.Bytes))
}

// runMirror serves a mirror and pulls now and then, until interrupted.
func (e *env) runMirror(ctx context.Context, where []string, o mirrorOptions) error {
	if o.every < time.Second {
		return usagef("--every %s: that is no pause", o.every)
	}
	p, err := e.openPull(ctx, where, o)
	if err != nil {
		return err
	}
	defer p.close()
	root, err := os.OpenRoot(o.to)
	if err != nil {
		return err
	}
	defer root.Close()
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return listenError(o.listen, err)
	}
	e.say("serving %s on http://%s/ and pulling every %s until interrupted", o.to, l.Addr(), o.every)
	p.notify = press.Supervisor(os.Getenv("NOTIFY_SOCKET"))
	p.tell("READY=1")
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return mirror.Serve(ctx, l, mirror.Handler(root)) })
	g.Go(func() error {
		mirror.Repeat(ctx, o.every, rand.Int64N, p.pullAndSay)
		return nil
	})
	return g.Wait()
}

// pullAndSay pulls, and says what came of it. One that fails is no reason to stop: what is there is served on.
func (p *pulling) pullAndSay(ctx context.Context) {
	res, err := p.pull(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		fmt.Fprintf(p.e.stderr, "coranto: %v\n", err)
		var h *hintError
		if errors.As(err, &h) {
			fmt.Fprintf(p.e.stderr, "hint: %s\n", h.hint)
		}
		what, _, _ := strings.Cut(err.Error(), "\n")
		p.tell("STATUS=the last pull failed: " + what)
		return
	}
	if res.New {
		p.e.say("%s", pulled(res))
	}
	p.tell(fmt.Sprintf("STATUS=edition %d; looked for a newer one at %s", res.Edition, time.Now().UTC().Format(time.RFC3339)))
}

// tell tells a supervisor, where there is one.
func (p *pulling) tell(state string) {
	if p.notify != nil {
		p.notify(state)
	}
}

// printHeaders writes a host's configuration.
func (e *env) printHeaders(kind string) error {
	text, err := mirror.Headers(kind)
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprint(e.stdout, text)
	return err
}

// byteCount is a flag of a number of bytes: 500MB, 2GB, 1.5GiB.
type byteCount int64

var byteUnits = []struct {
	name string
	size float64
}{{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"B", 1}, {"", 1}}

func (n *byteCount) String() string { return strconv.FormatInt(int64(*n), 10) }

// Set reads a number with a unit.
func (n *byteCount) Set(s string) error {
	for _, u := range byteUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		if f, err := strconv.ParseFloat(strings.TrimSpace(digits), 64); err == nil && f > 0 && f*u.size < 1<<62 {
			*n = byteCount(f * u.size)
			return nil
		}
	}
	return errors.New("want a number of bytes, as 500MB or 2GB")
}
