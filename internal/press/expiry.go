package press

import (
	"fmt"
	"time"

	"coranto/internal/keys"
)

// The states of a thing that expires.
const (
	OK      = "ok"
	Soon    = "soon"
	Expired = "expired"
)

// An Expiry is one thing that readers rely on for a time.
type Expiry struct {
	What     string `json:"what"`
	Expires  string `json:"expires"`
	DaysLeft int    `json:"days_left"` // rounded down; negative once it has expired
	State    string `json:"state"`     // OK, Soon or Expired
	// Advice is what to do; empty when nothing is.
	Advice string `json:"advice,omitempty"`
	// Left is the time until then.
	Left time.Duration `json:"-"`
}

// NewExpiry judges one thing at a time now. It is Soon when less than warn is left.
func NewExpiry(what string, expires, now time.Time, warn time.Duration, advice string) Expiry {
	left := expires.Sub(now)
	x := Expiry{What: what, Expires: expires.UTC().Format(time.RFC3339), DaysLeft: WholeDays(left), State: OK, Left: left}
	switch {
	case left < 0:
		x.State, x.Advice = Expired, advice
	case left < warn:
		x.State, x.Advice = Soon, advice
	}
	return x
}

// WholeDays counts the days of a duration, rounded down.
func WholeDays(d time.Duration) int {
	n := int(d / day)
	if d < 0 && d%day != 0 {
		n--
	}
	return n
}

const day = 24 * time.Hour

// TrustExpiries says when the four files of the trust expire.
func TrustExpiries(k *keys.Keys, now time.Time) []Expiry {
	var out []Expiry
	for _, x := range []struct {
		role, advice string
		warn         time.Duration
	}{
		{"root", "coranto publish, or where its keys are kept elsewhere: coranto keys root renew", keys.RootWarning},
		{"targets", "coranto publish, or where its key is kept elsewhere: coranto keys targets renew --targets-key FILE", 30 * day},
		{"snapshot", "coranto publish", 10 * day},
		{"timestamp", "coranto publish", 10 * day},
	} {
		out = append(out, NewExpiry(x.role, k.ExpiresOf(x.role), now, x.warn, x.advice))
	}
	return out
}

// Words say how long a thing has left, loudly when that is little.
func (x Expiry) Words() string {
	switch x.State {
	case Expired:
		return "EXPIRED"
	case Soon:
		return "SOON: " + span(x.Left)
	}
	return span(x.Left)
}

// stages are the times left at which an alarm of an expiry is raised anew. The last two are urgent.
var stages = [...]time.Duration{60 * day, 14 * day, 3 * day, 0}

// alarm returns the alarm of a thing that expires soon.
func (x Expiry) alarm() (Alarm, bool) {
	if x.State == OK {
		return Alarm{}, false
	}
	stage := 1
	for i, limit := range stages {
		if x.Left < limit {
			stage = i + 1
		}
	}
	text := fmt.Sprintf("the %s expires in %s, on %s. Do: %s", x.What, span(x.Left), x.Expires, x.Advice)
	if x.State == Expired {
		text = fmt.Sprintf("the %s has expired, on %s: readers are warned of it. Do: %s", x.What, x.Expires, x.Advice)
	}
	return Alarm{Kind: KindExpiry, Subject: x.What, Urgent: stage >= 3, Stage: stage, Text: text}, true
}
