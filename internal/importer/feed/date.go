package feed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The years that a date may be of. Others are of another calendar, as 1405 and 2569 are for 2026.
const minYear, maxYear = 1600, 2400

// All are read only.
var (
	// slashed finds a date of numbers of which nobody knows for certain which is the day and which the month.
	slashed = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b`)
	// zoned finds a time zone in a date, zoneName one at its end that is a name.
	zoned    = regexp.MustCompile(`(?i)(\dZ|[+-]\d{1,2}(:?\d\d)*|\b(UTC?|GMT))\s*(\([^)]*\)|\d{4})?$`)
	zoneName = regexp.MustCompile(`\s([A-Z]{2,5})$`)
)

// parserZones are the names of time zones that the parser knows the same on every machine.
const parserZones = " UT UTC GMT EST EDT CST CDT MST MDT PST PDT BST WET WEST CET CEST EET EEST AM PM "

// xmlDate returns a date that the parser read, unless it had to guess. Then it is an error, so that the item is refused
// and not put under a wrong day for ever. A time without a zone is taken for UTC, with a note.
func (it *item) xmlDate(text string, t *time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if t == nil || t.IsZero() || text == "" {
		return time.Time{}, unread(text)
	}
	if m := slashed.FindStringSubmatch(text); m != nil && m[1] != m[2] {
		first, _ := strconv.Atoi(m[1]) // digits
		second, _ := strconv.Atoi(m[2])
		if first <= 12 && second <= 12 {
			return time.Time{}, fmt.Errorf("date %.60q: which is the day and which the month? (hint: 2026-11-22T10:00:00Z tells)", text)
		}
	}
	name := zoneName.FindStringSubmatch(text)
	switch {
	case !strings.Contains(text, ":"): // a day
	case name != nil && !strings.Contains(parserZones, " "+name[1]+" "):
		return moscow(text, name[1])
	case !zoned.MatchString(text) && (name == nil || name[1] == "AM" || name[1] == "PM"):
		it.notes = append(it.notes, fmt.Sprintf("date %.60q names no time zone: taken for UTC", text))
	}
	return *t, nil
}

// unread returns an error for a date that can't be read; nil where there is none.
func unread(text string) error {
	if text == "" {
		return nil
	}
	return fmt.Errorf("date %.60q can't be read (hint: write it as 2026-11-22T10:00:00Z)", text)
}

// moscow reads a date in Moscow's time, which Russian software writes and which the parser takes for UTC, or for
// Moscow's on a machine there. Other names of zones are an error.
func moscow(text, zone string) (time.Time, error) {
	if zone == "MSK" {
		for _, layout := range []string{"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "2006-01-02 15:04:05 -0700"} {
			if t, err := time.Parse(layout, strings.TrimSuffix(text, zone)+"+0300"); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("date %.60q: the time zone %s is not known (hint: write it as +0300)", text, zone)
}

// jsonDate reads a date as RFC 3339 writes it, or without the colon in its zone, as PHP does.
func jsonDate(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, unread(text)
}

// times returns when the item came out and when it last changed, the latter zero where it didn't.
func (it item) times() (published, updated time.Time, err error) {
	published, updated = it.published, it.updated
	if published.IsZero() {
		published = updated
	}
	if published.IsZero() {
		if it.dateFault != nil {
			return published, updated, it.dateFault
		}
		return published, updated, fmt.Errorf("no date: an article's address begins with the day that it came out")
	}
	if y := published.Year(); y < minYear || y > maxYear {
		return published, updated, fmt.Errorf("the year %d is not of the Gregorian calendar, or far away", y)
	}
	published, updated = published.UTC().Truncate(time.Second), updated.UTC().Truncate(time.Second)
	if !updated.After(published) || updated.Year() > maxYear {
		updated = time.Time{}
	}
	return published, updated, nil
}
