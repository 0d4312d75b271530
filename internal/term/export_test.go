package term

import (
	"io"
	"time"
)

// NewTerminal returns a Term that takes w for a terminal of a width.
func NewTerminal(w io.Writer, quiet, color bool, now func() time.Time, width int) *Term {
	return &Term{w: w, quiet: quiet, color: color, tty: true, now: now, width: func() int { return width }}
}
