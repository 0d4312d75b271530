package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/target"
	"coranto/reader"
)

// Options say what a mirror pulls, from where, and to where.
type Options struct {
	// Masthead is the newsroom's. It must come from the newsroom, not from a mirror.
	Masthead edition.Masthead
	// Sources are the mirrors to pull from; none of them is trusted. Pull does not close them.
	Sources []reader.Source
	// To is where the mirror stands, State a folder for what it remembers, which nobody needs to see. One pull at a time
	// works on them.
	To    target.Target
	State *os.Root
	// Retain is how long objects stay that are no longer part of the edition, for readers that are at an older one; they
	// may stay a quarter longer, since looking for them takes time. When the newsroom takes something back they go at once.
	Retain time.Duration
	// Quota is the number of bytes that the mirror may take, 0 for no limit; Used says how many it takes now.
	Quota int64
	Used  func(context.Context) (int64, error)
	// Recheck reads everything that stands here already, and replaces what is damaged.
	Recheck bool
	// Workers is the number of objects that are fetched at once, 8 by default.
	Workers int
	// Pause is how long to wait when a line breaks, 200 ms by default; then twice as long, and so on.
	Pause time.Duration
	// Grace and Hedge are the reader's (reader.Options).
	Grace, Hedge time.Duration
	// Now is the device's clock; the default is time.Now.
	Now func() time.Time
	// Progress is called now and then with what is being done and how far it has come; a total of 0 is not known yet. It
	// may be called from several goroutines, and may be nil.
	Progress func(step string, done, total int)
	// Log hears of what sources did. The default is silence.
	Log *slog.Logger
}

// A Result says what a pull came to.
type Result struct {
	// Edition is the one that the mirror now holds; New says that it held another before, or none.
	Edition uint64 `json:"edition"`
	New     bool   `json:"new"`
	// ObjectsNew is the number of objects that were fetched, Bytes what all sources sent in all.
	ObjectsNew int   `json:"objects_new"`
	Bytes      int64 `json:"bytes"`
	// Pages is the number of plain pages that were put, Removed that of files that were taken away.
	Pages   int `json:"pages"`
	Removed int `json:"removed"`
	// Sources are what was met at each source.
	Sources []SourceReport `json:"sources"`
	// Forks is evidence against the newsroom's log key; it was kept in Options.State too.
	Forks []*edition.ForkError `json:"-"`
}

// A SourceReport says what a pull met at one source.
type SourceReport struct {
	Source string       `json:"source"`
	State  reader.State `json:"state"`
	Detail string       `json:"detail,omitempty"`
	Bytes  int64        `json:"bytes"`
}

// ErrLocked is returned while another pull works on the same mirror.
var ErrLocked = durable.ErrLocked

// ErrOccupied is returned for a place that holds files, but no edition: they are somebody's.
var ErrOccupied = errors.New("holds files that are no mirror's")

// ErrForeign is returned for a place that holds another newsroom's edition, or a damaged one.
var ErrForeign = errors.New("holds no edition of this newsroom")

// A QuotaError says that an edition does not fit. Nothing of it was kept.
type QuotaError struct{ Quota, Needs int64 }

// Error says how much is needed.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("the mirror would take %d bytes, its quota is %d", e.Needs, e.Quota)
}

// rounds is how often a pull begins anew when its edition was replaced at the sources meanwhile.
const rounds = 3

// A pull is one run of Pull.
type pull struct {
	opt     Options
	sources sources
	rec     record
	head    edition.Head
	trust   edition.Trust
	files   int   // the number of files that differ from what is here
	lies    []lie // what sources did in earlier pulls

	mu     sync.Mutex // guards what follows
	result Result
	fresh  []edition.Hash // nodes of the new tree that were fetched
}

// Pull brings the newest edition that any source has to where the mirror stands. It proves everything before it writes
// it, takes only what is missing, and swaps `latest` last: readers get the old edition or the new one, whole. Stopped
// anywhere, the next Pull goes on from there.
//
// The error wraps reader.ErrNoMirror when no source had a whole edition, an *edition.InvalidError when a source lied
// and no other helped, and is a *QuotaError when the edition does not fit. What stood here stands as it did then.
func Pull(ctx context.Context, opt Options) (Result, error) {
	p := &pull{opt: opt.withDefaults()}
	for _, s := range opt.Sources {
		if p.sources.named(s.Name()) == nil {
			p.sources = append(p.sources, &source{Source: s, pause: p.opt.Pause, state: reader.Unasked})
		}
	}
	unlock, err := durable.Lock(p.opt.State, lockFile)
	if err != nil {
		return Result{}, err
	}
	p.shun()
	err = p.run(ctx)
	p.rememberLies()
	p.result.Sources = []SourceReport{}
	for _, s := range p.sources {
		r := s.report()
		p.result.Bytes += r.Bytes
		p.result.Sources = append(p.result.Sources, r)
	}
	return p.result, errors.Join(err, unlock())
}

func (o Options) withDefaults() Options {
	o.Workers = cmp.Or(o.Workers, 8)
	o.Pause = cmp.Or(o.Pause, 200*time.Millisecond)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func (p *pull) progress(step string, done, total int) { p.opt.Progress(step, done, total) }

func (p *pull) count(f func(*Result)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.result)
}

func (p *pull) run(ctx context.Context) error {
	if err := p.load(); err != nil {
		return err
	}
	if err := p.adopt(ctx); err != nil {
		return err
	}
	r, err := p.reader(p.sources)
	if err != nil {
		return err
	}
	defer r.Close()
	var before edition.Hash
	for range rounds {
		if refreshErr := p.refresh(ctx, r); refreshErr != nil {
			return first(refreshErr, ctx.Err())
		}
		if p.head.ManifestHash == before {
			return err // nobody has anything newer
		}
		before = p.head.ManifestHash
		if err = p.bring(ctx); errors.Is(err, ErrDamaged) && ctx.Err() == nil {
			p.opt.Log.Warn("everything is looked at again", "error", err)
			err = p.bring(ctx)
		}
		if err == nil || ctx.Err() != nil || !missing(err) {
			return first(ctx.Err(), err)
		}
		p.opt.Log.Info("begun anew", "edition", p.head.Manifest.Edition, "error", err)
	}
	return err
}

// reader returns a reader of some sources that remembers in the mirror's state which edition was accepted last.
func (p *pull) reader(all sources) (*reader.Reader, error) {
	opt := reader.Options{
		Only: true, Keep: reader.Dir(p.opt.State, 1<<20), Grace: p.opt.Grace, Hedge: p.opt.Hedge, Now: p.opt.Now, Log: p.opt.Log,
	}
	for _, s := range all {
		opt.Sources = append(opt.Sources, s)
	}
	return reader.Open(p.opt.Masthead, opt)
}

// adopt looks at what stands here when nothing is remembered of it: nothing, or an edition of the same newsroom, which
// then counts as accepted. Anything else is left alone.
func (p *pull) adopt(ctx context.Context) error {
	id := p.opt.Masthead.ID()
	if p.rec.trust == id {
		return nil
	}
	_, err := p.opt.To.Get(ctx, edition.LatestPath, edition.MaxLatest)
	if errors.Is(err, target.ErrNotExist) && p.rec.trust.IsZero() {
		err := each(p.opt.To.List(ctx, ""), func(name string) error {
			if strings.HasPrefix(name, ".") {
				return nil // the mirror's own state, say
			}
			return fmt.Errorf("%q %w: %s", p.opt.To.Name(), ErrOccupied, name)
		})
		if err != nil {
			return err
		}
	} else if !errors.Is(err, target.ErrNotExist) {
		if err := p.adoptEdition(ctx); err != nil {
			return fmt.Errorf("%q %w: %w", p.opt.To.Name(), ErrForeign, err)
		}
	}
	p.rec.trust = id
	return p.save()
}

func (p *pull) adoptEdition(ctx context.Context) error {
	r, err := p.reader(sources{{Source: standing{p.opt.To}, pause: p.opt.Pause}})
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := r.Refresh(ctx); err != nil {
		return err
	}
	if head, ok := r.Head(); ok {
		p.rec.begun = append(p.rec.begun, head.ManifestHash)
	}
	return nil
}

// standing is what stands here, as a source.
type standing struct{ target.Target }

// Fetch reads a file.
func (s standing) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	return s.Get(ctx, path, max)
}

// refresh asks all sources for their newest edition and takes the newest that proves and extends what was accepted.
func (p *pull) refresh(ctx context.Context, r *reader.Reader) error {
	report, err := r.Refresh(ctx)
	for _, m := range report.Mirrors {
		p.sources.named(m.Mirror).meet(m)
	}
	p.result.Forks = append(p.result.Forks, report.Forks...)
	if err != nil {
		return err
	}
	if report.Offline || !report.New && !p.sources.anySound() {
		return reader.ErrNoMirror
	}
	p.head, _ = r.Head()
	p.trust = r.Trust()
	return nil
}

// bring makes the mirror hold the edition of p.head. The order is that of SPEC.md, "The publishing order".
func (p *pull) bring(ctx context.Context) error {
	next := p.treeOf(p.head.Manifest)
	isNew := p.rec.pages != p.head.ManifestHash
	old := p.base(ctx, isNew)
	if err := p.bringObjects(ctx, old, next); errors.Is(err, ErrDamaged) && !old.Root.IsZero() {
		p.opt.Log.Warn("everything is looked at again", "error", err)
		old = edition.Tree{}
		if err := p.bringObjects(ctx, old, next); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	heads, err := p.proveHeads(ctx)
	if err != nil {
		return err
	}
	if isNew || p.opt.Recheck {
		if err := p.bringPages(ctx, old, next); err != nil {
			return err
		}
	}
	if err := heads.put(ctx, p); err != nil {
		return err
	}
	p.result.Edition, p.result.New = p.head.Manifest.Edition, isNew
	p.rec.pages = p.head.ManifestHash
	if err := p.save(); err != nil {
		return err
	}
	return p.clean(ctx, next, heads)
}

// bringPages makes the plain pages those of the new edition. Those that it does not have any more stay until it is out.
func (p *pull) bringPages(ctx context.Context, old, next edition.Tree) error {
	if p.rec.pages.IsZero() {
		old = edition.Tree{} // nobody knows what stands here
	}
	if err := p.begin(p.head.ManifestHash); err != nil {
		return err
	}
	return p.pages(ctx, old, next)
}

// base returns the tree of the edition whose objects are all here, to which a new one is compared; the zero Tree where
// there is none, or everything is to be looked at.
func (p *pull) base(ctx context.Context, isNew bool) edition.Tree {
	if p.rec.objects.IsZero() || !isNew || p.opt.Recheck {
		return edition.Tree{}
	}
	t, err := p.tree(ctx, p.rec.objects)
	if err != nil {
		p.opt.Log.Warn("everything is looked at again", "error", err)
		return edition.Tree{}
	}
	return t
}

// bringObjects brings every object of the new edition here that is missing. What the old one has is taken to be here;
// Options.Recheck looks.
func (p *pull) bringObjects(ctx context.Context, old, next edition.Tree) error {
	p.files = int(p.head.Manifest.Files)
	if p.rec.objects == p.head.ManifestHash && !p.opt.Recheck {
		return nil
	}
	if err := p.nodes(ctx, old, next); err != nil {
		return err
	}
	if err := p.measure(ctx, old, next); err != nil {
		return err
	}
	if err := p.content(ctx, old, next); err != nil {
		return err
	}
	manifest := edition.ObjectPath(p.head.ManifestHash)
	if err := p.put(ctx, manifest, p.head.ManifestBytes); err != nil {
		return err
	}
	return p.opt.To.Flush(ctx)
}
