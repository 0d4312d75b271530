package press_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"coranto/internal/importer"
	"coranto/internal/press"
	"coranto/internal/publish"
)

// A fakeRoom is a newsroom that keeps a diary of what the press has it do, by the bubble's clock.
type fakeRoom struct {
	mu      sync.Mutex // guards all
	began   time.Time
	diary   []string
	put     bool        // something waits to be published
	planned []time.Time // what falls due later
	errs    []error     // what publishing comes to, one after the other; then it goes well
	down    map[string]bool
	slow    time.Duration // that publishing takes
	x       press.Examined
	sights  []press.Sight
	lookErr error
	imports []error
	heard   []string
	deaf    int // the number of shouts that nobody hears
}

func (r *fakeRoom) note(format string, args ...any) {
	r.diary = append(r.diary, fmt.Sprintf("%s ", time.Since(r.began))+fmt.Sprintf(format, args...))
}

func (r *fakeRoom) Due(context.Context) (time.Time, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.put {
		return time.Time{}, true, nil
	}
	if len(r.planned) > 0 {
		return slices.MinFunc(r.planned, time.Time.Compare), true, nil
	}
	return time.Time{}, false, nil
}

func (r *fakeRoom) Publish(ctx context.Context, only []string) (publish.Result, error) {
	select {
	case <-time.After(r.slow):
	case <-ctx.Done():
		return publish.Result{}, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.errs) > 0 {
		err := r.errs[0]
		r.errs = r.errs[1:]
		if err != nil {
			r.note("failed")
			return publish.Result{}, err
		}
	}
	now := time.Now()
	fresh := r.put
	r.put = false
	r.planned = slices.DeleteFunc(r.planned, func(t time.Time) bool {
		fresh = fresh || !t.After(now)
		return !t.After(now)
	})
	if fresh {
		r.x.Edition++
	}
	r.x.AsOf = now
	res := publish.Result{Edition: r.x.Edition}
	for name := range r.down {
		if only == nil || slices.Contains(only, name) {
			if res.Late == nil {
				res.Late = map[string]string{}
			}
			res.Late[name] = "no such stick"
		}
	}
	r.note("edition %d%s", r.x.Edition, map[bool]string{true: " to " + strings.Join(only, " ")}[only != nil])
	return res, nil
}

func (r *fakeRoom) Examine(context.Context) (press.Examined, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.x, nil
}

func (r *fakeRoom) Look(context.Context) ([]press.Sight, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sights, r.lookErr
}

func (r *fakeRoom) Import(_ context.Context, name string) (importer.Report, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note("import %s", name)
	if len(r.imports) > 0 {
		err := r.imports[0]
		r.imports = r.imports[1:]
		return importer.Report{}, err
	}
	r.put = true
	return importer.Report{New: 1}, nil
}

func (r *fakeRoom) shout(_ context.Context, n press.Notice) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deaf > 0 {
		r.deaf--
		return errors.New("nobody there")
	}
	r.heard = append(r.heard, fmt.Sprintf("%s %s %s", time.Since(r.began), n.State, strings.TrimSpace(n.Kind+" "+n.Subject)))
	return nil
}

// change changes the room while the press runs.
func (r *fakeRoom) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// A day is a press that runs in a bubble of time.
type day struct {
	*fakeRoom
	*press.Press
	t    *testing.T
	stop context.CancelFunc
	done chan error
}

// hour and friends make tables readable.
const (
	minute = time.Minute
	hour   = time.Hour
)

// newDay returns a press that has yet to start, with a max_age of two days and thus a heartbeat every six hours.
func newDay(t *testing.T) *day {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	r := &fakeRoom{down: map[string]bool{}, x: press.Examined{MaxAge: 48 * hour, Free: -1}}
	return &day{fakeRoom: r, t: t, Press: &press.Press{
		Name: "The Lantern", Newsroom: r, Times: press.DefaultTimes(48 * hour), Shout: r.shout, Memory: root,
		Now: time.Now, Jitter: func(n int64) int64 { return n / 2 }, Log: slog.New(slog.DiscardHandler),
	}}
}

// start begins to run.
func (d *day) start() {
	ctx, cancel := context.WithCancel(d.t.Context())
	if d.began.IsZero() {
		d.began = time.Now()
	}
	d.stop, d.done = cancel, make(chan error, 1)
	go func() { d.done <- d.Run(ctx) }()
	synctest.Wait()
}

// end stops the press and returns what it ended with.
func (d *day) end() error {
	d.stop()
	return <-d.done
}

// pass lets time pass.
func (d *day) pass(span time.Duration) {
	time.Sleep(span)
	synctest.Wait()
}

func (d *day) wantDiary(want ...string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.diary, want) {
		d.t.Errorf("got the diary\n  %s\nwant\n  %s", strings.Join(d.diary, "\n  "), strings.Join(want, "\n  "))
	}
}

func (d *day) wantHeard(want ...string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.heard, want) {
		d.t.Errorf("heard\n  %s\nwant\n  %s", strings.Join(d.heard, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestDays runs the press through days in the life of a newsroom.
func TestDays(t *testing.T) {
	failed := errors.New("the disk is full")
	for _, test := range []struct {
		name  string
		live  func(d *day)
		diary []string
		heard []string
	}{
		{
			name:  "a quiet day: heartbeats",
			live:  func(d *day) { d.start(); d.pass(24*hour + minute) },
			diary: []string{"0s edition 0", "6h0m0s edition 0", "12h0m0s edition 0", "18h0m0s edition 0", "24h0m0s edition 0"},
		},
		{
			name: "something is put: it comes out after it has settled, and the heartbeat counts from there",
			live: func(d *day) {
				d.start()
				d.pass(hour)
				d.change(func() { d.put = true })
				d.pass(7 * hour)
			},
			diary: []string{"0s edition 0", "1h0m7s edition 1", "7h0m7s edition 1"},
		},
		{
			name: "schedule: to the second, though the next poll would be later",
			live: func(d *day) {
				d.planned = []time.Time{time.Now().Add(90*minute + time.Second), time.Now().Add(3 * hour)}
				d.start()
				d.pass(4 * hour)
			},
			diary: []string{"0s edition 0", "1h30m1s edition 1", "3h0m0s edition 2"},
		},
		{
			name: "failure: again and again, ever more rarely, one alarm, and one when it is over",
			live: func(d *day) {
				d.errs = []error{failed, failed, failed, failed, failed, failed, failed}
				d.start()
				d.pass(90 * minute)
			},
			diary: []string{"0s failed", "30s failed", "1m30s failed", "3m30s failed", "7m30s failed", "15m30s failed", "30m30s failed",
				"45m30s edition 0"},
			heard: []string{"30m2s raised publish", "50m30s over publish"},
		},
		{
			name: "an alarm that lasts is said again after a day, one that nobody hears soon",
			live: func(d *day) {
				for range 200 {
					d.errs = append(d.errs, failed)
				}
				d.deaf = 2
				d.start()
				d.pass(25 * hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"40m2s raised publish", "24h40m2s still publish"},
		},
		{
			name: "a late target is tried by itself, with pauses of its own",
			live: func(d *day) {
				d.down["stick"] = true
				d.start()
				d.pass(20 * minute)
				d.change(func() { delete(d.down, "stick") })
				d.pass(30 * minute)
			},
			diary: []string{"0s edition 0", "30s edition 0 to stick", "1m30s edition 0 to stick", "3m30s edition 0 to stick",
				"7m30s edition 0 to stick", "15m30s edition 0 to stick", "31m30s edition 0 to stick"},
			heard: []string{"30m2s raised target stick", "36m30s over target stick"},
		},
		{
			name: "another process is at work: publishing waits, and nobody is alarmed",
			live: func(d *day) {
				d.errs = []error{press.ErrBusy, fmt.Errorf("publish: %w", press.ErrBusy)}
				d.start()
				d.pass(minute)
			},
			diary: []string{"0s failed", "5s failed", "10s edition 0"},
		},
		{
			name: "imports come by themselves and are published",
			live: func(d *day) {
				d.Imports = []press.Job{{Name: "site", Every: hour}}
				d.start()
				d.pass(61 * minute)
			},
			diary: []string{"0s edition 0", "0s import site", "5s edition 1", "1h0m1s import site", "1h0m6s edition 2"},
		},
		{
			name: "an import that fails is tried again, told of, and over",
			live: func(d *day) {
				d.Imports = []press.Job{{Name: "site", Every: 20 * minute}}
				d.imports = []error{failed, failed, failed, failed, failed, failed, failed}
				d.start()
				d.pass(80 * minute)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"40m2s raised import site", "56m31s over import site"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t)
				test.live(d)
				if err := d.end(); err != nil {
					t.Errorf("it ended with %v", err)
				}
				d.wantDiary(test.diary...)
				d.wantHeard(test.heard...)
			})
		})
	}
}
