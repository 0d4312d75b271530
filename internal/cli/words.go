package cli

import (
	"cmp"
	"fmt"
	"time"
)

// plural writes a number of things for people: "1 story", "2 stories".
func plural[N int | int64 | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// orElse returns the first of the two that says something.
func orElse(s, other string) string { return cmp.Or(s, other) }

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return plural(n, "byte", "bytes")
}

// age writes a duration for people, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour) // 2 at least
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "NO"
}
