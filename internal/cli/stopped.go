package cli

import (
	"errors"
	"io/fs"
	"os"

	"coranto/internal/durable"
	"coranto/internal/target"
)

// stoppedFile stands in the newsroom's folder while a publish is at work, and after one that did not come to its end.
const stoppedFile = "publishing"

// toItsEnd runs a publish. When the one before was stopped, it first removes the temporary files that that one left:
// no reader sees them, but a disk that crashes now and then would fill up. It walks all of the targets, which may take
// long, so it must not happen on every run. The newsroom must be locked.
func (n *newsroom) toItsEnd(targets []target.Target, publish func() error) error {
	f, err := n.root.OpenFile(stoppedFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case err == nil:
		err = f.Close()
	case errors.Is(err, fs.ErrExist):
		err = n.sweep(targets)
	}
	if err != nil {
		return err
	}
	if err := publish(); err != nil {
		return err
	}
	return n.root.Remove(stoppedFile)
}

// sweep removes the temporary files of a publish that was stopped, from the targets and from the newsroom's own trust.
func (n *newsroom) sweep(targets []target.Target) error {
	_, err := durable.Sweep(n.root, "trust")
	for _, t := range targets {
		if t, ok := t.(interface{ Sweep() error }); ok {
			err = errors.Join(err, t.Sweep())
		}
	}
	return err
}
