package press_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"coranto/internal/press"
	"coranto/internal/publish"
)

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
		if len(h.Targets) != 2 || h.Targets[0].Late != nil || h.Targets[1].Late == nil ||
			h.Targets[1].Late.Times < 2 || h.Targets[1].Late.Error != "no such stick" {
			t.Errorf("got targets %+v", h.Targets)
		}
		if len(h.Imports) != 1 || h.Imports[0].New != 1 || !h.Aged.Equal(h.Vouched.Add(48*hour)) {
			t.Errorf("got %+v", h)
		}
		for range 200 {
			d.change(func() { d.errs = append(d.errs, errors.New("the disk is full")) })
		}
		d.pass(4 * hour)
		if h := d.Health(); h.OK || h.Failing == nil || h.Failing.Error != "the disk is full" ||
			len(h.Alarms) == 0 || h.Alarms[0].Kind != press.KindPublish {
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
