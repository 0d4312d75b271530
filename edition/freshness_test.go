package edition_test

import (
	"testing"
	"time"

	"coranto/edition"
)

func TestJudge(t *testing.T) {
	const maxAge = 48 * time.Hour
	seen := edition.Sighting{AsOf: start, Live: start, MaxAge: maxAge, TrustExpires: start.Add(30 * 24 * time.Hour)}
	for _, tt := range []struct {
		name string
		now  time.Duration // after start, which is when the head was signed
		want edition.Freshness
		age  time.Duration
	}{
		{"at once", 0, edition.Fresh, 0},
		{"on the last second", maxAge, edition.Fresh, maxAge},
		{"a second later", maxAge + time.Second, edition.Aged, maxAge + time.Second},
		{"on the last second of trust", 30 * 24 * time.Hour, edition.Aged, 30 * 24 * time.Hour},
		{"when the trust has expired", 30*24*time.Hour + 1, edition.StaleTrust, 30*24*time.Hour + 1},
		{"a clock that is a little slow", -edition.ClockTolerance, edition.Fresh, 0},
		{"a clock that is wrong", -edition.ClockTolerance - 1, edition.ClockWrong, 0},
		{"a clock of 1970", -56 * 365 * 24 * time.Hour, edition.ClockWrong, 0},
	} {
		got, age := edition.Judge(start.Add(tt.now), seen)
		if got != tt.want || age != tt.age {
			t.Errorf("%s: got %s, %v, want %s, %v", tt.name, got, age, tt.want, tt.age)
		}
	}
	// A wrong clock says nothing of the trust either.
	seen.TrustExpires = start.Add(-2 * time.Hour)
	if got, _ := edition.Judge(start.Add(-time.Hour), seen); got != edition.ClockWrong {
		t.Errorf("got %s, want %s", got, edition.ClockWrong)
	}
	seen.TrustExpires = time.Time{}
	if got, _ := edition.Judge(start, seen); got != edition.StaleTrust {
		t.Errorf("trust that never was: got %s, want %s", got, edition.StaleTrust)
	}
}

// What came out of files alone is FRESH by no clock whatever.
func TestJudgeFilesAlone(t *testing.T) {
	seen := edition.Sighting{AsOf: start, MaxAge: 48 * time.Hour, TrustExpires: start.Add(30 * 24 * time.Hour)}
	met := map[edition.Freshness]bool{}
	for d := -5 * 365 * 24 * time.Hour; d < 5*365*24*time.Hour; d += 7 * time.Hour {
		got, _ := edition.Judge(start.Add(d), seen)
		met[got] = true
		if got == edition.Fresh {
			t.Fatalf("%v after it was signed: got %s", d, got)
		}
	}
	if len(met) != 4 {
		t.Errorf("met %v, want all states but FRESH", met)
	}
}
