package edition

import "fmt"

// An InvalidError says that bytes are not what they should be: altered, cut short, out of place or forged. It is never
// retried as if it were the network, and never turned into a warning.
type InvalidError struct {
	// What names the thing that failed: a path on the mirror where there is one, or else a part of the format, as "manifest".
	What string
	Err  error
}

// Error returns "WHAT: why".
func (e *InvalidError) Error() string { return e.What + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *InvalidError) Unwrap() error { return e.Err }

func invalid(what, format string, args ...any) *InvalidError {
	return &InvalidError{What: what, Err: fmt.Errorf(format, args...)}
}
