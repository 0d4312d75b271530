package vectors_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"testing"

	"coranto/vectors"
)

func TestBytes(t *testing.T) {
	for form, want := range map[string]string{
		`""`: "", `"ж"`: "ж", `{"hex":"00ff"}`: "\x00\xff", `{"repeat":"ab","times":3}`: "ababab", `{"pattern":3}`: "\x00\x01\x02",
		`["a",{"hex":"62"},{"repeat":"c","times":2}]`: "abcc",
	} {
		var b vectors.Bytes
		if err := json.Unmarshal([]byte(form), &b); err != nil || string(b.Join()) != want {
			t.Errorf("%s: got %q, %v, want %q", form, b.Join(), err, want)
		}
		if again, err := json.Marshal(b); err != nil || string(again) != form {
			t.Errorf("%s: written as %s, %v", form, again, err)
		}
	}
	if b := (vectors.Bytes{{Pattern: 600}}).Join(); b[251] != 0 || b[599] != 97 {
		t.Errorf("pattern: got %d and %d, want 0 and 97", b[251], b[599])
	}
	var b vectors.Bytes
	if err := json.Unmarshal([]byte(`{"hex":"00","colour":"red"}`), &b); err == nil {
		t.Error("an unknown field was accepted")
	}
}

func TestLoadRefuses(t *testing.T) {
	if _, err := vectors.Load[vectors.Raw, vectors.Raw]("none.json"); err == nil {
		t.Error("a file that is not there was loaded")
	}
	if _, err := vectors.Load[vectors.Raw, vectors.ObjectPathValue]("path.json"); err == nil {
		t.Error("a file of another shape was loaded")
	}
}

// Every case has a name of its own, and each refusal a twin in the same file that is accepted, with another input. The
// whole stays small enough to be carried along.
func TestCases(t *testing.T) {
	size := 0
	err := fs.WalkDir(vectors.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		b, _ := fs.ReadFile(vectors.FS(), name)
		size += len(b)
		f, err := vectors.Load[any, any](name)
		if err != nil {
			return err
		}
		if f.About == "" || len(f.Cases) == 0 {
			t.Errorf("%s: says nothing", name)
		}
		checkCases(t, name, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if size > 5<<18 {
		t.Errorf("%d bytes of vectors, want at most 1.25 MiB", size)
	}
}

func checkCases(t *testing.T, file string, f vectors.File[any, any]) {
	byName := map[string]vectors.Case[any, any]{}
	for _, c := range f.Cases {
		if _, ok := byName[c.Name]; ok {
			t.Errorf("%s: two cases %q", file, c.Name)
		}
		byName[c.Name] = c
	}
	for _, c := range f.Cases {
		if (c.Want == nil) == (c.Refused == "") || c.Rule == "" {
			t.Errorf("%s: %q must be wanted or refused, by a rule", file, c.Name)
		}
		twin, ok := byName[c.Twin]
		if c.Refused != "" && (!ok || twin.Refused != "" || reflect.DeepEqual(twin.In, c.In)) {
			t.Errorf("%s: %q has no twin that is accepted", file, c.Name)
		}
	}
}

// Each case stands on a line of its own, so that a change of one shows as a change of one.
func TestOneCaseALine(t *testing.T) {
	b, err := fs.ReadFile(vectors.FS(), "entry.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := vectors.Load[vectors.Raw, vectors.EntryValue]("entry.json")
	if lines := bytes.Count(b, []byte("\n")); err != nil || lines != len(f.Cases)+2 || !strings.HasSuffix(string(b), "\n]}\n") {
		t.Errorf("%d lines for %d cases, %v", lines, len(f.Cases), err)
	}
}
