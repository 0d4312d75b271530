package foreign

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The years that a date may be of. Others are of another calendar, as 1405 and 2569 are for 2026.
const minYear, maxYear = 1600, 2400

// Dates reads dates as other software writes them.
type Dates struct {
	// Zone is what a date is taken for that names no time zone; nil is UTC.
	Zone *time.Location
}

// dated finds the parts of a date of numbers: a year, perhaps a month, a day, a time of day, and what stands behind it. It
// is read only, as are the others.
var dated = regexp.MustCompile(`^(\d{4})(?:([-/.])(\d{1,2})(?:([-/.])(\d{1,2})(?:(?:T|t|\s+|,\s*)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(.*))?)?)?$`)

// worded finds the parts of a date in English words: Sat, 22 Nov 2026 10:00:00 +0300, and November 22, 2026.
var (
	worded    = regexp.MustCompile(`^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[\s-]([A-Za-z]{3,9})\.?[\s-](\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*))?$`)
	wordFirst = regexp.MustCompile(`^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*))?$`)
	// unix finds a date as Unix writes it: Sun Nov 22 10:00:00 UTC 2026.
	unix = regexp.MustCompile(`^[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+([A-Z]{1,5}\s+)?(\d{4})$`)
	// short finds a date of numbers of which nobody knows for certain which is the day.
	short  = regexp.MustCompile(`^(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*))?$`)
	offset = regexp.MustCompile(`^([+-])(\d{2}):?(\d{2})?$`)
	half   = regexp.MustCompile(`(?i)^([ap])\.?m\.?\s*`)
)

// Parse reads a date. Its note says what had to be assumed: a time zone, a day, which of two hours with one name; it is
// empty where nothing was. The zero time without an error is a date that software writes for none: "", or
// 0000-00-00 00:00:00. What can be read in two ways is an error, so that nothing is put under a wrong day for ever.
func (d Dates) Parse(text string) (t time.Time, note string, err error) {
	text = strings.TrimSpace(text)
	if none(text) {
		return time.Time{}, "", nil
	}
	p, err := split(text)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("date %.60q %w", text, err)
	}
	t, notes, err := d.time(p)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("date %.60q %w", text, err)
	}
	if len(notes) > 0 {
		note = fmt.Sprintf("date %.60q %s", text, strings.Join(notes, "; "))
	}
	return t, note, nil
}

// none says whether a text stands for no date.
func none(text string) bool {
	return strings.Trim(text, "0-: TZ") == "" || strings.HasPrefix(text, "-0001-11-30")
}

var errUnread = errors.New("can't be read (hint: write it as 2026-11-22T10:00:00Z)")

// The parts of a date. Those that are missing are -1.
type parts struct {
	year, month, day, hour, minute, second int
	// zone is what stands behind the time.
	zone string
}

// split takes a date apart by its form.
func split(text string) (parts, error) {
	if m := dated.FindStringSubmatch(text); m != nil && (m[4] == "" || m[2] == m[4]) {
		return numbers(m[1], m[3], m[5], m[6:])
	}
	if m := worded.FindStringSubmatch(text); m != nil {
		return named(m[3], m[2], m[1], m[4:])
	}
	if m := wordFirst.FindStringSubmatch(text); m != nil {
		return named(m[3], m[1], m[2], m[4:])
	}
	if m := unix.FindStringSubmatch(text); m != nil {
		return named(m[7], m[1], m[2], m[3:7])
	}
	m := short.FindStringSubmatch(text)
	if m == nil {
		return parts{}, errUnread
	}
	first, second := number(m[1]), number(m[3])
	switch {
	case m[2] == "." || first > 12 || first == second: // points stand where the day comes first
		return numbers(m[4], m[3], m[1], m[5:])
	case second > 12:
		return numbers(m[4], m[1], m[3], m[5:])
	}
	return parts{}, errors.New("may be of two days: which is the day and which the month? (hint: 2026-11-22 tells)")
}

// named makes parts of a date whose month is an English word.
func named(year, month, day string, clock []string) (parts, error) {
	i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(month[:3]))
	if i < 0 || i%3 != 0 || !strings.HasPrefix(strings.ToLower(time.Month(i/3+1).String())+"t", strings.ToLower(month)[:min(4, len(month))]) {
		return parts{}, errUnread
	}
	if len(year) == 2 { // RFC 2822, section 4.3
		century := "20"
		if year >= "50" {
			century = "19"
		}
		year = century + year
	}
	return numbers(year, strconv.Itoa(i/3+1), day, clock)
}

// numbers makes parts of a year, a month, a day, and of hour, minute, second and zone.
func numbers(year, month, day string, clock []string) (parts, error) {
	p := parts{number(year), number(month), number(day), number(clock[0]), number(clock[1]), number(clock[2]), clock[3]}
	if m := half.FindStringSubmatch(p.zone); m != nil {
		if p.hour < 1 || p.hour > 12 {
			return p, errUnread
		}
		p.zone, p.hour = p.zone[len(m[0]):], p.hour%12
		if strings.EqualFold(m[1], "p") {
			p.hour += 12
		}
	}
	second := p.second
	if second == 60 { // a leap second
		p.second = 59
	}
	switch {
	case p.year < minYear || p.year > maxYear:
		return p, fmt.Errorf("has the year %d, which is not of the Gregorian calendar, or far away", p.year)
	case p.month == 0 || p.month > 12 || p.day == 0 || p.day > 31 || p.hour > 23 || p.minute > 59 || second > 60:
		return p, errUnread
	case p.day > 0 && time.Date(p.year, time.Month(p.month), p.day, 0, 0, 0, 0, time.UTC).Day() != p.day:
		return p, errors.New("has a day that is not in the calendar")
	}
	return p, nil
}

// number reads a few digits; -1 where there are none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// time makes a time of the parts of a date, in UTC, and says what was assumed.
func (d Dates) time(p parts) (t time.Time, notes []string, err error) {
	zone, err := location(p.zone)
	if err != nil {
		return t, nil, err
	}
	assumed := zone == nil
	if assumed {
		zone = cmp.Or(d.Zone, time.UTC)
	}
	switch {
	case p.month < 0:
		notes = append(notes, "names only a year: taken for its first day")
	case p.day < 0:
		notes = append(notes, "names only a month: taken for its first day")
	case p.hour < 0:
		notes = append(notes, "names no time of day: taken for midnight")
	}
	t, note := local(p, zone)
	if note != "" {
		notes = append(notes, note)
	}
	if assumed {
		notes = append(notes, "names no time zone: taken for "+zone.String())
	}
	return t.UTC(), notes, nil
}

// local returns the moment at which clocks in a zone show what the parts say, and a note where they do so twice, or never.
func local(p parts, zone *time.Location) (time.Time, string) {
	at := func(zone *time.Location) time.Time {
		return time.Date(p.year, time.Month(max(p.month, 1)), max(p.day, 1), max(p.hour, 0), max(p.minute, 0), max(p.second, 0), 0, zone)
	}
	t, wall := at(zone), at(time.UTC)
	shown := func(t time.Time) bool { return t.In(zone).Format(time.DateTime) == wall.Format(time.DateTime) }
	if !shown(t) {
		return t, fmt.Sprintf("is in an hour that %s left out when clocks were put forward", zone)
	}
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, seconds := t.Add(near).Zone()
		if other := wall.Add(-time.Duration(seconds) * time.Second); !other.Equal(t) && shown(other) {
			if other.Before(t) {
				t = other.In(zone)
			}
			return t, fmt.Sprintf("is in an hour that %s had twice, when clocks were put back: taken for the first", zone)
		}
	}
	return t, ""
}

// abbreviations are names of time zones in hours from UTC: those of RFC 2822, and those of Europe that mean one zone only.
const abbreviations = "Z+0 UT+0 UTC+0 GMT+0 EST-5 EDT-4 CST-6 CDT-5 MST-7 MDT-6 PST-8 PDT-7 WET+0 WEST+1 CET+1 CEST+2 EET+2 EEST+3 MSK+3"

// location reads a time zone: an offset, a name, or one of IANA's. Nil is none at all.
func location(zone string) (*time.Location, error) {
	zone, comment, _ := strings.Cut(strings.TrimSpace(zone), "(")
	if zone = strings.TrimSpace(zone); zone == "" {
		zone = strings.TrimSuffix(comment, ")")
	}
	if zone == "" {
		return nil, nil
	}
	for _, prefix := range []string{"UTC", "GMT"} {
		if rest := strings.TrimPrefix(zone, prefix); offset.MatchString(rest) {
			zone = rest
		}
	}
	if m := offset.FindStringSubmatch(zone); m != nil {
		seconds := number(m[2])*3600 + max(number(m[3]), 0)*60
		if seconds > 15*3600 {
			return nil, fmt.Errorf("has no time zone that exists: %s", zone)
		}
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(zone, seconds), nil
	}
	for a := range strings.FieldsSeq(abbreviations) {
		if i := strings.IndexAny(a, "+-"); strings.EqualFold(a[:i], zone) {
			return time.FixedZone(zone, number(a[i:])*3600), nil
		}
	}
	if strings.Contains(zone, "/") {
		if l, err := time.LoadLocation(zone); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("has the time zone %.40q, which is not known (hint: write it as +0300)", zone)
}
