package lab

import "time"

// A Clock is the lab's time, which may run faster than the day's: at Clock(10) a second of the lab takes a tenth of one.
// The zero Clock and Clock(1) are the day's own time. Only waiting is made shorter; work takes as long as it takes, so
// figures of a fast clock are a little too large, never too small.
type Clock float64

// Real returns how long a time of the lab takes.
func (c Clock) Real(lab time.Duration) time.Duration {
	if c <= 0 {
		return lab
	}
	return time.Duration(float64(lab) / float64(c))
}

// Lab returns how much of the lab's time passes meanwhile.
func (c Clock) Lab(real time.Duration) time.Duration {
	if c <= 0 {
		return real
	}
	return time.Duration(float64(real) * float64(c))
}
