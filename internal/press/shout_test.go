package press_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"coranto/internal/press"
)

// fork is a notice whose detail names a story.
var fork = press.Notice{
	Newsroom: "The Lantern", State: press.Raised, Time: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
	Alarm: press.Alarm{Kind: press.KindPublish, Urgent: true, Text: "nothing goes out", Detail: "render story/secret-meeting: no"},
}

// TestAlarmCommand has this test binary be the program that is told.
func TestAlarmCommand(t *testing.T) {
	heard := filepath.Join(t.TempDir(), "heard")
	t.Setenv("PRESS_TEST_HEARD", heard)
	var log bytes.Buffer
	w := press.Ways{Command: []string{os.Args[0], "-test.run=^TestHear$"}, Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := w.Shout(t.Context(), fork); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(heard)
	if err != nil {
		t.Fatal(err)
	}
	text, asJSON, _ := strings.Cut(string(b), "\x00")
	if want := "The Lantern: ALARM: nothing goes out\nrender story/secret-meeting: no\n"; text != want {
		t.Errorf("it heard %q, want %q", text, want)
	}
	var n press.Notice
	if err := json.Unmarshal([]byte(asJSON), &n); err != nil || n != fork {
		t.Errorf("it heard %s, %v", asJSON, err)
	}
	if !strings.Contains(log.String(), "nothing goes out") {
		t.Errorf("the log says %q", &log)
	}
	w.Command = []string{filepath.Join(t.TempDir(), "not-there")}
	if err := w.Shout(t.Context(), fork); err == nil {
		t.Error("a program that is not there: got no error")
	}
	t.Setenv("PRESS_TEST_HEARD", filepath.Join(t.TempDir(), "no/folder"))
	w.Command = []string{os.Args[0], "-test.run=^TestHear$"}
	if err := w.Shout(t.Context(), fork); err == nil || !strings.Contains(err.Error(), "no/folder") {
		t.Errorf("a program that fails: got %v, want what it said", err)
	}
}

// TestHear is the program of TestAlarmCommand.
func TestHear(t *testing.T) {
	heard := os.Getenv("PRESS_TEST_HEARD")
	if heard == "" {
		return // not that program
	}
	b, err := io.ReadAll(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(heard, append(b, "\x00"+os.Getenv("CORANTO_ALARM")...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWebhook(t *testing.T) {
	for _, test := range []struct {
		name   string
		status []int // of one answer after the other
		asked  int
		fails  bool
	}{
		{"taken", []int{204}, 1, false},
		{"taken at the second try", []int{503, 200}, 2, false},
		{"refused", []int{500, 500, 500}, 3, true},
		{"redirects are not followed", []int{307, 307, 307}, 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			var body []byte
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/hook" || r.Method != http.MethodPost {
					t.Errorf("asked %s %s", r.Method, r.URL.Path)
				}
				body, _ = io.ReadAll(r.Body)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(test.status[asked])
				asked++
			}))
			defer server.Close()
			w := press.Ways{Webhook: server.URL + "/hook", Client: server.Client(), Log: slog.New(slog.DiscardHandler), Pause: time.Nanosecond}
			err := w.Shout(t.Context(), fork)
			if (err != nil) != test.fails || asked != test.asked {
				t.Errorf("got %v after %d requests, want an error %v after %d", err, asked, test.fails, test.asked)
			}
			if err != nil && strings.Contains(err.Error(), server.URL) {
				t.Errorf("the error tells the address: %v", err)
			}
			var n press.Notice
			want := fork
			want.Detail = ""
			if err := json.Unmarshal(body, &n); err != nil || n != want {
				t.Errorf("it was told %s, %v", body, err)
			}
			if bytes.Contains(body, []byte("secret-meeting")) {
				t.Error("it was told of a story")
			}
		})
	}
}

// One way that works is enough; with none at all the log has it.
func TestWays(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	quiet := slog.New(slog.DiscardHandler)
	if err := (press.Ways{Log: quiet}).Shout(t.Context(), fork); err != nil {
		t.Errorf("without a way: got %v", err)
	}
	w := press.Ways{Webhook: server.URL, Client: server.Client(), Log: quiet, Pause: time.Nanosecond}
	w.Command = []string{os.Args[0], "-test.run=^TestHear$"}
	if err := w.Shout(t.Context(), fork); err != nil {
		t.Errorf("one of two works: got %v", err)
	}
}

func TestNoticeString(t *testing.T) {
	for state, want := range map[string]string{
		press.Raised: "The Lantern: ALARM: nothing goes out", press.Still: "The Lantern: ALARM, still: nothing goes out",
		press.Over: "The Lantern: ALARM, over: nothing goes out",
	} {
		n := fork
		n.State = state
		if got := n.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSupervisor(t *testing.T) {
	if press.Supervisor("") != nil {
		t.Error("without a socket: got somebody to tell")
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no datagrams on Unix sockets")
	}
	name := filepath.Join(t.TempDir(), "s")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	press.Supervisor(name + "-not-there")("READY=1") // says nothing, and does no harm
	press.Supervisor(name)("STATUS=edition 1\nREADY=1")
	b := make([]byte, 100)
	n, err := c.Read(b)
	if err != nil || string(b[:n]) != "STATUS=edition 1 READY=1" {
		t.Errorf("it was told %q, %v", b[:n], err)
	}
	for range 15 { // nobody reads them
		press.Supervisor(name)("WATCHDOG=1")
	}
}
