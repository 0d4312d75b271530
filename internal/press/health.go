package press

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Health says how a running newsroom is. Its JSON is what /health answers, so a field's name never changes.
type Health struct {
	// OK is false while an urgent alarm lasts.
	OK       bool      `json:"ok"`
	Newsroom string    `json:"newsroom"`
	Time     time.Time `json:"time"`
	Started  time.Time `json:"started"`
	// Doing is the work at hand; empty when there is none.
	Doing   []string `json:"doing,omitempty"`
	Edition uint64   `json:"edition"`
	// Vouched is when somebody whom the policy names last vouched for it, and Aged when readers take it as aged if
	// nobody does again.
	Vouched time.Time `json:"vouched,omitzero"`
	Aged    time.Time `json:"aged,omitzero"`
	// NextDue is when the next edition falls due, as far as is known; NextPublish when publishing is next tried, which
	// is a heartbeat when nothing is due.
	NextDue     time.Time      `json:"next_due,omitzero"`
	NextPublish time.Time      `json:"next_publish"`
	Why         string         `json:"next_publish_is"`
	Failing     *Failing       `json:"failing,omitempty"`
	Targets     []TargetHealth `json:"targets"`
	Mirrors     []MirrorHealth `json:"mirrors"`
	Imports     []ImportHealth `json:"imports"`
	Expires     []Expiry       `json:"expires"`
	// Free is the room on the newsroom's disk in bytes; negative when nobody knows.
	Free   int64   `json:"free"`
	Alarms []Alarm `json:"alarms"`
}

// Failing says how long something has failed, and when it is tried again.
type Failing struct {
	Since time.Time `json:"since"`
	Times int       `json:"times"`
	Error string    `json:"error"`
	Next  time.Time `json:"next,omitzero"`
}

// TargetHealth says how far a target is.
type TargetHealth struct {
	Target  string   `json:"target"`
	Edition uint64   `json:"edition"`
	Late    *Failing `json:"late,omitempty"`
}

// MirrorHealth says what the last look at a mirror has found.
type MirrorHealth struct {
	Mirror  string    `json:"mirror"`
	State   string    `json:"state"` // MirrorGood, MirrorDead or MirrorLies
	Edition uint64    `json:"edition,omitempty"`
	Vouched time.Time `json:"vouched,omitzero"`
	Error   string    `json:"error,omitempty"`
}

// ImportHealth says what came of an import.
type ImportHealth struct {
	Import  string    `json:"import"`
	Last    time.Time `json:"last,omitzero"`
	New     int       `json:"new"`
	Changed int       `json:"changed"`
	Refused int       `json:"refused"`
	Failing *Failing  `json:"failing,omitempty"`
}

// Health returns how the newsroom is; nil before Run has begun.
func (p *Press) Health() *Health { return p.health.Load() }

// report gathers the state of all parts.
func (r *running) report(now time.Time) Health {
	x := r.examine.last
	h := Health{
		OK: true, Newsroom: r.Name, Time: now, Started: r.started, Edition: x.Edition, Vouched: x.AsOf,
		Expires: x.Expires, Free: x.Free, Failing: r.editions.fail.health(), Alarms: r.alarms.active(),
		NextDue: earliest(r.editions.at, r.editions.noticed),
	}
	if !r.examine.ever {
		h.Expires, h.Free = []Expiry{}, -1
	}
	if !x.AsOf.IsZero() {
		h.Aged = x.AsOf.Add(x.MaxAge)
	}
	h.NextPublish, h.Why = r.nextEdition(now)
	for _, l := range []*lane{&r.publishing, &r.network, &r.shouting} {
		if l.busy() {
			h.Doing = append(h.Doing, l.what)
		}
	}
	for _, a := range h.Alarms {
		h.OK = h.OK && !a.Urgent
	}
	h.Targets, h.Mirrors, h.Imports = r.targetHealth(), r.mirrorHealth(), r.importHealth()
	return h
}

func (f failure) health() *Failing {
	if f.times == 0 {
		return nil
	}
	return &Failing{Since: f.since, Times: f.times, Error: f.err, Next: f.next}
}

func (r *running) targetHealth() []TargetHealth {
	out := []TargetHealth{}
	late := maps.Clone(r.editions.late)
	for _, t := range r.examine.last.Targets {
		h := TargetHealth{Target: t.Target, Edition: t.Edition}
		if f := late[t.Target]; f != nil {
			h.Late = f.health()
			delete(late, t.Target)
		}
		out = append(out, h)
	}
	for _, name := range slices.Sorted(maps.Keys(late)) { // before the newsroom was examined
		out = append(out, TargetHealth{Target: name, Late: late[name].health()})
	}
	return out
}

func (r *running) mirrorHealth() []MirrorHealth {
	out := []MirrorHealth{}
	for _, name := range r.mirrors.order {
		m := r.mirrors.seen[name]
		out = append(out, MirrorHealth{Mirror: name, State: m.State, Edition: m.Edition, Vouched: m.AsOf, Error: m.Err})
	}
	return out
}

func (r *running) importHealth() []ImportHealth {
	out := []ImportHealth{}
	for _, i := range r.imports {
		out = append(out, ImportHealth{Import: i.Name, Last: i.last, New: i.count.New, Changed: i.count.Changed,
			Refused: i.count.Refused, Failing: i.fail.health()})
	}
	return out
}

// line says the health in one line, as a supervisor shows it.
func (h *Health) line() string {
	switch {
	case len(h.Alarms) > 0:
		return fmt.Sprintf("edition %d, and %d alarms: %s", h.Edition, len(h.Alarms), h.Alarms[0].Text)
	case h.Failing != nil:
		return fmt.Sprintf("edition %d; publishing has failed since %s", h.Edition, moment(h.Failing.Since))
	}
	return fmt.Sprintf("edition %d, next %s at %s", h.Edition, h.Why, moment(h.NextPublish))
}
