package reader

import "coranto/edition"

// What follows is for who carries a whole edition on, as a mirror does that keeps itself.

// Trust returns the trust as far as the reader has followed it, with the files that it rests on; it has no policy
// before the first Refresh.
func (r *Reader) Trust() edition.Trust {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trust
}

// StateOf says what an error of fetching or verifying makes of the mirror that it came from.
func StateOf(err error) State { return stateOf(err) }

// Dropped says whether a mirror in this state has lied and is not asked any more.
func (s State) Dropped() bool { return s.dropped() }
