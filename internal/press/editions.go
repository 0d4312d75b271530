package press

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"coranto/internal/publish"
)

// editions is what the press knows of its publishing.
type editions struct {
	at       time.Time // when an edition falls due, by the newsroom; zero when nothing is to come
	noticed  time.Time // when something was first seen that is due now; zero when nothing is
	vouched  time.Time // when the last publishing that came to its end began
	fail     failure
	late     map[string]*failure // by target
	owing    map[string]bool     // late targets that may still hold what was taken back
	refused  bool                // the newsroom's own checks refused what is to come out
	waitsFor string              // whose signatures publishing waits for; empty when it is something else
	attempts int                 // that came to an end, well or not
}

// askDue asks the newsroom when the next edition is due. While it publishes there is no need.
func (r *running) askDue(ctx context.Context, now time.Time) {
	if r.publishing.busy() {
		return
	}
	e := &r.editions
	at, ok, err := r.Newsroom.Due(ctx)
	switch {
	case err != nil:
		if !stopped(ctx, err) {
			r.Log.Warn("the store can't be asked what is due", "err", err)
		}
		return // the next heartbeat finds out
	case !ok:
		e.at, e.noticed = time.Time{}, time.Time{}
	case at.IsZero():
		e.at = time.Time{}
		if e.noticed.IsZero() || now.Before(e.noticed) { // or the clock was set back
			e.noticed = now
		}
	default:
		e.at, e.noticed = at, time.Time{}
	}
}

// nextEdition returns when to publish to all targets, and why.
func (r *running) nextEdition(now time.Time) (time.Time, string) {
	e := &r.editions
	when, why := e.vouched.Add(r.Times.Heartbeat), "heartbeat"
	switch {
	case e.vouched.IsZero():
		when, why = r.started, "start"
	case e.vouched.After(now): // the clock was set back: readers may see a time that is to come
		when = now
	}
	if !e.at.IsZero() && e.at.Before(when) {
		when, why = e.at, "schedule"
	}
	if put := e.noticed.Add(r.Times.Settling); !e.noticed.IsZero() && put.Before(when) {
		when, why = put, "changes"
	}
	if e.fail.times > 0 { // whatever it was tried for: an edition may be sealed and not out
		when, why = e.fail.next, "retry"
	}
	return when, why
}

// startPublishing publishes when that is due; or brings up the late targets whose pause is over.
func (r *running) startPublishing(ctx context.Context, now time.Time) {
	if !r.mirrors.looked {
		return
	}
	when, why := r.nextEdition(now)
	var only []string
	if when.After(now) {
		for name, f := range r.editions.late {
			if !f.next.After(now) {
				only = append(only, name)
			}
		}
		if len(only) == 0 || r.editions.fail.times > 0 {
			return
		}
		slices.Sort(only)
		why = "late targets"
	}
	r.Log.Debug("publishing", "why", why)
	r.work(ctx, &r.publishing, "publish", now, func(ctx context.Context) func(time.Time) {
		res, err := r.Newsroom.Publish(ctx, only)
		return func(done time.Time) {
			if stopped(ctx, err) {
				return
			}
			r.published(now, done, only, why, res, err)
		}
	})
}

// published takes what came of publishing, which began at a time.
func (r *running) published(began, now time.Time, only []string, why string, res publish.Result, err error) {
	e := &r.editions
	switch stop := stopFor(err); {
	case isBusy(err):
		e.fail.failed(now, err.Error(), r.Times.Settling, r.Times.Settling, r.Jitter)
		r.Log.Info("another process is at work; publishing waits for it", "why", why)
		return
	case stop != nil:
		r.stop(now, stop)
		return
	case err != nil:
		e.attempts++
		e.waitsFor = waitsFor(err)
		var refused *publish.RefusedError
		if e.refused = errors.As(err, &refused); e.refused && res.Edition > 0 {
			e.vouched = began // the last edition was, anew
			r.noteLate(now, only, res)
		}
		e.fail.failed(now, err.Error(), r.Times.Retry, r.Times.RetryMost, r.Jitter)
		r.Log.Error("publishing failed", "why", why, "times", e.fail.times, "again", e.fail.next, "err", err)
		return
	}
	e.attempts++
	e.fail, e.refused, e.vouched, e.noticed = failure{}, false, began, time.Time{}
	r.noteLate(now, only, res)
	r.examine.next = now
	r.Log.Info("published", "why", why, "edition", res.Edition, "pages", res.PagesRendered, "objects", res.ObjectsNew,
		"bytes", res.BytesNew, "late", strings.Join(slices.Sorted(maps.Keys(res.Late)), " "))
}

// waitsFor says whose signatures are lacking.
func waitsFor(err error) string {
	var unsigned *publish.UnsignedError
	switch {
	case !errors.As(err, &unsigned):
		return ""
	case unsigned.Cosigner:
		return ", because the release co-signer has not signed"
	}
	return ", because too few witnesses co-sign"
}

// noteLate notes which targets are late. Those that were left out stay what they were.
func (r *running) noteLate(now time.Time, only []string, res publish.Result) {
	for name := range r.editions.late {
		if _, still := res.Late[name]; !still && (only == nil || slices.Contains(only, name)) {
			delete(r.editions.late, name)
			delete(r.editions.owing, name)
			r.Log.Info("a target was brought up to date", "target", name)
		}
	}
	for _, name := range res.Unpurged {
		r.editions.owing[name] = true
	}
	for name, reason := range res.Late {
		f := r.editions.late[name]
		if f == nil {
			f = &failure{}
			r.editions.late[name] = f
		}
		f.failed(now, reason, r.Times.Retry, r.Times.TargetMost, r.Jitter)
		r.Log.Debug("a target stays late", "target", name, "times", f.times, "again", f.next)
	}
}

// stop ends the press after a last shout.
func (r *running) stop(now time.Time, why *StopError) {
	r.hopeless = why
	r.Log.Error("the press stops: only a person can help", "err", why.Err)
	r.alarms.judge(now, sourcePublish, []Alarm{{Kind: why.Kind, Urgent: true, Text: stopWords[why.Kind], Detail: why.Err.Error()}})
}

// The sources that judge alarms.
const (
	sourcePublish = "publish"
	sourceExamine = "examine"
	sourceMirrors = "mirrors"
)

// judgeEditions raises the alarms of publishing, once it was tried.
func (r *running) judgeEditions(now time.Time) {
	e := &r.editions
	if e.attempts == 0 && e.fail.lasting(now) <= r.Times.Patience || r.hopeless != nil {
		return
	}
	var found []Alarm
	switch {
	case e.refused: // at once: it waits for an editor, not for a network
		found = append(found, Alarm{Kind: KindCheck, Since: e.fail.since, Detail: e.fail.err,
			Text: "the newsroom's own checks refuse what is to come out; readers still have the last edition"})
	case e.fail.lasting(now) > r.Times.Patience:
		found = append(found, Alarm{Kind: KindPublish, Urgent: true, Since: e.fail.since, Detail: e.fail.err,
			Text: fmt.Sprintf("nothing could be published since %s%s; readers still have the last edition", moment(e.fail.since), e.waitsFor)})
	}
	for name, f := range e.late {
		a := Alarm{Kind: KindTarget, Subject: name, Since: f.since, Detail: f.err}
		switch {
		case e.owing[name]: // at once: it may be about somebody's life
			a.Urgent, a.Stage = true, 2
			a.Text = fmt.Sprintf("the target %q could not be reached, and still holds what was taken back", name)
		case f.lasting(now) > r.Times.Patience:
			a.Stage = 1
			a.Text = fmt.Sprintf("the target %q could not be brought up to date since %s", name, moment(f.since))
		default:
			continue
		}
		found = append(found, a)
	}
	r.alarms.judge(now, sourcePublish, found)
}
