package foreign_test

import (
	"strings"
	"testing"
	"time"

	"coranto/internal/importer/foreign"
)

func TestDates(t *testing.T) {
	t.Parallel()
	vilnius, err := time.LoadLocation("Europe/Vilnius")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, want, note string }{
		{"2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", ""},
		{" 2026-11-22T10:00:00.123+03:00 ", "2026-11-22T07:00:00Z", ""},
		{"2026-11-22 10:00:00 +0300", "2026-11-22T07:00:00Z", ""},
		{"2026-11-22T10:00:00-0330", "2026-11-22T13:30:00Z", ""},
		{"2026-11-22 10:00:00 Europe/Vilnius", "2026-11-22T08:00:00Z", ""},
		{"Sun, 22 Nov 2026 10:00:00 GMT", "2026-11-22T10:00:00Z", ""},
		{"Sun, 22 Nov 2026 10:00 EST", "2026-11-22T15:00:00Z", ""},
		{"22-Nov-26 10:00:00 MSK", "2026-11-22T07:00:00Z", ""},
		{"3 Sept 98 10:00:00 +0200 (CEST)", "1998-09-03T08:00:00Z", ""},
		{"November 22, 2026 at 3:04 p.m. UTC", "2026-11-22T15:04:00Z", ""},
		{"Sun Nov 22 10:00:00 UTC 2026", "2026-11-22T10:00:00Z", ""},
		{"Sun Nov 22 2026 10:00:00 GMT+0300 (MSK)", "2026-11-22T07:00:00Z", ""},
		{"22.11.2026 10:00 UTC+3", "", "has the time zone"},
		{"22.11.2026 10:00 UTC+03:00", "2026-11-22T07:00:00Z", ""},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", ""},
		{"2026-11-22 10:00:00", "2026-11-22T08:00:00Z", "names no time zone: taken for Europe/Vilnius"},
		{"2026/7/2 1:00", "2026-07-01T22:00:00Z", "names no time zone: taken for Europe/Vilnius"},
		{"2026-11-22", "2026-11-21T22:00:00Z", "names no time of day: taken for midnight; names no time zone: taken for Europe/Vilnius"},
		{"2014-05", "2014-04-30T21:00:00Z", "names only a month: taken for its first day; names no time zone: taken for Europe/Vilnius"},
		{"2014", "2013-12-31T22:00:00Z", "names only a year: taken for its first day; names no time zone: taken for Europe/Vilnius"},
		{"2026-10-25 03:30:00", "2026-10-25T00:30:00Z", "is in an hour that Europe/Vilnius had twice, when clocks were put back: taken for the first; names no"},
		{"2026-10-25 04:00:00", "2026-10-25T02:00:00Z", "names no time zone: taken for Europe/Vilnius"},
		{"2026-03-29 03:30:00", "2026-03-29T01:30:00Z", "is in an hour that Europe/Vilnius left out when clocks were put forward; names no"},
		{"13/5/2014", "2014-05-12T21:00:00Z", "names no time of day"},
		{"5/13/2014", "2014-05-12T21:00:00Z", "names no time of day"},
		{"", "0001-01-01T00:00:00Z", ""},
		{"0000-00-00 00:00:00", "0001-01-01T00:00:00Z", ""},
		{"0000-00-00", "0001-01-01T00:00:00Z", ""},
		{"-0001-11-30T00:00:00+00:00", "0001-01-01T00:00:00Z", ""},
		{"5/6/2014", "", "which is the day and which the month"},
		{"yesterday", "", "can't be read"},
		{"2026-02-30", "", "not in the calendar"},
		{"2026-13-01", "", "can't be read"},
		{"2026-11-22 25:00", "", "can't be read"},
		{"2026-11/22", "", "can't be read"},
		{"1405-09-01 10:00:00", "", "the year 1405"},
		{"22 Mardi 2026", "", "can't be read"},
		{"Sun, 22 Nov 2026 10:00:00 IST", "", `the time zone "IST", which is not known`},
		{"2026-11-22 10:00:00 ../../etc/passwd", "", "which is not known"},
		{"2026-11-22T10:00:00+99:00", "", "no time zone that exists"},
		{"2026-11-22 13:00 PM UTC", "", "can't be read"},
	} {
		got, note, err := foreign.Dates{Zone: vilnius}.Parse(c.in)
		switch {
		case c.want == "":
			if err == nil || !strings.Contains(err.Error(), c.note) {
				t.Errorf("%q: got %s, %v; want an error that has %q", c.in, got, err, c.note)
			}
		case err != nil || got.Format(time.RFC3339Nano) != c.want || !strings.Contains(note, c.note) || (c.note == "") != (note == ""):
			t.Errorf("%q: got %s, %q, %v; want %s, %q", c.in, got.Format(time.RFC3339Nano), note, err, c.want, c.note)
		}
	}
	got, note, err := foreign.Dates{}.Parse("2026-11-22 10:00")
	if want := "2026-11-22 10:00:00 +0000 UTC"; got.String() != want || !strings.Contains(note, "taken for UTC") || err != nil {
		t.Errorf("without a zone: got %s, %q, %v", got, note, err)
	}
}

func FuzzDates(f *testing.F) {
	for _, s := range []string{"2026-11-22T10:00:00Z", "Sun, 22 Nov 2026 10:00 EST", "5/13/2014 1:02 pm", "2014-05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, _, err := foreign.Dates{}.Parse(s)
		if err == nil && !got.IsZero() && (got.Year() < 1599 || got.Year() > 2401) {
			t.Errorf("%q is %s", s, got)
		}
	})
}
