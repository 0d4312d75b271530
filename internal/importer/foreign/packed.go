package foreign

import (
	"compress/gzip"
	"fmt"
	"io"
)

// maxRatio is how many times its packed size a file may have unpacked, from freely bytes on: exports pack to a tenth, and
// nothing that people wrote to a two-hundredth.
const maxRatio, freely = 200, 64 << 20

// unpacked reads what was packed with gzip.
func unpacked(r io.Reader) (io.ReadCloser, error) {
	packed := &counter{r: r}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	return &bounded{z, func() int64 { return packed.n }, 0}, nil
}

// A counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// A bounded reader ends with an error when what it unpacks is out of all proportion.
type bounded struct {
	io.ReadCloser
	packed func() int64 // how many packed bytes there are, or were read
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.n += int64(n); b.n > freely && b.n/maxRatio > b.packed() {
		return 0, fmt.Errorf("it grows to over %d times its packed size: not unpacked any further", maxRatio)
	}
	return n, err
}
