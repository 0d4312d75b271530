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
