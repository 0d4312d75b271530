package cosign

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// few is the number of files that may always change or go: a share of a small edition is less than one story.
const few = 20

// Limits approve of an edition where no person does. What is beyond them waits for one.
type Limits struct {
	// Going and Changing are the shares, in percent, of the files of the edition before that may go, or change.
	Going, Changing int
	// Anew lets an edition through of which everything is new: the first of a log, or one that can't be compared.
	Anew bool
	// Identity lets the languages and the mirrors that readers are told of change: a thief would name mirrors.
	Identity bool
}

// DefaultLimits let a day's news through, and stop a thief who takes the archive away or puts words into all of it.
func DefaultLimits() Limits { return Limits{Going: 2, Changing: 30} }

// Approve says what is beyond the limits.
func (l Limits) Approve(_ context.Context, c Change) error {
	if c.Before == nil {
		if !l.Anew {
			return errors.New("this is the first edition of its log: a person must look at it")
		}
		return nil
	}
	if c.Blind && !l.Anew {
		return errors.New("the edition before is no longer there to compare with: a person must look at it")
	}
	var errs []error
	for _, share := range []struct {
		what       string
		n, percent int
	}{{"go", len(c.Going), l.Going}, {"change", len(c.Changing), l.Changing}} {
		if share.n > few && uint64(share.n)*100 > uint64(share.percent)*c.Before.Files {
			errs = append(errs, fmt.Errorf("%d of %d files %s, and %d %% may", share.n, c.Before.Files, share.what, share.percent))
		}
	}
	if !l.Identity && !slices.Equal(c.Before.Languages, c.After.Languages) {
		errs = append(errs, errors.New("the languages change"))
	}
	if !l.Identity && !slices.Equal(c.Before.Mirrors, c.After.Mirrors) {
		errs = append(errs, errors.New("the mirrors that readers are told of change"))
	}
	return errors.Join(errs...)
}
