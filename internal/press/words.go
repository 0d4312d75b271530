package press

import (
	"fmt"
	"time"
)

// stopWords say why the press stopped, and what to do.
var stopWords = map[string]string{
	KindFork: "an edition was found that is signed in this newsroom's name and that it did not make: the folder was " +
		"restored from an older copy, or a key is stolen. Nothing is published any more. See docs/running.md, \"fork\"",
	KindLost: "the newsroom's own target has lost its edition: its disk is not there, or somebody emptied it. Nothing " +
		"is published any more. Bring the disk back; otherwise coranto recover --from MIRROR or coranto publish --again makes it anew",
	KindKeys: "the newsroom's keys or its trust can't be read, so nothing can be signed. Bring keys/ and trust/ back " +
		"from your copy; what is lost, coranto recover replaces with the root keys",
}

// moment writes a time for people.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// span writes a duration for people, in its largest unit.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 0:
		return "-" + span(-d)
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/day)
}
