package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// ErrTooLarge is returned for what has more bytes than its limit.
var ErrTooLarge = errors.New("larger than the limit")

// The errors of this package that nobody branches on but itself.
var (
	errRedirect = errors.New("redirect")
	errSlow     = errors.New("the server is too slow: it was given up")
	errDead     = errors.New("the host did not answer several times in a row, and is asked no more in this run")
	errPacked   = errors.New("the answer is packed in a way that was not asked for")
)

// A PrivateError says that an address was not reached, because it is of a private network, or of no network at all.
type PrivateError struct {
	// Host is what the address was called, Addr what it stands for; the latter is invalid where it wasn't looked up.
	Host string
	Addr netip.Addr
}

func (e *PrivateError) Error() string {
	if !e.Addr.IsValid() || e.Addr.String() == e.Host {
		return fmt.Sprintf("%s is not a public address: it was not asked", e.Host)
	}
	return fmt.Sprintf("%s stands for %s, which is not a public address: it was not asked", e.Host, e.Addr)
}

// A StatusError is an answer of another status than 200.
type StatusError struct {
	Status int
	Header http.Header
	// Body is the beginning of what the server said, at most 64 KiB.
	Body []byte
}

func (e *StatusError) Error() string {
	words := fmt.Sprintf("the server answers %d %s", e.Status, http.StatusText(e.Status))
	if wait := e.after(); wait > 0 {
		words += fmt.Sprintf(", and asks to come again in %s", wait)
	}
	return words
}

// after returns how long the server asks us to wait; zero where it doesn't say. A time of day counts from the server's own.
func (e *StatusError) after() time.Duration {
	said := e.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(said); err == nil {
		return time.Duration(min(max(seconds, 0), 1e6)) * time.Second
	}
	then, err := http.ParseTime(said)
	now, errNow := http.ParseTime(e.Header.Get("Date"))
	if err != nil || errNow != nil {
		return 0
	}
	return min(max(then.Sub(now), 0), 1e6*time.Second)
}

// busy says whether the server may answer better soon.
func (e *StatusError) busy() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retry says whether to ask again after an error of the n-th try, and after which time.
func retry(err error, n int) (wait time.Duration, again bool) {
	wait = time.Second << (2 * (n - 1)) // 1 s, 4 s
	status := (*StatusError)(nil)
	switch {
	case n >= maxTries || errors.Is(err, errDead) || errors.Is(err, errSlow):
		return 0, false
	case errors.As(err, &status):
		wait = max(wait, status.after())
		return wait, status.busy() && wait <= maxWait
	case answered(err):
		return 0, false
	}
	return wait, true
}

// answered says whether an error is not the network's: asking again would bring the same.
func answered(err error) bool {
	status, private, bad, dns := (*StatusError)(nil), (*PrivateError)(nil), (*tls.CertificateVerificationError)(nil), (*net.DNSError)(nil)
	switch {
	case errors.As(err, &status), errors.As(err, &private), errors.As(err, &bad):
		return true
	case errors.As(err, &dns) && dns.IsNotFound:
		return true
	}
	return errors.Is(err, ErrTooLarge) || errors.Is(err, errRedirect) || errors.Is(err, errPacked)
}

// cause returns why a context ended where that is what an error is about.
func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// plainly takes the machinery out of an error of the network.
func plainly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if private := (*PrivateError)(nil); errors.As(err, &private) {
		return private
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) && dns.IsNotFound {
		return fmt.Errorf("there is no host %q", dns.Name)
	}
	return err
}
