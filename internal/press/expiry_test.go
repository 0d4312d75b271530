package press_test

import (
	"testing"
	"time"

	"coranto/internal/press"
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
		{61 * day, 61, press.OK, "61 days"},
		{60 * day, 60, press.OK, "60 days"},
		{60*day - time.Second, 59, press.Soon, "SOON: 59 days"},
		{23 * time.Hour, 0, press.Soon, "SOON: 23 hours"},
		{0, 0, press.Soon, "SOON: 0 s"},
		{-time.Second, -1, press.Expired, "EXPIRED"},
		{-2 * day, -2, press.Expired, "EXPIRED"},
	} {
		x := press.NewExpiry("root", now.Add(test.left), now, 60*day, "renew")
		if x.DaysLeft != test.days || x.State != test.state || x.Words() != test.words {
			t.Errorf("%v left: got %d days, %s, %q, want %d, %s, %q", test.left, x.DaysLeft, x.State, x.Words(), test.days, test.state, test.words)
		}
		if (x.Advice == "") != (test.state == press.OK) {
			t.Errorf("%v left: got advice %q", test.left, x.Advice)
		}
	}
}
