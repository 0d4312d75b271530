package mirror

import (
	"context"
	"time"
)

// Repeat calls f at once and then, until the context ends, each time that a pause is over: every, and up to a tenth of
// it more or less, as jitter says, which returns a number from 0 up to n. So a thousand mirrors that were started by one
// power cut don't ask their source all at once.
func Repeat(ctx context.Context, every time.Duration, jitter func(n int64) int64, f func(context.Context)) {
	for {
		f(ctx)
		pause := every - every/10 + time.Duration(jitter(int64(every/5)+1))
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
