package scantest_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"coranto/edition"
	"coranto/internal/scantest"
)

// A search that finds nothing proves nothing unless it finds what is there.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte("a needle that is packed"))
	w.Close()
	coded, seed, err := edition.CodeSeed([]byte("a needle in a seed"))
	if err != nil {
		t.Fatal(err)
	}
	pack, err := edition.CodePack([]byte("a needle in a pack that is primed"), seed)
	if err != nil {
		t.Fatal(err)
	}
	hash := [32]byte{1, 2, 3}
	for name, b := range map[string][]byte{
		"plain/x":      []byte("a needle in the open"),
		"packed":       z.Bytes(),
		"packed-later": append([]byte("head \x1f\x8b\x08 "), z.Bytes()...),
		"needle/empty": nil,
		"seed":         coded,
		"coded":        pack,
		"hash":         hash[:],
		"hash.txt":     []byte(scantest.Hash(hash)[1]),
		"hash.64":      []byte(scantest.Hash(hash)[2]),
		"other":        []byte("nothing"),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := scantest.Find(t, dir, "needle"); len(got) != 7 { // a folder and the file in it are two
		t.Errorf("got %q", got)
	}
	if got := scantest.Find(t, dir, scantest.Hash(hash)...); len(got) != 3 {
		t.Errorf("got %q", got)
	}
	if got := scantest.Find(t, dir, "missing"); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
