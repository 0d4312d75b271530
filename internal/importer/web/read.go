package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// A watch ends a request whose answer stalls or drips.
type watch struct {
	patience time.Duration
	timer    *time.Timer
	cancel   context.CancelCauseFunc
}

// newWatch returns a watch, and the context that it ends.
func newWatch(ctx context.Context, patience time.Duration) (*watch, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &watch{patience, time.AfterFunc(patience, func() { cancel(errSlow) }), cancel}, ctx
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// read reads an answer of at most limit bytes, unpacked. A packed one grows no further than that: what is over it is not
// unpacked.
func (w *watch) read(response *http.Response, limit int64) ([]byte, error) {
	conditional := response.Request.Header.Get("If-None-Match") != "" || response.Request.Header.Get("If-Modified-Since") != ""
	switch {
	case response.StatusCode == http.StatusNotModified && conditional:
		return nil, nil
	case response.StatusCode != http.StatusOK:
		body, _ := w.all(io.LimitReader(response.Body, 64<<10)) // the beginning of an error is all that is wanted
		return nil, &StatusError{response.StatusCode, response.Header, body}
	case response.ContentLength > limit:
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	if coding := response.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, fmt.Errorf("%w: %.40q", errPacked, coding)
	}
	body, err := w.all(io.LimitReader(response.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	return body, err
}

// all reads to the end, piece by piece, each within the patience.
func (w *watch) all(r io.Reader) ([]byte, error) {
	var body []byte
	for {
		w.timer.Reset(w.patience)
		part, err := io.ReadAll(io.LimitReader(r, piece))
		body = append(body, part...)
		if err != nil || len(part) < piece {
			return body, err
		}
	}
}
