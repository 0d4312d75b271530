package reader_test

import (
	"os"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// Attacks on the time.

func attackFreeze(t *testing.T) {
	p, _, second := twoEditions(t)
	frozen := serve(t, lab.Frozen(mirror.Handler(second.dir(t))))
	r := p.open(reader.Options{}, frozen)
	signed := p.now
	for _, test := range []struct {
		later time.Duration
		want  edition.Freshness
	}{{time.Hour, edition.Fresh}, {48*time.Hour + time.Minute, edition.Aged}, {31 * 24 * time.Hour, edition.StaleTrust}} {
		p.now = signed.Add(test.later)
		if v := believesTruth(t, r, 2).Verdict; v.Fresh != test.want || v.Age != test.later {
			t.Errorf("after %v: got %s, %v, want %s", test.later, v.Fresh, v.Age, test.want)
		}
	}
}

func attackClock(t *testing.T) {
	const years = 5 * 365 * 24 * time.Hour
	p, _, second := twoEditions(t)
	signed := p.now
	for off, want := range map[time.Duration]edition.Freshness{-years: edition.ClockWrong, years: edition.StaleTrust, 0: edition.Fresh} {
		p.now = signed.Add(off)
		keep := reader.Memory(1 << 20)
		r := p.open(reader.Options{Keep: keep}, second.good(t))
		v := believesTruth(t, r, 2).Verdict // authentic content is shown by any clock
		if v.Fresh != want || !v.Authentic || !v.Whole || v.Unconfirmed != (want == edition.StaleTrust) {
			t.Errorf("%v: got %+v, want %s", off, v, want)
		}
		if want == edition.ClockWrong && v.Age != 0 {
			t.Errorf("an age of %v is told by a wrong clock", v.Age)
		}
		p.now = signed // once the clock is right again, so is the verdict
		if v := p.open(reader.Options{Keep: keep}, second.good(t)); believesTruth(t, v, 2).Verdict.Fresh != edition.Fresh {
			t.Errorf("%v, and then set right: got %+v", off, v.Verdict())
		}
	}
	// A clock may be called wrong before anything was seen: it is earlier than the program.
	r := p.open(reader.Options{NotBefore: signed.Add(time.Hour)}, second.good(t))
	if v := believesTruth(t, r, 2).Verdict; v.Fresh != edition.ClockWrong {
		t.Errorf("got %+v, want %s", v, edition.ClockWrong)
	}
}

// A stick with a year-old edition is all that somebody has. By whatever clock, it is never FRESH.
func attackStick(t *testing.T) {
	p, first, second := twoEditions(t)
	signed := p.now
	stick, err := reader.Folder(second.dir(t).Name())
	must(t, err)
	defer stick.Close()
	for _, test := range []struct {
		clock time.Duration // after it was signed
		want  edition.Freshness
	}{
		{0, edition.AgeUnknown}, {time.Hour, edition.AgeUnknown}, {47 * time.Hour, edition.AgeUnknown},
		{49 * time.Hour, edition.Aged}, {365 * 24 * time.Hour, edition.StaleTrust}, {-time.Hour, edition.ClockWrong},
	} {
		p.now = signed.Add(test.clock)
		keep := reader.Memory(1 << 20)
		for range 2 { // a second look at the same stick tells no more
			if v := believesTruth(t, p.open(reader.Options{Keep: keep}, stick), 2).Verdict; v.Fresh != test.want {
				t.Errorf("%v after it was signed: got %s, want %s", test.clock, v.Fresh, test.want)
			}
		}
		audit, err := reader.Verify(t.Context(), stick, p.masthead(), reader.VerifyOptions{Now: func() time.Time { return p.now }})
		if err != nil || audit.Fresh != test.want {
			t.Errorf("verify, %v after it was signed: got %s, %v, want %s", test.clock, audit.Fresh, err, test.want)
		}
	}
	// A mirror on a network that is behind vouches for as much as it has, and only while that is fresh.
	for age, want := range map[time.Duration]edition.Freshness{time.Hour: edition.Fresh, 47*time.Hour + 30*time.Minute: edition.AgeUnknown} {
		p.now = signed.Add(age) // the mirror's edition is an hour older
		r := p.open(reader.Options{Grace: 2 * time.Second}, stick, first.good(t))
		if v := believesTruth(t, r, 2).Verdict; v.Fresh != want {
			t.Errorf("beside an older mirror, after %v: got %s, want %s", age, v.Fresh, want)
		}
	}
	// A mirror on a network vouches, and what it said stays known where there is none.
	p.now = signed.Add(time.Hour)
	keep := reader.Memory(1 << 20)
	for _, sources := range [][]reader.Source{{stick, second.good(t)}, {stick}, {files{}.good(t)}} {
		if v := believesTruth(t, p.open(reader.Options{Keep: keep, Grace: 2 * time.Second}, sources...), 2).Verdict; v.Fresh != edition.Fresh {
			t.Errorf("got %+v, want %s", v, edition.Fresh)
		}
	}
}

// Dates in headers, times of files, and files that claim a time: none of them is looked at.
func attackOwnTime(t *testing.T) {
	p, _, second := twoEditions(t)
	dir := second.dir(t)
	for _, at := range []time.Time{p.now, p.now.Add(-5 * 365 * 24 * time.Hour), p.now.Add(5 * 365 * 24 * time.Hour)} {
		for name := range second {
			must(t, os.Chtimes(dir.Name()+"/"+name, at, at))
		}
		for _, name := range []string{"now", "time", "clock", "log/now"} {
			must(t, os.WriteFile(dir.Name()+"/"+name, []byte(at.Format(time.RFC3339)), 0o644))
		}
		signed := p.now
		for off, want := range map[time.Duration]edition.Freshness{
			time.Hour: edition.Fresh, 49 * time.Hour: edition.Aged, -time.Hour: edition.ClockWrong, 31 * 24 * time.Hour: edition.StaleTrust,
		} {
			p.now = signed.Add(off)
			s := serve(t, lab.LyingDates(mirror.Handler(dir), lab.Everything, at))
			if v := believesTruth(t, p.open(reader.Options{}, s), 2).Verdict; v.Fresh != want {
				t.Errorf("the mirror's time %v, the clock %v after it was signed: got %s, want %s", at, off, v.Fresh, want)
			}
			stick, err := reader.Folder(dir.Name())
			must(t, err)
			if v := believesTruth(t, p.open(reader.Options{}, stick), 2).Verdict; v.Fresh == edition.Fresh {
				t.Errorf("a stick of %v: got %s", at, v.Fresh)
			}
			stick.Close()
		}
		p.now = signed
	}
}
