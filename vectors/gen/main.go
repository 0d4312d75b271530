// Command gen writes the test vectors. It makes them from SPEC.md on its own: it encodes nodes, entries, logs, notes
// and trust metadata by hand, so that it can also encode them wrongly, and so that the vectors are a second opinion on
// package edition and not its echo. Its keys are made from names, and nothing depends on the time or the toolchain:
// generating again gives the same bytes.
//
//	go generate ./vectors
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"coranto/vectors"
)

func main() {
	files := generate()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.FromSlash(name), files[name], 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// generate returns the files of vectors by their names.
func generate() map[string][]byte {
	return map[string][]byte{
		"path.json":             paths().encode(),
		"key.json":              keys().encode(),
		"objectpath.json":       objectPaths().encode(),
		"entry.json":            entries().encode(),
		"list.json":             lists().encode(),
		"object.json":           objects().encode(),
		"gzip.json":             gzips().encode(),
		"node.json":             nodes().encode(),
		"boundary.json":         boundaries().encode(),
		"tree.json":             trees().encode(),
		"proof.json":            proofs().encode(),
		"manifest.json":         manifests().encode(),
		"breaking.json":         breakings().encode(),
		"tilepath.json":         tilePaths().encode(),
		"bundle.json":           bundles().encode(),
		"log.json":              records().encode(),
		"consistency.json":      consistency().encode(),
		"evidence.json":         evidences().encode(),
		"checkpoint.json":       checkpoints().encode(),
		"latest.json":           latests().encode(),
		"policy.json":           policies().encode(),
		"masthead.json":         mastheads().encode(),
		"short.json":            shorts().encode(),
		"mirror.json":           wholeMirrors().encode(),
		"freshness.json":        freshness().encode(),
		"trust/chain.json":      trustChain().encode(),
		"trust/form.json":       trustForm().encode(),
		"trust/signatures.json": trustSignatures().encode(),
		"trust/rollback.json":   trustRollback().encode(),
	}
}

// A sheet is a file in the making; rule is that of the cases to come.
type sheet[In, Want any] struct {
	vectors.File[In, Want]
	rule string
}

func newSheet[In, Want any](about string) *sheet[In, Want] {
	return &sheet[In, Want]{File: vectors.File[In, Want]{About: about}}
}

// ok adds a case that is not refused.
func (s *sheet[In, Want]) ok(name string, in In, want Want) {
	s.Cases = append(s.Cases, vectors.Case[In, Want]{Name: name, Rule: s.rule, In: in, Want: &want})
}

// no adds a case that is refused, and its twin that is not.
func (s *sheet[In, Want]) no(name, code, twin string, in In) {
	s.Cases = append(s.Cases, vectors.Case[In, Want]{Name: name, Rule: s.rule, In: in, Refused: code, Twin: twin})
}

// encode writes each case on a line of its own.
func (s *sheet[In, Want]) encode() []byte {
	head := s.File
	head.Cases = nil
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(compact(head), []byte("null}")))
	for i, c := range s.Cases {
		b.WriteString([]string{",\n", "[\n"}[btoi(i == 0)])
		b.Write(compact(c))
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	must(enc.Encode(v))
	return bytes.TrimSpace(b.Bytes())
}

// must stops at what can't fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// The forms of bytes.

func text(s string) vectors.Bytes { return vectors.Bytes{{Text: s}} }
func hexed(b []byte) vectors.Bytes {
	return vectors.Bytes{{Hex: hexOf(b)}}
}
func hexOf(b []byte) string           { return fmt.Sprintf("%x", b) }
func pattern(n int) vectors.Bytes     { return vectors.Bytes{{Pattern: n}} }
func raw(b vectors.Bytes) vectors.Raw { return vectors.Raw{Bytes: b} }
func repeat(s string, n int) vectors.Bytes {
	return vectors.Bytes{{Repeat: s, Times: n}}
}

func join(parts ...vectors.Bytes) vectors.Bytes { return slices.Concat(parts...) }
