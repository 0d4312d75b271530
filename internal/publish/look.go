package publish

import (
	"context"
	"fmt"

	"coranto/edition"
)

// Look asks a mirror of this newsroom, kept by anybody, for its head. It returns what fetch does when that can't be had,
// an *edition.InvalidError when the policy does not accept it, and a ForkError when it is signed and not one that this
// newsroom made. An older head is good: mirrors follow as they can.
func (p *Publisher) Look(ctx context.Context, name string, fetch edition.Fetch) (edition.Head, error) {
	p.defaults()
	b, err := fetch(ctx, edition.LatestPath, edition.MaxLatest)
	if err != nil {
		return edition.Head{}, err
	}
	theirs, err := p.Keys.Policy().OpenLatest(b)
	if policy, behind := p.Keys.Behind(ctx, fetch); behind {
		if head, err := policy.OpenLatest(b); err == nil {
			theirs = head
		}
		return theirs, &ForkError{Where: fmt.Sprintf("mirror %q", name), Theirs: theirs.Manifest.Edition, Reason: restored}
	}
	if err != nil {
		return edition.Head{}, err
	}
	last, err := p.Store.Head(ctx) // after the fetch: what a mirror has by then was sealed before
	if err != nil {
		return edition.Head{}, err
	}
	signed, err := edition.OpenHead(theirs.Note, p.Keys.Policy().Keys()...)
	if err != nil {
		return edition.Head{}, err
	}
	return theirs, p.checkHead(ctx, fmt.Sprintf("mirror %q", name), signed, last, fetch)
}
