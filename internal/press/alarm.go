package press

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"coranto/internal/durable"
)

// An Alarm is something that a person must know of.
type Alarm struct {
	// Kind is one of the kinds above, Subject what it is about where there are several: a target, mirror, role or import.
	Kind    string `json:"kind"`
	Subject string `json:"subject,omitempty"`
	// Urgent says that readers are harmed, or soon will be; the others can wait for office hours.
	Urgent bool `json:"urgent"`
	// Stage grows as it gets worse; a worse one is said at once.
	Stage int `json:"stage,omitempty"`
	// Text says it in plain words, and what to do. It holds nothing that a story says or is named by.
	Text string `json:"text"`
	// Detail is the program's own words. It may name a story, so it stays on this machine: no webhook carries it.
	Detail string    `json:"detail,omitempty"`
	Since  time.Time `json:"since"`
}

// The states of a Notice.
const (
	Raised = "raised" // it is new, or has got worse
	Still  = "still"  // it lasts
	Over   = "over"   // it is no more
	Test   = "test"   // somebody wants to see one
)

// A Notice is what is shouted of an alarm.
type Notice struct {
	Newsroom string    `json:"newsroom"`
	State    string    `json:"state"`
	Time     time.Time `json:"time"`
	Alarm
}

// String says a notice in one line.
func (n Notice) String() string {
	mark := "notice"
	if n.Urgent {
		mark = "ALARM"
	}
	switch n.State {
	case Still:
		mark += ", still"
	case Over:
		mark += ", over"
	}
	return fmt.Sprintf("%s: %s: %s", n.Newsroom, mark, n.Text)
}

// A raised alarm is one that is or was the case, with what was said of it.
type raisedAlarm struct {
	Alarm
	// Source is who judged it: only the same source can say that it is over.
	Source string `json:"source"`
	// Said is when it was last said, at SaidStage; zero when never.
	Said      time.Time `json:"said,omitzero"`
	SaidStage int       `json:"said_stage,omitempty"`
	// Gone is since when it is no longer the case; zero while it is.
	Gone time.Time `json:"gone,omitzero"`

	notBefore time.Time // of the next try to say it
	saying    bool
}

// alarms are all that were raised and are not said to be over. They are kept in a file, so that a restart neither
// shouts anew nor forgets to say that something is over.
type alarms struct {
	list  []*raisedAlarm
	times Times
}

// alarmsFile is where the alarms are kept in the newsroom's folder.
const alarmsFile = "alarms.json"

// maxAlarms is the size of that file in bytes; a larger one is not ours.
const maxAlarms = 1 << 20

func (p *Press) loadAlarms() (*alarms, error) {
	a := &alarms{times: p.Times}
	info, err := p.Memory.Stat(alarmsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil && info.Size() > maxAlarms {
		err = fmt.Errorf("it has %d bytes", info.Size())
	}
	var b []byte
	if err == nil {
		b, err = p.Memory.ReadFile(alarmsFile)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", alarmsFile, err)
	}
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&a.list); err != nil {
		p.Log.Warn("the file of alarms can't be read and begins anew", "err", err)
		a.list = nil
	}
	a.list = slices.DeleteFunc(a.list, func(x *raisedAlarm) bool { return x == nil })
	return a, nil
}

func (p *Press) saveAlarms(a *alarms) {
	b, err := json.MarshalIndent(a.list, "", "  ")
	if err == nil {
		err = durable.WritePrivate(p.Memory, alarmsFile, append(b, '\n'))
	}
	if err != nil {
		p.Log.Error("the alarms can't be remembered", "err", err)
	}
}

// judge takes what a source now finds: what it found before and no longer does is gone.
func (a *alarms) judge(now time.Time, source string, found []Alarm) {
	for _, r := range a.list {
		if r.Source == source && r.Gone.IsZero() && !slices.ContainsFunc(found, r.same) {
			r.Gone = now
		}
	}
	for _, f := range found {
		i := slices.IndexFunc(a.list, func(r *raisedAlarm) bool { return r.Source == source && r.same(f) })
		if i < 0 {
			a.list = append(a.list, &raisedAlarm{Source: source, Alarm: Alarm{Kind: f.Kind, Subject: f.Subject, Since: now}})
			i = len(a.list) - 1
		}
		r := a.list[i]
		if f.Since.IsZero() {
			f.Since = r.Since
		}
		r.Alarm, r.Gone = f, time.Time{}
	}
}

func (r *raisedAlarm) same(o Alarm) bool { return r.Kind == o.Kind && r.Subject == o.Subject }

// next returns an alarm of which something is to be said now, and what; nil when there is none.
func (a *alarms) next(now time.Time) (*raisedAlarm, string) {
	a.list = slices.DeleteFunc(a.list, func(r *raisedAlarm) bool { return !r.Gone.IsZero() && r.Said.IsZero() && !r.saying })
	for _, r := range a.list {
		if r.saying || now.Before(r.notBefore) {
			continue
		}
		switch {
		case !r.Gone.IsZero():
			if now.Sub(r.Gone) >= a.times.Calm {
				return r, Over
			}
		case r.Said.IsZero() || r.Stage > r.SaidStage:
			return r, Raised
		case now.Sub(r.Said) >= a.times.Again:
			return r, Still
		}
	}
	return nil, ""
}

// said notes that something was said of an alarm, or that nobody heard it.
func (a *alarms) said(now time.Time, r *raisedAlarm, state string, stage int, err error) {
	r.saying = false
	if err != nil {
		r.notBefore = now.Add(a.times.Unheard)
		return
	}
	if state == Over {
		a.list = slices.DeleteFunc(a.list, func(x *raisedAlarm) bool { return x == r && !r.Gone.IsZero() })
		r.Said, r.SaidStage = time.Time{}, 0 // when it came back in the meantime, it is new
		return
	}
	r.Said, r.SaidStage = now, stage
}

// active returns the alarms that are the case, the urgent ones first, then the oldest.
func (a *alarms) active() []Alarm {
	out := []Alarm{}
	for _, r := range a.list {
		if r.Gone.IsZero() {
			out = append(out, r.Alarm)
		}
	}
	slices.SortStableFunc(out, func(x, y Alarm) int {
		if x.Urgent != y.Urgent {
			if x.Urgent {
				return -1
			}
			return 1
		}
		return x.Since.Compare(y.Since)
	})
	return out
}
