package serving

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A private server answers the browser of one user on this machine, and nobody else. What stands in its way are other
// users of the machine, and websites that are open in the same browser. It listens on a loopback address and answers
// below a path that nobody can guess (Secret, Below), requests that were made for its own address by the user whose it is
// (Here), and that the browser says came from its own pages or from nowhere (FromOwn).

// Private returns a server for one user, whose handler may ask Here.
func Private(ctx context.Context, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      handler,
		ReadHeaderTimeout:            10 * time.Second,
		IdleTimeout:                  time.Minute,
		MaxHeaderBytes:               16 << 10,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered as everything else
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, strangerKey{}, stranger(c))
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// strangerKey is the key of a request's context for whether its connection is another user's.
type strangerKey struct{}

// Here says whether a request was made for an address, and not over a connection of another user, as far as the system
// says whose it is. A Host of another name is a website's, which had its name point here.
func Here(req *http.Request, address net.Addr) bool {
	other, _ := req.Context().Value(strangerKey{}).(bool)
	return !other && req.Host == address.String()
}

// FromOwn says whether a browser asks on behalf of a page of the same origin, or of nobody but its user. Without the header
// it is no browser, or an old one.
func FromOwn(req *http.Request) bool {
	return slices.Contains([]string{"", "none", "same-origin"}, req.Header.Get("Sec-Fetch-Site"))
}

// Below returns the path of a request below a prefix as "/" and a Secret, and whether it is below it. How long that takes
// doesn't tell how much of the prefix was right.
func Below(req *http.Request, prefix string) (path string, ok bool) {
	given, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	return path, subtle.ConstantTimeCompare([]byte("/"+given), []byte(prefix)) == 1
}

// Secret returns 32 hex digits that nobody can guess, of 128 bits of rnd.
func Secret(rnd io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(rnd, b[:]); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// Shut tells a browser that nobody else may use, frame, keep or be told of an answer.
func Shut(h http.Header, policy, referrer string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", referrer)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
