package edition

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxEvidence is the size of a file of evidence, which holds two notes.
const MaxEvidence = 192 << 10

// evidenceHeader begins a file of evidence; maxProof is more hashes than a proof in a log of MaxLogSize can have.
const (
	evidenceHeader = "coranto evidence 1\n"
	maxProof       = 64
)

// Evidence is two signed heads of one log of which neither extends the other (SPEC.md, "Evidence"): a fork, which
// nobody can make without the log's key. It holds all that is needed to check it, but for one thing: whether the key is
// the newsroom's, which the newsroom's trust says.
type Evidence struct {
	// Keys are the verifier keys whose signatures the notes bear: the log's (Ed25519) first, then those of cosigners
	// (C2SP cosignature/v1), each of which has signed at least one of the two.
	Keys []string
	// Old and New are the two heads; Old is the smaller, or, where their sizes are equal, the one of the lower root.
	Old, New SignedHead
	// Instead is the root of New's first Old.Size records, which is not Old's; Proof shows that New extends it
	// (tlog.CheckTree). Both are empty when the sizes are equal.
	Instead tlog.Hash
	Proof   tlog.TreeProof
}

// A SignedHead is a log's head with a note that bears the signature of the log's key. Who else must have signed it is
// for a policy to say (Policy.OpenCheckpoint).
type SignedHead struct {
	Checkpoint
	// Note is the signed note; its signatures stand in the order of the keys that it was opened with.
	Note []byte
	// Signers are the verifier keys that have signed, the log's first.
	Signers []string
}

// OpenHead reads a note that must be signed by the log's verifier key, which comes first among the keys; signatures by
// the others, cosigners', are kept when they are valid, and those of unknown keys are left out. Its error is an
// *InvalidError.
//
// It is for judging what a log's key has signed, never for believing it: see Policy.OpenCheckpoint.
func OpenHead(b []byte, keys ...string) (SignedHead, error) {
	h, err := openHead(b, keys)
	if err != nil {
		return SignedHead{}, &InvalidError{"head", err}
	}
	return h, nil
}

func openHead(b []byte, keys []string) (h SignedHead, err error) {
	if len(b) > MaxLatest {
		return h, fmt.Errorf("a note of %d bytes is over the limit of %d", len(b), MaxLatest)
	}
	verifiers, err := parseVerifiers(keys)
	if err != nil {
		return h, err
	}
	n, err := note.Open(b, note.VerifierList(verifiers...))
	if err != nil {
		return h, err
	}
	h.Note = []byte(n.Text + "\n")
	for i, v := range verifiers {
		raw := rawSignature(n, v)
		if raw == nil && i == 0 {
			return h, errors.New("not signed by the log")
		}
		if raw != nil {
			h.Note = fmt.Appendf(h.Note, "— %s %s\n", v.Name(), base64.StdEncoding.EncodeToString(raw))
			h.Signers = append(h.Signers, keys[i])
		}
	}
	h.Checkpoint, err = ParseCheckpoint([]byte(n.Text))
	if err == nil && h.Origin != verifiers[0].Name() {
		err = fmt.Errorf("log %q, want %q, whose key has signed", h.Origin, verifiers[0].Name())
	}
	return h, err
}

// parseVerifiers returns the verifiers of a log's key and of cosigners' keys, none of which may stand twice.
func parseVerifiers(keys []string) ([]note.Verifier, error) {
	if len(keys) == 0 || len(keys) > 2+maxWitnesses {
		return nil, fmt.Errorf("%d keys, want a log's and perhaps cosigners'", len(keys))
	}
	vs := make([]note.Verifier, len(keys))
	seen := map[string]bool{}
	for i, key := range keys {
		alg := byte(algCosignature)
		if i == 0 {
			alg = algEd25519
		}
		v, public, err := parseVerifier(key, alg)
		if err != nil {
			return nil, err
		}
		if seen[string(public)] {
			return nil, fmt.Errorf("the key of %q stands twice", v.Name())
		}
		vs[i], seen[string(public)] = v, true
	}
	return vs, nil
}

// CheckLogKey says whether a text is the verifier key of a log, and returns its name, the log's origin.
func CheckLogKey(vkey string) (origin string, err error) { return checkVerifier(vkey, algEd25519) }

// CheckCosignerKey says whether a text is the verifier key of a cosigner, and returns its name.
func CheckCosignerKey(vkey string) (name string, err error) {
	return checkVerifier(vkey, algCosignature)
}

func checkVerifier(vkey string, alg byte) (string, error) {
	v, _, err := parseVerifier(vkey, alg)
	if err != nil {
		return "", err
	}
	return v.Name(), nil
}

// NewEvidence returns the evidence of two notes of one log, neither of which extends the other. Keys are as OpenHead
// wants them; those that have signed neither are left out. Instead and proof are as in Evidence, for whichever is the
// larger, and not looked at when the sizes are equal. Its error is an *InvalidError when the notes prove nothing.
func NewEvidence(keys []string, a, b []byte, instead tlog.Hash, proof tlog.TreeProof) (Evidence, error) {
	e := Evidence{Instead: instead, Proof: proof}
	var err error
	if e.Old, err = OpenHead(a, keys...); err != nil {
		return Evidence{}, err
	}
	if e.New, err = OpenHead(b, keys...); err != nil {
		return Evidence{}, err
	}
	if e.New.Size < e.Old.Size || e.New.Size == e.Old.Size && bytes.Compare(e.New.Hash[:], e.Old.Hash[:]) < 0 {
		e.Old, e.New = e.New, e.Old
	}
	if e.Old.Size == e.New.Size {
		e.Instead, e.Proof = tlog.Hash{}, nil
	}
	for _, key := range keys {
		if e.signedBy(key) {
			e.Keys = append(e.Keys, key)
		}
	}
	return ParseEvidence(e.Marshal())
}

// Check says whether the two heads can't both be true: nil, or why they are no evidence. It does not look at the
// signatures, which ParseEvidence and NewEvidence verify.
func (e Evidence) Check() error {
	switch {
	case e.Old.Origin != e.New.Origin:
		return fmt.Errorf("heads of two logs, %q and %q", e.Old.Origin, e.New.Origin)
	case e.Old.Size > e.New.Size:
		return errors.New("the larger head comes first")
	case e.Old.Size == e.New.Size && bytes.Compare(e.Old.Hash[:], e.New.Hash[:]) >= 0:
		return errors.New("the heads are the same, or the lower root doesn't come first")
	case e.Old.Size == e.New.Size:
		return nil
	case e.Instead == e.Old.Hash:
		return errors.New("one head extends the other")
	}
	return tlog.CheckTree(e.Proof, e.New.Size, e.New.Hash, e.Old.Size, e.Instead)
}

// ID stands for the two heads, whoever else has signed them and when: the same fork has one ID. It is the SHA-256 of
// both texts.
func (e Evidence) ID() Hash { return Sum(append(e.Old.Text(), e.New.Text()...)) }

// Marshal returns the one encoding.
func (e Evidence) Marshal() []byte {
	b := []byte(evidenceHeader)
	for _, key := range e.Keys {
		b = fmt.Appendf(b, "key %s\n", key)
	}
	b = fmt.Appendf(b, "\n%s\n%s", e.Old.Note, e.New.Note)
	if e.Old.Size == e.New.Size {
		return b
	}
	b = fmt.Appendf(b, "\ninstead %s\n", base64.StdEncoding.EncodeToString(e.Instead[:]))
	for _, h := range e.Proof {
		b = fmt.Appendf(b, "proof %s\n", base64.StdEncoding.EncodeToString(h[:]))
	}
	return b
}

// ParseEvidence reads what Marshal writes, and nothing else, and verifies all of it: the signatures, that the heads are
// of one log, and that neither extends the other. Its error is an *InvalidError.
func ParseEvidence(b []byte) (Evidence, error) {
	if len(b) > MaxEvidence {
		return Evidence{}, invalid("evidence", "%d bytes are over the limit of %d", len(b), MaxEvidence)
	}
	e, err := parseEvidence(string(b))
	if err == nil {
		err = e.Check()
	}
	if err == nil && !bytes.Equal(e.Marshal(), b) {
		err = errors.New("not in its one valid encoding")
	}
	if err != nil {
		return Evidence{}, &InvalidError{"evidence", err}
	}
	return e, nil
}

// parseEvidence reads the blocks between empty lines: keys, then text and signatures of both notes, then the proof.
func parseEvidence(text string) (e Evidence, err error) {
	rest, ok := strings.CutPrefix(text, evidenceHeader)
	if !ok {
		return e, fmt.Errorf("it does not begin with %q", evidenceHeader)
	}
	blocks := strings.SplitN(rest, "\n\n", 7)
	if len(blocks) < 5 || len(blocks) > 6 {
		return e, fmt.Errorf("%d parts between empty lines, want keys, two notes of two parts each, and perhaps a proof", len(blocks))
	}
	for line := range strings.SplitSeq(blocks[0], "\n") {
		key, ok := strings.CutPrefix(line, "key ")
		if !ok || len(e.Keys) > 1+maxWitnesses {
			return e, fmt.Errorf("%.40q is no key of at most %d", line, 2+maxWitnesses)
		}
		e.Keys = append(e.Keys, key)
	}
	last := func(i int) string { // the last block ends the file with its newline
		if i == len(blocks)-1 {
			return blocks[i]
		}
		return blocks[i] + "\n"
	}
	if e.Old, err = openHead([]byte(blocks[1]+"\n\n"+last(2)), e.Keys); err != nil {
		return e, err
	}
	if e.New, err = openHead([]byte(blocks[3]+"\n\n"+last(4)), e.Keys); err != nil {
		return e, err
	}
	for _, key := range e.Keys { // none is there for show
		if !e.signedBy(key) {
			return e, fmt.Errorf("key %.100q has signed neither head", key)
		}
	}
	if len(blocks) == 5 {
		return e, nil
	}
	e.Instead, e.Proof, err = parseInstead(blocks[5])
	return e, err
}

// signedBy says whether a key has signed one of the notes.
func (e Evidence) signedBy(key string) bool {
	return slices.Contains(e.Old.Signers, key) || slices.Contains(e.New.Signers, key)
}

func parseInstead(block string) (root tlog.Hash, proof tlog.TreeProof, err error) {
	lines := strings.Split(strings.TrimSuffix(block, "\n"), "\n")
	if len(lines) > 1+maxProof {
		return root, nil, fmt.Errorf("%d hashes are too many for a proof", len(lines)-1)
	}
	for i, line := range lines {
		word := "proof "
		if i == 0 {
			word = "instead "
		}
		h, err := parseHashLine(line, word)
		if err != nil {
			return root, nil, err
		}
		if i == 0 {
			root = h
		} else {
			proof = append(proof, h)
		}
	}
	return root, proof, nil
}

func parseHashLine(line, word string) (h tlog.Hash, err error) {
	value, ok := strings.CutPrefix(line, word)
	b, decodeErr := base64.StdEncoding.DecodeString(value)
	if !ok || decodeErr != nil || len(b) != len(h) {
		return h, fmt.Errorf("%.60q is not %q and a hash in base64", line, strings.TrimSpace(word))
	}
	copy(h[:], b)
	return h, nil
}

// CosignedAt returns the time in a signature line of a cosigner, which somebody has verified. It refuses a time that
// readers would.
func CosignedAt(line []byte) (time.Time, error) {
	f := strings.Fields(string(line))
	if len(f) != 3 {
		return time.Time{}, errors.New("not a signature line")
	}
	raw, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(raw) < 4+timestampSize {
		return time.Time{}, errors.New("not a co-signature")
	}
	t := binary.BigEndian.Uint64(raw[4:])
	if t == 0 || t > maxSigned {
		return time.Time{}, fmt.Errorf("co-signed at %d s, which is no time", t)
	}
	return time.Unix(int64(t), 0).UTC(), nil
}
