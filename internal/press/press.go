// Package press keeps a newsroom publishing by itself, for months, under a supervisor: it publishes when something falls
// due or was imported, vouches anew for an edition that stays, tries again what failed, looks at the mirrors, and when
// it can't help itself it shouts. It knows no store and no network of its own: a Newsroom does the work, and the press
// decides when.
//
//	p := &press.Press{Name: "The Lantern", Newsroom: room, Shout: ways.Shout, Memory: folder, …}
//	err := p.Run(ctx)                        // nil after ctx ended; otherwise it can't go on without a person
//	http.Serve(l, press.Handler(p.Health))   // beside it
//
// One goroutine decides; work goes on in lanes beside it, one piece at a time in each: publishing, the network, and
// shouting, so that a feed that hangs delays no edition. All times are compared by the wall clock, every few seconds,
// so that a machine that slept, or whose clock was set, finds out what it has missed.
package press

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"coranto/internal/importer"
	"coranto/internal/publish"
)

// A Newsroom is what the press runs. Its methods may be called at the same time.
type Newsroom interface {
	// Due returns when the next edition is due: the zero time when that is now. It is not ok when nothing is to come.
	// It is asked every few seconds, so it must be cheap, and it must see what other processes have put.
	Due(ctx context.Context) (at time.Time, ok bool, err error)
	// Publish publishes, to the newsroom's own target and those named in only, or to all of them when only is nil.
	// Nothing is half done when it returns an error; a StopError says that trying again is of no use.
	Publish(ctx context.Context, only []string) (publish.Result, error)
	// Examine reads what is to be watched. It changes nothing.
	Examine(ctx context.Context) (Examined, error)
	// Look asks the newsroom's mirrors for their heads.
	Look(ctx context.Context) ([]Sight, error)
	// Import does one of the imports that the newsroom has named.
	Import(ctx context.Context, name string) (importer.Report, error)
}

// Examined is what Examine has read.
type Examined struct {
	Edition uint64
	// AsOf is when somebody whom the policy names last vouched for the newest edition; zero without one.
	AsOf time.Time
	// MaxAge is the policy's: how long after AsOf readers take the edition as fresh.
	MaxAge  time.Duration
	Expires []Expiry
	// Targets are the targets' names, the newsroom's own first, and the last edition that each has in whole.
	Targets []Holding
	// Free is the room on the newsroom's disk in bytes; negative when nobody knows.
	Free int64
}

// A Holding is a target with the last edition that it has in whole.
type Holding struct {
	Target  string
	Edition uint64
}

// A Job is an import that is done now and then.
type Job struct {
	Name  string
	Every time.Duration
}

// A Press runs a newsroom. The fields are set before Run and not changed afterwards.
type Press struct {
	// Name is the newsroom's, which an alarm begins with.
	Name     string
	Newsroom Newsroom
	Imports  []Job
	Times    Times
	// Shout tells people; it returns an error when none of the ways to them worked, and is then called again.
	Shout func(context.Context, Notice) error
	// Notify tells a supervisor a state, as sd_notify does; it may be nil.
	Notify func(state string)
	// Memory is a folder in which the alarms are remembered, so that a restart does not shout anew.
	Memory *os.Root
	// Now is the clock, and Jitter returns a number from 0 up to n: see mirror.Repeat.
	Now    func() time.Time
	Jitter func(n int64) int64
	Log    *slog.Logger

	health atomic.Pointer[Health]
}

// Times are the press's pauses and limits.
type Times struct {
	// Heartbeat is the time after which an edition that stays is vouched for anew.
	Heartbeat time.Duration
	// Settling is how long the press waits after something was put, so that what is put together comes out together.
	Settling time.Duration
	// Retry is the first pause after a failure. It doubles up to RetryMost, for a target up to TargetMost.
	Retry, RetryMost, TargetMost time.Duration
	// Poll is how often Due is asked, Examine and Look how often those are.
	Poll, Examine, Look time.Duration
	// Patience is how long something may fail before somebody is told; MirrorPatience is that for a mirror, which
	// belongs to somebody else.
	Patience, MirrorPatience time.Duration
	// Again is the time after which an alarm that lasts is repeated, Calm how long it must be gone to be over, and
	// Unheard the pause before a shout that nobody heard is tried again.
	Again, Calm, Unheard time.Duration
	// Long is how long work at hand may take before somebody is told, and Stuck how long before the supervisor is no
	// longer told that all is well, so that it starts the press anew.
	Long, Stuck time.Duration
	// Grace is how long Run waits for work at hand after its context has ended.
	Grace time.Duration
}

// DefaultTimes are the times of a newsroom whose policy has a max_age. The heartbeat comes eight times within it, and
// at least daily, so that several may fail before a reader sees an edition that has aged.
func DefaultTimes(maxAge time.Duration) Times {
	return Times{
		Heartbeat: min(maxAge/8, 24*time.Hour),
		Settling:  5 * time.Second,
		Retry:     30 * time.Second, RetryMost: 15 * time.Minute, TargetMost: time.Hour,
		Poll: 2 * time.Second, Examine: 10 * time.Minute, Look: 20 * time.Minute,
		Patience: 30 * time.Minute, MirrorPatience: 24 * time.Hour,
		Again: 24 * time.Hour, Calm: 5 * time.Minute, Unheard: 5 * time.Minute,
		Long: time.Hour, Stuck: 6 * time.Hour,
		Grace: 10 * time.Second,
	}
}

// Run runs the newsroom until ctx ends, and then returns nil; publishing that is interrupted leaves the old edition or
// the new one. It returns a StopError, after it has shouted, when only a person can help.
func (p *Press) Run(ctx context.Context) error {
	r, err := p.begin()
	if err != nil {
		return err
	}
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	for r.hopeless == nil {
		r.tick(work, p.now())
		select {
		case <-ctx.Done():
			r.end(cancel)
			return nil
		case apply := <-r.done:
			apply(p.now())
		case <-time.After(r.pause(p.now())):
		}
	}
	r.shoutAll(ctx)
	r.end(cancel)
	return r.hopeless
}

// now returns the time by the wall clock alone: see the package comment.
func (p *Press) now() time.Time { return p.Now().Round(0).UTC() }

// notify tells the supervisor, if there is one.
func (p *Press) notify(state string) {
	if p.Notify != nil {
		p.Notify(state)
	}
}
