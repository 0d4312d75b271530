package reader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"coranto/edition"
)

// A Ranger is a Source that can give a part of a file, and keeps what came before a line broke.
type Ranger interface {
	Source
	// FetchRange returns the bytes of a file from one offset up to, not including, another; fewer where the file ends.
	// Size is the size of the whole file, or a limit of it: from 0 to size it asks for the file as Fetch does, and the
	// error is ErrTooLong when the file goes on. What came is returned with any error, so that the rest can be asked
	// for later. The error is ErrNoRange when the source gives whole files alone; otherwise it is as Fetch's.
	FetchRange(ctx context.Context, path string, from, to, size int64) ([]byte, error)
}

// ErrNoRange is returned by a source that gives whole files alone.
var ErrNoRange = errors.New("gives whole files alone")

// FetchRange gets a part of a file.
func (s *HTTPSource) FetchRange(ctx context.Context, path string, from, to, size int64) ([]byte, error) {
	if !fs.ValidPath(path) || from < 0 || from >= to || to > size {
		return nil, &fs.PathError{Op: "fetch", Path: path, Err: fs.ErrInvalid}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := watch(cancel, s.Limits)
	defer w.stop()
	b, err := s.getRange(ctx, path, from, to, size, w)
	if err != nil && context.Cause(ctx) != nil {
		err = context.Cause(ctx)
	}
	return b, err
}

func (s *HTTPSource) getRange(ctx context.Context, path string, from, to, size int64, w *watchdog) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity")
	want := http.StatusOK
	if from > 0 || to < size {
		want = http.StatusPartialContent
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	w.begun()
	if err := checkRange(resp, want, from); err != nil {
		return nil, err
	}
	if resp.ContentLength > to-from {
		return nil, ErrTooLong
	}
	b, err := io.ReadAll(io.LimitReader(&counted{resp.Body, w}, to-from+1))
	if int64(len(b)) > to-from {
		return nil, ErrTooLong
	}
	return b, err
}

// checkRange says what is wrong with an answer that should begin at an offset.
func checkRange(resp *http.Response, want int, from int64) error {
	switch {
	case resp.StatusCode == http.StatusOK && want == http.StatusPartialContent:
		return ErrNoRange
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return &edition.InvalidError{What: resp.Request.URL.Path, Err: errors.New("ends before the size that it should have")}
	case resp.StatusCode != want:
		return &StatusError{Code: resp.StatusCode}
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return fmt.Errorf("answered in encoding %.20q, which nobody asked for", e)
	}
	var start int64
	if want == http.StatusPartialContent {
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &start); err != nil || start != from {
			return ErrNoRange // another part than was asked for is no use
		}
	}
	return nil
}
