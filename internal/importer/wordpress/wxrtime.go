package wordpress

import (
	"fmt"
	"time"
)

// clock counts how far a post's local time was ahead of UTC.
func (s *site) clock(local, gmt string) {
	l, lok := wordpressTime(local, time.UTC)
	g, gok := wordpressTime(gmt, time.UTC)
	if ahead := l.Sub(g); lok && gok && ahead.Abs() <= 15*time.Hour && ahead%(15*time.Minute) == 0 {
		s.ahead[ahead]++
	}
}

// settle chooses the zone of times that have none, once all posts were seen: the one that most posts were written in.
func (s *site) settle() {
	most, all := time.Duration(0), 0
	for ahead, n := range s.ahead {
		all += n
		if n > s.ahead[most] || n == s.ahead[most] && ahead < most {
			most = ahead
		}
	}
	switch {
	case s.zone != nil:
		s.zoneNote = "its time has no zone: taken as " + s.zone.String()
	case all == 0:
		s.zone = time.UTC
		s.zoneNote = "its time has no zone, and no post of the export says which: taken as UTC (hint: say which with --timezone)"
	default:
		s.zone = time.FixedZone(offsetName(most), int(most.Seconds()))
		s.zoneNote = fmt.Sprintf("its time has no zone: taken as %s, as %d of the %d posts that say it", s.zone, s.ahead[most], all)
	}
}

// offsetName returns the name of a zone by its offset: UTC+03:30.
func offsetName(ahead time.Duration) string {
	sign := '+'
	if ahead < 0 {
		sign = '-'
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, int(ahead.Abs().Hours()), int(ahead.Abs().Minutes())%60)
}

// when returns the time of a post or a comment by what an export has of it, zero where it has nothing, and a note where
// something was assumed. WordPress writes 0000-00-00 for no time.
func (s *site) when(gmt, local, pub string) (t time.Time, note string) {
	if t, ok := wordpressTime(gmt, time.UTC); ok {
		return t, ""
	}
	if t, ok := wordpressTime(local, s.zone); ok {
		return t.UTC(), s.zoneNote
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(layout, pub); err == nil && t.Year() > 0 {
			return t.UTC().Truncate(time.Second), ""
		}
	}
	return time.Time{}, ""
}

// wordpressTime reads a time as WordPress writes it.
func wordpressTime(s string, zone *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateTime, s, zone)
	return t, err == nil && t.Year() > 0
}
