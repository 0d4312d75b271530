package main

import (
	"bytes"
	"io/fs"
	"testing"

	"coranto/vectors"
)

// The files are what this program writes, and nothing else.
func TestGenerateGivesTheSame(t *testing.T) {
	files := generate()
	err := fs.WalkDir(vectors.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, ok := files[name]; !ok {
			t.Errorf("%s: nothing writes it", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := fs.ReadFile(vectors.FS(), name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: not as generated (go generate ./vectors); %v", name, err)
		}
	}
}

// Two runs in one process give the same bytes: nothing depends on the order of a map.
func TestGenerateTwice(t *testing.T) {
	a, b := generate(), generate()
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s: differs from run to run", name)
		}
	}
}
