package reader

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Server shows a reader's edition to the browser of the same user on the same machine, and to nobody else: it
// listens on a local address, answers below a path that can't be guessed, and only to requests that were made for that
// address by its own pages or by hand. To everything else it is one and the same empty 404, so that neither another
// user nor a website in the browser can tell that it is there.
type Server struct {
	// Every is how often Run refreshes the reader; 0 is never.
	Every time.Duration

	r      *Reader
	l      net.Listener
	prefix string // "/" and 32 hex digits
}

// barPath is where the bar's style stands, below the prefix. No published path has a segment that begins with a dot.
const barPath = ".coranto/bar.css"

// NewServer returns a server on a listener, which should be of a loopback address, with 128 bits of rnd in its path.
func NewServer(r *Reader, l net.Listener, rnd io.Reader) (*Server, error) {
	var secret [16]byte
	if _, err := io.ReadFull(rnd, secret[:]); err != nil {
		return nil, fmt.Errorf("randomness: %w", err)
	}
	return &Server{r: r, l: l, prefix: "/" + hex.EncodeToString(secret[:])}, nil
}

// URL returns the address to open. Who has it can read along, so it is for the user alone.
func (s *Server) URL() string { return "http://" + s.l.Addr().String() + s.prefix + "/" }

// Run serves until the context ends.
func (s *Server) Run(ctx context.Context) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(s.r.opt.Log.Handler(), slog.LevelWarn),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.refresh(ctx)
	}()
	stop := context.AfterFunc(ctx, func() { server.Close() })
	err := server.Serve(s.l)
	stop()
	if ctx.Err() != nil {
		<-done
		return nil
	}
	return fmt.Errorf("serve on %s: %w", s.l.Addr(), err)
}

// refresh refreshes the reader from time to time.
func (s *Server) refresh(ctx context.Context) {
	if s.Every <= 0 {
		return
	}
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := s.r.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.r.opt.Log.Info("refresh", "error", err)
			}
		}
	}
}

// headers are on every answer below the prefix. The policy lets pages show what is their own and nothing else: no
// script, no frame, no form, no request to anybody.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self' 'unsafe-inline'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	"Referrer-Policy":              "no-referrer",
	"X-Content-Type-Options":       "nosniff",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

// ServeHTTP answers the user's own browser.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path, ok := s.admit(req)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	for name, v := range headers {
		w.Header().Set(name, v)
	}
	if path == barPath {
		s.send(w, req, "text/css", []byte(barStyle))
		return
	}
	p, err := s.r.Get(req.Context(), path)
	switch {
	case errors.Is(err, ErrAbsent):
		s.message(w, req, http.StatusNotFound, "This page does not exist",
			"The edition that this reader has is proved to have no page at this address.")
	case err != nil:
		s.r.opt.Log.Info("page", "error", err)
		s.message(w, req, http.StatusServiceUnavailable, "This page can't be had now",
			"No mirror gave it in a form that proves to be the newsroom's. Pages that were read before are still here.")
	case p.MediaType == "text/html":
		s.send(w, req, p.MediaType, withBar(p.Body, s.bar(p)))
	default:
		s.send(w, req, p.MediaType, p.Body)
	}
}

// admit returns the path below the prefix that a request asks for, and whether it comes from the user.
func (s *Server) admit(req *http.Request) (string, bool) {
	given, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	secret := subtle.ConstantTimeCompare([]byte("/"+given), []byte(s.prefix)) == 1
	return path, secret &&
		(req.Method == http.MethodGet || req.Method == http.MethodHead) &&
		req.Host == s.l.Addr().String() &&
		slices.Contains([]string{"", "none", "same-origin"}, req.Header.Get("Sec-Fetch-Site"))
}

// send sends a file, or the range of it that is asked for.
func (s *Server) send(w http.ResponseWriter, req *http.Request, mediaType string, b []byte) {
	if strings.HasPrefix(mediaType, "text/") {
		mediaType += "; charset=utf-8"
	}
	w.Header().Set("Content-Type", mediaType)
	http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(b))
}

// bar returns the verdict bar of a page.
func (s *Server) bar(p Page) bar {
	return bar{Style: s.prefix + "/" + barPath, Name: s.r.masthead.Name, From: p.Mirror, Verdict: s.r.Verdict()}
}

// message sends a page of the reader's own.
func (s *Server) message(w http.ResponseWriter, req *http.Request, status int, title, text string) {
	var b bytes.Buffer
	err := messagePage.Execute(&b, struct{ Style, Home, Title, Text string }{s.prefix + "/" + barPath, s.prefix + "/", title, text})
	if err != nil {
		s.r.opt.Log.Error("message", "error", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if req.Method == http.MethodGet {
		_, _ = w.Write(b.Bytes()) // the browser went away
	}
}
