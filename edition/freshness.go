package edition

import "time"

// Freshness is the third answer of a verdict: how far a reader may believe that there is nothing newer.
type Freshness string

// The states of freshness (SPEC.md, "Freshness").
const (
	// Fresh: somebody whom the policy names vouched for this head not longer than the policy's max_age ago.
	Fresh Freshness = "FRESH"
	// Aged: it is longer ago. The content is as authentic as ever; there may be newer.
	Aged Freshness = "AGED"
	// ClockWrong: the device's clock is earlier than a signature, so that no age can be told.
	ClockWrong Freshness = "CLOCK WRONG"
	// StaleTrust: the trust metadata has expired, so that the keys may have been replaced in the meantime.
	StaleTrust Freshness = "STALE TRUST"
)

// ClockTolerance is how much earlier than a signature a device's clock may be before it is called wrong. It is also the
// error that an age may have.
const ClockTolerance = 10 * time.Minute

// Judge says how fresh a head is by a device's clock, and how old; the age is 0 when the clock is wrong. A wrong clock
// comes first, since neither the age nor the trust's expiry can be told by it; stale trust comes before age, since who
// vouched may no longer be whom to believe.
func Judge(now, asOf time.Time, maxAge time.Duration, trustExpires time.Time) (Freshness, time.Duration) {
	if now.Before(asOf.Add(-ClockTolerance)) {
		return ClockWrong, 0
	}
	age := max(0, now.Sub(asOf))
	switch {
	case now.After(trustExpires):
		return StaleTrust, age
	case age > maxAge:
		return Aged, age
	}
	return Fresh, age
}

// A Verdict is what a reader may believe of what it shows: three answers, never one.
type Verdict struct {
	// Authentic: it is the newsroom's own, by the masthead that the reader began with.
	Authentic bool
	// Whole: every byte that was asked for proves to belong to one edition.
	Whole bool
	// Fresh says whether there may be newer, as of AsOf.
	Fresh Freshness
	// Unconfirmed: the head was first seen under trust that had expired, and is shown with a warning.
	Unconfirmed bool
	// Edition is the number of the edition.
	Edition uint64
	// AsOf is when somebody whom the policy names last vouched that this was the newest; Age is how long ago.
	AsOf time.Time
	Age  time.Duration
	// Word says whose word AsOf is: Head.Word.
	Word string
}
