package wordpress

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
)

// The bounds of reading ahead. A piece that is being read takes many times its size in memory.
const (
	aheadPieces = 128
	aheadBytes  = 24 << 20
	leastWeight = 4 << 10
)

// A reading is what a piece was read as, and where it stands.
type reading[T any] struct {
	at  spot
	val T

	piece  piece
	ns     namespaces
	weight int64
	done   chan struct{}
}

// each reads the pieces of an export from a spot on, several at once, and yields what read makes of them in their order.
// Before it returns, all that it started has ended.
func each[T any](ctx context.Context, x *Export, from spot, read func(spot, piece, namespaces) T) iter.Seq2[*reading[T], error] {
	return func(yield func(*reading[T], error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		work, order := make(chan *reading[T], aheadPieces), make(chan *reading[T], aheadPieces)
		room := semaphore.NewWeighted(aheadBytes)
		var all sync.WaitGroup
		defer all.Wait()
		defer cancel()
		var fault error // of the splitting; to be read once order is closed
		all.Go(func() {
			defer close(order)
			defer close(work)
			fault = split(ctx, x, from, func(r *reading[T]) error {
				r.weight = min(max(4*int64(len(r.piece.text)), leastWeight), aheadBytes)
				if err := room.Acquire(ctx, r.weight); err != nil {
					return err
				}
				for _, queue := range [...]chan *reading[T]{order, work} {
					select {
					case queue <- r:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return nil
			})
		})
		for range runtime.GOMAXPROCS(0) {
			all.Go(func() {
				for r := range work {
					r.val = read(r.at, r.piece, r.ns)
					r.piece = piece{}
					close(r.done)
				}
			})
		}
		for r := range order {
			select {
			case <-r.done:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
			if !yield(r, nil) {
				return
			}
			room.Release(r.weight)
		}
		if fault != nil {
			yield(nil, fault)
		}
	}
}

// split cuts the parts of an export into pieces from a spot on. What is wrong with a part is a piece too.
func split[T any](ctx context.Context, x *Export, from spot, use func(*reading[T]) error) error {
	for at := from; at.part < len(x.parts); at = (spot{part: at.part + 1, line: 1}) {
		end, err := splitPart(x, at, use)
		if err != nil {
			return err
		}
		if err := use(&reading[T]{at: end.at, piece: end, done: make(chan struct{})}); err != nil {
			return err
		}
	}
	return nil
}

// splitPart cuts one part of an export into pieces, and returns one that says what became of the file.
func splitPart[T any](x *Export, at spot, use func(*reading[T]) error) (piece, error) {
	end := piece{name: "file", at: at}
	root, err := x.root(at.part)
	if err != nil || !isExport(root) {
		end.err = cmp.Or(err, errNoExport)
		return end, nil
	}
	file, text, err := x.openPart(at)
	if err != nil {
		end.err = err
		return end, nil
	}
	defer file.Close()
	ns := newNamespaces(root)
	check := func(text []byte) error {
		_, err := readPost(text, ns)
		return err
	}
	s := newSplitter(text, check, at)
	for {
		p, err := s.next()
		p.at.part, end.at = at.part, s.here()
		end.at.part = at.part
		if errors.Is(err, io.EOF) {
			end.notes = text.Notes()
			return end, nil
		}
		if err != nil {
			end.err = err
			return end, nil
		}
		if err := use(&reading[T]{at: p.at, piece: p, ns: ns, done: make(chan struct{})}); err != nil {
			return end, err
		}
	}
}

// root returns the first tag of a part of the export; nil where it has none.
func (x *Export) root(part int) ([]byte, error) {
	file, text, err := x.openPart(spot{part: part})
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s := newSplitter(io.LimitReader(text, 1<<20), nil, spot{})
	for s.root == nil {
		if _, err := s.next(); err != nil {
			break // whatever it is, it has no root
		}
	}
	return s.root, nil
}
