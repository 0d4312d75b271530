package reader_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"syscall"
	"testing"

	"coranto/reader"
)

// Another user of the machine who knows the address gets nothing all the same: the kernel says whose a connection is.
func TestServerKnowsStrangers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	p := newPress(t, 1)
	r := p.open(reader.Options{}, p.publish(front()).source("a"))
	refresh(t, r)
	home := local(t, p, r)
	for uid, want := range map[int]int{0: 200, 65534: 404} {
		if got := askAs(t, uid, home); got != want {
			t.Errorf("user %d: got %d, want %d", uid, got, want)
		}
	}
}

// askAs asks for an address over a socket of another user and returns the status.
func askAs(t *testing.T, uid int, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	got := make(chan int, 1)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine: it is another user's for good
		defer close(got)
		if _, _, err := syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(uid), 0, 0); err != 0 {
			return
		}
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.Path, u.Host)
		if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			got <- resp.StatusCode
		}
	}()
	return <-got
}
