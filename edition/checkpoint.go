package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxLogSize is the number of editions that a log can hold: an edition a second for 136 years. Well below the sizes at
// which the arithmetic of Merkle trees overflows.
const MaxLogSize = 1 << 32

// A Checkpoint is the head of an edition log (C2SP tlog-checkpoint), without its signatures.
type Checkpoint struct {
	// Origin names the log; it is also the name of the log's key.
	Origin string
	// Size is the number of editions in the log, 1 to MaxLogSize.
	Size int64
	// Hash is the root of the log's Merkle tree (RFC 6962).
	Hash tlog.Hash
}

// Text returns the note text: origin, size and root, a line each. Nothing follows: extension lines are not signed by
// every kind of witness, so the format has none.
func (c Checkpoint) Text() []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Hash[:]))
}

// ParseCheckpoint reads what Text writes, and nothing else.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 {
		return Checkpoint{}, invalid("checkpoint", "%d lines, want origin, size and root", len(lines)-1)
	}
	c, err := parseHead(lines[0], lines[1], lines[2])
	if err != nil {
		return Checkpoint{}, &InvalidError{"checkpoint", err}
	}
	if !bytes.Equal(c.Text(), text) {
		return Checkpoint{}, invalid("checkpoint", "not in its one valid encoding")
	}
	return c, nil
}

// parseHead reads the three parts of a checkpoint; the caller compares what they encode to with what was read.
func parseHead(origin, size, root string) (c Checkpoint, err error) {
	c.Origin = origin
	if !validKeyName(origin) {
		return c, fmt.Errorf("origin %q is not valid", origin)
	}
	if c.Size, err = strconv.ParseInt(size, 10, 64); err != nil || c.Size < 1 || c.Size > MaxLogSize {
		return c, fmt.Errorf("size %q is not a number from 1 to %d", size, int64(MaxLogSize))
	}
	h, err := base64.StdEncoding.DecodeString(root)
	if err != nil || len(h) != sha256.Size {
		return c, fmt.Errorf("root %q is not a SHA-256 in base64", root)
	}
	copy(c.Hash[:], h)
	return c, nil
}

// validKeyName says whether s can name a key in a note: 1 to 128 visible ASCII characters without "+". It is narrower
// than C2SP signed-note allows, so that no two readers differ over what a space is.
func validKeyName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '+' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// openNote verifies a signed note and returns its text and, for each verifier, its signature without the key hash; nil
// where that key has not signed. It accepts one encoding alone: signatures in the order of the verifiers, at most one
// of each, all valid, none by another key. note.Open ignores unknown and doubled lines and stray bits in base64, so
// that a note could be altered unseen: what it read is therefore encoded again and compared.
func openNote(b []byte, verifiers []note.Verifier) (text string, sigs [][]byte, err error) {
	if len(b) > MaxLatest {
		return "", nil, fmt.Errorf("a note of %d bytes is over the limit of %d", len(b), MaxLatest)
	}
	n, err := note.Open(b, note.VerifierList(verifiers...))
	if err != nil {
		return "", nil, err
	}
	if len(n.UnverifiedSigs) > 0 {
		return "", nil, fmt.Errorf("signed by %q, which the policy doesn't name", n.UnverifiedSigs[0].Name)
	}
	again := []byte(n.Text + "\n")
	sigs = make([][]byte, len(verifiers))
	for i, v := range verifiers {
		raw := rawSignature(n, v)
		if raw == nil {
			continue
		}
		sigs[i] = raw[4:]
		again = fmt.Appendf(again, "— %s %s\n", v.Name(), base64.StdEncoding.EncodeToString(raw))
	}
	if !bytes.Equal(again, b) {
		return "", nil, errors.New("not in its one valid encoding")
	}
	return n.Text, sigs, nil
}

// rawSignature returns a key's signature in an opened note, key hash first; nil when there is none.
func rawSignature(n *note.Note, v note.Verifier) []byte {
	for _, s := range n.Sigs {
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			raw, _ := base64.StdEncoding.DecodeString(s.Base64) // note.Open has decoded it
			return raw
		}
	}
	return nil
}
