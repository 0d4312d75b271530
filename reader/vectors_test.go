package reader_test

import (
	"context"
	"io/fs"
	"iter"
	"maps"
	"regexp"
	"testing"
	"time"

	"coranto/edition"
	"coranto/reader"
	"coranto/vectors"
)

// A fileMap is a mirror in memory that can say which files it has.
type fileMap map[string][]byte

// Name returns the same for all.
func (m fileMap) Name() string { return "vectors" }

// Fetch returns a file.
func (m fileMap) Fetch(_ context.Context, path string, max int64) ([]byte, error) {
	b, ok := m[path]
	switch {
	case !ok:
		return nil, fs.ErrNotExist
	case int64(len(b)) > max:
		return nil, reader.ErrTooLong
	}
	return b, nil
}

// Files yields the paths of all files whose names don't begin with a dot, as a folder does.
func (m fileMap) Files(context.Context) iter.Seq2[string, error] {
	hidden := regexp.MustCompile(`(^|/)\.`)
	return func(yield func(string, error) bool) {
		for path := range m {
			if !hidden.MatchString(path) && !yield(path, nil) {
				return
			}
		}
	}
}

// reasons are what Verify says for the codes of the vectors of whole mirrors.
var reasons = map[string]string{
	"missing-file": `missing`,
	"bad-bytes":    `differs|another hash|goes on|not what the log has`,
	"bad-count":    `manifest|counts|files|bytes`,
	"bad-cut":      `root|cut|built`,
	"stray-file":   `.`,
}

// TestVectorsMirror verifies whole mirrors, of which each rule that they can break is broken once.
func TestVectorsMirror(t *testing.T) {
	f, err := vectors.Load[vectors.Mirror, vectors.WholeValue]("mirror.json")
	if err != nil {
		t.Fatal(err)
	}
	m := edition.Masthead{Name: "The Lantern", Languages: []string{"en"}, Root: f.Mirrors["base"]["trust/1.root.json"].Join()}
	noon := time.Date(2026, 11, 22, 12, 5, 0, 0, time.UTC)
	for _, c := range f.Cases {
		t.Run(c.Name, func(t *testing.T) {
			a, err := reader.Verify(t.Context(), mirrorOf(f, c.In), m, reader.VerifyOptions{Now: func() time.Time { return noon }})
			switch {
			case err != nil:
				t.Fatal(err)
			case c.Refused == "" && (!a.Authentic || !a.Whole || a.Edition != c.Want.Edition || len(a.Problems) > 0):
				t.Errorf("got %+v, want edition %d whole", a, c.Want.Edition)
			case c.Refused != "" && !has(a.Problems, c.At, reasons[c.Refused]):
				t.Errorf("got %+v, want %s at %q", a.Problems, c.Refused, c.At)
			}
		})
	}
}

func mirrorOf(f vectors.File[vectors.Mirror, vectors.WholeValue], in vectors.Mirror) fileMap {
	files := maps.Clone(f.Mirrors[in.Base])
	maps.Copy(files, in.With)
	for _, path := range in.Without {
		delete(files, path)
	}
	m := fileMap{}
	for path, b := range files {
		m[path] = b.Join()
	}
	return m
}

// has says whether one of the problems is for a reason, and at a file where one is named.
func has(problems []reader.Problem, file, reason string) bool {
	for _, p := range problems {
		if (file == "" || p.File == file) && reason != "" && regexp.MustCompile(reason).MatchString(p.Reason) {
			return true
		}
	}
	return false
}
