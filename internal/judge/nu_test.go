package judge_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tool returns a file of the packages that .ci/judges names, or skips. CORANTO_JUDGES is where they were installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(cmp.Or(os.Getenv("CORANTO_JUDGES"), filepath.Join("..", "..", ".ci", "judges")), "node_modules", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no %s: run npm ci in .ci/judges, or set CORANTO_JUDGES to a folder where that was done", name)
	}
	return file
}

// A complaint is a message of the Nu HTML checker.
type complaint struct {
	Type, SubType, URL, Message, Extract string
	LastLine                             int
}

// TestNu has the Nu HTML checker look at each page of the sample newsroom, and at pages of every kind in every language of
// the corpus where that is here, at each page of WordPress's theme unit test, at the gallery and at the reader's newspaper: no error, and no warning.
func TestNu(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand pages take a quarter of a minute")
	}
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("no java: the Nu HTML checker needs it")
	}
	jar := tool(t, "vnu-jar/build/dist/vnu.jar")
	var files []string
	for i, r := range rooms(t) {
		pages := r.pages
		if i > 0 && !r.each {
			pages = r.specimens(2)
		}
		for _, p := range pages {
			files = append(files, filepath.Join(r.public, filepath.FromSlash(p)))
		}
	}
	files = slices.Concat(files, keepGallery(t), keepPapers(t))
	t.Logf("%d pages", len(files))
	seen := map[string]int{}
	for _, c := range check(t, java, jar, files) {
		// The checker reads files, for which no other file is 'self', and takes data for a script. What the policy does
		// to a page is seen in a browser.
		if c.SubType == "warning" && strings.Contains(c.Message, "violates Content Security Policy") {
			continue
		}
		if seen[c.Message]++; seen[c.Message] <= 3 {
			t.Errorf("%s:%d: %s %s: %s: %.200s", strings.TrimPrefix(c.URL, "file:"+scratch), c.LastLine, c.Type, c.SubType, c.Message, c.Extract)
		}
	}
	for message, n := range seen {
		if n > 3 {
			t.Errorf("%d times: %s", n, message)
		}
	}
	t.Run("it sees", func(t *testing.T) {
		bad := filepath.Join(t.TempDir(), "bad.html")
		if err := os.WriteFile(bad, []byte("<!doctype html><html lang=en><title>x</title><p align=left><img src=x>"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := check(t, java, jar, []string{bad}); len(got) < 2 {
			t.Errorf("the checker finds nothing wrong with a bad page: %v", got)
		}
	})
}

// check runs the checker over files, all in one go.
func check(t *testing.T, java, jar string, files []string) []complaint {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), java, append([]string{"-Xss8m", "-jar", jar, "--format", "json", "--exit-zero-always",
		"--skip-info-messages", "--no-langdetect"}, files...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("the checker: %v: %.2000s", err, stderr.String())
	}
	var report struct{ Messages []complaint }
	if err := json.Unmarshal(stderr.Bytes(), &report); err != nil {
		t.Fatalf("the checker: %v in %.2000s", err, stderr.String())
	}
	return report.Messages
}
