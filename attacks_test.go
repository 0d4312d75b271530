package coranto_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that docs/attacks.md names is there, and every attack of the reader's table is in docs/attacks.md.
func TestAttacksAreNamed(t *testing.T) {
	doc, err := os.ReadFile("docs/attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("\\| `([a-z/]+)` `(Test\\w+)(?:/([^`]+))?` \\|").FindAllStringSubmatch(string(doc), -1) {
		dir, name, sub := m[1], m[2], m[3]
		if sources[dir] == "" {
			sources[dir] = testSources(t, dir)
		}
		if !strings.Contains(sources[dir], "func "+name+"(t *testing.T)") {
			t.Errorf("%s has no %s", dir, name)
		}
		if sub != "" && !strings.Contains(sources[dir], `{"`+sub+`", `) {
			t.Errorf("%s of %s has no case %q", name, dir, sub)
		}
		named[sub] = true
	}
	if len(named) < 20 {
		t.Fatalf("found only %d attacks", len(named))
	}
	_, table, _ := strings.Cut(sources["reader"], "func attacks() []attack {")
	table, _, _ = strings.Cut(table, "\n}\n")
	for _, m := range regexp.MustCompile(`\{"([^"]+)", "`).FindAllStringSubmatch(table, -1) {
		if !named[m[1]] {
			t.Errorf("docs/attacks.md does not name %q", m[1])
		}
	}
}

// testSources returns the test files of a folder, one after another.
func testSources(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d test files, %v", dir, len(files), err)
	}
	var all strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
