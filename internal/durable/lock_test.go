package durable_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"coranto/internal/durable"
)

func TestLock(t *testing.T) {
	root := open(t)
	unlock, err := durable.Lock(root, "lock")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := durable.Lock(root, "lock"); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("a second holder: got %v, want ErrLocked", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = durable.Lock(root, "lock")
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	unlock()
	if _, err := durable.Lock(root, "../lock"); err == nil {
		t.Error("a lock outside of the root: got no error")
	}
}

// The lock of a process that was killed is free again.
func TestLockOfDeadProcess(t *testing.T) {
	root := open(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldLock$")
	cmd.Env = append(os.Environ(), "DURABLE_LOCK_IN="+root.Name())
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the holder said nothing: %v", err)
	}
	if _, err := durable.Lock(root, "lock"); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("while it lives: got %v, want ErrLocked", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	unlock, err := durable.Lock(root, "lock")
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	unlock()
}

// TestHoldLock is the other process of TestLockOfDeadProcess.
func TestHoldLock(t *testing.T) {
	dir := os.Getenv("DURABLE_LOCK_IN")
	if dir == "" {
		return // not in the other process
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := durable.Lock(root, "lock"); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("held\n")
	io.Copy(io.Discard, os.Stdin) // until it is killed
}
