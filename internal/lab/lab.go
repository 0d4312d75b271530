// Package lab is a place to practise: mirrors that do to a reader what liars do, and networks that do to it what censors
// do. All of it stands on this machine, for the demo, for tests and for coranto lab: what the reader makes of each is the
// proof that no mirror needs to be trusted and that few need to be reached.
//
// A hostile mirror is a good one with something around it:
//
//	good := mirror.Handler(root)
//	m := lab.Altered(good, lab.Objects)
//	go http.Serve(listener, m.Handler)
//
// A Network has such mirrors as hosts, and lines that lead to them through a censor. A Scenario is a network, a censor and
// the readers that try to get a newspaper through; Run says how many did. It is a model: it knows what field reports tell
// (docs/censor.md), and no reader is safe because it got through here.
package lab

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Mirror is one kind of mirror.
type Mirror struct {
	// Name is one word for it; Does says in one line what it does to a reader.
	Name, Does string
	Handler    http.Handler
}

// A Match says which requests a hostile mirror works on.
type Match func(*http.Request) bool

// Everything matches every request.
func Everything(*http.Request) bool { return true }

// Objects matches objects: pages, pictures, and the nodes of the tree.
func Objects(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/o/") }

// Path matches one path, as "/latest".
func Path(p string) Match { return func(r *http.Request) bool { return r.URL.Path == p } }

// Below matches the paths that begin with a prefix, as "/trust/".
func Below(prefix string) Match {
	return func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, prefix) }
}

// Good serves what it has.
func Good(h http.Handler) Mirror { return Mirror{"good", "serves what it has", h} }

// Frozen serves an old edition for ever: h serves a copy of it.
func Frozen(h http.Handler) Mirror {
	return Mirror{"frozen", "keeps serving an old edition", h}
}

// Blocked resets every connection. It must be served on a listener of its own, whose connections are TCP.
func Blocked() Mirror {
	return Mirror{"blocked", "is blocked: every connection is reset", http.HandlerFunc(reset)}
}

// BlockPage answers everything with a page that says that it is blocked, as if that were the file.
func BlockPage() Mirror {
	return Mirror{"blockpage", "answers with a page of the censor's", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Blocked</title><p>Access to this resource is restricted by law.</p>\n")
	})}
}

// reset drops the connection so that the other side gets a reset, not an end.
func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if c, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0) // if that fails it is an end: blocked all the same
	}
	conn.Close()
}

// Altered flips one bit in the middle of what matches.
func Altered(h http.Handler, match Match) Mirror {
	return Mirror{"altering", "alters what it serves", edit(h, match, func(_ *http.Request, b []byte) []byte {
		if len(b) > 0 {
			b[len(b)/2] ^= 1
		}
		return b
	})}
}

// AlteredBit flips one bit, counted from the first bit of the file, in what matches.
func AlteredBit(h http.Handler, match Match, bit int) Mirror {
	return Mirror{"altering", "alters what it serves", edit(h, match, func(_ *http.Request, b []byte) []byte {
		if bit/8 < len(b) {
			b[bit/8] ^= 1 << (bit % 8)
		}
		return b
	})}
}

// Truncated ends what matches half-way, with headers that say so.
func Truncated(h http.Handler, match Match) Mirror {
	return Mirror{"truncating", "ends files half-way", edit(h, match, func(_ *http.Request, b []byte) []byte {
		return b[:len(b)/2]
	})}
}

// Padded adds bytes to the end of what matches.
func Padded(h http.Handler, match Match) Mirror {
	return Mirror{"padding", "adds to the end of files", edit(h, match, func(_ *http.Request, b []byte) []byte {
		return append(b, "\nmore\n"...)
	})}
}

// Swapped answers every request that matches with the file at another path.
func Swapped(h http.Handler, match Match, instead string) Mirror {
	return Mirror{"swapping", "serves one file in another's place", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if match(r) {
			r = r.Clone(r.Context())
			r.URL.Path = instead
		}
		h.ServeHTTP(w, r)
	})}
}

// Forging answers every request that matches with bytes of its own making.
func Forging(h http.Handler, match Match, bytes []byte) Mirror {
	return Mirror{"forging", "serves files of its own making", edit(h, match, func(*http.Request, []byte) []byte {
		return bytes
	})}
}

// Endless never ends what matches.
func Endless(h http.Handler, match Match) Mirror {
	return Mirror{"endless", "sends data without end", instead(h, match, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		for block := bytes.Repeat([]byte("more "), 1000); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})}
}

// Dripping sends what matches one byte an interval.
func Dripping(h http.Handler, match Match, interval time.Duration) Mirror {
	return Mirror{"dripping", "sends a byte at a time", instead(h, match, func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})}
}

// Stalling takes requests that match and never answers.
func Stalling(h http.Handler, match Match) Mirror {
	return Mirror{"stalling", "takes a request and never answers", instead(h, match, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})}
}

// Redirecting sends the reader elsewhere for what matches.
func Redirecting(h http.Handler, match Match, to string) Mirror {
	return Mirror{"redirecting", "sends the reader elsewhere", instead(h, match, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusFound)
	})}
}

// Withholding says that what matches is not there.
func Withholding(h http.Handler, match Match) Mirror {
	return Mirror{"withholding", "says that files are not there", instead(h, match, http.NotFound)}
}

// LyingHeaders gives right bytes under wrong headers: another type, another encoding, and a cookie.
func LyingHeaders(h http.Handler, match Match) Mirror {
	return Mirror{"mislabelling", "lies in its headers", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !match(r) {
			h.ServeHTTP(w, r)
			return
		}
		got := capture(h, r)
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Set-Cookie", "reader=1")
		w.Header().Set("Refresh", "0; url=http://elsewhere.invalid/")
		w.WriteHeader(got.status)
		_, _ = w.Write(got.body.Bytes())
	})}
}

// Hasty serves a new edition where match says so, and an old one elsewhere: a mirror that was copied in the wrong order,
// or that mixes what does not belong together.
func Hasty(old, new http.Handler, match Match) Mirror {
	return Mirror{"hasty", "mixes an old edition with a new one", instead(old, match, new.ServeHTTP)}
}

// LyingDates gives right bytes under headers that tell a time of the mirror's choice.
func LyingDates(h http.Handler, match Match, at time.Time) Mirror {
	date := at.UTC().Format(http.TimeFormat)
	return Mirror{"misdating", "lies about the time", edit(h, match, func(_ *http.Request, b []byte) []byte { return b },
		http.Header{"Date": {date}, "Last-Modified": {date}, "Expires": {date}, "Age": {"0"}})}
}

// Making answers what matches with files that are made when they are asked for: without end, if they are. A nil file is
// not there.
func Making(h http.Handler, match Match, file func(path string) []byte) Mirror {
	return Mirror{"making", "makes up files as they are asked for", instead(h, match, func(w http.ResponseWriter, r *http.Request) {
		if b := file(r.URL.Path); b != nil {
			_, _ = w.Write(b)
			return
		}
		http.NotFound(w, r)
	})}
}

// instead answers what matches in its own way.
func instead(h http.Handler, match Match, answer http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if match(r) {
			answer(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// edit changes the files that match, and headers of theirs, and lets every other answer through.
func edit(h http.Handler, match Match, change func(*http.Request, []byte) []byte, more ...http.Header) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !match(r) {
			h.ServeHTTP(w, r)
			return
		}
		whole := r.Clone(r.Context())
		whole.Header.Del("Range")
		whole.Header.Del("If-None-Match")
		whole.Header.Del("If-Modified-Since")
		got := capture(h, whole)
		body := got.body.Bytes()
		if got.status == http.StatusOK {
			body = change(r, body)
		}
		for name, v := range got.header {
			w.Header()[name] = v
		}
		for _, header := range more {
			maps.Copy(w.Header(), header)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(got.status)
		_, _ = w.Write(body)
	})
}

// An answer is what a handler wanted to send.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
func (a *answer) WriteHeader(status int)      { a.status = status }

func capture(h http.Handler, r *http.Request) *answer {
	a := &answer{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(a, r)
	return a
}
