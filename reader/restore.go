package reader

import "coranto/edition"

// stateOldTrust is the trust under which `latest` was accepted, when newer trust that came since, without an edition,
// has replaced the log.
const stateOldTrust = "trust-of-latest"

// openKept opens the `latest` that is kept. Where the log was replaced and nothing of the new one has come yet, that is
// of the old one: it stands if the new policy says so.
func (r *Reader) openKept(latest []byte) (edition.Head, error) {
	head, err := r.trust.Policy().OpenLatest(latest)
	if err == nil {
		return head, nil
	}
	b, ok := r.state.get(stateOldTrust)
	if !ok {
		return head, err
	}
	old, oldErr := edition.ImportTrust(b, r.masthead.Root)
	if oldErr != nil {
		return head, oldErr
	}
	if head, oldErr = old.Policy().OpenLatest(latest); oldErr == nil && stands(head, r.trust.Policy()) {
		return head, nil
	}
	return edition.Head{}, err
}

// keepOldTrust keeps the trust that a head was accepted under, if newer trust opens it no longer.
func (r *Reader) keepOldTrust(head edition.Head, old, next edition.Trust) {
	if head.Size > 0 && head.Origin == old.Policy().Origin() && head.Origin != next.Policy().Origin() {
		r.state.put(stateOldTrust, old.Export())
	}
}
