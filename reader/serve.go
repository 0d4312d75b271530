package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"coranto/edition"
	"coranto/internal/serving"
)

// A Server shows a reader's edition to the browser of the same user on the same machine, and to nobody else: it
// listens on a local address, answers below a path that can't be guessed, and only to requests that were made for that
// address by its own pages or by hand, and by the same user where the system says whose a connection is. To everything
// else it is one and the same empty 404, so that neither another user nor a website in the browser can tell what it is,
// read it, or steer it.
//
// Besides the edition it shows a page of its own: what it knows, keeps and can do.
type Server struct {
	// Every is how often Run refreshes the reader; 0 is never.
	Every time.Duration
	// Papers are the languages whose news is taken as text, in packs, and shown from them; Since is how far that goes back at
	// first. No other page is fetched then unless the user says so.
	Papers []string
	Since  time.Duration
	// Pictures says that the pictures that stand beside packs are taken too.
	Pictures bool
	// Changed is told the new address when the old one was dropped, because an invitation was used twice. It may be nil.
	Changed func(url string)

	r          *Reader
	l          net.Listener
	words      *lexicon
	comparison func() edition.Comparison
	wire       wire
	taken      papers

	mu     sync.Mutex // guards what follows
	rnd    io.Reader
	exit   string // where the newsroom's link to leave quickly led last; empty when it had none
	prefix string // "/" and 32 hex digits
	token  string // what the forms of the own page carry
	invite invitation
}

// Paths below the prefix that are the reader's own. No published path has a segment that begins with a dot.
const (
	ownPath        = ".coranto/"
	barPath        = ownPath + "bar.css"
	ownStylePath   = ownPath + "own.css"
	paperStylePath = ownPath + "paper.css"
	framePath      = ownPath + "newest"
	laidPath       = ownPath + "breaking"
	doPath         = ownPath + "do"
	evidencePath   = ownPath + "evidence/"
)

// NewServer returns a server on a listener, which should be of a loopback address, with 128 bits of rnd in its path. It
// goes on using rnd.
func NewServer(r *Reader, l net.Listener, rnd io.Reader) (*Server, error) {
	words, err := newLexicon()
	if err != nil {
		return nil, err
	}
	s := &Server{r: r, l: l, words: words, rnd: rnd}
	s.comparison = sync.OnceValue(func() edition.Comparison { return edition.NewComparison(r.masthead.ID()) })
	return s, s.move()
}

// move gives the server a new address, at which the old one's holders don't find it. s.mu is held, or nobody else has
// the server yet.
func (s *Server) move() error {
	prefix, err := serving.Secret(s.rnd)
	if err != nil {
		return err
	}
	token, err := serving.Secret(s.rnd)
	if err != nil {
		return err
	}
	s.prefix, s.token = "/"+prefix, token
	return nil
}

// origin is the address without a path, as a browser's Origin header has it.
func (s *Server) origin() string { return "http://" + s.l.Addr().String() }

// secrets returns the prefix and the token as they are now.
func (s *Server) secrets() (prefix, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prefix, s.token
}

// URL returns the address to open. Who has it can read along, so it is for the user alone.
func (s *Server) URL() string {
	prefix, _ := s.secrets()
	return s.origin() + prefix + "/"
}

// Run serves until the context ends.
func (s *Server) Run(ctx context.Context) error {
	server := serving.Private(ctx, s, s.r.opt.Log)
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
	s.takePapers(ctx)
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
			s.takePapers(ctx)
		}
	}
}

// admitted is a request that comes from the user.
type admitted struct {
	*http.Request
	prefix string // of the addresses in the answer
	path   string // below it
}

// admit says whether a request comes from the user. A website that is open in the same browser can't send one: the
// browser says that it comes from elsewhere, or it doesn't know the path, or it had the name of its own host point
// here, which then stands in Host.
func (s *Server) admit(req *http.Request) (admitted, bool) {
	prefix, _ := s.secrets()
	path, ok := serving.Below(req, prefix)
	ok = ok && s.here(req) && serving.FromOwn(req)
	switch req.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		ok = ok && path == doPath && req.Header.Get("Sec-Fetch-Site") != "none" && req.Header.Get("Origin") == s.origin()
	default:
		ok = false
	}
	return admitted{req, prefix, path}, ok
}

// here says whether a request was made for this address, and by this user.
func (s *Server) here(req *http.Request) bool { return serving.Here(req, s.l.Addr()) }

// ServeHTTP answers the user's own browser.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	a, ok := s.admit(req)
	if !ok {
		if !s.welcome(w, req) {
			w.WriteHeader(http.StatusNotFound)
		}
		return
	}
	kind := pages
	switch {
	case a.path == framePath, a.path == laidPath:
		kind = framed
	case a.path == ownPath, a.path == doPath:
		kind = own
	}
	kind.set(w.Header())
	switch {
	case a.Method == http.MethodPost:
		s.do(w, a)
	case strings.HasPrefix(a.path, ownPath):
		s.own(w, a)
	default:
		s.page(w, a)
	}
}

// A kind of answer has a policy of what it may show: what is its own and nothing else, no script, no request to anybody.
type kind struct{ policy, referrer string }

var (
	// pages of the edition may show pictures, small ones inside the page itself too, and sounds, and the reader's own frames.
	pages = kind{"default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self' 'unsafe-inline'; manifest-src 'self'; frame-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'", "no-referrer"}
	// framed is what stands in the reader's own frames.
	framed = kind{"default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'", "no-referrer"}
	// own is the reader's own page. Its forms go to itself, and only with that referrer do they say where they come from.
	own = kind{"default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'", "same-origin"}
)

func (k kind) set(h http.Header) { serving.Shut(h, k.policy, k.referrer) }

// page sends a page of the edition.
func (s *Server) page(w http.ResponseWriter, a admitted) {
	if s.inPaper(w, a) {
		return
	}
	over := s.layingOver(a.Context(), a.path)
	p, err := s.r.Get(a.Context(), a.path)
	news := over()
	switch {
	case errors.Is(err, ErrAbsent):
		s.message(w, a, http.StatusNotFound, "absent")
	case err != nil:
		s.r.opt.Log.Info("page", "error", err)
		s.message(w, a, http.StatusServiceUnavailable, "missing")
	case p.MediaType == "text/html":
		head := readHead(p.Body)
		if head.takesOver() {
			w.Header().Add("Content-Security-Policy", head.policy+"; frame-src 'self'")
		}
		send(w, a.Request, p.MediaType, s.dressed(a, p, head, len(news)))
	default:
		send(w, a.Request, p.MediaType, p.Body)
	}
}

// dressed returns a web page as the reader shows it: with the bar, with a frame for some lines of breaking news, and
// without the page's own bars of that, which can't end by themselves.
func (s *Server) dressed(a admitted, p Page, head pageHead, lines int) []byte {
	t := s.words.tongue(head.lang)
	b := s.bar(a, p, t)
	if b.Lines = lines; lines > 0 {
		b.Laid = address(a.prefix, laidPath, "lines", fmt.Sprint(lines), "page", p.Path)
		b.Breaking, _ = t.Word("breaking")
	}
	edits := head.edits(b)
	found := readParts(p.Body, head.body)
	s.noteExit(found.exit)
	for _, bar := range found.bars {
		edits = append(edits, edit{span: bar})
	}
	return edited(p.Body, append(edits, s.riskEdits(a, found, t)...))
}

// noteExit notes where a page's link to leave quickly leads, for pages of the reader's own.
func (s *Server) noteExit(exit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exit = exit
}

// wayOut returns where the newsroom's link to leave quickly led last, and its word.
func (s *Server) wayOut(t tongue) (exit, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	word, _ = t.Word("quick_exit")
	return s.exit, word
}

// send sends a file, or the range of it that is asked for.
func send(w http.ResponseWriter, req *http.Request, mediaType string, b []byte) {
	if strings.HasPrefix(mediaType, "text/") {
		mediaType += "; charset=utf-8"
	}
	w.Header().Set("Content-Type", mediaType)
	http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(b))
}

// bar returns the verdict bar of a page.
func (s *Server) bar(a admitted, p Page, t tongue) bar {
	v := s.r.Verdict()
	v.Edition = p.Edition // the page's, whatever has come since
	return bar{
		tongue: t, judgement: judgement{t, s.r.masthead.Name, v}, From: p.Mirror,
		Style: address(a.prefix, barPath), Self: address(a.prefix, ownPath, "lang", t.Tag()),
		Frame: address(a.prefix, framePath, "lang", t.Tag(), "edition", fmt.Sprint(p.Edition), "page", a.path),
	}
}

var messagePage = template.Must(template.New("message").Parse(`<!doctype html>
<html lang="{{.Tag}}" dir="{{.Dir}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{{.Title}}</title><link rel="stylesheet" href="{{.Style}}">
<body class="coranto-message"><main>{{if .Exit}}<p><a class="exit" rel="noreferrer noopener" href="{{.Exit}}">{{.Leave}}</a></p>{{end}}<h1>{{.Title}}</h1><p>{{.Text}}</p>
{{range .More}}<p><a href="{{.Address}}">{{.Name}}</a></p>
{{end}}<p><a href="{{.Home}}">{{.W "front"}}</a> · <a href="{{.Self}}">{{.W "this_reader"}}</a></p></main></body></html>
`))

// message says why a page of the edition can't be shown, and what else may be done.
func (s *Server) message(w http.ResponseWriter, a admitted, status int, what string, more ...link) {
	t := s.tongue(a)
	exit, leave := s.wayOut(t)
	s.write(w, a, status, messagePage, struct {
		tongue
		Exit, Leave, Style, Home, Self, Title, Text string
		More                                        []link
	}{t, exit, leave, address(a.prefix, barPath), a.prefix + "/", address(a.prefix, ownPath), t.W(what), t.W(what + "_means"), more})
}

// tongue is the language that the user chose, or that the browser prefers. Nobody but this machine hears of it.
func (s *Server) tongue(a admitted) tongue {
	return s.words.accepted(a.URL.Query().Get("lang"), a.Header.Get("Accept-Language"))
}

// write sends a page of the reader's own.
func (s *Server) write(w http.ResponseWriter, a admitted, status int, t *template.Template, data any) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if a.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the browser went away
	}
}
