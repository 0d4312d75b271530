package preview_test

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
)

// Another user of the machine who knows the address gets nothing all the same: the kernel says whose a connection is.
func TestStrangers(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	s := serve(t, nil, "en")
	for uid, want := range map[int]int{0: http.StatusOK, 65534: http.StatusNotFound} {
		if got := askAs(t, uid, s.URL()); got != want {
			t.Errorf("user %d: got %d, want %d", uid, got, want)
		}
	}
}

// askAs asks for an address over a socket of another user and returns the status.
func askAs(t *testing.T, uid int, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
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
