package edition

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/tlog"
)

// timestampSize is the size of the time before a cosignature's signature, in bytes.
const timestampSize = 8

// maxSigned is the last second of the year 9999: the latest time that anybody may have signed.
const maxSigned = 253402300799

// A SignedCheckpoint is a log's head that a policy accepts: signed by the log, co-signed by the newsroom and by the
// policy's quorum.
type SignedCheckpoint struct {
	Checkpoint
	// Note is the signed note, as it stands at CheckpointPath.
	Note []byte
	// AsOf is when the head was the newest, on the word of the policy's quorum: the newest time that a quorum of
	// witnesses reached by signing then or later; without a quorum, the time of the newsroom's own cosignature. A
	// single witness with a wrong clock moves it no further than the quorum's rule lets it.
	AsOf time.Time
	// Witnessed is the number of the policy's witnesses that have co-signed.
	Witnessed int
	// Word says whose word AsOf is: "the newsroom's word only" or "witnessed by 3".
	Word string
	// Keys are the verifier keys of the policy under which the note was opened: the log's, the newsroom's cosigner's,
	// the witnesses'.
	Keys []string
}

// logKey returns the verifier key of the log, or "" for a head that was not opened under a policy.
func (c SignedCheckpoint) logKey() string {
	if len(c.Keys) == 0 {
		return ""
	}
	return c.Keys[0]
}

// A Head is what `latest` says: the newest edition of a log, proved.
type Head struct {
	SignedCheckpoint
	// Manifest is the edition's, ManifestBytes its bytes and ManifestHash their SHA-256, the log's last record.
	Manifest      Manifest
	ManifestBytes []byte
	ManifestHash  Hash
}

// A FloorError says that a head is authentic and yet below what the policy accepts: it was withdrawn, or signed by a
// thief. It comes wrapped in an *InvalidError.
type FloorError struct {
	// What is "edition" or "purge epoch".
	What       string
	Got, Floor uint64
}

// Error returns what is below what.
func (e *FloorError) Error() string {
	return fmt.Sprintf("%s %d is below the policy's floor of %d", e.What, e.Got, e.Floor)
}

// OpenCheckpoint verifies the signed note at CheckpointPath. Its error is an *InvalidError.
func (p Policy) OpenCheckpoint(b []byte) (SignedCheckpoint, error) {
	c, err := p.openCheckpoint(b)
	if err != nil {
		return SignedCheckpoint{}, &InvalidError{"checkpoint", err}
	}
	return c, nil
}

func (p Policy) openCheckpoint(b []byte) (c SignedCheckpoint, err error) {
	verifiers, err := p.verifiers()
	if err != nil {
		return c, err
	}
	text, sigs, err := openNote(b, verifiers)
	if err != nil {
		return c, err
	}
	if c.Checkpoint, err = ParseCheckpoint([]byte(text)); err != nil {
		return c, err
	}
	switch {
	case c.Origin != p.Origin():
		return c, fmt.Errorf("log %q, want %q", c.Origin, p.Origin())
	case sigs[0] == nil:
		return c, errors.New("not signed by the log")
	case sigs[1] == nil:
		return c, errors.New("not co-signed by the newsroom")
	}
	c.Note, c.Keys = bytes.Clone(b), p.Keys()
	return c, p.vouch(&c, sigs[1:])
}

// vouch sets who vouched for a head and when, from the cosignatures of the newsroom and the witnesses, and refuses one
// without the policy's quorum.
func (p Policy) vouch(c *SignedCheckpoint, sigs [][]byte) error {
	times := make([]int64, len(sigs))
	for i, sig := range sigs {
		if sig == nil {
			continue
		}
		t := binary.BigEndian.Uint64(sig[:timestampSize]) // verified: it has a time and a signature
		if t == 0 || t > maxSigned {
			return fmt.Errorf("co-signed at %d s, which is no time", t)
		}
		times[i] = int64(t)
		if i > 0 {
			c.Witnessed++
		}
	}
	own, witnesses := times[0], times[1:]
	if p.Quorum == NoQuorum {
		c.AsOf, c.Word = time.Unix(own, 0).UTC(), "the newsroom's word only"
		return nil
	}
	newest := slices.SortedFunc(slices.Values(witnesses), func(a, b int64) int { return cmp.Compare(b, a) })
	i := slices.IndexFunc(newest, func(t int64) bool { return t > 0 && p.satisfied(witnesses, t) })
	if i < 0 {
		return fmt.Errorf("co-signed by %d witnesses, which don't make the quorum %q", c.Witnessed, p.Quorum)
	}
	c.AsOf, c.Word = time.Unix(newest[i], 0).UTC(), fmt.Sprintf("witnessed by %d", c.Witnessed)
	return nil
}

// OpenLatest verifies `latest`: a C2SP tlog-proof in its one valid encoding, whose extra data is the manifest of the
// log's last edition. The error is an *InvalidError; it wraps a *FloorError where the head is authentic but withdrawn.
func (p Policy) OpenLatest(b []byte) (Head, error) {
	h, err := p.openLatest(b)
	if err != nil {
		return Head{}, &InvalidError{LatestPath, err}
	}
	return h, nil
}

func (p Policy) openLatest(b []byte) (h Head, err error) {
	if len(b) > MaxLatest {
		return h, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxLatest)
	}
	var tp proof.TLogProof
	if err := tp.Unmarshal(b); err != nil {
		return h, err
	}
	if !bytes.Equal(tp.Marshal(), b) {
		return h, errors.New("not in its one valid encoding")
	}
	if h.SignedCheckpoint, err = p.openCheckpoint(tp.Checkpoint); err != nil {
		return h, err
	}
	if tp.Index != uint64(h.Size-1) {
		return h, fmt.Errorf("index %d is not the last of %d", tp.Index, h.Size)
	}
	h.ManifestBytes, h.ManifestHash = tp.ExtraData, ManifestHash(tp.ExtraData)
	path := make(tlog.RecordProof, len(tp.Hashes))
	for i, hash := range tp.Hashes {
		path[i] = hash
	}
	// The extra data of a tlog-proof is not authenticated. This makes it so: it must be what the proven record hashes.
	if err := tlog.CheckRecord(path, h.Size, h.Hash, h.Size-1, tlog.RecordHash(h.ManifestHash[:])); err != nil {
		return h, err
	}
	if h.Manifest, err = ParseManifest(h.ManifestBytes); err != nil {
		return h, err
	}
	return h, p.checkFloors(h.Manifest)
}

func (p Policy) checkFloors(m Manifest) error {
	if m.Edition < p.EditionFloor {
		return &FloorError{"edition", m.Edition, p.EditionFloor}
	}
	if m.Epoch < p.EpochFloor {
		return &FloorError{"purge epoch", m.Epoch, p.EpochFloor}
	}
	return nil
}

// MakeLatest returns the bytes of `latest`: the manifest of a log's last edition, its index, its proof of inclusion
// and the log's signed note.
func MakeLatest(manifest []byte, index int64, path tlog.RecordProof, note []byte) []byte {
	tp := proof.TLogProof{Index: uint64(index), Checkpoint: note, ExtraData: manifest}
	for _, h := range path {
		tp.Hashes = append(tp.Hashes, h)
	}
	return tp.Marshal()
}
