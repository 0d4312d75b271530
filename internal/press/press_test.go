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
	taken   bool          // something was taken back, and late targets may hold it
	stopped bool          // nobody vouches anew
	back    time.Duration // by how much the clock was set back
	deaf    int           // the number of shouts that nobody hears
}

// now is the press's clock, which somebody may set back.
func (r *fakeRoom) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(-r.back)
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
	if !r.stopped || r.x.AsOf.IsZero() {
		r.x.AsOf = now
	}
	res := publish.Result{Edition: r.x.Edition}
	for name := range r.down {
		if only == nil || slices.Contains(only, name) {
			if res.Late == nil {
				res.Late = map[string]string{}
			}
			if r.taken {
				res.Unpurged = append(res.Unpurged, name)
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
		Now: r.now, Jitter: func(n int64) int64 { return n / 2 }, Log: slog.New(slog.DiscardHandler),
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
		{
			name: "an edition that is sealed and not out is tried again, though the store has nothing more that is due",
			live: func(d *day) {
				d.errs = []error{nil, &publish.UnsignedError{Edition: 1, Quorum: "all"}}
				d.start()
				d.pass(6*hour + minute)
			},
			diary: []string{"0s edition 0", "6h0m0s failed", "6h0m30s edition 0"},
		},
		{
			name: "something was taken back: a target and a mirror that still hold it are told of early",
			live: func(d *day) {
				d.down["stick"], d.taken = true, true
				d.sights = []press.Sight{{Mirror: "https://slow/", State: press.MirrorGood, AsOf: time.Now(), Owes: true}}
				d.start()
				d.pass(25 * minute)
				d.change(func() { delete(d.down, "stick"); d.sights[0].Owes = false })
				d.pass(30 * minute)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"0s raised target stick", "20m0s raised mirror https://slow/", "36m30s over target stick", "45m0s over mirror https://slow/"},
		},
		{
			name: "the clock is set back: readers must not see a time that is to come",
			live: func(d *day) {
				d.start()
				d.pass(hour)
				d.change(func() { d.back = 10 * minute })
				d.pass(minute)
				d.change(func() { d.back = 2 * hour })
				d.pass(minute)
			},
			diary: []string{"0s edition 0", "1h1m2s edition 0"},
		},
		{
			name: "the clock is set back while publishing fails: it waits for no time that was near before",
			live: func(d *day) {
				d.errs = []error{failed, failed, failed, failed}
				d.start()
				d.pass(5 * minute)
				d.change(func() { d.back = 24 * hour })
				d.pass(minute)
			},
			diary: []string{"0s failed", "30s failed", "1m30s failed", "3m30s failed", "5m2s edition 0"},
		},
		{
			name: "a mirror that is dead for a day, and one that lies, and one that is old",
			live: func(d *day) {
				d.sights = []press.Sight{{Mirror: "https://dead/", State: press.MirrorDead}, {Mirror: "https://lies/", State: press.MirrorLies},
					{Mirror: "https://old/", State: press.MirrorGood, AsOf: time.Now().Add(-25 * hour)}}
				d.start()
				d.pass(25 * hour)
				d.change(func() {
					d.diary = nil
					d.sights[1] = press.Sight{Mirror: "https://lies/", State: press.MirrorGood, AsOf: time.Now()}
				})
				d.pass(hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"20m0s raised mirror https://lies/", "40m0s raised mirror https://old/", "24h0m2s raised mirror https://dead/",
				"24h20m0s still mirror https://lies/", "24h40m0s still mirror https://old/", "25h25m0s over mirror https://lies/"},
		},
		{
			name: "a root that expires is told of at 60, 14 and 3 days, and daily",
			live: func(d *day) {
				d.Times.Poll = 10 * minute
				root := time.Now().Add(61 * 24 * hour)
				examine := func() {
					d.x.Expires = []press.Expiry{press.NewExpiry("root", root, time.Now(), 60*24*hour, "renew")}
				}
				for range 64 {
					d.change(examine)
					if d.done == nil {
						d.start()
					}
					d.pass(24 * hour)
				}
				d.change(func() {
					d.diary = nil
					d.heard = slices.DeleteFunc(d.heard, func(s string) bool { return strings.Contains(s, "still") })
				})
			},
			heard: []string{"48h10m0s raised expiry root", "1152h10m0s raised expiry root", "1416h10m0s raised expiry root", "1488h10m0s raised expiry root"},
		},
		{
			name: "the heartbeat is told of before readers see an edition that has aged, though publishing goes well",
			live: func(d *day) {
				d.stopped, d.put = true, true // a witness's clock, say
				d.Times.Poll = minute
				d.start()
				d.pass(49 * hour)
				d.change(func() { d.diary = nil })
			},
			heard: []string{"24h1m0s raised heartbeat", "48h1m0s raised heartbeat"},
		},
		{
			name: "the disk is nearly full, and then it is not",
			live: func(d *day) {
				d.x.Free = 10 << 20
				d.start()
				d.pass(minute)
				d.change(func() { d.x.Free = 10 << 30 })
				d.pass(20 * minute)
			},
			diary: []string{"0s edition 0"},
			heard: []string{"0s raised disk", "15m0s over disk"},
		},
		{
			name: "work that takes an hour is told of",
			live: func(d *day) {
				d.slow = 90 * minute
				d.start()
				d.pass(2 * hour)
			},
			diary: []string{"1h30m0s edition 0"},
			heard: []string{"1h0m2s raised stuck publish", "1h35m0s over stuck publish"},
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

// TestStops holds that the press stops where only a person can help, and says so first; that a restart does not say it
// anew; and that it says when it is over.
func TestStops(t *testing.T) {
	for _, test := range []struct {
		kind string
		err  error
		look bool // it comes from a look at the mirrors
	}{
		{press.KindFork, fmt.Errorf("deliver: %w", &publish.ForkError{Where: "target \"public\""}), false},
		{press.KindFork, &publish.ForkError{Where: "mirror \"https://a/\""}, true},
		{press.KindLost, fmt.Errorf("%w: no latest", publish.ErrLost), false},
		{press.KindKeys, &press.StopError{Kind: press.KindKeys, Err: errors.New("no such file")}, false},
	} {
		t.Run(fmt.Sprint(test.kind, " ", test.look), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t)
				d.fail(test.err, test.look)
				d.start()
				var stop *press.StopError
				if err := <-d.done; !errors.As(err, &stop) || stop.Kind != test.kind || !errors.Is(err, test.err) {
					t.Errorf("it ended with %v, want one that stops for %s", err, test.kind)
				}
				d.wantHeard("0s raised " + test.kind)
				if test.look {
					d.wantDiary() // nothing was signed
				}

				d.pass(minute) // and the supervisor starts it again
				d.fail(test.err, test.look)
				d.start()
				<-d.done
				d.wantHeard("0s raised " + test.kind)

				d.pass(25 * hour)
				d.fail(test.err, test.look)
				d.start()
				<-d.done
				d.change(func() { d.lookErr = nil })
				d.start() // somebody helped
				d.pass(10 * minute)
				d.end()
				d.wantHeard("0s raised "+test.kind, "25h1m0s still "+test.kind, "25h6m0s over "+test.kind)
			})
		})
	}
}

// fail has the next publishing, or all looks, come to an error.
func (d *day) fail(err error, look bool) {
	if look {
		d.lookErr = err
		return
	}
	d.errs = []error{err}
}

// TestEnds holds that the press ends in seconds when it is told to, whatever is at work, and alarms nobody by it.
func TestEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t)
		d.slow = 10 * minute
		d.start()
		d.pass(minute)
		began := time.Now()
		if err := d.end(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %v to end work that can be stopped", took)
		}
		d.wantDiary()
		d.wantHeard()
	})
}

// TestSupervised holds what a supervisor is told: that all is well, and no longer so once work hangs.
func TestSupervised(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t)
		var mu sync.Mutex
		told := map[string]int{}
		d.Notify = func(state string) {
			mu.Lock()
			defer mu.Unlock()
			told[state]++
		}
		take := func() map[string]int {
			mu.Lock()
			defer mu.Unlock()
			was := told
			told = map[string]int{}
			return was
		}
		d.slow = 20 * hour
		d.Times.Poll = minute
		d.start()
		d.pass(minute)
		if got := take(); got["READY=1"] != 1 || got["WATCHDOG=1"] < 2 {
			t.Errorf("at the start it was told %v", got)
		}
		d.pass(7 * hour)
		take()
		d.pass(hour)
		if got := take(); got["WATCHDOG=1"] != 0 {
			t.Errorf("while work hangs it was told %v", got)
		}
		d.end()
		if got := take(); got["STOPPING=1"] != 1 {
			t.Errorf("at the end it was told %v", got)
		}
	})
}

// TestHealth holds what the press says of itself.
func TestHealth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDay(t)
		if h := d.Health(); h != nil {
			t.Errorf("before it began: %+v", h)
		}
		d.x.Targets = []press.Holding{{Target: "public", Edition: 1}, {Target: "stick"}}
		d.down["stick"] = true
		d.put = true
		d.planned = []time.Time{time.Now().Add(2 * hour)}
		d.Imports = []press.Job{{Name: "site", Every: hour}}
		d.start()
		d.pass(time.Second)
		d.change(func() { d.put = false })
		d.pass(minute)
		h := d.Health()
		if !h.OK || h.Edition != 1 || h.Newsroom != "The Lantern" || len(h.Alarms) != 0 || h.Failing != nil {
			t.Errorf("got %+v", h)
		}
		if !h.NextDue.Equal(d.began.Add(2*hour)) || !h.NextPublish.Equal(h.NextDue) || h.Why != "schedule" {
			t.Errorf("got next due %v, next publish %v (%s)", h.NextDue, h.NextPublish, h.Why)
		}
		if len(h.Targets) != 2 || h.Targets[0].Late != nil || h.Targets[1].Late == nil || h.Targets[1].Late.Times < 2 || h.Targets[1].Late.Error != "no such stick" {
			t.Errorf("got targets %+v", h.Targets)
		}
		if len(h.Imports) != 1 || h.Imports[0].New != 1 || !h.Aged.Equal(h.Vouched.Add(48*hour)) {
			t.Errorf("got %+v", h)
		}
		for range 200 {
			d.change(func() { d.errs = append(d.errs, errors.New("the disk is full")) })
		}
		d.pass(4 * hour)
		if h := d.Health(); h.OK || h.Failing == nil || h.Failing.Error != "the disk is full" || len(h.Alarms) == 0 || h.Alarms[0].Kind != press.KindPublish {
			t.Errorf("after it failed for long: %+v", h)
		}
		d.end()
	})
}

// TestMemory holds that a file of alarms that somebody damaged keeps nobody from publishing, and one that is too large
// or no file does.
func TestMemory(t *testing.T) {
	for text, want := range map[string]string{
		"{": "", "[null]": "", `[{"kind":"disk","source":"examine","said":"2000-01-01T00:00:00Z"}]`: "5m0s over disk",
	} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t)
				if err := d.Memory.WriteFile("alarms.json", []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				d.start()
				d.pass(6 * minute)
				if err := d.end(); err != nil {
					t.Error(err)
				}
				d.wantDiary("0s edition 0")
				if want == "" {
					d.wantHeard()
				} else {
					d.wantHeard(want)
				}
			})
		})
	}
	d := newDay(t)
	if err := d.Memory.WriteFile("alarms.json", make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); err == nil {
		t.Error("a file that is too large: got no error")
	}
}
