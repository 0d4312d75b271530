// Package servertest runs real web servers for tests, with the configuration that is printed for them.
package servertest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Start runs a web server until the test ends, and returns its URL, without a slash at the end, and a folder of its own, which
// any user may read. config returns the server's configuration, given the address to listen at, as 127.0.0.1:4711, and the
// folder; in args $CONFIG is the file with it and $DIR the folder. The test is skipped where the program is missing.
func Start(t *testing.T, program string, args []string, config func(address, dir string) []byte) (url, dir string) {
	t.Helper()
	file, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("this test needs %s", program)
	}
	address, dir := free(t), t.TempDir()
	for d := dir; d != os.TempDir() && len(d) > 1; d = filepath.Dir(d) {
		must(t, os.Chmod(d, 0o755)) // it serves as another user
	}
	name := filepath.Join(dir, "config")
	must(t, os.WriteFile(name, config(address, dir), 0o644))
	cmd := exec.Command(file)
	for _, a := range args {
		cmd.Args = append(cmd.Args, strings.NewReplacer("$CONFIG", name, "$DIR", dir).Replace(a))
	}
	said, err := os.Create(filepath.Join(dir, "said"))
	must(t, err)
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if t.Failed() {
			b, err := os.ReadFile(said.Name())
			start, _ := os.ReadFile(filepath.Join(dir, "start.log"))
			t.Logf("%s said %s%s %v", program, b, start, err)
		}
	})
	answers(t, program, address)
	return "http://" + address, dir
}

// free returns an address that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return l.Addr().String()
}

// answers waits until a program listens at its address.
func answers(t *testing.T, program, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		if c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address); err == nil {
			c.Close()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not answer", program)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
