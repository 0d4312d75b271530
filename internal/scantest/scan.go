// Package scantest looks through every byte of a folder, for tests that want something gone: its names, its files as
// they are, and whatever in them is compressed.
package scantest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Find returns where in a folder something stands: in the name of a file or folder, in a file's bytes, or in the
// bytes of a gzip stream that begins anywhere in it. Each answer is one thing in one file.
func Find(t testing.TB, dir string, wanted ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		short, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		texts := [][]byte{[]byte(filepath.ToSlash(short))}
		if d.Type().IsRegular() {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			texts = append(append(texts, b), unzipped(b)...)
		}
		for _, w := range wanted {
			if slices.ContainsFunc(texts, func(b []byte) bool { return bytes.Contains(b, []byte(w)) }) {
				found = append(found, fmt.Sprintf("%.40q in %s", w, short))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// unzipped returns what the gzip streams in b hold, as far as they can be read.
func unzipped(b []byte) (out [][]byte) {
	magic := []byte{0x1f, 0x8b, 8}
	for at := bytes.Index(b, magic); at >= 0; {
		z, err := gzip.NewReader(bytes.NewReader(b[at:]))
		if err == nil {
			z.Multistream(false)
			plain, readErr := io.ReadAll(io.LimitReader(z, 64<<20))
			if readErr == nil || errors.Is(readErr, io.ErrUnexpectedEOF) {
				out = append(out, plain)
			}
		}
		next := bytes.Index(b[at+1:], magic)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return out
}

// Hash returns the forms in which a hash may stand in a file: its bytes, hex and base64.
func Hash(h [32]byte) []string {
	return []string{string(h[:]), hex.EncodeToString(h[:]), base64.StdEncoding.EncodeToString(h[:])}
}
