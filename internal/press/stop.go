package press

import (
	"errors"

	"coranto/internal/publish"
)

// The kinds of alarms. They are part of what scripts read.
const (
	KindPublish   = "publish"   // publishing has failed for long
	KindCheck     = "check"     // the newsroom's own checks refuse what is to come out
	KindHeartbeat = "heartbeat" // nobody has vouched for the edition for long
	KindExpiry    = "expiry"    // something that readers rely on expires
	KindFork      = "fork"      // somebody holds an edition that is signed and not ours
	KindLost      = "lost"      // the newsroom's own target is empty
	KindKeys      = "keys"      // the keys or the trust can't be read
	KindTarget    = "target"    // a target has been late for long
	KindMirror    = "mirror"    // a mirror is dead, old, or lies
	KindImport    = "import"    // an import has failed for long
	KindDisk      = "disk"      // the disk is nearly full
	KindStuck     = "stuck"     // work takes very long
	KindTest      = "test"      // somebody wants to see an alarm
)

// A StopError says that the press can't go on without a person. Kind is the alarm that it shouts.
type StopError struct {
	Kind string
	Err  error
}

// Error says what is wrong.
func (e *StopError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *StopError) Unwrap() error { return e.Err }

// stopFor returns what an error of publishing must end the press with, or nil when trying again may help.
func stopFor(err error) *StopError {
	var stop *StopError
	var fork *publish.ForkError
	switch {
	case errors.As(err, &stop):
		return &StopError{stop.Kind, err} // with what was said around it
	case errors.As(err, &fork):
		return &StopError{KindFork, err}
	case errors.Is(err, publish.ErrLost):
		return &StopError{KindLost, err}
	}
	return nil
}

// ErrBusy is wrapped by what Publish and Import return when another process is at work on the newsroom. It is no
// failure: the press soon asks again.
var ErrBusy = errors.New("another process is at work on the newsroom")
