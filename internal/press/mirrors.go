package press

import (
	"context"
	"fmt"
	"time"
)

// What a look at a mirror may find.
const (
	MirrorGood = "good" // its head is ours
	MirrorDead = "dead" // it can't be reached, or has no edition
	MirrorLies = "lies" // what it has does not verify
)

// A Sight is what a look at a mirror has found.
type Sight struct {
	Mirror string
	State  string // MirrorGood, MirrorDead or MirrorLies
	// Edition and AsOf are its head's, when it is good.
	Edition uint64
	AsOf    time.Time
	// Owes says that it still carries what was taken back.
	Owes bool
	// Err says why it is not good.
	Err string
}

// watching is what the press knows of the mirrors.
type watching struct {
	next   time.Time
	looked bool // once, well or not
	ever   bool
	order  []string
	seen   map[string]*sighting
}

// A sighting is a mirror's state, and since when it is not well.
type sighting struct {
	Sight
	dead, old, lies, owes failure // in a row
}

// startLook looks at the mirrors when that is due: at first before anything is published, since a newsroom that was
// restored from an older copy with its targets learns only from others that it must not go on.
func (r *running) startLook(ctx context.Context, now time.Time) {
	if r.mirrors.next.After(now) {
		return
	}
	r.work(ctx, &r.network, "look at the mirrors", now, func(ctx context.Context) func(time.Time) {
		sights, err := r.Newsroom.Look(ctx)
		return func(now time.Time) {
			if !stopped(ctx, err) {
				r.looked(now, sights, err)
			}
		}
	})
}

// looked takes what a look has found.
func (r *running) looked(now time.Time, sights []Sight, err error) {
	w := &r.mirrors
	w.looked = true
	w.next = now.Add(r.Times.Look - r.Times.Look/10 + time.Duration(r.Jitter(int64(r.Times.Look/5)+1)))
	if stop := stopFor(err); stop != nil {
		r.stop(now, stop)
		return
	}
	if err != nil {
		r.Log.Warn("the mirrors can't be looked at", "err", err)
		return
	}
	before := w.seen
	w.ever, w.order, w.seen = true, nil, map[string]*sighting{}
	for _, s := range sights {
		m := before[s.Mirror]
		if m == nil {
			m = &sighting{}
		}
		m.Sight = s
		m.dead.count(now, s.State == MirrorDead)
		m.lies.count(now, s.State == MirrorLies)
		m.owes.count(now, s.Owes)
		m.old.count(now, s.State == MirrorGood && r.examine.ever && now.Sub(s.AsOf) > r.examine.last.MaxAge/2)
		w.order, w.seen[s.Mirror] = append(w.order, s.Mirror), m
	}
}

// count notes one more failure in a row, or that it is over.
func (f *failure) count(now time.Time, fails bool) {
	switch {
	case !fails:
		*f = failure{}
	case f.times == 0:
		*f = failure{since: now, times: 1}
	default:
		f.times++
	}
}

// judgeMirrors raises the alarms of mirrors. What a single pull may mend is told of when it was seen twice.
func (r *running) judgeMirrors(now time.Time) {
	if !r.mirrors.ever || r.hopeless != nil {
		return
	}
	var found []Alarm
	for _, name := range r.mirrors.order {
		m := r.mirrors.seen[name]
		a := Alarm{Kind: KindMirror, Subject: name, Detail: m.Err}
		switch {
		case m.lies.times >= 2:
			a.Urgent, a.Stage, a.Since = true, 2, m.lies.since
			a.Text = fmt.Sprintf("the mirror %s has served what this newsroom did not sign since %s", name, moment(a.Since))
		case m.owes.times >= 2:
			a.Urgent, a.Stage, a.Since = true, 2, m.owes.since
			a.Text = fmt.Sprintf("the mirror %s still carries what was taken back, since %s", name, moment(a.Since))
		case m.dead.lasting(now) > r.Times.MirrorPatience:
			a.Stage, a.Since = 1, m.dead.since
			a.Text = fmt.Sprintf("the mirror %s can't be reached, or has no edition, since %s", name, moment(a.Since))
		case m.old.times >= 2:
			a.Stage, a.Since = 1, m.old.since
			a.Text = fmt.Sprintf("the mirror %s holds old news: edition %d, vouched for at %s", name, m.Edition, moment(m.AsOf))
		default:
			continue
		}
		found = append(found, a)
	}
	r.alarms.judge(now, sourceMirrors, found)
}
