package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// maxAnswer bounds what a witness answers: a few signature lines.
const maxAnswer = 16 << 10

// A Client asks a witness to co-sign a newsroom's heads.
type Client struct {
	// Name is the witness's in the policy; Key its verifier key, and Log that of the newsroom's log.
	Name, Key, Log string
	// URL is where it answers, the submission prefix of C2SP tlog-witness.
	URL string
	// Patience is how long one question may take.
	Patience time.Duration
	// Now is the clock by which a witness's is judged.
	Now func() time.Time
	// HTTP asks; nil follows no redirect and keeps no cookie.
	HTTP *http.Client
}

// A HeldError says that a witness holds a head of a log that the head in question does not extend.
type HeldError struct {
	Witness string
	// Size is that of the head which the witness holds.
	Size int64
	// Other says that the witness's head is no larger and yet another: a fork, or a broken witness. Otherwise it is larger:
	// who asks was restored from an older state, or somebody else has the log's key.
	Other bool
}

// Error says which head it holds.
func (e *HeldError) Error() string {
	if e.Other {
		return fmt.Sprintf("witness %q holds another head, of size %d, which this one does not extend", e.Witness, e.Size)
	}
	return fmt.Sprintf("witness %q holds a newer head, of size %d", e.Witness, e.Size)
}

// A StatusError is what a witness answered instead of a co-signature.
type StatusError struct {
	Witness string
	Code    int
	// Said is the beginning of what it said, one line without control characters.
	Said string
}

// Error says what it answered.
func (e *StatusError) Error() string {
	meaning := map[int]string{
		http.StatusNotFound:  "does not follow this log",
		http.StatusForbidden: "refuses",
	}[e.Code]
	if meaning == "" {
		meaning = fmt.Sprintf("answered %d", e.Code)
	}
	return strings.TrimSuffix(fmt.Sprintf("witness %q %s: %s", e.Witness, meaning, e.Said), ": ")
}

// Prove returns the proof that the head to be co-signed extends the log at an old size, at least 1 and below the head's.
type Prove func(ctx context.Context, old int64) (tlog.TreeProof, error)

// CoSign asks for a co-signature of a head that the log has signed. Guess is the size of the head that the witness is
// thought to hold; a wrong one costs one more question. It returns the signature line, which it has verified, or a
// *HeldError, a *StatusError, or another error when the witness can't be reached or errs.
func (c *Client) CoSign(ctx context.Context, head edition.Checkpoint, note []byte, guess int64, prove Prove) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	for range 3 {
		r := Request{Old: guess, Note: note}
		if 0 < guess && guess < head.Size {
			var err error
			if r.Proof, err = prove(ctx, guess); err != nil {
				return nil, fmt.Errorf("prove that the log has grown from %d: %w", guess, err)
			}
		}
		code, body, err := c.ask(ctx, http.MethodPost, "add-checkpoint", r.Marshal())
		if err != nil {
			return nil, err
		}
		switch code {
		case http.StatusOK:
			return c.signature(note, body)
		case http.StatusUnprocessableEntity:
			return nil, &HeldError{c.Name, guess, true}
		case http.StatusConflict:
		default:
			return nil, &StatusError{c.Name, code, oneLine(body)}
		}
		held, err := strconv.ParseInt(strings.TrimSuffix(string(body), "\n"), 10, 64)
		switch {
		case err != nil || held < 0 || held > edition.MaxLogSize:
			return nil, fmt.Errorf("witness %q answered a conflict without a size", c.Name)
		case held > head.Size:
			return nil, &HeldError{c.Name, held, false}
		case held == guess:
			return nil, &HeldError{c.Name, held, true}
		}
		guess = held
	}
	return nil, fmt.Errorf("witness %q holds one size after another: somebody else asks it about the same log", c.Name)
}

// signature returns the witness's line out of its answer. Lines by other keys are left out.
func (c *Client) signature(note, lines []byte) ([]byte, error) {
	h, err := edition.OpenHead(slices.Concat(note, lines), c.Log, c.Key)
	if err != nil {
		return nil, fmt.Errorf("witness %q answered what is no co-signature: %w", c.Name, err)
	}
	if !slices.Contains(h.Signers, c.Key) {
		return nil, fmt.Errorf("witness %q has signed with another key than the policy's", c.Name)
	}
	line := lastLine(h.Note)
	at, err := edition.CosignedAt(line)
	if err != nil {
		return nil, fmt.Errorf("witness %q: %w", c.Name, err)
	}
	if off := at.Sub(c.Now()); off.Abs() > edition.ClockTolerance {
		return nil, fmt.Errorf("witness %q signed at %s: its clock is wrong, or this machine's is", c.Name, at.Format(time.RFC3339))
	}
	return line, nil
}

// Held returns the note of the head that the witness holds of the log; an error that is fs.ErrNotExist when it holds
// none, or is one that doesn't tell.
func (c *Client) Held(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	origin, _, _ := strings.Cut(c.Log, "+")
	code, body, err := c.ask(ctx, http.MethodGet, Place(origin)+"/checkpoint", nil)
	if err != nil {
		return nil, err
	}
	switch code {
	case http.StatusOK:
		return body, nil
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return nil, fmt.Errorf("head of witness %q: %w", c.Name, fs.ErrNotExist)
	}
	return nil, &StatusError{c.Name, code, oneLine(body)}
}

// ask sends a request and returns the whole answer.
func (c *Client) ask(ctx context.Context, method, path string, body []byte) (code int, answer []byte, err error) {
	to, err := url.JoinPath(c.URL, path)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("User-Agent", "coranto")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	plain := *client
	plain.Jar = nil
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := plain.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("witness %q does not answer: %w", c.Name, cause(err))
	}
	defer resp.Body.Close()
	max := int64(maxAnswer)
	if method == http.MethodGet {
		max = edition.MaxLatest
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, max+1))
	if err == nil && int64(len(answer)) > max {
		err = fmt.Errorf("more than %d bytes", max)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("answer of witness %q: %w", c.Name, err)
	}
	return resp.StatusCode, answer, nil
}

// cause leaves out the method and address that net/http puts before an error: the witness's name says enough.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// oneLine returns the beginning of what a stranger says, fit for an error.
func oneLine(b []byte) string {
	line, _, _ := strings.Cut(string(b[:min(len(b), 200)]), "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r > '~' {
			return -1
		}
		return r
	}, line)
}
