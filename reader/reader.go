// Package reader gets a newsroom's edition from mirrors that nobody trusts: it finds the newest one that verifies,
// fetches what is asked for, proves it, keeps what reading offline needs, and serves it on this machine alone.
//
// It is not a browser and not an anonymity tool. It knows the format (package edition) and nothing of news.
//
//	r, err := reader.Open(masthead, reader.Options{Sources: sources})
//	report, err := r.Refresh(ctx)                // ask all mirrors for the newest edition
//	page, err := r.Get(ctx, "fa/index.html")     // one page, proved
//	verdict := r.Verdict()                       // authentic? whole? fresh?
//
// A mirror that lies is dropped and remembered; a mirror that is slow or blocked is asked again later, and last. What
// is shown is proved or not shown at all, so a lie costs time and never truth.
package reader

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"coranto/edition"
)

// ErrNoMirror is returned when no mirror could give what was asked for. It may wrap the *edition.InvalidError of a
// mirror that lied.
var ErrNoMirror = errors.New("no live mirror has it")

// ErrAbsent is returned for a path that the edition proves not to have.
var ErrAbsent = errors.New("the edition has no such page")

// ErrNoEdition is returned while the reader has not seen any edition yet.
var ErrNoEdition = errors.New("no edition has been found yet")

// Options are what a reader works with. The zero Options are valid.
type Options struct {
	// Sources are the mirrors to begin with. The reader does not close them.
	Sources []Source
	// Only leaves it at Sources: otherwise the masthead's mirrors are asked too, and those that each edition tells of.
	Only bool
	// Client is used for mirrors that are not in Sources, Limits are theirs. The defaults are NewClient's and
	// DefaultLimits.
	Client *http.Client
	Limits Limits
	// Keep is where things are kept; the default is Memory(DefaultKeepLimit).
	Keep Keep
	// Grace is how long to wait for further mirrors after a good answer; longer where that took longer, up to four times.
	// The default is DefaultGrace.
	Grace time.Duration
	// Hedge is how long to wait for one mirror, while less comes than the line could bring, before another is asked for
	// the same thing; the default is DefaultHedge.
	Hedge time.Duration
	// Now is the device's clock; the default is time.Now.
	Now func() time.Time
	// NotBefore is a time that has certainly passed, as when the program was made: a clock that is earlier is wrong. Zero
	// when none is known.
	NotBefore time.Time
	// Log hears of what mirrors did. The default is silence.
	Log *slog.Logger
}

// How long a reader waits unless it is told otherwise.
const (
	DefaultGrace = 1500 * time.Millisecond
	DefaultHedge = 300 * time.Millisecond
)

func (o Options) withDefaults() Options {
	if o.Client == nil {
		o.Client = NewClient()
	}
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Keep == nil {
		o.Keep = Memory(DefaultKeepLimit)
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.Hedge == 0 {
		o.Hedge = DefaultHedge
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Reader reads one newsroom. Its methods may be called from several goroutines.
type Reader struct {
	masthead edition.Masthead
	opt      Options
	keep     *keepSwitch // opt.Keep as it was given
	state    state
	total    tally
	pulse    *pulse

	refreshing sync.Mutex // held by the one Refresh that runs; guards offline
	offline    bool       // the last Refresh found no mirror

	mu          sync.Mutex // guards what follows
	mirrors     []*mirror
	opened      []io.Closer // sources that the reader opened itself
	trust       edition.Trust
	head        edition.Head // the newest that was accepted; its Size is 0 before the first
	from        string       // the mirror that gave head; empty when it was kept
	unconfirmed bool         // head was first seen under trust that had expired
	liveAsOf    time.Time    // edition.Sighting.Live of head
	place       string       // see Place
	placeKept   bool
}

// Open returns a reader of a masthead's newsroom, which knows what the Keep holds of it and has asked no mirror yet.
// The error is an *edition.InvalidError when the masthead's root is not valid.
func Open(m edition.Masthead, opt Options) (*Reader, error) {
	opt = opt.withDefaults()
	keep := &keepSwitch{below: opt.Keep}
	opt.Keep = keep
	r := &Reader{masthead: m, opt: opt, keep: keep, state: newState(keep, m, opt.Log), pulse: newPulse(opt.Hedge)}
	trust, err := r.state.trust(m.Root)
	if err != nil {
		return nil, err
	}
	r.trust = *trust
	r.place = r.state.place()
	r.placeKept = r.place != ""
	if latest, ok := r.state.get(stateLatest); ok {
		if head, err := r.openKept(latest); err == nil {
			r.head = head
			mark, _ := r.state.get(stateUnconfirmed)
			r.unconfirmed = string(mark) == head.ManifestHash.String()
			r.liveAsOf = r.state.live()
		}
	}
	for _, s := range opt.Sources {
		r.add(s)
	}
	r.addAddresses(r.state.lines(stateAdded))
	r.addAddresses(m.Mirrors)
	r.addAddresses(r.head.Manifest.Mirrors)
	return r, nil
}

// Close lets go of what the reader opened itself.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	for _, c := range r.opened {
		err = errors.Join(err, c.Close())
	}
	r.opened = nil
	return err
}

// Masthead returns the masthead that the reader began with.
func (r *Reader) Masthead() edition.Masthead { return r.masthead }

// Head returns the newest edition that was accepted, and false when there is none yet.
func (r *Reader) Head() (edition.Head, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.head, r.head.Size > 0
}

// Verdict says what may be believed of what the reader shows now. Everything that Get returns is authentic and whole,
// so it differs in freshness alone; before the first edition it is the zero Verdict.
func (r *Reader) Verdict() edition.Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.head.Size == 0 {
		return edition.Verdict{}
	}
	fresh, age := edition.Judge(r.opt.Now(), edition.Sighting{
		AsOf: r.head.AsOf, Live: r.liveAsOf, NotBefore: r.opt.NotBefore,
		MaxAge: r.trust.Policy().MaxAge, TrustExpires: r.trust.Expires(),
	})
	return edition.Verdict{
		Authentic:   true,
		Whole:       true,
		Fresh:       fresh,
		Unconfirmed: r.unconfirmed,
		Edition:     r.head.Manifest.Edition,
		AsOf:        r.head.AsOf,
		Age:         age,
		Word:        r.head.Word,
	}
}

// Traffic is what a reader fetched, in bytes of files.
type Traffic struct {
	// Metadata is what it took to prove: latest, trust, log, tree.
	Metadata int64
	// Content is what was proved and shown.
	Content int64
	// Refused is what did not verify.
	Refused int64
}

// Traffic returns the sum since the reader was opened.
func (r *Reader) Traffic() Traffic { return r.total.sum() }

// now is the time that expiry is judged by: the device's clock, but never earlier than a signature that was seen.
func (r *Reader) now(head edition.Head) time.Time {
	now := r.opt.Now()
	if head.AsOf.After(now) {
		return head.AsOf
	}
	return now
}

// addAddresses adds the mirrors at addresses that a masthead or a manifest names.
func (r *Reader) addAddresses(addresses []string) {
	if r.opt.Only {
		return
	}
	for _, a := range addresses {
		s, err := HTTP(r.opt.Client, a)
		if err != nil {
			r.opt.Log.Warn("mirror left out", "error", err)
			continue
		}
		s.Limits = r.opt.Limits
		if r.add(s) {
			r.mu.Lock()
			r.opened = append(r.opened, s)
			r.mu.Unlock()
		}
	}
}

// maxMirrors bounds the mirrors of one reader, whatever editions tell it.
const maxMirrors = 2 * edition.MaxMirrors

// add adds a mirror unless it is known by name.
func (r *Reader) add(s Source) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.mirrors) >= maxMirrors {
		return false
	}
	for _, m := range r.mirrors {
		if m.source.Name() == s.Name() {
			return false
		}
	}
	m := &mirror{source: s, place: slices.Index(r.state.order(), s.Name())}
	if h, ok := s.(*HTTPSource); ok {
		h.route.pulse.Store(r.pulse)
	}
	m.before, m.shunned = r.state.refusal(s.Name(), r.opt.Now())
	r.mirrors = append(r.mirrors, m)
	return true
}

// fetch asks one mirror for one file and counts what it brings.
func (r *Reader) fetch(ctx context.Context, m *mirror, path string, max int64) ([]byte, error) {
	b, err := r.timed(ctx, m, func() ([]byte, error) { return m.source.Fetch(ctx, path, max) })
	if errors.Is(err, ErrTooLong) {
		r.total.add(Traffic{Refused: max})
		r.mu.Lock()
		m.bytes += max
		r.mu.Unlock()
	}
	return b, err
}

// timed counts what a mirror brings, and takes note of how long that takes.
func (r *Reader) timed(ctx context.Context, m *mirror, fetch func() ([]byte, error)) ([]byte, error) {
	r.mu.Lock()
	m.asked++
	r.mu.Unlock()
	start := time.Now()
	b, err := fetch()
	took := time.Since(start)
	r.mu.Lock()
	defer r.mu.Unlock()
	m.asked--
	m.bytes += int64(len(b))
	if err == nil || ctx.Err() != nil { // called off: it takes that long at least
		m.paced(took, err == nil)
	}
	return b, err
}
