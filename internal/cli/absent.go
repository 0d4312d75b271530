package cli

import (
	"context"
	"iter"
)

// An absent target is one that can't be opened, such as a stick that is not there. It does not keep the others from
// being published to, and is told of as late.
type absent struct {
	name string
	err  error
}

func (a absent) Name() string                                       { return a.name }
func (a absent) Put(context.Context, string, []byte) error          { return a.err }
func (a absent) Link(context.Context, string, string) error         { return a.err }
func (a absent) Delete(context.Context, string) error               { return a.err }
func (a absent) Flush(context.Context) error                        { return a.err }
func (a absent) Get(context.Context, string, int64) ([]byte, error) { return nil, a.err }

// List yields the error alone.
func (a absent) List(context.Context, string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("", a.err) }
}
