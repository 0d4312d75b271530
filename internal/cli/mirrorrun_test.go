package cli_test

import (
	"bufio"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
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
	supervisor, err := net.ListenPacket("unixgram", filepath.Join(filepath.Dir(s.dir), "notify"))
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Close()
	cmd := exec.Command("coranto", "mirror", "run", filepath.Join(s.dir, "public"), "--to", dir, "--masthead", masthead,
		"--listen", "127.0.0.1:0", "--every", "1s")
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+supervisor.LocalAddr().String())
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
	for _, want := range []string{"READY=1", "STATUS=edition 1; looked for a newer one at "} {
		b := make([]byte, 200)
		if n, _, err := supervisor.ReadFrom(b); err != nil || !strings.HasPrefix(string(b[:n]), want) {
			t.Errorf("the supervisor was told %q, %v", b[:n], err)
		}
	}
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
