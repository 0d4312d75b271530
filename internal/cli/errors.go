package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
)

// A usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// A hintError says what to do about an error.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

// withHint adds what to do to an error, unless it says so already.
func withHint(err error, hint string) error {
	var h *hintError
	if err == nil || errors.As(err, &h) {
		return err
	}
	return &hintError{err, hint}
}

// A codeError ends the program with an exit code of its own. With a nil err the command has said all there is to say.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}
func (e *codeError) Unwrap() error { return e.err }

// listenError says what to do about an address that can't be listened on.
func listenError(address string, err error) error {
	if _, _, split := net.SplitHostPort(address); split != nil {
		return withHint(&usageError{split}, "give an address and a port, as 127.0.0.1:8080, or :80")
	}
	return withHint(err, "choose another with --listen ADDRESS")
}

// report prints an error and returns its exit code.
func (e *env) report(ctx context.Context, err error) int {
	code := exitFailure
	var usage *usageError
	var coded *codeError
	switch {
	case errors.As(err, &coded):
		code = coded.code
	case errors.As(err, &usage):
		code = exitUsage
	case ctx.Err() != nil:
		fmt.Fprintln(e.stderr, "coranto: interrupted")
		return exitInterrupted
	}
	if coded != nil && coded.err == nil {
		return code
	}
	fmt.Fprintf(e.stderr, "coranto: %v\n", err)
	var h *hintError
	if errors.As(err, &h) {
		fmt.Fprintf(e.stderr, "hint: %s\n", h.hint)
	}
	return code
}

// printJSON prints a result for a script: one object on one line.
func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
