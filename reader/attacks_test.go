package reader_test

import (
	"errors"
	"testing"

	"coranto/reader"
)

// An attack is one thing that somebody does to a reader through a real server on this machine. docs/attacks.md lists
// them all, with those whose tests stand elsewhere.
type attack struct {
	name string
	// broken is what would have to be missing from the reader for the attack to succeed, and the test to fail.
	broken string
	test   func(*testing.T)
}

func attacks() []attack {
	return []attack{
		{"rollback", "the floors of trust and of the log", attackRollback},
		{"freeze", "the age that a head may have", attackFreeze},
		{"fast-forward of the trust", "the range of versions, or floors that fall with their key", attackFastForwardTrust},
		{"fast-forward of the log", "the limit of a log's size, or a claim is believed", attackFastForwardLog},
		{"mix and match", "names of objects and of trust files that are their hashes", attackMixAndMatch},
		{"arbitrary software", "the hash of an object", attackArbitraryPage},
		{"wrong software", "the way from a path to its objects", attackWrongPage},
		{"endless data", "the limit of a file", attackEndless},
		{"slow data", "the pace that a file must keep", attackSlow},
		{"slow data delays nobody", "asking several mirrors at once", attackSlowBesideGood},
		{"preventing updates", "asking several mirrors, and going on with what is kept", attackWithholding},
		{"wrong key", "the masthead's root", attackWrongKey},
		{"threshold not met", "counting signatures", attackThreshold},
		{"doubled signature by one key", "counting keys, and not signatures", attackDoubledSignature},
		{"small-order key in a policy", "refusing keys under which anybody can sign", attackSmallOrderKey},
		{"missing intermediate root", "following each root", attackMissingRoot},
		{"10,000 root files", "the limit of roots in one refresh", attackManyRoots},
		{"revoked log key that signs on", "the policy that replaced it", attackRevokedKey},
		{"log replaced", "the log's key in the policy, and comparing heads", attackLogReplaced},
		{"log replaced by the newsroom", "holding on to what stands of the old log", attackNoEditionYet},
		{"witness disagreement", "comparing heads that are both co-signed", attackWitnesses},
		{"a fork that is smaller", "comparing heads with what was accepted before", attackSmallerFork},
		{"quorum minus one", "the policy's quorum", attackQuorum},
		{"clock five years off", "judging the clock by what was signed", attackClock},
		{"year-old stick at first contact", "AGE UNKNOWN", attackStick},
		{"a bundle that brings its own time", "taking the time from the device alone", attackOwnTime},
		{"latest before the objects", "proving objects before they are shown", attackHasty},
	}
}

func TestAttacks(t *testing.T) {
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.test(t)
			if t.Failed() {
				t.Logf("what may be broken: %s", a.broken)
			}
		})
	}
}

// believesNothing fails the test if a reader shows a page at all.
func believesNothing(t *testing.T, r *reader.Reader) {
	t.Helper()
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("refresh: got %v, want ErrNoMirror", err)
	}
	if p, err := r.Get(t.Context(), wanted); err == nil {
		t.Errorf("believed %.100q", p.Body)
	}
	if v := r.Verdict(); v.Authentic || v.Fresh != "" {
		t.Errorf("got %+v, want no verdict", v)
	}
}

// believesTruth refreshes and fails the test unless the wanted page is the newsroom's, of an edition.
func believesTruth(t *testing.T, r *reader.Reader, number uint64) reader.Report {
	t.Helper()
	rep := refresh(t, r)
	if rep.Verdict.Edition != number {
		t.Errorf("got edition %d, want %d: %+v", rep.Verdict.Edition, number, rep.Mirrors)
	}
	get(t, r, wanted, truth)
	return rep
}
