package cli_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A newsroom runs by itself: it publishes what a command beside it imports and what its own import brings, tries a
// target again that failed, tells somebody, answers about its health, and ends when it is told to.
func TestRun(t *testing.T) {
	t.Parallel()
	s := tinyRoom(t)
	base := filepath.Dir(s.dir)
	stick, heard := filepath.Join(base, "stick"), filepath.Join(base, "heard")
	writeFile(t, stick, "in the way")
	own := filepath.Join(base, "own.json")
	writeFile(t, own, runFeed("A lake"))
	config, err := os.ReadFile(filepath.Join(s.dir, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), string(config)+`
[[target]]
name = "stick"
kind = "fs"
path = "../stick"
[[import]]
name = "own"
kind = "feed"
sources = ["../own.json"]
every = "1s"
[alarm]
command = ["sh", "-c", "cat >>../heard"]
after = "1s"
`)
	r := startRun(t, s.dir, nil, "--health", "127.0.0.1:0", "--settle", "0s", "--retry", "1s")
	address := next(t, r.lines, `health: (http://\S+/)`)
	next(t, r.lines, `msg=published why=(start) .*late=stick`)
	next(t, r.lines, `msg=published why=(changes) edition=2`)
	next(t, r.lines, `msg=ALARM state=(raised) kind=target subject=stick`)

	must(t, "-C", s.dir, "import", "feed", filepath.Join(base, "own.json"), "-q") // beside it: the same again
	if err := os.Remove(stick); err != nil {
		t.Fatal(err)
	}
	writeFile(t, own, runFeed("A storm"))
	next(t, r.lines, `msg=published .*edition=(3) .*late=""`)
	go r.readOn()
	must(t, "verify", stick, "--masthead", filepath.Join(s.dir, "public/masthead.json"))

	var health struct {
		OK      bool   `json:"ok"`
		Edition uint64 `json:"edition"`
	}
	for health.Edition != 3 { // it examines itself right after it has published
		b, status := get(t, address+"health")
		if err := json.Unmarshal(b, &health); err != nil || status != http.StatusOK || !health.OK {
			t.Fatalf("health: %d %s, %v", status, b, err)
		}
	}
	if page, _ := get(t, address); !strings.Contains(string(page), "stick") {
		t.Errorf("the page says %s", page)
	}
	if out := must(t, "-C", s.dir, "status"); !strings.Contains(out, "coranto run:  at work here") || !strings.Contains(out, "nothing is planned") {
		t.Errorf("status says %s", out)
	}
	must(t, "-C", s.dir, "publish", "-q") // by hand, beside it
	if out, err := exec.Command("coranto", "-C", s.dir, "run").CombinedOutput(); err == nil || !strings.Contains(string(out), "at work on") {
		t.Errorf("a second one: got %v, %s", err, out)
	}
	r.stop(t)
	b, err := os.ReadFile(heard)
	if err != nil || !strings.Contains(string(b), `the target "stick" could not be brought up to date`) {
		t.Errorf("the alarm's program heard %q, %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "store.db-wal")); err == nil {
		t.Error("the store was not closed")
	}
}

// Somebody changes the configuration, or what is scheduled falls due: it comes out by itself.
func TestRunSchedule(t *testing.T) {
	t.Parallel()
	s := tinyRoom(t)
	socket := filepath.Join(filepath.Dir(s.dir), "notify")
	supervisor, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Close()
	config, err := os.ReadFile(filepath.Join(s.dir, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	config = append(config, "[[import]]\nname = \"stories\"\nkind = \"markdown\"\npath = \"../stories\"\nevery = \"1h\"\n"...)
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), string(config))
	stories := filepath.Join(filepath.Dir(s.dir), "stories/border")
	if err := os.MkdirAll(stories, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(stories, "en.md"), "---\nheadline: The border is closed\npublished: 2026-11-20T09:00:00Z\n---\nIt is.\n")
	r := startRun(t, s.dir, []string{"NOTIFY_SOCKET=" + socket}, "--settle", "0s")
	told := make([]byte, 100)
	if n, err := supervisor.Read(told); err != nil || string(told[:n]) != "READY=1" {
		t.Errorf("the supervisor was told %q, %v", told[:n], err)
	}
	next(t, r.lines, `msg=published why=(start) edition=1`)
	next(t, r.lines, `msg=imported import=stories new=(1)`)
	next(t, r.lines, `msg=published why=(changes) edition=2`)
	later := filepath.Join(filepath.Dir(s.dir), "later.json")
	writeFile(t, later, strings.Replace(runFeed("Later"), "2026-11-22T13:00:00Z", time.Now().Add(5*time.Second).UTC().Format(time.RFC3339), 1))
	must(t, "-C", s.dir, "import", "feed", later, "-q")
	next(t, r.lines, `msg=published why=(schedule) edition=3`)
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), strings.Replace(string(config), "mirrors = []", `mirrors = ["http://127.0.0.1:1/"]`, 1))
	next(t, r.lines, `msg=published why=(changes) edition=4`)
	go r.readOn()
	r.stop(t)
}

// A mirror that is brought an edition while it is looked at is no fork. One that holds what this newsroom did not make
// ends the run, before anything is signed and with evidence.
func TestRunLooks(t *testing.T) {
	t.Parallel()
	s := tinyRoom(t)
	base := filepath.Dir(s.dir)
	must(t, "-C", s.dir, "publish", "-q")
	var served atomic.Value // the folder that the mirror carries
	served.Store(filepath.Join(s.dir, "public"))
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/latest" {
			first := false
			once.Do(func() { first = true })
			for _, args := range [][]string{{"import", "feed", filepath.Join(base, "later.json")}, {"publish"}} {
				if !first {
					break // the publish looks at its mirrors too
				}
				if out, err := exec.Command("coranto", append([]string{"-C", s.dir}, args...)...).CombinedOutput(); err != nil {
					t.Errorf("%s: %v, %s", args, err, out)
				}
			}
		}
		http.ServeFile(w, r, filepath.Join(served.Load().(string), filepath.FromSlash(r.URL.Path)))
	}))
	defer server.Close()
	writeFile(t, filepath.Join(base, "later.json"), runFeed("Later"))
	config, err := os.ReadFile(filepath.Join(s.dir, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	thief := s.copy(t)
	if err := os.Remove(filepath.Join(s.dir, "coranto.toml")); err != nil { // the thief's is a link to it
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), strings.Replace(string(config), "mirrors = []", `mirrors = ["`+server.URL+`/"]`, 1))
	r := startRun(t, s.dir, nil, "--settle", "0s")
	next(t, r.lines, `msg=published why=(start) `)
	go r.readOn()
	r.stop(t)

	writeFile(t, filepath.Join(base, "forged.json"), runFeed("Forged"))
	must(t, "-C", thief, "import", "feed", filepath.Join(base, "forged.json"), "-q")
	must(t, "-C", thief, "publish", "-q")
	served.Store(filepath.Join(thief, "public"))
	cmd := exec.Command("coranto", "-C", s.dir, "run")
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); err == nil || code != 1 || !strings.Contains(string(out), "msg=ALARM state=raised kind=fork") || strings.Contains(string(out), "msg=published") {
		t.Errorf("a fork: got exit code %d, %s", code, out)
	}
}

// A runningPress is coranto run as a user starts it.
type runningPress struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	ended chan struct{}
}

func startRun(t *testing.T, dir string, env []string, args ...string) *runningPress {
	t.Helper()
	r := &runningPress{cmd: exec.Command("coranto", append([]string{"-C", dir, "run"}, args...)...), ended: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), env...)
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.cmd.Process.Kill() })
	r.lines = bufio.NewScanner(stderr)
	return r
}

// readOn reads what it still says, so that it is not held up by a full pipe.
func (r *runningPress) readOn() {
	defer close(r.ended)
	for r.lines.Scan() {
	}
}

// stop interrupts it, as a supervisor does.
func (r *runningPress) stop(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-r.ended
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// runFeed returns a feed of one item.
func runFeed(title string) string {
	return `{"version":"https://jsonfeed.org/version/1.1","title":"One","language":"en","items":[{"id":"run","title":"` + title +
		`","content_text":"It lies.","date_published":"2026-11-22T13:00:00Z"}]}`
}

func get(t *testing.T, url string) ([]byte, int) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b, resp.StatusCode
}
