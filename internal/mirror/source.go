package mirror

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"coranto/edition"
	"coranto/reader"
)

// How often one thing is asked of one source whose line breaks, and how long the longest pause between is, in pauses.
const (
	tries        = 12
	longestPause = 32
)

// A source is a mirror to pull from, and what was met there. Reader asks through its Fetch too.
type source struct {
	reader.Source
	pause   time.Duration // after the first failure; then twice as long, and so on
	shunned bool          // it lied in an earlier pull, and is asked only where no other is left
	before  string        // what it did then

	mu       sync.Mutex // guards what follows
	bytes    int64
	busy     int  // fetches under way
	failures int  // in a row
	whole    bool // gives whole files alone
	state    reader.State
	detail   string
}

// Fetch fetches a small file, and asks again when the line breaks.
func (s *source) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	for try := 0; ; try++ {
		b, err := s.Source.Fetch(ctx, path, max)
		s.came(len(b))
		if err == nil || !broken(err) || try == tries/2 || try == 2 && unreachable(err) || ctx.Err() != nil {
			return b, err
		}
		if err := s.wait(ctx, try); err != nil {
			return nil, err
		}
	}
}

// broken says whether an error is that of a line or a server that may be better at once.
func broken(err error) bool {
	var status *reader.StatusError
	if errors.As(err, &status) {
		return status.Code >= http.StatusInternalServerError || status.Code == http.StatusTooManyRequests
	}
	return reader.StateOf(err) == reader.Blocked
}

// unreachable says whether an error is that no connection came about at all: waiting seldom helps then.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// wait pauses after a failed try, counted from 0.
func (s *source) wait(ctx context.Context, try int) error {
	timer := time.NewTimer(s.pause * time.Duration(min(1<<min(try, 16), longestPause)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// part asks once for the bytes of an object from one offset up to another. Size is that of the object, or its limit.
func (s *source) part(ctx context.Context, path string, from, to, size int64) (b []byte, err error) {
	s.mu.Lock()
	s.busy++
	s.mu.Unlock()
	if r, ok := s.Source.(reader.Ranger); ok {
		b, err = r.FetchRange(ctx, path, from, to, size)
	} else {
		b, err = s.Source.Fetch(ctx, path, size)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.bytes += int64(len(b))
	if len(b) > 0 && err == nil {
		s.failures = 0
	}
	return b, err
}

func (s *source) came(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += int64(n)
}

// ranges says whether the source gives parts of files, as far as is known.
func (s *source) ranges() bool {
	_, ok := s.Source.(reader.Ranger)
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && !s.whole
}

// wholeOnly notes that the source gives whole files alone.
func (s *source) wholeOnly() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole = true
}

// blame notes what an error makes of the source. One that lied stays a liar, whatever it does next.
func (s *source) blame(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures++
	if !s.state.Dropped() {
		s.state, s.detail = reader.StateOf(err), err.Error()
	}
}

// meet takes over what a reader met at the source.
func (s *source) meet(m reader.MirrorReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Dropped() {
		return
	}
	s.state, s.detail, s.failures = m.State, m.Detail, 0
	if m.State != reader.Good {
		s.failures = restAfter
	}
}

// dropped says whether the source lied and is asked no more.
func (s *source) dropped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Dropped()
}

// restAfter is the number of failures in a row after which a source is asked only where no other is left.
const restAfter = 3

// rank orders sources: the lower, the sooner it is asked.
func (s *source) rank() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	rank := s.busy
	if s.failures >= restAfter {
		rank += 1000
	}
	return rank + 10_000*s.behind()
}

// behind is 1 for a source that is asked only where no other is left, and 0 for the others.
func (s *source) behind() int {
	if s.shunned {
		return 1
	}
	return 0
}

func (s *source) report() SourceReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := SourceReport{Source: s.Name(), State: s.state, Detail: s.detail, Bytes: s.bytes}
	if s.shunned && !s.state.Dropped() {
		r.State, r.Detail = reader.Shunned, s.before
	}
	return r
}

// sources are all mirrors to pull from.
type sources []*source

// anySound says whether any source offers an edition that proves to be the one that was accepted, or an older one.
func (all sources) anySound() bool {
	return slices.ContainsFunc(all, func(s *source) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.state == reader.Good || s.state == reader.Old
	})
}

// named returns the source of a name, or nil.
func (all sources) named(name string) *source {
	for _, s := range all {
		if s.Name() == name {
			return s
		}
	}
	return nil
}

// live returns those that have not lied, the best first.
func (all sources) live() sources {
	live := slices.DeleteFunc(slices.Clone(all), (*source).dropped)
	slices.SortStableFunc(live, func(a, b *source) int { return a.rank() - b.rank() })
	return live
}

// missing says that an error is the lack of something at sources that are otherwise not to blame, so that newer heads
// are to be asked for: an edition may have been taken down while it was pulled.
func missing(err error) bool {
	return errors.Is(err, reader.ErrNoMirror) || errors.Is(err, fs.ErrNotExist)
}

// A prover checks something with what fetch gives it.
type prover func(fetch edition.Fetch) error

// prove runs a prover on what stands here and, for the rest, on one source after another; then on sources alone, since
// what stands here may be damaged. A source that alone does not prove has lied.
func (p *pull) prove(ctx context.Context, check prover) error {
	errs := []error{reader.ErrNoMirror}
	for _, local := range []bool{true, false} {
		for _, s := range p.sources.live() {
			err := check(func(ctx context.Context, path string, max int64) ([]byte, error) {
				if local {
					if b, err := p.opt.To.Get(ctx, path, max); err == nil {
						return b, nil
					}
				}
				return s.Fetch(ctx, path, max)
			})
			if err == nil || ctx.Err() != nil {
				return err
			}
			if !local {
				s.blame(err)
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}
