// Package scantest looks through every byte of a folder, for tests that want something gone: its names, its files as
// they are, and whatever in them is compressed, packs among it.
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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coranto/edition"
)

// Find returns where in a folder something stands: in the name of a file or folder, in a file's bytes, in the
// bytes of a gzip stream that begins anywhere in it, or in the text of a coded pack or seed. Each answer is one thing in
// one file.
func Find(t testing.TB, dir string, wanted ...string) (found []string) {
	t.Helper()
	ix := newIndex(wanted)
	err := walk(dir, func(name string, texts [][]byte) {
		for _, w := range ix.in(texts) {
			found = append(found, fmt.Sprintf("%.40q in %s", w, name))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// An index finds many texts in one pass: by their first two bytes, then by their beginnings.
type index struct {
	begins [1 << 16]bool
	by     map[[2]byte][]string
	short  []string // less than two bytes
}

func newIndex(wanted []string) *index {
	ix := &index{by: map[[2]byte][]string{}}
	for _, w := range wanted {
		if len(w) < 2 {
			ix.short = append(ix.short, w)
			continue
		}
		k := [2]byte{w[0], w[1]}
		ix.begins[int(k[0])<<8|int(k[1])] = true
		ix.by[k] = append(ix.by[k], w)
	}
	return ix
}

// in returns what some texts hold, sorted, each once.
func (ix *index) in(texts [][]byte) []string {
	found := map[string]bool{}
	for _, b := range texts {
		for i := range max(0, len(b)-1) {
			if !ix.begins[int(b[i])<<8|int(b[i+1])] {
				continue
			}
			for _, w := range ix.by[[2]byte{b[i], b[i+1]}] {
				if len(b)-i >= len(w) && string(b[i:i+len(w)]) == w {
					found[w] = true
				}
			}
		}
		for _, w := range ix.short {
			if bytes.Contains(b, []byte(w)) {
				found[w] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Texts returns all that Find looks through in a folder, one thing after the other.
func Texts(t testing.TB, dir string) []byte {
	t.Helper()
	var all []byte
	if err := walk(dir, func(_ string, texts [][]byte) { all = append(all, bytes.Join(texts, []byte("\n"))...) }); err != nil {
		t.Fatal(err)
	}
	return all
}

// walk calls f for each file and folder with its name and all texts of it, the name among them.
func walk(dir string, f func(name string, texts [][]byte)) error {
	seeds, err := seedsIn(dir)
	if err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
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
			texts = append(append(append(texts, b), unzipped(b)...), unpacked(b, seeds)...)
		}
		f(short, texts)
		return nil
	})
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

// seedsIn returns what the packs in a folder may be primed with: whatever is coded and not primed itself.
func seedsIn(dir string) (seeds []*edition.Seed, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		c, err := edition.ParseCoding(b)
		if err != nil || c.Primed {
			return nil
		}
		seed, err := edition.DecodeSeed(b, c.Size)
		known := func(s *edition.Seed) bool { return bytes.Equal(s.Text(), seed.Text()) }
		if err == nil && !slices.ContainsFunc(seeds, known) {
			seeds = append(seeds, seed)
		}
		return nil
	})
	return seeds, err
}

// unpacked returns the texts that a coded file may stand for, by any seed.
func unpacked(b []byte, seeds []*edition.Seed) (out [][]byte) {
	c, err := edition.ParseCoding(b)
	if err != nil {
		return nil
	}
	if !c.Primed {
		seeds = []*edition.Seed{nil}
	}
	for _, seed := range seeds {
		if text, err := edition.DecodePack(b, seed, c.Size); err == nil {
			out = append(out, text)
		}
	}
	return out
}

// Objects returns the objects of the mirror in a folder.
func Objects(t testing.TB, dir string) map[edition.Hash][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "o", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[edition.Hash][]byte{}
	for _, f := range files {
		h, err := edition.ParseHash(filepath.Base(f))
		if err != nil {
			t.Fatal(err)
		}
		if out[h], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Gone returns the hashes, in every form, of the objects that were there before and are not any more. Manifests are left
// out: their hashes are the log's records, which stay.
func Gone(before, after map[edition.Hash][]byte) (forms []string) {
	for h, b := range before {
		if _, still := after[h]; !still && !bytes.HasPrefix(b, []byte("coranto manifest ")) {
			forms = append(forms, Hash(h)...)
		}
	}
	return forms
}

// Hash returns the forms in which a hash may stand in a file: its bytes, hex and base64.
func Hash(h edition.Hash) []string {
	return []string{string(h[:]), hex.EncodeToString(h[:]), base64.StdEncoding.EncodeToString(h[:])}
}
