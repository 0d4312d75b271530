package witness

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

const (
	// maxProof is the most hashes that a request may have (C2SP tlog-witness).
	maxProof = 63
	// maxRequest bounds a request: its old size, a proof and a note.
	maxRequest = 32 + maxProof*45 + edition.MaxLatest
)

// A Request asks a witness to co-sign a head: the body of add-checkpoint.
type Request struct {
	// Old is the size of the head that the witness is thought to have co-signed last, 0 for none.
	Old int64
	// Proof shows that the head extends the log at size Old (RFC 6962, 2.1.2); none from size 0.
	Proof tlog.TreeProof
	// Note is the head, signed by the log.
	Note []byte
}

// Marshal returns the request's bytes.
func (r Request) Marshal() []byte {
	b := fmt.Appendf(nil, "old %d\n", r.Old)
	for _, h := range r.Proof {
		b = fmt.Appendf(b, "%s\n", base64.StdEncoding.EncodeToString(h[:]))
	}
	return append(append(b, '\n'), r.Note...)
}

// ParseRequest reads what Marshal writes. Whether the note is one is for the witness to say, who knows the log's key.
// Its error is an *edition.InvalidError.
func ParseRequest(b []byte) (Request, error) {
	r, err := parseRequest(b)
	if err != nil {
		return Request{}, &edition.InvalidError{What: "request", Err: err}
	}
	return r, nil
}

func parseRequest(b []byte) (r Request, err error) {
	if len(b) > maxRequest {
		return r, fmt.Errorf("%d bytes are over the limit of %d", len(b), maxRequest)
	}
	head, body, ok := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	size, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld || len(lines) > 1+maxProof {
		return r, errors.New("not an old size, a proof, an empty line and a checkpoint")
	}
	if r.Old, err = strconv.ParseInt(size, 10, 64); err != nil || r.Old < 0 {
		return r, fmt.Errorf("old size %.40q is not a number", size)
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return r, fmt.Errorf("%.60q is not a hash in base64", line)
		}
		r.Proof = append(r.Proof, h)
	}
	r.Note = []byte(body)
	if !bytes.Equal(r.Marshal(), b) {
		return r, errors.New("not in its one valid encoding")
	}
	return r, nil
}

// oldRoot returns the root of a log at size old that a consistency proof to a larger size speaks of. A proof from a size
// whose tree is whole within the larger one (a power of two) leaves that root out: then there is none to return.
func oldRoot(p tlog.TreeProof, size, old int64) (tlog.Hash, bool) {
	if old < 1 || old >= size {
		return tlog.Hash{}, false
	}
	return rootIn(p, 0, size, old)
}

// rootIn does so for the records from lo up to hi, with lo < old ≤ hi.
func rootIn(p tlog.TreeProof, lo, hi, old int64) (tlog.Hash, bool) {
	if old == hi {
		if lo == 0 || len(p) != 1 {
			return tlog.Hash{}, false
		}
		return p[0], true
	}
	if len(p) == 0 {
		return tlog.Hash{}, false
	}
	k := int64(1)
	for k*2 < hi-lo {
		k *= 2
	}
	last := p[len(p)-1]
	if old <= lo+k {
		return rootIn(p[:len(p)-1], lo, lo+k, old)
	}
	below, ok := rootIn(p[:len(p)-1], lo+k, hi, old)
	return tlog.NodeHash(last, below), ok
}
