package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"coranto/internal/serving"
	"coranto/internal/site"
)

// A Server shows a newsroom to the browser of the user whose machine it is, and to nobody else: to another user, and to a
// website in the same browser, it is one and the same empty 404 (serving.Private). It takes no orders.
type Server struct {
	l      net.Listener
	prefix string // "/" and 32 hex digits
	nonce  string // of the script that loads a page anew
	open   func(ctx context.Context) (*Room, error)
	state  func() string
	opened string // the state at which the newsroom was first opened
	log    *slog.Logger

	mu      sync.RWMutex // guards what follows; a request holds it while it reads the room
	room    *Room
	version int           // grows with each Reopen
	fault   error         // why the newest state could not be opened
	changed chan struct{} // closed when there is another version
}

// poll is the shortest pause between two looks at the state. After one that took long, as in a large folder, or that led
// to opening a large newsroom, the pause is the longer, so that a preview is at work a fifth of the time at most.
const poll = 500 * time.Millisecond

// The preview's own paths: no published path has a part that begins so.
const (
	changesPath    = ".coranto/changes"
	panelPath      = ".coranto/panel.css"
	componentsPath = "_components"
)

// NewServer opens the newsroom and returns a server on a listener, which should be of a loopback address. open opens it as
// it is now; state returns a string that differs when it is worth opening again, and must be cheap.
func NewServer(ctx context.Context, l net.Listener, rnd io.Reader, open func(context.Context) (*Room, error), state func() string,
	log *slog.Logger) (*Server, error) {
	prefix, err := serving.Secret(rnd)
	if err != nil {
		return nil, err
	}
	nonce, err := serving.Secret(rnd)
	if err != nil {
		return nil, err
	}
	opened := state() // before it is read, so that no change falls between
	room, err := open(ctx)
	if err != nil {
		return nil, err
	}
	return &Server{
		l: l, prefix: "/" + prefix, nonce: nonce, open: open, state: state, opened: opened, log: log,
		room: room, changed: make(chan struct{}),
	}, nil
}

// URL returns the address to open.
func (s *Server) URL() string { return "http://" + s.l.Addr().String() + s.prefix + "/" }

// Run serves until the context ends, and opens the newsroom anew when its state is another.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := serving.Private(ctx, s, s.log)
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })
	stop := context.AfterFunc(ctx, func() { server.Close() })
	err := server.Serve(s.l)
	ended := ctx.Err() != nil
	stop()
	cancel()
	watching.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	closeRoom(s.room)
	if ended {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", s.l.Addr(), err)
}

func closeRoom(r *Room) {
	if r != nil && r.Close != nil {
		_ = r.Close() // only looked at: there is nothing that could be lost
	}
}

// watch opens the newsroom anew whenever its state is another.
func (s *Server) watch(ctx context.Context) {
	last := s.opened
	pause := time.NewTimer(poll)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		began := time.Now()
		if now := s.state(); now != last {
			last = now
			s.Reopen(ctx)
		}
		pause.Reset(max(poll, 4*time.Since(began)))
	}
}

// Reopen opens the newsroom anew and tells the pages that are open. When that fails, the last room stays, and its pages
// say why.
func (s *Server) Reopen(ctx context.Context) {
	room, err := s.open(ctx)
	if ctx.Err() != nil {
		closeRoom(room)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault = err; err == nil {
		closeRoom(s.room)
		s.room = room
	}
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// ServeHTTP answers its user's browser.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path, ok := serving.Below(req, s.prefix)
	reads := req.Method == http.MethodGet || req.Method == http.MethodHead
	if !ok || !reads || !serving.Here(req, s.l.Addr()) || !serving.FromOwn(req) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if path == changesPath {
		s.changes(w, req)
		return
	}
	serving.Shut(w.Header(), "default-src 'none'", "same-origin")
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.answer(w, req, path); errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "there is no such page", http.StatusNotFound)
	} else if err != nil && req.Context().Err() == nil {
		s.log.Warn("preview", "path", path, "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// answer sends what stands at a path. s.mu is held.
func (s *Server) answer(w http.ResponseWriter, req *http.Request, path string) error {
	if path == panelPath {
		marks, err := s.room.marks(req.Context(), req.URL.Query().Get("lang"))
		if err == nil {
			send(w, req, "text/css", []byte(panelStyle+marks))
		}
		return err
	}
	if below, ok := strings.CutPrefix(path+"/", componentsPath+"/"); ok {
		return s.components(w, req, strings.TrimSuffix(below, "/"))
	}
	f, body, err := s.room.read(req.Context(), path, panel{live: s.live(), Fault: s.faultText()})
	if err != nil {
		return err
	}
	if policy := policyOf(body); f.MediaType == "text/html" && policy != "" {
		w.Header().Set("Content-Security-Policy", policy+s.live().policy())
		body = ownPolicy.ReplaceAll(body, nil)
	}
	send(w, req, f.MediaType, body)
	return nil
}

// live returns what a page needs to load itself anew. s.mu is held.
func (s *Server) live() live { return live{Base: s.prefix, Nonce: s.nonce, Version: s.version} }

func (s *Server) faultText() string {
	if s.fault == nil {
		return ""
	}
	return s.fault.Error()
}

func send(w http.ResponseWriter, req *http.Request, mediaType string, body []byte) {
	if strings.HasPrefix(mediaType, "text/") {
		mediaType += "; charset=utf-8"
	}
	w.Header().Set("Content-Type", mediaType)
	http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(body))
}

// body returns a file's bytes.
func (r *Room) body(ctx context.Context, f site.File) ([]byte, error) {
	if f.Rendition == "" {
		return f.Body, nil
	}
	rc, err := r.Open(ctx, f.Rendition)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	return io.ReadAll(rc)
}

// changes tells a page once that it should load anew, as an event stream: at once where the page is of an older version.
func (s *Server) changes(w http.ResponseWriter, req *http.Request) {
	serving.Shut(w.Header(), "default-src 'none'", "same-origin")
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	s.mu.RLock()
	changed, version := s.changed, s.version
	s.mu.RUnlock()
	if req.URL.Query().Get("since") == strconv.Itoa(version) {
		select {
		case <-changed:
		case <-req.Context().Done():
			return
		}
	}
	fmt.Fprint(w, "data: changed\n\n")
}
