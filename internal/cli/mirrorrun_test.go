package cli_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// A mirror that keeps itself serves what it pulled, takes over the next edition while it runs, and ends when it is told.
func TestMirrorRun(t *testing.T) {
	s := tinyRoom(t)
	must(t, "-C", s.dir, "publish", "-q")
	masthead := filepath.Join(filepath.Dir(s.dir), "masthead.json")
	b, err := os.ReadFile(filepath.Join(s.dir, "public/masthead.json"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, masthead, string(b))
	dir := filepath.Join(filepath.Dir(s.dir), "mirror")
	cmd := exec.Command("coranto", "mirror", "run", filepath.Join(s.dir, "public"), "--to", dir, "--masthead", masthead,
		"--listen", "127.0.0.1:0", "--every", "1s")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stderr)
	address := next(t, lines, `on (http://\S+/) and pulling every 1s`)
	next(t, lines, `^(edition 1): \d+ new objects`)
	if got := must(t, "read", masthead, "--mirror", address, "--leave-no-trace", "--get", s.page); got == "" {
		t.Error("a reader got nothing")
	}
	feed := filepath.Join(filepath.Dir(s.dir), "later.json")
	writeFile(t, feed, `{"version":"https://jsonfeed.org/version/1.1","title":"One","language":"en","items":[{"id":"2",`+
		`"title":"A lake","content_text":"It lies.","date_published":"2026-11-22T13:00:00Z"}]}`)
	must(t, "-C", s.dir, "import", "feed", feed, "-q")
	must(t, "-C", s.dir, "publish", "-q")
	next(t, lines, `^(edition 2): \d+ new objects`)
	must(t, "verify", address, "--masthead", masthead)
	must(t, "verify", dir, "--masthead", masthead)

	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines.Scan() {
		}
	}()
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	client := http.Client{Timeout: time.Second}
	if resp, err := client.Get(address); err == nil {
		resp.Body.Close()
		t.Error("it still answers")
	}
}

// next reads lines up to one that matches, and returns its first group.
func next(t *testing.T, lines *bufio.Scanner, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for lines.Scan() {
		if m := re.FindStringSubmatch(lines.Text()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("no line like %q", pattern)
	return ""
}
