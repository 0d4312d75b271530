package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"coranto/edition"
	"coranto/internal/serving"
)

const (
	// sizeType is the media type of the size in an answer 409.
	sizeType = "text/x.tlog.size"
	// maxAtOnce is the number of requests that are looked at at once; more are told to come back.
	maxAtOnce = 64
	// bodyTime is how long a request may take to arrive: one is at most 68 kB.
	bodyTime = 20 * time.Second
)

// Handler answers add-checkpoint (C2SP tlog-witness), and GET HASH/checkpoint, where HASH is the SHA-256 of a log's origin
// in hex (Place): the head that the witness co-signed last, for whoever watches the log. It keeps no log of who asks.
func (w *Witness) Handler() http.Handler {
	seats := make(chan struct{}, maxAtOnce)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.addCheckpoint)
	mux.HandleFunc("GET /{place}/checkpoint", w.checkpoint)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		select {
		case seats <- struct{}{}:
			defer func() { <-seats }()
			mux.ServeHTTP(rw, r)
		default:
			rw.Header().Set("Retry-After", "10")
			http.Error(rw, "busy", http.StatusServiceUnavailable)
		}
	})
}

func (w *Witness) addCheckpoint(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if err != nil {
		http.Error(rw, "the request could not be read", http.StatusBadRequest)
		return
	}
	req, err := ParseRequest(body)
	var line []byte
	if err == nil {
		line, err = w.Add(r.Context(), req)
	}
	if err != nil {
		w.refuse(rw, err)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Write(line)
}

// refuse answers with the status that the protocol has for an error.
func (w *Witness) refuse(rw http.ResponseWriter, err error) {
	var size *SizeError
	var invalid *edition.InvalidError
	code := http.StatusInternalServerError
	switch {
	case errors.As(err, &size):
		rw.Header().Set("Content-Type", sizeType)
		rw.WriteHeader(http.StatusConflict)
		fmt.Fprintf(rw, "%d\n", size.Size)
		return
	case errors.Is(err, ErrUnknown):
		code = http.StatusNotFound
	case errors.Is(err, ErrSignature), errors.Is(err, ErrRefused):
		code = http.StatusForbidden
	case errors.Is(err, ErrProof):
		code = http.StatusUnprocessableEntity
	case errors.As(err, &invalid):
		code = http.StatusBadRequest
	default:
		w.log.Error("a request failed", "err", err)
		err = errors.New("something is wrong here; nothing was co-signed")
	}
	http.Error(rw, err.Error(), code)
}

// checkpoint tells the head that was co-signed last.
func (w *Witness) checkpoint(rw http.ResponseWriter, r *http.Request) {
	m, err := w.recall(r.PathValue("place"))
	if err == nil && m.head.Size == 0 {
		err = ErrUnknown
	}
	if err != nil {
		w.refuse(rw, err)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.Write(m.head.Note)
}

// Serve answers on a listener until the context ends, giving each answer at most a time: little for a witness, much for
// a co-signer whose person may be at lunch. Slow clients are cut off. It keeps no log of errors, which would name who
// asked.
func Serve(ctx context.Context, l net.Listener, h http.Handler, answer time.Duration) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: bodyTime, WriteTimeout: bodyTime + answer,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	return serving.Until(ctx, l, server)
}
