package lab_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"coranto/internal/lab"
)

// speed is the clock of the tests.
const speed lab.Clock = 50

// large is a file that no freeze lets through.
var large = bytes.Repeat([]byte("large "), 20_000)

// network starts a network with two hosts, of which each has a large file and answers anything else with its name.
func network(t *testing.T) *lab.Network {
	t.Helper()
	n, err := lab.NewNetwork(speed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	for _, name := range []string{"a.example", "b.example"} {
		_, err := n.Host(name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/large" {
				_, _ = w.Write(large)
				return
			}
			_, _ = io.WriteString(w, name)
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := n.PlainHost("plain.example", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "plain.example")
	})); err != nil {
		t.Fatal(err)
	}
	return n
}

// ask gets an address over a line, for at most a second of the day, on a connection of its own.
func ask(t *testing.T, l *lab.Line, address string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := l.Client()
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// A censor keeps a reader from what it is against, in the way that it says, and from nothing else.
func TestRules(t *testing.T) {
	t.Parallel()
	n := network(t)
	hosts := []string{"a.example", "plain.example"}
	var dns *net.DNSError
	var timeout net.Error
	for _, test := range []struct {
		rule  lab.Rule
		path  string
		want  func(error) bool
		plain string // what plain.example says then, where the rule bears on it
	}{
		{lab.Rule{Kind: lab.DNSNone}, "", func(err error) bool { return errors.As(err, &dns) && dns.IsNotFound }, ""},
		{lab.Rule{Kind: lab.DNSWrong}, "", func(err error) bool { return strings.Contains(err.Error(), "certificate") }, "HTTP request"},
		{lab.Rule{Kind: lab.DNSPage}, "", func(err error) bool { return strings.Contains(err.Error(), "certificate") }, "restricted by law"},
		{lab.Rule{Kind: lab.Drop}, "", func(err error) bool { return errors.As(err, &timeout) && timeout.Timeout() }, ""},
		{lab.Rule{Kind: lab.Reject}, "", func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }, ""},
		{lab.Rule{Kind: lab.ResetName}, "", func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }, "plain.example"},
		{lab.Rule{Kind: lab.Freeze}, "large", func(err error) bool { return errors.As(err, &timeout) && timeout.Timeout() }, "plain.example"},
		{lab.Rule{Kind: lab.Crowd, Conns: 0, Window: time.Hour}, "", func(err error) bool { return errors.As(err, &timeout) && timeout.Timeout() }, ""},
	} {
		t.Run(string(test.rule.Kind), func(t *testing.T) {
			t.Parallel()
			test.rule.Hosts = hosts
			l := n.Line(lab.Access{RTT: 20 * time.Millisecond}, []lab.Rule{test.rule}, 1)
			defer l.Close()
			if body, err := ask(t, l, "https://a.example/"+test.path); err == nil || !test.want(err) {
				t.Errorf("a: got %d bytes, %v", len(body), err)
			}
			if body, err := ask(t, l, "https://b.example/"+test.path); err != nil || len(body) < 9 {
				t.Errorf("b: got %q, %v", body, err)
			}
			body, err := ask(t, l, "http://plain.example/")
			if (err == nil) != (test.plain != "") || !strings.Contains(body, test.plain) {
				t.Errorf("plain: got %q, %v, want %q", body, err, test.plain)
			}
		})
	}
}

// A freeze lets as many bytes through as it says, both ways together, and leaves the connection open.
func TestFreezeCounts(t *testing.T) {
	t.Parallel()
	n := network(t)
	for _, bytes := range []int64{0, 20_000} {
		l := n.Line(lab.Access{}, []lab.Rule{{Kind: lab.Freeze, Bytes: bytes}}, 1)
		_, err := ask(t, l, "https://a.example/large")
		if err == nil {
			t.Error("all of it came")
		}
		if bytes == 0 {
			bytes = lab.DefaultFreeze
		}
		c := l.Counts()
		if got := c.Up + c.Down; got < bytes || got > bytes+200 || c.Frozen != 1 || c.Connections != 1 {
			t.Errorf("%d: %+v", bytes, c) // the reader may still have said something into the void
		}
		l.Close()
	}
}

// A rule begins and ends with time, and with the number of connections.
func TestSchedule(t *testing.T) {
	t.Parallel()
	n := network(t)
	later := n.Line(lab.Access{}, []lab.Rule{{Kind: lab.Reject, From: time.Hour}, {Kind: lab.Reject, Hosts: []string{"b.example"}, Until: time.Nanosecond}}, 1)
	defer later.Close()
	third := n.Line(lab.Access{}, []lab.Rule{{Kind: lab.Reject, After: 2}}, 1)
	defer third.Close()
	for i, l := range []*lab.Line{later, later, later, third, third} {
		if _, err := ask(t, l, "https://a.example/"); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := ask(t, third, "https://a.example/"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the third connection: %v", err)
	}
	if _, err := ask(t, third, "https://b.example/"); err != nil {
		t.Errorf("another host's first: %v", err)
	}
	if _, err := ask(t, later, "https://b.example/"); err != nil {
		t.Errorf("after its time: %v", err)
	}
}

// A connection that is open hears nothing any more once its packets are dropped.
func TestDropOfWhatIsOpen(t *testing.T) {
	t.Parallel()
	n := network(t)
	l := n.Line(lab.Access{Down: 64_000}, []lab.Rule{{Kind: lab.Drop, From: 2 * time.Second}}, 1)
	defer l.Close()
	body, err := ask(t, l, "https://a.example/large") // 15 s of the lab's
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() || len(body) == len(large) {
		t.Errorf("got %d bytes, %v", len(body), err)
	}
}

// What a line may carry, it carries: slowly, and with losses, but whole.
func TestSlowLines(t *testing.T) {
	t.Parallel()
	n := network(t)
	for _, test := range []struct {
		access lab.Access
		rules  []lab.Rule
	}{
		{lab.Access{}, nil},
		{lab.Access{RTT: time.Second, Down: 8_000_000, Up: 1_000_000, Loss: 0.05}, nil},
		{lab.Access{}, []lab.Rule{{Kind: lab.Throttle, Rate: 2_000_000}}},
	} {
		l := n.Line(test.access, test.rules, 1)
		body, err := ask(t, l, "https://a.example/large")
		if err != nil || body != string(large) {
			t.Errorf("%+v: got %d bytes, %v", test.access, len(body), err)
		}
		if c := l.Counts(); c.Down < int64(len(large)) || c.Up < 500 || c.Connections != 1 || c.Frozen != 0 {
			t.Errorf("%+v: counted %+v", test.access, c)
		}
		l.Close()
	}
}
