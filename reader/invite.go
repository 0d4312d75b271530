package reader

import (
	"crypto/subtle"
	"html/template"
	"net/http"
	"strings"
	"time"

	"coranto/internal/serving"
)

// An invitation is an address that opens the site once and soon. It is for handing to a browser as an argument, where
// other users of the machine may see it: by then it is of no use to them, or its second use shows that they came first.
type invitation struct {
	path  string // 32 hex digits; empty when there is none
	until time.Time
	used  bool
}

// inviteFor is how long an invitation lasts: a browser may have to be started first, on a slow machine.
const inviteFor = 30 * time.Second

// Invite returns an address that leads to URL when it is opened first, within half a minute. When it is opened a second
// time in that time, the first may have been somebody else: the address that it led to is dropped, and Changed told.
func (s *Server) Invite() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := serving.Secret(s.rnd)
	if err != nil {
		return "", err
	}
	s.invite = invitation{path: path, until: s.r.opt.Now().Add(inviteFor)}
	return s.origin() + "/" + path + "/", nil
}

// A browser says of what it opens from outside that it comes from nowhere or from another site, and says so still after
// a redirect. This page leads on by itself, and so as its own.
var welcomePage = template.Must(template.New("welcome").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={{.}}"><title>Coranto</title>
<p><a href="{{.}}">Coranto</a></p></html>
`))

// welcome answers a request for the invitation, and returns whether it was one that holds.
func (s *Server) welcome(w http.ResponseWriter, req *http.Request) bool {
	if req.Method != http.MethodGet || !s.here(req) || !opensPage(req.Header) {
		return false
	}
	prefix, changed, err := s.accept(strings.Trim(req.URL.Path, "/"))
	switch {
	case err != nil:
		s.r.opt.Log.Error("new address", "error", err)
	case changed && s.Changed != nil:
		s.Changed(s.URL())
	}
	if prefix == "" {
		return false
	}
	framed.set(w.Header())
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = welcomePage.Execute(w, prefix+"/") // the browser went away
	return true
}

// opensPage says whether a browser asks for a page to show by itself: not for a picture, a frame, or in advance.
func opensPage(h http.Header) bool {
	mode, dest := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document") && h.Get("Sec-Purpose") == ""
}

// accept uses the invitation, if path is it, and returns the prefix that it leads to. Its second use changes that.
func (s *Server) accept(path string) (prefix string, changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.invite.path != "" && subtle.ConstantTimeCompare([]byte(path), []byte(s.invite.path)) == 1
	switch {
	case !is || !s.r.opt.Now().Before(s.invite.until):
		return "", false, nil
	case s.invite.used:
		s.invite = invitation{}
		err := s.move()
		if err != nil {
			s.prefix = "/\x00" // nobody asks for that: better no address than one that is known
		}
		return "", true, err
	}
	s.invite.used = true
	return s.prefix, false, nil
}
