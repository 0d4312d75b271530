package edition

import (
	"errors"
	"fmt"
	"strings"
)

// MaxPictures is the number of pictures of a file of pictures, MaxPicture the size of one in bytes.
const (
	MaxPictures = 1 << 16
	MaxPicture  = 10_000
)

// A Picture is a rendition in a file of pictures: the path where the edition has it, and its bytes, which are believed
// only when they are the ones that the edition has there.
type Picture struct {
	Path string
	Body []byte
}

const picturesHeader = "coranto pictures 1"

// CodePictures returns the file of some pictures, sorted by path and padded.
func CodePictures(pictures []Picture) ([]byte, error) {
	b := fmt.Appendf(nil, "%s\n%d\n", picturesHeader, len(pictures))
	for i, p := range pictures {
		if err := checkPicture(pictures, i, int64(len(p.Body))); err != nil {
			return nil, err
		}
		b = fmt.Appendf(b, "%s %d\n", p.Path, len(p.Body))
	}
	for _, p := range pictures {
		b = append(b, p.Body...)
	}
	if len(b) > MaxFile || len(pictures) < 1 || len(pictures) > MaxPictures {
		return nil, fmt.Errorf("%d pictures in %d bytes are out of range", len(pictures), len(b))
	}
	return pad(b), nil
}

func checkPicture(ps []Picture, i int, size int64) error {
	if err := CheckPath(ps[i].Path); err != nil {
		return err
	}
	if i > 0 && ps[i-1].Path >= ps[i].Path {
		return fmt.Errorf("picture %q stands after %q", ps[i].Path, ps[i-1].Path)
	}
	if size < 1 || size > MaxPicture {
		return fmt.Errorf("picture %q of %d bytes, want 1 to %d", ps[i].Path, size, MaxPicture)
	}
	return nil
}

// ParsePictures reads a file of pictures, whose bytes alias b, and refuses every encoding but CodePictures' with an
// *InvalidError.
func ParsePictures(b []byte) ([]Picture, error) {
	ps, err := parsePictures(b)
	if err != nil {
		return nil, &InvalidError{What: "pictures", Err: err}
	}
	return ps, nil
}

func parsePictures(b []byte) (ps []Picture, err error) {
	if len(b) > MaxFile {
		return nil, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxFile)
	}
	s := &lines{rest: string(b)}
	if s.next() != picturesHeader {
		return nil, fmt.Errorf("does not begin with %q", picturesHeader)
	}
	n := s.size(s.next())
	if s.err != nil || n < 1 || n > MaxPictures {
		return nil, errors.Join(s.err, fmt.Errorf("%d pictures, want 1 to %d", n, MaxPictures))
	}
	var sizes []int64
	total := int64(0)
	for i := 0; s.err == nil && i < int(n); i++ {
		path, size, _ := strings.Cut(s.next(), " ")
		ps = append(ps, Picture{Path: path})
		sizes = append(sizes, s.size(size))
		if s.err == nil {
			s.err = checkPicture(ps, i, sizes[i])
		}
		total += sizes[i]
	}
	if s.err != nil {
		return nil, s.err
	}
	rest := b[len(b)-len(s.rest):]
	if err := checkPadding(b, int64(len(b)-len(rest))+total); err != nil {
		return nil, err
	}
	for i := range ps {
		ps[i].Body, rest = rest[:sizes[i]:sizes[i]], rest[sizes[i]:]
	}
	again, err := CodePictures(ps)
	if err == nil && string(again) != string(b) {
		err = errors.New("not in its one valid encoding")
	}
	return ps, err
}
