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
	// AgeUnknown: it is not longer ago by the device's clock, but nothing except that clock speaks for it: the head came
	// out of files alone, as on a stick, which show to a clock that was set back whatever fits it.
	AgeUnknown Freshness = "AGE UNKNOWN"
	// ClockWrong: the device's clock is earlier than a time that has certainly passed, so that no age can be told.
	ClockWrong Freshness = "CLOCK WRONG"
	// StaleTrust: the trust metadata has expired, so that the keys may have been replaced in the meantime.
	StaleTrust Freshness = "STALE TRUST"
)

// ClockTolerance is how much earlier than a signature a device's clock may be before it is called wrong. It is also the
// error that an age may have.
const ClockTolerance = 10 * time.Minute

// A Sighting is what a reader knows of a head's age. All of it was signed, or known before, but for the way that Live
// came: nothing that a mirror or a file says of the time outside of a signature belongs here.
type Sighting struct {
	// AsOf is SignedCheckpoint.AsOf.
	AsOf time.Time
	// Live is the newest as-of time, of this head or of one that it extends, which a mirror gave when it was asked over a
	// network; zero when there was none.
	Live time.Time
	// NotBefore is a time that has certainly passed, as when the program was made; zero when none is known.
	NotBefore time.Time
	// MaxAge is the policy's, TrustExpires is Trust.Expires.
	MaxAge       time.Duration
	TrustExpires time.Time
}

// Judge says how fresh a head is by a device's clock, and how old; the age is 0 when the clock is wrong. A wrong clock
// comes first, since neither the age nor the trust's expiry can be told by it; stale trust comes before age, since who
// vouched may no longer be whom to believe. AGED stands where a fresh age would not be believed: a clock that is too fast
// makes a head seem older than it is, never fresher.
func Judge(now time.Time, s Sighting) (Freshness, time.Duration) {
	passed := s.AsOf
	if s.NotBefore.After(passed) {
		passed = s.NotBefore
	}
	if now.Before(passed.Add(-ClockTolerance)) {
		return ClockWrong, 0
	}
	age := max(0, now.Sub(s.AsOf))
	switch {
	case now.After(s.TrustExpires):
		return StaleTrust, age
	case age > s.MaxAge:
		return Aged, age
	case s.Live.IsZero() || now.Sub(s.Live) > s.MaxAge:
		return AgeUnknown, age
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
