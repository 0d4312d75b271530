package press

import "time"

// A failure is something that has failed and is tried again, ever more rarely. The zero one has not failed.
type failure struct {
	since time.Time // of the first failure in a row
	times int
	err   string
	next  time.Time
}

// failed notes one more failure, and when to try again: after first, which doubles up to most, and a fifth more or less.
func (f *failure) failed(now time.Time, err string, first, most time.Duration, jitter func(int64) int64) {
	if f.times == 0 {
		f.since = now
	}
	pause := first
	for i := 0; i < f.times && pause < most; i++ {
		pause *= 2
	}
	pause = min(pause, most)
	f.times++
	f.err = err
	f.next = now.Add(pause - pause/5 + time.Duration(jitter(int64(2*pause/5)+1)))
}

// lasting returns how long it has failed; 0 when it has not.
func (f failure) lasting(now time.Time) time.Duration {
	if f.times == 0 {
		return 0
	}
	return now.Sub(f.since)
}
