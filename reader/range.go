package reader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"syscall"

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
	return s.get(ctx, path, from, to, size)
}

// get gets a file, or a part of it, in as many requests as the route to the mirror makes necessary.
func (s *HTTPSource) get(ctx context.Context, path string, from, to, size int64) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.Limits.Total, ErrSlow)
	defer cancel()
	f := fetch{s: s, url: s.base.JoinPath(path).String(), from: from, to: to, size: size, whole: from == 0 && to == size}
	for vain := 0; ; {
		t := trial{lane: s.route.take()}
		f.ask(ctx, &t)
		unmet := t.conn == nil && len(f.got) > 0 // a fresh connection could not be had, and others could
		again := t.err == nil || ctx.Err() == nil && (unmet || t.refused() || breaksOff(t.err, t.body > 0))
		s.route.done(t)
		if vain++; t.body >= minRoom {
			vain = 0
		}
		switch {
		case t.err == nil && f.ended:
			return f.got, nil
		case t.err != nil && gathers(ctx) && s.route.inParts():
			return f.got, errFrozen
		case !again || vain > maxVain:
			return f.got, cmp.Or(t.err, errVain)
		}
	}
}

// errVain is returned for a file that comes in crumbs.
var errVain = fmt.Errorf("%w: it came in crumbs", ErrSlow)

// maxVain is the number of requests in a row that may bring next to nothing.
const maxVain = 3

// breaksOff says whether an error is one of a connection that stopped in the middle, so that another may bring the rest.
func breaksOff(err error, came bool) bool {
	return errors.Is(err, errStalled) ||
		came && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET))
}

// A fetch is a file on its way.
type fetch struct {
	s              *HTTPSource
	url            string
	from, to, size int64
	whole          bool // all of the file is wanted, and size is only a limit
	got            []byte
	ended          bool   // all of it came
	version        string // what the mirror calls this version of the file, once it gave a part
}

// ask makes one request for what is missing, or as much of it as the lane has room for.
func (f *fetch) ask(parent context.Context, t *trial) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	w := watch(cancel, f.s.Limits, f.s.route.pulse.Load(), gaugeOf(ctx))
	defer w.stop()
	came := len(f.got)
	t.err = f.try(ctx, t, w)
	t.body = int64(len(f.got) - came)
	switch {
	case t.err == nil:
		return
	case parent.Err() != nil:
		t.doubtful = w.quiet() // somebody else was faster
		t.err = context.Cause(parent)
	case t.lane.isDead():
		t.err = errStalled // another request found out first
	case context.Cause(ctx) != nil:
		t.err = context.Cause(ctx)
	}
}

func (f *fetch) try(ctx context.Context, t *trial, w *watchdog) error {
	lower, upper := f.from+int64(len(f.got)), f.to
	if t.lane.room > 0 {
		upper = min(upper, lower+t.lane.room)
	}
	if t.lane.room > 0 {
		w.fresh()
	}
	ctx = context.WithValue(ctx, watchdogKey{}, w)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		t.conn, t.opened = metered(i.Conn), !i.Reused
		w.on(t.conn)
		if i.Reused {
			w.proven()
		}
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity")
	ranged := lower > 0 || upper < f.size
	if ranged {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", lower, upper-1))
	}
	resp, err := t.lane.trip.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	w.begun()
	t.resumed = resp.TLS != nil && resp.TLS.DidResume
	return f.read(resp, w, ranged, lower, upper)
}

// read takes in an answer.
func (f *fetch) read(resp *http.Response, w *watchdog, ranged bool, lower, upper int64) error {
	if ranged && f.whole && lower == 0 && resp.StatusCode == http.StatusOK {
		ranged, upper = false, f.to // it gives whole files alone, and that is what is wanted
	}
	end, err := f.check(resp, ranged, lower, upper)
	if err != nil || f.ended {
		return err
	}
	if resp.ContentLength > end-lower {
		return ErrTooLong
	}
	b, err := readUpTo(&counted{resp.Body, w}, end-lower)
	f.got = append(f.got, b...)
	f.ended = err == nil && (!ranged || end < upper || end == f.to)
	return err
}

// readUpTo reads r to its end, and returns what came with any error; ErrTooLong when that is more than max bytes.
func readUpTo(r io.Reader, max int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, max+1))
	if int64(len(b)) > max {
		return nil, ErrTooLong
	}
	return b, err
}

// check says what is wrong with an answer that should bring bytes from one offset to another, and where it ends.
func (f *fetch) check(resp *http.Response, ranged bool, lower, upper int64) (end int64, err error) {
	switch {
	case resp.StatusCode == http.StatusOK && ranged:
		return 0, ErrNoRange
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && ranged && f.whole && lower == 0:
		f.ended = true // an empty file
		return 0, nil
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return 0, &edition.InvalidError{What: resp.Request.URL.Path, Err: errors.New("ends before the size that it should have")}
	case ranged != (resp.StatusCode == http.StatusPartialContent), !ranged && resp.StatusCode != http.StatusOK:
		return 0, &StatusError{Code: resp.StatusCode}
	}
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return 0, fmt.Errorf("answered in encoding %.20q, which nobody asked for", e)
	}
	if !ranged {
		return f.to, nil
	}
	return f.checkPart(resp, lower, upper)
}

// checkPart checks that a part is the one that was asked for, of the same version as those before.
func (f *fetch) checkPart(resp *http.Response, lower, upper int64) (end int64, err error) {
	first, last, total, ok := contentRange(resp.Header.Get("Content-Range"))
	if !ok || first != lower || last >= upper || total >= 0 && last != min(upper, total)-1 {
		return 0, ErrNoRange // another part than was asked for is no use
	}
	if total > f.size {
		return 0, ErrTooLong
	}
	version := fmt.Sprint(total, resp.Header.Get("Etag"), resp.Header.Get("Last-Modified"))
	if f.whole && f.version != "" && f.version != version {
		return 0, errors.New("changed while it was fetched")
	}
	f.version = version
	return last + 1, nil
}

// contentRange reads a Content-Range header; total is -1 when it is not said.
func contentRange(h string) (first, last, total int64, ok bool) {
	h, ok = strings.CutPrefix(h, "bytes ")
	part, size, slash := strings.Cut(h, "/")
	from, to, dash := strings.Cut(part, "-")
	if !ok || !slash || !dash {
		return 0, 0, 0, false
	}
	if size == "*" {
		size = "-1"
	}
	var errs [3]error
	first, errs[0] = strconv.ParseInt(from, 10, 64)
	last, errs[1] = strconv.ParseInt(to, 10, 64)
	total, errs[2] = strconv.ParseInt(size, 10, 64)
	return first, last, total, cmp.Or(errs[0], errs[1], errs[2]) == nil && 0 <= first && first <= last && (total == -1 || last < total)
}
