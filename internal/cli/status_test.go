package cli

import (
	"testing"
	"time"
)

func TestExpiry(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		left  time.Duration
		days  int
		state string
		words string
	}{
		{61 * day, 61, stateOK, "61 days"},
		{60 * day, 60, stateOK, "60 days"},
		{60*day - time.Second, 59, stateSoon, "SOON: 59 days"},
		{23 * time.Hour, 0, stateSoon, "SOON: 23 hours"},
		{0, 0, stateSoon, "SOON: 0 s"},
		{-time.Second, -1, stateExpired, "EXPIRED"},
		{-2 * day, -2, stateExpired, "EXPIRED"},
	} {
		x := expiryOf("root", now.Add(test.left), now, 60*day, "renew")
		if x.DaysLeft != test.days || x.State != test.state || x.words() != test.words {
			t.Errorf("%v left: got %d days, %s, %q, want %d, %s, %q", test.left, x.DaysLeft, x.State, x.words(), test.days, test.state, test.words)
		}
		if (x.Advice == "") != (test.state == stateOK) {
			t.Errorf("%v left: got advice %q", test.left, x.Advice)
		}
	}
}
