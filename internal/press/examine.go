package press

import (
	"context"
	"fmt"
	"time"
)

// examining is what the press knows of the newsroom's state.
type examining struct {
	next time.Time
	ever bool
	last Examined
}

// startExamine reads the newsroom's state when that is due.
func (r *running) startExamine(ctx context.Context, now time.Time) {
	if r.examine.next.After(now) || r.editions.attempts == 0 {
		return
	}
	r.work(ctx, &r.publishing, "examine", now, func(ctx context.Context) func(time.Time) {
		x, err := r.Newsroom.Examine(ctx)
		return func(now time.Time) {
			r.examine.next = now.Add(r.Times.Examine)
			if stop := stopFor(err); stop != nil && !stopped(ctx, err) {
				r.stop(now, stop)
				return
			}
			if err != nil {
				r.Log.Warn("the newsroom's state can't be read", "err", err)
				return
			}
			r.examine.ever, r.examine.last = true, x
		}
	})
}

// diskLow is the room on a disk in bytes below which a person must make some.
const diskLow = 500 << 20

// judgeExamined raises the alarms of the heartbeat, of what expires, and of the disk.
func (r *running) judgeExamined(now time.Time) {
	x := r.examine.last
	if !r.examine.ever {
		return
	}
	var found []Alarm
	if x.Edition > 0 && now.Sub(x.AsOf) > x.MaxAge/2 {
		found = append(found, heartbeatAlarm(x, now))
	}
	for _, e := range x.Expires {
		if a, ok := e.alarm(); ok {
			found = append(found, a)
		}
	}
	if x.Free >= 0 && x.Free < diskLow {
		found = append(found, Alarm{Kind: KindDisk, Urgent: true,
			Text: fmt.Sprintf("the newsroom's disk is nearly full: %d MB are free", x.Free>>20)})
	}
	r.alarms.judge(now, sourceExamine, found)
}

// heartbeatAlarm says that a heartbeat is overdue: early enough to act before readers see an edition that has aged.
func heartbeatAlarm(x Examined, now time.Time) Alarm {
	a := Alarm{Kind: KindHeartbeat, Urgent: true, Stage: 1}
	if x.AsOf.IsZero() {
		a.Text = "nobody vouches for the newest edition: its signed head can't be read. Do: coranto publish"
		return a
	}
	if left := x.AsOf.Add(x.MaxAge).Sub(now); left >= 0 {
		a.Text = fmt.Sprintf("the newest edition was last vouched for at %s; in %s readers are told that it has aged", moment(x.AsOf), span(left))
		return a
	}
	a.Stage = 2
	a.Text = fmt.Sprintf("the newest edition was last vouched for at %s, and readers are told that it has aged", moment(x.AsOf))
	return a
}
