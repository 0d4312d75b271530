package press

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A lane is work that goes on beside the loop, one piece at a time.
type lane struct {
	what  string // the piece at hand; empty when there is none
	since time.Time
}

// busy says whether a piece is at hand.
func (l *lane) busy() bool { return l.what != "" }

// A running press is the state of one Run. Only the loop's goroutine touches it; what works in a lane hands back a
// function that the loop calls.
type running struct {
	*Press
	started time.Time
	last    time.Time // when the loop last went round
	alarms  *alarms
	done    chan func(now time.Time)
	wg      sync.WaitGroup

	publishing, network, shouting lane

	editions editions
	examine  examining
	mirrors  watching
	imports  []*importing

	ready    bool
	status   string // what the supervisor was told last
	hopeless error
}

// begin makes the state of a run.
func (p *Press) begin() (*running, error) {
	a, err := p.loadAlarms()
	if err != nil {
		return nil, err
	}
	const lanes = 3
	r := &running{Press: p, started: p.now(), alarms: a, done: make(chan func(time.Time), lanes)}
	r.editions.late, r.editions.owing = map[string]*failure{}, map[string]bool{}
	for _, j := range p.Imports {
		r.imports = append(r.imports, &importing{Job: j})
	}
	return r, nil
}

// work starts a piece of work in a lane that is free. What job returns is called by the loop when it is done.
func (r *running) work(ctx context.Context, l *lane, what string, now time.Time, job func(context.Context) func(now time.Time)) {
	l.what, l.since = what, now
	r.wg.Go(func() {
		apply := job(ctx)
		r.done <- func(now time.Time) {
			l.what = ""
			apply(now)
		}
	})
}

// tick starts all that is due in the lanes that are free, judges what depends on the time alone, and tells the
// supervisor and the health page.
func (r *running) tick(ctx context.Context, now time.Time) {
	if now.Before(r.last) {
		r.setBack(now)
	}
	r.last = now
	r.askDue(ctx, now)
	if !r.publishing.busy() {
		r.startPublishing(ctx, now)
	}
	if !r.publishing.busy() {
		r.startExamine(ctx, now)
	}
	if !r.network.busy() {
		r.startLook(ctx, now)
	}
	if !r.network.busy() {
		r.startImport(ctx, now)
	}
	r.judgeTime(now)
	if !r.shouting.busy() {
		r.startShout(ctx, now)
	}
	r.tell(now)
}

// setBack lets nothing wait for a time that was near before somebody set the clock back.
func (r *running) setBack(now time.Time) {
	next := []*time.Time{&r.editions.fail.next, &r.examine.next, &r.mirrors.next}
	for _, f := range r.editions.late {
		next = append(next, &f.next)
	}
	for _, i := range r.imports {
		next = append(next, &i.next)
	}
	for _, a := range r.alarms.list {
		next = append(next, &a.notBefore)
	}
	for _, t := range next {
		*t = earliest(*t, now)
	}
}

// pause returns how long the loop may wait: until the next poll, or until the next edition where that is sooner, so
// that what is scheduled comes out to the second.
func (r *running) pause(now time.Time) time.Duration {
	next, _ := r.nextEdition(now)
	if left := next.Sub(now); left > 0 && !r.publishing.busy() {
		return min(left, r.Times.Poll)
	}
	return r.Times.Poll
}

// judgeTime raises the alarms that come by mere waiting.
func (r *running) judgeTime(now time.Time) {
	r.judgeEditions(now)
	r.judgeExamined(now)
	r.judgeMirrors(now)
	r.judgeImports(now)
	var stuck []Alarm
	for _, l := range []*lane{&r.publishing, &r.network} {
		if l.busy() && now.Sub(l.since) > r.Times.Long {
			stuck = append(stuck, Alarm{Kind: KindStuck, Subject: l.what, Urgent: true, Since: l.since,
				Text: fmt.Sprintf("the work at hand (%s) has not come to its end since %s", l.what, moment(l.since))})
		}
	}
	r.alarms.judge(now, "work", stuck)
}

// startShout says one thing of one alarm.
func (r *running) startShout(ctx context.Context, now time.Time) {
	a, state := r.alarms.next(now)
	if a == nil {
		return
	}
	a.saying = true
	n := Notice{Newsroom: r.Name, State: state, Time: now, Alarm: a.Alarm}
	r.work(ctx, &r.shouting, "shout", now, func(ctx context.Context) func(time.Time) {
		err := r.Shout(ctx, n)
		return func(now time.Time) {
			if err != nil {
				r.Log.Error("nobody heard an alarm", "alarm", n.Kind, "err", err)
			}
			r.alarms.said(now, a, state, n.Stage, err)
			r.saveAlarms(r.alarms)
		}
	})
}

// shoutAll says what is to be said before the press ends: the loop is over, so it waits.
func (r *running) shoutAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	for ctx.Err() == nil {
		if r.shouting.busy() {
			select {
			case apply := <-r.done:
				apply(r.now())
			case <-ctx.Done():
			}
			continue
		}
		if r.startShout(ctx, r.now()); !r.shouting.busy() {
			break
		}
	}
	r.saveAlarms(r.alarms)
}

// lastWords is how long a press that can't go on tries to say so.
const lastWords = 3 * time.Minute

// end stops the work at hand, and waits for it as long as Grace. What does not end is left to the end of the process:
// publishing may be stopped anywhere.
func (r *running) end(cancel context.CancelFunc) {
	r.notify("STOPPING=1")
	cancel()
	ended := make(chan struct{})
	go func() {
		r.wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(r.Times.Grace):
		r.Log.Warn("some work did not stop in time and is left where it is")
	}
	r.saveAlarms(r.alarms)
}

// tell tells the supervisor and the health page how things are.
func (r *running) tell(now time.Time) {
	h := r.report(now)
	r.health.Store(&h)
	if !r.ready {
		r.ready = true
		r.notify("READY=1")
	}
	stuck := func(l *lane) bool { return l.busy() && now.Sub(l.since) > r.Times.Stuck }
	if !stuck(&r.publishing) && !stuck(&r.network) && !stuck(&r.shouting) {
		r.notify("WATCHDOG=1")
	}
	if s := h.line(); s != r.status {
		r.status = s
		r.notify("STATUS=" + s)
	}
}

// stopped says whether an error only means that the press is ending.
func stopped(ctx context.Context, err error) bool { return err != nil && ctx.Err() != nil }

// earliest returns the earliest of some times, leaving out zero ones; zero when there is none.
func earliest(times ...time.Time) time.Time {
	times = slices.DeleteFunc(times, time.Time.IsZero)
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}

// isBusy says whether an error means that another process is at work.
func isBusy(err error) bool { return errors.Is(err, ErrBusy) }
