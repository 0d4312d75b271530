package durable_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"coranto/internal/durable"
)

func TestReadFile(t *testing.T) {
	fsys := fstest.MapFS{"a/five": {Data: []byte("12345")}}
	for _, c := range []struct {
		name string
		max  int64
		want string
		ok   bool
	}{{"a/five", 5, "12345", true}, {"a/five", 9, "12345", true}, {"a/five", 4, "", false}, {"a", 9, "", false}} {
		got, err := durable.ReadFile(fsys, c.name, c.max)
		if string(got) != c.want || (err == nil) != c.ok {
			t.Errorf("%s, at most %d: got %q, %v", c.name, c.max, got, err)
		}
	}
	if _, err := durable.ReadFile(fsys, "b", 9); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
